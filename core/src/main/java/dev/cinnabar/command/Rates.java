package dev.cinnabar.command;

/**
 * How much happens in a second, as a mean over the last moments: the {@code instantaneous_} figures of INFO. Written by one
 * thread; others read means that may be a moment old.
 */
public final class Rates {

    private static final int SAMPLES = 16;
    private static final long PERIOD_MILLIS = 100;

    private final long[] perSecond = new long[SAMPLES];
    private long lastCount;
    private long lastMillis;
    private int next;
    private volatile long mean;

    Rates() {}

    /** Takes a total; too soon after the last one it is left alone. */
    void sample(long count, long nowMillis) {
        long elapsedMillis = nowMillis - lastMillis;
        if (elapsedMillis < PERIOD_MILLIS) {
            return;
        }
        // A total that went back was reset: what it counted before is of no interest.
        long happened = lastMillis == 0 ? 0 : Math.max(0, count - lastCount);
        perSecond[next] = happened * 1000 / elapsedMillis;
        next = (next + 1) % SAMPLES;
        lastCount = count;
        lastMillis = nowMillis;
        long sum = 0;
        for (long rate : perSecond) {
            sum += rate;
        }
        mean = sum / SAMPLES;
    }

    public long perSecond() {
        return mean;
    }
}
