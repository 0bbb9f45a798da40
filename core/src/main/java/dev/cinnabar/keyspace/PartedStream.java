package dev.cinnabar.keyspace;

import dev.cinnabar.memory.Bytes;
import dev.cinnabar.memory.Memory;
import dev.cinnabar.values.Encoding;
import dev.cinnabar.values.Entry;
import dev.cinnabar.values.Keeper;
import dev.cinnabar.values.Limits;
import dev.cinnabar.values.StreamImage;
import dev.cinnabar.values.StreamPart;
import dev.cinnabar.values.StreamValue;
import dev.cinnabar.values.Values;
import org.jspecify.annotations.Nullable;

/** A big stream that a snapshot hands out in parts, as a {@link StreamImage}. Guarded by the lock of its partition. */
final class PartedStream extends PartedValue implements StreamImage.Sink {

    private final Memory memory;
    private final StreamImage image;
    private @Nullable Entry lost;

    PartedStream(Snapshot snapshot, Partition partition, Snapshot.Parts parts, Entry entry) {
        super(snapshot, partition, parts, entry);
        memory = partition.memory();
        image = new StreamImage(own, this);
    }

    @Override
    Keeper keeper() {
        return image;
    }

    @Override
    public long part(StreamPart what, Memory in, long record) {
        return snapshot.takePart(this, what, in, record);
    }

    @Override
    public boolean isWanted() {
        return !snapshot.isDiscarded();
    }

    @Override
    public void fail(Throwable e) {
        snapshot.fail(e);
    }

    @Override
    public Entry lostGroups() {
        Entry entry = lost;
        if (entry == null) {
            entry = new Entry();
            entry.set(
                    memory,
                    Database.NO_HOME,
                    0,
                    0,
                    Entry.create(memory, Encoding.STREAM, 0, Bytes.of(""), 0, Entry.NEVER));
            new StreamValue(new Limits()).initialize(entry);
            lost = entry;
        }
        return entry;
    }

    @Override
    boolean walk(int batch, long maxBytes, long deadlineNanos, Clock clock) {
        if (snapshot.isDiscarded()) {
            return image.freeStep(batch);
        }
        long bytes = 0;
        int n = 0;
        while (!image.isDone()) {
            if (bytes >= maxBytes || n++ % batch == batch - 1 && clock.nanos() - deadlineNanos >= 0) {
                return false;
            }
            bytes += image.step();
        }
        return true;
    }

    @Override
    void end() {
        super.end();
        if (lost != null) {
            partition().throwAway(lost.address());
        }
    }

    @Override
    long keptBytes() {
        return image.keptBytes() + (lost == null ? 0 : lost.blockSize() + Values.externalSize(lost));
    }
}
