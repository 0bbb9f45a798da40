package dev.cinnabar.values;

import dev.cinnabar.memory.Bytes;
import dev.cinnabar.memory.Memory;
import dev.cinnabar.memory.Tag;
import dev.cinnabar.structures.Listpack;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * A stream: entries of fields and values in the order of their IDs, and the groups that read them. A flyweight with a cursor
 * over the entries; owned by one thread, what it shows is guarded by the lock of the entry's partition.
 */
public final class StreamValue {

    /*
     *   root    0       8        16       32        48               64            72          80       88
     *           +-------+--------+--------+---------+----------------+-------------+-----------+--------+-----------+
     *           | nodes | length | lastId | firstId | maxDeletedId   | everAdded   | nodeBytes | groups | producers |
     *           +-------+--------+--------+---------+----------------+-------------+-----------+--------+-----------+
     *           96                     100              104              112
     *           +----------------------+----------------+----------------+------------+
     *           | idempotency, seconds | most IDs, each | IDs ever added | duplicates |      the last four: see Idempotency
     *           +----------------------+----------------+----------------+------------+
     *
     * An entry of the keyspace refers to the root. Nodes (see StreamNode) are found by their IDs in an IdTree; groups, in a
     * NameTree that is made with the first one.
     *
     * What firstId is: the ID of the first entry that is not deleted, and 0-0 in an empty stream; kept since the lag of a
     * group is computed from it. maxDeletedId is the largest ID that was ever deleted by its ID; trimming does not count.
     *
     * Growth: the last node's block grows by half until the node is full, and is cut to its length then. So a stream that
     * is only added to wastes what the allocator's classes waste, and copies each entry about twice.
     *
     * The cursor is a node, an entry in it and the node's place in the tree. It is lost when something is added or deleted.
     */

    static final int NODES = 0;
    private static final int LENGTH = 8;
    private static final int LAST = 16;
    private static final int FIRST = 32;
    private static final int MAX_DELETED = 48;
    private static final int EVER_ADDED = 64;
    private static final int NODE_BYTES = 72;
    static final int GROUPS = 80;
    static final int PRODUCERS = 88;
    static final int IDEMPOTENCY_SECONDS = 96;
    static final int IDEMPOTENCY_MOST = 100;
    static final int IDEMPOTENCY_ADDED = 104;
    static final int IDEMPOTENCY_DUPLICATES = 112;
    static final int ROOT_BYTES = 120;

    /** The most bytes of the fields and values of one entry; a listpack can hold some more. */
    public static final long MAX_ENTRY_BYTES = 1 << 29;

    private static final int MAX_NODE_BYTES = 1 << 30;

    private static final int MIN_NODE_BYTES = 64;

    private final Limits limits;
    private Entry entry;
    private Memory memory;
    private long root;

    private final IdTree nodes = new IdTree();
    private final StreamNode node = new StreamNode();

    // The entry that is being added.
    private int newFields;
    private long newBytes;
    private long newFieldPackBytes;
    private long newValuePackBytes;
    private boolean sameFields;
    private int masterField;
    private boolean hasTail;
    private boolean newNode;

    @SuppressWarnings("NullAway.Init")
    public StreamValue(Limits limits) {
        this.limits = limits;
    }

    /** Makes a just created entry an empty stream and turns to it. */
    public StreamValue initialize(Entry entry) {
        this.entry = entry;
        memory = entry.memory();
        root = memory.allocate(ROOT_BYTES, Tag.VALUE);
        memory.fill(root, 0, ROOT_BYTES, (byte) 0);
        entry.longAt(0, root);
        entry.longAt(8, 0);
        memory.putLong(root, NODES, nodes.in(memory).create());
        Idempotency.initialize(memory, root, limits);
        return this;
    }

    public StreamValue at(Entry entry) {
        this.entry = entry;
        return at(entry.memory(), entry.longAt(0));
    }

    /** What keeps the old form of this stream, or null. */
    @Nullable
    Keeper keeper() {
        return entry.home().keeper(entry);
    }

    private StreamValue at(Memory memory, long root) {
        this.memory = memory;
        this.root = root;
        nodes.in(memory).at(memory.getLong(root, NODES));
        return this;
    }

    Memory memory() {
        return memory;
    }

    long root() {
        return root;
    }

    // What is told of it.

    public long length() {
        return memory.getLong(root, LENGTH);
    }

