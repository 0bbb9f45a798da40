package dev.cinnabar.persistence;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cinnabar.command.testing.TestEngine;
import dev.cinnabar.config.Access;
import dev.cinnabar.config.Directives;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A file that is saved beside clients who change big values has these as they were when the save began. */
@Timeout(120)
class SnapshotFileTest {

    private static final int ELEMENTS = 3000;

    @TempDir
    Path directory;

    @Test
    void bigValuesAreSavedInPartsAndLoaded() throws Exception {
        Random random = new Random(1);
        try (TestEngine redis = new TestEngine()) {
            redis.settings().configuration().load(Directives.DIR.name(), List.of(directory.toString()));
            redis.settings().debug = Access.YES;
            for (int i = 0; i < ELEMENTS; i++) {
                String n = Integer.toString(i);
                redis.call("HSET", "hash", n, "x".repeat(50) + n);
                redis.call("SADD", "set", "y".repeat(50) + n);
                redis.call("ZADD", "sorted", n, "z".repeat(50) + n);
                redis.call("RPUSH", "list", "l".repeat(50) + n);
            }
            for (int i = 1; i <= ELEMENTS; i++) {
                redis.call("XADD", "stream", i + "-1", "field", "s".repeat(50));
            }
            for (String group : new String[] {"a", "b"}) {
                redis.call("XGROUP", "CREATE", "stream", group, "0");
                redis.call("XREADGROUP", "GROUP", group, "anne", "COUNT", "1000", "STREAMS", "stream", ">");
                redis.call("XREADGROUP", "GROUP", group, "ben", "COUNT", "1000", "STREAMS", "stream", ">");
            }
            redis.call("HPEXPIRE", "hash", "100000", "FIELDS", "2", "7", "8");
            redis.call("SET", "compressed", "abc".repeat(200_000));
            redis.call("SETRANGE", "long", Integer.toString(17 << 20), "end");
            byte[] noise = new byte[150_000];
            random.nextBytes(noise);
            redis.call("SET", "noise", HexFormat.of().formatHex(noise));
            String digest = redis.call("DEBUG", "DIGEST");
            assertThat(digest).matches("\\+[0-9a-f]{40}");
            assertThat(redis.engine().saves().start()).isTrue();
            do {
                String n = Integer.toString(random.nextInt(ELEMENTS));
                redis.call("HSET", "hash", n, "changed");
                redis.call("HDEL", "hash", Integer.toString(random.nextInt(ELEMENTS)));
                redis.call("SPOP", "set");
                redis.call("ZADD", "sorted", "0", "z".repeat(50) + n);
                redis.call("LPUSH", "list", n);
                redis.call("RPOP", "list", "2");
                redis.call("LPOP", "list", "2");
                redis.call("LSET", "list", Integer.toString(100 + random.nextInt(200)), n);
                redis.call("SETRANGE", pick(random, "compressed", "long", "noise"), n + "00", "changed");
                redis.call("XADD", "stream", "*", "field", n);
                redis.call("XDEL", "stream", n + "-1");
                redis.call("XACK", "stream", "a", random.nextInt(ELEMENTS) + "-1");
                redis.call("XCLAIM", "stream", "b", "carl", "0", n + "-1");
                redis.call("XTRIM", "stream", "MAXLEN", "=", "2500");
                redis.call("APPEND", pick(random, "compressed", "noise"), "appended");
            } while (redis.engine().saves().isInProgress());
            assertThat(redis.engine().saves().hasLastFailed()).isFalse();
            assertThat(Files.size(redis.engine().saves().file())).isGreaterThan(4 * ELEMENTS);
            redis.call("FLUSHALL");
            redis.engine().saves().load();
            assertThat(redis.call("DEBUG", "DIGEST")).isEqualTo(digest);
        }
    }

    private static String pick(Random random, String... choices) {
        return choices[random.nextInt(choices.length)];
    }
}
