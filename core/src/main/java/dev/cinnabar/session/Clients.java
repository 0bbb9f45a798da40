package dev.cinnabar.session;

import java.util.Collection;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** All sessions of an engine that have a connection, in the order of their ids. Thread-safe. */
public final class Clients {

    private final ConcurrentSkipListMap<Long, Session> sessions = new ConcurrentSkipListMap<>();
    private final LongAdder received = new LongAdder();
    private final LongAdder rejected = new LongAdder();
    private final LongAdder cutOff = new LongAdder();
    private final LongAdder cutOffForInput = new LongAdder();

    public Clients() {}

    public void add(Session session) {
        sessions.put(session.id(), session);
        received.increment();
    }

    public void remove(Session session) {
        sessions.remove(session.id());
    }

    public int size() {
        return sessions.size();
    }

    public Collection<Session> all() {
        return sessions.values();
    }

    public @Nullable Session find(long id) {
        return sessions.get(id);
    }

    /** A connection was refused because there were too many. */
    public void reject() {
        rejected.increment();
    }

    /** A connection was ended because the client did not read what it got. */
    public void cutOff() {
        cutOff.increment();
    }

    /** A connection was ended because a request was too large. */
    public void cutOffForInput() {
        cutOffForInput.increment();
    }

    public long timesCutOffForInput() {
        return cutOffForInput.sum();
    }

    public long timesCutOff() {
        return cutOff.sum();
    }

    public long received() {
        return received.sum();
    }

    public long rejected() {
        return rejected.sum();
    }

    public void resetStatistics() {
        received.reset();
        rejected.reset();
        cutOff.reset();
        cutOffForInput.reset();
    }
}
