package dev.cinnabar.compat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cinnabar.compat.harness.RedisTest;
import dev.cinnabar.compat.harness.Server;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.Pipeline;
import redis.clients.jedis.Response;
import redis.clients.jedis.Transaction;
import redis.clients.jedis.exceptions.JedisDataException;
import redis.clients.jedis.params.GetExParams;
import redis.clients.jedis.params.LCSParams;
import redis.clients.jedis.params.ScanParams;
import redis.clients.jedis.params.SetParams;
import redis.clients.jedis.resps.ScanResult;

/** Jedis understands every reply: strings, keys, transactions, connection and server commands; pipelined too. */
class JedisTest {

    private static Jedis connect(Server server) {
        return server.closeAfterTest(new Jedis("127.0.0.1", server.port()));
    }

    @RedisTest
    @SuppressWarnings("deprecation") // old commands must work too
    void strings(Server server) {
        Jedis redis = connect(server);
        assertThat(redis.set("x", "1")).isEqualTo("OK");
        assertThat(redis.get("x")).isEqualTo("1");
        assertThat(redis.get("nothing")).isNull();
        assertThat(redis.set("x", "2", SetParams.setParams().nx())).isNull();
        assertThat(redis.set("x", "2", SetParams.setParams().xx().ex(100))).isEqualTo("OK");
        assertThat(redis.ttl("x")).isBetween(99L, 100L);
        assertThat(redis.setGet("x", "3", SetParams.setParams().keepTtl())).isEqualTo("2");
        assertThat(redis.getEx("x", GetExParams.getExParams().persist())).isEqualTo("3");
        assertThat(redis.incr("n")).isEqualTo(1);
        assertThat(redis.incrBy("n", 10)).isEqualTo(11);
        assertThat(redis.decr("n")).isEqualTo(10);
        assertThat(redis.decrBy("n", 3)).isEqualTo(7);
        assertThat(redis.incrByFloat("n", 0.5)).isEqualTo(7.5);
        assertThat(redis.append("a", "Hello")).isEqualTo(5);
        assertThat(redis.setrange("a", 1, "u")).isEqualTo(5);
        assertThat(redis.getrange("a", 0, 2)).isEqualTo("Hul");
        assertThat(redis.strlen("a")).isEqualTo(5);
        assertThat(redis.mset("m", "1", "l", "2")).isEqualTo("OK");
        assertThat(redis.msetnx("m", "1", "k", "2")).isZero();
        assertThat(redis.mget("m", "l", "nothing")).containsExactly("1", "2", null);
        assertThat(redis.getDel("m")).isEqualTo("1");
        assertThat(redis.setnx("m", "5")).isEqualTo(1);
        assertThat(redis.setex("m", 100, "6")).isEqualTo("OK");
        assertThat(redis.psetex("m", 100_000, "7")).isEqualTo("OK");
        redis.mset("s1", "ohmytext", "s2", "mynewtext");
        assertThat(redis.lcs("s1", "s2", LCSParams.LCSParams()).getMatchString())
                .isEqualTo("mytext");
        assertThat(redis.lcs("s1", "s2", LCSParams.LCSParams().idx()).getLen()).isEqualTo(6);
        byte[] binary = {0, 1, (byte) 255, 13, 10};
        redis.set(binary, binary);
        assertThat(redis.get(binary)).isEqualTo(binary);
    }

    @RedisTest
    void keys(Server server) {
        Jedis redis = connect(server);
        redis.mset("a", "1", "b", "2", "c", "3");
        assertThat(redis.exists("a", "b", "nothing")).isEqualTo(2);
        assertThat(redis.type("a")).isEqualTo("string");
        assertThat(redis.keys("*")).containsExactlyInAnyOrder("a", "b", "c");
        assertThat(redis.expire("a", 100)).isEqualTo(1);
        assertThat(redis.pexpire("a", 100_000)).isEqualTo(1);
        assertThat(redis.expireAt("a", 33_177_117_420L)).isEqualTo(1);
        assertThat(redis.expireTime("a")).isEqualTo(33_177_117_420L);
        assertThat(redis.persist("a")).isEqualTo(1);
        assertThat(redis.rename("a", "d")).isEqualTo("OK");
        assertThat(redis.renamenx("d", "b")).isZero();
        assertThat(redis.copy("b", "e", false)).isTrue();
        assertThat(redis.move("e", 1)).isEqualTo(1);
        assertThat(redis.touch("b", "c")).isEqualTo(2);
        assertThat(redis.unlink("b", "nothing")).isEqualTo(1);
        assertThat(redis.randomKey()).isIn("c", "d");
        assertThat(redis.objectEncoding("c")).isEqualTo("int");
        assertThat(redis.objectRefcount("d")).isPositive();
        assertThat(redis.memoryUsage("c")).isPositive();
        assertThat(redis.del("c", "d")).isEqualTo(2);
        assertThat(redis.dbSize()).isZero();
        assertThat(redis.select(1)).isEqualTo("OK");
        assertThat(redis.get("e")).isEqualTo("2");
        assertThat(redis.swapDB(0, 1)).isEqualTo("OK");
        assertThat(redis.flushDB()).isEqualTo("OK");
        assertThat(redis.flushAll()).isEqualTo("OK");
    }

