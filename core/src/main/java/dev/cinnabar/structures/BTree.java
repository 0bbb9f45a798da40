package dev.cinnabar.structures;

import dev.cinnabar.memory.Memory;
import dev.cinnabar.memory.Tag;
import java.util.Arrays;

/**
 * A counted B+tree in off-heap memory: items in order, found by key, by rank, or from their neighbour. An instance is a
 * flyweight with a cursor: it is positioned at a tree by {@link #at}, and at an item by the methods that seek. Not
 * thread-safe: guarded by the owner of its memory.
 *
 * <p>An item is a number and a record, an address in the memory's form. There are two kinds of tree:
 *
 * <ul>
 *   <li>A sorted one: the number is the key. Items are in the order of keys (signed), and of equal keys in the order of
 *       {@link #compareTie}. Each item counts 1.
 *   <li>A sequence: the number is the weight, how much the item counts (a block of a list, for its elements); items are
 *       where they were put.
 * </ul>
 */
public abstract class BTree {

    /*
     *   root    0       8       16       24      32
     *           +-------+-------+--------+-------+--------+
     *           | node  | size  | weight | bytes | height |
     *           +-------+-------+--------+-------+--------+
     *
     *   leaf    0       4            6       7       8      16
     *           +-------+------------+-------+-------+------+-----------------+-----------------+----
     *           | count | blockBytes | width | shift | base | record 5, delta | record 5, delta | ...
     *           +-------+------------+-------+-------+------+-----------------+-----------------+----
     *                                  number = base + (delta << shift), a delta has `width` bytes, 1 to 8
     *
     *   inner   0       4            8                                40
     *           +-------+------------+--------------------------------+----
     *           | count | blockBytes | number, record, child, weight  | ...           8 bytes each
     *           +-------+------------+--------------------------------+----
     *                                  number and record are those of the first item below child;
     *                                  weight is the sum of what is below it
     *
     * A rank is found by going down and passing over weights, and told by going down to an item and adding up the
     * weights passed over; so both take O(log n), as does everything else but a step to a neighbour, which is O(1)
     * nearly always. The cursor is the path from the root to the item: nodes and indices, by level. There are no
     * links between leaves.
     *
     * Why are the bounds in inner nodes exact, and not just any bound as in most B+trees? A tie is decided by reading
     * the record. A bound that outlives its item would name a block that is freed.
     *
     * Numbers that are neighbours are close together: scores, times, weights. So a leaf has the smallest one, its base,
     * and of each how far it is from there, in as few bytes as the farthest needs; zeros that all have at their ends, as
     * whole numbers do that are kept as doubles, are not kept. An item takes 6 or 7 bytes as a rule, and 13 at most. A
     * number that does not fit has the leaf written anew. So has everything else that moves items from leaf to leaf:
     * they are read into two arrays, it is tried where to cut them, and then they are written.
     *
     * Filling: a full leaf shares evenly with its left or right neighbour if that has room, before it is split; an item
     * behind all others begins a new leaf. So leaves are about 0.8 full of random items, and 1 of ascending ones. A
     * leaf below a quarter is merged with a neighbour if both fill at most three quarters; inner nodes likewise. A
     * small tree is one leaf of 64 bytes and up.
     *
     * How is a tree filled whose items come in order, as those of a file do? From its end to its beginning, which is how sorted
     * sets are saved. Leaves are gathered in the arrays, written when they are full, and noted; the inner nodes are built at the
     * end, a level at a time. Each number is looked at once, where inserting in front writes the leaf anew for each new base.
     *
     * What becomes of the cursor when a removal restructures the tree? Its rank is taken before, and sought again.
     *
     * Limitations: changing the weight of an item or putting it elsewhere writes one node a level. Removing a range
     * costs O(log n) an item.
     */

    // The root.
    private static final int NODE = 0;
    private static final int SIZE = 8;
    private static final int WEIGHT = 16;
    private static final int BYTES = 24;
    private static final int HEIGHT = 32;
    private static final int ROOT_BYTES = 40;

    // Nodes.
    private static final int COUNT = 0;
    private static final int BLOCK_BYTES = 4;
    private static final int CONTENT = 8;

    // A leaf. Behind its items are two bytes or more: a record is read together with what follows it.
    private static final int BASE = 8;
    private static final int ITEMS = 16;
    private static final int LEAF_OVERHEAD = ITEMS + 2;
    private static final int WIDTH_AT = 48;
    private static final int SHIFT_AT = 56;
    private static final int MAX_WIDTH = 8;
    private static final int RECORD_BYTES = 5;
    private static final int RECORD_BITS = 8 * RECORD_BYTES;
    private static final long RECORD_MASK = (1L << RECORD_BITS) - 1;
    private static final int MIN_LEAF_BYTES = 64;
    private static final int LEAF_BYTES = 1024;
    private static final int MAX_ITEMS = (LEAF_BYTES - LEAF_OVERHEAD) / (RECORD_BYTES + 1);

    /** So much must be free in both of two leaves that share, or they would share again soon. */
    private static final int SHARED_ROOM = LEAF_BYTES / 10;

    // A child of an inner node.
    private static final int CHILD_NUMBER = 0;
    private static final int CHILD_RECORD = 8;
    private static final int CHILD_NODE = 16;
    private static final int CHILD_WEIGHT = 24;
    private static final int CHILD_BYTES = 32;
    private static final int INNER_BYTES = 1024;
    private static final int MAX_CHILDREN = (INNER_BYTES - CONTENT) / CHILD_BYTES;

    private static final int MAX_HEIGHT = 16;

    /** Of so many nodes at most what is noted while a tree is filled has room afterwards too. */
    private static final int KEPT_DONE = 1 << 10;

