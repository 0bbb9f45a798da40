package dev.cinnabar.commands.hashes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cinnabar.command.testing.RequestAllocation;
import dev.cinnabar.command.testing.TestEngine;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How much of the heap requests about hashes of every form take: nothing. */
class AllocationTest {

    private static final int BIG = 2000;
    private static final int SMALL = 100;

    @AutoClose
    private final TestEngine redis = new TestEngine(16);

    private void fill(String key, int fields) {
        for (int i = 0; i < fields; i++) {
            redis.call("HSET", key, "f" + i, "value-" + i);
        }
        redis.call("HSET", key, "n", "1000000");
    }

    private void fillAll() {
        fill("small", SMALL);
        fill("smallex", SMALL);
        redis.call("HEXPIRE", "smallex", "1000000", "FIELDS", "1", "f1");
        fill("big", BIG);
        fill("bigex", BIG);
        redis.call("HEXPIRE", "bigex", "1000000", "FIELDS", "1", "f1");
        assertThat(redis.call("OBJECT", "ENCODING", "small")).contains("listpack");
        assertThat(redis.call("OBJECT", "ENCODING", "smallex")).contains("listpackex");
        assertThat(redis.call("OBJECT", "ENCODING", "big")).contains("hashtable");
        assertThat(redis.call("OBJECT", "ENCODING", "bigex")).contains("hashtable");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "HSET small f2 value-3",
                "HSET smallex f2 value-3",
                "HSET big f2 value-3",
                "HSET bigex f2 value-3",
                "HSET big f2 value-3 f4 value-5",
                "HSETNX big f2 value-3",
                "HINCRBY small n 1",
                "HINCRBY big n 1",
                "HDEL small none",
                "HDEL big none",
                "HGET small f7",
                "HGET smallex f7",
                "HGET smallex f1",
                "HGET big f7",
                "HGET bigex f7",
                "HGET bigex f1",
                "HGET big none",
                "HMGET big f7 f8 none",
                "HEXISTS big f7",
                "HSTRLEN big f7",
                "HLEN big",
                "HGETALL small",
                "HKEYS small",
                "HVALS smallex",
                "HRANDFIELD small",
                "HRANDFIELD big",
                "HRANDFIELD big -5"
            })
    void takesNothingFromTheHeap(String command) {
        fillAll();
        RequestAllocation allocation = new RequestAllocation(redis);
        assertThat(allocation.leastBytes(command)).as(command).isLessThan(RequestAllocation.REQUESTS);
        assertThat(allocation.written()).isPositive();
    }
}
