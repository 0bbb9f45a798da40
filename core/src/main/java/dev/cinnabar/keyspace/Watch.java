package dev.cinnabar.keyspace;

/**
 * One key that one client watches. Registered with the key's partition and guarded by its lock; only {@link #owner} is
 * called from there.
 */
public final class Watch extends Registration<Watch> {

    /** Whoever watches. Called with the partition's lock held, by any thread: must be quick and take no lock. */
    public interface Owner {
        void touched();
    }

    private final Owner owner;

    /** The key lay there when the watch began, or was exchanged, but its time was over: for the owner it does not exist. */
    private boolean expired;

    Watch(Owner owner, int database, byte[] key, long hash, boolean expired) {
        super(database, key, hash);
        this.owner = owner;
        this.expired = expired;
    }

    Owner owner() {
        return owner;
    }

    boolean expired() {
        return expired;
    }

    void expired(boolean expired) {
        this.expired = expired;
    }
}
