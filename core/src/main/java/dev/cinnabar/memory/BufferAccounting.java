package dev.cinnabar.memory;

import java.util.concurrent.atomic.LongAdder;

/** Counts the bytes that buffers and queues of bytes hold from the system. Thread-safe: shared by all loops. */
public final class BufferAccounting {

    private final LongAdder bytes = new LongAdder();

    public BufferAccounting() {}

    void add(long change) {
        bytes.add(change);
    }

    /** The bytes held at the moment, in use or not. */
    public long bytes() {
        return bytes.sum();
    }
}
