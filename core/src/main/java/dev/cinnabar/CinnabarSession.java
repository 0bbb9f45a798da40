package dev.cinnabar;

import dev.cinnabar.session.Session;

/**
 * A client of a {@link Cinnabar} with what a connection would have: a chosen database, a transaction, watched keys, a name.
 * Used by one thread at a time, not always the same; different sessions are independent of each other.
 *
 * <pre>{@code
 * try (CinnabarSession session = cinnabar.newSession()) {
 *     session.call("WATCH", "stock");
 *     long stock = session.call("GET", "stock").asLong();
 *     session.call("MULTI");
 *     session.call("SET", "stock", Long.toString(stock - 1));
 *     boolean done = !session.call("EXEC").isNil();
 * }
 * }</pre>
 */
public final class CinnabarSession implements AutoCloseable {

    private final Cinnabar cinnabar;
    private final Session session;
    private boolean closed;

    CinnabarSession(Cinnabar cinnabar, Session session) {
        this.cinnabar = cinnabar;
        this.session = session;
    }

    /**
     * Runs a command on the calling thread and returns its reply; an error is returned as {@link RespValue.ErrorReply}.
     *
     * @param words the command's name and its arguments, taken as UTF-8
     * @throws IllegalStateException if the session or the engine is closed
     */
    public RespValue call(String... words) {
        checkOpen();
        RespValue reply;
        Lane lane = cinnabar.lanes().take();
        try {
            reply = lane.call(session, words);
        } finally {
            lane.give();
        }
        return ended(reply != null ? reply : LibraryWait.await(cinnabar.engine(), session));
    }

    /** As {@link #call(String...)}, with bytes. The arrays are not kept. */
    public RespValue call(byte[]... words) {
        checkOpen();
        RespValue reply;
        Lane lane = cinnabar.lanes().take();
        try {
            reply = lane.call(session, words);
        } finally {
            lane.give();
        }
        return ended(reply != null ? reply : LibraryWait.await(cinnabar.engine(), session));
    }

    private RespValue ended(RespValue reply) {
        cinnabar.disk().await();
        if (session.isClosing()) {
            end();
        }
        return reply;
    }

    private void checkOpen() {
        if (closed) {
            throw new IllegalStateException("the session is closed");
        }
    }

    private void end() {
        closed = true;
        cinnabar.engine().end(session);
    }

    /** Ends the session: a transaction that is open is discarded, watched keys are forgotten. */
    @Override
    public void close() {
        if (!closed && !cinnabar.lanes().isClosed()) {
            Lane lane = cinnabar.lanes().take();
            try {
                end();
            } finally {
                lane.give();
            }
        }
        closed = true;
    }
}
