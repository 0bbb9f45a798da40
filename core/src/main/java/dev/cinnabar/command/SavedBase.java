package dev.cinnabar.command;

import dev.cinnabar.aof.BaseFiles;
import dev.cinnabar.persistence.Saves;
import java.io.IOException;
import java.nio.file.Path;
import java.util.function.BooleanSupplier;

/** Base files of the append-only file, written and read as RDB files are. Thread-safe. */
final class SavedBase implements BaseFiles {

    private final Saves saves;

    SavedBase(Saves saves) {
        this.saves = saves;
    }

    @Override
    public long load(Path file) throws IOException {
        return saves.loadBase(file);
    }

    @Override
    public void write(Path file, boolean rdb, Runnable moment, BooleanSupplier isWanted) throws IOException {
        saves.writeBase(file, rdb, moment, isWanted);
    }

    @Override
    public void abort() {
        saves.abortBase();
    }

    @Override
    public boolean isBusy() {
        return saves.isInProgress();
    }
}
