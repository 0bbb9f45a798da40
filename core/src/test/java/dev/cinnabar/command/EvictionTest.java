package dev.cinnabar.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cinnabar.command.testing.TestEngine;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What goes when memory is full. */
class EvictionTest {

    private static final int KEYS = 2000;

    @AutoClose
    private final TestEngine redis = new TestEngine();

    @BeforeEach
    void fill() {
        for (int i = 0; i < KEYS; i++) {
            redis.call("SET", "old:" + i, "x".repeat(100));
        }
    }

    private void limit(String policy) {
        redis.run("CONFIG SET maxmemory-policy " + policy + " maxmemory-eviction-tenacity 100");
        redis.run("CONFIG SET maxmemory " + redis.engine().usedMemory());
    }

    private void add(int n) {
        for (int i = 0; i < n; i++) {
            assertThat(redis.call("SET", "new:" + i, "y".repeat(100))).isEqualTo("+OK");
            assertThat(redis.engine().usedMemory() - redis.settings().maxMemory).isLessThan(8192);
        }
    }

    private long living(String prefix, int n) {
        return IntStream.range(0, n)
                .filter(i -> redis.call("EXISTS", prefix + i).equals("1"))
                .count();
    }

    @ParameterizedTest
    @ValueSource(strings = {"allkeys-lru", "allkeys-lfu", "allkeys-lrm", "allkeys-random"})
    void roomIsMade(String policy) {
        limit(policy);
        add(KEYS);
        // The last write may have gone above the limit; this command makes room for it.
        redis.run("PING");
        long evicted = redis.engine().keyspace().evicted();
        assertThat(evicted).isBetween(KEYS / 2L, KEYS * 3L / 2);
        assertThat(redis.run("DBSIZE")).isEqualTo(Long.toString(2 * KEYS - evicted));
        assertThat(redis.run("INFO stats")).contains("evicted_keys:" + evicted);
    }

    @Test
    void theLeastRecentlyUsedGo() {
        redis.advanceMillis(10_000);
        IntStream.range(0, KEYS / 2).forEach(i -> redis.call("GET", "old:" + i));
        redis.advanceMillis(10_000);
        limit("allkeys-lru");
        add(KEYS / 4);
        assertThat(living("new:", KEYS / 4)).isEqualTo(KEYS / 4);
        assertThat(living("old:", KEYS / 2)).isGreaterThan(KEYS / 2 - KEYS / 100);
    }

    @Test
    void readsDoNotCountWhereChangesDo() {
        redis.run("CONFIG SET maxmemory-policy allkeys-lrm");
        redis.advanceMillis(10_000);
        IntStream.range(0, KEYS / 2).forEach(i -> redis.call("APPEND", "old:" + i, ""));
        redis.advanceMillis(10_000);
        IntStream.range(KEYS / 2, KEYS).forEach(i -> redis.call("GET", "old:" + i));
        limit("allkeys-lrm");
        add(KEYS / 4);
        assertThat(living("old:", KEYS / 2)).isGreaterThan(KEYS / 2 - KEYS / 100);
    }

    @Test
    void theLeastFrequentlyUsedGo() {
        redis.run("CONFIG SET maxmemory-policy allkeys-lfu");
        for (int round = 0; round < 20; round++) {
            IntStream.range(0, KEYS / 2).forEach(i -> redis.call("GET", "old:" + i));
        }
        limit("allkeys-lfu");
        add(KEYS / 4);
        assertThat(living("old:", KEYS / 2)).isGreaterThan(KEYS / 2 - KEYS / 50);
    }

    @Test
    void onlyWhatExpiresGoesUnderAVolatilePolicy() {
        IntStream.range(0, KEYS / 2).forEach(i -> redis.call("EXPIRE", "old:" + i, "1000"));
        limit("volatile-lru");
        add(KEYS / 4);
        assertThat(living("new:", KEYS / 4)).isEqualTo(KEYS / 4);
        assertThat(IntStream.range(KEYS / 2, KEYS)
                        .filter(i -> redis.call("EXISTS", "old:" + i).equals("1"))
                        .count())
                .isEqualTo(KEYS / 2);
    }

    @Test
    void whatExpiresFirstGoesFirst() {
        IntStream.range(0, KEYS).forEach(i -> redis.call("EXPIRE", "old:" + i, Integer.toString(1000 + i)));
        limit("volatile-ttl");
        add(KEYS / 4);
        redis.run("PING");
        long evicted = redis.engine().keyspace().evicted();
        assertThat(living("old:", (int) evicted)).isZero();
        assertThat(living("old:", KEYS)).isEqualTo(KEYS - evicted);
    }

    @Test
    void whereNothingMayGoWritesAreRefused() {
        limit("volatile-random");
        redis.run("CONFIG SET maxmemory 1");
        assertThat(redis.run("SET a 1")).startsWith("-OOM ");
        assertThat(redis.run("DEL old:1")).isEqualTo("1");
        redis.run("EXPIRE old:2 100");
        assertThat(redis.run("GET old:2")).isEqualTo("nil");
    }

    @Test
    void watchersOfWhatGoesAreTold() {
        redis.run("WATCH old:1 old:2");
        redis.run("MULTI");
        redis.run("PING");
        redis.newClient().run("CONFIG SET maxmemory-policy allkeys-random maxmemory-eviction-tenacity 100 maxmemory 1");
        redis.newClient().run("PING");
        assertThat(redis.run("EXEC")).isEqualTo("nil-array");
    }
}
