package dev.cinnabar.values;

import dev.cinnabar.memory.Bytes;
import dev.cinnabar.memory.Memory;
import org.jspecify.annotations.Nullable;

/**
 * What keeps the old form of one value whose parts are about to change: a snapshot that hands it out in parts. Guarded by the
 * lock of the value's partition. Each kind of value calls its own methods, always before the change.
 */
public interface Keeper {

    /** Tells the keeper of an entry's value, if it has one; see {@link #elementChanges(long, long)}. */
    static void elementChanges(Entry entry, long hash, long record) {
        Keeper keeper = entry.home().keeper(entry);
        if (keeper != null) {
            keeper.elementChanges(hash, record);
        }
    }

    /** Tells the keeper of an entry's value, if it has one; see {@link #smallFormComes()}. */
    static void smallFormComes(Entry entry) {
        Keeper keeper = entry.home().keeper(entry);
        if (keeper != null) {
            keeper.smallFormComes();
        }
    }

    /**
     * Of a value that has {@link Elements}: one is changed or removed, or added.
     *
     * @param record where it lies; {@link Memory#NULL} if it is to be added
     */
    default void elementChanges(long hash, long record) {
        throw new IllegalStateException("a value without elements");
    }

    /** The value takes the small form: its root is freed. */
    default void smallFormComes() {
        throw new IllegalStateException("a value without a small form");
    }

    /** Of a list: new elements come to lie from an index on. */
    default void listGrows(long index, long n) {
        throw new IllegalStateException("no list");
    }

    /** Of a list: the element of an index is replaced or removed. */
    default void elementGoes(long index, Bytes element, boolean isReplaced) {
        throw new IllegalStateException("no list");
    }

    /**
     * Of a list: the elements of a block, of which the first has this index, are all removed.
     *
     * @return whether the keeper takes the block, which is not to be freed then
     */
    default boolean takesBlock(long index, long block) {
        throw new IllegalStateException("no list");
    }

    /** Of a stream: entries of a node are deleted. */
    default void nodeChanges(long record) {
        throw new IllegalStateException("no stream");
    }

    /** Of a stream: a node is removed. Returns whether the keeper takes it, and it is not to be freed then. */
    default boolean takesNode(long record) {
        throw new IllegalStateException("no stream");
    }

    /** Of a stream: a node with this ID is added. */
    default void nodeComes(long millis, long sequence) {
        throw new IllegalStateException("no stream");
    }

    /** Of a stream: a pending entry of a group changes, or is removed. */
    default void pendingChanges(long group, long record, boolean isRemoved) {
        throw new IllegalStateException("no stream");
    }

    /** Of a stream: an entry becomes pending in a group. */
    default void pendingComes(long group, long millis, long sequence) {
        throw new IllegalStateException("no stream");
    }

    /** Of a stream: a consumer, whose pending entries have been removed, is deleted. */
    default void consumerGoes(long group, long consumer) {
        throw new IllegalStateException("no stream");
    }

    /** Of a stream: a group is destroyed. Returns the entry of a stream to which it is to be moved, or null. */
    default @Nullable Entry takesGroup(long group) {
        throw new IllegalStateException("no stream");
    }

    /** Of a string in a block: {@code n} bytes from an offset on are overwritten. */
    default void bytesChange(int offset, int n) {
        throw new IllegalStateException("no string");
    }

    /** Of a string in a block: it lies elsewhere from now on, and the block is the keeper's, who frees it. */
    default void takesBlock() {
        throw new IllegalStateException("no string");
    }
}