    @RedisTest
    void scan(Server server) {
        Jedis redis = connect(server);
        Pipeline pipeline = redis.pipelined();
        for (int i = 0; i < 1000; i++) {
            pipeline.set("key:" + i, "v");
        }
        pipeline.sync();
        List<String> found = new ArrayList<>();
        String cursor = ScanParams.SCAN_POINTER_START;
        do {
            ScanResult<String> result =
                    redis.scan(cursor, new ScanParams().match("key:*").count(50), "string");
            found.addAll(result.getResult());
            cursor = result.getCursor();
        } while (!cursor.equals(ScanParams.SCAN_POINTER_START));
        assertThat(found).hasSize(1000).doesNotHaveDuplicates();
    }

    @RedisTest
    void transactions(Server server) {
        Jedis redis = connect(server);
        Jedis other = connect(server);
        Transaction transaction = redis.multi();
        Response<String> set = transaction.set("x", "1");
        Response<Long> incr = transaction.incr("x");
        assertThat(transaction.exec()).containsExactly("OK", 2L);
        assertThat(set.get()).isEqualTo("OK");
        assertThat(incr.get()).isEqualTo(2);
        redis.watch("x");
        other.set("x", "9");
        Transaction lost = redis.multi();
        lost.set("x", "10");
        assertThat(lost.exec()).isNull();
        assertThat(redis.get("x")).isEqualTo("9");
        redis.unwatch();
        Transaction discarded = redis.multi();
        discarded.set("x", "11");
        assertThat(discarded.discard()).isEqualTo("OK");
        assertThat(redis.get("x")).isEqualTo("9");
    }

    @RedisTest
    void errors(Server server) {
        Jedis redis = connect(server);
        redis.set("x", "abc");
        assertThatThrownBy(() -> redis.incr("x"))
                .isInstanceOf(JedisDataException.class)
                .hasMessage("ERR value is not an integer or out of range");
        Pipeline pipeline = redis.pipelined();
        Response<Long> failing = pipeline.incr("x");
        Response<String> fine = pipeline.get("x");
        pipeline.sync();
        assertThatThrownBy(failing::get).hasMessage("ERR value is not an integer or out of range");
        assertThat(fine.get()).isEqualTo("abc");
    }

    @RedisTest
    void connectionAndServer(Server server) {
        Jedis redis = connect(server);
        assertThat(redis.ping()).isEqualTo("PONG");
        assertThat(redis.ping("hello")).isEqualTo("hello");
        assertThat(redis.echo("hello")).isEqualTo("hello");
        assertThat(redis.clientId()).isPositive();
        assertThat(redis.clientSetname("me")).isEqualTo("OK");
        assertThat(redis.clientGetname()).isEqualTo("me");
        assertThat(redis.clientInfo()).contains("name=me");
        assertThat(redis.clientList()).contains("name=me");
        assertThat(redis.configGet("maxmemory")).isEqualTo(Map.of("maxmemory", "0"));
        assertThat(redis.configSet("maxmemory", "100mb")).isEqualTo("OK");
        assertThat(redis.configResetStat()).isEqualTo("OK");
        assertThat(redis.info()).contains("redis_version:");
        assertThat(redis.info("server")).contains("tcp_port:" + server.port());
        assertThat(redis.time()).hasSize(2);
        assertThat(redis.lolwut()).contains("ver");
        assertThat(redis.commandCount()).isPositive();
        assertThat(redis.commandList()).contains("get", "set");
        assertThat(redis.commandInfo("get").get("get").getArity()).isEqualTo(2);
        assertThat(redis.commandDocs("get").get("get").getGroup()).isEqualTo("string");
        assertThat(redis.commandGetKeys("MSET", "a", "1", "b", "2")).containsExactly("a", "b");
    }

    @RedisTest
    void aLongPipeline(Server server) {
        Jedis redis = connect(server);
        Pipeline pipeline = redis.pipelined();
        List<Response<Long>> responses = new ArrayList<>();
        for (int i = 0; i < 50_000; i++) {
            responses.add(pipeline.incr("n"));
        }
        pipeline.sync();
        for (int i = 0; i < responses.size(); i++) {
            assertThat(responses.get(i).get()).isEqualTo(i + 1);
        }
    }
}
