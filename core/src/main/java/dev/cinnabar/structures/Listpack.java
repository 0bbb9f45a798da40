package dev.cinnabar.structures;

import dev.cinnabar.memory.Bytes;
import dev.cinnabar.memory.Memory;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * A listpack: a short list of texts and numbers in one run of bytes, in Redis' published format. A flyweight over
 * bytes that lie anywhere; not thread-safe, guarded by the owner of the bytes.
 *
 * <p>It allocates nothing and moves nothing: before a change that makes the listpack longer the caller provides the
 * room behind its {@link #bytes} (ask {@link #bytesFor}) and positions the flyweight again if it has moved. An
 * element is named by its position, the offset of its first byte from the beginning; 0 is no element. Changes keep
 * positions in front of them.
 */
public final class Listpack {

    /*
     *   0            4       6                                           bytes - 1
     *   +------------+-------+---------+---------+----     ----+---------+------+
     *   | bytes      | count | element | element |             | element | 0xff |      little-endian
     *   +------------+-------+---------+---------+----     ----+---------+------+
     *
     *   element      +----------+------------+-------------+
     *                | encoding | data       | back length |     back length: of encoding and data, so that who
     *                +----------+------------+-------------+     comes from behind finds the beginning
     *
     *   encoding     0vvvvvvv                     number 0 ... 127
     *                10llllll                     text of up to 63 bytes
     *                110vvvvv vvvvvvvv            number -4096 ... 4095
     *                1110llll llllllll            text of up to 4095 bytes
     *                11110000 llllllll x 4        text of any length, little-endian
     *                11110001 to 11110100         number of 16, 24, 32, 64 bits, little-endian
     *
     * The back length has 7 bits a byte, the lowest in the last; a byte whose top bit is set has another one before
     * it. A count of 65535 means: count them. A text that is the canonical form of a number is stored as that number.
     *
     * An example, the list of "a" and "300":
     *
     *     0d000000 0200 8161 02 c12c 02 ff
     *     |        |    |    |  |    |  end
     *     |        |    |    |  |    back length 2
     *     |        |    |    |  number of 13 bits: 0x012c
     *     |        |    |    back length 2
     *     |        |    text of one byte
     *     |        2 elements
     *     13 bytes
     *
     * Complexity: everything that names an element by index, or looks for one, is linear: meant for a few hundred
     * elements. Adding and taking out at the end moves nothing; at the beginning neither, where the caller lets the
     * listpack begin elsewhere (prepend, deleteFirst). Length: up to 2 GB, for one that is a single huge element; who
     * has many converts to another structure long before.
     */

    /** The bytes of an empty listpack. */
    public static final int EMPTY_BYTES = 7;

    private static final ValueLayout.OfByte BYTE = ValueLayout.JAVA_BYTE;
    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private static final int COUNT = 4;
    private static final int FIRST = 6;
    private static final int END = 0xff;
    private static final int COUNT_UNKNOWN = 0xffff;
    private static final int MAX_BYTES = Integer.MAX_VALUE - 8;

    private static final int TEXT_32 = 0xf0;
    private static final int NUMBER_16 = 0xf1;
    private static final int NUMBER_24 = 0xf2;
    private static final int NUMBER_32 = 0xf3;
    private static final int NUMBER_64 = 0xf4;

    private MemorySegment segment = MemorySegment.NULL;
    private long base;
    private final byte[] digits = new byte[Decimal.MAX_LENGTH];
    private final Bytes other = new Bytes();

    public Listpack() {}

    /** Positions this flyweight at a listpack in a block. */
    public Listpack at(Memory memory, long block, long offset) {
        return at(memory.segment(block), memory.offset(block) + offset);
    }

    public Listpack at(MemorySegment segment, long offset) {
        this.segment = segment;
        this.base = offset;
        return this;
    }

    /** Writes an empty listpack here. */
    public Listpack format() {
        putInt(0, EMPTY_BYTES);
        putShort(COUNT, 0);
        putByte(FIRST, END);
        return this;
    }

    /** The bytes of the whole. */
    public int bytes() {
        return intAt(0);
    }

    /** The number of elements. */
    public int count() {
        int count = shortAt(COUNT) & 0xffff;
        if (count != COUNT_UNKNOWN) {
            return count;
        }
        int n = 0;
        for (int p = first(); p != 0; p = next(p)) {
            n++;
        }
        return n;
    }

    // Positions.

    /** The first element, or 0. */
    public int first() {
        return byteAt(FIRST) == END ? 0 : FIRST;
    }

    /** The element behind, or 0. */
    public int next(int position) {
        int next = after(position);
        return byteAt(next) == END ? 0 : next;
    }

    /** The last element, or 0. */
    public int last() {
        return before(bytes() - 1);
    }

    /** The element in front, or 0. */
    public int previous(int position) {
        return before(position);
    }

    /** The element of an index, counted from 0, or from behind with -1 for the last; 0 if there is none. */
    public int seek(int index) {
        int stored = shortAt(COUNT) & 0xffff;
        int wanted = index;
        if (stored != COUNT_UNKNOWN) {
            if (index >= stored || index < -stored) {
                return 0;
            }
            if (index >= 0 && index > stored / 2) {
                wanted = index - stored;
            } else if (index < 0 && -index > stored / 2) {
                wanted = index + stored;
            }
        }
        int p;
        if (wanted >= 0) {
            p = first();
            for (int i = 0; i < wanted && p != 0; i++) {
                p = next(p);
            }
        } else {
            p = last();
            for (int i = -1; i > wanted && p != 0; i--) {
                p = previous(p);
            }
        }
        return p;
    }

    /** Where the element behind, or the end, begins. */
    private int after(int position) {
        int length = encodedLength(position);
        return position + length + backLengthBytes(length);
    }

    private int before(int position) {
        if (position == FIRST) {
            return 0;
        }
        int at = position - 1;
        int length = 0;
        int shift = 0;
        int b;
        do {
            b = byteAt(at--);
            length |= (b & 0x7f) << shift;
            shift += 7;
        } while ((b & 0x80) != 0);
        return at + 1 - length;
    }

    // Reading.

    public boolean isNumber(int position) {
        int b = byteAt(position);
        return b < 0x80 || (b & 0xe0) == 0xc0 || b >= NUMBER_16 && b <= NUMBER_64;
    }

    /** The number of an element that {@link #isNumber}. */
    public long number(int position) {
        int b = byteAt(position);
        if (b < 0x80) {
            return b;
        }
        return switch (b) {
            case NUMBER_16 -> shortAt(position + 1);
            case NUMBER_24 -> (shortAt(position + 1) & 0xffff) | (long) (byte) byteAt(position + 3) << 16;
            case NUMBER_32 -> intAt(position + 1);
            case NUMBER_64 -> segment.get(LONG, base + position + 1);
            default -> ((b & 0x1f) << 8 | byteAt(position + 1)) << 19 >> 19;
        };
    }

    /** The length of an element as text. */
    public int textLength(int position) {
        return isNumber(position) ? digits.length - Decimal.format(number(position), digits) : dataLength(position);
    }

    /**
     * Shows the element as text, a number in digits. The view is valid until the listpack changes; and that of a
     * number until this flyweight reads another number as text.
     */
    public Bytes get(int position, Bytes view) {
        if (isNumber(position)) {
            int start = Decimal.format(number(position), digits);
            return view.set(digits, start, digits.length - start);
        }
        int header = headerLength(position);
        return view.set(segment, base + position + header, dataLength(position));
    }

    /** Whether the element is this text. */
    public boolean equals(int position, Bytes text) {
        return equals(position, text, Decimal.isCanonical(text));
    }

    /** Whether a text is stored as a number. */
    public static boolean isStoredAsNumber(Bytes text) {
        return Decimal.isCanonical(text);
    }

    /** Whether the element is this text, of which the caller knows whether it {@link #isStoredAsNumber}. */
    public boolean equals(int position, Bytes text, boolean canonical) {
        if (isNumber(position)) {
            return canonical && number(position) == Decimal.parse(text);
        }
        return dataLength(position) == text.length() && get(position, other).contentEquals(text);
    }

    /**
     * The first element from a position on that is this text, or 0, looking at one element and passing over {@code
     * skip}. So in a listpack of names and values {@code find(first(), name, 1)} looks at names only.
     */
    public int find(int from, Bytes text, int skip) {
        boolean canonical = Decimal.isCanonical(text);
        int p = from;
        while (p != 0) {
            if (equals(p, text, canonical)) {
                return p;
            }
            p = next(p);
            for (int i = 0; i < skip && p != 0; i++) {
                p = next(p);
            }
        }
        return 0;
    }

    // Changing.

    /** The bytes that an element of this text takes. */
    public static int bytesFor(Bytes text) {
        if (Decimal.isCanonical(text)) {
            return bytesFor(Decimal.parse(text));
        }
        return maxBytesFor(text.length());
    }

    /** The bytes that an element of a text of this length takes at most. */
    public static int maxBytesFor(int textLength) {
        int length = textHeaderLength(textLength) + textLength;
        return length + backLengthBytes(length);
    }

    /** The bytes that an element of this number takes. */
    public static int bytesFor(long number) {
        return numberLength(number) + 1;
    }

    /** The bytes that the element takes. */
    public int bytesAt(int position) {
        return after(position) - position;
    }

    public void append(Bytes text) {
        insert(0, text);
    }

    public void append(long number) {
        insert(0, number);
    }

    /** Puts an element in front of another, or at the end with 0; returns its position. */
    public int insert(int position, Bytes text) {
        if (Decimal.isCanonical(text)) {
            return insert(position, Decimal.parse(text));
        }
        int at = open(position == 0 ? bytes() - 1 : position, 0, bytesFor(text));
        addToCount(1);
        writeText(at, text);
        return at;
    }

    public int insert(int position, long number) {
        int at = open(position == 0 ? bytes() - 1 : position, 0, bytesFor(number));
        addToCount(1);
        writeNumber(at, number);
        return at;
    }

    /** Puts another element in the place of one. */
    public void replace(int position, Bytes text) {
        if (Decimal.isCanonical(text)) {
            replace(position, Decimal.parse(text));
            return;
        }
        open(position, bytesAt(position), bytesFor(text));
        writeText(position, text);
    }

    public void replace(int position, long number) {
        open(position, bytesAt(position), bytesFor(number));
        writeNumber(position, number);
    }

    /** Takes out up to {@code n} elements from a position on; returns the position of what follows, or 0. */
    public int delete(int position, int n) {
        int end = position;
        int deleted = 0;
        while (deleted < n && byteAt(end) != END) {
            end = after(end);
            deleted++;
        }
        open(position, end - position, 0);
        addToCount(-deleted);
        return byteAt(position) == END ? 0 : position;
    }

    /**
     * Puts an element in front of all others, into room that the caller provides in front of the listpack, which from
     * then on begins earlier. Returns by how many bytes.
     */
    public int prepend(Bytes text) {
        boolean isNumber = Decimal.isCanonical(text);
        long number = isNumber ? Decimal.parse(text) : 0;
        int n = isNumber ? bytesFor(number) : maxBytesFor(text.length());
        beginAt(-n);
        addToCount(1);
        if (isNumber) {
            writeNumber(FIRST, number);
        } else {
            writeText(FIRST, text);
        }
        return n;
    }

    /** Takes out the first {@code n} elements; the listpack begins later then. Returns by how many bytes. */
    public int deleteFirst(int n) {
        int end = FIRST;
        for (int i = 0; i < n; i++) {
            end = after(end);
        }
        beginAt(end - FIRST);
        addToCount(-n);
        return end - FIRST;
    }

    /** Moves the header by so many bytes, and the beginning of the listpack with it. */
    private void beginAt(int distance) {
        int bytes = bytes();
        short count = shortAt(COUNT);
        base += distance;
        putInt(0, bytes - distance);
        putShort(COUNT, count);
    }

    /** Takes out the last {@code n} elements. Returns how many bytes shorter it is. */
    public int deleteLast(int n) {
        int end = bytes() - 1;
        int position = end;
        for (int i = 0; i < n; i++) {
            position = before(position);
        }
        truncate(position, n);
        return end - position;
    }

    /** Takes out the first elements that are this text, at most {@code max}; returns how many. */
    public int removeFirst(Bytes text, long max) {
        int removed = 0;
        int p = first();
        while (p != 0 && removed < max) {
            p = find(p, text, 0);
            if (p != 0) {
                p = delete(p, 1);
                removed++;
            }
        }
        return removed;
    }

    /** Takes out the last elements that are this text, at most {@code max}; returns how many. */
    public int removeLast(Bytes text, long max) {
        boolean canonical = Decimal.isCanonical(text);
        int removed = 0;
        int p = last();
        while (p != 0 && removed < max) {
            int before = before(p);
            if (equals(p, text, canonical)) {
                delete(p, 1);
                removed++;
            }
            p = before;
        }
        return removed;
    }

    /** Takes out all elements from a position on, which are {@code n}. */
    public void truncate(int position, int n) {
        putByte(position, END);
        putInt(0, position + 1);
        addToCount(-n);
    }

    /** Adds copies of another listpack's elements from a position on, which are {@code n}, at the end. */
    public void appendFrom(Listpack from, int position, int n) {
        int bytes = bytes();
        int more = from.bytes() - position;
        MemorySegment.copy(from.segment, from.base + position, segment, base + bytes - 1, more);
        putInt(0, Math.addExact(bytes, more - 1));
        addToCount(n);
    }

    /** Adds copies of another listpack's elements from a position up to another, which are {@code n}, at the end. */
    public void appendFrom(Listpack from, int position, int end, int n) {
        int bytes = bytes();
        MemorySegment.copy(from.segment, from.base + position, segment, base + bytes - 1, end - position);
        int newBytes = Math.addExact(bytes, end - position);
        putByte(newBytes - 1, END);
        putInt(0, newBytes);
        addToCount(n);
    }

    /** Makes the {@code oldLength} bytes at a position {@code newLength}, and moves what follows. */
    private int open(int position, int oldLength, int newLength) {
        int bytes = bytes();
        int newBytes = Math.addExact(bytes, newLength - oldLength);
        if (newBytes > MAX_BYTES) {
            throw new IllegalStateException("a listpack of " + newBytes + " bytes");
        }
        int rest = bytes - position - oldLength;
        if (rest == 1) {
            putByte(position + newLength, END);
        } else {
            MemorySegment.copy(segment, base + position + oldLength, segment, base + position + newLength, rest);
        }
        putInt(0, newBytes);
        return position;
    }

    private void addToCount(int n) {
        int count = shortAt(COUNT) & 0xffff;
        if (count != COUNT_UNKNOWN) {
            putShort(COUNT, Math.min(count + n, COUNT_UNKNOWN));
        } else if (n < 0) {
            // It may have become known again.
            putShort(COUNT, Math.min(count(), COUNT_UNKNOWN));
        }
    }

    private void writeText(int position, Bytes text) {
        int n = text.length();
        int header = textHeaderLength(n);
        switch (header) {
            case 1 -> putByte(position, 0x80 | n);
            case 2 -> {
                putByte(position, 0xe0 | n >> 8);
                putByte(position + 1, n);
            }
            default -> {
                putByte(position, TEXT_32);
                putInt(position + 1, n);
            }
        }
        text.copyTo(0, segment, base + position + header, n);
        writeBackLength(position, header + n);
    }

    private void writeNumber(int position, long number) {
        int length = numberLength(number);
        int low = (int) number;
        switch (length) {
            case 1 -> putByte(position, low);
            case 2 -> {
                putByte(position, 0xc0 | low >> 8 & 0x1f);
                putByte(position + 1, low);
            }
            case 3 -> {
                putByte(position, NUMBER_16);
                putShort(position + 1, low);
            }
            case 4 -> {
                putByte(position, NUMBER_24);
                putShort(position + 1, low);
                putByte(position + 3, low >> 16);
            }
            case 5 -> {
                putByte(position, NUMBER_32);
                putInt(position + 1, low);
            }
            default -> {
                putByte(position, NUMBER_64);
                segment.set(LONG, base + position + 1, number);
            }
        }
        writeBackLength(position, length);
    }

    private void writeBackLength(int position, int length) {
        int n = backLengthBytes(length);
        for (int i = 0; i < n; i++) {
            int bits = length >>> 7 * (n - 1 - i) & 0x7f;
            putByte(position + length + i, i == 0 ? bits : bits | 0x80);
        }
    }

    // Lengths.

    static int textHeaderLength(int length) {
        return length < 64 ? 1 : length < 4096 ? 2 : 5;
    }

    /** The bytes of encoding and data of a number. */
    static int numberLength(long number) {
        if (number >= 0 && number <= 127) {
            return 1;
        }
        if (number >= -4096 && number <= 4095) {
            return 2;
        }
        if (number == (short) number) {
            return 3;
        }
        if (number == number << 40 >> 40) {
            return 4;
        }
        return number == (int) number ? 5 : 9;
    }

    static int backLengthBytes(int length) {
        return length < 1 << 7 ? 1 : length < 1 << 14 ? 2 : length < 1 << 21 ? 3 : length < 1 << 28 ? 4 : 5;
    }

    /** The bytes of encoding and data. */
    private int encodedLength(int position) {
        return headerLength(position) + dataLength(position);
    }

    private int headerLength(int position) {
        int b = byteAt(position);
        if (b < 0xc0) {
            return 1;
        }
        return b < TEXT_32 ? 2 : b == TEXT_32 ? 5 : 1;
    }

    /** The bytes behind the header: of a text its own. */
    private int dataLength(int position) {
        int b = byteAt(position);
        if (b < 0x80) {
            return 0;
        }
        if (b < 0xc0) {
            return b & 0x3f;
        }
        if (b < 0xe0) {
            return 0;
        }
        if (b < TEXT_32) {
            return (b & 0x0f) << 8 | byteAt(position + 1);
        }
        return switch (b) {
            case TEXT_32 -> intAt(position + 1);
            case NUMBER_16 -> 2;
            case NUMBER_24 -> 3;
            case NUMBER_32 -> 4;
            case NUMBER_64 -> 8;
            default -> throw new IllegalStateException("no listpack element begins with " + b);
        };
    }

    /**
     * Whether bytes from outside are a listpack, of exactly this length: every element ends inside, can be read from
     * both sides, and their number is the one that the header says. After this, nothing here reads outside of it.
     */
    public static boolean isValid(MemorySegment segment, long offset, int length) {
        return new Listpack().at(segment, offset).isValid(length);
    }

    private boolean isValid(int length) {
        if (length < EMPTY_BYTES || length > MAX_BYTES || bytes() != length || byteAt(length - 1) != END) {
            return false;
        }
        int end = length - 1;
        int p = FIRST;
        int n = 0;
        while (p < end) {
            int b = byteAt(p);
            if (b > NUMBER_64 || p + headerLength(p) > end) {
                return false;
            }
            int data = dataLength(p);
            if (data < 0 || data > end - p - headerLength(p)) {
                return false;
            }
            int encoded = encodedLength(p);
            int next = p + encoded + backLengthBytes(encoded);
            if (next > end || !hasBackLength(p, encoded)) {
                return false;
            }
            p = next;
            n++;
        }
        int count = shortAt(COUNT) & 0xffff;
        return p == end && (count == COUNT_UNKNOWN || count == n);
    }

    /** Whether an element has the form that adding it would give it, and is, as a text, no longer than this. */
    boolean isCanonical(int position, int maxText, Bytes view) {
        if (isNumber(position)) {
            return numberLength(number(position)) == encodedLength(position);
        }
        int length = dataLength(position);
        return length <= maxText
                && headerLength(position) == textHeaderLength(length)
                && (length > Decimal.MAX_LENGTH || !Decimal.isCanonical(get(position, view)));
    }

    /** All bits of a canonical element, mixed: equal elements have the same. */
    long mixAt(int position) {
        int length = encodedLength(position);
        long end = base + position + length;
        if (length < 8) {
            // In front of the first element there are six bytes, so eight that end with two of it.
            return length == 1 ? byteAt(position) : segment.get(LONG, end - 8) >>> 64 - 8 * length;
        }
        long mixed = segment.get(LONG, end - 8);
        for (long at = base + position; at < end - 8; at += 8) {
            mixed = (mixed ^ mixed >>> 29) * 0xbf58476d1ce4e5b9L + segment.get(LONG, at);
        }
        return mixed ^ mixed >>> 32;
    }

    /** Whether two canonical elements are equal. */
    boolean isSame(int a, int b) {
        int length = encodedLength(a);
        return length == encodedLength(b)
                && MemorySegment.mismatch(segment, base + a, base + a + length, segment, base + b, base + b + length)
                        < 0;
    }

    private boolean hasBackLength(int position, int length) {
        int n = backLengthBytes(length);
        for (int i = 0; i < n; i++) {
            int bits = length >>> 7 * (n - 1 - i) & 0x7f;
            if (byteAt(position + length + i) != (i == 0 ? bits : bits | 0x80)) {
                return false;
            }
        }
        return true;
    }

    private int byteAt(int position) {
        return segment.get(BYTE, base + position) & 0xff;
    }

    private short shortAt(int position) {
        return segment.get(SHORT, base + position);
    }

    private int intAt(int position) {
        return segment.get(INT, base + position);
    }

    private void putByte(int position, int value) {
        segment.set(BYTE, base + position, (byte) value);
    }

    private void putShort(int position, int value) {
        segment.set(SHORT, base + position, (short) value);
    }

    private void putInt(int position, int value) {
        segment.set(INT, base + position, value);
    }
}
