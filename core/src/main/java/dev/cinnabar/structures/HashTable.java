package dev.cinnabar.structures;

import dev.cinnabar.memory.Bytes;
import dev.cinnabar.memory.Memory;
import dev.cinnabar.memory.Tag;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.random.RandomGenerator;

/**
 * A hash table in off-heap memory that addresses records of its caller's. An instance is a flyweight: it is
 * positioned at a table by {@link #at} and keeps nothing about it. Not thread-safe: guarded by the owner of its
 * memory.
 *
 * <p>A record is the address of a block in the same memory. The table knows its key by
 * {@link #matches} and {@link #hashOf} alone. It uses the top 48 bits of the hash; the low ones are free for a caller
 * who has many tables and must choose one.
 */
public abstract class HashTable {

    /*
     * Extendible hashing (Fagin, Nievergelt, Pippenger, Strong 1979) over segments of ordered linear probing (Amble
     * and Knuth 1974).
     *
     *   root                   directory, 2^depth entries          segment
     *   +------------------+   +----------------------------+      +---------------+-------+-------+-----+-------+---+
     *   | size             |   | 00: segment, usable, depth | ---> | count | total | slot  | slot  |  0  | slot  | 0 |
     *   | bytes            |   | 01: segment, usable, depth |      +---------------+-------+-------+-----+-------+---+
     *   | directory     ---+-> | 10: segment, usable, depth | --.
     *   | depth | deepest  |   | 11: segment, usable, depth | --+--> a segment of depth 1: two entries share it
     *   | widest           |   +----------------------------+
     *   +------------------+
     *
     * The top `depth` bits of a hash choose the entry. A segment has a depth of its own, at most the directory's: all
     * its records agree in that many top bits, its prefix, and 2^(depth - own depth) entries in a row address it.
     * With depth 0 there is no directory: the one entry lies in the root, and an empty table takes 128 bytes.
     *
     * A slot is 24 bits of the hash, the tag, above 40 bits of the record's address / 8; 0 is a hole. The tag is the
     * hash from bit `base` (counted from the top) on; base is the segment's depth rounded down to a multiple of 8:
     *
     *    bit   0         base    depth               base + 24              64
     *          |           | 24 bits of tag, in the slot |                   |
     *          |  prefix of the segment |  17 to 24 bits | known to the      |
     *          |  known from the entry  |  give the home | record alone      |
     *
     * Why not from `depth` on? Each split would lack one bit and have to read every record, a cache miss each, to
     * learn it. So splits move slots only, and every eighth one, which changes the base, reads the records.
     *
     * Inside a segment slots are sorted by tag, and that is the order of hashes. The home of a tag is its part below
     * the prefix, scaled to `usable`: it grows with the tag. A slot lies at its home or, if that is taken, behind it
     * with no hole in between, so a search starts at home, passes smaller tags, looks at the records of equal ones
     * only, and ends at the first larger tag or hole: one cache line of slots as a rule, hits and misses alike. There
     * is no wrapping round: a few slots more than `usable` take what is pushed off the end, and the last one is
     * always a hole, so no loop needs a bound. Directory, slot, record: three cache misses.
     *
     * How does it grow? A segment loaded to 7/8 is poured, in order, into the next size: blocks of 96, 128, 192, 256
     * ... 8192, 12288 bytes, whole pages at last, so that the memory can use them for anything once they are free. A
     * full one of three pages is poured into two, of two pages each if the hash is even; if it had the directory's
     * depth, the directory doubles first. Segments fill together under an even hash, so without the size in between,
     * load would swing between 0.44 and 0.87; with it the worst is 0.58.
     *
     * How does it shrink? A segment below 2/5 is merged with its buddy, the segment whose prefix differs in the last
     * bit, if both fill no more than half a segment, and else poured into a smaller size; the directory halves when
     * no segment has its depth. Between a growth and a shrinking of the same segment lie a number of changes in
     * proportion to its size, so each change costs O(1) amortized, and none more than one segment (a few
     * microseconds; one or two tenths of a millisecond if records are read) and a directory of 8 bytes per ~900
     * records.
     *
     * What if hashes collide? They do not, with a keyed hash; but the table must stay right. A split that would make
     * the directory larger than one entry per 128 records is not done, nor one beyond depth 24; the segment grows
     * past three pages instead, and slows down to a sorted list. A million records of one and the same tag are the
     * limit.
     *
     * SCAN. A cursor is a position in hash order: the top 24 bits of the hash. A call hands out the records of all
     * positions from the cursor up to the one that it returns. Every segment can tell these positions: with base b <=
     * 24 it knows the top b bits from its prefix and 24 more from the tag. So whether a record lies before a cursor
     * depends on its hash alone and not on the segment that it lies in, and it makes no difference how the table
     * grew, split, shrank or merged between the calls that made and took the cursor: the calls of one scan cut the
     * hashes into intervals without gap or overlap, and a record that stays is handed out by the one call whose
     * interval has its hash. The price: records of one position come together, which is more than one only in tables
     * of many millions (16 million for one on average).
     *
     * RANDOM. Choose an entry evenly, then a number below 2^(depth - own depth) * (the largest total of any segment);
     * if it is the index of a slot that is taken, that is the record, else try again. Each record has one winning
     * pair, so all are equally likely. A try succeeds with size / (entries * largest total), usually over 1/3; if a
     * hundred fail, the table is of an odd shape and a record is counted off instead.
     *
     * Rejected: chaining and open addressing over one array (growth needs two tables, or stalls; no order for SCAN
     * other than the reversed-bits trick, which returns things twice after shrinking). Tags of 16 bits with 48 of
     * address: fewer bits to sort by. Segments of one size only: simple, but 0.44 of load.
     *
     * Limitations: a hash that is not even in its top bits costs memory or time. Doubling a directory of 2^20 entries
     * (a billion records in one table) takes a millisecond or two. If the system has no memory left in the middle of
     * a split, the table is not usable any more.
     */

