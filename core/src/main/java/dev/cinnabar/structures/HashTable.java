package dev.cinnabar.structures;

import dev.cinnabar.memory.Bytes;
import dev.cinnabar.memory.Memory;
import dev.cinnabar.memory.Tag;
import java.util.random.RandomGenerator;

/**
 * A hash table in off-heap memory that addresses records of its caller's. An instance is a flyweight: it is positioned at
 * a table by {@link #at} and keeps nothing about it. Not thread-safe: guarded by the owner of its memory.
 *
 * <p>A record is any address in the memory's form (a multiple of 8 below 2^43, not 0). The table knows its key by
 * {@link #matches} and {@link #hashOf} alone. Use the high bits of the hash as evenly as the low ones: the table lives
 * by the top 48.
 */
public abstract class HashTable {

    private final Memory memory;
    private final Tag tag;
    private long root;

    protected HashTable(Memory memory, Tag tag) {
        this.memory = memory;
        this.tag = tag;
    }

    /** Whether the record's key is this. */
    protected abstract boolean matches(long record, Bytes key);

    /** The hash of the record's key. */
    protected abstract long hashOf(long record);

    /** A new, empty table; this flyweight is positioned at it. Returns its root. */
    public long create() {
        root = memory.allocate(24, tag);
        memory.putLong(root, 0, 0);
        memory.putLong(root, 8, 8);
        memory.putLong(root, 16, memory.allocate(8 * 8, tag));
        return root;
    }

    /** Positions this flyweight at the table of a root. */
    public HashTable at(long root) {
        this.root = root;
        return this;
    }

    public long root() {
        return root;
    }

    /** Frees the table, not the records: walk or drain them first. The root is invalid afterwards. */
    public void destroy() {
        memory.free(slots(), 8 * memory.getLong(root, 8), tag);
        memory.free(root, 24, tag);
        root = 0;
    }

    /**
     * Hands at least one and about {@code maxRecords} records to the sink and takes them out of the table; the sink may
     * free them. When none is left the table is destroyed and true is returned. In between only this and {@link #size}
     * may be called.
     */
    public boolean destroyStep(int maxRecords, RecordConsumer sink) {
        long size = size();
        long end = Math.max(0, size - maxRecords);
        for (long i = size; i > end; i--) {
            sink.accept(record(slots() + 8 * (i - 1)));
        }
        memory.putLong(root, 0, end);
        if (end == 0) {
            destroy();
            return true;
        }
        return false;
    }

    public long size() {
        return memory.getLong(root, 0);
    }

    /** The slot of the key's record, or 0. A slot is valid until the next change of the table. */
    public long find(long hash, Bytes key) {
        long size = size();
        for (long i = lowerBound(hash >>> 40); i < size && slot(i) >>> 40 == hash >>> 40; i++) {
            if (matches(record(slots() + 8 * i), key)) {
                return slots() + 8 * i;
            }
        }
        return 0;
    }

    /** The record that a slot addresses. */
    public long record(long slot) {
        return (memory.getLong(slot, 0) & 0xff_ffff_ffffL) << 3;
    }

    /** Makes a slot address another record of the same key. */
    public void replace(long slot, long record) {
        memory.putLong(slot, 0, memory.getLong(slot, 0) >>> 40 << 40 | record >>> 3);
    }

    /** Adds a record whose key is known to be absent. */
    public void insert(long hash, long record) {
        long size = size();
        long capacity = memory.getLong(root, 8);
        if (size == capacity) {
            long grown = memory.allocate(16 * capacity, tag);
            memory.copy(slots(), 0, grown, 0, 8 * size);
            memory.free(slots(), 8 * capacity, tag);
            memory.putLong(root, 8, 2 * capacity);
            memory.putLong(root, 16, grown);
        }
        long i = lowerBound(hash >>> 40);
        memory.copy(slots(), 8 * i, slots(), 8 * i + 8, 8 * (size - i));
        memory.putLong(slots(), 8 * i, hash >>> 40 << 40 | record >>> 3);
        memory.putLong(root, 0, size + 1);
    }

    /** Takes out the record of a slot that {@link #find} returned for this hash; the record itself is the caller's. */
    public void remove(long hash, long slot) {
        long size = size();
        long i = (slot - slots()) / 8;
        memory.copy(slots(), 8 * i + 8, slots(), 8 * i, 8 * (size - i - 1));
        memory.putLong(root, 0, size - 1);
    }

    /**
     * Hands the records from a cursor on to the sink, about {@code count} of them, and returns the cursor to go on with,
     * or 0 when all have been seen. The first cursor is 0. A cursor is a position in hash order, between 0 and 2^24, and
     * stays valid whatever happens to the table: a record that is there from the first call to the last is handed out
     * exactly once.
     */
    public long scan(long cursor, int count, RecordConsumer sink) {
        long size = size();
        long done = 0;
        for (long i = lowerBound(cursor); i < size; i++) {
            long position = slot(i) >>> 40;
            if (done >= count && position != slot(i - 1) >>> 40) {
                return position;
            }
            sink.accept(record(slots() + 8 * i));
            done++;
        }
        return 0;
    }

    /** A record drawn evenly, or 0 if there is none. */
    public long random(RandomGenerator random) {
        return size() == 0 ? 0 : record(slots() + 8 * random.nextLong(size()));
    }

    /** The bytes that the table itself takes, without the records. */
    public long bytes() {
        return Memory.blockSize(24) + Memory.blockSize(8 * memory.getLong(root, 8));
    }

    /** Throws if the table is not well formed. For tests and checks on demand: it visits every record. */
    public void checkInvariants() {
        for (long i = 0; i < size(); i++) {
            if (hashOf(record(slots() + 8 * i)) >>> 40 != slot(i) >>> 40 || i > 0 && slot(i) >>> 40 < slot(i - 1) >>> 40) {
                throw new IllegalStateException("slot " + i);
            }
        }
    }

    private long slots() {
        return memory.getLong(root, 16);
    }

    private long slot(long i) {
        return memory.getLong(slots(), 8 * i);
    }

    private long lowerBound(long position) {
        long low = 0;
        long high = size();
        while (low < high) {
            long middle = (low + high) >>> 1;
            if (slot(middle) >>> 40 < position) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }
}