    private Memory memory;
    private final Tag tag;
    private final boolean sorted;
    private long root;

    // The cursor; level 0 is the leaf.
    private final long[] pathNode = new long[MAX_HEIGHT + 1];
    private final int[] pathIndex = new int[MAX_HEIGHT + 1];
    private long offset;

    // The items of up to two leaves, which are to be written anew, and the number that is going to be added.
    private long[] numbers = {};
    private long[] records = {};
    private long pending;

    // While the tree is being filled: where in the arrays the leaf begins, which bits neighbouring numbers differ in,
    // and of the
    // nodes that are done, the last one first, what an inner node says of them.
    private int filledFrom;
    private long filledBits;
    private long filledSize;
    private int doneCount;
    private long[] doneNode = {};
    private long[] doneNumber = {};
    private long[] doneRecord = {};
    private long[] doneWeight = {};

    // The form of the leaf to be written.
    private long base;
    private int shift;
    private int width;

    /** @param sorted whether the number of an item is its key; else it is its weight */
    protected BTree(Memory memory, Tag tag, boolean sorted) {
        this.memory = memory;
        this.tag = tag;
        this.sorted = sorted;
    }

    /** A flyweight for trees in any memory: {@link #in} comes before everything else. */
    @SuppressWarnings("NullAway.Init")
    protected BTree(Tag tag, boolean sorted) {
        this.tag = tag;
        this.sorted = sorted;
    }

    /** Turns to the trees of a memory. */
    public BTree in(Memory memory) {
        this.memory = memory;
        return this;
    }

    /** The memory of tree and records. */
    protected final Memory memory() {
        return memory;
    }

    /**
     * Compares what is sought with a record whose key is the same: negative if what is sought comes first. What is
     * sought, a subclass keeps; one without ties, or for sequences, returns 0.
     */
    protected abstract int compareTie(long record);

    /** A new, empty tree; this flyweight is positioned at it. Returns its root. */
    public long create() {
        root = memory.allocate(ROOT_BYTES, tag);
        memory.putLong(root, SIZE, 0);
        memory.putLong(root, WEIGHT, 0);
        memory.putLong(root, BYTES, Memory.blockSize(ROOT_BYTES));
        memory.putInt(root, HEIGHT, 0);
        memory.putLong(root, NODE, newNode(MIN_LEAF_BYTES));
        return root;
    }

    /** Positions this flyweight at the tree of a root; the cursor is nowhere. */
    public BTree at(long root) {
        this.root = root;
        return this;
    }

    public long root() {
        return root;
    }

    /** The number of items. */
    public long size() {
        return memory.getLong(root, SIZE);
    }

    /** What all items count together: in a sorted tree the size. */
    public long weight() {
        return memory.getLong(root, WEIGHT);
    }

    /** The bytes that the tree itself takes, without the records. */
    public long bytes() {
        return memory.getLong(root, BYTES);
    }

    // Seeking: the cursor goes to an item, or to the end.

    /** Goes to the first item that is not before the key and what is sought; returns its record, or 0 at the end. */
    public long seek(long key) {
        descend(key);
        return settle();
    }

    /** Goes to the item that contains a rank, counted from 0; returns its record, or 0 at the end. */
    public long seekRank(long rank) {
        if (rank < 0) {
            throw new IllegalArgumentException("rank " + rank);
        }
        if (rank >= weight()) {
            goToEnd();
            return 0;
        }
        long left = rank;
        long node = memory.getLong(root, NODE);
        for (int level = height(); level > 0; level--) {
            int index = 0;
            long weight = childWeight(node, 0);
            while (left >= weight) {
                left -= weight;
                index++;
                weight = childWeight(node, index);
            }
            pathNode[level] = node;
            pathIndex[level] = index;
            node = child(node, index);
        }
        pathNode[0] = node;
        if (sorted) {
            pathIndex[0] = (int) left;
            offset = 0;
        } else {
            passWeights(node, left);
        }
        return record();
    }

    /** Goes to the item of a leaf at which so much has been passed over. */
    private void passWeights(long leaf, long weight) {
        long head = memory.getLong(leaf, 0);
        int itemBytes = RECORD_BYTES + widthOf(head);
        int unused = 8 * (MAX_WIDTH - widthOf(head));
        int leafShift = shiftOf(head);
        long leafBase = memory.getLong(leaf, BASE);
        long left = weight;
        int index = 0;
        long end = (long) ITEMS + itemBytes;
        long number = leafBase + (memory.getLong(leaf, end - 8) >>> unused << leafShift);
        while (left >= number) {
            left -= number;
            index++;
            end += itemBytes;
            number = leafBase + (memory.getLong(leaf, end - 8) >>> unused << leafShift);
        }
        pathIndex[0] = index;
        offset = left;
    }

    /** Goes to the first item; returns its record, or 0 if there is none. */
    public long first() {
        return seekRank(0);
    }

    /** Goes to the last item; returns its record, or 0 if there is none. */
    public long last() {
        goToEnd();
        return previous();
    }

    /** Goes behind the last item. */
    public void goToEnd() {
        long node = memory.getLong(root, NODE);
        for (int level = height(); level > 0; level--) {
            pathNode[level] = node;
            pathIndex[level] = count(node) - 1;
            node = child(node, pathIndex[level]);
        }
        pathNode[0] = node;
        pathIndex[0] = count(node);
        offset = 0;
    }

    /** Goes to the item behind; returns its record, or 0 at the end. */
    public long next() {
        pathIndex[0]++;
        offset = 0;
        return settle();
    }

