package dev.cinnabar.aof;

import dev.cinnabar.journal.Chunk;
import dev.cinnabar.journal.Cut;
import dev.cinnabar.journal.Journal;
import dev.cinnabar.keyspace.Clock;
import dev.cinnabar.log.Log;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Takes the journal's bytes to the current increment, and to the disk as the policy says. Thread-safe; owns a thread.
 *
 * <p>While the policy is {@link FsyncPolicy#ALWAYS} the thread writes and syncs, once for all that was appended meanwhile
 * (group commit), and releases the replies that wait for it. Otherwise whoever has run a batch of commands writes what there
 * is, so that the system has it when the replies leave, and the thread only syncs.
 */
final class AofWriter implements Journal.Reader, Runnable {

    /*
     * While a sync runs, a write may have to wait for it, and with it the loop that writes. So, once a second, writes are put
     * off until the sync is over; but for no more than two seconds, as Redis does: then they wait.
     *
     * What has been drained stays in the backlog until it is written. A round is what was drained at one time and lies before
     * the next cut: it begins and ends between two steps. If a round fails half-way the file is truncated to where the round
     * began, so that it ends with a whole step, and the round is written again later.
     */

    private static final long TICK_NANOS = 100_000_000;
    private static final long MOMENT_NANOS = 100_000;
    private static final long SECOND_NANOS = 1_000_000_000;
    private static final long MAX_POSTPONED_NANOS = 2 * SECOND_NANOS;
    private static final long COMPLAINT_NANOS = 30 * SECOND_NANOS;

    /** What it tells those who own it. */
    interface Owner {
        /** The journal is cut: returns the file to go on with, or null to go on with the same. Called by the thread. */
        Storage.@Nullable Target cut(Cut cut, Storage.Target old);

        /** Must not go on: something is not on disk that has been promised. */
        void die();

        /** Whether syncs are not to be made now. */
        boolean avoidsSync();
    }

    private final Journal journal;
    private final Log log;
    private final Clock clock;
    private final Owner owner;
    private final Thread thread;
    private volatile FsyncPolicy policy;
    private volatile boolean closing;

    private final ReentrantLock fileLock = new ReentrantLock();

    // Guarded by the lock of the file.
    private final ArrayDeque<Chunk> backlog = new ArrayDeque<>();
    private final List<Chunk> drained = new ArrayList<>();
    private final List<Chunk> round = new ArrayList<>();
    private long drainedEnd;
    private long postponedSinceNanos;
    private long complainedNanos;
    private boolean complained;

    private volatile Storage.Target target;
    private volatile long size;
    private volatile long written;
    private volatile long synced;
    private volatile boolean syncing;
    private volatile boolean failing;
    private volatile boolean syncFailing;
    private volatile String failure = "";
    private final LongAdder delayedSyncs = new LongAdder();

    AofWriter(Journal journal, Storage.Target target, FsyncPolicy policy, Log log, Clock clock, Owner owner)
            throws IOException {
        this.journal = journal;
        this.target = target;
        this.size = target.size();
        this.policy = policy;
        this.log = log;
        this.clock = clock;
        this.owner = owner;
        this.written = journal.end();
        this.synced = written;
        this.drainedEnd = written;
        this.thread = new Thread(this, "cinnabar-aof");
        thread.setDaemon(true);
    }

    void start() {
        journal.release(policy == FsyncPolicy.ALWAYS ? synced : Long.MAX_VALUE);
        thread.start();
    }

    void policy(FsyncPolicy newPolicy) {
        policy = newPolicy;
        LockSupport.unpark(thread);
    }

    /** Bytes of the current increment. */
    long size() {
        return size;
    }

    /** Bytes that wait to be written. */
    long waitingBytes() {
        return journal.end() - written;
    }

    boolean isSyncing() {
        return syncing;
    }

    long delayedSyncs() {
        return delayedSyncs.sum();
    }

    /** Up to where the journal is on disk. */
    long synced() {
        return synced;
    }

    /** Why the last write or sync failed; null if it did not. */
    @Nullable
    String failure() {
        return failing || syncFailing ? failure : null;
    }

    /** Whether the last write was well. */
    boolean isWriting() {
        return !failing;
    }

    @Override
    public void flush() {
        if (policy == FsyncPolicy.ALWAYS) {
            return;
        }
        while (journal.waitingBytes() > 0 && fileLock.tryLock()) {
            try {
                if (isPostponed() || !write(false)) {
                    return;
                }
            } finally {
                fileLock.unlock();
            }
        }
    }

    @Override
    public void urge() {
        LockSupport.unpark(thread);
    }

    private boolean isPostponed() {
        if (!syncing || policy != FsyncPolicy.EVERYSEC) {
            postponedSinceNanos = 0;
            return false;
        }
        long now = clock.nanos();
        if (postponedSinceNanos == 0) {
            postponedSinceNanos = now;
            return true;
        }
        if (now - postponedSinceNanos < MAX_POSTPONED_NANOS) {
            return true;
        }
        delayedSyncs.increment();
        postponedSinceNanos = 0;
        log.notice(
                "Asynchronous AOF fsync is taking too long (disk is busy?). Writing the AOF buffer without waiting for"
                        + " fsync to complete, this may slow down Cinnabar.");
        return false;
    }

    // Writing; the lock of the file is held.

    /** Writes all there is; false if something is left: because of an error, or of a cut that is the thread's to make. */
    private boolean write(boolean mayCut) {
        journal.drain(drained);
        drainedEnd = journal.drainedEnd();
        backlog.addAll(drained);
        drained.clear();
        while (!backlog.isEmpty()) {
            Cut cut = backlog.getFirst().cut();
            if (cut != null) {
                if (!mayCut) {
                    LockSupport.unpark(thread);
                    return false;
                }
                Storage.Target next = owner.cut(cut, target);
                backlog.getFirst().made();
                if (next != null) {
                    target = next;
                    size = 0;
                }
            }
            round.clear();
            for (Chunk chunk : backlog) {
                if (chunk.cut() != null) {
                    break;
                }
                round.add(chunk);
            }
            if (!writeRound()) {
                return false;
            }
            for (int i = 0; i < round.size(); i++) {
                backlog.removeFirst();
            }
            journal.recycle(round);
        }
        round.clear();
        written = drainedEnd;
        if (failing) {
            failing = false;
            log.warning("AOF write error looks solved, Cinnabar can write again.");
        }
        return true;
    }

    private boolean writeRound() {
        long before = size;
        long now = before;
        try {
            for (Chunk chunk : round) {
                while (chunk.buffer().hasRemaining()) {
                    int n = target.write(chunk.buffer());
                    if (n <= 0) {
                        throw new IOException("nothing was written");
                    }
                    now += n;
                }
            }
            size = now;
            return true;
        } catch (IOException e) {
            size = now;
            failed(e, before);
            return false;
        }
    }

    private void failed(IOException e, long before) {
        failure = String.valueOf(e.getMessage());
        long now = clock.nanos();
        boolean complain = !complained || now - complainedNanos > COMPLAINT_NANOS;
        complained = true;
        if (complain) {
            complainedNanos = now;
            log.warning("Error writing to the AOF file: " + failure);
        }
        if (policy == FsyncPolicy.ALWAYS) {
            log.warning("Can't recover from AOF write error when the AOF fsync policy is 'always'. Exiting...");
            owner.die();
        }
        failing = true;
        if (size == before) {
            return;
        }
        try {
            target.truncate(before);
            size = before;
            round.forEach(chunk -> chunk.buffer().rewind());
        } catch (IOException again) {
            if (complain) {
                log.warning(
                        "Could not remove short write from the append-only file.  Cinnabar may refuse to load the AOF"
                                + " the next time it starts.  ftruncate: " + again.getMessage());
            }
        }
    }

    // The thread.

    @Override
    public void run() {
        long lastSyncNanos = clock.nanos();
        while (!closing) {
            FsyncPolicy now = policy;
            boolean worked = false;
            if (now == FsyncPolicy.ALWAYS) {
                worked = commit();
            } else {
                if (journal.released() != Long.MAX_VALUE) {
                    commit();
                    journal.release(Long.MAX_VALUE);
                }
                writeLeftOver();
                if (now == FsyncPolicy.EVERYSEC && written != synced && clock.nanos() - lastSyncNanos >= SECOND_NANOS) {
                    sync(written);
                    lastSyncNanos = clock.nanos();
                }
            }
            if (!worked) {
                LockSupport.parkNanos(this, TICK_NANOS);
            }
        }
        finish();
    }

    /** Writes and syncs what there is, and releases who waits for it; false if there was nothing. */
    private boolean commit() {
        if (journal.released() == Long.MAX_VALUE) {
            journal.release(synced);
        }
        if (!journal.hasCut()
                && journal.end() == synced
                && journal.end() == written
                && journal.waitingBytes() == 0
                && backlog.isEmpty()) {
            if (journal.released() < synced) {
                journal.release(synced);
            }
            return false;
        }
        long upTo;
        fileLock.lock();
        try {
            write(true);
            upTo = written;
        } finally {
            fileLock.unlock();
        }
        if (upTo != synced && !owner.avoidsSync()) {
            sync(upTo);
            if (syncFailing) {
                log.warning("Can't persist AOF for fsync error when the AOF fsync policy is 'always': " + failure
                        + ". Exiting...");
                owner.die();
            }
        }
        journal.release(upTo);
        return !failing;
    }

    private void writeLeftOver() {
        fileLock.lock();
        try {
            if ((journal.end() != written || journal.hasCut() || !backlog.isEmpty()) && !isPostponed()) {
                write(true);
            }
        } finally {
            fileLock.unlock();
        }
    }

    /** Called by the thread alone, which is also the only one that changes the target. */
    private void sync(long upTo) {
        if (owner.avoidsSync()) {
            return;
        }
        syncing = true;
        try {
            target.sync();
            synced = upTo;
            syncFailing = false;
        } catch (IOException e) {
            failure = String.valueOf(e.getMessage());
            if (!syncFailing) {
                log.warning("Fail to fsync the AOF file: " + failure);
            }
            syncFailing = true;
        } finally {
            syncing = false;
        }
    }

    private void finish() {
        fileLock.lock();
        try {
            write(true);
            if (written != synced) {
                log.notice("Calling fsync() on the AOF file.");
                target.sync();
                synced = written;
            }
            target.close();
        } catch (IOException e) {
            log.warning("Fail to fsync the AOF file: " + e.getMessage() + ".");
        } finally {
            fileLock.unlock();
            journal.release(Long.MAX_VALUE);
        }
    }

    /** Waits until all that was appended is written; false if that fails. */
    boolean awaitWritten() {
        long end = journal.end();
        while (written < end && !failing && thread.isAlive()) {
            LockSupport.unpark(thread);
            LockSupport.parkNanos(this, MOMENT_NANOS);
        }
        return written >= end;
    }

    boolean isRunning() {
        return thread.isAlive();
    }

    /** Writes and syncs what there is, and ends the thread. Nothing is appended any more. */
    void close() {
        closing = true;
        LockSupport.unpark(thread);
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join(TimeUnit.SECONDS.toMillis(10));
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
