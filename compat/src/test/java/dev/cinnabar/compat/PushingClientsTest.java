package dev.cinnabar.compat;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cinnabar.compat.harness.Client;
import dev.cinnabar.compat.harness.RedisTest;
import dev.cinnabar.compat.harness.Server;
import io.lettuce.core.TrackingArgs;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.pubsub.RedisPubSubAdapter;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import io.lettuce.core.support.caching.CacheAccessor;
import io.lettuce.core.support.caching.CacheFrontend;
import io.lettuce.core.support.caching.ClientSideCaching;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.JedisPubSub;
import redis.clients.jedis.RedisClient;
import redis.clients.jedis.RedisProtocol;
import redis.clients.jedis.csc.Cache;
import redis.clients.jedis.csc.CacheConfig;
import redis.clients.jedis.csc.CacheFactory;

/** Messages that nobody has asked for, as Jedis and Lettuce understand them, and as many connections get them. */
class PushingClientsTest {

    private static String next(BlockingQueue<String> queue) throws InterruptedException {
        String next = queue.poll(20, TimeUnit.SECONDS);
        assertThat(next).isNotNull();
        return next;
    }

    @RedisTest
    void jedisSubscribes(Server server) throws InterruptedException {
        BlockingQueue<String> heard = new LinkedBlockingQueue<>();
        JedisPubSub listener = new JedisPubSub() {
            @Override
            public void onMessage(String channel, String message) {
                heard.add(channel + " " + message);
            }

            @Override
            public void onPMessage(String pattern, String channel, String message) {
                heard.add(pattern + " " + channel + " " + message);
            }

            @Override
            public void onSubscribe(String channel, int subscriptions) {
                heard.add("subscribed " + channel);
            }

            @Override
            public void onPSubscribe(String pattern, int subscriptions) {
                heard.add("subscribed " + pattern);
            }
        };
        Jedis subscriber = server.closeAfterTest(new Jedis("127.0.0.1", server.port()));
        Jedis publisher = server.closeAfterTest(new Jedis("127.0.0.1", server.port()));
        Thread thread = Thread.ofVirtual().start(() -> subscriber.subscribe(listener, "news"));
        assertThat(next(heard)).isEqualTo("subscribed news");
        listener.psubscribe("n*");
        assertThat(next(heard)).isEqualTo("subscribed n*");
        assertThat(publisher.publish("news", "hello")).isEqualTo(2);
        assertThat(next(heard)).isEqualTo("news hello");
        assertThat(next(heard)).isEqualTo("n* news hello");
        listener.unsubscribe();
        listener.punsubscribe();
        thread.join();
        assertThat(subscriber.ping()).isEqualTo("PONG");
    }

    @RedisTest(since = "7.4")
    void jedisCaches(Server server) {
        Cache cache = CacheFactory.getCache(CacheConfig.builder().maxSize(100).build());
        RedisClient redis = server.closeAfterTest(RedisClient.builder()
                .hostAndPort("127.0.0.1", server.port())
                .clientConfig(DefaultJedisClientConfig.builder()
                        .protocol(RedisProtocol.RESP3)
                        .build())
                .cache(cache)
                .build());
        redis.set("x", "1");
        assertThat(redis.get("x")).isEqualTo("1");
        assertThat(redis.get("x")).isEqualTo("1");
        assertThat(cache.getStats().getHitCount()).isEqualTo(1);
        Client other = server.connect();
        other.run("SET x 2").isOk();
        while (!"2".equals(redis.get("x"))) {
            Thread.onSpinWait();
        }
        assertThat(cache.getStats().getInvalidationCount()).isPositive();
    }

    @RedisTest
    void lettuceSubscribes(Server server) throws InterruptedException {
        io.lettuce.core.RedisClient client = io.lettuce.core.RedisClient.create("redis://127.0.0.1:" + server.port());
        try (StatefulRedisPubSubConnection<String, String> subscriber = client.connectPubSub()) {
            BlockingQueue<String> heard = new LinkedBlockingQueue<>();
            subscriber.addListener(new RedisPubSubAdapter<>() {
                @Override
                public void message(String channel, String message) {
                    heard.add(channel + " " + message);
                }
            });
            subscriber.sync().subscribe("news");
            server.connect().run("PUBLISH news hello").is(1);
            assertThat(next(heard)).isEqualTo("news hello");
            subscriber.sync().unsubscribe("news");
            assertThat(subscriber.sync().ping()).isEqualTo("PONG");
        } finally {
            client.shutdown(Duration.ZERO, Duration.ofSeconds(5));
        }
    }

    @RedisTest
    void lettuceCaches(Server server) throws InterruptedException {
        io.lettuce.core.RedisClient client = io.lettuce.core.RedisClient.create("redis://127.0.0.1:" + server.port());
        try (StatefulRedisConnection<String, String> connection = client.connect()) {
            Map<String, String> map = new ConcurrentHashMap<>();
            BlockingQueue<String> gone = new LinkedBlockingQueue<>();
            CacheFrontend<String, String> cache = ClientSideCaching.enable(
                    new CacheAccessor<String, String>() {
                        @Override
                        public @Nullable String get(String key) {
                            return map.get(key);
                        }

                        @Override
                        public void put(String key, String value) {
                            map.put(key, value);
                        }

                        @Override
                        public void evict(String key) {
                            map.remove(key);
                            gone.add(key);
                        }
                    },
                    connection,
                    TrackingArgs.Builder.enabled());
            Client other = server.connect();
            other.run("SET x 1").isOk();
            assertThat(cache.get("x")).isEqualTo("1");
            assertThat(map).containsEntry("x", "1");
            other.run("SET x 2").isOk();
            assertThat(next(gone)).isEqualTo("x");
            assertThat(cache.get("x")).isEqualTo("2");
            cache.close();
        } finally {
            client.shutdown(Duration.ZERO, Duration.ofSeconds(5));
        }
    }

    @RedisTest
    void manySubscribersLoseNothing(Client publisher, Server server) throws InterruptedException {
        int subscribers = Integer.getInteger("cinnabar.subscribers", 200);
        int messages = 100;
        List<Client> all = new ArrayList<>();
        for (int i = 0; i < subscribers; i++) {
            Client subscriber = server.connect(2 + i % 2);
            subscriber.send("SUBSCRIBE", "a");
            subscriber.read();
            server.connect().run("PING").is("+PONG");
            all.add(subscriber);
        }
        // A second publisher at the same time: each one's messages keep their order.
        Client second = server.connect();
        Thread thread = Thread.ofPlatform().start(() -> publish(second, "y", messages));
        publish(publisher, "x", messages);
        thread.join();
        for (Client subscriber : all) {
            int x = 0;
            int y = 0;
            for (int i = 0; i < 2 * messages; i++) {
                String message = subscriber.read().toString();
                if (message.contains("'x")) {
                    assertThat(message).endsWith("['message', 'a', 'x" + x++ + "']");
                } else {
                    assertThat(message).endsWith("['message', 'a', 'y" + y++ + "']");
                }
            }
            assertThat(x).isEqualTo(messages);
        }
        publisher.run("PUBSUB NUMSUB a").is("['a', " + subscribers + "]");
    }

    private static void publish(Client publisher, String name, int messages) {
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < messages; i++) {
            lines.add("PUBLISH a " + name + i);
        }
        publisher.pipeline(lines);
    }
}
