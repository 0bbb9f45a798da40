package dev.cinnabar.net;

import dev.cinnabar.acl.Users;
import dev.cinnabar.memory.Buffer;
import dev.cinnabar.memory.BufferAccounting;
import dev.cinnabar.memory.ByteQueue;
import dev.cinnabar.memory.ChunkPool;
import dev.cinnabar.resp.Output;
import dev.cinnabar.resp.Request;
import dev.cinnabar.resp.RequestDecoder;
import dev.cinnabar.resp.RespWriter;
import dev.cinnabar.session.Inbox;
import dev.cinnabar.session.Peer;
import dev.cinnabar.session.Postbox;
import dev.cinnabar.session.Push;
import dev.cinnabar.session.Resumable;
import dev.cinnabar.session.Session;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A client's socket with what has arrived and not yet been run, and what has been answered and not yet been sent. Owned by
 * one loop at a time; others may call what {@link Peer} says. An idle connection holds no buffer.
 */
final class Connection implements Peer, Resumable, Inbox {

    /** A request too large for the loop's buffer, while it arrives: off the heap, with a decoder of its own. */
    static final class LargeInput {
        final Buffer buffer;
        final Request request = new Request();
        final RequestDecoder decoder = new RequestDecoder();

        LargeInput(Buffer buffer) {
            this.buffer = buffer;
        }
    }

    private static final AtomicInteger NUMBERS = new AtomicInteger(7);

    /** The loop that owns it; another one once it has been handed over. */
    volatile Loop loop;

    final SocketChannel channel;

    /** Null on a plain connection. */
    final @Nullable TlsChannel tls;

    final Session session;
    private final int number = NUMBERS.incrementAndGet();
    private final SocketAddress local;
    private final SocketAddress remote;

    @Nullable
    SelectionKey key;

    /** What has arrived of the next request; null if nothing. */
    byte @Nullable [] partial;

    @Nullable
    LargeInput large;

    /** Replies that the socket would not take; null if none. */
    @Nullable
    ByteQueue pending;

    /** Messages that are to be sent when the loop has read all of its mailbox; null if none. */
    @Nullable
    ArrayList<byte[]> pushes;

    /** How many bytes they have. */
    int pushBytes;

    /** What has arrived while the client waits; null if nothing. */
    @Nullable
    Buffer held;

    /** Where in {@link #held} begins what has not been looked at yet. */
    int heldFrom;

    /** Takes the reply that ends a wait; guarded as {@link Resumable} says. */
    private @Nullable LateReply lateReply;

    /** Where the journal must be on disk before {@link #pending} may leave; 0: at once. */
    long heldUntil;

    /** Since when more replies wait than the soft limit allows, in milliseconds; 0: they do not. */
    long overSoftLimitSinceMillis;

    /** What the client is told instead of being served, once it can be; null: it is served. */
    byte @Nullable [] refusal;

    boolean closed;
    private long inputBytes;
    private long outputBytes;
    private long reads;

    Connection(Loop loop, SocketChannel channel, @Nullable TlsChannel tls, long nowMillis, Users users)
            throws IOException {
        this.loop = loop;
        this.channel = channel;
        this.tls = tls;
        this.local = channel.getLocalAddress();
        this.remote = channel.getRemoteAddress();
        this.session = new Session(this, nowMillis, users.defaultUser(), !users.askForPassword());
        session.resumable(this);
        session.inbox(this);
    }

    void received(int bytes) {
        inputBytes += bytes;
        reads++;
    }

    void sent(long bytes) {
        outputBytes += bytes;
    }

    /** Tells the selector what the connection waits for. */
    void updateInterest() {
        SelectionKey registered = key;
        if (registered != null && registered.isValid()) {
            int operations = 0;
            if (heldUntil == 0) {
                operations = tls != null && tls.isWorking() ? 0 : SelectionKey.OP_READ;
                operations |= pending != null ? SelectionKey.OP_WRITE : 0;
            }
            registered.interestOps(operations);
        }
    }

    @Override
    public String remoteAddress() {
        return text(remote);
    }

    @Override
    public String localAddress() {
        return text(local);
    }

    private String text(SocketAddress address) {
        if (address instanceof InetSocketAddress inet) {
            String host = inet.getAddress().getHostAddress();
            return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + inet.getPort();
        }
        return local + ":0";
    }

    @Override
    public int descriptor() {
        return number;
    }

    @Override
    public boolean isUnixSocket() {
        return !(local instanceof InetSocketAddress);
    }

    @Override
    public int loop() {
        return loop.index();
    }

    @Override
    public long queryBytes() {
        byte[] p = partial;
        LargeInput l = large;
        Buffer h = held;
        long arriving = l != null ? l.buffer.length() : p != null ? p.length : 0;
        return h == null ? arriving : arriving + h.length() - heldFrom;
    }

    @Override
    public long outputBytes() {
        ByteQueue p = pending;
        return p != null ? p.length() : 0;
    }

    @Override
    public int outputBlocks() {
        ByteQueue p = pending;
        return p != null ? p.chunks() : 0;
    }

    @Override
    public long totalInputBytes() {
        return inputBytes;
    }

    @Override
    public long totalOutputBytes() {
        return outputBytes;
    }

    @Override
    public long readEvents() {
        return reads;
    }

    /** A reply that another thread writes; it reaches the client through its loop. */
    private static final class LateReply {
        private static final int BYTES = 256;
        final ByteArrayOutputStream bytes = new ByteArrayOutputStream(BYTES);
        final ChunkPool chunks = new ChunkPool(new BufferAccounting());
        final RespWriter writer = new RespWriter(BYTES, chunks, bytes::write);
    }

    @Override
    public Output reply() {
        LateReply fresh = new LateReply();
        lateReply = fresh;
        return fresh.writer;
    }

    @Override
    public void resume() {
        LateReply late = lateReply;
        lateReply = null;
        byte[] bytes;
        if (late == null) {
            bytes = new byte[0];
        } else {
            late.writer.drain();
            late.chunks.close();
            bytes = late.bytes.toByteArray();
        }
        // A connection that waits is not handed over: the loop is still its own.
        Loop owner = loop;
        owner.mailbox().post(() -> owner.resume(this, bytes));
    }

    @Override
    public Postbox postbox() {
        return loop;
    }

    @Override
    public void post(Push push) {
        Loop owner = loop;
        owner.mailbox().post(() -> owner.deliver(this, push));
    }

    @Override
    public void kill() {
        Loop owner = loop;
        owner.mailbox().post(() -> owner.closeWhereverItIs(this));
    }
}
