package dev.cinnabar.keyspace;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cinnabar.command.testing.TestClient;
import dev.cinnabar.command.testing.TestEngine;
import dev.cinnabar.config.ConfigException;
import dev.cinnabar.config.Directives;
import dev.cinnabar.persistence.Digest;
import dev.cinnabar.values.Limits;
import dev.cinnabar.values.Views;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What a snapshot has written while four threads change values of every type is what there was at its moment.
 *
 * <p>Strategy: two threads run all commands that write over few small keys, two change big values that come in parts; file
 * after file is written meanwhile, each with a digest that is taken while all partitions are locked for its beginning.
 *
 * <p>Invariants: a file that is loaded has the digest of its moment; the keyspace is well formed afterwards.
 */
@Timeout(120)
class SnapshotConcurrencyTest {

    private static final int SNAPSHOTS = 5;
    private static final int ELEMENTS = 3000;
    private static final String[] BIG = {"big-hash", "big-set", "big-sorted", "big-list", "big-stream", "big-string"};

    @TempDir
    Path directory;

    private final AtomicBoolean stop = new AtomicBoolean();
    private final AtomicLong commands = new AtomicLong();
    private final ConcurrentLinkedQueue<Throwable> failures = new ConcurrentLinkedQueue<>();

    @ParameterizedTest
    @ValueSource(longs = {1, 2})
    void filesHaveWhatWasThereAtTheirMoment(long seed) throws Exception {
        List<String> digests = new ArrayList<>();
        long changed = 0;
        try (TestEngine redis = newEngine()) {
            TestClient filler = redis.newClient();
            List<Thread> threads = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                fill(filler);
                Random random = new Random(4 * seed + i);
                TestClient client = redis.newClient();
                boolean big = i >= 2;
                threads.add(Thread.ofPlatform().start(() -> play(redis, client, random, big)));
            }
            try {
                for (int i = 0; i < SNAPSHOTS; i++) {
                    fill(filler);
                    long before = commands.get();
                    redis.engine().saves().writeBase(file(i), true, () -> digests.add(digest(redis)), () -> true);
                    changed += commands.get() - before;
                }
            } finally {
                stop.set(true);
                for (Thread thread : threads) {
                    thread.join();
                }
            }
            assertThat(failures).as("seed %d", seed).isEmpty();
            redis.engine().keyspace().checkInvariants();
        }
        // Else it has proved nothing.
        assertThat(changed).isGreaterThan(SNAPSHOTS);
        for (int i = 0; i < SNAPSHOTS; i++) {
            try (TestEngine loaded = newEngine()) {
                Files.move(file(i), loaded.engine().saves().file());
                loaded.engine().saves().load();
                Keyspace keyspace = loaded.engine().keyspace();
                keyspace.lock(keyspace.all());
                String digest = digest(loaded);
                keyspace.unlock(keyspace.all());
                assertThat(digest).as("seed %d, snapshot %d", seed, i).isEqualTo(digests.get(i));
                Files.delete(loaded.engine().saves().file());
            }
        }
    }

    /** All partitions are locked. */
    private static String digest(TestEngine redis) {
        Digest digest = new Digest(new Views(redis.settings().limits()));
        return HexFormat.of().formatHex(digest.all(redis.engine().keyspace()));
    }

    private Path file(int number) {
        return directory.resolve("snapshot-" + number);
    }

    private TestEngine newEngine() throws ConfigException {
        TestEngine redis = TestEngine.withPlainMemory(4);
        redis.settings().configuration().load(Directives.DIR.name(), List.of(directory.toString()));
        Limits limits = redis.settings().limits();
        limits.hashEntries = 8;
        limits.setListpackEntries = 6;
        limits.setIntsetEntries = 6;
        limits.zsetEntries = 6;
        limits.listListpackSize = 4;
        limits.streamNodeEntries = 30;
        return redis;
    }

    private void play(TestEngine redis, TestClient first, Random random, boolean big) {
        WriteCommands small = new WriteCommands(random);
        TestClient client = first;
        try {
            while (!stop.get()) {
                String line = big ? changeOfBigValue(random) : small.next();
                client.run(line);
                commands.incrementAndGet();
                if (client.isBlocked()) {
                    client.disconnect();
                    client = redis.newClient();
                }
            }
        } catch (RuntimeException | AssertionError e) {
            failures.add(e);
        } finally {
            client.disconnect();
        }
    }

    /** What is gone, or has become small, is big again. */
    private static void fill(TestClient client) {
        client.call("SELECT", "0");
        for (int i = 0; i < ELEMENTS; i += 10) {
            List<String> hash = new ArrayList<>(List.of("HSET", "big-hash"));
            List<String> set = new ArrayList<>(List.of("SADD", "big-set"));
            List<String> sorted = new ArrayList<>(List.of("ZADD", "big-sorted"));
            List<String> list = new ArrayList<>(List.of("RPUSH", "big-list"));
            for (int n = i; n < i + 10; n++) {
                hash.addAll(List.of("f" + n, "x".repeat(50) + n));
                set.add("y".repeat(50) + n);
                sorted.addAll(List.of(Integer.toString(n), "z".repeat(50) + n));
                list.add("l".repeat(50) + n);
            }
            for (List<String> words : List.of(hash, set, sorted, list)) {
                client.call(words.toArray(String[]::new));
            }
            client.call("XADD", "big-stream", "*", "field", "s".repeat(400));
        }
        for (String group : new String[] {"a", "b"}) {
            client.call("XGROUP", "CREATE", "big-stream", group, "0");
            client.call("XREADGROUP", "GROUP", group, "anne", "COUNT", "200", "STREAMS", "big-stream", ">");
        }
        client.call("LTRIM", "big-list", "0", Integer.toString(2 * ELEMENTS));
        client.call("XTRIM", "big-stream", "MAXLEN", "=", "600");
        client.call("SETRANGE", "big-string", "150000", "end");
    }

    private static String changeOfBigValue(Random random) {
        String n = Integer.toString(random.nextInt(ELEMENTS));
        String big = BIG[random.nextInt(BIG.length)];
        return switch (random.nextInt(400)) {
            case 0 -> "DEL " + big;
            case 1 -> "COPY " + big + " " + big + "-copy REPLACE";
            case 2 -> "RENAME " + big + " " + big + "-other";
            case 3 -> "EXPIRE " + big + " 1000";
            default ->
                switch (random.nextInt(24)) {
                    case 0, 1, 2 -> "HSET big-hash f" + n + " changed" + n;
                    case 3 -> "HDEL big-hash f" + n;
                    case 4 -> "HPEXPIRE big-hash 100000 FIELDS 1 f" + n;
                    case 5 -> "SPOP big-set";
                    case 6 -> "SADD big-set " + n;
                    case 7 -> "ZADD big-sorted 0 " + "z".repeat(50) + n;
                    case 8 -> "ZPOPMIN big-sorted";
                    case 9 -> "LPUSH big-list " + n;
                    case 10 -> "RPOP big-list 2";
                    case 11 -> "LPOP big-list 2";
                    case 12 -> "LSET big-list " + random.nextInt(300) + " " + n;
                    case 13 -> "LINSERT big-list BEFORE " + "l".repeat(50) + n + " " + n;
                    case 14 -> "SETRANGE big-string " + 10 * random.nextInt(15_000) + " " + n;
                    case 15 -> "SETBIT big-string " + random.nextInt(1_000_000) + " 1";
                    case 16 -> "APPEND big-string " + n;
                    case 17 -> "XADD big-stream * field " + n;
                    case 18 -> "XTRIM big-stream MAXLEN = 500";
                    case 19 -> "XREADGROUP GROUP a ben COUNT 3 STREAMS big-stream >";
                    case 20 -> "XAUTOCLAIM big-stream b carl 0 0 COUNT 5";
                    case 21 -> "XREADGROUP GROUP b anne COUNT 2 STREAMS big-stream >";
                    case 22 -> "ZINCRBY big-sorted 3 " + "z".repeat(50) + n;
                    default -> "LREM big-list 1 " + "l".repeat(50) + n;
                };
        };
    }
}
