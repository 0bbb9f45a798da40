package dev.cinnabar.keyspace;

import dev.cinnabar.memory.Bytes;
import dev.cinnabar.memory.Memory;
import dev.cinnabar.structures.RecordConsumer;
import dev.cinnabar.values.Elements;
import dev.cinnabar.values.Entry;
import dev.cinnabar.values.StreamPart;
import dev.cinnabar.values.Values;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * All keys and values as of one moment, handed out while they go on changing. Walked by one thread, which holds no lock; its
 * state in a partition is guarded by that partition's lock.
 */
public final class Snapshot {

    /*
     * Every entry belongs to one of two epochs, by a bit in its header. Between snapshots all entries are of the current one.
     * A snapshot begins by making the other one current, with all partitions locked: at this moment no entry is of the current
     * epoch. From then on an entry becomes so
     *
     *   - when the walk comes past it: step() hands it to the sink,
     *   - before it is changed, moved or deleted for the first time: whoever is about to do so hands it to the sink,
     *   - when it is made.
     *
     * So the sink gets each entry that was there at the beginning once, as it was then, and no other; and when the walk is
     * through, all entries are of the current epoch again, and the next snapshot can begin. That is all. There is no copy of
     * anything, and no list of what has been seen.
     *
     * The order of the walk is that of hashes (HashTable.scan), which growth and shrinking do not disturb. The databases are
     * noted at the beginning: what FLUSHALL and SWAPDB do to their numbers is nothing to the walk. A database that is thrown
     * away is taken apart only when the walk has been there.
     *
     * WHO MUST NOT FORGET? Handlers get an entry for changing by the write methods of Call, which hand it over at once,
     * whether it is changed in the end or not: the snapshot loses nothing by having it early. What does not come that way, as
     * expiry and eviction, ends in the methods of Database that remove and move, which do it by themselves. Database asserts it
     * of each entry whose place or expiry has changed, and SnapshotCommandsTest runs all commands that write against it.
     *
     * BIG VALUES, of more than 64 KB, are handed out in parts, so that no lock is held for long: see PartedValue.
     *
     * WHEN IT FAILS, or nobody wants it any more, the epochs must agree all the same: it is walked to its end, and the sink
     * gets nothing.
     */

    /** Who wants the entries. */
    @FunctionalInterface
    public interface Sink {
        /**
         * An entry as it was when the snapshot began. Called with the entry's partition locked, by whichever thread: must be
         * quick, and change nothing.
         *
         * @param database the number that its database had
         * @return about how many bytes have become of it
         */
        long take(int partition, int database, Entry entry);

        /**
         * A big value as it is when this is called; its elements follow. Called as {@link #take} is.
         *
         * @return what takes the elements; null if that cannot be, and the entry is to come as a whole
         */
        default @Nullable Parts begin(int partition, int database, Entry entry) {
            return null;
        }
    }

    /** Who wants the elements of a value; those of several values may come in turns. */
    public interface Parts {
        /** From now on most elements will come, and of no other value before {@link #close}. Called by the walking thread. */
        void open();

        /**
         * One of the elements. Called as {@link Sink#take} is.
         *
         * @param entry one with the same value, but without key and expiry
         * @param record what {@link dev.cinnabar.values.Elements#scan} has handed out
         */
        long element(Entry entry, long record);

        /** The next elements of a list: {@code n} from the index {@code from} on. Called as {@link Sink#take} is. */
        long range(Entry entry, long from, long n);

        /** The next element of a list, where it is in none any more. Called as {@link Sink#take} is. */
        long value(Bytes element);

        /** The next bytes of a string. Called as {@link Sink#take} is. */
        long bytes(Bytes some);

        /** The next part of a stream. Called as {@link Sink#take} is. */
        long part(StreamPart what, Memory memory, long record);

        /** All elements have come. Called as {@link Sink#take} is. */
        void close();
    }

    /** How many entries the walk looks at together: the cache misses of all their headers overlap. */
    private static final int BATCH = 64;

    /** The same for elements of big values. */
    private static final int PARTS = 32;

    /** A locked step ends when so much time has passed, or so many bytes have come out, or so many entries were looked at. */
    private static final long STEP_NANOS = 200_000;

    private static final long STEP_BYTES = 64 << 10;
    private static final int STEP_ENTRIES = 4096;

    /** What takes more outside its entry is handed out by elements. */
    private static final long BIG_BYTES = 64 << 10;

    private static final long PAUSE_NANOS = 20_000;

    private final Keyspace keyspace;
    private final Sink sink;

    /** By partition and number; null where there is nothing. */
    private final @Nullable Database[][] parts;

    private final long[] keys;
    private final long[] expiring;

    // The walk. It goes through one database of all partitions after the other.
    private final Entry view = new Entry();
    private final long[] batch = new long[BATCH];
    private int batchCount;
    private int scanned;
    private long counted;
    private int number;
    private int index;
    private long cursor;
    private long stepNanos = STEP_NANOS;
    private long stepBytes = STEP_BYTES;
    private int stepEntries = STEP_ENTRIES;

