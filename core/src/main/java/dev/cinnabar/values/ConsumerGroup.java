package dev.cinnabar.values;

import dev.cinnabar.memory.Bytes;
import dev.cinnabar.memory.Memory;
import dev.cinnabar.memory.Tag;
import dev.cinnabar.structures.BTree;
import org.jspecify.annotations.Nullable;

/**
 * A group of consumers that read a stream together, with its pending entries: those delivered and not yet acknowledged. A
 * flyweight with three cursors, over the groups of a stream, the consumers of the group and pending entries; owned by one
 * thread, what it shows is guarded by the lock of the stream's partition.
 */
public final class ConsumerGroup {

    /*
     *   group      0         8          16          24       40            48         56         64        68
     *              +---------+----------+-----------+--------+-------------+----------+----------+---------+------
     *              | pending | delivery | consumers | lastId | entriesRead | releases | released | name, n | name
     *              +---------+----------+-----------+--------+-------------+----------+----------+---------+------
     *
     *   consumer   0         8            16             24        28
     *              +---------+------------+--------------+---------+------
     *              | pending | seenMillis | activeMillis | name, n | name         activeMillis: -1 for never
     *              +---------+------------+--------------+---------+------
     *
     *   pending    0    16     24      32
     *              +----+------+-------+----------+
     *              | id | time | count | consumer |                              consumer: its address, 0 for none
     *              +----+------+-------+----------+
     *
     * A pending entry is one record in three trees: by its ID in those of the group and of its consumer, and by the time of
     * its last delivery in the group's order of delivery, which tells what has waited longest. A consumer may give an entry
     * back: it then has no consumer, and comes before all that was delivered, in the order in which entries were given back.
     * So its "time" is a number of that order, counted up from the smallest one, and told as 0.
     */

    private static final int PENDING = 0;
    private static final int DELIVERY = 8;
    private static final int CONSUMERS = 16;
    private static final int LAST = 24;
    private static final int ENTRIES_READ = 40;
    private static final int RELEASES = 48;
    private static final int RELEASED = 56;
    private static final int NAME = 64;

    private static final int SEEN = 8;
    private static final int ACTIVE = 16;
    private static final int CONSUMER_NAME = 24;

    private static final int TIME = 16;
    private static final int COUNT = 24;
    private static final int CONSUMER = 32;
    static final int PENDING_BYTES = 40;

    /** How many entries a group has read, where that is not known. */
    public static final long UNKNOWN = -1;

    public static final long UNKNOWN_LAG = Long.MIN_VALUE;

    private StreamValue stream;
    private Memory memory;
    private long root;
    private long group;
    private long consumer;
    private long entry;
    private boolean ofConsumer;

    private final NameTree groups = new NameTree(NAME);
    private final NameTree consumers = new NameTree(CONSUMER_NAME);
    private final IdTree pending = new IdTree();
    private final IdTree consumerPending = new IdTree();
    private final DeliveryTree delivery = new DeliveryTree();

    private final StreamId id = new StreamId();
    private final StreamId other = new StreamId();

    @SuppressWarnings("NullAway.Init")
    public ConsumerGroup() {}

    private void in(StreamValue stream) {
        if (memory != stream.memory()) {
            memory = stream.memory();
            groups.in(memory);
            consumers.in(memory);
            pending.in(memory);
            consumerPending.in(memory);
            delivery.in(memory);
        }
        root = stream.root();
        this.stream = stream;
    }

    private boolean show(long record) {
        if (record == 0) {
            return false;
        }
        group = record;
        consumer = 0;
        entry = 0;
        pending.at(memory.getLong(group, PENDING));
        delivery.at(memory.getLong(group, DELIVERY));
        consumers.at(memory.getLong(group, CONSUMERS));
        return true;
    }

    // The groups of a stream.

    /** Turns to the group of a name; false if the stream has none. */
    public boolean find(StreamValue stream, Bytes name) {
        in(stream);
        long tree = memory.getLong(root, StreamValue.GROUPS);
        if (tree == 0) {
            return false;
        }
        groups.at(tree);
        return show(groups.find(name));
    }

