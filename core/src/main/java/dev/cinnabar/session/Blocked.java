package dev.cinnabar.session;

import dev.cinnabar.keyspace.Waiter;
import dev.cinnabar.resp.Reply;
import dev.cinnabar.resp.Request;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A command that waits for keys, with the client that sent it. Guarded by the locks of all partitions of the command's keys,
 * or of one partition if it has none: who holds them may try the command again or end the wait.
 */
public final class Blocked implements Waiter.Owner {

    /** Until when a command waits that has no limit, in milliseconds since 1970. */
    public static final long FOREVER = Long.MAX_VALUE;

    /** Which is to be seen to first comes first. */
    static final Comparator<Blocked> BY_DUE_TIME =
            Comparator.comparingLong(Blocked::dueMillis).thenComparingLong(blocked -> blocked.id);

    private static final AtomicLong IDS = new AtomicLong();

    private final long id = IDS.incrementAndGet();
    private final Session session;
    private final Resumable client;
    private final Transaction.Queued command;
    private final long mask;
    private final long deadlineMillis;
    private final boolean muted;
    private final @Nullable Consumer<Reply> late;
    private final List<Waiter> waiters = new ArrayList<>(1);
    private boolean waiting = true;

    /** Changes only while it is not among those in order; see {@link BlockedClients#reschedule}. */
    private volatile long againMillis;

    /**
     * @param command the command's number in the table, and its arguments as they are when it is tried again
     * @param mask the partitions of its keys
     * @param muted whether the client does not want the reply
     * @param againMillis when it is tried again though no key has changed, or {@link #FOREVER}
     * @param late writes the reply when the time is over; null: it is the nil array
     */
    public Blocked(
            Session session,
            Resumable client,
            int command,
            Request request,
            long mask,
            long deadlineMillis,
            boolean muted,
            long againMillis,
            @Nullable Consumer<Reply> late) {
        this.session = session;
        this.client = client;
        this.command = new Transaction.Queued(command, request);
        this.mask = mask;
        this.deadlineMillis = deadlineMillis;
        this.muted = muted;
        this.againMillis = againMillis;
        this.late = late;
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

    /** When it is tried again though no key has changed, in milliseconds since 1970, or {@link #FOREVER}. */
    public long againMillis() {
        return againMillis;
    }

    void againMillis(long millis) {
        againMillis = millis;
    }

    /** When it is to be seen to: to be tried again, or because the wait is over. */
    public long dueMillis() {
        return Math.min(deadlineMillis, againMillis);
    }

    public boolean isMuted() {
        return muted;
    }

    /** Writes the reply of a wait whose time is over. */
    public void answerLate(Reply reply) {
        if (late == null) {
            reply.nilArray();
        } else {
            late.accept(reply);
        }
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
