package dev.cinnabar.memory;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.BitSet;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Off-heap memory of one owner, in blocks. Not thread-safe: guarded by its owner's lock.
 *
 * <p>An address is a positive {@code long}, a multiple of 8 below 2^43; 0 is {@link #NULL}. It names a block; bytes are
 * reached by (address of the block, offset inside the block), multi-byte values little-endian, any alignment. A block
 * does not know its size: the caller says it again when freeing. Contents of a new block are undefined.
 *
 * <p>In debug mode ({@code -Dcinnabar.memory.debug=true}, or the constructor) every block is remembered: a double free, a
 * free with another size or tag, and a write into a freed block are found; freed and new blocks are filled with patterns.
 */
public final class Memory implements AutoCloseable {

    /*
     * How it works
     * ------------
     *   address    42                  20 19       12 11         0
     *             +----------------------+-----------+------------+     The chunk table is an array of segments: an access is
     *             |    chunk (23 bits)   |   page    |  in page   |     one load from it, an addition, and the segment's own
     *             +----------------------+-----------+------------+     checks (bounds, and that it is still open).
     *
     *   chunk     +--------+----+---------+---------+----+--------+     16 to 248 pages of 4 KB, from an arena of its own. A
     *             | page 0 | A  | B    B' | C  C' C'|free| A      |     span is a run of pages cut into blocks of one size
     *             +--------+----+---------+---------+----+--------+     class (see SizeClass); which pages are free is known
     *                  |                                                to FreePages.
     *                  v
     *   page 0    +-----+-------------------------+---------------+     The segment begins at 128: so much of its pages is left
     *             |     | 16 bytes for each page  |    blocks     |     to the C library, which else would take one more. What
     *             +-----+-------------------------+---------------+     the descriptors leave serves small blocks when all
     *             0    128                                              other pages are taken.
     *
     *             The descriptor of a span's first page describes the span:
     *
     *      byte   0       1        2        4        6        8          12        16
     *             +-------+--------+--------+--------+--------+----------+---------+
     *             | class | length | used   | free   | fresh  | next     | previous|
     *             +-------+--------+--------+--------+--------+----------+---------+
     *              class    size class, 0 for a free page; bit 7: no block of the span is free
     *              length   of the span, in pages
     *              used     number of blocks handed out
     *              free     head of the list of freed blocks: offset in the span / 8, plus 1; 0 ends it.
     *                       Each freed block begins with the link to the next, 16 bits of the same form
     *              fresh    where the blocks begin that have never been handed out: offset in the span / 8
     *              next,    the spans of this class that have a free block form a list; a span is named by
     *              previous (chunk << 8 | page), 0 ends it
     *             The further pages of a span (B', C') have class 127 and, in bytes 4 and 5, the span's first page.
     *
     * The first eight bytes are read and written as one long, so that taking a block is: the class's first span, its
     * descriptor, the link in the block, the descriptor again. Giving one back is the same from the address's page.
     *
     * An example, the descriptors of pages 1 to 5 after allocating blocks of 40, 40, 24 and 9000 bytes, the second of them
     * freed; pages begin at chunk << 20 | page << 12, so the blocks are 0x101000, 0x101028, 0x102000 and 0x103000:
     *
     *      page 1   05 01 0100 0600 0a00 00000000 00000000   class 5 (40 bytes), 1 page, 1 block used, the block at 5 * 8 is
     *                                                        free, from 10 * 8 on all is fresh
     *      page 2   03 01 0100 0000 0300 00000000 00000000   class 3 (24 bytes)
     *      page 3   d1 03 0100 0000 8004 00000000 00000000   class 81 (9216 bytes), 3 pages, and nothing more is free in it
     *      page 4   7f 00 0000 0300 0000 00000000 00000000   belongs to the span of page 3
     *      page 5   7f 00 0000 0300 0000 00000000 00000000
     *
     * A block of more than 256 KB is a chunk of its own without descriptors, with one index in the chunk table; it may be
     * larger than the 2^20 bytes that the address has for an offset, since only the block's beginning has an address.
     *
     * A span in page 0 takes the descriptors for blocks that were handed out before: its fresh begins behind them.
     *
     * How is memory given back?
     * -------------------------
     * A span whose last block is freed becomes free pages at once, for any class. A chunk whose last span goes stays as the
     * one spare, so that a load that swings at a chunk's border does not take and return it each time; of two spares the
     * larger goes. Closing a shared arena stops to make sure that no thread is inside it: 25 to 150 us on an idle machine,
     * milliseconds where more threads are busy than there are cores; hence closing is handed to an Executor, which in a
     * server does it outside every lock. Taking one costs some 1.8 us a page, for the page fault and for the zeros that the
     * JDK writes. So chunks grow with the memory, a 64th of it at a time up to 1 MB: no allocation stalls for a
     * millisecond, and what the newest chunk has in reserve is little beside the rest.
     *
     * Whether a closed chunk leaves the process is up to malloc. The GNU C library maps large requests one by one and unmaps
     * them, but takes the first that is freed as a sign to map only larger ones from then on. It stays with mapping when
     * the environment fixes the limit (MALLOC_MMAP_THRESHOLD_=65000); -XX:TrimNativeHeapInterval is the other way.
     *
     * Why no header in the blocks, why descriptors off the heap?
     * ----------------------------------------------------------
     * Callers know the size of what they free, since their records say it. Eight bytes before each block of 40 would be a
     * fifth more. 16 bytes a page are 0.4 %; on the Java heap they would be the larger part of a small heap, and references
     * between them work for the collector. What is on it is per chunk: some 300 bytes.
     *
     * Limitations
     * -----------
     * Blocks do not move, so a span stays as long as one of its blocks: after deleting at random, reserved() stays high until
     * blocks of the same class are needed again. Without debug mode a wrong size or a double free is found only where the
     * page's class or the head of its list shows it.
     */

    public static final long NULL = 0;

    private static final int CHUNK_BITS = 20;
    private static final int MAX_CHUNKS = 1 << 23;
    private static final long OFFSET_MASK = (1L << CHUNK_BITS) - 1;
    private static final int MIN_CHUNK_PAGES = 16;
    private static final int CHUNK_ALIGNMENT = 64;
    /** Offsets in a chunk begin here, so that the C library's share and the alignment fit into the chunk's whole pages. */
    private static final int START = SizeClass.MALLOC_BYTES;
    /** Page 0 is used for blocks where this much is left of it. */
    private static final int MIN_USABLE_HEADER_BYTES = 1024;

    private static final int MAX_FILLED_BY_BYTES = 64;

    private static final int PAGE_BITS = SizeClass.PAGE_BITS;
    private static final int PAGE_MASK = 0xff;

    private static final int DESCRIPTOR_BITS = 4;
    private static final int NEXT = 8;
    private static final int PREVIOUS = 12;
    private static final int CLASS_MASK = 0x7f;
    private static final int FULL = 0x80;
    private static final int INNER_PAGE = 0x7f;
    private static final int HEADER_PAGE = 0x7e;
    private static final int LENGTH_SHIFT = 8;
    private static final int USED_SHIFT = 16;
    private static final int FREE_SHIFT = 32;
    private static final int FRESH_SHIFT = 48;
    private static final long ONE_USED = 1L << USED_SHIFT;
    private static final long FREE_MASK = 0xffffL << FREE_SHIFT;

    private static final ValueLayout.OfByte BYTE = ValueLayout.JAVA_BYTE;
    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    /** Indexed by chunk; {@link MemorySegment#NULL}, which has no bytes, where there is none. */
    private MemorySegment[] chunks = newChunkTable(4);

    private @Nullable Arena[] arenas = new Arena[4];
    private final BitSet takenIndices = new BitSet();
    private final BitSet spanChunks = new BitSet();
    private final FreePages freePages = new FreePages();
    private int spareChunk;
    private long spanChunkBytes;

    /** The chunks whose page 0 could be a span and is not. */
    private final BitSet freeHeaders = new BitSet();

    /** The spans with a free block, by class. */
    private final int[] firstSpan = new int[SizeClass.LAST + 1];

    private final int[] lastSpan = new int[SizeClass.LAST + 1];
    private final int[] spanCount = new int[SizeClass.LAST + 1];

    private final long[] usedByTag = new long[Tag.values().length];
    private long used;
    private long reserved;

    private final Executor closer;
    private final @Nullable BlockChecker checker;

    /** Memory that closes its emptied chunks itself, in debug mode if the system property says so. */
    public Memory() {
        this(Runnable::run);
    }

    /** Memory that leaves it to {@code closer} to close emptied chunks. */
    public Memory(Executor closer) {
        this(closer, Boolean.getBoolean("cinnabar.memory.debug"));
    }

    public Memory(Executor closer, boolean debug) {
        this.closer = closer;
        this.checker = debug ? new BlockChecker(this) : null;
        takenIndices.set(0);
    }

    /** A block of at least {@code bytes} (> 0), its contents undefined. */
    public long allocate(long bytes, Tag tag) {
        long block;
        long size;
        if (bytes > 0 && bytes <= SizeClass.LARGEST_BYTES) {
            int sizeClass = SizeClass.of((int) bytes);
            size = SizeClass.bytes(sizeClass);
            block = takeBlock(sizeClass, (int) size);
        } else {
            size = blockSize(bytes);
            block = newLargeBlock(size);
        }
        usedByTag[tag.ordinal()] += size;
        used += size;
        if (checker != null) {
            checker.allocated(block, size, tag);
        }
        return block;
    }

    /** Gives back a block of {@link #allocate}, with the same {@code bytes} and tag. */
    public void free(long address, long bytes, Tag tag) {
        long size;
        if (bytes > 0 && bytes <= SizeClass.LARGEST_BYTES) {
            int sizeClass = SizeClass.of((int) bytes);
            size = SizeClass.bytes(sizeClass);
            if (checker != null) {
                checker.freed(address, size, tag);
            }
            giveBlock(address, sizeClass, (int) size);
        } else {
            size = blockSize(bytes);
            if (checker != null) {
                checker.freed(address, size, tag);
            }
            freeLargeBlock(address, size);
        }
        usedByTag[tag.ordinal()] -= size;
        used -= size;
    }

    /**
     * The block with another size and the beginning of its contents, the rest undefined: the same one where the size that it
     * takes stays, else a new one, and the old one is freed.
     */
    public long reallocate(long address, long oldBytes, long newBytes, Tag tag) {
        if (blockSize(oldBytes) == blockSize(newBytes)) {
            if (checker != null) {
                checker.checkLive(address, blockSize(oldBytes), tag);
            }
            return address;
        }
        long block = allocate(newBytes, tag);
        copy(address, 0, block, 0, Math.min(oldBytes, newBytes));
        free(address, oldBytes, tag);
        return block;
    }

    /** The bytes that a block of {@code bytes} (> 0) really takes, all for the caller's use: what {@link #used} counts. */
    public static long blockSize(long bytes) {
        if (bytes <= 0) {
            throw new IllegalArgumentException("a block of " + bytes + " bytes");
        }
        return SizeClass.blockBytes(bytes);
    }

    private long takeBlock(int sizeClass, int size) {
        int span = firstSpan[sizeClass];
        if (span == 0) {
            span = newSpan(sizeClass);
        }
        MemorySegment chunk = chunks[span >>> 8];
        int page = span & PAGE_MASK;
        long state = chunk.get(LONG, (long) page << DESCRIPTOR_BITS);
        int block = free(state);
        int fresh = fresh(state);
        int offset;
        if (block != 0) {
            offset = (page << PAGE_BITS) + (block - 1 << 3);
            int next = chunk.get(SHORT, offset - START) & 0xffff;
            if (next > fresh) {
                throw new IllegalStateException(
                        "the freed block " + hex(address(span >>> 8, offset)) + " has been written to");
            }
            state = state & ~FREE_MASK | (long) next << FREE_SHIFT;
            block = next;
        } else {
            offset = (page << PAGE_BITS) + (fresh << 3);
            fresh += size >>> 3;
            state = state & ~(0xffffL << FRESH_SHIFT) | (long) fresh << FRESH_SHIFT;
        }
        state += ONE_USED;
        if (block == 0 && (fresh << 3) + size > length(state) << PAGE_BITS) {
            state |= FULL;
            unlink(span, sizeClass, chunk);
        }
        chunk.set(LONG, (long) page << DESCRIPTOR_BITS, state);
        return address(span >>> 8, offset);
    }

    private void giveBlock(long address, int sizeClass, int size) {
        int chunkIndex = (int) (address >>> CHUNK_BITS);
        MemorySegment chunk = chunks[chunkIndex];
        int offset = (int) (address & OFFSET_MASK);
        int page = offset >>> PAGE_BITS;
        long state = chunk.get(LONG, (long) page << DESCRIPTOR_BITS);
        if (sizeClass(state) == INNER_PAGE) {
            page = free(state);
            state = chunk.get(LONG, (long) page << DESCRIPTOR_BITS);
        }
        int block = (offset - (page << PAGE_BITS) >>> 3) + 1;
        if (sizeClass(state) != sizeClass || block == free(state)) {
            throw new IllegalStateException("freed as " + size + " bytes, but " + hex(address) + " is "
                    + (block == free(state) ? "free already" : "no such block"));
        }
        chunk.set(SHORT, offset - START, (short) free(state));
        state = (state & ~FREE_MASK | (long) block << FREE_SHIFT) - ONE_USED;
        int span = chunkIndex << 8 | page;
        if (used(state) == 0) {
            if ((state & FULL) == 0) {
                unlink(span, sizeClass, chunk);
            }
            freeSpan(chunkIndex, page, length(state), sizeClass);
            return;
        }
        if ((state & FULL) != 0) {
            state &= ~FULL;
            append(span, sizeClass, chunk);
        }
        chunk.set(LONG, (long) page << DESCRIPTOR_BITS, state);
    }

    private int newSpan(int sizeClass) {
        int pages = spanCount[sizeClass] == 0 ? SizeClass.firstSpanPages(sizeClass) : SizeClass.spanPages(sizeClass);
        int chunkIndex = freePages.find(pages);
        // What further spans left over at the end of a chunk serves a shorter one.
        for (int fewer = pages - 1; chunkIndex == 0 && fewer > 0; fewer--) {
            if (SizeClass.fills(sizeClass, fewer)) {
                chunkIndex = freePages.find(fewer);
                pages = chunkIndex == 0 ? pages : fewer;
            }
        }
        if (chunkIndex == 0 && SizeClass.isFine(sizeClass) && !freeHeaders.isEmpty()) {
            return newSpanInHeader(sizeClass);
        }
        if (chunkIndex == 0) {
            chunkIndex = newSpanChunk(pages);
        }
        if (chunkIndex == spareChunk) {
            spareChunk = 0;
        }
        int page = freePages.take(chunkIndex, pages);
        MemorySegment chunk = chunks[chunkIndex];
        for (int inner = page + 1; inner < page + pages; inner++) {
            chunk.set(LONG, (long) inner << DESCRIPTOR_BITS, (long) page << FREE_SHIFT | INNER_PAGE);
        }
        return newSpan(chunkIndex, page, pages, 0, sizeClass);
    }

    /** Makes a span of what the descriptors leave of a page 0: of its blocks, the first are never handed out. */
    private int newSpanInHeader(int sizeClass) {
        int chunkIndex = freeHeaders.nextSetBit(0);
        freeHeaders.clear(chunkIndex);
        return newSpan(chunkIndex, 0, 1, headerBlocks(chunks[chunkIndex], sizeClass), sizeClass);
    }

    private int newSpan(int chunkIndex, int page, int pages, int skippedBlocks, int sizeClass) {
        MemorySegment chunk = chunks[chunkIndex];
        long fresh = (long) skippedBlocks * SizeClass.bytes(sizeClass);
        chunk.set(
                LONG,
                (long) page << DESCRIPTOR_BITS,
                fresh >>> 3 << FRESH_SHIFT | (long) pages << LENGTH_SHIFT | sizeClass);
        if (checker != null) {
            checker.spanAdded(chunk, ((long) page << PAGE_BITS) + fresh - START, ((long) pages << PAGE_BITS) - fresh);
        }
        spanCount[sizeClass]++;
        append(chunkIndex << 8 | page, sizeClass, chunk);
        return chunkIndex << 8 | page;
    }

    /** The blocks of a span in page 0 that the descriptors cover. */
    private static int headerBlocks(MemorySegment chunk, int sizeClass) {
        int size = SizeClass.bytes(sizeClass);
        return (headerBytes(pages(chunk)) + size - 1) / size;
    }

    private static int headerBytes(int pages) {
        return START + (pages << DESCRIPTOR_BITS);
    }

    private void freeSpan(int chunkIndex, int page, int pages, int sizeClass) {
        MemorySegment chunk = chunks[chunkIndex];
        for (int p = page; p < page + pages; p++) {
            chunk.set(LONG, (long) p << DESCRIPTOR_BITS, 0);
        }
        spanCount[sizeClass]--;
        if (page == 0) {
            chunk.set(LONG, 0, HEADER_PAGE);
            freeHeaders.set(chunkIndex);
        } else {
            freePages.give(chunkIndex, page, pages);
        }
        if (isEmpty(chunkIndex)) {
            keepAsSpare(chunkIndex);
        }
    }

    private boolean isEmpty(int chunkIndex) {
        MemorySegment chunk = chunks[chunkIndex];
        return freePages.longestRun(chunkIndex) == pages(chunk) - 1 && sizeClass(chunk.get(LONG, 0)) == HEADER_PAGE;
    }

    /** Adds a span to the end of its class's list. */
    private void append(int span, int sizeClass, MemorySegment chunk) {
        int last = lastSpan[sizeClass];
        if (last == 0) {
            firstSpan[sizeClass] = span;
        } else {
            chunks[last >>> 8].set(INT, linkOffset(last, NEXT), span);
        }
        chunk.set(INT, linkOffset(span, NEXT), 0);
        chunk.set(INT, linkOffset(span, PREVIOUS), last);
        lastSpan[sizeClass] = span;
    }

    private void unlink(int span, int sizeClass, MemorySegment chunk) {
        int next = chunk.get(INT, linkOffset(span, NEXT));
        int previous = chunk.get(INT, linkOffset(span, PREVIOUS));
        if (previous == 0) {
            firstSpan[sizeClass] = next;
        } else {
            chunks[previous >>> 8].set(INT, linkOffset(previous, NEXT), next);
        }
        if (next == 0) {
            lastSpan[sizeClass] = previous;
        } else {
            chunks[next >>> 8].set(INT, linkOffset(next, PREVIOUS), previous);
        }
    }

    /** Of an empty chunk and the spare, keeps the smaller. */
    private void keepAsSpare(int chunk) {
        int release = spareChunk;
        spareChunk = chunk;
        if (release != 0) {
            if (chunks[release].byteSize() < chunks[chunk].byteSize()) {
                spareChunk = release;
                release = chunk;
            }
            releaseSpanChunk(release);
        }
    }

    /** Gives back what is kept in reserve though nothing uses it; the bytes of it. For the owner's spare time. */
    public long purge() {
        if (spareChunk == 0) {
            return 0;
        }
        long before = reserved;
        releaseSpanChunk(spareChunk);
        spareChunk = 0;
        return before - reserved;
    }

    private int newSpanChunk(int pages) {
        int wanted = Math.max(pages + 1, (int) Math.min(spanChunkBytes / 64 >>> PAGE_BITS, FreePages.MAX_PAGES));
        int chunkPages = Math.min((wanted + MIN_CHUNK_PAGES - 1) & -MIN_CHUNK_PAGES, FreePages.MAX_PAGES);
        long bytes = ((long) chunkPages << PAGE_BITS) - START;
        int index = newChunk(bytes);
        chunks[index].set(LONG, 0, HEADER_PAGE);
        spanChunks.set(index);
        freePages.add(index, chunkPages);
        if ((1 << PAGE_BITS) - headerBytes(chunkPages) >= MIN_USABLE_HEADER_BYTES) {
            freeHeaders.set(index);
        }
        spanChunkBytes += bytes;
        return index;
    }

    private void releaseSpanChunk(int index) {
        spanChunkBytes -= chunks[index].byteSize();
        spanChunks.clear(index);
        freeHeaders.clear(index);
        freePages.remove(index);
        releaseChunk(index);
    }

    private long newLargeBlock(long size) {
        return address(newChunk(size), START);
    }

    private void freeLargeBlock(long address, long size) {
        if (offset(address) != 0 || segment(address).byteSize() != size) {
            throw new IllegalStateException("freed as " + size + " bytes, but " + hex(address) + " is no such block");
        }
        releaseChunk((int) (address >>> CHUNK_BITS));
    }

    @SuppressWarnings("MustBeClosedChecker") // closed when the chunk is released
    private int newChunk(long bytes) {
        int index = takenIndices.nextClearBit(1);
        if (index == MAX_CHUNKS) {
            throw new OutOfMemoryError("more than " + MAX_CHUNKS + " chunks");
        }
        if (index >= chunks.length) {
            MemorySegment[] table = newChunkTable(chunks.length * 2);
            System.arraycopy(chunks, 0, table, 0, chunks.length);
            chunks = table;
            arenas = Arrays.copyOf(arenas, table.length);
        }
        Arena arena = Arena.ofShared();
        try {
            chunks[index] = arena.allocate(bytes, CHUNK_ALIGNMENT);
        } catch (OutOfMemoryError | RuntimeException e) {
            arena.close();
            throw e;
        }
        arenas[index] = arena;
        takenIndices.set(index);
        reserved += bytes;
        return index;
    }

    private void releaseChunk(int index) {
        reserved -= chunks[index].byteSize();
        chunks[index] = MemorySegment.NULL;
        Arena arena = arenas[index];
        arenas[index] = null;
        takenIndices.clear(index);
        if (arena != null) {
            closer.execute(arena::close);
        }
    }

    private static MemorySegment[] newChunkTable(int capacity) {
        MemorySegment[] table = new MemorySegment[capacity];
        Arrays.fill(table, MemorySegment.NULL);
        return table;
    }

    private static long address(int chunk, int offset) {
        return (long) chunk << CHUNK_BITS | offset;
    }

    private static long linkOffset(int span, int link) {
        return ((long) (span & PAGE_MASK) << DESCRIPTOR_BITS) + link;
    }

    private static int pages(MemorySegment chunk) {
        return (int) (chunk.byteSize() + START >>> PAGE_BITS);
    }

    private static int sizeClass(long state) {
        return (int) state & CLASS_MASK;
    }

    private static int length(long state) {
        return (int) (state >>> LENGTH_SHIFT) & 0xff;
    }

    private static int used(long state) {
        return (int) (state >>> USED_SHIFT) & 0xffff;
    }

    private static int free(long state) {
        return (int) (state >>> FREE_SHIFT) & 0xffff;
    }

    private static int fresh(long state) {
        return (int) (state >>> FRESH_SHIFT);
    }

    static String hex(long address) {
        return "0x" + Long.toHexString(address);
    }

    /** The segment that holds a block; the block begins at {@link #offset}. */
    public MemorySegment segment(long address) {
        return chunks[(int) (address >>> CHUNK_BITS)];
    }

    /** Where in its {@link #segment} a block begins. */
    public long offset(long address) {
        return (address & OFFSET_MASK) - START;
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
        MemorySegment chunk = segment(address);
        long from = offset(address) + offset;
        if (n > MAX_FILLED_BY_BYTES) {
            chunk.asSlice(from, n).fill(value);
            return;
        }
        // A slice would be an object on the heap.
        for (long at = from; at < from + n; at++) {
            chunk.set(BYTE, at, value);
        }
    }

    /** Bytes in blocks in use, over all tags. */
    public long used() {
        return used;
    }

    /** Bytes in blocks in use under a tag. */
    public long used(Tag tag) {
        return usedByTag[tag.ordinal()];
    }

    /** Bytes taken from the system, in use or not. */
    public long reserved() {
        return reserved;
    }

    /** Gives everything back to the system; nothing may be used afterwards. */
    @Override
    public void close() {
        for (int i = 0; i < arenas.length; i++) {
            Arena arena = arenas[i];
            arenas[i] = null;
            if (arena != null) {
                arena.close();
            }
        }
        reserved = 0;
    }

    /** Walks all chunks, spans and lists and throws an {@link AssertionError} where they disagree. For tests. */
    public void checkInvariants() {
        long total = 0;
        long inSpans = 0;
        long inLarge = 0;
        int[] spans = new int[SizeClass.LAST + 1];
        int[] open = new int[SizeClass.LAST + 1];
        for (int chunk = takenIndices.nextSetBit(1); chunk >= 0; chunk = takenIndices.nextSetBit(chunk + 1)) {
            total += chunks[chunk].byteSize();
            if (spanChunks.get(chunk)) {
                inSpans += checkChunk(chunk, spans, open);
            } else {
                inLarge += chunks[chunk].byteSize();
            }
        }
        check(total == reserved, "reserved", reserved, total);
        check(inSpans + inLarge == used, "used", used, inSpans + inLarge);
        check(Arrays.stream(usedByTag).sum() == used, "used by tags", Arrays.toString(usedByTag), used);
        check(Arrays.stream(usedByTag).min().orElse(0) >= 0, "used by tags", Arrays.toString(usedByTag), 0);
        check(Arrays.equals(spans, spanCount), "spans", Arrays.toString(spanCount), Arrays.toString(spans));
        for (int c = 1; c <= SizeClass.LAST; c++) {
            checkList(c, open[c]);
        }
        if (checker != null) {
            checker.check(used);
        }
    }

    private long checkChunk(int chunkIndex, int[] spans, int[] open) {
        MemorySegment chunk = chunks[chunkIndex];
        int pages = pages(chunk);
        check(!freePages.isFree(chunkIndex, 0), "header of chunk", chunkIndex, "free");
        boolean headerIsSpan = sizeClass(chunk.get(LONG, 0)) != HEADER_PAGE;
        check(!(headerIsSpan && freeHeaders.get(chunkIndex)), "header of chunk", chunkIndex, "a span and free");
        int longest = freePages.measureLongest(chunkIndex);
        check(longest == freePages.longestRun(chunkIndex), "longest free run of chunk", chunkIndex, longest);
        check(isEmpty(chunkIndex) == (chunkIndex == spareChunk), "spare chunk", spareChunk, chunkIndex);
        long usedBytes = 0;
        for (int page = headerIsSpan ? 0 : 1; page < pages; ) {
            long state = chunk.get(LONG, (long) page << DESCRIPTOR_BITS);
            int sizeClass = sizeClass(state);
            check(freePages.isFree(chunkIndex, page) == (state == 0), "free page", hex(state), page);
            if (state == 0) {
                page++;
                continue;
            }
            check(sizeClass > 0 && sizeClass <= SizeClass.LAST, "class of span", sizeClass, page);
            spans[sizeClass]++;
            if ((state & FULL) == 0) {
                open[sizeClass]++;
            }
            checkSpan(chunk, page, state);
            usedBytes += (long) used(state) * SizeClass.bytes(sizeClass);
            for (int end = page + length(state); ++page < end; ) {
                check(!freePages.isFree(chunkIndex, page), "inner page", page, "free");
                check(
                        sizeClass(chunk.get(LONG, (long) page << DESCRIPTOR_BITS)) == INNER_PAGE,
                        "class of inner page",
                        page,
                        sizeClass(chunk.get(LONG, (long) page << DESCRIPTOR_BITS)));
            }
        }
        return usedBytes;
    }

    private void checkSpan(MemorySegment chunk, int page, long state) {
        int size = SizeClass.bytes(sizeClass(state));
        int capacity = (length(state) << PAGE_BITS) / size;
        int skipped = page == 0 ? headerBlocks(chunk, sizeClass(state)) : 0;
        int handedOut = (fresh(state) << 3) / size;
        check((fresh(state) << 3) % size == 0 && handedOut <= capacity, "fresh", fresh(state), capacity);
        long start = ((long) page << PAGE_BITS) - START;
        BitSet free = new BitSet();
        for (int block = free(state); block != 0; block = chunk.get(SHORT, start + (block - 1 << 3)) & 0xffff) {
            int number = (block - 1 << 3) / size;
            check(
                    (block - 1 << 3) % size == 0 && number >= skipped && number < handedOut,
                    "freed block",
                    block,
                    handedOut);
            check(!free.get(number), "freed block", block, "twice in the list");
            free.set(number);
            if (checker != null) {
                checker.checkFreed(chunk, start + (block - 1 << 3), size);
            }
        }
        check(
                used(state) > 0 && skipped + used(state) + free.cardinality() == handedOut,
                "used in span",
                used(state),
                handedOut);
        check(((state & FULL) != 0) == (skipped + used(state) == capacity), "full", used(state), capacity);
    }

    private void checkList(int sizeClass, int expectedCount) {
        int count = 0;
        int previous = 0;
        for (int span = firstSpan[sizeClass]; span != 0; span = chunks[span >>> 8].get(INT, linkOffset(span, NEXT))) {
            long state = chunks[span >>> 8].get(LONG, linkOffset(span, 0));
            check((state & (FULL | CLASS_MASK)) == sizeClass, "span in list of class", sizeClass, hex(state));
            int back = chunks[span >>> 8].get(INT, linkOffset(span, PREVIOUS));
            check(back == previous, "previous span", back, previous);
            check(++count <= expectedCount, "spans in list", count, expectedCount);
            previous = span;
        }
        check(lastSpan[sizeClass] == previous, "last span", lastSpan[sizeClass], previous);
        check(count == expectedCount, "spans in list", count, expectedCount);
    }

    private static void check(boolean holds, String what, Object one, Object other) {
        if (!holds) {
            throw new AssertionError(what + ": " + one + ", " + other);
        }
    }
}
