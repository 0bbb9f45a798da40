package dev.cinnabar.session;

import dev.cinnabar.keyspace.Waiter;
import dev.cinnabar.resp.Request;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A command that waits for keys, with the client that sent it. Guarded by the locks of all partitions of the command's keys:
 * who holds them may try the command again or end the wait.
 */
public final class Blocked implements Waiter.Owner {

    /** Until when a command waits that has no limit, in milliseconds since 1970. */
    public static final long FOREVER = Long.MAX_VALUE;

    /** Whose time is over first comes first. */
    static final Comparator<Blocked> BY_DEADLINE =
            Comparator.comparingLong(Blocked::deadlineMillis).thenComparingLong(blocked -> blocked.id);

    private static final AtomicLong IDS = new AtomicLong();

    private final long id = IDS.incrementAndGet();
    private final Session session;
    private final Resumable client;
    private final Transaction.Queued command;
    private final long mask;
    private final long deadlineMillis;
    private final boolean muted;
    private final List<Waiter> waiters = new ArrayList<>(1);
    private boolean waiting = true;

    /**
     * @param command the command's number in the table, and its arguments as they are when it is tried again
     * @param mask the partitions of its keys
     * @param muted whether the client does not want the reply
     */
    public Blocked(
            Session session,
            Resumable client,
            int command,
            Request request,
            long mask,
            long deadlineMillis,
            boolean muted) {
        this.session = session;
        this.client = client;
        this.command = new Transaction.Queued(command, request);
        this.mask = mask;
        this.deadlineMillis = deadlineMillis;
        this.muted = muted;
    }

    public Session session() {
        return session;
    }

    public Resumable client() {
        return client;
    }

    public Transaction.Queued command() {
        return command;
    }

    /** The partitions whose locks guard it. */
    public long mask() {
        return mask;
    }

    /** When the wait is over, in milliseconds since 1970, or {@link #FOREVER}. */
    public long deadlineMillis() {
        return deadlineMillis;
    }

    public boolean isMuted() {
        return muted;
    }

    /** Where it is registered. */
    public List<Waiter> waiters() {
        return waiters;
    }

    /** Whether it has been neither served nor given up. */
    public boolean isWaiting() {
        return waiting;
    }

    /** The wait is over. */
    public void end() {
        waiting = false;
    }
}
