package dev.cinnabar.values;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cinnabar.memory.Bytes;
import dev.cinnabar.memory.Memory;
import dev.cinnabar.memory.Tag;
import dev.cinnabar.memory.testing.MemoryExtension;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Lists in their entries, in memory that is checked.
 *
 * <p>Strategy: random operations on one list against an {@link ArrayList}, in phases that grow it, shrink it, or stir it at
 * about the same length, with elements that are mostly short, now and then about as long as a block, and rarely much
 * longer. Invariants: the elements from both ends and by index are those of the model, the bytes in use those that the
 * entry says, and the form the one that the limits ask for.
 */
@ExtendWith(MemoryExtension.class)
class ListValueTest {

    private final Limits limits = new Limits();
    private final ListValue list = new ListValue(limits);
    private final Bytes view = new Bytes();
    private long address;

    private Entry create(Memory memory) {
        Entry entry = new Entry();
        address =
                Entry.create(memory, Encoding.LIST_LISTPACK, 0, Bytes.of("key"), ListValue.emptyLength(), Entry.NEVER);
        entry.set(memory, (moved, from, expiry) -> address = moved.address(), 0, 0, address);
        list.format(entry);
        return entry;
    }

    private static void delete(Entry entry) {
        while (!Values.releaseStep(entry, 10)) {
            assertThat(Values.externalSize(entry)).isPositive();
        }
        entry.free();
    }

    @ParameterizedTest
    @CsvSource({
        "1, -2", "2, -2", "3, -2", "4, -2", "5, -1", "6, -5", "7, 1", "8, 4", "9, 128", "10, 0", "11, -2", "12, -3",
        "13, -2", "14, -2", "15, 2", "16, -2"
    })
    void agreesWithAnArrayList(long seed, int limit, Memory memory) {
        limits.listListpackSize = limit;
        SplittableRandom random = new SplittableRandom(seed);
        List<String> model = new ArrayList<>();
        Entry entry = create(memory);
        Entry other = new Entry();
        int longest = random.nextInt(3);
        for (int phase = 0; phase < 30; phase++) {
            int kind = random.nextInt(4);
            int rounds = random.nextInt(10) == 0 ? 3000 : 300;
            for (int round = 0; round < rounds; round++) {
                step(random, model, kind, longest);
                String context = "seed " + seed + ", phase " + phase + ", round " + round;
                if (round % 50 == 0) {
                    check(entry, model, random, context);
                    // Another view of the same entry sees the same.
                    list.at(other.set(memory, (moved, from, expiry) -> address = moved.address(), 0, 0, address));
                    Entry swap = entry;
                    entry = other;
                    other = swap;
                }
            }
            check(entry, model, random, "seed " + seed + ", phase " + phase);
        }
        delete(entry);
        assertThat(memory.used()).isZero();
    }

    /** One operation; kinds of phases: 0 and 1 grow, 2 shrinks, 3 stirs. */
    private void step(SplittableRandom random, List<String> model, int kind, int longest) {
        String value = value(random, longest);
        Bytes bytes = bytes(value);
        int n = model.size();
        int choice = random.nextInt(100);
        if (n == 0 || choice < (kind < 2 ? 60 : kind == 2 ? 10 : 30)) {
            boolean left = random.nextBoolean();
            list.expect(1, value.length());
            list.push(left, bytes);
            model.add(left ? 0 : n, value);
        } else if (choice < 70) {
            boolean left = random.nextBoolean();
            long count = random.nextInt(8) == 0 ? random.nextLong(n + 2L) / (kind == 2 ? 1 : 10) : 1;
            assertThat(text(list.end(left, view))).isEqualTo(left ? model.getFirst() : model.getLast());
            list.removeEnd(left, count);
            int gone = (int) Math.min(count, n);
            (left ? model.subList(0, gone) : model.subList(n - gone, n)).clear();
            if (!model.isEmpty()) {
                list.shrink();
            }
        } else if (choice < 80) {
            int index = random.nextInt(n);
            list.expect(1, value.length());
            list.seek(index);
            list.replace(bytes);
            list.shrink();
            model.set(index, value);
        } else if (choice < 94) {
            int index = random.nextInt(n);
            boolean before = random.nextBoolean();
            list.expect(1, value.length());
            if (random.nextBoolean()) {
                list.seek(index);
            } else {
                String pivot = model.get(index);
                index = model.indexOf(pivot);
                assertThat(list.find(bytes(pivot))).isTrue();
            }
            list.insert(before, bytes);
            model.add(before ? index : index + 1, value);
        } else {
            String some = random.nextInt(4) == 0 ? value : model.get(random.nextInt(n));
            long max = random.nextBoolean() ? Long.MAX_VALUE : 1 + random.nextInt(5);
            boolean left = random.nextBoolean();
            assertThat(list.removeAll(bytes(some), max, left)).isEqualTo(remove(model, some, max, left));
            if (!model.isEmpty()) {
                list.shrink();
            }
        }
    }

    private static long remove(List<String> model, String value, long max, boolean left) {
        if (!left) {
            Collections.reverse(model);
        }
        long removed = 0;
        for (var i = model.iterator(); i.hasNext() && removed < max; ) {
            if (i.next().equals(value)) {
                i.remove();
                removed++;
            }
        }
        if (!left) {
            Collections.reverse(model);
        }
        return removed;
    }

