package dev.cinnabar.command;

/**
 * How long something took, each time: counts by duration, in buckets of less than one percent. Written by one thread; others
 * read counts that may be a moment old.
 */
public final class Histogram {

    /*
     * Durations below 256 ns have a bucket each. Above, a power of two is cut into 128 buckets of equal width. That is how
     * Redis' histograms are made (two significant digits), so what is derived from ours has the same limits.
     */

    private static final int EXACT = 256;
    private static final int PER_POWER = 128;
    private static final long LONGEST_NANOS = 1_000_000_000;
    private static final int BUCKETS = indexOf(LONGEST_NANOS) + 1;

    private final long[] counts = new long[BUCKETS];
    private long total;

    Histogram() {}

    private static int indexOf(long nanos) {
        if (nanos < EXACT) {
            return (int) nanos;
        }
        int shift = 56 - Long.numberOfLeadingZeros(nanos);
        return EXACT + (shift - 1) * PER_POWER + (int) (nanos >>> shift) - PER_POWER;
    }

    /** The longest duration of a bucket. */
    private static long longestOf(int index) {
        if (index < EXACT) {
            return index;
        }
        int shift = (index - EXACT) / PER_POWER + 1;
        long first = (long) ((index - EXACT) % PER_POWER + PER_POWER) << shift;
        return first + (1L << shift) - 1;
    }

    void add(long nanos, int times) {
        counts[indexOf(Math.clamp(nanos, 1, LONGEST_NANOS))] += times;
        total += times;
    }

    void add(Histogram other) {
        for (int i = 0; i < BUCKETS; i++) {
            counts[i] += other.counts[i];
        }
        total += other.total;
    }

    public long total() {
        return total;
    }

    /** Takes a limit and how many were not above it. */
    @FunctionalInterface
    public interface StepConsumer {
        void accept(long micros, long count);
    }

    /** The counts below powers of two, from 1024 ns on, each that is more than the one before it. */
    public void forEachStep(StepConsumer sink) {
        long count = 0;
        long told = 0;
        int index = 0;
        for (long power = 1024; count < total && index < BUCKETS; power *= 2) {
            int last = Math.min(indexOf(power), BUCKETS - 1);
            for (; index <= last; index++) {
                count += counts[index];
            }
            if (count > told) {
                sink.accept(longestOf(indexOf(power)) / 1000, count);
                told = count;
            }
            if (last == BUCKETS - 1) {
                break;
            }
        }
    }

    /** A duration that so many percent were not longer than. */
    public long percentileNanos(double percent) {
        long wanted = Math.max(1, (long) (percent / 100 * total + 0.5));
        long count = 0;
        for (int i = 0; i < BUCKETS; i++) {
            count += counts[i];
            if (count >= wanted) {
                return longestOf(i);
            }
        }
        return 0;
    }
}