    /** The number of nodes. */
    public long nodes() {
        return nodes.size();
    }

    /** The ID that the next one must be larger than. */
    public StreamId lastId(StreamId into) {
        return id(LAST, into);
    }

    public void setLastId(StreamId id) {
        id(LAST, id.millis(), id.sequence());
    }

    /** The ID of the first entry, 0-0 if there is none. */
    public StreamId firstId(StreamId into) {
        return id(FIRST, into);
    }

    public StreamId maxDeletedId(StreamId into) {
        return id(MAX_DELETED, into);
    }

    public void setMaxDeletedId(StreamId id) {
        id(MAX_DELETED, id.millis(), id.sequence());
    }

    /** How many entries have been added in all its life. */
    public long everAdded() {
        return memory.getLong(root, EVER_ADDED);
    }

    public void setEverAdded(long n) {
        memory.putLong(root, EVER_ADDED, n);
    }

    private StreamId id(int at, StreamId into) {
        return into.set(memory.getLong(root, at), memory.getLong(root, at + 8));
    }

    private void id(int at, long millis, long sequence) {
        memory.putLong(root, at, millis);
        memory.putLong(root, at + 8, sequence);
    }

    /** The ID of the last entry that is not deleted, 0-0 if there is none. Moves the cursor. */
    public StreamId lastEntryId(StreamId into) {
        return length() > 0 && seekBack(-1, -1) ? into.set(millis(), sequence()) : into.setMin();
    }

    // Adding an entry: begin, announce each field and value, open, name fields if it is the first of a node, add each
    // field and
    // value, end.

    /** Begins to add an entry. */
    public void begin(int fields) {
        newFields = fields;
        newBytes = 0;
        newFieldPackBytes = 0;
        newValuePackBytes = 0;
        long tail = nodes.last();
        hasTail = tail != 0;
        sameFields = false;
        if (hasTail) {
            node.at(memory, tail);
            sameFields = node.masterFields() == fields;
            masterField = node.firstMasterField();
        }
    }

    /** Tells the next field and value: all of them before {@link #open}. */
    public void announce(Bytes field, Bytes value) {
        newBytes += (long) field.length() + value.length();
        newFieldPackBytes += Listpack.bytesFor(field);
        newValuePackBytes += Listpack.bytesFor(value);
        if (sameFields) {
            sameFields = node.pack().equals(masterField, field);
            masterField = node.pack().next(masterField);
        }
    }

    /** Makes room for the announced entry, whose ID is larger than all others. */
    public void open(long millis, long sequence) {
        newNode = !hasTail || isFull();
        int entryBytes = StreamNode.MOST_ENTRY_BYTES + (int) newValuePackBytes;
        if (newNode) {
            if (hasTail) {
                resizeHere(node.bytes());
            }
            sameFields = true;
            int bytes = StreamNode.MOST_MASTER_BYTES + (int) newFieldPackBytes + entryBytes;
            Keeper keeper = keeper();
            if (keeper != null) {
                keeper.nodeComes(millis, sequence);
            }
            nodes.insert(node.create(memory, millis, sequence, Math.max(bytes, MIN_NODE_BYTES)));
            addNodeBytes(Memory.blockSize(node.capacity()));
            Listpack pack = node.pack();
            pack.append(1);
            pack.append(0);
            pack.append(newFields);
        } else {
            int bytes = node.bytes() + entryBytes + (sameFields ? 0 : (int) newFieldPackBytes);
            if (!node.hasRoom(bytes)) {
                resizeHere(Math.max(bytes, (int) Math.min(bytes + bytes / 2L, MAX_NODE_BYTES)));
            }
            node.setCounts(node.live() + 1, node.deleted());
            node.beginEntry(millis, sequence, sameFields, newFields);
        }
        id(LAST, millis, sequence);
    }

    /**
     * Whether the entry is the first of a node: then its fields come first, all by {@link #name}, and after them {@link #named}. To
     * put each in its place later would move all values, for each field.
     */
    public boolean isFirstOfNode() {
        return newNode;
    }

    public void name(Bytes field) {
        node.pack().append(field);
    }

    public void named() {
        node.pack().append(0);
        node.beginEntry(node.millis(), node.sequence(), sameFields, newFields);
    }

