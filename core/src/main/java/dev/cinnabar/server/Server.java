package dev.cinnabar.server;

import dev.cinnabar.aof.AofException;
import dev.cinnabar.command.Engine;
import dev.cinnabar.command.Host;
import dev.cinnabar.command.LoopFigures;
import dev.cinnabar.command.Settings;
import dev.cinnabar.commands.Commands;
import dev.cinnabar.config.ConfigException;
import dev.cinnabar.config.Configuration;
import dev.cinnabar.config.Directives;
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
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/** An engine with its sockets. Thread-safe. */
public final class Server implements Host, AutoCloseable {

    private final Engine engine;
    private final NetServer net;
    private final ServerOptions options;
    private final Configuration configuration;
    private volatile int port;
    private volatile List<String> addresses;
    private volatile @Nullable Path configFile;
    private volatile @Nullable Runnable whenToEnd;
    private boolean closed;

    /**
     * Opens the sockets.
     *
     * @throws IOException if a socket cannot be opened
     */
    public Server(ServerOptions options, Settings settings, NetSettings netSettings) throws IOException {
        this.options = options;
        this.configuration = settings.configuration();
        List<ServerSocketChannel> sockets = Sockets.open(options);
        this.port = portOf(sockets);
        this.addresses = options.addresses();
        int cores = Math.max(options.loops(), Runtime.getRuntime().availableProcessors());
        this.engine = new Engine(
                new Keyspace(Keyspace.partitionsFor(cores), options.databases(), Clock.SYSTEM, new SecureRandom()),
                Commands.table(),
                settings,
                new SplittableRandom(new SecureRandom().nextLong()));
        this.net = new NetServer(engine, netSettings, options.loops(), sockets);
        engine.host(this);
        configuration.onChange(() -> relisten("Unable to listen on this port. Check server logs."), Directives.PORT);
        configuration.onChange(() -> relisten("Failed to bind to specified addresses."), Directives.BIND);
    }

    /** The file that CONFIG REWRITE writes. */
    public Server configFile(Path file) {
        configFile = file;
        return this;
    }

    /** What SHUTDOWN runs: it is to end the server soon, from another thread. */
    public Server whenToEnd(Runnable action) {
        whenToEnd = action;
        return this;
    }

    /** Listens where the configuration says now. */
    private void relisten(String complaint) throws ConfigException {
        int newPort = (int) configuration.get(Directives.PORT);
        List<String> newAddresses = configuration.get(Directives.BIND);
        int oldPort = port;
        List<String> oldAddresses = addresses;
        if (newPort == oldPort && newAddresses.equals(oldAddresses)) {
            return;
        }
        try {
            net.relisten(() -> openTcp(newAddresses, newPort), () -> openTcp(oldAddresses, oldPort));
            port = newPort;
            addresses = newAddresses;
        } catch (IOException e) {
            engine.settings().log.warning("Warning: " + e.getMessage());
            throw new ConfigException(complaint);
        }
    }

    private List<ServerSocketChannel> openTcp(List<String> on, int number) throws IOException {
        return number == 0 ? List.of() : Sockets.openTcp(on, number, options.backlog());
    }

    // What commands may know and do: as the engine's host.

    @Override
    public List<String> listeners() {
        List<String> listeners = new ArrayList<>();
        if (port > 0) {
            StringBuilder tcp = new StringBuilder("name=tcp");
            addresses.forEach(address -> tcp.append(",bind=").append(address));
            listeners.add(tcp.append(",port=").append(port).toString());
        }
        if (options.unixSocket() != null) {
            listeners.add("name=unix,bind=" + options.unixSocket());
        }
        return listeners;
    }

    @Override
    public @Nullable Path configFile() {
        return configFile;
    }

    @Override
    public int loops() {
        return net.loops();
    }

    @Override
    public List<LoopFigures> loopFigures() {
        return net.loopFigures();
    }

    @Override
    public long inputBytes() {
        return net.inputBytes();
    }

    @Override
    public long outputBytes() {
        return net.outputBytes();
    }

    @Override
    public long bufferBytes() {
        return net.bufferBytes();
    }

    @Override
    public void resetStatistics() {
        net.resetStatistics();
    }

    @Override
    public void abort() {
        Runtime.getRuntime().halt(1);
    }

    @Override
    public boolean canShutDown() {
        return whenToEnd != null;
    }

    @Override
    public boolean shutDown() {
        Runnable action = whenToEnd;
        if (action == null) {
            return false;
        }
        action.run();
        return true;
    }

    /**
     * Starts all threads and loads what is on disk; until this returns clients are told so.
     *
     * @throws AofException if the append-only file that is on disk cannot be loaded
     * @throws IOException if the RDB file that is on disk cannot be loaded
     */
    public Server start() throws AofException, IOException {
        engine.expectLoading();
        net.start();
        engine.open();
        engine.start();
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
    @Override
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
        try {
            engine.saves().end();
        } catch (IOException e) {
            engine.settings().warnings.accept("Error trying to save the DB, it is lost.");
        }
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
