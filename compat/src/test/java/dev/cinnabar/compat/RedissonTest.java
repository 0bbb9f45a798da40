package dev.cinnabar.compat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cinnabar.compat.harness.Client;
import dev.cinnabar.compat.harness.RedisTest;
import dev.cinnabar.compat.harness.Server;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.redisson.Redisson;
import org.redisson.api.BatchOptions;
import org.redisson.api.BatchOptions.ExecutionMode;
import org.redisson.api.RAtomicLong;
import org.redisson.api.RBatch;
import org.redisson.api.RBlockingQueue;
import org.redisson.api.RBucket;
import org.redisson.api.RDeque;
import org.redisson.api.RList;
import org.redisson.api.RMap;
import org.redisson.api.RPatternTopic;
import org.redisson.api.RScoredSortedSet;
import org.redisson.api.RSet;
import org.redisson.api.RTopic;
import org.redisson.api.RedissonClient;
import org.redisson.api.options.ClientSideCachingOptions;
import org.redisson.client.codec.StringCodec;
import org.redisson.config.Config;
import org.redisson.config.Protocol;

/**
 * Redisson's objects, as far as it needs no scripts for them: its locks, {@code RMap.put}, get-and-delete, compare-and-set and what it builds
 * upon these are scripts.
 */
class RedissonTest {

    private static RedissonClient connect(Server server) {
        return connect(server, new Config());
    }

    private static RedissonClient connect(Server server, Config config) {
        config.setCodec(StringCodec.INSTANCE);
        config.useSingleServer()
                .setAddress("redis://127.0.0.1:" + server.port())
                .setConnectionMinimumIdleSize(1)
                .setConnectionPoolSize(4)
                .setSubscriptionConnectionMinimumIdleSize(1);
        RedissonClient client = Redisson.create(config);
        server.closeAfterTest(client::shutdown);
        return client;
    }

    @RedisTest
    void bucketsAndNumbers(Server server) {
        RedissonClient redisson = connect(server);
        RBucket<String> bucket = redisson.getBucket("bucket");
        bucket.set("value", Duration.ofSeconds(100));
        assertThat(bucket.get()).isEqualTo("value");
        assertThat(bucket.remainTimeToLive()).isBetween(90_000L, 100_000L);
        assertThat(bucket.setIfAbsent("other")).isFalse();
        assertThat(bucket.delete()).isTrue();
        redisson.getBuckets().set(Map.of("a", "1", "b", "2"));
        assertThat(redisson.getBuckets().<String>get("a", "b")).isEqualTo(Map.of("a", "1", "b", "2"));
        RAtomicLong number = redisson.getAtomicLong("number");
        number.set(5);
        assertThat(number.addAndGet(10)).isEqualTo(15);
        assertThat(redisson.getAtomicDouble("double").addAndGet(1.5)).isEqualTo(1.5);
        assertThat(redisson.getKeys().count()).isEqualTo(4);
    }

    @RedisTest
    void collections(Server server) {
        RedissonClient redisson = connect(server);
        RMap<String, String> map = redisson.getMap("map");
        assertThat(map.fastPut("k", "v")).isTrue();
        map.putAll(Map.of("a", "1", "c", "2"));
        assertThat(map.readAllMap()).isEqualTo(Map.of("k", "v", "a", "1", "c", "2"));
        assertThat(map.fastRemove("a")).isEqualTo(1);
        assertThat(map.containsKey("a")).isFalse();
        RList<String> list = redisson.getList("list");
        list.addAll(List.of("1", "2", "3"));
        assertThat(list.readAll()).containsExactly("1", "2", "3");
        assertThat(list.get(1)).isEqualTo("2");
        RSet<String> set = redisson.getSet("set");
        assertThat(set.add("1")).isTrue();
        assertThat(set.contains("1")).isTrue();
        RScoredSortedSet<String> sorted = redisson.getScoredSortedSet("sorted");
        sorted.addAll(Map.of("one", 1.0, "two", 2.0));
        assertThat(sorted.rank("two")).isEqualTo(1);
        assertThat(sorted.valueRange(0, -1)).containsExactly("one", "two");
        RDeque<String> deque = redisson.getDeque("deque");
        deque.addFirst("first");
        deque.addLast("last");
        assertThat(deque.pollLast()).isEqualTo("last");
        assertThat(redisson.getHyperLogLog("log").add("x")).isTrue();
        assertThat(redisson.getBitSet("bits").set(5)).isFalse();
    }

