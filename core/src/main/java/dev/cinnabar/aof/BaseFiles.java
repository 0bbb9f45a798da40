package dev.cinnabar.aof;

import java.io.IOException;
import java.nio.file.Path;
import java.util.function.BooleanSupplier;

/** Reads and writes files that have all the data. */
public interface BaseFiles {

    /**
     * Loads an RDB file, or what of a file is one.
     *
     * @return where in the file it ends
     * @throws IOException if it cannot be read, or is not as it should be
     */
    long load(Path file) throws IOException;

    /**
     * Writes all the data, as of one moment, to a new file, and returns when that is on disk.
     *
     * @param rdb whether in the form of RDB, and not of commands
     * @param moment run at that moment, with all partitions locked: what changes after it is not in the file
     * @param isWanted asked once after that moment; an {@link #abort} may have come too early to find anything
     */
    void write(Path file, boolean rdb, Runnable moment, BooleanSupplier isWanted) throws IOException;

    /** Nobody wants the file any more that is being written: {@link #write} ends as soon as it can, with an exception. */
    void abort();

    /** Whether another file with all the data is being written: a new one would have to wait for it. */
    boolean isBusy();
}