    /** Goes to the item in front; returns its record, or 0 if there was none, and then the cursor stays. */
    public long previous() {
        if (pathIndex[0] == 0 && !stepLeft(1)) {
            return 0;
        }
        pathIndex[0]--;
        offset = 0;
        return record();
    }

    /** Whether the cursor is behind the last item. */
    public boolean isAtEnd() {
        return pathIndex[0] == count(pathNode[0]);
    }

    // At the cursor.

    /** The record of the item at the cursor. */
    public long record() {
        return record(pathNode[0], pathIndex[0]);
    }

    /** The key or weight of the item at the cursor. */
    public long number() {
        return number(pathNode[0], pathIndex[0]);
    }

    /** How much counts before the cursor: before its item's first, or at the end all. */
    public long rank() {
        long rank = 0;
        for (int level = height(); level > 0; level--) {
            for (int i = 0; i < pathIndex[level]; i++) {
                rank += childWeight(pathNode[level], i);
            }
        }
        return rank + weightOfItems(pathNode[0], 0, pathIndex[0]);
    }

    /** After {@link #seekRank} in a sequence: by how much the rank lies behind the item's first. */
    public long offset() {
        return offset;
    }

    /**
     * Adds an item to a sorted tree, where it is not yet, with the cursor at it. What is sought must be the record's
     * tie.
     */
    public void insert(long key, long record) {
        descend(key);
        insertHere(key, record);
    }

    /** Adds an item to a sequence in front of the cursor's, or at the end; the cursor is at it then. */
    public void insertBefore(long weight, long record) {
        insertHere(weight, record);
    }

    /** Replaces number and record of the item at the cursor. In a sorted tree it must stay where it is in the order. */
    public void set(long number, long record) {
        long leaf = pathNode[0];
        if (!fits(leaf, number)) {
            remove();
            insertHere(number, record);
            return;
        }
        addWeight(weightOf(number) - weightOf(number()));
        writeItem(leaf, pathIndex[0], number, record);
        if (pathIndex[0] == 0) {
            renewBounds(1, number, record);
        }
    }

    /** Removes the item at the cursor, which goes to the one behind; returns its record, or 0 at the end. */
    public long remove() {
        long leaf = pathNode[0];
        int index = pathIndex[0];
        long rank = rank();
        addWeight(-weightOf(number()));
        memory.putLong(root, SIZE, size() - 1);
        int count = count(leaf) - 1;
        moveItems(leaf, index + 1, index, count - index);
        setCount(leaf, count);
        offset = 0;
        if (height() == 0) {
            shrinkRootLeaf(leaf, count);
            return settle();
        }
        if (count == 0) {
            free(leaf);
            removeChild(1);
        } else {
            if (index == 0) {
                renewBounds(1, number(leaf, 0), record(leaf, 0));
            }
            if (4 * (LEAF_OVERHEAD + count * itemBytes(leaf)) >= LEAF_BYTES || !merge(1)) {
                return settle();
            }
        }
        return seekRank(rank);
    }

    // Filling.

    /**
     * Begins to fill an empty sorted tree. Until {@link #endFill} this flyweight stays with this tree, nothing but {@link #fill} may
     * be called, and the tree is empty.
     */
    public void beginFill() {
        if (size() != 0 || height() != 0) {
            throw new IllegalStateException("a tree that is not empty");
        }
        prepareArrays();
        filledFrom = numbers.length;
        filledBits = 0;
        filledSize = 0;
        doneCount = 0;
    }

    /** Adds an item in front of all that have been added so far. */
    public void fill(long key, long record) {
        if (filledFrom < numbers.length) {
            long bits = filledBits | numbers[filledFrom] - key;
            long spread = numbers[numbers.length - 1] - key;
            if (LEAF_OVERHEAD + (numbers.length - filledFrom + 1) * (RECORD_BYTES + widthFor(spread, bits))
                    > LEAF_BYTES) {
                endFilledLeaf(newNode(LEAF_BYTES));
                bits = 0;
            }
            filledBits = bits;
        }
        filledFrom--;
        numbers[filledFrom] = key;
        records[filledFrom] = record;
        filledSize++;
    }

    /** The bytes of a delta where the largest is {@code spread} and neighbours differ in these bits. */
    private static int widthFor(long spread, long bits) {
        return spread == 0 ? 1 : 64 - Long.numberOfLeadingZeros(spread >>> Long.numberOfTrailingZeros(bits)) + 7 >>> 3;
    }

    private void endFilledLeaf(long leaf) {
        int end = numbers.length;
        format(filledFrom, end, false);
        store(leaf, filledFrom, end);
        noteDone(doneCount++, leaf, numbers[filledFrom], records[filledFrom], end - filledFrom);
        filledFrom = end;
    }

    private void noteDone(int at, long node, long number, long record, long weight) {
        if (at == doneNode.length) {
            int room = Math.max(16, 2 * at);
            doneNode = Arrays.copyOf(doneNode, room);
            doneNumber = Arrays.copyOf(doneNumber, room);
            doneRecord = Arrays.copyOf(doneRecord, room);
            doneWeight = Arrays.copyOf(doneWeight, room);
        }
        doneNode[at] = node;
        doneNumber[at] = number;
        doneRecord[at] = record;
        doneWeight[at] = weight;
    }

