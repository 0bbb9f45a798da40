package dev.cinnabar.keyspace;

import dev.cinnabar.memory.Bytes;
import dev.cinnabar.memory.Memory;
import dev.cinnabar.memory.Tag;
import dev.cinnabar.values.Entry;
import dev.cinnabar.values.StringValue;
import java.util.HashMap;
import java.util.Map;

/**
 * A big string that a snapshot hands out from its first to its last byte. Guarded by the lock of its partition.
 *
 * <p>What is overwritten and has not come out is copied before, in pages of {@value #PAGE_BYTES} bytes. Most writers replace a
 * string or make it longer, which gives it another block: then nothing is copied, but the old block is taken over.
 */
final class PartedString extends PartedValue {

    private static final int PAGE_BYTES = 4096;

    private final Memory memory;
    private final Bytes view = new Bytes();
    private final int length;
    private int position;

    /** Copies by the numbers of their pages. */
    private final Map<Integer, Long> pages = new HashMap<>();

    PartedString(Snapshot snapshot, Partition partition, Snapshot.Parts parts, Entry entry) {
        super(snapshot, partition, parts, entry);
        memory = partition.memory();
        length = StringValue.length(own);
    }

    @Override
    public void bytesChange(int offset, int n) {
        if (snapshot.isDiscarded()) {
            return;
        }
        int end = (int) Math.min(offset + (long) n, length);
        for (int at = Math.max(offset, position); at < end; ) {
            int page = at / PAGE_BYTES;
            if (!pages.containsKey(page)) {
                try {
                    long copy = memory.allocate(PAGE_BYTES, Tag.VALUE);
                    memory.copy(StringValue.root(own), (long) page * PAGE_BYTES, copy, 0, size(page));
                    pages.put(page, copy);
                } catch (OutOfMemoryError e) {
                    snapshot.fail(e);
                    return;
                }
            }
            at = end(page);
        }
    }

    private int size(int page) {
        return end(page) - page * PAGE_BYTES;
    }

    private int end(int page) {
        return (int) Math.min((page + 1L) * PAGE_BYTES, length);
    }

    @Override
    public void takesBlock() {
        orphan();
        detach();
    }

    /** The string may have become longer within its block, but the block is the same. */
    @Override
    void adopt(Entry entry) {
        takesBlock();
    }

    @Override
    boolean walk(int batch, long maxBytes, long deadlineNanos, Clock clock) {
        long bytes = 0;
        while (position < length) {
            if (bytes >= maxBytes || clock.nanos() - deadlineNanos >= 0) {
                return false;
            }
            int page = position / PAGE_BYTES;
            int n = size(page);
            Long copy = pages.remove(page);
            if (copy != null) {
                bytes += snapshot.takeBytes(this, view.set(memory.segment(copy), memory.offset(copy), n));
                memory.free(copy, PAGE_BYTES, Tag.VALUE);
            } else if (!snapshot.isDiscarded()) {
                bytes += snapshot.takeBytes(
                        this, StringValue.view(own, view, NO_DIGITS).narrow(position, n));
            }
            position = end(page);
        }
        return true;
    }

    private static final byte[] NO_DIGITS = {};

    @Override
    long keptBytes() {
        return pages.size() * Memory.blockSize(PAGE_BYTES);
    }
}