    static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    // The root.
    private static final int SIZE = 0;
    private static final int BYTES = 8;
    /** The address of the directory, or with depth 0 the one entry. */
    private static final int DIRECTORY = 16;
    /** The directory's depth, and above its 8 bits the number of segments of that depth. */
    private static final int DEPTH = 24;
    /** The largest total that a segment ever had. While the table is destroyed: minus the entries left. */
    private static final int WIDEST = 28;

    private static final int ROOT_BYTES = 32;

    // A segment.
    private static final int COUNT = 0;
    private static final int TOTAL = 4;
    private static final int SLOTS = 8;

    // An entry: address / 8 in 40 bits, usable / 4 in 16, depth in 8. A slot has its address in the same place.
    private static final int ADDRESS_BITS = 40;
    private static final long ADDRESS_MASK = (1L << ADDRESS_BITS) - 1;
    private static final int ENTRY_DEPTH_SHIFT = 56;

    private static final int TAG_BITS = 24;
    private static final int TAG_MASK = (1 << TAG_BITS) - 1;

    /** What {@link #find} returns: the segment's address, and above its 43 bits the index. */
    private static final int INDEX_SHIFT = 43;

    private static final long SEGMENT_MASK = (1L << INDEX_SHIFT) - 1;
    private static final int MAX_TOTAL = 1 << 20;

    private static final int POSITION_BITS = 24;
    private static final int MAX_DEPTH = POSITION_BITS;

    /** Sizes of segments: whole blocks of 96, 128, 192, 256, 384 ... bytes, the large ones whole pages. */
    private static final int SIZES = 28;

    private static final int[] SIZE_TOTAL = new int[SIZES];
    private static final int[] SIZE_USABLE = new int[SIZES];

    static {
        for (int i = 0; i < SIZES; i++) {
            int blockBytes = (i % 2 == 0 ? 96 : 128) << i / 2;
            SIZE_TOTAL[i] = (blockBytes - SLOTS) / 8;
            SIZE_USABLE[i] = SIZE_TOTAL[i] - Math.min(23, Math.max(3, SIZE_TOTAL[i] / 10)) & -4;
        }
    }

    private static final int SPLIT_BYTES = 12288;
    private static final int MIN_USABLE = SIZE_USABLE[0];
    private static final int SPLIT_USABLE = usableOfBlock(SPLIT_BYTES);
    private static final int MAX_USABLE = SIZE_USABLE[SIZES - 1];
    private static final int MERGE_COUNT = 512;
    private static final int RECORDS_PER_ENTRY = 128;
    private static final int RANDOM_TRIES = 100;
    static final int GUESSED_SLOTS = 8;

    private Memory memory;
    private final Tag tag;
    private long root;

    /** Written and never read, so that the reading of {@link #touchRecords} is not optimized away. */
    @SuppressWarnings("unused")
    private long touched;

    protected HashTable(Memory memory, Tag tag) {
        this.memory = memory;
        this.tag = tag;
    }

    /** A flyweight for tables in any memory: {@link #in} comes before everything else. */
    @SuppressWarnings("NullAway.Init")
    protected HashTable(Tag tag) {
        this.tag = tag;
    }

    /** Turns to the tables of a memory. */
    public HashTable in(Memory memory) {
        this.memory = memory;
        return this;
    }

    /** The memory of table and records. */
    protected final Memory memory() {
        return memory;
    }

    /** Whether the record's key is this. */
    protected abstract boolean matches(long record, Bytes key);

    /** The hash of the record's key. */
    protected abstract long hashOf(long record);

