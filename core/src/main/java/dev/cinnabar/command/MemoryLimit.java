package dev.cinnabar.command;

import dev.cinnabar.config.EvictionPolicy;
import dev.cinnabar.keyspace.Eviction;
import dev.cinnabar.values.Entry;
import java.util.random.RandomGenerator;

/**
 * Keeps the memory in use below {@code maxmemory}, by the policy that is set. Owned by one thread, which holds no lock.
 */
final class MemoryLimit {

    /** How many keys go between two looks at the clock. */
    private static final int KEYS_A_LOOK = 16;

    private static final long SHORT_NANOS = 50_000;

    private final Engine engine;
    private final Eviction eviction;
    private long nowMillis;

    MemoryLimit(Engine engine, RandomGenerator random) {
        this.engine = engine;
        this.eviction = new Eviction(engine.keyspace(), random);
    }

    /**
     * Deletes keys until there is room again, but not for long: where there is much to do the background thread goes on.
     *
     * @return false if there is no room, and no key that may go
     */
    boolean makeRoom(long nowMillis) {
        EvictionPolicy policy = engine.settings().evictionPolicy;
        if (policy == EvictionPolicy.NOEVICTION) {
            return false;
        }
        this.nowMillis = nowMillis;
        long begin = engine.clock().nanos();
        long deadline = begin + patienceNanos(engine.settings().evictionTenacity);
        boolean possible = true;
        for (int i = 1; possible && engine.isOverLimit(); i++) {
            possible = evict(policy);
            if (i % KEYS_A_LOOK == 0 && engine.clock().nanos() - deadline > 0) {
                engine.nudge();
                break;
            }
        }
        engine.noteLatency("eviction-cycle", engine.clock().nanos() - begin);
        return possible;
    }

    /** How long a client waits while keys are deleted, for a tenacity of 0 to 100: half a millisecond at 10, then 15 % more each. */
    private static long patienceNanos(int tenacity) {
        if (tenacity <= 10) {
            return SHORT_NANOS * tenacity;
        }
        return tenacity == 100 ? Long.MAX_VALUE / 2 : (long) (10 * SHORT_NANOS * Math.pow(1.15, tenacity - 10));
    }

    private boolean evict(EvictionPolicy policy) {
        boolean expiring = policy.isVolatile();
        return switch (policy) {
            case ALLKEYS_RANDOM, VOLATILE_RANDOM -> eviction.evictAny(expiring);
            case VOLATILE_TTL -> eviction.evictFirstDue();
            case ALLKEYS_LFU, VOLATILE_LFU ->
                eviction.evictWorst(expiring, engine.settings().evictionSamples, this::rareness);
            default -> eviction.evictWorst(expiring, engine.settings().evictionSamples, this::idleness);
        };
    }

    private long rareness(Entry entry) {
        return -engine.frequency(entry.clock(), nowMillis);
    }

    private long idleness(Entry entry) {
        return engine.idleSeconds(entry.clock(), nowMillis);
    }
}