    /** Turns to the first group in the order of names. */
    public boolean first(StreamValue stream) {
        in(stream);
        long tree = memory.getLong(root, StreamValue.GROUPS);
        if (tree == 0) {
            return false;
        }
        groups.at(tree);
        return show(groups.first());
    }

    public boolean next() {
        return show(groups.next());
    }

    /** Makes a group of a name that the stream does not have yet, and turns to it. */
    public void create(StreamValue stream, Bytes name, StreamId last, long entriesRead) {
        in(stream);
        long record = memory.allocate(NAME + 4L + name.length(), Tag.VALUE);
        memory.putLong(record, PENDING, pending.create());
        memory.putLong(record, DELIVERY, delivery.create());
        memory.putLong(record, CONSUMERS, consumers.create());
        putId(record, last);
        memory.putLong(record, ENTRIES_READ, entriesRead);
        memory.putLong(record, RELEASES, 0);
        memory.putLong(record, RELEASED, 0);
        openGroups();
        groups.writeName(record, name);
        groups.insert(record);
        show(record);
    }

    private void openGroups() {
        long tree = memory.getLong(root, StreamValue.GROUPS);
        if (tree == 0) {
            memory.putLong(root, StreamValue.GROUPS, groups.create());
        } else {
            groups.at(tree);
        }
    }

    /** If what keeps the old form of the stream needs the group, which is to be destroyed, gives it to that. */
    public boolean moveToKeeper() {
        Keeper keeper = stream.keeper();
        Entry taker = keeper == null ? null : keeper.takesGroup(group);
        if (taker == null) {
            return false;
        }
        moveTo(new StreamValue(new Limits()).at(taker));
        return true;
    }

    /** Takes the group from its stream and gives it to another one of the same memory, which has none of that name. */
    public void moveTo(StreamValue stream) {
        groups.find(name(new Bytes()));
        groups.remove();
        if (groups.size() == 0) {
            groups.destroy();
            memory.putLong(root, StreamValue.GROUPS, 0);
        }
        root = stream.root();
        openGroups();
        groups.insert(group);
    }

    public Bytes name(Bytes view) {
        return groups.name(group, view);
    }

    /** The ID of the last entry that was delivered as a new one. */
    public StreamId lastId(StreamId into) {
        return into.set(memory.getLong(group, LAST), memory.getLong(group, LAST + 8));
    }

    public void setLastId(StreamId last) {
        putId(group, last);
    }

    private void putId(long record, StreamId last) {
        memory.putLong(record, LAST, last.millis());
        memory.putLong(record, LAST + 8, last.sequence());
    }

    /** How many of all entries ever added are not behind the last one delivered, or {@link #UNKNOWN}. */
    public long entriesRead() {
        return memory.getLong(group, ENTRIES_READ);
    }

    public void setEntriesRead(long n) {
        memory.putLong(group, ENTRIES_READ, n);
    }

    /** An entry behind the last one delivered is delivered: it is the last one now. */
    public void advance(StreamValue stream, StreamId to) {
        lastId(id);
        if (to.compareTo(id) <= 0) {
            return;
        }
        boolean exact =
                entriesRead() != UNKNOWN && id.compareTo(stream.firstId(other)) >= 0 && !hasDeletedFrom(stream, id);
        if (exact) {
            setEntriesRead(entriesRead() + 1);
        } else if (stream.everAdded() > 0) {
            setEntriesRead(position(stream, to));
        }
        setLastId(to);
    }

    /** Whether an entry was deleted by its ID that is not in front of this one. */
    private boolean hasDeletedFrom(StreamValue stream, StreamId from) {
        return stream.length() > 0 && !stream.maxDeletedId(other).isMin() && from.compareTo(other) <= 0;
    }

    /** Sets how many entries have been read to what can be told from the last one delivered. */
    public void estimateEntriesRead(StreamValue stream) {
        setEntriesRead(position(stream, lastId(id)));
    }

