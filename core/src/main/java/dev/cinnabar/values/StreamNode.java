package dev.cinnabar.values;

import dev.cinnabar.memory.Bytes;
import dev.cinnabar.memory.Memory;
import dev.cinnabar.memory.Tag;
import dev.cinnabar.structures.Listpack;

/**
 * A node of a stream: some dozen entries in one listpack, in Redis' published format. A flyweight with a cursor over the
 * node's entries; guarded by the owner of its memory.
 */
final class StreamNode {

    /*
     *   block      0            8              16         20
     *              +------------+--------------+----------+----------
     *              | id, millis | id, sequence | capacity | listpack         capacity: of the block, as it was allocated
     *              +------------+--------------+----------+----------
     *
     *   listpack   master entry, entry, entry, ...
     *   master     live, deleted, n, field 1 ... field n, 0
     *   entry      flags, millis, sequence, value 1 ... value n, elements             with the master's fields
     *              flags, millis, sequence, n, field 1, value 1 ... value n, elements  with its own
     *
     *   flags      1: deleted; 2: the fields are those of the master entry
     *   millis, sequence   by how much the ID is larger than the node's
     *   elements   how many there are in front of this, so that who comes from behind finds the entry's beginning
     *
     * The node's ID and the fields of the master are those of the first entry that was ever put into it. A deleted entry
     * keeps its place until all of the node's are deleted, and so the node is.
     */

    static final int CAPACITY = 16;
    static final int LISTPACK = 20;

    private static final int DELETED = 1;
    private static final int SAME_FIELDS = 2;

    private Memory memory;
    private long record;
    private long millis;
    private long sequence;
    private final Listpack pack = new Listpack();

    // The entry at the cursor.
    private int position;
    private int flags;
    private int fields;
    private int first;
    private long entryMillis;
    private long entrySequence;

    // Reading its fields and values.
    private int field;
    private int value;

    @SuppressWarnings("NullAway.Init")
    StreamNode() {}

    StreamNode at(Memory memory, long record) {
        this.memory = memory;
        this.record = record;
        this.millis = memory.getLong(record, IdTree.MILLIS);
        this.sequence = memory.getLong(record, IdTree.SEQUENCE);
        pack.at(memory, record, LISTPACK);
        return this;
    }

    /** A new node, its listpack empty; positioned at it. */
    long create(Memory memory, long millis, long sequence, int listpackBytes) {
        int capacity = capacityFor(listpackBytes);
        long fresh = memory.allocate(capacity, Tag.VALUE);
        memory.putLong(fresh, IdTree.MILLIS, millis);
        memory.putLong(fresh, IdTree.SEQUENCE, sequence);
        memory.putInt(fresh, CAPACITY, capacity);
        at(memory, fresh);
        pack.format();
        return fresh;
    }

    private static int capacityFor(int listpackBytes) {
        return (int) Memory.blockSize((long) LISTPACK + listpackBytes);
    }

    long record() {
        return record;
    }

    long millis() {
        return millis;
    }

    long sequence() {
        return sequence;
    }

    Listpack pack() {
        return pack;
    }

    /** The bytes of the listpack. */
    int bytes() {
        return pack.bytes();
    }

    /** The bytes of the block. */
    int capacity() {
        return memory.getInt(record, CAPACITY);
    }

    /** Gives the listpack room for so many bytes, no less than it has; returns where the node lies now. */
    long resize(int listpackBytes) {
        int old = capacity();
        int wanted = capacityFor(listpackBytes);
        if (wanted != old) {
            long moved = memory.reallocate(record, old, wanted, Tag.VALUE);
            memory.putInt(moved, CAPACITY, wanted);
            record = moved;
            pack.at(memory, record, LISTPACK);
        }
        return record;
    }

    /** Whether the block has room for a listpack of so many bytes. */
    boolean hasRoom(int listpackBytes) {
        return LISTPACK + listpackBytes <= capacity();
    }

    void free() {
        memory.free(record, capacity(), Tag.VALUE);
    }

    // The master entry.

    /** How many entries are there, the deleted ones not counted. */
    int live() {
        return (int) pack.number(pack.first());
    }

    int deleted() {
        return (int) pack.number(pack.next(pack.first()));
    }

    /** Sets both numbers; there is room for a few bytes more. */
    void setCounts(int live, int deleted) {
        int p = pack.first();
        pack.replace(p, live);
        pack.replace(pack.next(p), deleted);
    }

    int masterFields() {
        return (int) pack.number(masterFieldsPosition());
    }

    private int masterFieldsPosition() {
        return pack.next(pack.next(pack.first()));
    }

    /** The position of the first field of the master entry. */
    int firstMasterField() {
        return pack.next(masterFieldsPosition());
    }

    // The cursor.

    /** Goes to the first entry, deleted or not; false if there is none. */
    boolean first() {
        int p = masterFieldsPosition();
        int n = (int) pack.number(p);
        for (int i = 0; i <= n; i++) {
            p = pack.next(p);
        }
        return open(pack.next(p));
    }

    boolean last() {
        return openBefore(pack.last());
    }

    boolean next() {
        int p = first;
        for (int i = elements(); i > 0; i--) {
            p = pack.next(p);
        }
        return open(pack.next(p));
    }

