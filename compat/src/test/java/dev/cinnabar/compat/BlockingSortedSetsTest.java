package dev.cinnabar.compat;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cinnabar.compat.harness.Client;
import dev.cinnabar.compat.harness.RedisTest;
import dev.cinnabar.compat.harness.Server;
import java.util.ArrayList;
import java.util.List;

/** Clients that wait for sorted sets: who is served, with what, and what ends a wait. */
class BlockingSortedSetsTest {

    /** Waits until so many clients wait: what they have sent takes its time to arrive. */
    private static void awaitBlocked(Client redis, int clients) {
        long deadline = System.nanoTime() + 10_000_000_000L;
        while (!redis.run("INFO clients").text().contains("blocked_clients:" + clients + "\r")) {
            assertThat(System.nanoTime()).as("%d clients wait", clients).isLessThan(deadline);
            Thread.onSpinWait();
        }
    }

    private static Client blocked(Server server, int protocol, int others, String command) {
        Client client = server.connect(protocol);
        client.send((Object[]) command.split(" "));
        awaitBlocked(server.connect(), others + 1);
        return client;
    }

    private static String reply(Client client) {
        return client.read().toString();
    }

    @RedisTest(resp = {2, 3})
    void eachCommandWaitsAndIsServed(Client redis, Server server) {
        boolean resp3 = redis.protocol() == 3;
        String[][] commands = {
            {"BZPOPMIN z 0", "['z', 'a', '1']", "['z', 'a', ,1]"},
            {"BZPOPMAX none z 1000.5", "['z', 'b', '2']", "['z', 'b', ,2]"},
            {"BZMPOP 0 2 none z MIN", "['z', [['a', '1']]]", "['z', [['a', ,1]]]"},
            {"BZMPOP 0 1 z MAX COUNT 5", "['z', [['b', '2'], ['a', '1']]]", "['z', [['b', ,2], ['a', ,1]]]"}
        };
        String[] writers = {"ZADD z 1 a 2 b", "ZUNIONSTORE z 1 source", "ZRANGESTORE z source 0 -1", "RENAME source z"};
        for (String[] command : commands) {
            for (String writer : writers) {
                redis.run("DEL z none source");
                redis.run("ZADD source 1 a 2 b").is(2);
                Client waiting = blocked(server, redis.protocol(), 0, command[0]);
                redis.run(writer);
                assertThat(reply(waiting)).as(command[0]).isEqualTo(command[resp3 ? 2 : 1]);
                awaitBlocked(redis, 0);
            }
        }
    }

    @RedisTest(resp = {2, 3})
    void doesNotWaitForWhatIsThere(Client redis) {
        redis.replies("""
            ZADD z 1 a 2 b 3 c              -> 3
            BZPOPMIN none z 0               -> ['z', 'a', '1'] || ['z', 'a', ,1]
            BZPOPMAX z none 0               -> ['z', 'c', '3'] || ['z', 'c', ,3]
            BZMPOP 0 2 none z MAX           -> ['z', [['b', '2']]] || ['z', [['b', ,2]]]
            EXISTS z                        -> 0
            BZPOPMIN z 0.01                 -> nil-array || nil
            BZPOPMAX z 0.001                -> nil-array || nil
            BZMPOP 0.01 1 z MIN             -> nil-array || nil
            """);
    }

    @RedisTest(resp = {2, 3})
    void aTransactionDoesNotWait(Client redis) {
        redis.replies("""
            MULTI                           -> +OK
            BZPOPMIN z 0                    -> +QUEUED
            BZMPOP 0 1 z MIN                -> +QUEUED
            ZADD z 1 a                      -> +QUEUED
            BZPOPMAX z 0                    -> +QUEUED
            EXEC                            -> [nil-array, nil-array, 1, ['z', 'a', '1']] || [nil, nil, 1, ['z', 'a', ,1]]
            """);
    }

    @RedisTest(since = "7.2")
    void errors(Client redis) {
        redis.run("SET s x").isOk();
        redis.replies("""
            BZPOPMIN z x                    -> -ERR timeout is not a float or out of range
            BZPOPMIN z -1                   -> -ERR timeout is negative
            BZPOPMIN s x                    -> -ERR timeout is not a float or out of range
            BZPOPMIN z s 0                  -> /-WRONGTYPE .*/
            BZMPOP x 0 z MIN                -> -ERR numkeys should be greater than 0
            BZMPOP x 1 z FOO                -> -ERR syntax error
            BZMPOP x 1 z MIN COUNT 0        -> -ERR count should be greater than 0
            BZMPOP x 1 z MIN                -> -ERR timeout is not a float or out of range
            BZMPOP -1 1 s MIN               -> -ERR timeout is negative
            BZMPOP 0 2 z s MIN              -> /-WRONGTYPE .*/
            """);
    }

    @RedisTest
    void whoComesFirstIsServedFirst(Client redis, Server server) {
        List<Client> waiting = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            waiting.add(blocked(server, 2, i, i % 2 == 0 ? "BZPOPMIN z 0" : "BZPOPMAX z 0"));
        }
        redis.run("ZADD z 1 a 2 b 3 c 4 d").is(4);
        assertThat(reply(waiting.get(0))).isEqualTo("['z', 'a', '1']");
        assertThat(reply(waiting.get(1))).isEqualTo("['z', 'd', '4']");
        assertThat(reply(waiting.get(2))).isEqualTo("['z', 'b', '2']");
        assertThat(reply(waiting.get(3))).isEqualTo("['z', 'c', '3']");
        awaitBlocked(redis, 1);
        redis.run("ZADD z 5 e").is(1);
        assertThat(reply(waiting.get(4))).isEqualTo("['z', 'e', '5']");
        redis.run("EXISTS z").is(0);
    }

    @RedisTest
    void anotherTypeServesNobody(Client redis, Server server) {
        Client waiting = blocked(server, 2, 0, "BZPOPMIN z 0");
        redis.run("SADD z a").is(1);
        redis.run("DEL z").is(1);
        redis.run("RPUSH z a").is(1);
        redis.run("DEL z").is(1);
        awaitBlocked(redis, 1);
        redis.run("ZADD z 1 a").is(1);
        assertThat(reply(waiting)).isEqualTo("['z', 'a', '1']");
    }
}
