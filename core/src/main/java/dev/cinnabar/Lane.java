package dev.cinnabar;

import dev.cinnabar.command.Dispatcher;
import dev.cinnabar.command.Engine;
import dev.cinnabar.resp.Request;
import dev.cinnabar.session.Session;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/**
 * What a thread needs to run commands: a dispatcher, room for the request and for the reply. Owned by whoever has its permit;
 * see {@link Lanes}.
 */
final class Lane {

    /** A buffer that one large request has made bigger than this, in bytes, is not kept. */
    private static final int MAX_KEPT = 256 * 1024;

    private static final int PROTOCOL = 3;
    private static final byte[] GET = {'G', 'E', 'T'};
    private static final byte[] SET = {'S', 'E', 'T'};

    private final Semaphore permit = new Semaphore(1);
    private final Engine engine;
    private final Dispatcher dispatcher;
    private final Request request = new Request();
    private final ValueBuilder values = new ValueBuilder();
    private final CopyOut copyOut = new CopyOut();
    private byte[] buffer = new byte[1024];
    private int length;

    /** The session of the calls that have none of their own. */
    private Session session;

    Lane(Engine engine) {
        this.engine = engine;
        this.dispatcher = engine.newDispatcher();
        this.session = newSession(engine);
    }

    static Session newSession(Engine engine) {
        Session session = new Session(null, engine.clock().millis(), true);
        session.protocol(PROTOCOL);
        session.resumable(new LibraryWait());
        return session;
    }

    boolean tryTake() {
        return permit.tryAcquire();
    }

    void take() {
        permit.acquireUninterruptibly();
    }

    void give() {
        permit.release();
    }

    // Requests.

    private void begin() {
        length = 0;
        request.begin(buffer);
    }

    private void add(byte[] word) {
        if (word.length > engine.settings().maxBulkLength) {
            throw new IllegalArgumentException("an argument of " + word.length + " bytes is longer than allowed");
        }
        int end = Math.addExact(length, word.length);
        if (end > buffer.length) {
            buffer = Arrays.copyOf(buffer, Math.max(end, (int) Math.min(2L * buffer.length, Integer.MAX_VALUE - 8)));
            request.moveTo(buffer);
        }
        System.arraycopy(word, 0, buffer, length, word.length);
        request.add(length, word.length);
        length = end;
    }

    private void end() {
        if (buffer.length > MAX_KEPT) {
            buffer = new byte[1024];
        }
        request.trim();
    }

    // Calls.

    /** Runs a command in a session. Null: it waits, and {@link LibraryWait#await} has the reply, which needs no lane. */
    @Nullable
    RespValue call(Session of, String[] words) {
        begin();
        for (String word : words) {
            add(word.getBytes(StandardCharsets.UTF_8));
        }
        return run(of);
    }

    @Nullable
    RespValue call(Session of, byte[][] words) {
        begin();
        for (byte[] word : words) {
            add(word);
        }
        return run(of);
    }

    private @Nullable RespValue run(Session of) {
        if (request.count() == 0) {
            throw new IllegalArgumentException("no command");
        }
        dispatcher.beginBatch();
        dispatcher.dispatch(of, request, values);
        dispatcher.endBatch();
        end();
        RespValue value = values.take();
        if (of.isBlocked()) {
            return null;
        }
        return value == null ? NO_REPLY : value;
    }

    /** What a command returns whose reply the session does not want. */
    static final RespValue NO_REPLY = new RespValue.Nil();

    /**
     * Runs a command outside of any session. Null: it waits, in the session that {@link #takeWaiting} hands out.
     *
     * @throws IllegalStateException if it leaves something behind that only a session can keep
     */
    @Nullable
    RespValue call(String[] words) {
        return stateless(call(session, words), words[0]);
    }

    @Nullable
    RespValue call(byte[][] words) {
        return stateless(call(session, words), "this command");
    }

    private @Nullable RespValue stateless(@Nullable RespValue value, String command) {
        if (value != null && !session.isFresh(PROTOCOL)) {
            engine.endWatches(session);
            session = newSession(engine);
            throw new IllegalStateException(command + " changes the state of a session: call it on one (newSession())");
        }
        return value;
    }

    /** The session in which the last command waits: it is the caller's from now on. */
    Session takeWaiting() {
        Session waiting = session;
        session = newSession(engine);
        return waiting;
    }

    // The fast path.

    int get(byte[] key, byte[] target, int offset, int capacity) {
        copyOut.begin(target, offset, capacity);
        return get(key);
    }

    int get(byte[] key, MemorySegment target) {
        copyOut.begin(target);
        return get(key);
    }

    private int get(byte[] key) {
        begin();
        add(GET);
        add(key);
        return runFast();
    }

    void set(byte[] key, byte[] value) {
        copyOut.begin(MemorySegment.NULL);
        begin();
        add(SET);
        add(key);
        add(value);
        runFast();
    }

    private int runFast() {
        dispatcher.beginBatch();
        dispatcher.dispatch(session, request, copyOut);
        dispatcher.endBatch();
        end();
        return copyOut.end();
    }
}
