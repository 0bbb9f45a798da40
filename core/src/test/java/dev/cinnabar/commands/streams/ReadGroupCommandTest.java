package dev.cinnabar.commands.streams;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cinnabar.command.testing.TestClient;
import dev.cinnabar.command.testing.TestEngine;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** XREADGROUP where time matters, which the test lets pass. */
class ReadGroupCommandTest {

    @AutoClose
    private final TestEngine redis = new TestEngine(4);

    /** A stream of one entry that is pending with another consumer, and a client that waits to claim it. */
    private TestClient waiting(String block, String minIdle) {
        redis.run("XADD s 1-0 a 1");
        redis.run("XGROUP CREATE s g 0");
        redis.run("XREADGROUP GROUP g other STREAMS s >");
        TestClient waiting = redis.newClient();
        waiting.call("XREADGROUP", "GROUP", "g", "c", "BLOCK", block, "CLAIM", minIdle, "STREAMS", "s", ">");
        assertThat(waiting.isBlocked()).isTrue();
        return waiting;
    }

    private void pass(long millis) {
        redis.advanceMillis(millis);
        redis.attendToWaits();
    }

    @Test
    void isServedWhenAnEntryBecomesIdleForLongEnough() {
        TestClient waiting = waiting("100", "50");
        pass(49);
        assertThat(waiting.lateReply()).isNull();
        pass(1);
        assertThat(waiting.lateReply()).isEqualTo("[['s', [['1-0', ['a', '1'], 50, 1]]]]");
        assertThat(redis.run("XPENDING s g")).isEqualTo("[1, '1-0', '1-0', [['c', '1']]]");
        pass(1000);
        assertThat(waiting.lateReply()).isNull();
    }

    @Test
    void theTimeLimitMayEndItBefore() {
        TestClient waiting = waiting("49", "50");
        pass(49);
        assertThat(waiting.lateReply()).isEqualTo("nil-array");
        pass(1);
        assertThat(redis.run("XREADGROUP GROUP g c CLAIM 50 STREAMS s >"))
                .isEqualTo("[['s', [['1-0', ['a', '1'], 50, 1]]]]");
    }

    @Test
    void withoutTimeLimitItWaitsForTheEntryThatIsDueFirst() {
        TestClient waiting = waiting("0", "50");
        redis.run("XADD t 2-0 b 2");
        redis.run("XGROUP CREATE t g 0");
        redis.advanceMillis(10);
        redis.run("XREADGROUP GROUP g other STREAMS t >");
        TestClient both = redis.newClient();
        both.call("XREADGROUP", "GROUP", "g", "d", "BLOCK", "0", "CLAIM", "45", "STREAMS", "t", "s", ">", ">");
        pass(34);
        assertThat(both.lateReply()).isNull();
        pass(1);
        assertThat(both.lateReply()).isEqualTo("[['s', [['1-0', ['a', '1'], 45, 1]]]]");
        pass(5);
        assertThat(waiting.lateReply()).as("claimed meanwhile").isNull();
        pass(45);
        assertThat(waiting.lateReply()).isEqualTo("[['s', [['1-0', ['a', '1'], 50, 2]]]]");
    }

    @Test
    void whatIsDeliveredToOthersMeanwhileIsWaitedForToo() {
        TestClient waiting = waiting("0", "50");
        redis.run("XACK s g 1-0");
        redis.run("MULTI");
        redis.run("XADD s 2-0 b 2");
        redis.run("XREADGROUP GROUP g other STREAMS s >");
        redis.run("EXEC");
        assertThat(waiting.lateReply()).isNull();
        pass(49);
        assertThat(waiting.lateReply()).isNull();
        pass(1);
        assertThat(waiting.lateReply()).isEqualTo("[['s', [['2-0', ['b', '2'], 50, 1]]]]");
    }

