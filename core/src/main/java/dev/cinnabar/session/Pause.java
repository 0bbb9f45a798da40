package dev.cinnabar.session;

import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * CLIENT PAUSE: for some time commands of connections wait, all or those that write. Thread-safe.
 *
 * <p>A connection that must wait keeps the request, unread, with all that follows it, and runs it again when the pause is over.
 */
public final class Pause {

    /** What waits. */
    public enum Scope {
        NONE,
        WRITE,
        ALL
    }

    private final Set<Session> waiting = ConcurrentHashMap.newKeySet();
    private volatile Scope scope = Scope.NONE;
    private volatile long untilMillis;

    public Pause() {}

    /** Begins a pause; of one that there is, the wider scope and the later end stay. */
    public synchronized void begin(Scope newScope, long nowMillis, long newUntilMillis) {
        boolean first = untilMillis() <= nowMillis || scope == Scope.NONE;
        untilMillis = first ? newUntilMillis : Math.max(untilMillis, newUntilMillis);
        scope = first || newScope.compareTo(scope) > 0 ? newScope : scope;
    }

    /** Whether there is one; it may have reached its end. */
    public boolean isOn() {
        return scope != Scope.NONE;
    }

    public Scope scope() {
        return scope;
    }

    /** When it ends by itself, in milliseconds since 1970; {@link Long#MAX_VALUE} if there is none. */
    public long untilMillis() {
        return isOn() ? untilMillis : Long.MAX_VALUE;
    }

    /** How many clients wait for its end. */
    public int waiting() {
        return waiting.size();
    }

    /**
     * Makes a client wait that has a connection. Called by its thread.
     *
     * @return false if the pause has ended meanwhile
     */
    public boolean hold(Session session) {
        session.postponed(true);
        waiting.add(session);
        if (!isOn() && waiting.remove(session)) {
            session.postponed(false);
            return false;
        }
        return true;
    }

    /** A client is gone. */
    public void forget(Session session) {
        waiting.remove(session);
    }

    /** Ends the pause: all clients go on. */
    public void end() {
        synchronized (this) {
            scope = Scope.NONE;
        }
        resumeAll();
    }

    private void resumeAll() {
        for (Session session : List.copyOf(waiting)) {
            Resumable client = session.resumable();
            if (waiting.remove(session) && client != null) {
                client.resume();
            }
        }
    }

    /** Ends it if its time is over. */
    public void endIfOver(long nowMillis) {
        synchronized (this) {
            if (untilMillis() > nowMillis) {
                return;
            }
            scope = Scope.NONE;
        }
        resumeAll();
    }
}
