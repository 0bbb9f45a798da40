package dev.cinnabar.commands.keys;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.cinnabar.command.testing.TestClient;
import dev.cinnabar.command.testing.TestEngine;
import dev.cinnabar.persistence.Crc64;
import dev.cinnabar.testing.RealRedis;
import dev.cinnabar.testing.Seed;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** DUMP and RESTORE: all types in all encodings, with themselves and with a real server, and bytes that are no dump. */
class DumpCommandsTest {

    /** A value: how it is made under the key "k", how it is looked at, and the version of its dump. */
    private record Sample(String name, List<String[]> commands, String look, int version, boolean fixed) {}

    private static Sample sample(String name, int version, boolean fixed, String look, String[]... commands) {
        return new Sample(name, List.of(commands), look, version, fixed);
    }

    private static String[] words(String first, Stream<String> rest) {
        return Stream.concat(Stream.of(first.split(" ")), rest).toArray(String[]::new);
    }

    private static Stream<String> numbered(String prefix, int n) {
        return IntStream.range(0, n).mapToObj(i -> prefix + i);
    }

    private static Stream<String> pairs(String field, String value, int n) {
        return IntStream.range(0, n).boxed().flatMap(i -> Stream.of(field + i, value + i));
    }

    private static Stream<String> scored(String member, int n) {
        return IntStream.range(0, n).boxed().flatMap(i -> Stream.of(i % 3 == 0 ? i + ".5" : "" + -i, member + i));
    }

    private static List<Sample> samples() {
        List<Sample> all = new ArrayList<>();
        for (String value : List.of(
                "",
                "a",
                "0",
                "-128",
                "128",
                "-32769",
                "2147483647",
                "2147483648",
                "-9223372036854775808",
                "007",
                "x".repeat(20),
                "x".repeat(21),
                "ab".repeat(500),
                "abc".repeat(5000))) {
            boolean fixed = value.length() <= 20;
            all.add(sample("string of " + value.length(), 10, fixed, "GET k", new String[] {"SET", "k", value}));
        }
        String list = "LRANGE k 0 -1";
        all.add(sample("list", 10, true, list, words("RPUSH k a 1 -5", numbered("", 3))));
        all.add(sample("list, longer", 10, false, list, words("RPUSH k", numbered("e", 1000))));
        all.add(sample("list, large", 10, false, list, words("RPUSH k", numbered("element number ", 5000))));
        all.add(sample(
                "list, long elements",
                10,
                false,
                list,
                words("RPUSH k", Stream.of("a", "x".repeat(9000), "b", "y".repeat(20_000), "z".repeat(8179), "c"))));
        String set = "SORT k ALPHA";
        all.add(sample("intset", 10, true, set, words("SADD k 1 -5 300", Stream.empty())));
        all.add(sample("intset of 64 bits", 10, false, set, words("SADD k 1 9223372036854775807", Stream.empty())));
        all.add(sample("intset, full", 10, false, set, words("SADD k", numbered("", 512))));
        all.add(sample("set of numbers", 10, false, set, words("SADD k", numbered("", 513))));
        all.add(sample("set", 11, true, set, words("SADD k a 1 b", Stream.empty())));
        all.add(sample("set, full", 11, false, set, words("SADD k", numbered("m", 128))));
        all.add(sample("set, large", 10, false, set, words("SADD k", numbered("m", 129))));
        all.add(sample("set, long member", 10, false, set, words("SADD k", Stream.of("x".repeat(65), "a"))));
        String sorted = "ZRANGE k 0 -1 WITHSCORES";
        all.add(sample("zset", 10, false, sorted, words("ZADD k 1 a 0.5 b -inf c inf 7 1e20 e", Stream.empty())));
        all.add(sample("zset, full", 10, false, sorted, words("ZADD k", scored("m", 128))));
        all.add(sample("zset, large", 10, false, sorted, words("ZADD k inf x -inf y", scored("m", 300))));
        String hash = "HGETALL k";
        all.add(sample("hash", 10, true, hash, words("HSET k f 1 g x 3 4", Stream.empty())));
        all.add(sample("hash, full", 10, false, hash, words("HSET k", pairs("f", "v", 512))));
        all.add(sample("hash, large", 10, false, "SORT k", words("HSET k", pairs("f", "v", 513))));
        String entries = "XRANGE k - +";
        all.add(sample("stream", 10, false, entries, lines("""
                XADD k 1-1 a 1 b x
                XADD k 1-2 a 300000 b y
                XADD k 1-9223372036854775808 c z
                XADD k 18446744073709551614-7 c z
                """)));
        all.add(sample(
                "stream, large",
                10,
                false,
                entries,
                IntStream.range(1, 500)
                        .mapToObj(i -> words("XADD k %d-%d temperature %d".formatted(i / 3 + 1, i, i), Stream.of()))
                        .toArray(String[][]::new)));
        all.add(sample("stream with deleted entries", 10, false, entries, lines("""
                XADD k 1-1 a 1
                XADD k 2-1 a 2
                XADD k 3-1 a 3
                XADD k 4-1 b 4 c 5
                XDEL k 2-1
                XTRIM k MAXLEN 2
                XSETID k 9-9 ENTRIESADDED 20 MAXDELETEDID 5-0
                """)));
        all.add(sample("stream with groups", 10, false, "XINFO GROUPS k", lines("""
                XGROUP CREATE k none $ MKSTREAM
                XADD k 1-1 a 1
                XADD k 1-2 a 1
                XGROUP CREATE k some 1-1 ENTRIESREAD 1
                """)));
        all.add(sample("stream with consumers", 11, false, "XPENDING k g", lines("""
                XADD k 1-1 a 1
                XADD k 1-2 a 1
                XADD k 1-3 a 1
                XGROUP CREATE k g 0
                XREADGROUP GROUP g one COUNT 2 STREAMS k >
                XREADGROUP GROUP g two STREAMS k >
                XGROUP CREATECONSUMER k g three
                XCLAIM k g one 0 1-3 IDLE 0 RETRYCOUNT 300
                XACK k g 1-1
                XDEL k 1-2
                """)));
        return all;
    }

