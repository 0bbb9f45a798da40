package dev.cinnabar.commands.sets;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cinnabar.command.testing.RequestAllocation;
import dev.cinnabar.command.testing.TestEngine;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How much of the heap requests about sets of every form take: nothing. */
class AllocationTest {

    /** The memory of tests checks each block that is freed, which takes two slices of a segment; now and then one of the table, too. */
    private static final int CHECK_BYTES = 48;

    @AutoClose
    private final TestEngine redis = new TestEngine(16);

    private void fill(int members) {
        for (int i = 0; i < members; i++) {
            redis.call("SADD", "members", "m" + i);
        }
        for (int i = 0; i < 100; i++) {
            redis.call("SADD", "words", "w" + i);
            redis.call("SADD", "numbers", "" + i);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SADD numbers 1",
                "SADD words w2",
                "SADD members m2",
                "SISMEMBER numbers 7",
                "SISMEMBER words w7",
                "SISMEMBER members m7",
                "SMISMEMBER members m7 m8 none",
                "SREM members none",
                "SCARD members",
                "SMEMBERS numbers",
                "SMEMBERS words",
                "SRANDMEMBER numbers",
                "SRANDMEMBER words",
                "SRANDMEMBER members",
                "SRANDMEMBER numbers -5",
                "SPOP none"
            })
    void takesNothingFromTheHeap(String command) {
        fill(2000);
        RequestAllocation allocation = new RequestAllocation(redis);
        assertThat(allocation.leastBytes(command)).as(command).isLessThan(RequestAllocation.REQUESTS);
        assertThat(allocation.written()).isPositive();
    }

    @Test
    void poppingFromATableTakesNothing() {
        fill(60_000);
        assertThat(new RequestAllocation(redis).leastBytes("SPOP members"))
                .isLessThan((CHECK_BYTES + 8) * RequestAllocation.REQUESTS);
        assertThat(redis.call("SCARD", "members")).isEqualTo("10000");
    }
}
