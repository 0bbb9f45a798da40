package dev.cinnabar.structures;

import dev.cinnabar.memory.Bytes;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * What can be made bit by bit of several runs of bytes, shorter ones being followed by zeros: the operations of BITOP.
 * Stateless.
 */
public enum BitwiseOperation {
    AND,
    OR,
    XOR,
    /** Of one run alone. */
    NOT,
    /** What is set in the first and in no other. */
    DIFF,
    /** What is set in any other and not in the first. */
    DIFF1,
    /** What is set in the first and in any other. */
    ANDOR,
    /** What is set in exactly one. */
    ONE;

    /*
     * The target is computed stretch by stretch: the first run is copied, the others are worked into it one by one, eight
     * bytes at a time, each in a loop without a choice in it that the compiler can make fast. A stretch stays in the
     * processor's first cache meanwhile, so memory is read once for each run and written once.
     */

    private static final int STRETCH = 8 << 10;

    private static final ValueLayout.OfByte BYTE = ValueLayout.JAVA_BYTE;
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    /** Writes the result over the {@code length} bytes at {@code base}; no run is longer, and none overlaps them. */
    public void apply(Bytes[] sources, MemorySegment target, long base, int length) {
        MemorySegment twice = this == ONE ? MemorySegment.ofArray(new byte[STRETCH]) : MemorySegment.NULL;
        for (int from = 0; from < length; from += STRETCH) {
            applyTo(sources, target, base + from, from, Math.min(STRETCH, length - from), twice);
        }
    }

    private void applyTo(Bytes[] sources, MemorySegment target, long at, int from, int n, MemorySegment twice) {
        switch (this) {
            case AND -> {
                copy(sources[0], from, target, at, n);
                for (int i = 1; i < sources.length; i++) {
                    and(sources[i], from, target, at, n);
                }
            }
            case OR -> {
                copy(sources[0], from, target, at, n);
                orFromSecond(sources, 1, target, at, from, n);
            }
            case XOR -> {
                copy(sources[0], from, target, at, n);
                for (int i = 1; i < sources.length; i++) {
                    xor(sources[i], from, target, at, n);
                }
            }
            case NOT -> {
                target.asSlice(at, n).fill((byte) -1);
                xor(sources[0], from, target, at, n);
            }
            case DIFF -> {
                copy(sources[0], from, target, at, n);
                for (int i = 1; i < sources.length; i++) {
                    andNot(sources[i], from, target, at, n);
                }
            }
            case DIFF1 -> {
                copy(sources[1], from, target, at, n);
                orFromSecond(sources, 2, target, at, from, n);
                andNot(sources[0], from, target, at, n);
            }
            case ANDOR -> {
                copy(sources[1], from, target, at, n);
                orFromSecond(sources, 2, target, at, from, n);
                and(sources[0], from, target, at, n);
            }
            case ONE -> {
                copy(sources[0], from, target, at, n);
                twice.fill((byte) 0);
                for (int i = 1; i < sources.length; i++) {
                    addOne(sources[i], from, target, at, n, twice);
                }
                subtract(twice, target, at, n);
            }
        }
    }

    private static void orFromSecond(Bytes[] sources, int first, MemorySegment target, long at, int from, int n) {
        for (int i = first; i < sources.length; i++) {
            or(sources[i], from, target, at, n);
        }
    }

    /** How many of the {@code n} bytes from {@code from} on there are. */
    private static int present(Bytes source, int from, int n) {
        return Math.clamp(source.length() - (long) from, 0, n);
    }

    private static void copy(Bytes source, int from, MemorySegment target, long at, int n) {
        int m = present(source, from, n);
        if (m > 0) {
            source.copyTo(from, target, at, m);
        }
        target.asSlice(at + m, n - m).fill((byte) 0);
    }

    private static void and(Bytes source, int from, MemorySegment target, long at, int n) {
        int m = present(source, from, n);
        int i = 0;
        for (; i <= m - 8; i += 8) {
            target.set(LONG, at + i, target.get(LONG, at + i) & source.longAt(from + i));
        }
        for (; i < m; i++) {
            target.set(BYTE, at + i, (byte) (target.get(BYTE, at + i) & source.byteAt(from + i)));
        }
        target.asSlice(at + m, n - m).fill((byte) 0);
    }

    private static void or(Bytes source, int from, MemorySegment target, long at, int n) {
        int m = present(source, from, n);
        int i = 0;
        for (; i <= m - 8; i += 8) {
            target.set(LONG, at + i, target.get(LONG, at + i) | source.longAt(from + i));
        }
        for (; i < m; i++) {
            target.set(BYTE, at + i, (byte) (target.get(BYTE, at + i) | source.byteAt(from + i)));
        }
    }

    private static void xor(Bytes source, int from, MemorySegment target, long at, int n) {
        int m = present(source, from, n);
        int i = 0;
        for (; i <= m - 8; i += 8) {
            target.set(LONG, at + i, target.get(LONG, at + i) ^ source.longAt(from + i));
        }
        for (; i < m; i++) {
            target.set(BYTE, at + i, (byte) (target.get(BYTE, at + i) ^ source.byteAt(from + i)));
        }
    }

    private static void andNot(Bytes source, int from, MemorySegment target, long at, int n) {
        int m = present(source, from, n);
        int i = 0;
        for (; i <= m - 8; i += 8) {
            target.set(LONG, at + i, target.get(LONG, at + i) & ~source.longAt(from + i));
        }
        for (; i < m; i++) {
            target.set(BYTE, at + i, (byte) (target.get(BYTE, at + i) & ~source.byteAt(from + i)));
        }
    }

    /** Target: what has been seen at least once; twice: what has been seen more often. */
    private static void addOne(Bytes source, int from, MemorySegment target, long at, int n, MemorySegment twice) {
        int m = present(source, from, n);
        int i = 0;
        for (; i <= m - 8; i += 8) {
            long once = target.get(LONG, at + i);
            long more = source.longAt(from + i);
            twice.set(LONG, i, twice.get(LONG, i) | once & more);
            target.set(LONG, at + i, once | more);
        }
        for (; i < m; i++) {
            byte once = target.get(BYTE, at + i);
            byte more = source.byteAt(from + i);
            twice.set(BYTE, i, (byte) (twice.get(BYTE, i) | once & more));
            target.set(BYTE, at + i, (byte) (once | more));
        }
    }

    private static void subtract(MemorySegment twice, MemorySegment target, long at, int n) {
        int i = 0;
        for (; i <= n - 8; i += 8) {
            target.set(LONG, at + i, target.get(LONG, at + i) & ~twice.get(LONG, i));
        }
        for (; i < n; i++) {
            target.set(BYTE, at + i, (byte) (target.get(BYTE, at + i) & ~twice.get(BYTE, i)));
        }
    }
}
