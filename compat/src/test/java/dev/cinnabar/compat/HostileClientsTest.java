package dev.cinnabar.compat;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cinnabar.compat.harness.Client;
import dev.cinnabar.compat.harness.RedisTest;
import dev.cinnabar.compat.harness.Resp;
import dev.cinnabar.compat.harness.Server;
import java.util.List;

/** Clients that mean ill, or do not know what they do: what they may not, and that the others do not notice. */
class HostileClientsTest {

    private static final int MEGABYTE = 1 << 20;

    @RedisTest
    void whoGuessesPasswordsIsCountedAndFillsNoLog(Server server) {
        Server own = server.startAnother("--requirepass", "secret");
        Client stranger = own.connect();
        stranger.run("GET x").isError("NOAUTH Authentication required.");
        for (int i = 0; i < 300; i++) {
            stranger.run("AUTH guess" + i + " word").isErrorStarting("WRONGPASS invalid username-password pair");
        }
        stranger.run("AUTH " + "x".repeat(10_000) + " y").isErrorStarting("WRONGPASS ");
        stranger.run("CONFIG GET port").isError("NOAUTH Authentication required.");
        Client admin = own.connect();
        admin.run("AUTH secret").isOk();
        assertThat(admin.run("ACL LOG 1000").list()).hasSize(128);
        if (own.version().isAtLeast("7.2")) {
            assertThat(admin.run("INFO stats").text()).contains("acl_access_denied_auth:301\r\n");
        }
    }

    @RedisTest(cinnabarOnly = "a real server keeps whole names, and has the memory")
    void theAccessLogKeepsTheBeginningOfNames(Server server) {
        Server own = server.startAnother();
        Client admin = own.connect();
        admin.run("ACL SETUSER bob on nopass ~allowed +get +client").isOk();
        Client bob = own.connect();
        bob.run("AUTH bob x").isOk();
        bob.call("CLIENT", "SETNAME", "n".repeat(100_000)).isOk();
        bob.call("GET", "k".repeat(MEGABYTE)).isErrorStarting("NOPERM ");
        bob.call("AUTH", "u".repeat(MEGABYTE), "x").isErrorStarting("WRONGPASS ");
        assertThat(admin.run("ACL LOG").list())
                .hasSize(2)
                .allSatisfy(entry -> assertThat(length(entry)).isLessThan(6000));
    }

    /** Queued commands count as input. */
    @RedisTest(since = "7.2.0")
    void whoQueuesWithoutEndIsCutOff(Server server) {
        Server own = server.startAnother("--client-query-buffer-limit", "1mb");
        Client client = own.connect();
        client.run("MULTI").isOk();
        String value = "x".repeat(10_000);
        int queued = 0;
        try {
            while (queued < 1000
                    && client.call("SET", "key", value).reply().toString().equals("+QUEUED")) {
                queued++;
            }
        } catch (RuntimeException | AssertionError e) {
            // It has hung up, in the middle of a request or of a reply.
            assertThat(queued).isPositive();
        }
        assertThat(queued).isBetween(50, 400);
        own.connect().run("PING").is("+PONG");
    }

    private static int length(Resp entry) {
        return entry.toString().length();
    }

    @RedisTest(cinnabarOnly = "a real server shows all of an argument")
    void aWatcherSeesTheBeginningOfHugeRequests(Server server) {
        Server own = server.startAnother();
        Client watcher = own.connect();
        watcher.run("MONITOR").isOk();
        Client client = own.connect();
        for (int i = 0; i < 5; i++) {
            client.call("SET", "huge", "x".repeat(20 * MEGABYTE)).isOk();
        }
        Object[] many = new Object[200_001];
        many[0] = "DEL";
        for (int i = 1; i < many.length; i++) {
            many[i] = "key" + i;
        }
        client.call(many).is(0);
        client.run("PING").is("+PONG");
        for (int i = 0; i < 5; i++) {
            assertThat(watcher.read().text()).hasSizeLessThan(20_000).endsWith("... (20955136 more bytes)");
        }
        assertThat(watcher.read().text()).hasSizeLessThan(70_000).endsWith(" more arguments)");
        assertThat(watcher.read().text()).endsWith("\"PING\"");
    }

    @RedisTest
    void whereFilesAreWrittenIsNotForClientsToSay(Server server) {
        Server own = server.startAnother("--enable-protected-configs", "no", "--enable-debug-command", "no");
        Client client = own.connect();
        for (String name : List.of("dir", "dbfilename")) {
            String before = client.run("CONFIG GET " + name).toString();
            client.run("CONFIG SET " + name + " /tmp")
                    .isError("ERR CONFIG SET failed (possibly related to argument '" + name
                            + "') - can't set protected config");
            client.run("CONFIG SET timeout 7 " + name + " x").isErrorStarting("ERR CONFIG SET failed ");
            assertThat(client.run("CONFIG GET " + name)).hasToString(before);
        }
        assertThat(client.run("CONFIG GET timeout").texts()).containsExactly("timeout", "0");
        client.run("DEBUG SLEEP 0").isErrorStarting("ERR DEBUG command not allowed.");
        for (String name : List.of("enable-protected-configs", "enable-debug-command", "enable-module-command")) {
            client.run("CONFIG SET " + name + " yes")
                    .isError("ERR CONFIG SET failed (possibly related to argument '" + name
                            + "') - can't set immutable config");
        }
    }
}