    /** Streams that tell what no released version of every server can. */
    private static List<Sample> newStreams() {
        String all = "XINFO STREAM k FULL";
        return List.of(
                sample("stream with producers", 13, false, all, lines("""
                        XADD k IDMP p1 first * a 1
                        XADD k IDMP p1 second * a 1
                        XADD k IDMP p2 first * a 1
                        XADD k IDMP p1 second * a 1
                        """)),
                sample("stream with limits of producers", 13, false, all, lines("""
                XADD k 1-1 a 1
                XCFGSET k IDMP-DURATION 10 IDMP-MAXSIZE 3
                """)),
                sample("stream with entries given back", 14, false, all, lines("""
                XADD k 1-1 a 1
                XADD k 1-2 a 1
                XADD k 1-3 a 1
                XGROUP CREATE k g 0
                XREADGROUP GROUP g one STREAMS k >
                XNACK k g FAIL IDS 1 1-2
                XNACK k g SILENT IDS 1 1-1
                """)));
    }

    private static String[][] lines(String text) {
        return text.lines().map(line -> line.split(" ")).toArray(String[][]::new);
    }

    private static List<Sample> expiring() {
        String[] expiry = "HPEXPIREAT k 1767225700000 FIELDS 2 f0 f2".split(" ");
        String[] later = "HPEXPIREAT k 1767225600500 FIELDS 1 f1".split(" ");
        String times = "HPEXPIRETIME k FIELDS 4 f0 f1 f2 f3";
        return List.of(
                sample("hash with times", 12, true, times, words("HSET k", pairs("f", "v", 5)), expiry, later),
                sample(
                        "hash with times, large",
                        12,
                        true,
                        times,
                        words("HSET k", pairs("f", "v", 600)),
                        expiry,
                        later));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(ISO_8859_1);
    }

    /** The bytes of a reply that is one bulk string. */
    private static byte[] dump(TestClient client, String key) {
        byte[] reply = client.send(bytes("DUMP"), bytes(key));
        int begin = new String(reply, ISO_8859_1).indexOf("\r\n") + 2;
        return Arrays.copyOfRange(reply, begin, reply.length - 2);
    }

