package dev.cinnabar.values;

import dev.cinnabar.memory.Memory;

/**
 * What can be done with a value of any type. Stateless; guarded by the lock of the entry's partition.
 *
 * <p>The part of a value inside its entry is treated alike for all types. What is kept outside is a block for the runs of
 * bytes of small collections ({@link Packed}); for strings and large forms it is the type's class that frees, copies and
 * measures it, and each large form has a branch in each method here.
 */
public final class Values {

    private Values() {}

    /** Frees what a value has outside its entry. */
    public static void release(Entry entry) {
        if (!releaseStep(entry, Integer.MAX_VALUE)) {
            throw new IllegalStateException("a value with more blocks than numbers");
        }
    }

    /**
     * Frees what a value has outside its entry, in steps of about {@code maxBlocks} blocks: returns whether nothing is left.
     * As long as something is, this alone, {@link #handOver} and {@link #externalSize} may be called.
     */
    public static boolean releaseStep(Entry entry, int maxBlocks) {
        return switch (entry.kind()) {
            case Encoding.STRING_INT, Encoding.STRING_EMBSTR, Encoding.STRING_RAW -> true;
            case Encoding.STRING_BLOCK -> {
                StringValue.release(entry);
                yield true;
            }
            case Encoding.SET_HASHTABLE -> SetValue.releaseStep(entry, maxBlocks);
            case Encoding.LIST_QUICKLIST -> ListValue.releaseStep(entry, maxBlocks);
            case Encoding.ZSET_SKIPLIST -> SortedSetValue.releaseStep(entry, maxBlocks);
            case Encoding.HASH_HASHTABLE -> HashValue.releaseStep(entry, maxBlocks);
            case Encoding.STREAM -> StreamValue.releaseStep(entry, maxBlocks);
            default -> {
                Packed.release(entry);
                yield true;
            }
        };
    }

    /** The root of the hash table by member of a big collection, or {@link Memory#NULL} where there is none. */
    static long memberTable(Entry entry) {
        return switch (entry.kind()) {
            case Encoding.SET_HASHTABLE -> SetValue.memberTable(entry);
            case Encoding.ZSET_SKIPLIST -> SortedSetValue.memberTable(entry);
            case Encoding.HASH_HASHTABLE -> HashValue.memberTable(entry);
            default -> Memory.NULL;
        };
    }

    /**
     * Writes a copy of a value into an entry that was created with the same kind and inline length, of this or another
     * partition. Both are locked.
     */
    public static void copy(Entry from, Entry to) {
        to.copyInside(from);
        switch (from.kind()) {
            case Encoding.STRING_INT, Encoding.STRING_EMBSTR, Encoding.STRING_RAW -> {}
            case Encoding.STRING_BLOCK -> StringValue.copyOutside(from, to);
            case Encoding.SET_HASHTABLE -> SetValue.copyTable(from, to);
            case Encoding.LIST_QUICKLIST -> ListValue.copyOutside(from, to);
            case Encoding.ZSET_SKIPLIST -> SortedSetValue.copyLarge(from, to);
            case Encoding.HASH_HASHTABLE -> HashValue.copyTable(from, to);
            case Encoding.STREAM -> StreamValue.copyOutside(from, to);
            default -> Packed.copyOutside(from, to);
        }
    }

    /**
     * Makes an entry that was created with the same kind and inline length, in the same memory, take over a value. Of {@code
     * from} only the entry itself is left, to be freed.
     */
    public static void handOver(Entry from, Entry to) {
        to.copyInside(from);
    }

    /** Bytes of the blocks that a value takes outside its entry. */
    public static long externalSize(Entry entry) {
        return switch (entry.kind()) {
            case Encoding.STRING_INT, Encoding.STRING_EMBSTR, Encoding.STRING_RAW -> 0;
            case Encoding.STRING_BLOCK -> StringValue.externalSize(entry);
            case Encoding.SET_HASHTABLE -> SetValue.externalSize(entry);
            case Encoding.LIST_QUICKLIST -> ListValue.externalSize(entry);
            case Encoding.ZSET_SKIPLIST -> SortedSetValue.externalSize(entry);
            case Encoding.HASH_HASHTABLE -> HashValue.externalSize(entry);
            case Encoding.STREAM -> StreamValue.externalSize(entry);
            default -> Packed.externalSize(entry);
        };
    }

    /** Throws if a value is not well formed. */
    public static void checkInvariants(Entry entry) {
        if (Encoding.nameOf(entry.kind()) == null) {
            throw new IllegalStateException("no such kind: " + entry.kind());
        }
        if (entry.type() == Type.SET) {
            SetValue.checkInvariants(entry);
        }
        if (entry.type() == Type.LIST) {
            ListValue.checkInvariants(entry);
        }
        if (entry.type() == Type.HASH) {
            HashValue.checkInvariants(entry);
        }
        if (entry.type() == Type.ZSET) {
            SortedSetValue.checkInvariants(entry);
        }
        if (entry.kind() == Encoding.STREAM) {
            StreamValue.checkInvariants(entry);
        }
    }
}