    /** How many of all entries ever added are not behind an ID, or {@link #UNKNOWN}. */
    private long position(StreamValue stream, StreamId at) {
        long added = stream.everAdded();
        if (added == 0) {
            return 0;
        }
        int toLast = at.compareTo(stream.lastId(other));
        if (stream.length() == 0 && toLast <= 0) {
            return added;
        }
        stream.maxDeletedId(other);
        boolean anyDeleted = !other.isMin();
        if (!at.isMin() && at.compareTo(other) < 0) {
            return UNKNOWN;
        }
        if (toLast == 0) {
            return added;
        }
        if (toLast > 0) {
            return UNKNOWN;
        }
        StreamId first = stream.firstId(new StreamId());
        if (!anyDeleted || other.compareTo(first) < 0) {
            int toFirst = at.compareTo(first);
            if (toFirst < 0) {
                return added - stream.length();
            }
            if (toFirst == 0) {
                return added - stream.length() + 1;
            }
        }
        return UNKNOWN;
    }

    /** How many entries are still to be delivered to the group, or {@link #UNKNOWN_LAG}: it may be negative. */
    public long lag(StreamValue stream) {
        long added = stream.everAdded();
        if (added == 0 || stream.length() == 0) {
            return 0;
        }
        StreamId first = stream.firstId(new StreamId());
        lastId(id);
        if (id.compareTo(first) < 0 && stream.maxDeletedId(other).compareTo(first) < 0) {
            return stream.length();
        }
        if (entriesRead() != UNKNOWN && !hasDeletedFrom(stream, id)) {
            return added - entriesRead();
        }
        long position = position(stream, id);
        return position == UNKNOWN ? UNKNOWN_LAG : added - position;
    }

    // Consumers.

    /** Turns to the consumer of a name; false if the group has none. */
    public boolean findConsumer(Bytes name) {
        return showConsumer(consumers.find(name));
    }

    public boolean firstConsumer() {
        return showConsumer(consumers.first());
    }

    public boolean nextConsumer() {
        return showConsumer(consumers.next());
    }

    private boolean showConsumer(long record) {
        consumer = record;
        if (record != 0) {
            consumerPending.at(memory.getLong(record, PENDING));
        }
        return record != 0;
    }

    /** Makes a consumer of a name that the group does not have yet, and turns to it. */
    public void createConsumer(Bytes name, long nowMillis) {
        long record = memory.allocate(CONSUMER_NAME + 4L + name.length(), Tag.VALUE);
        memory.putLong(record, PENDING, consumerPending.create());
        memory.putLong(record, SEEN, nowMillis);
        memory.putLong(record, ACTIVE, -1);
        consumers.writeName(record, name);
        consumers.insert(record);
        showConsumer(record);
    }

    /** Deletes the consumer, and its pending entries, whose number is returned. */
    public long deleteConsumer() {
        long n = consumerPending.size();
        long record = consumer;
        Keeper keeper = stream.keeper();
        for (long p = consumerPending.first(); p != 0; p = consumerPending.next()) {
            if (keeper != null) {
                keeper.pendingChanges(group, p, true);
            }
            pending.find(pending.millisOf(p), pending.sequenceOf(p));
            pending.remove();
            delivery.remove(memory.getLong(p, TIME), p);
        }
        consumerPending.destroyStep(Integer.MAX_VALUE, p -> memory.free(p, PENDING_BYTES, Tag.VALUE));
        if (keeper != null) {
            keeper.consumerGoes(group, record);
        }
        consumers.find(consumerName(new Bytes()));
        consumers.remove();
        memory.free(record, consumerBytes(memory, record), Tag.VALUE);
        consumer = 0;
        return n;
    }

    private static long consumerBytes(Memory memory, long record) {
        return CONSUMER_NAME + 4L + memory.getInt(record, CONSUMER_NAME);
    }

    private static long groupBytes(Memory memory, long record) {
        return NAME + 4L + memory.getInt(record, NAME);
    }

    /** How many consumers the group has. */
    public long consumers() {
        return consumers.size();
    }

    public Bytes consumerName(Bytes view) {
        return consumers.name(consumer, view);
    }

    /** When the consumer last tried to read or claim. */
    public long seenMillis() {
        return memory.getLong(consumer, SEEN);
    }

