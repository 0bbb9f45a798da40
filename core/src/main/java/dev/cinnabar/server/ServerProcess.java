package dev.cinnabar.server;

import dev.cinnabar.acl.AclException;
import dev.cinnabar.acl.UsersFile;
import dev.cinnabar.aof.AofException;
import dev.cinnabar.command.Settings;
import dev.cinnabar.config.ConfigException;
import dev.cinnabar.config.Configuration;
import dev.cinnabar.config.Directives;
import dev.cinnabar.log.FileLog;
import dev.cinnabar.net.NetSettings;
import dev.cinnabar.persistence.RdbException;
import dev.cinnabar.text.LongDouble;
import dev.cinnabar.text.Reason;
import dev.cinnabar.tls.TlsException;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * The life of a server that has a process of its own: from its sockets to its last line in the log. Used once, by the main
 * thread and, on a signal, by the JVM's shutdown thread.
 *
 * <p>SHUTDOWN ends it, and so do SIGTERM and SIGINT; then the exit code is 0.
 */
final class ServerProcess {

    private final Configuration configuration;
    private final FileLog log;
    private final CountDownLatch toEnd = new CountDownLatch(1);
    private final AtomicBoolean ending = new AtomicBoolean();
    private volatile @Nullable Metrics metrics;

    ServerProcess(Configuration configuration, FileLog log) {
        this.configuration = configuration;
        this.log = log;
    }

