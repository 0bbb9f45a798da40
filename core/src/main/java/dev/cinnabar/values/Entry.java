package dev.cinnabar.values;

import dev.cinnabar.memory.Bytes;
import dev.cinnabar.memory.Memory;
import dev.cinnabar.memory.Tag;
import java.lang.foreign.MemorySegment;

/**
 * A key with its value, seen where it lies: a view that is moved from entry to entry. Guarded by the lock of the partition
 * whose entry it shows, and not to be used once that is unlocked.
 *
 * <p>What an operation of a value type needs is here: to read the parts, and to {@link #reshape} the entry for a value of
 * another kind or size. See {@link EntryLayout} for the picture.
 */
public final class Entry {

    /** What holds the addresses of entries and must learn when one moves. */
    public interface Home {
        /** The entry that this view shows now lies elsewhere, where the view already is; {@code from} is not yet freed. */
        void moved(Entry entry, long from);
    }

    private Memory memory;
    private Home home;
    private long slot;
    private int stamp;
    private long address;

    /** A view that shows nothing yet; {@link #set} it first. */
    @SuppressWarnings("NullAway.Init")
    public Entry() {}

    /** Shows another entry, in the slot that its home had for it when its state was {@code stamp}. */
    public Entry set(Memory memory, Home home, long slot, int stamp, long address) {
        this.memory = memory;
        this.home = home;
        this.slot = slot;
        this.stamp = stamp;
        this.address = address;
        return this;
    }

    public Memory memory() {
        return memory;
    }

    public Home home() {
        return home;
    }

    /** Where its home had the entry when {@link #stamp} was taken: the home alone can tell whether that still holds. */
    public long slot() {
        return slot;
    }

    public int stamp() {
        return stamp;
    }

    public long address() {
        return address;
    }

    /** Type and encoding: one of the constants of {@link Encoding}. */
    public int kind() {
        return memory.getByte(address, EntryLayout.KIND) & EntryLayout.KIND_MASK;
    }

    public Type type() {
        return Type.of(kind() & 15);
    }

    public boolean isString() {
        return (kind() & 15) == 0;
    }

    /** When or how often it was used: 24 bits. */
    public int clock() {
        return memory.getInt(address, EntryLayout.CLOCK) & 0xffffff;
    }

    /** Sets the 24 bits of {@link #clock}; writes only if they differ. */
    public void clock(int clock) {
        int word = memory.getInt(address, EntryLayout.KIND);
        if (word >>> 8 != clock) {
            memory.putInt(address, EntryLayout.KIND, word & 0xff | clock << 8);
        }
    }

    public int keyLength() {
        return EntryLayout.keyLength(memory, address);
    }

    /** Where the key begins in the entry. */
    public int keyOffset() {
        return EntryLayout.headerSize(
                memory.getByte(address, EntryLayout.KIND), keyLength(), inlineLength());
    }

    /** Makes a view show the key, where it lies. */
    public Bytes key(Bytes view) {
        return view.set(memory.segment(address), memory.offset(address) + keyOffset(), keyLength());
    }

    public boolean hasExpiry() {
        return memory.getByte(address, EntryLayout.KIND) < 0;
    }

    /** When it expires, in milliseconds since 1970; only where {@link #hasExpiry}. */
    public long expiryMillis() {
        return memory.getLong(address, keyOffset() - 8L);
    }

    /** Overwrites the time of an entry that has one. The caller keeps the order of expiry. */
    public void expiryMillis(long when) {
        memory.putLong(address, keyOffset() - 8L, when);
    }

    /** The length of the run of bytes inside the entry; 0 where the value is of another form. */
    public int inlineLength() {
        return inlineLength(memory, address);
    }

    private static int inlineLength(Memory memory, long address) {
        if (!Encoding.isInline(memory.getByte(address, EntryLayout.KIND))) {
            return 0;
        }
        int at = EntryLayout.afterKeyLength(memory, address);
        int n = memory.getByte(address, at) & 0xff;
        return n == EntryLayout.LONG_LENGTH ? memory.getInt(address, at + 1L) : n;
    }

    /** Where the value begins in the entry. */
    public int valueOffset() {
        return keyOffset() + keyLength();
    }

    /** The bytes that the entry's block takes. */
    public long blockSize() {
        return Memory.blockSize(size());
    }

    private long size() {
        return EntryLayout.totalSize(
                memory.getByte(address, EntryLayout.KIND), keyLength(), inlineLength());
    }

    /** The segment in which the entry lies, at {@link #base}. */
    public MemorySegment segment() {
        return memory.segment(address);
    }

    /** Where in its segment the entry begins. */
    public long base() {
        return memory.offset(address);
    }

