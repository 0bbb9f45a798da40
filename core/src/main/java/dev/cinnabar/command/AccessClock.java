package dev.cinnabar.command;

import java.util.random.RandomGenerator;

/**
 * The 24 bits in an entry that say when or how often its key was used, for eviction and OBJECT. Stateless.
 *
 * <p>For the least recently used: the time in seconds. For the least frequently used: the time in minutes in the upper 16
 * bits, and below a counter that is incremented ever more seldom and decays with time (Morris, "Counting large numbers of
 * events in small registers", 1978). All times wrap round.
 */
final class AccessClock {

    private static final int SECONDS_MASK = 0xffffff;
    private static final int MINUTES_MASK = 0xffff;
    private static final int MAX_COUNT = 255;

    /** What a new key begins with, lest it be evicted before it can be used again. */
    private static final int FIRST_COUNT = 5;

    private AccessClock() {}

    static int seconds(long nowMillis) {
        return (int) (nowMillis / 1000) & SECONDS_MASK;
    }

    /** The clock of a key that was used so long ago; what is longer than can be told, is as long as can be told. */
    static int idleFor(long idleSeconds, long nowMillis) {
        return (int) (nowMillis / 1000 - Math.min(idleSeconds, SECONDS_MASK)) & SECONDS_MASK;
    }

    /** Seconds since a key was used. */
    static long idleSeconds(int clock, long nowMillis) {
        return nowMillis / 1000 - clock & SECONDS_MASK;
    }

    /** The clock of a new key that counts. */
    static int firstCount(long nowMillis) {
        return minutes(nowMillis) << 8 | FIRST_COUNT;
    }

    /** The clock of a key that counts and has this count now. */
    static int withCount(int count, long nowMillis) {
        return minutes(nowMillis) << 8 | count;
    }

    /** The clock of a key that counts and is used. */
    static int counted(int before, long nowMillis, int decayMinutes, int logFactor, RandomGenerator random) {
        int count = count(before, nowMillis, decayMinutes);
        if (count < MAX_COUNT) {
            double base = Math.max(0, count - FIRST_COUNT);
            if (random.nextDouble() < 1 / (base * logFactor + 1)) {
                count++;
            }
        }
        return minutes(nowMillis) << 8 | count;
    }

    /** The count as of now: one less for each {@code decayMinutes} since the last use; 0 for no decay. */
    static int count(int clock, long nowMillis, int decayMinutes) {
        int count = clock & MAX_COUNT;
        if (decayMinutes == 0) {
            return count;
        }
        int idleMinutes = minutes(nowMillis) - (clock >>> 8) & MINUTES_MASK;
        return Math.max(0, count - idleMinutes / decayMinutes);
    }

    private static int minutes(long nowMillis) {
        return (int) (nowMillis / 60_000) & MINUTES_MASK;
    }
}