    private boolean isFull() {
        int mostBytes = limits.streamNodeBytes;
        if (mostBytes <= 0 || mostBytes > MAX_NODE_BYTES) {
            mostBytes = MAX_NODE_BYTES;
        }
        int mostEntries = limits.streamNodeEntries;
        return node.bytes() + newBytes >= mostBytes || mostEntries > 0 && node.live() + node.deleted() >= mostEntries;
    }

    /** The cursor is at the node. */
    private void resizeHere(int listpackBytes) {
        long before = Memory.blockSize(node.capacity());
        long old = node.record();
        long moved = node.resize(listpackBytes);
        if (moved != old) {
            nodes.moved(moved);
        }
        addNodeBytes(Memory.blockSize(node.capacity()) - before);
    }

    private void addNodeBytes(long n) {
        memory.putLong(root, NODE_BYTES, memory.getLong(root, NODE_BYTES) + n);
    }

    /** Adds a field and its value, in the order in which they were announced. */
    public void add(Bytes field, Bytes value) {
        Listpack pack = node.pack();
        if (!sameFields) {
            pack.append(field);
        }
        pack.append(value);
    }

    /** Ends the entry. */
    public void end() {
        node.endEntry(sameFields, newFields);
        long length = length() + 1;
        memory.putLong(root, LENGTH, length);
        setEverAdded(everAdded() + 1);
        if (length == 1) {
            id(FIRST, memory.getLong(root, LAST), memory.getLong(root, LAST + 8));
        }
    }

    // Nodes as they are, for those who store them elsewhere.

    /** Goes to the first node; false if there is none. */
    public boolean firstNode() {
        return showNode(nodes.first());
    }

    public boolean nextNode() {
        return showNode(nodes.next());
    }

    private boolean showNode(long record) {
        if (record == 0) {
            return false;
        }
        node.at(memory, record);
        return true;
    }

    /** The ID from which those of the node's entries are counted. */
    public StreamId nodeId(StreamId into) {
        return into.set(node.millis(), node.sequence());
    }

    /** The node's listpack. */
    public Bytes nodeBytes(Bytes view) {
        return nodeBytes(memory, node.record(), view);
    }

    /** The listpack of a node. */
    public static Bytes nodeBytes(Memory memory, long record, Bytes view) {
        int bytes = new StreamNode().at(memory, record).bytes();
        return view.set(memory.segment(record), memory.offset(record) + StreamNode.LISTPACK, bytes);
    }

    /**
     * Goes to the first entry of a node, which need not be in a stream any more: what shows the entry at the cursor can be called
     * then, and {@link #nextInNode}. False if there is none.
     */
    public boolean firstInNode(Memory of, long record) {
        return toLive(node.at(of, record).first());
    }

    /** Goes to the next entry of the same node; false if there is none. */
    public boolean nextInNode() {
        return toLive(node.next());
    }

    private boolean toLive(boolean found) {
        boolean here = found;
        while (here && node.isDeleted()) {
            here = node.next();
        }
        return here;
    }

    /** The ID of a node, or of a pending entry. */
    public static StreamId idOf(Memory memory, long record, StreamId into) {
        return into.set(memory.getLong(record, IdTree.MILLIS), memory.getLong(record, IdTree.SEQUENCE));
    }

    /**
     * Adds a node behind all others, of bytes that are a valid listpack. Returns false, and adds nothing, if they are not those
     * of a node, or an ID is not larger than all before.
     */
    public boolean addNode(StreamId nodeId, Bytes listpack) {
        long record = node.create(memory, nodeId.millis(), nodeId.sequence(), listpack.length());
        memory.copyIn(listpack, record, StreamNode.LISTPACK);
        node.at(memory, record);
        StreamId last = lastId(new StreamId());
        if (!node.isWellFormed(last)) {
            node.free();
            return false;
        }
        nodes.insert(record);
        addNodeBytes(Memory.blockSize(node.capacity()));
        boolean wasEmpty = length() == 0;
        memory.putLong(root, LENGTH, length() + node.live());
        setLastId(last);
        if (wasEmpty) {
            renewFirst();
        }
        return true;
    }

    // The cursor.

    /** Goes to the first entry whose ID is not before this; false if there is none. */
    public boolean seek(long millis, long sequence) {
        long record = nodes.seekBack(millis, sequence);
        if (record == 0) {
            record = nodes.first();
        }
        while (record != 0) {
            boolean found = node.at(memory, record).first();
            while (found && (node.isDeleted() || node.compareTo(millis, sequence) < 0)) {
                found = node.next();
            }
            if (found) {
                return true;
            }
            record = nodes.next();
        }
        return false;
    }