    /** All items have been added: the tree has them, and is as any other. */
    public void endFill() {
        if (filledSize == 0) {
            return;
        }
        free(memory.getLong(root, NODE));
        int bytes = format(filledFrom, numbers.length, false);
        endFilledLeaf(newNode(doneCount == 0 ? roomFor(bytes) : LEAF_BYTES));
        int height = 0;
        while (doneCount > 1) {
            int above = 0;
            // A node's place is read before it is written to: those above are fewer.
            for (int end = 0; end < doneCount; above++) {
                int begin = end;
                end = Math.min(doneCount, begin + MAX_CHILDREN);
                fillInner(begin, end, above);
            }
            doneCount = above;
            height++;
        }
        memory.putLong(root, NODE, doneNode[0]);
        memory.putInt(root, HEIGHT, height);
        memory.putLong(root, SIZE, filledSize);
        memory.putLong(root, WEIGHT, filledSize);
        filledSize = 0;
        doneCount = 0;
        if (doneNode.length > KEPT_DONE) {
            doneNode = new long[0];
            doneNumber = new long[0];
            doneRecord = new long[0];
            doneWeight = new long[0];
        }
    }

    /** Makes a node of those between two indices, which come from the last to the first, and notes it in their place. */
    private void fillInner(int begin, int end, int at) {
        long inner = newNode(INNER_BYTES);
        long weight = 0;
        for (int i = begin; i < end; i++) {
            writeChild(inner, end - 1 - i, doneNumber[i], doneRecord[i], doneNode[i], doneWeight[i]);
            weight += doneWeight[i];
        }
        setCount(inner, end - begin);
        noteDone(at, inner, doneNumber[end - 1], doneRecord[end - 1], weight);
    }

    // Freeing.

    /** Frees the tree, not the records: walk or drain them first. The root is invalid afterwards. */
    public void destroy() {
        destroyLeaves(Long.MAX_VALUE, record -> {});
    }

    /**
     * Takes about {@code maxRecords} records out of the tree, whole leaves at a time, and hands them to the sink,
     * which may free them. When none is left the tree is destroyed and true is returned. In between only this, {@link
     * #size} and {@link #bytes} may be called.
     */
    public boolean destroyStep(int maxRecords, RecordConsumer sink) {
        return destroyLeaves(maxRecords, sink);
    }

    private boolean destroyLeaves(long maxRecords, RecordConsumer sink) {
        long done = 0;
        int height = height();
        while (done < maxRecords && memory.getLong(root, NODE) != Memory.NULL) {
            goToEnd();
            long leaf = pathNode[0];
            int count = count(leaf);
            for (int i = 0; i < count; i++) {
                sink.accept(record(leaf, i));
            }
            done += Math.max(1, count);
            memory.putLong(root, SIZE, size() - count);
            free(leaf);
            int level = 1;
            while (level <= height && pathIndex[level] == 0) {
                free(pathNode[level++]);
            }
            if (level <= height) {
                setCount(pathNode[level], pathIndex[level]);
            } else {
                memory.putLong(root, NODE, Memory.NULL);
            }
        }
        if (memory.getLong(root, NODE) != Memory.NULL) {
            return false;
        }
        memory.free(root, ROOT_BYTES, tag);
        root = Memory.NULL;
        return true;
    }

    // The path.

