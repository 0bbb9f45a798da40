package dev.cinnabar.compat;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.cinnabar.compat.harness.Client;
import dev.cinnabar.compat.harness.RedisTest;
import dev.cinnabar.compat.harness.Resp;
import dev.cinnabar.compat.harness.Server;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** DUMP and RESTORE: options and errors, and values of all types that go from Cinnabar to a real server and back. */
class DumpTest {

    private static final int FOOTER_BYTES = 10;

    /**
     * A value under the key "k".
     *
     * @param since the first Redis that has the commands, and reads the dump
     * @param order whether looks are answered in an order that is everybody's
     * @param fixed whether all write the same bytes, which are too few to be compressed
     */
    private record Sample(String since, boolean order, boolean fixed, List<String> commands, List<String> looks) {}

    private static List<Sample> samples() {
        List<Sample> all = new ArrayList<>();
        for (String value : List.of(
                "''",
                "a",
                "0",
                "-128",
                "128",
                "-32769",
                "2147483647",
                "2147483648",
                "-9223372036854775808",
                "007",
                "abcdefghijklmnopqrst")) {
            all.add(new Sample("7.0", true, true, List.of("SET k " + value), List.of("GET k")));
        }
        all.add(new Sample("7.0", true, false, List.of("SET k " + "ab".repeat(500)), List.of("GET k")));
        List<String> list = List.of("LRANGE k 0 -1", "LLEN k");
        all.add(new Sample("7.0", true, true, List.of("RPUSH k a 1 -5 300 -70000 3000000000"), list));
        all.add(new Sample("7.0", true, false, List.of("RPUSH k " + numbered("element", 1000)), list));
        all.add(new Sample(
                "7.0",
                true,
                false,
                List.of("RPUSH k a " + "x".repeat(9000), "RPUSH k b " + "yz".repeat(20_000) + " c"),
                list));
        List<String> set = List.of("SORT k ALPHA", "SCARD k", "OBJECT ENCODING k");
        all.add(new Sample("7.0", true, true, List.of("SADD k 1 -5 300"), set));
        all.add(new Sample("7.0", true, true, List.of("SADD k 1 70000"), set));
        all.add(new Sample("7.0", true, false, List.of("SADD k 1 9223372036854775807"), set));
        all.add(new Sample("7.0", true, false, List.of("SADD k " + numbered("", 513)), set));
        all.add(new Sample("7.0", true, false, List.of("SADD k " + numbered("m", 300)), set));
        all.add(new Sample("7.2", true, true, List.of("SADD k a 1 b"), set));
        List<String> sorted = List.of("ZRANGE k 0 -1 WITHSCORES", "OBJECT ENCODING k");
        all.add(new Sample("7.0", true, false, List.of("ZADD k 1 a 0.5 b -inf c inf 7"), sorted));
        all.add(new Sample("7.0", true, false, List.of("ZADD k " + scored(300)), sorted));
        List<String> hash = List.of("HGETALL k", "OBJECT ENCODING k");
        all.add(new Sample("7.0", true, true, List.of("HSET k f 1 g x 3 4"), hash));
        all.add(new Sample("7.0", false, false, List.of("HSET k " + numbered("f", 1200)), hash));
        List<String> expiring = List.of("HGETALL k", "OBJECT ENCODING k", "HPEXPIRETIME k FIELDS 3 f0 f2 f4");
        all.add(new Sample(
                "7.4",
                true,
                false,
                List.of("HSET k f0 f1 f2 f3 f4 f5", "HPEXPIREAT k 33177117420000 FIELDS 1 f2"),
                expiring));
        all.add(new Sample(
                "7.4",
                false,
                false,
                List.of(
                        "HSET k " + numbered("f", 1200),
                        "HPEXPIREAT k 33177117420000 FIELDS 1 f2",
                        "HPEXPIREAT k 33177117425000 FIELDS 1 f4"),
                List.of("HLEN k", "HPEXPIRETIME k FIELDS 3 f0 f2 f4")));
        List<String> entries = List.of("XRANGE k - +", "XLEN k");
        all.add(new Sample(
                "7.0",
                true,
                false,
                List.of(
                        "XADD k 1-1 a 1 b x",
                        "XADD k 1-2 a 300000 b y",
                        "XADD k 1-3 c z",
                        "XADD k 18446744073709551614-7 c z",
                        "XDEL k 1-2"),
                entries));
        all.add(new Sample(
                "7.0",
                true,
                false,
                IntStream.range(1, 300)
                        .mapToObj(i -> "XADD k %d-%d temperature %d".formatted(i / 3 + 1, i, i))
                        .toList(),
                entries));
        all.add(new Sample(
                "7.0",
                true,
                false,
                List.of("XADD k 1-1 a 1", "XADD k 1-2 a 1", "XGROUP CREATE k some 1-1 ENTRIESREAD 1"),
                List.of("XRANGE k - +", "XINFO GROUPS k")));
        all.add(new Sample(
                "7.2",
                true,
                false,
                List.of(
                        "XADD k 1-1 a 1",
                        "XADD k 1-2 a 1",
                        "XADD k 1-3 a 1",
                        "XGROUP CREATE k g 0",
                        "XREADGROUP GROUP g one COUNT 2 STREAMS k >",
                        "XREADGROUP GROUP g two STREAMS k >",
                        "XGROUP CREATECONSUMER k g three",
                        "XACK k g 1-1"),
                List.of("XRANGE k - +", "XPENDING k g", "XINFO GROUPS k")));
        return all;
    }

