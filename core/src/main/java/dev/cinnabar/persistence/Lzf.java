package dev.cinnabar.persistence;

import dev.cinnabar.memory.Bytes;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/**
 * Compression in the format of LZF, for strings in RDB files and dumps. Compressing takes a table: an instance is owned by one
 * thread. Decompressing is stateless, and safe with bytes from anywhere.
 *
 * <pre>
 *  000lllll  bytes ...              l + 1 bytes, as they are
 *  lllooooo  oooooooo               l + 2 bytes, l from 1 to 6, from where they stand o + 1 bytes before
 *  111ooooo  llllllll  oooooooo     l + 9 bytes, from o + 1 bytes before; what is copied may reach into the copy
 * </pre>
 *
 * {@code abcabcabcabca} becomes:
 *
 * <pre>
 *  02 61 62 63   e0 01 02
 *  |  a  b  c    |  |  from 3 bytes before
 *  |             |  1 + 9 bytes
 *  3 bytes
 * </pre>
 */
final class Lzf {

    /** No stream becomes longer than so many times its length: the most that three bytes can stand for are 264. */
    static final int MAX_EXPANSION = 88;

    private static final int TABLE_BITS = 14;
    private static final int MAX_LITERALS = 32;
    private static final int MIN_MATCH = 3;
    private static final int MAX_MATCH = 264;
    private static final int MAX_DISTANCE = 1 << 13;
    private static final int LONG_MATCH = 7;

    /** After so many bytes without a match it looks at fewer and fewer of them. */
    private static final int PATIENCE_BITS = 6;

    private static final ValueLayout.OfByte BYTE = ValueLayout.JAVA_BYTE;

    /**
     * Where three bytes of this hash stood last, plus {@link #base}: what an earlier text has left behind lies before it, so
     * the table need not be cleared for each.
     */
    private final int[] table = new int[1 << TABLE_BITS];

    private int base;

    // Where the stream is written to, and how much of it there is.
    private MemorySegment target = MemorySegment.NULL;
    private long targetBase;
    private int written;
    private int limit;

    Lzf() {}

    /** Writes the compressed bytes, at most {@code limit} of them: returns how many, or 0 where that is not enough. */
    int compress(Bytes from, MemorySegment to, long at, int limit) {
        target = to;
        targetBase = at;
        written = 0;
        this.limit = limit;
        int length = from.length();
        if (base > Integer.MAX_VALUE - length) {
            Arrays.fill(table, 0);
            base = 0;
        }
        boolean fits = compress(from, length);
        base += length;
        target = MemorySegment.NULL;
        return fits ? written : 0;
    }

    private boolean compress(Bytes from, int length) {
        int literals = 0;
        int at = 0;
        while (at <= length - MIN_MATCH) {
            int three = threeAt(from, at, length);
            int slot = three * 0x9e3779b1 >>> 32 - TABLE_BITS;
            int candidate = table[slot] - base;
            table[slot] = base + at;
            if (candidate >= 0
                    && candidate < at
                    && at - candidate <= MAX_DISTANCE
                    && threeAt(from, candidate, length) == three) {
                int n = match(from, candidate, at, Math.min(length - at, MAX_MATCH));
                if (!writeLiterals(from, literals, at) || !writeMatch(at - candidate, n)) {
                    return false;
                }
                at += n;
                literals = at;
                if (at <= length - MIN_MATCH) {
                    // So that a repetition that goes on is found at its next byte.
                    table[threeAt(from, at - 1, length) * 0x9e3779b1 >>> 32 - TABLE_BITS] = base + at - 1;
                }
            } else {
                at += 1 + (at - literals >>> PATIENCE_BITS);
            }
        }
        return writeLiterals(from, literals, length);
    }

    private static int threeAt(Bytes from, int at, int length) {
        return (int) (at <= length - 8 ? from.longAt(at) & 0xffffff : from.tailAt(at, MIN_MATCH));
    }

    /** How many bytes are equal at two places, the first three being so. */
    private static int match(Bytes from, int one, int other, int max) {
        int n = MIN_MATCH;
        while (n <= max - 8) {
            long difference = from.longAt(one + n) ^ from.longAt(other + n);
            if (difference != 0) {
                return n + (Long.numberOfTrailingZeros(difference) >>> 3);
            }
            n += 8;
        }
        while (n < max && from.byteAt(one + n) == from.byteAt(other + n)) {
            n++;
        }
        return n;
    }

    private boolean writeLiterals(Bytes from, int start, int end) {
        for (int at = start; at < end; ) {
            int n = Math.min(end - at, MAX_LITERALS);
            if (written + 1 + n > limit) {
                return false;
            }
            write(n - 1);
            from.copyTo(at, target, targetBase + written, n);
            written += n;
            at += n;
        }
        return true;
    }

    private boolean writeMatch(int distance, int length) {
        int offset = distance - 1;
        int rest = length - 2;
        if (written + 3 > limit) {
            return false;
        }
        if (rest < LONG_MATCH) {
            write(rest << 5 | offset >>> 8);
        } else {
            write(LONG_MATCH << 5 | offset >>> 8);
            write(rest - LONG_MATCH);
        }
        write(offset);
        return true;
    }

    private void write(int b) {
        target.set(BYTE, targetBase + written++, (byte) b);
    }

    /** Decompresses {@code n} bytes into {@code length}: returns whether they are well-formed and as many. */
    static boolean decompress(MemorySegment from, long fromAt, int n, MemorySegment to, long toAt, int length) {
        int in = 0;
        int out = 0;
        while (in < n) {
            int control = from.get(BYTE, fromAt + in++) & 0xff;
            if (control < MAX_LITERALS) {
                int run = control + 1;
                if (run > n - in || run > length - out) {
                    return false;
                }
                MemorySegment.copy(from, fromAt + in, to, toAt + out, run);
                in += run;
                out += run;
                continue;
            }
            int run = control >>> 5;
            if (in + (run == LONG_MATCH ? 2 : 1) > n) {
                return false;
            }
            if (run == LONG_MATCH) {
                run += from.get(BYTE, fromAt + in++) & 0xff;
            }
            run += 2;
            int distance = ((control & 0x1f) << 8 | from.get(BYTE, fromAt + in++) & 0xff) + 1;
            if (distance > out || run > length - out) {
                return false;
            }
            repeat(to, toAt + out, distance, run);
            out += run;
        }
        return out == length;
    }

    /** Writes {@code n} bytes that stand {@code distance} before, some of which may be among those that are written. */
    private static void repeat(MemorySegment to, long at, int distance, int n) {
        if (distance >= n) {
            MemorySegment.copy(to, at - distance, to, at, n);
            return;
        }
        // What has been written is as good a source, and grows.
        for (int done = 0; done < n; ) {
            int some = Math.min(distance + done, n - done);
            MemorySegment.copy(to, at - distance, to, at + done, some);
            done += some;
        }
    }
}