    @RedisTest
    void aQueueThatIsWaitedFor(Server server) throws InterruptedException {
        RedissonClient redisson = connect(server);
        RBlockingQueue<String> queue = redisson.getBlockingQueue("queue");
        Thread other =
                Thread.ofVirtual().start(() -> connect(server).getQueue("queue").offer("x"));
        assertThat(queue.poll(20, TimeUnit.SECONDS)).isEqualTo("x");
        other.join();
    }

    @RedisTest
    void topics(Server server) throws InterruptedException {
        RedissonClient redisson = connect(server);
        BlockingQueue<String> heard = new LinkedBlockingQueue<>();
        RTopic topic = redisson.getTopic("news");
        topic.addListener(String.class, (channel, message) -> heard.add(channel + " " + message));
        RPatternTopic pattern = redisson.getPatternTopic("new?");
        pattern.addListener(String.class, (of, channel, message) -> heard.add(of + " " + channel + " " + message));
        assertThat(topic.publish("hello")).isEqualTo(2);
        assertThat(List.of(next(heard), next(heard))).containsExactlyInAnyOrder("news hello", "new? news hello");
        topic.removeAllListeners();
        assertThat(topic.publish("again")).isEqualTo(1);
        assertThat(next(heard)).isEqualTo("new? news again");
    }

    private static String next(BlockingQueue<String> queue) throws InterruptedException {
        String next = queue.poll(20, TimeUnit.SECONDS);
        assertThat(next).isNotNull();
        return next;
    }

    @RedisTest
    void transactions(Server server) {
        RBatch batch =
                connect(server).createBatch(BatchOptions.defaults().executionMode(ExecutionMode.IN_MEMORY_ATOMIC));
        var _ = batch.getAtomicLong("n").addAndGetAsync(3);
        var _ = batch.getAtomicLong("n").incrementAndGetAsync();
        List<?> replies = batch.execute().getResponses();
        assertThat(replies).isEqualTo(List.of(3L, 4L));
    }

    @RedisTest
    void aUserWithFewRights(Server server, Client admin) {
        admin.call("ACL", "SETUSER", "redisson", "on", ">secret", "~mine:*", "&*", "+@all", "-flushall")
                .isOk();
        try {
            RedissonClient redisson =
                    connect(server, new Config().setUsername("redisson").setPassword("secret"));
            RBucket<String> mine = redisson.getBucket("mine:bucket");
            mine.set("value");
            assertThat(mine.get()).isEqualTo("value");
            assertThatThrownBy(() -> redisson.getBucket("theirs").get()).hasMessageContaining("NOPERM");
            assertThatThrownBy(() -> redisson.getKeys().flushall()).hasMessageContaining("NOPERM");
        } finally {
            admin.call("ACL", "DELUSER", "redisson").is(1);
        }
    }

    @RedisTest
    void aCacheThatHearsOfChanges(Server server, Client other) {
        RedissonClient redisson = connect(server, new Config().setProtocol(Protocol.RESP3));
        other.call("SET", "cached", "old").isOk();
        RBucket<String> bucket = redisson.getClientSideCaching(ClientSideCachingOptions.defaults())
                .getBucket("cached");
        assertThat(bucket.get()).isEqualTo("old");
        long reads = reads(other);
        assertThat(bucket.get()).isEqualTo("old");
        assertThat(reads(other)).isEqualTo(reads);
        other.call("SET", "cached", "new").isOk();
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (!bucket.get().equals("new")) {
            assertThat(System.nanoTime()).isLessThan(deadline);
        }
    }

    /** How many keys have been read. */
    private static long reads(Client client) {
        return client.call("INFO", "stats")
                .text()
                .lines()
                .filter(line -> line.startsWith("keyspace_hits:"))
                .mapToLong(line ->
                        Long.parseLong(line.substring(line.indexOf(':') + 1).strip()))
                .sum();
    }
}
