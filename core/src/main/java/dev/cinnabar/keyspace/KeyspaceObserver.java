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
}
