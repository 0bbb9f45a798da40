package dev.cinnabar.commands.strings;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cinnabar.command.testing.RequestAllocation;
import dev.cinnabar.command.testing.TestEngine;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests from their bytes to those of their replies, and how much of the heap that takes: nothing. */
class AllocationTest {

    @AutoClose
    private final TestEngine redis = new TestEngine(16);

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET key",
                "GET number",
                "GET long",
                "GET none",
                "STRLEN key",
                "SET key value",
                "SET key valu2",
                "SET number 7",
                "SET key value EX 100",
                "SET key value XX KEEPTTL GET",
                "SETEX key 100 value",
                "INCR number",
                "DECRBY number 3",
                "MGET key number none long",
                "MSET key value number 12 other 1",
                "GETRANGE long 3 700",
                "GETEX key EX 100",
                "GETSET key other",
                "SETRANGE long 5 abc",
                "SETBIT bits 1000 1",
                "GETBIT bits 1000",
                "BITCOUNT long 3 -3",
                "BITPOS long 0",
                "BITFIELD bits INCRBY u8 #3 5 OVERFLOW SAT SET i4 0 7 GET u63 5",
                "PFADD hll a b c d",
                "PFCOUNT hll"
            })
    void takesNothingFromTheHeap(String command) {
        RequestAllocation allocation = new RequestAllocation(redis);
        prepare();
        assertThat(allocation.leastBytes(command)).as(command).isLessThan(RequestAllocation.REQUESTS);
        assertThat(allocation.written()).isPositive();
    }

    @Test
    void seesWhatIsTaken() {
        prepare();
        assertThat(new RequestAllocation(redis).leastBytes("INCRBYFLOAT number 0.5"))
                .isGreaterThan(32 * RequestAllocation.REQUESTS);
    }

    private void prepare() {
        redis.call("SET", "key", "value");
        redis.call("SET", "number", "12");
        redis.call("SET", "long", "x".repeat(5000));
    }
}