    private static String restore(TestClient client, String key, byte[] dump) {
        return client.call(bytes("RESTORE"), bytes(key), bytes("0"), dump, bytes("REPLACE"));
    }

    private static void make(TestEngine redis, Sample sample) {
        redis.call("DEL", "k");
        for (String[] command : sample.commands()) {
            assertThat(redis.call(command)).as(sample.name()).doesNotStartWith("-");
        }
    }

    private static String lookAt(TestEngine redis, Sample sample) {
        return redis.call(sample.look().split(" "));
    }

    @Test
    void whatIsDumpedIsRestored() {
        try (TestEngine redis = new TestEngine()) {
            for (Sample sample : Stream.of(samples(), expiring(), newStreams())
                    .flatMap(List::stream)
                    .toList()) {
                make(redis, sample);
                String information = redis.call("XINFO", "STREAM", "k", "FULL");
                byte[] dump = dump(redis.client(), "k");
                assertThat(dump[dump.length - 10]).as(sample.name()).isEqualTo((byte) sample.version());
                String before = sample.name().equals("hash, large") ? "" : lookAt(redis, sample);
                String encoding = redis.call("OBJECT", "ENCODING", "k");
                String[] field = {"HGET", "k", "f511"};
                String one = redis.call(field);
                redis.call("DEL", "k");
                assertThat(restore(redis.client(), "k", dump)).as(sample.name()).isEqualTo("+OK");
                assertThat(sample.name().equals("hash, large") ? "" : lookAt(redis, sample))
                        .as(sample.name())
                        .isEqualTo(before);
                assertThat(redis.call("OBJECT", "ENCODING", "k"))
                        .as(sample.name())
                        .isEqualTo(encoding);
                assertThat(redis.call(field)).as(sample.name()).isEqualTo(one);
                assertThat(redis.call("XINFO", "STREAM", "k", "FULL"))
                        .as(sample.name())
                        .isEqualTo(information);
                if (sample.fixed()) {
                    assertThat(dump(redis.client(), "k")).as(sample.name()).hasSize(dump.length);
                }
                redis.engine().keyspace().checkInvariants();
            }
        }
    }

    @Test
    void fieldsThatAreRestoredExpire() {
        try (TestEngine redis = new TestEngine()) {
            for (Sample sample : expiring()) {
                make(redis, sample);
                byte[] dump = dump(redis.client(), "k");
                assertThat(restore(redis.client(), "r", dump)).isEqualTo("+OK");
                redis.replies("HPTTL r FIELDS 4 f0 f1 f2 f3 -> [100000, 500, 100000, -1]");
                assertThat(redis.call("HGET", "r", "f4")).isEqualTo("'v4'");
            }
            redis.advanceMillis(501);
            redis.replies("HMGET r f0 f1 f3 -> ['v0', nil, 'v3']");
        }
    }

    @Test
    void dumpsAreExchangedWithRedis() throws IOException {
        Optional<Path> program = RealRedis.program();
        assumeTrue(program.isPresent(), "no redis-server here");
        try (TestEngine redis = new TestEngine();
                RealRedis real = RealRedis.start(program.get())) {
            for (Sample sample : samples()) {
                make(redis, sample);
                byte[] ours = dump(redis.client(), "k");
                real.call("DEL", "k");
                for (String[] command : sample.commands()) {
                    real.call(command);
                }
                byte[] theirs = bytes((String) real.call("DUMP", "k"));
                byte[][] look = Stream.of(sample.look().split(" "))
                        .map(DumpCommandsTest::bytes)
                        .toArray(byte[][]::new);
                boolean ordered = !sample.name().equals("hash, large");
                byte[] seen = real.send(look);
                assertThat(restore(redis.client(), "k", theirs))
                        .as(sample.name())
                        .isEqualTo("+OK");
                if (ordered) {
                    assertThat(redis.client().send(look)).as(sample.name()).isEqualTo(seen);
                }
                // The program may be one that does not know sets as listpacks yet.
                Object answer = real.call(bytes("RESTORE"), bytes("k"), bytes("0"), ours, bytes("REPLACE"));
                if (sample.version() == 10) {
                    assertThat(answer).as(sample.name()).isEqualTo("OK");
                    if (ordered) {
                        assertThat(real.send(look)).as(sample.name()).isEqualTo(seen);
                    } else {
                        assertThat(real.call("HGET", "k", "f511")).isEqualTo("v511");
                        assertThat(redis.call("HGET", "k", "f511")).isEqualTo("'v511'");
                        assertThat(real.call("HLEN", "k")).isEqualTo(513L);
                    }
                    if (sample.fixed() && theirs[0] == ours[0]) {
                        assertThat(Arrays.copyOf(ours, ours.length - 10))
                                .as(sample.name())
                                .isEqualTo(Arrays.copyOf(theirs, theirs.length - 10));
                    }
                }
            }
        }
    }

