package dev.cinnabar.aof;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cinnabar.command.Host;
import dev.cinnabar.command.testing.TestEngine;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The disk fails, or the process is killed, at each single step of what the append-only file does: files opened, written,
 * synced, renamed and deleted, while it is begun, rewritten, turned off and on again.
 *
 * <p>Invariants: the server starts again with the files that are left, without a word from anybody; what it had said to be on
 * disk is there, once; and so it is when it has gone on with these files and been started once more.
 */
@Timeout(240)
class AppendOnlyFaultsTest {

    enum Fault {
        /** One operation fails, as if the disk had been full for a moment. */
        ONCE,
        /** From one operation on all fail: what is left is what a kill would leave. */
        FOR_EVER
    }

    /** The disk, but that operations fail from a number on. It syncs nothing: who is killed loses nothing that was written. */
    private static final class FaultyDisk implements Storage {
        private final Fault fault;
        private final int first;
        private final AtomicInteger operations = new AtomicInteger();

        FaultyDisk(Fault fault, int first) {
            this.fault = fault;
            this.first = first;
        }

        boolean hasFailed() {
            return operations.get() > first;
        }

        private void operation(String what) throws IOException {
            int number = operations.getAndIncrement();
            if (fault == Fault.ONCE ? number == first : number >= first) {
                throw new IOException("No space left on device: " + what);
            }
        }

        @Override
        public Target append(Path file) throws IOException {
            operation("open " + file.getFileName());
            Target target = DISK.append(file);
            return new Target() {
                @Override
                public int write(ByteBuffer bytes) throws IOException {
                    operation("write " + file.getFileName());
                    return target.write(bytes);
                }

                @Override
                public void sync() throws IOException {
                    operation("sync " + file.getFileName());
                }

                @Override
                public long size() throws IOException {
                    return target.size();
                }

                @Override
                public void truncate(long size) throws IOException {
                    target.truncate(size);
                }

                @Override
                public void close() throws IOException {
                    target.close();
                }
            };
        }

        @Override
        public void rename(Path from, Path to) throws IOException {
            operation("rename " + from.getFileName());
            DISK.rename(from, to);
        }

        @Override
        public void delete(Path file) throws IOException {
            if (Files.exists(file)) {
                operation("delete " + file.getFileName());
            }
            DISK.delete(file);
        }

        @Override
        public void syncDirectory(Path directory) throws IOException {
            operation("sync of the directory");
        }
    }

    @TempDir
    Path directory;

    /** A server, and what is known of its data. */
    private static final class Life implements AutoCloseable {
        private final TestEngine redis = new TestEngine();
        private final AtomicBoolean died = new AtomicBoolean();

        Life(Path directory, Storage storage, String appendonly) throws Exception {
            redis.settings().storage = storage;
            redis.engine().host(new Host() {
                @Override
                public void abort() {
                    died.set(true);
                }
            });
            var configuration = redis.settings().configuration();
            configuration.load("dir", List.of(directory.toString()));
            configuration.load("appendonly", List.of(appendonly));
            configuration.load("appendfsync", List.of("always"));
        }

        AppendOnly file() {
            return redis.engine().appendOnly();
        }

        /** Adds an element; whether that is on disk now. */
        boolean push(int number) {
            String reply = redis.call("RPUSH", "l", Integer.toString(number));
            if (!reply.equals(Integer.toString(number))) {
                assertThat(reply).startsWith("-MISCONF");
                return false;
            }
            while (!file().isOnDisk(redis.client().session().written())) {
                if (died.get() || file().failure() != null || !file().isOn() || file().isScheduled()) {
                    return false;
                }
                redis.engine().journal().urge();
                LockSupport.parkNanos(50_000);
            }
            return true;
        }

        void rewrite() {
            redis.call("BGREWRITEAOF");
            awaitRewrite();
        }

        void awaitRewrite() {
            while (file().isRewriting()) {
                redis.engine().journal().urge();
                LockSupport.parkNanos(50_000);
            }
        }

        @Override
        public void close() {
            awaitRewrite();
            redis.close();
        }
    }

    /** What a process does with an append-only file in its life; returns the last element that was said to be on disk. */
    private static int play(Life life, boolean fromTheBeginning) throws Exception {
        int kept = 0;
        int number = 0;
        if (fromTheBeginning) {
            life.redis.engine().open();
        } else {
            life.redis.engine().open();
            life.push(++number);
            life.redis.call("CONFIG", "SET", "appendonly", "yes");
            life.awaitRewrite();
            // If that has failed it is tried again.
            life.redis.advanceMillis(2000);
            life.file().tick();
            life.awaitRewrite();
        }
        for (int i = 0; i < 2; i++) {
            if (life.died.get()) {
                return kept;
            }
            kept = life.push(++number) ? number : kept;
            life.rewrite();
        }
        return life.died.get() || !life.push(++number) ? kept : number;
    }

    private static List<String> wholeList(Life life) {
        String reply = life.redis.call("LRANGE", "l", "0", "-1");
        return reply.equals("[]")
                ? List.of()
                : List.of(reply.substring(1, reply.length() - 1).split(", ", -1));
    }

    private void check(Path where, int kept, String what) throws Exception {
        int length;
        try (Life life = new Life(where, new FaultyDisk(Fault.ONCE, Integer.MAX_VALUE), "yes")) {
            life.redis.engine().open();
            List<String> list = wholeList(life);
            length = list.size();
            assertThat(length).as(what).isGreaterThanOrEqualTo(kept);
            for (int i = 0; i < length; i++) {
                assertThat(list.get(i)).as(what).isEqualTo("'" + (i + 1) + "'");
            }
            assertThat(life.push(++length)).as(what).isTrue();
            life.rewrite();
            assertThat(life.push(++length)).as(what).isTrue();
        }
        try (Life life = new Life(where, new FaultyDisk(Fault.ONCE, Integer.MAX_VALUE), "yes")) {
            life.redis.engine().open();
            assertThat(wholeList(life)).as("%s, and once more", what).hasSize(length);
        }
    }

    private void failAtEachStep(Fault fault, boolean fromTheBeginning) throws Exception {
        boolean failed = true;
        int steps = 0;
        for (; failed; steps++) {
            Path where = Files.createDirectory(directory.resolve(fault + "-" + steps));
            FaultyDisk disk = new FaultyDisk(fault, steps);
            int kept = 0;
            Life life = new Life(where, disk, fromTheBeginning ? "yes" : "no");
            try {
                kept = play(life, fromTheBeginning);
            } catch (AofException refused) {
                assertThat(refused).hasMessageContaining("No space left on device");
            } finally {
                // With the disk as it is: what is still to be written fails.
                life.close();
            }
            failed = disk.hasFailed();
            check(where, kept, fault + " from operation " + steps);
        }
        assertThat(steps).as("operations").isGreaterThan(30);
    }

    @ParameterizedTest
    @EnumSource
    void nothingIsLostWhereItIsOnFromTheBeginning(Fault fault) throws Exception {
        failAtEachStep(fault, true);
    }

    @ParameterizedTest
    @EnumSource
    void nothingIsLostWhereItIsTurnedOn(Fault fault) throws Exception {
        failAtEachStep(fault, false);
    }
}
