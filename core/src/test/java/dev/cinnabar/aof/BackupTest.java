package dev.cinnabar.aof;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cinnabar.command.testing.TestEngine;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Backups of a running server, and what is made of them. */
@Timeout(60)
class BackupTest {

    @TempDir
    Path directory;

    private final List<TestEngine> opened = new ArrayList<>();

    @AfterEach
    void close() {
        opened.forEach(TestEngine::close);
    }

    private TestEngine open(Path where, String... settings) throws Exception {
        TestEngine redis = new TestEngine();
        opened.add(redis);
        var configuration = redis.settings().configuration();
        Files.createDirectories(where);
        configuration.load("dir", List.of(where.toString()));
        for (int i = 0; i < settings.length; i += 2) {
            configuration.load(settings[i], List.of(settings[i + 1]));
        }
        redis.engine().open();
        return redis;
    }

    private static List<String> names(Path of) throws IOException {
        try (Stream<Path> there = Files.list(of)) {
            return there.map(path -> path.getFileName().toString()).sorted().toList();
        }
    }

    /** The test's time limit ends this if nothing else does. */
    private static void await(TestEngine redis, Backup.State state) {
        Backup backup = redis.engine().appendOnly().backup();
        while (backup.status().state() != state) {
            redis.engine().appendOnly().tick();
            LockSupport.parkNanos(100_000);
        }
    }

    private static void awaitNoRewrite(TestEngine redis) {
        while (redis.engine().appendOnly().isRewriting()) {
            LockSupport.parkNanos(100_000);
        }
    }

    private TestEngine preloaded(String what, String... settings) throws Exception {
        List<String> all = new ArrayList<>(List.of("preload-file", what));
        all.addAll(List.of(settings));
        return open(directory.resolve("other"), all.toArray(new String[0]));
    }

    @Test
    void hasWhatWasThereWhenItWasSealed() throws Exception {
        TestEngine redis = open(directory, "appendonly", "yes");
        redis.call("SET", "before", "1");
        assertThat(redis.call("BACKUP", "START")).isEqualTo("+OK");
        await(redis, Backup.State.INCREMENTING);
        assertThat(redis.call("BACKUP", "START")).startsWith("-ERR");
        assertThat(redis.call("BACKUP", "LIST")).isEqualTo("[]");
        redis.call("SET", "meanwhile", "2");
        assertThat(redis.call("BACKUP", "SEAL")).isEqualTo("+OK");
        redis.call("SET", "after", "3");
        Path backup = directory.resolve("backupdir");
        assertThat(names(backup))
                .containsExactly("appendonly.aof.2.base.rdb", "appendonly.aof.2.incr.aof", "appendonly.aof.manifest");
        assertThat(redis.call("BACKUP", "LIST"))
                .isEqualTo("['" + backup + "/appendonly.aof.2.base.rdb', '" + backup + "/appendonly.aof.2.incr.aof', '"
                        + backup + "/appendonly.aof.manifest']");
        redis.call("BGREWRITEAOF");
        awaitNoRewrite(redis);
        TestEngine other = preloaded("aof:" + backup.resolve("appendonly.aof.manifest"));
        other.replies("""
                GET before      -> '1'
                GET meanwhile   -> '2'
                EXISTS after    -> 0
                """);
        assertThat(redis.call("BACKUP", "CLEANUP")).isEqualTo("+OK");
        assertThat(names(backup)).isEmpty();
        assertThat(redis.call("BACKUP", "STATUS")).startsWith("['state', 'idle', 'error', '', 'start_time', ");
    }

    @Test
    void needsNoAppendOnlyFile() throws Exception {
        TestEngine redis = open(directory);
        redis.call("SET", "before", "1");
        redis.call("BACKUP", "START");
        await(redis, Backup.State.INCREMENTING);
        redis.call("SET", "meanwhile", "2");
        assertThat(redis.call("CONFIG", "SET", "appendonly", "yes")).startsWith("-ERR");
        assertThat(redis.call("BACKUP", "SEAL")).isEqualTo("+OK");
        redis.call("SET", "after", "3");
        Path backup = directory.resolve("backupdir");
        assertThat(names(backup))
                .containsExactly("appendonly.aof.1.base.rdb", "appendonly.aof.1.incr.aof", "appendonly.aof.manifest");
        assertThat(Files.readString(backup.resolve("appendonly.aof.manifest"))).isEqualTo("""
                file appendonly.aof.1.base.rdb seq 1 type b
                file appendonly.aof.1.incr.aof seq 1 type i
                """);
        assertThat(names(directory)).doesNotContain("appendonlydir");
        TestEngine other = preloaded("aof:" + backup.resolve("appendonly.aof.manifest"), "appendonly", "yes");
        other.replies("""
                GET before      -> '1'
                GET meanwhile   -> '2'
                EXISTS after    -> 0
                """);
        assertThat(redis.call("CONFIG", "SET", "appendonly", "yes")).isEqualTo("+OK");
        awaitNoRewrite(redis);
        opened.remove(redis);
        redis.close();
        TestEngine again = open(directory, "appendonly", "yes");
        assertThat(again.call("GET", "after")).isEqualTo("'3'");
    }

