package dev.cinnabar;

import dev.cinnabar.command.Engine;
import dev.cinnabar.journal.Journal;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;

/**
 * Lets callers inside the JVM wait until the journal is on disk, where that is promised. Thread-safe; parks its callers.
 */
final class DiskWait {

    /*
     * A caller's thread never writes or syncs by itself, as a loop's thread does: an interrupt, which is the program's to
     * send, would close the file under it.
     */

    /** After so long a thread that waits looks whether the wait is in vain. */
    private static final long LOOK_NANOS = 100_000_000;

    private static final long OVERFULL_PAUSE_NANOS = 1_000_000;

    private final Engine engine;
    private final Journal journal;
    private final Set<Thread> waiting = ConcurrentHashMap.newKeySet();
    private final Runnable listener = this::wake;

    DiskWait(Engine engine) {
        this.engine = engine;
        this.journal = engine.journal();
        journal.onRelease(listener);
    }

    private void wake() {
        waiting.forEach(LockSupport::unpark);
    }

    void close() {
        journal.removeOnRelease(listener);
    }

    /**
     * Returns when a reply may be seen that shows what has been done so far.
     *
     * @throws UncheckedIOException if that cannot be brought to the disk
     */
    void await() {
        if (journal.isOn() && (journal.isOverfull() || journal.end() > journal.released())) {
            park();
        }
    }

    private void park() {
        long end = journal.end();
        boolean interrupted = false;
        Thread caller = Thread.currentThread();
        waiting.add(caller);
        try {
            while (journal.isOverfull() && engine.appendOnly().failure() == null) {
                journal.urge();
                LockSupport.parkNanos(this, OVERFULL_PAUSE_NANOS);
                interrupted |= Thread.interrupted();
            }
            if (journal.released() < end) {
                journal.countWait();
            }
            while (journal.released() < end) {
                String failure = engine.appendOnly().failure();
                if (failure != null) {
                    throw new UncheckedIOException(new IOException(
                            "The append-only file cannot be written, the command may be lost: " + failure));
                }
                journal.urge();
                if (journal.released() < end) {
                    LockSupport.parkNanos(this, LOOK_NANOS);
                    interrupted |= Thread.interrupted();
                }
            }
        } finally {
            waiting.remove(caller);
            if (interrupted) {
                caller.interrupt();
            }
        }
    }
}
