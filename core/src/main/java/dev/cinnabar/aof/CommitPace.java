package dev.cinnabar.aof;

/**
 * Says when the next commit of a group is to begin. Changed by whoever holds the lock of commits; read by any thread.
 */
final class CommitPace {

    /*
     * Clients that wait for the same sync form a group. When it is over they all get their replies and soon send their next
     * requests, while those that came during the sync are waiting already. To sync at once for the latter makes two groups
     * that take turns: everyone waits for his own sync and, on average, for half of the other's. To wait until the first group
     * is back makes one group of all: half as many syncs, but nothing is synced meanwhile. With F for the time of a sync and
     * E for the time in which all come back, a round takes 2 F with two groups, and F + E with one. So it is worth to wait
     * if E < F, and never for longer than F.
     *
     * How many are to come is known: those that the last commit released and those that came while it ran. When they are all
     * there, nobody is left to be served meanwhile, and the thread that has run the last request may as well sync itself:
     * that spares two changes of threads. When the time is over first, the wait was in vain; then a few commits do not wait
     * at all, more of them each time, up to a limit; those, too, are made by whoever has run all that had come.
     *
     * F is an average, of which a sync makes up an eighth.
     */

    /** No commit waits longer than this for others. */
    private static final long MAX_WAIT_NANOS = 5_000_000;

    /** Above this average, syncs are left to their own thread: loops have other clients, who might want to read. */
    private static final long MAX_OWN_NANOS = 5_000_000;

    private static final int MAX_SKIPS = 63;

    private volatile long average;
    private volatile long target;
    private volatile long deadlineNanos;

    private long taken;
    private long takenBefore;
    private long beganNanos;
    private boolean waits;
    private int skips;
    private int skipsLeft;

    /** @param nowNanos the time at which nothing has been committed yet */
    CommitPace(long nowNanos) {
        deadlineNanos = nowNanos;
    }

    /**
     * A commit begins.
     *
     * @param arrived how many have waited for a commit so far, those before included
     */
    void begin(long arrived, long nowNanos) {
        if (waits) {
            skips = arrived >= target ? 0 : Math.min(2 * skips + 1, MAX_SKIPS);
            skipsLeft = skips;
        }
        takenBefore = taken;
        taken = arrived;
        beganNanos = nowNanos;
    }

    /** The commit has ended, and all that it took are about to be released. */
    void end(long arrived, long nowNanos) {
        long took = nowNanos - beganNanos;
        long before = average;
        average = before + (took - before) / 8;
        waits = skipsLeft == 0;
        if (!waits) {
            skipsLeft--;
        }
        target = taken + (arrived - takenBefore);
        deadlineNanos = waits ? nowNanos + Math.min(average, MAX_WAIT_NANOS) : nowNanos;
    }

    /** Whether all are there that are expected. */
    boolean isFull(long arrived) {
        return arrived >= target;
    }

    /** How long the next commit is to wait for more; 0 or less: it is to begin. */
    long waitNanos(long arrived, long nowNanos) {
        return isFull(arrived) ? 0 : deadlineNanos - nowNanos;
    }

    /** Whether a thread that has other things to do may sync. */
    boolean isQuick() {
        return average <= MAX_OWN_NANOS;
    }
}
