package dev.cinnabar.compat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cinnabar.compat.harness.RedisTest;
import dev.cinnabar.compat.harness.Server;
import io.lettuce.core.CopyArgs;
import io.lettuce.core.ExpireArgs;
import io.lettuce.core.GetExArgs;
import io.lettuce.core.KeyScanCursor;
import io.lettuce.core.KeyValue;
import io.lettuce.core.LettuceFutures;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.RedisURI;
import io.lettuce.core.ScanArgs;
import io.lettuce.core.ScanCursor;
import io.lettuce.core.SetArgs;
import io.lettuce.core.TransactionResult;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.async.RedisAsyncCommands;
import io.lettuce.core.api.sync.RedisCommands;
import io.lettuce.core.resource.ClientResources;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** Lettuce, which speaks RESP3 and from one connection in many threads: synchronous, asynchronous, batched. */
class LettuceTest {

    private static ClientResources resources;
    private static RedisClient client;

    @BeforeAll
    static void start() {
        resources = ClientResources.builder()
                .ioThreadPoolSize(2)
                .computationThreadPoolSize(2)
                .build();
        client = RedisClient.create(resources);
    }

    @AfterAll
    static void stop() {
        client.shutdown(Duration.ZERO, Duration.ofSeconds(5));
        resources.shutdown(0, 5, TimeUnit.SECONDS).awaitUninterruptibly();
    }

    private static StatefulRedisConnection<String, String> connect(Server server) {
        return server.closeAfterTest(client.connect(RedisURI.create("127.0.0.1", server.port())));
    }

    @RedisTest
    @SuppressWarnings("deprecation") // old commands must work too
    void strings(Server server) {
        RedisCommands<String, String> redis = connect(server).sync();
        assertThat(redis.set("x", "1")).isEqualTo("OK");
        assertThat(redis.get("x")).isEqualTo("1");
        assertThat(redis.get("nothing")).isNull();
        assertThat(redis.set("x", "2", SetArgs.Builder.nx())).isNull();
        assertThat(redis.setGet("x", "2", SetArgs.Builder.ex(100))).isEqualTo("1");
        assertThat(redis.ttl("x")).isBetween(99L, 100L);
        assertThat(redis.getex("x", GetExArgs.Builder.persist())).isEqualTo("2");
        assertThat(redis.incr("n")).isEqualTo(1);
        assertThat(redis.incrby("n", 9)).isEqualTo(10);
        assertThat(redis.decrby("n", 3)).isEqualTo(7);
        assertThat(redis.decr("n")).isEqualTo(6);
        assertThat(redis.incrbyfloat("n", 0.25)).isEqualTo(6.25);
        assertThat(redis.append("a", "Hello")).isEqualTo(5);
        assertThat(redis.setrange("a", 0, "J")).isEqualTo(5);
        assertThat(redis.getrange("a", 0, 1)).isEqualTo("Je");
        assertThat(redis.strlen("a")).isEqualTo(5);
        assertThat(redis.mset(Map.of("m", "1", "l", "2"))).isEqualTo("OK");
        assertThat(redis.msetnx(Map.of("m", "1", "k", "2"))).isFalse();
        assertThat(redis.mget("m", "nothing")).containsExactly(KeyValue.just("m", "1"), KeyValue.empty("nothing"));
        assertThat(redis.getdel("m")).isEqualTo("1");
        assertThat(redis.getset("m", "3")).isNull();
        assertThat(redis.setnx("m", "4")).isFalse();
        assertThat(redis.setex("m", 100, "5")).isEqualTo("OK");
        assertThat(redis.psetex("m", 100_000, "6")).isEqualTo("OK");
    }

    @RedisTest
    void keys(Server server) {
        RedisCommands<String, String> redis = connect(server).sync();
        redis.mset(Map.of("a", "1", "b", "2", "c", "3"));
        assertThat(redis.exists("a", "b", "nothing")).isEqualTo(2);
        assertThat(redis.type("a")).isEqualTo("string");
        assertThat(redis.keys("*")).containsExactlyInAnyOrder("a", "b", "c");
        assertThat(redis.expire("a", 100)).isTrue();
        assertThat(redis.expire("a", 50, ExpireArgs.Builder.gt())).isFalse();
        assertThat(redis.pexpireat("a", 33_177_117_420_000L)).isTrue();
        assertThat(redis.pexpiretime("a")).isEqualTo(33_177_117_420_000L);
        assertThat(redis.persist("a")).isTrue();
        assertThat(redis.rename("a", "d")).isEqualTo("OK");
        assertThat(redis.renamenx("d", "b")).isFalse();
        assertThat(redis.copy("b", "e", CopyArgs.Builder.replace(true))).isTrue();
        assertThat(redis.move("e", 1)).isTrue();
        assertThat(redis.touch("b", "c")).isEqualTo(2);
        assertThat(redis.objectEncoding("b")).isEqualTo("int");
        assertThat(redis.objectIdletime("b")).isBetween(0L, 5L);
        assertThat(redis.memoryUsage("b")).isPositive();
        assertThat(redis.randomkey()).isIn("b", "c", "d");
        assertThat(redis.unlink("b")).isEqualTo(1);
        assertThat(redis.del("c", "d")).isEqualTo(2);
        assertThat(redis.dbsize()).isZero();
        assertThat(redis.swapdb(0, 1)).isEqualTo("OK");
        assertThat(redis.get("e")).isEqualTo("2");
        assertThat(redis.flushdb()).isEqualTo("OK");
        assertThat(redis.flushall()).isEqualTo("OK");
    }

