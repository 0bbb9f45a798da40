package dev.cinnabar.commands.lists;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cinnabar.command.testing.TestClient;
import dev.cinnabar.command.testing.TestEngine;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Lists in an engine: no memory is lost on the ways that they go.
 *
 * <p>Strategy: random commands on a few lists in a few partitions, in both forms, moved and copied among them and among
 * databases, deleted, expired and waited for. Invariants, checked when the engine is closed: what is reachable is what is
 * in use, and nothing is left when all is deleted. The replies are compared elsewhere, with those of real servers.
 */
class ListMemoryTest {

    private static final String[] COMMANDS = {
        "LPUSH %k %v %v",
        "RPUSH %k %v %v %v",
        "RPUSH %k %v",
        "LPUSHX %k %v",
        "LPOP %k",
        "RPOP %k 3",
        "LSET %k 1 %v",
        "LSET %k -2 %v",
        "LINSERT %k BEFORE a %v",
        "LINSERT %k AFTER 1 %v",
        "LREM %k 1 a",
        "LREM %k -2 1",
        "LTRIM %k 1 -2",
        "LTRIM %k 3 20",
        "LMOVE %k %k LEFT RIGHT",
        "LMOVE %k %k RIGHT RIGHT",
        "LMOVEM %k %k LEFT LEFT COUNT 5 BULK",
        "LMOVEM %k %k RIGHT LEFT COUNT 2 OBO",
        "LMPOP 2 %k %k LEFT COUNT 4",
        "COPY %k %k REPLACE",
        "COPY %k %k DB 1 REPLACE",
        "MOVE %k 1",
        "RENAME %k %k",
        "DEL %k",
        "SET %k x",
        "PEXPIRE %k 50",
        "PERSIST %k",
        "SWAPDB 0 1"
    };

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void nothingIsLost(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        try (TestEngine redis = new TestEngine(4)) {
            redis.settings().limits().listListpackSize = seed % 2 == 0 ? -2 : 4;
            for (int i = 0; i < 5000; i++) {
                String command = COMMANDS[random.nextInt(COMMANDS.length)];
                while (command.contains("%k")) {
                    command = command.replaceFirst("%k", "k" + random.nextInt(6));
                }
                while (command.contains("%v")) {
                    command = command.replaceFirst("%v", value(random));
                }
                assertThat(redis.run(command)).as(command).isNotEmpty();
                if (i % 100 == 0) {
                    redis.advanceMillis(20);
                    redis.engine().keyspace().expireDue();
                    redis.engine().keyspace().checkInvariants();
                }
            }
        }
    }

    private static String value(SplittableRandom random) {
        return switch (random.nextInt(8)) {
            case 0, 1, 2 -> "a";
            case 3, 4 -> "1";
            case 5 -> "x".repeat(1 + random.nextInt(100));
            case 6 -> "y".repeat(1 + random.nextInt(3000));
            default -> Integer.toString(random.nextInt());
        };
    }

    @Test
    void aLongListIsFreedInSteps() {
        try (TestEngine redis = new TestEngine(4)) {
            for (int i = 0; i < 3000; i++) {
                redis.call("RPUSH", "l", "x".repeat(100), "y".repeat(100));
            }
            TestClient waiting = redis.newClient();
            assertThat(waiting.call("BLMOVE", "none", "l", "LEFT", "LEFT", "0")).isEmpty();
            assertThat(redis.call("COPY", "l", "m")).isEqualTo("1");
            assertThat(redis.call("RPUSH", "none", "z")).isEqualTo("1");
            assertThat(waiting.lateReply()).isEqualTo("'z'");
            assertThat(redis.call("LINDEX", "l", "0")).isEqualTo("'z'");
            assertThat(redis.call("DEL", "l")).isEqualTo("1");
            assertThat(redis.call("LLEN", "m")).isEqualTo("6000");
        }
    }
}
