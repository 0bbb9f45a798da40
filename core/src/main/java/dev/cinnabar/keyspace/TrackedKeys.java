package dev.cinnabar.keyspace;

import dev.cinnabar.memory.Bytes;
import dev.cinnabar.memory.Memory;
import dev.cinnabar.memory.Tag;
import dev.cinnabar.structures.HashTable;
import java.util.ArrayDeque;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * The keys of a partition that clients may have in their caches, each with the ids of these. Off the heap, in the partition's
 * memory; guarded by its lock. Databases are not told apart: a client that caches knows none.
 */
public final class TrackedKeys {

    /*
     * A record is a block of a hash table, whose key is the name of the key:
     *
     *   +------------+---------+-------+------------------------------+
     *   | key length | clients | key   | ids in ascending order       |   There is room for a power of two of ids.
     *   | 4 bytes    | 4 bytes | ...   | 8 bytes each                 |
     *   +------------+---------+-------+------------------------------+
     *
     * A table that was cleared, which may be large, is taken apart later, in steps.
     */

    private static final int CLIENTS = 4;
    private static final int KEY = 8;

    private final Partition partition;
    private final Memory memory;
    private final Bytes view = new Bytes();
    private final Table table;
    private final Table cleared;

    /** The table's root; {@link Memory#NULL} while nothing is tracked. */
    private long root = Memory.NULL;

    /** Roots of tables to be taken apart. */
    private final Queue<Long> garbage = new ArrayDeque<>();

    /** Where {@link #any} looks next. */
    private long cursor;

    private long found;

    private final class Table extends HashTable {
        Table() {
            super(partition.memory(), Tag.TRACKING);
        }

        @Override
        protected boolean matches(long record, Bytes key) {
            return keyLength(record) == key.length() && key.equalsBlock(memory(), record, KEY);
        }

        @Override
        protected long hashOf(long record) {
            return partition.keyspace().hash(key(record));
        }
    }

    TrackedKeys(Partition partition) {
        this.partition = partition;
        this.memory = partition.memory();
        this.table = new Table();
        this.cleared = new Table();
    }

    public boolean isEmpty() {
        return root == Memory.NULL;
    }

    /** How many keys there are. */
    public long size() {
        return isEmpty() ? 0 : table.size();
    }

    /** A client has read a key. Returns whether that is new. */
    public boolean add(Bytes key, long hash, long client) {
        if (isEmpty()) {
            root = table.create();
        }
        long slot = table.find(hash, key);
        if (slot == 0) {
            table.insert(hash, newRecord(key, client));
            return true;
        }
        long record = table.record(slot);
        int count = clients(record);
        int at = 0;
        for (int after = count; at < after; ) {
            int middle = at + after >>> 1;
            long id = client(record, middle);
            if (id == client) {
                return false;
            }
            if (id < client) {
                at = middle + 1;
            } else {
                after = middle;
            }
        }
        if (room(count) == count) {
            int length = keyLength(record);
            record = memory.reallocate(record, bytes(length, count), bytes(length, count + 1), Tag.TRACKING);
            table.replace(slot, record);
        }
        long ids = KEY + (long) keyLength(record);
        for (int i = count; i > at; i--) {
            memory.putLong(record, ids + 8L * i, memory.getLong(record, ids + 8L * (i - 1)));
        }
        memory.putLong(record, ids + 8L * at, client);
        memory.putInt(record, CLIENTS, count + 1);
        return true;
    }

    /** Forgets a key. Returns the ids of the clients that have read it; null if there are none. */
    public long @Nullable [] remove(Bytes key, long hash) {
        long slot = isEmpty() ? 0 : table.find(hash, key);
        if (slot == 0) {
            return null;
        }
        long record = table.record(slot);
        long[] ids = new long[clients(record)];
        for (int i = 0; i < ids.length; i++) {
            ids[i] = client(record, i);
        }
        table.remove(hash, slot);
        free(record);
        if (table.size() == 0) {
            table.destroy();
            root = Memory.NULL;
        }
        return ids;
    }

    /** Some key, another one each time; null if there is none. */
    public byte @Nullable [] any() {
        if (isEmpty()) {
            return null;
        }
        found = Memory.NULL;
        cursor = table.scan(cursor, 1, this::found);
        if (found == Memory.NULL) {
            cursor = table.scan(0, 1, this::found);
        }
        return key(found).toByteArray();
    }

    private void found(long record) {
        found = record;
    }

    /** Forgets all keys. What they take of memory comes back in steps. */
    public void clear() {
        if (!isEmpty()) {
            garbage.add(root);
            root = Memory.NULL;
        }
    }

    /** Frees about {@code max} of the records that were cleared. Returns whether there are more. */
    boolean freeStep(int max) {
        Long next = garbage.peek();
        if (next != null) {
            cleared.at(next);
            if (cleared.destroyStep(max, this::free)) {
                garbage.remove();
            }
        }
        return !garbage.isEmpty();
    }

    // Records.

    private long newRecord(Bytes key, long client) {
        int length = key.length();
        long record = memory.allocate(bytes(length, 1), Tag.TRACKING);
        memory.putInt(record, 0, length);
        memory.putInt(record, CLIENTS, 1);
        memory.copyIn(key, record, KEY);
        memory.putLong(record, KEY + (long) length, client);
        return record;
    }

    private void free(long record) {
        memory.free(record, bytes(keyLength(record), clients(record)), Tag.TRACKING);
    }

    private int keyLength(long record) {
        return memory.getInt(record, 0);
    }

    private int clients(long record) {
        return memory.getInt(record, CLIENTS);
    }

    private long client(long record, int index) {
        return memory.getLong(record, KEY + keyLength(record) + 8L * index);
    }

    private Bytes key(long record) {
        return view.set(memory.segment(record), memory.offset(record) + KEY, keyLength(record));
    }

    /** For how many ids a record of so many has room. */
    private static int room(int clients) {
        int highest = Integer.highestOneBit(clients);
        return highest == clients ? clients : 2 * highest;
    }

    private static long bytes(int keyLength, int clients) {
        return KEY + keyLength + 8L * room(clients);
    }

    /** Looks whether all is as it should be; returns the bytes that it takes. */
    long checkInvariants() {
        while (freeStep(Integer.MAX_VALUE)) {}
        if (isEmpty()) {
            return 0;
        }
        table.checkInvariants();
        long[] sum = {table.bytes()};
        long[] seen = {0};
        long position = 0;
        do {
            position = table.scan(position, 1000, record -> {
                sum[0] += Memory.blockSize(bytes(keyLength(record), clients(record)));
                seen[0]++;
                for (int i = 1; i < clients(record); i++) {
                    if (client(record, i - 1) >= client(record, i)) {
                        throw new IllegalStateException("ids of clients that are not in order");
                    }
                }
            });
        } while (position != 0);
        if (seen[0] != table.size()) {
            throw new IllegalStateException(seen[0] + " tracked keys, but " + table.size() + " are counted");
        }
        return sum[0];
    }
}
