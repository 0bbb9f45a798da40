package dev.cinnabar.net;

import static java.util.Objects.requireNonNull;

import dev.cinnabar.command.Args;
import dev.cinnabar.command.Dispatcher;
import dev.cinnabar.memory.Bytes;
import dev.cinnabar.resp.ProtocolException;
import dev.cinnabar.resp.Request;
import dev.cinnabar.resp.RequestDecoder;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * What has arrived from several connections, a single small request of each as a rule. They are looked at together before the
 * first is run, as the requests of one pipeline are: the cache misses of their look-ups then overlap. Owned by the loop's
 * thread.
 */
final class Arrivals {

    /** From how many connections. */
    private static final int MAX = 16;

    /** More bytes than this from one connection are a pipeline, which gains nothing here. */
    private static final int MAX_BYTES = 1024;

    private final byte[] bytes = new byte[MAX * MAX_BYTES];
    private final Bytes window = new Bytes();
    private final RequestDecoder decoder = new RequestDecoder();
    private final @Nullable Connection[] connections = new @Nullable Connection[MAX];

    /** Where in {@link #bytes} each ends. */
    private final int[] ends = new int[MAX];

    /** Which of {@link #requests} is all that has arrived, for each; or {@value #NONE}. */
    private final int[] whole = new int[MAX];

    private static final int NONE = -1;

    private final Args[] requests = new Args[MAX];
    private int count;

    Arrivals() {
        for (int i = 0; i < MAX; i++) {
            requests[i] = new Args();
        }
    }

    /** Whether so many bytes of a connection may wait here for others: it has nothing else that comes before or after them. */
    static boolean take(Connection connection, int n) {
        return n <= MAX_BYTES
                && connection.tls == null
                && connection.partial == null
                && connection.large == null
                && connection.held == null
                && !connection.session.isBlocked()
                && connection.session.isAuthenticated()
                && !connection.session.transaction().isOpen();
    }

    void add(Connection connection, ByteBuffer arrived) {
        int from = start(count);
        int n = arrived.remaining();
        arrived.get(bytes, from, n);
        connections[count] = connection;
        ends[count++] = from + n;
    }

    int count() {
        return count;
    }

    boolean isFull() {
        return count == MAX;
    }

    void clear() {
        for (int i = 0; i < count; i++) {
            connections[i] = null;
        }
        count = 0;
    }

    /** Finds the requests, and has them looked at. */
    void prepare(Dispatcher dispatcher, long maxBulkLength) {
        decoder.limits(maxBulkLength, true);
        int found = 0;
        for (int i = 0; i < count; i++) {
            whole[i] = decode(i, requests[found].request()) ? found++ : NONE;
        }
        // In whichever database: what is looked at is a guess.
        dispatcher.prepare(connection(0).session, requests, found);
    }

    /** Whether all that has arrived from a connection is one request. */
    private boolean decode(int i, Request request) {
        window.set(bytes, 0, ends[i]);
        decoder.reset(start(i));
        request.begin(bytes);
        try {
            return decoder.decode(window, ends[i], request) && request.count() > 0 && decoder.start() == ends[i];
        } catch (ProtocolException e) {
            // Said when these bytes are taken like any others.
            return false;
        }
    }

    Connection connection(int i) {
        return requireNonNull(connections[i]);
    }

    /** The one request that has arrived from a connection; null: look at the {@link #bytes}. */
    @Nullable
    Args request(int i) {
        return whole[i] == NONE ? null : requests[whole[i]];
    }

    ByteBuffer bytes(int i) {
        return ByteBuffer.wrap(bytes, start(i), ends[i] - start(i));
    }

    private int start(int i) {
        return i == 0 ? 0 : ends[i - 1];
    }
}
