package dev.cinnabar;

import dev.cinnabar.aof.AofException;
import dev.cinnabar.command.Settings;
import dev.cinnabar.config.ConfigException;
import dev.cinnabar.config.Directive;
import dev.cinnabar.config.Directives;
import dev.cinnabar.net.NetSettings;
import dev.cinnabar.server.Server;
import dev.cinnabar.server.ServerOptions;
import dev.cinnabar.tls.ServerTls;
import dev.cinnabar.tls.TlsException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
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

    /** The TCP port it listens on; if there is none but that for TLS, that one. */
    public int port() {
        return server.port();
    }

    /** The TCP port for clients that speak TLS; 0 if there is none. */
    public int tlsPort() {
        return server.tlsPort();
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
    public static final class Builder extends PersistentBuilder<Builder> {

        private int port = 6379;
        private List<String> addresses = List.of("127.0.0.1", "-::1");
        private int threads = Runtime.getRuntime().availableProcessors();
        private int databases = 16;
        private @Nullable String password;
        private @Nullable Path unixSocket;
        private int tlsPort = -1;
        private @Nullable Path certificate;
        private @Nullable Path key;
        private @Nullable String keyPassphrase;
        private @Nullable Path clientAuthorities;
        private @Nullable SSLContext tlsContext;
        private @Nullable SSLParameters tlsParameters;

        private Builder() {}

        @Override
        Builder self() {
            return this;
        }

        /** The TCP port for clients that do not speak TLS; 0 for any free one, -1 for none. */
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
         * The TCP port for clients that speak TLS; 0 for any free one, -1 for none. What secures it is said by {@link #tls(Path, Path)}
         * or {@link #tls(SSLContext)}.
         */
        public Builder tlsPort(int port) {
            this.tlsPort = port;
            return this;
        }

        /**
         * Secures {@link #tlsPort} with what PEM files hold. Clients need no certificates unless {@link #tlsClients} says so.
         *
         * @param certificate the server's certificate, and those that lead from it to one that clients trust
         * @param key the certificate's private key: PKCS #8, PKCS #1 or SEC 1
         */
        public Builder tls(Path certificate, Path key) {
            this.certificate = certificate;
            this.key = key;
            this.tlsContext = null;
            return this;
        }

        /** The same, with a key that is encrypted. */
        public Builder tls(Path certificate, Path key, String passphrase) {
            this.keyPassphrase = passphrase;
            return tls(certificate, key);
        }

        /** Lets those clients connect whose certificates are signed by one of those in a PEM file; for {@link #tls(Path, Path)}. */
        public Builder tlsClients(Path authorities) {
            this.clientAuthorities = authorities;
            return this;
        }

        /** Secures {@link #tlsPort} with a context of the application's, with its default parameters. */
        public Builder tls(SSLContext context) {
            this.tlsContext = context;
            this.tlsParameters = null;
            this.certificate = null;
            return this;
        }

        /**
         * The same with other parameters.
         *
         * @param parameters protocols, ciphers, whether clients must show certificates
         */
        public Builder tls(SSLContext context, SSLParameters parameters) {
            tls(context);
            this.tlsParameters = parameters;
            return this;
        }

        /**
         * Starts it: when this returns, clients can connect.
         *
         * @throws UncheckedIOException if it cannot listen; or if what is in its directory cannot be loaded, and is left as it
         *     is
         * @throws IllegalStateException if there is to be TLS, and nothing that secures it, or what there is does not work
         */
        public CinnabarServer start() {
            if (tlsPort >= 0 && certificate == null && tlsContext == null) {
                throw new IllegalStateException("a port for TLS needs a certificate or a context");
            }
            Settings settings = new Settings(configuration(), keepsFiles());
            load(settings, Directives.REQUIREPASS, password);
            NetSettings netSettings = new NetSettings(settings.configuration());
            if (tlsContext != null) {
                netSettings.tls = ServerTls.of(tlsContext, tlsParameters);
            } else {
                load(settings, Directives.TLS_CERT_FILE, text(certificate));
                load(settings, Directives.TLS_KEY_FILE, text(key));
                load(settings, Directives.TLS_KEY_FILE_PASS, keyPassphrase);
                load(settings, Directives.TLS_CA_CERT_FILE, text(clientAuthorities));
                load(settings, Directives.TLS_AUTH_CLIENTS, clientAuthorities == null ? "no" : "yes");
            }
            ServerOptions options = new ServerOptions(port, tlsPort, addresses, 511, unixSocket, 0, threads, databases);
            Server server;
            try {
                server = new Server(options, settings, netSettings);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } catch (TlsException e) {
                throw new IllegalStateException(e);
            }
            server.whenToAbort(() -> abort(server, settings));
            try {
                return new CinnabarServer(server.start());
            } catch (IOException e) {
                giveUp(server);
                throw new UncheckedIOException(e);
            } catch (AofException e) {
                giveUp(server);
                throw new UncheckedIOException(new IOException(e.getMessage(), e));
            }
        }

        /** What has been loaded is not all: it must not take the place of what is there. */
        private static void giveUp(Server server) {
            server.engine().saves().atEnd(false);
            server.close();
        }

        /** The program goes on, but no client gets a reply that might not be true after the next start. */
        private static void abort(Server server, Settings settings) {
            settings.failures.accept(
                    "append-only file", new IOException("It cannot be written: the server disconnects all clients"));
            Thread.ofPlatform().daemon().name("cinnabar-abort").start(server.net()::close);
        }

        private static @Nullable String text(@Nullable Path file) {
            return file == null ? null : file.toAbsolutePath().toString();
        }

        private static void load(Settings settings, Directive<?, ?> directive, @Nullable String text) {
            if (text == null) {
                return;
            }
            // The texts of directives are ones of bytes: a char for each.
            String bytes = new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
            try {
                settings.configuration().load(directive.name(), List.of(bytes));
            } catch (ConfigException e) {
                throw new IllegalArgumentException(directive.name() + " cannot be that", e);
            }
        }
    }
}
