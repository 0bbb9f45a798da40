package dev.cinnabar.compat;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cinnabar.compat.harness.Client;
import dev.cinnabar.compat.harness.RedisTest;
import dev.cinnabar.compat.harness.Resp;
import dev.cinnabar.compat.harness.Server;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Requests as bytes: inline commands, pipelines, requests cut anywhere, and what is no request at all. */
class ProtocolTest {

    @RedisTest
    void inlineCommands(Client redis) {
        redis.sendText(
                "PING\r\nSET x 1\nGET x\r\n  GET   x  \r\nECHO \"a \\x41\\n\\\"\"\r\nECHO 'a \\x41 \\''\r\nset y \"\"\r\n");
        assertThat(redis.read()).hasToString("+PONG");
        assertThat(redis.read()).hasToString("+OK");
        assertThat(redis.read()).hasToString("'1'");
        assertThat(redis.read()).hasToString("'1'");
        assertThat(redis.read()).hasToString("'a A\\n\"'");
        assertThat(redis.read()).hasToString("'a \\\\x41 \\''");
        assertThat(redis.read()).hasToString("+OK");
    }

    @RedisTest
    void emptyRequestsAreIgnored(Client redis) {
        redis.sendText("\r\n\n   \r\n*0\r\n*-1\r\nPING\r\n*-10\r\n*1\r\n$4\r\nPING\r\n");
        assertThat(redis.read()).hasToString("+PONG");
        assertThat(redis.read()).hasToString("+PONG");
    }

    @RedisTest
    void inlineAndArrayRequestsMix(Client redis) {
        redis.sendText("*2\r\n$3\r\nGET\r\n$1\r\nx\r\nSET x 1\r\n*2\r\n$3\r\nGET\r\n$1\r\nx\r\n");
        assertThat(redis.read()).hasToString("nil");
        assertThat(redis.read()).hasToString("+OK");
        assertThat(redis.read()).hasToString("'1'");
    }

    @RedisTest
    void aRequestCutAnywhere(Client redis) {
        byte[] request = Client.encode("SET k \"a\\r\\nb\"");
        for (int at = 1; at < request.length; at++) {
            for (int i = 0; i < request.length; i += at) {
                redis.sendBytes(java.util.Arrays.copyOfRange(request, i, Math.min(i + at, request.length)));
            }
            assertThat(redis.read()).hasToString("+OK");
        }
        redis.run("GET k").is("'a\\r\\nb'");
    }

    @RedisTest
    void anInlineRequestCutAnywhere(Client redis) {
        byte[] request = "SET k \"a b\"\r\n".getBytes(StandardCharsets.ISO_8859_1);
        for (byte b : request) {
            redis.sendBytes(new byte[] {b});
        }
        assertThat(redis.read()).hasToString("+OK");
        redis.run("GET k").is("'a b'");
    }

    @RedisTest
    void pipelinesAnswerInOrder(Client redis) {
        List<String> commands = new ArrayList<>();
        for (int i = 0; i < 20_000; i++) {
            commands.add(i % 2 == 0 ? "SET k" + i + " v" + i : "GET k" + (i - 1));
        }
        List<Resp> replies = redis.pipeline(commands);
        for (int i = 0; i < commands.size(); i++) {
            assertThat(replies.get(i)).hasToString(i % 2 == 0 ? "+OK" : "'v" + (i - 1) + "'");
        }
    }

    @RedisTest
    void aPipelineLeftUnreadForAWhile(Client redis) {
        String value = "v".repeat(10_000);
        redis.call("SET", "k", value).isOk();
        for (int i = 0; i < 3000; i++) {
            redis.send("GET", "k");
        }
        for (int i = 0; i < 3000; i++) {
            assertThat(redis.read().text()).hasSize(10_000);
        }
        redis.run("PING").is("+PONG");
    }

