package dev.cinnabar.values;

import dev.cinnabar.memory.Bytes;
import dev.cinnabar.memory.Memory;
import dev.cinnabar.memory.Tag;
import dev.cinnabar.text.Numbers;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * The operations of strings over an entry. Stateless; guarded by the lock of the entry's partition.
 *
 * <p>Forms: a number of 64 bits, if the string is the one spelling of it; a run of bytes inside the entry up to {@value
 * #MAX_INLINE} bytes; else a block of its own, with room to grow once it has grown. As in Redis, a string that is set as a
 * whole becomes a number or "embstr" where it can, and one that is changed in place is "raw" from then on.
 */
public final class StringValue {

    /** The longest string, in bytes: a length is an {@code int}, and so is an array's, which may have to hold it. */
    public static final int MAX_LENGTH = Integer.MAX_VALUE - 64;

    /** The longest string kept inside its entry, in bytes. */
    static final int MAX_INLINE = 1024;

    /** The longest string that is called "embstr", in bytes. */
    private static final int MAX_EMBSTR = 44;

    /** A string grows by as much as it is long, but by no more than this, in bytes. */
    private static final int MAX_SPARE = 1 << 20;

    private static final int BLOCK = 0;
    private static final int BLOCK_LENGTH = 8;
    private static final int BLOCK_CAPACITY = 12;

    private StringValue() {}

    /** The kind in which a new string of these bytes is stored. */
    public static int kindFor(Bytes value) {
        return Numbers.isLong(value) ? Encoding.STRING_INT : kindFor(value.length());
    }

    /** The kind in which a new string of this length is stored that is not to be taken for a number. */
    public static int kindFor(int length) {
        if (length > MAX_INLINE) {
            return Encoding.STRING_BLOCK;
        }
        return length <= MAX_EMBSTR ? Encoding.STRING_EMBSTR : Encoding.STRING_RAW;
    }

    /** The length inside the entry of a string of this kind. */
    public static int inlineLength(int kind, int length) {
        return Encoding.isInline(kind) ? length : 0;
    }

    /** Writes a new value into an entry that was created for this kind and the value's length. */
    public static void initialize(Entry entry, int kind, Bytes value) {
        if (kind == Encoding.STRING_BLOCK) {
            refer(entry, newBlock(entry.memory(), value), value.length(), value.length());
        } else {
            writeInside(entry, kind, value);
        }
    }

    /** As {@link #initialize(Entry, int, Bytes)}, for bytes that are yet to be written; not for a number. */
    public static void initialize(Entry entry, int kind, int length) {
        if (kind == Encoding.STRING_BLOCK) {
            refer(entry, entry.memory().allocate(length, Tag.VALUE), length, length);
        }
    }

    private static void writeInside(Entry entry, int kind, Bytes value) {
        if (kind == Encoding.STRING_INT) {
            entry.longAt(0, Numbers.toLong(value));
        } else {
            value.copyTo(0, entry.segment(), entry.base() + entry.valueOffset(), value.length());
        }
    }

    private static long newBlock(Memory memory, Bytes value) {
        long block = memory.allocate(value.length(), Tag.VALUE);
        memory.copyIn(value, block, 0);
        return block;
    }

    /** Replaces the string, as {@code kind}, which {@link #kindFor} has told for the value, and its expiry. */
    public static void set(Entry entry, int kind, Bytes value, long expiryMillis) {
        Memory memory = entry.memory();
        int length = value.length();
        int oldKind = entry.kind();
        if (oldKind != Encoding.STRING_BLOCK && kind != Encoding.STRING_BLOCK) {
            entry.reshape(kind, inlineLength(kind, length), expiryMillis);
            writeInside(entry, kind, value);
            return;
        }
        long oldBlock = 0;
        int oldCapacity = 0;
        @Nullable Keeper keeper = null;
        if (oldKind == Encoding.STRING_BLOCK) {
            oldBlock = entry.longAt(BLOCK);
            keeper = entry.home().keeper(entry);
            oldCapacity = entry.intAt(BLOCK_CAPACITY);
            if (kind == Encoding.STRING_BLOCK
                    && Memory.blockSize(length) == Memory.blockSize(oldCapacity)
                    && keeper == null) {
                memory.copyIn(value, oldBlock, 0);
                entry.intAt(BLOCK_LENGTH, length);
                entry.expireAt(expiryMillis);
                return;
            }
        }
        if (kind == Encoding.STRING_BLOCK) {
            // The new block first: if there is no memory for it, nothing has happened.
            long block = newBlock(memory, value);
            entry.reshape(kind, 0, expiryMillis);
            refer(entry, block, length, length);
        } else {
            entry.reshape(kind, inlineLength(kind, length), expiryMillis);
            writeInside(entry, kind, value);
        }
        if (keeper != null) {
            keeper.takesBlock();
        } else if (oldBlock != 0) {
            memory.free(oldBlock, oldCapacity, Tag.VALUE);
        }
    }

    /** Replaces the string; the expiry stays. */
    public static void set(Entry entry, Bytes value) {
        set(entry, kindFor(value), value, entry.expiryMillis());
    }

    /** Replaces the string by a number; the expiry stays. */
    public static void setLong(Entry entry, long value) {
        setLong(entry, value, entry.expiryMillis());
    }

    /** Replaces the string by a number, and its expiry. */
    public static void setLong(Entry entry, long value, long expiryMillis) {
        if (entry.kind() == Encoding.STRING_BLOCK) {
            Keeper keeper = entry.home().keeper(entry);
            if (keeper != null) {
                keeper.takesBlock();
            } else {
                release(entry);
            }
        }
        entry.reshape(Encoding.STRING_INT, 0, expiryMillis);
        entry.longAt(0, value);
    }

    /** Whether the string is stored as a number. */
    public static boolean isLong(Entry entry) {
        return entry.kind() == Encoding.STRING_INT;
    }

    /** The number, where {@link #isLong}. */
    public static long longValue(Entry entry) {
        return entry.longAt(0);
    }

    public static int length(Entry entry) {
        int kind = entry.kind();
        if (kind == Encoding.STRING_INT) {
            return Numbers.lengthOf(entry.longAt(0));
        }
        return kind == Encoding.STRING_BLOCK ? entry.intAt(BLOCK_LENGTH) : entry.inlineLength();
    }

    /**
     * Makes a view show the bytes: where they lie, or for a number its digits, written into {@code scratch} (at least 20
     * bytes).
     */
    public static Bytes view(Entry entry, Bytes view, byte[] scratch) {
        int kind = entry.kind();
        if (kind == Encoding.STRING_INT) {
            return view.set(scratch, 0, Numbers.writeLong(entry.longAt(0), scratch, 0));
        }
        if (kind == Encoding.STRING_BLOCK) {
            Memory memory = entry.memory();
            long block = entry.longAt(BLOCK);
            return view.set(memory.segment(block), memory.offset(block), entry.intAt(BLOCK_LENGTH));
        }
        return view.set(entry.segment(), entry.base() + entry.valueOffset(), entry.inlineLength());
    }

    /** The segment in which the bytes lie, at {@link #offset}, until the next change; not for a number. */
    public static MemorySegment segment(Entry entry) {
        return entry.kind() == Encoding.STRING_BLOCK ? entry.memory().segment(entry.longAt(BLOCK)) : entry.segment();
    }

    /** Where in its segment the string begins. */
    public static long offset(Entry entry) {
        return entry.kind() == Encoding.STRING_BLOCK
                ? entry.memory().offset(entry.longAt(BLOCK))
                : entry.base() + entry.valueOffset();
    }

    /**
     * Makes the string {@code length} bytes long, stored as bytes that can be changed in place ("raw"): what is new is left
     * undefined.
     */
    public static void resize(Entry entry, int length) {
        extend(entry, length);
        if (entry.kind() == Encoding.STRING_BLOCK) {
            entry.intAt(BLOCK_LENGTH, length);
        } else {
            entry.reshape(Encoding.STRING_RAW, length);
        }
    }

    /**
     * Makes the string at least {@code length} bytes long, stored as bytes that can be changed in place ("raw"), new bytes
     * being zero; it never gets shorter.
     */
    public static void grow(Entry entry, int length) {
        int old = length(entry);
        extend(entry, length);
        int wanted = length(entry);
        if (wanted > old) {
            Memory memory = entry.memory();
            if (entry.kind() == Encoding.STRING_BLOCK) {
                memory.fill(entry.longAt(BLOCK), old, wanted - old, (byte) 0);
            } else {
                memory.fill(entry.address(), entry.valueOffset() + (long) old, wanted - old, (byte) 0);
            }
        }
    }

    /** As {@link #grow}, but what is new is left undefined. */
    private static void extend(Entry entry, int length) {
        if (entry.kind() == Encoding.STRING_INT) {
            spell(entry);
        }
        Memory memory = entry.memory();
        if (entry.kind() != Encoding.STRING_BLOCK) {
            int old = entry.inlineLength();
            int wanted = Math.max(old, length);
            if (wanted <= MAX_INLINE) {
                entry.reshape(Encoding.STRING_RAW, wanted);
                return;
            }
            int capacity = old == 0 ? wanted : capacityFor(wanted);
            long block = memory.allocate(capacity, Tag.VALUE);
            memory.copy(entry.address(), entry.valueOffset(), block, 0, old);
            entry.reshape(Encoding.STRING_BLOCK, 0);
            refer(entry, block, wanted, capacity);
            return;
        }
        int old = entry.intAt(BLOCK_LENGTH);
        if (length <= old) {
            return;
        }
        int capacity = entry.intAt(BLOCK_CAPACITY);
        if (length > capacity) {
            long block = entry.longAt(BLOCK);
            int more = capacityFor(length);
            long fresh = memory.allocate(more, Tag.VALUE);
            memory.copy(block, 0, fresh, 0, old);
            Keeper keeper = entry.home().keeper(entry);
            refer(entry, fresh, length, more);
            if (keeper != null) {
                keeper.takesBlock();
            } else {
                memory.free(block, capacity, Tag.VALUE);
            }
        } else {
            entry.intAt(BLOCK_LENGTH, length);
        }
    }

    /** Turns a number into its digits. */
    private static void spell(Entry entry) {
        byte[] digits = new byte[Numbers.MAX_LONG_LENGTH];
        int n = Numbers.writeLong(entry.longAt(0), digits, 0);
        entry.reshape(Encoding.STRING_RAW, n);
        entry.memory().copyIn(digits, 0, entry.address(), entry.valueOffset(), n);
    }

    /** To be called before bytes are overwritten through {@link #segment}. */
    public static void beforeOverwriting(Entry entry, int offset, int n) {
        if (entry.kind() == Encoding.STRING_BLOCK) {
            Keeper keeper = entry.home().keeper(entry);
            if (keeper != null) {
                keeper.bytesChange(offset, n);
            }
        }
    }

    /** Overwrites bytes from {@code offset} on; the string is made long enough first, with zeros up to the offset. */
    public static void setRange(Entry entry, int offset, Bytes value) {
        int end = Math.addExact(offset, value.length());
        if (length(entry) < offset) {
            grow(entry, end);
        } else {
            extend(entry, end);
        }
        beforeOverwriting(entry, offset, value.length());
        Memory memory = entry.memory();
        if (entry.kind() == Encoding.STRING_BLOCK) {
            memory.copyIn(value, entry.longAt(BLOCK), offset);
        } else {
            memory.copyIn(value, entry.address(), entry.valueOffset() + (long) offset);
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
            entry.memory().free(entry.longAt(BLOCK), entry.intAt(BLOCK_CAPACITY), Tag.VALUE);
        }
    }

    /** Gives a copy, whose part inside the entry is there already, a block of its own where the original has one. */
    static void copyOutside(Entry from, Entry to) {
        if (from.kind() == Encoding.STRING_BLOCK) {
            int length = length(from);
            int capacity = Math.max(length, 1);
            long old = from.longAt(BLOCK);
            long block = to.memory().allocate(capacity, Tag.VALUE);
            MemorySegment.copy(
                    from.memory().segment(old),
                    from.memory().offset(old),
                    to.memory().segment(block),
                    to.memory().offset(block),
                    length);
            refer(to, block, length, capacity);
        }
    }

    /** Where the block of a string that has one lies. */
    public static long root(Entry entry) {
        return entry.longAt(BLOCK);
    }

    /** Bytes that the value takes outside its entry. */
    public static long externalSize(Entry entry) {
        return entry.kind() == Encoding.STRING_BLOCK ? Memory.blockSize(entry.intAt(BLOCK_CAPACITY)) : 0;
    }

    private static void refer(Entry entry, long block, int length, int capacity) {
        entry.longAt(BLOCK, block);
        entry.intAt(BLOCK_LENGTH, length);
        entry.intAt(BLOCK_CAPACITY, capacity);
    }

    private static int capacityFor(int length) {
        return (int) Math.min(length + (long) Math.min(length, MAX_SPARE), MAX_LENGTH);
    }
}
