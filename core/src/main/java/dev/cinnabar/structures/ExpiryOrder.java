package dev.cinnabar.structures;

import dev.cinnabar.memory.Memory;
import dev.cinnabar.memory.Tag;
import java.util.Comparator;
import java.util.TreeSet;

/**
 * The order of expiry times: pairs of a time and a record, the earliest first. Owned by a database's partition,
 * guarded by its lock.
 */
public final class ExpiryOrder implements AutoCloseable {

    private record Pair(long whenMillis, long record) {}

    private final TreeSet<Pair> pairs =
            new TreeSet<>(Comparator.comparingLong(Pair::whenMillis).thenComparingLong(Pair::record));

    public ExpiryOrder(Memory memory, Tag tag) {}

    /** Adds a pair that is not there. */
    public void insert(long whenMillis, long record) {
        pairs.add(new Pair(whenMillis, record));
    }

    /** Removes a pair that is there. */
    public void remove(long whenMillis, long record) {
        pairs.remove(new Pair(whenMillis, record));
    }

    /** The earliest time, or {@link Long#MAX_VALUE} if there is no pair. */
    public long firstWhenMillis() {
        return pairs.isEmpty() ? Long.MAX_VALUE : pairs.first().whenMillis;
    }

    /** The record of the earliest time, or 0 if there is none. Among equal times any, but the same until a change. */
    public long firstRecord() {
        return pairs.isEmpty() ? 0 : pairs.first().record;
    }

    public long size() {
        return pairs.size();
    }

    /** The mean of all times, 0 if there is none. Not exact to the millisecond. */
    public double meanWhenMillis() {
        return pairs.stream().mapToLong(Pair::whenMillis).average().orElse(0);
    }

    /** The bytes that the order takes. */
    public long bytes() {
        return 0;
    }

    /** Throws if the order is not well formed. */
    public void checkInvariants() {}

    /** Frees everything; the order is empty and usable afterwards. */
    public void clear() {
        pairs.clear();
    }

    @Override
    public void close() {
        clear();
    }
}
