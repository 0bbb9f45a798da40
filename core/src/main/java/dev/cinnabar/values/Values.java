package dev.cinnabar.values;

/**
 * What can be done with a value of any type. Stateless; guarded by the lock of the entry's partition.
 *
 * <p>The part of a value inside its entry is treated alike for all types; what a type keeps outside is its class's to free,
 * copy and measure, and each type whose values can have such a part has a branch in each method here.
 */
public final class Values {

    private Values() {}

    /** Frees what a value has outside its entry. */
    public static void release(Entry entry) {
        if (entry.isString()) {
            StringValue.release(entry);
        }
    }

    /**
     * Frees what a value has outside its entry, in steps of about {@code maxBlocks} blocks: returns whether nothing is left.
     * As long as something is, this alone may be called.
     */
    public static boolean releaseStep(Entry entry, int maxBlocks) {
        release(entry);
        return true;
    }

    /**
     * Writes a copy of a value into an entry that was created with the same kind and inline length, of this or another
     * partition. Both are locked.
     */
    public static void copy(Entry from, Entry to) {
        to.copyInside(from);
        if (from.isString()) {
            StringValue.copyOutside(from, to);
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
        return entry.isString() ? StringValue.externalSize(entry) : 0;
    }
}
