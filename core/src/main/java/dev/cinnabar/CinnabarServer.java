package dev.cinnabar;

import dev.cinnabar.aof.AofException;
import dev.cinnabar.command.Settings;
import dev.cinnabar.config.ConfigException;
import dev.cinnabar.config.Directives;
import dev.cinnabar.net.NetSettings;
import dev.cinnabar.server.Server;
import dev.cinnabar.server.ServerOptions;
import dev.cinnabar.tls.TlsException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A server inside this JVM: any Redis client can connect to it. Thread-safe.
 *
 * <pre>{@code
 * try (CinnabarServer server = CinnabarServer.builder().port(0).start()) {
 *     Jedis client = new Jedis("127.0.0.1", server.port());
 *     ...
 * }
 * }</pre>
 */
public final class CinnabarServer implements AutoCloseable {

    private final Server server;
    private final Cinnabar library;

    private CinnabarServer(Server server) {
        this.server = server;
        this.library = new Cinnabar(server.engine(), server::close);
    }

    /** A builder with the defaults: port 6379 on the loopback interface, 16 databases, a loop for each core. */
    public static Builder builder() {
        return new Builder();
    }

    /** The TCP port it listens on. */
    public int port() {
        return server.port();
    }

    /**
     * The server's own keys, without a socket: what one side writes the other reads. No password is asked here. Closing it
     * closes the server.
     */
    public Cinnabar library() {
        return library;
    }

    /** Disconnects all clients, ends all threads and gives all memory back. Waits until that is done. */
    @Override
    public void close() {
        library.close();
    }

    /** Says how a server shall be. Not thread-safe. */
    public static final class Builder {

        private int port = 6379;
        private List<String> addresses = List.of("127.0.0.1", "-::1");
        private int threads = Runtime.getRuntime().availableProcessors();
        private int databases = 16;
        private @Nullable String password;
        private @Nullable Path unixSocket;

        private Builder() {}

        /** The TCP port; 0 for any free one. */
        public Builder port(int port) {
            this.port = port;
            return this;
        }

        /** The addresses to listen on; {@code *} for all. */
        public Builder bind(String... addresses) {
            this.addresses = List.of(addresses);
            return this;
        }

        /** How many threads serve connections. */
        public Builder threads(int threads) {
            this.threads = threads;
            return this;
        }

        /** How many numbered databases there are. */
        public Builder databases(int databases) {
            this.databases = databases;
            return this;
        }

        /** The password that clients must give. */
        public Builder password(String password) {
            this.password = password;
            return this;
        }

        /** A path where it listens on a unix socket too. */
        public Builder unixSocket(Path path) {
            this.unixSocket = path;
            return this;
        }

        /**
         * Starts it: when this returns, clients can connect.
         *
         * @throws UncheckedIOException if it cannot listen
         */
        public CinnabarServer start() {
            Settings settings = new Settings();
            if (password != null) {
                // The text is one of bytes: a char for each.
                byte[] utf8 = password.getBytes(StandardCharsets.UTF_8);
                String text = new String(utf8, StandardCharsets.ISO_8859_1);
                try {
                    settings.configuration().load(Directives.REQUIREPASS.name(), List.of(text));
                } catch (ConfigException e) {
                    throw new IllegalArgumentException("the password cannot be one", e);
                }
            }
            ServerOptions options = new ServerOptions(port, -1, addresses, 511, unixSocket, 0, threads, databases);
            try {
                return new CinnabarServer(new Server(options, settings, new NetSettings()).start());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } catch (AofException | TlsException e) {
                throw new IllegalStateException(e);
            }
        }
    }
}
