package dev.cinnabar.command;

import dev.cinnabar.aof.Storage;
import dev.cinnabar.keyspace.Clock;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.function.Supplier;

/** A storage that tells how long it took to write and to sync. Thread-safe. */
final class TimedStorage implements Storage {

    enum Operation {
        WRITE,
        SYNC
    }

    /** Hears of each operation when it is over, on the thread that it ran on. */
    @FunctionalInterface
    interface Listener {
        void took(Operation operation, long elapsedNanos);
    }

    private final Supplier<Storage> storage;
    private final Clock clock;
    private final Listener listener;

    TimedStorage(Supplier<Storage> storage, Clock clock, Listener listener) {
        this.storage = storage;
        this.clock = clock;
        this.listener = listener;
    }

    @Override
    public Target append(Path file) throws IOException {
        Target target = storage.get().append(file);
        return new Target() {
            @Override
            public int write(ByteBuffer bytes) throws IOException {
                long begin = clock.nanos();
                int written = target.write(bytes);
                listener.took(Operation.WRITE, clock.nanos() - begin);
                return written;
            }

            @Override
            public void sync() throws IOException {
                long begin = clock.nanos();
                target.sync();
                listener.took(Operation.SYNC, clock.nanos() - begin);
            }

            @Override
            public long size() throws IOException {
                return target.size();
            }

            @Override
            public void truncate(long size) throws IOException {
                target.truncate(size);
            }

            @Override
            public void close() throws IOException {
                target.close();
            }
        };
    }

    @Override
    public void rename(Path from, Path to) throws IOException {
        storage.get().rename(from, to);
    }

    @Override
    public void delete(Path file) throws IOException {
        storage.get().delete(file);
    }

    @Override
    public void syncDirectory(Path directory) throws IOException {
        storage.get().syncDirectory(directory);
    }
}
