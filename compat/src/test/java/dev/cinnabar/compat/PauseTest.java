package dev.cinnabar.compat;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cinnabar.compat.harness.Client;
import dev.cinnabar.compat.harness.RedisTest;
import dev.cinnabar.compat.harness.Server;

/** CLIENT PAUSE and UNPAUSE. */
class PauseTest {

    private static void awaitBlocked(Client redis, int clients) {
        while (!redis.run("INFO clients").text().contains("blocked_clients:" + clients + "\r\n")) {
            Thread.onSpinWait();
        }
    }

    @RedisTest
    void arguments(Client redis) {
        redis.replies("""
            CLIENT PAUSE                -> -ERR wrong number of arguments for 'client|pause' command
            CLIENT PAUSE x              -> -ERR timeout is not an integer or out of range
            CLIENT PAUSE -1             -> -ERR timeout is negative
            CLIENT PAUSE 1 x            -> -ERR CLIENT PAUSE mode must be WRITE or ALL
            CLIENT PAUSE x y            -> -ERR CLIENT PAUSE mode must be WRITE or ALL
            CLIENT UNPAUSE x            -> -ERR wrong number of arguments for 'client|unpause' command
            CLIENT UNPAUSE              -> +OK
            CLIENT PAUSE 0              -> +OK
            PING                        -> +PONG
            """);
    }

    @RedisTest(since = "7.0")
    void writesWaitInOrderAndReadsDoNot(Client redis, Server server) {
        Client writer = server.connect();
        redis.run("CLIENT PAUSE 60000 WRITE").isOk();
        writer.sendText("GET x\r\nSET x 1\r\nGET x\r\nINCR x\r\nPING\r\n");
        assertThat(writer.read()).hasToString("nil");
        awaitBlocked(redis, 1);
        redis.run("GET x").isNil();
        redis.run("CLIENT LIST").matches("(?s).* flags=b .*");
        writer.sendText("INCR x\r\n");
        redis.run("CLIENT UNPAUSE").isOk();
        for (String reply : new String[] {"+OK", "'1'", "2", "+PONG", "3"}) {
            assertThat(writer.read()).hasToString(reply);
        }
    }

    @RedisTest(since = "7.0")
    void transactionsAndPublishers(Client redis, Server server) {
        Client transaction = server.connect();
        Client reader = server.connect();
        Client publisher = server.connect();
        transaction.run("MULTI").isOk();
        transaction.run("SET x 1").is("+QUEUED");
        redis.run("CLIENT PAUSE 60000 WRITE").isOk();
        transaction.send("EXEC");
        awaitBlocked(redis, 1);
        publisher.send("PUBLISH", "a", "b");
        awaitBlocked(redis, 2);
        reader.run("MULTI").isOk();
        reader.run("GET x").is("+QUEUED");
        reader.run("EXEC").is("[nil]");
        redis.run("CLIENT UNPAUSE").isOk();
        assertThat(transaction.read()).hasToString("[+OK]");
        assertThat(publisher.read()).hasToString("0");
    }

    @RedisTest
    void allWaitUntilTheTimeIsOver(Client redis, Server server) {
        Client other = server.connect();
        redis.run("CLIENT PAUSE 100 ALL").isOk();
        redis.sendText("PING\r\n");
        other.sendText("PING\r\n");
        assertThat(other.read()).hasToString("+PONG");
        assertThat(redis.read()).hasToString("+PONG");
    }

    @RedisTest(since = "7.0")
    void largeRequestsWaitToo(Client redis, Server server) {
        Client writer = server.connect();
        String value = "0123456789".repeat(100_000);
        redis.run("CLIENT PAUSE 60000 WRITE").isOk();
        writer.send("SET", "x", value);
        writer.send("APPEND", "x", value);
        writer.send("STRLEN", "x");
        awaitBlocked(redis, 1);
        redis.run("CLIENT UNPAUSE").isOk();
        assertThat(writer.read()).hasToString("+OK");
        assertThat(writer.read()).hasToString("2000000");
        assertThat(writer.read()).hasToString("2000000");
    }

    @RedisTest(since = "7.0")
    void nothingExpiresMeanwhile(Client redis, Server server) {
        redis.run("CONFIG RESETSTAT").isOk();
        redis.run("MULTI").isOk();
        redis.run("SET x 1 PX 1");
        redis.run("CLIENT PAUSE 60000 WRITE");
        redis.run("EXEC").is("[+OK, +OK]");
        while (redis.run("EXISTS x").integer() == 1) {
            Thread.onSpinWait();
        }
        redis.run("INFO stats").matches("(?s).*expired_keys:0.*");
        redis.run("CLIENT UNPAUSE").isOk();
        redis.run("EXISTS x").is(0);
        redis.run("INFO stats").matches("(?s).*expired_keys:1.*");
    }

    @RedisTest(since = "7.0")
    void whoLeavesIsForgotten(Client redis, Server server) {
        Client writer = server.connect();
        redis.run("CLIENT PAUSE 60000 WRITE").isOk();
        writer.send("SET", "x", "1");
        awaitBlocked(redis, 1);
        redis.run("CLIENT KILL TYPE normal").matches("[0-9]+");
        awaitBlocked(redis, 0);
        redis.run("CLIENT UNPAUSE").isOk();
        redis.run("EXISTS x").is(0);
    }
}
