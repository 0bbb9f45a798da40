package dev.cinnabar.command;

import dev.cinnabar.aof.BaseFiles;
import dev.cinnabar.keyspace.Keyspace;
import dev.cinnabar.persistence.Saves;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Base files of the append-only file that are RDB files, or empty. Thread-safe. */
final class RdbBase implements BaseFiles {

    private final Keyspace keyspace;
    private final Saves saves;

    RdbBase(Keyspace keyspace, Saves saves) {
        this.keyspace = keyspace;
        this.saves = saves;
    }

    @Override
    public long load(Path file) throws IOException {
        return saves.loadBase(file);
    }

    @Override
    public void write(Path file, boolean rdb, Runnable moment) throws IOException {
        if (rdb) {
            saves.writeBase(file, moment);
            return;
        }
        keyspace.lock(keyspace.all());
        try {
            writeNothing(file);
            moment.run();
        } finally {
            keyspace.unlock(keyspace.all());
        }
    }

    private void writeNothing(Path file) throws IOException {
        for (int p = 0; p < keyspace.partitions(); p++) {
            for (int n = 0; n < keyspace.databases(); n++) {
                var database = keyspace.partition(p).databaseIfAny(n);
                if (database != null && database.size() > 0) {
                    throw new IOException("data cannot be written as commands yet");
                }
            }
        }
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            channel.force(true);
        }
    }
}
