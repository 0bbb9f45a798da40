package dev.cinnabar.keyspace;

import dev.cinnabar.memory.Bytes;
import dev.cinnabar.memory.Memory;
import dev.cinnabar.values.Entry;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A share of the keys, with everything about them in all databases: memory, tables, order of expiry, watches, statistics.
 * Guarded by its own lock.
 */
public final class Partition {

    private static final int SPINS = 200;

    private final Keyspace keyspace;
    private final int index;
    private final ReentrantLock lock = new ReentrantLock();
    private final Memory memory;
    private final @Nullable Database[] databases;
    private final ArrayDeque<Database> garbage = new ArrayDeque<>();
    private final Map<Bytes.Key, List<Watch>> watches = new HashMap<>();
    private final Entry scratch = new Entry();
    private final Bytes keyView = new Bytes();

    /** Never later than the first expiry: a hint that other threads read. */
    private volatile long nextDueMillis = Long.MAX_VALUE;

    // Statistics, written under the lock, read by anyone.
    private long hits;
    private long misses;
    private long expired;
    private long dirty;

    Partition(Keyspace keyspace, int index, int databases) {
        this.keyspace = keyspace;
        this.index = index;
        this.memory = new Memory();
        this.databases = new Database[databases];
    }

    Keyspace keyspace() {
        return keyspace;
    }

    public int index() {
        return index;
    }

    public Memory memory() {
        return memory;
    }

    void lock() {
        // A holder is soon done: spin a little before parking.
        for (int i = 0; i < SPINS; i++) {
            if (lock.tryLock()) {
                return;
            }
            Thread.onSpinWait();
        }
        lock.lock();
    }

    void unlock() {
        lock.unlock();
    }

    boolean isLockedByMe() {
        return lock.isHeldByCurrentThread();
    }

    /** The keys of a database here. */
    public Database database(int number) {
        assert isLockedByMe() : "partition " + index + " is not locked";
        Database database = databases[number];
        if (database == null) {
            database = new Database(this);
            databases[number] = database;
        }
        return database;
    }

    /** The keys of a database here, or null where there have been none so far. */
    public @Nullable Database databaseIfAny(int number) {
        assert isLockedByMe() : "partition " + index + " is not locked";
        return databases[number];
    }

    // Expiry.

    /** Whether an entry's time has come. */
    public static boolean isExpired(Entry entry, long nowMillis) {
        return entry.hasExpiry() && entry.expiryMillis() <= nowMillis;
    }

    void dueAtMost(long whenMillis) {
        if (whenMillis < nextDueMillis) {
            nextDueMillis = whenMillis;
        }
    }

    long nextDueMillis() {
        return nextDueMillis;
    }

    /** Deletes at most {@code max} of the keys that are due; returns whether more are. */
    boolean expireDue(long nowMillis, int max) {
        int done = 0;
        long next = Long.MAX_VALUE;
        for (int n = 0; n < databases.length; n++) {
            Database database = databases[n];
            if (database == null) {
                continue;
            }
            while (database.firstDueMillis() <= nowMillis) {
                if (done++ == max) {
                    return true;
                }
                database.showFirstDue(scratch);
                expire(n, database, scratch);
            }
            next = Math.min(next, database.firstDueMillis());
        }
        nextDueMillis = next;
        return false;
    }

    /** Deletes an entry whose time has come. */
    public void expire(int number, Database database, Entry entry) {
        expired++;
        touchExpired(number, entry);
        database.delete(entry);
    }

    // Databases as a whole.

    /** Empties a database; what it held is freed by {@link #collectGarbage}. Returns how many keys there were. */
    public long clear(int number) {
        Database database = databases[number];
        if (database == null || database.size() == 0) {
            return 0;
        }
        touchAll(number, database, null);
        databases[number] = null;
        garbage.add(database);
        dirty += database.size();
        return database.size();
    }

    /** Exchanges two databases. */
    public void swap(int a, int b) {
        Database first = databases[a];
        Database second = databases[b];
        touchAll(a, first, second);
        touchAll(b, second, first);
        databases[a] = second;
        databases[b] = first;
        dirty++;
    }

