package dev.cinnabar.commands.lists;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cinnabar.command.testing.RequestAllocation;
import dev.cinnabar.command.testing.TestEngine;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How much of the heap requests about lists of both forms take: nothing. */
class AllocationTest {

    /**
     * The memory of tests checks each block that is taken or freed, which takes two slices of a segment: about every
     * hundredth push or pop here, in the small form each that changes the size of an entry.
     */
    private static final int CHECK_BYTES = 8;

    @AutoClose
    private final TestEngine redis = new TestEngine(16);

    private void fill() {
        for (int i = 0; i < 100_000; i++) {
            redis.call("RPUSH", "long", "element:" + i);
        }
        for (int i = 0; i < 50; i++) {
            redis.call("RPUSH", "short", "element:" + i);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "LPUSH long element:0000000",
                "RPUSH long element:0000000",
                "LPUSHX long element:0000000",
                "LPOP long",
                "RPOP long",
                "RPOPLPUSH long long",
                "LMOVE short short RIGHT LEFT",
                "LLEN long",
                "LINDEX long 50000",
                "LINDEX short -3",
                "LSET long 50000 element:xxxxx",
                "LSET short 7 element:x",
                "LRANGE long 1000 1100",
                "LRANGE short 0 -1",
                "LPOP none",
                "LPOS short element:20"
            })
    void takesNothingFromTheHeap(String command) {
        fill();
        RequestAllocation allocation = new RequestAllocation(redis);
        assertThat(allocation.leastBytes(command)).as(command).isLessThan(CHECK_BYTES * RequestAllocation.REQUESTS);
        assertThat(allocation.written()).isPositive();
    }
}
