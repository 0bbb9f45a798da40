package dev.cinnabar.compat;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cinnabar.compat.harness.Client;
import dev.cinnabar.compat.harness.RedisTest;
import dev.cinnabar.compat.harness.Server;
import java.io.UncheckedIOException;
import java.net.SocketException;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** What clients may take: {@code maxmemory-clients}, and the limits of requests and replies. */
class ClientLimitsTest {

    private static final String PART_OF_A_REQUEST = "*2\r\n$3\r\nGET\r\n$8000000\r\n" + "x".repeat(3_000_000);

    /** One who is never evicted. */
    private static Client administrator(Server server) {
        Client admin = server.connect();
        admin.run("CLIENT NO-EVICT on").isOk();
        return admin;
    }

    /** Sends what the server may not want to read to its end. */
    private static void sendUntilCutOff(Client client, String text) {
        try {
            client.sendText(text);
        } catch (UncheckedIOException cutOff) {
            assertThat(cutOff).hasCauseInstanceOf(SocketException.class);
        }
    }

    @RedisTest
    void whoTakesTooMuchIsDisconnected(Server server) {
        Server own = server.startAnother();
        Client admin = administrator(own);
        admin.run("CONFIG SET maxmemory-clients 1mb").isOk();
        Client small = own.connect();
        small.run("PING").is("+PONG");
        Client big = own.connect();
        big.run("PING").is("+PONG");
        sendUntilCutOff(big, PART_OF_A_REQUEST);
        assertThat(big.isClosedByServer()).isTrue();
        small.run("PING").is("+PONG");
        assertThat(admin.run("INFO stats").reply().text()).contains("evicted_clients:1\r\n");
    }

    @RedisTest
    void theLimitCanComeLater(Server server) {
        Server own = server.startAnother();
        Client admin = administrator(own);
        Client big = own.connect();
        big.run("MULTI").isOk();
        for (int i = 0; i < 3; i++) {
            big.call("SET", "x", "x".repeat(500_000)).is("+QUEUED");
        }
        admin.run("CONFIG SET maxmemory-clients 1mb").isOk();
        assertThat(big.isClosedByServer()).isTrue();
        admin.run("EXISTS x").is(0);
    }

    @RedisTest
    void noEvictIsHeeded(Server server) {
        Server own = server.startAnother();
        Client admin = administrator(own);
        admin.run("CONFIG SET maxmemory-clients 1mb").isOk();
        Client big = own.connect();
        big.run("CLIENT NO-EVICT on").isOk();
        big.sendText(PART_OF_A_REQUEST);
        big.sendText("x".repeat(5_000_000) + "\r\n");
        assertThat(big.read().toString()).isEqualTo("nil");
        assertThat(admin.run("INFO stats").reply().text()).contains("evicted_clients:0\r\n");
    }

    /** The replies asked for would take years. */
    @RedisTest(cinnabarOnly = "a real server goes on drawing for a client that it has cut off")
    void whoIsCutOffInTheMiddleOfAReplyTakesNoMoreTime(Server server) {
        Server own = server.startAnother("--client-output-buffer-limit", "normal 1mb 0 0");
        Client admin = administrator(own);
        admin.run("SADD set 1 2 3").is(3);
        admin.run("ZADD zset 1 a 2 b").is(2);
        admin.run("HSET hash a 1 b 2").is(2);
        List<String> commands = List.of("SRANDMEMBER set", "ZRANDMEMBER zset", "HRANDFIELD hash");
        for (int i = 0; i < commands.size(); i++) {
            own.connect().sendText(commands.get(i) + " -4000000000000000000\r\nDEL set zset hash\r\n");
            String cutOff = "client_output_buffer_limit_disconnections:" + (i + 1) + "\r\n";
            long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
            while (!admin.run("INFO stats").reply().text().contains(cutOff)) {
                assertThat(System.nanoTime()).isLessThan(deadline);
            }
            admin.run("EXISTS set zset hash").is(3);
        }
    }

    @RedisTest
    void aRequestHasALimit(Server server) {
        Server own = server.startAnother();
        Client admin = administrator(own);
        admin.run("CONFIG SET client-query-buffer-limit 1mb").isOk();
        Client big = own.connect();
        sendUntilCutOff(big, PART_OF_A_REQUEST);
        assertThat(big.isClosedByServer()).isTrue();
        admin.run("PING").is("+PONG");
    }

    @RedisTest(cinnabarOnly = "there the whole reply counts before any of it is sent")
    void whatTheSocketTakesAtOnceIsNoBacklog(Server server) {
        Server own = server.startAnother();
        Client admin = administrator(own);
        admin.run("CONFIG SET client-output-buffer-limit 'normal 1000 0 0'").isOk();
        admin.call("SET", "big", "x".repeat(100_000)).isOk();
        assertThat(admin.run("GET big").reply().text()).hasSize(100_000);
        assertThat(admin.run("INFO stats").reply().text()).contains("client_output_buffer_limit_disconnections:0\r\n");
    }
}
