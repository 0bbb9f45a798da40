package dev.cinnabar.persistence;

import dev.cinnabar.memory.Bytes;
import dev.cinnabar.values.ConsumerGroup;
import dev.cinnabar.values.Entry;
import dev.cinnabar.values.Idempotency;
import dev.cinnabar.values.StreamId;
import dev.cinnabar.values.StreamValue;
import dev.cinnabar.values.Views;

/** Writes streams as commands that make them. Owned by one thread; the partition of what is written is locked. */
final class StreamCommands {

    /*
     *      XADD key id field value ...                         for each entry; if there is none, one that goes at once
     *      XSETID key id ENTRIESADDED n MAXDELETEDID id
     *      XGROUP CREATE key group id ENTRIESREAD n
     *      XGROUP CREATECONSUMER key group consumer
     *      XCLAIM key group consumer 0 id TIME millis RETRYCOUNT n JUSTID FORCE
     *      XNACK key group SILENT IDS 1 id RETRYCOUNT n FORCE  for what was given back
     *      XCFGSET key IDMP-DURATION s IDMP-MAXSIZE n
     *      XIDMPRECORD key producer id entry
     *
     * These cannot tell all: pending entries and remembered IDs whose entries are deleted, when consumers were last seen, and
     * how many IDs there ever were, are lost, as with Redis.
     */

    private final CommandWriter out;
    private final Views views;
    private final ConsumerGroup group = new ConsumerGroup();
    private final Idempotency idempotency = new Idempotency();
    private final StreamId id = new StreamId();
    private final Bytes view = new Bytes();
    private final Bytes other = new Bytes();

    StreamCommands(CommandWriter out, Views views) {
        this.out = out;
        this.views = views;
    }

    void write(Entry entry, Bytes key) {
        StreamValue stream = views.stream.at(entry);
        entries(stream, key);
        out.command(7, "XSETID").word(key).word(stream.lastId(id));
        out.word("ENTRIESADDED").word(stream.everAdded());
        out.word("MAXDELETEDID").word(stream.maxDeletedId(id));
        for (boolean more = group.first(stream); more; more = group.next()) {
            group(stream, key);
        }
        idempotency.at(stream);
        if (idempotency.isUsed()) {
            producers(stream, key);
        }
    }

    private void entries(StreamValue stream, Bytes key) {
        if (stream.length() == 0) {
            out.command(7, "XADD").word(key).word("MAXLEN").word(0);
            stream.lastId(id);
            if (id.isMin()) {
                id.set(0, 1);
            }
            out.word(id).word("").word("");
            return;
        }
        for (boolean more = stream.seek(0, 0); more; more = stream.next()) {
            int fields = stream.fields();
            out.command(3 + 2 * fields, "XADD").word(key).word(stream.id(id));
            for (int i = 0; i < fields; i++) {
                out.word(stream.nextField(view)).word(stream.nextValue(other));
            }
        }
    }

    private void group(StreamValue stream, Bytes key) {
        Bytes name = group.name(view);
        out.command(7, "XGROUP").word("CREATE").word(key).word(name).word(group.lastId(id));
        out.word("ENTRIESREAD").word(group.entriesRead());
        for (boolean more = group.firstConsumer(); more; more = group.nextConsumer()) {
            Bytes consumer = group.consumerName(other);
            out.command(5, "XGROUP").word("CREATECONSUMER").word(key).word(name).word(consumer);
            for (boolean some = group.seekPending(id.setMin(), true); some; some = group.nextPending()) {
                group.pendingId(id);
                if (stream.find(id.millis(), id.sequence())) {
                    out.command(12, "XCLAIM")
                            .word(key)
                            .word(name)
                            .word(consumer)
                            .word(0)
                            .word(id);
                    out.word("TIME").word(group.deliveryMillis());
                    out.word("RETRYCOUNT").word(group.deliveryCount());
                    out.word("JUSTID").word("FORCE");
                }
            }
        }
        long left = group.releasedCount();
        for (boolean some = group.firstDelivered(); some && left > 0; some = group.nextDelivered(), left--) {
            group.pendingId(id);
            if (stream.find(id.millis(), id.sequence())) {
                out.command(10, "XNACK")
                        .word(key)
                        .word(name)
                        .word("SILENT")
                        .word("IDS")
                        .word(1)
                        .word(id);
                out.word("RETRYCOUNT").word(group.deliveryCount()).word("FORCE");
            }
        }
    }

    private void producers(StreamValue stream, Bytes key) {
        out.command(6, "XCFGSET").word(key);
        out.word("IDMP-DURATION").word(idempotency.durationSeconds());
        out.word("IDMP-MAXSIZE").word(idempotency.mostIds());
        for (boolean more = idempotency.firstProducer(); more; more = idempotency.nextProducer()) {
            Bytes producer = idempotency.producerName(view);
            while (idempotency.nextId()) {
                idempotency.idEntry(id);
                if (stream.find(id.millis(), id.sequence())) {
                    out.command(5, "XIDMPRECORD")
                            .word(key)
                            .word(producer)
                            .word(idempotency.idName(other))
                            .word(id);
                }
            }
        }
    }
}