    boolean previous() {
        return openBefore(pack.previous(position));
    }

    private int elements() {
        return (flags & SAME_FIELDS) != 0 ? fields : 2 * fields;
    }

    /** Goes to the entry that ends with a number of elements, or false: that is the end of the master entry. */
    private boolean openBefore(int p) {
        int elements = (int) pack.number(p);
        if (elements == 0) {
            return false;
        }
        int begin = p;
        for (int i = 0; i < elements; i++) {
            begin = pack.previous(begin);
        }
        return open(begin);
    }

    private boolean open(int p) {
        if (p == 0) {
            return false;
        }
        position = p;
        flags = (int) pack.number(p);
        p = pack.next(p);
        entryMillis = millis + pack.number(p);
        p = pack.next(p);
        entrySequence = sequence + pack.number(p);
        p = pack.next(p);
        if ((flags & SAME_FIELDS) != 0) {
            fields = masterFields();
        } else {
            fields = (int) pack.number(p);
            p = pack.next(p);
        }
        first = p;
        return true;
    }

    boolean isDeleted() {
        return (flags & DELETED) != 0;
    }

    long entryMillis() {
        return entryMillis;
    }

    long entrySequence() {
        return entrySequence;
    }

    /** Compares the entry's ID with one. */
    int compareTo(long otherMillis, long otherSequence) {
        return StreamId.compare(entryMillis, entrySequence, otherMillis, otherSequence);
    }

    /** Marks the entry as deleted; the counts are the caller's. */
    void markDeleted() {
        flags |= DELETED;
        pack.replace(position, flags);
    }

    /**
     * Whether the listpack, a valid one, is that of a node: each element in its place, the counts true, at least one entry that
     * is not deleted, and the IDs in order behind that of {@code last}, which becomes the last one's.
     */
    boolean isWellFormed(StreamId last) {
        int p = pack.first();
        for (int i = 0; i < 3; i++) {
            if (p == 0 || !pack.isNumber(p)) {
                return false;
            }
            p = pack.next(p);
        }
        long masterFields = pack.number(masterFieldsPosition());
        p = skip(p, masterFields);
        if (masterFields < 1 || p == 0 || !isNumber(p, 0)) {
            return false;
        }
        long liveSeen = 0;
        long deletedSeen = 0;
        for (p = pack.next(p); p != 0; p = pack.next(p)) {
            int begin = p;
            for (int i = 0; i < 3; i++) {
                if (p == 0 || !pack.isNumber(p)) {
                    return false;
                }
                p = pack.next(p);
            }
            long entryFlags = pack.number(begin);
            boolean same = (entryFlags & SAME_FIELDS) != 0;
            long elements = same ? masterFields : p != 0 && pack.isNumber(p) ? 2 * pack.number(p) + 1 : 0;
            p = skip(p, elements);
            if ((entryFlags & ~(DELETED | SAME_FIELDS)) != 0 || elements < 1 || p == 0 || !isNumber(p, elements + 3)) {
                return false;
            }
            open(begin);
            if (fields < 1 || !last.isMin() && compareTo(last.millis(), last.sequence()) <= 0) {
                return false;
            }
            last.set(entryMillis, entrySequence);
            if (isDeleted()) {
                deletedSeen++;
            } else {
                liveSeen++;
            }
        }
        return liveSeen > 0 && isNumber(pack.first(), liveSeen) && isNumber(pack.next(pack.first()), deletedSeen);
    }

    /** The position so many elements behind one, or 0 where there are not so many. */
    private int skip(int p, long n) {
        for (long i = 0; i < n && p != 0; i++) {
            p = pack.next(p);
        }
        return p;
    }

    private boolean isNumber(int p, long n) {
        return pack.isNumber(p) && pack.number(p) == n;
    }

    // Fields and values.

    int fields() {
        return fields;
    }

    void beginFields() {
        field = (flags & SAME_FIELDS) != 0 ? firstMasterField() : first;
        value = first;
    }

    /** Shows the next field; to be called in turn with {@link #nextValue}. */
    Bytes nextField(Bytes view) {
        int p = field;
        field = pack.next(p);
        if ((flags & SAME_FIELDS) == 0) {
            value = field;
        }
        return pack.get(p, view);
    }

    Bytes nextValue(Bytes view) {
        int p = value;
        value = pack.next(p);
        if ((flags & SAME_FIELDS) == 0) {
            field = value;
        }
        return pack.get(p, view);
    }

    // Writing an entry at the end. There is room.

    void beginEntry(long millis, long sequence, boolean sameFields, int fields) {
        pack.append(sameFields ? SAME_FIELDS : 0);
        pack.append(millis - this.millis);
        pack.append(sequence - this.sequence);
        if (!sameFields) {
            pack.append(fields);
        }
    }

    void endEntry(boolean sameFields, int fields) {
        pack.append(sameFields ? fields + 3 : 2 * fields + 4);
    }

    /** The most bytes that an entry takes besides its fields and values, and by which the counts grow. */
    static final int MOST_ENTRY_BYTES = 2 + 10 + 10 + 6 + 6 + 2;

    /** The most bytes of a master entry besides its fields. */
    static final int MOST_MASTER_BYTES = Listpack.EMPTY_BYTES + 6 + 6 + 6 + 2;
}
