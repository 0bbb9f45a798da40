package dev.cinnabar.command;

import dev.cinnabar.memory.Bytes;
import dev.cinnabar.session.Sender;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Takes what happens to keys, in the order in which it happens to each. */
@FunctionalInterface
public interface KeyEvents {

    /**
     * Called with the key's partition locked, by the thread that runs the command: must be quick. The key is valid during
     * the call only.
     *
     * @param eventClass one of the classes of {@link dev.cinnabar.config.EventClasses}
     * @param event its name
     * @param subKeys the parts of the value, such as fields of a hash, that it happened to; empty if it is all of it
     * @param sender who caused it; null if no command did
     */
    void happened(int eventClass, String event, int database, Bytes key, List<byte[]> subKeys, @Nullable Sender sender);
}
