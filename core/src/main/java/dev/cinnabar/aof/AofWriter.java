package dev.cinnabar.aof;

import dev.cinnabar.journal.Chunk;
import dev.cinnabar.journal.Cut;
import dev.cinnabar.journal.Journal;
import dev.cinnabar.keyspace.Clock;
import dev.cinnabar.log.Log;
import dev.cinnabar.text.Reason;
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
 * <p>While the policy is {@link FsyncPolicy#ALWAYS} one thread at a time writes and syncs, once for all that was appended
 * meanwhile (group commit), and releases the replies that wait for it: the thread of its own or, if it has nobody else to
 * serve, the one that has run the last of the commands. Otherwise whoever has run a batch of commands writes what there
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
     *
     * A commit holds its lock while it writes and syncs, but not while it tells that more replies may leave: whoever is told,
     * and still waits, can commit himself at once. CommitPace says when, and who.
     *
     * Rejected: a file that is longer than what is written, filled up with comments, so that a sync need not write the file's
     * new size (a fifth of the time, where that goes to a journal of the file system). After a loss of power the pages of a
     * write may be on disk in any order; a page of comments might then lie inside a value whose beginning and end are
     * there, and nothing would tell that it does not belong there. What is appended is seen with the size, or not at all.
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

    private final CommitPace pace;

    /** What the thread does; AWAKE: it will look for work before it parks. */
    private enum Doing {
        AWAKE,
        WAITS_FOR_MORE,
        IDLE
    }

    private volatile Doing doing = Doing.AWAKE;

    /** Held while a commit or a sync is made, and while the target changes. To be locked before the other. */
    private final ReentrantLock commitLock = new ReentrantLock();

    private final ReentrantLock fileLock = new ReentrantLock();

    // Guarded by the lock of the file.
    private final ArrayDeque<Chunk> backlog = new ArrayDeque<>();
    private final List<Chunk> drained = new ArrayList<>();
    private final List<Chunk> round = new ArrayList<>();
    private long drainedEnd;
    private long postponedSinceNanos;
    private long complainedNanos;
    private boolean complained;

    /** The owner was told that it is over: nothing is written or released any more. */
    private volatile boolean dead;

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
        this.pace = new CommitPace(clock.nanos());
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
        if (policy == FsyncPolicy.ALWAYS) {
            Doing d = doing;
            if (d == Doing.AWAKE || d == Doing.WAITS_FOR_MORE && pace.waitNanos(journal.waits(), clock.nanos()) > 0) {
                return;
            }
        }
        LockSupport.unpark(thread);
    }

    @Override
    public boolean commit() {
        if (policy == FsyncPolicy.ALWAYS
                && pace.isQuick()
                && !journal.hasCut()
                && pace.waitNanos(journal.waits(), clock.nanos()) <= 0) {
            if (!commitLock.tryLock()) {
                // Who holds it tells all that wait when he is done, and so the caller comes again.
                return false;
            }
            try {
                commitLocked();
            } finally {
                commitLock.unlock();
            }
            journal.tellReleased();
            return true;
        }
        urge();
        return false;
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
        failure = Reason.of(e);
        long now = clock.nanos();
        boolean complain = !complained || now - complainedNanos > COMPLAINT_NANOS;
        complained = true;
        if (complain) {
            complainedNanos = now;
            log.warning("Error writing to the AOF file: " + failure);
        }
        if (policy == FsyncPolicy.ALWAYS) {
            log.warning("Can't recover from AOF write error when the AOF fsync policy is 'always'. Exiting...");
            die();
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
                                + " the next time it starts.  ftruncate: " + Reason.of(again));
            }
        }
    }

    private void die() {
        dead = true;
        owner.die();
    }

    // Commits; their lock is held.

    /** Writes and syncs what there is; who waits for it may go on when he is told. */
    private void commitLocked() {
        if (dead) {
            return;
        }
        pace.begin(journal.waits(), clock.nanos());
        boolean done;
        long upTo;
        fileLock.lock();
        try {
            done = write(Thread.currentThread() == thread);
            upTo = written;
        } finally {
            fileLock.unlock();
        }
        if (dead) {
            return;
        }
        if (upTo != synced && !owner.avoidsSync()) {
            sync(upTo);
            if (syncFailing) {
                log.warning("Can't persist AOF for fsync error when the AOF fsync policy is 'always': " + failure
                        + ". Exiting...");
                die();
                return;
            }
        }
        journal.setReleased(upTo);
        if (done) {
            pace.end(journal.waits(), clock.nanos());
        }
    }

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
            failure = Reason.of(e);
            if (!syncFailing) {
                log.warning("Fail to fsync the AOF file: " + failure);
            }
            syncFailing = true;
        } finally {
            syncing = false;
        }
    }

    // The thread.

    @Override
    public void run() {
        long lastSyncNanos = clock.nanos();
        while (!closing) {
            if (dead) {
                LockSupport.parkNanos(this, TICK_NANOS);
                continue;
            }
            if (policy == FsyncPolicy.ALWAYS) {
                commitWhenDue();
                continue;
            }
            commitLock.lock();
            try {
                if (journal.released() != Long.MAX_VALUE) {
                    commitLocked();
                    if (dead) {
                        continue;
                    }
                    journal.release(Long.MAX_VALUE);
                }
                writeLeftOver();
                if (policy == FsyncPolicy.EVERYSEC
                        && written != synced
                        && clock.nanos() - lastSyncNanos >= SECOND_NANOS) {
                    sync(written);
                    lastSyncNanos = clock.nanos();
                }
            } finally {
                commitLock.unlock();
            }
            LockSupport.parkNanos(this, TICK_NANOS);
        }
        finish();
    }

    /** Commits, or parks until it may be time to. */
    private void commitWhenDue() {
        // First this, then the look: who finds the thread idle wakes it, who does not is seen.
        doing = Doing.IDLE;
        if (journal.released() == Long.MAX_VALUE) {
            journal.release(synced);
        }
        if (!hasWork()) {
            LockSupport.parkNanos(this, TICK_NANOS);
            return;
        }
        if (!journal.hasCut()) {
            doing = Doing.WAITS_FOR_MORE;
            long wait = pace.waitNanos(journal.waits(), clock.nanos());
            if (wait > 0) {
                LockSupport.parkNanos(this, wait);
                return;
            }
        }
        doing = Doing.AWAKE;
        commitLock.lock();
        try {
            commitLocked();
        } finally {
            commitLock.unlock();
        }
        journal.tellReleased();
        if (failing || syncFailing || dead) {
            LockSupport.parkNanos(this, TICK_NANOS);
        }
    }

    private boolean hasWork() {
        return journal.hasCut()
                || journal.end() != synced && !(owner.avoidsSync() && journal.end() == written)
                || journal.end() != journal.released()
                || journal.waitingBytes() > 0;
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

    private void finish() {
        commitLock.lock();
        fileLock.lock();
        try {
            if (dead) {
                target.close();
                return;
            }
            write(true);
            if (written != synced) {
                log.notice("Calling fsync() on the AOF file.");
                target.sync();
                synced = written;
            }
            target.close();
        } catch (IOException e) {
            log.warning("Fail to fsync the AOF file: " + Reason.of(e) + ".");
        } finally {
            fileLock.unlock();
            commitLock.unlock();
            if (!dead) {
                journal.release(Long.MAX_VALUE);
            }
        }
    }

    /** Waits until all that was appended is written; false if that fails. */
    boolean awaitWritten() {
        long end = journal.end();
        while (written < end && !failing && !dead && thread.isAlive()) {
            LockSupport.unpark(thread);
            LockSupport.parkNanos(this, MOMENT_NANOS);
        }
        return written >= end;
    }

    /** Whether what is appended is still being written, or tried to. */
    boolean isRunning() {
        return !dead && thread.isAlive();
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
