package dev.cinnabar.keyspace;

import java.util.concurrent.atomic.AtomicLong;

/** A clock that moves only when told to: for tests. Thread-safe. */
public final class ManualClock implements Clock {

    private final AtomicLong nanos;
    private final long startMillis;

    public ManualClock(long startMillis) {
        this.startMillis = startMillis;
        this.nanos = new AtomicLong();
    }

    public void advanceMillis(long n) {
        nanos.addAndGet(n * 1_000_000);
    }

    @Override
    public long millis() {
        return startMillis + nanos.get() / 1_000_000;
    }

    @Override
    public long nanos() {
        return nanos.get();
    }
}
