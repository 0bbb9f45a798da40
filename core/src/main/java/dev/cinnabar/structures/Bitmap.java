package dev.cinnabar.structures;

import dev.cinnabar.memory.Bytes;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Bits and whole numbers of a few bits in a run of bytes. Stateless.
 *
 * <p>Bit 0 is the highest of the first byte, and a number's highest bit comes first:
 *
 * <pre>
 *  bytes            6    d    a    2
 *  bits          0110 1101 1010 0010
 *  offset        0         8
 *  5 bits at 6         01 101            = 13
 * </pre>
 */
public final class Bitmap {

    private static final ValueLayout.OfByte BYTE = ValueLayout.JAVA_BYTE;

    private Bitmap() {}

    /** How many bits from {@code from} on and before {@code to} are set; all are there. */
    public static long count(Bytes bytes, long from, long to) {
        if (from >= to) {
            return 0;
        }
        int first = (int) (from >>> 3);
        int last = (int) (to >>> 3);
        int head = 0xff >>> (from & 7);
        int tail = 0xff00 >>> (to & 7) & 0xff;
        if (first == last) {
            return Integer.bitCount(bytes.byteAt(first) & head & tail);
        }
        long n = Integer.bitCount(bytes.byteAt(first) & head);
        n += countBytes(bytes, first + 1, last);
        return tail == 0 ? n : n + Integer.bitCount(bytes.byteAt(last) & tail);
    }

    private static long countBytes(Bytes bytes, int from, int to) {
        long n = 0;
        int i = from;
        for (; i <= to - 8; i += 8) {
            n += Long.bitCount(bytes.longAt(i));
        }
        for (; i < to; i++) {
            n += Integer.bitCount(bytes.byteAt(i) & 0xff);
        }
        return n;
    }

    /** The first bit from {@code from} on and before {@code to} that is as wanted, or -1; all are there. */
    public static long find(Bytes bytes, boolean wanted, long from, long to) {
        if (from >= to) {
            return -1;
        }
        // Turned round where a clear bit is wanted: then it is always the first set one.
        long flip = wanted ? 0 : -1;
        int i = (int) (from >>> 3);
        int end = (int) (to + 7 >>> 3);
        long word = (bytes.byteAt(i) ^ flip) & 0xff >>> (from & 7);
        if (word == 0) {
            i++;
            while (i <= end - 8 && bytes.longAt(i) == flip) {
                i += 8;
            }
            while (i < end && (bytes.byteAt(i) ^ flip) == 0) {
                i++;
            }
            if (i == end) {
                return -1;
            }
            word = (bytes.byteAt(i) ^ flip) & 0xff;
        }
        long at = i * 8L + Long.numberOfLeadingZeros(word) - 56;
        return at < to ? at : -1;
    }

    /** A bit; clear beyond the end. */
    public static boolean get(Bytes bytes, long bit) {
        long at = bit >>> 3;
        return at < bytes.length() && (bytes.byteAt((int) at) & 0x80 >>> (bit & 7)) != 0;
    }

    /** Sets or clears a bit of the run of bytes at {@code base}, and returns what it was. */
    public static boolean set(MemorySegment segment, long base, long bit, boolean on) {
        long at = base + (bit >>> 3);
        int mask = 0x80 >>> (bit & 7);
        int old = segment.get(BYTE, at);
        segment.set(BYTE, at, (byte) (on ? old | mask : old & ~mask));
        return (old & mask) != 0;
    }

    /** The number of 1 to 64 {@code bits} from {@code bit} on, without a sign; beyond the end all bits are clear. */
    public static long unsigned(Bytes bytes, long bit, int bits) {
        return leftAligned(bytes, bit, bits) >>> 64 - bits;
    }

    /** As {@link #unsigned}, the first bit being the sign of a number in two's complement. */
    public static long signed(Bytes bytes, long bit, int bits) {
        return leftAligned(bytes, bit, bits) >> 64 - bits;
    }

    private static long leftAligned(Bytes bytes, long bit, int bits) {
        long at = bit >>> 3;
        int shift = (int) bit & 7;
        long word = wordAt(bytes, at) << shift;
        return shift + bits <= 64 ? word : word | wordAt(bytes, at + 8) >>> 64 - shift;
    }

    /** Eight bytes, the first as the highest; zero beyond the end. */
    private static long wordAt(Bytes bytes, long at) {
        long left = bytes.length() - at;
        if (left <= 0) {
            return 0;
        }
        return Long.reverseBytes(left >= 8 ? bytes.longAt((int) at) : bytes.tailAt((int) at, (int) left));
    }

    /** Writes the low {@code bits} of a number from {@code bit} on into the run of bytes at {@code base}. */
    public static void put(MemorySegment segment, long base, long bit, int bits, long value) {
        long rest = value;
        int left = bits;
        long end = bit + bits;
        // From the last byte to the first.
        while (left > 0) {
            long at = base + (end - 1 >>> 3);
            int inByte = (int) (end - 1 & 7) + 1;
            int n = Math.min(left, inByte);
            int shift = 8 - inByte;
            int mask = (1 << n) - 1 << shift;
            segment.set(BYTE, at, (byte) (segment.get(BYTE, at) & ~mask | (int) rest << shift & mask));
            rest >>>= n;
            left -= n;
            end -= n;
        }
    }
}
