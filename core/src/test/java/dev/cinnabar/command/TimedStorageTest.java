package dev.cinnabar.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cinnabar.aof.Storage;
import dev.cinnabar.keyspace.ManualClock;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class TimedStorageTest {

    private final ManualClock clock = new ManualClock(0);

    /** A disk that takes two milliseconds to write, and seven to sync. */
    private final class SlowDisk implements Storage, Storage.Target {
        @Override
        public Target append(Path file) {
            return this;
        }

        @Override
        public int write(ByteBuffer bytes) {
            clock.advanceMillis(2);
            return bytes.remaining();
        }

        @Override
        public void sync() {
            clock.advanceMillis(7);
        }

        @Override
        public long size() {
            return 0;
        }

        @Override
        public void truncate(long size) {}

        @Override
        public void close() {}

        @Override
        public void rename(Path from, Path to) {}

        @Override
        public void delete(Path file) {}

        @Override
        public void syncDirectory(Path directory) {}
    }

    @Test
    void tellsHowLongWritingAndSyncingTook() throws IOException {
        List<String> heard = new ArrayList<>();
        Storage disk = new SlowDisk();
        Storage storage = new TimedStorage(
                () -> disk, clock, (operation, nanos) -> heard.add(operation + " " + nanos / 1_000_000));
        try (Storage.Target target = storage.append(Path.of("file"))) {
            target.write(ByteBuffer.allocate(10));
            target.sync();
        }
        assertThat(heard).containsExactly("WRITE 2", "SYNC 7");
    }
}
