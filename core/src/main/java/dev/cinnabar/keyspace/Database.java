package dev.cinnabar.keyspace;

import dev.cinnabar.memory.Bytes;
import dev.cinnabar.memory.Memory;
import dev.cinnabar.memory.Tag;
import dev.cinnabar.structures.ExpiryOrder;
import dev.cinnabar.structures.HashTable;
import dev.cinnabar.structures.LookAhead;
import dev.cinnabar.structures.RecordConsumer;
import dev.cinnabar.values.Elements;
import dev.cinnabar.values.Entry;
import dev.cinnabar.values.HashValue;
import dev.cinnabar.values.Keeper;
import dev.cinnabar.values.MemberAim;
import dev.cinnabar.values.Values;
import java.util.Arrays;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The part of one numbered database that lies in one partition. Guarded by the partition's lock.
 *
 * <p>An {@link Entry} view knows its slot in the table as of a stamp. Whatever adds or removes a key moves slots and takes a
 * new stamp; a view with an old one is looked up again when it is changed. So a handler may hold two views and add or delete
 * through either.
 */
public final class Database implements Entry.Home {

    /** A value of more blocks than this is not freed by the command that deletes it, but as the partition's garbage. */
    private static final int FREED_AT_ONCE = 64;

    private final Partition partition;
    private final Memory memory;
    private final Table table;
    private final ExpiryOrder expiry;

    /** Hashes by the time at which the first of their fields expires. */
    private final ExpiryOrder fieldExpiry;

    private final Bytes keyView = new Bytes();
    private final Entry scratch = new Entry();
    private int stamp;

    /** The number that it has in the snapshot that runs, if it is part of it. */
    private int snapshotNumber;

    /** Whether a snapshot has not walked all of it yet. */
    private boolean isHeld;

    // While it is taken apart: records that are in no table any more and not yet freed.
    private long[] doomed = {};
    private int doomedCount;
    private boolean tableDestroyed;

    Database(Partition partition) {
        this.partition = partition;
        this.memory = partition.memory();
        this.table = new Table(partition);
        this.table.at(table.create());
        this.expiry = new ExpiryOrder(memory, Tag.EXPIRY);
        this.fieldExpiry = new ExpiryOrder(memory, Tag.EXPIRY);
    }

    /** The hash table of entries by key. */
    private static final class Table extends HashTable {
        private final Memory memory;
        private final Keyspace keyspace;
        private final Entry view = new Entry();
        private final Bytes keyView = new Bytes();

        Table(Partition partition) {
            super(partition.memory(), Tag.TABLE);
            this.memory = partition.memory();
            this.keyspace = partition.keyspace();
        }

        @Override
        protected boolean matches(long record, Bytes key) {
            return Entry.hasKey(memory, record, key);
        }

        @Override
        protected long hashOf(long record) {
            return keyspace.hash(view.set(memory, NO_HOME, 0, 0, record).key(keyView));
        }
    }

    /** The home of entries that are only looked at, or in no table any more. */
    static final Entry.Home NO_HOME = (entry, from, oldExpiryMillis) -> {
        throw new IllegalStateException("an entry without a home cannot move");
    };

    /** The home of entries that are being built, and nobody else knows. */
    private static final Entry.Home NOT_YET_HOME = (entry, from, oldExpiryMillis) -> {};

    public long size() {
        return table.size();
    }

    /** So many keys are about to be added to what is empty still: a hint, for which the table takes its memory at once. */
    public void expect(long keys) {
        table.expect(keys);
    }

    /** Keys that have an expiry. */
    public long expiringSize() {
        return expiry.size();
    }

    /** Hashes that have fields with an expiry. */
    public long fieldExpiringSize() {
        return fieldExpiry.size();
    }

    /** The mean time of expiry, in milliseconds since 1970; 0 if nothing expires. */
    public double meanExpiryMillis() {
        return expiry.size() == 0 ? 0 : expiry.meanWhenMillis();
    }

    /** See {@link HashTable#aim}: called without the lock. */
    void aim(long hash, LookAhead ahead) {
        table.aim(hash, ahead);
    }

