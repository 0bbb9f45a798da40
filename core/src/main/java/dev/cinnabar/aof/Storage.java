package dev.cinnabar.aof;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/** The file system as far as the append-only file changes it: tests put one in between that fails. Thread-safe. */
public interface Storage {

    /** A file that is written at its end. For one thread at a time, but for {@link #sync}. */
    interface Target extends Closeable {
        /** Writes some of the bytes, maybe not all. */
        int write(ByteBuffer bytes) throws IOException;

        /** Returns when all that was written is on disk. */
        void sync() throws IOException;

        long size() throws IOException;

        void truncate(long size) throws IOException;
    }

    /** Opens a file for writing at its end; makes it if it is not there. */
    Target append(Path file) throws IOException;

    /** Gives a file another name, in place of what had that name. */
    void rename(Path from, Path to) throws IOException;

    void delete(Path file) throws IOException;

    /** Returns when the names in a directory are on disk. */
    void syncDirectory(Path directory) throws IOException;

    /** The real one. */
    Storage DISK = new Storage() {
        @Override
        public Target append(Path file) throws IOException {
            FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
            return new Target() {
                @Override
                public int write(ByteBuffer bytes) throws IOException {
                    return channel.write(bytes);
                }

                @Override
                public void sync() throws IOException {
                    channel.force(false);
                }

                @Override
                public long size() throws IOException {
                    return channel.size();
                }

                @Override
                public void truncate(long size) throws IOException {
                    channel.truncate(size);
                }

                @Override
                public void close() throws IOException {
                    channel.close();
                }
            };
        }

        @Override
        public void rename(Path from, Path to) throws IOException {
            Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        }

        @Override
        public void delete(Path file) throws IOException {
            Files.deleteIfExists(file);
        }

        @Override
        public void syncDirectory(Path directory) throws IOException {
            try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
                channel.force(true);
            }
        }
    };
}
