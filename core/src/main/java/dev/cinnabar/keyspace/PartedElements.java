package dev.cinnabar.keyspace;

import dev.cinnabar.memory.Memory;
import dev.cinnabar.structures.LongSet;
import dev.cinnabar.structures.RecordConsumer;
import dev.cinnabar.values.Elements;
import dev.cinnabar.values.Entry;

/**
 * A big hash, set or sorted set that a snapshot hands out by elements. Guarded by the lock of its partition.
 *
 * <p>The walk goes through the elements in the order of their hashes. An element that it has not reached is handed out before
 * it is changed or removed, and its hash is noted; so is that of one that is added. The walk passes over what is noted: what
 * comes out are the elements of the beginning. A noted hash stands for one element: two of a value with the same 64 bits of a
 * keyed hash are not expected.
 */
final class PartedElements extends PartedValue {

    private static final int MAX_BATCH = 256;

    private final LongSet noted = new LongSet();
    private final long[] batch = new long[MAX_BATCH];
    private int batchCount;
    private final RecordConsumer collector = this::collect;
    private long position;

    PartedElements(Snapshot snapshot, Partition partition, Snapshot.Parts parts, Entry entry) {
        super(snapshot, partition, parts, entry);
    }

    @Override
    public void elementChanges(long hash, long record) {
        if (Elements.position(hash) >= position && noted.add(hash) && record != Memory.NULL) {
            snapshot.takeElement(this, own, record);
        }
    }

    @Override
    boolean walk(int maxBatch, long maxBytes, long deadlineNanos, Clock clock) {
        if (snapshot.isDiscarded()) {
            return true;
        }
        long bytes = 0;
        do {
            batchCount = 0;
            long next = Elements.scan(own, position, maxBatch, collector);
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

    /** The value is small by now. */
    @Override
    public void smallFormComes() {
        snapshot.takeRest(this);
    }

    @Override
    long keptBytes() {
        return 0;
    }

    private void collect(long record) {
        if (batchCount == batch.length) {
            throw new IllegalStateException("more elements of one position than there can be");
        }
        batch[batchCount++] = record;
    }
}
