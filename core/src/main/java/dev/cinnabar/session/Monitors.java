package dev.cinnabar.session;

import java.util.concurrent.CopyOnWriteArrayList;

/** The clients that watch what all clients do. Thread-safe. */
public final class Monitors {

    private final CopyOnWriteArrayList<Session> sessions = new CopyOnWriteArrayList<>();

    public Monitors() {}

    /** Whether nobody watches: asked for each command. */
    public boolean isEmpty() {
        return sessions.isEmpty();
    }

    /** A client that has an {@link Inbox} watches from now on. */
    public void add(Session session) {
        if (sessions.addIfAbsent(session)) {
            session.monitor(true);
        }
    }

    public void remove(Session session) {
        if (session.isMonitor() && sessions.remove(session)) {
            session.monitor(false);
        }
    }

    /** Tells all a line. */
    public void tell(byte[] line) {
        Push push = Push.line(line);
        for (Session session : sessions) {
            Inbox inbox = session.inbox();
            if (inbox != null) {
                inbox.post(push);
            }
        }
    }
}
