package dev.cinnabar.structures;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cinnabar.memory.Bytes;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HexFormat;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Bits of runs of bytes.
 *
 * <p>Strategy: random runs on and off the heap, many all zeros or all ones but for a bit, against a {@link BitSet} that holds
 * them in the order of their offsets, and numbers against {@link BigInteger}.
 */
class BitmapTest {

    /** A run of bytes, off the heap at an odd place or on it, and its model. */
    private static final class Run {
        private final Bytes bytes = new Bytes();
        private final BitSet model = new BitSet();
        private final int length;
        private final MemorySegment segment;
        private static final int BASE = 3;

        Run(SplittableRandom random, Arena arena) {
            length = random.nextInt(random.nextInt(10) == 0 ? 20_000 : 40);
            byte[] content = new byte[BASE + length];
            switch (random.nextInt(3)) {
                case 0 -> random.nextBytes(content);
                case 1 -> Arrays.fill(content, (byte) -1);
                default -> {}
            }
            if (length > 0) {
                content[BASE + random.nextInt(length)] ^= (byte) (1 << random.nextInt(8));
            }
            if (random.nextBoolean()) {
                segment = arena.allocate(content.length);
                MemorySegment.copy(content, 0, segment, ValueLayout.JAVA_BYTE, 0, content.length);
                bytes.set(segment, BASE, length);
            } else {
                segment = MemorySegment.ofArray(content);
                bytes.set(content, BASE, length);
            }
            for (int i = 0; i < length * 8; i++) {
                model.set(i, (content[BASE + i / 8] >> 7 - i % 8 & 1) != 0);
            }
        }

        int bits() {
            return length * 8;
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void agreesWithABitSet(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        try (Arena arena = Arena.ofConfined()) {
            for (int round = 0; round < 400; round++) {
                Run run = new Run(random, arena);
                for (int i = 0; i < 20; i++) {
                    check(run, random);
                }
            }
        }
    }

    private static void check(Run run, SplittableRandom random) {
        int from = random.nextInt(run.bits() + 1);
        int to = random.nextBoolean() ? run.bits() : random.nextInt(run.bits() + 1);
        int cardinality = from < to ? run.model.get(from, to).cardinality() : 0;
        assertThat(Bitmap.count(run.bytes, from, to)).isEqualTo(cardinality);
        int set = run.model.nextSetBit(from);
        assertThat(Bitmap.find(run.bytes, true, from, to)).isEqualTo(set < to ? set : -1);
        int clear = run.model.nextClearBit(from);
        assertThat(Bitmap.find(run.bytes, false, from, to)).isEqualTo(clear < to ? clear : -1);
        assertThat(Bitmap.get(run.bytes, from)).isEqualTo(run.model.get(from));
        if (from < run.bits()) {
            boolean on = random.nextBoolean();
            assertThat(Bitmap.set(run.segment, Run.BASE, from, on)).isEqualTo(run.model.get(from));
            run.model.set(from, on);
        }
        checkNumber(run, random, from);
    }

    private static void checkNumber(Run run, SplittableRandom random, int from) {
        int bits = 1 + random.nextInt(64);
        assertThat(Bitmap.unsigned(run.bytes, from, bits))
                .isEqualTo(number(run, from, bits).longValue());
        BigInteger number = number(run, from, bits);
        boolean negative = number.testBit(bits - 1);
        assertThat(Bitmap.signed(run.bytes, from, bits))
                .isEqualTo(number.subtract(negative ? BigInteger.ONE.shiftLeft(bits) : BigInteger.ZERO)
                        .longValueExact());
        if (from + bits <= run.bits()) {
            long value = random.nextLong();
            Bitmap.put(run.segment, Run.BASE, from, bits, value);
            for (int i = 0; i < bits; i++) {
                run.model.set(from + i, (value >>> bits - 1 - i & 1) != 0);
            }
            assertThat(Bitmap.count(run.bytes, 0, run.bits())).isEqualTo(run.model.cardinality());
            assertThat(Bitmap.unsigned(run.bytes, from, bits)).isEqualTo(value << 64 - bits >>> 64 - bits);
        }
    }

    private static BigInteger number(Run run, int from, int bits) {
        BigInteger number = BigInteger.ZERO;
        for (int i = 0; i < bits; i++) {
            number = number.shiftLeft(1).add(run.model.get(from + i) ? BigInteger.ONE : BigInteger.ZERO);
        }
        return number;
    }

    @Test
    void theExampleOfThePicture() {
        Bytes bytes = Bytes.of(HexFormat.of().parseHex("6da2"));
        assertThat(Bitmap.unsigned(bytes, 6, 5)).isEqualTo(13);
        assertThat(Bitmap.find(bytes, true, 0, 16)).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void operationsAgreeWithBitSets(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        try (Arena arena = Arena.ofConfined()) {
            for (int round = 0; round < 60; round++) {
                for (BitwiseOperation operation : BitwiseOperation.values()) {
                    int count = operation == BitwiseOperation.NOT ? 1 : 2 + random.nextInt(4);
                    Run[] runs = new Run[count];
                    int length = 0;
                    for (int i = 0; i < count; i++) {
                        runs[i] = new Run(random, arena);
                        length = Math.max(length, runs[i].length);
                    }
                    check(operation, runs, length, arena);
                }
            }
        }
    }

    private static void check(BitwiseOperation operation, Run[] runs, int length, Arena arena) {
        Bytes[] sources = new Bytes[runs.length];
        for (int i = 0; i < runs.length; i++) {
            sources[i] = runs[i].bytes;
        }
        MemorySegment target = arena.allocate(length + 16);
        target.fill((byte) 0x5a);
        operation.apply(sources, target, 5, length);
        for (int bit = 0; bit < length * 8; bit++) {
            int others = 0;
            for (int i = 1; i < runs.length; i++) {
                others += runs[i].model.get(bit) ? 1 : 0;
            }
            boolean first = runs[0].model.get(bit);
            int all = others + (first ? 1 : 0);
            boolean expected = switch (operation) {
                case AND -> all == runs.length;
                case OR -> all > 0;
                case XOR -> all % 2 == 1;
                case NOT -> !first;
                case DIFF -> first && others == 0;
                case DIFF1 -> !first && others > 0;
                case ANDOR -> first && others > 0;
                case ONE -> all == 1;
            };
            boolean actual = (target.get(ValueLayout.JAVA_BYTE, 5 + bit / 8) >> 7 - bit % 8 & 1) != 0;
            if (actual != expected) {
                throw new AssertionError(operation + ", bit " + bit + " of " + length * 8);
            }
        }
        assertThat(target.get(ValueLayout.JAVA_BYTE, 4)).isEqualTo((byte) 0x5a);
        assertThat(target.get(ValueLayout.JAVA_BYTE, 5 + length)).isEqualTo((byte) 0x5a);
    }
}
