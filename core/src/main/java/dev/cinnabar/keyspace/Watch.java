package dev.cinnabar.keyspace;

import org.jspecify.annotations.Nullable;

/**
 * One key that one client watches. Registered with the key's partition and guarded by its lock; only {@link #owner} is
 * called from there.
 */
public final class Watch {

    /** Whoever watches. Called with the partition's lock held, by any thread: must be quick and take no lock. */
    public interface Owner {
        void touched();
    }

    private final Owner owner;
    private final int database;
    private final byte[] key;
    private final long hash;

    /** The key lay there when the watch began, or was exchanged, but its time was over: for the owner it does not exist. */
    private boolean expired;

    /** The next in the same chain of the {@link WatchTable}. */
    @Nullable
    Watch next;

    Watch(Owner owner, int database, byte[] key, long hash, boolean expired) {
        this.owner = owner;
        this.database = database;
        this.key = key;
        this.hash = hash;
        this.expired = expired;
    }

    Owner owner() {
        return owner;
    }

    public int database() {
        return database;
    }

    public byte[] key() {
        return key;
    }

    public long hash() {
        return hash;
    }

    boolean expired() {
        return expired;
    }

    void expired(boolean expired) {
        this.expired = expired;
    }
}
