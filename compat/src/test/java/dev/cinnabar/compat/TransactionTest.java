package dev.cinnabar.compat;

import dev.cinnabar.compat.harness.Client;
import dev.cinnabar.compat.harness.RedisTest;
import dev.cinnabar.compat.harness.Server;

/** MULTI, EXEC, DISCARD, WATCH, UNWATCH. */
class TransactionTest {

    @RedisTest(resp = {2, 3})
    void multiExec(Client redis) {
        redis.replies("""
            MULTI                   -> +OK
            SET x 1                 -> +QUEUED
            INCR x                  -> +QUEUED
            GET nothing             -> +QUEUED
            PING                    -> +QUEUED
            EXEC                    -> [+OK, 2, nil, +PONG]
            GET x                   -> '2'
            MULTI                   -> +OK
            EXEC                    -> []
            MULTI                   -> +OK
            SET x 9                 -> +QUEUED
            DISCARD                 -> +OK
            GET x                   -> '2'
            EXEC                    -> -ERR EXEC without MULTI
            DISCARD                 -> -ERR DISCARD without MULTI
            """);
    }

    @RedisTest(valkeyDiffers = "it names the command in the error")
    void nestedMultiAndWatchInside(Client redis) {
        redis.replies("""
            MULTI                   -> +OK
            MULTI                   -> -ERR MULTI calls can not be nested
            SET x 1                 -> +QUEUED
            EXEC                    -> /(\\[\\+OK\\]|-EXECABORT .*)/
            DEL x                   -> any
            MULTI                   -> +OK
            WATCH x                 -> -ERR WATCH inside MULTI is not allowed
            SET x 1                 -> +QUEUED
            EXEC                    -> /(\\[\\+OK\\]|-EXECABORT .*)/
            """);
    }

    @RedisTest
    void anErrorWhileQueueingAborts(Client redis) {
        redis.replies("""
            MULTI                   -> +OK
            SET x 1                 -> +QUEUED
            SET x                   -> -ERR wrong number of arguments for 'set' command
            SET y 1                 -> +QUEUED
            EXEC                    -> -EXECABORT Transaction discarded because of previous errors.
            EXISTS x y              -> 0
            MULTI                   -> +OK
            NOSUCHCOMMAND           -> /-ERR unknown command 'NOSUCHCOMMAND', with args beginning with: ?/
            EXEC                    -> -EXECABORT Transaction discarded because of previous errors.
            EXEC                    -> -ERR EXEC without MULTI
            SET x 1                 -> +OK
            """);
    }

    @RedisTest
    void anErrorWhileRunningDoesNotAbort(Client redis) {
        redis.replies("""
            SET x abc               -> +OK
            MULTI                   -> +OK
            SET y 1                 -> +QUEUED
            INCR x                  -> +QUEUED
            SET z 1                 -> +QUEUED
            EXEC                    -> [+OK, -ERR value is not an integer or out of range, +OK]
            MGET y z                -> ['1', '1']
            """);
    }

    @RedisTest
    void argumentsOfTheTransactionCommands(Client redis) {
        redis.replies("""
            MULTI x                 -> -ERR wrong number of arguments for 'multi' command
            EXEC x                  -> -EXECABORT Transaction discarded because of: wrong number of arguments for 'exec' command
            DISCARD x               -> -ERR wrong number of arguments for 'discard' command
            WATCH                   -> -ERR wrong number of arguments for 'watch' command
            UNWATCH x               -> -ERR wrong number of arguments for 'unwatch' command
            MULTI                   -> +OK
            EXEC x                  -> -EXECABORT Transaction discarded because of: wrong number of arguments for 'exec' command
            EXEC                    -> -ERR EXEC without MULTI
            """);
    }

    @RedisTest(resp = {2, 3})
    void watch(Client redis, Server server) {
        Client other = server.connect();
        redis.replies("""
            SET x 1                 -> +OK
            WATCH x y               -> +OK
            MULTI                   -> +OK
            INCR x                  -> +QUEUED
            EXEC                    -> [2]
            WATCH x                 -> +OK
            """);
        other.run("SET x 5").isOk();
        redis.replies("""
            MULTI                   -> +OK
            INCR x                  -> +QUEUED
            EXEC                    -> nil-array || nil
            GET x                   -> '5'
            MULTI                   -> +OK
            INCR x                  -> +QUEUED
            EXEC                    -> [6]
            WATCH nothing           -> +OK
            """);
        other.run("SET nothing 1").isOk();
        redis.replies("""
            MULTI                   -> +OK
            PING                    -> +QUEUED
            EXEC                    -> nil-array || nil
            """);
    }

