package dev.cinnabar.persistence;

import dev.cinnabar.memory.Bytes;
import dev.cinnabar.memory.Memory;
import dev.cinnabar.values.ConsumerGroup;
import dev.cinnabar.values.Entry;
import dev.cinnabar.values.Idempotency;
import dev.cinnabar.values.StreamId;
import dev.cinnabar.values.StreamPart;
import dev.cinnabar.values.StreamValue;
import dev.cinnabar.values.Views;

/** Writes streams as RDB objects. Owned by one thread; the partition of what is written is locked. */
final class StreamWriter {

    /*
     *   nodes n, each: ID (16 bytes, highest first), listpack
     *   length, last ID, first ID, largest deleted ID, entries ever added            IDs as two lengths each
     *   groups n, each: name, last ID, entries read (2^64 - 1 for unknown),
     *     pending n, each: ID (16 bytes), delivered at (8 bytes), deliveries
     *     consumers n, each: name, seen at (8 bytes), active at (8 bytes), pending n, each: ID
     *     given back n, each: ID                                                     only in STREAM_RELEASED
     *   seconds, most IDs, producers n, each: name, IDs n, each: name, ID of the entry
     *   IDs ever added, duplicates                                                   from STREAM_IDEMPOTENT on
     */

    private final RdbWriter out;
    private final Views views;
    private final ConsumerGroup group = new ConsumerGroup();
    private final Idempotency idempotency = new Idempotency();
    private final StreamId id = new StreamId();
    private final Bytes view = new Bytes();

    StreamWriter(RdbWriter out, Views views) {
        this.out = out;
        this.views = views;
    }

    /** The type of the value that is to be written. */
    int begin(Entry entry) {
        StreamValue stream = views.stream.at(entry);
        idempotency.at(stream);
        return typeFor(stream);
    }

    /** Writes the value; returns the version that reads it. */
    int write(int type) {
        StreamValue stream = views.stream;
        out.length(stream.nodes());
        for (boolean more = stream.firstNode(); more; more = stream.nextNode()) {
            node(stream.nodeId(id), stream.nodeBytes(view));
        }
        summary(stream);
        for (boolean more = group.first(stream); more; more = group.next()) {
            group(type);
        }
        if (type >= ValueFormat.STREAM_IDEMPOTENT) {
            idempotency();
        }
        return version(type);
    }

    static int version(int type) {
        return switch (type) {
            case ValueFormat.STREAM_RELEASED -> ValueFormat.VERSION_STREAM_RELEASED;
            case ValueFormat.STREAM_IDEMPOTENT -> ValueFormat.VERSION_STREAM_IDEMPOTENT;
            case ValueFormat.STREAM_ACTIVE -> ValueFormat.VERSION_STREAM_ACTIVE;
            default -> ValueFormat.VERSION_BASE;
        };
    }

    /**
     * Writes what {@link dev.cinnabar.values.StreamImage} calls the frames of a stream that was begun.
     *
     * @param cut called at the end of each
     */
    void frames(int type, Runnable cut) {
        StreamValue stream = views.stream;
        summary(stream);
        cut.run();
        for (boolean more = group.first(stream); more; more = group.next()) {
            groupHead();
            cut.run();
            out.length(group.consumers());
            cut.run();
            for (boolean some = group.firstConsumer(); some; some = group.nextConsumer()) {
                consumerHead(type);
                cut.run();
            }
            released(type);
            cut.run();
        }
        if (type >= ValueFormat.STREAM_IDEMPOTENT) {
            idempotency();
        }
        cut.run();
    }

    /** Writes a part of a stream, other than a frame. */
    void part(StreamPart what, Memory memory, long record) {
        StreamValue.idOf(memory, record, id);
        switch (what) {
            case NODE -> node(id, StreamValue.nodeBytes(memory, record, view));
            case PENDING -> {
                rawId(id);
                out.longValue(ConsumerGroup.deliveryMillis(memory, record));
                out.length(ConsumerGroup.deliveryCount(memory, record));
            }
            case PENDING_ID -> rawId(id);
            case FRAME -> throw new IllegalArgumentException("a frame is no part of a stream");
        }
    }

    private void node(StreamId nodeId, Bytes listpack) {
        out.length(16);
        rawId(nodeId);
        out.string(listpack);
    }

    private void summary(StreamValue stream) {
        out.length(stream.length());
        lengths(stream.lastId(id));
        lengths(stream.firstId(id));
        lengths(stream.maxDeletedId(id));
        out.length(stream.everAdded());
        out.length(group.count(stream));
    }

    /** The oldest type that can tell all. */
    private int typeFor(StreamValue stream) {
        int type = idempotency.isUsed() ? ValueFormat.STREAM_IDEMPOTENT : ValueFormat.STREAM_COUNTED;
        for (boolean more = group.first(stream); more; more = group.next()) {
            if (group.releasedCount() > 0) {
                return ValueFormat.STREAM_RELEASED;
            }
            if (group.consumers() > 0) {
                type = Math.max(type, ValueFormat.STREAM_ACTIVE);
            }
        }
        return type;
    }

    private void group(int type) {
        groupHead();
        for (boolean more = group.seekPending(id.setMin(), false); more; more = group.nextPending()) {
            rawId(group.pendingId(id));
            out.longValue(group.deliveryMillis());
            out.length(group.deliveryCount());
        }
        out.length(group.consumers());
        for (boolean more = group.firstConsumer(); more; more = group.nextConsumer()) {
            consumerHead(type);
            for (boolean some = group.seekPending(id.setMin(), true); some; some = group.nextPending()) {
                rawId(group.pendingId(id));
            }
        }
        released(type);
    }

    private void groupHead() {
        out.string(group.name(view));
        lengths(group.lastId(id));
        out.length(group.entriesRead());
        out.length(group.pendingCount());
    }

    private void consumerHead(int type) {
        out.string(group.consumerName(view));
        out.longValue(group.seenMillis());
        if (type >= ValueFormat.STREAM_ACTIVE) {
            out.longValue(group.activeMillis());
        }
        out.length(group.consumerPendingCount());
    }

    private void released(int type) {
        if (type == ValueFormat.STREAM_RELEASED) {
            out.length(group.releasedCount());
            long left = group.releasedCount();
            for (boolean some = group.firstDelivered(); some && left > 0; some = group.nextDelivered(), left--) {
                rawId(group.pendingId(id));
            }
        }
    }

    private void idempotency() {
        out.length(idempotency.durationSeconds());
        out.length(idempotency.mostIds());
        out.length(idempotency.producers());
        for (boolean more = idempotency.firstProducer(); more; more = idempotency.nextProducer()) {
            out.string(idempotency.producerName(view));
            out.length(idempotency.producerIds());
            while (idempotency.nextId()) {
                out.string(idempotency.idName(view));
                lengths(idempotency.idEntry(id));
            }
        }
        out.length(idempotency.everAdded());
        out.length(idempotency.duplicates());
    }

    private void lengths(StreamId id) {
        out.length(id.millis());
        out.length(id.sequence());
    }

    private void rawId(StreamId id) {
        out.longValue(Long.reverseBytes(id.millis()));
        out.longValue(Long.reverseBytes(id.sequence()));
    }
}
