package dev.cinnabar.persistence;

import dev.cinnabar.memory.Bytes;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
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

    /*
     * Compressing is done in arrays of this object: to copy the text here, and the result from here, takes less time than to read
     * and write segments in small pieces. The text goes through a window that slides: what lies before the place where it looks for
     * matches is all that a match can reach, what lies behind is at least the longest match. A smaller table for short texts was
     * tried, and is not faster.
     */

    private static final int TABLE_BITS = 14;
    private static final int MAX_LITERALS = 32;
    private static final int MIN_MATCH = 3;
    private static final int MAX_MATCH = 264;
    private static final int MAX_DISTANCE = 1 << 13;
    private static final int LONG_MATCH = 7;

    /** After so many bytes without a match it looks at fewer and fewer of them. */
    private static final int PATIENCE_BITS = 6;

    /** But at one in so many. */
    private static final int MAX_STEP = 128;

    /** So many bytes are expanded eight at a time; for more of them a general copy is faster. */
    private static final int SHORT_RUN = 16;

    private static final int WINDOW_BYTES = 4 * MAX_DISTANCE;
    private static final int OUT_BYTES = 4 << 10;

    private static final int THREE_BYTES = 0xffffff;
    private static final int MULTIPLIER = 0x9e3779b1;

    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfByte BYTE = ValueLayout.JAVA_BYTE;
    private static final ValueLayout.OfLong WORD = ValueLayout.JAVA_LONG_UNALIGNED;

    /** What decompressing into an array may write beyond the end. */
    static final int SPARE = 8;

    /**
     * Where in the window three bytes of this hash stood last, plus {@link #base}: what has left the window, or belongs to an
     * earlier text, lies before it, so the table need not be cleared.
     */
    private final int[] table = new int[1 << TABLE_BITS];

    private int base = 1;

    /** Longer than what it can hold by what a copy of literals reads too much. */
    private final byte[] window = new byte[WINDOW_BYTES + MAX_LITERALS];

    private int filled;
    private int at;

    /** From here to {@link #at} nothing has been written, and since then nothing has matched. */
    private int literals;

    private int unmatched;

    // Where the stream is written to, and how much of it there is.
    private final byte[] out = new byte[OUT_BYTES + 2 * MAX_LITERALS];
    private int outLength;
    private MemorySegment target = MemorySegment.NULL;
    private long targetBase;
    private int written;
    private int limit;

    Lzf() {}

    /** Writes the compressed bytes, at most {@code limit} of them: returns how many, or 0 where that is not enough. */
    int compress(Bytes from, MemorySegment to, long toAt, int limit) {
        target = to;
        targetBase = toAt;
        written = 0;
        outLength = 0;
        this.limit = limit;
        if (base > Integer.MAX_VALUE - from.length() - WINDOW_BYTES) {
            Arrays.fill(table, 0);
            base = 1;
        }
        boolean fits = compress(from);
        base += filled;
        if (fits) {
            flush();
        }
        target = MemorySegment.NULL;
        return fits ? written : 0;
    }

    private boolean compress(Bytes from) {
        int next = 0;
        filled = 0;
        at = 0;
        literals = 0;
        unmatched = 0;
        do {
            slide();
            int n = Math.min(from.length() - next, WINDOW_BYTES - filled);
            from.copyTo(next, window, filled, n);
            filled += n;
            next += n;
            boolean isLast = next == from.length();
            if (!search(isLast ? filled - MIN_MATCH : filled - MAX_MATCH)) {
                return false;
            }
            // What is left of them is less than a match can reach, and so not lost when the window slides.
            int end = isLast ? filled : literals + (Math.min(at, filled) - literals) / MAX_LITERALS * MAX_LITERALS;
            if (!writeLiterals(end)) {
                return false;
            }
        } while (next < from.length());
        return true;
    }

    /** Drops from the window what no match can reach any more. */
    private void slide() {
        int n = at - MAX_DISTANCE;
        if (n > 0) {
            System.arraycopy(window, n, window, 0, filled - n);
            filled -= n;
            at -= n;
            literals -= n;
            unmatched -= n;
            base += n;
        }
    }

    /** Looks for matches up to this place and writes them, with what is before them. */
    private boolean search(int last) {
        byte[] text = window;
        int[] seen = table;
        int origin = base;
        int i = at;
        while (i <= last) {
            int four = (int) INT.get(text, i);
            int slot = (four & THREE_BYTES) * MULTIPLIER >>> 32 - TABLE_BITS;
            int candidate = seen[slot] - origin;
            seen[slot] = origin + i;
            if (candidate >= 0
                    && i - candidate <= MAX_DISTANCE
                    && (((int) INT.get(text, candidate) ^ four) & THREE_BYTES) == 0) {
                int n = match(text, candidate, i, Math.min(filled - i, MAX_MATCH));
                if (!writeLiterals(i) || !writeMatch(i - candidate, n)) {
                    return false;
                }
                i += n;
                literals = i;
                unmatched = i;
                if (i <= filled - MIN_MATCH) {
                    // So that a repetition that goes on is found at its next byte.
                    seen[((int) INT.get(text, i - 1) & THREE_BYTES) * MULTIPLIER >>> 32 - TABLE_BITS] = origin + i - 1;
                }
            } else {
                i += Math.min(1 + (i - unmatched >>> PATIENCE_BITS), MAX_STEP);
            }
        }
        at = i;
        return true;
    }

    /** How many bytes are equal at two places, the first three being so. */
    private static int match(byte[] text, int one, int other, int max) {
        int n = MIN_MATCH;
        while (n <= max - 8) {
            long difference = (long) LONG.get(text, one + n) ^ (long) LONG.get(text, other + n);
            if (difference != 0) {
                return n + (Long.numberOfTrailingZeros(difference) >>> 3);
            }
            n += 8;
        }
        while (n < max && text[one + n] == text[other + n]) {
            n++;
        }
        return n;
    }

    private boolean writeLiterals(int end) {
        while (literals < end) {
            int n = Math.min(end - literals, MAX_LITERALS);
            int to = room(1 + n);
            if (to < 0) {
                return false;
            }
            out[to++] = (byte) (n - 1);
            // Mostly they are few: what is copied too much is written over.
            for (int i = 0; i < n; i += 8) {
                LONG.set(out, to + i, (long) LONG.get(window, literals + i));
            }
            outLength = to + n;
            literals += n;
        }
        return true;
    }

    private boolean writeMatch(int distance, int length) {
        int offset = distance - 1;
        int rest = length - 2;
        int to = room(3);
        if (to < 0) {
            return false;
        }
        if (rest < LONG_MATCH) {
            out[to++] = (byte) (rest << 5 | offset >>> 8);
        } else {
            out[to++] = (byte) (LONG_MATCH << 5 | offset >>> 8);
            out[to++] = (byte) (rest - LONG_MATCH);
        }
        out[to++] = (byte) offset;
        outLength = to;
        return true;
    }

    /** Where so many bytes can be written; -1 where that would be too many. */
    private int room(int n) {
        if (written + outLength > limit - n) {
            return -1;
        }
        if (outLength > OUT_BYTES) {
            flush();
        }
        return outLength;
    }

    private void flush() {
        MemorySegment.copy(out, 0, target, BYTE, targetBase + written, outLength);
        written += outLength;
        outLength = 0;
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
                if (run <= SHORT_RUN && n - in >= SHORT_RUN && length - out >= SHORT_RUN) {
                    for (int i = 0; i < run; i += 8) {
                        to.set(WORD, toAt + out + i, from.get(WORD, fromAt + in + i));
                    }
                } else {
                    MemorySegment.copy(from, fromAt + in, to, toAt + out, run);
                }
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
            if (run <= SHORT_RUN && distance >= 8 && length - out >= SHORT_RUN) {
                // Each eight bytes are there before they are read; the last ones may be too many, and are written over.
                for (int i = 0; i < run; i += 8) {
                    to.set(WORD, toAt + out + i, to.get(WORD, toAt + out + i - distance));
                }
            } else {
                repeat(to, toAt + out, distance, run);
            }
            out += run;
        }
        return out == length;
    }

    /**
     * As {@link #decompress(MemorySegment, long, int, MemorySegment, long, int)}, between arrays, of which the target has {@value
     * #SPARE} bytes more than are asked for: most strings of a file are short, and are done so in a third of the time.
     */
    static boolean decompress(byte[] from, int fromAt, int n, byte[] to, int length) {
        int in = fromAt;
        int end = fromAt + n;
        int out = 0;
        while (in < end) {
            int control = from[in++] & 0xff;
            if (control < MAX_LITERALS) {
                int run = control + 1;
                if (run > end - in || run > length - out) {
                    return false;
                }
                if (in <= from.length - MAX_LITERALS) {
                    // Whole words: what is too much is overwritten, or spare.
                    for (int i = 0; i < run; i += 8) {
                        LONG.set(to, out + i, (long) LONG.get(from, in + i));
                    }
                } else {
                    System.arraycopy(from, in, to, out, run);
                }
                in += run;
                out += run;
                continue;
            }
            int run = control >>> 5;
            if (in + (run == LONG_MATCH ? 2 : 1) > end) {
                return false;
            }
            if (run == LONG_MATCH) {
                run += from[in++] & 0xff;
            }
            run += 2;
            int distance = ((control & 0x1f) << 8 | from[in++] & 0xff) + 1;
            if (distance > out || run > length - out) {
                return false;
            }
            int source = out - distance;
            if (distance >= 8) {
                for (int i = 0; i < run; i += 8) {
                    LONG.set(to, out + i, (long) LONG.get(to, source + i));
                }
            } else {
                for (int i = 0; i < run; i++) {
                    to[out + i] = to[source + i];
                }
            }
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
