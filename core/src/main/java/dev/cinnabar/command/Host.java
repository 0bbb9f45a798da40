package dev.cinnabar.command;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What an engine runs in, as its commands see it: a server process, or the program that uses the library. Thread-safe. */
public interface Host {

    /** The TCP port clients connect to; 0 if there is none. */
    default int port() {
        return 0;
    }

    /** Where clients connect to, as INFO lists it: {@code name=tcp,bind=…,port=…}. */
    default List<String> listeners() {
        return List.of();
    }

    /** The file the configuration was read from, and is rewritten to; null if there is none. */
    default @Nullable Path configFile() {
        return null;
    }

    /** How many threads serve connections. */
    default int loops() {
        return 0;
    }

    /** What each of these threads has done. */
    default List<LoopFigures> loopFigures() {
        return List.of();
    }

    /** Bytes received from clients so far. */
    default long inputBytes() {
        return 0;
    }

    /** Bytes sent to clients so far. */
    default long outputBytes() {
        return 0;
    }

    /** Bytes of requests and replies that wait, off the heap. */
    default long bufferBytes() {
        return 0;
    }

    /** Counts bytes from zero again. */
    default void resetStatistics() {}

    /** Whether {@link #shutDown} does anything. */
    default boolean canShutDown() {
        return false;
    }

    /** Begins to end the server, soon and without waiting for it; false if that is not the engine's to decide. */
    default boolean shutDown() {
        return false;
    }

    /** Ends the process at once: it cannot keep what it has promised. */
    default void abort() {
        throw new IllegalStateException("cannot go on");
    }

    /** A program that uses the library without a server. */
    Host NONE = new Host() {};
}
