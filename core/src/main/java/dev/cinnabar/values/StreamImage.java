package dev.cinnabar.values;

import dev.cinnabar.memory.Memory;
import dev.cinnabar.memory.Tag;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What a stream was at one moment, handed out in steps while it goes on changing. Guarded by the lock of the stream's
 * partition.
 */
public final class StreamImage implements Keeper {

    /*
     * The order is that of files: nodes, a frame, and for each group a frame, its pending entries, a frame, for each consumer
     * a frame and the IDs that are pending with it, a frame; at the end a frame. A frame is what is not told in steps: whoever
     * gets the parts has made it at the beginning, of numbers, names and times. So groups and consumers are looked at once,
     * under one lock, and nodes and pending entries, of which there may be millions, one by one.
     *
     * NODES come in the order of their IDs. The last one, to which entries are added, is copied at the beginning; all that is
     * behind it came since. One in front of it changes only when its entries are deleted: it is copied before, or taken over
     * if all of it goes. A stream that was emptied can be given smaller IDs: such nodes are noted, to be passed over.
     *
     * PENDING ENTRIES come twice, those of the group and then those of each consumer. One that is changed or removed for the
     * first time, and has not come twice, is copied, and its ID is noted; so is that of one that is added. Both walks pass over
     * what is noted, and hand out the copies where these belong in the order. What has a larger ID than all that was pending came since, and is
     * not noted: so to read and acknowledge what is new keeps nothing.
     *
     * A GROUP that is destroyed is moved to a stream that nobody sees; a consumer's pending entries are removed one by one.
     */

    /** Who gets the parts; called under the lock. */
    public interface Sink {
        /** A part, which lies in the stream's memory; a frame lies nowhere. Returns about how many bytes have become of it. */
        long part(StreamPart what, Memory memory, long record);

        /** Whether parts are still wanted. If not, nothing is kept any more. */
        boolean isWanted();

        /** There is no memory for what is to be kept: from now on nothing is wanted. */
        void fail(Throwable e);

        /** The entry of a stream that takes groups that are destroyed. */
        Entry lostGroups();
    }

    private record Id(long millis, long sequence) implements Comparable<Id> {
        @Override
        public int compareTo(Id other) {
            return StreamId.compare(millis, sequence, other.millis, other.sequence);
        }
    }

    private static final class Consumer {
        /** 0 if it was deleted. */
        long record;

        /** Made when there is one: of the consumers, who may be many, most have none. */
        @Nullable
        TreeMap<Id, Long> copies;

        Consumer(long record) {
            this.record = record;
        }

        void keep(Id id, long copy) {
            TreeMap<Id, Long> all = copies;
            if (all == null) {
                all = new TreeMap<>();
                copies = all;
            }
            all.put(id, copy);
        }
    }

    private static final class Group {
        final long record;

        /** The largest pending ID; null if there was none. */
        final @Nullable Id last;

        final List<Consumer> consumers = new ArrayList<>();
        final Map<Long, Integer> numbers = new HashMap<>();
        final Set<Id> noted = new HashSet<>();

        /** What the first walk hands out instead of what has changed. */
        final TreeMap<Id, Long> copies = new TreeMap<>();

        /** To be freed when the group is through. */
        final List<Long> toFree = new ArrayList<>(0);

        /** Which consumer's entries are being walked; -1: the group's. */
        int walked = -1;

        boolean isOpen;

        /** What the walk has passed; null at its beginning. */
        @Nullable
        Id position;

        Group(long record, @Nullable Id last) {
            this.record = record;
            this.last = last;
        }

        boolean isPassed(Id id) {
            return position != null && id.compareTo(position) <= 0;
        }
    }

    private static final int NODES = 0;
    private static final int GROUPS = 1;
    private static final int END = 2;
    private static final int DONE = 3;

    private final Memory memory;
    private final long root;
    private final Sink sink;
    private final IdTree tree = new IdTree();
    private int stage;

    private final TreeMap<Id, Long> nodes = new TreeMap<>();
    private @Nullable Id position;
    private @Nullable Id tailId;
    private long tail;

    private final Map<Long, Group> byRecord = new HashMap<>();
    private final List<Group> groups = new ArrayList<>();
    private int group;
    private long keptBytes;

    /** The stream of an entry as it is now. */
    public StreamImage(Entry entry, Sink sink) {
        this.memory = entry.memory();
        this.root = entry.longAt(0);
        this.sink = sink;
        tree.in(memory);
        long last = nodesTree().last();
        if (last != 0) {
            tailId = id(last);
            tail = copyNode(last);
        }
        addGroups(new StreamValue(new Limits()).at(entry));
    }

