package dev.cinnabar.keyspace;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cinnabar.command.CommandSpec;
import dev.cinnabar.command.Flag;
import dev.cinnabar.command.testing.TestClient;
import dev.cinnabar.command.testing.TestEngine;
import dev.cinnabar.commands.Commands;
import dev.cinnabar.memory.BufferAccounting;
import dev.cinnabar.memory.Bytes;
import dev.cinnabar.memory.Memory;
import dev.cinnabar.persistence.RdbWriter;
import dev.cinnabar.persistence.ValueWriter;
import dev.cinnabar.values.ConsumerGroup;
import dev.cinnabar.values.Elements;
import dev.cinnabar.values.Encoding;
import dev.cinnabar.values.Entry;
import dev.cinnabar.values.HashValue;
import dev.cinnabar.values.Limits;
import dev.cinnabar.values.ListValue;
import dev.cinnabar.values.SortedSetValue;
import dev.cinnabar.values.StreamId;
import dev.cinnabar.values.StreamPart;
import dev.cinnabar.values.StreamValue;
import dev.cinnabar.values.StringValue;
import dev.cinnabar.values.Type;
import dev.cinnabar.values.Views;
import java.io.ByteArrayOutputStream;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Whatever commands do while a snapshot is walked, it has what was there when it began.
 *
 * <p>Strategy: all commands that write, and some that read, with random arguments over few keys in three databases, between
 * the steps of a walk that takes one entry at a time; clients that wait, transactions, time that passes, eviction. Three
 * snapshots in a row for each seed, one of them discarded in the middle.
 *
 * <p>Invariants: the sink gets each key once, with the value and the expiry that a copy has that was made at the beginning,
 * and no other; afterwards the keyspace is well formed and all entries are of one epoch.
 */
class SnapshotCommandsTest {

    /** Who gets the entries, and what he has got. */
    private static final class Contents implements Snapshot.Sink {
        private final Map<String, String> values = new TreeMap<>();
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        private final RdbWriter out = new RdbWriter(bytes::write, 1024, true, new BufferAccounting());
        private final ValueWriter writer = new ValueWriter(out, new Views(new Limits()));
        private boolean open;
        private int inParts;
        private int discardAfter = Integer.MAX_VALUE;

        @Override
        public long take(int partition, int database, Entry entry) {
            assertThat(values.size()).isLessThan(discardAfter);
            String key = database + ":" + entry.key(new Bytes());
            String before = values.put(key, dump(entry) + " " + entry.expiryMillis());
            assertThat(before).as("%s came before", key).isNull();
            return 1;
        }

        @Override
        public Snapshot.Parts begin(int partition, int database, Entry entry) {
            assertThat(values.size()).isLessThan(discardAfter);
            String key = database + ":" + entry.key(new Bytes());
            assertThat(values.put(key, "")).as("%s came before", key).isNull();
            long expiryMillis = entry.expiryMillis();
            Type type = entry.type();
            List<String> elements = new ArrayList<>();
            inParts++;
            return new Snapshot.Parts() {
                @Override
                public void open() {
                    assertThat(open).isFalse();
                    open = values.get(key).isEmpty();
                }

                @Override
                public long element(Entry own, long record) {
                    elements.add(SnapshotCommandsTest.element(own, record));
                    return 1;
                }

                @Override
                public long range(Entry own, long from, long n) {
                    ListValue list = new ListValue(new Limits()).at(own);
                    list.seek(from);
                    for (long i = 0; i < n; i++) {
                        elements.add(list.element(new Bytes()).toString());
                        list.next();
                    }
                    return 1;
                }

                @Override
                public long value(Bytes element) {
                    elements.add(element.toString());
                    return 1;
                }

                @Override
                public long bytes(Bytes some) {
                    elements.add(HexFormat.of().formatHex(some.toByteArray()));
                    return 1;
                }

                @Override
                public long part(StreamPart what, Memory memory, long record) {
                    elements.add(what + " " + (what == StreamPart.FRAME ? "" : streamPart(what, memory, record)));
                    return 1;
                }

                @Override
                public void close() {
                    open = false;
                    values.put(key, text(type, elements) + " " + expiryMillis);
                }
            };
        }

        private String dump(Entry entry) {
            if (entry.kind() == Encoding.LIST_QUICKLIST) {
                List<String> elements = new ArrayList<>();
                ListValue list = new ListValue(new Limits()).at(entry);
                list.seek(0);
                do {
                    elements.add(list.element(new Bytes()).toString());
                } while (list.next());
                return text(entry.type(), elements);
            }
            if (entry.kind() == Encoding.STRING_BLOCK) {
                byte[] all = StringValue.view(entry, new Bytes(), new byte[0]).toByteArray();
                return text(entry.type(), List.of(HexFormat.of().formatHex(all)));
            }
            if (Elements.has(entry)) {
                List<String> elements = new ArrayList<>();
                Elements.scan(entry, 0, Integer.MAX_VALUE, record -> elements.add(element(entry, record)));
                return text(entry.type(), elements);
            }
            if (entry.kind() == Encoding.STREAM) {
                return text(entry.type(), streamParts(entry));
            }
            bytes.reset();
            writer.dump(entry);
            return HexFormat.of().formatHex(bytes.toByteArray());
        }
    }