    private boolean isAtEnd;
    private long bigBytes = BIG_BYTES;

    /** Big values that have begun to come out, and that the walk must go through. */
    private final Queue<PartedValue> pending = new ConcurrentLinkedQueue<>();

    private @Nullable PartedValue current;
    private volatile long walked;
    private volatile long longestStep;
    private final AtomicLong longestPreserve = new AtomicLong();
    private volatile boolean isDiscarded;
    private volatile boolean isOver;
    private volatile @Nullable Throwable failure;

    Snapshot(Keyspace keyspace, Sink sink) {
        this.keyspace = keyspace;
        this.sink = sink;
        this.parts = new @Nullable Database[keyspace.partitions()][keyspace.databases()];
        this.keys = new long[keyspace.databases()];
        this.expiring = new long[keyspace.databases()];
    }

    /** All partitions are locked. */
    void start(Partition[] partitions) {
        for (int i = 0; i < partitions.length; i++) {
            partitions[i].beginSnapshot(this, parts[i]);
            for (int n = 0; n < keys.length; n++) {
                Database database = parts[i][n];
                if (database != null) {
                    keys[n] += database.size();
                    expiring[n] += database.expiringSize();
                }
            }
        }
    }

    /** How many keys a database had when it began. */
    public long keys(int database) {
        return keys[database];
    }

    /** How many of them had an expiry. */
    public long expiringKeys(int database) {
        return expiring[database];
    }

    /** How many keys there were when it began. */
    public long keys() {
        long sum = 0;
        for (long n : keys) {
            sum += n;
        }
        return sum;
    }

    /** How many keys the walk has come past, which others may have handed out before. */
    public long walkedKeys() {
        return walked;
    }

    /** Whether all entries have been handed out, or would have been. */
    public boolean isOver() {
        return isOver;
    }

    /** What the sink has thrown, after which it gets nothing any more. */
    public @Nullable Throwable failure() {
        return failure;
    }

    /** The sink is to get nothing any more; the walk must go on to its end all the same. */
    public void discard() {
        isDiscarded = true;
    }

    public boolean isDiscarded() {
        return isDiscarded;
    }

    /** The most that is done in one locked step: for tests. */
    void stepAtMost(long nanos, long bytes, int entries, long big) {
        bigBytes = big;
        stepNanos = nanos;
        stepBytes = bytes;
        stepEntries = entries;
    }

    /**
     * An entry is about to be changed that the walk has not seen: takes it as it is.
     *
     * @param database the number that its database had when the snapshot began
     */
    void preserve(Partition partition, int database, Entry entry) {
        long begun = keyspace.clock().nanos();
        take(partition, database, entry);
        long took = keyspace.clock().nanos() - begun;
        if (took > longestPreserve.get()) {
            longestPreserve.accumulateAndGet(took, Math::max);
        }
    }

    /** The longest time for which the walk has held a lock, in nanoseconds. */
    public long longestStepNanos() {
        return longestStep;
    }

    /** The longest time that it took to hand out an entry that was about to change, in nanoseconds. */
    public long longestPreserveNanos() {
        return longestPreserve.get();
    }

    private long take(Partition partition, int database, Entry entry) {
        long bytes = 0;
        if (!isDiscarded) {
            try {
                bytes = isBig(entry) && begin(partition, database, entry)
                        ? 0
                        : sink.take(partition.index(), database, entry);
            } catch (RuntimeException | OutOfMemoryError e) {
                fail(e);
            }
        }
        entry.epoch(partition.epoch());
        return bytes;
    }

    /** It may be a command that we are in, and that is not to fail for this. */
    void fail(Throwable e) {
        failure = e;
        isDiscarded = true;
    }

    private boolean isBig(Entry entry) {
        return Elements.isDivisible(entry) && Values.externalSize(entry) > bigBytes;
    }

    private boolean begin(Partition partition, int database, Entry entry) {
        Parts parts = sink.begin(partition.index(), database, entry);
        if (parts == null) {
            return false;
        }
        PartedValue value = switch (entry.type()) {
            case LIST -> new PartedList(this, partition, parts, entry);
            case STREAM -> new PartedStream(this, partition, parts, entry);
            case STRING -> new PartedString(this, partition, parts, entry);
            default -> new PartedElements(this, partition, parts, entry);
        };
        partition.add(value);
        pending.add(value);
        return true;
    }

    long takeElement(PartedValue value, Entry entry, long record) {
        if (!isDiscarded) {
            try {
                return value.parts().element(entry, record);
            } catch (RuntimeException | OutOfMemoryError e) {
                fail(e);
            }
        }
        return 0;
    }

    long takeRange(PartedValue value, Entry entry, long from, long n) {
        if (!isDiscarded) {
            try {
                return value.parts().range(entry, from, n);
            } catch (RuntimeException | OutOfMemoryError e) {
                fail(e);
            }
        }
        return 0;
    }

