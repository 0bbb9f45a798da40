package dev.cinnabar.net;

import static java.util.Objects.requireNonNull;

import dev.cinnabar.command.Args;
import dev.cinnabar.command.Dispatcher;
import dev.cinnabar.command.Engine;
import dev.cinnabar.command.LoopFigures;
import dev.cinnabar.memory.Buffer;
import dev.cinnabar.memory.BufferAccounting;
import dev.cinnabar.memory.ByteQueue;
import dev.cinnabar.memory.Bytes;
import dev.cinnabar.memory.ChunkPool;
import dev.cinnabar.resp.ProtocolException;
import dev.cinnabar.resp.RedisError;
import dev.cinnabar.resp.Request;
import dev.cinnabar.resp.RequestDecoder;
import dev.cinnabar.resp.RespWriter;
import dev.cinnabar.session.Postbox;
import dev.cinnabar.session.Push;
import dev.cinnabar.session.Session;
import dev.cinnabar.session.Subscription;
import dev.cinnabar.tls.ServerTls;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A thread that serves some of the connections: it waits for bytes, runs the requests in them and sends the replies, one
 * write a batch; those of several connections after each other. Owned by its own thread; others go through {@link #mailbox}.
 */
final class Loop implements Runnable, Postbox {

    /*
     * Buffers belong to the loop, not to connections: bytes are read into one array, requests are decoded and run where they
     * lie there, replies are gathered in the writer's array and leave through one direct buffer. What is left of an
     * unfinished request moves to an array of the connection, just large enough; a request too large for the loop's array
     * goes on off the heap (Connection.LargeInput). What a socket does not take waits in the connection's ByteQueue, and
     * only then the selector is asked about writing.
     */

    private static final int INPUT_BYTES = 64 * 1024;
    /** How many requests are looked at together before the first is run. */
    private static final int BATCH = 32;

    /** Commands in transactions lie on the heap: those of one client take at most so much of it. */
    private static final long MAX_QUEUED_BYTES = Runtime.getRuntime().maxMemory() / 8;

    /** How many times in a row the same socket is read from while a large request arrives. */
    private static final int MAX_READS = 16;

    /** How many tasks of the mailbox are run before sockets are looked at again. */
    private static final int MAX_TASKS = 1024;

    private static final long TICK_MILLIS = 1000;

    /** The time between two looks at clients that are above a soft limit. */
    private static final long SHORT_TICK_MILLIS = 100;

    /** A TLS client that has not finished its handshake by then is disconnected. */
    private static final long HANDSHAKE_MILLIS = 30_000;

    /** For how long a loop to which another has given way keeps its connections. */
    private static final long TOGETHER_NANOS = 1_000_000_000;

    private final int index;
    private final Engine engine;
    private final NetSettings settings;
    private final BufferAccounting accounting;
    private final Executor handshakes;
    private final ChunkPool chunks;
    private final Selector selector;
    private final LoopMailbox mailbox;
    private final Dispatcher dispatcher;
    private final byte[] input = new byte[2 * INPUT_BYTES];
    private final ByteBuffer directInput = ByteBuffer.allocateDirect(INPUT_BYTES);
    private final Bytes window = new Bytes();
    private final Args[] batch = new Args[BATCH];

    /** Where each request of the batch ends. */
    private final int[] ends = new int[BATCH];

    private final RequestDecoder decoder = new RequestDecoder();
    private final Arrivals arrivals = new Arrivals();

    /** Which of them is being served. */
    private int arrival;

    private final RespWriter writer;
    private final Sender sender;
    private final Consumer<SelectionKey> wakingHandler = this::wake;
    private final Turn turn = this::serve;
    private final Turn arrivalTurn = this::serveArrival;
    private final LoadMeter meter;
    private final IdleCores idleCores;

    /** Whether the load has been measured again. */
    private boolean measured;

    private List<Loop> all = List.of();
    private final Set<Connection> connections = new HashSet<>();

    /** Connections with messages to be sent. */
    private final List<Connection> addressed = new ArrayList<>();

    private final LongAdder inputBytes = new LongAdder();
    private final LongAdder reads = new LongAdder();

    private volatile @Nullable Thread thread;

    /** There since the first TLS connection. */
    private @Nullable TlsTraffic tlsTraffic;

    private @Nullable Connection current;
    private volatile boolean closing;
    private final AtomicInteger size = new AtomicInteger();

    private long togetherUntilNanos;
    private long nextTickMillis;
    private long tickMillis = TICK_MILLIS;

    /** @param handshakes runs the expensive parts of TLS handshakes */
    Loop(int index, Engine engine, NetSettings settings, BufferAccounting accounting, Executor handshakes)
            throws IOException {
        this.index = index;
        this.engine = engine;
        this.togetherUntilNanos = engine.clock().nanos();
        this.idleCores = new IdleCores(IdleCores.LINUX, engine.clock());
        this.meter = new LoadMeter(engine.clock());
        this.settings = settings;
        this.accounting = accounting;
        this.handshakes = handshakes;
        this.chunks = new ChunkPool(accounting);
        this.sender = new Sender(this, engine, settings, chunks);
        this.writer = new RespWriter(Sender.OUTPUT_BYTES, chunks, this::send);
        this.selector = Selector.open();
        this.mailbox = new LoopMailbox(selector);
        this.dispatcher = engine.newDispatcher();
        for (int i = 0; i < BATCH; i++) {
            batch[i] = new Args();
        }
    }

    int index() {
        return index;
    }

    LoopMailbox mailbox() {
        return mailbox;
    }

    /** How many connections it serves, or is about to. */
    int size() {
        return size.get();
    }

    /** A connection is on its way to {@link #add}: it counts from now on. Called by the listener. */
    void expectOne() {
        size.incrementAndGet();
    }

    long inputBytes() {
        return inputBytes.sum();
    }

    long outputBytes() {
        return sender.bytes();
    }

    /** Called by any thread. */
    LoopFigures figures() {
        return new LoopFigures(meter.cycles(), meter.totalNanos(), reads.sum(), sender.writes());
    }

    /** Counts from zero again; called by any thread. */
    void resetStatistics() {
        reads.reset();
        meter.reset();
        inputBytes.reset();
        sender.resetStatistics();
    }

    boolean isClosing() {
        return closing;
    }

    boolean isCurrentThread() {
        return Thread.currentThread() == thread;
    }

    /** Makes the thread end; called by any thread. */
    void shutDown() {
        closing = true;
        selector.wakeup();
    }

    @Override
    public void run() {
        thread = Thread.currentThread();
        try {
            while (!closing) {
                try {
                    cycle();
                } catch (OutOfMemoryError e) {
                    failed("loop " + index, e);
                    sender.sendGathered();
                }
            }
        } catch (IOException | RuntimeException e) {
            engine.settings().failures.accept("loop " + index, e);
        } finally {
            closeAll();
        }
    }

    private void cycle() throws IOException {
        serveReady(tickMillis);
        if (!meter.isWorking()) {
            meter.begin();
        }
        if (measured) {
            // Serves connections too: what that leaves to be sent or written is part of this round.
            balance();
        }
        mailbox.drain(MAX_TASKS);
        sendPushes();
        sender.endRound();
        tick();
        measured = meter.end(dispatcher.lockWaits().nanos());
    }

    /** Waits so long until connections have something to be read or can be written to, 0 for not at all, and serves those. */
    private void serveReady(long timeoutMillis) throws IOException {
        if (timeoutMillis == 0) {
            selector.selectNow(wakingHandler);
        } else {
            selector.select(wakingHandler, timeoutMillis);
        }
        runArrivals();
        sender.sendGathered();
    }

    private void closeAll() {
        mailbox.drain();
        for (Connection connection : new ArrayList<>(connections)) {
            close(connection);
        }
        try {
            selector.close();
        } catch (IOException e) {
            engine.settings().failures.accept("loop " + index, e);
        }
        sender.close();
        chunks.close();
        engine.retire(dispatcher);
    }

    /** Tells a loop of all of them, itself too; before its thread starts. */
    void know(List<Loop> all) {
        this.all = all;
    }

    double load() {
        return meter.load();
    }

    // Connections come and go.

    /**
     * Takes a new connection; called on the loop's thread.
     *
     * @param tls what it is to be secured with; null: nothing
     * @param refusal what the client is to be told instead of being served; null: it is served
     */
    void add(SocketChannel channel, @Nullable ServerTls tls, byte @Nullable [] refusal) {
        if (closing) {
            size.decrementAndGet();
            Listener.closeQuietly(channel);
            return;
        }
        try {
            TlsChannel channelTls = tls == null ? null : new TlsChannel(tls.newEngine());
            Connection connection =
                    new Connection(this, channel, channelTls, engine.clock().millis(), engine.users());
            connection.refusal = refusal;
            connection.key = channel.register(selector, SelectionKey.OP_READ, connection);
            connections.add(connection);
            engine.clients().add(connection.session);
            account(connection);
        } catch (IOException e) {
            size.decrementAndGet();
            Listener.closeQuietly(channel);
        }
    }

    /** Looks whether connections should be served by another loop, and hands them over. */
    private void balance() throws IOException {
        if (all.size() < 2 || !settings.gather) {
            return;
        }
        double[] loads = new double[all.size()];
        double[] lockedOut = new double[all.size()];
        int[] sizes = new int[all.size()];
        for (int i = 0; i < loads.length; i++) {
            loads[i] = all.get(i).load();
            lockedOut[i] = all.get(i).meter.lockedOut();
            sizes[i] = all.get(i).size();
        }
        double idle = idleCores.lately();
        int target = Balance.toShareWith(index, loads, sizes, idle);
        if (target != Balance.NOWHERE) {
            if (togetherUntilNanos - engine.clock().nanos() < 0) {
                handOver(all.get(target), size() / 2);
            }
            return;
        }
        target = Balance.toJoin(index, loads, sizes);
        if (target != Balance.NOWHERE) {
            handOver(all.get(target), size());
            return;
        }
        target = Balance.toGiveWayTo(index, loads, lockedOut, sizes, idle);
        if (target != Balance.NOWHERE) {
            Loop other = all.get(target);
            handOver(other, size());
            other.mailbox.post(other::stayTogether);
        }
    }

    /** Another loop has given way to this one: what it has handed over is not shared at once. */
    private void stayTogether() {
        togetherUntilNanos = engine.clock().nanos() + TOGETHER_NANOS;
    }

    /** Hands over connections that have nothing in this loop's buffers. */
    private void handOver(Loop target, int most) throws IOException {
        List<Connection> moving = new ArrayList<>();
        for (Connection connection : connections) {
            if (moving.size() < most
                    && connection.pending == null
                    && connection.large == null
                    && (connection.tls == null || connection.tls.isOpen())
                    && !connection.session.isBlocked()
                    && !connection.session.isSpecial()) {
                moving.add(connection);
            }
        }
        for (Connection connection : moving) {
            SelectionKey key = connection.key;
            if (key != null) {
                key.cancel();
            }
            connections.remove(connection);
        }
        // Only a selection really takes a cancelled key's socket off the selector.
        serveReady(0);
        for (Connection connection : moving) {
            if (connection.closed) {
                continue;
            }
            // In this order: who counts clients in between must not find one too many, and refuse a new one.
            size.decrementAndGet();
            target.expectOne();
            connection.loop = target;
            target.mailbox.post(() -> target.adopt(connection));
        }
    }

    /** Takes over another loop's connection; called on this loop's thread. */
    private void adopt(Connection connection) {
        if (connection.closed) {
            return;
        }
        connections.add(connection);
        try {
            if (closing) {
                close(connection);
            } else {
                connection.key = connection.channel.register(selector, SelectionKey.OP_READ, connection);
            }
        } catch (IOException e) {
            close(connection);
        }
    }

    /** Ends a connection that may have been handed over in the meantime; called on this loop's thread. */
    void closeWhereverItIs(Connection connection) {
        Loop owner = connection.loop;
        if (owner == this) {
            close(connection);
        } else {
            owner.mailbox.post(() -> owner.closeWhereverItIs(connection));
        }
    }

    /** Runs what was left in the mailbox by others when the thread had ended. */
    void afterEnd() {
        mailbox.drain();
    }

    private void wake(SelectionKey key) {
        if (!meter.isWorking()) {
            meter.begin();
        }
        ready(key);
    }

    private void ready(SelectionKey key) {
        Connection connection = (Connection) key.attachment();
        if (connection.closed) {
            return;
        }
        if (connection.heldUntil != 0) {
            connection.updateInterest();
            return;
        }
        attend(connection, turn);
    }

    /** What a connection does while it is the {@link #current} one. */
    interface Turn {
        void take(Connection connection) throws IOException;
    }

    /** Makes a connection the current one, to which what is written goes, for one turn. */
    void attend(Connection connection, Turn turn) {
        Connection outer = current;
        current = connection;
        try {
            turn.take(connection);
        } catch (IOException e) {
            close(connection);
        } catch (RuntimeException | OutOfMemoryError e) {
            failed(connection, e);
        } finally {
            current = outer;
        }
        account(connection);
    }

    private void serve(Connection connection) throws IOException {
        SelectionKey key = requireNonNull(connection.key);
        if (key.isWritable()) {
            sender.flush(connection);
        }
        if (!connection.closed && key.isReadable()) {
            read(connection);
        }
    }

    /** The client may take more or less memory than before. */
    void account(Connection connection) {
        if (!connection.closed) {
            engine.clientMemory().update(connection.session);
        }
    }

    private void failed(Connection connection, Throwable e) {
        // First of all: what the client made us keep may be what there is no room for.
        close(connection);
        writer.discard();
        failed("connection of " + connection.remoteAddress(), e);
    }

    private void failed(String where, Throwable e) {
        try {
            engine.settings().failures.accept(where, e);
        } catch (OutOfMemoryError again) {
            // There is no room to tell it. The loop has to go on, so that clients can be cut off.
            again.addSuppressed(e);
        }
    }

    // Reading.

    private void read(Connection connection) throws IOException {
        boolean more = readOnce(connection);
        for (int i = 1; more && i < MAX_READS && connection.large != null && !connection.closed; i++) {
            more = readOnce(connection);
        }
    }

    /** Returns whether there may be more to be read. */
    private boolean readOnce(Connection connection) throws IOException {
        TlsChannel tls = connection.tls;
        int room = tls == null ? INPUT_BYTES : INPUT_BYTES - tls.waitingBytes();
        directInput.clear().limit(room);
        int n = connection.channel.read(directInput);
        if (n <= 0) {
            if (n < 0) {
                close(connection);
            }
            return false;
        }
        connection.received(n);
        reads.increment();
        inputBytes.add(n);
        directInput.flip();
        if (Arrivals.take(connection, n)) {
            arrivals.add(connection, directInput);
            if (arrivals.isFull()) {
                runArrivals();
            }
            return false;
        }
        runArrivals();
        if (connection.closed) {
            return false;
        }
        if (tls == null) {
            take(connection, directInput);
        } else {
            tlsTraffic().receive(connection, tls, directInput);
        }
        return n == room;
    }

    /** Runs what has arrived from connections one after the other. */
    private void runArrivals() {
        if (arrivals.count() == 0) {
            return;
        }
        arrivals.prepare(dispatcher, engine.settings().maxBulkLength);
        for (arrival = 0; arrival < arrivals.count(); arrival++) {
            attend(arrivals.connection(arrival), arrivalTurn);
        }
        arrivals.clear();
    }

    private void serveArrival(Connection connection) throws IOException {
        if (connection.closed) {
            return;
        }
        Args args = arrivals.request(arrival);
        if (args == null) {
            take(connection, arrivals.bytes(arrival));
            return;
        }
        Session session = connection.session;
        begin(session);
        if (!session.isClosing()) {
            dispatch(session, args);
            if (session.isPostponed()) {
                hold(connection, arrivals.bytes(arrival));
            }
        }
        finish(connection);
    }

    private void dispatch(Session session, Args args) {
        if (!dispatcher.isQuick(args)) {
            sender.sendGathered();
        }
        dispatcher.dispatch(session, args, writer);
        args.request().trim();
    }

    /** Takes bytes of requests. */
    void take(Connection connection, ByteBuffer arrived) throws IOException {
        // What is queued since MULTI is input that has not been run.
        if (connection.session.transaction().sizeBytes() > Math.min(settings.queryBufferLimit, MAX_QUEUED_BYTES)) {
            tooLong(connection);
            return;
        }
        if (connection.session.isBlocked()) {
            hold(connection, arrived);
        } else {
            consume(connection, arrived);
        }
    }

    private void consume(Connection connection, ByteBuffer arrived) throws IOException {
        Connection.LargeInput large = connection.large;
        if (large != null) {
            appendLarge(connection, large, arrived);
            return;
        }
        int n = arrived.remaining();
        int kept = 0;
        byte[] partial = connection.partial;
        if (partial != null) {
            kept = partial.length;
            System.arraycopy(partial, 0, input, 0, kept);
            connection.partial = null;
        }
        arrived.get(input, kept, n);
        runRequests(connection, kept + n);
    }

    // A client that waits: what it sends meanwhile is kept for later.

    private Buffer held(Connection connection) {
        Buffer held = connection.held;
        if (held == null) {
            held = new Buffer(accounting, settings.queryBufferLimit);
            connection.held = held;
            connection.heldFrom = 0;
        }
        return held;
    }

    private void hold(Connection connection, ByteBuffer arrived) {
        Buffer held = held(connection);
        if (held.length() + (long) arrived.remaining() > settings.queryBufferLimit) {
            tooLong(connection);
            return;
        }
        held.append(arrived);
    }

    /** Keeps the end of {@link #input}: it goes back to where it came from, if that was kept before. */
    private void hold(Connection connection, int from, int n) {
        if (connection.held != null) {
            connection.heldFrom -= n;
        } else if (n > 0) {
            held(connection).append(input, from, n);
        }
    }

    /** Keeps a large request, with what follows it, to be run again: it goes back to where it came from, if that was kept. */
    private static void postpone(Connection connection, Buffer large) {
        if (connection.held == null) {
            connection.held = large;
            connection.heldFrom = 0;
        } else {
            connection.heldFrom -= large.length();
            large.close();
        }
    }

    /** The client waits no more: sends the reply that it waited for, and runs what it has sent meanwhile. */
    void resume(Connection connection, byte[] reply) {
        if (connection.closed) {
            return;
        }
        if (!connection.session.isPostponed()) {
            connection.session.done();
        }
        connection.session.blocked(null);
        connection.session.postponed(false);
        sendPushes(connection);
        attend(connection, c -> {
            if (reply.length > 0) {
                send(reply, 0, reply.length);
            }
            finish(c);
            runHeld(c);
        });
    }

    private void runHeld(Connection connection) throws IOException {
        Buffer held = connection.held;
        while (held != null && !connection.closed && !connection.session.isBlocked()) {
            int n = Math.min(held.length() - connection.heldFrom, INPUT_BYTES);
            if (n == 0) {
                connection.held = null;
                held.close();
                return;
            }
            directInput.clear();
            directInput.put(held.segment().asSlice(connection.heldFrom, n).asByteBuffer());
            directInput.flip();
            connection.heldFrom += n;
            consume(connection, directInput);
        }
    }

    private void runRequests(Connection connection, int end) throws IOException {
        Session session = connection.session;
        window.set(input, 0, end);
        decoder.reset(0);
        begin(session);
        int from = 0;
        boolean more = true;
        while (more && !session.isClosing()) {
            decoder.limits(engine.settings().maxBulkLength, session.isAuthenticated());
            // Before the client has shown who it is, the limits may change with each request.
            int most = session.isAuthenticated() ? BATCH : 1;
            int count = 0;
            int begin = from;
            ProtocolException broken = null;
            try {
                while (count < most) {
                    Request request = batch[count].request();
                    request.begin(input);
                    if (!decoder.decode(window, end, request)) {
                        more = false;
                        break;
                    }
                    from = decoder.start();
                    if (request.count() > 0) {
                        ends[count++] = from;
                    }
                }
            } catch (ProtocolException e) {
                broken = e;
            }
            dispatcher.prepare(session, batch, count);
            for (int i = 0; i < count && !session.isClosing(); i++) {
                dispatch(session, batch[i]);
                if (session.isBlocked()) {
                    // A command that waits for keys has been taken; one that waits for the end of a pause has not.
                    int rest = !session.isPostponed() ? ends[i] : i > 0 ? ends[i - 1] : begin;
                    hold(connection, rest, end - rest);
                    finish(connection);
                    return;
                }
            }
            if (broken != null && !session.isClosing()) {
                refuse(session, broken);
            }
        }
        if (from < end && !session.isClosing()) {
            keep(connection, from, end - from);
        }
        finish(connection);
        Connection.LargeInput large = connection.large;
        if (large != null && !connection.closed) {
            runLarge(connection, large);
        }
    }

    /** Keeps what has arrived of a request until the rest comes. */
    private void keep(Connection connection, int from, int left) {
        if (left < INPUT_BYTES && decoder.needed() - from <= input.length) {
            byte[] rest = new byte[left];
            System.arraycopy(input, from, rest, 0, left);
            connection.partial = rest;
        } else {
            Buffer buffer = new Buffer(accounting, settings.queryBufferLimit);
            buffer.append(input, from, left);
            Connection.LargeInput large = new Connection.LargeInput(buffer);
            large.decoder.reset(0);
            connection.large = large;
        }
    }

    private void begin(Session session) {
        writer.begin(session.protocol());
        dispatcher.beginBatch();
    }

    /** Sends the replies of a batch. What the client takes is counted before: who has read a reply finds it counted. */
    void finish(Connection connection) throws IOException {
        dispatcher.endBatch();
        account(connection);
        writer.drain();
        if (connection.session.isClosing()) {
            sender.sendGathered();
            if (connection.pending == null) {
                close(connection);
            }
        }
    }

    private void refuse(Session session, ProtocolException e) {
        writer.mute(false);
        writer.error(RedisError.showing("ERR " + e.getMessage()));
        dispatcher.statistics().protocolError();
        session.closeAfterReply();
    }

    private void appendLarge(Connection connection, Connection.LargeInput large, ByteBuffer arrived)
            throws IOException {
        if (large.buffer.length() + (long) arrived.remaining() > settings.queryBufferLimit) {
            tooLong(connection);
            return;
        }
        large.buffer.append(arrived);
        runLarge(connection, large);
    }

    /** Ends the connection of a client whose request is larger than requests may be. */
    private void tooLong(Connection connection) {
        engine.clients().cutOffForInput();
        engine.settings()
                .log
                .warning("Closing client that reached max query buffer length: id=" + connection.session.id() + " addr="
                        + connection.remoteAddress() + " qbuf=" + connection.queryBytes());
        close(connection);
    }

    private void runLarge(Connection connection, Connection.LargeInput large) throws IOException {
        Session session = connection.session;
        Buffer buffer = large.buffer;
        int end = buffer.length();
        if (large.decoder.needed() > end) {
            return;
        }
        window.set(buffer.segment(), 0, end);
        large.request.moveTo(buffer.segment());
        begin(session);
        try {
            large.decoder.limits(engine.settings().maxBulkLength, session.isAuthenticated());
            if (!large.decoder.decode(window, end, large.request)) {
                return;
            }
            if (!engine.clientMemory().update(session)) {
                close(connection);
                return;
            }
            if (large.request.count() > 0) {
                sender.sendGathered();
                dispatcher.dispatch(session, large.request, writer);
                // Before the buffer is gone: a slow command is logged with its arguments.
                dispatcher.endBatch();
            }
        } catch (ProtocolException e) {
            refuse(session, e);
        }
        // What came behind the large request is at most one read: it goes the usual way again.
        int from = large.decoder.start();
        int left = session.isClosing() ? 0 : end - from;
        if (left > input.length) {
            throw new IllegalStateException("left behind a request: " + left);
        }
        if (left > 0) {
            window.set(buffer.segment(), from, left).copyTo(0, input, 0, left);
        }
        connection.large = null;
        if (session.isPostponed()) {
            postpone(connection, buffer);
            finish(connection);
            return;
        }
        buffer.close();
        if (session.isBlocked()) {
            hold(connection, 0, left);
            finish(connection);
        } else if (left > 0) {
            runRequests(connection, left);
        } else {
            finish(connection);
        }
    }

    // Messages that no request has asked for.

    /*
     * They come through the mailbox, and so between batches, when no reply is half written. Those for one connection are
     * gathered, as references to bytes that all connections share, until the mailbox is read: one write for all.
     */

    @Override
    public void post(Push push, Subscription[] subscribers, @Nullable Session except) {
        mailbox.post(() -> deliver(push, subscribers, except));
    }

    private void deliver(Push push, Subscription[] subscribers, @Nullable Session except) {
        for (Subscription subscription : subscribers) {
            Session session = subscription.session();
            if (subscription.isActive() && session != except && session.inbox() instanceof Connection connection) {
                gather(connection, push);
            }
        }
    }

    /** Delivers a message to a connection that may have been handed over in the meantime; called on this loop's thread. */
    void deliver(Connection connection, Push push) {
        Loop owner = connection.loop;
        if (owner == this) {
            gather(connection, push);
        } else {
            owner.mailbox.post(() -> owner.deliver(connection, push));
        }
    }

    private void gather(Connection connection, Push push) {
        byte[] bytes = connection.closed ? null : push.bytesFor(connection.session);
        if (bytes == null) {
            return;
        }
        if (connection.pushes == null) {
            connection.pushes = new ArrayList<>(1);
            addressed.add(connection);
        }
        connection.pushes.add(bytes);
        connection.pushBytes += bytes.length;
        if (connection.pushBytes > Sender.OUTPUT_BYTES) {
            sendPushes(connection);
        }
    }

    private void sendPushes() {
        for (int i = 0; i < addressed.size(); i++) {
            sendPushes(addressed.get(i));
        }
        addressed.clear();
    }

    private void sendPushes(Connection connection) {
        List<byte[]> pushes = connection.pushes;
        if (pushes == null) {
            return;
        }
        connection.pushes = null;
        connection.pushBytes = 0;
        if (connection.closed) {
            return;
        }
        attend(connection, _ -> {
            for (byte[] bytes : pushes) {
                writer.encoded(bytes);
            }
            writer.drain();
        });
    }

    // Writing: see Sender.

    /** Takes what the writer has gathered for the current connection. */
    private void send(byte[] bytes, int offset, int length) {
        Connection connection = current;
        if (connection == null || connection.closed) {
            return;
        }
        TlsChannel tls = connection.tls;
        if (tls == null) {
            sender.send(connection, bytes, offset, length);
        } else {
            tlsTraffic().send(connection, tls, bytes, offset, length);
        }
    }

    private TlsTraffic tlsTraffic() {
        TlsTraffic traffic = tlsTraffic;
        if (traffic == null) {
            traffic = new TlsTraffic(this, engine, settings, dispatcher, sender, handshakes, INPUT_BYTES);
            tlsTraffic = traffic;
        }
        return traffic;
    }

    // Time.

    private void tick() {
        long now = engine.clock().millis();
        if (now < nextTickMillis) {
            return;
        }
        tickMillis = TICK_MILLIS;
        int timeout = settings.timeoutSeconds;
        for (Connection connection : new ArrayList<>(connections)) {
            TlsChannel tls = connection.tls;
            if (tls != null && !tls.isOpen() && now - connection.session.createdMillis() > HANDSHAKE_MILLIS) {
                close(connection);
            } else if (timeout > 0
                    && !connection.session.isBlocked()
                    && now - connection.session.lastUsedMillis() > timeout * 1000L) {
                close(connection);
            } else if (connection.pending != null) {
                sender.checkLimits(connection);
            }
        }
        nextTickMillis = now + tickMillis;
    }

    /** Has clients above a soft limit looked at before the usual time. */
    void tickSoon(long nowMillis) {
        tickMillis = SHORT_TICK_MILLIS;
        nextTickMillis = Math.min(nextTickMillis, nowMillis + tickMillis);
    }

    /** Ends a connection; called on the loop's thread. */
    void close(Connection connection) {
        sender.sendGathered();
        if (connection.closed) {
            return;
        }
        connection.closed = true;
        if (connection == current) {
            // Perhaps in the middle of a command, which may have much to write still, with others behind it.
            writer.abandon();
        }
        connection.session.closeAfterReply();
        connections.remove(connection);
        size.decrementAndGet();
        engine.end(connection.session);
        Connection.LargeInput large = connection.large;
        if (large != null) {
            connection.large = null;
            large.buffer.close();
        }
        Buffer held = connection.held;
        if (held != null) {
            connection.held = null;
            held.close();
        }
        ByteQueue pending = connection.pending;
        TlsChannel tls = connection.tls;
        if (tls != null && pending == null) {
            tlsTraffic().sendFarewell(connection, tls);
        }
        if (pending != null) {
            connection.pending = null;
            pending.close();
        }
        SelectionKey key = connection.key;
        if (key != null) {
            key.cancel();
        }
        Listener.closeQuietly(connection.channel);
    }
}