    /** A ziplist of numbers in all their widths, and of texts. */
    private static byte[] ziplist(String... elements) {
        ByteBuffer bytes = ByteBuffer.allocate(50_000).order(ByteOrder.LITTLE_ENDIAN);
        bytes.position(10);
        int last = 10;
        int before = 0;
        for (String element : elements) {
            last = bytes.position();
            if (before < 254) {
                bytes.put((byte) before);
            } else {
                bytes.put((byte) 254).putInt(before);
            }
            if (element.matches("-?[1-9][0-9]*|0")) {
                long n = Long.parseLong(element);
                if (n >= 0 && n <= 12) {
                    bytes.put((byte) (0xf1 + n));
                } else if (n == (byte) n) {
                    bytes.put((byte) 0xfe).put((byte) n);
                } else if (n == (short) n) {
                    bytes.put((byte) 0xc0).putShort((short) n);
                } else if (n == n << 40 >> 40) {
                    bytes.put((byte) 0xf0).putShort((short) n).put((byte) (n >> 16));
                } else if (n == (int) n) {
                    bytes.put((byte) 0xd0).putInt((int) n);
                } else {
                    bytes.put((byte) 0xe0).putLong(n);
                }
            } else {
                int n = element.length();
                if (n < 64) {
                    bytes.put((byte) n);
                } else if (n < 1 << 14) {
                    bytes.put((byte) (0x40 | n >> 8)).put((byte) n);
                } else {
                    bytes.put((byte) 0x80).putInt(Integer.reverseBytes(n));
                }
                bytes.put(bytes(element));
            }
            before = bytes.position() - last;
        }
        bytes.put((byte) 255);
        bytes.putInt(0, bytes.position()).putInt(4, last).putShort(8, (short) elements.length);
        return Arrays.copyOf(bytes.array(), bytes.position());
    }

    /** A dump of these bytes as a string, behind others. */
    private static byte[] dumpOf(String head, byte[] content) {
        int n = head.length();
        ByteBuffer bytes = ByteBuffer.allocate(n + 5 + content.length + 10);
        bytes.put(bytes(head))
                .put((byte) 0x80)
                .putInt(content.length)
                .put(content)
                .put((byte) 10)
                .put((byte) 0);
        long crc = Crc64.update(0, bytes.array(), 0, bytes.position());
        return bytes.putLong(Long.reverseBytes(crc)).array();
    }

