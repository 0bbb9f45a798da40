package dev.cinnabar.spi;

import java.io.IOException;
import java.util.List;
import java.util.function.Supplier;

/**
 * Shows a server's figures to a monitoring system. The server looks for one with {@link java.util.ServiceLoader} when
 * {@code metrics-port} is set.
 */
public interface MetricsEndpoint {

    /** One that listens, until it is closed. */
    interface Listening extends AutoCloseable {

        int port();

        @Override
        void close();
    }

    /**
     * Begins to listen.
     *
     * @param info the text of {@code INFO everything}, now; may be called by any thread
     * @param addresses where to listen: numeric or names; {@code *} for all of IPv4, {@code ::*} for all of IPv6; one that begins
     *     with '-' may be unavailable
     * @param port 0: any free one
     * @throws IOException if it cannot listen
     */
    Listening listen(Supplier<String> info, List<String> addresses, int port) throws IOException;
}
