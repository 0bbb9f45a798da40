package dev.cinnabar.persistence;

/** What the access clocks of entries mean, which depends on the policy of eviction. Thread-safe. */
public interface AccessTimes {

    /** Seconds since the last use, or -1 where that is not what decides who goes. */
    long idleSeconds(int clock);

    /** How often it was used, or -1 where that is not what decides who goes. */
    int frequency(int clock);

    /** The clock of an entry that was last used so many seconds ago, or so often; what is negative is not known. */
    int clock(long idleSeconds, int frequency);
}
