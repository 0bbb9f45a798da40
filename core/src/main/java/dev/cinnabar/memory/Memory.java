package dev.cinnabar.memory;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * Off-heap memory of one owner, in blocks. Not thread-safe: guarded by its owner's lock.
 *
 * <p>An address is a positive {@code long}, a multiple of 8 below 2^43; 0 is {@link #NULL}. It names a block; bytes are
 * reached by (address of the block, offset inside the block), multi-byte values little-endian, any alignment. A block
 * does not know its size: the caller says it again when freeing. Contents of a new block are undefined.
 */
public final class Memory implements AutoCloseable {

    public static final long NULL = 0;

    private static final int CHUNK_BITS = 20;
    private static final long CHUNK_MASK = (1L << CHUNK_BITS) - 1;
    private static final ValueLayout.OfByte BYTE = ValueLayout.JAVA_BYTE;
    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final Arena arena = Arena.ofShared();
    private MemorySegment[] chunks = new MemorySegment[4];
    private int chunkCount;
    private long top;
    private long end;
    private final long[] free = new long[(int) (CHUNK_MASK + 1) / 8 + 1];
    private final long[] used = new long[Tag.values().length];
    private long reserved;

    public Memory() {}

    /** A block of at least {@code bytes} (> 0), its contents undefined. */
    public long allocate(long bytes, Tag tag) {
        long size = blockSize(bytes);
        used[tag.ordinal()] += size;
        if (size > CHUNK_MASK) {
            return newChunk(size);
        }
        int sizeClass = (int) (size >>> 3);
        long block = free[sizeClass];
        if (block != 0) {
            free[sizeClass] = getLong(block, 0);
            return block;
        }
        if (end - top < size) {
            top = newChunk(CHUNK_MASK + 1);
            end = top + CHUNK_MASK + 1;
        }
        block = top;
        top += size;
        return block;
    }

    /** Gives back a block of {@link #allocate}, with the same {@code bytes} and tag. */
    public void free(long address, long bytes, Tag tag) {
        long size = blockSize(bytes);
        used[tag.ordinal()] -= size;
        if (size > CHUNK_MASK) {
            return;
        }
        int sizeClass = (int) (size >>> 3);
        putLong(address, 0, free[sizeClass]);
        free[sizeClass] = address;
    }

    /** The bytes that a block of {@code bytes} really takes: what {@link #used} counts. */
    public static long blockSize(long bytes) {
        return (bytes + 7) & -8;
    }

    private long newChunk(long size) {
        if (chunkCount + 1 >= chunks.length) {
            chunks = Arrays.copyOf(chunks, chunks.length * 2);
        }
        chunks[++chunkCount] = arena.allocate(size, 8);
        reserved += size;
        return (long) chunkCount << CHUNK_BITS;
    }

    /** The segment that holds a block; the block begins at {@link #offset}. */
    public MemorySegment segment(long address) {
        return chunks[(int) (address >>> CHUNK_BITS)];
    }

    /** Where in its {@link #segment} a block begins. */
    public long offset(long address) {
        return address & CHUNK_MASK;
    }

    public byte getByte(long address, long offset) {
        return segment(address).get(BYTE, offset(address) + offset);
    }

    public short getShort(long address, long offset) {
        return segment(address).get(SHORT, offset(address) + offset);
    }

    public int getInt(long address, long offset) {
        return segment(address).get(INT, offset(address) + offset);
    }

    public long getLong(long address, long offset) {
        return segment(address).get(LONG, offset(address) + offset);
    }

    public void putByte(long address, long offset, byte value) {
        segment(address).set(BYTE, offset(address) + offset, value);
    }

    public void putShort(long address, long offset, short value) {
        segment(address).set(SHORT, offset(address) + offset, value);
    }

    public void putInt(long address, long offset, int value) {
        segment(address).set(INT, offset(address) + offset, value);
    }

    public void putLong(long address, long offset, long value) {
        segment(address).set(LONG, offset(address) + offset, value);
    }

    /** Copies between blocks, or within one even where the ranges overlap. */
    public void copy(long from, long fromOffset, long to, long toOffset, long n) {
        MemorySegment.copy(segment(from), offset(from) + fromOffset, segment(to), offset(to) + toOffset, n);
    }

    public void copyIn(byte[] from, int fromOffset, long to, long toOffset, int n) {
        MemorySegment.copy(from, fromOffset, segment(to), BYTE, offset(to) + toOffset, n);
    }

    public void copyIn(Bytes from, long to, long toOffset) {
        from.copyTo(0, segment(to), offset(to) + toOffset, from.length());
    }

    public void copyOut(long from, long fromOffset, byte[] to, int toOffset, int n) {
        MemorySegment.copy(segment(from), BYTE, offset(from) + fromOffset, to, toOffset, n);
    }

    public void fill(long address, long offset, long n, byte value) {
        segment(address).asSlice(offset(address) + offset, n).fill(value);
    }

    /** Bytes in blocks in use, over all tags. */
    public long used() {
        long sum = 0;
        for (long n : used) {
            sum += n;
        }
        return sum;
    }

    /** Bytes in blocks in use under a tag. */
    public long used(Tag tag) {
        return used[tag.ordinal()];
    }

    /** Bytes taken from the system, in use or not. */
    public long reserved() {
        return reserved;
    }

    /** Gives everything back to the system; nothing may be used afterwards. */
    @Override
    public void close() {
        arena.close();
    }
}