    long takeValue(PartedValue value, Bytes element) {
        if (!isDiscarded) {
            try {
                return value.parts().value(element);
            } catch (RuntimeException | OutOfMemoryError e) {
                fail(e);
            }
        }
        return 0;
    }

    long takeBytes(PartedValue value, Bytes some) {
        if (!isDiscarded) {
            try {
                return value.parts().bytes(some);
            } catch (RuntimeException | OutOfMemoryError e) {
                fail(e);
            }
        }
        return 0;
    }

    long takePart(PartedValue value, StreamPart what, Memory memory, long record) {
        if (!isDiscarded) {
            try {
                return value.parts().part(what, memory, record);
            } catch (RuntimeException | OutOfMemoryError e) {
                fail(e);
            }
        }
        return 0;
    }

    /** A value that is about to become small: all the rest of it is taken. */
    void takeRest(PartedValue value) {
        while (!value.walk(PARTS, Long.MAX_VALUE, keyspace.clock().nanos() + stepNanos, keyspace.clock())) {}
        end(value);
    }

    private void end(PartedValue value) {
        try {
            value.parts().close();
        } catch (RuntimeException | OutOfMemoryError e) {
            fail(e);
        }
        value.partition().remove(value);
    }

    /**
     * Walks on, in one locked step of a fraction of a millisecond. Called by one thread, with no lock held.
     *
     * @return whether there is more
     */
    public boolean step() {
        if (current == null) {
            current = pending.poll();
            if (current != null) {
                current.parts().open();
            }
        }
        if (current != null) {
            walk(current);
            return true;
        }
        while (number < keys.length) {
            Database database = parts[index][number];
            if (database != null) {
                walk(keyspace.unlocked(index), database);
                return true;
            }
            next();
        }
        isOver = true;
        return false;
    }

    private void next() {
        cursor = 0;
        if (++index == parts.length) {
            index = 0;
            number++;
        }
    }

    private void walk(Partition partition, Database database) {
        partition.lock();
        long begun = keyspace.clock().nanos();
        try {
            isAtEnd = isAtEnd || walkOn(partition, database);
            // What is not out yet may be freed only with what the walk still holds.
            if (isAtEnd && !partition.hasParted()) {
                isAtEnd = false;
                database.endSnapshot();
                parts[index][number] = null;
                if (isLast()) {
                    partition.endSnapshot();
                }
                next();
            }
        } finally {
            unlock(partition, begun);
        }
        giveWay(partition);
    }

    private void unlock(Partition partition, long begun) {
        longestStep = Math.max(longestStep, keyspace.clock().nanos() - begun);
        partition.unlock();
    }

    private void walk(PartedValue value) {
        Partition partition = value.partition();
        partition.lock();
        long begun = keyspace.clock().nanos();
        try {
            boolean isHere = partition.isParting(value);
            if (isHere
                    && value.walk(
                            Math.min(PARTS, stepEntries),
                            stepBytes,
                            keyspace.clock().nanos() + stepNanos,
                            keyspace.clock())) {
                end(value);
                isHere = false;
            }
            current = isHere ? value : null;
        } finally {
            unlock(partition, begun);
        }
        giveWay(partition);
    }

    /** Nothing depends on whether the scheduler heeds it. */
    @SuppressWarnings("ThreadPriorityCheck")
    private static void giveWay(Partition partition) {
        if (partition.hasWaitingThreads()) {
            // The lock is not fair: without a pause this thread would take it again before they wake.
            LockSupport.parkNanos(PAUSE_NANOS);
        } else {
            // A loop that has something to do may wait for this core, and not for a lock.
            Thread.yield();
        }
    }

    /** Whether the walk has been in all databases of its partition. */
    private boolean isLast() {
        for (Database other : parts[index]) {
            if (other != null) {
                return false;
            }
        }
        return true;
    }

    /** Returns whether it has come to the end of the database. */
    private boolean walkOn(Partition partition, Database database) {
        long deadline = keyspace.clock().nanos() + stepNanos;
        long bytes = 0;
        int looked = 0;
        boolean inTime = true;
        RecordConsumer collector = record -> collect(database, record);
        while (inTime) {
            batchCount = 0;
            scanned = 0;
            boolean complete = true;
            long after = database.scan(cursor, Math.min(BATCH / 2, stepEntries), collector);
            for (int left = batchCount; left > 0 && complete; ) {
                database.look(batch[--left], view);
                bytes += take(partition, database.snapshotNumber(), view);
                inTime = bytes < stepBytes
                        && pending.isEmpty()
                        && keyspace.clock().nanos() - deadline < 0;
                complete = inTime || left == 0;
            }
            looked += scanned;
            inTime &= looked < stepEntries;
            if (complete && batchCount < BATCH) {
                walked = counted += scanned;
                cursor = after;
                if (after == 0) {
                    return true;
                }
            }
            // Else from the same place again: those that were taken are not collected any more.
        }
        return false;
    }

    private void collect(Database database, long record) {
        scanned++;
        if (batchCount < BATCH && !database.isSeen(record)) {
            batch[batchCount++] = record;
        }
    }
}
