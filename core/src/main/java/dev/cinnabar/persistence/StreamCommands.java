package dev.cinnabar.persistence;

import dev.cinnabar.memory.BufferAccounting;
import dev.cinnabar.memory.Bytes;
import dev.cinnabar.memory.Memory;
import dev.cinnabar.values.ConsumerGroup;
import dev.cinnabar.values.Entry;
import dev.cinnabar.values.Idempotency;
import dev.cinnabar.values.StreamId;
import dev.cinnabar.values.StreamPart;
import dev.cinnabar.values.StreamValue;
import dev.cinnabar.values.Views;
import java.io.ByteArrayOutputStream;
import java.util.ArrayDeque;

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
        for (boolean more = stream.seek(0, 0); more; more = stream.next()) {
            entry(stream, key);
        }
        summary(stream, key);
        for (boolean more = group.first(stream); more; more = group.next()) {
            group(key);
            for (boolean some = group.firstConsumer(); some; some = group.nextConsumer()) {
                consumer(key);
                for (boolean has = group.seekPending(id.setMin(), true); has; has = group.nextPending()) {
                    group.pendingId(id);
                    if (stream.find(id.millis(), id.sequence())) {
                        Bytes name = group.name(view);
                        Bytes consumer = group.consumerName(other);
                        pending(key, name, consumer, group.deliveryMillis(), group.deliveryCount());
                    }
                }
            }
            released(stream, key);
        }
        producers(stream, key);
    }

    private void entry(StreamValue stream, Bytes key) {
        int fields = stream.fields();
        out.command(3 + 2 * fields, "XADD").word(key).word(stream.id(id));
        for (int i = 0; i < fields; i++) {
            out.word(stream.nextField(view)).word(stream.nextValue(other));
        }
    }

    /** What stands behind the entries, of which there may be none. */
    private void summary(StreamValue stream, Bytes key) {
        if (stream.length() == 0) {
            out.command(7, "XADD").word(key).word("MAXLEN").word(0);
            stream.lastId(id);
            if (id.isMin()) {
                id.set(0, 1);
            }
            out.word(id).word("").word("");
        }
        out.command(7, "XSETID").word(key).word(stream.lastId(id));
        out.word("ENTRIESADDED").word(stream.everAdded());
        out.word("MAXDELETEDID").word(stream.maxDeletedId(id));
    }

    private void group(Bytes key) {
        out.command(7, "XGROUP").word("CREATE").word(key).word(group.name(view)).word(group.lastId(id));
        out.word("ENTRIESREAD").word(group.entriesRead());
    }

    private void consumer(Bytes key) {
        out.command(5, "XGROUP")
                .word("CREATECONSUMER")
                .word(key)
                .word(group.name(view))
                .word(group.consumerName(other));
    }

    /** The pending entry of {@link #id}. */
    private void pending(Bytes key, Bytes groupName, Bytes consumer, long deliveryMillis, long deliveryCount) {
        out.command(12, "XCLAIM")
                .word(key)
                .word(groupName)
                .word(consumer)
                .word(0)
                .word(id);
        out.word("TIME").word(deliveryMillis);
        out.word("RETRYCOUNT").word(deliveryCount);
        out.word("JUSTID").word("FORCE");
    }

    private void released(StreamValue stream, Bytes key) {
        long left = group.releasedCount();
        for (boolean some = group.firstDelivered(); some && left > 0; some = group.nextDelivered(), left--) {
            group.pendingId(id);
            if (stream.find(id.millis(), id.sequence())) {
                out.command(10, "XNACK")
                        .word(key)
                        .word(group.name(view))
                        .word("SILENT")
                        .word("IDS")
                        .word(1)
                        .word(id);
                out.word("RETRYCOUNT").word(group.deliveryCount()).word("FORCE");
            }
        }
    }

    private void producers(StreamValue stream, Bytes key) {
        idempotency.at(stream);
        if (!idempotency.isUsed()) {
            return;
        }
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

    /**
     * A stream that is written in parts, as {@link dev.cinnabar.values.StreamImage} hands them out; its frames are made when it is
     * begun. Guarded by the lock of the stream's partition.
     */
    static final class Parts {

        /** The commands of a frame, and whose pending entries follow it, if a consumer's do. */
        private record Frame(Bytes commands, Bytes group, Bytes consumer) {}

        private static final Bytes NOBODY = Bytes.of(new byte[0]);

        private final Bytes key;
        private final ArrayDeque<Frame> frames = new ArrayDeque<>();
        private Frame last = new Frame(NOBODY, NOBODY, NOBODY);

        Parts(Entry entry, Bytes key, Views views) {
            this.key = key;
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            try (CommandWriter writer = new CommandWriter(bytes::write, 512, new BufferAccounting())) {
                new StreamCommands(writer, views).frames(views.stream.at(entry), key, (group, consumer) -> {
                    writer.flush();
                    frames.add(new Frame(Bytes.of(bytes.toByteArray()), group, consumer));
                    bytes.reset();
                });
            }
        }

        /** Writes a part by what writes commands to where they belong. */
        void write(StreamPart what, Memory memory, long record, StreamCommands commands) {
            switch (what) {
                case NODE -> {
                    StreamValue node = commands.views.stream;
                    for (boolean more = node.firstInNode(memory, record); more; more = node.nextInNode()) {
                        commands.entry(node, key);
                    }
                }
                // It comes again with its consumer.
                case PENDING -> {}
                case PENDING_ID -> {
                    // If its entry is deleted this changes nothing.
                    StreamValue.idOf(memory, record, commands.id);
                    commands.pending(
                            key,
                            last.group,
                            last.consumer,
                            ConsumerGroup.deliveryMillis(memory, record),
                            ConsumerGroup.deliveryCount(memory, record));
                }
                case FRAME -> {
                    last = frames.remove();
                    commands.out.raw(last.commands);
                }
            }
        }
    }

    /** Hears that a frame has ended. */
    private interface Cut {
        void end(Bytes group, Bytes consumer);
    }

    private void frames(StreamValue stream, Bytes key, Cut cut) {
        summary(stream, key);
        cut.end(Parts.NOBODY, Parts.NOBODY);
        for (boolean more = group.first(stream); more; more = group.next()) {
            Bytes name = Bytes.of(group.name(view).toByteArray());
            group(key);
            cut.end(name, Parts.NOBODY);
            cut.end(name, Parts.NOBODY);
            for (boolean some = group.firstConsumer(); some; some = group.nextConsumer()) {
                consumer(key);
                cut.end(name, Bytes.of(group.consumerName(other).toByteArray()));
            }
            released(stream, key);
            cut.end(name, Parts.NOBODY);
        }
        producers(stream, key);
        cut.end(Parts.NOBODY, Parts.NOBODY);
    }
}
