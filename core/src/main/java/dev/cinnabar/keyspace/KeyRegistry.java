package dev.cinnabar.keyspace;

import dev.cinnabar.memory.Bytes;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Who is registered at the keys of one partition, found by a key's hash without allocating anything; those of one key in the
 * order in which they came. Guarded by the partition's lock.
 */
public final class KeyRegistry<T extends Registration<T>> {

    private static final int MIN_CHAINS = 16;

    /** Chains by the top bits of the hash: the low ones are the same for all keys of a partition. Null: a chain is empty. */
    private List<@Nullable T> first = newChains(MIN_CHAINS);

    private List<@Nullable T> last = newChains(MIN_CHAINS);
    private int size;

    private static <T> List<@Nullable T> newChains(int n) {
        List<@Nullable T> chains = new ArrayList<>(n);
        for (int i = 0; i < n; i++) {
            chains.add(null);
        }
        return chains;
    }

    public KeyRegistry() {}

    public boolean isEmpty() {
        return size == 0;
    }

    public int size() {
        return size;
    }

    public void add(T registration) {
        if (size == first.size()) {
            resize(first.size() * 2);
        }
        link(registration);
        size++;
    }

    private void link(T registration) {
        int at = chain(registration.hash());
        T before = last.get(at);
        if (before == null) {
            first.set(at, registration);
        } else {
            before.next = registration;
        }
        registration.next = null;
        last.set(at, registration);
    }

    /** Removes a registration, if it is there. */
    public void remove(T registration) {
        int at = chain(registration.hash());
        T before = null;
        for (T r = first.get(at); r != null; r = r.next) {
            if (r.equals(registration)) {
                if (before == null) {
                    first.set(at, r.next);
                } else {
                    before.next = r.next;
                }
                if (r.next == null) {
                    last.set(at, before);
                }
                r.next = null;
                size--;
                if (size < first.size() / 8 && first.size() > MIN_CHAINS) {
                    resize(first.size() / 2);
                }
                return;
            }
            before = r;
        }
    }

    /** The first registration at a key of a database, or null; go on with {@link #next}. */
    public @Nullable T first(int database, Bytes key, long hash) {
        return matching(first.get(chain(hash)), database, key, hash);
    }

    /** The next registration at the same key. */
    public @Nullable T next(T registration, Bytes key) {
        return matching(registration.next, registration.database(), key, registration.hash());
    }

    private @Nullable T matching(@Nullable T from, int database, Bytes key, long hash) {
        T r = from;
        while (r != null && (r.hash() != hash || r.database() != database || !key.contentEquals(r.key()))) {
            r = r.next;
        }
        return r;
    }

    public void forEach(Consumer<T> action) {
        for (T chain : first) {
            for (T r = chain; r != null; r = r.next) {
                action.accept(r);
            }
        }
    }

    private int chain(long hash) {
        return (int) (hash >>> 32) & first.size() - 1;
    }

    private void resize(int chains) {
        List<@Nullable T> old = first;
        first = newChains(chains);
        last = newChains(chains);
        for (T chain : old) {
            T r = chain;
            while (r != null) {
                T next = r.next;
                link(r);
                r = next;
            }
        }
    }
}
