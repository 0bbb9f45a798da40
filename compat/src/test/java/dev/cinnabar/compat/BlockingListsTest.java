package dev.cinnabar.compat;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cinnabar.compat.harness.Client;
import dev.cinnabar.compat.harness.RedisTest;
import dev.cinnabar.compat.harness.Server;
import java.util.ArrayList;
import java.util.List;

/**
 * Clients that wait for lists: who is served, with what, in which order, and what ends a wait. Several clients are needed to
 * see it; on our server they are spread over its loops.
 */
class BlockingListsTest {

    /** Waits until so many clients wait: what they have sent takes its time to arrive. */
    static void awaitBlocked(Client redis, int clients) {
        long deadline = System.nanoTime() + 10_000_000_000L;
        while (!redis.run("INFO clients").text().contains("blocked_clients:" + clients + "\r")) {
            assertThat(System.nanoTime()).as("%d clients wait", clients).isLessThan(deadline);
            Thread.onSpinWait();
        }
    }

    private static Client blocked(Server server, int protocol, int others, Object... command) {
        Client client = server.connect(protocol);
        client.send(command);
        awaitBlocked(server.connect(), others + 1);
        return client;
    }

    private static Client blocked(Server server, int others, Object... command) {
        return blocked(server, 2, others, command);
    }

    private static String reply(Client client) {
        return client.read().toString();
    }

    @RedisTest(resp = {2, 3})
    void eachCommandWaitsAndIsServed(Client redis, Server server) {
        String[][] commands = {
            {"BLPOP l 0", "['l', 'a']", "[]"},
            {"BRPOP l 0", "['l', 'b']", "[]"},
            {"BLPOP none l 1000.5", "['l', 'a']", "[]"},
            {"BLMPOP 0 1 l LEFT", "['l', ['a']]", "[]"},
            {"BLMPOP 0 2 none l RIGHT COUNT 5", "['l', ['b', 'a']]", "[]"},
            {"BLMOVE l m RIGHT RIGHT 0", "'b'", "['b']"},
            {"BRPOPLPUSH l m 0", "'b'", "['b']"},
            {"BLMOVE l l LEFT RIGHT 0", "'a'", "[]"}
        };
        for (String[] command : commands) {
            redis.run("DEL l m none");
            Client waiting = blocked(server, redis.protocol(), 0, (Object[]) command[0].split(" "));
            redis.run("RPUSH l a b").is(2);
            assertThat(reply(waiting)).as(command[0]).isEqualTo(command[1]);
            redis.run("LRANGE m 0 -1").is(command[2]);
            awaitBlocked(redis, 0);
        }
    }

    @RedisTest(resp = {2, 3})
    void timeRunsOut(Client redis) {
        redis.replies("""
            BLPOP l 0.01                    -> nil-array || nil
            BRPOP l m 0.001                 -> nil-array || nil
            BLMPOP 0.01 1 l LEFT            -> nil-array || nil
            BLMOVE l m LEFT LEFT 0.01       -> nil-array || nil
            BRPOPLPUSH l m 0.01             -> nil-array || nil
            BLPOP l 0x1p-7                  -> nil-array || nil
            BLPOP l 1e-2                    -> nil-array || nil
            EXISTS l m                      -> 0
            """);
    }

    @RedisTest(since = "7.2")
    void timeouts(Client redis) {
        for (String command : List.of("BLPOP l %s", "BRPOP l m %s", "BLMPOP %s 1 l LEFT", "BRPOPLPUSH l m %s")) {
            for (String notANumber : List.of("x", "\"\"", "nan", "1s", "\" 1\"", "1e5000")) {
                redis.run(String.format(command, notANumber)).isError("ERR timeout is not a float or out of range");
            }
            for (String negative : List.of("-1", "-0.002", "-inf", "-1e30", "-1e400")) {
                redis.run(String.format(command, negative)).isError("ERR timeout is negative");
            }
            for (String large : List.of("inf", "1e30", "1e400", "9223372036854775807", "9223372036854775.807")) {
                redis.run(String.format(command, large)).isError("ERR timeout is out of range");
            }
        }
        redis.replies("""
            SET s x                         -> +OK
            BLPOP s x                       -> -ERR timeout is not a float or out of range
            BLMOVE s l FOO LEFT x           -> -ERR syntax error
            BLMOVE s l LEFT LEFT x          -> -ERR timeout is not a float or out of range
            BLMPOP x 0 s LEFT               -> -ERR numkeys should be greater than 0
            BLMPOP x 1 s FOO                -> -ERR syntax error
            BLMPOP x 1 s LEFT COUNT 0       -> -ERR count should be greater than 0
            BLMPOP x 1 s LEFT               -> -ERR timeout is not a float or out of range
            BLPOP l s 0                     -> /-WRONGTYPE .*/
            BLMOVE s l LEFT LEFT 0          -> /-WRONGTYPE .*/
            BLMPOP 0 2 l s LEFT             -> /-WRONGTYPE .*/
            """);
    }

