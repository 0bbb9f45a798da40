package dev.cinnabar.compat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.cinnabar.compat.harness.Client;
import dev.cinnabar.compat.harness.RedisTest;
import dev.cinnabar.compat.harness.Server;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/**
 * Append-only files go both ways: a real server fills one, with a base and an increment, we load it, rewrite it and add to it,
 * and the real server, which loads our files, comes to the digest that it had at first, and to the same times of expiry.
 */
class AofFilesTest {

    private static final Duration REWRITE_LIMIT = Duration.ofSeconds(30);
    private static final Duration END_LIMIT = Duration.ofSeconds(30);
    private static final String NO_PEER = "the way is from a real server to ours and back";

    /** Of what we write as RDB, 7.0 cannot read streams with consumers. Commands tell it all that it knows. */
    @RedisTest(since = "7.0.0", redisOnly = NO_PEER)
    void basesOfCommandsGoThereAndBack(Client client, Server server) throws Exception {
        thereAndBack(server, "no", true);
    }

    @RedisTest(since = "7.0.0", redisOnly = NO_PEER)
    void rdbBasesGoThereAndBack(Client client, Server server) throws Exception {
        thereAndBack(server, "yes", server.version().isAtLeast("7.2.0"));
    }

    private static void rewrite(Client client) {
        assertThat(client.run("BGREWRITEAOF").reply().toString()).startsWith("+Background");
        long end = System.nanoTime() + REWRITE_LIMIT.toNanos();
        String told;
        do {
            if (System.nanoTime() - end > 0) {
                fail("no end of the rewrite");
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
            told = client.run("INFO persistence").reply().toString();
        } while (!told.contains("aof_rewrite_in_progress:0") || !told.contains("aof_rewrite_scheduled:0"));
        assertThat(told).contains("aof_last_bgrewrite_status:ok");
    }

    private static void delete(Path directory) throws IOException {
        try (Stream<Path> there = Files.walk(directory)) {
            for (Path path : there.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        } catch (NoSuchFileException e) {
            assertThat(directory).as("nothing was written").doesNotExist();
        }
    }

    private static void thereAndBack(Server server, String preamble, boolean streams) throws Exception {
        boolean fieldExpiry = server.version().isAtLeast("7.4.0");
        Server ours = Server.cinnabar().orElse(null);
        assumeTrue(ours != null, "our server is not there");
        long seed = Seed.next();
        String name = "aof-both-ways-" + ProcessHandle.current().pid() + "-" + Long.toUnsignedString(seed);
        List<String> common = List.of(
                "--appendonly",
                "yes",
                "--appenddirname",
                name,
                "--aof-use-rdb-preamble",
                preamble,
                "--enable-debug-command",
                "yes");
        SplittableRandom random = new SplittableRandom(seed);
        Server origin = server.startAnother(common.toArray(new String[0]));
        Path directory = RdbFilesTest.realPath(origin.workingDirectory());
        try (Client there = origin.connect()) {
            RdbFilesTest.fill(there, random.split(), streams, fieldExpiry);
            there.call("SELECT", "0");
            there.call("DEL", "key:1", "key:2", "key:3");
            rewrite(there);
            there.call("SET", "key:1", "in the increment", "PX", "100000000");
            there.call("RPUSH", "list", "a", "b");
            String digest = there.run("DEBUG DIGEST").reply().toString();
            String details = RdbFilesTest.details(there);
            String answer = there.run("CONFIG GET dir").reply().toString();
            // Behind a chroot they know it by another name.
            String theirs = answer.contains(directory.toString()) ? directory.toString() : "/";

            Server loaded = ours.startAnother(with(
                    common,
                    "--dir",
                    directory.toString(),
                    "--set-max-listpack-entries",
                    streams && fieldExpiry ? "128" : "0"));
            // Nobody closes what a server of another target than the test's has started.
            AutoCloseable end = loaded::crash;
            server.closeAfterTest(end);
            try (Client here = loaded.connect()) {
                assertThat(RdbFilesTest.details(here)).as("seed %d", seed).isEqualTo(details);
                assertThat(here.run("DEBUG CHECK").reply().toString()).isEqualTo("+OK");
                rewrite(here);
                here.call("SET", "ours", "1");
                here.call("DEL", "ours");
            }
            loaded.terminate();
            assertThat(loaded.awaitExit(END_LIMIT)).as("it has ended").isTrue();
            Server back = server.startAnother(with(common, "--dir", theirs));
            try (Client again = back.connect()) {
                assertThat(again.run("DEBUG DIGEST").reply().toString())
                        .as("seed %d", seed)
                        .isEqualTo(digest);
                assertThat(RdbFilesTest.details(again)).as("seed %d", seed).isEqualTo(details);
            }
        } finally {
            delete(directory.resolve(name));
        }
    }

    private static String[] with(List<String> common, String... more) {
        return Stream.concat(common.stream(), Stream.of(more)).toArray(String[]::new);
    }
}
