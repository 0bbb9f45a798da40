package dev.cinnabar.values;

import dev.cinnabar.memory.Bytes;
import dev.cinnabar.memory.Memory;
import dev.cinnabar.memory.Tag;
import java.lang.foreign.MemorySegment;

/**
 * The operations of strings over an entry. Stateless; guarded by the lock of the entry's partition.
 *
 * <p>Forms: a number of 64 bits; a run of bytes inside the entry up to {@value #MAX_INLINE} bytes; else a block of its own,
 * with room to grow once it has been appended to.
 */
public final class StringValue {

    /** The longest string kept inside its entry, in bytes. */
    static final int MAX_INLINE = 1024;

    /** The longest string that is called "embstr", in bytes. */
    private static final int MAX_EMBSTR = 44;

    private static final int BLOCK_LENGTH = 8;
    private static final int BLOCK_CAPACITY = 12;

    private StringValue() {}

    /** The kind in which a new string of these bytes is stored. */
    public static int kindFor(Bytes value) {
        int n = value.length();
        if (n <= 20 && isCanonicalLong(value)) {
            return Encoding.STRING_INT;
        }
        return n <= MAX_EMBSTR
                ? Encoding.STRING_EMBSTR
                : n <= MAX_INLINE ? Encoding.STRING_RAW : Encoding.STRING_BLOCK;
    }

    /** The length inside the entry of a string of this kind. */
    public static int inlineLength(int kind, int length) {
        return Encoding.isInline(kind) ? length : 0;
    }

    /** Writes a new value into an entry that was created or reshaped for {@code kindFor(value)}. */
    public static void initialize(Entry entry, int kind, Bytes value) {
        Memory memory = entry.memory();
        int at = entry.valueOffset();
        if (kind == Encoding.STRING_INT) {
            memory.putLong(entry.address(), at, parseLong(value));
        } else if (Encoding.isInline(kind)) {
            memory.copyIn(value, entry.address(), at);
        } else {
            long block = memory.allocate(value.length(), Tag.VALUE);
            memory.copyIn(value, block, 0);
            reference(entry, block, value.length(), value.length());
        }
    }

    /** Replaces whatever the string was; the expiry stays. */
    public static void set(Entry entry, Bytes value) {
        int kind = kindFor(value);
        release(entry);
        entry.reshape(kind, inlineLength(kind, value.length()));
        initialize(entry, kind, value);
    }

    public static void setLong(Entry entry, long value) {
        if (entry.kind() != Encoding.STRING_INT) {
            release(entry);
            entry.reshape(Encoding.STRING_INT, 0);
        }
        entry.memory().putLong(entry.address(), entry.valueOffset(), value);
    }

    /** Whether the string is stored as a number. */
    public static boolean isLong(Entry entry) {
        return entry.kind() == Encoding.STRING_INT;
    }

    /** The number, where {@link #isLong}. */
    public static long longValue(Entry entry) {
        return entry.memory().getLong(entry.address(), entry.valueOffset());
    }

    public static int length(Entry entry) {
        int kind = entry.kind();
        if (kind == Encoding.STRING_INT) {
            return decimalLength(longValue(entry));
        }
        return Encoding.isInline(kind)
                ? entry.inlineLength()
                : entry.memory().getInt(entry.address(), entry.valueOffset() + (long) BLOCK_LENGTH);
    }

    /**
     * Makes a view show the bytes: where they lie, or for a number its digits, written into {@code scratch} (at least 20
     * bytes).
     */
    public static Bytes view(Entry entry, Bytes view, byte[] scratch) {
        int kind = entry.kind();
        Memory memory = entry.memory();
        int at = entry.valueOffset();
        if (kind == Encoding.STRING_INT) {
            return view.set(scratch, 0, decimal(memory.getLong(entry.address(), at), scratch));
        }
        if (Encoding.isInline(kind)) {
            return view.set(memory.segment(entry.address()), memory.offset(entry.address()) + at, entry.inlineLength());
        }
        long block = memory.getLong(entry.address(), at);
        return view.set(memory.segment(block), memory.offset(block), memory.getInt(entry.address(), at + (long) BLOCK_LENGTH));
    }

    /**
     * Makes the string at least {@code length} bytes long, stored as bytes that can be changed in place ("raw"), new bytes
     * being zero; it never gets shorter.
     */
    public static void grow(Entry entry, int length) {
        Memory memory = entry.memory();
        int kind = entry.kind();
        if (kind == Encoding.STRING_INT) {
            byte[] digits = new byte[20];
            int n = decimal(longValue(entry), digits);
            int kept = Math.max(n, length);
            if (kept <= MAX_INLINE) {
                entry.reshape(Encoding.STRING_RAW, kept);
                memory.copyIn(digits, 0, entry.address(), entry.valueOffset(), n);
                zero(memory, entry.address(), entry.valueOffset() + (long) n, kept - n);
                return;
            }
            entry.reshape(Encoding.STRING_RAW, n);
            memory.copyIn(digits, 0, entry.address(), entry.valueOffset(), n);
        }
        if (entry.kind() != Encoding.STRING_BLOCK) {
            int old = entry.inlineLength();
            int wanted = Math.max(old, length);
            if (wanted <= MAX_INLINE) {
                entry.reshape(Encoding.STRING_RAW, wanted);
                zero(memory, entry.address(), entry.valueOffset() + (long) old, wanted - old);
                return;
            }
            int capacity = capacityFor(wanted);
            long block = memory.allocate(capacity, Tag.VALUE);
            memory.copy(entry.address(), entry.valueOffset(), block, 0, old);
            zero(memory, block, old, wanted - old);
            entry.reshape(Encoding.STRING_BLOCK, 0);
            reference(entry, block, wanted, capacity);
            return;
        }
        long at = entry.valueOffset();
        int old = memory.getInt(entry.address(), at + BLOCK_LENGTH);
        if (length <= old) {
            return;
        }
        int capacity = memory.getInt(entry.address(), at + BLOCK_CAPACITY);
        long block = memory.getLong(entry.address(), at);
        if (length > capacity) {
            int more = capacityFor(length);
            long fresh = memory.allocate(more, Tag.VALUE);
            memory.copy(block, 0, fresh, 0, old);
            memory.free(block, capacity, Tag.VALUE);
            block = fresh;
            capacity = more;
        }
        zero(memory, block, old, length - old);
        reference(entry, block, length, capacity);
    }