    @RedisTest
    void ownChangesCountToo(Client redis) {
        redis.replies("""
            WATCH x                 -> +OK
            SET x 1                 -> +OK
            MULTI                   -> +OK
            PING                    -> +QUEUED
            EXEC                    -> nil-array
            """);
    }

    @RedisTest
    void everyWriteTouchesTheWatchedKey(Client redis, Server server) {
        Client other = server.connect();
        String[] writes = {
            "SET x 2",
            "APPEND x 1",
            "INCR x",
            "DECR x",
            "INCRBYFLOAT x 1",
            "SETRANGE x 0 5",
            "GETSET x 1",
            "GETDEL x",
            "GETEX x EX 100",
            "DEL x",
            "UNLINK x",
            "EXPIRE x 100",
            "PERSIST x",
            "RENAME x y",
            "RENAME other x",
            "RENAMENX x y2",
            "MOVE x 1",
            "COPY other x REPLACE",
            "MSET x 1",
            "SETEX x 100 1",
            "PSETEX x 100000 1",
            "FLUSHDB",
            "FLUSHALL",
            "SWAPDB 0 1",
            "EXPIRE x -1",
            "PEXPIREAT x 33177117420500",
            "SET x 1 GET",
            "SET x 1 KEEPTTL"
        };
        for (String write : writes) {
            redis.run("FLUSHALL").isOk();
            redis.run("SET x 1 EX 50").isOk();
            redis.run("SET other 1").isOk();
            redis.run("WATCH x").isOk();
            other.run(write);
            redis.run("MULTI").isOk();
            redis.run("PING").is("+QUEUED");
            redis.call("EXEC").is("nil-array");
        }
    }

    @RedisTest
    void whatChangesNothingTouchesNothing(Client redis, Server server) {
        Client other = server.connect();
        redis.run("SELECT 0").isOk();
        String[] reads = {
            "GET x",
            "STRLEN x",
            "TYPE x",
            "TTL x",
            "EXISTS x",
            "OBJECT ENCODING x",
            "SETNX x 5",
            "SET x 5 NX",
            "MSETNX x 1 z 1",
            "PERSIST x",
            "EXPIRE x 10 XX",
            "COPY other x",
            "RENAMENX other x",
            "SET y 1",
            "DEL nothing",
            "TOUCH x",
            "GETEX x",
            "GETRANGE x 0 1"
        };
        for (String read : reads) {
            redis.run("SET x 1").isOk();
            redis.run("SET other 1").isOk();
            redis.run("WATCH x").isOk();
            other.run(read);
            redis.run("MULTI").isOk();
            redis.run("PING").is("+QUEUED");
            redis.call("EXEC").is("[+PONG]");
        }
    }

    @RedisTest
    void unwatchDiscardAndExecForgetTheKeys(Client redis, Server server) {
        Client other = server.connect();
        redis.run("WATCH x").isOk();
        other.run("SET x 1").isOk();
        redis.replies("""
            UNWATCH                 -> +OK
            MULTI                   -> +OK
            PING                    -> +QUEUED
            EXEC                    -> [+PONG]
            WATCH x                 -> +OK
            MULTI                   -> +OK
            DISCARD                 -> +OK
            """);
        other.run("SET x 2").isOk();
        redis.replies("""
            MULTI                   -> +OK
            PING                    -> +QUEUED
            EXEC                    -> [+PONG]
            WATCH x                 -> +OK
            MULTI                   -> +OK
            SET x                   -> -ERR wrong number of arguments for 'set' command
            EXEC                    -> -EXECABORT Transaction discarded because of previous errors.
            """);
        other.run("SET x 3").isOk();
        redis.replies("""
            MULTI                   -> +OK
            PING                    -> +QUEUED
            EXEC                    -> [+PONG]
            """);
    }

    @RedisTest
    void watchIsPerDatabase(Client redis, Server server) {
        Client other = server.connect();
        redis.run("WATCH x").isOk();
        other.run("SELECT 1").isOk();
        other.run("SET x 1").isOk();
        redis.replies("""
            MULTI                   -> +OK
            PING                    -> +QUEUED
            EXEC                    -> [+PONG]
            SELECT 1                -> +OK
            WATCH x                 -> +OK
            SELECT 0                -> +OK
            """);
        other.run("SET x 2").isOk();
        redis.replies("""
            MULTI                   -> +OK
            PING                    -> +QUEUED
            EXEC                    -> nil-array
            """);
    }

