package dev.cinnabar.keyspace;

import dev.cinnabar.memory.Bytes;
import dev.cinnabar.memory.Memory;
import dev.cinnabar.values.Entry;
import dev.cinnabar.values.HashValue;
import dev.cinnabar.values.Limits;
import dev.cinnabar.values.Type;
import dev.cinnabar.values.Values;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashSet;
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
    private final ArrayDeque<Long> thrownAway = new ArrayDeque<>();
    private final KeyRegistry<Watch> watches = new KeyRegistry<>();
    private final KeyRegistry<Waiter> waiters = new KeyRegistry<>();

    /** One waiter for each key that has changed and that clients wait for. */
    private final LinkedHashSet<Waiter> ready = new LinkedHashSet<>();

    /** What new entries belong to, and those that the snapshot has that was begun last. */
    private int epoch;

    /** The snapshot that runs and has not seen all entries here. */
    private @Nullable Snapshot snapshot;

    /** The big values that the snapshot is handing out by elements. */
    private final ArrayList<PartedValue> parted = new ArrayList<>(0);

    private long waiterNumbers;
    private final Entry scratch = new Entry();
    private final HashValue hashView = new HashValue(new Limits());
    private final Bytes keyView = new Bytes();

    /** Never later than the first expiry: a hint that other threads read. */
    private volatile long nextDueMillis = Long.MAX_VALUE;

    // Statistics, written under the lock, read by anyone.
    private long expired;
    private long expiredFields;
    private final TrackedKeys trackedKeys;
    private long evicted;
    private long dirty;

    Partition(Keyspace keyspace, int index, int databases, Memory memory) {
        this.keyspace = keyspace;
        this.index = index;
        this.memory = memory;
        this.databases = new Database[databases];
        this.trackedKeys = new TrackedKeys(this);
    }

    /** Which of the keys here clients may have in their caches. */
    public TrackedKeys trackedKeys() {
        assert isLockedByMe() : "partition " + index + " is not locked";
        return trackedKeys;
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

    /** As {@link #lock()}, and counts how long it took where another thread had the lock. */
    void lock(LockWaits waits) {
        if (!lock.tryLock()) {
            waits.begin();
            lock();
            waits.end();
        }
    }

    void unlock() {
        lock.unlock();
    }

    boolean hasWaitingThreads() {
        return lock.hasQueuedThreads();
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

    /** The keys of a database as an unlocked look finds them: for {@link Keyspace#touch} alone. */
    @Nullable
    Database unguarded(int number) {
        return databases[number];
    }

    // Snapshots.

    int epoch() {
        return epoch;
    }

    @Nullable
    Snapshot snapshot() {
        return snapshot;
    }

    /** A snapshot begins: no entry belongs to the epoch that begins with it. Shows it the databases that have entries. */
    void beginSnapshot(Snapshot begun, @Nullable Database[] parts) {
        epoch ^= Entry.EPOCH;
        for (int n = 0; n < databases.length; n++) {
            Database database = databases[n];
            if (database != null && database.size() > 0) {
                database.beginSnapshot(n);
                parts[n] = database;
                snapshot = begun;
            }
        }
    }

    boolean hasParted() {
        return !parted.isEmpty();
    }

    /** The big value with this root that is being handed out, or null. */
    @Nullable
    PartedValue parted(long root) {
        for (int i = 0; i < parted.size(); i++) {
            PartedValue value = parted.get(i);
            if (value.root() == root) {
                return value;
            }
        }
        return null;
    }

    /** Whether a big value has not been handed out to its end. */
    boolean isParting(PartedValue value) {
        return parted.contains(value);
    }

    void add(PartedValue value) {
        parted.add(value);
    }

    void remove(PartedValue value) {
        parted.remove(value);
        value.end();
    }

    /** The snapshot has seen all entries here. */
    void endSnapshot() {
        snapshot = null;
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
                if (keyspace.observer().isJournaled()) {
                    keyspace.observer().deleted(n, scratch.key(keyView), false);
                }
                expire(n, database, scratch);
            }
            while (database.firstFieldDueMillis() <= nowMillis) {
                if (done++ == max) {
                    return true;
                }
                database.showFirstFieldDue(scratch);
                expireField(n, database, scratch, nowMillis);
            }
            next = Math.min(next, Math.min(database.firstDueMillis(), database.firstFieldDueMillis()));
        }
        nextDueMillis = next;
        return false;
    }

    /** Removes a field whose time has come from a hash that has one, and the hash with its last field. */
    private void expireField(int number, Database database, Entry entry, long nowMillis) {
        hashView.at(entry);
        if (!hashView.findDue(nowMillis)) {
            throw new IllegalStateException("a hash of which no field is due");
        }
        expiredFields++;
        KeyspaceObserver observer = keyspace.observer();
        Bytes key = entry.key(keyView);
        long hash = keyspace.hash(key);
        boolean last = hashView.size() == 1;
        if (observer.isJournaled()) {
            observer.fieldDeleted(number, key, hashView.field());
        }
        if (observer.isInterested()) {
            observer.fieldExpired(number, key, hashView.field(), last);
        }
        modified(number, key, hash);
        database.beforeChange(entry);
        hashView.remove();
        if (last) {
            database.delete(entry);
        }
    }

    /** Deletes an entry whose time has come. The log is the caller's to write. */
    public void expire(int number, Database database, Entry entry) {
        expired++;
        KeyspaceObserver observer = keyspace.observer();
        boolean interested = observer.isInterested();
        if (interested || !watches.isEmpty() || !waiters.isEmpty()) {
            Bytes key = entry.key(keyView);
            long hash = keyspace.hash(key);
            touchExpired(number, key, hash);
            if (interested) {
                observer.expired(number, key, hash);
            }
        }
        database.delete(entry);
    }

    // Eviction.

    /** Deletes an entry to make room. */
    void evict(int number, Database database, Entry entry) {
        evicted++;
        Bytes key = entry.key(keyView);
        long hash = keyspace.hash(key);
        modified(number, key, hash);
        KeyspaceObserver observer = keyspace.observer();
        if (observer.isJournaled()) {
            observer.deleted(number, key, true);
        }
        if (observer.isInterested()) {
            observer.evicted(number, key, hash);
        }
        database.delete(entry);
    }

    /** The earliest expiry of a key of any database, in milliseconds since 1970; {@link Entry#NEVER} if there is none. */
    long firstDueMillis() {
        long first = Entry.NEVER;
        for (Database database : databases) {
            if (database != null) {
                first = Math.min(first, database.firstDueMillis());
            }
        }
        return first;
    }

    /** Deletes the entry that would expire first, to make room. Returns false if there is none. */
    boolean evictFirstDue(Entry view) {
        long first = firstDueMillis();
        for (int n = 0; n < databases.length; n++) {
            Database database = databases[n];
            if (database != null && first != Entry.NEVER && database.firstDueMillis() == first) {
                database.showFirstDue(view);
                evict(n, database, view);
                return true;
            }
        }
        return false;
    }

    // Databases as a whole.

    /** Empties a database; what it held is freed by {@link #collectGarbage}. Returns how many keys there were. */
    public long clear(int number) {
        assert isLockedByMe() : "partition " + index + " is not locked";
        Database database = databases[number];
        if (database == null) {
            return 0;
        }
        long keys = database.size();
        touchAll(number, database, null);
        signalAll(number);
        databases[number] = null;
        garbage.add(database);
        dirty += keys;
        return keys;
    }

    /** Exchanges two databases. */
    public void swap(int a, int b) {
        assert isLockedByMe() : "partition " + index + " is not locked";
        if (a == b) {
            return;
        }
        Database first = databases[a];
        Database second = databases[b];
        touchAll(a, first, second);
        touchAll(b, second, first);
        databases[a] = second;
        databases[b] = first;
        signalAll(a);
        signalAll(b);
        dirty++;
    }

    /** Keeps an entry, in no table any more, whose value takes long to free, for {@link #collectGarbage}. */
    void throwAway(long record) {
        thrownAway.add(record);
    }

    /**
     * Frees a bounded part of what was thrown away: about {@code max} entries, or blocks of a big value. Returns whether
     * there is more.
     */
    boolean collectGarbage(int max) {
        Long value = thrownAway.peek();
        if (value != null) {
            scratch.set(memory, Database.NO_HOME, 0, 0, value);
            if (Values.releaseStep(scratch, max)) {
                scratch.free();
                thrownAway.remove();
            }
        } else {
            Database database = freeGarbage();
            if (database != null && database.destroyStep(max)) {
                garbage.remove(database);
            }
        }
        boolean isMoreTracked = trackedKeys.freeStep(max);
        return isMoreTracked || !thrownAway.isEmpty() || freeGarbage() != null;
    }

    /** A database to be taken apart, other than those that a snapshot still has to walk. */
    private @Nullable Database freeGarbage() {
        for (Database database : garbage) {
            if (!database.isHeld()) {
                return database;
            }
        }
        return null;
    }

    // Watches.

    /** Registers a watch; null if the owner watches this key already. */
    @Nullable
    Watch watch(Watch.Owner owner, int number, Bytes key, long hash, long nowMillis) {
        for (Watch w = watches.first(number, key, hash); w != null; w = watches.next(w, key)) {
            if (w.owner().equals(owner)) {
                return null;
            }
        }
        boolean expired = holds(databases[number], key, hash) && isExpired(scratch, nowMillis);
        Watch watch = new Watch(owner, number, key.toByteArray(), hash, expired);
        watches.add(watch);
        return watch;
    }

    void unwatch(Watch watch) {
        watches.remove(watch);
    }

    /** Whether a watched key has expired since. */
    boolean hasExpired(Watch watch, long nowMillis) {
        return !watch.expired() && holds(databases[watch.database()], watch) && isExpired(scratch, nowMillis);
    }

    /** A key has changed in what its watchers do not heed: those who wait for it may be tried. */
    public void changed(int number, Bytes key, long hash) {
        dirty++;
        if (!waiters.isEmpty()) {
            signal(number, key, hash);
        }
    }

    /** A key has changed. */
    public void modified(int number, Bytes key, long hash) {
        changed(number, key, hash);
        if (watches.isEmpty()) {
            return;
        }
        for (Watch w = watches.first(number, key, hash); w != null; w = watches.next(w, key)) {
            w.owner().touched();
        }
    }

    /** A key is deleted because its time has come: for whoever began to watch it after that, nothing changes. */
    private void touchExpired(int number, Bytes key, long hash) {
        signal(number, key, hash);
        for (Watch w = watches.first(number, key, hash); w != null; w = watches.next(w, key)) {
            if (w.expired()) {
                w.expired(false);
            } else {
                w.owner().touched();
            }
        }
    }

    /**
     * Touches the watches of a database on keys that exist in it, or in what takes its place. A key whose time is over does
     * not exist there, nor does one that had expired when the watch began.
     */
    private void touchAll(int number, @Nullable Database before, @Nullable Database after) {
        long nowMillis = keyspace.clock().millis();
        watches.forEach(watch -> {
            if (watch.database() != number) {
                return;
            }
            boolean was = holds(before, watch) && !watch.expired();
            boolean lies = holds(after, watch);
            boolean is = lies && !isExpired(scratch, nowMillis);
            if (was || is) {
                watch.owner().touched();
            } else {
                watch.expired(lies);
            }
        });
    }

    /** Whether a database has an entry for a watched key, expired or not; if so, {@link #scratch} shows it. */
    private boolean holds(@Nullable Database database, Watch watch) {
        return holds(database, keyView.set(watch.key(), 0, watch.key().length), watch.hash());
    }

    private boolean holds(@Nullable Database database, Bytes key, long hash) {
        return database != null && database.find(hash, key, scratch);
    }

    // Waiters.

    void await(Waiter waiter) {
        waiter.number(++waiterNumbers);
        waiters.add(waiter);
    }

    void leave(Waiter waiter) {
        waiters.remove(waiter);
    }

    /** A key has changed: if someone waits for it, it is to be looked at when the lock is free. */
    private void signal(int number, Bytes key, long hash) {
        Waiter first = waiters.first(number, key, hash);
        if (first != null) {
            ready.add(first);
            keyspace.becameReady(index);
        }
    }

    /** All keys of a database have changed. */
    private void signalAll(int number) {
        waiters.forEach(waiter -> {
            if (waiter.database() == number) {
                signal(number, keyView.set(waiter.key(), 0, waiter.key().length), waiter.hash());
            }
        });
    }

    /** Hands out a waiter for a key that has changed, and forgets that it has; null if there is none. */
    @Nullable
    Waiter takeReady() {
        Iterator<Waiter> some = ready.iterator();
        if (!some.hasNext()) {
            return null;
        }
        Waiter waiter = some.next();
        some.remove();
        return waiter;
    }

    boolean hasReady() {
        return !ready.isEmpty();
    }

    /** The first waiter for a key, with a number above {@code after}, that is to be tried again as the key is now. */
    @Nullable
    Waiter nextWaiter(Waiter of, long after, long nowMillis) {
        Bytes key = keyView.set(of.key(), 0, of.key().length);
        boolean exists = holds(databases[of.database()], key, of.hash()) && !isExpired(scratch, nowMillis);
        Type type = exists ? scratch.type() : null;
        for (Waiter w = waiters.first(of.database(), key, of.hash()); w != null; w = waiters.next(w, key)) {
            if (w.number() > after && w.heeds(type)) {
                return w;
            }
        }
        return null;
    }

    /** Adds to {@code counts} the keys that are waited for, and those of them that are for their loss. */
    void countWaitedKeys(long[] counts) {
        waiters.forEach(waiter -> {
            Bytes key = keyView.set(waiter.key(), 0, waiter.key().length);
            if (waiters.first(waiter.database(), key, waiter.hash()) == waiter) {
                counts[0]++;
                Waiter w = waiter;
                while (w != null && !w.isForLoss()) {
                    w = waiters.next(w, key);
                }
                counts[1] += w != null ? 1 : 0;
            }
        });
    }

    // Statistics.

    public long expired() {
        return expired;
    }

    public long expiredFields() {
        return expiredFields;
    }

    public long evicted() {
        return evicted;
    }

    /** Counts so many changes more, or fewer if negative, than {@link #modified} has: one a key. */
    public void addChanges(long n) {
        dirty += n;
    }

    /** Changes made so far. */
    public long dirty() {
        return dirty;
    }

    void resetStatistics() {
        expired = 0;
        expiredFields = 0;
        evicted = 0;
    }

    /** Walks everything reachable and agrees with the allocator, or throws. */
    void checkInvariants() {
        while (collectGarbage(1000)) {}
        long expected = 0;
        for (Database database : databases) {
            if (database != null) {
                expected += database.checkInvariants() + database.overhead();
            }
        }
        for (Database database : garbage) {
            expected += database.checkInvariants() + database.overhead();
        }
        for (PartedValue value : parted) {
            expected += value.bytes();
        }
        expected += trackedKeys.checkInvariants();
        memory.checkInvariants();
        if (expected != memory.used()) {
            throw new IllegalStateException(
                    "partition " + index + " reaches " + expected + " bytes, but " + memory.used() + " are in use");
        }
    }

    void close() {
        memory.close();
    }
}
