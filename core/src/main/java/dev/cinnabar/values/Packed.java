package dev.cinnabar.values;

import dev.cinnabar.memory.Memory;
import dev.cinnabar.memory.Tag;
import java.lang.foreign.MemorySegment;

/**
 * The run of bytes that a small collection is (a listpack, an intset): inside its entry up to {@value #MAX_INLINE} bytes, else
 * in a block of its own. Stateless; guarded by the lock of the entry's partition.
 *
 * <p>Kinds come in pairs, see {@link Encoding}: an entry changes from one of a pair to the other as its run grows and
 * shrinks. Whoever changes the run makes room first ({@link #resize}) and then looks anew where it is.
 */
public final class Packed {

    /** The longest run kept inside its entry, in bytes. */
    static final int MAX_INLINE = 512;

    /** A run in a block goes back into its entry when it is no longer than this, so that it does not move at each step. */
    private static final int RETURN_INLINE = MAX_INLINE / 2;

    private static final int BLOCK = 0;
    private static final int BLOCK_LENGTH = 8;
    private static final int BLOCK_CAPACITY = 12;

    private Packed() {}

    /** Of a pair of kinds the one for a new run of this length. */
    public static int kindFor(int inlineKind, int length) {
        return length <= MAX_INLINE ? inlineKind : inlineKind + Encoding.BLOCK;
    }

    /** What an entry for a new run of this length, of a kind told by {@link #kindFor}, is to be created with. */
    public static int inlineLength(int length) {
        return length <= MAX_INLINE ? length : 0;
    }

    /** Gives a just created entry whose kind {@link #kindFor} has told its block, if it is to have one. */
    public static void initialize(Entry entry, int length) {
        if (!Encoding.isInline(entry.kind())) {
            refer(entry, entry.memory().allocate(length, Tag.VALUE), length, length);
        }
    }

    /** The segment in which the run lies, at {@link #offset}, until the next change. */
    public static MemorySegment segment(Entry entry) {
        return Encoding.isInline(entry.kind())
                ? entry.segment()
                : entry.memory().segment(entry.longAt(BLOCK));
    }

    /** Where in its segment the run begins. */
    public static long offset(Entry entry) {
        return Encoding.isInline(entry.kind())
                ? entry.base() + entry.valueOffset()
                : entry.memory().offset(entry.longAt(BLOCK));
    }

    /** The length of the run, in bytes. */
    public static int length(Entry entry) {
        return Encoding.isInline(entry.kind()) ? entry.inlineLength() : entry.intAt(BLOCK_LENGTH);
    }

    /** Makes the run longer, what is new being undefined, or shorter; the rest stays. */
    public static void resize(Entry entry, int length) {
        int kind = entry.kind();
        if (Encoding.isInline(kind)) {
            if (length <= MAX_INLINE) {
                entry.reshape(kind, length);
            } else {
                moveOut(entry, length);
            }
        } else if (length <= RETURN_INLINE && length <= entry.intAt(BLOCK_LENGTH)) {
            moveIn(entry, length);
        } else {
            resizeBlock(entry, length);
        }
    }

    private static void moveOut(Entry entry, int length) {
        Memory memory = entry.memory();
        long block = memory.allocate(length, Tag.VALUE);
        memory.copy(entry.address(), entry.valueOffset(), block, 0, Math.min(entry.inlineLength(), length));
        entry.reshapeTo(entry.kind() + Encoding.BLOCK, block, lengths(length));
    }

    private static void moveIn(Entry entry, int length) {
        Memory memory = entry.memory();
        long block = entry.longAt(BLOCK);
        int capacity = entry.intAt(BLOCK_CAPACITY);
        if (length > entry.intAt(BLOCK_LENGTH)) {
            throw new IllegalArgumentException("a run that is to be longer stays where it is");
        }
        entry.reshapeTo(entry.kind() - Encoding.BLOCK, length, memory.segment(block), memory.offset(block));
        memory.free(block, capacity, Tag.VALUE);
    }