    @RedisTest
    void abortedTransactionIsStillCheckedBeforeErrors(Client redis, Server server) {
        Client other = server.connect();
        redis.run("WATCH x").isOk();
        other.run("SET x 1").isOk();
        redis.replies("""
            MULTI                   -> +OK
            SET x                   -> -ERR wrong number of arguments for 'set' command
            EXEC                    -> -EXECABORT Transaction discarded because of previous errors.
            """);
    }

    @RedisTest
    void watchOnAKeyThatExpires(Client redis, Server server) {
        Client other = server.connect();
        redis.replies("""
            SET x 1 PX 30           -> +OK
            WATCH x                 -> +OK
            """);
        while (other.run("EXISTS x").integer() == 1) {
            Thread.onSpinWait();
        }
        redis.replies("""
            MULTI                   -> +OK
            PING                    -> +QUEUED
            EXEC                    -> nil-array
            """);
    }

    @RedisTest
    void flushOfOtherKeysTouchesNothing(Client redis, Server server) {
        Client other = server.connect();
        redis.run("WATCH nothing").isOk();
        other.run("SET y 1").isOk();
        other.run("FLUSHALL").isOk();
        redis.replies("""
            MULTI                   -> +OK
            PING                    -> +QUEUED
            EXEC                    -> [+PONG]
            """);
    }

    @RedisTest
    void selectAndConnectionStateInside(Client redis) {
        redis.replies("""
            MULTI                   -> +OK
            SELECT 3                -> +QUEUED
            SET x 3                 -> +QUEUED
            SELECT 99               -> +QUEUED
            CLIENT SETNAME inside   -> +QUEUED
            EXEC                    -> [+OK, +OK, -ERR DB index is out of range, +OK]
            GET x                   -> '3'
            CLIENT GETNAME          -> 'inside'
            SELECT 0                -> +OK
            GET x                   -> nil
            """);
    }

    @RedisTest
    void helloInsideChangesTheProtocolOfWhatFollows(Client redis) {
        redis.run("MULTI").isOk();
        redis.run("GET nothing").is("+QUEUED");
        redis.send("HELLO", 3);
        redis.read();
        redis.run("GET nothing").is("+QUEUED");
        redis.protocol(3);
        redis.call("EXEC").matches("\\[\\$-1, \\{.*\\}, nil\\]");
    }

    @RedisTest(valkeyDiffers = "it names the command in the error")
    void commandsNotAllowedInside(Client redis) {
        redis.replies("""
            MULTI                   -> +OK
            SHUTDOWN                -> -ERR Command not allowed inside a transaction
            EXEC                    -> -EXECABORT Transaction discarded because of previous errors.
            """);
    }

    @RedisTest
    void outOfMemoryEndsATransactionThatNeedsSome(Client redis, Server server) {
        Client admin = server.connect();
        admin.run("SET something-in-memory 1").isOk();
        redis.run("MULTI").isOk();
        redis.run("SET x 1").is("+QUEUED");
        admin.run("CONFIG SET maxmemory 1").isOk();
        redis.replies("""
            EXEC                    -> -EXECABORT Transaction discarded because of: OOM command not allowed when used memory > 'maxmemory'.
            EXEC                    -> -ERR EXEC without MULTI
            SET x 1                 -> -OOM command not allowed when used memory > 'maxmemory'.
            GET x                   -> nil
            """);
        admin.run("CONFIG SET maxmemory 0").isOk();
        redis.run("MULTI").isOk();
        redis.run("GET x").is("+QUEUED");
        admin.run("CONFIG SET maxmemory 1").isOk();
        redis.run("EXEC").is("[nil]");
    }

    @RedisTest
    void resetLeavesTheTransaction(Client redis) {
        redis.replies("""
            WATCH x                 -> +OK
            MULTI                   -> +OK
            SET x 1                 -> +QUEUED
            RESET                   -> +RESET
            EXEC                    -> -ERR EXEC without MULTI
            EXISTS x                -> 0
            """);
    }

    @RedisTest
    void closingInsideDropsTheQueue(Client redis, Server server) {
        Client leaving = server.connect();
        leaving.run("MULTI").isOk();
        leaving.run("SET x 1").is("+QUEUED");
        leaving.close();
        redis.run("EXISTS x").is(0);
    }

    @RedisTest
    void aLongTransaction(Client redis) {
        redis.run("MULTI").isOk();
        for (int i = 0; i < 5000; i++) {
            redis.send("INCR", "k" + i % 100);
        }
        for (int i = 0; i < 5000; i++) {
            redis.read();
        }
        org.assertj.core.api.Assertions.assertThat(redis.run("EXEC").list()).hasSize(5000);
        redis.run("GET k7").is("'50'");
    }
}
