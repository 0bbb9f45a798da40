package dev.cinnabar.structures;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cinnabar.memory.Bytes;
import dev.cinnabar.memory.Memory;
import dev.cinnabar.memory.Tag;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Strategy: random operations against a {@link HashMap} with good and with hostile hashes; every size while growing and
 * shrinking; scans while the table changes under them.
 *
 * <p>Invariants: {@link HashTable#checkInvariants} after steps; the bytes that the table says it takes are those that
 * the memory counts; at the end the memory is empty.
 */
class HashTableTest {

    /** Ways to hash a number: the first is what a table may expect, the others are attacks. */
    enum Hashing {
        EVEN,
        ALL_EQUAL,
        ALL_ONES,
        ALL_ZERO,
        SAME_PREFIX,
        SAME_TAG,
        FEW,
        SEQUENTIAL,
        SEQUENTIAL_TOP,
        LOW_BITS_ONLY;

        long hash(long key) {
            return switch (this) {
                case EVEN -> mix(key);
                case ALL_EQUAL -> 0x1234_5678_9abc_def0L;
                case ALL_ONES -> -1L;
                case ALL_ZERO -> 0L;
                case SAME_PREFIX -> 0xabcdef_123200_0000L << 8 | mix(key) >>> 24;
                case SAME_TAG -> mix(key) & 0xff00_0000_00ff_ffffL | 0x0012_3456_7800_0000L;
                case FEW -> mix(key % 7);
                case SEQUENTIAL -> key << 40;
                case SEQUENTIAL_TOP -> Long.reverse(key);
                case LOW_BITS_ONLY -> key;
            };
        }
    }

    private final Memory memory = new Memory();
    private Hashing hashing = Hashing.EVEN;
    private final Numbers table = new Numbers();
    private final Map<Long, Long> model = new HashMap<>();

    @AfterEach
    void everythingIsGivenBack() {
        if (table.root() != 0) {
            model.values().forEach(this::freeRecord);
            table.destroy();
        }
        assertThat(memory.used()).isZero();
        memory.close();
    }

    @Test
    void anEmptyTableIsSmall() {
        table.create();
        assertThat(table.bytes()).isLessThanOrEqualTo(160);
        assertThat(memory.used(Tag.TABLE)).isEqualTo(table.bytes());
        assertThat(table.size()).isZero();
        assertThat(table.find(mix(1), key(1))).isZero();
        assertThat(table.random(new SplittableRandom(1))).isZero();
        assertThat(scanAll(10)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 1000, 1400, 5000, 100_000, 3_000_000})
    void aTableThatExpectsRecordsTakesThemWithoutGrowing(int records) {
        table.create();
        table.expect(records);
        table.checkInvariants();
        long bytes = table.bytes();
        int real = Math.min(records, 100_000);
        for (long key = 0; key < real; key++) {
            put(key);
        }
        table.checkInvariants();
        if (records >= 1400) {
            assertThat(table.bytes()).isEqualTo(bytes).isLessThan(20L * records);
        }
        for (long key = 0; key < real; key++) {
            assertThat(get(key)).isEqualTo(model.get(key));
        }
        // Once there are records, it is too late.
        long before = table.bytes();
        table.expect(10_000_000);
        assertThat(table.bytes()).isEqualTo(real == 0 ? table.bytes() : before);
        for (long key = 0; key < real; key++) {
            remove(key);
        }
        table.checkInvariants();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 8, 9, 100, 129, 500, 1200, 1349, 1350, 3000, 20_000, 100_000})
    void aTableThatExpectsRecordsIsNoLargerThanOneThatGrew(int records) {
        table.create();
        for (long key = 0; key < records; key++) {
            put(key);
        }
        long grown = table.bytes();
        for (long key = 0; key < records; key++) {
            remove(key);
        }
        table.destroy();
        table.create();
        table.expectClosely(records);
        table.checkInvariants();
        for (long key = 0; key < records; key++) {
            put(key);
        }
        table.checkInvariants();
        // Of many segments a few may be of the next larger size.
        assertThat(table.bytes()).isLessThanOrEqualTo(records < 1300 ? grown : grown + grown / 10);
        for (long key = 0; key < records; key++) {
            remove(key);
        }
    }

    @ParameterizedTest
    @EnumSource(Hashing.class)
    void randomOperationsAgreeWithAModel(Hashing how) {
        hashing = how;
        long seed = 20260101;
        SplittableRandom random = new SplittableRandom(seed);
        table.create();
        for (int round = 0; round < 12; round++) {
            int keys = random.nextInt(1, how == Hashing.EVEN ? 20_000 : 3_000);
            int insertShare = random.nextInt(101);
            int steps = how == Hashing.EVEN ? 30_000 : 5_000;
            for (int i = 0; i < steps; i++) {
                long key = random.nextInt(keys);
                int dice = random.nextInt(100);
                if (dice < insertShare) {
                    put(key);
                } else {
                    remove(key);
                }
            }
            for (long key = 0; key < keys; key++) {
                assertThat(get(key)).as("seed %d key %d", seed, key).isEqualTo(model.getOrDefault(key, 0L));
            }
            checkAll();
        }
        List.copyOf(model.keySet()).forEach(this::remove);
        checkAll();
        assertThat(table.bytes()).isLessThanOrEqualTo(200);
    }

    @Test
    void invariantsHoldAtEverySizeWhileGrowingAndShrinking() {
        table.create();
        for (long key = 0; key < 6000; key++) {
            put(key);
            if (key < 300 || key % 61 == 0 || key % 1536 > 1300 && key % 7 == 0) {
                checkAll();
            }
        }
        for (long key = 0; key < 6000; key++) {
            remove(key);
            if (key > 5700 || key % 61 == 0) {
                checkAll();
            }
        }
        assertThat(table.bytes()).isLessThanOrEqualTo(160);
    }

    @Test
    void depthsThatChangeTheBaseOfTagsKeepAllRecords() {
        // Depth 8 and more within 200,000 records, and back.
        table.create();
        for (long key = 0; key < 200_000; key++) {
            put(key);
        }
        checkAll();
        for (long key = 0; key < 200_000; key += 997) {
            assertThat(get(key)).isEqualTo(model.get(key));
        }
        for (long key = 0; key < 200_000; key++) {
            if (key % 200 != 0) {
                remove(key);
            }
        }
        checkAll();
        assertThat(table.size()).isEqualTo(1000);
        assertThat(table.bytes()).isLessThan(30_000);
        for (long key = 0; key < 200_000; key += 200) {
            assertThat(get(key)).isEqualTo(model.get(key));
        }
    }

    @Test
    void hostileHashesDoNotBlowUpTheDirectory() {
        for (Hashing how : Hashing.values()) {
            hashing = how;
            table.create();
            for (long key = 0; key < 5_000; key++) {
                put(key);
            }
            assertThat(table.bytes()).as("%s", how).isLessThan(5_000 * 40);
            checkAll();
            model.values().forEach(this::freeRecord);
            model.clear();
            table.destroy();
        }
    }

    @Test
    void replaceKeepsTheKeyAtAnotherAddress() {
        table.create();
        for (long key = 0; key < 3000; key++) {
            put(key);
        }
        for (long key = 0; key < 3000; key++) {
            long slot = table.find(hash(key), key(key));
            long moved = newRecord(key);
            table.replace(slot, moved);
            freeRecord(model.put(key, moved));
            assertThat(get(key)).isEqualTo(moved);
        }
        checkAll();
    }

    @Test
    void aTableTakesAboutElevenBytesARecord() {
        table.create();
        double worst = 0;
        for (long key = 1; key <= 500_000; key++) {
            table.insert(hash(key), newRecord(key));
            if (key > 100_000 && key % 1000 == 0) {
                worst = Math.max(worst, (double) table.bytes() / key);
            }
        }
        table.checkInvariants();
        assertThat(worst).isBetween(9.0, 14.0);
        while (!table.destroyStep(1000, this::freeRecord)) {
            assertThat(table.size()).isPositive();
        }
    }

    @Test
    void manyTablesShareOneFlyweight() {
        long[] roots = new long[50];
        for (int t = 0; t < roots.length; t++) {
            roots[t] = table.create();
        }
        List<List<Long>> records = new ArrayList<>();
        for (int t = 0; t < roots.length; t++) {
            List<Long> own = new ArrayList<>();
            for (long key = 0; key < t * 10L; key++) {
                long record = newRecord(key);
                table.at(roots[t]).insert(hash(key), record);
                own.add(record);
            }
            records.add(own);
        }
        for (int t = 0; t < roots.length; t++) {
            table.at(roots[t]);
            assertThat(table.size()).isEqualTo(t * 10L);
            table.checkInvariants();
            records.get(t).forEach(this::freeRecord);
            table.destroy();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 7, 100, 3000, 100_000})
    void destroyStepHandsOutEverythingInBoundedSteps(int size) {
        table.create();
        for (long key = 0; key < size; key++) {
            put(key);
        }
        Set<Long> seen = new HashSet<>();
        boolean done = false;
        while (!done) {
            long before = table.size();
            int[] handed = {0};
            done = table.destroyStep(100, record -> {
                assertThat(seen.add(record)).isTrue();
                freeRecord(record);
                handed[0]++;
            });
            assertThat(handed[0]).isLessThan(1700);
            if (!done) {
                assertThat(table.size()).isEqualTo(before - handed[0]);
            }
        }
        assertThat(seen).isEqualTo(new HashSet<>(model.values()));
        model.clear();
        assertThat(table.root()).isZero();
    }

    // Scanning.

    @ParameterizedTest
    @EnumSource(Hashing.class)
    void scanOfAnUnchangedTableReturnsEachRecordOnce(Hashing how) {
        hashing = how;
        table.create();
        for (long key = 0; key < 4_000; key++) {
            put(key);
        }
        for (int count : new int[] {-1, 0, 1, 2, 10, 1000, Integer.MAX_VALUE}) {
            assertThat(scanAll(count)).hasSize(4_000).containsExactlyInAnyOrderElementsOf(model.values());
        }
    }

    @Test
    void scanReturnsAboutCount() {
        table.create();
        for (long key = 0; key < 50_000; key++) {
            put(key);
        }
        long cursor = 0;
        do {
            int[] handed = {0};
            cursor = table.scan(cursor, 10, record -> handed[0]++);
            assertThat(handed[0]).isLessThan(20);
            assertThat(handed[0] >= 10 || cursor == 0).isTrue();
            assertThat(cursor).isBetween(0L, 1L << 24);
        } while (cursor != 0);
    }

    @Test
    void scanTakesAnyNumberForACursor() {
        table.create();
        put(1);
        for (long cursor : new long[] {-1, Long.MIN_VALUE, Long.MAX_VALUE, 1 << 24, (1 << 24) - 1, 1L << 50}) {
            assertThat(table.scan(cursor, 10, record -> {})).isZero();
        }
    }

    /**
     * Some keys stay, others come and go between the calls so that the table grows from one segment to hundreds (over
     * the depth that changes tags) and shrinks back, several times within a scan. What stays is returned exactly
     * once; what came before the scan and went, at most once.
     */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void scanReturnsWhatStaysExactlyOnceWhateverHappens(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        table.create();
        int staying = 1 + random.nextInt(2000);
        for (long key = 0; key < staying; key++) {
            put(key);
        }
        int most = seed % 2 == 0 ? 5_000 : 200_000;
        long temporary = staying;
        Map<Long, Integer> seen = new HashMap<>();
        long cursor = 0;
        boolean growing = true;
        long low = staying;
        int waves = 0;
        do {
            cursor = table.scan(
                    cursor, 1 + random.nextInt(5), record -> seen.merge(memory.getLong(record, 0), 1, Integer::sum));
            if (waves < 3) {
                long changes = random.nextInt(most / 10);
                for (long i = 0; i < changes; i++) {
                    if (growing) {
                        put(temporary++);
                    } else if (low < temporary) {
                        remove(low++);
                    }
                }
                if (growing && temporary - low > most) {
                    growing = false;
                } else if (!growing && low == temporary) {
                    growing = true;
                    waves++;
                }
            } else if (low == temporary) {
                low = temporary = staying;
            }
        } while (cursor != 0);
        for (long key = 0; key < staying; key++) {
            assertThat(seen.get(key)).as("seed %d key %d", seed, key).isEqualTo(1);
        }
        checkAll();
    }

    @Test
    void aCursorOfADeepTableIsGoodInAShallowOneAndBack() {
        table.create();
        for (long key = 0; key < 200_000; key++) {
            put(key);
        }
        Set<Long> seen = new HashSet<>();
        RecordConsumer once = record -> {
            if (!seen.add(memory.getLong(record, 0))) {
                throw new AssertionError("seen twice: " + memory.getLong(record, 0));
            }
        };
        long cursor = table.scan(0, 123_456, once);
        for (long key = 10; key < 200_000; key++) {
            remove(key);
        }
        cursor = table.scan(cursor, 3, once);
        for (long key = 200_000; key < 350_000; key++) {
            put(key);
        }
        while (cursor != 0) {
            cursor = table.scan(cursor, 50_000, once);
        }
        for (long key = 0; key < 10; key++) {
            assertThat(seen).contains(key);
        }
    }

    // Drawing.

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 9, 100, 1000, 1345, 2500, 20_000})
    void randomIsEven(int size) {
        table.create();
        for (long key = 0; key < size; key++) {
            put(key);
        }
        assertThat(chiSquareOfDraws(size)).isLessThan(5);
    }

    @ParameterizedTest
    @EnumSource(Hashing.class)
    void randomIsEvenInTablesOfOddShapeToo(Hashing how) {
        hashing = how;
        table.create();
        for (long key = 0; key < 2000; key++) {
            put(key);
        }
        assertThat(chiSquareOfDraws(2000)).isLessThan(5);
    }

    @Test
    void randomIsEvenAfterMostRecordsWereRemoved() {
        table.create();
        for (long key = 0; key < 100_000; key++) {
            put(key);
        }
        for (long key = 300; key < 100_000; key++) {
            remove(key);
        }
        assertThat(chiSquareOfDraws(300)).isLessThan(5);
    }

    /** How many standard deviations chi-square lies above its mean, for 20 draws a record. The seed is fixed. */
    private double chiSquareOfDraws(int size) {
        SplittableRandom random = new SplittableRandom(7);
        int[] drawn = new int[size];
        for (int i = 0; i < 20 * size; i++) {
            drawn[(int) memory.getLong(table.random(random), 0)]++;
        }
        double sum = 0;
        for (int n : drawn) {
            sum += (n - 20.0) * (n - 20.0) / 20;
        }
        return size == 1 ? 0 : (sum - (size - 1)) / Math.sqrt(2.0 * (size - 1));
    }

    @Test
    void checkInvariantsFindsAWrongRecord() {
        table.create();
        put(1);
        long slot = table.find(hash(1), key(1));
        long other = newRecord(2);
        table.replace(slot, other);
        assertThatThrownBy(table::checkInvariants).isInstanceOf(IllegalStateException.class);
        freeRecord(model.put(1L, other));
    }

    // The table under test: keys are numbers, a record is its number.

    @Test
    void lookingAheadFindsMostRecordsAndNoneInAnEmptyTable() {
        table.create();
        LookAhead ahead = new LookAhead(100);
        table.aim(hash(1), ahead);
        ahead.run();
        assertThat(ahead.places()).isZero();
        for (long key = 0; key < 20_000; key++) {
            put(key);
        }
        int found = 0;
        for (long key = 0; key < 20_000; ) {
            ahead.clear();
            for (; !ahead.isFull() && key < 20_000; key++) {
                table.aim(hash(key), ahead);
            }
            ahead.run();
            found += ahead.places();
        }
        // It looks at the first slots of a search alone.
        assertThat(found).isBetween(12_000, 20_000);
    }

    private final class Numbers extends HashTable {
        Numbers() {
            super(memory, Tag.TABLE);
        }

        @Override
        protected boolean matches(long record, Bytes key) {
            return memory.getLong(record, 0) == key.longAt(0);
        }

        @Override
        protected long hashOf(long record) {
            return hash(memory.getLong(record, 0));
        }
    }

    private long hash(long key) {
        return hashing.hash(key);
    }

    private void put(long key) {
        if (!model.containsKey(key)) {
            if (get(key) != 0) {
                throw new AssertionError("found before it was inserted: " + key);
            }
            long record = newRecord(key);
            table.insert(hash(key), record);
            model.put(key, record);
        }
    }

    private void remove(long key) {
        Long record = model.remove(key);
        if (record != null) {
            long slot = table.find(hash(key), key(key));
            if (slot == 0 || table.record(slot) != record) {
                throw new AssertionError("lost: " + key);
            }
            table.remove(hash(key), slot);
            freeRecord(record);
        }
    }

    private long get(long key) {
        long slot = table.find(hash(key), key(key));
        return slot == 0 ? 0 : table.record(slot);
    }

    private List<Long> scanAll(int count) {
        List<Long> seen = new ArrayList<>();
        long cursor = 0;
        do {
            cursor = table.scan(cursor, count, seen::add);
        } while (cursor != 0);
        return seen;
    }

    private void checkAll() {
        table.checkInvariants();
        assertThat(table.size()).isEqualTo(model.size());
        assertThat(memory.used(Tag.TABLE)).isEqualTo(table.bytes());
    }

    private long newRecord(long key) {
        long record = memory.allocate(8, Tag.ENTRY);
        memory.putLong(record, 0, key);
        return record;
    }

    private void freeRecord(long record) {
        memory.free(record, 8, Tag.ENTRY);
    }

    private static Bytes key(long key) {
        return Bytes.of(ByteBuffer.allocate(8)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(key)
                .array());
    }

    private static long mix(long n) {
        long z = (n + 1) * 0x9e3779b97f4a7c15L;
        z = (z ^ z >>> 30) * 0xbf58476d1ce4e5b9L;
        z = (z ^ z >>> 27) * 0x94d049bb133111ebL;
        return z ^ z >>> 31;
    }
}
