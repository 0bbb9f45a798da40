package dev.cinnabar.compat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.cinnabar.compat.harness.Client;
import dev.cinnabar.compat.harness.RedisTest;
import dev.cinnabar.compat.harness.Server;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;

/**
 * RDB files go both ways: a real server fills and saves, we load that and save it again, and the real server, which loads our
 * file, comes to the digest that it had at first, and to the same times of expiry.
 */
class RdbFilesTest {

    private static final int KEYS = 400;
    private static final String NO_PEER = "the way is from a real server to ours and back";

    private static String word(SplittableRandom random) {
        return switch (random.nextInt(4)) {
            case 0 -> Integer.toString(random.nextInt(-300, 300));
            case 1 -> Long.toString(random.nextLong());
            case 2 -> "x".repeat(random.nextInt(1, 200));
            default -> "w" + random.nextInt(100_000);
        };
    }

    static void fill(Client client, SplittableRandom random, boolean streams, boolean fieldExpiry) {
        for (int i = 0; i < KEYS; i++) {
            client.call("SELECT", Integer.toString(random.nextInt(3) * 4));
            String key = "key:" + i;
            int size = random.nextInt(10) == 0 ? random.nextInt(130, 600) : random.nextInt(1, 10);
            int drawn = random.nextInt(8);
            int type = drawn == 6 && !streams ? 0 : drawn;
            for (int n = 0; n < size; n++) {
                switch (type) {
                    case 0 -> client.call("SET", key, word(random));
                    case 1 -> client.call("APPEND", key, "longer ".repeat(random.nextInt(60)) + n);
                    case 2 -> client.call("RPUSH", key, word(random));
                    case 3 -> client.call("SADD", key, Integer.toString(random.nextInt()));
                    case 4 -> client.call("SADD", key, word(random));
                    case 5 -> client.call("ZADD", key, Double.toString(random.nextInt(64) / 8.0), word(random));
                    case 6 -> client.call("XADD", key, (n + 1) + "-" + (1 + n % 3), word(random), word(random));
                    default -> client.call("HSET", key, word(random), word(random));
                }
            }
            if (type == 6 && random.nextBoolean()) {
                client.call("XGROUP", "CREATE", key, "g", "0");
                client.call("XREADGROUP", "GROUP", "g", "c", "COUNT", "3", "STREAMS", key, ">");
            }
            if (type == 7 && fieldExpiry && random.nextBoolean()) {
                client.call("HSET", key, "field", "v");
                client.call("HEXPIRE", key, "100000", "FIELDS", "1", "field");
            }
            if (random.nextInt(3) == 0) {
                client.call("PEXPIREAT", key, Long.toString(4_000_000_000_000L + random.nextInt(1_000_000)));
            }
        }
    }

    static String details(Client client) {
        StringBuilder all = new StringBuilder();
        for (int database = 0; database < 16; database += 4) {
            client.call("SELECT", Integer.toString(database));
            for (int i = 0; i < KEYS; i++) {
                all.append(client.run("TYPE key:" + i).reply())
                        .append(client.run("PEXPIRETIME key:" + i).reply())
                        .append('\n');
            }
        }
        client.call("SELECT", "0");
        return all.toString();
    }

    static Path realPath(Path path) throws IOException {
        return path.toRealPath();
    }

    @RedisTest(since = "7.0.0", redisOnly = NO_PEER)
    void filesGoThereAndBack(Client client, Server server) throws Exception {
        // Of what we write, 7.0 cannot read streams, which tell when their consumers were active, nor sets as
        // listpacks.
        boolean version11 = server.version().isAtLeast("7.2.0");
        boolean fieldExpiry = server.version().isAtLeast("7.4.0");
        Server ours = Server.cinnabar().orElse(null);
        assumeTrue(ours != null, "our server is not there");
        long seed = Seed.next();
        String name = "both-ways-" + ProcessHandle.current().pid() + "-" + Long.toUnsignedString(seed) + ".rdb";
        String digest;
        String details;
        Path directory;
        String theirDirectory;
        Server origin = server.startAnother("--dbfilename", name, "--enable-debug-command", "yes");
        try (Client there = origin.connect()) {
            fill(there, new SplittableRandom(seed), version11, fieldExpiry);
            digest = there.run("DEBUG DIGEST").reply().toString();
            details = details(there);
            assertThat(there.run("SAVE").reply().toString()).isEqualTo("+OK");
            directory = realPath(origin.workingDirectory());
            String answer = there.run("CONFIG GET dir").reply().toString();
            // Behind a chroot they know it by another name.
            theirDirectory = answer.contains(directory.toString()) ? directory.toString() : "/";
        }
        Path file = directory.resolve(name);
        try {
            String set = version11 ? "128" : "0";
            Server loaded = ours.startAnother(
                    "--dir",
                    directory.toString(),
                    "--dbfilename",
                    name,
                    "--set-max-listpack-entries",
                    set,
                    "--enable-debug-command",
                    "yes");
            // Nobody closes what a server of another target than the test's has started.
            AutoCloseable end = loaded::crash;
            server.closeAfterTest(end);
            try (Client here = loaded.connect()) {
                assertThat(details(here)).as("seed %d", seed).isEqualTo(details);
                assertThat(here.run("DEBUG CHECK").reply().toString()).isEqualTo("+OK");
                Files.delete(file);
                assertThat(here.run("SAVE").reply().toString()).isEqualTo("+OK");
            }
            Server back =
                    server.startAnother("--dir", theirDirectory, "--dbfilename", name, "--enable-debug-command", "yes");
            try (Client there = back.connect()) {
                assertThat(there.run("DEBUG DIGEST").reply().toString())
                        .as("seed %d", seed)
                        .isEqualTo(digest);
                assertThat(details(there)).as("seed %d", seed).isEqualTo(details);
            }
        } finally {
            Files.deleteIfExists(file);
        }
    }
}
