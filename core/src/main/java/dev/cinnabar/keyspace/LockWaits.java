package dev.cinnabar.keyspace;

/** How long a thread has waited for partitions that others had locked. Owned by that thread. */
public final class LockWaits {

    private long nanos;

    public LockWaits() {}

    void add(long waitedNanos) {
        nanos += waitedNanos;
    }

    /** In nanoseconds, in all. */
    public long nanos() {
        return nanos;
    }
}