    public void setSeen(long nowMillis) {
        memory.putLong(consumer, SEEN, nowMillis);
    }

    /** When the consumer last got something, or -1. */
    public long activeMillis() {
        return memory.getLong(consumer, ACTIVE);
    }

    public void setActive(long nowMillis) {
        memory.putLong(consumer, ACTIVE, nowMillis);
    }

    /** How many entries are pending with the consumer. */
    public long consumerPendingCount() {
        return consumerPending.size();
    }

    // Pending entries: the cursor is at one.

    /** How many entries are pending in the group. */
    public long pendingCount() {
        return pending.size();
    }

    /** How many of those have been given back. */
    public long releasedCount() {
        return memory.getLong(group, RELEASED);
    }

    private boolean showEntry(long record) {
        entry = record;
        return record != 0;
    }

    public boolean findPending(StreamId wanted) {
        return showEntry(pending.find(wanted.millis(), wanted.sequence()));
    }

    /** Goes to the first pending entry of the group, or of the consumer, whose ID is not before this. */
    public boolean seekPending(StreamId from, boolean ofConsumer) {
        this.ofConsumer = ofConsumer;
        IdTree tree = ofConsumer ? consumerPending : pending;
        return showEntry(tree.seek(from.millis(), from.sequence()));
    }

    /** Goes on after {@link #seekPending}. */
    public boolean nextPending() {
        return showEntry((ofConsumer ? consumerPending : pending).next());
    }

    /** Goes to the last pending entry of the group. */
    public boolean lastPending() {
        return showEntry(pending.last());
    }

    /** Goes to the pending entry of the group that waits longest: those given back first. */
    public boolean firstDelivered() {
        return showEntry(delivery.first());
    }

    /** Goes on after {@link #firstDelivered}. */
    public boolean nextDelivered() {
        return showEntry(delivery.next());
    }

    public StreamId pendingId(StreamId into) {
        return into.set(pending.millisOf(entry), pending.sequenceOf(entry));
    }

    /** When the pending entry was last delivered; 0 if it has been given back. */
    public long deliveryMillis() {
        return deliveryMillis(memory, entry);
    }

    public long deliveryCount() {
        return deliveryCount(memory, entry);
    }

    /** Counts one delivery more; the largest number stays. */
    public void countDelivery() {
        if (deliveryCount() != Long.MAX_VALUE) {
            setDeliveryCount(deliveryCount() + 1);
        }
    }

    public void setDeliveryCount(long n) {
        beforePendingChanges(false);
        memory.putLong(entry, COUNT, n);
    }

    private void beforePendingChanges(boolean isRemoved) {
        Keeper keeper = stream.keeper();
        if (keeper != null) {
            keeper.pendingChanges(group, entry, isRemoved);
        }
    }

    // For StreamImage.

    long record() {
        return group;
    }

    long consumerRecord() {
        return consumer;
    }

    long entryRecord() {
        return entry;
    }

    /** The root of the tree of what is pending in a group or with a consumer: both have it in the same place. */
    static long pendingTree(Memory memory, long record) {
        return memory.getLong(record, PENDING);
    }

    /** The consumer that has a pending entry; 0 for none. */
    static long owner(Memory memory, long record) {
        return memory.getLong(record, CONSUMER);
    }

    /** When a pending entry was last delivered; 0 if it has been given back. */
    public static long deliveryMillis(Memory memory, long record) {
        return Math.max(memory.getLong(record, TIME), 0);
    }

    public static long deliveryCount(Memory memory, long record) {
        return memory.getLong(record, COUNT);
    }

    /** Whether no consumer has the pending entry. */
    public boolean isReleased() {
        return memory.getLong(entry, CONSUMER) == 0;
    }

    /** Shows the name of the consumer that has the pending entry: an empty one for none. */
    public Bytes ownerName(Bytes view) {
        long owner = memory.getLong(entry, CONSUMER);
        return owner == 0 ? view.set(NO_NAME, 0, 0) : consumers.name(owner, view);
    }

    private static final byte[] NO_NAME = {};

