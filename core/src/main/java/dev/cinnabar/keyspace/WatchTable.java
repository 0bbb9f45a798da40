package dev.cinnabar.keyspace;

import dev.cinnabar.memory.Bytes;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The watches on the keys of one partition, found by a key's hash without allocating anything. Guarded by the partition's
 * lock.
 */
final class WatchTable {

    private static final int MIN_CHAINS = 16;

    /** Chains by the top bits of the hash: the low ones are the same for all keys of a partition. */
    private @Nullable Watch[] chains = new @Nullable Watch[MIN_CHAINS];

    private int size;

    boolean isEmpty() {
        return size == 0;
    }

    int size() {
        return size;
    }

    void add(Watch watch) {
        if (size == chains.length) {
            resize(chains.length * 2);
        }
        link(watch);
        size++;
    }

    private void link(Watch watch) {
        int at = chain(watch.hash());
        watch.next = chains[at];
        chains[at] = watch;
    }

    /** Removes a watch, if it is there. */
    void remove(Watch watch) {
        int at = chain(watch.hash());
        Watch before = null;
        for (Watch w = chains[at]; w != null; w = w.next) {
            if (w == watch) {
                if (before == null) {
                    chains[at] = w.next;
                } else {
                    before.next = w.next;
                }
                w.next = null;
                size--;
                if (size < chains.length / 8 && chains.length > MIN_CHAINS) {
                    resize(chains.length / 2);
                }
                return;
            }
            before = w;
        }
    }

    /** The first watch on a key of a database, or null; go on with {@link #next}. */
    @Nullable
    Watch first(int database, Bytes key, long hash) {
        return matching(chains[chain(hash)], database, key, hash);
    }

    /** The next watch on the same key. */
    @Nullable
    Watch next(Watch watch, Bytes key) {
        return matching(watch.next, watch.database(), key, watch.hash());
    }

    private static @Nullable Watch matching(@Nullable Watch from, int database, Bytes key, long hash) {
        Watch w = from;
        while (w != null && (w.hash() != hash || w.database() != database || !key.contentEquals(w.key()))) {
            w = w.next;
        }
        return w;
    }

    void forEach(Consumer<Watch> action) {
        for (Watch chain : chains) {
            for (Watch w = chain; w != null; w = w.next) {
                action.accept(w);
            }
        }
    }

    private int chain(long hash) {
        return (int) (hash >>> 32) & chains.length - 1;
    }

    private void resize(int length) {
        @Nullable Watch[] old = chains;
        chains = new @Nullable Watch[length];
        for (Watch chain : old) {
            Watch w = chain;
            while (w != null) {
                Watch next = w.next;
                link(w);
                w = next;
            }
        }
    }
}
