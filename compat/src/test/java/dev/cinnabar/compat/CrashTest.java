package dev.cinnabar.compat;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cinnabar.compat.harness.Client;
import dev.cinnabar.compat.harness.RedisTest;
import dev.cinnabar.compat.harness.Resp;
import dev.cinnabar.compat.harness.Server;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A server is killed at some moment while clients write and the append-only file is rewritten, and started again: what it had
 * acknowledged is there, and transactions are whole.
 *
 * <p>Strategy: each client has keys of its own and writes in order, so what may be there after the crash is what was
 * acknowledged, or one write more, which was on its way. The moment is a number of acknowledgements, drawn by lot.
 *
 * <p>{@code -Dcrash.kills=200} kills more often, {@code -Dcrash.seed=…} repeats a run.
 */
class CrashTest {

    private static final int KILLS = Integer.getInteger("crash.kills", 12);
    private static final long SEED = Long.getLong("crash.seed", System.nanoTime());
    private static final int CLIENTS = 4;
    private static final int MAX_ACKNOWLEDGED = 3000;

    /** A client that counts: what it was told is in {@link #acknowledged}. */
    private static final class Writer extends Thread {
        private final int number;
        private final Client client;
        private final CountDownLatch enough;
        private final int pipeline;
        private long acknowledged;

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
                }
            } catch (UncheckedIOException | IllegalStateException | IndexOutOfBoundsException killed) {
                // The server is gone, as it should be. What it still said has been counted.
                client.close();
            }
        }
    }

    @RedisTest(cinnabarOnly = "kills the server")
    void whatWasAcknowledgedSurvives(Client redis, Server server) throws Exception {
        Path directory = Files.createTempDirectory("crash-");
        SplittableRandom random = new SplittableRandom(SEED);
        long[] acknowledged = new long[CLIENTS];
        try {
            for (int kill = 1; kill <= KILLS; kill++) {
                String run = "kill " + kill + " of -Dcrash.seed=" + SEED;
                Server victim = server.startAnother(
                        "--dir", directory.toString(), "--appendonly", "yes", "--appendfsync", "always");
                check(victim, acknowledged, run);
                killWhileWriting(victim, acknowledged, random);
            }
            check(
                    server.startAnother("--dir", directory.toString(), "--appendonly", "yes"),
                    acknowledged,
                    "the end of -Dcrash.seed=" + SEED);
        } finally {
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
        int rewrites = random.nextInt(3);
        try (Client other = new Client(victim.port())) {
            for (int i = 0; i < rewrites; i++) {
                other.run("BGREWRITEAOF");
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
