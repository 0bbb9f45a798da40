package dev.cinnabar.keyspace;

import dev.cinnabar.memory.Bytes;
import dev.cinnabar.memory.Memory;
import dev.cinnabar.structures.LongSet;
import dev.cinnabar.structures.RecordConsumer;
import dev.cinnabar.values.Elements;
import dev.cinnabar.values.Entry;
import dev.cinnabar.values.Values;

/**
 * A big value that a snapshot hands out element by element, while it goes on changing. Guarded by the lock of its partition.
 *
 * <p>The walk goes through the elements in the order of their hashes. An element that it has not reached is handed out before
 * it is changed or removed, and its hash is noted; so is that of one that is added. The walk passes over what is noted: what
 * comes out are the elements of the beginning. A noted hash stands for one element: two of a value with the same 64 bits of a
 * keyed hash are not expected.
 *
 * <p>Its key may be deleted, renamed or moved meanwhile, so it has an entry of its own that refers to the same value. If that
 * is to be freed, it is left to this entry alone, and thrown away at the end.
 */
final class PartedValue {

    private static final int BATCH = 32;

    private final Snapshot snapshot;
    private final Partition partition;
    private final Snapshot.Parts parts;
    private final long root;
    private final Entry own = new Entry();
    private final LongSet noted = new LongSet();
    private final long[] batch = new long[8 * BATCH];
    private int batchCount;
    private final RecordConsumer collector = this::collect;
    private long position;
    private boolean isOrphan;

    PartedValue(Snapshot snapshot, Partition partition, Snapshot.Parts parts, Entry entry) {
        this.snapshot = snapshot;
        this.partition = partition;
        this.parts = parts;
        this.root = Elements.root(entry);
        Memory memory = partition.memory();
        long record = Entry.create(memory, entry.kind(), 0, Bytes.of(""), 0, Entry.NEVER);
        own.set(memory, Database.NO_HOME, 0, 0, record);
        Values.handOver(entry, own);
    }

    Partition partition() {
        return partition;
    }

    Snapshot.Parts parts() {
        return parts;
    }

    long root() {
        return root;
    }

    /** An element is about to be changed or removed, or added if it has no record. */
    void elementChanges(long hash, long record) {
        if (Elements.position(hash) >= position && noted.add(hash) && record != Memory.NULL) {
            snapshot.takeElement(this, own, record);
        }
    }

    /** The value of an entry is about to be freed: it is not, but left to this. */
    void adopt(Entry entry) {
        Values.handOver(entry, own);
        isOrphan = true;
    }

    /** Walks on, for about so many bytes; returns whether that was all. */
    boolean walk(long maxBytes, long deadlineNanos, Clock clock) {
        long bytes = 0;
        do {
            batchCount = 0;
            long next = Elements.scan(own, position, BATCH, collector);
            for (int i = 0; i < batchCount; i++) {
                if (noted.isEmpty() || !noted.contains(Elements.hashOf(own, batch[i]))) {
                    bytes += snapshot.takeElement(this, own, batch[i]);
                }
            }
            if (next == 0) {
                return true;
            }
            position = next;
        } while (bytes < maxBytes && clock.nanos() - deadlineNanos < 0);
        return false;
    }

    private void collect(long record) {
        if (batchCount == batch.length) {
            throw new IllegalStateException("more elements of one position than there can be");
        }
        batch[batchCount++] = record;
    }

    /** All elements have been handed out, or nobody wants them. */
    void end() {
        if (isOrphan) {
            partition.throwAway(own.address());
        } else {
            own.free();
        }
    }

    /** The bytes that it takes in its partition's memory. */
    long bytes() {
        return own.blockSize() + (isOrphan ? Values.externalSize(own) : 0);
    }
}
