package dev.cinnabar.net;

import dev.cinnabar.command.Engine;
import dev.cinnabar.tls.ServerTls;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/** The thread that accepts connections on all listening sockets and hands them to the loops. Owned by its own thread. */
final class Listener implements Runnable {

    private static final byte[] TOO_MANY = "-ERR max number of clients reached\r\n".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] DENIED =
            ("-DENIED Redis is running in protected mode because protected mode is enabled and no password is set for the"
                            + " default user. In this mode connections are only accepted from the loopback interface. To connect"
                            + " from elsewhere, do one of these: 1) from this machine, send 'CONFIG SET protected-mode no'"
                            + " (make sure the server cannot be reached from the internet); 2) set 'protected-mode no' in the"
                            + " configuration file and restart; 3) start the server with '--protected-mode no'; 4) set a password"
                            + " for the default user.\r\n")
                    .getBytes(StandardCharsets.US_ASCII);

    /** Who is let in nevertheless: as in Redis these two addresses, not all that loop back. */
    private static final Set<InetAddress> LOCAL =
            Set.of(InetAddress.ofLiteral("127.0.0.1"), InetAddress.ofLiteral("::1"));

    private final Engine engine;
    private final NetSettings settings;
    private final List<Loop> loops;
    private final Selector selector;
    private final List<Listening> sockets = new ArrayList<>();
    private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
    private volatile boolean closing;

    Listener(Engine engine, NetSettings settings, List<Loop> loops) throws IOException {
        this.engine = engine;
        this.settings = settings;
        this.loops = loops;
        this.selector = Selector.open();
    }

    /** What a socket is there for. */
    enum Kind {
        PLAIN,
        TLS
    }

    private record Listening(ServerSocketChannel socket, Kind kind) {}

    /** Takes over a bound socket; before the thread starts. */
    void add(ServerSocketChannel socket, Kind kind) throws IOException {
        socket.configureBlocking(false);
        socket.register(selector, SelectionKey.OP_ACCEPT, kind);
        sockets.add(new Listening(socket, kind));
    }

    /**
     * Stops to listen on the TCP sockets of a kind and listens on what {@code now} opens; if that cannot be opened, on what {@code before} opens.
     * Called by any other thread, and waits.
     *
     * @throws IOException why {@code now} could not be opened
     */
    void relisten(Kind kind, NetServer.Opener now, NetServer.Opener before) throws IOException {
        CompletableFuture<@Nullable IOException> outcome = new CompletableFuture<>();
        tasks.add(() -> outcome.complete(replaceTcp(kind, now, before)));
        selector.wakeup();
        IOException failure = outcome.join();
        if (failure != null) {
            throw failure;
        }
    }

    private @Nullable IOException replaceTcp(Kind kind, NetServer.Opener now, NetServer.Opener before) {
        try {
            for (Listening listening : List.copyOf(sockets)) {
                if (listening.kind == kind && listening.socket.getLocalAddress() instanceof InetSocketAddress) {
                    sockets.remove(listening);
                    closeQuietly(listening.socket);
                }
            }
            // Closed sockets are gone only when the selector has let them go.
            selector.selectNow();
            for (ServerSocketChannel socket : now.open()) {
                add(socket, kind);
            }
            return null;
        } catch (IOException e) {
            try {
                for (ServerSocketChannel socket : before.open()) {
                    add(socket, kind);
                }
            } catch (IOException again) {
                e.addSuppressed(again);
            }
            return e;
        }
    }

    void shutDown() {
        closing = true;
        selector.wakeup();
    }

    @Override
    public void run() {
        try {
            while (!closing) {
                try {
                    selector.select(this::accept);
                    for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
                        task.run();
                    }
                } catch (OutOfMemoryError e) {
                    // Loops cut off who has taken the room, and tell of it. Until then nobody new can be welcomed.
                    Thread.onSpinWait();
                }
            }
        } catch (IOException | RuntimeException e) {
            engine.settings().failures.accept("listener", e);
        } finally {
            sockets.forEach(listening -> closeQuietly(listening.socket));
            closeQuietly(selector);
        }
    }

    private void accept(SelectionKey key) {
        ServerSocketChannel socket = (ServerSocketChannel) key.channel();
        try {
            for (SocketChannel channel = socket.accept(); channel != null; channel = socket.accept()) {
                welcome(channel, key.attachment() == Kind.TLS ? settings.tls : null);
            }
        } catch (ClosedChannelException e) {
            key.cancel();
        } catch (IOException e) {
            // Out of descriptors, most likely: it will be tried again with the next selection.
            engine.settings().warnings.accept("Accepting client connection: " + e.getMessage());
        }
    }

    /** @param tls what the connection is to be secured with; null: nothing */
    private void welcome(SocketChannel channel, @Nullable ServerTls tls) {
        try {
            SocketAddress remote = channel.getRemoteAddress();
            byte[] refusal = null;
            if (settings.protectedMode
                    && engine.users().defaultUser().rights().needsNoPassword()
                    && remote instanceof InetSocketAddress inet
                    && !LOCAL.contains(inet.getAddress())) {
                if (tls == null) {
                    refuse(channel, DENIED);
                    return;
                }
                engine.clients().reject();
                refusal = DENIED;
            }
            int clients = 0;
            for (Loop loop : loops) {
                clients += loop.size();
            }
            if (clients >= settings.maxClients) {
                if (tls == null) {
                    refuse(channel, TOO_MANY);
                } else {
                    // There is no way to tell it before a handshake, and that is too much for one client too many.
                    engine.clients().reject();
                    closeQuietly(channel);
                }
                return;
            }
            channel.configureBlocking(false);
            if (remote instanceof InetSocketAddress) {
                channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
                keepAlive(channel);
            }
            Loop loop = loopForNew();
            loop.expectOne();
            byte[] toTell = refusal;
            loop.mailbox().post(() -> loop.add(channel, tls, toTell));
        } catch (IOException e) {
            closeQuietly(channel);
        }
    }

    private Loop loopForNew() {
        double[] loads = new double[loops.size()];
        int[] sizes = new int[loops.size()];
        for (int i = 0; i < loads.length; i++) {
            loads[i] = loops.get(i).load();
            sizes[i] = loops.get(i).size();
        }
        return loops.get(settings.gather ? Balance.forNew(loads, sizes) : Balance.smallest(sizes));
    }

    @SuppressWarnings("unchecked")
    private void keepAlive(SocketChannel channel) throws IOException {
        int seconds = settings.keepaliveSeconds;
        if (seconds <= 0) {
            return;
        }
        channel.setOption(StandardSocketOptions.SO_KEEPALIVE, true);
        // The intervals are options that not every system has; their names are all that java.base knows of them.
        for (SocketOption<?> option : channel.supportedOptions()) {
            switch (option.name()) {
                case "TCP_KEEPIDLE" -> channel.setOption((SocketOption<Integer>) option, seconds);
                case "TCP_KEEPINTERVAL" -> channel.setOption((SocketOption<Integer>) option, Math.max(1, seconds / 3));
                case "TCP_KEEPCOUNT" -> channel.setOption((SocketOption<Integer>) option, 3);
                default -> {}
            }
        }
    }

    private void refuse(SocketChannel channel, byte[] message) throws IOException {
        engine.clients().reject();
        channel.configureBlocking(false);
        channel.write(ByteBuffer.wrap(message));
        closeQuietly(channel);
    }

    static void closeQuietly(AutoCloseable closeable) {
        try {
            closeable.close();
        } catch (Exception e) {
            // It is of no use any more, closed or not.
        }
    }
}