    /** While a file is written or synced for a backup, whoever wants to write can. */
    @ParameterizedTest
    @ValueSource(strings = {"yes", "no"})
    void locksNothingWhileItWaitsForTheDisk(String appendonly) throws Exception {
        TestEngine redis = open(directory, "appendonly", appendonly);
        redis.call("SET", "a", "1");
        redis.call("BACKUP", "START");
        await(redis, Backup.State.INCREMENTING);
        AtomicInteger syncs = new AtomicInteger();
        Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
        redis.settings().storage = new SlowDirectory(() -> {
            syncs.incrementAndGet();
            Thread writer = Thread.ofPlatform().start(() -> redis.newClient().call("SET", "b", "1"));
            try {
                assertThat(writer.join(Duration.ofSeconds(20)))
                        .as("a client could write")
                        .isTrue();
            } catch (InterruptedException | AssertionError e) {
                failures.add(e);
            }
        });
        assertThat(redis.call("BACKUP", "SEAL")).isEqualTo("+OK");
        redis.settings().storage = Storage.DISK;
        assertThat(syncs.get()).isGreaterThanOrEqualTo(3);
        assertThat(failures).isEmpty();
    }

    /** The disk, but that something happens at each sync. */
    private record SlowDirectory(Runnable atSync) implements Storage {
        @Override
        public Target append(Path file) throws IOException {
            Target target = DISK.append(file);
            return new Target() {
                @Override
                public int write(ByteBuffer bytes) throws IOException {
                    return target.write(bytes);
                }

                @Override
                public void sync() throws IOException {
                    atSync.run();
                    target.sync();
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
            DISK.rename(from, to);
        }

        @Override
        public void delete(Path file) throws IOException {
            DISK.delete(file);
        }

        @Override
        public void syncDirectory(Path where) throws IOException {
            atSync.run();
            DISK.syncDirectory(where);
        }
    }

    @Test
    void isRefusedWhereThereIsSomething() throws Exception {
        TestEngine redis = open(directory);
        Files.createDirectories(directory.resolve("backupdir"));
        Files.writeString(directory.resolve("backupdir").resolve("precious"), "x");
        assertThat(redis.call("BACKUP", "START")).isEqualTo("-ERR The backup directory is not empty");
        assertThat(redis.call("BACKUP", "SEAL")).startsWith("-ERR");
        assertThat(redis.call("BACKUP", "ABORT")).startsWith("-ERR");
        assertThat(redis.call("BACKUP", "CLEANUP")).startsWith("-ERR");
        assertThat(names(directory.resolve("backupdir"))).containsExactly("precious");
    }

    @Test
    void anAbortedOneLeavesNothing() throws Exception {
        for (String appendonly : List.of("no", "yes")) {
            TestEngine redis = open(directory.resolve(appendonly), "appendonly", appendonly);
            redis.call("SET", "a", "1");
            redis.call("BACKUP", "START");
            await(redis, Backup.State.INCREMENTING);
            assertThat(redis.call("BACKUP", "ABORT")).isEqualTo("+OK");
            assertThat(names(directory.resolve(appendonly).resolve("backupdir")))
                    .isEmpty();
            redis.call("SET", "b", "1");
            redis.call("BACKUP", "START");
            await(redis, Backup.State.INCREMENTING);
            assertThat(redis.call("BACKUP", "SEAL")).isEqualTo("+OK");
            assertThat(redis.call("BACKUP", "ABORT")).startsWith("-ERR");
        }
    }

    @Test
    void noRewriteBeginsMeanwhile() throws Exception {
        TestEngine redis = open(directory, "appendonly", "yes");
        redis.call("BACKUP", "START");
        await(redis, Backup.State.INCREMENTING);
        awaitNoRewrite(redis);
        assertThat(redis.call("BGREWRITEAOF")).isEqualTo("+Background append only file rewriting scheduled");
        redis.engine().appendOnly().tick();
        assertThat(redis.engine().appendOnly().isRewriting()).isFalse();
        assertThat(redis.call("INFO", "persistence")).contains("backup_in_progress:1");
        redis.call("CONFIG", "SET", "appendonly", "no");
        assertThat(redis.call("BACKUP", "STATUS")).startsWith("['state', 'failed', 'error', 'the append-only");
        assertThat(redis.call("BACKUP", "CLEANUP")).isEqualTo("+OK");
    }

    @Test
    void aSealedOneGoesWhenItsTimeIsOver() throws Exception {
        TestEngine redis = open(directory, "backup-sealed-ttl", "10");
        redis.call("BACKUP", "START");
        await(redis, Backup.State.INCREMENTING);
        redis.call("BACKUP", "SEAL");
        redis.advanceMillis(9000);
        redis.engine().appendOnly().tick();
        assertThat(redis.call("BACKUP", "STATUS")).contains("sealed");
        redis.advanceMillis(1000);
        redis.engine().appendOnly().tick();
        assertThat(redis.call("BACKUP", "STATUS")).contains("idle");
        assertThat(names(directory.resolve("backupdir"))).isEmpty();
    }

    @Test
    void preloadedDataReplaceWhatTheAppendOnlyFileHas() throws Exception {
        Path other = directory.resolve("other");
        TestEngine old = open(other, "appendonly", "yes");
        old.call("SET", "old", "1");
        opened.remove(old);
        old.close();
        TestEngine redis = open(directory);
        redis.call("SET", "new", "1");
        redis.call("SAVE");
        TestEngine preloaded = preloaded("rdb:" + directory.resolve("dump.rdb"), "appendonly", "yes");
        preloaded.call("SET", "newer", "1");
        opened.remove(preloaded);
        preloaded.close();
        TestEngine again = open(other, "appendonly", "yes");
        again.replies("""
                EXISTS old      -> 0
                EXISTS new newer -> 2
                """);
        assertThatThrownBy(() -> preloaded("rdb:nowhere.rdb")).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> preloaded("aof:nowhere.manifest")).isInstanceOf(AofException.class);
    }
}
