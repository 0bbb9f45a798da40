package dev.cinnabar.structures;

import dev.cinnabar.memory.Memory;
import dev.cinnabar.memory.Tag;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.random.RandomGenerator;

/**
 * The order of expiry times: pairs of a time and a record, the earliest first. Owned by a database's partition,
 * guarded by its lock. It takes no block while it is empty.
 */
public final class ExpiryOrder implements AutoCloseable {

    /*
     * A B+tree (Comer 1979) of pairs, sorted by time and then by record, so that each pair has one place and can be
     * found again for removal however many records share a time.
     *
     *   leaf     0       2       3        4            8        16
     *            +-------+-------+--------+------------+--------+------------------+------------------+----
     *            | count | width |        | blockBytes | base   | record 5, time w | record 5, time w | ... 8 free
     *            +-------+-------+--------+------------+--------+------------------+------------------+----
     *
     *   inner    0       2       8                      32
     *            +-------+-------+----------------------+----------------------+----
     *            | count |       | time, record, child  | time, record, child  | ...      8 bytes each
     *            +-------+-------+----------------------+----------------------+----
     *             time and record are a lower bound of what is below child; those of the first child are not looked at
     *
     * Leaves are nearly all of the memory. The times of one leaf lie close together, the closer the more pairs there
     * are, so a leaf stores them as distances from its base, in as many bytes (1 to 8) as its longest one needs; a
     * record takes 5, its address / 8. With ten million pairs spread over a day a pair takes 5 + 2 bytes. The base
     * lies so far below the first time that the unused half of the range is before it and the other half behind: a
     * new first or last time rarely makes the leaf be written anew.
     *
     * A full leaf is split in the middle, and each half chooses its width; but a pair behind all others begins a new
     * leaf, since with one TTL for all keys each comes last, and half-full leaves would be left behind. Leaves loaded
     * at random are 0.69 full. A leaf below a quarter is merged with a neighbour of the same parent if both together
     * fill at most three quarters, and inner nodes likewise. A small order is one leaf, of 64 bytes and up.
     *
     * All operations are O(log n), and none writes more than two nodes (of 512 and 1024 bytes) a level.
     *
     * Rejected: a timer wheel (no exact order, or cascades; a record needs a place in its slot to be removed by); a
     * heap (removal needs the position in each record, which every move writes: a cache miss each); pairs of 16 bytes
     * (23 bytes a key in leaves at 0.69).
     */

    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    // A leaf.
    private static final int COUNT = 0;
    private static final int WIDTH = 2;
    private static final int BLOCK_BYTES = 4;
    private static final int BASE = 8;
    private static final int PAIRS = 16;
    /** A time is read as eight bytes and cut, so the last one needs as many behind its first. */
    private static final int LEAF_END = 8;

    private static final int RECORD_BYTES = 5;
    private static final long RECORD_MASK = (1L << 8 * RECORD_BYTES) - 1;
    private static final int MIN_LEAF_BYTES = 64;
    private static final int LEAF_BYTES = 512;

    // An inner node.
    private static final int CHILDREN = 8;
    private static final int TIME = 0;
    private static final int RECORD = 8;
    private static final int CHILD = 16;
    private static final int STRIDE = 24;
    private static final int INNER_BYTES = 1024;
    private static final int MAX_CHILDREN = (INNER_BYTES - CHILDREN) / STRIDE;

    /** Enough for 2^40 pairs even if all nodes were at their emptiest. */
    private static final int MAX_HEIGHT = 16;

    private final Memory memory;
    private final Tag tag;

    /** A leaf, or with height > 0 an inner node; 0 while the order is empty. */
    private long root;

    private int height;
    private long size;
    private long bytes;
    /** The sums of the upper and of the lower halves of all times: exact. */
    private long sumHigh;

    private long sumLow;

    private boolean firstKnown;
    private long firstWhenMillis;
    private long firstRecord;

    /** The way to the leaf of the last search: inner node and index of the child, by level; the leaf is at level 0. */
    private final long[] pathNode = new long[MAX_HEIGHT + 1];

    private final int[] pathIndex = new int[MAX_HEIGHT + 1];

