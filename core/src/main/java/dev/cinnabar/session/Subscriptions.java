package dev.cinnabar.session;

import dev.cinnabar.memory.Bytes;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What one client has subscribed to. Owned by the client's thread; others may read the sizes, a moment old. */
public final class Subscriptions {

    /** The kinds of subscriptions, each with names of its own. */
    public enum Kind {
        CHANNEL("subscribe", "unsubscribe"),
        PATTERN("psubscribe", "punsubscribe"),
        SHARD("ssubscribe", "sunsubscribe");

        private final String verb;
        private final String opposite;

        Kind(String verb, String opposite) {
            this.verb = verb;
            this.opposite = opposite;
        }

        /** What a client says to subscribe, and is answered. */
        public String verb() {
            return verb;
        }

        /** What it says to end that. */
        public String opposite() {
            return opposite;
        }
    }

    private static final Kind[] KINDS = Kind.values();

    /** Null: none of that kind; most clients never have any. */
    private final @Nullable Map<Bytes.Key, Subscription>[] byKind = newMaps();

    @SuppressWarnings({"unchecked", "rawtypes"})
    private static @Nullable Map<Bytes.Key, Subscription>[] newMaps() {
        return new Map[KINDS.length];
    }

    private long nameBytes;

    Subscriptions() {}

    /** The bytes of the names. */
    long nameBytes() {
        return nameBytes;
    }

    public int size(Kind kind) {
        Map<Bytes.Key, Subscription> some = byKind[kind.ordinal()];
        return some == null ? 0 : some.size();
    }

    /** What a confirmation counts: channels and patterns together, shard channels by themselves. */
    public int counted(Kind kind) {
        return kind == Kind.SHARD ? size(kind) : size(Kind.CHANNEL) + size(Kind.PATTERN);
    }

    public boolean isEmpty() {
        return size(Kind.CHANNEL) + size(Kind.PATTERN) + size(Kind.SHARD) == 0;
    }

    boolean has(Kind kind, Bytes.Key key) {
        Map<Bytes.Key, Subscription> some = byKind[kind.ordinal()];
        return some != null && some.containsKey(key);
    }

    void put(Kind kind, Bytes.Key key, Subscription subscription) {
        Map<Bytes.Key, Subscription> some = byKind[kind.ordinal()];
        if (some == null) {
            some = new LinkedHashMap<>();
            byKind[kind.ordinal()] = some;
        }
        some.put(key, subscription);
        nameBytes += subscription.name().length;
    }

    @Nullable
    Subscription remove(Kind kind, Bytes.Key key) {
        Map<Bytes.Key, Subscription> some = byKind[kind.ordinal()];
        Subscription removed = some == null ? null : some.remove(key);
        nameBytes -= removed == null ? 0 : removed.name().length;
        return removed;
    }

    /** The names of one kind, as they are now. */
    public List<byte[]> names(Kind kind) {
        Map<Bytes.Key, Subscription> some = byKind[kind.ordinal()];
        return some == null
                ? List.of()
                : some.values().stream().map(Subscription::name).toList();
    }
}
