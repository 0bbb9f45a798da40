package dev.cinnabar.compat.harness;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/** A running server process and the connections that a test opened to it. One of each target is shared by all tests of the JVM. */
public final class Server {

    private static final Duration START_LIMIT = Duration.ofSeconds(30);
    private static final Map<Target, Server> SHARED = new LinkedHashMap<>();

    static {
        Runtime.getRuntime().addShutdownHook(new Thread(() -> SHARED.values().forEach(Server::kill)));
    }

    private final Target target;
    private final Process process;
    private final Path directory;
    private final int port;
    private final Version version;
    private final Map<String, String> initialConfig;
    private final ConcurrentLinkedQueue<AutoCloseable> opened = new ConcurrentLinkedQueue<>();

    private Server(Target target, Process process, Path directory, int port, boolean whole) {
        this.target = target;
        this.process = process;
        this.directory = directory;
        this.port = port;
        try (Client client = new Client(port)) {
            if (whole) {
                awaitLoaded(client);
            }
            this.version = readVersion(client);
            this.initialConfig = config(client);
        }
    }

    /** The server of this target that all tests share, started if need be. */
    static synchronized Server shared(Target target) {
        Server server = SHARED.get(target);
        if (server == null || !server.isAlive()) {
            server = start(target, List.of(), true);
            SHARED.put(target, server);
        }
        return server;
    }

    /** The newest real Redis that is installed, to compare with. */
    public static Optional<Server> newestRedis() {
        return Stream.of(Target.REDIS, Target.REDIS_8)
                .filter(target -> target.command().isPresent())
                .map(Server::shared)
                .max(Comparator.comparing(Server::version));
    }

    /** The server under test, beside a real one; empty where it cannot run. */
    public static Optional<Server> cinnabar() {
        return Target.CINNABAR.missing().isPresent() ? Optional.empty() : Optional.of(shared(Target.CINNABAR));
    }

    /** All real servers that are installed, to exchange values with: empty, with their first configuration. */
    public static List<Server> realServers() {
        List<Server> servers = Stream.of(Target.REDIS, Target.REDIS_8, Target.VALKEY)
                .filter(target -> target.command().isPresent())
                .map(Server::shared)
                .toList();
        servers.forEach(Server::reset);
        return servers;
    }

    /** A second server of the same kind for one test, with options of its own; closed after the test. */
    public Server startAnother(String... options) {
        return startAnother(true, options);
    }

    /** The same while it still loads its data. */
    public Server startLoading(String... options) {
        return startAnother(false, options);
    }

    private Server startAnother(boolean whole, String... options) {
        Server another = start(target, List.of(options), whole);
        opened.add(another::stop);
        return another;
    }

    public Target target() {
        return target;
    }

    public boolean isCinnabar() {
        return target == Target.CINNABAR;
    }

    public int port() {
        return port;
    }

    public Version version() {
        return version;
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    /** Asks the process to end, as init systems do. */
    public void terminate() {
        process.destroy();
    }

    /** True if the process ended by itself within the limit. */
    public boolean awaitExit(Duration limit) throws InterruptedException {
        return process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS);
    }

    public int exitCode() {
        return process.exitValue();
    }

    /** Where the process runs, as this process sees it, also where it has another root. */
    public Path workingDirectory() {
        Path seen = Path.of("/proc", Long.toString(process.pid()), "cwd");
        return Files.isDirectory(seen) ? seen : directory;
    }

