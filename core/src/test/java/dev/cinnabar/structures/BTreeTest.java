package dev.cinnabar.structures;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cinnabar.memory.Memory;
import dev.cinnabar.memory.Tag;
import dev.cinnabar.testing.Seed;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.NavigableSet;
import java.util.Random;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Strategy: random operations on a sorted tree against a sorted list, on a sequence against a list of weights; growth
 * and decline through every size of leaf and several heights; removal of ranges through the cursor.
 *
 * <p>Invariants: {@link BTree#checkInvariants} after steps, bounds in inner nodes exact; ranks, neighbours and seeks
 * agree with the model; the bytes it says it takes are those that the memory counts; at the end the memory is empty.
 */
class BTreeTest {

    private record Item(long key, long tie, long record) {}

    private static final Comparator<Item> ORDER =
            Comparator.comparingLong(Item::key).thenComparingLong(Item::tie);

    /** Where keys come from. */
    enum Keys {
        RANDOM,
        FEW,
        ALL_EQUAL,
        ASCENDING,
        DESCENDING,
        ENDS,
        SCORES,
        CLUSTERS,
        POWERS;

        long draw(SplittableRandom random, long step) {
            return switch (this) {
                case RANDOM -> random.nextLong();
                case FEW -> random.nextInt(10);
                case ALL_EQUAL -> 7;
                case ASCENDING -> step;
                case DESCENDING -> -step;
                case ENDS -> random.nextBoolean() ? Long.MIN_VALUE : Long.MAX_VALUE;
                case SCORES -> Double.doubleToRawLongBits(random.nextInt(1_000_000));
                // Few of what is far from all others, and so needs leaves of their own, among many that are close.
                case CLUSTERS -> random.nextInt(50) == 0 ? random.nextLong() : random.nextInt(100_000);
                case POWERS -> (1L << random.nextInt(64)) + (random.nextInt(4) == 0 ? random.nextInt(3) : 0);
            };
        }
    }

    private final Memory memory = new Memory();
    private final Sorted tree = new Sorted();
    private final Sequence sequence = new Sequence();

    @AfterEach
    void everythingIsGivenBack() {
        assertThat(memory.used()).isZero();
        memory.close();
    }

    @Test
    void anEmptyTreeIsSmall() {
        tree.create();
        assertThat(tree.bytes()).isEqualTo(memory.used(Tag.VALUE)).isLessThanOrEqualTo(104);
        assertThat(tree.first()).isZero();
        assertThat(tree.last()).isZero();
        assertThat(tree.seek(5)).isZero();
        assertThat(tree.seekRank(0)).isZero();
        assertThat(tree.isAtEnd()).isTrue();
        assertThat(tree.rank()).isZero();
        assertThatThrownBy(() -> tree.seekRank(-1)).isInstanceOf(IllegalArgumentException.class);
        tree.checkInvariants();
        tree.destroy();
    }

    @ParameterizedTest
    @EnumSource(Keys.class)
    void aSortedTreeAgreesWithAModel(Keys keys) {
        long seed = 99;
        SplittableRandom random = new SplittableRandom(seed);
        tree.create();
        TreeSet<Item> model = new TreeSet<>(ORDER);
        List<Item> live = new ArrayList<>();
        long step = 0;
        for (int round = 0; round < 25; round++) {
            int insertShare = random.nextInt(10, 91);
            int steps = random.nextInt(2500);
            for (int i = 0; i < steps; i++) {
                if (random.nextInt(100) < insertShare || live.isEmpty()) {
                    Item item = newItem(keys.draw(random, step++), random.nextInt(100_000));
                    if (model.add(item)) {
                        live.add(item);
                        insert(item);
                        assertThat(tree.record()).isEqualTo(item.record);
                    } else {
                        freeRecord(item.record);
                    }
                } else {
                    int index = random.nextInt(live.size());
                    Item item = live.get(index);
                    Collections.swap(live, index, live.size() - 1);
                    live.removeLast();
                    Item behind = model.higher(item);
                    model.remove(item);
                    assertThat(seek(item.key, item.tie)).isEqualTo(item.record);
                    assertThat(tree.remove()).as("seed %d", seed).isEqualTo(behind == null ? 0 : behind.record);
                    freeRecord(item.record);
                }
            }
            checkSorted(model, random);
        }
        model.forEach(item -> freeRecord(item.record));
        tree.destroy();
    }

    @Test
    void invariantsHoldAtEverySize() {
        SplittableRandom random = new SplittableRandom(3);
        tree.create();
        TreeSet<Item> model = new TreeSet<>(ORDER);
        for (int i = 0; i < 3000; i++) {
            Item item = newItem(random.nextInt(1000), i);
            model.add(item);
            insert(item);
            if (i < 200 || i % 37 == 0) {
                checkSorted(model, random);
            }
        }
        List<Item> order = new ArrayList<>(model);
        Collections.shuffle(order, new Random(3));
        for (Item item : order) {
            model.remove(item);
            seek(item.key, item.tie);
            tree.remove();
            freeRecord(item.record);
            if (model.size() < 200 || model.size() % 37 == 0) {
                checkSorted(model, random);
            }
        }
        assertThat(tree.bytes()).isLessThanOrEqualTo(104);
        tree.destroy();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 77, 78, 79, 500, 5000, 60_000})
    void rangesAreRemovedThroughTheCursor(int size) {
        tree.create();
        List<Item> model = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            Item item = newItem(i / 3, i);
            model.add(item);
            insert(item);
        }
        for (int from : new int[] {size / 2, size / 3, 0, Math.max(0, size - 200)}) {
            int to = Math.min(model.size(), from + size / 4 + 1);
            if (from < to) {
                tree.seekRank(from);
                for (int i = from; i < to; i++) {
                    assertThat(tree.rank()).isEqualTo(from);
                    assertThat(tree.record()).isEqualTo(model.get(from).record);
                    freeRecord(model.remove(from).record);
                    long behind = tree.remove();
                    assertThat(behind).isEqualTo(from < model.size() ? model.get(from).record : 0);
                }
                tree.checkInvariants();
            }
        }
        model.forEach(item -> freeRecord(item.record));
        tree.destroy();
    }

    @Test
    void seekingWithATieBeforeOrBehindAllOfAKey() {
        tree.create();
        List<Item> model = new ArrayList<>();
        for (int i = 0; i < 3000; i++) {
            Item item = newItem(i / 300, i % 300);
            model.add(item);
            insert(item);
        }
        for (long key = 0; key < 10; key++) {
            seek(key, Long.MIN_VALUE);
            assertThat(tree.rank()).isEqualTo(300 * key);
            seek(key, Long.MAX_VALUE);
            assertThat(tree.rank()).isEqualTo(300 * (key + 1));
            assertThat(tree.isAtEnd()).isEqualTo(key == 9);
            assertThat(tree.previous()).isEqualTo(model.get((int) (300 * (key + 1) - 1)).record);
        }
        model.forEach(item -> freeRecord(item.record));
        tree.destroy();
    }

    @Test
    void aRecordThatMovesIsSetEverywhere() {
        SplittableRandom random = new SplittableRandom(4);
        tree.create();
        TreeSet<Item> model = new TreeSet<>(ORDER);
        for (int i = 0; i < 5000; i++) {
            Item item = newItem(random.nextInt(100), i);
            model.add(item);
            insert(item);
        }
        for (Item item : List.copyOf(model)) {
            long moved = newRecord(item.tie);
            seek(item.key, item.tie);
            tree.set(item.key, moved);
            model.remove(item);
            model.add(new Item(item.key, item.tie, moved));
            memory.putLong(item.record, 0, -1);
            freeRecord(item.record);
        }
        checkSorted(model, random);
        model.forEach(item -> freeRecord(item.record));
        tree.destroy();
    }

    @Test
    void anItemTakesFewBytes() {
        tree.create();
        SplittableRandom random = new SplittableRandom(5);
        int n = 300_000;
        double worst = 0;
        for (int i = 1; i <= n; i++) {
            tree.tie = i;
            tree.insert(random.nextLong(), 8L * i);
            if (i > 1000 && i % 500 == 0) {
                worst = Math.max(worst, (double) tree.bytes() / i);
            }
        }
        assertThat(worst).isLessThan(19.0);
        tree.destroy();
        tree.create();
        for (int i = 1; i <= n; i++) {
            tree.insert(i, 8L * i);
        }
        assertThat((double) tree.bytes() / n).isLessThan(6.5);
        tree.destroy();
    }

    @Test
    void whatIsCloseTogetherTakesFewerBytes() {
        assertThat(bytesOfScores(random -> random.nextInt(1_000_000))).isLessThan(9.5);
        assertThat(bytesOfScores(random -> random.nextInt(1_000_000) / 100.0)).isLessThan(15.2);
        assertThat(bytesOfScores(SplittableRandom::nextDouble)).isLessThan(15.2);
        // Times in milliseconds, some a second, in any order.
        assertThat(bytesOf(random -> 1_700_000_000_000L + random.nextLong(20_000_000)))
                .isLessThan(9.5);
    }

    private double bytesOfScores(ToDoubleFunction<SplittableRandom> scores) {
        return bytesOf(random -> Double.doubleToRawLongBits(scores.applyAsDouble(random)));
    }

    private double bytesOf(ToLongFunction<SplittableRandom> keys) {
        SplittableRandom random = new SplittableRandom(6);
        int n = 100_000;
        tree.create();
        for (int i = 1; i <= n; i++) {
            tree.tie = 0;
            tree.insert(keys.applyAsLong(random), newRecord(0));
        }
        double bytes = (double) tree.bytes() / n;
        tree.destroyStep(n, this::freeRecord);
        return bytes;
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void aSequenceAgreesWithAModel(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        sequence.create();
        List<long[]> model = new ArrayList<>();
        long next = 8;
        for (int round = 0; round < 15; round++) {
            int insertShare = random.nextInt(10, 91);
            int steps = random.nextInt(600);
            for (int i = 0; i < steps; i++) {
                int dice = random.nextInt(100);
                int index = random.nextInt(model.size() + 1);
                if (dice < insertShare) {
                    long[] item = {weight(random, 100), next += 8};
                    if (dice % 3 == 0) {
                        index = dice % 2 == 0 ? 0 : model.size();
                    }
                    goTo(model, index);
                    sequence.insertBefore(item[0], item[1]);
                    model.add(index, item);
                    assertThat(sequence.record()).isEqualTo(item[1]);
                } else if (index < model.size()) {
                    goTo(model, index);
                    if (dice % 5 == 0) {
                        model.get(index)[0] = weight(random, 200);
                        sequence.set(model.get(index)[0], sequence.record());
                    } else {
                        model.remove(index);
                        long behind = index < model.size() ? model.get(index)[1] : 0;
                        assertThat(sequence.remove()).isEqualTo(behind);
                    }
                }
            }
            sequence.checkInvariants();
            assertThat(sequence.size()).isEqualTo(model.size());
            assertThat(memory.used(Tag.VALUE)).isEqualTo(sequence.bytes());
            long rank = 0;
            long record = sequence.first();
            for (long[] item : model) {
                assertThat(record).isEqualTo(item[1]);
                assertThat(sequence.number()).isEqualTo(item[0]);
                assertThat(sequence.rank()).isEqualTo(rank);
                rank += item[0];
                record = sequence.next();
            }
            assertThat(record).isZero();
            assertThat(sequence.weight()).isEqualTo(rank);
        }
        sequence.destroy();
    }

    private static long weight(SplittableRandom random, int bound) {
        return 1 + (random.nextInt(40) == 0 ? random.nextLong(1L << 50) : random.nextInt(bound));
    }

    /** Goes to an item of the sequence by a rank somewhere within its weight, or to the end. */
    private void goTo(List<long[]> model, int index) {
        long rank = 0;
        for (int i = 0; i < index; i++) {
            rank += model.get(i)[0];
        }
        if (index == model.size()) {
            assertThat(sequence.seekRank(rank)).isZero();
            return;
        }
        long within = rank % Math.min(1000, model.get(index)[0]);
        assertThat(sequence.seekRank(rank + within)).isEqualTo(model.get(index)[1]);
        assertThat(sequence.offset()).isEqualTo(within);
        assertThat(sequence.rank()).isEqualTo(rank);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 100, 5000, 100_000})
    void destroyStepHandsOutEverythingInBoundedSteps(int size) {
        tree.create();
        for (int i = 1; i <= size; i++) {
            tree.insert(i, 8L * i);
        }
        Set<Long> seen = new HashSet<>();
        boolean done = false;
        while (!done) {
            int before = seen.size();
            done = tree.destroyStep(200, seen::add);
            assertThat(seen.size() - before).isLessThan(200 + 168);
            if (!done) {
                assertThat(tree.size()).isEqualTo(size - seen.size());
            }
        }
        assertThat(seen).hasSize(size);
    }

    private void checkSorted(NavigableSet<Item> model, SplittableRandom random) {
        tree.checkInvariants();
        assertThat(tree.size()).isEqualTo(model.size());
        assertThat(tree.weight()).isEqualTo(model.size());
        assertThat(memory.used(Tag.VALUE)).isEqualTo(tree.bytes());
        List<Item> order = new ArrayList<>(model);
        long record = tree.first();
        for (Item item : order) {
            if (record != item.record || tree.number() != item.key) {
                throw new AssertionError("forwards, at " + item);
            }
            record = tree.next();
        }
        assertThat(record).isZero();
        for (int i = order.size() - 1; i >= 0; i--) {
            if (tree.previous() != order.get(i).record) {
                throw new AssertionError("backwards, at " + order.get(i));
            }
        }
        assertThat(tree.previous()).isZero();
        for (int n = 0; n < 50 && !order.isEmpty(); n++) {
            int index = random.nextInt(order.size());
            Item item = order.get(index);
            assertThat(tree.seekRank(index)).isEqualTo(item.record);
            assertThat(tree.rank()).isEqualTo(index);
            assertThat(seek(item.key, item.tie)).isEqualTo(item.record);
            assertThat(tree.rank()).isEqualTo(index);
            Item other = new Item(item.key, item.tie + 1, 0);
            Item found = model.ceiling(other);
            assertThat(seek(other.key, other.tie)).isEqualTo(found == null ? 0 : found.record);
            assertThat(tree.rank()).isEqualTo(model.headSet(other).size());
        }
    }

    // The trees under test: a record of the sorted one is its tie.

    @ParameterizedTest
    @EnumSource(Keys.class)
    void aTreeFilledFromItsEndIsAsAnyOther(Keys keys) {
        long seed = Seed.next();
        SplittableRandom random = new SplittableRandom(seed);
        for (int size : new int[] {0, 1, 2, 5, 30, 150, 170, 1000, 10_000, random.nextInt(60_000)}) {
            List<Item> items = new ArrayList<>();
            for (int i = 0; i < size; i++) {
                items.add(newItem(keys.draw(random, i), i));
            }
            items.sort(ORDER);
            tree.create();
            for (Item item : items) {
                insert(item);
            }
            long grown = tree.bytes();
            tree.destroy();
            tree.create();
            tree.beginFill();
            for (Item item : items.reversed()) {
                tree.fill(item.key, item.record);
            }
            tree.endFill();
            tree.checkInvariants();
            assertThat(tree.size()).as("seed %d", seed).isEqualTo(size);
            assertThat(tree.bytes()).as("seed %d size %d", seed, size).isLessThanOrEqualTo(grown);
            long record = tree.first();
            for (Item item : items) {
                assertThat(record).isEqualTo(item.record);
                assertThat(tree.number()).isEqualTo(item.key);
                record = tree.next();
            }
            assertThat(record).isZero();
            // And it can be changed.
            for (int i = 0; i < size / 2; i++) {
                Item item = items.remove(random.nextInt(items.size()));
                assertThat(seek(item.key, item.tie)).isEqualTo(item.record);
                tree.remove();
                freeRecord(item.record);
                Item other = newItem(keys.draw(random, size + i), size + i);
                items.add(other);
                insert(other);
                if (i % 1000 == 0) {
                    tree.checkInvariants();
                }
            }
            tree.checkInvariants();
            items.forEach(item -> freeRecord(item.record));
            tree.destroy();
        }
    }

    private final class Sorted extends BTree {
        private long tie;

        Sorted() {
            super(memory, Tag.VALUE, true);
        }

        @Override
        protected int compareTie(long record) {
            return Long.compare(tie, memory.getLong(record, 0));
        }
    }

    private final class Sequence extends BTree {
        Sequence() {
            super(memory, Tag.VALUE, false);
        }

        @Override
        protected int compareTie(long record) {
            throw new AssertionError("a sequence does not compare");
        }
    }

    private long seek(long key, long tie) {
        tree.tie = tie;
        return tree.seek(key);
    }

    private void insert(Item item) {
        tree.tie = item.tie;
        tree.insert(item.key, item.record);
    }

    private Item newItem(long key, long tie) {
        return new Item(key, tie, newRecord(tie));
    }

    private long newRecord(long tie) {
        long record = memory.allocate(8, Tag.ENTRY);
        memory.putLong(record, 0, tie);
        return record;
    }

    private void freeRecord(long record) {
        memory.free(record, 8, Tag.ENTRY);
    }
}
