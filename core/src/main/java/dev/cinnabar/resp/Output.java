package dev.cinnabar.resp;

import org.jspecify.annotations.Nullable;

/** A {@link Reply} with what the frame needs besides: counting, and taking back what a failed command began. */
public interface Output extends Reply {

    /** Error replies written so far. */
    long errors();

    /** The last error written, if any. */
    @Nullable
    RedisError lastError();

    /** A position to roll back to: bytes, or replies, so far. */
    long mark();

    /**
     * Takes back all that was written since a mark.
     *
     * @return false if some of it is beyond recall; the connection must then end
     */
    boolean rollback(long mark);

    /** The version of the protocol, 2 or 3, for what follows. */
    void protocol(int version);

    /** Writes whole messages that are encoded already; for a client with a connection only. */
    default void encoded(byte[] bytes) {
        throw new IllegalStateException("no connection");
    }

    /** Whether what follows is thrown away. */
    void mute(boolean muted);
}
