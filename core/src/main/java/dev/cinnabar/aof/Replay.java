package dev.cinnabar.aof;

import dev.cinnabar.resp.Request;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Who runs again what is read from files: the engine. Used by one thread, while nobody else runs commands. */
public interface Replay {

    /** How many requests can be run together. */
    int SIZE = 32;

    /** Where to put the {@code i}-th of the requests that are run next. */
    Request request(int i);

    /** Runs the first {@code count}; returns the name of the first command that is not known, or null. */
    @Nullable
    String run(int count);

    /** What was queued by a transaction that does not end is forgotten; so is what else a client would leave behind. */
    void endOfFile();

    /**
     * Loads an RDB file.
     *
     * @return where in the file it ends
     * @throws IOException if it cannot be read, or is not as it should be; the log has been told
     */
    long loadRdb(Path file) throws IOException;

    /** So many bytes of a file have been read. */
    void progress(long bytes);
}
