package dev.cinnabar.server;

import dev.cinnabar.aof.BaseFiles;
import dev.cinnabar.keyspace.Keyspace;
import dev.cinnabar.keyspace.Partition;
import dev.cinnabar.memory.BufferAccounting;
import dev.cinnabar.persistence.RdbWriter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;

/** Base files with no data: all that can be read and written as yet. */
final class EmptyBase implements BaseFiles {

    private static final byte[] HEAD = "REDIS0011".getBytes(java.nio.charset.StandardCharsets.ISO_8859_1);
    private static final int END = 0xff;

    private final Keyspace keyspace;

    EmptyBase(Keyspace keyspace) {
        this.keyspace = keyspace;
    }

    private static byte[] empty() {
        byte[] content = new byte[HEAD.length + 9];
        try (RdbWriter writer = new RdbWriter(
                (bytes, offset, length) -> System.arraycopy(bytes, offset, content, 0, length),
                64,
                false,
                new BufferAccounting())) {
            for (byte b : HEAD) {
                writer.byteValue(b);
            }
            writer.byteValue(END);
            writer.longValue(writer.crc());
            writer.flush();
        }
        return content;
    }

    @Override
    public long load(Path file) throws IOException {
        byte[] begin;
        try (var in = Files.newInputStream(file)) {
            begin = in.readNBytes(HEAD.length + 9);
        }
        if (!Arrays.equals(begin, empty())) {
            throw new IOException("RDB files with data cannot be read yet");
        }
        return begin.length;
    }

    @Override
    public void write(Path file, boolean rdb, Runnable moment) throws IOException {
        keyspace.lock(keyspace.all());
        try {
            for (int i = 0; i < keyspace.partitions(); i++) {
                Partition partition = keyspace.partition(i);
                for (int n = 0; n < keyspace.databases(); n++) {
                    var database = partition.databaseIfAny(n);
                    if (database != null && database.size() > 0) {
                        throw new IOException("only an empty data set can be written yet");
                    }
                }
            }
            moment.run();
        } finally {
            keyspace.unlock(keyspace.all());
        }
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            if (rdb) {
                ByteBuffer content = ByteBuffer.wrap(empty());
                while (content.hasRemaining()) {
                    channel.write(content);
                }
            }
            channel.force(true);
        }
    }
}
