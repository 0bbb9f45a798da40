package dev.cinnabar.commands.keys;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cinnabar.command.testing.RequestAllocation;
import dev.cinnabar.command.testing.TestEngine;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Keys that come and go, of every type, and how much of the heap that takes: nothing, or little. */
class AllocationTest {

    @AutoClose
    private final TestEngine redis = TestEngine.withPlainMemory(16);

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SET new value;DEL new",
                "SET new value EX 100;UNLINK new",
                "SET new value NX GET;GETDEL new",
                "INCR new;DEL new",
                "APPEND new x;APPEND new y;DEL new",
                "SETBIT new 7 1;DEL new",
                "PFADD new a;DEL new",
                "LPUSH new a;RPOP new",
                "RPUSH new a b c;LPOP new 3",
                "HSET new f v;HDEL new f",
                "HINCRBY new f 1;DEL new",
                "SADD new 1;SREM new 1",
                "SADD new a;SREM new a",
                "ZADD new 1 a;ZREM new a",
                "ZINCRBY new 2 a;ZPOPMIN new",
                "ZADD new 1 a;ZSCORE new a;DEL new",
                "MSET new 1 newer 2;DEL new newer",
                "EXPIRE key 100;PERSIST key",
                "PEXPIRE key 100000 NX;TTL key;PERSIST key",
                "TYPE key;EXISTS key none;TOUCH key",
                "RENAME key other;RENAME other key",
                "LPUSH list a;LMOVE list list LEFT RIGHT;RPOP list",
                "SMOVE set moved a;SMOVE moved set a"
            })
    void takesNothingFromTheHeap(String commands) {
        assertThat(leastBytes(commands)).as(commands).isLessThan(RequestAllocation.REQUESTS);
    }

    /** Java's own text of a fraction, a new object tree of a stream, a queue of a transaction. */
    @ParameterizedTest
    @CsvSource({
        "ZADD new 1.25 a;ZSCORE new a;DEL new, 240",
        "ZADD new 1 a;ZRANGE new 0 -1 WITHSCORES;DEL new, 160",
        "XADD new 1-1 f v;DEL new, 600",
        "MULTI;INCR number;GET key;EXEC, 700"
    })
    void takesLittle(String commands, int bytes) {
        assertThat(leastBytes(commands)).as(commands).isLessThan((long) bytes * RequestAllocation.REQUESTS);
    }

    private long leastBytes(String commands) {
        redis.call("SET", "key", "value");
        redis.call("RPUSH", "list", "x", "y");
        redis.call("SADD", "set", "a", "b");
        RequestAllocation allocation = new RequestAllocation(redis);
        long bytes = allocation.leastBytes(commands);
        assertThat(allocation.written()).isPositive();
        return bytes;
    }
}