    private static String numbered(String prefix, int count) {
        return IntStream.range(0, count).mapToObj(i -> prefix + i).collect(Collectors.joining(" "));
    }

    private static String scored(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> (i % 3 == 0 ? i + ".5" : "" + -i) + " m" + i)
                .collect(Collectors.joining(" "));
    }

    @RedisTest(
            cinnabarOnly = "exchanges values with a real server",
            resp = {2, 3})
    void valuesGoToRedisAndBack(Client cinnabar) {
        List<Server> peers = Server.realServers();
        assumeTrue(!peers.isEmpty(), "no real server is installed to exchange values with");
        for (Server peer : peers) {
            try (Client redis = peer.connect(cinnabar.protocol())) {
                for (Sample sample : samples()) {
                    if (peer.version().isAtLeast(sample.since())) {
                        exchange(sample, cinnabar, redis);
                    }
                }
            }
        }
    }

    private static void exchange(Sample sample, Client cinnabar, Client redis) {
        byte[] ours = make(sample, cinnabar);
        byte[] theirs = make(sample, redis);
        String name = sample.commands().toString();
        name = name.substring(0, Math.min(name.length(), 100));
        List<String> seen = look(sample, cinnabar);
        assertThat(look(sample, redis)).as(name).isEqualTo(seen);
        redis.call("RESTORE", "k", 0, ours, "REPLACE").is("+OK");
        assertThat(look(sample, redis)).as("%s, of Cinnabar", name).isEqualTo(seen);
        if (isOfRedis(theirs)) {
            cinnabar.call("RESTORE", "k", 0, theirs, "REPLACE").is("+OK");
            assertThat(look(sample, cinnabar)).as("%s, of Redis", name).isEqualTo(seen);
            if (sample.fixed()) {
                assertThat(Arrays.copyOf(ours, ours.length - FOOTER_BYTES))
                        .as(name)
                        .isEqualTo(Arrays.copyOf(theirs, theirs.length - FOOTER_BYTES));
            }
        }
    }

    /** Valkey counts versions of its own. */
    private static boolean isOfRedis(byte[] dump) {
        return dump[dump.length - FOOTER_BYTES] < 20;
    }

    private static byte[] make(Sample sample, Client client) {
        client.run("DEL k");
        for (String command : sample.commands()) {
            Resp reply = client.run(command).reply();
            assertThat(reply.isError()).as("%s", reply).isFalse();
        }
        return dump(client, "k");
    }

    private static byte[] dump(Client client, String key) {
        return client.call("DUMP", key).reply().text().getBytes(ISO_8859_1);
    }

    private static List<String> look(Sample sample, Client client) {
        return sample.looks().stream()
                .map(line -> client.run(line).reply())
                .map(reply ->
                        reply.isError() || sample.order() || isText(reply) ? reply.toString() : sortedWords(reply))
                .toList();
    }

    private static boolean isText(Resp reply) {
        return !(reply instanceof Resp.Array || reply instanceof Resp.MapReply);
    }

    private static String sortedWords(Resp reply) {
        return reply.list().stream().map(Resp::toString).sorted().toList().toString();
    }

    @RedisTest
    void refusesWhatIsWrongInOrder(Client redis) {
        redis.replies("""
            DUMP nothing                              -> nil
            DUMP                                      -> -ERR wrong number of arguments for 'dump' command
            SET k x                                   -> +OK
            RESTORE k 0                               -> -ERR wrong number of arguments for 'restore' command
            RESTORE k 0 x FOO                         -> -ERR syntax error
            RESTORE k x x IDLETIME                    -> -ERR syntax error
            RESTORE k 0 x IDLETIME -1                 -> -ERR Invalid IDLETIME value, must be >= 0
            RESTORE k 0 x IDLETIME x                  -> -ERR value is not an integer or out of range
            RESTORE k 0 x FREQ 256                    -> -ERR Invalid FREQ value, must be >= 0 and <= 255
            RESTORE k 0 x FREQ 1 IDLETIME 1           -> -ERR syntax error
            RESTORE k 0 x IDLETIME 1 FREQ 1           -> -ERR syntax error
            RESTORE k 0 x FREQ 1 FREQ 300             -> -ERR Invalid FREQ value, must be >= 0 and <= 255
            RESTORE k -1 x                            -> -BUSYKEY Target key name already exists.
            RESTORE n x x                             -> -ERR value is not an integer or out of range
            RESTORE n -1 x                            -> -ERR Invalid TTL value, must be >= 0
            RESTORE n 0 x                             -> -ERR DUMP payload version or checksum are wrong
            RESTORE n 0 ""                            -> -ERR DUMP payload version or checksum are wrong
            RESTORE k 0 x REPLACE                     -> -ERR DUMP payload version or checksum are wrong
            RESTORE-ASKING n 0 x                      -> -ERR DUMP payload version or checksum are wrong
            GET k                                     -> 'x'
            """);
    }

    /** The same with RESTORE-ASKING; and what was there stays where the dump is wrong. */
    @RedisTest
    void optionsOfRestore(Client redis) {
        redis.run("SET k value").isOk();
        byte[] dump = dump(redis, "k");
        redis.call("RESTORE", "a", 100_000, dump).is("+OK");
        redis.run("TTL a").is("/100|99/");
        redis.call("RESTORE", "a", 0, dump).is("-BUSYKEY Target key name already exists.");
        redis.call("RESTORE", "a", 0, dump, "replace").is("+OK");
        redis.run("TTL a").is("-1");
        redis.call("RESTORE", "b", 33_177_117_420_000L, dump, "ABSTTL").is("+OK");
        redis.run("PEXPIRETIME b").is("33177117420000");
        redis.call("RESTORE", "c", 1, dump, "ABSTTL").is("+OK");
        redis.run("EXISTS c").is("0");
        redis.call("RESTORE", "a", 1, dump, "ABSTTL", "REPLACE").is("+OK");
        redis.run("EXISTS a").is("0");
        redis.call("RESTORE", "i", 0, dump, "IDLETIME", 1000).is("+OK");
        redis.run("OBJECT IDLETIME i").is("/100[01]/");
        redis.call("RESTORE-ASKING", "r", 0, dump, "FREQ", 7).is("+OK");
        redis.run("GET r").is("'value'");
        redis.run("CONFIG SET maxmemory-policy allkeys-lfu").isOk();
        redis.call("RESTORE", "f", 0, dump, "FREQ", 100).is("+OK");
        redis.run("OBJECT FREQ f").is("100");
    }

    @RedisTest
    void whatIsNoDumpLeavesWhatWasThere(Client redis) {
        redis.run("RPUSH k a b c").is("3");
        byte[] dump = dump(redis, "k");
        redis.run("SET k value").isOk();
        for (int i = 0; i < dump.length; i++) {
            byte[] other = dump.clone();
            other[i] ^= 1;
            redis.call("RESTORE", "k", 0, other, "REPLACE").is("-ERR DUMP payload version or checksum are wrong");
            redis.call("RESTORE", "k", 0, Arrays.copyOf(dump, i), "REPLACE")
                    .is("-ERR DUMP payload version or checksum are wrong");
        }
        redis.run("GET k").is("'value'");
    }
}
