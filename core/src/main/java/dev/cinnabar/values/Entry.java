package dev.cinnabar.values;

import dev.cinnabar.memory.Bytes;
import dev.cinnabar.memory.Memory;
import dev.cinnabar.memory.Tag;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * A key with its value, seen where it lies: a view that is moved from entry to entry. Guarded by the lock of the partition
 * whose entry it shows, and not to be used once that is unlocked.
 *
 * <p>What an operation of a value type needs is here: to read the parts, and to {@link #reshape} the entry for a value of
 * another kind or size. See {@link EntryLayout} for the picture. A view reads the header once, when it is set: of two views
 * of one entry, the other is to be set anew after a change through one.
 */
public final class Entry {

    /** The one of the two epochs that is not 0: what entries of one epoch lack to those of the other. */
    public static final int EPOCH = EntryLayout.EPOCH;

    /** The expiry of an entry that has none. */
    public static final long NEVER = Long.MAX_VALUE;

    /** What holds the addresses of entries and their order of expiry, and must learn when those change. */
    @FunctionalInterface
    public interface Home {
        /**
         * The entry that this view shows has moved, or its expiry has changed, or both; the view shows it as it is now.
         *
         * @param from where it was; not yet freed if that is elsewhere
         * @param oldExpiryMillis when it expired before, or {@link Entry#NEVER}
         */
        void changed(Entry entry, long from, long oldExpiryMillis);

        /**
         * The first of the fields of a hash to expire is another one: {@link HashValue#dueMillis(Entry)} tells when that is.
         *
         * @param oldDueMillis what it was before, or {@link Entry#NEVER}
         */
        default void fieldsDue(Entry entry, long oldDueMillis) {}

        /**
         * What keeps the old form of this entry's value while it changes, or null. The value is about to change: all that has
         * to happen before has happened.
         */
        default @Nullable Keeper keeper(Entry entry) {
            return null;
        }
    }

    private Memory memory;
    private Home home;
    private long slot;
    private int stamp;
    private long address;

    // Where it lies, and what its header says.
    private MemorySegment segment;
    private long base;
    private int fullKind;
    private int keyLength;
    private int inlineLength;
    private int keyOffset;

    /** A view that shows nothing yet; {@link #set} it first. */
    @SuppressWarnings("NullAway.Init")
    public Entry() {}

    /** Shows another entry, in the slot that its home had for it when its state was {@code stamp}. */
    public Entry set(Memory memory, Home home, long slot, int stamp, long address) {
        this.memory = memory;
        this.home = home;
        this.slot = slot;
        this.stamp = stamp;
        show(address);
        return this;
    }

    private void show(long entry) {
        address = entry;
        segment = memory.segment(entry);
        base = memory.offset(entry);
        long head = segment.get(EntryLayout.LONG, base);
        fullKind = (int) head & 0xff;
        int at = EntryLayout.FIXED;
        int n = EntryLayout.keyLength(head);
        if (n == EntryLayout.LONG_LENGTH) {
            n = segment.get(EntryLayout.INT, base + at);
            at += 4;
        }
        keyLength = n;
        inlineLength = 0;
        if (Encoding.isInline(fullKind)) {
            n = segment.get(EntryLayout.BYTE, base + at) & 0xff;
            at++;
            if (n == EntryLayout.LONG_LENGTH) {
                n = segment.get(EntryLayout.INT, base + at);
                at += 4;
            }
            inlineLength = n;
        }
        keyOffset = hasExpiry() ? at + 8 : at;
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
        return fullKind & EntryLayout.KIND_MASK;
    }

    public Type type() {
        return Type.of(fullKind & EntryLayout.TYPE_MASK);
    }

    public boolean isString() {
        return (fullKind & EntryLayout.TYPE_MASK) == 0;
    }

    /** When or how often it was used: 24 bits. */
    public int clock() {
        return segment.get(EntryLayout.INT, base + EntryLayout.KIND) >>> 8;
    }

    /** Sets the 24 bits of {@link #clock}; writes only if they differ. */
    public void clock(int clock) {
        int word = segment.get(EntryLayout.INT, base + EntryLayout.KIND);
        if (word >>> 8 != clock) {
            segment.set(EntryLayout.INT, base + EntryLayout.KIND, word & 0xff | clock << 8);
        }
    }

    /** Whether it belongs to an epoch: 0 or {@link #EPOCH}. Which that is, snapshots decide; a change of the entry keeps it. */
    public boolean isOf(int epoch) {
        return (segment.get(EntryLayout.BYTE, base) & EPOCH) == epoch;
    }

    /** Whether an entry belongs to an epoch, as {@link #isOf(int)} tells. */
    public static boolean isOf(Memory memory, long entry, int epoch) {
        return (memory.getByte(entry, 0) & EPOCH) == epoch;
    }

    /** Makes it belong to an epoch. */
    public void epoch(int epoch) {
        fullKind = fullKind & ~EPOCH | epoch;
        segment.set(EntryLayout.BYTE, base, (byte) (segment.get(EntryLayout.BYTE, base) & ~EPOCH | epoch));
    }

    public int keyLength() {
        return keyLength;
    }

    /** Where the key begins in the entry. */
    public int keyOffset() {
        return keyOffset;
    }

    /** Makes a view show the key, where it lies. */
    public Bytes key(Bytes view) {
        return view.set(segment, base + keyOffset, keyLength);
    }

    public boolean hasExpiry() {
        return (fullKind & EntryLayout.HAS_EXPIRY) != 0;
    }

    /** When it expires, in milliseconds since 1970, or {@link #NEVER}. */
    public long expiryMillis() {
        return hasExpiry() ? segment.get(EntryLayout.LONG, base + keyOffset - 8) : NEVER;
    }

    /** The length of the run of bytes inside the entry; 0 where the value is of another form. */
    public int inlineLength() {
        return inlineLength;
    }

    /** Where the value begins in the entry. */
    public int valueOffset() {
        return keyOffset + keyLength;
    }

    /** The bytes that the entry's block takes. */
    public long blockSize() {
        return Memory.blockSize(size());
    }

    private long size() {
        return (long) valueOffset() + EntryLayout.valueSize(fullKind, inlineLength);
    }

    /** The segment in which the entry lies, at {@link #base}. */
    public MemorySegment segment() {
        return segment;
    }

    /** Where in its segment the entry begins. */
    public long base() {
        return base;
    }

    // The part of the value inside the entry, by offsets from its beginning.

    int intAt(int offset) {
        return segment.get(EntryLayout.INT, base + valueOffset() + offset);
    }

    void intAt(int offset, int n) {
        segment.set(EntryLayout.INT, base + valueOffset() + offset, n);
    }

    long longAt(int offset) {
        return segment.get(EntryLayout.LONG, base + valueOffset() + offset);
    }

    void longAt(int offset, long n) {
        segment.set(EntryLayout.LONG, base + valueOffset() + offset, n);
    }

    /** Whether an entry has this key. */
    public static boolean hasKey(Memory memory, long entry, Bytes key) {
        long head = memory.getLong(entry, 0);
        int n = EntryLayout.keyLength(head);
        if (n == EntryLayout.LONG_LENGTH) {
            n = memory.getInt(entry, EntryLayout.FIXED);
        }
        return n == key.length() && key.equalsBlock(memory, entry, EntryLayout.keyOffset(memory, entry, head));
    }

    /** Makes a new entry, its value not yet written. Not in any table yet. The kind may have an epoch added. */
    public static long create(Memory memory, int kind, int clock, Bytes key, int inlineLength, long expiryMillis) {
        int fullKind = expiryMillis == NEVER ? kind : kind | EntryLayout.HAS_EXPIRY;
        long entry = memory.allocate(EntryLayout.totalSize(fullKind, key.length(), inlineLength), Tag.ENTRY);
        int at = writeHeader(memory, entry, fullKind, clock, key.length(), inlineLength, expiryMillis);
        memory.copyIn(key, entry, at);
        return entry;
    }

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
     * referred to is the caller's to free.
     */
    public void reshape(int kind, int inlineLength) {
        reshape(kind, inlineLength, expiryMillis());
    }

    /** As {@link #reshape(int, int)}, with another expiry ({@link #NEVER} for none). */
    public void reshape(int kind, int inlineLength, long expiryMillis) {
        long from = address;
        long oldSize = size();
        long oldExpiry = expiryMillis();
        makeRoom(kind, inlineLength, expiryMillis);
        settle(from, oldSize, oldExpiry);
    }

    /**
     * As {@link #reshape(int, int)}, for a value that refers to something outside: the home sees the new value already when it
     * learns that the entry has moved.
     */
    void reshapeTo(int kind, long first, long second) {
        long from = address;
        long oldSize = size();
        long oldExpiry = expiryMillis();
        makeRoom(kind, 0, oldExpiry);
        longAt(0, first);
        longAt(8, second);
        settle(from, oldSize, oldExpiry);
    }

    /** The same for a run of bytes, which is copied into the entry from elsewhere. */
    void reshapeTo(int kind, int inlineLength, MemorySegment run, long offset) {
        long from = address;
        long oldSize = size();
        long oldExpiry = expiryMillis();
        makeRoom(kind, inlineLength, oldExpiry);
        MemorySegment.copy(run, offset, segment, base + valueOffset(), inlineLength);
        settle(from, oldSize, oldExpiry);
    }

    private void makeRoom(int kind, int inlineLength, long expiryMillis) {
        // The epoch is asked for where it lies: another view may have set it.
        int newKind = kind & EntryLayout.KIND_MASK | segment.get(EntryLayout.BYTE, base) & EPOCH;
        newKind = expiryMillis == NEVER ? newKind : newKind | EntryLayout.HAS_EXPIRY;
        if (newKind == fullKind && inlineLength == this.inlineLength) {
            if (hasExpiry()) {
                segment.set(EntryLayout.LONG, base + keyOffset - 8, expiryMillis);
            }
            return;
        }
        long from = address;
        long newSize = EntryLayout.totalSize(newKind, keyLength, inlineLength);
        long to = Memory.blockSize(size()) == Memory.blockSize(newSize) ? from : memory.allocate(newSize, Tag.ENTRY);
        int newKeyOffset = EntryLayout.headerSize(newKind, keyLength, inlineLength);
        if (to != from || newKeyOffset != keyOffset) {
            int kept = Math.min(
                    EntryLayout.valueSize(fullKind, this.inlineLength), EntryLayout.valueSize(newKind, inlineLength));
            memory.copy(from, keyOffset, to, newKeyOffset, (long) keyLength + kept);
        }
        writeHeader(memory, to, newKind, clock(), keyLength, inlineLength, expiryMillis);
        show(to);
    }

    /** Tells the home what has become of the entry that was at {@code from}, and frees that place if it is another now. */
    private void settle(long from, long oldSize, long oldExpiry) {
        if (address != from || expiryMillis() != oldExpiry) {
            home.changed(this, from, oldExpiry);
        }
        if (address != from) {
            memory.free(from, oldSize, Tag.ENTRY);
        }
    }

    /** Sets when it expires ({@link #NEVER}: not at all). */
    public void expireAt(long whenMillis) {
        reshape(kind(), inlineLength, whenMillis);
    }

    /** Copies the part of the value that lies inside the entry from another entry of the same kind and inline length. */
    void copyInside(Entry from) {
        MemorySegment.copy(
                from.segment,
                from.base + from.valueOffset(),
                segment,
                base + valueOffset(),
                EntryLayout.valueSize(from.kind(), from.inlineLength));
    }

    /** Frees the entry's own block; it must be in no table any more, and what its value refers to freed. */
    public void free() {
        memory.free(address, size(), Tag.ENTRY);
        address = Memory.NULL;
    }
}