    @Test
    void formsOfOldReleasesAreRead() throws IOException {
        String[] elements = {
            "a",
            "0",
            "12",
            "13",
            "-1",
            "-128",
            "128",
            "32768",
            "-8388608",
            "8388608",
            "3000000000",
            "x".repeat(63),
            "x".repeat(64),
            "y".repeat(300),
            "z".repeat(20_000),
            "end"
        };
        byte[] scores = ziplist("a", "-3", "b", "0.5", "c", "70000");
        byte[] zipmap = bytes("\2\3foo\3\0bar\5hello\5\2worldxx\377");
        Optional<Path> program = RealRedis.program();
        assumeTrue(program.isPresent(), "no redis-server here");
        try (TestEngine redis = new TestEngine();
                RealRedis real = RealRedis.start(program.get())) {
            List<byte[]> dumps = List.of(
                    dumpOf("\12", ziplist(elements)),
                    dumpOf("\16\1", ziplist(elements)),
                    dumpOf("\14", scores),
                    dumpOf("\15", ziplist(elements)),
                    dumpOf("\11", zipmap));
            List<String> looks =
                    List.of("LRANGE k 0 -1", "LRANGE k 0 -1", "ZRANGE k 0 -1 WITHSCORES", "HGETALL k", "HGET k hello");
            for (int i = 0; i < dumps.size(); i++) {
                byte[] dump = dumps.get(i);
                byte[][] look = Stream.of(looks.get(i).split(" "))
                        .map(DumpCommandsTest::bytes)
                        .toArray(byte[][]::new);
                assertThat(real.call(bytes("RESTORE"), bytes("k"), bytes("0"), dump, bytes("REPLACE")))
                        .isEqualTo("OK");
                assertThat(restore(redis.client(), "k", dump)).isEqualTo("+OK");
                if (i == 3) {
                    // The long value makes it a table, whose order is anyone's.
                    assertThat(redis.call("HGET", "k", "a")).isEqualTo("'0'");
                    assertThat(redis.call("HGET", "k", "3000000000")).isEqualTo("'" + "x".repeat(63) + "'");
                    assertThat(redis.call("HLEN", "k")).isEqualTo("" + real.call("HLEN", "k"));
                } else {
                    assertThat(redis.client().send(look)).isEqualTo(real.send(look));
                }
                long seed = Seed.next();
                SplittableRandom random = new SplittableRandom(seed);
                for (int n = 0; n < 1000; n++) {
                    assertThat(restore(redis.client(), "r", mutated(dump, random)))
                            .as("seed %d", seed)
                            .isIn("+OK", "-ERR Bad data format");
                }
                redis.engine().keyspace().checkInvariants();
            }
        }
    }

    @Test
    void refusesWhatIsWrongInOrder() {
        try (TestEngine redis = new TestEngine()) {
            redis.replies("""
                DUMP none -> nil
                SET k x -> +OK
                RESTORE k 0 x FOO -> -ERR syntax error
                RESTORE k 0 x IDLETIME -1 -> -ERR Invalid IDLETIME value, must be >= 0
                RESTORE k 0 x IDLETIME x -> -ERR value is not an integer or out of range
                RESTORE k 0 x FREQ 256 -> -ERR Invalid FREQ value, must be >= 0 and <= 255
                RESTORE k 0 x FREQ 1 IDLETIME 1 -> -ERR syntax error
                RESTORE k -1 x -> -BUSYKEY Target key name already exists.
                RESTORE n x x -> -ERR value is not an integer or out of range
                RESTORE n -1 x -> -ERR Invalid TTL value, must be >= 0
                RESTORE n 0 x -> -ERR DUMP payload version or checksum are wrong
                RESTORE k 0 x REPLACE -> -ERR DUMP payload version or checksum are wrong
                GET k -> 'x'
                """);
        }
    }

    @Test
    void givesExpiryAndUse() {
        try (TestEngine redis = new TestEngine()) {
            redis.call("SET", "k", "value");
            byte[] dump = dump(redis.client(), "k");
            TestClient client = redis.client();
            assertThat(client.call(bytes("RESTORE"), bytes("a"), bytes("1500"), dump))
                    .isEqualTo("+OK");
            byte[] when = bytes("" + (TestEngine.START_MILLIS + 7000));
            assertThat(client.call(bytes("RESTORE"), bytes("b"), when, dump, bytes("ABSTTL")))
                    .isEqualTo("+OK");
            assertThat(client.call(bytes("RESTORE"), bytes("c"), bytes("1"), dump, bytes("ABSTTL")))
                    .isEqualTo("+OK");
            assertThat(client.call(bytes("RESTORE"), bytes("k"), bytes("1"), dump, bytes("ABSTTL"), bytes("REPLACE")))
                    .isEqualTo("+OK");
            assertThat(client.call(bytes("RESTORE"), bytes("i"), bytes("0"), dump, bytes("IDLETIME"), bytes("1000")))
                    .isEqualTo("+OK");
            redis.replies("""
                PTTL a -> 1500
                PTTL b -> 7000
                EXISTS c k -> 0
                OBJECT IDLETIME i -> 1000
                GET i -> 'value'
                """);
        }
    }

