package dev.cinnabar.structures;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cinnabar.memory.Bytes;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The bytes of HyperLogLogs: registers against an array, runs against what they were made of, the hash, the estimate. */
class HyperLogLogLayoutTest {

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void denseRegisters(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        byte[] model = new byte[HyperLogLogLayout.REGISTERS];
        MemorySegment segment = MemorySegment.ofArray(new byte[HyperLogLogLayout.DENSE_LENGTH]);
        int base = HyperLogLogLayout.HEADER;
        for (int i = 0; i < 60_000; i++) {
            int index = random.nextInt(model.length);
            model[index] = (byte) random.nextInt(64);
            HyperLogLogLayout.register(segment, base, index, model[index]);
        }
        int[] counts = new int[64];
        for (int i = 0; i < model.length; i++) {
            assertThat(HyperLogLogLayout.register(segment, base, i)).isEqualTo(model[i]);
            counts[model[i]]++;
        }
        int[] rows = new int[HyperLogLogLayout.LANES * HyperLogLogLayout.ROW];
        HyperLogLogLayout.countDense(segment, base, rows);
        HyperLogLogLayout.sumRows(rows);
        assertThat(rows).startsWith(counts);
        Arrays.fill(rows, 0);
        HyperLogLogLayout.count(model, rows);
        HyperLogLogLayout.sumRows(rows);
        assertThat(rows).startsWith(counts);
        byte[] merged = new byte[model.length];
        HyperLogLogLayout.mergeDense(segment, base, merged);
        assertThat(merged).isEqualTo(model);
        byte[] larger = new byte[model.length];
        for (int i = 0; i < larger.length; i++) {
            merged[i] = (byte) random.nextInt(64);
            larger[i] = (byte) Math.max(model[i], merged[i]);
        }
        HyperLogLogLayout.mergeDense(segment, base, merged);
        assertThat(merged).isEqualTo(larger);
        MemorySegment written = MemorySegment.ofArray(new byte[HyperLogLogLayout.DENSE_LENGTH]);
        HyperLogLogLayout.writeDense(model, written, base);
        assertThat(written.mismatch(segment)).isEqualTo(-1);
    }

    @Test
    void runs() {
        for (int length = 1; length <= HyperLogLogLayout.REGISTERS; length++) {
            int run = HyperLogLogLayout.zeroRun(length);
            assertThat(HyperLogLogLayout.size(run & 0xff)).isEqualTo(HyperLogLogLayout.zeroRunSize(length));
            assertThat(HyperLogLogLayout.span(run & 0xff, run >>> 8)).isEqualTo(length);
            assertThat(HyperLogLogLayout.value(run & 0xff)).isZero();
        }
        for (int value = 1; value <= HyperLogLogLayout.MAX_SPARSE_VALUE; value++) {
            for (int length = 1; length <= HyperLogLogLayout.MAX_VALUE_RUN; length++) {
                int run = HyperLogLogLayout.valueRun(value, length);
                assertThat(run).isBetween(0x80, 0xff);
                assertThat(HyperLogLogLayout.size(run)).isEqualTo(1);
                assertThat(HyperLogLogLayout.span(run, 0x77)).isEqualTo(length);
                assertThat(HyperLogLogLayout.value(run)).isEqualTo(value);
            }
        }
    }

    @Test
    void tellsWhatIsNone() {
        byte[] empty = new byte[HyperLogLogLayout.EMPTY_LENGTH];
        HyperLogLogLayout.writeEmpty(MemorySegment.ofArray(empty), 0);
        assertThat(HexFormat.of().formatHex(empty)).isEqualTo("48594c4c010000000000000000000000" + "7fff");
        assertThat(HyperLogLogLayout.isValid(Bytes.of(empty))).isTrue();
        empty[4] = 0;
        assertThat(HyperLogLogLayout.isValid(Bytes.of(empty)))
                .as("a short dense one")
                .isFalse();
        empty[4] = 2;
        assertThat(HyperLogLogLayout.isValid(Bytes.of(empty)))
                .as("another encoding")
                .isFalse();
        assertThat(HyperLogLogLayout.isValid(Bytes.of("HYLL"))).isFalse();
        assertThat(HyperLogLogLayout.isValid(Bytes.of("hyll\1\0\0\0\0\0\0\0\0\0\0\0\177\177")))
                .isFalse();
    }

    @Test
    void estimatesFewAndMany() {
        int[] histogram = new int[64];
        histogram[0] = HyperLogLogLayout.REGISTERS;
        assertThat(CardinalityEstimate.of(histogram)).isZero();
        SplittableRandom random = new SplittableRandom(5);
        byte[] registers = new byte[HyperLogLogLayout.REGISTERS];
        int check = 10;
        for (int n = 1; n <= 1_000_000; n++) {
            long hash = random.nextLong();
            int rank = Long.numberOfTrailingZeros(hash >>> 14 | 1L << 50) + 1;
            int index = (int) hash & HyperLogLogLayout.REGISTERS - 1;
            registers[index] = (byte) Math.max(registers[index], rank);
            if (n == check) {
                check *= 10;
                histogram = new int[64];
                for (byte value : registers) {
                    histogram[value]++;
                }
                assertThat((double) CardinalityEstimate.of(histogram)).isBetween(n * 0.97 - 1, n * 1.03 + 1);
            }
        }
    }
}