    @RedisTest(valkeyDiffers = "it accepts more")
    void protocolErrorsCloseTheConnection(Server server) {
        String[][] cases = {
            {"*1\r\nGET\r\n", "-ERR Protocol error: expected '$', got 'G'\r\n"},
            {"*1\r\n:5\r\n", "-ERR Protocol error: expected '$', got ':'\r\n"},
            {"*1\r\n$-1\r\n", "-ERR Protocol error: invalid bulk length\r\n"},
            {"*1\r\n$-10\r\n", "-ERR Protocol error: invalid bulk length\r\n"},
            {"*1\r\n$abc\r\n", "-ERR Protocol error: invalid bulk length\r\n"},
            {"*1\r\n$\r\n", "-ERR Protocol error: invalid bulk length\r\n"},
            {"*1\r\n$2000000000\r\n", "-ERR Protocol error: invalid bulk length\r\n"},
            {"*1\r\n$536870913\r\n", "-ERR Protocol error: invalid bulk length\r\n"},
            {"*1\r\n$9223372036854775808\r\n", "-ERR Protocol error: invalid bulk length\r\n"},
            {"*abc\r\n", "-ERR Protocol error: invalid multibulk length\r\n"},
            {"*3000000000\r\n", "-ERR Protocol error: invalid multibulk length\r\n"},
            {"*20000000000000000000\r\n", "-ERR Protocol error: invalid multibulk length\r\n"},
            {"* 1\r\n", "-ERR Protocol error: invalid multibulk length\r\n"},
            {"*1 \r\n", "-ERR Protocol error: invalid multibulk length\r\n"},
            {"*1\r\n$ 4\r\n", "-ERR Protocol error: invalid bulk length\r\n"},
            {"SET \"x\r\n", "-ERR Protocol error: unbalanced quotes in request\r\n"},
            {"SET 'x\r\n", "-ERR Protocol error: unbalanced quotes in request\r\n"},
            {"SET \"x\"y\r\n", "-ERR Protocol error: unbalanced quotes in request\r\n"},
            {"a".repeat(70_000), "-ERR Protocol error: too big inline request\r\n"},
            {"*1\r\n$" + "1".repeat(70_000), "-ERR Protocol error: too big bulk count string\r\n"},
            {"*" + "1".repeat(70_000), "-ERR Protocol error: too big mbulk count string\r\n"},
        };
        for (String[] test : cases) {
            Client client = server.connect();
            client.sendText(test[0]);
            assertThat(client.readUntilClosed())
                    .as(test[0].substring(0, Math.min(40, test[0].length())))
                    .isEqualTo(test[1]);
        }
    }

    @RedisTest
    void whatCameBeforeAProtocolErrorIsAnswered(Server server) {
        Client client = server.connect();
        client.sendText("SET x 1\r\n*2\r\n$3\r\nGET\r\n$1\r\nx\r\n*1\r\nBAD\r\nSET x 2\r\n");
        assertThat(client.readUntilClosed())
                .isEqualTo("+OK\r\n$1\r\n1\r\n-ERR Protocol error: expected '$', got 'B'\r\n");
        server.connect().run("GET x").is("'1'");
    }

    @RedisTest(valkeyDiffers = "it refuses them")
    void unusualButAccepted(Client redis) {
        /* Redis reads any two bytes behind a bulk string, and a lone \n where \r\n should end an inline command. */
        redis.sendText("*2\r\n$4\r\nECHO\r\n$2\r\nab\r\n");
        assertThat(redis.read()).hasToString("'ab'");
        redis.sendText("*1\r\n$4\r\nPINGxx");
        assertThat(redis.read()).hasToString("+PONG");
    }

    @RedisTest
    void binaryArguments(Client redis) {
        byte[] all = new byte[256];
        for (int i = 0; i < 256; i++) {
            all[i] = (byte) i;
        }
        redis.call("SET", all, all).isOk();
        assertThat(((Resp.Bulk) redis.call("GET", all).reply()).bytes()).isEqualTo(all);
    }