    /** As {@link #aim}, at a member of the collection that the key most likely has. */
    void aimAtMember(long hash, Bytes member, MemberAim aim, LookAhead ahead) {
        long record = table.guess(hash);
        if (record != Memory.NULL) {
            aim.aim(memory, record, member, ahead);
        }
    }

    /** Shows the entry of a key, expired or not. Returns whether there is one. */
    public boolean find(long hash, Bytes key, Entry into) {
        long slot = table.find(hash, key);
        if (slot == 0) {
            return false;
        }
        into.set(memory, this, slot, stamp, table.record(slot));
        return true;
    }

    /** Adds a key that is known to be absent, its value not yet written, and shows its entry. */
    public void create(long hash, Bytes key, int kind, int inlineLength, long expiryMillis, int clock, Entry into) {
        long record = Entry.create(memory, kind | partition.epoch(), clock, key, inlineLength, expiryMillis);
        long slot = table.insert(hash, record);
        stamp++;
        if (expiryMillis != Entry.NEVER) {
            addExpiry(expiryMillis, record);
        }
        into.set(memory, this, slot, stamp, record);
    }

    /** Adds a key that is known to be absent, with a copy of the value of an entry from anywhere, and shows its entry. */
    public void copy(Entry from, long hash, Bytes key, long expiryMillis, int clock, Entry into) {
        create(hash, key, from.kind(), from.inlineLength(), expiryMillis, clock, into);
        Values.copy(from, into);
        fieldsDue(into, Entry.NEVER);
    }

    /**
     * Adds a key that is known to be absent, with the value, expiry and access clock of an entry of another key or another
     * database, which is removed there; shows the new entry. The value is copied only where partitions differ.
     */
    public void take(Database source, Entry from, long hash, Bytes key, Entry into) {
        source.beforeChange(from);
        create(hash, key, from.kind(), from.inlineLength(), from.expiryMillis(), from.clock(), into);
        if (source.memory != memory) {
            Values.copy(from, into);
            source.delete(from);
        } else {
            Values.handOver(from, into);
            source.unlink(from);
            from.free();
        }
        fieldsDue(into, Entry.NEVER);
    }

    /**
     * Makes an entry that is not in this database yet, its value not yet written, and shows it: for a value that is built
     * from others, maybe from the one that it is to replace. {@link #install} or {@link #discard} it.
     */
    public void build(Bytes key, int kind, int inlineLength, int clock, Entry into) {
        long record = Entry.create(memory, kind | partition.epoch(), clock, key, inlineLength, Entry.NEVER);
        into.set(memory, NOT_YET_HOME, 0, 0, record);
    }

    /** Adds an entry that was built, and shows it; its key is known to be absent. */
    public void install(long hash, Entry built, long expiryMillis) {
        built.expireAt(expiryMillis);
        long slot = table.insert(hash, built.address());
        stamp++;
        if (expiryMillis != Entry.NEVER) {
            addExpiry(expiryMillis, built.address());
        }
        built.set(memory, this, slot, stamp, built.address());
        fieldsDue(built, Entry.NEVER);
    }

    /** Frees an entry that was built and is not wanted. */
    public void discard(Entry built) {
        release(built);
    }

    // Snapshots.

    /** A snapshot begins, in which this is the database of a number: it is not taken apart before {@link #endSnapshot}. */
    void beginSnapshot(int number) {
        snapshotNumber = number;
        isHeld = true;
    }

    /** The snapshot has all entries. */
    void endSnapshot() {
        isHeld = false;
    }

    int snapshotNumber() {
        return snapshotNumber;
    }

    boolean isHeld() {
        return isHeld;
    }

    /** Whether the entry at an address belongs to the current epoch. */
    boolean isSeen(long record) {
        return Entry.isOf(memory, record, partition.epoch());
    }

    /**
     * An entry is about to be changed in anything but its access clock: a snapshot that runs and has not seen it yet takes it
     * as it is. The methods that delete, move and let expire do so by themselves.
     */
    public void beforeChange(Entry entry) {
        Snapshot snapshot = partition.snapshot();
        if (snapshot != null && !entry.isOf(partition.epoch())) {
            snapshot.preserve(partition, snapshotNumber, entry);
        }
    }

