package dev.cinnabar.server;

import dev.cinnabar.config.Configuration;
import dev.cinnabar.config.Directives;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The signals that end a server. */
enum EndingSignal {
    SIGTERM,
    SIGINT;

    /*
     * Java does not tell a shutdown hook why it runs. But it runs the handler of a signal on a thread named after it, which waits
     * until the hooks have ended: so it is there to be found. Should a JVM name it otherwise, then it was "a signal", and what
     * holds is what holds by default.
     */

    /** The one that ends this process, asked by a shutdown hook; null if it is something else, or cannot be told. */
    static @Nullable EndingSignal running() {
        for (Thread thread : Thread.getAllStackTraces().keySet()) {
            for (EndingSignal signal : values()) {
                if (thread.getName().equals(signal + " handler")) {
                    return signal;
                }
            }
        }
        return null;
    }

    /** How the server is to end. */
    List<String> words(Configuration configuration) {
        return configuration.get(this == SIGTERM ? Directives.SHUTDOWN_ON_SIGTERM : Directives.SHUTDOWN_ON_SIGINT);
    }
}
