package dev.cinnabar.commands.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cinnabar.command.testing.TestClient;
import dev.cinnabar.command.testing.TestEngine;
import dev.cinnabar.config.Access;
import dev.cinnabar.memory.Tag;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

class DatabaseCommandsTest {

    @AutoClose
    final TestEngine redis = new TestEngine();

    @Test
    void empties() {
        redis.replies("""
                MSET a 1 b 2            -> +OK
                SELECT 1                -> +OK
                SET c 3                 -> +OK
                DBSIZE                  -> 1
                FLUSHDB                 -> +OK
                DBSIZE                  -> 0
                SET c 3                 -> +OK
                SELECT 0                -> +OK
                DBSIZE                  -> 2
                FLUSHALL x              -> -ERR syntax error
                FLUSHALL SYNC ASYNC     -> -ERR syntax error
                FLUSHDB x               -> -ERR syntax error
                DBSIZE                  -> 2
                FLUSHALL async          -> +OK
                DBSIZE                  -> 0
                SELECT 1                -> +OK
                DBSIZE                  -> 0
                """);
    }

    @Test
    void flushingSynchronouslyFreesEverythingBeforeItReplies() {
        for (String command : new String[] {"FLUSHALL", "FLUSHALL SYNC", "FLUSHDB", "flushdb sync"}) {
            for (int i = 0; i < 1000; i++) {
                redis.call("SET", "k" + i, i % 10 == 0 ? "v".repeat(3000) : "v");
                redis.call("EXPIRE", "k" + i, "100");
            }
            redis.run(command);
            for (Tag tag : Tag.values()) {
                assertThat(redis.used(tag)).as("%s: %s", command, tag).isZero();
            }
        }
    }

    @Test
    void flushingAsynchronouslyLeavesTheWorkToTheBackground() {
        for (int i = 0; i < 1000; i++) {
            redis.call("SET", "k" + i, "v");
        }
        long before = redis.used(Tag.ENTRY);
        redis.run("FLUSHALL ASYNC");
        assertThat(redis.used(Tag.ENTRY)).isEqualTo(before);
        redis.engine().keyspace().collectGarbage();
        for (Tag tag : Tag.values()) {
            assertThat(redis.used(tag)).as("%s", tag).isZero();
        }
    }

    @Test
    void exchanges() {
        redis.replies("""
                SWAPDB x 1              -> -ERR invalid first DB index
                SWAPDB 0 x              -> -ERR invalid second DB index
                SWAPDB 16 x             -> -ERR invalid second DB index
                SWAPDB 0 16             -> -ERR DB index is out of range
                SWAPDB -1 0             -> -ERR DB index is out of range
                SWAPDB 99999999999 0    -> -ERR invalid first DB index
                SWAPDB 0 99999999999    -> -ERR invalid second DB index
                MSET a 1 b 2            -> +OK
                PEXPIRE b 100           -> 1
                SWAPDB 0 1              -> +OK
                DBSIZE                  -> 0
                SET c 3                 -> +OK
                SWAPDB 1 0              -> +OK
                GET a                   -> '1'
                PTTL b                  -> 100
                GET c                   -> nil
                SWAPDB 0 0              -> +OK
                GET a                   -> '1'
                SELECT 1                -> +OK
                KEYS *                  -> ['c']
                """);
    }

    @Test
    void debugIsForThoseWhomTheOperatorLets() {
        String refused =
                "ERR DEBUG command not allowed. If the enable-debug-command option is set to \"local\", you can run"
                        + " it from a local connection, otherwise you need to set this option in the configuration file, and then"
                        + " restart the server.";
        assertThat(redis.run("DEBUG SLEEP 0")).isEqualTo("-" + refused);
        redis.replies("""
                DEBUG                   -> -ERR wrong number of arguments for 'debug' command
                MULTI                   -> +OK
                DEBUG SLEEP 0           -> /-ERR DEBUG command not allowed.*/
                EXEC                    -> -EXECABORT Transaction discarded because of previous errors.
                """);
        redis.settings().debug = Access.LOCAL;
        assertThat(redis.run("DEBUG SLEEP 0")).isEqualTo("+OK");
        redis.settings().debug = Access.YES;
        assertThat(redis.run("DEBUG SLEEP 0")).isEqualTo("+OK");
    }

    @Test
    void debugs() {
        redis.settings().debug = Access.YES;
        redis.settings().warnings = text -> assertThat(text).isEqualTo("DEBUG LOG: hello");
        redis.replies("""
                DEBUG foo               -> -ERR unknown subcommand or wrong number of arguments for 'foo'. Try DEBUG HELP.
                DEBUG sleep             -> -ERR unknown subcommand or wrong number of arguments for 'sleep'. Try DEBUG HELP.
                DEBUG SLEEP x           -> -ERR value is not a valid float
                DEBUG SLEEP 0.001       -> +OK
                DEBUG ERROR foo         -> -foo
                DEBUG LOG hello         -> +OK
                DEBUG OBJECT a          -> -ERR no such key
                DEBUG POPULATE 3        -> +OK
                DEBUG POPULATE 2 x 10   -> +OK
                DEBUG POPULATE x        -> -ERR value is not an integer or out of range
                DEBUG POPULATE -1       -> -ERR value is out of range
                GET key:2               -> 'value:2'
                GET x:1                 -> 'value:1\\x00\\x00\\x00'
                DBSIZE                  -> 5
                DEBUG OBJECT key:1      -> /\\+Value at:0x[0-9a-f]+ refcount:1 encoding:embstr bytes:[0-9]+ lru:[0-9]+ lru_seconds_idle:0/
                DEBUG CHECK             -> +OK
                DEBUG JMAP              -> /.*'keyspace.entry', [1-9][0-9]*, .*/
                DEBUG PROTOCOL map      -> [0, 0, 1, 1, 2, 0]
                DEBUG PROTOCOL push     -> -ERR RESP2 is not supported by this command
                DEBUG PROTOCOL foo      -> /-ERR Wrong protocol type name.*/
                COMMAND DOCS debug      -> /.*'doc_flags', \\[\\+syscmd\\].*/
                DEBUG SET-ACTIVE-EXPIRE 0 -> +OK
                """);
        assertThat(redis.settings().activeExpiry).isFalse();
        assertThat(redis.run("DEBUG SET-ACTIVE-EXPIRE 1")).isEqualTo("+OK");
        assertThat(redis.settings().activeExpiry).isTrue();
        assertThat(redis.run("DEBUG HELP")).contains("SLEEP <seconds>");
        assertThat(redis.newClient().protocol(3).run("DEBUG PROTOCOL map")).isEqualTo("{0: #f, 1: #t, 2: #f}");
    }

    @Test
    void everyClientSeesAnExchangeAtOnce() {
        TestClient other = redis.newClient();
        other.run("SELECT 1");
        other.run("SET x other");
        redis.run("SET x first");
        redis.run("SWAPDB 0 1");
        assertThat(redis.run("GET x")).isEqualTo("'other'");
        assertThat(other.run("GET x")).isEqualTo("'first'");
    }
}