    @RedisTest(cinnabarOnly = "real servers round it to 0 and wait for ever")
    void aTimeoutJustBelowZero(Client redis) {
        redis.run("BLPOP l -0.001").isError("ERR timeout is negative");
    }

    @RedisTest
    void aDestinationOfAnotherTypeIsFoundWhenServed(Client redis, Server server) {
        redis.run("SET s x").isOk();
        Client waiting = blocked(server, 0, "BLMOVE", "l", "s", "LEFT", "LEFT", "0");
        redis.run("RPUSH l a").is(1);
        assertThat(reply(waiting)).startsWith("-WRONGTYPE");
        redis.run("LRANGE l 0 -1").is("['a']");
    }

    @RedisTest(resp = {2, 3})
    void aTransactionDoesNotWait(Client redis) {
        redis.replies("""
            MULTI                           -> +OK
            BLPOP l 0                       -> +QUEUED
            BLMPOP 0 1 l LEFT               -> +QUEUED
            BLMOVE l m LEFT LEFT 0          -> +QUEUED
            BRPOPLPUSH l m 0                -> +QUEUED
            RPUSH l a                       -> +QUEUED
            BRPOP l 0                       -> +QUEUED
            EXEC                            -> [nil-array, nil-array, nil, nil, 1, ['l', 'a']] || [nil, nil, nil, nil, 1, ['l', 'a']]
            """);
    }