    public ExpiryOrder(Memory memory, Tag tag) {
        this.memory = memory;
        this.tag = tag;
    }

    public long size() {
        return size;
    }

    /** The bytes that the order takes off the heap. */
    public long bytes() {
        return bytes;
    }

    /** The mean of all times, 0 if there is none. */
    public double meanWhenMillis() {
        return size == 0 ? 0 : (sumHigh * 0x1p32 + sumLow) / size;
    }

    /** The earliest time, or {@link Long#MAX_VALUE} if there is no pair. */
    public long firstWhenMillis() {
        if (!firstKnown) {
            findFirst();
        }
        return firstWhenMillis;
    }

    /** The record of the earliest time, or 0 if there is none; of equal times the one with the lowest address. */
    public long firstRecord() {
        if (!firstKnown) {
            findFirst();
        }
        return firstRecord;
    }

    /**
     * A record drawn by lot, or 0 if there is none; nearly evenly, as far as nodes are equally full.
     */
    public long random(RandomGenerator random) {
        if (root == Memory.NULL) {
            return Memory.NULL;
        }
        long node = root;
        for (int level = height; level > 0; level--) {
            node = child(node, random.nextInt(count(node)));
        }
        return record(node, random.nextInt(count(node)));
    }

    private void findFirst() {
        firstKnown = true;
        if (root == Memory.NULL) {
            firstWhenMillis = Long.MAX_VALUE;
            firstRecord = Memory.NULL;
            return;
        }
        long node = root;
        for (int level = height; level > 0; level--) {
            node = child(node, 0);
        }
        firstWhenMillis = time(node, 0);
        firstRecord = record(node, 0);
    }

    /** Adds a pair that is not there. */
    public void insert(long whenMillis, long record) {
        if (root == Memory.NULL) {
            root = newLeaf(MIN_LEAF_BYTES, whenMillis, whenMillis);
            pathNode[0] = root;
            pathIndex[0] = 0;
        } else {
            descend(whenMillis, record);
            while (!makeRoom(whenMillis, record)) {
                descend(whenMillis, record);
            }
        }
        long leaf = pathNode[0];
        int index = pathIndex[0];
        int count = count(leaf);
        int stride = stride(width(leaf));
        long offset = PAIRS + (long) index * stride;
        memory.copy(leaf, offset, leaf, offset + stride, (long) (count - index) * stride);
        writePair(leaf, index, whenMillis, record);
        setCount(leaf, count + 1);
        size++;
        sumHigh += whenMillis >> 32;
        sumLow += whenMillis & 0xffff_ffffL;
        if (firstKnown && (size == 1 || isLess(whenMillis, record, firstWhenMillis, firstRecord))) {
            firstWhenMillis = whenMillis;
            firstRecord = record;
        }
    }

    /** Removes a pair that is there. */
    public void remove(long whenMillis, long record) {
        boolean found = false;
        if (root != Memory.NULL) {
            descend(whenMillis, record);
            long leaf = pathNode[0];
            int index = pathIndex[0];
            found = index < count(leaf) && time(leaf, index) == whenMillis && record(leaf, index) == record;
        }
        if (!found) {
            throw new IllegalArgumentException("no record " + record + " expires at " + whenMillis);
        }
        long leaf = pathNode[0];
        int index = pathIndex[0];
        int count = count(leaf) - 1;
        int stride = stride(width(leaf));
        long offset = PAIRS + (long) index * stride;
        memory.copy(leaf, offset + stride, leaf, offset, (long) (count - index) * stride);
        setCount(leaf, count);
        size--;
        sumHigh -= whenMillis >> 32;
        sumLow -= whenMillis & 0xffff_ffffL;
        if (firstKnown && firstWhenMillis == whenMillis && firstRecord == record) {
            firstKnown = false;
        }
        if (count == 0) {
            freeLeaf(leaf);
            removeChild(1);
        } else if (4 * count * stride < blockBytes(leaf)) {
            if (height == 0) {
                shrinkRootLeaf(leaf, count, stride);
            } else {
                mergeLeaf(leaf);
            }
        }
    }

