package dev.cinnabar.keyspace;

import org.jspecify.annotations.Nullable;

/** Somebody's interest in one key of one database. Registered with the key's partition and guarded by its lock. */
public abstract class Registration<T extends Registration<T>> {

    private final int database;
    private final byte[] key;
    private final long hash;

    /** The next in the same chain of the {@link KeyRegistry}. */
    @Nullable
    T next;

    protected Registration(int database, byte[] key, long hash) {
        this.database = database;
        this.key = key;
        this.hash = hash;
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
}