    /** An element of a big value as text. */
    private static String element(Entry entry, long record) {
        Views views = new Views(new Limits());
        return switch (entry.type()) {
            case HASH -> {
                HashValue hash = views.hash.at(entry).show(record);
                yield hash.field() + "=" + hash.value() + "@" + hash.expiryMillis();
            }
            case SET -> views.set.at(entry).show(record).member().toString();
            default -> {
                SortedSetValue set = views.sortedSet.at(entry);
                set.show(record);
                yield set.member() + "=" + set.score();
            }
        };
    }

    private static String streamPart(StreamPart what, Memory memory, long record) {
        String id = StreamValue.idOf(memory, record, new StreamId()).toString();
        return switch (what) {
            case NODE ->
                id + " "
                        + HexFormat.of()
                                .formatHex(StreamValue.nodeBytes(memory, record, new Bytes())
                                        .toByteArray());
            case PENDING ->
                id + " " + ConsumerGroup.deliveryMillis(memory, record) + " "
                        + ConsumerGroup.deliveryCount(memory, record);
            default -> id;
        };
    }

    /** All parts of a stream as it is, as an image of it would hand them out. */
    private static List<String> streamParts(Entry entry) {
        StreamValue stream = new StreamValue(new Limits()).at(entry);
        ConsumerGroup group = new ConsumerGroup();
        StreamId id = new StreamId();
        List<String> parts = new ArrayList<>();
        for (boolean more = stream.firstNode(); more; more = stream.nextNode()) {
            parts.add("NODE " + stream.nodeId(id) + " "
                    + HexFormat.of().formatHex(stream.nodeBytes(new Bytes()).toByteArray()));
        }
        parts.add("FRAME ");
        for (boolean more = group.first(stream); more; more = group.next()) {
            parts.add("FRAME ");
            for (boolean some = group.seekPending(id.setMin(), false); some; some = group.nextPending()) {
                parts.add(
                        "PENDING " + group.pendingId(id) + " " + group.deliveryMillis() + " " + group.deliveryCount());
            }
            parts.add("FRAME ");
            for (boolean some = group.firstConsumer(); some; some = group.nextConsumer()) {
                parts.add("FRAME ");
                for (boolean has = group.seekPending(id.setMin(), true); has; has = group.nextPending()) {
                    parts.add("PENDING_ID " + group.pendingId(id));
                }
            }
            parts.add("FRAME ");
        }
        parts.add("FRAME ");
        return parts;
    }

    /** A big value as text; where it has no order, in whatever order its elements have come. */
    private static String text(Type type, List<String> elements) {
        return type + " "
                + switch (type) {
                    case STRING -> String.join("", elements);
                    case LIST, STREAM -> elements;
                    default -> elements.stream().sorted().toList();
                };
    }

    private final Random random = new Random();
    private final WriteCommands commands = new WriteCommands(random);

