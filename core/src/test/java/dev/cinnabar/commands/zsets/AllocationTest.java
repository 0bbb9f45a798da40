package dev.cinnabar.commands.zsets;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cinnabar.command.testing.RequestAllocation;
import dev.cinnabar.command.testing.TestEngine;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How much of the heap requests about sorted sets of both forms take: next to nothing. */
class AllocationTest {

    /** The memory of tests checks each block that is freed, which takes two slices of a segment; now and then one of the table, too. */
    private static final int CHECK_BYTES = 48;

    @AutoClose
    private final TestEngine redis = new TestEngine(16);

    private void fill() {
        for (int i = 0; i < 2000; i++) {
            redis.call("ZADD", "large", "" + i % 100, "m" + i);
        }
        for (int i = 0; i < 100; i++) {
            redis.call("ZADD", "small", "" + i, "m" + i);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ZADD small 5 m5",
                "ZADD large 5 m5",
                "ZADD small XX CH 6 m6 7 m7",
                "ZADD large GT 1 m6",
                "ZCARD large",
                "ZRANK small m50",
                "ZRANK large m500",
                "ZREVRANK large m500",
                "ZREM large none",
                "ZREM none none",
                "ZMPOP 1 none MIN",
                "ZPOPMIN none"
            })
    void takesNothingFromTheHeap(String command) {
        fill();
        RequestAllocation allocation = new RequestAllocation(redis);
        assertThat(allocation.leastBytes(command)).as(command).isLessThan(RequestAllocation.REQUESTS);
        assertThat(allocation.written()).isPositive();
    }

    /** Each run moves the member to another place: the odd ones there, the even ones back. */
    @ParameterizedTest
    @ValueSource(strings = {"ZINCRBY large 1 m5", "ZINCRBY small 1 m5"})
    void movingAMemberTakesItsReplyAlone(String command) {
        fill();
        assertThat(new RequestAllocation(redis).leastBytes(command)).isLessThan(160L * RequestAllocation.REQUESTS);
    }

    /** Bounds and their text are objects of a call; what is answered is not. */
    @ParameterizedTest
    @CsvSource({
        "ZRANGE large 0 -1, 100",
        "ZRANGE large 100 110, 100",
        "ZCOUNT large 5 50, 200",
        "ZRANGEBYSCORE large 5 (10, 200"
    })
    void rangesTakeNothingForTheirElements(String command, int bytes) {
        fill();
        assertThat(new RequestAllocation(redis).leastBytes(command))
                .as(command)
                .isLessThan((long) bytes * RequestAllocation.REQUESTS + CHECK_BYTES);
    }
}