    private void addGroups(StreamValue stream) {
        ConsumerGroup view = new ConsumerGroup();
        for (boolean more = view.first(stream); more; more = view.next()) {
            Group added = new Group(view.record(), view.lastPending() ? id(view.entryRecord()) : null);
            for (boolean some = view.firstConsumer(); some; some = view.nextConsumer()) {
                added.numbers.put(view.consumerRecord(), added.consumers.size());
                added.consumers.add(new Consumer(view.consumerRecord()));
            }
            groups.add(added);
            byRecord.put(added.record, added);
        }
    }

    private IdTree nodesTree() {
        tree.at(memory.getLong(root, StreamValue.NODES));
        return tree;
    }

    private Id id(long record) {
        return new Id(memory.getLong(record, IdTree.MILLIS), memory.getLong(record, IdTree.SEQUENCE));
    }

    private long copy(long record, int bytes) {
        try {
            long copy = StreamValue.copyBlock(memory, record, memory, bytes);
            keptBytes += Memory.blockSize(bytes);
            return copy;
        } catch (OutOfMemoryError e) {
            sink.fail(e);
            return 0;
        }
    }

    private long copyNode(long record) {
        return copy(record, memory.getInt(record, StreamNode.CAPACITY));
    }

    private void freeNode(long record) {
        if (record != 0) {
            int capacity = memory.getInt(record, StreamNode.CAPACITY);
            keptBytes -= Memory.blockSize(capacity);
            memory.free(record, capacity, Tag.VALUE);
        }
    }

    private void freePending(long record) {
        if (record != 0) {
            keptBytes -= Memory.blockSize(ConsumerGroup.PENDING_BYTES);
            memory.free(record, ConsumerGroup.PENDING_BYTES, Tag.VALUE);
        }
    }

    /** The bytes of what is kept. */
    public long keptBytes() {
        return keptBytes;
    }

    // What changes.

    /** The ID of a node that is still to come; null if it is not. */
    private @Nullable Id toCome(Id id) {
        Id last = tailId;
        boolean comes = stage == NODES
                && sink.isWanted()
                && last != null
                && id.compareTo(last) < 0
                && (position == null || id.compareTo(position) > 0)
                && !nodes.containsKey(id);
        return comes ? id : null;
    }

    @Override
    public void nodeChanges(long record) {
        Id id = toCome(id(record));
        if (id != null) {
            nodes.put(id, copyNode(record));
        }
    }

    @Override
    public boolean takesNode(long record) {
        Id id = toCome(id(record));
        if (id == null) {
            return false;
        }
        nodes.put(id, record);
        keptBytes += Memory.blockSize(memory.getInt(record, StreamNode.CAPACITY));
        return true;
    }

    @Override
    public void nodeComes(long millis, long sequence) {
        Id id = toCome(new Id(millis, sequence));
        if (id != null) {
            nodes.put(id, 0L);
        }
    }

    /** The group of this record if an ID may be still to come of it, and is not noted; else null. */
    private @Nullable Group open(long record, Id id) {
        Group of = byRecord.get(record);
        return of == null || of.last == null || id.compareTo(of.last) > 0 || of.noted.contains(id) || !sink.isWanted()
                ? null
                : of;
    }

    @Override
    public void pendingChanges(long groupRecord, long record, boolean isRemoved) {
        Id id = id(record);
        Group of = open(groupRecord, id);
        if (of == null) {
            return;
        }
        boolean first = of.walked < 0 && !of.isPassed(id);
        Integer number = of.numbers.get(ConsumerGroup.owner(memory, record));
        boolean second = number != null && (number > of.walked || number == of.walked && !of.isPassed(id));
        if (isRemoved && !first && !second) {
            return;
        }
        of.noted.add(id);
        if (first || second) {
            long copy = copy(record, ConsumerGroup.PENDING_BYTES);
            of.toFree.add(copy);
            if (first) {
                of.copies.put(id, copy);
            }
            if (second && number != null) {
                of.consumers.get(number).keep(id, copy);
            }
        }
    }

    @Override
    public void pendingComes(long groupRecord, long millis, long sequence) {
        Id id = new Id(millis, sequence);
        Group of = open(groupRecord, id);
        if (of != null) {
            of.noted.add(id);
        }
    }

    @Override
    public void consumerGoes(long groupRecord, long consumer) {
        Group of = byRecord.get(groupRecord);
        Integer number = of == null ? null : of.numbers.remove(consumer);
        if (of != null && number != null) {
            of.consumers.get(number).record = 0;
        }
    }

    @Override
    public @Nullable Entry takesGroup(long groupRecord) {
        return byRecord.containsKey(groupRecord) && sink.isWanted() ? sink.lostGroups() : null;
    }