    /** A new, empty table; this flyweight is positioned at it. Returns its root. */
    public long create() {
        root = memory.allocate(ROOT_BYTES, tag);
        memory.putLong(root, SIZE, 0);
        memory.putLong(root, BYTES, Memory.blockSize(ROOT_BYTES));
        memory.putInt(root, WIDEST, 0);
        setDepth(0, 1);
        long segment = newSegment(MIN_USABLE, 0);
        memory.putLong(root, DIRECTORY, entry(segment, MIN_USABLE, 0));
        return root;
    }

    /**
     * Makes an empty table ready for so many records, as many segments of the size that growing would lead to: none of them
     * is then poured or split on the way. Nothing is done for a number that one segment can hold, nor where the table has
     * records.
     */
    public void expect(long records) {
        int depth = 0;
        long each = records;
        while (withDeviation(each) > limit(SPLIT_USABLE) && depth < MAX_DEPTH) {
            depth++;
            each = (records >>> depth) + 1;
        }
        if (depth > 0) {
            prepare(depth, withDeviation(each));
        }
    }

    /**
     * As {@link #expect}, but for few records too, and so that the table takes no more bytes than if it had grown: segments that
     * chance gives more records than most are poured or split.
     */
    public void expectClosely(long records) {
        int depth = 0;
        long each = records;
        while (lessDeviation(each, depth) > limit(SPLIT_USABLE) && depth < MAX_DEPTH) {
            depth++;
            each = (records >>> depth) + 1;
        }
        prepare(depth, lessDeviation(each, depth));
    }

    /** Gives an empty table segments of a depth that have room for so many records each. */
    private void prepare(int depth, long each) {
        int size = 0;
        while (limit(SIZE_USABLE[size]) < each && SIZE_USABLE[size] < SPLIT_USABLE) {
            size++;
        }
        if (size() > 0 || depth() > 0 || usable(entryAt(0)) != MIN_USABLE || depth == 0 && size == 0) {
            return;
        }
        freeSegment(address(entryAt(0)));
        long entries = 1L << depth;
        if (depth > 0) {
            memory.putLong(root, DIRECTORY, allocate(8 * entries));
            setDepth(depth, (int) entries);
        }
        for (long prefix = 0; prefix < entries; prefix++) {
            setEntries(prefix, depth, entry(newSegment(SIZE_USABLE[size], 0), SIZE_USABLE[size], depth));
        }
    }

    /** What most of many segments exceed that hold so many records on average; one alone holds all. */
    private static long lessDeviation(long records, int depth) {
        return depth == 0 ? records : records - (long) Math.sqrt((double) records);
    }

    /** What hardly ever one of many segments exceeds that hold so many records on average. */
    private static long withDeviation(long records) {
        return records + 4 * (long) Math.sqrt((double) records);
    }

    /** Positions this flyweight at the table of a root. */
    public HashTable at(long root) {
        this.root = root;
        return this;
    }

    public long root() {
        return root;
    }

    public long size() {
        return memory.getLong(root, SIZE);
    }

    /** The bytes that the table itself takes, without the records. */
    public long bytes() {
        return memory.getLong(root, BYTES);
    }

    /** Says where a search for this hash will begin. May be called without guarding the table, as {@link LookAhead} says. */
    public void aim(long hash, LookAhead ahead) {
        long entry = entryOf(hash);
        int depth = depth(entry);
        long segment = address(entry);
        int tag = tagOf(hash, depth);
        ahead.add(
                memory,
                memory.segment(segment),
                memory.offset(segment) + SLOTS + 8L * home(tag, depth, usable(entry)),
                tag);
    }

    /** The record that a search for a hash most likely looks at first, or 0. It can be called as {@link #aim} can. */
    public long guess(long hash) {
        long entry = entryOf(hash);
        int depth = depth(entry);
        long segment = address(entry);
        int tag = tagOf(hash, depth);
        return guess(
                memory.segment(segment), memory.offset(segment) + SLOTS + 8L * home(tag, depth, usable(entry)), tag);
    }

    /**
     * The record that a search for a tag, beginning at a slot, most likely looks at first, or 0. Which of the first few slots
     * it is cannot be predicted: so there is no branch that depends on it.
     */
    static long guess(MemorySegment block, long offset, int tag) {
        long found = 0;
        for (int i = 0; i < GUESSED_SLOTS; i++) {
            long slot = block.get(LONG, offset + 8L * i);
            found = slotTag(slot) == tag ? slot : found;
        }
        return address(found);
    }

    /** The slot of the key's record, or 0. A slot is valid until the next change of the table. */
    public long find(long hash, Bytes key) {
        long entry = entryOf(hash);
        int depth = depth(entry);
        long segment = address(entry);
        int wanted = tagOf(hash, depth);
        int home = home(wanted, depth, usable(entry));
        MemorySegment block = memory.segment(segment);
        for (long at = memory.offset(segment) + SLOTS + 8L * home; ; at += 8) {
            long slot = block.get(LONG, at);
            int slotTag = slotTag(slot);
            if (slotTag >= wanted) {
                if (slotTag > wanted || slot == 0) {
                    return 0;
                }
                if (matches(address(slot), key)) {
                    return segment | (at - memory.offset(segment) - SLOTS) >> 3 << INDEX_SHIFT;
                }
            } else if (slot == 0) {
                return 0;
            }
        }
    }

