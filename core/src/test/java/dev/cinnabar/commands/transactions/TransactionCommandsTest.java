package dev.cinnabar.commands.transactions;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cinnabar.command.testing.TestClient;
import dev.cinnabar.command.testing.TestEngine;
import java.util.Arrays;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TransactionCommandsTest {

    @AutoClose
    final TestEngine redis = new TestEngine();

    @Test
    void queuesAndRuns() {
        redis.replies("""
                MULTI                   -> +OK
                SET a 1                 -> +QUEUED
                INCR a                  -> +QUEUED
                GET a                   -> +QUEUED
                DBSIZE                  -> +QUEUED
                EXEC                    -> [+OK, 2, '2', 1]
                EXEC                    -> -ERR EXEC without MULTI
                MULTI                   -> +OK
                EXEC                    -> []
                """);
    }

    @Test
    void anErrorWhileRunningStopsNothing() {
        redis.replies("""
                MULTI                   -> +OK
                SET a x                 -> +QUEUED
                INCR a                  -> +QUEUED
                SET b 1                 -> +QUEUED
                EXEC                    -> [+OK, -ERR value is not an integer or out of range, +OK]
                GET b                   -> '1'
                """);
    }

    @Test
    void whatCannotBeQueuedAborts() {
        for (String wrong :
                new String[] {"GET", "NOSUCH a", "OBJECT FOO a", "OBJECT ENCODING", "WATCH", "MULTI x", "DISCARD x"}) {
            redis.run("MULTI");
            assertThat(redis.run(wrong)).as(wrong).startsWith("-ERR ");
            assertThat(redis.run("SET a 1")).isEqualTo("+QUEUED");
            assertThat(redis.run("EXEC"))
                    .as(wrong)
                    .isEqualTo("-EXECABORT Transaction discarded because of previous errors.");
            assertThat(redis.run("GET a")).isEqualTo("nil");
        }
    }

    @Test
    void whatIsMerelyOutOfPlaceDoesNotAbort() {
        redis.replies("""
                DISCARD                 -> -ERR DISCARD without MULTI
                UNWATCH                 -> +OK
                MULTI                   -> +OK
                MULTI                   -> -ERR MULTI calls can not be nested
                WATCH a                 -> -ERR WATCH inside MULTI is not allowed
                SET a 1                 -> +QUEUED
                EXEC                    -> [+OK]
                """);
    }

    @Test
    void aRefusedExecEndsTheTransactionAndItsWatches() {
        TestClient other = redis.newClient();
        redis.replies("""
                WATCH a                 -> +OK
                MULTI                   -> +OK
                SET b 1                 -> +QUEUED
                EXEC x                  -> -EXECABORT Transaction discarded because of: wrong number of arguments for 'exec' command
                EXEC                    -> -ERR EXEC without MULTI
                EXEC x                  -> -EXECABORT Transaction discarded because of: wrong number of arguments for 'exec' command
                """);
        other.run("SET a 1");
        redis.replies("""
                MULTI                   -> +OK
                GET b                   -> +QUEUED
                EXEC                    -> [nil]
                """);
    }

    @Test
    void discards() {
        TestClient other = redis.newClient();
        redis.replies("""
                WATCH a                 -> +OK
                MULTI                   -> +OK
                SET b 1                 -> +QUEUED
                DISCARD                 -> +OK
                GET b                   -> nil
                """);
        other.run("SET a 1");
        redis.replies("""
                MULTI                   -> +OK
                PING                    -> +QUEUED
                EXEC                    -> [+PONG]
                """);
    }

    @Test
    void errorsGoBeforeChangesOfWatchedKeys() {
        TestClient other = redis.newClient();
        redis.run("WATCH a");
        other.run("SET a 1");
        redis.replies("""
                MULTI                   -> +OK
                NOSUCH                  -> /-ERR unknown command.*/
                EXEC                    -> -EXECABORT Transaction discarded because of previous errors.
                """);
    }

    @Test
    void theChosenDatabaseStaysChosen() {
        redis.replies("""
                MULTI                   -> +OK
                SELECT 3                -> +QUEUED
                SET x 1                 -> +QUEUED
                SELECT 0                -> +QUEUED
                GET x                   -> +QUEUED
                SELECT 99               -> +QUEUED
                SELECT 3                -> +QUEUED
                EXEC                    -> [+OK, +OK, +OK, nil, -ERR DB index is out of range, +OK]
                GET x                   -> '1'
                """);
    }

    @Test
    void commandsOnAllKeysAreQueuedLikeOthers() {
        redis.replies("""
                MULTI                   -> +OK
                SET a 1                 -> +QUEUED
                SCAN 0 COUNT 1000       -> +QUEUED
                KEYS *                  -> +QUEUED
                RANDOMKEY               -> +QUEUED
                SWAPDB 0 1              -> +QUEUED
                GET a                   -> +QUEUED
                SWAPDB 0 1              -> +QUEUED
                FLUSHALL                -> +QUEUED
                DBSIZE                  -> +QUEUED
                EXEC                    -> [+OK, ['0', ['a']], ['a'], 'a', +OK, nil, +OK, +OK, 0]
                """);
    }

    @Test
    void nilInVersion3() {
        TestClient other = redis.newClient();
        redis.protocol(3);
        redis.run("WATCH a");
        other.run("SET a 1");
        redis.replies("""
                MULTI                   -> +OK
                PING                    -> +QUEUED
                EXEC                    -> nil
                """);
    }

    /** In each row: what is there before, what is watched, what another client does, and what EXEC makes of it. */
    @ParameterizedTest
    @CsvSource({
        "SET x 1,                 SET x 2,                   touched",
        "SET x 1,                 SET x 1,                   touched",
        "'',                      SET x 1,                   touched",
        "'',                      GET x,                     untouched",
        "'',                      DEL x,                     untouched",
        "SET x 1,                 DEL x,                     touched",
        "SET x 1,                 UNLINK x,                  touched",
        "SET x 1,                 GET x,                     untouched",
        "SET x 1,                 TOUCH x,                   untouched",
        "SET x 1,                 SET y 1,                   untouched",
        "SET x 1,                 EXPIRE x 100,              touched",
        "SET x 1,                 EXPIRE x -1,               touched",
        "SET x 1,                 EXPIRE x 100 XX,           untouched",
        "SET x 1,                 PERSIST x,                 untouched",
        "SET x 1;EXPIRE x 100,    PERSIST x,                 touched",
        "SET x 1,                 RENAME x y,                touched",
        "SET x 1,                 RENAME x x,                untouched",
        "SET y 1,                 RENAME y x,                touched",
        "SET x 1;SET y 1,         RENAMENX y x,              untouched",
        "SET x 1,                 COPY x y,                  untouched",
        "SET y 1,                 COPY y x,                  touched",
        "SET x 1;SET y 1,         COPY y x,                  untouched",
        "SET x 1,                 MOVE x 1,                  touched",
        "SET x 1,                 SELECT 1;SET x 2;FLUSHDB,  untouched",
        "SELECT 1;SET x 1,        SELECT 1;MOVE x 0,         touched",
        "SET x 1,                 FLUSHALL,                  touched",
        "SET x 1,                 FLUSHDB ASYNC,             touched",
        "'',                      FLUSHALL,                  untouched",
        "SET y 1,                 FLUSHALL,                  untouched",
        "SET x 1,                 SWAPDB 0 1,                touched",
        "SELECT 1;SET x 1,        SWAPDB 1 0,                touched",
        "SET x 1;COPY x x DB 1,   SWAPDB 0 1,                touched",
        "'',                      SWAPDB 0 1,                untouched",
        "SET x 1,                 SWAPDB 0 0,                untouched",
        "SET x 1,                 SWAPDB 1 2,                untouched",
        "SET x 1,                 SWAPDB 0 1;SWAPDB 0 1,     touched",
        "SET x a,                 INCR x,                    untouched",
        "SET x a,                 APPEND x b,                touched",
        // Keys whose time comes.
        "SET x 1;PEXPIRE x 10,    advance 9,                 untouched",
        "SET x 1;PEXPIRE x 10,    advance 10,                touched",
        "SET x 1;PEXPIRE x 10,    advance 10;GET x,          touched",
        "SET x 1;PEXPIRE x 10,    advance 10;expire,         touched",
        "SET x 1;PEXPIRE x 10,    advance 10;SET x 2,        touched",
        // Keys whose time is over when the watch begins: for this client they are absent.
        "SET x 1;PEXPIRE x 5;advance 5, GET y,               untouched",
        "SET x 1;PEXPIRE x 5;advance 5, GET x,               untouched",
        "SET x 1;PEXPIRE x 5;advance 5, DEL x,               untouched",
        "SET x 1;PEXPIRE x 5;advance 5, expire,              untouched",
        "SET x 1;PEXPIRE x 5;advance 5, FLUSHALL,            untouched",
        "SET x 1;PEXPIRE x 5;advance 5, SWAPDB 0 1,          untouched",
        "SET x 1;PEXPIRE x 5;advance 5, SET x 2,             touched",
        "SET x 1;PEXPIRE x 5;advance 5, GET x;SET x 2,       touched",
        "SET x 1;PEXPIRE x 5;advance 5, SWAPDB 0 1;SET x 1,  touched",
        "SELECT 1;SET x 1;PEXPIRE x 5;advance 5, SWAPDB 0 1, untouched",
        "SELECT 1;SET x 1;PEXPIRE x 5;advance 5, SWAPDB 0 1;SELECT 0;GET x, untouched",
        "SELECT 1;SET x 1;PEXPIRE x 5;advance 5;SELECT 0;SET x 2, SWAPDB 0 1, touched",
    })
    void watches(String before, String meanwhile, String outcome) {
        for (String key : new String[] {"x", "x x", "other x"}) {
            TestClient other = redis.newClient();
            act(other, "FLUSHALL;" + before);
            act(other, "SELECT 0");
            redis.run("WATCH " + key);
            act(other, meanwhile);
            redis.run("MULTI");
            redis.run("PING");
            assertThat(redis.run("EXEC")).isEqualTo(outcome.equals("touched") ? "nil-array" : "[+PONG]");
            // The watches are over.
            act(other, "SELECT 0;SET x again");
            redis.run("MULTI");
            redis.run("GET x");
            assertThat(redis.run("EXEC")).isEqualTo("['again']");
        }
    }

    private void act(TestClient client, String script) {
        for (String line :
                Arrays.stream(script.split(";")).filter(s -> !s.isEmpty()).toList()) {
            if (line.equals("expire")) {
                redis.engine().keyspace().expireDue();
            } else if (line.startsWith("advance ")) {
                redis.advanceMillis(Long.parseLong(line.substring(8)));
            } else {
                client.run(line);
            }
        }
    }

    @Test
    void aClientTouchesItsOwnWatches() {
        redis.replies("""
                WATCH x                 -> +OK
                SET x 1                 -> +OK
                MULTI                   -> +OK
                PING                    -> +QUEUED
                EXEC                    -> nil-array
                WATCH x                 -> +OK
                SET x 2                 -> +OK
                UNWATCH                 -> +OK
                MULTI                   -> +OK
                SET x 3                 -> +QUEUED
                EXEC                    -> [+OK]
                """);
    }

    @Test
    void unwatchInsideATransactionIsTooLate() {
        TestClient other = redis.newClient();
        redis.run("WATCH x y z");
        other.run("SET x 1");
        redis.replies("""
                MULTI                   -> +OK
                UNWATCH                 -> +QUEUED
                EXEC                    -> nil-array
                WATCH x y z             -> +OK
                MULTI                   -> +OK
                UNWATCH                 -> +QUEUED
                SET x 1                 -> +QUEUED
                EXEC                    -> [+OK, +OK]
                """);
    }

    @Test
    void watchesManyKeysOfManyClients() {
        TestClient[] clients = new TestClient[5];
        for (int c = 0; c < clients.length; c++) {
            clients[c] = redis.newClient();
            for (int i = 0; i < 300; i++) {
                clients[c].call("WATCH", "k" + i, "own" + c + ":" + i);
            }
        }
        clients[1].run("UNWATCH");
        redis.run("SET own2:299 1");
        redis.run("SET k300 1");
        for (int c = 0; c < clients.length; c++) {
            clients[c].run("MULTI");
            assertThat(clients[c].run("EXEC")).isEqualTo(c == 2 ? "nil-array" : "[]");
        }
        redis.run("WATCH k7");
        clients[0].run("SET k7 1");
        redis.run("MULTI");
        assertThat(redis.run("EXEC")).isEqualTo("nil-array");
    }
}
