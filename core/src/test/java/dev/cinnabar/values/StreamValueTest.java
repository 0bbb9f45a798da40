package dev.cinnabar.values;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cinnabar.memory.Bytes;
import dev.cinnabar.memory.Memory;
import dev.cinnabar.memory.Tag;
import dev.cinnabar.memory.testing.MemoryExtension;
import dev.cinnabar.values.StreamOptions.Strategy;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The entries of streams, in memory that is checked.
 *
 * <p>Strategy: random additions, deletions and cuts on one stream against a {@link TreeMap}, with node limits that are drawn
 * too. Invariants: length, first and last IDs and the largest deleted one are those of the model, ranges and counts from any ID
 * in both directions agree with it, and the bytes in use are those that the entry says.
 */
@ExtendWith(MemoryExtension.class)
class StreamValueTest {

    private final Limits limits = new Limits();
    private final StreamValue stream = new StreamValue(limits);
    private long address;
    private final Entry.Home home = (entry, from, oldExpiryMillis) -> address = entry.address();

    private Entry create(Memory memory) {
        address = Entry.create(memory, Encoding.STREAM, 0, Bytes.of("key"), 0, Entry.NEVER);
        Entry entry = new Entry().set(memory, home, 0, 0, address);
        stream.initialize(entry);
        return entry;
    }

    private static Bytes bytes(String text) {
        return Bytes.of(text.getBytes(ISO_8859_1));
    }

    private void add(StreamId id, List<String> words) {
        stream.begin(words.size() / 2);
        for (int i = 0; i < words.size(); i += 2) {
            stream.announce(bytes(words.get(i)), bytes(words.get(i + 1)));
        }
        stream.open(id.millis(), id.sequence());
        if (stream.isFirstOfNode()) {
            for (int i = 0; i < words.size(); i += 2) {
                stream.name(bytes(words.get(i)));
            }
            stream.named();
        }
        for (int i = 0; i < words.size(); i += 2) {
            stream.add(bytes(words.get(i)), bytes(words.get(i + 1)));
        }
        stream.end();
    }

    private List<String> words() {
        List<String> words = new ArrayList<>();
        Bytes view = new Bytes();
        int n = stream.fields();
        for (int i = 0; i < n; i++) {
            words.add(new String(stream.nextField(view).toByteArray(), ISO_8859_1));
            words.add(new String(stream.nextValue(view).toByteArray(), ISO_8859_1));
        }
        return words;
    }

    private StreamId here() {
        return stream.id(new StreamId());
    }

