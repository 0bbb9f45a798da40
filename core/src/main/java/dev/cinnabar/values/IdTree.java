package dev.cinnabar.values;

import dev.cinnabar.memory.Memory;
import dev.cinnabar.memory.Tag;
import dev.cinnabar.structures.BTree;

/**
 * Records in the order of the stream ID with which each begins: nodes of a stream, pending entries. A flyweight, guarded by
 * the owner of its memory.
 *
 * <p>The tree's keys are signed and IDs are not: a key is the milliseconds with the highest bit turned over.
 */
final class IdTree extends BTree {

    static final int MILLIS = 0;
    static final int SEQUENCE = 8;

    private long sought;

    IdTree() {
        super(Tag.VALUE, true);
    }

    @Override
    public IdTree in(Memory memory) {
        super.in(memory);
        return this;
    }

    @Override
    protected int compareTie(long record) {
        return Long.compareUnsigned(sought, memory().getLong(record, SEQUENCE));
    }

    private static long key(long millis) {
        return millis ^ Long.MIN_VALUE;
    }

    /** Goes to the first record whose ID is not before this; returns it, or 0 at the end. */
    long seek(long millis, long sequence) {
        sought = sequence;
        return seek(key(millis));
    }

    /** Goes to the record of an ID; returns it, or 0 if there is none. */
    long find(long millis, long sequence) {
        long record = seek(millis, sequence);
        return record != 0 && millisOf(record) == millis && sequenceOf(record) == sequence ? record : 0;
    }

    /** Goes to the last record whose ID is not behind this; returns it, or 0 if there is none. */
    long seekBack(long millis, long sequence) {
        long record = seek(millis, sequence);
        return record != 0 && millisOf(record) == millis && sequenceOf(record) == sequence ? record : previous();
    }

    /** Adds a record, which begins with its ID; the cursor is at it. */
    void insert(long record) {
        sought = sequenceOf(record);
        insert(key(millisOf(record)), record);
    }

    /** The record at the cursor has moved. */
    void moved(long record) {
        set(number(), record);
    }

    long millisOf(long record) {
        return memory().getLong(record, MILLIS);
    }

    long sequenceOf(long record) {
        return memory().getLong(record, SEQUENCE);
    }
}
