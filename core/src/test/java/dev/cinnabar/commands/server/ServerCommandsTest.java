package dev.cinnabar.commands.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cinnabar.command.Host;
import dev.cinnabar.command.testing.TestEngine;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ServerCommandsTest {

    @AutoClose
    final TestEngine redis = new TestEngine();

    @Test
    void timeIsTheClocks() {
        redis.replies("""
                TIME                    -> ['1767225600', '0']
                advance 1234
                TIME                    -> ['1767225601', '234000']
                TIME x                  -> -ERR wrong number of arguments for 'time' command
                """);
    }

    @Test
    void infoHasSections() {
        assertThat(redis.run("INFO"))
                .startsWith("'# Server\\r\\nredis_version:")
                .contains("\\r\\n\\r\\n# Clients\\r\\n");
        assertThat(redis.run("INFO")).contains("# Keyspace").doesNotContain("# Commandstats");
        assertThat(redis.run("INFO CLUSTER cpu nosuch"))
                .startsWith("'# CPU\\r\\n")
                .endsWith("\\r\\n\\r\\n# Cluster\\r\\ncluster_enabled:0\\r\\n'");
        assertThat(redis.run("INFO everything")).contains("# Commandstats", "cmdstat_info:calls=");
        redis.replies("INFO nosuch -> ''");
        redis.protocol(3);
        assertThat(redis.run("INFO cluster")).isEqualTo("txt:'# Cluster\\r\\ncluster_enabled:0\\r\\n'");
    }

    @Test
    void infoCountsKeysOfAllDatabases() {
        redis.replies("""
                MSET a 1 b 2            -> +OK
                EXPIRE a 100            -> 1
                SELECT 3                -> +OK
                SET c 1                 -> +OK
                INFO keyspace           -> '# Keyspace\\r\\ndb0:keys=2,expires=1,avg_ttl=100000,subexpiry=0\\r\\ndb3:keys=1,expires=0,avg_ttl=0,subexpiry=0\\r\\n'
                MULTI                   -> +OK
                SET d 1                 -> +QUEUED
                INFO keyspace           -> +QUEUED
                EXEC                    -> /.*db3:keys=2,.*/
                """);
    }

    @Test
    void infoCountsCommandsAndErrors() {
        redis.run("CONFIG RESETSTAT");
        redis.run("SET x y");
        redis.run("GET x");
        redis.run("GET nothing");
        redis.run("INCR x");
        redis.run("INCR x y");
        assertThat(redis.run("INFO stats"))
                .contains("keyspace_hits:1\\r\\n", "keyspace_misses:1\\r\\n", "total_error_replies:2\\r\\n");
        assertThat(redis.run("INFO errorstats")).contains("errorstat_ERR:count=2");
        assertThat(redis.run("INFO commandstats"))
                .containsPattern(
                        "cmdstat_incr:calls=1,usec=\\d+,usec_per_call=\\d+\\.\\d\\d,rejected_calls=1,failed_calls=1");
    }

    @ParameterizedTest
    @CsvSource({"0, 0B", "1023, 1023B", "1024, 1.00K", "1536, 1.50K", "1048576, 1.00M", "25276502016, 23.54G"})
    void figuresForHumans(long bytes, String text) {
        assertThat(Figures.human(bytes)).isEqualTo(text);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " VERSION 5",
                " VERSION 5 20 10 1",
                " VERSION 6",
                " VERSION 7",
                " VERSION 8",
                " foo",
                " VERSION"
            })
    void lolwutEndsWithTheVersion(String arguments) {
        assertThat(redis.run("LOLWUT" + arguments)).matches("(?s)'.*Redis ver\\. [0-9.]+\\\\n'");
    }

    @Test
    void lolwutReadsNumbers() {
        redis.replies("""
                LOLWUT VERSION x        -> -ERR value is not an integer or out of range
                LOLWUT VERSION 5 x      -> -ERR value is not an integer or out of range
                LOLWUT VERSION 1        -> /'Redis ver. [0-9.]+\\\\n'/
                """);
    }

    @Test
    void shutdownIsTheHosts() {
        redis.replies("""
                SHUTDOWN FOO            -> -ERR syntax error
                SHUTDOWN SAVE NOSAVE    -> -ERR syntax error
                SHUTDOWN ABORT          -> -ERR No shutdown in progress.
                SHUTDOWN NOW ABORT      -> -ERR syntax error
                SHUTDOWN SAVE           -> -ERR Errors trying to SHUTDOWN. Check logs.
                SHUTDOWN                -> -ERR Errors trying to SHUTDOWN. Check logs.
                MULTI                   -> +OK
                SHUTDOWN                -> -ERR Command not allowed inside a transaction
                DISCARD                 -> +OK
                """);
        AtomicInteger ends = new AtomicInteger();
        redis.engine().host(new Host() {
            @Override
            public boolean canShutDown() {
                return true;
            }

            @Override
            public boolean shutDown() {
                ends.incrementAndGet();
                return true;
            }
        });
        assertThat(redis.client().send("SHUTDOWN".getBytes(UTF_8), "NOW".getBytes(UTF_8)))
                .isEmpty();
        assertThat(ends).hasValue(1);
        assertThat(redis.client().session().isClosing()).isTrue();
    }

    @Test
    void memoryUsageGrowsWithTheValue() {
        redis.run("SET k v");
        redis.run("SET big " + "x".repeat(10_000));
        assertThat(Long.parseLong(redis.run("MEMORY USAGE k"))).isBetween(24L, 100L);
        assertThat(Long.parseLong(redis.run("MEMORY USAGE big SAMPLES 0"))).isBetween(10_000L, 13_000L);
        redis.replies("""
                MEMORY USAGE nothing            -> nil
                MEMORY USAGE k SAMPLES          -> -ERR syntax error
                MEMORY USAGE k FOO 1            -> -ERR syntax error
                MEMORY USAGE k SAMPLES -1       -> -ERR syntax error
                MEMORY USAGE k SAMPLES x        -> -ERR value is not an integer or out of range
                MEMORY USAGE                    -> -ERR wrong number of arguments for 'memory|usage' command
                MEMORY PURGE                    -> +OK
                MEMORY NOSUCH                   -> -ERR unknown subcommand 'NOSUCH'. Try MEMORY HELP.
                """);
        assertThat(redis.run("MEMORY STATS")).contains("'keys.count', 2", "'total.allocated', ");
        assertThat(redis.run("MEMORY DOCTOR")).contains("too little to have an opinion");
        assertThat(redis.run("MEMORY MALLOC-STATS")).contains("entry: ");
    }
}