    @RedisTest
    void whoComesFirstIsServedFirst(Client redis, Server server) {
        List<Client> waiting = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            waiting.add(blocked(server, i, i % 2 == 0 ? "BLPOP" : "BRPOP", "l", "0"));
        }
        redis.run("RPUSH l 1 2 3 4").is(4);
        assertThat(reply(waiting.get(0))).isEqualTo("['l', '1']");
        assertThat(reply(waiting.get(1))).isEqualTo("['l', '4']");
        assertThat(reply(waiting.get(2))).isEqualTo("['l', '2']");
        assertThat(reply(waiting.get(3))).isEqualTo("['l', '3']");
        redis.run("EXISTS l").is(0);
        awaitBlocked(redis, 2);
        redis.run("LPUSH l a").is(1);
        assertThat(reply(waiting.get(4))).isEqualTo("['l', 'a']");
        redis.run("LPUSH l b c").is(2);
        assertThat(reply(waiting.get(5))).isEqualTo("['l', 'b']");
        redis.run("LRANGE l 0 -1").is("['c']");
    }

    @RedisTest(since = "7.2")
    void whoWaitsForSeveralKeysHasItsPlaceAtEach(Client redis, Server server) {
        Client first = blocked(server, 0, "BLPOP", "a", "b", "0");
        Client second = blocked(server, 1, "BLPOP", "b", "a", "0");
        Client third = blocked(server, 2, "BLPOP", "a", "a", "b", "0");
        redis.run("RPUSH b 1 2").is(2);
        assertThat(reply(first)).isEqualTo("['b', '1']");
        assertThat(reply(second)).isEqualTo("['b', '2']");
        redis.replies("""
            MULTI                           -> +OK
            RPUSH b x                       -> +QUEUED
            RPUSH a y                       -> +QUEUED
            EXEC                            -> [1, 1]
            """);
        assertThat(reply(third)).isEqualTo("['a', 'y']");
        redis.run("LRANGE b 0 -1").is("['x']");
    }

    @RedisTest
    void aTransactionIsSeenAsAWhole(Client redis, Server server) {
        Client waiting = blocked(server, 0, "BLPOP", "l", "0");
        redis.replies("""
            MULTI                           -> +OK
            RPUSH l a                       -> +QUEUED
            DEL l                           -> +QUEUED
            SET l x                         -> +QUEUED
            EXEC                            -> [1, 1, +OK]
            DEL l                           -> 1
            MULTI                           -> +OK
            RPUSH l a                       -> +QUEUED
            DEL l                           -> +QUEUED
            RPUSH l b c                     -> +QUEUED
            EXEC                            -> [1, 1, 2]
            """);
        assertThat(reply(waiting)).isEqualTo("['l', 'b']");
        redis.run("LRANGE l 0 -1").is("['c']");
    }

    @RedisTest
    void otherTypesAreNoAnswer(Client redis, Server server) {
        Client waiting = blocked(server, 0, "BLPOP", "l", "0");
        redis.replies("""
            SET l x                         -> +OK
            DEL l                           -> 1
            SADD l x                        -> 1
            DEL l                           -> 1
            INCR l                          -> 1
            DEL l                           -> 1
            RPUSH l a                       -> 1
            """);
        assertThat(reply(waiting)).isEqualTo("['l', 'a']");
    }

    @RedisTest
    void listsComeByOtherWays(Client redis, Server server) {
        redis.run("RPUSH other a").is(1);
        Client waiting = blocked(server, 0, "BLPOP", "l", "0");
        redis.run("RENAME other l").isOk();
        assertThat(reply(waiting)).isEqualTo("['l', 'a']");

        redis.run("RPUSH other b").is(1);
        waiting = blocked(server, 0, "BLPOP", "l", "0");
        redis.run("RENAMENX other l").is(1);
        assertThat(reply(waiting)).isEqualTo("['l', 'b']");

        redis.run("RPUSH other c").is(1);
        waiting = blocked(server, 0, "BLPOP", "l", "0");
        redis.run("COPY other l").is(1);
        assertThat(reply(waiting)).isEqualTo("['l', 'c']");

        waiting = blocked(server, 0, "BLPOP", "l", "0");
        redis.run("LMOVE other l LEFT LEFT").is("'c'");
        assertThat(reply(waiting)).isEqualTo("['l', 'c']");

        redis.run("SELECT 1").isOk();
        redis.run("RPUSH l d").is(1);
        waiting = blocked(server, 0, "BLPOP", "l", "0");
        redis.run("MOVE l 0").is(1);
        assertThat(reply(waiting)).isEqualTo("['l', 'd']");

        redis.run("RPUSH l e").is(1);
        waiting = blocked(server, 0, "BLPOP", "l", "0");
        redis.run("SWAPDB 0 1").isOk();
        assertThat(reply(waiting)).isEqualTo("['l', 'e']");
        redis.run("DBSIZE").is(0);
        redis.run("SELECT 0").isOk();
    }

    @RedisTest
    void chainsOfMoves(Client redis, Server server) {
        Client second = blocked(server, 0, "BLMOVE", "b", "c", "LEFT", "RIGHT", "0");
        Client third = blocked(server, 1, "BLPOP", "c", "0");
        Client first = blocked(server, 2, "BLMOVE", "a", "b", "LEFT", "RIGHT", "0");
        redis.run("RPUSH a x").is(1);
        assertThat(reply(first)).isEqualTo("'x'");
        assertThat(reply(second)).isEqualTo("'x'");
        assertThat(reply(third)).isEqualTo("['c', 'x']");
        redis.run("EXISTS a b c").is(0);
        Client round = blocked(server, 0, "BLMOVE", "a", "b", "LEFT", "RIGHT", "0");
        Client back = blocked(server, 1, "BLMOVE", "b", "a", "LEFT", "RIGHT", "0");
        redis.run("RPUSH a y").is(1);
        assertThat(reply(round)).isEqualTo("'y'");
        assertThat(reply(back)).isEqualTo("'y'");
        redis.run("LRANGE a 0 -1").is("['y']");
    }

    /** Over many names of keys: each lies in a partition of its own, and they become ready in an order of their own. */
    @RedisTest(since = "7.2")
    void whoIsServedServesOthersInTurn(Client redis, Server server) {
        Client first = server.connect();
        Client second = server.connect();
        Client third = server.connect();
        for (int i = 0; i < 50; i++) {
            first.send("BRPOPLPUSH", "l1:" + i, "l3:" + i, "0");
            awaitBlocked(redis, 1);
            second.send("BLPOP", "l2:" + i, "0");
            awaitBlocked(redis, 2);
            third.send("BLMPOP", "0", "2", "l2:" + i, "l3:" + i, "LEFT", "COUNT", "1");
            awaitBlocked(redis, 3);
            redis.run("MULTI").isOk();
            redis.run("LPUSH l1:" + i + " 1");
            redis.run("LPUSH l2:" + i + " 2");
            redis.run("EXEC").is("[1, 1]");
            assertThat(reply(first)).isEqualTo("'1'");
            assertThat(reply(second)).isEqualTo("['l2:" + i + "', '2']");
            assertThat(reply(third)).isEqualTo("['l3:" + i + "', ['1']]");
        }
    }

    @RedisTest
    void whoDisconnectsTakesNothing(Client redis, Server server) {
        Client gone = blocked(server, 0, "BLPOP", "l", "0");
        Client moving = blocked(server, 1, "BLMOVE", "l", "m", "LEFT", "LEFT", "0");
        Client stays = blocked(server, 2, "BRPOP", "l", "0");
        gone.close();
        moving.close();
        awaitBlocked(redis, 1);
        redis.run("RPUSH l a b").is(2);
        assertThat(reply(stays)).isEqualTo("['l', 'b']");
        redis.run("LRANGE l 0 -1").is("['a']");
        redis.run("EXISTS m").is(0);
    }

    @RedisTest
    void anotherClientEndsTheWait(Client redis, Server server) {
        Client waiting = server.connect();
        long id = waiting.run("CLIENT ID").integer();
        waiting.send("BLPOP", "l", "0");
        awaitBlocked(redis, 1);
        redis.call("CLIENT", "UNBLOCK", id).is(1);
        assertThat(reply(waiting)).isEqualTo("nil-array");
        waiting.send("BLMOVE", "l", "m", "LEFT", "LEFT", "0");
        awaitBlocked(redis, 1);
        redis.call("CLIENT", "UNBLOCK", id, "ERROR").is(1);
        assertThat(reply(waiting)).isEqualTo("-UNBLOCKED client unblocked via CLIENT UNBLOCK");
        redis.call("CLIENT", "UNBLOCK", id).is(0);
        redis.run("RPUSH l a").is(1);
        redis.run("LLEN l").is(1);
        waiting.send("BLPOP", "none", "0");
        awaitBlocked(redis, 1);
        redis.call("CLIENT", "KILL", "ID", id).is(1);
        assertThat(waiting.isClosedByServer()).isTrue();
        awaitBlocked(redis, 0);
    }

    @RedisTest
    void whatAWaitingClientSendsMeanwhileComesAfter(Client redis, Server server) {
        Client waiting = server.connect();
        waiting.sendBytes(Client.encode("BLPOP l 0"));
        awaitBlocked(redis, 1);
        waiting.sendBytes(Client.encode("PING"));
        waiting.sendBytes(Client.encode("BLPOP l 0"));
        waiting.sendBytes(Client.encode("LLEN l"));
        redis.run("RPUSH l a").is(1);
        assertThat(reply(waiting)).isEqualTo("['l', 'a']");
        assertThat(reply(waiting)).isEqualTo("+PONG");
        awaitBlocked(redis, 1);
        redis.run("RPUSH l b c").is(2);
        assertThat(reply(waiting)).isEqualTo("['l', 'b']");
        assertThat(reply(waiting)).isEqualTo("1");
    }

    @RedisTest
    void anExpiredListIsNone(Client redis, Server server) {
        redis.replies("""
            RPUSH l a                       -> 1
            PEXPIRE l 1                     -> 1
            """);
        Client waiting = server.connect();
        while (redis.run("EXISTS l").integer() == 1) {
            Thread.onSpinWait();
        }
        waiting.send("BLPOP", "l", "0");
        awaitBlocked(redis, 1);
        redis.run("RPUSH l b").is(1);
        assertThat(reply(waiting)).isEqualTo("['l', 'b']");
    }

    @RedisTest
    void watchersSeeWhatTheServedTake(Client redis, Server server) {
        Client waiting = blocked(server, 0, "BLMOVE", "l", "m", "LEFT", "LEFT", "0");
        Client watching = server.connect();
        watching.run("WATCH m").isOk();
        watching.run("MULTI").isOk();
        watching.run("PING");
        redis.run("RPUSH l a").is(1);
        assertThat(reply(waiting)).isEqualTo("'a'");
        watching.run("EXEC").is("nil-array");
    }

    @RedisTest(since = "8.10")
    void movesOfManyWaitForAsManyAsTheyAskFor(Client redis, Server server) {
        Client some = blocked(server, 0, "BLMOVEM", "l", "m", "LEFT", "RIGHT", "0", "COUNT", "3", "BULK");
        redis.run("RPUSH l a b").is(2);
        assertThat(reply(some)).isEqualTo("['a', 'b']");
        Client exactly = blocked(server, 0, "BLMOVEM", "l", "m", "LEFT", "RIGHT", "0", "EXACTLY", "3", "BULK");
        redis.run("RPUSH l a b").is(2);
        redis.run("LLEN l").is(2);
        redis.run("RPUSH l c d").is(4);
        assertThat(reply(exactly)).isEqualTo("['a', 'b', 'c']");
        redis.replies("""
            LRANGE m 0 -1                   -> ['a', 'b', 'a', 'b', 'c']
            BLMOVEM l m LEFT LEFT 0         -> ['d']
            BLMOVEM l m LEFT LEFT 0.01      -> nil-array
            BLMOVEM l m LEFT LEFT x         -> -ERR timeout is not a float or out of range
            BLMOVEM l m LEFT LEFT 0 FOO     -> -ERR syntax error
            BLMOVEM l m LEFT LEFT           -> -ERR wrong number of arguments for 'blmovem' command
            MULTI                           -> +OK
            BLMOVEM l m LEFT LEFT 0         -> +QUEUED
            EXEC                            -> [nil-array]
            """);
    }
}
