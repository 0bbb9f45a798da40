package dev.cinnabar.structures;

import dev.cinnabar.memory.Memory;
import dev.cinnabar.memory.Tag;

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
     *   leaf    0       4            8                  21
     *           +-------+------------+------------------+------------------+----
     *           | count | blockBytes | record 5, number | record 5, number | ...           number 8 bytes
     *           +-------+------------+------------------+------------------+----
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
     * Filling: a full leaf gives half of the room that its left or right neighbour has over to it, before it is
     * split; an item behind all others begins a new leaf. So leaves are about 0.8 full of random items, and 1 of
     * ascending ones. A leaf below a quarter is merged with a neighbour if both fill at most three quarters; inner
     * nodes likewise. A small tree is one leaf of 64 bytes and up.
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

    // An item of a leaf.
    private static final int ITEM_NUMBER = 5;
    private static final int ITEM_BYTES = 13;
    private static final long RECORD_MASK = (1L << 40) - 1;
    private static final int MIN_LEAF_BYTES = 64;
    private static final int LEAF_BYTES = 1024;
    private static final int MAX_ITEMS = (LEAF_BYTES - CONTENT) / ITEM_BYTES;

    // A child of an inner node.
    private static final int CHILD_NUMBER = 0;
    private static final int CHILD_RECORD = 8;
    private static final int CHILD_NODE = 16;
    private static final int CHILD_WEIGHT = 24;
    private static final int CHILD_BYTES = 32;
    private static final int INNER_BYTES = 1024;
    private static final int MAX_CHILDREN = (INNER_BYTES - CONTENT) / CHILD_BYTES;

    private static final int MAX_HEIGHT = 16;

    private Memory memory;
    private final Tag tag;
    private final boolean sorted;
    private long root;

    // The cursor; level 0 is the leaf.
    private final long[] pathNode = new long[MAX_HEIGHT + 1];
    private final int[] pathIndex = new int[MAX_HEIGHT + 1];
    private long offset;

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
        int index = 0;
        if (sorted) {
            index = (int) left;
            left = 0;
        } else {
            while (left >= number(node, index)) {
                left -= number(node, index);
                index++;
            }
        }
        pathNode[0] = node;
        pathIndex[0] = index;
        offset = left;
        return record();
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
        moveItems(leaf, index + 1, leaf, index, count - index);
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
            if (4 * count >= MAX_ITEMS || !merge(1, MAX_ITEMS)) {
                return settle();
            }
        }
        return seekRank(rank);
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
        int low = 0;
        int high = count(node);
        while (low < high) {
            int middle = (low + high) >>> 1;
            long other = number(node, middle);
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
        if (count(pathNode[0]) == capacity(pathNode[0])) {
            makeRoom(number, record);
        }
        long leaf = pathNode[0];
        int index = pathIndex[0];
        int count = count(leaf);
        moveItems(leaf, index, leaf, index + 1, count - index);
        writeItem(leaf, index, number, record);
        setCount(leaf, count + 1);
        addWeight(weightOf(number));
        memory.putLong(root, SIZE, size() + 1);
        offset = 0;
        if (index == 0) {
            renewBounds(1, number, record);
        }
    }

    private void makeRoom(long number, long record) {
        long leaf = pathNode[0];
        int count = count(leaf);
        int blockBytes = memory.getInt(leaf, BLOCK_BYTES);
        if (blockBytes < LEAF_BYTES) {
            resizeRootLeaf(leaf, 2 * blockBytes);
        } else if (pathIndex[0] == count && isLast(1)) {
            long right = newNode(LEAF_BYTES);
            addChild(1, number, record, right, 0);
            stepRight(1);
            pathIndex[0] = 0;
        } else if (height() == 0 || !giveLeft() && !giveRight()) {
            splitLeaf(leaf, count);
        }
    }

    /** Moves items to the left neighbour, if it has room. The path follows its item. */
    private boolean giveLeft() {
        long parent = pathNode[1];
        int index = pathIndex[1];
        if (index == 0) {
            return false;
        }
        long leaf = pathNode[0];
        long left = child(parent, index - 1);
        int leftCount = count(left);
        int n = (MAX_ITEMS - leftCount) / 2;
        if (n < MAX_ITEMS / 8) {
            return false;
        }
        long weight = weightOfItems(leaf, 0, n);
        int count = count(leaf);
        moveItems(leaf, 0, left, leftCount, n);
        moveItems(leaf, n, leaf, 0, count - n);
        setCount(left, leftCount + n);
        setCount(leaf, count - n);
        setChildWeight(parent, index - 1, childWeight(parent, index - 1) + weight);
        setChildWeight(parent, index, childWeight(parent, index) - weight);
        setBound(parent, index, number(leaf, 0), record(leaf, 0));
        if (pathIndex[0] < n) {
            pathIndex[1] = index - 1;
            pathNode[0] = left;
            pathIndex[0] += leftCount;
        } else {
            pathIndex[0] -= n;
        }
        return true;
    }

    /** Moves items to the right neighbour, if it has room. The path follows its item. */
    private boolean giveRight() {
        long parent = pathNode[1];
        int index = pathIndex[1];
        if (index + 1 == count(parent)) {
            return false;
        }
        long leaf = pathNode[0];
        long right = child(parent, index + 1);
        int rightCount = count(right);
        int n = (MAX_ITEMS - rightCount) / 2;
        if (n < MAX_ITEMS / 8) {
            return false;
        }
        int kept = count(leaf) - n;
        long weight = weightOfItems(leaf, kept, kept + n);
        moveItems(right, 0, right, n, rightCount);
        moveItems(leaf, kept, right, 0, n);
        setCount(right, rightCount + n);
        setCount(leaf, kept);
        setChildWeight(parent, index, childWeight(parent, index) - weight);
        setChildWeight(parent, index + 1, childWeight(parent, index + 1) + weight);
        setBound(parent, index + 1, number(right, 0), record(right, 0));
        if (pathIndex[0] > kept) {
            pathIndex[1] = index + 1;
            pathNode[0] = right;
            pathIndex[0] -= kept;
        }
        return true;
    }

    private void splitLeaf(long leaf, int count) {
        int middle = count / 2;
        long right = newNode(LEAF_BYTES);
        moveItems(leaf, middle, right, 0, count - middle);
        setCount(right, count - middle);
        setCount(leaf, middle);
        addChild(1, number(right, 0), record(right, 0), right, weightOfItems(right, 0, count - middle));
        if (pathIndex[0] > middle) {
            int index = pathIndex[0] - middle;
            stepRight(1);
            pathIndex[0] = index;
        }
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
        int blockBytes = memory.getInt(leaf, BLOCK_BYTES);
        if (blockBytes > MIN_LEAF_BYTES && 4 * count < capacity(leaf)) {
            resizeRootLeaf(leaf, blockBytes / 2);
        }
    }

    private void resizeRootLeaf(long leaf, int blockBytes) {
        long resized = newNode(blockBytes);
        int count = count(leaf);
        moveItems(leaf, 0, resized, 0, count);
        setCount(resized, count);
        free(leaf);
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
            merge(level + 1, MAX_CHILDREN);
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
    private boolean merge(int level, int max) {
        long parent = pathNode[level];
        int index = pathIndex[level];
        int count = count(child(parent, index));
        int right;
        if (index + 1 < count(parent) && 4 * (count + count(child(parent, index + 1))) <= 3 * max) {
            right = index + 1;
        } else if (index > 0 && 4 * (count + count(child(parent, index - 1))) <= 3 * max) {
            right = index;
        } else {
            return false;
        }
        long from = child(parent, right);
        long to = child(parent, right - 1);
        if (level == 1) {
            moveItems(from, 0, to, count(to), count(from));
        } else {
            moveChildren(from, 0, to, count(to), count(from));
        }
        setCount(to, count(to) + count(from));
        setChildWeight(parent, right - 1, childWeight(parent, right - 1) + childWeight(parent, right));
        free(from);
        pathIndex[level] = right;
        removeChild(level);
        return true;
    }

    // Leaves.

    private int capacity(long leaf) {
        return (memory.getInt(leaf, BLOCK_BYTES) - CONTENT) / ITEM_BYTES;
    }

    private static long itemOffset(int index) {
        return CONTENT + (long) ITEM_BYTES * index;
    }

    private long record(long leaf, int index) {
        return (memory.getLong(leaf, itemOffset(index)) & RECORD_MASK) << 3;
    }

    private long number(long leaf, int index) {
        return memory.getLong(leaf, itemOffset(index) + ITEM_NUMBER);
    }

    private void writeItem(long leaf, int index, long number, long record) {
        memory.putLong(leaf, itemOffset(index), record >>> 3);
        memory.putLong(leaf, itemOffset(index) + ITEM_NUMBER, number);
    }

    private void moveItems(long from, int fromIndex, long to, int toIndex, int n) {
        memory.copy(from, itemOffset(fromIndex), to, itemOffset(toIndex), (long) ITEM_BYTES * n);
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
        memory.putInt(node, BLOCK_BYTES, blockBytes);
        setCount(node, 0);
        memory.putLong(root, BYTES, bytes() + Memory.blockSize(blockBytes));
        return node;
    }

    private void free(long node) {
        int blockBytes = memory.getInt(node, BLOCK_BYTES);
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
            int blockBytes = memory.getInt(node, BLOCK_BYTES);
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