    boolean hasGarbage() {
        return !garbage.isEmpty();
    }

    /** Frees a bounded part of what was thrown away; returns whether there is more. */
    boolean collectGarbage(int maxRecords) {
        Database database = garbage.peek();
        if (database != null && database.destroyStep(maxRecords)) {
            garbage.poll();
        }
        return !garbage.isEmpty();
    }

    // Watches.

    Watch watch(Watch.Owner owner, int number, Bytes key, long hash) {
        byte[] copy = key.toByteArray();
        boolean expired = false;
        Database database = databases[number];
        if (database != null && database.find(hash, key, scratch)) {
            expired = isExpired(scratch, keyspace.clock().millis());
        }
        Watch watch = new Watch(owner, number, copy, hash, expired);
        watches.computeIfAbsent(new Bytes.Key(copy, hash), k -> new ArrayList<>(1)).add(watch);
        return watch;
    }

    void unwatch(Watch watch) {
        Bytes.Key key = new Bytes.Key(watch.key(), watch.hash());
        List<Watch> list = watches.get(key);
        if (list != null && list.remove(watch) && list.isEmpty()) {
            watches.remove(key);
        }
    }

    /** Whether a watched key has expired since. */
    boolean hasExpired(Watch watch, long nowMillis) {
        if (watch.expiredAtStart()) {
            return false;
        }
        Database database = databases[watch.database()];
        return database != null
                && database.find(watch.hash(), keyView.set(watch.key(), 0, watch.key().length), scratch)
                && isExpired(scratch, nowMillis);
    }

    /** A key has changed. */
    public void modified(int number, Bytes key) {
        dirty++;
        touch(number, key);
    }

    private void touch(int number, Bytes key) {
        if (watches.isEmpty()) {
            return;
        }
        List<Watch> list = watches.get(new Bytes.Key(key.toByteArray(), keyspace.hash(key)));
        if (list != null) {
            for (Watch watch : list) {
                if (watch.database() == number) {
                    watch.owner().touched();
                }
            }
        }
    }

    private void touchExpired(int number, Entry entry) {
        if (watches.isEmpty()) {
            return;
        }
        List<Watch> list = watches.get(new Bytes.Key(entry.key(keyView).toByteArray(), keyspace.hash(keyView)));
        if (list != null) {
            for (Watch watch : list) {
                if (watch.database() == number) {
                    if (watch.expiredAtStart()) {
                        // It was not there for the client when he began to watch: nothing has changed for him.
                        watch.forgetExpired();
                    } else {
                        watch.owner().touched();
                    }
                }
            }
        }
    }

    /** Touches the watched keys of a database that exist in it before, or in what takes its place. */
    private void touchAll(int number, @Nullable Database before, @Nullable Database after) {
        for (List<Watch> list : watches.values()) {
            for (Watch watch : list) {
                if (watch.database() == number && (holds(before, watch) || holds(after, watch))) {
                    watch.owner().touched();
                }
            }
        }
    }

    private boolean holds(@Nullable Database database, Watch watch) {
        return database != null
                && database.find(watch.hash(), keyView.set(watch.key(), 0, watch.key().length), scratch)
                && !(watch.expiredAtStart() && isExpired(scratch, keyspace.clock().millis()));
    }

    // Statistics.

    public void hit() {
        hits++;
    }

    public void miss() {
        misses++;
    }

    public long hits() {
        return hits;
    }

    public long misses() {
        return misses;
    }

    public long expired() {
        return expired;
    }

    /** Changes made so far. */
    public long dirty() {
        return dirty;
    }

    void resetStatistics() {
        hits = 0;
        misses = 0;
        expired = 0;
    }

    /** Walks everything reachable and agrees with the accounting, or throws. */
    void checkInvariants() {
        for (Database database : databases) {
            if (database != null) {
                database.checkInvariants();
            }
        }
    }

    void close() {
        memory.close();
    }
}