    /** An entry, pending or not, is delivered to the consumer for the first time. */
    public void deliver(StreamId delivered, long nowMillis) {
        if (findPending(delivered)) {
            giveToConsumer(nowMillis);
        } else {
            addPending(delivered, consumer, nowMillis);
            consumerPending.insert(entry);
        }
        setDeliveryCount(1);
    }

    private void addPending(StreamId added, long owner, long time) {
        Keeper keeper = stream.keeper();
        if (keeper != null) {
            keeper.pendingComes(group, added.millis(), added.sequence());
        }
        entry = memory.allocate(PENDING_BYTES, Tag.VALUE);
        memory.putLong(entry, IdTree.MILLIS, added.millis());
        memory.putLong(entry, IdTree.SEQUENCE, added.sequence());
        memory.putLong(entry, TIME, time);
        memory.putLong(entry, COUNT, 1);
        memory.putLong(entry, CONSUMER, owner);
        pending.insert(entry);
        delivery.insert(time, entry);
    }

    /** The pending entry becomes the consumer's, as delivered at that time. */
    public void giveToConsumer(long deliveryMillis) {
        beforePendingChanges(false);
        long owner = memory.getLong(entry, CONSUMER);
        if (owner != consumer) {
            takeFromOwner(owner);
            memory.putLong(entry, CONSUMER, consumer);
            consumerPending.at(memory.getLong(consumer, PENDING));
            consumerPending.insert(entry);
        }
        setTime(deliveryMillis);
    }

    /** The pending entry is delivered to whom it belongs once more. */
    public void setTime(long time) {
        long before = memory.getLong(entry, TIME);
        if (before != time) {
            beforePendingChanges(false);
            delivery.remove(before, entry);
            memory.putLong(entry, TIME, time);
            delivery.insert(time, entry);
        }
    }

    private void takeFromOwner(long owner) {
        if (owner == 0) {
            memory.putLong(group, RELEASED, releasedCount() - 1);
            return;
        }
        consumerPending.at(memory.getLong(owner, PENDING));
        if (consumerPending.find(pending.millisOf(entry), pending.sequenceOf(entry)) != entry) {
            throw new IllegalStateException("a pending entry is not its consumer's");
        }
        consumerPending.remove();
    }

    /** Adds a pending entry of the consumer that was not delivered to it. */
    public void force(StreamId forced, long nowMillis) {
        addPending(forced, consumer, nowMillis);
        consumerPending.insert(entry);
    }

    /** Adds a pending entry that no consumer has. */
    public void forceReleased(StreamId forced) {
        addPending(forced, 0, nextRelease());
        memory.putLong(group, RELEASED, releasedCount() + 1);
        setDeliveryCount(0);
    }

    /** The pending entry is given back: no consumer has it any more. It is behind all others that were given back before. */
    public void release() {
        beforePendingChanges(false);
        long owner = memory.getLong(entry, CONSUMER);
        takeFromOwner(owner);
        memory.putLong(entry, CONSUMER, 0);
        memory.putLong(group, RELEASED, releasedCount() + 1);
        setTime(nextRelease());
        if (consumer != 0) {
            consumerPending.at(memory.getLong(consumer, PENDING));
        }
    }

    private long nextRelease() {
        long n = memory.getLong(group, RELEASES);
        memory.putLong(group, RELEASES, n + 1);
        return Long.MIN_VALUE + n;
    }

    /** Deletes the pending entry. The cursor is nowhere. */
    public void removePending() {
        beforePendingChanges(true);
        takeFromOwner(memory.getLong(entry, CONSUMER));
        delivery.remove(memory.getLong(entry, TIME), entry);
        pending.find(pending.millisOf(entry), pending.sequenceOf(entry));
        pending.remove();
        memory.free(entry, PENDING_BYTES, Tag.VALUE);
        entry = 0;
        if (consumer != 0) {
            consumerPending.at(memory.getLong(consumer, PENDING));
        }
    }

    /** Deletes the pending entry of an ID; false if there is none. */
    public boolean acknowledge(StreamId acknowledged) {
        if (!findPending(acknowledged)) {
            return false;
        }
        removePending();
        return true;
    }

    // All groups of a stream.

