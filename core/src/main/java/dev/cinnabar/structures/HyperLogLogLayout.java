package dev.cinnabar.structures;

import dev.cinnabar.memory.Bytes;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Where the parts of a HyperLogLog lie in its bytes, and what they mean: the format of Redis. Constants and arithmetic, no
 * state.
 *
 * <pre>
 *  0       4          5        8                       16
 *  +-------+----------+--------+-----------------------+-----------------
 *  | HYLL  | encoding | unused | cardinality           | registers ...
 *  | 4 B   | 1 B      | 3 B    | 8 B                   |
 *  +-------+----------+--------+-----------------------+-----------------
 *
 *  encoding     0: dense, 1: sparse
 *  cardinality  as it was counted last, little-endian; the highest bit says that registers have changed since
 *
 *  dense    16384 registers of 6 bits, register 0 in the lowest bits of the first byte: 12288 bytes
 *
 *  sparse   runs of equal registers, until all are told:
 *           00llllll             1 to 64 registers are zero (the length less one)
 *           01llllll llllllll    1 to 16384 registers are zero (the length less one, highest bits first)
 *           1vvvvvll             1 to 4 registers are 1 to 32 (value and length, each less one)
 * </pre>
 *
 * After PFADD of "a", "b" and "c":
 *
 * <pre>
 *  48 59 4c 4c  01  00 00 00  00 00 00 00 00 00 00 80  60 f3  80  50 b1  84  4b fb  80  42 5a
 *  H  Y  L  L                                   stale  8436x0 1x1 4274x0 1x2 3068x0 1x1 603x0
 * </pre>
 */
public final class HyperLogLogLayout {

    public static final int REGISTERS = 1 << 14;

    /** The largest value that 6 bits can hold. */
    public static final int MAX_VALUE = 63;

    /** The largest value of a register that elements can lead to: there are 50 bits in which a one may be looked for. */
    public static final int MAX_RANK = 64 - 14 + 1;

    public static final int HEADER = 16;
    public static final int DENSE_LENGTH = HEADER + REGISTERS * 6 / 8;

    /** The length of a sparse one without elements. */
    public static final int EMPTY_LENGTH = HEADER + 2;

    public static final int MAX_SPARSE_VALUE = 32;
    public static final int MAX_VALUE_RUN = 4;
    public static final int MAX_ZERO_RUN = 64;

    private static final int MAGIC = 'H' | 'Y' << 8 | 'L' << 16 | 'L' << 24;
    private static final int ENCODING = 4;
    private static final int CARDINALITY = 8;
    private static final int DENSE = 0;
    private static final int SPARSE = 1;

    private static final int LONG_ZERO_BIT = 0x40;
    private static final int VALUE_BIT = 0x80;

    /** Groups of eight registers. */
    private static final int GROUPS = REGISTERS / 8;

    /** How many rows of {@link #ROW} counts there are. */
    public static final int LANES = 4;

    /** The counts of a row: one for each value. */
    public static final int ROW = MAX_VALUE + 1;

    private static final long HIGH_BITS = 0x8080_8080_8080_8080L;
    private static final VarHandle EIGHT = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private static final ValueLayout.OfByte BYTE = ValueLayout.JAVA_BYTE;
    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private HyperLogLogLayout() {}

    /** Whether bytes begin like a HyperLogLog and have a possible length; their runs may be wrong all the same. */
    public static boolean isValid(Bytes bytes) {
        if (bytes.length() < HEADER || (int) bytes.longAt(0) != MAGIC) {
            return false;
        }
        int encoding = bytes.byteAt(ENCODING);
        return encoding == SPARSE || encoding == DENSE && bytes.length() == DENSE_LENGTH;
    }

    /** Writes a sparse one without elements, {@value #EMPTY_LENGTH} bytes. */
    public static void writeEmpty(MemorySegment segment, long base) {
        segment.set(INT, base, MAGIC);
        segment.set(INT, base + ENCODING, SPARSE);
        segment.set(LONG, base + CARDINALITY, 0);
        segment.set(BYTE, base + HEADER, (byte) (LONG_ZERO_BIT | REGISTERS - 1 >>> 8));
        segment.set(BYTE, base + HEADER + 1, (byte) (REGISTERS - 1));
    }

    /** Writes the header of a dense one after that of a sparse one. */
    public static void writeDenseHeader(MemorySegment from, long fromBase, MemorySegment to, long toBase) {
        MemorySegment.copy(from, fromBase, to, toBase, HEADER);
        to.set(BYTE, toBase + ENCODING, (byte) DENSE);
    }

    public static boolean isDense(MemorySegment segment, long base) {
        return segment.get(BYTE, base + ENCODING) == DENSE;
    }

    /** The cardinality as it was counted last; negative if registers have changed since. */
    public static long cardinality(MemorySegment segment, long base) {
        return segment.get(LONG, base + CARDINALITY);
    }

    public static void cardinality(MemorySegment segment, long base, long count) {
        segment.set(LONG, base + CARDINALITY, count);
    }

    /** The cardinality is to be counted anew. */
    public static void markStale(MemorySegment segment, long base) {
        segment.set(LONG, base + CARDINALITY, segment.get(LONG, base + CARDINALITY) | Long.MIN_VALUE);
    }

    // Dense registers; base is where they begin.

    /** The value of a register. */
    public static int register(MemorySegment segment, long base, int index) {
        int bit = index * 6;
        long at = base + (bit >>> 3);
        int low = segment.get(BYTE, at) & 0xff;
        int high = (bit & 7) > 2 ? segment.get(BYTE, at + 1) & 0xff : 0;
        return (low | high << 8) >>> (bit & 7) & MAX_VALUE;
    }

