package dev.cinnabar.net;

import dev.cinnabar.config.Configuration;
import dev.cinnabar.config.Directives;
import dev.cinnabar.config.OutputLimits;
import dev.cinnabar.tls.ServerTls;
import org.jspecify.annotations.Nullable;

/** The settings that loops read, taken from the {@link Configuration} whenever that changes. Thread-safe: each field on its own. */
public final class NetSettings {

    private final Configuration configuration;

    /** Connections beyond this are refused. */
    public volatile int maxClients = 10_000;

    /** Whether connections that one thread can serve are served by one; otherwise they are dealt out evenly, and stay. */
    public volatile boolean gather = true;

    /** After how many seconds an idle client is disconnected; 0: never. */
    public volatile int timeoutSeconds;

    /** After how many seconds of silence the system asks whether the peer is still there; 0: never. */
    public volatile int keepaliveSeconds = 300;

    /** Whether clients from other machines are refused as long as there is no password. */
    public volatile boolean protectedMode = true;

    /** The most bytes of requests that may wait for one client. */
    public volatile long queryBufferLimit = 1L << 30;

    /** What TLS connections are secured with; null as long as there is no port for them. */
    public volatile @Nullable ServerTls tls;

    /** Whether the expensive part of a handshake takes a fraction of a millisecond: then the loops do it themselves. */
    public volatile boolean quickHandshakes;

    /** Whether a TLS client is the user whose name its certificate has. */
    public volatile boolean userFromCertificate;

    /** How many bytes of replies and messages may wait for a client of each class to read them. */
    public volatile OutputLimits outputLimits;

    /** Settings by default. */
    public NetSettings() {
        this(new Configuration());
    }

    /** The settings of a configuration, now and whenever it changes. */
    public NetSettings(Configuration configuration) {
        this.configuration = configuration;
        this.outputLimits = configuration.get(Directives.CLIENT_OUTPUT_BUFFER_LIMIT);
        configuration.onChange(
                this::read,
                Directives.MAXCLIENTS,
                Directives.IO_THREADS_GATHER,
                Directives.TIMEOUT,
                Directives.TCP_KEEPALIVE,
                Directives.PROTECTED_MODE,
                Directives.CLIENT_QUERY_BUFFER_LIMIT,
                Directives.CLIENT_OUTPUT_BUFFER_LIMIT,
                Directives.TLS_AUTH_CLIENTS_USER);
        read();
    }

    private void read() {
        userFromCertificate =
                !configuration.get(Directives.TLS_AUTH_CLIENTS_USER).equals("off");
        maxClients = (int) Math.min(configuration.get(Directives.MAXCLIENTS), Integer.MAX_VALUE);
        gather = configuration.get(Directives.IO_THREADS_GATHER);
        timeoutSeconds = (int) configuration.get(Directives.TIMEOUT);
        keepaliveSeconds = (int) configuration.get(Directives.TCP_KEEPALIVE);
        protectedMode = configuration.get(Directives.PROTECTED_MODE);
        queryBufferLimit = configuration.get(Directives.CLIENT_QUERY_BUFFER_LIMIT);
        outputLimits = configuration.get(Directives.CLIENT_OUTPUT_BUFFER_LIMIT);
    }
}
