package dev.cinnabar.persistence;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.atomic.AtomicLong;

/**
 * An RDB file that is being written: under another name beside its place, which it takes, whole and on disk, by {@link #finish}
 * and {@link #commit}. Whatever goes wrong before leaves the old file as it was and nothing else behind. Owned by one thread.
 */
public final class RdbFile implements RdbWriter.Sink, AutoCloseable {

    /** So many bytes at a time go to the disk, so that the last of them do not have to wait for all. */
    private static final long SYNC_BYTES = 4 << 20;

    private static final AtomicLong COUNT = new AtomicLong();

    private final Path temporary;
    private final FileChannel channel;
    private final boolean syncs;
    private long unsynced;
    private boolean committed;

    /**
     * @param temporary where it is written
     * @param syncs whether what was written goes to the disk now and then, and not only in the end
     */
    public RdbFile(Path temporary, boolean syncs) throws IOException {
        this.temporary = temporary;
        this.syncs = syncs;
        this.channel = FileChannel.open(
                temporary, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE);
    }

    /** A name under which this process can write a file that takes another's place in the same directory. */
    public static Path temporary(Path directory) {
        return directory.resolve("temp-" + ProcessHandle.current().pid() + '-' + COUNT.incrementAndGet() + ".rdb");
    }

    @Override
    public void write(byte[] bytes, int offset, int length) {
        try {
            ByteBuffer rest = ByteBuffer.wrap(bytes, offset, length);
            while (rest.hasRemaining()) {
                channel.write(rest);
            }
            unsynced += length;
            if (syncs && unsynced >= SYNC_BYTES) {
                channel.force(false);
                unsynced = 0;
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Brings the file to the disk, with this header. */
    public void finish(byte[] header) throws IOException {
        ByteBuffer rest = ByteBuffer.wrap(header);
        while (rest.hasRemaining()) {
            channel.write(rest, rest.position());
        }
        channel.force(true);
        channel.close();
    }

    /** Gives the finished file its place. */
    public void commit(Path place) throws IOException {
        if (!place.equals(temporary)) {
            Files.move(temporary, place, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        }
        committed = true;
        syncDirectory(place);
    }

    /** Brings the names in a file's directory to the disk. */
    static void syncDirectory(Path file) throws IOException {
        try (FileChannel directory = FileChannel.open(file.toAbsolutePath().getParent())) {
            directory.force(true);
        }
    }

    /** Removes what has not been committed. */
    @Override
    public void close() throws IOException {
        try {
            channel.close();
        } finally {
            if (!committed) {
                Files.deleteIfExists(temporary);
            }
        }
    }
}
