package dev.cinnabar.values;

import dev.cinnabar.memory.Memory;
import dev.cinnabar.memory.Tag;
import dev.cinnabar.structures.BTree;

/**
 * The pending entries of a group in the order of their times of delivery, of equal times in that of IDs. A flyweight,
 * guarded by the owner of its memory.
 */
final class DeliveryTree extends BTree {

    private long soughtMillis;
    private long soughtSequence;

    DeliveryTree() {
        super(Tag.VALUE, true);
    }

    @Override
    public DeliveryTree in(Memory memory) {
        super.in(memory);
        return this;
    }

    @Override
    protected int compareTie(long record) {
        return StreamId.compare(
                soughtMillis,
                soughtSequence,
                memory().getLong(record, IdTree.MILLIS),
                memory().getLong(record, IdTree.SEQUENCE));
    }

    private void aim(long record) {
        soughtMillis = memory().getLong(record, IdTree.MILLIS);
        soughtSequence = memory().getLong(record, IdTree.SEQUENCE);
    }

    @Override
    public void insert(long time, long record) {
        aim(record);
        super.insert(time, record);
    }

    /** Removes a pending entry, which is here with this time. */
    void remove(long time, long record) {
        aim(record);
        if (seek(time) != record) {
            throw new IllegalStateException("a pending entry is not in the order of delivery");
        }
        remove();
    }
}
