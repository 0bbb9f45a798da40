package dev.cinnabar.command;

import static dev.cinnabar.config.EventClasses.KEYEVENT;
import static dev.cinnabar.config.EventClasses.KEYSPACE;
import static dev.cinnabar.config.EventClasses.SUBKEYEVENT;
import static dev.cinnabar.config.EventClasses.SUBKEYSPACE;
import static dev.cinnabar.config.EventClasses.SUBKEYSPACEEVENT;
import static dev.cinnabar.config.EventClasses.SUBKEYSPACEITEM;

import dev.cinnabar.memory.Bytes;
import dev.cinnabar.session.PubSub;
import dev.cinnabar.session.Sender;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Publishes what happens to keys, on the channels that {@code notify-keyspace-events} asks for. Thread-safe.
 *
 * <p>It is called with the key's partition locked and leaves its messages in postboxes, so subscribers get the events of a key
 * in the order in which they happened, whichever threads caused them.
 */
final class KeyspaceNotifications implements KeyEvents {

    private static final int SUB_KEYS = SUBKEYSPACE | SUBKEYEVENT | SUBKEYSPACEITEM | SUBKEYSPACEEVENT;

    private final Settings settings;
    private final PubSub pubSub;

    KeyspaceNotifications(Settings settings, PubSub pubSub) {
        this.settings = settings;
        this.pubSub = pubSub;
    }

    @Override
    public void happened(
            int eventClass, String event, int database, Bytes key, List<byte[]> subKeys, @Nullable Sender sender) {
        int wanted = settings.events;
        if ((wanted & eventClass) == 0 || pubSub.isIdle()) {
            return;
        }
        Bytes name = Bytes.of(event);
        if ((wanted & KEYSPACE) != 0) {
            pubSub.publish(channel("keyspace", database).with(key), name, sender);
        }
        if ((wanted & KEYEVENT) != 0) {
            pubSub.publish(channel("keyevent", database).with(name), key, sender);
        }
        if ((wanted & SUB_KEYS) != 0 && !subKeys.isEmpty()) {
            publishSubKeys(wanted, event, database, key, subKeys, sender);
        }
    }

    /** Events of parts of a value. One whose name has a {@code |} in it could not be told from what follows. */
    private void publishSubKeys(
            int wanted, String event, int database, Bytes key, List<byte[]> subKeys, @Nullable Sender sender) {
        boolean plain = event.indexOf('|') < 0;
        Bytes name = Bytes.of(event);
        Bytes all = list(subKeys).bytes();
        if ((wanted & SUBKEYSPACE) != 0 && plain) {
            pubSub.publish(
                    channel("subkeyspace", database).with(key),
                    new Text().add(event).add("|").with(all),
                    sender);
        }
        if ((wanted & SUBKEYEVENT) != 0) {
            pubSub.publish(
                    channel("subkeyevent", database).with(name),
                    new Text().add(key.length() + ":").add(key).add("|").with(all),
                    sender);
        }
        if ((wanted & SUBKEYSPACEITEM) != 0 && key.indexOf((byte) '\n') < 0) {
            for (byte[] subKey : subKeys) {
                pubSub.publish(
                        channel("subkeyspaceitem", database).add(key).add("\n").with(Bytes.of(subKey)), name, sender);
            }
        }
        if ((wanted & SUBKEYSPACEEVENT) != 0 && plain) {
            pubSub.publish(
                    channel("subkeyspaceevent", database).add(event).add("|").with(key), all, sender);
        }
    }

    private static Text list(List<byte[]> subKeys) {
        Text text = new Text();
        for (byte[] subKey : subKeys) {
            text.add(text.size() == 0 ? "" : ",").add(subKey.length + ":").add(Bytes.of(subKey));
        }
        return text;
    }

    private static Text channel(String kind, int database) {
        return new Text()
                .add("__")
                .add(kind)
                .add("@")
                .add(Integer.toString(database))
                .add("__:");
    }

    /** Bytes as they are put together. */
    private static final class Text extends ByteArrayOutputStream {

        Text add(String text) {
            writeBytes(text.getBytes(StandardCharsets.UTF_8));
            return this;
        }

        Text add(Bytes bytes) {
            writeBytes(bytes.toByteArray());
            return this;
        }

        Bytes with(Bytes last) {
            return add(last).bytes();
        }

        Bytes bytes() {
            return Bytes.of(toByteArray());
        }
    }
}