    /** The record that a slot addresses. */
    public long record(long slot) {
        return address(memory.getLong(slot & SEGMENT_MASK, SLOTS + 8 * (slot >>> INDEX_SHIFT)));
    }

    /** Makes a slot address another record of the same key. */
    public void replace(long slot, long record) {
        long segment = slot & SEGMENT_MASK;
        long offset = SLOTS + 8 * (slot >>> INDEX_SHIFT);
        memory.putLong(segment, offset, slot(slotTag(memory.getLong(segment, offset)), record));
    }

    /** Adds a record whose key is known to be absent. Returns its slot. */
    public long insert(long hash, long record) {
        while (true) {
            long entry = entryOf(hash);
            long segment = address(entry);
            int usable = usable(entry);
            int count = memory.getInt(segment, COUNT);
            if (count >= limit(usable)) {
                grow(hash, entry);
            } else {
                long index = place(segment, usable, depth(entry), slot(tagOf(hash, depth(entry)), record));
                if (index >= 0) {
                    memory.putInt(segment, COUNT, count + 1);
                    memory.putLong(root, SIZE, size() + 1);
                    return segment | index << INDEX_SHIFT;
                }
                resize(hash, entry, usable);
            }
        }
    }

    /**
     * Puts a slot behind all of a smaller or the same tag. Returns its index, or -1 if the last slot would be taken.
     */
    private long place(long segment, int usable, int depth, long slot) {
        MemorySegment block = memory.segment(segment);
        long first = memory.offset(segment) + SLOTS;
        int newTag = slotTag(slot);
        long at = first + 8L * home(newTag, depth, usable);
        long next = block.get(LONG, at);
        while (next != 0 && slotTag(next) <= newTag) {
            at += 8;
            next = block.get(LONG, at);
        }
        long hole = at;
        for (long s = next; s != 0; s = block.get(LONG, hole)) {
            hole += 8;
        }
        if (hole == first + 8L * (memory.getInt(segment, TOTAL) - 1)) {
            return -1;
        }
        long index = at - first >> 3;
        long carried = slot;
        while (true) {
            block.set(LONG, at, carried);
            if (next == 0) {
                return index;
            }
            carried = next;
            at += 8;
            next = block.get(LONG, at);
        }
    }

    /** Takes out the record of a slot that {@link #find} returned for this hash; the record itself is the caller's. */
    public void remove(long hash, long slot) {
        long entry = entryOf(hash);
        long segment = address(entry);
        int depth = depth(entry);
        int usable = usable(entry);
        int hole = (int) (slot >>> INDEX_SHIFT);
        MemorySegment block = memory.segment(segment);
        long first = memory.offset(segment) + SLOTS;
        while (true) {
            long next = block.get(LONG, first + 8L * (hole + 1));
            if (next == 0 || home(slotTag(next), depth, usable) > hole) {
                break;
            }
            block.set(LONG, first + 8L * hole, next);
            hole++;
        }
        block.set(LONG, first + 8L * hole, 0);
        int count = memory.getInt(segment, COUNT) - 1;
        memory.putInt(segment, COUNT, count);
        memory.putLong(root, SIZE, size() - 1);
        if (usable > MIN_USABLE && 5 * count < 2 * usable) {
            shrink(hash);
        }
    }

    /**
     * Hands the records from a cursor on to the sink, about {@code count} of them, and returns the cursor to go on
     * with, or 0 when all have been seen. The first cursor is 0. A cursor is a position in hash order, between 0 and
     * 2^24, and stays valid whatever happens to the table: a record that is there from the first call to the last is
     * handed out exactly once. The sink must not change the table.
     */
    public long scan(long cursor, int count, RecordConsumer sink) {
        long position = cursor;
        long last = -1;
        int done = 0;
        while (position >= 0 && position < 1L << POSITION_BITS) {
            long hash = position << 64 - POSITION_BITS;
            long entry = entryOf(hash);
            int depth = depth(entry);
            int base = base(depth);
            long prefix = top(hash, depth);
            long known = top(hash, base) << TAG_BITS;
            int from = tagOf(hash, depth);
            long segment = address(entry);
            int total = memory.getInt(segment, TOTAL);
            for (int i = home(from, depth, usable(entry)); i < total; i++) {
                long slot = slotAt(segment, i);
                if (slot != 0 && slotTag(slot) >= from) {
                    long here = (known | slotTag(slot)) >>> base;
                    if (done >= count && here != last && done > 0) {
                        return here;
                    }
                    sink.accept(address(slot));
                    last = here;
                    done++;
                }
            }
            position = prefix + 1 << POSITION_BITS - depth;
            if (done >= count && done > 0 && position < 1L << POSITION_BITS) {
                return position;
            }
        }
        return 0;
    }

