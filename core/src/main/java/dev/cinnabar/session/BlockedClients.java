package dev.cinnabar.session;

import java.util.Iterator;
import java.util.concurrent.ConcurrentSkipListSet;
import org.jspecify.annotations.Nullable;

/** All clients of an engine that wait, in the order in which they are to be seen to. Thread-safe. */
public final class BlockedClients {

    private final ConcurrentSkipListSet<Blocked> all = new ConcurrentSkipListSet<>(Blocked.BY_DUE_TIME);

    public BlockedClients() {}

    public void add(Blocked blocked) {
        all.add(blocked);
    }

    public void remove(Blocked blocked) {
        all.remove(blocked);
    }

    /** Changes when a client is tried again though no key has changed. It waits, and what guards it is locked. */
    public void reschedule(Blocked blocked, long againMillis) {
        all.remove(blocked);
        blocked.againMillis(againMillis);
        all.add(blocked);
    }

    public int size() {
        return all.size();
    }

    /** The one that is to be seen to first, or null. */
    public @Nullable Blocked first() {
        Iterator<Blocked> some = all.iterator();
        return some.hasNext() ? some.next() : null;
    }

    /** When the first one is to be seen to, in milliseconds since 1970, or {@link Blocked#FOREVER}. */
    public long firstDueMillis() {
        Blocked first = first();
        return first == null ? Blocked.FOREVER : first.dueMillis();
    }

    public Iterable<Blocked> all() {
        return all;
    }
}