    public static void register(MemorySegment segment, long base, int index, int value) {
        int bit = index * 6;
        int shift = bit & 7;
        long at = base + (bit >>> 3);
        int mask = MAX_VALUE << shift;
        segment.set(BYTE, at, (byte) (segment.get(BYTE, at) & ~mask | value << shift));
        if (shift > 2) {
            segment.set(BYTE, at + 1, (byte) (segment.get(BYTE, at + 1) & ~(mask >>> 8) | value << shift >>> 8));
        }
    }

    /** Eight registers, the first in the lowest six bits. */
    private static long group(MemorySegment segment, long base, int group) {
        long at = base + group * 6L;
        return group < GROUPS - 1 ? segment.get(LONG, at) : segment.get(LONG, at - 2) >>> 16;
    }

    /** Eight registers, a byte each, the first in the lowest: eight times six bits move apart in three steps. */
    private static long unpacked(MemorySegment segment, long base, int group) {
        long bits = group(segment, base, group);
        bits = bits & 0xff_ffffL | (bits & 0xffff_ff00_0000L) << 8;
        bits = bits & 0x0000_0fff_0000_0fffL | (bits & 0x00ff_f000_00ff_f000L) << 4;
        return bits & 0x003f_003f_003f_003fL | (bits & 0x0fc0_0fc0_0fc0_0fc0L) << 2;
    }

    /** Adds to the counts of registers by their values: {@value #LANES} rows of counts, whose sums are meant. */
    public static void countDense(MemorySegment segment, long base, int[] rows) {
        for (int group = 0; group < GROUPS; group++) {
            count(unpacked(segment, base, group), rows);
        }
    }

    /** As {@link #countDense}, of registers that are a byte each. */
    public static void count(byte[] registers, int[] rows) {
        for (int group = 0; group < GROUPS; group++) {
            count((long) EIGHT.get(registers, group * 8), rows);
        }
    }

    /** Most registers are alike: in a row each, eight counts need not wait for one another. */
    private static void count(long eight, int[] rows) {
        rows[(int) eight & MAX_VALUE]++;
        rows[ROW | (int) (eight >>> 8) & MAX_VALUE]++;
        rows[2 * ROW | (int) (eight >>> 16) & MAX_VALUE]++;
        rows[3 * ROW | (int) (eight >>> 24) & MAX_VALUE]++;
        rows[(int) (eight >>> 32) & MAX_VALUE]++;
        rows[ROW | (int) (eight >>> 40) & MAX_VALUE]++;
        rows[2 * ROW | (int) (eight >>> 48) & MAX_VALUE]++;
        rows[3 * ROW | (int) (eight >>> 56) & MAX_VALUE]++;
    }

    /** Adds all rows of counts to the first. */
    public static void sumRows(int[] rows) {
        for (int i = ROW; i < LANES * ROW; i++) {
            rows[i & ROW - 1] += rows[i];
        }
    }

    /** Makes each of {@code registers} at least what it is here. */
    public static void mergeDense(MemorySegment segment, long base, byte[] registers) {
        for (int group = 0; group < GROUPS; group++) {
            long one = unpacked(segment, base, group);
            long other = (long) EIGHT.get(registers, group * 8);
            // In each byte: the highest bit stays where the first is not the smaller one, and becomes a mask.
            long notLess = ((one | HIGH_BITS) - other & HIGH_BITS) >>> 7;
            long mask = (notLess << 8) - notLess;
            EIGHT.set(registers, group * 8, one & mask | other & ~mask);
        }
    }

    /** Writes all registers. */
    public static void writeDense(byte[] registers, MemorySegment segment, long base) {
        for (int group = 0; group < GROUPS; group++) {
            long bits = 0;
            for (int i = 7; i >= 0; i--) {
                bits = bits << 6 | registers[group * 8 + i];
            }
            segment.set(INT, base + group * 6L, (int) bits);
            segment.set(SHORT, base + group * 6L + 4, (short) (bits >>> 32));
        }
    }

    // Sparse runs, by their first byte.

    public static boolean isValue(int first) {
        return (first & VALUE_BIT) != 0;
    }

    public static boolean isLongZero(int first) {
        return (first & (VALUE_BIT | LONG_ZERO_BIT)) == LONG_ZERO_BIT;
    }

    /** How many bytes a run takes. */
    public static int size(int first) {
        return isLongZero(first) ? 2 : 1;
    }

    /** How many registers a run tells; {@code second} counts for long runs of zeros only. */
    public static int span(int first, int second) {
        if (isValue(first)) {
            return (first & 3) + 1;
        }
        return (first & 0x3f) + 1 + (isLongZero(first) ? (first & 0x3f) * 0xff + (second & 0xff) : 0);
    }

    /** The value of the registers of a run. */
    public static int value(int first) {
        return isValue(first) ? (first >>> 2 & 0x1f) + 1 : 0;
    }

    /** A run of registers of a value. */
    public static int valueRun(int value, int length) {
        return VALUE_BIT | value - 1 << 2 | length - 1;
    }

    /** A run of zeros, two bytes, of which the low one comes first, where {@link #zeroRunSize} is 2. */
    public static int zeroRun(int length) {
        int less = length - 1;
        return length <= MAX_ZERO_RUN ? less : LONG_ZERO_BIT | less >>> 8 | (less & 0xff) << 8;
    }

    public static int zeroRunSize(int length) {
        return length <= MAX_ZERO_RUN ? 1 : 2;
    }
}