    private void check(Entry entry, List<String> model, SplittableRandom random, String context) {
        Memory memory = entry.memory();
        assertThat(entry.address()).isEqualTo(address);
        Values.checkInvariants(entry);
        memory.checkInvariants();
        assertThat(memory.used()).as(context).isEqualTo(entry.blockSize() + Values.externalSize(entry));
        list.at(entry);
        assertThat(list.length()).as(context).isEqualTo(model.size());
        if (model.isEmpty()) {
            return;
        }
        assertThat(all(true)).as(context).isEqualTo(model);
        assertThat(all(false)).as(context).isEqualTo(model.reversed());
        for (int i = 0; i < 5; i++) {
            int index = random.nextInt(model.size());
            list.seek(index);
            assertThat(text(list.element(view))).as(context).isEqualTo(model.get(index));
        }
        assertThat(list.find(bytes("absent"))).isFalse();
        try (Memory elsewhere = new Memory()) {
            copies(entry, elsewhere, model);
        }
    }

    private void copies(Entry entry, Memory elsewhere, List<String> model) {
        Entry copy = new Entry();
        long made = Entry.create(elsewhere, entry.kind(), 0, Bytes.of("copy"), entry.inlineLength(), Entry.NEVER);
        copy.set(elsewhere, (moved, from, expiry) -> {}, 0, 0, made);
        Values.copy(entry, copy);
        Values.checkInvariants(copy);
        list.at(copy);
        assertThat(all(true)).isEqualTo(model);
        list.push(true, bytes("x"));
        list.push(false, bytes("y"));
        list.removeEnd(true, 2);
        Values.checkInvariants(copy);
        assertThat(elsewhere.used()).isEqualTo(copy.blockSize() + Values.externalSize(copy));
        delete(copy);
        assertThat(elsewhere.used()).isZero();
        list.at(entry);
    }

    private List<String> all(boolean forwards) {
        List<String> elements = new ArrayList<>();
        list.seek(forwards ? 0 : list.length() - 1);
        do {
            elements.add(text(list.element(view)));
        } while (forwards ? list.next() : list.previous());
        return elements;
    }

    private static String value(SplittableRandom random, int longest) {
        return switch (random.nextInt(20)) {
            case 0, 1, 2, 3 -> Integer.toString(random.nextInt(30));
            case 4 -> Long.toString(random.nextLong() >> random.nextInt(64));
            case 5 -> "";
            case 6 -> longest > 0 ? text(random, 200 + random.nextInt(2500)) : "6";
            case 7 -> longest > 1 && random.nextInt(5) == 0 ? text(random, random.nextInt(70_000)) : "7";
            case 8, 9, 10 -> text(random, random.nextInt(300));
            default -> text(random, random.nextInt(20));
        };
    }

    private static String text(SplittableRandom random, int length) {
        return Character.toString('a' + random.nextInt(26)).repeat(length);
    }

    private static Bytes bytes(String value) {
        return Bytes.of(value.getBytes(ISO_8859_1));
    }

    private static String text(Bytes bytes) {
        return new String(bytes.toByteArray(), ISO_8859_1);
    }

    @Test
    void formsFollowTheLimit(Memory memory) {
        limits.listListpackSize = 4;
        Entry entry = create(memory);
        for (int i = 0; i < 4; i++) {
            list.expect(1, 1);
            list.push(false, bytes("x"));
        }
        assertThat(Encoding.nameOf(entry.kind())).isEqualTo("listpack");
        list.expect(1, 1);
        list.push(false, bytes("x"));
        assertThat(Encoding.nameOf(entry.kind())).isEqualTo("quicklist");
        list.removeEnd(true, 2);
        list.shrink();
        assertThat(Encoding.nameOf(entry.kind())).isEqualTo("quicklist");
        list.removeEnd(true, 1);
        list.shrink();
        assertThat(Encoding.nameOf(entry.kind())).isEqualTo("listpack");
        delete(entry);
    }

    @Test
    void aQueueTakesNoMoreThanItsElements(Memory memory) {
        Entry entry = create(memory);
        int n = 20_000;
        for (int i = 0; i < n; i++) {
            list.expect(1, 16);
            list.push(true, bytes("element:" + (10_000_000 + i)));
        }
        assertThat(memory.used(Tag.VALUE)).isLessThan(n * 187L / 10 + 4096);
        for (int i = 0; i < 10 * n; i++) {
            list.push(true, bytes("element:" + (10_000_000 + i)));
            list.removeEnd(false, 1);
        }
        assertThat(memory.used(Tag.VALUE)).isLessThan(n * 187L / 10 + 4096);
        delete(entry);
    }

    @Test
    void insertionsInTheMiddleLeaveBlocksHalfFull(Memory memory) {
        Entry entry = create(memory);
        SplittableRandom random = new SplittableRandom(1);
        int n = 6_000;
        for (int i = 0; i < n; i++) {
            list.expect(1, 16);
            if (i < 10) {
                list.push(true, bytes("element:" + (10_000_000 + i)));
            } else {
                list.seek(random.nextInt(i));
                list.insert(true, bytes("element:" + (10_000_000 + i)));
            }
        }
        Values.checkInvariants(entry);
        assertThat(memory.used(Tag.VALUE)).isLessThan(n * 34L);
        String gone = "element:" + (10_000_000 + 1);
        for (int i = 0; i < n; i++) {
            if (i % 16 != 0) {
                list.removeAll(bytes("element:" + (10_000_000 + i)), 1, i % 2 == 0);
            }
        }
        assertThat(list.find(bytes(gone))).isFalse();
        Values.checkInvariants(entry);
        assertThat(list.length()).isEqualTo(n / 16);
        assertThat(memory.used(Tag.VALUE)).isLessThan(n / 16 * 60L);
        delete(entry);
    }
}
