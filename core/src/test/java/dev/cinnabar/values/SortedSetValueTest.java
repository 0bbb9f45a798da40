package dev.cinnabar.values;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cinnabar.memory.Bytes;
import dev.cinnabar.memory.Memory;
import dev.cinnabar.memory.Tag;
import dev.cinnabar.memory.testing.MemoryExtension;
import dev.cinnabar.structures.Listpack;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Sorted sets in their entries, in memory that is checked.
 *
 * <p>Strategy: random operations on one sorted set against a map of scores and a {@link TreeSet} of elements, with limits that
 * are drawn too, so that both forms and the way from one to the other are met. Invariants: elements, their order, ranks,
 * encoding and size are those of the model, and the bytes in use are those that the entry says.
 */
@ExtendWith(MemoryExtension.class)
class SortedSetValueTest {

    private record Element(double score, String member) {}

    /** Minus zero equals zero. */
    private static final Comparator<Element> ORDER = Comparator.comparingDouble((Element e) -> e.score + 0.0)
            .thenComparing(e -> e.member.getBytes(ISO_8859_1), Arrays::compareUnsigned);

    private final Limits limits = new Limits();
    private final SortedSetValue set = new SortedSetValue(limits);
    private long address;
    private final Entry.Home home = (entry, from, oldExpiryMillis) -> address = entry.address();

    // The model.
    private final Map<String, Double> scores = new TreeMap<>();
    private final TreeSet<Element> order = new TreeSet<>(ORDER);

    private Entry create(Memory memory, int kind) {
        address = Entry.create(memory, kind, 0, Bytes.of("key"), SortedSetValue.inlineLength(kind), Entry.NEVER);
        Entry entry = new Entry().set(memory, home, 0, 0, address);
        set.create(entry);
        return entry;
    }

    private static void delete(Entry entry) {
        Values.release(entry);
        entry.free();
    }

    private static String encoding(Entry entry) {
        return Encoding.nameOf(entry.kind());
    }

    private static Bytes bytes(String text) {
        return Bytes.of(text.getBytes(ISO_8859_1));
    }

    private static String text(Bytes bytes) {
        return new String(bytes.toByteArray(), ISO_8859_1);
    }

    private void put(String member, double score) {
        if (!set.find(bytes(member))) {
            set.add(bytes(member), score);
        } else if (set.score() != score) {
            set.setScore(bytes(member), score);
        }
    }

    /** A listpack has whole numbers, so no minus zero. */
    private void putInModel(String member, double given, boolean isSmall) {
        double score = isSmall ? given + 0.0 : given;
        Double old = scores.get(member);
        if (old != null && old == score) {
            return;
        }
        scores.put(member, score);
        if (old != null) {
            order.remove(new Element(old, member));
        }
        order.add(new Element(score, member));
    }

    private static String member(SplittableRandom random, int range) {
        int n = random.nextInt(range);
        return switch (random.nextInt(10)) {
            case 0 -> Integer.toString(n - range / 2);
            case 1 -> "x".repeat(random.nextInt(300)) + n;
            case 2 -> random.nextInt(40) == 0 ? "y".repeat(20_000) : "";
            case 3 -> "\u00ff" + n;
            default -> "m" + n;
        };
    }

