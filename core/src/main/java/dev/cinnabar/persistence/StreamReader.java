package dev.cinnabar.persistence;

import dev.cinnabar.memory.Buffer;
import dev.cinnabar.memory.Bytes;
import dev.cinnabar.structures.Listpack;
import dev.cinnabar.values.ConsumerGroup;
import dev.cinnabar.values.Encoding;
import dev.cinnabar.values.Idempotency;
import dev.cinnabar.values.StreamId;
import dev.cinnabar.values.StreamValue;
import dev.cinnabar.values.Views;
import java.util.Arrays;

/**
 * Builds streams from RDB objects, which may be anything: the opposite of {@link StreamWriter}. Owned by one thread; the
 * partition of what is built is locked.
 *
 * <p>Nodes are taken over as they are, deleted entries included, once each of their elements has been looked at.
 */
final class StreamReader {

    /** The longest that producers' IDs are remembered, and the most of one producer, as XCFGSET has it. */
    private static final int MAX_SECONDS = 86_400;

    private static final int MAX_IDS = 10_000;

    private final RdbReader in;
    private final Views views;
    private final Buffer run;
    private final ConsumerGroup group = new ConsumerGroup();
    private final Idempotency idempotency = new Idempotency();
    private final StreamId id = new StreamId();
    private final Bytes view = new Bytes();

    // The pending entries of a group, in the order of their IDs: to whom they belong comes behind them.
    private long[] millis = {};
    private long[] sequences = {};
    private long[] times = {};
    private long[] deliveries = {};
    private int pending;
    private int owned;

    /** @param run room for the bytes of one node, which it does not own */
    StreamReader(RdbReader in, Buffer run, Views views) {
        this.in = in;
        this.run = run;
        this.views = views;
    }

    private void check(boolean condition, String otherwise) throws RdbException {
        if (!condition) {
            throw new RdbException(otherwise + " before byte " + in.position());
        }
    }

    void read(int type, ValueReader.Builder builder) throws RdbException {
        long nodes = in.length();
        StreamValue stream = views.stream.initialize(builder.build(Encoding.STREAM, 0));
        for (long i = 0; i != nodes; i++) {
            node(stream);
        }
        check(in.length() == stream.length(), "a wrong length of a stream");
        StreamId lastEntry = stream.lastId(new StreamId());
        lengths(id);
        check(id.compareTo(lastEntry) >= 0, "a last ID before that of the last entry");
        stream.setLastId(id);
        if (type == ValueFormat.STREAM) {
            stream.setEverAdded(stream.length());
        } else {
            // The ID of the first entry is what the nodes tell.
            lengths(id);
            lengths(id);
            check(id.compareTo(stream.lastId(lastEntry)) <= 0, "a deleted ID behind the last one");
            stream.setMaxDeletedId(id);
            long everAdded = in.length();
            check(everAdded >= stream.length(), "fewer entries added than there are");
            stream.setEverAdded(everAdded);
        }
        long groups = in.length();
        for (long i = 0; i != groups; i++) {
            group(stream, type);
        }
        if (type >= ValueFormat.STREAM_IDEMPOTENT) {
            idempotency(stream);
        }
    }

    private void node(StreamValue stream) throws RdbException {
        check(in.length() == 16, "an ID that is not of 16 bytes");
        rawId(id);
        Bytes string = in.string();
        run.clear();
        run.append(string);
        check(Listpack.isValid(run.segment(), 0, run.length()), "Stream listpack integrity check failed");
        check(stream.addNode(id, run.view(view)), "Stream listpack integrity check failed: no node of a stream");
    }

