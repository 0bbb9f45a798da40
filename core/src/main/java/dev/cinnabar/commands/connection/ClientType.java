package dev.cinnabar.commands.connection;

import dev.cinnabar.memory.Bytes;
import dev.cinnabar.resp.RedisError;
import dev.cinnabar.session.Session;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The kinds of clients that CLIENT LIST and CLIENT KILL tell apart. */
enum ClientType {
    NORMAL,
    MASTER,
    REPLICA,
    PUBSUB;

    /** The kind of a name in any case, or null; {@code slave} is the old word for a replica. */
    static @Nullable ClientType named(Bytes name) {
        if (name.equalsIgnoreCase("slave")) {
            return REPLICA;
        }
        for (ClientType type : values()) {
            if (name.equalsIgnoreCase(type.name().toLowerCase(Locale.ROOT))) {
                return type;
            }
        }
        return null;
    }

    static RedisError unknown(Bytes name) {
        return RedisError.showing("ERR Unknown client type '" + name.shown(Integer.MAX_VALUE) + "'");
    }

    /** What a client is: there are no replicas yet. */
    boolean includes(Session session) {
        return this == (session.isSubscriber() ? PUBSUB : NORMAL) && session.peer() != null;
    }
}
