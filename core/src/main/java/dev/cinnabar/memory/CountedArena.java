package dev.cinnabar.memory;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Memory off the heap that several threads use and that is given back as a whole. Thread-safe; closing it, once nobody uses its
 * memory any more, is for its owner, and costs a handshake with all threads.
 */
public final class CountedArena implements AutoCloseable {

    private final BufferAccounting accounting;
    private final Arena arena = Arena.ofShared();
    private final AtomicLong bytes = new AtomicLong();

    @SuppressWarnings("MustBeClosedChecker") // closed with this
    public CountedArena(BufferAccounting accounting) {
        this.accounting = accounting;
    }

    /**
     * A new place.
     *
     * @throws OutOfMemoryError if there is none
     */
    public MemorySegment allocate(long size) {
        MemorySegment segment = arena.allocate(size, 8);
        bytes.addAndGet(size);
        accounting.add(size);
        return segment;
    }

    /** Gives all of it back. */
    @Override
    public void close() {
        arena.close();
        accounting.add(-bytes.get());
    }
}
