package dev.cinnabar.commands.keys;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cinnabar.command.testing.TestClient;
import dev.cinnabar.command.testing.TestEngine;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ScanCommandTest {

    private static final Pattern NAME = Pattern.compile("'([^']*)'");

    @AutoClose
    final TestEngine redis = new TestEngine();

    /** One reply. */
    private record Page(String cursor, List<String> keys) {

        static Page of(String reply) {
            List<String> names = new ArrayList<>();
            Matcher matcher = NAME.matcher(reply);
            while (matcher.find()) {
                names.add(matcher.group(1));
            }
            assertThat(names).as(reply).isNotEmpty();
            return new Page(names.getFirst(), names.subList(1, names.size()));
        }
    }

    private static List<String> scanAll(TestClient client, String options) {
        List<String> keys = new ArrayList<>();
        String cursor = "0";
        do {
            Page page = Page.of(client.run("SCAN " + cursor + " " + options));
            keys.addAll(page.keys);
            cursor = page.cursor;
        } while (!cursor.equals("0"));
        return keys;
    }

    @Test
    void errorsInTheOrderInWhichRedisLooksForThem() {
        redis.replies("""
                SCAN x                          -> -ERR invalid cursor
                SCAN -1                         -> -ERR invalid cursor
                SCAN ""                         -> -ERR invalid cursor
                SCAN 0x                         -> -ERR invalid cursor
                SCAN 18446744073709551616       -> -ERR invalid cursor
                SCAN 99999999999999999999999    -> -ERR invalid cursor
                SCAN x COUNT 0                  -> -ERR invalid cursor
                SCAN 0 COUNT 0                  -> -ERR syntax error
                SCAN 0 COUNT -1                 -> -ERR syntax error
                SCAN 0 COUNT x                  -> -ERR value is not an integer or out of range
                SCAN 0 COUNT                    -> -ERR syntax error
                SCAN 0 FOO bar                  -> -ERR syntax error
                SCAN 0 COUNT 1 TYPE             -> -ERR syntax error
                SCAN 0                          -> ['0', []]
                SET a 1                         -> +OK
                SCAN " 0"                       -> ['0', ['a']]
                SCAN +0                         -> ['0', ['a']]
                SCAN 00                         -> ['0', ['a']]
                SCAN 18446744073709551615       -> ['0', []]
                SCAN 4503599627370496           -> ['0', []]
                SCAN 0 MATCH b MATCH a          -> ['0', ['a']]
                SCAN 0 MATCH b                  -> ['0', []]
                SCAN 0 TYPE STRING              -> ['0', ['a']]
                SCAN 0 TYPE list                -> ['0', []]
                SCAN 0 TYPE nonsense            -> ['0', []]
                """);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 10, 100, 1000, Integer.MAX_VALUE})
    void everyKeyOnceWhateverTheCount(int count) {
        Set<String> expected = new HashSet<>();
        for (int i = 0; i < 600; i++) {
            redis.call("SET", "key:" + i, "v");
            expected.add("key:" + i);
        }
        redis.run("SELECT 1");
        redis.run("SET other 1");
        redis.run("SELECT 0");
        assertThat(scanAll(redis.client(), "COUNT " + count))
                .doesNotHaveDuplicates()
                .hasSameElementsAs(expected);
        assertThat(scanAll(redis.client(), "COUNT " + count + " MATCH key:1??"))
                .doesNotHaveDuplicates()
                .hasSize(100);
    }

    @Test
    void aReplyHoldsAboutAsManyAsWereAskedFor() {
        for (int i = 0; i < 2000; i++) {
            redis.call("SET", "key:" + i, "v");
        }
        String cursor = "0";
        do {
            Page page = Page.of(redis.run("SCAN " + cursor + " COUNT 100"));
            assertThat(page.keys.size()).isLessThanOrEqualTo(110);
            cursor = page.cursor;
        } while (!cursor.equals("0"));
    }

    @Test
    void aReplyIsBounded() {
        String long1M = "n".repeat(1 << 20);
        Set<String> expected = new HashSet<>();
        for (int i = 0; i < 20; i++) {
            redis.call("SET", i + long1M, "v");
            expected.add(i + long1M);
        }
        Set<String> seen = new HashSet<>();
        String cursor = "0";
        int calls = 0;
        do {
            Page page = Page.of(redis.call("SCAN", cursor, "COUNT", "1000000"));
            seen.addAll(page.keys);
            cursor = page.cursor;
            calls++;
        } while (!cursor.equals("0"));
        assertThat(calls).isGreaterThan(1);
        assertThat(seen).isEqualTo(expected);
    }

    @Test
    void anExpiredKeyIsNotShown() {
        redis.replies("""
                SET a 1                         -> +OK
                PEXPIRE a 5                     -> 1
                SCAN 0 COUNT 100                -> ['0', ['a']]
                advance 5
                SCAN 0 COUNT 100                -> ['0', []]
                """);
    }

    /**
     * Strategy: between the calls of an iteration the database grows, shrinks, is emptied of all but the keys that stay, is
     * exchanged for another that has them too, and back. Invariants: each key that stays is answered exactly once; no other
     * is that was not there for a time; the iteration ends.
     */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void keysThatStayAreAnsweredExactlyOnce(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        Set<String> staying = new HashSet<>();
        int stays = 1 + random.nextInt(500);
        for (int database = 0; database < 2; database++) {
            redis.run("SELECT " + database);
            for (int i = 0; i < stays; i++) {
                redis.call("SET", "stays:" + i, "v");
                staying.add("stays:" + i);
            }
        }
        redis.run("SELECT 0");
        List<String> seen = new ArrayList<>();
        String cursor = "0";
        int calls = 0;
        do {
            Page page = Page.of(redis.run("SCAN " + cursor + " COUNT " + (1 + random.nextInt(20))));
            page.keys.stream().filter(k -> k.startsWith("stays:")).forEach(seen::add);
            assertThat(page.keys).allMatch(k -> k.startsWith("stays:") || k.startsWith("goes:"));
            cursor = page.cursor;
            change(random);
            calls++;
        } while (!cursor.equals("0") && calls < 100_000);
        assertThat(cursor).as("seed %d", seed).isEqualTo("0");
        assertThat(seen).as("seed %d", seed).doesNotHaveDuplicates().hasSameElementsAs(staying);
    }

    private void change(SplittableRandom random) {
        switch (random.nextInt(8)) {
            // Enough to split segments of the tables, and to merge them.
            case 0 -> {
                int from = random.nextInt(20_000);
                for (int i = 0; i < 3000; i++) {
                    redis.call("SET", "goes:" + (from + i), "v");
                }
            }
            case 1 -> {
                int from = random.nextInt(10_000);
                for (int i = 0; i < 10_000; i++) {
                    redis.call("DEL", "goes:" + (from + i));
                }
            }
            case 2 -> redis.run("SWAPDB 0 1");
            default -> redis.call("SET", "goes:" + random.nextInt(20_000), "v");
        }
    }

    @Test
    void anIterationEndsWhenEverythingIsDeletedMeanwhile() {
        for (int i = 0; i < 1000; i++) {
            redis.call("SET", "key:" + i, "v");
        }
        String cursor = Page.of(redis.run("SCAN 0 COUNT 10")).cursor;
        redis.run("FLUSHALL");
        assertThat(redis.run("SCAN " + cursor)).isEqualTo("['0', []]");
    }

    /** The same guarantee while other threads grow and shrink the same database. */
    @Test
    @Timeout(60)
    void othersMayWriteMeanwhile() throws InterruptedException {
        Set<String> staying = new HashSet<>();
        for (int i = 0; i < 1000; i++) {
            redis.call("SET", "stays:" + i, "v");
            staying.add("stays:" + i);
        }
        AtomicBoolean done = new AtomicBoolean();
        AtomicReference<Throwable> failure = new AtomicReference<>();
        List<Thread> writers = new ArrayList<>();
        for (int w = 0; w < 3; w++) {
            SplittableRandom random = new SplittableRandom(w);
            TestClient client = redis.newClient();
            writers.add(Thread.ofPlatform()
                    .uncaughtExceptionHandler((t, e) -> failure.set(e))
                    .start(() -> {
                        while (!done.get()) {
                            String verb = random.nextInt(1000) < 500 ? "SET" : "DEL";
                            String key = "goes:" + random.nextInt(5000);
                            if (verb.equals("SET")) {
                                client.call("SET", key, "v");
                            } else {
                                client.call("DEL", key);
                            }
                        }
                    }));
        }
        try {
            TestClient scanner = redis.newClient();
            for (int round = 0; round < 10; round++) {
                List<String> seen = new ArrayList<>(scanAll(scanner, "COUNT " + (1 + round * 7)));
                seen.removeIf(k -> !k.startsWith("stays:"));
                assertThat(seen).doesNotHaveDuplicates().hasSameElementsAs(staying);
            }
        } finally {
            done.set(true);
            for (Thread writer : writers) {
                writer.join();
            }
        }
        assertThat(failure.get()).isNull();
    }
}
