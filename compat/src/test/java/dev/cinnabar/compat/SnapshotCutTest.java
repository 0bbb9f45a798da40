package dev.cinnabar.compat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import dev.cinnabar.compat.harness.Client;
import dev.cinnabar.compat.harness.RedisTest;
import dev.cinnabar.compat.harness.Resp;
import dev.cinnabar.compat.harness.Server;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * What is saved in the background is all of one moment: four clients move money between accounts, write pairs of counters
 * together and pass elements from list to list, and every file that is made meanwhile has all the money, equal pairs and all
 * elements, whoever loads it.
 */
class SnapshotCutTest {

    private static final int CLIENTS = 4;
    private static final int SAVES = 2;
    private static final int ACCOUNTS = 64;
    private static final int PAIRS = 32;
    private static final int ELEMENTS = 300;

    /** So many fields come in several steps. */
    private static final int FIELDS = 6_000;

    private static final int OTHERS = 5_000;
    private static final Duration LIMIT = Duration.ofSeconds(60);

    @RedisTest(since = "7.0.0")
    void filesAreOfOneMoment(Client client, Server server) throws Exception {
        long seed = Seed.next();
        String name = "cut-" + ProcessHandle.current().pid() + "-" + Long.toUnsignedString(seed) + ".rdb";
        // Each key waits a little, so that a save lasts.
        Server origin = server.startAnother(
                "--dbfilename", name, "--rdb-key-save-delay", "20", "--enable-debug-command", "yes");
        List<Path> files = new ArrayList<>();
        String digest;
        String theirDirectory;
        try (Client there = origin.connect()) {
            Path directory = origin.workingDirectory().toRealPath();
            // Behind a chroot they know it by another name.
            theirDirectory = there.run("CONFIG GET dir").reply().toString().contains(directory.toString())
                    ? directory.toString()
                    : "/";
            Path file = directory.resolve(name);
            files.add(file);
            fill(there);
            AtomicBoolean stop = new AtomicBoolean();
            AtomicLong written = new AtomicLong();
            List<Future<?>> writers = new ArrayList<>();
            try (ExecutorService pool = Executors.newFixedThreadPool(CLIENTS)) {
                try {
                    for (int i = 0; i < CLIENTS; i++) {
                        SplittableRandom random = new SplittableRandom(seed + i);
                        writers.add(pool.submit(() -> write(origin, random, stop, written)));
                    }
                    for (int i = 0; i < SAVES; i++) {
                        long before = written.get();
                        save(there);
                        assertThat(written.get()).as("writes during a save").isGreaterThan(before);
                        files.add(Files.copy(file, file.resolveSibling(name + "." + i)));
                    }
                } finally {
                    stop.set(true);
                }
                for (Future<?> writer : writers) {
                    writer.get(LIMIT.toSeconds(), TimeUnit.SECONDS);
                }
            }
            check(there, seed);
            save(there);
            digest = there.run("DEBUG DIGEST").reply().toString();
        }
        try {
            for (Path file : files) {
                Server loaded = server.startAnother(
                        "--dir",
                        theirDirectory,
                        "--dbfilename",
                        file.getFileName().toString(),
                        "--enable-debug-command",
                        "yes");
                try (Client there = loaded.connect()) {
                    check(there, seed);
                    if (file.equals(files.getFirst())) {
                        assertThat(there.run("DEBUG DIGEST").reply().toString())
                                .as("seed %d, nobody wrote", seed)
                                .isEqualTo(digest);
                    }
                }
                if (server.isCinnabar()) {
                    checkByOthers(server, file, seed);
                }
            }
        } finally {
            for (Path file : files) {
                Files.deleteIfExists(file);
            }
        }
    }

    /** The newest real server that sees the directory comes to the same result. */
    private static void checkByOthers(Server server, Path file, long seed) throws Exception {
        Server real = Server.realServers().stream().findFirst().orElse(null);
        if (real == null) {
            return;
        }
        Server loaded = real.startAnother(
                "--dir",
                file.getParent().toString(),
                "--dbfilename",
                file.getFileName().toString());
        // Nobody closes what a server of another target than the test's has started.
        AutoCloseable end = loaded::crash;
        server.closeAfterTest(end);
        try (Client there = loaded.connect()) {
            check(there, seed);
        }
    }