    /** Goes to the first item of the leaf that is not before what is sought, or behind the leaf's last. */
    private void descend(long key) {
        long node = memory.getLong(root, NODE);
        for (int level = height(); level > 0; level--) {
            int low = 0;
            int high = count(node) - 1;
            while (low < high) {
                int middle = (low + high + 1) >>> 1;
                long other = childNumber(node, middle);
                if (key > other || key == other && compareTie(childRecord(node, middle)) >= 0) {
                    low = middle;
                } else {
                    high = middle - 1;
                }
            }
            pathNode[level] = node;
            pathIndex[level] = low;
            node = child(node, low);
        }
        long head = memory.getLong(node, 0);
        int itemBytes = RECORD_BYTES + widthOf(head);
        int unused = 8 * (MAX_WIDTH - widthOf(head));
        int leafShift = shiftOf(head);
        long leafBase = memory.getLong(node, BASE);
        int low = 0;
        int high = (int) head;
        while (low < high) {
            int middle = (low + high) >>> 1;
            long end = ITEMS + (long) itemBytes * (middle + 1);
            long other = leafBase + (memory.getLong(node, end - 8) >>> unused << leafShift);
            if (key > other || key == other && compareTie(record(node, middle)) > 0) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        pathNode[0] = node;
        pathIndex[0] = low;
        offset = 0;
    }

    /** From behind a leaf's last item to the next leaf's first, if there is one; the record there, or 0 at the end. */
    private long settle() {
        if (pathIndex[0] == count(pathNode[0])) {
            if (isLast(1)) {
                return 0;
            }
            stepRight(1);
            pathIndex[0] = 0;
        }
        return record();
    }

    /** Whether the path goes through the last children only, from a level up. */
    private boolean isLast(int fromLevel) {
        int height = height();
        for (int level = fromLevel; level <= height; level++) {
            if (pathIndex[level] < count(pathNode[level]) - 1) {
                return false;
            }
        }
        return true;
    }

    /** Goes to the next child of a level, which must exist; sets the node below, not the index in it. */
    private void stepRight(int level) {
        if (++pathIndex[level] == count(pathNode[level])) {
            stepRight(level + 1);
            pathIndex[level] = 0;
        }
        pathNode[level - 1] = child(pathNode[level], pathIndex[level]);
    }

    /**
     * Goes to the previous child of a level, with the index behind the last of the node below; false if there is
     * none.
     */
    private boolean stepLeft(int level) {
        if (level > height() || pathIndex[level] == 0 && !stepLeft(level + 1)) {
            return false;
        }
        pathIndex[level]--;
        pathNode[level - 1] = child(pathNode[level], pathIndex[level]);
        pathIndex[level - 1] = count(pathNode[level - 1]);
        return true;
    }

    /** Adds to the weight of all that the path goes through. */
    private void addWeight(long weight) {
        int height = height();
        for (int level = 1; weight != 0 && level <= height; level++) {
            setChildWeight(pathNode[level], pathIndex[level], childWeight(pathNode[level], pathIndex[level]) + weight);
        }
        memory.putLong(root, WEIGHT, weight() + weight);
    }

    /** Tells the levels above that the first item below the path's child of a level is another one. */
    private void renewBounds(int fromLevel, long number, long record) {
        int height = height();
        for (int level = fromLevel; level <= height; level++) {
            setBound(pathNode[level], pathIndex[level], number, record);
            if (pathIndex[level] > 0) {
                return;
            }
        }
    }

    // Growing.

    private void insertHere(long number, long record) {
        if (isFull(pathNode[0]) || !fits(pathNode[0], number)) {
            makeRoom(number, record);
        }
        long leaf = pathNode[0];
        int index = pathIndex[0];
        int count = count(leaf);
        moveItems(leaf, index, index + 1, count - index);
        writeItem(leaf, index, number, record);
        setCount(leaf, count + 1);
        addWeight(weightOf(number));
        memory.putLong(root, SIZE, size() + 1);
        offset = 0;
        if (index == 0) {
            renewBounds(1, number, record);
        }
    }

    /**
     * Makes the path's leaf have room for an item at the path's place, in a form that its number fits into. The path then leads
     * to that place, which may be in another leaf.
     */
    private void makeRoom(long number, long record) {
        long leaf = pathNode[0];
        pending = number;
        int count = load(leaf, 0);
        int bytes = format(0, count, true);
        int blockBytes = blockBytes(leaf);
        if (bytes > blockBytes && blockBytes < LEAF_BYTES) {
            boolean alone = bytes <= LEAF_BYTES;
            resizeRootLeaf(leaf, count, alone ? roomFor(bytes) : LEAF_BYTES, alone);
            if (alone) {
                return;
            }
            leaf = pathNode[0];
        } else if (bytes <= blockBytes) {
            store(leaf, 0, count);
            return;
        }
        if (pathIndex[0] == count && isLast(1)) {
            beginLeaf(number, record);
        } else if (height() == 0 || !shareLeft() && !shareRight()) {
            splitLeaf(leaf, number, record);
        }
    }

    private static int roomFor(int bytes) {
        int blockBytes = MIN_LEAF_BYTES;
        while (blockBytes < bytes) {
            blockBytes *= 2;
        }
        return blockBytes;
    }

    /** Puts an empty leaf behind the path's, for an item that is going to be its first. The path leads there. */
    private void beginLeaf(long number, long record) {
        long right = newNode(LEAF_BYTES);
        format(0, 0, true);
        store(right, 0, 0);
        addChild(1, number, record, right, 0);
        stepRight(1);
        pathIndex[0] = 0;
    }

    /** Shares evenly with the left neighbour, if that has room. */
    private boolean shareLeft() {
        int index = pathIndex[1];
        if (index == 0) {
            return false;
        }
        int leftCount = load(child(pathNode[1], index - 1), 0);
        int total = leftCount + load(pathNode[0], leftCount);
        int cut = total / 2;
        return cut > leftCount && share(index - 1, leftCount, cut, total, leftCount + pathIndex[0]);
    }

    /** Shares evenly with the right neighbour, if that has room. */
    private boolean shareRight() {
        int index = pathIndex[1];
        if (index + 1 == count(pathNode[1])) {
            return false;
        }
        int leftCount = load(pathNode[0], 0);
        int total = leftCount + load(child(pathNode[1], index + 1), leftCount);
        int cut = (total + 1) / 2;
        return cut < leftCount && share(index, leftCount, cut, total, pathIndex[0]);
    }

    /**
     * Writes what has been read of two neighbours anew, cut elsewhere.
     *
     * @param left the index of the left one in their parent
     * @param place where the pending item is going to be
     * @return false, having written nothing, if they would not have room
     */
    private boolean share(int left, int leftCount, int cut, int total, int place) {
        boolean pendingLeft = place <= cut;
        if (format(0, cut, pendingLeft) > LEAF_BYTES - SHARED_ROOM
                || format(cut, total, !pendingLeft) > LEAF_BYTES - SHARED_ROOM) {
            return false;
        }
        long parent = pathNode[1];
        store(child(parent, left + 1), cut, total);
        format(0, cut, pendingLeft);
        store(child(parent, left), 0, cut);
        long moved = weightOfLoaded(Math.min(cut, leftCount), Math.max(cut, leftCount)) * (cut > leftCount ? 1 : -1);
        setChildWeight(parent, left, childWeight(parent, left) + moved);
        setChildWeight(parent, left + 1, childWeight(parent, left + 1) - moved);
        setBound(parent, left + 1, numbers[cut], records[cut]);
        pathIndex[1] = pendingLeft ? left : left + 1;
        pathNode[0] = child(parent, pathIndex[1]);
        pathIndex[0] = pendingLeft ? place : place - cut;
        return true;
    }

    private void splitLeaf(long leaf, long number, long record) {
        int count = load(leaf, 0);
        int place = pathIndex[0];
        int middle = count / 2;
        boolean pendingLeft = place <= middle;
        if (format(0, middle, pendingLeft) <= LEAF_BYTES && format(middle, count, !pendingLeft) <= LEAF_BYTES) {
            splitLeafAt(leaf, middle, count, !pendingLeft, pendingLeft);
            if (!pendingLeft) {
                stepRight(1);
                pathIndex[0] = place - middle;
            }
        } else if (place == 0) {
            // So far from the others that none of their halves could take it in: a leaf of its own, this one.
            splitLeafAt(leaf, 0, count, false, true);
        } else {
            if (place < count) {
                splitLeafAt(leaf, place, count, false, false);
            }
            beginLeaf(number, record);
        }
    }

    /** Leaves what has been read up to an index in the leaf, and puts the rest into a new one behind. The path stays. */
    private void splitLeafAt(long leaf, int cut, int count, boolean pendingRight, boolean pendingLeft) {
        long right = newNode(LEAF_BYTES);
        format(cut, count, pendingRight);
        store(right, cut, count);
        format(0, cut, pendingLeft);
        store(leaf, 0, cut);
        addChild(1, numbers[cut], records[cut], right, weightOfLoaded(cut, count));
    }

    /** Adds a node behind the path's child of a level, which loses the weight; the path stays. */
    private void addChild(int level, long number, long record, long node, long weight) {
        if (level > height()) {
            long old = memory.getLong(root, NODE);
            long top = newNode(INNER_BYTES);
            long oldNumber = level == 1 ? number(old, 0) : childNumber(old, 0);
            long oldRecord = level == 1 ? record(old, 0) : childRecord(old, 0);
            writeChild(top, 0, oldNumber, oldRecord, old, weight());
            setCount(top, 1);
            pathNode[level] = top;
            pathIndex[level] = 0;
            memory.putLong(root, NODE, top);
            memory.putInt(root, HEIGHT, level);
        } else if (count(pathNode[level]) == MAX_CHILDREN) {
            splitInner(level);
        }
        long parent = pathNode[level];
        int index = pathIndex[level];
        int count = count(parent);
        setChildWeight(parent, index, childWeight(parent, index) - weight);
        moveChildren(parent, index + 1, parent, index + 2, count - index - 1);
        writeChild(parent, index + 1, number, record, node, weight);
        setCount(parent, count + 1);
    }

    private void splitInner(int level) {
        long node = pathNode[level];
        int count = count(node);
        int middle = isLast(level) ? count - 1 : count / 2;
        long right = newNode(INNER_BYTES);
        moveChildren(node, middle, right, 0, count - middle);
        setCount(right, count - middle);
        setCount(node, middle);
        long weight = weightOfChildren(right);
        addChild(level + 1, childNumber(right, 0), childRecord(right, 0), right, weight);
        if (pathIndex[level] >= middle) {
            int index = pathIndex[level] - middle;
            stepRight(level + 1);
            pathIndex[level] = index;
        }
    }

    // Shrinking. The path is void afterwards, but for the root's leaf.

    private void shrinkRootLeaf(long leaf, int count) {
        int blockBytes = blockBytes(leaf);
        if (blockBytes > MIN_LEAF_BYTES && 4 * (LEAF_OVERHEAD + count * itemBytes(leaf)) < blockBytes) {
            load(leaf, 0);
            resizeRootLeaf(leaf, count, blockBytes / 2, false);
        }
    }

    /** Puts what has been read of the root's leaf into another block; the path's index stays. */
    private void resizeRootLeaf(long leaf, int count, int blockBytes, boolean withPending) {
        free(leaf);
        long resized = newNode(blockBytes);
        format(0, count, withPending);
        store(resized, 0, count);
        memory.putLong(root, NODE, resized);
        pathNode[0] = resized;
    }

    /** Removes the path's child of a level, which has been freed and whose weight is subtracted already. */
    private void removeChild(int level) {
        long node = pathNode[level];
        int index = pathIndex[level];
        int count = count(node) - 1;
        moveChildren(node, index + 1, node, index, count - index);
        setCount(node, count);
        if (count == 0) {
            // Never the root, which has two children or more: it would have been replaced by its only one.
            free(node);
            removeChild(level + 1);
            return;
        }
        if (index == 0) {
            renewBounds(level + 1, childNumber(node, 0), childRecord(node, 0));
        }
        if (level == height()) {
            lowerRoot();
        } else if (4 * count < MAX_CHILDREN) {
            merge(level + 1);
        }
    }

    private void lowerRoot() {
        long node = memory.getLong(root, NODE);
        int height = height();
        while (height > 0 && count(node) == 1) {
            long only = child(node, 0);
            free(node);
            node = only;
            height--;
        }
        memory.putLong(root, NODE, node);
        memory.putInt(root, HEIGHT, height);
    }

    /** Merges the path's child of a level with a neighbour, if both together leave room. */
    private boolean merge(int level) {
        long parent = pathNode[level];
        int index = pathIndex[level];
        int right;
        if (index + 1 < count(parent) && pour(level, index + 1)) {
            right = index + 1;
        } else if (index > 0 && pour(level, index)) {
            right = index;
        } else {
            return false;
        }
        setChildWeight(parent, right - 1, childWeight(parent, right - 1) + childWeight(parent, right));
        free(child(parent, right));
        pathIndex[level] = right;
        removeChild(level);
        return true;
    }

    /** Adds what is in a child of the path's node to the child in front of it; false, having done nothing, if that is too much. */
    private boolean pour(int level, int right) {
        long from = child(pathNode[level], right);
        long to = child(pathNode[level], right - 1);
        int count = count(to) + count(from);
        if (level > 1) {
            if (4 * count > 3 * MAX_CHILDREN) {
                return false;
            }
            moveChildren(from, 0, to, count(to), count(from));
            setCount(to, count);
            return true;
        }
        if (count > MAX_ITEMS) {
            return false;
        }
        load(from, load(to, 0));
        if (4 * format(0, count, false) > 3 * LEAF_BYTES) {
            return false;
        }
        store(to, 0, count);
        return true;
    }

    // Leaves.

    private int blockBytes(long node) {
        return memory.getShort(node, BLOCK_BYTES);
    }

    private static int widthOf(long head) {
        return (int) (head >>> WIDTH_AT) & 0xff;
    }

    private static int shiftOf(long head) {
        return (int) (head >>> SHIFT_AT);
    }

    private int itemBytes(long leaf) {
        return RECORD_BYTES + widthOf(memory.getLong(leaf, 0));
    }

    private boolean isFull(long leaf) {
        long head = memory.getLong(leaf, 0);
        return LEAF_OVERHEAD + ((int) head + 1) * (RECORD_BYTES + widthOf(head)) > blockBytes(leaf);
    }

    private int capacity(long leaf) {
        return (blockBytes(leaf) - LEAF_OVERHEAD) / itemBytes(leaf);
    }

    private long record(long leaf, int index) {
        return (memory.getLong(leaf, ITEMS + (long) itemBytes(leaf) * index) & RECORD_MASK) << 3;
    }

    private long number(long leaf, int index) {
        long head = memory.getLong(leaf, 0);
        int w = widthOf(head);
        long end = ITEMS + (long) (RECORD_BYTES + w) * (index + 1);
        long delta = memory.getLong(leaf, end - 8) >>> 8 * (MAX_WIDTH - w);
        return memory.getLong(leaf, BASE) + (delta << shiftOf(head));
    }

    /** Whether a number can be written into a leaf as its form is. */
    private boolean fits(long leaf, long number) {
        long head = memory.getLong(leaf, 0);
        int w = widthOf(head);
        if (w == MAX_WIDTH) {
            return true;
        }
        long delta = number - memory.getLong(leaf, BASE);
        int s = shiftOf(head);
        return delta >>> s << s == delta && delta >>> s >>> 8 * w == 0;
    }

    /** Writes an item whose number fits. */
    private void writeItem(long leaf, int index, long number, long record) {
        long head = memory.getLong(leaf, 0);
        writeItem(leaf, index, record, number - memory.getLong(leaf, BASE) >>> shiftOf(head), widthOf(head));
    }

    private void writeItem(long leaf, int index, long record, long delta, int w) {
        long at = ITEMS + (long) (RECORD_BYTES + w) * index;
        long packed = record >>> 3;
        int done = 0;
        if (w == MAX_WIDTH) {
            memory.putLong(leaf, at, packed);
            memory.putLong(leaf, at + RECORD_BYTES, delta);
            return;
        }
        if (w >= 3) {
            memory.putLong(leaf, at, packed | delta << RECORD_BITS);
            done = 3;
        } else {
            memory.putInt(leaf, at, (int) packed);
            memory.putByte(leaf, at + 4, (byte) (packed >>> 32));
        }
        for (int i = done; i < w; i++) {
            memory.putByte(leaf, at + RECORD_BYTES + i, (byte) (delta >>> 8 * i));
        }
    }

    /** Moves items inside a leaf. */
    private void moveItems(long leaf, int fromIndex, int toIndex, int n) {
        int itemBytes = itemBytes(leaf);
        memory.copy(
                leaf,
                ITEMS + (long) itemBytes * fromIndex,
                leaf,
                ITEMS + (long) itemBytes * toIndex,
                (long) itemBytes * n);
    }

    private void prepareArrays() {
        if (numbers.length == 0) {
            numbers = new long[2 * MAX_ITEMS];
            records = new long[2 * MAX_ITEMS];
        }
    }

    /** Reads the items of a leaf into the arrays, from an index there on; returns how many. */
    private int load(long leaf, int at) {
        prepareArrays();
        long head = memory.getLong(leaf, 0);
        int itemBytes = RECORD_BYTES + widthOf(head);
        int unused = 8 * (MAX_WIDTH - widthOf(head));
        int leafShift = shiftOf(head);
        long leafBase = memory.getLong(leaf, BASE);
        int count = (int) head;
        long from = ITEMS;
        for (int i = at; i < at + count; i++) {
            records[i] = (memory.getLong(leaf, from) & RECORD_MASK) << 3;
            from += itemBytes;
            numbers[i] = leafBase + (memory.getLong(leaf, from - 8) >>> unused << leafShift);
        }
        return count;
    }

    /** Finds the form for what has been read between two indices, with or without the pending number; returns its bytes. */
    private int format(int from, int to, boolean withPending) {
        long min = withPending ? pending : numbers[from];
        long max = min;
        int step = sorted ? Math.max(1, to - from - 1) : 1;
        for (int i = from; i < to; i += step) {
            min = Math.min(min, numbers[i]);
            max = Math.max(max, numbers[i]);
        }
        long bits = max - min;
        for (int i = from; i < to; i++) {
            bits |= numbers[i] - min;
        }
        if (withPending) {
            bits |= pending - min;
        }
        shift = bits == 0 ? 0 : Long.numberOfTrailingZeros(bits);
        width = Math.max(1, 64 - Long.numberOfLeadingZeros(bits >>> shift) + 7 >>> 3);
        base = min;
        if (width == MAX_WIDTH) {
            shift = 0;
        } else if (withPending && pending == min && from < to) {
            // Smaller ones may follow: as much room for them as there is, but not beyond the smallest number, where the
            // largest
            // would seem near.
            long lowest = max - ((1L << 8 * width) - 1 << shift);
            base = lowest <= min ? lowest : min;
        }
        return LEAF_OVERHEAD + (to - from + (withPending ? 1 : 0)) * (RECORD_BYTES + width);
    }

    /** Makes a leaf hold what has been read between two indices, in the form that was found. */
    private void store(long leaf, int from, int to) {
        int blockBytes = blockBytes(leaf);
        memory.putLong(
                leaf,
                0,
                to - from | (long) blockBytes << 8 * BLOCK_BYTES | (long) width << WIDTH_AT | (long) shift << SHIFT_AT);
        memory.putLong(leaf, BASE, base);
        // What is written behind all but the last item is overwritten by the next one.
        int last = to - 1;
        long at = ITEMS;
        for (int i = from; i < last; i++) {
            long delta = numbers[i] - base >>> shift;
            memory.putLong(leaf, at, records[i] >>> 3 | delta << RECORD_BITS);
            if (width > 3) {
                memory.putLong(leaf, at + RECORD_BYTES, delta);
            }
            at += RECORD_BYTES + width;
        }
        if (from < to) {
            writeItem(leaf, last - from, records[last], numbers[last] - base >>> shift, width);
        }
    }

    private long weightOfLoaded(int from, int to) {
        if (sorted) {
            return (long) to - from;
        }
        long weight = 0;
        for (int i = from; i < to; i++) {
            weight += numbers[i];
        }
        return weight;
    }

    private long weightOf(long number) {
        return sorted ? 1 : number;
    }

    private long weightOfItems(long leaf, int start, int end) {
        if (sorted) {
            return (long) end - start;
        }
        long weight = 0;
        for (int i = start; i < end; i++) {
            weight += number(leaf, i);
        }
        return weight;
    }

    // Inner nodes.

    private static long childOffset(int index) {
        return CONTENT + (long) CHILD_BYTES * index;
    }

    private long childNumber(long node, int index) {
        return memory.getLong(node, childOffset(index) + CHILD_NUMBER);
    }

    private long childRecord(long node, int index) {
        return memory.getLong(node, childOffset(index) + CHILD_RECORD);
    }

    private long child(long node, int index) {
        return memory.getLong(node, childOffset(index) + CHILD_NODE);
    }

    private long childWeight(long node, int index) {
        return memory.getLong(node, childOffset(index) + CHILD_WEIGHT);
    }

    private void setChildWeight(long node, int index, long weight) {
        memory.putLong(node, childOffset(index) + CHILD_WEIGHT, weight);
    }

    private void setBound(long node, int index, long number, long record) {
        memory.putLong(node, childOffset(index) + CHILD_NUMBER, number);
        memory.putLong(node, childOffset(index) + CHILD_RECORD, record);
    }

    private void writeChild(long node, int index, long number, long record, long child, long weight) {
        setBound(node, index, number, record);
        memory.putLong(node, childOffset(index) + CHILD_NODE, child);
        setChildWeight(node, index, weight);
    }

    private void moveChildren(long from, int fromIndex, long to, int toIndex, int n) {
        memory.copy(from, childOffset(fromIndex), to, childOffset(toIndex), (long) CHILD_BYTES * n);
    }

    private long weightOfChildren(long node) {
        long weight = 0;
        for (int i = 0; i < count(node); i++) {
            weight += childWeight(node, i);
        }
        return weight;
    }

    // Both.

    private int height() {
        return memory.getInt(root, HEIGHT);
    }

    private int count(long node) {
        return memory.getInt(node, COUNT);
    }

    private void setCount(long node, int count) {
        memory.putInt(node, COUNT, count);
    }

    private long newNode(int blockBytes) {
        long node = memory.allocate(blockBytes, tag);
        // Of a leaf also the form: all numbers are 0.
        memory.putLong(node, 0, (long) blockBytes << 8 * BLOCK_BYTES | 1L << WIDTH_AT);
        memory.putLong(node, BASE, 0);
        memory.putLong(root, BYTES, bytes() + Memory.blockSize(blockBytes));
        return node;
    }

    private void free(long node) {
        int blockBytes = blockBytes(node);
        memory.free(node, blockBytes, tag);
        memory.putLong(root, BYTES, bytes() - Memory.blockSize(blockBytes));
    }

    /** Throws if the tree is not well formed. The order of ties is not checked: only a subclass knows it. */
    public void checkInvariants() {
        Check check = new Check();
        check.bytes = Memory.blockSize(ROOT_BYTES);
        long node = memory.getLong(root, NODE);
        long weight = check.node(node, height());
        Check.that(check.size == size(), "size", check.size);
        Check.that(weight == weight(), "weight", weight);
        Check.that(check.bytes == bytes(), "bytes", check.bytes);
        Check.that(height() == 0 || count(node) > 1, "root", count(node));
    }

    private final class Check {
        long size;
        long bytes;
        long lastKey = Long.MIN_VALUE;
        long firstNumber;
        long firstRecord;

        /** Checks what is below a node and returns its weight; leaves its first item here. */
        long node(long node, int level) {
            int count = count(node);
            int blockBytes = blockBytes(node);
            bytes += Memory.blockSize(blockBytes);
            that(count > 0 || height() == 0, "empty node at level", level);
            that(count <= (level == 0 ? capacity(node) : MAX_CHILDREN), "count", count);
            if (level == 0) {
                for (int i = 0; i < count; i++) {
                    that(!sorted || number(node, i) >= lastKey, "order", number(node, i));
                    lastKey = number(node, i);
                }
                size += count;
                if (count > 0) {
                    firstNumber = number(node, 0);
                    firstRecord = record(node, 0);
                }
                return weightOfItems(node, 0, count);
            }
            long weight = 0;
            long number = childNumber(node, 0);
            long record = childRecord(node, 0);
            for (int i = 0; i < count; i++) {
                long below = node(child(node, i), level - 1);
                that(below == childWeight(node, i), "weight below", below);
                that(firstNumber == childNumber(node, i), "bound", firstNumber);
                that(firstRecord == childRecord(node, i), "record of bound", firstRecord);
                weight += below;
            }
            firstNumber = number;
            firstRecord = record;
            return weight;
        }

        static void that(boolean condition, String what, long value) {
            if (!condition) {
                throw new IllegalStateException("tree: " + what + " " + value);
            }
        }
    }
}