    /** Makes a pair name another record: its block has moved. */
    public void replace(long whenMillis, long record, long newRecord) {
        remove(whenMillis, record);
        insert(whenMillis, newRecord);
    }

    /** Frees everything; the order is empty and usable afterwards. */
    public void clear() {
        if (root != Memory.NULL) {
            freeBelow(root, height);
        }
        root = Memory.NULL;
        height = 0;
        size = 0;
        sumHigh = 0;
        sumLow = 0;
        firstKnown = false;
    }

    private void freeBelow(long node, int level) {
        if (level == 0) {
            freeLeaf(node);
            return;
        }
        for (int i = 0; i < count(node); i++) {
            freeBelow(child(node, i), level - 1);
        }
        free(node, INNER_BYTES);
    }

    @Override
    public void close() {
        clear();
    }

    // Searching.

    /** Sets the path to the leaf where a pair belongs, and the index in it: the first pair that is not less. */
    private void descend(long when, long record) {
        long node = root;
        for (int level = height; level > 0; level--) {
            MemorySegment block = memory.segment(node);
            long children = memory.offset(node) + CHILDREN;
            int low = 0;
            int high = block.get(SHORT, memory.offset(node) + COUNT) - 1;
            while (low < high) {
                int middle = (low + high + 1) >>> 1;
                long time = block.get(LONG, children + TIME + (long) STRIDE * middle);
                if (time < when || time == when && separatorRecord(node, middle) <= record) {
                    low = middle;
                } else {
                    high = middle - 1;
                }
            }
            pathNode[level] = node;
            pathIndex[level] = low;
            node = child(node, low);
        }
        pathNode[0] = node;
        pathIndex[0] = indexInLeaf(node, when, record);
    }

