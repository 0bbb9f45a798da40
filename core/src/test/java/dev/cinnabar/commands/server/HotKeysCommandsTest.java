package dev.cinnabar.commands.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cinnabar.command.testing.TestClient;
import dev.cinnabar.command.testing.TestEngine;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** HOTKEYS: what it counts, when, and what it refuses. */
class HotKeysCommandsTest {

    @AutoClose
    private final TestEngine redis = new TestEngine();

    @Test
    void optionsAreChecked() {
        redis.replies("""
                HOTKEYS START                               -> -ERR METRICS parameter is required
                HOTKEYS START COUNT 5                       -> -ERR METRICS parameter is required
                HOTKEYS START METRICS                       -> -ERR syntax error
                HOTKEYS START METRICS 0 CPU                 -> -ERR METRICS count must be 1 or 2
                HOTKEYS START METRICS x CPU                 -> -ERR METRICS count must be 1 or 2
                HOTKEYS START METRICS 3 CPU NET CPU         -> -ERR METRICS count must be 1 or 2
                HOTKEYS START METRICS 2 CPU                 -> -ERR METRICS count does not match number of metric types provided
                HOTKEYS START METRICS 1 CPU NET             -> -ERR METRICS count does not match number of metric types provided
                HOTKEYS START METRICS 1 FOO                 -> -ERR METRICS no valid metrics passed
                HOTKEYS START METRICS 2 CPU CPU             -> -ERR METRICS CPU defined more than once
                HOTKEYS START METRICS 2 NET NET             -> -ERR METRICS NET defined more than once
                HOTKEYS START METRICS 1 CPU COUNT 0         -> -ERR COUNT must be between 1 and 64
                HOTKEYS START METRICS 1 CPU COUNT 65        -> -ERR COUNT must be between 1 and 64
                HOTKEYS START METRICS 1 CPU DURATION 0      -> -ERR DURATION must be positive
                HOTKEYS START METRICS 1 CPU SAMPLE 0        -> -ERR SAMPLE ratio must be positive
                HOTKEYS START METRICS 1 CPU SLOTS 1 0       -> -ERR SLOTS parameter cannot be used in non-cluster mode
                HOTKEYS START METRICS 1 CPU FOO 1           -> -ERR syntax error
                HOTKEYS GET                                 -> nil
                HOTKEYS STOP                                -> nil
                HOTKEYS RESET                               -> +OK
                """);
    }

    @Test
    void aSessionBeginsEndsAndIsForgotten() {
        redis.replies("""
                HOTKEYS START METRICS 2 CPU FOO             -> +OK
                HOTKEYS START METRICS 1 CPU                 -> -ERR hotkey tracking session already in progress
                HOTKEYS RESET                               -> -ERR hotkey tracking session in progress, stop tracking first
                HOTKEYS STOP                                -> +OK
                HOTKEYS STOP                                -> nil
                HOTKEYS GET                                 -> /\\[\\['tracking-active', 0, 'sample-ratio', 1, 'selected-slots', \\[\\], .*/
                HOTKEYS RESET                               -> +OK
                HOTKEYS GET                                 -> nil
                """);
    }

    @Test
    void theKeysWithMostBytesComeFirst() {
        TestClient other = redis.newClient();
        redis.run("HOTKEYS START METRICS 1 NET COUNT 2");
        String hundred = "x".repeat(100);
        other.run("SET small 1");
        other.run("SET big " + hundred);
        other.run("GET big");
        other.run("SET middle " + hundred);
        String report = redis.run("HOTKEYS GET");
        assertThat(report)
                .contains("'by-net-bytes', ['big', ")
                .contains(", 'middle', ")
                .doesNotContain("'small'");
        assertThat(report).doesNotContain("by-cpu-time-us");
        redis.run("HOTKEYS STOP");
        other.run("GET unseen");
        assertThat(redis.run("HOTKEYS GET")).doesNotContain("unseen");
    }

    @Test
    void commandsOfATransactionCountForTheirKeys() {
        TestClient other = redis.newClient();
        redis.run("HOTKEYS START METRICS 2 CPU NET");
        other.replies("""
                MULTI       -> +OK
                SET inside 1 -> +QUEUED
                EXEC        -> [+OK]
                """);
        assertThat(redis.run("HOTKEYS GET")).contains("'by-cpu-time-us', ['inside', ", "'by-net-bytes', ['inside', ");
    }

    @Test
    void aSessionEndsWhenItsTimeIsOver() {
        redis.run("HOTKEYS START METRICS 1 NET DURATION 2");
        redis.advanceMillis(5_000);
        redis.run("GET late");
        assertThat(redis.run("HOTKEYS GET"))
                .contains("'tracking-active', 0", "'collection-duration-ms', 2000")
                .doesNotContain("late");
        redis.replies("HOTKEYS RESET -> +OK");
    }

    @Test
    void manyKeysDoNotHideAHotOne() {
        TestClient other = redis.newClient();
        redis.run("HOTKEYS START METRICS 1 NET COUNT 1");
        for (int i = 0; i < 5_000; i++) {
            other.run("GET cold:" + i);
            if (i % 10 == 0) {
                other.run("GET hot");
            }
        }
        assertThat(redis.run("HOTKEYS GET")).contains("'by-net-bytes', ['hot', ");
        assertThat(redis.engine().hotKeys().sizeBytes()).isBetween(1L, 200_000L);
        assertThat(redis.run("INFO hotkeys")).contains("tracking_active:1");
    }

    @Test
    void version3RepliesWithAMap() {
        redis.protocol(3);
        redis.run("HOTKEYS START METRICS 1 CPU SAMPLE 5");
        assertThat(redis.run("HOTKEYS GET")).startsWith("[{").contains("'sample-ratio': 5");
    }
}
