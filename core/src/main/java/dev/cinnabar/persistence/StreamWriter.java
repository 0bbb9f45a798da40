package dev.cinnabar.persistence;

import dev.cinnabar.memory.Bytes;
import dev.cinnabar.values.ConsumerGroup;
import dev.cinnabar.values.Entry;
import dev.cinnabar.values.Idempotency;
import dev.cinnabar.values.StreamId;
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
            out.length(16);
            rawId(stream.nodeId(id));
            out.string(stream.nodeBytes(view));
        }
        out.length(stream.length());
        lengths(stream.lastId(id));
        lengths(stream.firstId(id));
        lengths(stream.maxDeletedId(id));
        out.length(stream.everAdded());
        out.length(group.count(stream));
        for (boolean more = group.first(stream); more; more = group.next()) {
            group(type);
        }
        if (type >= ValueFormat.STREAM_IDEMPOTENT) {
            idempotency();
        }
        return switch (type) {
            case ValueFormat.STREAM_RELEASED -> ValueFormat.VERSION_STREAM_RELEASED;
            case ValueFormat.STREAM_IDEMPOTENT -> ValueFormat.VERSION_STREAM_IDEMPOTENT;
            case ValueFormat.STREAM_ACTIVE -> ValueFormat.VERSION_STREAM_ACTIVE;
            default -> ValueFormat.VERSION_BASE;
        };
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
        out.string(group.name(view));
        lengths(group.lastId(id));
        out.length(group.entriesRead());
        out.length(group.pendingCount());
        for (boolean more = group.seekPending(id.setMin(), false); more; more = group.nextPending()) {
            rawId(group.pendingId(id));
            out.longValue(group.deliveryMillis());
            out.length(group.deliveryCount());
        }
        out.length(group.consumers());
        for (boolean more = group.firstConsumer(); more; more = group.nextConsumer()) {
            out.string(group.consumerName(view));
            out.longValue(group.seenMillis());
            if (type >= ValueFormat.STREAM_ACTIVE) {
                out.longValue(group.activeMillis());
            }
            out.length(group.consumerPendingCount());
            for (boolean some = group.seekPending(id.setMin(), true); some; some = group.nextPending()) {
                rawId(group.pendingId(id));
            }
        }
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
