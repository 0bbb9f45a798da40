package dev.cinnabar.compat;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cinnabar.compat.harness.Client;
import dev.cinnabar.compat.harness.RedisTest;
import dev.cinnabar.compat.harness.Resp;
import dev.cinnabar.compat.harness.Server;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/**
 * A server is killed at some moment while clients write, the append-only file is rewritten and snapshots are saved, and started
 * again: what it had acknowledged is there, and transactions are whole. Also where its files are damaged, or the disk is full.
 *
 * <p>Strategy: each client has keys of its own and writes in order, so what may be there after the crash is what was
 * acknowledged, or one pipeline more, which was on its way. The moment is a number of acknowledgements, drawn by lot, and so
 * are those at which rewrites and saves begin: many shortly before the end, so that it comes in the midst of them.
 *
 * <p>{@code -Dcrash.kills=200} kills more often, {@code -Dseed=…} repeats a run.
 */
class CrashTest {

    private static final int KILLS = Integer.getInteger("crash.kills", 12);
    private static final long SEED = Seed.next();
    private static final int CLIENTS = 4;
    private static final int MAX_ACKNOWLEDGED = 3000;
    private static final long MOMENT_NANOS = 50_000;
    private static final long MAX_LOST_NANOS = 2_100_000_000;

    /** A client that counts: what it was told is in {@link #acknowledged}. */
    private static final class Writer extends Thread {
        private final int number;
        private final Client client;
        private final CountDownLatch enough;
        private final int pipeline;
        private long acknowledged;

        /** When it was told what: a time in nanoseconds and a count. */
        private final ArrayDeque<long[]> history = new ArrayDeque<>();

        Writer(int number, int port, long acknowledged, int pipeline, CountDownLatch enough) {
            this.number = number;
            this.client = new Client(port);
            this.acknowledged = acknowledged;
            this.pipeline = pipeline;
            this.enough = enough;
        }

        @Override
        public void run() {
            try {
                while (true) {
                    List<String> lines = new ArrayList<>();
                    for (int i = 0; i < pipeline; i++) {
                        lines.add("MULTI");
                        lines.add("INCR a:" + number);
                        lines.add("RPUSH l:" + number + " x");
                        lines.add("INCR b:" + number);
                        lines.add("EXEC");
                    }
                    List<Resp> replies = client.pipeline(lines);
                    for (int i = 4; i < replies.size(); i += 5) {
                        acknowledged = replies.get(i).list().getFirst().integer();
                        enough.countDown();
                    }
                    history.add(new long[] {System.nanoTime(), acknowledged});
                }
            } catch (UncheckedIOException | IllegalStateException | IndexOutOfBoundsException killed) {
                // The server is gone, as it should be. What it still said has been counted.
                client.close();
            }
        }

        /** What it had been told by then; called when it has ended. */
        long acknowledgedAt(long nanos) {
            long last = 0;
            for (long[] told : history) {
                if (told[0] - nanos > 0) {
                    break;
                }
                last = told[1];
            }
            return last;
        }
    }

    @RedisTest(cinnabarOnly = "kills the server")
    void whatWasAcknowledgedSurvives(Client redis, Server server) throws Exception {
        Path directory = Files.createTempDirectory("crash-");
        SplittableRandom random = new SplittableRandom(SEED);
        long[] acknowledged = new long[CLIENTS];
        try {
            for (int kill = 1; kill <= KILLS; kill++) {
                String run = "kill " + kill + " of -Dseed=" + SEED;
                Server victim = server.startAnother(
                        "--dir", directory.toString(), "--appendonly", "yes", "--appendfsync", "always");
                check(victim, acknowledged, run);
                killWhileWriting(victim, acknowledged, random);
            }
            check(
                    server.startAnother("--dir", directory.toString(), "--appendonly", "yes"),
                    acknowledged,
                    "the end of -Dseed=" + SEED);
        } finally {
            delete(directory);
        }
    }

