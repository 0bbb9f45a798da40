package dev.cinnabar.session;

import dev.cinnabar.keyspace.Registration;
import java.util.Arrays;

/** A key with the clients that may have it in their caches. Guarded by the lock of the key's partition. */
final class TrackedKey extends Registration<TrackedKey> {

    /** Ids in ascending order. */
    private long[] clients = new long[1];

    private int size;

    /** The database is not told apart: a client that caches knows none. */
    TrackedKey(byte[] key, long hash) {
        super(0, key, hash);
    }

    int size() {
        return size;
    }

    long client(int index) {
        return clients[index];
    }

    /** Returns whether it is new. */
    boolean add(long client) {
        int at = Arrays.binarySearch(clients, 0, size, client);
        if (at >= 0) {
            return false;
        }
        if (size == clients.length) {
            clients = Arrays.copyOf(clients, 2 * size);
        }
        System.arraycopy(clients, -at - 1, clients, -at, size + at + 1);
        clients[-at - 1] = client;
        size++;
        return true;
    }
}