    /** The position of a hash: a record lies before a cursor if its position is smaller. */
    public static long position(long hash) {
        return hash >>> 64 - POSITION_BITS;
    }

    /** A record drawn evenly, or 0 if there is none. */
    public long random(RandomGenerator random) {
        long size = size();
        if (size == 0) {
            return 0;
        }
        int depth = depth();
        long widest = depth == 0 ? memory.getInt(address(entryAt(0)), TOTAL) : memory.getInt(root, WIDEST);
        for (int i = 0; i < RANDOM_TRIES; i++) {
            long entry = entryAt(random.nextLong(1L << depth));
            long segment = address(entry);
            long index = random.nextLong(widest << depth - depth(entry));
            if (index < memory.getInt(segment, TOTAL)) {
                long slot = slotAt(segment, (int) index);
                if (slot != 0) {
                    return address(slot);
                }
            }
        }
        return recordAt(random.nextLong(size));
    }

    /** The record of a rank in hash order, counted off: in time of the number of segments. */
    private long recordAt(long rank) {
        int depth = depth();
        long left = rank;
        for (long i = 0; i < 1L << depth; ) {
            long entry = entryAt(i);
            long segment = address(entry);
            int count = memory.getInt(segment, COUNT);
            if (left < count) {
                for (int index = 0; ; index++) {
                    long slot = slotAt(segment, index);
                    if (slot != 0 && left-- == 0) {
                        return address(slot);
                    }
                }
            }
            left -= count;
            i += 1L << depth - depth(entry);
        }
        throw new IllegalStateException("size " + size() + " is more than the segments hold");
    }

    /** Frees the table, not the records: walk or drain them first. The root is invalid afterwards. */
    public void destroy() {
        destroySegments(Long.MAX_VALUE, record -> {});
    }

    /**
     * Takes about {@code maxRecords} records out of the table, whole segments (of up to 1500) at a time, and hands
     * them to the sink, which may free them. When none is left the table is destroyed and true is returned. In
     * between only this, {@link #size} and {@link #bytes} may be called.
     */
    public boolean destroyStep(int maxRecords, RecordConsumer sink) {
        return destroySegments(maxRecords, sink);
    }

    private boolean destroySegments(long maxRecords, RecordConsumer sink) {
        int depth = depth();
        int mark = memory.getInt(root, WIDEST);
        long left = mark < 0 ? -mark : 1L << depth;
        long done = 0;
        while (left > 0 && done < maxRecords) {
            long entry = entryAt(left - 1);
            long segment = address(entry);
            int total = memory.getInt(segment, TOTAL);
            for (int i = 0; i < total; i++) {
                long slot = slotAt(segment, i);
                if (slot != 0) {
                    sink.accept(address(slot));
                }
            }
            int count = memory.getInt(segment, COUNT);
            memory.putLong(root, SIZE, size() - count);
            done += Math.max(count, 1);
            freeSegment(segment);
            left -= 1L << depth - depth(entry);
            memory.putInt(root, WIDEST, (int) -left);
        }
        if (left > 0) {
            return false;
        }
        if (depth > 0) {
            memory.free(memory.getLong(root, DIRECTORY), 8L << depth, tag);
        }
        memory.free(root, ROOT_BYTES, tag);
        root = Memory.NULL;
        return true;
    }

    // Growing and shrinking.

    private void grow(long hash, long entry) {
        int depth = depth(entry);
        if (usable(entry) < SPLIT_USABLE || !maySplit(depth)) {
            resize(hash, entry, nextUsable(usable(entry)));
            return;
        }
        if (depth == depth()) {
            doubleDirectory();
        }
        split(top(hash, depth), entry);
    }

    private boolean maySplit(int depth) {
        return depth < MAX_DEPTH && (depth < depth() || (2L << depth) * RECORDS_PER_ENTRY <= size());
    }

    /** Pours a segment into one of another size, or into one of the same with more room behind its last slot. */
    private void resize(long hash, long entry, int usable) {
        long old = address(entry);
        int depth = depth(entry);
        int total = memory.getInt(old, TOTAL);
        int count = memory.getInt(old, COUNT);
        long segment = newSegment(usable, measure(old, 0, total, depth, usable, 0));
        pour(old, 0, total, segment, depth, usable, 0);
        memory.putInt(segment, COUNT, count);
        setEntries(top(hash, depth), depth, entry(segment, usable, depth));
        freeSegment(old);
    }

