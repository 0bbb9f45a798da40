package dev.cinnabar.server;

import dev.cinnabar.aof.AofException;
import dev.cinnabar.command.Engine;
import dev.cinnabar.command.Host;
import dev.cinnabar.command.LoopFigures;
import dev.cinnabar.command.Settings;
import dev.cinnabar.config.ConfigException;
import dev.cinnabar.config.Configuration;
import dev.cinnabar.config.Directive;
import dev.cinnabar.config.Directives;
import dev.cinnabar.config.NumberDirective;
import dev.cinnabar.keyspace.Clock;
import dev.cinnabar.keyspace.Keyspace;
import dev.cinnabar.net.NetServer;
import dev.cinnabar.net.NetSettings;
import dev.cinnabar.text.Reason;
import dev.cinnabar.tls.ServerTls;
import dev.cinnabar.tls.TlsException;
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

    private static final String PORT_COMPLAINT = "Unable to listen on this port. Check server logs.";
    private static final String BIND_COMPLAINT = "Failed to bind to specified addresses.";

    /** What connections over TLS are made of. */
    private static final Directive<?, ?>[] TLS_DIRECTIVES = {
        Directives.TLS_CERT_FILE,
        Directives.TLS_KEY_FILE,
        Directives.TLS_KEY_FILE_PASS,
        Directives.TLS_CA_CERT_FILE,
        Directives.TLS_CA_CERT_DIR,
        Directives.TLS_AUTH_CLIENTS,
        Directives.TLS_PROTOCOLS,
        Directives.TLS_CIPHERS,
        Directives.TLS_CIPHERSUITES,
        Directives.TLS_PREFER_SERVER_CIPHERS,
        Directives.TLS_SESSION_CACHING,
        Directives.TLS_SESSION_CACHE_SIZE,
        Directives.TLS_SESSION_CACHE_TIMEOUT,
    };

    private final Engine engine;
    private final NetServer net;
    private final ServerOptions options;
    private final Configuration configuration;
    private final NetSettings netSettings;
    private final Endpoint plain;
    private final Endpoint tls;
    private volatile @Nullable Path configFile;
    private volatile @Nullable Runnable whenToEnd;
    private volatile Runnable whenToAbort = () -> Runtime.getRuntime().halt(1);
    private boolean closed;

    /**
     * Opens the sockets.
     *
     * @param netSettings if they have what TLS connections are secured with, the configuration does not say it
     * @throws IOException if a socket cannot be opened
     * @throws TlsException if it is to have a TLS port, and the configuration of TLS does not work
     */
    public Server(ServerOptions options, Settings settings, NetSettings netSettings) throws IOException, TlsException {
        this(options, settings, netSettings, Clock.SYSTEM);
    }

    /** The same with a time of the caller's. */
    Server(ServerOptions options, Settings settings, NetSettings netSettings, Clock clock)
            throws IOException, TlsException {
        this.options = options;
        this.netSettings = netSettings;
        this.configuration = settings.configuration();
        boolean tlsGiven = netSettings.tls != null;
        if (options.tlsPort() >= 0 && !tlsGiven) {
            netSettings.tls = ServerTls.of(configuration);
        }
        List<ServerSocketChannel> sockets = Sockets.open(options);
        List<ServerSocketChannel> tlsSockets = Sockets.openTls(options, sockets);
        this.plain = new Endpoint(false, Directives.PORT, portOf(sockets));
        this.tls = new Endpoint(true, Directives.TLS_PORT, portOf(tlsSockets));
        tellWhereItListens();
        int cores = Math.max(options.loops(), Runtime.getRuntime().availableProcessors());
        this.engine = new Engine(
                new Keyspace(Keyspace.partitionsFor(cores), options.databases(), clock, new SecureRandom()),
                RenamedCommands.table(configuration),
                settings,
                new SplittableRandom(new SecureRandom().nextLong()));
        this.net = new NetServer(engine, netSettings, options.loops(), sockets, tlsSockets);
        engine.host(this);
        configuration.onChange(() -> plain.follow(PORT_COMPLAINT), Directives.PORT);
        if (tlsGiven) {
            configuration.onChange(Server::refuseTls, TLS_DIRECTIVES);
        } else {
            configuration.onChange(this::reloadTls, TLS_DIRECTIVES);
            configuration.onChange(this::reloadTls, Directives.TLS_PORT);
        }
        configuration.onChange(() -> tls.follow(PORT_COMPLAINT), Directives.TLS_PORT);
        configuration.onChange(
                () -> {
                    plain.follow(BIND_COMPLAINT);
                    tls.follow(BIND_COMPLAINT);
                },
                Directives.BIND);
    }

    /** Where port 0 was any free one, or nobody has said: CONFIG GET tells what became of it, and a change of one stays one. */
    private void tellWhereItListens() {
        try {
            configuration.load(Directives.PORT.name(), List.of(Integer.toString(plain.port)));
            configuration.load(Directives.TLS_PORT.name(), List.of(Integer.toString(tls.port)));
            if (!configuration.get(Directives.BIND).equals(options.addresses())) {
                configuration.load(Directives.BIND.name(), options.addresses());
            }
        } catch (ConfigException e) {
            throw new IllegalStateException("a server listens where none can", e);
        }
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

    /** What is done instead of ending the process when the server cannot keep what it has promised. */
    public Server whenToAbort(Runnable action) {
        whenToAbort = action;
        return this;
    }

    /** Where it listens, for clients that speak TLS or for others. */
    private final class Endpoint {
        private final boolean secured;
        private final NumberDirective directive;
        private volatile int port;
        private volatile List<String> addresses = options.addresses();

        Endpoint(boolean secured, NumberDirective directive, int port) {
            this.secured = secured;
            this.directive = directive;
            this.port = port;
        }

        /** Listens where the configuration says now. */
        void follow(String complaint) throws ConfigException {
            int newPort = (int) configuration.get(directive);
            List<String> newAddresses = configuration.get(Directives.BIND);
            int oldPort = port;
            List<String> oldAddresses = addresses;
            if (newPort == oldPort && newAddresses.equals(oldAddresses)) {
                return;
            }
            try {
                net.relisten(secured, () -> openTcp(newAddresses, newPort), () -> openTcp(oldAddresses, oldPort));
                port = newPort;
                addresses = newAddresses;
            } catch (IOException e) {
                engine.settings().log.warning("Warning: " + e.getMessage());
                throw new ConfigException(complaint);
            }
        }

        /** As INFO lists it. */
        String describe(String name) {
            StringBuilder line = new StringBuilder("name=").append(name);
            addresses.forEach(address -> line.append(",bind=").append(address));
            return line.append(",port=").append(port).toString();
        }
    }

    private static void refuseTls() throws ConfigException {
        throw new ConfigException("TLS was set up by the program that this server is part of.");
    }

    /** Reads keys and certificates again; connections that there are keep what they began with. */
    private void reloadTls() throws ConfigException {
        if (configuration.get(Directives.TLS_PORT) == 0 && tls.port == 0) {
            return;
        }
        try {
            netSettings.tls = ServerTls.of(configuration);
        } catch (TlsException e) {
            engine.settings().log.warning(e.getMessage());
            throw new ConfigException("Unable to update TLS configuration. Check server logs.");
        }
    }

    private List<ServerSocketChannel> openTcp(List<String> on, int number) throws IOException {
        return number == 0 ? List.of() : Sockets.openTcp(on, number, options.backlog());
    }

    // What commands may know and do: as the engine's host.

    @Override
    public List<String> listeners() {
        List<String> listeners = new ArrayList<>();
        if (plain.port > 0) {
            listeners.add(plain.describe("tcp"));
        }
        if (options.unixSocket() != null) {
            listeners.add("name=unix,bind=" + options.unixSocket());
        }
        if (tls.port > 0) {
            listeners.add(tls.describe("tls"));
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
        whenToAbort.run();
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

    /** The TCP port it listens on, that for TLS if there is no other; 0 if none. */
    @Override
    public int port() {
        return plain.port > 0 ? plain.port : tls.port;
    }

    /** The TCP port for clients that speak TLS; 0 if none. */
    public int tlsPort() {
        return tls.port;
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
            if (engine.isOpen()) {
                engine.saves().end();
            }
        } catch (IOException e) {
            engine.settings().warnings.accept("Error trying to save the DB, it is lost.");
        }
        engine.close();
        Path path = options.unixSocket();
        if (path != null) {
            try {
                Files.deleteIfExists(path);
            } catch (IOException e) {
                engine.settings().warnings.accept("The unix socket could not be removed: " + Reason.of(e));
            }
        }
    }
}
