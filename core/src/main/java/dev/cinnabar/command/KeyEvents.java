package dev.cinnabar.command;

import dev.cinnabar.memory.Bytes;

/** Takes what happens to keys, in the order in which it happens to each. */
@FunctionalInterface
public interface KeyEvents {

    /** Nobody is interested. */
    KeyEvents NONE = (eventClass, event, database, key) -> {};

    /**
     * Called with the key's partition locked, by the thread that runs the command: must be quick. The key is valid during
     * the call only.
     *
     * @param eventClass one of the classes of {@link dev.cinnabar.config.EventClasses}
     * @param event its name
     */
    void happened(int eventClass, String event, int database, Bytes key);
}