    private int indexInLeaf(long leaf, long when, long record) {
        int count = count(leaf);
        long base = memory.getLong(leaf, BASE);
        int width = width(leaf);
        if (when < base) {
            return 0;
        }
        long distance = when - base;
        if (Long.compareUnsigned(distance, mask(width)) > 0) {
            return count;
        }
        int stride = stride(width);
        long mask = mask(width);
        MemorySegment block = memory.segment(leaf);
        long pairs = memory.offset(leaf) + PAIRS;
        int low = 0;
        int high = count;
        while (low < high) {
            int middle = (low + high) >>> 1;
            long offset = pairs + (long) middle * stride;
            long other = block.get(LONG, offset + RECORD_BYTES) & mask;
            int order = Long.compareUnsigned(other, distance);
            if (order < 0 || order == 0 && (block.get(LONG, offset) & RECORD_MASK) < record >>> 3) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    private static boolean isLess(long when, long record, long otherWhen, long otherRecord) {
        return when < otherWhen || when == otherWhen && record < otherRecord;
    }

    // Growing.

    /** Whether the leaf of the path can take the time as it is; if not, it is changed, and the path is void. */
    private boolean makeRoom(long when, long record) {
        long leaf = pathNode[0];
        int count = count(leaf);
        int blockBytes = blockBytes(leaf);
        if (fits(leaf, when) && hasRoom(count + 1, width(leaf), blockBytes)) {
            return true;
        }
        long first = Math.min(when, time(leaf, 0));
        long last = Math.max(when, time(leaf, count - 1));
        if (hasRoom(count + 1, widthOf(first, last), blockBytes)) {
            rewriteLeaf(leaf, blockBytes, first, last);
        } else if (blockBytes < LEAF_BYTES) {
            rewriteLeaf(leaf, 2 * blockBytes, first, last);
        } else if (pathIndex[0] == count && isLastLeaf()) {
            long leafOfOne = newLeaf(LEAF_BYTES, when, when);
            addChild(1, when, record, leafOfOne);
            // The new leaf is empty, which no search expects; its one pair is about to come.
            pathNode[0] = leafOfOne;
            pathIndex[0] = 0;
            return true;
        } else {
            splitLeaf(leaf, count);
        }
        return false;
    }

    private boolean isLastLeaf() {
        for (int level = 1; level <= height; level++) {
            if (pathIndex[level] != count(pathNode[level]) - 1) {
                return false;
            }
        }
        return true;
    }

    private void rewriteLeaf(long leaf, int blockBytes, long first, long last) {
        long rewritten = newLeaf(blockBytes, first, last);
        copyPairs(leaf, 0, count(leaf), rewritten);
        replaceLeaf(rewritten);
        freeLeaf(leaf);
    }

    private void splitLeaf(long leaf, int count) {
        int middle = count / 2;
        long left = newLeaf(LEAF_BYTES, time(leaf, 0), time(leaf, middle - 1));
        long right = newLeaf(LEAF_BYTES, time(leaf, middle), time(leaf, count - 1));
        copyPairs(leaf, 0, middle, left);
        copyPairs(leaf, middle, count, right);
        replaceLeaf(left);
        freeLeaf(leaf);
        addChild(1, time(right, 0), record(right, 0), right);
    }

    /** Puts another leaf in the place of the path's. */
    private void replaceLeaf(long leaf) {
        if (height == 0) {
            root = leaf;
        } else {
            setChild(pathNode[1], pathIndex[1], leaf);
        }
    }

    /** Adds a node behind the path's one of the level below. */
    private void addChild(int level, long time, long record, long node) {
        if (level > height) {
            long newRoot = newInner();
            writeChild(newRoot, 0, Long.MIN_VALUE, 0, root);
            writeChild(newRoot, 1, time, record, node);
            setCount(newRoot, 2);
            root = newRoot;
            height = level;
            return;
        }
        long parent = pathNode[level];
        int index = pathIndex[level] + 1;
        int count = count(parent);
        if (count == MAX_CHILDREN) {
            long right = newInner();
            // Behind all others: leave the old node full.
            int middle = index == count ? count - 1 : count / 2;
            moveChildren(parent, middle, right, 0, count - middle);
            setCount(right, count - middle);
            setCount(parent, middle);
            addChild(level + 1, separatorTime(right, 0), separatorRecord(right, 0), right);
            if (index > middle) {
                parent = right;
                index -= middle;
            }
            count = count(parent);
        }
        moveChildren(parent, index, parent, index + 1, count - index);
        writeChild(parent, index, time, record, node);
        setCount(parent, count + 1);
    }

    // Shrinking.

    private void shrinkRootLeaf(long leaf, int count, int stride) {
        int blockBytes = blockBytes(leaf);
        while (blockBytes > MIN_LEAF_BYTES && PAIRS + 2 * count * stride + LEAF_END <= blockBytes / 2) {
            blockBytes /= 2;
        }
        if (blockBytes < blockBytes(leaf)) {
            rewriteLeaf(leaf, blockBytes, time(leaf, 0), time(leaf, count - 1));
        }
    }

    /** Merges the path's leaf with a neighbour under the same parent, if both together leave room. */
    private void mergeLeaf(long leaf) {
        long parent = pathNode[1];
        int index = pathIndex[1];
        if (index + 1 < count(parent) && mergeLeaves(leaf, child(parent, index + 1))) {
            pathIndex[1] = index + 1;
            removeChild(1);
        } else if (index > 0) {
            pathIndex[1] = index - 1;
            if (mergeLeaves(child(parent, index - 1), leaf)) {
                pathIndex[1] = index;
                removeChild(1);
            }
        }
    }

    /** Pours two leaves into a new one in the place of the left one, which the path names. */
    private boolean mergeLeaves(long left, long right) {
        int leftCount = count(left);
        int rightCount = count(right);
        long first = time(left, 0);
        long last = time(right, rightCount - 1);
        if (4 * (leftCount + rightCount) * stride(widthOf(first, last)) > 3 * LEAF_BYTES) {
            return false;
        }
        long merged = newLeaf(LEAF_BYTES, first, last);
        copyPairs(left, 0, leftCount, merged);
        copyPairs(right, 0, rightCount, merged);
        replaceLeaf(merged);
        freeLeaf(left);
        freeLeaf(right);
        return true;
    }

    /** Removes the path's child of a level, which has been freed. */
    private void removeChild(int level) {
        if (level > height) {
            root = Memory.NULL;
            height = 0;
            return;
        }
        long node = pathNode[level];
        int index = pathIndex[level];
        int count = count(node) - 1;
        moveChildren(node, index + 1, node, index, count - index);
        setCount(node, count);
        if (count == 0) {
            free(node, INNER_BYTES);
            removeChild(level + 1);
        } else if (level == height) {
            while (height > 0 && count(root) == 1) {
                long only = child(root, 0);
                free(root, INNER_BYTES);
                root = only;
                height--;
            }
        } else if (4 * count < MAX_CHILDREN) {
            mergeInner(node, level + 1);
        }
    }

    private void mergeInner(long node, int parentLevel) {
        long parent = pathNode[parentLevel];
        int index = pathIndex[parentLevel];
        if (index + 1 < count(parent) && mergeInners(parent, index, node, child(parent, index + 1))) {
            pathIndex[parentLevel] = index + 1;
            removeChild(parentLevel);
        } else if (index > 0 && mergeInners(parent, index - 1, child(parent, index - 1), node)) {
            removeChild(parentLevel);
        }
    }

    /** Moves the children of the right of two neighbours into the left one. */
    private boolean mergeInners(long parent, int leftIndex, long left, long right) {
        int leftCount = count(left);
        int rightCount = count(right);
        if (4 * (leftCount + rightCount) > 3 * MAX_CHILDREN) {
            return false;
        }
        moveChildren(right, 0, left, leftCount, rightCount);
        // The bound of a first child was not looked at and may be out of date; its parent's holds.
        memory.putLong(left, childOffset(leftCount) + TIME, separatorTime(parent, leftIndex + 1));
        memory.putLong(left, childOffset(leftCount) + RECORD, separatorRecord(parent, leftIndex + 1));
        setCount(left, leftCount + rightCount);
        free(right, INNER_BYTES);
        return true;
    }

    // Leaves.

    private long newLeaf(int blockBytes, long first, long last) {
        int width = widthOf(first, last);
        long leaf = allocate(blockBytes);
        setCount(leaf, 0);
        memory.putByte(leaf, WIDTH, (byte) width);
        memory.putInt(leaf, BLOCK_BYTES, blockBytes);
        memory.putLong(leaf, BASE, baseOf(first, last, width));
        return leaf;
    }

    private void freeLeaf(long leaf) {
        free(leaf, blockBytes(leaf));
    }

    /** Appends pairs of a leaf to another, whose range has room for their times. */
    private void copyPairs(long from, int start, int end, long to) {
        int count = count(to);
        for (int i = start; i < end; i++) {
            writePair(to, count++, time(from, i), record(from, i));
        }
        setCount(to, count);
    }

    private void writePair(long leaf, int index, long when, long record) {
        int width = width(leaf);
        long offset = PAIRS + (long) index * stride(width);
        long distance = when - memory.getLong(leaf, BASE);
        long number = record >>> 3;
        memory.putInt(leaf, offset, (int) number);
        memory.putByte(leaf, offset + 4, (byte) (number >>> 32));
        long at = offset + RECORD_BYTES;
        int left = width;
        if (left >= 4) {
            memory.putInt(leaf, at, (int) distance);
            distance >>>= 32;
            at += 4;
            left -= 4;
        }
        for (; left > 0; left--) {
            memory.putByte(leaf, at++, (byte) distance);
            distance >>>= 8;
        }
    }

    private long time(long leaf, int index) {
        int width = width(leaf);
        long distance = memory.getLong(leaf, PAIRS + (long) index * stride(width) + RECORD_BYTES) & mask(width);
        return memory.getLong(leaf, BASE) + distance;
    }

    private long record(long leaf, int index) {
        return (memory.getLong(leaf, PAIRS + (long) index * stride(width(leaf))) & RECORD_MASK) << 3;
    }

    private boolean fits(long leaf, long when) {
        long base = memory.getLong(leaf, BASE);
        return when >= base && Long.compareUnsigned(when - base, mask(width(leaf))) <= 0;
    }

    private static boolean hasRoom(int count, int width, int blockBytes) {
        return PAIRS + count * stride(width) + LEAF_END <= blockBytes;
    }

    /** The bytes for distances of a range, and a quarter more, so that the range may move on a little. */
    private static int widthOf(long first, long last) {
        long range = last - first;
        long wide = range + (range >>> 2);
        return Long.compareUnsigned(wide, range) < 0 ? 8 : Math.max(1, (71 - Long.numberOfLeadingZeros(wide)) >>> 3);
    }

    /** A base with as much of the range before the first time as behind the last. */
    private static long baseOf(long first, long last, int width) {
        long before = mask(width) - (last - first) >>> 1;
        return width == 8 || first < Long.MIN_VALUE + before ? Long.MIN_VALUE : first - before;
    }

    private static long mask(int width) {
        return -1L >>> 64 - 8 * width;
    }

    private static int stride(int width) {
        return RECORD_BYTES + width;
    }

    private int width(long leaf) {
        return memory.getByte(leaf, WIDTH);
    }

    private int blockBytes(long leaf) {
        return memory.getInt(leaf, BLOCK_BYTES);
    }

    // Inner nodes.

    private long newInner() {
        long node = allocate(INNER_BYTES);
        setCount(node, 0);
        return node;
    }

    private static long childOffset(int index) {
        return CHILDREN + (long) STRIDE * index;
    }

    private void writeChild(long node, int index, long time, long record, long child) {
        memory.putLong(node, childOffset(index) + TIME, time);
        memory.putLong(node, childOffset(index) + RECORD, record);
        memory.putLong(node, childOffset(index) + CHILD, child);
    }

    private void moveChildren(long from, int fromIndex, long to, int toIndex, int n) {
        memory.copy(from, childOffset(fromIndex), to, childOffset(toIndex), (long) STRIDE * n);
    }

    private long child(long node, int index) {
        return memory.getLong(node, childOffset(index) + CHILD);
    }

    private void setChild(long node, int index, long child) {
        memory.putLong(node, childOffset(index) + CHILD, child);
    }

    private long separatorTime(long node, int index) {
        return memory.getLong(node, childOffset(index) + TIME);
    }

    private long separatorRecord(long node, int index) {
        return memory.getLong(node, childOffset(index) + RECORD);
    }

    // Both.

    private int count(long node) {
        return memory.getShort(node, COUNT);
    }

    private void setCount(long node, int count) {
        memory.putShort(node, COUNT, (short) count);
    }

    private long allocate(int blockBytes) {
        bytes += Memory.blockSize(blockBytes);
        return memory.allocate(blockBytes, tag);
    }

    private void free(long block, int blockBytes) {
        bytes -= Memory.blockSize(blockBytes);
        memory.free(block, blockBytes, tag);
    }

    /** Throws if the order is not well formed. */
    public void checkInvariants() {
        checked = 0;
        checkedBytes = 0;
        lastTime = Long.MIN_VALUE;
        lastRecord = 0;
        if (root != Memory.NULL) {
            checkNode(root, height);
        }
        check(checked == size, "size", checked);
        check(checkedBytes == bytes, "bytes", checkedBytes);
        check(height == 0 || count(root) > 1, "root", height);
    }

    private long checked;
    private long checkedBytes;
    private long lastTime;
    private long lastRecord;

    private void checkNode(long node, int level) {
        int count = count(node);
        check(count > 0, "empty node at level", level);
        checkedBytes += Memory.blockSize(level == 0 ? blockBytes(node) : INNER_BYTES);
        for (int i = 0; i < count; i++) {
            if (level == 0) {
                check(isLess(lastTime, lastRecord, time(node, i), record(node, i)), "order", time(node, i));
                lastTime = time(node, i);
                lastRecord = record(node, i);
                checked++;
            } else {
                if (i > 0) {
                    long time = separatorTime(node, i);
                    check(isLess(lastTime, lastRecord, time, separatorRecord(node, i) + 1), "bound", time);
                    lastTime = time;
                    lastRecord = separatorRecord(node, i) - 1;
                }
                checkNode(child(node, i), level - 1);
            }
        }
        check(level > 0 || hasRoom(count, width(node), blockBytes(node)), "room", count);
    }

    private static void check(boolean condition, String what, long value) {
        if (!condition) {
            throw new IllegalStateException("expiry order: " + what + " " + value);
        }
    }
}