    /** Whether an entry has this key. */
    public static boolean hasKey(Memory memory, long entry, Bytes key) {
        int n = memory.getByte(entry, EntryLayout.KEY_LENGTH) & 0xff;
        if (n == EntryLayout.LONG_LENGTH) {
            n = memory.getInt(entry, EntryLayout.FIXED);
        }
        if (n != key.length()) {
            return false;
        }
        int at = EntryLayout.headerSize(memory.getByte(entry, EntryLayout.KIND), n, inlineLength(memory, entry));
        return key.equalsBlock(memory, entry, at);
    }

    /** Makes a new entry, its value not yet written. Not in any table yet. */
    public static long create(Memory memory, int kind, int clock, Bytes key, int inlineLength, long expiryMillis) {
        int fullKind = expiryMillis == NEVER ? kind : kind | EntryLayout.HAS_EXPIRY;
        long entry = memory.allocate(EntryLayout.totalSize(fullKind, key.length(), inlineLength), Tag.ENTRY);
        int at = writeHeader(memory, entry, fullKind, clock, key.length(), inlineLength, expiryMillis);
        memory.copyIn(key, entry, at);
        return entry;
    }

    /** The expiry of an entry that has none. */
    public static final long NEVER = Long.MAX_VALUE;

    private static int writeHeader(
            Memory memory, long entry, int fullKind, int clock, int keyLength, int inlineLength, long expiryMillis) {
        memory.putInt(entry, EntryLayout.KIND, fullKind & 0xff | clock << 8);
        int at = EntryLayout.KEY_LENGTH;
        at = writeLength(memory, entry, at, keyLength);
        if (Encoding.isInline(fullKind)) {
            at = writeLength(memory, entry, at, inlineLength);
        }
        if ((fullKind & EntryLayout.HAS_EXPIRY) != 0) {
            memory.putLong(entry, at, expiryMillis);
            at += 8;
        }
        return at;
    }

    private static int writeLength(Memory memory, long entry, int at, int length) {
        if (length < EntryLayout.LONG_LENGTH) {
            memory.putByte(entry, at, (byte) length);
            return at + 1;
        }
        memory.putByte(entry, at, (byte) EntryLayout.LONG_LENGTH);
        memory.putInt(entry, at + 1L, length);
        return at + 5;
    }

    /**
     * Makes room for a value of another kind or length; key, clock and expiry stay. The bytes of the value inside the entry
     * are kept as far as both have them where old and new are runs of bytes, and undefined otherwise. What the old value
     * referred to is the caller's to free, before.
     */
    public void reshape(int kind, int inlineLength) {
        reshape(kind, inlineLength, hasExpiry() ? expiryMillis() : NEVER);
    }

    /** As {@link #reshape(int, int)}, with another expiry ({@link #NEVER} for none). The caller keeps the order of expiry. */
    public void reshape(int kind, int inlineLength, long expiryMillis) {
        int fullKind = expiryMillis == NEVER ? kind : kind | EntryLayout.HAS_EXPIRY;
        int oldFullKind = memory.getByte(address, EntryLayout.KIND) & 0xff;
        int keyLength = keyLength();
        int oldInline = inlineLength();
        int oldKeyOffset = EntryLayout.headerSize(oldFullKind, keyLength, oldInline);
        int newKeyOffset = EntryLayout.headerSize(fullKind, keyLength, inlineLength);
        long oldSize = EntryLayout.totalSize(oldFullKind, keyLength, oldInline);
        long newSize = EntryLayout.totalSize(fullKind, keyLength, inlineLength);
        int kept = keyLength
                + Math.min(
                        EntryLayout.valueSize(oldFullKind, oldInline), EntryLayout.valueSize(fullKind, inlineLength));
        int clock = clock();
        if (Memory.blockSize(oldSize) == Memory.blockSize(newSize)) {
            if (oldKeyOffset != newKeyOffset) {
                memory.copy(address, oldKeyOffset, address, newKeyOffset, kept);
            }
            writeHeader(memory, address, fullKind, clock, keyLength, inlineLength, expiryMillis);
            return;
        }
        long old = address;
        long fresh = memory.allocate(newSize, Tag.ENTRY);
        memory.copy(old, oldKeyOffset, fresh, newKeyOffset, kept);
        writeHeader(memory, fresh, fullKind, clock, keyLength, inlineLength, expiryMillis);
        address = fresh;
        home.moved(this, old);
        memory.free(old, oldSize, Tag.ENTRY);
    }

    /** Copies the part of the value that lies inside the entry from another entry of the same kind and inline length. */
    void copyInside(Entry from) {
        MemorySegment.copy(
                from.segment(),
                from.base() + from.valueOffset(),
                segment(),
                base() + valueOffset(),
                EntryLayout.valueSize(from.kind(), from.inlineLength()));
    }

    /** Frees the entry's own block; it must be in no table any more, and what its value refers to freed. */
    public void free() {
        memory.free(address, size(), Tag.ENTRY);
        address = Memory.NULL;
    }
}