    /** Goes to the last entry whose ID is not behind this; false if there is none. */
    public boolean seekBack(long millis, long sequence) {
        long record = nodes.seekBack(millis, sequence);
        while (record != 0) {
            boolean found = node.at(memory, record).last();
            while (found && (node.isDeleted() || node.compareTo(millis, sequence) > 0)) {
                found = node.previous();
            }
            if (found) {
                return true;
            }
            record = nodes.previous();
        }
        return false;
    }

    /** Goes to the entry of an ID; false if there is none. */
    public boolean find(long millis, long sequence) {
        return seek(millis, sequence) && node.compareTo(millis, sequence) == 0;
    }

    public boolean next() {
        boolean found = node.next();
        while (true) {
            while (found && node.isDeleted()) {
                found = node.next();
            }
            if (found) {
                return true;
            }
            long record = nodes.next();
            if (record == 0) {
                return false;
            }
            found = node.at(memory, record).first();
        }
    }

    public boolean previous() {
        boolean found = node.previous();
        while (true) {
            while (found && node.isDeleted()) {
                found = node.previous();
            }
            if (found) {
                return true;
            }
            long record = nodes.previous();
            if (record == 0) {
                return false;
            }
            found = node.at(memory, record).last();
        }
    }

    /** How many entries there are from one ID to another, counted up to {@code most}. Moves the cursor. */
    public long count(StreamId from, StreamId to, long most) {
        if (from.compareTo(to) > 0 || !seek(from.millis(), from.sequence())) {
            return 0;
        }
        long n = 0;
        boolean found = true;
        while (n < most) {
            while (found && n < most) {
                if (!node.isDeleted()) {
                    if (compareTo(to) > 0) {
                        return n;
                    }
                    n++;
                }
                found = node.next();
            }
            // From here on whole nodes, as far as they end before the last ID.
            long record = nodes.next();
            while (record != 0 && node.at(memory, record).last() && compareTo(to) <= 0 && n < most) {
                n += node.live();
                record = nodes.next();
            }
            if (record == 0 || n >= most) {
                break;
            }
            found = node.at(memory, record).first();
        }
        return Math.min(n, most);
    }

    // At the cursor.

    public long millis() {
        return node.entryMillis();
    }

    public long sequence() {
        return node.entrySequence();
    }

    public StreamId id(StreamId into) {
        return into.set(millis(), sequence());
    }

    private int compareTo(StreamId id) {
        return node.compareTo(id.millis(), id.sequence());
    }

    /** How many fields the entry has; they are read from the first one on, in turn with their values. */
    public int fields() {
        node.beginFields();
        return node.fields();
    }

    public Bytes nextField(Bytes into) {
        return node.nextField(into);
    }

    public Bytes nextValue(Bytes into) {
        return node.nextValue(into);
    }

    // Deleting.

    /** Deletes the entry of an ID; false if there is none. Moves the cursor. */
    public boolean delete(StreamId id) {
        if (!find(id.millis(), id.sequence())) {
            return false;
        }
        boolean wasFirst = id.compareTo(memory.getLong(root, FIRST), memory.getLong(root, FIRST + 8)) == 0;
        deleteHere();
        if (id.compareTo(memory.getLong(root, MAX_DELETED), memory.getLong(root, MAX_DELETED + 8)) > 0) {
            id(MAX_DELETED, id.millis(), id.sequence());
        }
        if (wasFirst) {
            renewFirst();
        }
        return true;
    }

    /** Deletes the entry at the cursor. */
    private void deleteHere() {
        beforeNodeChanges();
        node.markDeleted();
        memory.putLong(root, LENGTH, length() - 1);
        countDeleted(1);
    }

    private void beforeNodeChanges() {
        Keeper keeper = keeper();
        if (keeper != null) {
            keeper.nodeChanges(node.record());
        }
    }

    /** Tells the node at the cursor that so many more of its entries are deleted; it goes with the last one. */
    private void countDeleted(int n) {
        int live = node.live() - n;
        if (live == 0) {
            removeNode();
            return;
        }
        int deleted = node.deleted();
        int more = Listpack.bytesFor(deleted + n) - Listpack.bytesFor(deleted);
        if (more > 0 && !node.hasRoom(node.bytes() + more)) {
            resizeHere(node.bytes() + more);
        }
        node.setCounts(live, deleted + n);
    }