    /*
     * The system keeps what was written though the process is killed: more than what is promised without a sync. But while a
     * sync runs writes may be put off, for two seconds at most.
     */
    @RedisTest(cinnabarOnly = "kills the server")
    void withASyncEverySecondAboutTwoAreLostAtMost(Client redis, Server server) throws Exception {
        Path directory = Files.createTempDirectory("crash-");
        long[] old = new long[CLIENTS];
        try {
            for (int kill = 1; kill <= 2; kill++) {
                Server victim = server.startAnother(
                        "--dir", directory.toString(), "--appendonly", "yes", "--appendfsync", "everysec");
                check(victim, old, "kill " + kill);
                List<Writer> writers = new ArrayList<>();
                for (int i = 0; i < CLIENTS; i++) {
                    writers.add(new Writer(i, victim.port(), old[i], 2, new CountDownLatch(0)));
                }
                writers.forEach(Thread::start);
                LockSupport.parkNanos(MAX_LOST_NANOS + TimeUnit.SECONDS.toNanos(1));
                victim.crash();
                long killedNanos = System.nanoTime();
                for (int i = 0; i < CLIENTS; i++) {
                    writers.get(i).join(TimeUnit.SECONDS.toMillis(30));
                    old[i] = writers.get(i).acknowledgedAt(killedNanos - MAX_LOST_NANOS);
                    assertThat(old[i])
                            .as("acknowledgements in the first second")
                            .isPositive();
                }
            }
            check(server.startAnother("--dir", directory.toString(), "--appendonly", "yes"), old, "the end");
        } finally {
            delete(directory);
        }
    }

    // Damage.

    private static final List<String> WITH_FILE = List.of("--appendonly", "yes", "--appendfsync", "always");

    private static String[] options(Path directory) {
        List<String> options = new ArrayList<>(List.of("--dir", directory.toString()));
        options.addAll(WITH_FILE);
        return options.toArray(String[]::new);
    }

