package dev.cinnabar.memory;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;

/**
 * The chunks of one loop's {@link ByteQueue}s: a few are kept for the next use, 320 KB at most. Owned by the loop's thread, as are the
 * queues, and closed by it.
 */
public final class ChunkPool implements AutoCloseable {

    static final int SMALL_BYTES = 16 << 10;
    static final int BIG_BYTES = 64 << 10;

    private static final int MAX_KEPT_OF_A_SIZE = 4;

    /** A piece of native memory: from {@code bytes}' position to {@code end} it holds contents. */
    static final class Chunk {
        final Arena arena;
        final MemorySegment segment;
        /** A view of {@link #segment}; its position is where the contents begin. */
        final ByteBuffer bytes;

        int end;

        private Chunk(Arena arena, int capacity) {
            this.arena = arena;
            this.segment = arena.allocate(capacity, 8);
            this.bytes = segment.asByteBuffer();
        }

        int capacity() {
            return bytes.capacity();
        }
    }

    private final BufferAccounting accounting;
    private final ArrayDeque<Chunk> small = new ArrayDeque<>(MAX_KEPT_OF_A_SIZE);
    private final ArrayDeque<Chunk> big = new ArrayDeque<>(MAX_KEPT_OF_A_SIZE);

    public ChunkPool(BufferAccounting accounting) {
        this.accounting = accounting;
    }

    Chunk take(int capacity) {
        Chunk chunk = kept(capacity).pollLast();
        if (chunk == null) {
            return newChunk(capacity);
        }
        chunk.bytes.clear();
        chunk.end = 0;
        return chunk;
    }

    @SuppressWarnings("MustBeClosedChecker") // closed in give() or close()
    private Chunk newChunk(int capacity) {
        Arena arena = Arena.ofConfined();
        try {
            Chunk chunk = new Chunk(arena, capacity);
            accounting.add(capacity);
            return chunk;
        } catch (OutOfMemoryError e) {
            arena.close();
            throw e;
        }
    }

    void give(Chunk chunk) {
        ArrayDeque<Chunk> kept = kept(chunk.capacity());
        if (kept.size() < MAX_KEPT_OF_A_SIZE) {
            kept.addLast(chunk);
        } else {
            release(chunk);
        }
    }

    private void release(Chunk chunk) {
        accounting.add(-chunk.capacity());
        chunk.arena.close();
    }

    private ArrayDeque<Chunk> kept(int capacity) {
        return capacity == SMALL_BYTES ? small : big;
    }

    /** Gives back what is kept; the pool may be used again. */
    @Override
    public void close() {
        small.forEach(this::release);
        small.clear();
        big.forEach(this::release);
        big.clear();
    }
}