    /** Removes the node at the cursor, which goes to the node behind; returns that, or 0. */
    private long removeNode() {
        addNodeBytes(-Memory.blockSize(node.capacity()));
        Keeper keeper = keeper();
        boolean taken = keeper != null && keeper.takesNode(node.record());
        long next = nodes.remove();
        if (!taken) {
            node.free();
        }
        return next;
    }

    private void renewFirst() {
        if (length() > 0 && seek(0, 0)) {
            id(FIRST, millis(), sequence());
        } else {
            id(FIRST, 0, 0);
        }
    }

    /** Cuts the stream; returns how many entries were deleted. Moves the cursor. */
    public long trim(StreamOptions trim, ConsumerGroup groups) {
        if (trim.references != StreamOptions.References.KEEP && groups.count(this) > 0) {
            return trimWithReferences(trim, groups);
        }
        long deleted = 0;
        long record = nodes.first();
        while (record != 0 && !isShortEnough(trim)) {
            node.at(memory, record);
            int live = node.live();
            if (trim.limit > 0 && deleted + live > trim.limit) {
                break;
            }
            if (isToBeCut(trim, live)) {
                record = removeNode();
                memory.putLong(root, LENGTH, length() - live);
                deleted += live;
                continue;
            }
            if (!trim.approximate) {
                deleted += trimNode(trim);
            }
            break;
        }
        if (deleted > 0) {
            renewFirst();
        }
        return deleted;
    }

    /** Cuts entry by entry, where what is pending of it matters. */
    private long trimWithReferences(StreamOptions trim, ConsumerGroup groups) {
        StreamId at = new StreamId();
        long deleted = 0;
        long checked = 0;
        boolean found = seek(0, 0);
        while (found && !isShortEnough(trim) && !isBehindCut(trim)) {
            id(at);
            if (trim.approximate && node.record() != checked) {
                checked = node.record();
                int live = node.live();
                if (trim.limit > 0 && deleted + live > trim.limit || !isToBeCut(trim, live)) {
                    break;
                }
            }
            if (trim.references == StreamOptions.References.DELETE) {
                groups.removeFromAll(this, at);
            }
            if (trim.references == StreamOptions.References.DELETE || !groups.isNeeded(this, at)) {
                find(at.millis(), at.sequence());
                deleteHere();
                deleted++;
            }
            found = at.increment() && seek(at.millis(), at.sequence());
        }
        if (deleted > 0) {
            renewFirst();
        }
        return deleted;
    }

    private boolean isBehindCut(StreamOptions trim) {
        return trim.strategy == StreamOptions.Strategy.MIN_ID && compareTo(trim.minId) >= 0;
    }

    private boolean isShortEnough(StreamOptions trim) {
        return trim.strategy == StreamOptions.Strategy.MAX_LENGTH && length() <= trim.maxLength;
    }

    private boolean isToBeCut(StreamOptions trim, int live) {
        if (trim.strategy == StreamOptions.Strategy.MAX_LENGTH) {
            return length() - live >= trim.maxLength;
        }
        return node.last() && compareTo(trim.minId) < 0;
    }

    /** Cuts what is to be cut of the node at the cursor. */
    private int trimNode(StreamOptions trim) {
        int deleted = 0;
        beforeNodeChanges();
        for (boolean found = node.first(); found && !isShortEnough(trim); found = node.next()) {
            if (isBehindCut(trim)) {
                break;
            }
            if (!node.isDeleted()) {
                node.markDeleted();
                memory.putLong(root, LENGTH, length() - 1);
                deleted++;
            }
        }
        if (deleted > 0) {
            countDeleted(deleted);
        }
        return deleted;
    }

    // As a whole.

