package dev.cinnabar.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cinnabar.command.testing.TestEngine;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

class KeySizesTest {

    @AutoClose
    private final TestEngine redis = new TestEngine();

    private String section(String command) {
        String reply = redis.run(command);
        return reply.substring(reply.indexOf("# Keysizes"))
                .replace("\\r\\n", "\n")
                .replace("\r\n", "\n");
    }

    @Test
    void sizesOfAllTypesInAllDatabases() {
        redis.run("SET empty ''");
        redis.run("SET one 1");
        redis.run("SET number 1234567890");
        redis.run("SETRANGE large 4095 x");
        redis.run("SETRANGE larger 1048575 x");
        redis.run("RPUSH list 1 2 3 4 5");
        redis.run("SADD set 1");
        redis.run("XADD stream * f v");
        redis.run("HSET hash a 1 b 2 c 3");
        redis.run("SELECT 3");
        redis.run("ZADD zset 1 1 2 2");
        assertThat(section("INFO keysizes")).contains("""
                # Keysizes
                db0_distrib_strings_sizes:0=1,1=1,8=1,4K=1,1M=1
                db0_distrib_lists_items:4=1
                db0_distrib_sets_items:1=1
                db0_distrib_hashes_items:2=1
                db3_distrib_zsets_items:2=1
                """);
        assertThat(section("INFO")).isEqualTo(section("INFO everything").replaceFirst("(?s)\n# Hotkeys.*", "'"));
        redis.run("FLUSHALL");
        assertThat(section("INFO keysizes")).doesNotContain("distrib");
    }

    @Test
    void whereThereAreManyKeysTheBackgroundWorkCountsForThoseWhoAskAgainAndAgain() {
        redis.run("CONFIG SET maxmemory 0");
        for (int i = 0; i < 20_001; i++) {
            redis.call("SET", "k" + i, "v");
        }
        KeySizes sizes = redis.engine().keySizes();
        sizes.step();
        assertThat(section("INFO")).doesNotContain("distrib");
        for (int i = 0; i < 100; i++) {
            sizes.step();
        }
        assertThat(section("INFO")).contains("db0_distrib_strings_sizes:1=20001");
        redis.advanceMillis(400_000);
        sizes.step();
        assertThat(section("INFO")).doesNotContain("distrib");
        assertThat(section("INFO keysizes")).contains("db0_distrib_strings_sizes:1=20001");
    }

    @Test
    void labels() {
        assertThat(KeySizes.label(0)).isEqualTo("0");
        assertThat(KeySizes.label(1)).isEqualTo("1");
        assertThat(KeySizes.label(10)).isEqualTo("512");
        assertThat(KeySizes.label(11)).isEqualTo("1K");
        assertThat(KeySizes.label(32)).isEqualTo("2G");
        assertThat(KeySizes.label(64)).isEqualTo("8E");
    }
}
