package dev.cinnabar.session;

/** How messages that it has not asked for get to a client. Each kind of client that can take them has one. Thread-safe. */
public interface Inbox {

    /** Where the thread that serves the client finds them. */
    Postbox postbox();

    /** Leaves a message for this client, which may be in other hands by the time it is delivered. */
    void post(Push push);
}