    /** Overwrites bytes from {@code offset} on; the string is made long enough first. */
    public static void setRange(Entry entry, int offset, Bytes value) {
        grow(entry, Math.addExact(offset, value.length()));
        Memory memory = entry.memory();
        long at = entry.valueOffset();
        if (entry.kind() == Encoding.STRING_BLOCK) {
            memory.copyIn(value, memory.getLong(entry.address(), at), offset);
        } else {
            memory.copyIn(value, entry.address(), at + offset);
        }
    }

    /** Adds bytes at the end. Returns the new length. */
    public static int append(Entry entry, Bytes value) {
        int old = length(entry);
        setRange(entry, old, value);
        return old + value.length();
    }

    /** Frees what the value has outside its entry. */
    public static void release(Entry entry) {
        if (entry.kind() == Encoding.STRING_BLOCK) {
            Memory memory = entry.memory();
            long at = entry.valueOffset();
            memory.free(
                    memory.getLong(entry.address(), at),
                    memory.getInt(entry.address(), at + BLOCK_CAPACITY),
                    Tag.VALUE);
        }
    }

    /** Gives a copy, whose part inside the entry is there already, a block of its own where the original has one. */
    static void copyOutside(Entry from, Entry to) {
        if (from.kind() == Encoding.STRING_BLOCK) {
            int length = length(from);
            long old = from.memory().getLong(from.address(), from.valueOffset());
            long block = to.memory().allocate(Math.max(length, 1), Tag.VALUE);
            MemorySegment.copy(
                    from.memory().segment(old),
                    from.memory().offset(old),
                    to.memory().segment(block),
                    to.memory().offset(block),
                    length);
            reference(to, block, length, Math.max(length, 1));
        }
    }

    /** Bytes that the value takes outside its entry. */
    public static long externalSize(Entry entry) {
        return entry.kind() == Encoding.STRING_BLOCK
                ? Memory.blockSize(entry.memory().getInt(entry.address(), entry.valueOffset() + (long) BLOCK_CAPACITY))
                : 0;
    }

    private static void reference(Entry entry, long block, int length, int capacity) {
        Memory memory = entry.memory();
        long at = entry.valueOffset();
        memory.putLong(entry.address(), at, block);
        memory.putInt(entry.address(), at + BLOCK_LENGTH, length);
        memory.putInt(entry.address(), at + BLOCK_CAPACITY, capacity);
    }

    private static int capacityFor(int length) {
        long more = length < 1 << 20 ? 2L * length : length + (1L << 20);
        return (int) Math.min(more, Integer.MAX_VALUE - 16);
    }

    private static void zero(Memory memory, long address, long offset, int n) {
        if (n > 0) {
            memory.fill(address, offset, n, (byte) 0);
        }
    }

    // Numbers as text. Only the one canonical spelling counts: no sign '+', no leading zero, no blank.

    private static boolean isCanonicalLong(Bytes value) {
        int n = value.length();
        if (n == 0) {
            return false;
        }
        int i = value.byteAt(0) == '-' ? 1 : 0;
        if (i == n) {
            return false;
        }
        byte first = value.byteAt(i);
        if (first == '0') {
            return n == 1;
        }
        int digits = n - i;
        if (digits > 19) {
            return false;
        }
        long negative = 0;
        for (; i < n; i++) {
            int digit = value.byteAt(i) - '0';
            if (digit < 0 || digit > 9) {
                return false;
            }
            if (digits == 19 && i == n - 1) {
                // Summed up as a negative number: that side of the range is one longer.
                long limit = value.byteAt(0) == '-' ? Long.MIN_VALUE : -Long.MAX_VALUE;
                if (negative < Long.MIN_VALUE / 10 || negative * 10 < limit + digit) {
                    return false;
                }
            }
            negative = negative * 10 - digit;
        }
        return true;
    }

    private static long parseLong(Bytes canonical) {
        int i = canonical.byteAt(0) == '-' ? 1 : 0;
        boolean minus = i == 1;
        long negative = 0;
        for (; i < canonical.length(); i++) {
            negative = negative * 10 - (canonical.byteAt(i) - '0');
        }
        return minus ? negative : -negative;
    }

    private static int decimalLength(long n) {
        return n < 0 ? 1 + digits(n) : digits(-n);
    }

    /** Decimal digits of a number that is not positive. */
    private static int digits(long negative) {
        int size = 1;
        for (long rest = negative / 10; rest != 0; rest /= 10) {
            size++;
        }
        return size;
    }

    /** Writes a number's digits; returns how many bytes. */
    public static int decimal(long n, byte[] target) {
        long negative = n < 0 ? n : -n;
        int size = decimalLength(n);
        int i = size;
        do {
            target[--i] = (byte) ('0' - negative % 10);
            negative /= 10;
        } while (negative != 0);
        if (n < 0) {
            target[0] = '-';
        }
        return size;
    }

}
