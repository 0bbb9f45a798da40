package dev.cinnabar.values;

import dev.cinnabar.memory.Bytes;
import dev.cinnabar.memory.Memory;
import dev.cinnabar.memory.Tag;
import dev.cinnabar.structures.BTree;

/**
 * Records in the order of the bytes of their names: groups, consumers, producers. A flyweight, guarded by the owner of its
 * memory.
 *
 * <p>A record has its name, behind the name's length in 4 bytes, at an offset that is the tree's. The key is the first eight
 * bytes of the name, padded with zeros, as a number whose signed order is that of the bytes; the whole name decides a tie.
 */
final class NameTree extends BTree {

    private final int lengthOffset;
    private Bytes sought = new Bytes();
    private final Bytes name = new Bytes();

    /** @param lengthOffset where in a record the length of the name is, which the name follows */
    NameTree(int lengthOffset) {
        super(Tag.VALUE, true);
        this.lengthOffset = lengthOffset;
    }

    @Override
    public NameTree in(Memory memory) {
        super.in(memory);
        return this;
    }

    @Override
    protected int compareTie(long record) {
        return sought.compareTo(name(record, name));
    }

    private static long key(Bytes name) {
        long first = 0;
        int n = Math.min(name.length(), 8);
        for (int i = 0; i < n; i++) {
            first |= (name.byteAt(i) & 0xffL) << 56 - 8 * i;
        }
        return first ^ Long.MIN_VALUE;
    }

    /** Makes a view show the name of a record. */
    Bytes name(long record, Bytes view) {
        return view.set(
                memory().segment(record),
                memory().offset(record) + lengthOffset + 4,
                memory().getInt(record, lengthOffset));
    }

    int nameLength(long record) {
        return memory().getInt(record, lengthOffset);
    }

    void writeName(long record, Bytes name) {
        memory().putInt(record, lengthOffset, name.length());
        memory().copyIn(name, record, lengthOffset + 4L);
    }

    /** Goes to the record of a name; returns it, or 0 if there is none. */
    long find(Bytes wanted) {
        sought = wanted;
        long record = seek(key(wanted));
        return record != 0 && name(record, name).contentEquals(wanted) ? record : 0;
    }

    /** Adds a record, whose name is written and which no other one has; the cursor is at it. */
    void insert(long record) {
        sought = name(record, new Bytes());
        insert(key(sought), record);
    }
}