    private static Path lastIncrement(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory.resolve("appendonlydir"))) {
            return files.filter(file -> file.toString().endsWith(".incr.aof"))
                    .max(Comparator.comparingInt(CrashTest::number))
                    .orElseThrow();
        }
    }

    private static int number(Path increment) {
        String[] parts = increment.getFileName().toString().split("\\.", -1);
        return Integer.parseInt(parts[parts.length - 3]);
    }

    /** Of a file whose end is missing all whole transactions are there. */
    @RedisTest(cinnabarOnly = "kills the server")
    void aTornFileLosesItsEndAlone(Client redis, Server server) throws Exception {
        Path directory = Files.createTempDirectory("crash-");
        SplittableRandom random = new SplittableRandom(SEED);
        long[] acknowledged = new long[CLIENTS];
        try {
            for (int kill = 1; kill <= Math.max(3, KILLS / 12); kill++) {
                String run = "torn file " + kill + " of -Dseed=" + SEED;
                Server victim = server.startAnother(options(directory));
                killWhileWriting(victim, acknowledged, random);
                Path file = lastIncrement(directory);
                long size = Files.size(file);
                int torn = (int) Math.min(size, random.nextInt(1, 400));
                try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
                    channel.truncate(size - torn);
                }
                // A transaction takes more bytes than a hundred.
                for (int i = 0; i < CLIENTS; i++) {
                    acknowledged[i] = Math.max(0, acknowledged[i] - torn / 100 - 1);
                }
                Server again = server.startAnother(options(directory));
                check(again, acknowledged, run);
                again.crash();
            }
        } finally {
            delete(directory);
        }
    }

    /** Where a bit is wrong the server starts, or says which file it is. */
    @RedisTest(cinnabarOnly = "kills the server")
    void aWrongBitIsHarmlessOrNamed(Client redis, Server server) throws Exception {
        Path directory = Files.createTempDirectory("crash-");
        SplittableRandom random = new SplittableRandom(SEED);
        try {
            Path file;
            byte[] good;
            do {
                // It may have come right behind the cut of a rewrite.
                killWhileWriting(server.startAnother(options(directory)), new long[CLIENTS], random);
                file = lastIncrement(directory);
                good = Files.readAllBytes(file);
            } while (good.length == 0);
            for (int flip = 1; flip <= Math.max(4, KILLS / 6); flip++) {
                byte[] bad = good.clone();
                int at = random.nextInt(bad.length);
                int bit = random.nextInt(8);
                bad[at] ^= (byte) (1 << bit);
                Files.write(file, bad);
                try {
                    server.startAnother(options(directory)).crash();
                } catch (UncheckedIOException refused) {
                    assertThat(refused)
                            .as("bit %d of byte %d; -Dseed=%d", bit, at, SEED)
                            .hasMessageContaining("append only file " + file.getFileName());
                }
            }
            Files.write(file, good);
            try (Client client = server.startAnother(options(directory)).connect()) {
                assertThat(number(client.run("GET a:0").reply())).isPositive();
            }
        } finally {
            delete(directory);
        }
    }

    // A full disk: a small file system in memory, where this process may mount one.

    private static boolean mount(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("mount", "-t", "tmpfs"));
        command.addAll(List.of(arguments));
        return run(command);
    }

    private static boolean run(List<String> command) throws IOException, InterruptedException {
        try {
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            return process.waitFor() == 0;
        } catch (IOException noSuchProgram) {
            return false;
        }
    }

    @RedisTest(cinnabarOnly = "kills the server")
    void aFullDiskLosesNothing(Client redis, Server server) throws Exception {
        Path directory = Files.createTempDirectory("crash-");
        String path = directory.toString();
        Assumptions.assumeTrue(mount("-o", "size=1m", "tmpfs", path), "not run: no tmpfs can be mounted");
        try {
            Server victim = server.startAnother(options(directory));
            long acknowledged = 0;
            try (Client client = victim.connect()) {
                while (true) {
                    acknowledged =
                            client.run("RPUSH l " + "x".repeat(1000)).reply().integer();
                }
            } catch (UncheckedIOException | IllegalStateException gone) {
                // What it had acknowledged could not be kept otherwise.
                assertThat(victim.awaitExit(Duration.ofSeconds(30))).isTrue();
                assertThat(victim.exitCode()).isEqualTo(1);
                assertThat(victim.log()).contains("No space left on device").contains("Exiting");
            }
            assertThat(acknowledged).isGreaterThan(500);
            assertThat(mount("-o", "remount,size=20m", "tmpfs", path)).isTrue();
            Server again = server.startAnother("--dir", path, "--appendonly", "yes", "--appendfsync", "everysec");
            try (Client client = again.connect()) {
                long length = client.run("LLEN l").reply().integer();
                assertThat(length).isBetween(acknowledged, acknowledged + 1);
                assertThat(mount("-o", "remount,size=1m", "tmpfs", path)).isTrue();
                Resp reply;
                do {
                    reply = client.run("RPUSH l " + "x".repeat(10_000)).reply();
                    length = reply.isError() ? length : reply.integer();
                } while (!reply.isError());
                assertThat(reply.toString()).startsWith("-MISCONF");
                assertThat(client.run("LLEN l").reply().integer()).isEqualTo(length);
                assertThat(mount("-o", "remount,size=20m", "tmpfs", path)).isTrue();
                long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
                while (client.run("RPUSH l y").reply().isError()) {
                    assertThat(System.nanoTime()).as("it can write again").isLessThan(deadline);
                    LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
                }
                again.terminate();
                assertThat(again.awaitExit(Duration.ofSeconds(30))).isTrue();
                Server last = server.startAnother(options(directory));
                assertThat(last.connect().run("LLEN l").reply().integer()).isEqualTo(length + 1);
                last.crash();
            }
        } finally {
            run(List.of("umount", "-l", path));
            delete(directory);
        }
    }

    private static void killWhileWriting(Server victim, long[] acknowledged, SplittableRandom random)
            throws InterruptedException {
        int moment = random.nextInt(1, MAX_ACKNOWLEDGED);
        CountDownLatch enough = new CountDownLatch(moment);
        List<Writer> writers = new ArrayList<>();
        for (int i = 0; i < CLIENTS; i++) {
            writers.add(new Writer(i, victim.port(), acknowledged[i], random.nextInt(1, 8), enough));
        }
        writers.forEach(Thread::start);
        int disturbances = random.nextInt(4);
        long deadlineNanos = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        try (Client other = new Client(victim.port())) {
            for (int i = 0; i < disturbances; i++) {
                // How many are left when it begins: less each time.
                long left = i == disturbances - 1 ? random.nextInt(20) : moment / (i + 2);
                while (enough.getCount() > left && System.nanoTime() < deadlineNanos) {
                    LockSupport.parkNanos(MOMENT_NANOS);
                }
                other.run(random.nextInt(3) == 0 ? "BGSAVE" : "BGREWRITEAOF");
            }
            assertThat(enough.await(60, TimeUnit.SECONDS))
                    .as("%d acknowledgements in a minute", moment)
                    .isTrue();
            victim.crash();
        }
        for (int i = 0; i < CLIENTS; i++) {
            writers.get(i).join(TimeUnit.SECONDS.toMillis(30));
            assertThat(writers.get(i).isAlive()).as("the writer still runs").isFalse();
            acknowledged[i] = writers.get(i).acknowledged;
        }
    }

    private static void check(Server server, long[] acknowledged, String run) {
        try (Client client = server.connect()) {
            for (int i = 0; i < CLIENTS; i++) {
                long a = number(client.run("GET a:" + i).reply());
                long b = number(client.run("GET b:" + i).reply());
                long length = client.run("LLEN l:" + i).reply().integer();
                assertThat(a).as("acknowledged; " + run).isGreaterThanOrEqualTo(acknowledged[i]);
                assertThat(b).as("the other half of transactions; " + run).isEqualTo(a);
                assertThat(length).as("what is between them; " + run).isEqualTo(a);
                acknowledged[i] = a;
            }
        }
    }

    private static long number(Resp reply) {
        return reply.toString().equals("nil") ? 0 : Long.parseLong(reply.text());
    }

    private static void delete(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }
}