    private void split(long prefix, long entry) {
        long old = address(entry);
        int depth = depth(entry);
        int total = memory.getInt(old, TOTAL);
        int count = memory.getInt(old, COUNT);
        int middle = 0;
        int leftCount = 0;
        int bit = TAG_BITS - 1 - (depth - base(depth));
        for (int i = 0; i < total; i++) {
            long slot = slotAt(old, i);
            if (slot != 0 && (slotTag(slot) >>> bit & 1) == 0) {
                middle = i + 1;
                leftCount++;
            }
        }
        int newDepth = depth + 1;
        if (base(newDepth) != base(depth)) {
            rebase(old, total, middle, newDepth);
        }
        int leftUsable = usableFor(leftCount);
        int rightUsable = usableFor(count - leftCount);
        long left = newSegment(leftUsable, measure(old, 0, middle, newDepth, leftUsable, 0));
        long right = newSegment(rightUsable, measure(old, middle, total, newDepth, rightUsable, 0));
        pour(old, 0, middle, left, newDepth, leftUsable, 0);
        pour(old, middle, total, right, newDepth, rightUsable, 0);
        memory.putInt(left, COUNT, leftCount);
        memory.putInt(right, COUNT, count - leftCount);
        setEntries(prefix << 1, newDepth, entry(left, leftUsable, newDepth));
        setEntries(prefix << 1 | 1, newDepth, entry(right, rightUsable, newDepth));
        if (newDepth == depth()) {
            setDepth(newDepth, deepest() + 2);
        }
        freeSegment(old);
    }

    /** Gives the slots of a segment that is about to be split the tags of the new depth, read from their records. */
    private void rebase(long segment, int total, int middle, int depth) {
        touchRecords(segment, total);
        for (int i = 0; i < total; i++) {
            long slot = slotAt(segment, i);
            if (slot != 0) {
                long record = address(slot);
                long renewed = slot(tagOf(hashOf(record), depth), record);
                // Slots of one old tag, neighbours without a hole, may have to change places.
                int j = i;
                for (int start = i < middle ? 0 : middle; j > start; j--) {
                    long before = slotAt(segment, j - 1);
                    if (before == 0 || slotTag(before) <= slotTag(renewed)) {
                        break;
                    }
                    memory.putLong(segment, SLOTS + 8L * j, before);
                }
                memory.putLong(segment, SLOTS + 8L * j, renewed);
            }
        }
    }

    /**
     * Reads a little of each record of a segment. These reads do not wait for each other, so their cache misses
     * overlap, which the ones of {@link #hashOf} hardly do.
     */
    private void touchRecords(long segment, int total) {
        long sum = 0;
        for (int i = 0; i < total; i++) {
            long slot = slotAt(segment, i);
            if (slot != 0) {
                sum += memory.getByte(address(slot), 0);
            }
        }
        touched = sum;
    }

    private void shrink(long hash) {
        boolean merged = false;
        while (merge(hash)) {
            merged = true;
        }
        if (!merged) {
            long entry = entryOf(hash);
            resize(hash, entry, usableFor(memory.getInt(address(entry), COUNT)));
        }
    }

    /** Merges the segment of a hash with its buddy, if both together are small enough. */
    private boolean merge(long hash) {
        long entry = entryOf(hash);
        int depth = depth(entry);
        if (depth == 0) {
            return false;
        }
        long prefix = top(hash, depth);
        long leftEntry = entryAt((prefix & -2) << depth() - depth);
        long rightEntry = entryAt((prefix | 1) << depth() - depth);
        if (depth(leftEntry) != depth || depth(rightEntry) != depth) {
            return false;
        }
        long left = address(leftEntry);
        long right = address(rightEntry);
        int count = memory.getInt(left, COUNT) + memory.getInt(right, COUNT);
        if (count > MERGE_COUNT) {
            return false;
        }
        int newDepth = depth - 1;
        int leftTotal = memory.getInt(left, TOTAL);
        int rightTotal = memory.getInt(right, TOTAL);
        if (base(newDepth) != base(depth)) {
            unbase(left, leftTotal, prefix & -2);
            unbase(right, rightTotal, prefix | 1);
        }
        int usable = usableFor(count);
        int leftEnd = measure(left, 0, leftTotal, newDepth, usable, 0);
        long segment = newSegment(usable, measure(right, 0, rightTotal, newDepth, usable, leftEnd));
        pour(left, 0, leftTotal, segment, newDepth, usable, 0);
        pour(right, 0, rightTotal, segment, newDepth, usable, leftEnd);
        memory.putInt(segment, COUNT, count);
        setEntries(prefix >>> 1, newDepth, entry(segment, usable, newDepth));
        freeSegment(left);
        freeSegment(right);
        if (depth == depth()) {
            setDepth(depth, deepest() - 2);
            while (deepest() == 0) {
                halveDirectory();
            }
        }
        return true;
    }

