package dev.cinnabar.keyspace;

import dev.cinnabar.memory.Bytes;
import dev.cinnabar.memory.Memory;
import dev.cinnabar.memory.Tag;
import dev.cinnabar.structures.ExpiryOrder;
import dev.cinnabar.structures.HashTable;
import dev.cinnabar.structures.RecordConsumer;
import dev.cinnabar.values.Entry;
import dev.cinnabar.values.Values;
import java.util.random.RandomGenerator;

/** The part of one numbered database that lies in one partition. Guarded by the partition's lock. */
public final class Database implements Entry.Home {

    private final Partition partition;
    private final Memory memory;
    private final Table table;
    private final ExpiryOrder expiry;
    private final Bytes keyView = new Bytes();
    private final Entry scratch = new Entry();

    Database(Partition partition) {
        this.partition = partition;
        this.memory = partition.memory();
        this.table = new Table(partition);
        this.table.at(table.create());
        this.expiry = new ExpiryOrder(memory, Tag.EXPIRY);
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
            return keyspace.hash(view.set(memory, NO_HOME, 0, record).key(keyView));
        }
    }

    private static final Entry.Home NO_HOME = (slot, from, to) -> {
        throw new IllegalStateException("this entry is only looked at");
    };

    public long size() {
        return table.size();
    }

    /** Keys that have an expiry. */
    public long expiringSize() {
        return expiry.size();
    }

    /** The mean time of expiry, in milliseconds since 1970; 0 if nothing expires. */
    public double meanExpiryMillis() {
        return expiry.size() == 0 ? 0 : expiry.meanWhenMillis();
    }

    /** Shows the entry of a key, expired or not. Returns whether there is one. */
    public boolean find(long hash, Bytes key, Entry into) {
        long slot = table.find(hash, key);
        if (slot == 0) {
            return false;
        }
        into.set(memory, this, slot, table.record(slot));
        return true;
    }

    /** Adds a key that is known to be absent, its value not yet written, and shows its entry. */
    public void create(long hash, Bytes key, int kind, int inlineLength, long expiryMillis, int clock, Entry into) {
        long record = Entry.create(memory, kind, clock, key, inlineLength, expiryMillis);
        table.insert(hash, record);
        long slot = table.find(hash, key);
        if (expiryMillis != Entry.NEVER) {
            addExpiry(expiryMillis, record);
        }
        into.set(memory, this, slot, record);
    }

    @Override
    public void moved(long slot, long from, long to) {
        table.replace(slot, to);
        scratch.set(memory, this, slot, to);
        if (scratch.hasExpiry()) {
            long when = scratch.expiryMillis();
            expiry.remove(when, from);
            expiry.insert(when, to);
        }
    }

    /** Sets when a key expires. */
    public void expireAt(Entry entry, long whenMillis) {
        if (entry.hasExpiry()) {
            long old = entry.expiryMillis();
            if (old == whenMillis) {
                return;
            }
            expiry.remove(old, entry.address());
            entry.expiryMillis(whenMillis);
            addExpiry(whenMillis, entry.address());
            return;
        }
        // The entry grows, and may move. It is not in the order of expiry yet: so not through moved().
        long slot = entry.slot();
        entry.set(memory, (s, from, to) -> table.replace(s, to), slot, entry.address());
        entry.reshape(entry.kind(), entry.inlineLength(), whenMillis);
        entry.set(memory, this, slot, entry.address());
        addExpiry(whenMillis, entry.address());
    }

    private void addExpiry(long whenMillis, long record) {
        expiry.insert(whenMillis, record);
        partition.dueAtMost(whenMillis);
    }

    /** Makes a key stay for ever. Returns whether it had an expiry. */
    public boolean persist(Entry entry) {
        if (!entry.hasExpiry()) {
            return false;
        }
        expiry.remove(entry.expiryMillis(), entry.address());
        entry.reshape(entry.kind(), entry.inlineLength(), Entry.NEVER);
        return true;
    }

    /** Removes a key and frees it, or gives what takes long to the partition's garbage. */
    public void delete(Entry entry) {
        unlink(entry);
        Values.release(entry);
        entry.free();
    }

    private void unlink(Entry entry) {
        if (entry.hasExpiry()) {
            expiry.remove(entry.expiryMillis(), entry.address());
        }
        table.remove(partition.keyspace().hash(entry.key(keyView)), entry.slot());
    }

    long firstDueMillis() {
        return expiry.firstWhenMillis();
    }

    /** Shows the entry that expires first. */
    void showFirstDue(Entry view) {
        long record = expiry.firstRecord();
        view.set(memory, this, 0, record);
        long hash = partition.keyspace().hash(view.key(keyView));
        long slot = table.find(hash, keyView);
        if (table.record(slot) != record) {
            throw new IllegalStateException("the order of expiry and the table disagree");
        }
        view.set(memory, this, slot, record);
    }

    /** Shows every entry of a stretch of hash order; see {@link HashTable#scan}. */
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

    /** Shows an entry of this database by its address. */
    public void show(long record, Entry into) {
        into.set(memory, this, 0, record);
        long slot = table.find(partition.keyspace().hash(into.key(keyView)), keyView);
        into.set(memory, this, slot, record);
    }

    /** Shows an entry by its address, to look at only: it cannot be changed through this view. */
    public void look(long record, Entry into) {
        into.set(memory, NO_HOME, 0, record);
    }

    /** Bytes of table and order of expiry. */
    public long overhead() {
        return table.bytes() + expiry.bytes();
    }

    /** Takes apart a database that is in no use any more, in steps; returns whether it is done. */
    boolean destroyStep(int maxRecords) {
        expiry.clear();
        boolean done = table.destroyStep(maxRecords, record -> {
            scratch.set(memory, NO_HOME, 0, record);
            Values.release(scratch);
            scratch.free();
        });
        if (done) {
            expiry.close();
        }
        return done;
    }

    void checkInvariants() {
        table.checkInvariants();
        expiry.checkInvariants();
        long[] expiring = {0};
        long[] total = {0};
        long cursor = 0;
        do {
            cursor = table.scan(cursor, 1000, record -> {
                total[0]++;
                scratch.set(memory, NO_HOME, 0, record);
                if (scratch.hasExpiry()) {
                    expiring[0]++;
                }
            });
        } while (cursor != 0);
        if (total[0] != table.size() || expiring[0] != expiry.size()) {
            throw new IllegalStateException("sizes disagree: " + total[0] + " of " + table.size() + " keys, "
                    + expiring[0] + " of " + expiry.size() + " expiring");
        }
    }
}
