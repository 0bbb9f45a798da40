package dev.cinnabar.server;

import dev.cinnabar.command.Engine;
import dev.cinnabar.command.Settings;
import dev.cinnabar.commands.Commands;
import dev.cinnabar.keyspace.Clock;
import dev.cinnabar.keyspace.Keyspace;
import dev.cinnabar.net.NetServer;
import dev.cinnabar.net.NetSettings;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import java.util.SplittableRandom;

/** An engine with its sockets. Thread-safe. */
public final class Server implements AutoCloseable {

    private final Engine engine;
    private final NetServer net;
    private final ServerOptions options;
    private final int port;
    private boolean closed;

    /**
     * Opens the sockets and starts to serve.
     *
     * @throws IOException if a socket cannot be opened
     */
    public Server(ServerOptions options, Settings settings, NetSettings netSettings) throws IOException {
        this.options = options;
        List<ServerSocketChannel> sockets = Sockets.open(options);
        this.port = portOf(sockets);
        int cores = Math.max(options.loops(), Runtime.getRuntime().availableProcessors());
        this.engine = new Engine(
                new Keyspace(Keyspace.partitionsFor(cores), options.databases(), Clock.SYSTEM, new SecureRandom()),
                Commands.table(),
                settings,
                new SplittableRandom(new SecureRandom().nextLong()));
        this.net = new NetServer(engine, netSettings, options.loops(), sockets);
    }

    /** Starts all threads. */
    public Server start() {
        engine.start();
        net.start();
        return this;
    }

    private static int portOf(List<ServerSocketChannel> sockets) throws IOException {
        for (ServerSocketChannel socket : sockets) {
            if (socket.getLocalAddress() instanceof InetSocketAddress address) {
                return address.getPort();
            }
        }
        return 0;
    }

    public Engine engine() {
        return engine;
    }

    public NetServer net() {
        return net;
    }

    /** The TCP port it listens on; 0 if none. */
    public int port() {
        return port;
    }

    /** Ends all connections and threads and gives all memory back. */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        net.close();
        engine.close();
        Path path = options.unixSocket();
        if (path != null) {
            try {
                Files.deleteIfExists(path);
            } catch (IOException e) {
                engine.settings().warnings.accept("The unix socket could not be removed: " + e);
            }
        }
    }
}
