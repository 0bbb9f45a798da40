package dev.cinnabar.structures;

import dev.cinnabar.memory.Bytes;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * What has to be known of a {@link Listpack#isValid valid} listpack from outside before it can take the place of one that was
 * made here. Owned by one thread; keeps no listpack.
 */
public final class ListpackCheck {

    /*
     * A search in a listpack compares a number with numbers and a text with texts. So each element must be of the form that
     * it would get here, the shortest one: then equal elements are equal bytes, and what is there twice is found by a table
     * of hashes in linear time.
     *
     * Files are full of short listpacks in arrays: these are looked at once, by examine(), for all of it. Its loop knows bytes of an
     * array alone, which is several times as quick, and quicker to be compiled, as what asks a Listpack over memory anywhere. Where
     * it has doubts (a count that is not told, say), it says that the listpack is not canonical, and its elements are added one by
     * one.
     */

    private static final VarHandle SHORT = MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    /** What {@link #examine} says: no listpack; one whose elements have to be added anew; one that can be taken over. */
    public enum Verdict {
        INVALID,
        VALID,
        CANONICAL
    }

    private static final int FIRST = 6;
    private static final int END = 0xff;
    private static final int COUNT_UNKNOWN = 0xffff;

    private static final int MIN_SLOTS = 32;
    private static final long FACTOR = 0x9e3779b97f4a7c15L;

    private final Bytes view = new Bytes();

    /** Positions by hash, linearly probed. */
    private int[] slots = new int[MIN_SLOTS];

    /** Whether all elements have the form that adding them here would give them, and no text is longer than {@code maxText}. */
    public boolean isCanonical(Listpack pack, int maxText) {
        for (int p = pack.first(); p != 0; p = pack.next(p)) {
            if (!pack.isCanonical(p, maxText, view)) {
                return false;
            }
        }
        return true;
    }

    /** Whether no two of the first elements of groups of {@code width} are equal; the listpack is canonical. */
    public boolean areDistinct(Listpack pack, int width) {
        int bits = Math.max(
                Integer.numberOfTrailingZeros(MIN_SLOTS), 33 - Integer.numberOfLeadingZeros(pack.count() / width));
        int size = 1 << bits;
        if (slots.length < size) {
            slots = new int[size];
        } else {
            Arrays.fill(slots, 0, size, 0);
        }
        for (int p = pack.first(); p != 0; ) {
            int at = (int) (pack.mixAt(p) * FACTOR >>> 64 - bits);
            while (slots[at] != 0) {
                if (pack.isSame(p, slots[at])) {
                    return false;
                }
                at = at + 1 & size - 1;
            }
            slots[at] = p;
            for (int i = 0; i < width && p != 0; i++) {
                p = pack.next(p);
            }
        }
        return true;
    }

    /**
     * Looks at bytes from outside, {@code length} of them from the beginning of an array: whether they are a listpack, whether it is
     * canonical, and if {@code width} is not 0, whether no two of the first elements of groups of so many are equal.
     *
     * @param maxText no text of a canonical listpack is longer
     */
    public Verdict examine(byte[] run, int length, int width, int maxText) {
        if (length < Listpack.EMPTY_BYTES
                || length > run.length
                || (int) INT.get(run, 0) != length
                || (run[length - 1] & 0xff) != END) {
            return Verdict.INVALID;
        }
        int said = (short) SHORT.get(run, 4) & 0xffff;
        int bits = width == 0 ? 0 : clear(Math.min(said, length / 2) / width);
        int end = length - 1;
        boolean canonical = said != COUNT_UNKNOWN;
        int count = 0;
        int inGroup = 0;
        int p = FIRST;
        while (p < end) {
            if (count == said && said != COUNT_UNKNOWN) {
                // The table of hashes was made for so many.
                return Verdict.INVALID;
            }
            int b = run[p];
            int encoded;
            if (b >= 0) {
                encoded = 1;
            } else if (b < (byte) 0xc0) {
                int text = b & 0x3f;
                encoded = 1 + text;
                if (encoded > end - p) {
                    return Verdict.INVALID;
                }
                canonical &= text <= maxText && !isNumber(run, p + 1, text);
            } else {
                encoded = encodedLength(run, p, end);
                if (encoded == 0) {
                    return Verdict.INVALID;
                }
                canonical &= isShortest(run, p, encoded, maxText);
            }
            int next = p + encoded;
            if (encoded < 1 << 7) {
                if (next >= end || run[next] != encoded) {
                    return Verdict.INVALID;
                }
                next++;
            } else {
                int back = Listpack.backLengthBytes(encoded);
                if (back > end - next || !hasBackLength(run, next, encoded, back)) {
                    return Verdict.INVALID;
                }
                next += back;
            }
            if (width > 0 && canonical) {
                canonical = inGroup > 0 || isNew(run, p, encoded, bits);
                inGroup = inGroup + 1 == width ? 0 : inGroup + 1;
            }
            count++;
            p = next;
        }
        if (said != COUNT_UNKNOWN && count < said) {
            return Verdict.INVALID;
        }
        return canonical ? Verdict.CANONICAL : Verdict.VALID;
    }

    /** Empties a table for so many, and returns the bits of a place in it. */
    private int clear(int groups) {
        int bits = Math.max(Integer.numberOfTrailingZeros(MIN_SLOTS), 33 - Integer.numberOfLeadingZeros(groups));
        int size = 1 << bits;
        if (slots.length < size) {
            slots = new int[size];
        } else {
            Arrays.fill(slots, 0, size, 0);
        }
        return bits;
    }

    /** The bytes of encoding and data of an element that is neither a short text nor a small number; 0 if it does not fit. */
    private static int encodedLength(byte[] run, int p, int end) {
        int b = run[p] & 0xff;
        int room = end - p;
        if (b < 0xe0) {
            return room >= 2 ? 2 : 0;
        }
        if (b < 0xf0) {
            int encoded = room < 2 ? 0 : 2 + ((b & 0x0f) << 8 | run[p + 1] & 0xff);
            return encoded <= room ? encoded : 0;
        }
        if (b == 0xf0) {
            int text = room < 5 ? -1 : (int) INT.get(run, p + 1);
            return text >= 0 && text <= room - 5 ? 5 + text : 0;
        }
        int encoded = b == 0xf4 ? 9 : b - 0xf1 + 3;
        return b <= 0xf4 && encoded <= room ? encoded : 0;
    }

    /** Whether that element, which is there, is of the shortest form. */
    private static boolean isShortest(byte[] run, int p, int encoded, int maxText) {
        int b = run[p] & 0xff;
        if (b >= 0xe0 && b <= 0xf0) {
            int text = b < 0xf0 ? encoded - 2 : encoded - 5;
            return text <= maxText && Listpack.textHeaderLength(text) == encoded - text;
        }
        long number = switch (b) {
            case 0xf1 -> (short) SHORT.get(run, p + 1);
            case 0xf2 -> (short) SHORT.get(run, p + 1) & 0xffff | run[p + 3] << 16;
            case 0xf3 -> (int) INT.get(run, p + 1);
            case 0xf4 -> (long) LONG.get(run, p + 1);
            default -> ((b & 0x1f) << 8 | run[p + 1] & 0xff) << 19 >> 19;
        };
        return Listpack.numberLength(number) == encoded;
    }

    /** Whether a text is that of a number. Most are not, which their ends show. */
    private boolean isNumber(byte[] run, int at, int length) {
        if (length == 0 || length > Decimal.MAX_LENGTH || run[at] > '9' || run[at + length - 1] > '9') {
            return false;
        }
        return Decimal.isCanonical(view.set(run, at, length));
    }

    private static boolean hasBackLength(byte[] run, int at, int encoded, int back) {
        for (int i = 0; i < back; i++) {
            int seven = encoded >>> 7 * (back - 1 - i) & 0x7f;
            if ((run[at + i] & 0xff) != (i == 0 ? seven : seven | 0x80)) {
                return false;
            }
        }
        return true;
    }

    /** Notes a canonical element; false if an equal one has been. */
    private boolean isNew(byte[] run, int p, int encoded, int bits) {
        int end = p + encoded;
        long mixed;
        if (encoded < 8) {
            // In front of the first element there are six bytes: so of two or more, eight that end with them are there.
            mixed = encoded == 1 ? run[p] : (long) LONG.get(run, end - 8) >>> 64 - 8 * encoded;
        } else {
            mixed = (long) LONG.get(run, end - 8);
            for (int at = p; at < end - 8; at += 8) {
                mixed = (mixed ^ mixed >>> 29) * 0xbf58476d1ce4e5b9L + (long) LONG.get(run, at);
            }
            mixed ^= mixed >>> 32;
        }
        int at = (int) (mixed * FACTOR >>> 64 - bits);
        while (slots[at] != 0) {
            // Equal bytes begin with equal lengths.
            if (Arrays.equals(run, slots[at], slots[at] + encoded, run, p, end)) {
                return false;
            }
            at = at + 1 & (1 << bits) - 1;
        }
        slots[at] = p;
        return true;
    }
}