    @RedisTest
    void scan(Server server) {
        RedisCommands<String, String> redis = connect(server).sync();
        for (int i = 0; i < 300; i++) {
            redis.set("key:" + i, "v");
        }
        List<String> found = new ArrayList<>();
        KeyScanCursor<String> cursor =
                redis.scan(ScanArgs.Builder.matches("key:*").limit(20));
        found.addAll(cursor.getKeys());
        while (!cursor.isFinished()) {
            cursor = redis.scan(
                    ScanCursor.of(cursor.getCursor()),
                    ScanArgs.Builder.matches("key:*").limit(20));
            found.addAll(cursor.getKeys());
        }
        assertThat(found).hasSize(300).doesNotHaveDuplicates();
    }

    @RedisTest
    void transactions(Server server) {
        RedisCommands<String, String> redis = connect(server).sync();
        RedisCommands<String, String> other = connect(server).sync();
        assertThat(redis.multi()).isEqualTo("OK");
        redis.set("x", "1");
        redis.incr("x");
        redis.get("nothing");
        TransactionResult result = redis.exec();
        assertThat(result.wasDiscarded()).isFalse();
        assertThat(result.stream().toList()).containsExactly("OK", 2L, null);
        redis.watch("x");
        other.set("x", "5");
        redis.multi();
        redis.set("x", "6");
        assertThat(redis.exec().wasDiscarded()).isTrue();
        assertThat(redis.get("x")).isEqualTo("5");
        redis.multi();
        redis.set("x", "7");
        assertThat(redis.discard()).isEqualTo("OK");
        assertThat(redis.get("x")).isEqualTo("5");
    }

    @RedisTest
    void connectionAndServer(Server server) {
        RedisCommands<String, String> redis = connect(server).sync();
        assertThat(redis.ping()).isEqualTo("PONG");
        assertThat(redis.echo("hello")).isEqualTo("hello");
        assertThat(redis.clientId()).isPositive();
        assertThat(redis.clientSetname("me")).isEqualTo("OK");
        assertThat(redis.clientGetname()).isEqualTo("me");
        assertThat(redis.clientInfo()).contains("name=me", "resp=3");
        assertThat(redis.clientList()).contains("name=me");
        assertThat(redis.configGet("maxmemory")).isEqualTo(Map.of("maxmemory", "0"));
        assertThat(redis.configSet(Map.of("maxmemory", "100mb"))).isEqualTo("OK");
        assertThat(redis.configResetstat()).isEqualTo("OK");
        assertThat(redis.info("server")).contains("tcp_port:" + server.port());
        assertThat(redis.time()).hasSize(2);
        assertThat(redis.commandCount()).isPositive();
        assertThat(redis.command()).hasSizeGreaterThan(50);
        assertThat(redis.commandInfo("get", "set")).hasSize(2);
    }

    @RedisTest
    void asynchronously(Server server) throws Exception {
        RedisAsyncCommands<String, String> redis = connect(server).async();
        List<RedisFuture<Long>> futures = new ArrayList<>();
        for (int i = 0; i < 10_000; i++) {
            futures.add(redis.incr("n"));
        }
        for (int i = 0; i < futures.size(); i++) {
            assertThat(futures.get(i).get(20, TimeUnit.SECONDS)).isEqualTo(i + 1);
        }
        assertThat(redis.set("x", "abc").get(20, TimeUnit.SECONDS)).isEqualTo("OK");
        assertThatThrownBy(() -> redis.incr("x").get(20, TimeUnit.SECONDS))
                .hasCauseInstanceOf(RedisCommandExecutionException.class)
                .hasMessageContaining("ERR value is not an integer or out of range");
    }

    @RedisTest
    void batched(Server server) {
        StatefulRedisConnection<String, String> connection = connect(server);
        connection.setAutoFlushCommands(false);
        List<RedisFuture<?>> futures = new ArrayList<>();
        for (int i = 0; i < 5000; i++) {
            futures.add(connection.async().set("key:" + i, "value:" + i));
        }
        connection.flushCommands();
        assertThat(LettuceFutures.awaitAll(Duration.ofSeconds(20), futures.toArray(new RedisFuture<?>[0])))
                .isTrue();
        connection.setAutoFlushCommands(true);
        assertThat(connection.sync().get("key:4999")).isEqualTo("value:4999");
        assertThat(connection.sync().dbsize()).isEqualTo(5000);
    }

    @RedisTest
    void oneConnectionInManyThreads(Server server) throws Exception {
        RedisCommands<String, String> redis = connect(server).sync();
        List<Thread> threads = new ArrayList<>();
        for (int t = 0; t < 8; t++) {
            threads.add(Thread.ofVirtual().start(() -> {
                for (int i = 0; i < 500; i++) {
                    redis.incr("n");
                }
            }));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(redis.get("n")).isEqualTo("4000");
    }
}