    /** How many groups a stream has. */
    public long count(StreamValue stream) {
        in(stream);
        long tree = memory.getLong(root, StreamValue.GROUPS);
        return tree == 0 ? 0 : groups.at(tree).size();
    }

    /** Deletes the pending entry of an ID from all groups. Returns whether there was one. */
    public boolean removeFromAll(StreamValue stream, StreamId removed) {
        boolean some = false;
        for (boolean found = first(stream); found; found = next()) {
            some |= acknowledge(removed);
        }
        return some;
    }

    /** Whether some group has not been delivered an entry, or has it pending. */
    public boolean isNeeded(StreamValue stream, StreamId needed) {
        for (boolean found = first(stream); found; found = next()) {
            if (lastId(id).compareTo(needed) < 0 || findPending(needed)) {
                return true;
            }
        }
        return false;
    }

    // As a whole. What is being freed has roots of 0 where it has been.

    /** Frees the groups of a stream in steps; returns whether none is left. */
    static boolean releaseStep(Memory memory, long root, int maxBlocks) {
        long tree = memory.getLong(root, StreamValue.GROUPS);
        if (tree == 0) {
            return true;
        }
        NameTree groups = new NameTree(NAME).in(memory);
        groups.at(tree);
        Release release = new Release(memory, maxBlocks);
        for (long record = groups.first(); record != 0; record = groups.first()) {
            if (!release.group(record)) {
                return false;
            }
            groups.remove();
            memory.free(record, groupBytes(memory, record), Tag.VALUE);
        }
        groups.destroy();
        memory.putLong(root, StreamValue.GROUPS, 0);
        return true;
    }

    /** One step of freeing: as long as blocks may be freed. */
    private static final class Release {
        private final Memory memory;
        private long left;

        Release(Memory memory, long left) {
            this.memory = memory;
            this.left = left;
        }

        boolean group(long record) {
            return tree(new DeliveryTree().in(memory), record, DELIVERY, false)
                    && tree(new IdTree().in(memory), record, PENDING, true)
                    && consumers(record)
                    && left > 0;
        }

        private boolean consumers(long record) {
            NameTree consumers = new NameTree(CONSUMER_NAME).in(memory);
            long root = memory.getLong(record, CONSUMERS);
            if (root == 0) {
                return true;
            }
            consumers.at(root);
            for (long consumer = consumers.first(); consumer != 0; consumer = consumers.first()) {
                if (left <= 0 || !tree(new IdTree().in(memory), consumer, PENDING, false)) {
                    return false;
                }
                consumers.remove();
                memory.free(consumer, consumerBytes(memory, consumer), Tag.VALUE);
                left--;
            }
            consumers.destroy();
            memory.putLong(record, CONSUMERS, 0);
            return true;
        }

        private boolean tree(BTree tree, long owner, int at, boolean withRecords) {
            long root = memory.getLong(owner, at);
            if (root == 0) {
                return true;
            }
            tree.at(root);
            long size = tree.size();
            boolean done = tree.destroyStep((int) Math.max(1, Math.min(left, Integer.MAX_VALUE)), record -> {
                if (withRecords) {
                    memory.free(record, PENDING_BYTES, Tag.VALUE);
                }
            });
            // Trees without records go by leaves.
            left -= 1 + (done ? size : size - tree.size()) / (withRecords ? 1 : 16);
            if (done) {
                memory.putLong(owner, at, 0);
            }
            return done;
        }
    }

    /** The bytes of the groups of a stream, which may be on the way to be freed. */
    static long size(Memory memory, long root) {
        long tree = memory.getLong(root, StreamValue.GROUPS);
        if (tree == 0) {
            return 0;
        }
        NameTree groups = new NameTree(NAME).in(memory);
        groups.at(tree);
        long bytes = groups.bytes();
        for (long group = groups.first(); group != 0; group = groups.next()) {
            bytes += Memory.blockSize(groupBytes(memory, group));
            bytes += treeBytes(new DeliveryTree().in(memory), memory.getLong(group, DELIVERY));
            IdTree pending = new IdTree().in(memory);
            long root2 = memory.getLong(group, PENDING);
            bytes += treeBytes(pending, root2);
            bytes += root2 == 0 ? 0 : pending.size() * Memory.blockSize(PENDING_BYTES);
            long consumersRoot = memory.getLong(group, CONSUMERS);
            if (consumersRoot != 0) {
                NameTree consumers = new NameTree(CONSUMER_NAME).in(memory);
                bytes += treeBytes(consumers, consumersRoot);
                for (long consumer = consumers.first(); consumer != 0; consumer = consumers.next()) {
                    bytes += Memory.blockSize(consumerBytes(memory, consumer));
                    bytes += treeBytes(pending, memory.getLong(consumer, PENDING));
                }
            }
        }
        return bytes;
    }

