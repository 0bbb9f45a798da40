package dev.cinnabar.session;

import dev.cinnabar.acl.User;
import dev.cinnabar.memory.Bytes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The prefixes that clients want to be told of, and the keys with these prefixes that have changed since they were told last.
 * Thread-safe.
 */
final class Broadcasts {

    /** A key that has changed. */
    private static final class Change {
        final byte[] key;
        /** Whose command was the last to change it; null: no client's. */
        @Nullable
        Session by;

        Change(byte[] key) {
            this.key = key;
        }
    }

    private static final class Prefix {
        final byte[] bytes;
        final Set<Session> clients = new LinkedHashSet<>();
        final Map<Bytes.Key, Change> changes = new LinkedHashMap<>();

        Prefix(byte[] bytes) {
            this.bytes = bytes;
        }

        boolean matches(Bytes key) {
            if (key.length() < bytes.length) {
                return false;
            }
            for (int i = 0; i < bytes.length; i++) {
                if (key.byteAt(i) != bytes[i]) {
                    return false;
                }
            }
            return true;
        }
    }

    private final Map<Bytes.Key, Prefix> prefixes = new HashMap<>();
    private volatile int size;

    Broadcasts() {}

    /** How many prefixes there are. */
    int size() {
        return size;
    }

    private static Bytes.Key key(byte[] bytes) {
        return new Bytes.Key(bytes, Arrays.hashCode(bytes));
    }

    synchronized void add(Session session, byte[] prefix) {
        prefixes.computeIfAbsent(key(prefix), k -> new Prefix(prefix)).clients.add(session);
        size = prefixes.size();
    }

    synchronized void remove(Session session, List<byte[]> of) {
        for (byte[] bytes : of) {
            prefixes.computeIfPresent(key(bytes), (k, prefix) -> {
                prefix.clients.remove(session);
                return prefix.clients.isEmpty() ? null : prefix;
            });
        }
        size = prefixes.size();
    }

    /** A key has changed. Returns whether there is someone to be told. */
    synchronized boolean changed(Bytes key, long hash, @Nullable Session by) {
        boolean found = false;
        for (Prefix prefix : prefixes.values()) {
            if (prefix.matches(key)) {
                byte[] bytes = key.toByteArray();
                prefix.changes.computeIfAbsent(new Bytes.Key(bytes, hash), k -> new Change(bytes)).by = by;
                found = true;
            }
        }
        return found;
    }

    /** Hands out what has changed, for each client and prefix, and forgets it. Of keys that he may not read, a client hears nothing. */
    synchronized void send(BiConsumer<Session, List<byte[]>> sink) {
        for (Prefix prefix : prefixes.values()) {
            if (prefix.changes.isEmpty()) {
                continue;
            }
            for (Session client : prefix.clients) {
                ClientTracking tracking = client.tracking();
                User user = client.user();
                List<byte[]> keys = new ArrayList<>(prefix.changes.size());
                for (Change change : prefix.changes.values()) {
                    boolean isWanted = tracking == null || !tracking.isNoLoop() || change.by != client;
                    if (isWanted && user.mayRead(Bytes.of(change.key))) {
                        keys.add(change.key);
                    }
                }
                if (!keys.isEmpty()) {
                    sink.accept(client, keys);
                }
            }
            prefix.changes.clear();
        }
    }
}