    /**
     * Gives the slots of a segment that is about to be merged the tags of the smaller base: 8 more bits of its
     * prefix.
     */
    private void unbase(long segment, int total, long prefix) {
        int prefixBits = (int) (prefix & 0xff) << TAG_BITS - 8;
        for (int i = 0; i < total; i++) {
            long slot = slotAt(segment, i);
            if (slot != 0) {
                memory.putLong(segment, SLOTS + 8L * i, slot(prefixBits | slotTag(slot) >>> 8, address(slot)));
            }
        }
    }

    /** Where pouring these slots into a segment of this size, from {@code next} on, would end. */
    private int measure(long from, int start, int end, int depth, int usable, int next) {
        int index = next;
        for (int i = start; i < end; i++) {
            long slot = slotAt(from, i);
            if (slot != 0) {
                index = Math.max(index, home(slotTag(slot), depth, usable)) + 1;
            }
        }
        return index;
    }

    private void pour(long from, int start, int end, long to, int depth, int usable, int next) {
        int index = next;
        for (int i = start; i < end; i++) {
            long slot = slotAt(from, i);
            if (slot != 0) {
                index = Math.max(index, home(slotTag(slot), depth, usable));
                memory.putLong(to, SLOTS + 8L * index, slot);
                index++;
            }
        }
    }

    private void doubleDirectory() {
        int depth = depth();
        long entries = 1L << depth;
        long doubled = allocate(16 * entries);
        for (long i = 0; i < entries; i++) {
            long entry = entryAt(i);
            memory.putLong(doubled, 16 * i, entry);
            memory.putLong(doubled, 16 * i + 8, entry);
        }
        if (depth > 0) {
            free(memory.getLong(root, DIRECTORY), 8 * entries);
        }
        memory.putLong(root, DIRECTORY, doubled);
        setDepth(depth + 1, 0);
    }

    private void halveDirectory() {
        int depth = depth() - 1;
        long old = memory.getLong(root, DIRECTORY);
        long entries = 1L << depth;
        int deepest = 0;
        long halved = depth == 0 ? memory.getLong(old, 0) : allocate(8 * entries);
        for (long i = 0; i < entries; i++) {
            long entry = memory.getLong(old, 16 * i);
            if (depth(entry) == depth) {
                deepest++;
            }
            if (depth > 0) {
                memory.putLong(halved, 8 * i, entry);
            }
        }
        free(old, 16 * entries);
        memory.putLong(root, DIRECTORY, halved);
        setDepth(depth, deepest);
    }

    /** A segment of holes, with room behind the first {@code end} slots. */
    private long newSegment(int usable, int end) {
        int total = SIZE_TOTAL[sizeOf(usable)];
        if (end + 2 > total) {
            long bytes = Memory.blockSize(SLOTS + 8L * (end + Math.max(8, (end - usable) / 4)));
            total = (int) ((bytes - SLOTS) / 8);
            if (total > MAX_TOTAL) {
                throw new IllegalStateException("too many records of one hash");
            }
        }
        long segment = allocate(SLOTS + 8L * total);
        memory.putInt(segment, COUNT, 0);
        memory.putInt(segment, TOTAL, total);
        memory.fill(segment, SLOTS, 8L * total, (byte) 0);
        memory.putInt(root, WIDEST, Math.max(total, memory.getInt(root, WIDEST)));
        return segment;
    }

    private void freeSegment(long segment) {
        free(segment, SLOTS + 8L * memory.getInt(segment, TOTAL));
    }

    private long allocate(long size) {
        long block = memory.allocate(size, tag);
        memory.putLong(root, BYTES, bytes() + Memory.blockSize(size));
        return block;
    }

    private void free(long block, long size) {
        memory.free(block, size, tag);
        memory.putLong(root, BYTES, bytes() - Memory.blockSize(size));
    }

    // Sizes.

    private static int limit(int usable) {
        return usable == MAX_USABLE ? MAX_TOTAL : usable - usable / 8;
    }

    private static int sizeOf(int usable) {
        return Arrays.binarySearch(SIZE_USABLE, usable);
    }

    private static int nextUsable(int usable) {
        return SIZE_USABLE[sizeOf(usable) + 1];
    }

    /** The smallest size that leaves room to grow. */
    private static int usableFor(int count) {
        int size = 0;
        while (size < SIZES - 1 && 10L * count > 7L * SIZE_USABLE[size]) {
            size++;
        }
        return SIZE_USABLE[size];
    }

    private static int usableOfBlock(int blockBytes) {
        return SIZE_USABLE[Arrays.binarySearch(SIZE_TOTAL, (blockBytes - SLOTS) / 8)];
    }

    // The directory and its entries.

    private int depth() {
        return memory.getByte(root, DEPTH);
    }

    /** The number of segments that have the directory's depth. */
    private int deepest() {
        return memory.getInt(root, DEPTH) >>> 8;
    }

    private void setDepth(int depth, int deepest) {
        memory.putInt(root, DEPTH, deepest << 8 | depth);
    }