    @Test
    void twoThatWaitGetWhatIsNewOneAfterTheOther() {
        redis.run("XGROUP CREATE s g 0 MKSTREAM");
        TestClient first = redis.newClient();
        TestClient second = redis.newClient();
        first.call("XREADGROUP", "GROUP", "g", "c1", "BLOCK", "0", "CLAIM", "100", "STREAMS", "s", ">");
        second.call("XREADGROUP", "GROUP", "g", "c2", "BLOCK", "0", "CLAIM", "100", "STREAMS", "s", ">");
        redis.run("XADD s 2-0 f v");
        assertThat(first.lateReply()).isEqualTo("[['s', [['2-0', ['f', 'v'], 0, 0]]]]");
        assertThat(second.lateReply()).isNull();
        pass(100);
        assertThat(second.lateReply()).isEqualTo("[['s', [['2-0', ['f', 'v'], 100, 1]]]]");
    }

    @Test
    void whatIsGivenBackIsClaimedAtOnce() {
        TestClient waiting = waiting("0", "100000");
        redis.run("XNACK s g FAIL IDS 1 1-0");
        assertThat(waiting.lateReply()).startsWith("[['s', [['1-0', ['a', '1'], ");
    }

    @Test
    void whatIsNewEndsTheWaitBefore() {
        TestClient waiting = waiting("5000", "1000");
        pass(100);
        redis.run("XADD s 2-0 b 2");
        assertThat(waiting.lateReply()).isEqualTo("[['s', [['2-0', ['b', '2'], 0, 0]]]]");
    }

    @Test
    void whatIsDeletedFromTheStreamIsPassedOver() {
        TestClient waiting = waiting("0", "50");
        redis.run("XDEL s 1-0");
        pass(50);
        assertThat(waiting.lateReply()).isNull();
        assertThat(redis.run("XPENDING s g")).isEqualTo("[0, nil, nil, nil-array]");
        pass(100);
        assertThat(waiting.lateReply()).isNull();
        redis.run("XADD s 2-0 b 2");
        assertThat(waiting.lateReply()).isEqualTo("[['s', [['2-0', ['b', '2'], 0, 0]]]]");
    }

    @Test
    void theLongestIdleTimeIsNeverReached() {
        TestClient waiting = waiting("0", "9223372036854775807");
        pass(1L << 40);
        assertThat(waiting.lateReply()).isNull();
        waiting.disconnect();
    }

    @Test
    void aPauseHoldsItBack() {
        TestClient waiting = waiting("0", "50");
        redis.run("CLIENT PAUSE 1000 WRITE");
        pass(60);
        assertThat(waiting.lateReply()).isNull();
        redis.run("CLIENT UNPAUSE");
        pass(19);
        assertThat(waiting.lateReply()).isNull();
        pass(1);
        assertThat(waiting.lateReply()).isEqualTo("[['s', [['1-0', ['a', '1'], 80, 1]]]]");
    }

    @Test
    void theIdleTimeIsANumber() {
        redis.replies("""
                XADD s 1-0 f v -> '1-0'
                XGROUP CREATE s g 0 -> +OK
                XREADGROUP GROUP g c CLAIM test STREAMS s > -> -ERR min-idle-time is not an integer or out of range
                XREADGROUP GROUP g c CLAIM -0 STREAMS s > -> -ERR min-idle-time is not an integer or out of range
                XREADGROUP GROUP g c CLAIM +10 STREAMS s > -> -ERR min-idle-time is not an integer or out of range
                XREADGROUP GROUP g c CLAIM 5.5 STREAMS s > -> -ERR min-idle-time is not an integer or out of range
                XREADGROUP GROUP g c CLAIM -10 STREAMS s > -> -ERR min-idle-time must be a positive integer
                XREADGROUP GROUP g c CLAIM 10 CLAIM COUNT 1 STREAMS s > -> -ERR min-idle-time is not an integer or out of range
                XREADGROUP GROUP g CLAIM 50 c STREAMS s > -> -ERR syntax error
                XREADGROUP GROUP g c STREAMS s CLAIM > -> -ERR Unbalanced 'xreadgroup' list of streams: for each stream key an ID or '>' must be specified.
                XREADGROUP GROUP g c STREAMS s > CLAIM 50 -> -ERR Invalid stream ID specified as stream command argument
                XREADGROUP GROUP g c STREAMS s CLAIM 50 > -> -NOGROUP No such key 'CLAIM' or consumer group 'g' in XREADGROUP with GROUP option
                """);
    }
}