    @Override
    public @Nullable Keeper keeper(Entry entry) {
        assert mayChange(entry) : "changed, and the snapshot does not have it";
        if (!partition.hasParted() || !Elements.isDivisible(entry)) {
            return null;
        }
        PartedValue value = partition.parted(Elements.root(entry));
        return value == null ? null : value.keeper();
    }

    private boolean mayChange(Entry entry) {
        return partition.snapshot() == null || entry.isOf(partition.epoch());
    }

    @Override
    public void changed(Entry entry, long from, long oldExpiryMillis) {
        assert mayChange(entry) : "changed, and the snapshot does not have it";
        if (entry.address() != from) {
            table.replace(slotOf(entry, from), entry.address());
            long due = HashValue.dueMillis(entry);
            if (due != Entry.NEVER) {
                fieldExpiry.replace(due, from, entry.address());
            }
        }
        if (oldExpiryMillis != Entry.NEVER) {
            expiry.remove(oldExpiryMillis, from);
        }
        if (entry.hasExpiry()) {
            addExpiry(entry.expiryMillis(), entry.address());
        }
    }

    @Override
    public void fieldsDue(Entry entry, long oldDueMillis) {
        assert mayChange(entry) : "changed, and the snapshot does not have it";
        if (oldDueMillis != Entry.NEVER) {
            fieldExpiry.remove(oldDueMillis, entry.address());
        }
        long due = HashValue.dueMillis(entry);
        if (due != Entry.NEVER) {
            fieldExpiry.insert(due, entry.address());
            partition.dueAtMost(due);
        }
    }

    /** The slot of the entry that a view shows, and that the table knows by the address {@code record}. */
    private long slotOf(Entry entry, long record) {
        if (entry.stamp() == stamp) {
            return entry.slot();
        }
        long slot = table.find(partition.keyspace().hash(entry.key(keyView)), keyView);
        if (slot == 0 || table.record(slot) != record) {
            throw new IllegalStateException("an entry that is not in its database any more");
        }
        return slot;
    }

    /** Sets when a key expires. */
    public void expireAt(Entry entry, long whenMillis) {
        beforeChange(entry);
        // The one time that stands for none: 292 million years away, a millisecond does not matter.
        entry.expireAt(Math.min(whenMillis, Entry.NEVER - 1));
    }

    private void addExpiry(long whenMillis, long record) {
        expiry.insert(whenMillis, record);
        partition.dueAtMost(whenMillis);
    }

    /** Makes a key stay for ever. Returns whether it had an expiry. */
    public boolean persist(Entry entry) {
        boolean had = entry.hasExpiry();
        if (had) {
            beforeChange(entry);
            entry.expireAt(Entry.NEVER);
        }
        return had;
    }

    /** Removes a key and frees it, or gives what takes long to the partition's garbage. */
    public void delete(Entry entry) {
        beforeChange(entry);
        unlink(entry);
        release(entry);
    }

    private void unlink(Entry entry) {
        if (entry.hasExpiry()) {
            expiry.remove(entry.expiryMillis(), entry.address());
        }
        long due = HashValue.dueMillis(entry);
        if (due != Entry.NEVER) {
            fieldExpiry.remove(due, entry.address());
        }
        table.remove(partition.keyspace().hash(entry.key(keyView)), slotOf(entry, entry.address()));
        stamp++;
    }

    private void release(Entry entry) {
        if (partition.hasParted() && Elements.isDivisible(entry)) {
            PartedValue value = partition.parted(Elements.root(entry));
            if (value != null) {
                value.adopt(entry);
                entry.free();
                return;
            }
        }
        if (Values.releaseStep(entry, FREED_AT_ONCE)) {
            entry.free();
        } else {
            partition.throwAway(entry.address());
        }
    }

    long firstDueMillis() {
        return expiry.firstWhenMillis();
    }

    /** When the first field of a hash expires, in milliseconds since 1970, or {@link Entry#NEVER}. */
    long firstFieldDueMillis() {
        return fieldExpiry.firstWhenMillis();
    }