    @Test
    void theLongestTimeToLive() {
        try (TestEngine redis = new TestEngine()) {
            redis.call("SET", "k", "value");
            byte[] dump = dump(redis.client(), "k");
            for (String[] options : new String[][] {{}, {"ABSTTL"}}) {
                byte[][] words = Stream.concat(
                                Stream.of(bytes("RESTORE"), bytes("a"), bytes("9223372036854775807"), dump),
                                Stream.concat(Stream.of("REPLACE"), Stream.of(options))
                                        .map(DumpCommandsTest::bytes))
                        .toArray(byte[][]::new);
                assertThat(redis.client().call(words)).isEqualTo("+OK");
                assertThat(redis.call("PEXPIRETIME", "a")).isEqualTo("9223372036854775806");
            }
        }
    }

    @Test
    void aDumpThatIsTooLongIsAnError() {
        try (TestEngine redis = new TestEngine()) {
            StringBuilder value = new StringBuilder();
            SplittableRandom random = new SplittableRandom(3);
            while (value.length() < 100_000) {
                value.append((char) random.nextInt(256));
            }
            redis.call("SET", "k", value.toString());
            redis.settings().maxBulkLength = 50_000;
            assertThat(redis.call("DUMP", "k")).startsWith("-ERR string exceeds maximum allowed size");
        }
    }

    @Test
    void aWrongChecksumIsTakenOnDemand() {
        try (TestEngine redis = new TestEngine()) {
            redis.call("SET", "k", "value");
            byte[] dump = dump(redis.client(), "k");
            dump[dump.length - 1]++;
            assertThat(restore(redis.client(), "r", dump)).isEqualTo("-ERR DUMP payload version or checksum are wrong");
            redis.settings().skipsChecksums = true;
            assertThat(restore(redis.client(), "r", dump)).isEqualTo("+OK");
            assertThat(redis.call("GET", "r")).isEqualTo("'value'");
        }
    }

    /** Dumps with some bytes changed, the checksum made right: an error, or a value that is well formed. */
    @Test
    void noDumpDoesHarm() {
        long seed = Seed.next();
        SplittableRandom random = new SplittableRandom(seed);
        int refused = 0;
        int taken = 0;
        try (TestEngine redis = new TestEngine()) {
            for (Sample sample : Stream.of(samples(), expiring(), newStreams())
                    .flatMap(List::stream)
                    .toList()) {
                make(redis, sample);
                byte[] dump = dump(redis.client(), "k");
                for (int i = 0; i < 150; i++) {
                    String reply = restore(redis.client(), "r", mutated(dump, random));
                    assertThat(reply).as("seed %d, %s", seed, sample.name()).isIn("+OK", "-ERR Bad data format");
                    if (reply.equals("+OK")) {
                        taken++;
                        assertThat(redis.call("DUMP", "r")).doesNotStartWith("-");
                    } else {
                        refused++;
                    }
                }
                redis.engine().keyspace().checkInvariants();
            }
        }
        assertThat(refused).as("seed %d", seed).isPositive();
        assertThat(taken).as("seed %d", seed).isPositive();
    }

    private static byte[] mutated(byte[] dump, SplittableRandom random) {
        int length = dump.length - 10;
        if (random.nextInt(8) == 0) {
            length = random.nextInt(length + 1);
        }
        byte[] copy = Arrays.copyOf(dump, length + 10);
        for (int n = random.nextInt(1, 4); n > 0 && length > 0; n--) {
            // Mostly near the beginning, where the lengths are.
            int at = random.nextInt(random.nextBoolean() ? Math.min(length, 24) : length);
            copy[at] = (byte) (random.nextBoolean() ? random.nextInt(256) : copy[at] ^ 1 << random.nextInt(8));
        }
        if (random.nextInt(16) == 0) {
            copy[0] = (byte) random.nextInt(30);
        }
        ByteBuffer footer = ByteBuffer.wrap(copy).order(ByteOrder.LITTLE_ENDIAN);
        footer.putShort(length, (short) 12);
        footer.putLong(length + 2, Crc64.update(0, copy, 0, length + 2));
        return copy;
    }
}