    private static void resizeBlock(Entry entry, int length) {
        int capacity = entry.intAt(BLOCK_CAPACITY);
        if (Memory.blockSize(length) == Memory.blockSize(capacity)) {
            entry.intAt(BLOCK_LENGTH, length);
            return;
        }
        Memory memory = entry.memory();
        long block = entry.longAt(BLOCK);
        long fresh = memory.allocate(length, Tag.VALUE);
        memory.copy(block, 0, fresh, 0, Math.min(entry.intAt(BLOCK_LENGTH), length));
        refer(entry, fresh, length, length);
        memory.free(block, capacity, Tag.VALUE);
    }

    /**
     * Makes the entry one of another kind, whose value is yet to be written; what the run takes outside the entry is freed.
     * For the change from a run to a large form, when that is built.
     */
    static void replace(Entry entry, int kind) {
        long block = 0;
        int capacity = 0;
        if (!Encoding.isInline(entry.kind())) {
            block = entry.longAt(BLOCK);
            capacity = entry.intAt(BLOCK_CAPACITY);
        }
        Memory memory = entry.memory();
        entry.reshape(kind, 0);
        if (block != 0) {
            memory.free(block, capacity, Tag.VALUE);
        }
    }

    /** As {@link #replace}, with the reference to what was built. */
    static void replace(Entry entry, int kind, long first, long second) {
        long block = 0;
        int capacity = 0;
        if (!Encoding.isInline(entry.kind())) {
            block = entry.longAt(BLOCK);
            capacity = entry.intAt(BLOCK_CAPACITY);
        }
        entry.reshapeTo(kind, first, second);
        if (block != 0) {
            entry.memory().free(block, capacity, Tag.VALUE);
        }
    }

    /** Makes the run this one, which is copied from elsewhere, as the first of a pair of kinds, whatever it was before. */
    static void replace(Entry entry, int inlineKind, MemorySegment run, int length) {
        Memory memory = entry.memory();
        long old = Encoding.isInline(entry.kind()) ? 0 : entry.longAt(BLOCK);
        int oldCapacity = old == 0 ? 0 : entry.intAt(BLOCK_CAPACITY);
        if (length <= MAX_INLINE) {
            entry.reshapeTo(inlineKind, length, run, 0);
        } else {
            long block = memory.allocate(length, Tag.VALUE);
            MemorySegment.copy(run, 0, memory.segment(block), memory.offset(block), length);
            entry.reshapeTo(inlineKind + Encoding.BLOCK, block, lengths(length));
        }
        if (old != 0) {
            memory.free(old, oldCapacity, Tag.VALUE);
        }
    }

    /**
     * The opposite of {@link #replace(Entry, int)}: makes an entry of a large form, which the caller has freed, hold a run of this
     * length, of undefined bytes.
     */
    static void become(Entry entry, int inlineKind, int length) {
        entry.reshape(kindFor(inlineKind, length), inlineLength(length));
        initialize(entry, length);
    }

    static void release(Entry entry) {
        if (!Encoding.isInline(entry.kind())) {
            entry.memory().free(entry.longAt(BLOCK), entry.intAt(BLOCK_CAPACITY), Tag.VALUE);
        }
    }

    /** Gives a copy, whose part inside the entry is there already, a block of its own where the original has one. */
    static void copyOutside(Entry from, Entry to) {
        if (!Encoding.isInline(from.kind())) {
            int length = length(from);
            long block = to.memory().allocate(length, Tag.VALUE);
            MemorySegment.copy(
                    segment(from),
                    offset(from),
                    to.memory().segment(block),
                    to.memory().offset(block),
                    length);
            refer(to, block, length, length);
        }
    }

    static long externalSize(Entry entry) {
        return Encoding.isInline(entry.kind()) ? 0 : Memory.blockSize(entry.intAt(BLOCK_CAPACITY));
    }

    /** Length and capacity of a block that is just as long, as the second half of a reference. */
    private static long lengths(int length) {
        return (long) length << 32 | length;
    }

    private static void refer(Entry entry, long block, int length, int capacity) {
        entry.longAt(BLOCK, block);
        entry.intAt(BLOCK_LENGTH, length);
        entry.intAt(BLOCK_CAPACITY, capacity);
    }
}
