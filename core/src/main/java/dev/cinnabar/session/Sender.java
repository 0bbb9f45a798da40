package dev.cinnabar.session;

import org.jspecify.annotations.Nullable;

/**
 * Who causes messages: a thread that runs commands, for the client of the running one. What that client causes for itself
 * does not go through a {@link Postbox} but follows the command's reply. Owned by the thread.
 */
public interface Sender {

    /** The client of the running command; null if it is none that could get a message. */
    @Nullable
    Session session();

    /** Keeps a message for that client until the command's reply is written. */
    void toItself(Push push);
}
