package dev.cinnabar.persistence;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * The checksum of RDB files and dumps: 64 bits, the polynomial by Jones, lowest bits first, beginning with 0 and not inverted
 * at the end; that of "123456789" is e9c6d914c4b8d9ca. Stateless: the sum so far is the caller's.
 */
public final class Crc64 {

    /*
     * Eight bytes at a time ("slicing by eight"): the sum is linear, so the change that each of eight bytes makes to it can be
     * looked up on its own, in the table for its distance from the end, and the eight are put together.
     */

    /** ad93d23594c935a9 with its bits in the other order. */
    private static final long POLYNOMIAL = Long.reverse(0xad93d23594c935a9L);

    private static final int SLICES = 8;

    /** Of slice n: what a byte has become after n more bytes of zero. */
    private static final long[] TABLE = new long[SLICES * 256];

    private static final ValueLayout.OfByte BYTE = ValueLayout.JAVA_BYTE;
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    static {
        for (int b = 0; b < 256; b++) {
            long crc = b;
            for (int bit = 0; bit < 8; bit++) {
                crc = crc >>> 1 ^ ((crc & 1) != 0 ? POLYNOMIAL : 0);
            }
            TABLE[b] = crc;
        }
        for (int i = 256; i < TABLE.length; i++) {
            long before = TABLE[i - 256];
            TABLE[i] = TABLE[(int) before & 0xff] ^ before >>> 8;
        }
    }

    private Crc64() {}

    /** The sum of what {@code crc} is the sum of, followed by these bytes. */
    public static long update(long crc, byte[] bytes, int offset, int length) {
        return update(crc, MemorySegment.ofArray(bytes), offset, length);
    }

    /*
     * What zeros make of a sum is linear in it: a matrix, whose rows say what becomes of each bit. That of twice as many zeros
     * is its square, so n zeros take log n squares.
     */

    /** The sum of what {@code crc} is the sum of, followed by so many bytes of zero. */
    static long afterZeros(long crc, long n) {
        long[] zeros = new long[64];
        for (int i = 0; i < 64; i++) {
            long bit = 1L << i;
            zeros[i] = TABLE[(int) bit & 0xff] ^ bit >>> 8;
        }
        long sum = crc;
        for (long rest = n; rest != 0; rest >>>= 1) {
            if ((rest & 1) != 0) {
                sum = times(zeros, sum);
            }
            long[] doubled = new long[64];
            for (int i = 0; i < 64; i++) {
                doubled[i] = times(zeros, zeros[i]);
            }
            zeros = doubled;
        }
        return sum;
    }

    private static long times(long[] matrix, long vector) {
        long product = 0;
        for (long rest = vector; rest != 0; rest &= rest - 1) {
            product ^= matrix[Long.numberOfTrailingZeros(rest)];
        }
        return product;
    }

    /** As {@link #update(long, byte[], int, int)}. */
    public static long update(long crc, MemorySegment bytes, long offset, long length) {
        long sum = crc;
        long at = offset;
        long end = offset + length;
        for (; at <= end - SLICES; at += SLICES) {
            long word = sum ^ bytes.get(LONG, at);
            sum = TABLE[7 * 256 + ((int) word & 0xff)]
                    ^ TABLE[6 * 256 + ((int) (word >>> 8) & 0xff)]
                    ^ TABLE[5 * 256 + ((int) (word >>> 16) & 0xff)]
                    ^ TABLE[4 * 256 + ((int) (word >>> 24) & 0xff)]
                    ^ TABLE[3 * 256 + ((int) (word >>> 32) & 0xff)]
                    ^ TABLE[2 * 256 + ((int) (word >>> 40) & 0xff)]
                    ^ TABLE[256 + ((int) (word >>> 48) & 0xff)]
                    ^ TABLE[(int) (word >>> 56)];
        }
        for (; at < end; at++) {
            sum = TABLE[(int) (sum ^ bytes.get(BYTE, at)) & 0xff] ^ sum >>> 8;
        }
        return sum;
    }
}
