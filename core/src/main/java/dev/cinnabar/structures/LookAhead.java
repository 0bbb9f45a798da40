package dev.cinnabar.structures;

import dev.cinnabar.memory.Memory;
import java.lang.foreign.MemorySegment;

/**
 * Places that searches in hash tables are going to read, so that they can be read all at once, before: the cache misses then
 * overlap. Owned by one thread; filled by {@link HashTable#aim}.
 *
 * <p>It may look at tables that the thread does not guard: what it reads can be out of date or nonsense, and is not kept. Any
 * unchecked exception can come of that; it changes nothing.
 */
public final class LookAhead {

    /*
     * A processor overlaps the misses of as many reads as fit, with all instructions between them, into its window of a few
     * hundred. So finding out where to read is one loop, and reading is another that does nothing else.
     */

    /** Where a small record's last bytes may be. */
    private static final int FURTHER_ON = 32;

    private final MemorySegment[] blocks;
    private final long[] offsets;
    private final int[] tags;
    private final Memory[] memories;
    private int count;

    /** The sum of all that was read: written only, so that the reading is not optimized away. */
    @SuppressWarnings("UnusedVariable")
    private long read;

    /** Room for so many places. */
    public LookAhead(int capacity) {
        blocks = new MemorySegment[capacity];
        offsets = new long[capacity];
        tags = new int[capacity];
        memories = new Memory[capacity];
    }

    /** Forgets all places. */
    public void clear() {
        count = 0;
    }

    /** Whether there is no room for one more. */
    public boolean isFull() {
        return count == blocks.length;
    }

    /** A search for this tag begins here. */
    void add(Memory memory, MemorySegment block, long offset, int tag) {
        memories[count] = memory;
        blocks[count] = block;
        offsets[count] = offset;
        tags[count++] = tag;
    }

    /** How many places there are: of records, once {@link #run} is done. */
    public int places() {
        return count;
    }

    /** Reads the first slots of all searches, then the records that they lead to. */
    public void run() {
        readAll();
        follow();
        readRecords();
    }

    /** Reads the beginnings of records and, since one may go over into the next line, what lies a little further on. */
    private void readRecords() {
        long sum = 0;
        for (int i = 0; i < count; i++) {
            MemorySegment block = blocks[i];
            long offset = offsets[i];
            sum += block.get(HashTable.LONG, offset)
                    + block.get(HashTable.LONG, Math.min(offset + FURTHER_ON, block.byteSize() - 8));
        }
        read += sum;
    }

    private void readAll() {
        long sum = 0;
        for (int i = 0; i < count; i++) {
            MemorySegment block = blocks[i];
            long offset = Math.min(offsets[i], block.byteSize() - 8 * HashTable.GUESSED_SLOTS);
            offsets[i] = offset;
            sum += block.get(HashTable.LONG, offset)
                    + block.get(HashTable.LONG, offset + 8 * (HashTable.GUESSED_SLOTS - 1));
        }
        read += sum;
    }

    /** Makes of each slot the record that it leads to, and drops those that lead nowhere. */
    private void follow() {
        int left = 0;
        for (int i = 0; i < count; i++) {
            long record = HashTable.guess(blocks[i], offsets[i], tags[i]);
            if (record != Memory.NULL) {
                Memory memory = memories[i];
                blocks[left] = memory.segment(record);
                offsets[left++] = memory.offset(record);
            }
        }
        count = left;
    }
}
