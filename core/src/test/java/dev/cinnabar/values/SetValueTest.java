package dev.cinnabar.values;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cinnabar.memory.Bytes;
import dev.cinnabar.memory.Memory;
import dev.cinnabar.memory.Tag;
import dev.cinnabar.memory.testing.MemoryExtension;
import dev.cinnabar.text.Numbers;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Sets in their entries, in memory that is checked.
 *
 * <p>Strategy: random operations on one set against a {@link HashSet}, with limits that are drawn too, so that all forms and
 * the ways from one to the other are met. Invariants: members, encoding and size are those of the model, every way to ask for
 * members agrees, and the bytes in use are those that the entry says.
 */
@ExtendWith(MemoryExtension.class)
class SetValueTest {

    private final Limits limits = new Limits();
    private final SetValue set = new SetValue(limits);
    private long address;
    private final Entry.Home home = (entry, from, oldExpiryMillis) -> address = entry.address();

    private Entry create(Memory memory, int kind) {
        address = Entry.create(memory, kind, 0, Bytes.of("key"), SetValue.inlineLength(kind), Entry.NEVER);
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

    private static List<String> members(SetValue set) {
        List<String> members = new ArrayList<>();
        set.rewind();
        while (set.next()) {
            members.add(text(set.member()));
        }
        return members;
    }

    /** A set of whole numbers, texts and what lies between. */
    private static String member(SplittableRandom random, int range) {
        int n = random.nextInt(range);
        return switch (random.nextInt(12)) {
            case 0 -> "m" + n;
            case 1 -> "0" + n;
            case 2 -> "x".repeat(random.nextInt(140)) + n;
            case 3 -> random.nextInt(40) == 0 ? "y".repeat(20_000) : "";
            case 4 -> Long.toString(Long.MIN_VALUE + n);
            case 5 -> Long.toString(70_000L * n);
            default -> Integer.toString(n - range / 2);
        };
    }

    /** The encoding after a member that was absent was added. */
    private String encodingWith(String before, Set<String> without, String member) {
        int longest = without.stream().mapToInt(String::length).max().orElse(0);
        boolean isShort = Math.max(longest, member.length()) <= limits.setValueBytes;
        boolean fits = without.size() < limits.setListpackEntries && isShort;
        return switch (before) {
            case "intset" ->
                Numbers.isLong(bytes(member))
                        ? without.size() < limits.setIntsetEntries ? "intset" : "hashtable"
                        : fits ? "listpack" : "hashtable";
            case "listpack" -> fits ? "listpack" : "hashtable";
            default -> "hashtable";
        };
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20})
    void agreesWithASet(long seed, Memory memory) {
        SplittableRandom random = new SplittableRandom(seed);
        limits.setIntsetEntries = random.nextInt(1, 40) * random.nextInt(1, 20);
        limits.setListpackEntries = random.nextInt(1, 200);
        limits.setValueBytes = random.nextInt(25, 200);
        int range = random.nextInt(2, 3000);
        // Else texts come so early that a set of numbers alone is never big.
        boolean numbersFirst = random.nextBoolean();
        Entry entry = create(memory, random.nextInt(3) == 0 ? Encoding.SET_LISTPACK : Encoding.SET_INTSET);
        Set<String> model = new HashSet<>();
        String expected = encoding(entry);
        for (int round = 0; round < 1500; round++) {
            String context = "seed " + seed + ", round " + round;
            String member = numbersFirst && round < 500 ? "" + random.nextInt(range) : member(random, range);
            switch (random.nextInt(8)) {
                case 0, 1, 2, 3, 4 -> {
                    if (!model.contains(member)) {
                        expected = encodingWith(expected, model, member);
                    }
                    assertThat(set.add(bytes(member))).as(context).isEqualTo(model.add(member));
                }
                case 5 -> assertThat(set.remove(bytes(member))).as(context).isEqualTo(model.remove(member));
                case 6 -> {
                    if (!model.isEmpty()) {
                        set.draw(random);
                        String drawn = text(set.member());
                        set.removeMember();
                        assertThat(model.remove(drawn)).as(context).isTrue();
                    }
                }
                default -> assertThat(set.contains(bytes(member))).as(context).isEqualTo(model.contains(member));
            }
            assertThat(encoding(entry)).as(context).isEqualTo(expected);
            assertThat(set.size()).as(context).isEqualTo(model.size());
            if (random.nextInt(50) == 0) {
                check(context, memory, entry, model);
            }
        }
        check("seed " + seed, memory, entry, model);
        delete(entry);
    }

    private void check(String context, Memory memory, Entry entry, Set<String> model) {
        Values.checkInvariants(entry);
        assertThat(memory.used(Tag.ENTRY)).as(context).isEqualTo(entry.blockSize());
        assertThat(memory.used(Tag.VALUE) + memory.used(Tag.TABLE)).as(context).isEqualTo(Values.externalSize(entry));
        set.at(new Entry().set(memory, home, 0, 0, address));
        assertThat(members(set)).as(context).containsExactlyInAnyOrderElementsOf(model);
        assertThat(scanned(7)).as(context).containsExactlyInAnyOrderElementsOf(model);
        // What one view shows, another finds.
        SetValue other = new SetValue(limits).at(entry);
        set.rewind();
        while (set.next()) {
            assertThat(other.containsMemberOf(set)).as(context).isTrue();
        }
        set.at(entry);
    }

