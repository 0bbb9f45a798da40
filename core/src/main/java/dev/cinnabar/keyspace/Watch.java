package dev.cinnabar.keyspace;

import java.util.Arrays;

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
    private boolean expiredAtStart;

    Watch(Owner owner, int database, byte[] key, long hash, boolean expiredAtStart) {
        this.owner = owner;
        this.database = database;
        this.key = key;
        this.hash = hash;
        this.expiredAtStart = expiredAtStart;
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

    boolean expiredAtStart() {
        return expiredAtStart;
    }

    void forgetExpired() {
        expiredAtStart = false;
    }

    public boolean isFor(int database, byte[] key) {
        return this.database == database && Arrays.equals(this.key, key);
    }
}
