package dev.cinnabar.compat;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cinnabar.compat.harness.Client;
import dev.cinnabar.compat.harness.RedisTest;
import dev.cinnabar.compat.harness.Server;
import java.util.ArrayList;
import java.util.List;

/**
 * Many clients whose requests arrive while the server is at something that takes a while, so that it finds all of them at once:
 * each gets its own replies, in its own order, whatever the others have sent.
 */
class ManyClientsAtOnceTest {

    private static final int PLAIN = 40;

    private final List<Client> clients = new ArrayList<>();

    @RedisTest
    void requestsOfAllKinds(Server server) {
        Server alone = server.startAnother("--io-threads", "1", "--enable-debug-command", "yes");
        Client busy = alone.connect();
        connect(alone, PLAIN);
        Client inline = alone.connect();
        Client cut = alone.connect();
        Client emptyLines = alone.connect();
        Client unknown = alone.connect();
        Client arity = alone.connect();
        Client pipeline = alone.connect();
        Client large = alone.connect();
        Client twoPackets = alone.connect();
        Client quitting = alone.connect();
        Client broken = alone.connect();
        Client transaction = alone.connect();
        Client waiting = alone.connect();
        Client elsewhere = alone.connect();
        Client subscriber = alone.connect();
        Client newer = alone.connect();
        byte[] set = Client.encode("SET cut here");

        busy.send("DEBUG", "SLEEP", "0.05");
        for (int i = 0; i < PLAIN; i++) {
            clients.get(i).send("SET", "key:" + i, "value:" + i);
        }
        inline.sendText("ECHO \"in line\"\r\n");
        cut.sendBytes(java.util.Arrays.copyOf(set, set.length - 3));
        emptyLines.sendText("\r\n*0\r\n*2\r\n$4\r\nECHO\r\n$5\r\nempty\r\n");
        unknown.send("NOSUCH", "a");
        arity.send("GET");
        pipeline.sendText("SET p 1\r\nINCR p\r\nGET p\r\n");
        large.send("ECHO", "x".repeat(5000));
        twoPackets.send("SET", "two", "1");
        twoPackets.send("INCR", "two");
        quitting.send("QUIT");
        broken.sendText("*1\r\nGET\r\n");
        transaction.send("MULTI");
        waiting.send("BLPOP", "queue", "0");
        elsewhere.send("SELECT", "3");
        subscriber.send("SUBSCRIBE", "news");
        newer.send("HELLO", "3");

        assertThat(busy.read()).hasToString("+OK");
        for (Client client : clients) {
            assertThat(client.read()).hasToString("+OK");
        }
        assertThat(inline.read()).hasToString("'in line'");
        assertThat(emptyLines.read()).hasToString("'empty'");
        assertThat(unknown.read().toString()).startsWith("-ERR unknown command 'NOSUCH'");
        assertThat(arity.read()).hasToString("-ERR wrong number of arguments for 'get' command");
        assertThat(pipeline.read()).hasToString("+OK");
        assertThat(pipeline.read()).hasToString("2");
        assertThat(pipeline.read()).hasToString("'2'");
        assertThat(large.read().text()).isEqualTo("x".repeat(5000));
        assertThat(twoPackets.read()).hasToString("+OK");
        assertThat(twoPackets.read()).hasToString("2");
        assertThat(quitting.readUntilClosed()).isEqualTo("+OK\r\n");
        assertThat(broken.readUntilClosed()).startsWith("-ERR Protocol error: expected '$', got 'G'\r\n");
        assertThat(transaction.read()).hasToString("+OK");
        assertThat(elsewhere.read()).hasToString("+OK");
        assertThat(subscriber.read()).hasToString("['subscribe', 'news', 1]");
        assertThat(newer.read().field("proto").integer()).isEqualTo(3);

        // Now what goes on where it was left, again all at once.
        busy.send("DEBUG", "SLEEP", "0.05");
        for (int i = 0; i < PLAIN; i++) {
            clients.get(i).send("GET", "key:" + (i + 1) % PLAIN);
        }
        cut.sendBytes(java.util.Arrays.copyOfRange(set, set.length - 3, set.length));
        transaction.send("INCR", "counter");
        elsewhere.send("DBSIZE");
        newer.send("GET", "nothing");
        assertThat(busy.read()).hasToString("+OK");
        for (int i = 0; i < PLAIN; i++) {
            assertThat(clients.get(i).read()).hasToString("'value:" + (i + 1) % PLAIN + "'");
        }
        assertThat(cut.read()).hasToString("+OK");
        cut.run("GET cut").is("'here'");
        assertThat(transaction.read()).hasToString("+QUEUED");
        assertThat(elsewhere.read()).hasToString("0");
        assertThat(newer.read()).hasToString("_");

        busy.send("DEBUG", "SLEEP", "0.05");
        transaction.send("EXEC");
        clients.get(0).send("RPUSH", "queue", "job");
        clients.get(1).send("PUBLISH", "news", "of today");
        assertThat(busy.read()).hasToString("+OK");
        assertThat(transaction.read()).hasToString("[1]");
        assertThat(clients.get(0).read()).hasToString("1");
        assertThat(clients.get(1).read()).hasToString("1");
        assertThat(waiting.read()).hasToString("['queue', 'job']");
        assertThat(subscriber.read()).hasToString("['message', 'news', 'of today']");
    }

    @RedisTest
    void someAreEndedByOthers(Server server) {
        Server alone = server.startAnother("--io-threads", "1", "--enable-debug-command", "yes");
        Client busy = alone.connect();
        connect(alone, PLAIN);
        long victim = clients.get(PLAIN / 2).run("CLIENT ID").integer();

        busy.send("DEBUG", "SLEEP", "0.05");
        clients.get(0).send("CLIENT", "KILL", "ID", victim);
        for (int i = 1; i < PLAIN; i++) {
            clients.get(i).send("APPEND", "log:" + i, "x");
        }
        assertThat(busy.read()).hasToString("+OK");
        assertThat(clients.get(0).read()).hasToString("1");
        for (int i = 1; i < PLAIN; i++) {
            if (i != PLAIN / 2) {
                assertThat(clients.get(i).read()).hasToString("1");
            }
        }
        // It was run before it was killed, or not at all.
        String last = clients.get(PLAIN / 2).readUntilClosed();
        assertThat(last).isIn("", ":1\r\n");
        if (last.isEmpty()) {
            assertThat(busy.run("STRLEN log:" + PLAIN / 2).integer()).isBetween(0L, 1L);
        } else {
            busy.run("STRLEN log:" + PLAIN / 2).is("1");
        }
    }

    @RedisTest
    void aPauseHoldsThemAll(Server server) {
        Server alone = server.startAnother("--io-threads", "1", "--enable-debug-command", "yes");
        Client busy = alone.connect();
        connect(alone, PLAIN);
        Client pausing = alone.connect();
        pausing.run("CLIENT PAUSE 100000 WRITE").isOk();
        busy.send("DEBUG", "SLEEP", "0.05");
        for (int i = 0; i < PLAIN; i++) {
            clients.get(i).send("SET", "key:" + i, "value:" + i);
        }
        assertThat(busy.read()).hasToString("+OK");
        busy.run("DBSIZE").is("0");
        pausing.run("CLIENT UNPAUSE").isOk();
        for (Client client : clients) {
            assertThat(client.read()).hasToString("+OK");
        }
        busy.run("DBSIZE").is("" + PLAIN);
    }

    private void connect(Server server, int n) {
        for (int i = 0; i < n; i++) {
            clients.add(server.connect());
        }
    }
}
