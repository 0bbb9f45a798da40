package dev.cinnabar.compat;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cinnabar.compat.harness.Client;
import dev.cinnabar.compat.harness.RedisTest;
import dev.cinnabar.compat.harness.Server;

/** WAIT and WAITAOF, of a server that has no replicas. */
class WaitTest {

    @RedisTest
    void forReplicas(Client redis) {
        redis.replies("""
            WAIT 1                      -> -ERR wrong number of arguments for 'wait' command
            WAIT a x                    -> -ERR value is not an integer or out of range
            WAIT 1 x                    -> -ERR timeout is not an integer or out of range
            WAIT 1 -1                   -> -ERR timeout is negative
            WAIT 0 0                    -> 0
            WAIT -1 0                   -> 0
            WAIT 1 20                   -> 0
            MULTI                       -> +OK
            WAIT 1 0                    -> +QUEUED
            EXEC                        -> [0]
            """);
    }

    @RedisTest(since = "7.2.0")
    void withoutAFile(Client redis) {
        redis.replies("""
            WAITAOF 1 0                 -> -ERR wrong number of arguments for 'waitaof' command
            WAITAOF a x x               -> -ERR value is not an integer or out of range
            WAITAOF 2 x x               -> -ERR value is out of range, value must between 0 and 1
            WAITAOF -1 x x              -> -ERR value is out of range, value must between 0 and 1
            WAITAOF 1 x x               -> -ERR value is out of range, must be positive
            WAITAOF 1 -1 x              -> -ERR value is out of range, must be positive
            WAITAOF 1 1 x               -> -ERR timeout is not an integer or out of range
            WAITAOF 1 1 -1              -> -ERR timeout is negative
            WAITAOF 1 0 0               -> -ERR WAITAOF cannot be used when numlocal is set but appendonly is disabled.
            WAITAOF 0 0 0               -> [0, 0]
            WAITAOF 0 1 20              -> [0, 0]
            MULTI                       -> +OK
            WAITAOF 0 1 0               -> +QUEUED
            EXEC                        -> [[0, 0]]
            """);
    }

    @RedisTest(since = "7.2.0")
    void forTheFile(Server shared) {
        Server server = withFile(shared, "everysec");
        Client redis = server.connect();
        redis.replies("""
            SET x 1                     -> +OK
            WAITAOF 1 0 0               -> [1, 0]
            WAITAOF 1 1 20              -> [1, 0]
            CONFIG SET appendfsync no   -> +OK
            SET x 2                     -> +OK
            WAITAOF 1 0 20              -> [0, 0]
            CONFIG SET appendfsync always -> +OK
            SET x 3                     -> +OK
            WAITAOF 1 0 0               -> [1, 0]
            """);
    }

    @RedisTest(since = "7.2.0")
    void whoWaitsIsToldThatThereIsNoFileAnyMore(Server shared) {
        Server server = withFile(shared, "no");
        Client redis = server.connect();
        Client waiting = server.connect();
        waiting.run("SET x 1").isOk();
        waiting.send("WAITAOF", "1", "0", "0");
        while (!redis.run("INFO clients").text().contains("blocked_clients:1\r\n")) {
            Thread.onSpinWait();
        }
        redis.run("CONFIG SET appendonly no").isOk();
        assertThat(waiting.read())
                .hasToString("-ERR WAITAOF cannot be used when numlocal is set but appendonly is disabled.");
    }

    @RedisTest(since = "7.2.0")
    void aWaitCanBeEndedByAnotherClient(Server shared) {
        Server server = withFile(shared, "no");
        Client redis = server.connect();
        Client waiting = server.connect();
        String id = waiting.run("CLIENT ID").reply().toString();
        waiting.run("SET x 1").isOk();
        waiting.send("WAITAOF", "1", "0", "0");
        while (redis.call("CLIENT", "UNBLOCK", id).reply().toString().equals("0")) {
            Thread.onSpinWait();
        }
        assertThat(waiting.read()).hasToString("[0, 0]");
        waiting.send("WAIT", "1", "0");
        while (redis.call("CLIENT", "UNBLOCK", id, "ERROR").reply().toString().equals("0")) {
            Thread.onSpinWait();
        }
        assertThat(waiting.read()).hasToString("-UNBLOCKED client unblocked via CLIENT UNBLOCK");
    }

    private static Server withFile(Server shared, String policy) {
        String name = "aof-wait-" + ProcessHandle.current().pid() + "-" + System.nanoTime();
        return shared.startAnother("--appendonly", "yes", "--appendfsync", policy, "--appenddirname", name);
    }
}
