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

    @Test
    void whatBecomesIdleMeanwhileIsNotSeen() {
        redis.run("XADD s 1-0 a 1");
        redis.run("XGROUP CREATE s g 0");
        redis.run("XREADGROUP GROUP g other STREAMS s >");
        TestClient waiting = redis.newClient();
        waiting.call("XREADGROUP", "GROUP", "g", "c", "BLOCK", "100", "CLAIM", "50", "STREAMS", "s", ">");
        assertThat(waiting.isBlocked()).isTrue();
        redis.advanceMillis(60);
        redis.attendToWaits();
        assertThat(waiting.lateReply()).isNull();
        redis.advanceMillis(50);
        redis.attendToWaits();
        assertThat(waiting.lateReply()).isEqualTo("nil-array");
        assertThat(redis.run("XREADGROUP GROUP g c CLAIM 50 STREAMS s >"))
                .isEqualTo("[['s', [['1-0', ['a', '1'], 110, 1]]]]");
    }
}
