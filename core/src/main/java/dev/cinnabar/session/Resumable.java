package dev.cinnabar.session;

import dev.cinnabar.resp.Output;

/** A client that can wait: how the reply gets to it that ends its wait. Each kind of client has one. */
public interface Resumable {

    /**
     * Where to write the reply that ends the wait; asked for anew if nothing came of the last. Called by any thread, by one
     * at a time.
     */
    Output reply();

    /** The reply is written: the client takes it and goes on. Called by the thread that wrote it, which holds no lock. */
    void resume();
}