    /** Shows the hash that has the field that expires first. */
    void showFirstFieldDue(Entry view) {
        show(fieldExpiry.firstRecord(), view);
    }

    /** Shows the entry that expires first. */
    void showFirstDue(Entry view) {
        show(expiry.firstRecord(), view);
    }

    /** Hands the addresses of a stretch of hash order to the sink; see {@link HashTable#scan}. */
    public long scan(long cursor, int count, RecordConsumer sink) {
        return table.scan(cursor, count, sink);
    }

    /** Shows an entry drawn evenly; returns false where there is none. */
    public boolean random(RandomGenerator random, Entry into) {
        long record = table.random(random);
        if (record == 0) {
            return false;
        }
        show(record, into);
        return true;
    }

    /** Shows an entry with an expiry, drawn nearly evenly; returns false where there is none. */
    boolean randomExpiring(RandomGenerator random, Entry into) {
        long record = expiry.random(random);
        if (record == Memory.NULL) {
            return false;
        }
        show(record, into);
        return true;
    }

    /** Shows an entry of this database by its address. */
    public void show(long record, Entry into) {
        into.set(memory, this, 0, stamp, record);
        long slot = table.find(partition.keyspace().hash(into.key(keyView)), keyView);
        if (slot == 0 || table.record(slot) != record) {
            throw new IllegalStateException("the table knows nothing of this entry");
        }
        into.set(memory, this, slot, stamp, record);
    }

    /** Shows an entry by its address, to look at only: it cannot be changed through this view. */
    public void look(long record, Entry into) {
        into.set(memory, NO_HOME, 0, 0, record);
    }

    /** Bytes of table and order of expiry. */
    public long overhead() {
        return table.bytes() + expiry.bytes() + fieldExpiry.bytes();
    }

    /**
     * Takes apart a database that is in no use any more, in steps; returns whether it is done. The table gives its records up
     * in segments of a thousand and more, which takes microseconds; to free them, a cache miss each, takes a thousand times
     * that, and is what is cut into steps.
     */
    boolean destroyStep(int maxRecords) {
        expiry.clear();
        fieldExpiry.clear();
        if (doomedCount == 0) {
            tableDestroyed = table.destroyStep(1, this::doom);
        }
        for (int end = Math.max(0, doomedCount - maxRecords); doomedCount > end; ) {
            look(doomed[--doomedCount], scratch);
            release(scratch);
        }
        return tableDestroyed && doomedCount == 0;
    }

    private void doom(long record) {
        if (doomedCount == doomed.length) {
            doomed = Arrays.copyOf(doomed, Math.max(16, 2 * doomedCount));
        }
        doomed[doomedCount++] = record;
    }

    /** Throws if it is not well formed. Returns the bytes that its entries and their values take. */
    long checkInvariants() {
        table.checkInvariants();
        expiry.checkInvariants();
        fieldExpiry.checkInvariants();
        long[] fieldsExpiring = {0};
        long[] bytes = {0};
        long[] expiring = {0};
        long[] total = {0};
        long cursor = 0;
        do {
            cursor = table.scan(cursor, 1000, record -> {
                total[0]++;
                look(record, scratch);
                Values.checkInvariants(scratch);
                if (!mayChange(scratch) && !isHeld
                        || partition.snapshot() == null && !scratch.isOf(partition.epoch())) {
                    throw new IllegalStateException("an entry that no snapshot has seen");
                }
                bytes[0] += scratch.blockSize() + Values.externalSize(scratch);
                if (scratch.hasExpiry()) {
                    expiring[0]++;
                }
                if (HashValue.dueMillis(scratch) != Entry.NEVER) {
                    fieldsExpiring[0]++;
                }
            });
        } while (cursor != 0);
        if (total[0] != table.size() || expiring[0] != expiry.size() || fieldsExpiring[0] != fieldExpiry.size()) {
            throw new IllegalStateException("sizes disagree: " + total[0] + " of " + table.size() + " keys, "
                    + expiring[0] + " of " + expiry.size() + " expiring");
        }
        return bytes[0];
    }
}
