package dev.cinnabar.compat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cinnabar.compat.harness.RedisTest;
import dev.cinnabar.compat.harness.Server;
import io.lettuce.core.AclSetuserArgs;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import io.lettuce.core.protocol.CommandType;
import java.time.Duration;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.RedisProtocol;
import redis.clients.jedis.exceptions.JedisAccessControlException;
import redis.clients.jedis.resps.AccessControlUser;

/** Users, as Jedis and Lettuce manage them, log in as them, and understand what is denied. */
class AclClientsTest {

    @RedisTest
    void jedisManagesUsers(Server server) {
        Jedis admin = server.closeAfterTest(new Jedis("127.0.0.1", server.port()));
        assertThat(admin.aclSetUser("alice", "on", ">secret", "~app:*", "+get", "+set", "+ping", "+hello", "+client"))
                .isEqualTo("OK");
        AccessControlUser alice = admin.aclGetUser("alice");
        assertThat(alice.getFlags()).contains("on");
        assertThat(alice.getKeys()).isEqualTo("~app:*");
        assertThat(admin.aclUsers()).contains("alice", "default");
        assertThat(admin.aclWhoAmI()).isEqualTo("default");
        assertThat(admin.aclCat()).contains("read", "write");

        Jedis user = server.closeAfterTest(new Jedis(
                new HostAndPort("127.0.0.1", server.port()),
                DefaultJedisClientConfig.builder()
                        .user("alice")
                        .password("secret")
                        .protocol(RedisProtocol.RESP3)
                        .build()));
        assertThat(user.set("app:x", "1")).isEqualTo("OK");
        assertThat(user.get("app:x")).isEqualTo("1");
        assertThatThrownBy(() -> user.get("other")).isInstanceOf(JedisAccessControlException.class);
        assertThatThrownBy(() -> user.del("app:x")).isInstanceOf(JedisAccessControlException.class);
        assertThat(admin.aclLog().getFirst().getUsername()).isEqualTo("alice");
        assertThat(admin.aclLogReset()).isEqualTo("OK");
        assertThat(admin.aclDelUser("alice")).isEqualTo(1);
        try (Jedis nobody = new Jedis("127.0.0.1", server.port())) {
            assertThatThrownBy(() -> nobody.auth("alice", "secret")).isInstanceOf(JedisAccessControlException.class);
        }
    }

    @RedisTest
    void lettuceManagesUsers(Server server) {
        io.lettuce.core.RedisClient client = io.lettuce.core.RedisClient.create("redis://127.0.0.1:" + server.port());
        try (StatefulRedisConnection<String, String> connection = client.connect()) {
            RedisCommands<String, String> admin = connection.sync();
            assertThat(admin.aclSetuser(
                            "bob",
                            AclSetuserArgs.Builder.on()
                                    .addPassword("secret")
                                    .keyPattern("app:*")
                                    .addCommand(CommandType.GET)
                                    .addCommand(CommandType.SET)
                                    .addCommand(CommandType.PING)
                                    .addCommand(CommandType.CLIENT)
                                    .addCommand(CommandType.HELLO)))
                    .isEqualTo("OK");
            assertThat(admin.aclUsers()).contains("bob");
            assertThat(admin.aclGetuser("bob").toString()).contains("app:*");
            assertThat(admin.aclDryRun("bob", "GET", "app:x")).isEqualTo("OK");
            asBob(client, server);
            assertThat(admin.aclLog()).isNotEmpty();
            assertThat(admin.aclDeluser("bob")).isEqualTo(1);
        } finally {
            client.shutdown(Duration.ZERO, Duration.ofSeconds(5));
        }
    }

    private static void asBob(io.lettuce.core.RedisClient client, Server server) {
        RedisURI uri = RedisURI.builder()
                .withHost("127.0.0.1")
                .withPort(server.port())
                .withAuthentication("bob", "secret".toCharArray())
                .build();
        try (StatefulRedisConnection<String, String> connection = client.connect(uri)) {
            RedisCommands<String, String> bob = connection.sync();
            assertThat(bob.set("app:x", "1")).isEqualTo("OK");
            assertThat(bob.get("app:x")).isEqualTo("1");
            assertThatThrownBy(() -> bob.get("other"))
                    .isInstanceOf(RedisCommandExecutionException.class)
                    .hasMessageStartingWith("NOPERM");
            assertThatThrownBy(() -> bob.del("app:x"))
                    .isInstanceOf(RedisCommandExecutionException.class)
                    .hasMessageContaining("'del'");
        }
    }
}
