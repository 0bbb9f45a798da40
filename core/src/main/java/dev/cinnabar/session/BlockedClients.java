package dev.cinnabar.session;

import java.util.Iterator;
import java.util.concurrent.ConcurrentSkipListSet;
import org.jspecify.annotations.Nullable;

/** All clients of an engine that wait, in the order in which their time is over. Thread-safe. */
public final class BlockedClients {

    private final ConcurrentSkipListSet<Blocked> all = new ConcurrentSkipListSet<>(Blocked.BY_DEADLINE);

    public BlockedClients() {}

    public void add(Blocked blocked) {
        all.add(blocked);
    }

    public void remove(Blocked blocked) {
        all.remove(blocked);
    }

    public int size() {
        return all.size();
    }

    /** The one whose time is over first, or null. */
    public @Nullable Blocked first() {
        Iterator<Blocked> some = all.iterator();
        return some.hasNext() ? some.next() : null;
    }

    /** When the first one's time is over, in milliseconds since 1970, or {@link Blocked#FOREVER}. */
    public long firstDeadlineMillis() {
        Blocked first = first();
        return first == null ? Blocked.FOREVER : first.deadlineMillis();
    }

    public Iterable<Blocked> all() {
        return all;
    }
}
