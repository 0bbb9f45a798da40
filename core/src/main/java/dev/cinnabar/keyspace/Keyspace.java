package dev.cinnabar.keyspace;

import dev.cinnabar.memory.Bytes;
import dev.cinnabar.memory.Memory;
import dev.cinnabar.structures.LookAhead;
import dev.cinnabar.structures.SipHash;
import dev.cinnabar.values.Entry;
import dev.cinnabar.values.MemberAim;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * All keys of an engine, in partitions. Thread-safe as far as a thread touches only what it has locked.
 *
 * <p>A set of partitions is a bit mask of a {@code long}: there are at most {@value #MAX_PARTITIONS}. Partitions are locked
 * in ascending order, all that a command needs before it begins (two-phase locking, so every command is atomic and the
 * whole is linearizable).
 */
public final class Keyspace implements AutoCloseable {

    public static final int MAX_PARTITIONS = 64;

    /** Emptied chunks that wait to be closed, which takes too long to do it under a lock. */
    private final Queue<Runnable> closings = new ConcurrentLinkedQueue<>();

    /** A mask of the partitions with keys that have changed and that clients wait for. */
    private final AtomicLong ready = new AtomicLong();

    /** The snapshot that was begun last. */
    private @Nullable Snapshot snapshot;

    private volatile KeyspaceObserver observer = new KeyspaceObserver() {
        @Override
        public boolean isInterested() {
            return false;
        }

        @Override
        public void expired(int database, Bytes key, long hash) {
            throw new IllegalStateException("nobody is interested");
        }

        @Override
        public void evicted(int database, Bytes key, long hash) {
            throw new IllegalStateException("nobody is interested");
        }

        @Override
        public void fieldExpired(int database, Bytes key, Bytes field, boolean last) {
            throw new IllegalStateException("nobody is interested");
        }

        @Override
        public boolean isJournaled() {
            return false;
        }

        @Override
        public void deleted(int database, Bytes key, boolean evicted) {
            throw new IllegalStateException("there is no log");
        }

        @Override
        public void fieldDeleted(int database, Bytes key, Bytes field) {
            throw new IllegalStateException("there is no log");
        }
    };
    private final Clock clock;
    private final long seed0;
    private final long seed1;
    private final Partition[] partitions;
    private final int databases;
    private final long all;

    /**
     * @param partitions how many partitions: a power of two up to {@value #MAX_PARTITIONS}
     * @param databases how many numbered databases
     * @param random what the secret keys of the hash are drawn from
     */
    public Keyspace(int partitions, int databases, Clock clock, RandomGenerator random) {
        if (Integer.bitCount(partitions) != 1 || partitions > MAX_PARTITIONS) {
            throw new IllegalArgumentException("partitions: " + partitions);
        }
        this.clock = clock;
        this.databases = databases;
        this.seed0 = random.nextLong();
        this.seed1 = random.nextLong();
        this.partitions = new Partition[partitions];
        for (int i = 0; i < partitions; i++) {
            this.partitions[i] = new Partition(this, i, databases, new Memory(closings::add));
        }
        this.all = partitions == 64 ? -1L : (1L << partitions) - 1;
    }

    /** About eight partitions a core, so that callers seldom meet. */
    public static int partitionsFor(int cores) {
        return Integer.highestOneBit(Math.clamp(cores * 8L, 1, MAX_PARTITIONS));
    }

    /** Who learns of keys that expire. Said once, before the first command. */
    public void observer(KeyspaceObserver observer) {
        this.observer = observer;
    }

    KeyspaceObserver observer() {
        return observer;
    }

    public Clock clock() {
        return clock;
    }

    public int databases() {
        return databases;
    }

    public int partitions() {
        return partitions.length;
    }

    public long hash(Bytes key) {
        return SipHash.hash(seed0, seed1, key);
    }

    /** The partition of a key with this hash: its low bits. */
    public int partitionOf(long hash) {
        return (int) hash & partitions.length - 1;
    }

    /** A partition that the calling thread has locked. */
    public Partition partition(int index) {
        Partition partition = partitions[index];
        assert partition.isLockedByMe() : "partition " + index + " is not locked";
        return partition;
    }

    /*
     * Look-ups of a batch of requests cost two cache misses each, one after the other: slots, then record. touch() makes the
     * misses of all keys of a batch overlap, before the first lock is taken. It looks without a lock at what others may be
     * changing. That is safe because every access is bounds-checked and checked against the end of its arena, and nothing
     * that is read here is believed: the worst is a line that is not needed, or an exception, which is dropped.
     */

    /** Brings what look-ups of these hashes will read into the processor's cache. */
    public void touch(int database, long[] hashes, int count, LookAhead ahead) {
        ahead.clear();
        try {
            for (int i = 0; i < count && !ahead.isFull(); i++) {
                Database keys = partitions[partitionOf(hashes[i])].unguarded(database);
                if (keys != null) {
                    keys.aim(hashes[i], ahead);
                }
            }
            ahead.run();
        } catch (RuntimeException e) {
            // Something changed under our eyes: the look-up proper will find out what.
            ahead.clear();
        }
    }

    /**
     * As {@link #touch}, for one member of the collection of a key, which has been touched: notes what its look-up will read.
     * Any unchecked exception may come of what others are changing.
     */
    public void aimAtMember(int database, long hash, Bytes member, MemberAim aim, LookAhead ahead) {
        Database keys = partitions[partitionOf(hash)].unguarded(database);
        if (keys != null) {
            keys.aimAtMember(hash, member, aim, ahead);
        }
    }

    // Locks.

    /** The mask of all partitions. */
    public long all() {
        return all;
    }

    public void lock(long mask) {
        for (long rest = mask; rest != 0; rest &= rest - 1) {
            partitions[Long.numberOfTrailingZeros(rest)].lock();
        }
    }

    /** As {@link #lock(long)}, and counts how long it took where others had locked something. */
    public void lock(long mask, LockWaits waits) {
        for (long rest = mask; rest != 0; rest &= rest - 1) {
            partitions[Long.numberOfTrailingZeros(rest)].lock(waits);
        }
    }

    /** Whether the calling thread has locked all partitions. */
    public boolean isLocked() {
        for (Partition partition : partitions) {
            if (!partition.isLockedByMe()) {
                return false;
            }
        }
        return true;
    }

    public void unlock(long mask) {
        for (long rest = mask; rest != 0; rest &= rest - 1) {
            partitions[Long.numberOfTrailingZeros(rest)].unlock();
        }
    }

    /**
     * Runs work on one partition, which is locked meanwhile, and returns its result: for those who walk the data one partition
     * after the other. The partition must not be kept.
     */
    public <R extends @Nullable Object> R locked(int index, Function<Partition, R> work) {
        Partition partition = partitions[index];
        partition.lock();
        try {
            return work.apply(partition);
        } finally {
            partition.unlock();
        }
    }

    // Watches. The caller has locked what he names.

    /** Registers a watch; null if the owner watches this key already. */
    public @Nullable Watch watch(Watch.Owner owner, int database, Bytes key, long hash, long nowMillis) {
        return partition(partitionOf(hash)).watch(owner, database, key, hash, nowMillis);
    }

    /** Ends a watch; locks by itself. */
    public void unwatch(Watch watch) {
        Partition partition = partitions[partitionOf(watch.hash())];
        partition.lock();
        try {
            partition.unwatch(watch);
        } finally {
            partition.unlock();
        }
    }

    public boolean hasExpired(Watch watch, long nowMillis) {
        return partition(partitionOf(watch.hash())).hasExpired(watch, nowMillis);
    }

    // Waiters. The caller has locked what he names, unless it says that it locks by itself.

    public void await(Waiter waiter) {
        partition(partitionOf(waiter.hash())).await(waiter);
    }

    public void leave(Waiter waiter) {
        partition(partitionOf(waiter.hash())).leave(waiter);
    }

    void becameReady(int index) {
        ready.getAndUpdate(mask -> mask | 1L << index);
    }

    /** Whether keys have changed that clients wait for. */
    public boolean hasReady() {
        return ready.get() != 0;
    }

    /**
     * Takes a key that has changed and that clients wait for: hands out one of its waiters, of before or of now, for {@link
     * #nextWaiter}. Null if there is none. Locks by itself.
     */
    public @Nullable Waiter takeReady() {
        for (long mask = ready.get(); mask != 0; mask &= mask - 1) {
            int index = Long.numberOfTrailingZeros(mask);
            Partition partition = partitions[index];
            partition.lock();
            try {
                Waiter waiter = partition.takeReady();
                if (!partition.hasReady()) {
                    ready.getAndUpdate(all -> all & ~(1L << index));
                }
                if (waiter != null) {
                    return waiter;
                }
            } finally {
                partition.unlock();
            }
        }
        return null;
    }

    /**
     * The first client that waits for the same key as {@code of}, with a {@link Waiter#number} above {@code after}, and that
     * is to be tried again as the key is now; or null. Locks by itself.
     */
    public @Nullable Waiter nextWaiter(Waiter of, long after, long nowMillis) {
        Partition partition = partitions[partitionOf(of.hash())];
        partition.lock();
        try {
            return partition.nextWaiter(of, after, nowMillis);
        } finally {
            partition.unlock();
        }
    }

    /** How many keys clients wait for, and for how many of them also in case they are lost. Locks by itself. */
    public long[] waitedKeys() {
        long[] counts = new long[2];
        for (Partition partition : partitions) {
            partition.lock();
            try {
                partition.countWaitedKeys(counts);
            } finally {
                partition.unlock();
            }
        }
        return counts;
    }

    // Work in the background; locks by itself, one partition at a time, in bounded steps.

    /** How much is freed in one step: well below a millisecond of work. */
    private static final int STEP = 128;

    private static final long PAUSE_NANOS = 20_000;

    /** When the next key expires, in milliseconds since 1970, or earlier. */
    public long nextDueMillis() {
        long next = Long.MAX_VALUE;
        for (Partition partition : partitions) {
            next = Math.min(next, partition.nextDueMillis());
        }
        return next;
    }

    /** The partition in which the key lies that expires first of all, or -1 where none expires. */
    int firstDuePartition() {
        int first = -1;
        long earliest = Entry.NEVER;
        for (Partition partition : partitions) {
            partition.lock();
            try {
                long due = partition.firstDueMillis();
                if (due < earliest) {
                    earliest = due;
                    first = partition.index();
                }
            } finally {
                partition.unlock();
            }
        }
        return first;
    }

    /** Deletes all keys whose time has come. */
    public void expireDue() {
        expireDue(() -> {});
    }

    /** As {@link #expireDue()}; runs {@code meanwhile} every now and then, with no lock held. */
    public void expireDue(Runnable meanwhile) {
        inSteps(
                partition -> {
                    long now = clock.millis();
                    return partition.nextDueMillis() <= now && partition.expireDue(now, STEP);
                },
                meanwhile);
    }

    /** Frees what was thrown away so far, and gives emptied memory back to the system. */
    public void collectGarbage() {
        collectGarbage(() -> {});
    }

    /** As {@link #collectGarbage()}; runs {@code meanwhile} every now and then, with no lock held. */
    public void collectGarbage(Runnable meanwhile) {
        inSteps(partition -> partition.collectGarbage(STEP), meanwhile);
        runClosings();
    }

    private void runClosings() {
        for (Runnable closing = closings.poll(); closing != null; closing = closings.poll()) {
            closing.run();
        }
    }

    /** Takes a step in each partition in turn, as long as it says that there is more to do. */
    private void inSteps(Predicate<Partition> step, Runnable meanwhile) {
        long rest = all;
        while (rest != 0) {
            for (long round = rest; round != 0; round &= round - 1) {
                int index = Long.numberOfTrailingZeros(round);
                Partition partition = partitions[index];
                partition.lock();
                try {
                    if (!step.test(partition)) {
                        rest &= ~(1L << index);
                    }
                } finally {
                    partition.unlock();
                }
                if (partition.hasWaitingThreads()) {
                    // The lock is not fair: without a pause this thread would take it again before they wake.
                    LockSupport.parkNanos(PAUSE_NANOS);
                }
            }
            meanwhile.run();
        }
    }

    // Snapshots.

    /**
     * Begins a snapshot: locks all partitions for as long as it takes to write down what databases there are.
     *
     * @param atTheCut run meanwhile: what has to happen at the same point of all that changes
     * @throws IllegalStateException if one runs already
     */
    public Snapshot startSnapshot(Snapshot.Sink sink, Runnable atTheCut) {
        Snapshot begun = new Snapshot(this, sink);
        lock(all);
        try {
            Snapshot last = snapshot;
            if (last != null && !last.isOver()) {
                throw new IllegalStateException("a snapshot runs already");
            }
            snapshot = begun;
            begun.start(partitions);
            atTheCut.run();
        } finally {
            unlock(all);
        }
        return begun;
    }

    /** A partition that the caller locks by himself. */
    Partition unlocked(int index) {
        return partitions[index];
    }

    // Statistics: sums over the partitions, each read without its lock.

    /** Bytes in use off the heap. */
    public long usedMemory() {
        long sum = 0;
        for (Partition partition : partitions) {
            sum += partition.memory().used();
        }
        return sum;
    }

    public long reservedMemory() {
        long sum = 0;
        for (Partition partition : partitions) {
            sum += partition.memory().reserved();
        }
        return sum;
    }

    public long expired() {
        long sum = 0;
        for (Partition partition : partitions) {
            sum += partition.expired();
        }
        return sum;
    }

    public long expiredFields() {
        long sum = 0;
        for (Partition partition : partitions) {
            sum += partition.expiredFields();
        }
        return sum;
    }

    public long evicted() {
        long sum = 0;
        for (Partition partition : partitions) {
            sum += partition.evicted();
        }
        return sum;
    }

    public long dirty() {
        long sum = 0;
        for (Partition partition : partitions) {
            sum += partition.dirty();
        }
        return sum;
    }

    public void resetStatistics() {
        lock(all);
        try {
            for (Partition partition : partitions) {
                partition.resetStatistics();
            }
        } finally {
            unlock(all);
        }
    }

    /** Walks everything and throws where something does not agree. Locks all. */
    public void checkInvariants() {
        lock(all);
        try {
            for (Partition partition : partitions) {
                partition.checkInvariants();
            }
        } finally {
            unlock(all);
        }
    }

    /** Gives all memory back; nothing may be used afterwards. */
    @Override
    public void close() {
        lock(all);
        try {
            for (Partition partition : partitions) {
                partition.close();
            }
        } finally {
            unlock(all);
        }
        runClosings();
    }
}