    private static double score(SplittableRandom random) {
        return switch (random.nextInt(10)) {
            case 0 -> random.nextBoolean() ? Double.POSITIVE_INFINITY : Double.NEGATIVE_INFINITY;
            case 1 -> random.nextBoolean() ? 0.0 : -0.0;
            case 2 -> random.nextInt(-100, 100) / 8.0;
            case 3 -> random.nextDouble(-1e300, 1e300);
            case 4 -> random.nextDouble();
            case 5 -> random.nextLong();
            default -> random.nextInt(-20, 20);
        };
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20})
    void agreesWithAModel(long seed, Memory memory) {
        SplittableRandom random = new SplittableRandom(seed);
        limits.zsetEntries = random.nextInt(1, 300);
        limits.zsetValueBytes = random.nextInt(10, 400);
        int range = random.nextInt(2, 2000);
        Entry entry = create(memory, random.nextInt(3) == 0 ? Encoding.ZSET_SKIPLIST : Encoding.ZSET_LISTPACK);
        String expected = encoding(entry);
        for (int round = 0; round < 2000; round++) {
            String context = "seed " + seed + ", round " + round;
            String member = member(random, range);
            switch (random.nextInt(10)) {
                case 0, 1, 2, 3, 4, 5 -> {
                    double score = score(random);
                    boolean isNew = !scores.containsKey(member);
                    if (isNew && (scores.size() >= limits.zsetEntries || member.length() > limits.zsetValueBytes)) {
                        expected = "skiplist";
                    }
                    put(member, score);
                    putInModel(member, score, expected.equals("listpack"));
                }
                case 6, 7 -> {
                    Double old = scores.remove(member);
                    if (old != null) {
                        order.remove(new Element(old, member));
                    }
                    assertThat(set.remove(bytes(member))).as(context).isEqualTo(old != null);
                }
                case 8 -> {
                    if (!order.isEmpty() && random.nextInt(4) == 0) {
                        int from = random.nextInt(order.size());
                        int count = random.nextInt(1, Math.min(20, order.size() - from) + 1);
                        set.removeRange(from, count);
                        List<Element> gone = new ArrayList<>(order).subList(from, from + count);
                        gone.forEach(e -> scores.remove(e.member));
                        gone.forEach(order::remove);
                    }
                }
                default -> checkOne(context, member, score(random), random);
            }
            assertThat(encoding(entry)).as(context).isEqualTo(expected);
            assertThat(set.size()).as(context).isEqualTo(scores.size());
            if (random.nextInt(100) == 0) {
                check(context, memory, entry);
            }
        }
        check("seed " + seed, memory, entry);
        delete(entry);
    }

    private void checkOne(String context, String member, double score, SplittableRandom random) {
        Double expected = scores.get(member);
        assertThat(set.find(bytes(member))).as(context).isEqualTo(expected != null);
        if (expected != null) {
            assertThat(set.score()).as(context).isEqualTo(expected);
            assertThat(set.rank(bytes(member)))
                    .as(context)
                    .isEqualTo(order.headSet(new Element(expected, member)).size());
        }
        long below = scores.values().stream().filter(s -> s < score).count();
        long upTo = scores.values().stream().filter(s -> s <= score).count();
        assertThat(set.countBelow(score, false)).as(context).isEqualTo(below);
        assertThat(set.countBelow(score, true)).as(context).isEqualTo(upTo);
        long rank = random.nextLong(scores.size() + 3L);
        assertThat(set.seek(rank)).as(context).isEqualTo(rank < scores.size());
    }

    private void check(String context, Memory memory, Entry entry) {
        Values.checkInvariants(entry);
        assertThat(memory.used(Tag.ENTRY)).as(context).isEqualTo(entry.blockSize());
        assertThat(memory.used(Tag.VALUE) + memory.used(Tag.TABLE)).as(context).isEqualTo(Values.externalSize(entry));
        set.at(new Entry().set(memory, home, 0, 0, address));
        List<Element> expected = new ArrayList<>(order);
        assertThat(upwards()).as(context).isEqualTo(expected);
        assertThat(downwards()).as(context).isEqualTo(expected.reversed());
        assertThat(scanned(7)).as(context).containsExactlyInAnyOrderElementsOf(expected);
        set.at(entry);
    }

    private Element shownElement() {
        double score = set.score();
        return new Element(score, text(set.member()));
    }

    private List<Element> upwards() {
        List<Element> elements = new ArrayList<>();
        for (boolean shown = set.seek(0); shown; shown = set.next()) {
            elements.add(shownElement());
        }
        return elements;
    }

    private List<Element> downwards() {
        List<Element> elements = new ArrayList<>();
        for (boolean shown = set.size() > 0 && set.seek(set.size() - 1); shown; shown = set.previous()) {
            elements.add(shownElement());
        }
        return elements;
    }

    private List<Element> scanned(int count) {
        List<Element> elements = new ArrayList<>();
        long cursor = 0;
        do {
            cursor = set.scan(cursor, count);
            while (set.nextScanned()) {
                elements.add(shownElement());
            }
        } while (cursor != 0);
        return elements;
    }

    @ParameterizedTest
    @ValueSource(ints = {5, 100, 3000})
    void countsMembersOfOneScore(int size, Memory memory) {
        Entry entry = create(memory, Encoding.ZSET_LISTPACK);
        TreeSet<String> members = new TreeSet<>();
        SplittableRandom random = new SplittableRandom(size);
        for (int i = 0; i < size; i++) {
            String member = "m" + random.nextInt(2 * size);
            members.add(member);
            put(member, 3.5);
        }
        for (int i = 0; i < 200; i++) {
            String bound = "m" + random.nextInt(2 * size);
            assertThat(set.countBelow(bytes(bound), false))
                    .isEqualTo(members.headSet(bound, false).size());
            assertThat(set.countBelow(bytes(bound), true))
                    .isEqualTo(members.headSet(bound, true).size());
        }
        delete(entry);
    }

    /** A score that is a whole number is one in the listpack; others are text, with the digits that Redis writes. */
    @Test
    void theListpackIsThatOfRedis(Memory memory) {
        Entry entry = create(memory, Encoding.ZSET_LISTPACK);
        put("b", 2);
        put("a", 1.5);
        put("7", -0.0);
        byte[] bytes = new byte[Packed.length(entry)];
        Bytes run = new Bytes().set(Packed.segment(entry), Packed.offset(entry), bytes.length);
        run.copyTo(0, bytes, 0, bytes.length);
        assertThat(HexFormat.of().formatHex(bytes))
                .isEqualTo("18000000" + "0600" // bytes, elements
                        + "0701" + "0001" // 7, 0
                        + "816102" + "83312e3504" // a, "1.5"
                        + "816202" + "0201" // b, 2
                        + "ff");
        assertThat(Listpack.isValid(Packed.segment(entry), Packed.offset(entry), bytes.length))
                .isTrue();
        delete(entry);
    }

    @ParameterizedTest
    @CsvSource({"128, 64, listpack", "129, 1, skiplist", "1, 65, skiplist"})
    void aNewOneHasTheFormOfWhatIsToCome(int count, int length, String encoding) {
        assertThat(Encoding.nameOf(set.kindFor(count, length))).isEqualTo(encoding);
    }

    @ParameterizedTest
    @ValueSource(ints = {10, 128, 2000})
    void drawsEvenly(int size, Memory memory) {
        Entry entry = create(memory, Encoding.ZSET_LISTPACK);
        for (int i = 0; i < size; i++) {
            put("m" + i, i % 7);
        }
        SplittableRandom random = new SplittableRandom(11);
        Map<String, Integer> times = new HashMap<>();
        int perMember = 100;
        for (int i = 0; i < perMember * size; i++) {
            set.draw(random);
            times.merge(text(set.member()), 1, Integer::sum);
        }
        assertThat(times).hasSize(size);
        double chiSquare = 0;
        for (int n : times.values()) {
            chiSquare += (double) (n - perMember) * (n - perMember) / perMember;
        }
        // Mean size - 1, deviation the root of twice that: five of them are one in a million.
        assertThat(chiSquare).isLessThan(size - 1 + 5 * Math.sqrt(2.0 * (size - 1)));
        delete(entry);
    }

    @Test
    void aMemberOfAnyLengthHasItsRecord(Memory memory) {
        Entry entry = create(memory, Encoding.ZSET_SKIPLIST);
        int[] lengths = {0, 1, 253, 254, 255, 256, 65_535, 65_536, 2_000_000};
        for (int length : lengths) {
            put("z".repeat(length), length);
        }
        Values.checkInvariants(entry);
        assertThat(memory.used(Tag.VALUE) + memory.used(Tag.TABLE)).isEqualTo(Values.externalSize(entry));
        for (int length : lengths) {
            assertThat(set.remove(bytes("z".repeat(length)))).isTrue();
        }
        assertThat(set.size()).isZero();
        delete(entry);
    }

    @ParameterizedTest
    @ValueSource(ints = {10, 60, 5000})
    void aCopyIsIndependent(int size, Memory memory) {
        Entry entry = create(memory, Encoding.ZSET_LISTPACK);
        for (int i = 0; i < size; i++) {
            put("member" + i, i % 10 == 0 ? -0.0 : i / 3.0);
        }
        List<Element> before = upwards();
        try (Memory elsewhere = new Memory(Runnable::run, true)) {
            long record = Entry.create(elsewhere, entry.kind(), 0, Bytes.of("copy"), entry.inlineLength(), Entry.NEVER);
            Entry copy = new Entry().set(elsewhere, (moved, from, old) -> {}, 0, 0, record);
            Values.copy(entry, copy);
            Values.checkInvariants(copy);
            assertThat(elsewhere.used()).isEqualTo(copy.blockSize() + Values.externalSize(copy));
            SortedSetValue other = new SortedSetValue(limits).at(copy);
            other.remove(bytes("member1"));
            assertThat(other.size()).isEqualTo(size - 1);
            assertThat(upwards()).isEqualTo(before);
            delete(copy);
            MemoryExtension.assertInOrderAndEmpty(elsewhere);
        }
        delete(entry);
    }

    /** However big: each step frees as many records as it is told, and no more than a segment of the table or a leaf besides. */
    @Test
    void isFreedInBoundedSteps(Memory memory) {
        int size = 100_000;
        int maxSegment = 1500;
        Entry entry = create(memory, Encoding.ZSET_SKIPLIST);
        for (int i = 0; i < size; i++) {
            put("member:" + i, i);
        }
        int perStep = 100;
        long recordBytes = Memory.blockSize("member:99999".length() + 9);
        int steps = 0;
        boolean done;
        do {
            long before = memory.used(Tag.VALUE);
            done = Values.releaseStep(entry, perStep);
            assertThat((before - memory.used(Tag.VALUE)) / recordBytes).isLessThanOrEqualTo(perStep + maxSegment);
            if (!done) {
                assertThat(Values.externalSize(entry)).isEqualTo(memory.used(Tag.VALUE) + memory.used(Tag.TABLE));
            }
            steps++;
        } while (!done);
        assertThat(steps).isBetween(size / (perStep + maxSegment), 2 * size);
        entry.free();
    }
}