    private void group(StreamValue stream, int type) throws RdbException {
        Bytes name = in.string();
        check(!group.find(stream, name), "a group that is there twice");
        byte[] kept = name.toByteArray();
        lengths(id);
        long entriesRead = type == ValueFormat.STREAM ? ConsumerGroup.UNKNOWN : in.length();
        check(entriesRead >= ConsumerGroup.UNKNOWN, "a negative number of entries read");
        group.create(stream, view.set(kept, 0, kept.length), id, entriesRead);
        if (type == ValueFormat.STREAM) {
            group.estimateEntriesRead(stream);
        }
        readPending();
        long consumers = in.length();
        for (long i = 0; i != consumers; i++) {
            consumer(type);
        }
        if (type == ValueFormat.STREAM_RELEASED) {
            long released = in.length();
            for (long i = 0; i != released; i++) {
                rawId(id);
                int at = takePending();
                group.forceReleased(id);
                group.setDeliveryCount(deliveries[at]);
            }
        }
        check(owned == pending, "pending entries of nobody");
    }

    private void readPending() throws RdbException {
        pending = 0;
        owned = 0;
        long n = in.length();
        StreamId last = new StreamId();
        for (long i = 0; i != n; i++) {
            rawId(id);
            check(i == 0 || id.compareTo(last) > 0, "pending entries out of order");
            last.set(id);
            // Room grows with what has really been read.
            if (pending == millis.length) {
                int room = Math.max(16, 2 * pending);
                millis = Arrays.copyOf(millis, room);
                sequences = Arrays.copyOf(sequences, room);
                times = Arrays.copyOf(times, room);
                deliveries = Arrays.copyOf(deliveries, room);
            }
            millis[pending] = id.millis();
            sequences[pending] = id.sequence();
            times[pending] = in.longValue();
            deliveries[pending++] = in.length();
        }
    }

    /** The place of a pending entry's ID, which nobody has taken so far. */
    private int takePending() throws RdbException {
        int low = 0;
        int high = pending;
        while (low < high) {
            int middle = low + high >>> 1;
            if (id.compareTo(millis[middle], sequences[middle]) > 0) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        boolean found = low < pending && id.compareTo(millis[low], sequences[low]) == 0;
        check(found && !group.findPending(id), "Duplicated consumer PEL entry, or one that the group does not have");
        owned++;
        return low;
    }

    private void consumer(int type) throws RdbException {
        Bytes name = in.string();
        check(!group.findConsumer(name), "Duplicate stream consumer detected");
        byte[] kept = name.toByteArray();
        long seen = in.longValue();
        group.createConsumer(view.set(kept, 0, kept.length), seen);
        group.setActive(type >= ValueFormat.STREAM_ACTIVE ? in.longValue() : seen);
        long n = in.length();
        for (long i = 0; i != n; i++) {
            rawId(id);
            int at = takePending();
            group.force(id, Math.max(times[at], 0));
            group.setDeliveryCount(deliveries[at]);
        }
    }

    private void idempotency(StreamValue stream) throws RdbException {
        idempotency.at(stream);
        long seconds = in.length();
        long most = in.length();
        check(seconds >= 1 && seconds <= MAX_SECONDS && most >= 1 && most <= MAX_IDS, "limits out of range");
        idempotency.configure((int) seconds, (int) most);
        long producers = in.length();
        for (long i = 0; i != producers; i++) {
            byte[] producer = in.string().toByteArray();
            long n = in.length();
            check(producer.length > 0 && n > 0, "a producer of nothing");
            for (long j = 0; j != n; j++) {
                byte[] name = in.string().toByteArray();
                lengths(id);
                check(
                        idempotency.restore(
                                view.set(producer, 0, producer.length), new Bytes().set(name, 0, name.length), id),
                        "an ID of a producer that is there twice, or one too many");
            }
        }
        long added = in.length();
        long duplicates = in.length();
        check(added >= 0 && duplicates >= 0, "a negative count");
        idempotency.setCounts(added, duplicates);
    }

    private void lengths(StreamId into) throws RdbException {
        long first = in.length();
        into.set(first, in.length());
    }

    private void rawId(StreamId into) throws RdbException {
        long first = Long.reverseBytes(in.longValue());
        into.set(first, Long.reverseBytes(in.longValue()));
    }
}
