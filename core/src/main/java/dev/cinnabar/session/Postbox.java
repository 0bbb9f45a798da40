package dev.cinnabar.session;

import org.jspecify.annotations.Nullable;

/**
 * Where messages are left for the clients that one thread serves: it delivers them in the order in which they were left, never
 * inside of a reply. Thread-safe.
 */
public interface Postbox {

    /**
     * Leaves a message for subscribers that all are this thread's; those whose subscription has ended when it is delivered
     * do not get it.
     *
     * @param subscribers not to be changed
     * @param except who gets it in another way, or null
     */
    void post(Push push, Subscription[] subscribers, @Nullable Session except);
}