    /** Ends the process at once, as a crash of it would; returns when it has ended. */
    public void crash() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    /** What the process wrote. */
    public String log() {
        try {
            return Files.readString(directory.resolve("server.log"), StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A new connection in RESP2, closed after the test. */
    public Client connect() {
        Client client = new Client(port);
        opened.add(client);
        return client;
    }

    public Client connect(int protocol) {
        Client client = connect();
        return protocol == 2 ? client : client.hello(protocol);
    }

    /** Has a client library's connection or pool closed after the test. */
    public <T extends AutoCloseable> T closeAfterTest(T resource) {
        opened.add(resource);
        return resource;
    }

    /** Empties all databases and puts back every setting that a test changed. */
    void reset() {
        try (Client client = new Client(port)) {
            client.run("FLUSHALL").isOk();
            Map<String, String> now = config(client);
            initialConfig.forEach((name, value) -> {
                if (!value.equals(now.get(name))) {
                    client.call("CONFIG", "SET", name, value).isOk();
                }
            });
        }
    }

    void closeConnections() throws Exception {
        for (AutoCloseable resource = opened.poll(); resource != null; resource = opened.poll()) {
            resource.close();
        }
    }

    private void stop() throws Exception {
        closeConnections();
        kill();
    }

    private void kill() {
        process.destroyForcibly();
    }

    private static Server start(Target target, List<String> options, boolean whole) {
        List<String> command = target.command().orElseThrow();
        IOException last = null;
        for (int attempt = 0; attempt < 5; attempt++) {
            try {
                return startOnce(target, command, options, whole);
            } catch (IOException e) {
                last = e;
            }
        }
        throw new UncheckedIOException(last);
    }

    /** A port found free can be taken before the server binds it: the caller tries again. */
    private static Server startOnce(Target target, List<String> program, List<String> options, boolean whole)
            throws IOException {
        int port = freePort();
        Path directory = Files.createTempDirectory("compat-" + target.label().replace(' ', '-') + "-");
        directory.toFile().deleteOnExit();
        directory.resolve("server.log").toFile().deleteOnExit(); // before its directory: the last named goes first
        List<String> command = new ArrayList<>(program);
        command.addAll(List.of("--port", Integer.toString(port), "--save", ""));
        if (target == Target.CINNABAR) {
            // Clients on different threads, so that these have something to do with each other.
            command.addAll(List.of("--io-threads", "2", "--io-threads-gather", "no"));
        }
        command.addAll(options);
        Process process = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("server.log").toFile())
                .start();
        awaitListening(process, port, command, directory);
        try {
            return new Server(target, process, directory, port, whole);
        } catch (UncheckedIOException e) {
            String ending = hasEnded(process) ? " ended: " : " broke a connection: ";
            process.destroyForcibly();
            throw new IOException(command + ending + Files.readString(directory.resolve("server.log")), e);
        } catch (RuntimeException | AssertionError e) {
            process.destroyForcibly(); // do not leave it behind without an owner
            throw e;
        }
    }

    private static boolean hasEnded(Process process) {
        try {
            return process.waitFor(START_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private static void awaitListening(Process process, int port, List<String> command, Path directory)
            throws IOException {
        long deadlineNanos = System.nanoTime() + START_LIMIT.toNanos();
        while (true) {
            try (Socket socket = new Socket()) {
                socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
                return;
            } catch (IOException notYet) {
                if (!process.isAlive() || System.nanoTime() > deadlineNanos) {
                    process.destroyForcibly();
                    throw new IOException(
                            command + " did not listen: " + Files.readString(directory.resolve("server.log")), notYet);
                }
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
            }
        }
    }

    /** A server listens before it has loaded its files. */
    private static void awaitLoaded(Client client) {
        long deadlineNanos = System.nanoTime() + START_LIMIT.toNanos();
        Resp info = client.run("INFO persistence").reply();
        while (!info.isError() && info.text().contains("loading:1")) {
            if (System.nanoTime() > deadlineNanos) {
                throw new IllegalStateException("still loading");
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
            info = client.run("INFO persistence").reply();
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    private static Version readVersion(Client client) {
        Resp info = client.run("INFO server").reply();
        if (info.isError()) {
            return Version.UNKNOWN;
        }
        return info.text()
                .lines()
                .filter(line -> line.startsWith("redis_version:"))
                .map(line -> Version.of(line.substring("redis_version:".length())))
                .findFirst()
                .orElse(Version.UNKNOWN);
    }

    private static Map<String, String> config(Client client) {
        Map<String, String> config = new LinkedHashMap<>();
        Resp reply = client.run("CONFIG GET *").reply();
        if (reply.isError()) {
            return config; // a private server with a password
        }
        List<Resp> items = reply.list();
        for (int i = 0; i < items.size(); i += 2) {
            config.put(items.get(i).text(), items.get(i + 1).text());
        }
        return config;
    }
}
