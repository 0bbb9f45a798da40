package dev.cinnabar.net;

import dev.cinnabar.keyspace.Clock;

/**
 * Which part of the time a loop works, and does not wait. Written by the loop's thread; {@link #load} is for anyone.
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

    /** The loop is about to wait again. Returns whether a measurement is complete. */
    boolean end() {
        long now = clock.nanos();
        workedNanos += now - stateSinceNanos;
        stateSinceNanos = now;
        working = false;
        if (now - windowStartNanos < WINDOW_NANOS) {
            return false;
        }
        load = (double) workedNanos / (now - windowStartNanos);
        windowStartNanos = now;
        workedNanos = 0;
        return true;
    }

    /** Between 0, idle, and 1. */
    double load() {
        if (clock.nanos() - stateSinceNanos > 2 * WINDOW_NANOS) {
            return working ? 1 : 0;
        }
        return load;
    }
}
