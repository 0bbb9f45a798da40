package dev.cinnabar.session;

import dev.cinnabar.text.Numbers;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A message that no request has asked for, on its way to clients: its bytes are made once for each version of the protocol and
 * shared by all who get it. Thread-safe.
 */
public abstract sealed class Push {

    private static final byte[] MESSAGE = ascii("message");
    private static final byte[] PATTERN_MESSAGE = ascii("pmessage");
    private static final byte[] SHARD_MESSAGE = ascii("smessage");
    private static final byte[] INVALIDATE = ascii("invalidate");
    private static final byte[] INVALIDATE_CHANNEL = ascii("__redis__:invalidate");
    private static final byte[] REDIRECTION_BROKEN = ascii("tracking-redir-broken");
    private static final byte[] NIL_3 = ascii("_\r\n");
    private static final byte[] NIL_2 = ascii("$-1\r\n");

    private Push() {}

    /** The message as this client is to get it; null if it gets none. Called by the client's own thread. */
    public abstract byte @Nullable [] bytesFor(Session session);

    /** A line for who watches all commands: a simple string, in both versions of the protocol. */
    static Push line(byte[] text) {
        return new Line(text);
    }

    private static final class Line extends Push {
        private final byte[] bytes;

        Line(byte[] text) {
            bytes = new byte[text.length + 3];
            bytes[0] = '+';
            System.arraycopy(text, 0, bytes, 1, text.length);
            bytes[text.length + 1] = '\r';
            bytes[text.length + 2] = '\n';
        }

        @Override
        public byte @Nullable [] bytesFor(Session session) {
            return session.isMonitor() ? bytes : null;
        }
    }

    /** A message on a channel. */
    static Push message(byte[] channel, byte[] payload) {
        return new Message(MESSAGE, channel, payload);
    }

    /** The same for who has subscribed to a pattern. */
    static Push message(byte[] pattern, byte[] channel, byte[] payload) {
        return new Message(PATTERN_MESSAGE, pattern, channel, payload);
    }

    /** A message on a shard channel. */
    static Push shardMessage(byte[] channel, byte[] payload) {
        return new Message(SHARD_MESSAGE, channel, payload);
    }

    /**
     * Keys have changed that the client may have in its cache.
     *
     * @param keys null: all
     * @param redirected whether they are in the cache of another client, for which this one listens
     */
    static Push invalidation(@Nullable List<byte[]> keys, boolean redirected) {
        return new Invalidation(keys, redirected);
    }

    /** The client that should get the invalidations instead is gone. */
    static Push redirectionBroken(long id) {
        return new RedirectionBroken(id);
    }

    /** In version 2 a message on a channel, for who has subscribed to any; others cannot be told anything there. */
    private static final class Invalidation extends Push {
        private final @Nullable List<byte[]> keys;
        private final boolean redirected;
        private volatile byte @Nullable [] resp2;
        private volatile byte @Nullable [] resp3;

        Invalidation(@Nullable List<byte[]> keys, boolean redirected) {
            this.keys = keys;
            this.redirected = redirected;
        }

        @Override
        public byte @Nullable [] bytesFor(Session session) {
            boolean modern = session.protocol() == 3;
            if (!modern && !(redirected && session.isSubscriber())) {
                return null;
            }
            byte[] bytes = modern ? resp3 : resp2;
            if (bytes == null) {
                bytes = encode(modern);
                if (modern) {
                    resp3 = bytes;
                } else {
                    resp2 = bytes;
                }
            }
            return bytes;
        }

        private byte[] encode(boolean modern) {
            Encoder encoder = new Encoder();
            if (modern) {
                encoder.header('>', 2);
                encoder.bulk(INVALIDATE);
            } else {
                encoder.header('*', 3);
                encoder.bulk(MESSAGE);
                encoder.bulk(INVALIDATE_CHANNEL);
            }
            if (keys == null) {
                encoder.writeBytes(modern ? NIL_3 : NIL_2);
            } else {
                encoder.header('*', keys.size());
                keys.forEach(encoder::bulk);
            }
            return encoder.toByteArray();
        }
    }

    private static final class RedirectionBroken extends Push {
        private final byte[] resp3;

        RedirectionBroken(long id) {
            Encoder encoder = new Encoder();
            encoder.header('>', 2);
            encoder.bulk(REDIRECTION_BROKEN);
            encoder.header(':', id);
            resp3 = encoder.toByteArray();
        }

        @Override
        public byte @Nullable [] bytesFor(Session session) {
            return session.protocol() == 3 ? resp3 : null;
        }
    }

    /** One and the same in both versions, but for the first byte. */
    private static final class Message extends Push {
        private final byte[] resp3;
        private volatile byte @Nullable [] resp2;

        Message(byte[]... elements) {
            Encoder encoder = new Encoder();
            encoder.header('>', elements.length);
            for (byte[] element : elements) {
                encoder.bulk(element);
            }
            resp3 = encoder.toByteArray();
        }

        @Override
        public byte[] bytesFor(Session session) {
            return session.protocol() == 3 ? resp3 : resp2();
        }

        private byte[] resp2() {
            byte[] bytes = resp2;
            if (bytes == null) {
                bytes = resp3.clone();
                bytes[0] = '*';
                resp2 = bytes;
            }
            return bytes;
        }
    }

    /** Writes the protocol. */
    private static final class Encoder extends ByteArrayOutputStream {

        void header(char mark, long n) {
            byte[] digits = new byte[Numbers.MAX_LONG_LENGTH];
            write(mark);
            write(digits, 0, Numbers.writeLong(n, digits, 0));
            write('\r');
            write('\n');
        }

        void bulk(byte[] bytes) {
            header('$', bytes.length);
            writeBytes(bytes);
            write('\r');
            write('\n');
        }
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }
}