    private static void fill(Client there) {
        for (int i = 0; i < ACCOUNTS; i++) {
            there.call("SET", "account:" + i, "1000");
        }
        for (int i = 0; i < PAIRS; i++) {
            there.call("MSET", "pair:" + i + ":a", "0", "pair:" + i + ":b", "0");
        }
        for (int i = 0; i < FIELDS; i++) {
            there.call("HSET", "ledger", "field:" + i, "0");
        }
        for (int i = 0; i < ELEMENTS; i++) {
            there.call("RPUSH", "left", "element:" + i);
        }
        for (int i = 0; i < OTHERS; i++) {
            there.call("SET", "other:" + i, "x".repeat(i % 100));
        }
    }

    private static void write(Server server, SplittableRandom random, AtomicBoolean stop, AtomicLong written) {
        try (Client client = server.connect()) {
            while (!stop.get()) {
                long n = random.nextInt(1, 100);
                switch (random.nextInt(6)) {
                    case 0 ->
                        together(
                                client,
                                List.of("DECRBY", "account:" + random.nextInt(ACCOUNTS), n),
                                List.of("INCRBY", "account:" + random.nextInt(ACCOUNTS), n));
                    case 1 -> {
                        String pair = "pair:" + random.nextInt(PAIRS);
                        client.call("MSET", pair + ":a", n, pair + ":b", n);
                    }
                    case 2 -> {
                        String pair = "pair:" + random.nextInt(PAIRS);
                        together(client, List.of("INCR", pair + ":a"), List.of("INCR", pair + ":b"));
                    }
                    case 3 ->
                        together(
                                client,
                                List.of("HINCRBY", "ledger", "field:" + random.nextInt(FIELDS), -n),
                                List.of("HINCRBY", "ledger", "field:" + random.nextInt(FIELDS), n));
                    case 4 -> {
                        boolean there = random.nextBoolean();
                        client.call("LMOVE", there ? "left" : "right", there ? "right" : "left", "LEFT", "RIGHT");
                    }
                    default -> client.call("SET", "other:" + random.nextInt(OTHERS), "y".repeat((int) n));
                }
                written.incrementAndGet();
            }
        }
    }

    private static void together(Client client, List<Object> first, List<Object> second) {
        client.run("MULTI");
        client.call(first.toArray());
        client.call(second.toArray());
        assertThat(client.run("EXEC").reply()).isInstanceOf(Resp.Array.class);
    }

    private static void save(Client there) {
        assertThat(there.run("BGSAVE").reply().toString()).startsWith("+Background");
        long end = System.nanoTime() + LIMIT.toNanos();
        String told;
        do {
            if (System.nanoTime() - end > 0) {
                fail("no end of the save");
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
            told = there.run("INFO persistence").reply().toString();
        } while (!told.contains("rdb_bgsave_in_progress:0"));
        assertThat(told).contains("rdb_last_bgsave_status:ok");
    }

    private static void check(Client there, long seed) {
        long money = 0;
        for (int i = 0; i < ACCOUNTS; i++) {
            money += number(there.call("GET", "account:" + i).reply());
        }
        assertThat(money).as("money, seed %d", seed).isEqualTo(1000L * ACCOUNTS);
        for (int i = 0; i < PAIRS; i++) {
            assertThat(there.call("GET", "pair:" + i + ":a").reply())
                    .as("pair %d, seed %d", i, seed)
                    .isEqualTo(there.call("GET", "pair:" + i + ":b").reply());
        }
        long balance = 0;
        Resp.Array values = (Resp.Array) there.run("HVALS ledger").reply();
        for (Resp value : values.items()) {
            balance += number(value);
        }
        assertThat(values.items()).as("fields, seed %d", seed).hasSize(FIELDS);
        assertThat(balance).as("ledger, seed %d", seed).isZero();
        assertThat(((Resp.Int) there.run("LLEN left").reply()).value()
                        + ((Resp.Int) there.run("LLEN right").reply()).value())
                .as("elements, seed %d", seed)
                .isEqualTo(ELEMENTS);
    }

    private static long number(Resp value) {
        return Long.parseLong(((Resp.Bulk) value).latin1());
    }
}
