package dev.cinnabar.persistence;

/**
 * How far the loading of a file has come: written by the thread that loads, read by anyone. A loading is one object; it is
 * over when {@link #end} was called.
 */
public final class Loading {

    private final long startedMillis;
    private final long totalBytes;
    private volatile long loadedBytes;
    private volatile long usedMemory;
    private volatile boolean over;
    private volatile boolean cancelled;

    public Loading(long startedMillis, long totalBytes) {
        this.startedMillis = startedMillis;
        this.totalBytes = totalBytes;
    }

    /** When it began, in milliseconds since 1970. */
    public long startedMillis() {
        return startedMillis;
    }

    /** The length of the file. */
    public long totalBytes() {
        return totalBytes;
    }

    /** How much of it has been read. */
    public long loadedBytes() {
        return loadedBytes;
    }

    public void loadedBytes(long bytes) {
        loadedBytes = bytes;
    }

    /** How many bytes the data took where they were saved, as the file says; 0 if it does not. */
    public long usedMemory() {
        return usedMemory;
    }

    void usedMemory(long bytes) {
        usedMemory = bytes;
    }

    /** Whether it is to end as soon as it can, undone. */
    public boolean isCancelled() {
        return cancelled;
    }

    public void cancel() {
        cancelled = true;
    }

    public boolean isOver() {
        return over;
    }

    public void end() {
        over = true;
    }
}