    private List<String> scanned(int count) {
        List<String> members = new ArrayList<>();
        long cursor = 0;
        do {
            cursor = set.scan(cursor, count);
            while (set.next()) {
                members.add(text(set.member()));
            }
        } while (cursor != 0);
        return members;
    }

    @Test
    void numbersComeInTheirOrder(Memory memory) {
        Entry entry = create(memory, Encoding.SET_INTSET);
        TreeSet<Long> model = new TreeSet<>();
        SplittableRandom random = new SplittableRandom(1);
        for (int i = 0; i < 300; i++) {
            long n = random.nextLong() >> random.nextInt(60);
            model.add(n);
            set.add(bytes("" + n));
        }
        assertThat(members(set)).isEqualTo(model.stream().map(n -> "" + n).toList());
        delete(entry);
    }

    @ParameterizedTest
    @CsvSource({"5, 1, intset", "512, 1, intset", "512, x, hashtable", "513, 1, hashtable", "128, x, listpack"})
    void aNewSetHasTheFormOfWhatIsToCome(int count, String first, String encoding) {
        assertThat(Encoding.nameOf(set.kindFor(bytes(first), count))).isEqualTo(encoding);
    }

    @ParameterizedTest
    @CsvSource({"intset, 10", "intset, 300", "listpack, 10", "listpack, 128", "hashtable, 10", "hashtable, 2000"})
    void drawsEvenly(String encoding, int size, Memory memory) {
        Entry entry = create(
                memory,
                switch (encoding) {
                    case "intset" -> Encoding.SET_INTSET;
                    case "listpack" -> Encoding.SET_LISTPACK;
                    default -> Encoding.SET_HASHTABLE;
                });
        for (int i = 0; i < size; i++) {
            set.add(bytes((encoding.equals("intset") ? "" : "m") + i));
        }
        assertThat(encoding(entry)).isEqualTo(encoding);
        SplittableRandom random = new SplittableRandom(7);
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
    void shrinksBackToAListpack(Memory memory) {
        Entry entry = create(memory, Encoding.SET_INTSET);
        for (int i = 0; i < 1000; i++) {
            set.add(bytes("" + i));
        }
        for (int i = 100; i < 1000; i++) {
            set.remove(bytes("" + i));
        }
        assertThat(encoding(entry)).isEqualTo("hashtable");
        set.shrink();
        assertThat(encoding(entry)).isEqualTo("listpack");
        assertThat(members(set)).hasSize(100).contains("0", "99");
        Values.checkInvariants(entry);
        delete(entry);
    }

    @Test
    void doesNotShrinkWhereAMemberIsTooLong(Memory memory) {
        Entry entry = create(memory, Encoding.SET_HASHTABLE);
        set.add(bytes("x".repeat(65)));
        set.shrink();
        assertThat(encoding(entry)).isEqualTo("hashtable");
        delete(entry);
    }

    @Test
    void aMemberOfAnyLengthHasItsRecord(Memory memory) {
        Entry entry = create(memory, Encoding.SET_HASHTABLE);
        List<String> members = new ArrayList<>();
        for (int length : new int[] {0, 1, 126, 127, 128, 129, 16_383, 16_384, 300_000, 2_097_151, 2_097_152}) {
            members.add("z".repeat(length));
        }
        for (String member : members) {
            assertThat(set.add(bytes(member))).isTrue();
            assertThat(set.add(bytes(member))).isFalse();
        }
        Values.checkInvariants(entry);
        assertThat(memory.used(Tag.VALUE) + memory.used(Tag.TABLE)).isEqualTo(Values.externalSize(entry));
        assertThat(members(set)).containsExactlyInAnyOrderElementsOf(members);
        for (String member : members) {
            assertThat(set.remove(bytes(member))).isTrue();
        }
        assertThat(set.size()).isZero();
        delete(entry);
    }

    @ParameterizedTest
    @ValueSource(ints = {10, 600, 5000})
    void aCopyIsIndependent(int size, Memory memory) {
        Entry entry = create(memory, Encoding.SET_INTSET);
        for (int i = 0; i < size; i++) {
            set.add(bytes("member" + i));
        }
        try (Memory elsewhere = new Memory(Runnable::run, true)) {
            long record = Entry.create(elsewhere, entry.kind(), 0, Bytes.of("copy"), entry.inlineLength(), Entry.NEVER);
            Entry copy = new Entry().set(elsewhere, (moved, from, old) -> {}, 0, 0, record);
            Values.copy(entry, copy);
            Values.checkInvariants(copy);
            assertThat(elsewhere.used()).isEqualTo(copy.blockSize() + Values.externalSize(copy));
            SetValue other = new SetValue(limits).at(copy);
            other.remove(bytes("member0"));
            assertThat(other.size()).isEqualTo(size - 1);
            assertThat(set.at(entry).contains(bytes("member0"))).isTrue();
            delete(copy);
            MemoryExtension.assertInOrderAndEmpty(elsewhere);
        }
        delete(entry);
    }

    /** However big: each step frees as many records as it is told, and no more than one segment of the table besides. */
    @Test
    void isFreedInBoundedSteps(Memory memory) {
        int size = 200_000;
        int maxSegment = 1500;
        Entry entry = create(memory, Encoding.SET_HASHTABLE);
        for (int i = 0; i < size; i++) {
            set.add(bytes("member:" + i));
        }
        int perStep = 100;
        long recordBytes = Memory.blockSize("member:199999".length() + 1);
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
        assertThat(steps).isBetween(size / (perStep + maxSegment), size);
        entry.free();
    }
}