    private static List<String> someWords(SplittableRandom random) {
        List<String> words = new ArrayList<>();
        int shape = random.nextInt(10);
        int pairs = shape < 8 ? 2 : random.nextInt(1, 8);
        for (int i = 0; i < pairs; i++) {
            words.add(shape < 8 ? "field" + i : "f" + random.nextInt(20));
            words.add(
                    switch (random.nextInt(6)) {
                        case 0 -> "";
                        case 1 -> "text " + random.nextInt();
                        case 2 -> "x".repeat(random.nextInt(random.nextInt(30) == 0 ? 9000 : 100));
                        default -> "" + (random.nextLong() >> random.nextInt(64));
                    });
        }
        return words;
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16})
    void agreesWithAMap(long seed, Memory memory) {
        SplittableRandom random = new SplittableRandom(seed);
        limits.streamNodeEntries = random.nextInt(3) == 0 ? 0 : random.nextInt(1, 200);
        limits.streamNodeBytes = random.nextInt(3) == 0 ? 0 : random.nextInt(1, 10_000);
        Entry entry = create(memory);
        NavigableMap<StreamId, List<String>> model = new TreeMap<>();
        StreamId last = new StreamId(random.nextLong() >>> random.nextInt(64), random.nextLong());
        StreamId maxDeleted = new StreamId();
        long added = 0;
        for (int round = 0; round < 1200; round++) {
            String context = "seed " + seed + ", round " + round;
            int what = random.nextInt(40);
            if (what < 30 && !last.isMax()) {
                if (random.nextInt(4) == 0) {
                    last.set(last.millis(), last.sequence() + 1);
                } else {
                    last.set(last.millis() + 1 + random.nextInt(1000), random.nextInt(3));
                }
                List<String> words = someWords(random);
                add(last, words);
                model.put(new StreamId().set(last), words);
                added++;
            } else if (what < 36) {
                StreamId id = someId(random, model, last);
                boolean there = model.remove(id) != null;
                assertThat(stream.delete(id)).as(context).isEqualTo(there);
                if (there && id.compareTo(maxDeleted) > 0) {
                    maxDeleted.set(id);
                }
            } else if (what == 36) {
                cut(context, random, model, last);
            } else {
                checkRange(
                        context,
                        model,
                        someId(random, model, last),
                        someId(random, model, last),
                        random.nextInt(1, 50));
            }
            assertThat(stream.length()).as(context).isEqualTo(model.size());
            assertThat(stream.firstId(new StreamId()))
                    .as(context)
                    .hasToString(model.isEmpty() ? "0-0" : model.firstKey().toString());
            assertThat(stream.maxDeletedId(new StreamId())).as(context).hasToString(maxDeleted.toString());
            assertThat(stream.everAdded()).as(context).isEqualTo(added);
            if (random.nextInt(50) == 0) {
                check(context, memory, entry, model);
                checkCopy(memory, entry, model);
            }
        }
        check("seed " + seed, memory, entry, model);
        release(entry, 1 + random.nextInt(30));
    }

    private static StreamId someId(SplittableRandom random, NavigableMap<StreamId, List<String>> model, StreamId last) {
        StreamId id = new StreamId().set(last);
        if (!model.isEmpty() && random.nextInt(5) > 0) {
            id.set(new ArrayList<>(model.keySet()).get(random.nextInt(model.size())));
        }
        switch (random.nextInt(6)) {
            case 0 -> id.set(id.millis() + random.nextInt(-5, 5), id.sequence());
            case 1 -> id.decrement();
            case 2 -> id.increment();
            default -> {}
        }
        return id;
    }

    private void cut(
            String context, SplittableRandom random, NavigableMap<StreamId, List<String>> model, StreamId last) {
        StreamOptions options = new StreamOptions();
        options.approximate = random.nextBoolean();
        options.limit = options.approximate && random.nextBoolean() ? random.nextInt(1, 300) : 0;
        long keep;
        if (random.nextBoolean()) {
            options.strategy = Strategy.MAX_LENGTH;
            options.maxLength = random.nextInt(model.size() + 10);
            keep = options.maxLength;
        } else {
            options.strategy = Strategy.MIN_ID;
            options.minId.set(someId(random, model, last));
            keep = model.tailMap(options.minId, true).size();
        }
        long before = model.size();
        long deleted = stream.trim(options, new ConsumerGroup());
        if (options.approximate) {
            assertThat(before - deleted).as(context).isGreaterThanOrEqualTo(Math.min(keep, before));
            assertThat(options.limit == 0 || deleted <= options.limit)
                    .as(context)
                    .isTrue();
        } else {
            assertThat(deleted).as(context).isEqualTo(Math.max(0, before - keep));
        }
        for (long i = 0; i < deleted; i++) {
            model.pollFirstEntry();
        }
    }

    private void checkRange(
            String context, NavigableMap<StreamId, List<String>> model, StreamId from, StreamId to, int most) {
        List<Map.Entry<StreamId, List<String>>> expected = from.compareTo(to) > 0
                ? List.of()
                : new ArrayList<>(model.subMap(from, true, to, true).entrySet());
        int n = Math.min(most, expected.size());
        assertThat(stream.count(from, to, most)).as(context).isEqualTo(n);
        for (int i = 0; i < n; i++) {
            assertThat(i == 0 ? stream.seek(from.millis(), from.sequence()) : stream.next())
                    .isTrue();
            assertThat(here().isSame(expected.get(i).getKey())).as(context).isTrue();
            assertThat(words()).as(context).isEqualTo(expected.get(i).getValue());
        }
        for (int i = 0; i < n; i++) {
            assertThat(i == 0 ? stream.seekBack(to.millis(), to.sequence()) : stream.previous())
                    .isTrue();
            int index = expected.size() - 1 - i;
            assertThat(here().isSame(expected.get(index).getKey())).as(context).isTrue();
            assertThat(words()).as(context).isEqualTo(expected.get(index).getValue());
        }
        assertThat(stream.find(from.millis(), from.sequence())).as(context).isEqualTo(model.containsKey(from));
    }

    private void check(String context, Memory memory, Entry entry, NavigableMap<StreamId, List<String>> model) {
        Values.checkInvariants(entry);
        List<StreamId> ids = new ArrayList<>(model.keySet());
        int i = 0;
        for (boolean found = stream.seek(0, 0); found; found = stream.next()) {
            assertThat(here().isSame(ids.get(i))).as(context).isTrue();
            assertThat(words()).as(context).isEqualTo(model.get(ids.get(i)));
            i++;
        }
        assertThat(i).as(context).isEqualTo(ids.size());
        for (boolean found = stream.seekBack(-1, -1); found; found = stream.previous()) {
            assertThat(here().isSame(ids.get(--i))).as(context).isTrue();
        }
        assertThat(i).as(context).isZero();
        assertThat(memory.used(Tag.VALUE)).as(context).isEqualTo(Values.externalSize(entry));
    }

    private void checkCopy(Memory memory, Entry entry, NavigableMap<StreamId, List<String>> model) {
        long used = memory.used();
        long copy = Entry.create(memory, Encoding.STREAM, 0, Bytes.of("copy"), 0, Entry.NEVER);
        Entry other = new Entry().set(memory, home, 0, 0, copy);
        Values.copy(entry, other);
        Values.checkInvariants(other);
        assertThat(memory.used(Tag.VALUE) - Values.externalSize(entry)).isEqualTo(Values.externalSize(other));
        assertThat(new StreamValue(limits).at(other).length()).isEqualTo(model.size());
        release(other, 1000);
        assertThat(memory.used()).isEqualTo(used);
    }

    private static void release(Entry entry, int maxBlocks) {
        Memory memory = entry.memory();
        while (!Values.releaseStep(entry, maxBlocks)) {
            assertThat(Values.externalSize(entry)).isLessThanOrEqualTo(memory.used(Tag.VALUE));
        }
        assertThat(Values.externalSize(entry)).isZero();
        entry.free();
    }

    /** The bytes of a node are those that Redis writes into its files for the same stream. */
    @Test
    void aNodeIsThatOfRedis(Memory memory) {
        Entry entry = create(memory);
        add(new StreamId(1, 1), List.of("a", "1", "b", "text"));
        add(new StreamId(3, 0), List.of("a", "-5000", "b", "x"));
        add(new StreamId(3, 1), List.of("c", "x"));
        stream.delete(new StreamId(3, 0));
        IdTree nodes = new IdTree().in(memory);
        nodes.at(memory.getLong(entry.longAt(0), 0));
        StreamNode node = new StreamNode().at(memory, nodes.first());
        byte[] bytes = new byte[node.bytes()];
        memory.copyOut(nodes.first(), StreamNode.LISTPACK, bytes, 0, bytes.length);
        assertThat(HexFormat.of().formatHex(bytes))
                .isEqualTo(
                        "450000001900" // length, elements
                                + "02010101020181610281620200" // 2 live, 1 deleted, 2 fields: a, b
                                + "01" + "0201" + "0001" + "0001" + "0101" + "847465787405" + "0501"
                                + "0301" + "0201" + "dfff02" + "f178ec03" + "817802" + "0501"
                                + "0001" + "0201" + "0001" + "0101" + "816302" + "817802" + "0601" + "ff");
        release(entry, 10);
    }
}