    private static long treeBytes(BTree tree, long root) {
        return root == 0 ? 0 : tree.at(root).bytes();
    }

    /** Gives a stream copies of another one's groups. */
    static void copy(StreamValue from, StreamValue to) {
        ConsumerGroup source = new ConsumerGroup();
        ConsumerGroup target = new ConsumerGroup();
        Bytes name = new Bytes();
        StreamId at = new StreamId();
        for (boolean found = source.first(from); found; found = source.next()) {
            target.create(to, source.name(name), source.lastId(at), source.entriesRead());
            target.memory.putLong(target.group, RELEASES, source.memory.getLong(source.group, RELEASES));
            for (boolean more = source.firstConsumer(); more; more = source.nextConsumer()) {
                target.createConsumer(source.consumerName(name), source.seenMillis());
                target.setActive(source.activeMillis());
                for (boolean has = source.seekPending(at.setMin(), true); has; has = source.nextPending()) {
                    target.addPending(source.pendingId(at), target.consumer, source.deliveryMillis());
                    target.consumerPending.insert(target.entry);
                    target.setDeliveryCount(source.deliveryCount());
                }
            }
            for (boolean has = source.firstDelivered(); has && source.isReleased(); has = source.nextDelivered()) {
                target.addPending(source.pendingId(at), 0, source.memory.getLong(source.entry, TIME));
                target.setDeliveryCount(source.deliveryCount());
            }
            target.memory.putLong(target.group, RELEASED, source.releasedCount());
        }
    }

    /** Throws if the groups of a stream are not well formed. */
    static void check(StreamValue stream) {
        ConsumerGroup group = new ConsumerGroup();
        @Nullable Bytes before = null;
        for (boolean found = group.first(stream); found; found = group.next()) {
            Bytes name = Bytes.of(group.name(new Bytes()).toByteArray());
            that(before == null || before.compareTo(name) < 0, "order of groups");
            before = name;
            group.checkGroup();
        }
    }

    private void checkGroup() {
        pending.checkInvariants();
        delivery.checkInvariants();
        consumers.checkInvariants();
        that(pending.size() == delivery.size(), "order of delivery");
        long owned = 0;
        for (boolean more = firstConsumer(); more; more = nextConsumer()) {
            consumerPending.checkInvariants();
            owned += consumerPending.size();
            for (long p = consumerPending.first(); p != 0; p = consumerPending.next()) {
                that(memory.getLong(p, CONSUMER) == consumer, "owner of a pending entry");
                that(pending.find(pending.millisOf(p), pending.sequenceOf(p)) == p, "pending entry of a consumer");
            }
        }
        that(owned + releasedCount() == pending.size(), "owners of pending entries");
        id.setMin();
        for (long p = pending.first(); p != 0; p = pending.next()) {
            boolean isNext = id.compareTo(pending.millisOf(p), pending.sequenceOf(p)) < 0;
            that(isNext || pending.rank() == 0, "order of pending entries");
            id.set(pending.millisOf(p), pending.sequenceOf(p));
            that((memory.getLong(p, CONSUMER) == 0) == (memory.getLong(p, TIME) < 0), "time of what is given back");
        }
        for (long p = delivery.first(); p != 0; p = delivery.next()) {
            that(delivery.number() == memory.getLong(p, TIME), "time of delivery");
        }
    }

    private static void that(boolean condition, String what) {
        if (!condition) {
            throw new IllegalStateException("group of a stream: " + what);
        }
    }
}
