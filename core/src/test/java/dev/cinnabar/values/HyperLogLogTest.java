package dev.cinnabar.values;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cinnabar.memory.Bytes;
import dev.cinnabar.memory.Memory;
import dev.cinnabar.memory.testing.MemoryExtension;
import dev.cinnabar.structures.HyperLogLogLayout;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * HyperLogLogs in their entries.
 *
 * <p>Strategy: registers are raised at random, often neighbours and equal values, in a sparse one of which the limit is drawn
 * and in an array. Invariants: the registers are those of the array, what changed is told, runs add up to all registers, and
 * it is dense from when its limit or the largest sparse value is passed on. Bytes that nobody wrote are answered as corrupt or
 * counted, and never read or written outside.
 */
@ExtendWith(MemoryExtension.class)
class HyperLogLogTest {

    private static final class Nowhere implements Entry.Home {
        @Override
        public void changed(Entry entry, long from, long oldExpiryMillis) {
            // The view shows where it is now.
        }
    }

    private final HyperLogLog shown = new HyperLogLog();

    private static Entry create(Memory memory, byte[] value) {
        Entry entry = new Entry();
        int kind = StringValue.kindFor(value.length);
        long address = Entry.create(
                memory, kind, 0, Bytes.of("key"), StringValue.inlineLength(kind, value.length), Entry.NEVER);
        entry.set(memory, new Nowhere(), 0, 0, address);
        StringValue.initialize(entry, kind, Bytes.of(value));
        return entry;
    }

    private static Entry createEmpty(Memory memory) {
        Entry entry = create(memory, new byte[HyperLogLogLayout.EMPTY_LENGTH]);
        HyperLogLog.initialize(entry);
        return entry;
    }

    private static void delete(Entry entry) {
        StringValue.release(entry);
        entry.free();
    }

    private static byte[] bytes(Entry entry) {
        return StringValue.view(entry, new Bytes(), new byte[20]).toByteArray();
    }

    private byte[] registers(HyperLogLog one) {
        byte[] registers = new byte[HyperLogLogLayout.REGISTERS];
        int index = 0;
        for (String run : one.runs().split(" ", -1)) {
            String[] numbers = run.substring(2).split(",", -1);
            int length = Integer.parseInt(numbers[numbers.length - 1]);
            int value = numbers.length == 2 ? Integer.parseInt(numbers[0]) : 0;
            for (int end = index + length; index < end; index++) {
                registers[index] = (byte) value;
            }
        }
        assertThat(index).isEqualTo(registers.length);
        return registers;
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void agreesWithAnArray(long seed, Memory memory) {
        SplittableRandom random = new SplittableRandom(seed);
        int limit = random.nextInt(18, 4000);
        int maxRank = random.nextInt(3) == 0 ? HyperLogLogLayout.MAX_RANK : random.nextInt(1, 33);
        int around = random.nextInt(HyperLogLogLayout.REGISTERS);
        int spread = random.nextBoolean() ? 200 : HyperLogLogLayout.REGISTERS;
        byte[] model = new byte[HyperLogLogLayout.REGISTERS];
        Entry entry = createEmpty(memory);
        assertThat(shown.show(entry)).isTrue();
        for (int i = 0; i < 3000; i++) {
            int index = (around + random.nextInt(spread)) % model.length;
            int rank = random.nextInt(1, maxRank + 1);
            boolean wasSparse = !shown.isDense();
            assertThat(shown.raise(index, rank, limit)).isEqualTo(model[index] < rank ? 1 : 0);
            model[index] = (byte) Math.max(model[index], rank);
            if (!shown.isDense()) {
                assertThat(StringValue.length(entry)).isLessThanOrEqualTo(limit);
                assertThat(rank <= 32 || model[index] > rank || !wasSparse).isTrue();
                if (i % 50 == 0) {
                    assertThat(registers(shown)).isEqualTo(model);
                }
            }
        }
        check(entry, model);
        delete(entry);
    }

    private void check(Entry entry, byte[] model) {
        shown.clearMerged();
        assertThat(shown.merge()).isTrue();
        long counted = shown.countMerged();
        assertThat(shown.isCounted()).isFalse();
        assertThat(shown.count()).isEqualTo(counted);
        assertThat(shown.isCounted()).isTrue();
        assertThat(shown.becomeDense()).isTrue();
        assertThat(StringValue.length(entry)).isEqualTo(HyperLogLogLayout.DENSE_LENGTH);
        assertThat(shown.count()).as("the count is kept").isEqualTo(counted);
        for (int i = 0; i < model.length; i++) {
            assertThat(shown.register(i)).isEqualTo(model[i]);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void mergesLikeAddingAll(long seed, Memory memory) {
        SplittableRandom random = new SplittableRandom(seed);
        List<Entry> entries = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            entries.add(createEmpty(memory));
        }
        Entry all = entries.get(4);
        for (int i = 0; i < 3000; i++) {
            Bytes element = Bytes.of("element " + random.nextInt(100_000));
            shown.show(entries.get(random.nextInt(3)));
            shown.add(element, 3000);
            shown.show(all);
            shown.add(element, 3000);
        }
        shown.clearMerged();
        for (int i = 0; i < 3; i++) {
            shown.show(entries.get(i));
            assertThat(shown.merge()).isTrue();
        }
        shown.show(all);
        assertThat(shown.countMerged()).isEqualTo(shown.count()).isBetween(2700L, 3100L);
        shown.show(entries.get(3));
        assertThat(shown.addMerged(3000)).isTrue();
        assertThat(shown.becomeDense()).isTrue();
        shown.count();
        shown.show(all);
        assertThat(shown.becomeDense()).isTrue();
        assertThat(bytes(entries.get(3))).isEqualTo(bytes(all));
        entries.forEach(HyperLogLogTest::delete);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void badBytesHurtNothing(long seed, Memory memory) {
        SplittableRandom random = new SplittableRandom(seed);
        int corrupt = 0;
        for (int round = 0; round < 300; round++) {
            byte[] bytes = new byte[HyperLogLogLayout.HEADER + random.nextInt(60)];
            random.nextBytes(bytes);
            System.arraycopy(new byte[] {'H', 'Y', 'L', 'L', 1}, 0, bytes, 0, 5);
            bytes[15] |= (byte) 0x80;
            Entry entry = create(memory, bytes);
            assertThat(shown.show(entry)).isTrue();
            shown.clearMerged();
            boolean good = shown.merge();
            assertThat(shown.count() != HyperLogLog.CORRUPT).isEqualTo(good);
            corrupt += good ? 0 : 1;
            for (int i = 0; i < 30; i++) {
                int result = shown.raise(random.nextInt(HyperLogLogLayout.REGISTERS), random.nextInt(1, 40), 60);
                assertThat(result).isBetween(HyperLogLog.CORRUPT, 1);
            }
            if (!shown.isDense()) {
                assertThat(shown.runs()).isNotNull();
            }
            shown.becomeDense();
            delete(entry);
        }
        assertThat(corrupt).isPositive();
    }

    @Test
    void theBytesOfThePicture(Memory memory) {
        Entry entry = createEmpty(memory);
        shown.show(entry);
        for (String element : new String[] {"a", "b", "c"}) {
            assertThat(shown.add(Bytes.of(element), 3000)).isEqualTo(1);
        }
        assertThat(HexFormat.of().formatHex(bytes(entry)))
                .isEqualTo("48594c4c0100000000000000000000806" + "0f38050b1844bfb80425a");
        assertThat(shown.runs()).isEqualTo("Z:8436 v:1,1 Z:4274 v:2,1 Z:3068 v:1,1 Z:603");
        delete(entry);
    }
}
