package dev.cinnabar.server;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.cinnabar.command.Dispatcher;
import dev.cinnabar.command.Engine;
import dev.cinnabar.config.Configuration;
import dev.cinnabar.config.Directives;
import dev.cinnabar.memory.BufferAccounting;
import dev.cinnabar.memory.ChunkPool;
import dev.cinnabar.resp.Request;
import dev.cinnabar.resp.RespWriter;
import dev.cinnabar.session.Session;
import dev.cinnabar.spi.MetricsEndpoint;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ServiceLoader;
import org.jspecify.annotations.Nullable;

/** Finds the module that shows the server's figures, and lets it. Used by the thread that starts and ends the server. */
final class Metrics implements AutoCloseable {

    private final MetricsEndpoint.@Nullable Listening listening;

    private Metrics(MetricsEndpoint.@Nullable Listening listening) {
        this.listening = listening;
    }

    /**
     * Begins to listen on {@code metrics-port}, if that is set.
     *
     * @throws IOException with a text for the log, if it cannot
     */
    static Metrics start(Engine engine, Configuration configuration) throws IOException {
        int port = (int) configuration.get(Directives.METRICS_PORT);
        if (port == 0) {
            return new Metrics(null);
        }
        MetricsEndpoint endpoint = ServiceLoader.load(MetricsEndpoint.class)
                .findFirst()
                .orElseThrow(() -> new IOException("metrics-port is set, but the module cinnabar-metrics is not there:"
                        + " put its jar on the class path"));
        try {
            return new Metrics(
                    endpoint.listen(new InfoText(engine)::read, configuration.get(Directives.METRICS_BIND), port));
        } catch (IOException e) {
            throw new IOException("Failed listening on metrics-port " + port + ": " + e.getMessage(), e);
        }
    }

    @Override
    public void close() {
        if (listening != null) {
            listening.close();
        }
    }

    /** Asks the engine for INFO, as a client would. Thread-safe: one asks at a time. */
    private static final class InfoText {
        private static final byte[] WORDS = "INFOeverything".getBytes(US_ASCII);
        private static final int BUFFER_BYTES = 16 << 10;

        private final Session session;
        private final Dispatcher dispatcher;
        private final Request request = new Request();
        private final ByteArrayOutputStream reply = new ByteArrayOutputStream();

        InfoText(Engine engine) {
            this.session = new Session(null, engine.clock().millis(), true);
            this.dispatcher = engine.newDispatcher();
        }

        synchronized String read() {
            reply.reset();
            request.begin(WORDS);
            request.add(0, 4);
            request.add(4, WORDS.length - 4);
            try (ChunkPool chunks = new ChunkPool(new BufferAccounting())) {
                RespWriter writer = new RespWriter(BUFFER_BYTES, chunks, reply::write);
                dispatcher.beginBatch();
                dispatcher.dispatch(session, request, writer);
                dispatcher.endBatch();
                writer.drain();
            }
            String text = reply.toString(UTF_8);
            if (!text.startsWith("$")) {
                throw new IllegalStateException("INFO says " + text.strip());
            }
            return text.substring(text.indexOf('\n') + 1);
        }
    }
}
