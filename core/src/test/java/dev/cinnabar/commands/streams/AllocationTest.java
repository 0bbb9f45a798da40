package dev.cinnabar.commands.streams;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cinnabar.command.testing.RequestAllocation;
import dev.cinnabar.command.testing.TestEngine;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How much of the heap requests about streams take: adding and looking takes nothing. */
class AllocationTest {

    /** The memory of tests checks each block that is freed, which takes slices of its segment. */
    private static final int CHECK_BYTES = 48;

    @AutoClose
    private final TestEngine redis = new TestEngine(16);

    private RequestAllocation filled() {
        for (int i = 1; i <= 300; i++) {
            redis.call("XADD", "s", i + "-0", "field", "value", "n", "" + i);
        }
        return new RequestAllocation(redis);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"XLEN s", "XRANGE s - +", "XRANGE s 17 (90-3 COUNT 10", "XREVRANGE s + - COUNT 5", "XDEL s 500"})
    void lookingTakesNothing(String command) {
        RequestAllocation allocation = filled();
        assertThat(allocation.leastBytes(command)).as(command).isLessThan(RequestAllocation.REQUESTS);
        assertThat(allocation.written()).isPositive();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"XADD s * field value n 17", "XADD s MAXLEN ~ 200 * field value n 17", "XADD s * other value"})
    void addingTakesNothing(String command) {
        RequestAllocation allocation = filled();
        // A node of a hundred entries moves a dozen times while it grows.
        assertThat(allocation.leastBytes(command))
                .as(command)
                .isLessThan((CHECK_BYTES / 2) * RequestAllocation.REQUESTS);
        assertThat(allocation.written()).isPositive();
    }

    @Test
    void readingTakesLittle() {
        RequestAllocation allocation = filled();
        assertThat(allocation.leastBytes("XREAD COUNT 2 STREAMS s 250")).isLessThan(400L * RequestAllocation.REQUESTS);
    }
}
