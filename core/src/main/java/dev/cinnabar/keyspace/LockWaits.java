package dev.cinnabar.keyspace;

/** How long a thread has waited for partitions that others had locked. Owned by that thread. */
public final class LockWaits {

    private final Clock clock;
    private long nanos;
    private long sinceNanos;

    public LockWaits(Clock clock) {
        this.clock = clock;
    }

    void begin() {
        sinceNanos = clock.nanos();
    }

    void end() {
        nanos += clock.nanos() - sinceNanos;
    }

    /** In nanoseconds, in all. */
    public long nanos() {
        return nanos;
    }
}