    /** Frees what a stream has outside its entry, in steps; see {@link Values#releaseStep}. */
    static boolean releaseStep(Entry entry, int maxBlocks) {
        long root = entry.longAt(0);
        if (root == Memory.NULL) {
            return true;
        }
        Memory memory = entry.memory();
        if (memory.getLong(root, NODES) != Memory.NULL) {
            IdTree nodes = new IdTree().in(memory);
            nodes.at(memory.getLong(root, NODES));
            boolean done = nodes.destroyStep(maxBlocks, record -> {
                int capacity = memory.getInt(record, StreamNode.CAPACITY);
                memory.putLong(root, NODE_BYTES, memory.getLong(root, NODE_BYTES) - Memory.blockSize(capacity));
                memory.free(record, capacity, Tag.VALUE);
            });
            if (!done) {
                return false;
            }
            memory.putLong(root, NODES, Memory.NULL);
        }
        if (!ConsumerGroup.releaseStep(memory, root, maxBlocks) || !Idempotency.releaseStep(memory, root, maxBlocks)) {
            return false;
        }
        memory.free(root, ROOT_BYTES, Tag.VALUE);
        entry.longAt(0, Memory.NULL);
        return true;
    }

    /** Gives a copy, whose part inside the entry is there already, blocks of its own. */
    static void copyOutside(Entry from, Entry to) {
        Memory source = from.memory();
        Memory target = to.memory();
        long root = copyBlock(source, from.longAt(0), target, ROOT_BYTES);
        to.longAt(0, root);
        IdTree nodes = new IdTree().in(source);
        nodes.at(source.getLong(from.longAt(0), NODES));
        IdTree copies = new IdTree().in(target);
        target.putLong(root, NODES, copies.create());
        for (long record = nodes.first(); record != 0; record = nodes.next()) {
            copies.insert(copyBlock(source, record, target, source.getInt(record, StreamNode.CAPACITY)));
        }
        target.putLong(root, GROUPS, 0);
        target.putLong(root, PRODUCERS, 0);
        StreamValue original = new StreamValue(new Limits()).at(from);
        StreamValue copy = new StreamValue(new Limits()).at(to);
        ConsumerGroup.copy(original, copy);
        Idempotency.copy(original, copy);
    }

    static long copyBlock(Memory source, long block, Memory target, int bytes) {
        long copy = target.allocate(bytes, Tag.VALUE);
        MemorySegment.copy(
                source.segment(block), source.offset(block), target.segment(copy), target.offset(copy), bytes);
        return copy;
    }

    static long externalSize(Entry entry) {
        long root = entry.longAt(0);
        if (root == Memory.NULL) {
            return 0;
        }
        Memory memory = entry.memory();
        long bytes = Memory.blockSize(ROOT_BYTES) + memory.getLong(root, NODE_BYTES);
        long nodes = memory.getLong(root, NODES);
        if (nodes != Memory.NULL) {
            bytes += new IdTree().in(memory).at(nodes).bytes();
        }
        return bytes + ConsumerGroup.size(memory, root) + Idempotency.size(memory, root);
    }

    /** Throws if a stream is not well formed. */
    static void checkInvariants(Entry entry) {
        StreamValue stream = new StreamValue(new Limits()).at(entry);
        stream.check();
    }

    private void check() {
        nodes.checkInvariants();
        long length = 0;
        long bytes = 0;
        StreamId last = new StreamId();
        @Nullable StreamId first = null;
        for (long record = nodes.first(); record != 0; record = nodes.next()) {
            node.at(memory, record);
            bytes += Memory.blockSize(node.capacity());
            that(
                    Listpack.isValid(memory.segment(record), memory.offset(record) + StreamNode.LISTPACK, node.bytes()),
                    "listpack");
            that(node.hasRoom(node.bytes()), "capacity");
            int live = 0;
            int deleted = 0;
            for (boolean found = node.first(); found; found = node.next()) {
                that(last.isMin() || compareTo(last) > 0, "order of IDs");
                last.set(millis(), sequence());
                if (node.isDeleted()) {
                    deleted++;
                } else {
                    live++;
                    first = first == null ? id(new StreamId()) : first;
                }
            }
            that(live > 0 && live == node.live() && deleted == node.deleted(), "counts of a node");
            length += live;
        }
        that(length == length(), "length");
        that(bytes == memory.getLong(root, NODE_BYTES), "bytes of nodes");
        that(last.compareTo(memory.getLong(root, LAST), memory.getLong(root, LAST + 8)) <= 0, "last ID");
        that((first == null ? new StreamId() : first).isSame(firstId(new StreamId())), "first ID");
        ConsumerGroup.check(this);
        Idempotency.check(this);
    }

    private static void that(boolean condition, String what) {
        if (!condition) {
            throw new IllegalStateException("stream: " + what);
        }
    }
}