    /** Serves until it is told to end; returns the exit code, or -1 if the JVM is ending already. */
    int run(@Nullable Path configFile) {
        ServerOptions options = options();
        if (options.port() < 0 && options.tlsPort() < 0 && options.unixSocket() == null) {
            log.warning("Configured to not listen anywhere, exiting.");
            return 1;
        }
        NetSettings netSettings = new NetSettings(configuration);
        SystemCryptography cryptography = new SystemCryptography(configuration, netSettings, log);
        cryptography.follow();
        configuration.onChange(cryptography::follow, Directives.TLS_PORT);
        Server server;
        try {
            server = new Server(options, settings(), netSettings);
        } catch (TlsException e) {
            log.warning(e.getMessage());
            log.warning("Failed to configure TLS. Check logs for more info.");
            return 1;
        } catch (IOException e) {
            String reason = String.valueOf(e.getMessage());
            if (reason.startsWith(Sockets.UNIX_FAILURE)) {
                log.warning(reason);
            } else {
                log.warning("Warning: " + reason);
                boolean tcp = reason.contains(":" + options.port() + ":");
                log.warning("Failed listening on port "
                        + (tcp ? options.port() + " (tcp)" : options.tlsPort() + " (tls)") + ", aborting.");
            }
            return 1;
        }
        if (configFile != null) {
            server.configFile(configFile);
        }
        if (!loadUsers(server)) {
            server.close();
            return 1;
        }
        server.whenToEnd(() -> {
            toEnd.countDown();
            server.engine().saves().cancelLoading();
        });
        configuration.onChange(() -> log.threshold(configuration.get(Directives.LOGLEVEL)), Directives.LOGLEVEL);
        OomScore oomScore = new OomScore(configuration, log);
        configuration.onChange(oomScore::follow, Directives.OOM_SCORE_ADJ, Directives.OOM_SCORE_ADJ_VALUES);
        try {
            oomScore.follow();
        } catch (ConfigException e) {
            // The log has it; a server that the system may end sooner than it should is better than none.
        }
        writePidFile();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> endOnSignal(server), "cinnabar-shutdown"));
        log.notice("Running mode=standalone, port=" + server.port() + ".");
        log.notice("Server initialized");
        try {
            server.start();
        } catch (AofException e) {
            log.warning(String.valueOf(e.getMessage()));
            return giveUp(server);
        } catch (IOException e) {
            if (toEnd.getCount() == 0) {
                return end(server) ? 0 : -1;
            }
            if (e.getCause() instanceof RdbException) {
                log.warning("Terminating server after rdb file reading failure.");
            }
            log.warning("Fatal error loading the DB, check server logs. Exiting.");
            return giveUp(server);
        }
        try {
            metrics = Metrics.start(server.engine(), configuration);
        } catch (IOException e) {
            log.warning(String.valueOf(e.getMessage()));
            return giveUp(server);
        }
        if (options.port() > 0) {
            log.notice("Ready to accept connections tcp");
        }
        if (options.unixSocket() != null) {
            log.notice("Ready to accept connections unix");
        }
        if (options.tlsPort() > 0) {
            log.notice("Ready to accept connections tls");
        }
        if (configuration.get(Directives.METRICS_PORT) > 0) {
            log.notice("Metrics are on port " + configuration.get(Directives.METRICS_PORT) + ", path /metrics");
        }
        try {
            if (!toEnd.await(100, TimeUnit.MILLISECONDS)) {
                prepareWhileIdle();
            }
            toEnd.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return end(server) ? 0 : -1;
    }

    /** Ends a server that could not load its data: what it has of them is not to be saved. Returns the exit code. */
    private int giveUp(Server server) {
        ending.set(true);
        server.engine().saves().atEnd(false);
        server.close();
        return 1;
    }

    /** Reads the file of users, if there is one; false if it is not as it should be. */
    private boolean loadUsers(Server server) {
        if (configuration.get(Directives.ACLFILE).isEmpty()) {
            return true;
        }
        if (!configuration.declaredUsers().isEmpty()) {
            log.warning(
                    "Configuring Cinnabar with users defined in the configuration file and at the same time setting an"
                            + " ACL file path is invalid. Please define users either in one or in the other.");
            return false;
        }
        try {
            UsersFile.load(
                    configuration.path(Directives.ACLFILE), server.engine().users());
            return true;
        } catch (AclException e) {
            log.warning("Aborting startup because of ACL errors: " + e.getMessage());
            return false;
        }
    }

    private ServerOptions options() {
        int port = (int) configuration.get(Directives.PORT);
        List<String> addresses = configuration.get(Directives.BIND);
        int tlsPort = (int) configuration.get(Directives.TLS_PORT);
        boolean unix = !configuration.get(Directives.UNIXSOCKET).isEmpty();
        return new ServerOptions(
                port > 0 && !addresses.isEmpty() ? port : -1,
                tlsPort > 0 && !addresses.isEmpty() ? tlsPort : -1,
                addresses,
                (int) configuration.get(Directives.TCP_BACKLOG),
                unix ? configuration.path(Directives.UNIXSOCKET) : null,
                (int) configuration.get(Directives.UNIXSOCKETPERM),
                (int) configuration.get(Directives.IO_THREADS),
                (int) configuration.get(Directives.DATABASES));
    }

    private Settings settings() {
        Settings settings = new Settings(configuration);
        settings.log = log;
        settings.warnings = log::warning;
        settings.failures = (where, failure) -> {
            StringWriter trace = new StringWriter();
            failure.printStackTrace(new PrintWriter(trace));
            log.warning("Failure in " + where + ": " + trace.toString().stripTrailing());
        };
        return settings;
    }

    private void endOnSignal(Server server) {
        if (ending.get()) {
            return;
        }
        EndingSignal signal = EndingSignal.running();
        log.warning("Received " + (signal == null ? "a signal" : signal) + " scheduling shutdown...");
        log.notice("User requested shutdown...");
        if (server.engine().saves().loading() != null) {
            // What is not loaded yet is on disk: there is nothing to save, and nothing to wait for.
            Runtime.getRuntime().halt(0);
        }
        if (signal != null) {
            obey(signal.words(configuration), server);
        }
        if (end(server)) {
            // Without this the exit code would be that of the signal; all that is to be done is done.
            Runtime.getRuntime().halt(0);
        }
    }

    /** Nobody is waited for, and a save that fails keeps no server from ending: so NOW and FORCE say nothing new. */
    private static void obey(List<String> words, Server server) {
        if (words.contains("save") || words.contains("nosave")) {
            server.engine().saves().atEnd(words.contains("save"));
        }
    }

    /** Ends the server; false if another thread does that already. */
    private boolean end(Server server) {
        if (!ending.compareAndSet(false, true)) {
            return false;
        }
        if (!configuration.get(Directives.PIDFILE).isEmpty()) {
            log.notice("Removing the pid file.");
            try {
                Files.deleteIfExists(configuration.path(Directives.PIDFILE));
            } catch (IOException e) {
                log.warning("The pid file could not be removed: " + Reason.of(e));
            }
        }
        Metrics running = metrics;
        if (running != null) {
            running.close();
        }
        server.close();
        log.warning("Cinnabar is now ready to exit, bye bye...");
        return true;
    }

    /** What first commands would have to wait for: here nobody does. */
    private static void prepareWhileIdle() {
        // Its first use takes 20 milliseconds, and 2 MB of the heap, to build tables.
        LongDouble.prepare();
    }

    private void writePidFile() {
        if (configuration.get(Directives.PIDFILE).isEmpty()) {
            return;
        }
        try {
            Files.writeString(
                    configuration.path(Directives.PIDFILE),
                    ProcessHandle.current().pid() + "\n");
        } catch (IOException e) {
            log.warning("Failed to write PID file: " + Reason.of(e));
        }
    }
}