    private long entryOf(long hash) {
        MemorySegment block = memory.segment(root);
        long offset = memory.offset(root);
        int depth = block.get(ValueLayout.JAVA_BYTE, offset + DEPTH);
        long directory = block.get(LONG, offset + DIRECTORY);
        return depth == 0 ? directory : memory.getLong(directory, hash >>> 64 - depth << 3);
    }

    private long entryAt(long index) {
        long directory = memory.getLong(root, DIRECTORY);
        return depth() == 0 ? directory : memory.getLong(directory, index << 3);
    }

    private void setEntries(long prefix, int depth, long entry) {
        int shift = depth() - depth;
        if (depth() == 0) {
            memory.putLong(root, DIRECTORY, entry);
            return;
        }
        long directory = memory.getLong(root, DIRECTORY);
        for (long i = prefix << shift; i < prefix + 1 << shift; i++) {
            memory.putLong(directory, i << 3, entry);
        }
    }

    private static long entry(long segment, int usable, int depth) {
        return segment >>> 3 | (long) (usable / 4) << ADDRESS_BITS | (long) depth << ENTRY_DEPTH_SHIFT;
    }

    private static int usable(long entry) {
        return (int) (entry >>> ADDRESS_BITS & 0xffff) * 4;
    }

    private static int depth(long entry) {
        return (int) (entry >>> ENTRY_DEPTH_SHIFT);
    }

    /** The address in an entry or in a slot. */
    private static long address(long entryOrSlot) {
        return (entryOrSlot & ADDRESS_MASK) << 3;
    }

    // Slots and tags.

    private long slotAt(long segment, int index) {
        return memory.getLong(segment, SLOTS + 8L * index);
    }

    private static long slot(int slotTag, long record) {
        return (long) slotTag << ADDRESS_BITS | record >>> 3;
    }

    private static int slotTag(long slot) {
        return (int) (slot >>> ADDRESS_BITS);
    }

    /** The top {@code bits} bits of a hash. */
    private static long top(long hash, int bits) {
        return bits == 0 ? 0 : hash >>> 64 - bits;
    }

    /** Where, counted from the top of the hash, the tags of a segment of this depth begin. */
    private static int base(int depth) {
        return depth & -8;
    }

    private static int tagOf(long hash, int depth) {
        return (int) (hash << base(depth) >>> 64 - TAG_BITS);
    }

    /** Where a tag belongs in a segment: monotone in the tag. */
    private static int home(int slotTag, int depth, int usable) {
        return (int) ((long) (slotTag << (depth & 7) & TAG_MASK) * usable >>> TAG_BITS);
    }

    /** Throws if the table is not well formed. For tests and checks on demand: it visits every record. */
    public void checkInvariants() {
        int depth = depth();
        long records = 0;
        int deepest = 0;
        long bytes = Memory.blockSize(ROOT_BYTES) + (depth == 0 ? 0 : Memory.blockSize(8L << depth));
        for (long i = 0; i < 1L << depth; ) {
            long entry = entryAt(i);
            int own = depth(entry);
            check(own <= depth && own <= MAX_DEPTH, "depth", i);
            long share = 1L << depth - own;
            check(i % share == 0, "alignment", i);
            for (long j = i; j < i + share; j++) {
                check(entryAt(j) == entry, "shared entry", j);
            }
            checkSegment(entry, i / share);
            records += memory.getInt(address(entry), COUNT);
            bytes += Memory.blockSize(SLOTS + 8L * memory.getInt(address(entry), TOTAL));
            deepest += own == depth ? 1 : 0;
            i += share;
        }
        check(records == size(), "size", records);
        check(bytes == bytes(), "bytes", bytes);
        check(deepest == deepest() && deepest > 0, "deepest", deepest);
    }

    private void checkSegment(long entry, long prefix) {
        long segment = address(entry);
        int own = depth(entry);
        int total = memory.getInt(segment, TOTAL);
        int count = 0;
        int lastTag = 0;
        int hole = -1;
        for (int i = 0; i < total; i++) {
            long slot = slotAt(segment, i);
            if (slot == 0) {
                hole = i;
            } else {
                long hash = hashOf(address(slot));
                check(top(hash, own) == prefix, "prefix", hash);
                check(tagOf(hash, own) == slotTag(slot), "tag", hash);
                check(slotTag(slot) >= lastTag, "order", hash);
                int home = home(slotTag(slot), own, usable(entry));
                check(home <= i && home > hole, "home", hash);
                lastTag = slotTag(slot);
                count++;
            }
        }
        check(hole == total - 1, "last hole", hole);
        check(total <= memory.getInt(root, WIDEST), "widest", total);
        check(count == memory.getInt(segment, COUNT), "count", count);
        check(count <= limit(usable(entry)), "limit", count);
    }

    private static void check(boolean condition, String what, long value) {
        if (!condition) {
            throw new IllegalStateException("hash table: " + what + " " + value);
        }
    }
}