    @RedisTest
    void manyArguments(Client redis) {
        Object[] mset = new Object[20_001];
        mset[0] = "MSET";
        for (int i = 1; i < mset.length; i++) {
            mset[i] = "a" + i;
        }
        redis.call(mset).isOk();
        redis.run("DBSIZE").is(10_000);
        Object[] mget = new Object[10_001];
        mget[0] = "MGET";
        for (int i = 1; i < mget.length; i++) {
            mget[i] = "a" + (2 * i - 1);
        }
        List<Resp> values = redis.call(mget).list();
        assertThat(values).hasSize(10_000);
        assertThat(values.get(9_999)).hasToString("'a20000'");
    }

    @RedisTest
    void aBulkOfManyMegabytes(Client redis) {
        byte[] value = new byte[40_000_000];
        new java.util.Random(7).nextBytes(value);
        redis.call("SET", "big", value).isOk();
        assertThat(((Resp.Bulk) redis.call("GET", "big").reply()).bytes()).isEqualTo(value);
        redis.run("STRLEN big").is(value.length);
        redis.run("DEL big").is(1);
    }

    @RedisTest
    void bulkLimitIsConfigurable(Client redis, Server server) {
        redis.run("CONFIG SET proto-max-bulk-len 1mb").isOk();
        Client client = server.connect();
        client.sendText("*1\r\n$1048577\r\n");
        assertThat(client.readUntilClosed()).isEqualTo("-ERR Protocol error: invalid bulk length\r\n");
        server.connect().call("SET", "x", "y".repeat(1_048_576)).isOk();
    }

    @RedisTest
    void limitsForClientsThatAreNotAuthenticated(Server server) {
        Server closed = server.startAnother("--requirepass", "sesame");
        Client manyArguments = closed.connect();
        manyArguments.sendText("*11\r\n");
        assertThat(manyArguments.readUntilClosed())
                .isEqualTo("-ERR Protocol error: unauthenticated multibulk length\r\n");
        Client longArgument = closed.connect();
        longArgument.sendText("*2\r\n$4\r\nAUTH\r\n$16385\r\n");
        assertThat(longArgument.readUntilClosed()).isEqualTo("-ERR Protocol error: unauthenticated bulk length\r\n");
        Client fine = closed.connect();
        fine.call("AUTH", "x".repeat(16_384)).isErrorStarting("WRONGPASS");
        fine.call("A", "1", "2", "3", "4", "5", "6", "7", "8", "9").isErrorStarting("");
        fine.run("AUTH sesame").isOk();
        fine.call("SET", "x", "y".repeat(20_000)).isOk();
    }

    @RedisTest
    void halfAClosedConnectionStillGetsItsReplies(Client redis) {
        redis.sendText("SET x 1\r\nGET x\r\n");
        redis.shutdownOutput();
        assertThat(redis.read()).hasToString("+OK");
        assertThat(redis.read()).hasToString("'1'");
        assertThat(redis.isClosedByServer()).isTrue();
    }

    @RedisTest
    void aConnectionLeftInTheMiddleOfARequestHarmsNobody(Client redis, Server server) {
        for (int i = 0; i < 50; i++) {
            Client client = server.connect();
            client.sendText("*3\r\n$3\r\nSET\r\n$1\r\nx\r\n$100\r\nabc");
            client.close();
        }
        redis.run("EXISTS x").is(0);
        redis.run("PING").is("+PONG");
    }

    @RedisTest
    void httpIsTurnedAway(Server server) {
        for (String first : new String[] {
            "POST / HTTP/1.1\r\nHost: localhost\r\n\r\nSET x 1\r\n",
            "GET / HTTP/1.1\r\nHost: localhost\r\n\r\nSET x 1\r\n"
        }) {
            Client client = server.connect();
            client.sendText(first);
            client.readUntilClosed();
        }
        server.connect().run("EXISTS x").is(0);
    }
}
