package dev.cinnabar.keyspace;

import dev.cinnabar.memory.Bytes;

/** Learns what happens to keys without a command that says so. Called with the key's partition locked: must be quick. */
public interface KeyspaceObserver {

    /** Whether it wants to know at all. */
    boolean isInterested();

    /** A key was deleted because its time had come. */
    void expired(int database, Bytes key, long hash);

    /** A key was deleted to make room. */
    void evicted(int database, Bytes key, long hash);

    /** A field of a hash was removed because its time had come; {@code last} if the key went with it. */
    void fieldExpired(int database, Bytes key, Bytes field, boolean last);

    /** Whether it keeps a log of all changes. */
    boolean isJournaled();

    /** A key is about to be deleted, and no command that runs will say so in the log. */
    void deleted(int database, Bytes key, boolean evicted);

    /** A field of a hash is about to be removed, and no command that runs will say so in the log. */
    void fieldDeleted(int database, Bytes key, Bytes field);
}
