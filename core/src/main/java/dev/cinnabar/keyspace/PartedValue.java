package dev.cinnabar.keyspace;

import dev.cinnabar.memory.Bytes;
import dev.cinnabar.memory.Memory;
import dev.cinnabar.values.Elements;
import dev.cinnabar.values.Entry;
import dev.cinnabar.values.Keeper;
import dev.cinnabar.values.Values;

/**
 * A big value that a snapshot hands out in parts, while it goes on changing. Guarded by the lock of its partition.
 *
 * <p>Its key may be deleted, renamed or moved meanwhile, so it has an entry of its own that refers to the same value. If that
 * is to be freed, it is left to this entry alone, and thrown away at the end.
 */
abstract class PartedValue implements Keeper {

    private final Partition partition;
    private final Snapshot.Parts parts;
    private long root;
    private boolean isOrphan;

    /** What refers to the value, whatever becomes of its key. */
    final Entry own = new Entry();

    final Snapshot snapshot;

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

    /** Who is told of changes. */
    Keeper keeper() {
        return this;
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

    /**
     * Hands out what has not been yet, some elements at a time, of about so many bytes, or until a time; returns whether
     * that was all. If nobody wants it, what is kept is freed in the same way.
     */
    abstract boolean walk(int batch, long maxBytes, long deadlineNanos, Clock clock);

    /** The value of an entry is about to be freed: it is not, but left to this. */
    void adopt(Entry entry) {
        Values.handOver(entry, own);
        orphan();
    }

    /** The value belongs to this alone, to be freed at the end. */
    final void orphan() {
        isOrphan = true;
    }

    /** No entry refers to the value by its root any more, which may come to be that of another one. */
    final void detach() {
        root = Memory.NULL;
    }

    /** All has been handed out, or nobody wants it. */
    void end() {
        if (isOrphan) {
            partition.throwAway(own.address());
        } else {
            own.free();
        }
    }

    /** The bytes of what was copied or taken over, other than the value itself, and not yet handed out. */
    abstract long keptBytes();

    /** The bytes that it takes in its partition's memory. */
    long bytes() {
        return own.blockSize() + keptBytes() + (isOrphan ? Values.externalSize(own) : 0);
    }
}