    // The walk.

    /** Hands out one part more, or passes over something; returns about how many bytes that were. */
    public long step() {
        return switch (stage) {
            case NODES -> nodeStep();
            case GROUPS -> {
                if (group < groups.size()) {
                    yield groupStep(groups.get(group));
                }
                stage = END;
                yield 0;
            }
            default -> {
                stage = DONE;
                yield frame();
            }
        };
    }

    /** Whether all has been handed out. */
    public boolean isDone() {
        return stage == DONE;
    }

    private long frame() {
        return sink.part(StreamPart.FRAME, memory, Memory.NULL);
    }

    private long nodeStep() {
        Id last = tailId;
        Id present = idAfter(nodesTree(), position);
        if (present != null && (last == null || present.compareTo(last) >= 0)) {
            present = null;
        }
        Map.Entry<Id, Long> kept = nodes.firstEntry();
        if (kept != null && (present == null || kept.getKey().compareTo(present) <= 0)) {
            nodes.pollFirstEntry();
            position = kept.getKey();
            long bytes = kept.getValue() == 0 ? 0 : sink.part(StreamPart.NODE, memory, kept.getValue());
            freeNode(kept.getValue());
            return bytes;
        }
        if (present != null) {
            position = present;
            return sink.part(StreamPart.NODE, memory, tree.record());
        }
        long bytes = tail == 0 ? 0 : sink.part(StreamPart.NODE, memory, tail);
        freeNode(tail);
        tail = 0;
        stage = GROUPS;
        return bytes + frame();
    }

    /** Goes to the first record of a tree behind an ID, null for the beginning; returns its ID, or null at the end. */
    private @Nullable Id idAfter(IdTree of, @Nullable Id passed) {
        long record;
        if (passed == null) {
            record = of.first();
        } else {
            record = of.seek(passed.millis, passed.sequence);
            record = record != 0 && id(record).equals(passed) ? of.next() : record;
        }
        return record == 0 ? null : id(record);
    }

    private long groupStep(Group of) {
        boolean ofConsumer = of.walked >= 0;
        if (ofConsumer && of.walked == of.consumers.size()) {
            return endStep(of);
        }
        long bytes = 0;
        if (!of.isOpen) {
            of.isOpen = true;
            bytes = frame();
        }
        StreamPart what = ofConsumer ? StreamPart.PENDING_ID : StreamPart.PENDING;
        Id next = null;
        long consumer = ofConsumer ? of.consumers.get(of.walked).record : 0;
        if (of.last != null && (!ofConsumer || consumer != 0)) {
            tree.at(ConsumerGroup.pendingTree(memory, ofConsumer ? consumer : of.record));
            next = idAfter(tree, of.position);
        }
        if (next != null && of.last != null && next.compareTo(of.last) > 0) {
            next = null;
        }
        TreeMap<Id, Long> copies = ofConsumer ? of.consumers.get(of.walked).copies : of.copies;
        Map.Entry<Id, Long> copy = copies == null ? null : copies.firstEntry();
        if (copies != null && copy != null && (next == null || copy.getKey().compareTo(next) <= 0)) {
            copies.pollFirstEntry();
            of.position = copy.getKey();
            return bytes + (copy.getValue() == 0 ? 0 : sink.part(what, memory, copy.getValue()));
        }
        if (next != null) {
            of.position = next;
            return bytes + (of.noted.contains(next) ? 0 : sink.part(what, memory, tree.record()));
        }
        of.walked++;
        of.position = null;
        of.isOpen = false;
        return ofConsumer ? bytes : bytes + frame();
    }

    /** All of a group has come: what was copied is freed, one by one, and then the frame at its end comes. */
    private long endStep(Group of) {
        byRecord.remove(of.record);
        if (!of.toFree.isEmpty()) {
            freePending(of.toFree.removeLast());
            return 0;
        }
        group++;
        return frame();
    }

    /** Frees some of what is kept, when nothing is wanted any more; returns whether nothing is left. */
    public boolean freeStep(int max) {
        freeNode(tail);
        tail = 0;
        int left = max;
        for (Map.Entry<Id, Long> kept = nodes.pollFirstEntry(); kept != null; kept = nodes.pollFirstEntry()) {
            freeNode(kept.getValue());
            if (--left == 0) {
                return false;
            }
        }
        for (; group < groups.size(); group++) {
            List<Long> copies = groups.get(group).toFree;
            while (!copies.isEmpty()) {
                freePending(copies.removeLast());
                if (--left == 0) {
                    return false;
                }
            }
        }
        return true;
    }
}
