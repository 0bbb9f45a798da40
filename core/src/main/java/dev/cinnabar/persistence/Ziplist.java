package dev.cinnabar.persistence;

import dev.cinnabar.memory.Bytes;
import dev.cinnabar.text.Numbers;

/**
 * Reads ziplists, which listpacks have replaced in Redis 7.0, from first to last element. Owned by one thread.
 *
 * <pre>
 *  4 bytes: bytes of all   4: where the last element begins   2: elements, or 65535   elements   255
 *
 *  element:  length of the one in front: a byte, or 254 and four
 *            00llllll  01llllll llllllll  10...... llllllll x 4 (highest byte first)         text so long
 *            11000000 2 bytes  11010000 4  11100000 8  11110000 3  11111110 1                a number, lowest byte first
 *            1111nnnn                                                                        n - 1, which is 0 to 12
 * </pre>
 */
final class Ziplist {

    private static final int HEADER = 10;
    private static final int END = 255;
    private static final int LONG_BACK = 254;
    private static final int COUNT_UNKNOWN = 0xffff;

    private Bytes run = new Bytes();
    private int position;
    private final byte[] digits = new byte[Numbers.MAX_LONG_LENGTH];

    // The element of which the header has been read.
    private boolean isNumber;
    private int data;
    private int length;

    /** Turns to a ziplist, in front of its first element, and counts the elements; -1 if it is none. */
    int at(Bytes bytes) {
        run = new Bytes();
        int end = bytes.length() - 1;
        if (end < HEADER || number(bytes, 0, 4) != bytes.length() || (bytes.byteAt(end) & 0xff) != END) {
            return -1;
        }
        run = bytes;
        int n = 0;
        int before = 0;
        int last = HEADER;
        position = HEADER;
        while (position < end) {
            last = position;
            if (!open(end, before)) {
                return -1;
            }
            before = position - last;
            n++;
        }
        position = HEADER;
        long said = number(bytes, 8, 2) & 0xffff;
        return (said == COUNT_UNKNOWN || said == n) && number(bytes, 4, 4) == last ? n : -1;
    }

    /** Shows the next element; a number as text, until the next number. There must be one. */
    Bytes next(Bytes view) {
        if (!open(run.length() - 1, -1)) {
            throw new IllegalStateException("a ziplist that has changed");
        }
        if (isNumber) {
            return view.set(digits, 0, Numbers.writeLong(length == 0 ? data : number(run, data, length), digits, 0));
        }
        run.copyTo(data, text(length), 0, length);
        return view.set(text, 0, length);
    }

    private byte[] text = {};

    private byte[] text(int n) {
        if (text.length < n) {
            text = new byte[n];
        }
        return text;
    }

    /** Reads the header of the element here and steps over it; false if it does not end where it may. */
    private boolean open(int end, int before) {
        int p = position;
        boolean wide = (run.byteAt(p) & 0xff) == LONG_BACK;
        int header = wide ? 5 : 1;
        if ((run.byteAt(p) & 0xff) == END || end - p <= header) {
            return false;
        }
        long back = wide ? number(run, p + 1, 4) : run.byteAt(p) & 0xff;
        if (before >= 0 && back != before) {
            return false;
        }
        p += header;
        int b = run.byteAt(p) & 0xff;
        int wideLength = b < 0x40 ? 1 : b < 0x80 ? 2 : b < 0xc0 ? 5 : 1;
        if (end - p < wideLength) {
            return false;
        }
        isNumber = b >= 0xc0;
        long n = switch (b >> 6) {
            case 0 -> b;
            case 1 -> (b & 0x3fL) << 8 | run.byteAt(p + 1) & 0xff;
            case 2 -> Integer.toUnsignedLong(Integer.reverseBytes((int) number(run, p + 1, 4)));
            default -> numberLength(b);
        };
        p += wideLength;
        if (n < 0 || n > end - p) {
            return false;
        }
        length = (int) n;
        data = isNumber && length == 0 ? (b & 0x0f) - 1 : p;
        position = p + length;
        return true;
    }

    /** The bytes of a number behind its first one, or -1 if that is none. */
    private static int numberLength(int b) {
        return switch (b) {
            case 0xc0 -> 2;
            case 0xd0 -> 4;
            case 0xe0 -> 8;
            case 0xf0 -> 3;
            case 0xfe -> 1;
            default -> b > 0xf0 && b < 0xfe ? 0 : -1;
        };
    }

    /** A number of so many bytes, lowest first, with its sign. */
    private static long number(Bytes bytes, int at, int n) {
        long value = bytes.byteAt(at + n - 1);
        for (int i = n - 2; i >= 0; i--) {
            value = value << 8 | bytes.byteAt(at + i) & 0xff;
        }
        return value;
    }
}
