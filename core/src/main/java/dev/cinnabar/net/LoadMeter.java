package dev.cinnabar.net;

import dev.cinnabar.keyspace.Clock;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Which part of the time a loop works, and does not wait: for requests, or for what other threads have locked. Written by the loop's thread; {@link #load} is for anyone.
 */
final class LoadMeter {

    /** How long a measurement takes, in nanoseconds. */
    private static final long WINDOW_NANOS = 25_000_000;

    private final Clock clock;
    private long windowStartNanos;
    private long workedNanos;
    private volatile long stateSinceNanos;
    private volatile boolean working;
    private volatile double load;
    private volatile double lockedOut;
    private long lockedOutBeforeNanos;
    private final AtomicLong cycles = new AtomicLong();
    private final AtomicLong total = new AtomicLong();

    LoadMeter(Clock clock) {
        this.clock = clock;
        this.windowStartNanos = clock.nanos();
        this.stateSinceNanos = windowStartNanos;
    }

    boolean isWorking() {
        return working;
    }

    /** The loop has been woken. */
    void begin() {
        stateSinceNanos = clock.nanos();
        working = true;
    }

    /**
     * The loop is about to wait again. Returns whether a measurement is complete.
     *
     * @param lockedOutNanos how long the loop has waited so far for what other threads had locked
     */
    boolean end(long lockedOutNanos) {
        long now = clock.nanos();
        long worked = now - stateSinceNanos;
        workedNanos += worked;
        total.lazySet(total.get() + worked);
        cycles.lazySet(cycles.get() + 1);
        stateSinceNanos = now;
        working = false;
        if (now - windowStartNanos < WINDOW_NANOS) {
            return false;
        }
        double window = now - windowStartNanos;
        lockedOut = (lockedOutNanos - lockedOutBeforeNanos) / window;
        load = Math.max(workedNanos / window - lockedOut, 0);
        lockedOutBeforeNanos = lockedOutNanos;
        windowStartNanos = now;
        workedNanos = 0;
        return true;
    }

    /** How often the loop has worked. */
    long cycles() {
        return cycles.get();
    }

    /** How long it has worked in all, what it is at now included. */
    long totalNanos() {
        return total.get() + (working ? clock.nanos() - stateSinceNanos : 0);
    }

    /** Counts from zero again; called by any thread. */
    void reset() {
        cycles.set(0);
        total.set(0);
    }

    /** For which part of the time the loop waits for what other threads have locked, between 0 and 1. */
    double lockedOut() {
        return isOld() ? 0 : lockedOut;
    }

    /** For which part it works, between 0, idle, and 1. */
    double load() {
        return isOld() ? working ? 1 : 0 : load;
    }

    private boolean isOld() {
        return clock.nanos() - stateSinceNanos > 2 * WINDOW_NANOS;
    }
}
