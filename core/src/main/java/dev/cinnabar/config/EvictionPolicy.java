package dev.cinnabar.config;

/** What goes when memory is full: {@code maxmemory-policy}. */
public enum EvictionPolicy {
    VOLATILE_LRU,
    VOLATILE_LFU,
    VOLATILE_RANDOM,
    VOLATILE_TTL,
    VOLATILE_LRM,
    ALLKEYS_LRU,
    ALLKEYS_LFU,
    ALLKEYS_RANDOM,
    ALLKEYS_LRM,
    NOEVICTION;

    /** Whether only keys go that have an expiry. */
    public boolean isVolatile() {
        return ordinal() <= VOLATILE_LRM.ordinal();
    }

    /** Whether it matters how often keys are used, and not when. */
    public boolean isByFrequency() {
        return this == VOLATILE_LFU || this == ALLKEYS_LFU;
    }

    /** Whether it matters when keys were used last. */
    public boolean isByUse() {
        return this == VOLATILE_LRU || this == ALLKEYS_LRU;
    }

    /** Whether only changes of a key count as its use. */
    public boolean isByChange() {
        return this == VOLATILE_LRM || this == ALLKEYS_LRM;
    }
}