    @Test
    void thereIsALineOfEachCommandThatWrites() {
        assertThat(commands.names())
                .containsAll(Commands.table().all().stream()
                        .filter(spec -> spec.has(Flag.WRITE) && spec.handler() != null)
                        .map(CommandSpec::fullName)
                        .toList());
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void hasWhatWasThereWhenItBegan(long seed) {
        random.setSeed(seed);
        try (TestEngine redis = new TestEngine()) {
            Limits limits = redis.settings().limits();
            limits.hashEntries = 8;
            limits.setListpackEntries = 6;
            limits.setIntsetEntries = 6;
            limits.zsetEntries = 6;
            limits.listListpackSize = 4;
            limits.streamNodeEntries = 3;
            limits.hllSparseBytes = 100;
            Play play = new Play(redis, commands::next);
            play.run(2000);
            for (int i = 0; i < 4; i++) {
                check(redis, play, seed, i);
                play.run(200);
            }
        }
    }

    /** Values of some hundred elements, changed in the middle of being handed out one by one. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void hasBigValuesAsTheyWere(long seed) {
        random.setSeed(seed);
        try (TestEngine redis = new TestEngine()) {
            for (int i = 0; i < 4; i++) {
                clockMillis = redis.engine().keyspace().clock().millis();
                fill(redis);
                check(redis, new Play(redis, this::changeOfBigValue), seed, i == 3 ? 2 : 0);
            }
        }
    }

    private void fill(TestEngine redis) {
        redis.call("SELECT", "0");
        for (int i = random.nextInt(300) + 300; i > 0; i--) {
            String n = Integer.toString(random.nextInt(1000));
            redis.call("HSET", "hash", n, "x".repeat(65));
            redis.call("HPEXPIRE", "hash", Integer.toString(1000 + i), "FIELDS", "1", n);
            redis.call("SADD", "set", n + "y".repeat(65));
            redis.call("ZADD", "sorted", n, n);
            redis.call("RPUSH", "list", n + "z".repeat(65));
        }
        for (int i = random.nextInt(200) + 100; i > 0; i--) {
            redis.call("XADD", "stream", "*", "field", Integer.toString(i));
            if (random.nextInt(10) == 0) {
                redis.advanceMillis(1);
            }
        }
        for (String group : new String[] {"a", "b"}) {
            redis.call("XGROUP", "CREATE", "stream", group, "0");
            for (String consumer : new String[] {"anne", "ben", "carl"}) {
                redis.call("XREADGROUP", "GROUP", group, consumer, "COUNT", "40", "STREAMS", "stream", ">");
            }
        }
        redis.call("SETRANGE", "string", Integer.toString(random.nextInt(50_000) + 5000), "s".repeat(3000));
    }

    private long clockMillis;

    private String changeOfBigValue() {
        String n = Integer.toString(random.nextInt(1000));
        String value = n + "-".repeat(random.nextInt(65));
        return switch (random.nextInt(60)) {
            case 0 -> pick("DEL ", "UNLINK ", "PERSIST ") + pick("hash", "set", "sorted", "list", "string", "stream");
            case 1 ->
                pick("RENAME ", "COPY ")
                        + pick("hash h2", "set s2", "h2 hash", "list l2", "sorted z2", "string t2", "stream x2");
            case 2 -> pick("MOVE hash 1", "MOVE list 1", "MOVE string 1", "SWAPDB 0 1", "FLUSHDB");
            case 3 -> pick("SPOP set 200", "ZREMRANGEBYRANK sorted 0 100", "LTRIM list 20 -20", "LPOP list 30");
            case 4 -> pick("SET string " + n.repeat(2000), "SET string 1", "SETRANGE string 100000 x", "INCR string");
            case 5 -> pick("EXPIRE hash 100", "SET hash 1", "SUNIONSTORE set set s2", "ZUNIONSTORE sorted 1 z2");
            case 6 -> pick("LTRIM list 5 -1", "LTRIM list 0 -5", "SPOP set 400", "RPOP list 20");
            default ->
                switch (random.nextInt(28)) {
                    case 22, 23, 24, 25, 26, 27 -> changeOfStream();
                    case 16 -> "LSET list " + (random.nextInt(300) - 150) + " " + pick(n, n + "y".repeat(65));
                    case 17 ->
                        "LREM list " + (random.nextInt(5) - 2) + " " + n + pick("", "y".repeat(65), "z".repeat(65));
                    case 18 -> "LINSERT list " + pick("BEFORE ", "AFTER ") + n + pick("", "z".repeat(65)) + " " + n;
                    case 19 -> "SETRANGE string " + 40 * random.nextInt(1200) + " " + value;
                    case 20 -> pick("SETBIT string " + 400 * random.nextInt(800) + " 1", "APPEND string " + value);
                    case 21 -> "BITFIELD string SET u32 " + 320 * random.nextInt(1000) + " " + n;
                    case 0 -> "HSET hash " + n + " " + value;
                    case 1 -> "HDEL hash " + n;
                    case 2 -> "HINCRBY hash c" + n + " 1";
                    case 3 -> "HPEXPIRE hash " + random.nextInt(3000) + " FIELDS 1 " + n;
                    case 4 -> "HPERSIST hash FIELDS 1 " + n;
                    case 5 -> "SADD set " + n + pick("", "y".repeat(65));
                    case 6 -> "SREM set " + n + "y".repeat(65);
                    case 7 -> "SPOP set";
                    case 8 -> "ZADD sorted " + random.nextInt(1000) + " " + n;
                    case 9 -> "ZINCRBY sorted 3 " + n;
                    case 10 -> pick("ZPOPMIN", "ZPOPMAX") + " sorted";
                    case 11 -> "ZREM sorted " + n;
                    default -> pick("LPUSH list ", "RPUSH list ", "LPOP list ", "RPOP list ") + pick("1", "2", "3");
                };
        };
    }

    private String changeOfStream() {
        String group = pick("a", "b");
        String consumer = pick("anne", "ben", "carl", "dora");
        String id = (clockMillis + random.nextInt(40)) + "-" + random.nextInt(10);
        return switch (random.nextInt(16)) {
            case 0, 1 -> "XADD stream * field " + id;
            case 2, 3, 4 -> "XACK stream " + group + " " + id;
            case 5, 6 -> "XDEL stream " + id;
            case 7 -> "XCLAIM stream " + group + " " + consumer + " 0 " + id + pick("", " FORCE", " RETRYCOUNT 7");
            case 8 -> "XAUTOCLAIM stream " + group + " " + consumer + " 0 " + id + " COUNT 3";
            case 9 -> "XREADGROUP GROUP " + group + " " + consumer + " COUNT 5 STREAMS stream " + pick(">", "0");
            case 10 -> "XTRIM stream MAXLEN " + pick("= 150", "~ 100", "= 50");
            case 11 ->
                random.nextInt(3) == 0
                        ? pick("XGROUP DESTROY stream a", "XGROUP CREATE stream a 0", "XGROUP CREATE stream c 0")
                        : "XGROUP CREATECONSUMER stream a " + consumer;
            case 12 -> random.nextInt(2) == 0 ? "XGROUP DELCONSUMER stream " + group + " " + consumer : "XLEN stream";
            case 13 ->
                random.nextInt(5) == 0
                        ? pick("XTRIM stream MAXLEN 0", "XSETID stream 0-1", "DEL stream")
                        : "XLEN stream";
            case 14 -> "XGROUP SETID stream " + group + " " + pick("0", "$", id);
            default -> "XNACK stream " + group + " FAIL IDS 1 " + id;
        };
    }

    private String pick(String... choices) {
        return choices[random.nextInt(choices.length)];
    }

    private void check(TestEngine redis, Play play, long seed, int number) {
        boolean discard = number == 2;
        Keyspace keyspace = redis.engine().keyspace();
        Contents expected = new Contents();
        Contents got = new Contents();
        Snapshot snapshot = keyspace.startSnapshot(got, () -> contents(keyspace, expected));
        assertThat(snapshot.keys()).isEqualTo(expected.values.size());
        // The last ones as a whole, the others by elements.
        snapshot.stepAtMost(Long.MAX_VALUE / 2, 1, 1, number == 3 ? Long.MAX_VALUE : 0);
        int steps = 0;
        while (snapshot.step()) {
            play.run(random.nextInt(8));
            if (discard && ++steps == 10) {
                snapshot.discard();
                got.discardAfter = 0;
            }
            if (random.nextInt(50) == 0) {
                keyspace.checkInvariants();
            }
        }
        assertThat(snapshot.failure()).as("seed %d", seed).isNull();
        assertThat(snapshot.walkedKeys()).isPositive();
        if (!discard) {
            assertThat(got.values).as("seed %d", seed).isEqualTo(expected.values);
        }
        assertThat(got.inParts == 0 || number != 3).as("seed %d", seed).isTrue();
        keyspace.checkInvariants();
    }

    /** All entries as they are. All partitions are locked. */
    private static void contents(Keyspace keyspace, Contents into) {
        for (int i = 0; i < keyspace.partitions(); i++) {
            for (int n = 0; n < keyspace.databases(); n++) {
                Database database = keyspace.partition(i).databaseIfAny(n);
                if (database != null) {
                    int partition = i;
                    int number = n;
                    Entry view = new Entry();
                    database.scan(0, Integer.MAX_VALUE, record -> {
                        database.look(record, view);
                        into.take(partition, number, view);
                    });
                }
            }
        }
    }

    /** Runs commands, and what else changes keys. */
    private final class Play {
        private final TestEngine redis;
        private final Eviction eviction;
        private final ArrayDeque<TestClient> clients = new ArrayDeque<>();
        private final Supplier<String> line;

        Play(TestEngine redis, Supplier<String> line) {
            this.redis = redis;
            this.line = line;
            eviction = new Eviction(redis.engine().keyspace(), new SplittableRandom(1));
            clients.add(redis.newClient());
        }

        void run(int count) {
            Keyspace keyspace = redis.engine().keyspace();
            for (int i = 0; i < count; i++) {
                client().run(line.get());
                switch (random.nextInt(40)) {
                    case 0 -> redis.advanceMillis(random.nextInt(5));
                    case 1 -> keyspace.expireDue();
                    case 2 -> keyspace.collectGarbage();
                    case 3 -> redis.attendToWaits();
                    case 4 -> eviction.evictAny(random.nextBoolean());
                    default -> {}
                }
            }
        }

        /** One that does not wait; of those that do, the first go when there are too many. */
        private TestClient client() {
            if (clients.getLast().isBlocked()) {
                clients.add(redis.newClient());
            }
            if (clients.size() > 5) {
                clients.remove().disconnect();
            }
            return clients.getLast();
        }
    }
}
