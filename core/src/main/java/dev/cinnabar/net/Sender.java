package dev.cinnabar.net;

import static java.util.Objects.requireNonNull;

import dev.cinnabar.command.Engine;
import dev.cinnabar.config.OutputLimits;
import dev.cinnabar.journal.Journal;
import dev.cinnabar.memory.ByteQueue;
import dev.cinnabar.memory.ChunkPool;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * What a loop sends: gives sockets their bytes, keeps what they do not take, holds replies until what they say is on disk, and
 * cuts off who does not read. Owned by the loop's thread.
 */
final class Sender {

    /*
     * Replies of some connections are gathered and then given to their sockets one after the other. A write on the same
     * machine wakes the client if it sleeps, and that is the dearest part of it: written one by one as they come, each of them
     * finds a client, or a load generator for many, that has just gone to sleep again; in a row, only the first does. No reply
     * waits for a request that may take long: Loop has what is gathered sent before it runs one.
     *
     * Where the journal is to be on disk before replies leave, what a batch has answered waits in the connection's queue as
     * if the socket would not take it, until the journal is released up to where it was when the batch ended. Reads wait
     * too: what they show may be what has not been saved. Other clients' requests are run meanwhile, so the more there are,
     * the more share a sync; this client's next batch is not read before, or its replies might never find an end. The selector
     * is told so only if there is such a batch: most clients wait for their replies first.
     */

    /** How many bytes are given to a socket at once. */
    static final int OUTPUT_BYTES = 64 * 1024;

    /** How many bytes of replies may wait for a client that has not said who it is. */
    private static final long STRANGER_OUTPUT_BYTES = 1024;

    /** How many connections' replies are gathered: with batches of 32 quick requests, a few hundred microseconds. */
    private static final int MAX_GATHERED = 32;

    private static final long OVERFULL_PAUSE_NANOS = 1_000_000;

    private final Loop loop;
    private final Engine engine;
    private final NetSettings settings;
    private final ChunkPool chunks;
    private final Journal journal;
    /** What has been gathered, one batch of replies behind the other. */
    private final ByteBuffer directOutput = ByteBuffer.allocateDirect(OUTPUT_BYTES);

    /** Whose they are, and where each ends. */
    private final @Nullable Connection[] gathered = new @Nullable Connection[MAX_GATHERED];

    private final int[] ends = new int[MAX_GATHERED];
    private int count;

    /** Connections whose replies wait for the journal. */
    private final ArrayDeque<Connection> held = new ArrayDeque<>();

    private final Runnable released = this::released;
    private final Runnable sendingOfHeld = this::sendHeld;

    /** Whether {@link #held} has any: read by the thread that writes the journal. */
    private volatile boolean holding;

    private final LongAdder bytes = new LongAdder();
    private final LongAdder writes = new LongAdder();

    Sender(Loop loop, Engine engine, NetSettings settings, ChunkPool chunks) {
        this.loop = loop;
        this.engine = engine;
        this.settings = settings;
        this.chunks = chunks;
        this.journal = engine.journal();
        journal.onRelease(released);
    }

    /** How many bytes sockets have taken; called by any thread. */
    long bytes() {
        return bytes.sum();
    }

    /** How many times a socket was given something; called by any thread. */
    long writes() {
        return writes.sum();
    }

    /** Counts from zero again; called by any thread. */
    void resetStatistics() {
        bytes.reset();
        writes.reset();
    }

    /** The loop ends. */
    void close() {
        journal.removeOnRelease(released);
    }

    /** Gathers bytes to be sent, or keeps them behind what waits already. */
    void send(Connection connection, byte[] source, int offset, int length) {
        boolean holds = journal.end() > journal.released();
        if (holds || connection.pending != null) {
            sendGathered();
            if (connection.closed) {
                return;
            }
        }
        if (holds) {
            hold(connection);
            if (connection.pending == null) {
                connection.pending = new ByteQueue(chunks);
            }
        }
        for (int done = 0; done < length && !connection.closed; ) {
            ByteQueue pending = connection.pending;
            if (pending != null) {
                pending.append(source, offset + done, length - done);
                checkLimits(connection);
                return;
            }
            int n = Math.min(directOutput.remaining(), length - done);
            directOutput.put(source, offset + done, n);
            gathered[count] = connection;
            ends[count++] = directOutput.position();
            done += n;
            if (count == MAX_GATHERED || !directOutput.hasRemaining()) {
                sendGathered();
            }
        }
    }

    /** Sends what has been gathered: comes before whatever may take long. */
    void sendGathered() {
        int n = count;
        if (n == 0) {
            return;
        }
        // Who fails is closed, and that comes here again.
        count = 0;
        // The system has what a client reads that it is done: it is not lost if the process ends.
        journal.flush();
        int from = 0;
        for (int i = 0; i < n; i++) {
            Connection connection = requireNonNull(gathered[i]);
            gathered[i] = null;
            if (!connection.closed) {
                directOutput.limit(ends[i]).position(from);
                write(connection);
            }
            from = ends[i];
        }
        directOutput.clear();
    }

    /** Gives a socket its part of what has been gathered; it keeps what the socket does not take. */
    private void write(Connection connection) {
        try {
            if (connection.pending == null) {
                sent(connection, connection.channel.write(directOutput));
            }
            if (directOutput.hasRemaining()) {
                ByteQueue pending = connection.pending;
                if (pending == null) {
                    pending = new ByteQueue(chunks);
                    connection.pending = pending;
                    connection.updateInterest();
                }
                pending.append(directOutput);
                checkLimits(connection);
                loop.account(connection);
            }
        } catch (IOException e) {
            loop.close(connection);
        }
    }

    /** Sends what waits, as far as the socket takes it. */
    void flush(Connection connection) throws IOException {
        ByteQueue pending = connection.pending;
        if (pending == null || connection.heldUntil != 0) {
            return;
        }
        sent(connection, pending.writeTo(connection.channel));
        if (pending.length() > 0) {
            connection.updateInterest();
            return;
        }
        pending.close();
        connection.pending = null;
        connection.overSoftLimitSinceMillis = 0;
        if (connection.session.isClosing()) {
            loop.close(connection);
        } else {
            connection.updateInterest();
        }
    }

    /** Sends last bytes to a client whose connection is about to be closed, if the socket takes them at once. */
    void sendLast(Connection connection, ByteBuffer last) {
        try {
            connection.channel.write(last);
        } catch (IOException e) {
            // The client is gone already.
        }
    }

    private void sent(Connection connection, long written) {
        writes.increment();
        connection.sent(written);
        bytes.add(written);
    }

    // Clients that do not read.

    /** Cuts off a client for which more waits than may. */
    void checkLimits(Connection connection) {
        long waiting = connection.outputBytes();
        OutputLimits limits = settings.outputLimits;
        OutputLimits.Limit limit = connection.session.isSubscriber() ? limits.subscriber() : limits.normal();
        long hard = connection.session.wasAuthenticated() ? limit.hardBytes() : STRANGER_OUTPUT_BYTES;
        if (hard > 0 && waiting > hard) {
            cutOff(connection);
            return;
        }
        long soft = limit.softBytes();
        if (soft > 0 && waiting > soft) {
            long now = engine.clock().millis();
            loop.tickSoon(now);
            if (connection.overSoftLimitSinceMillis == 0) {
                connection.overSoftLimitSinceMillis = now;
            } else if (now / 1000 - connection.overSoftLimitSinceMillis / 1000 > limit.softSeconds()) {
                cutOff(connection);
            }
        } else {
            connection.overSoftLimitSinceMillis = 0;
        }
    }

    private void cutOff(Connection connection) {
        engine.clients().cutOff();
        engine.settings()
                .log
                .warning("Client id=" + connection.session.id() + " addr=" + connection.remoteAddress() + " omem="
                        + connection.outputBytes()
                        + " scheduled to be closed ASAP for overcoming of output buffer limits.");
        loop.close(connection);
    }

    // Replies that wait for the disk.

    private void hold(Connection connection) {
        if (connection.heldUntil == 0) {
            held.add(connection);
            holding = true;
            journal.countWait();
        }
        connection.heldUntil = journal.end();
    }

    /** The end of a round: asks for what the replies wait for, one sync for all, and waits until the journal has room again. */
    void endRound() {
        sendGathered();
        journal.flush();
        if (!held.isEmpty()) {
            if (held.getFirst().heldUntil <= journal.released()) {
                // That was told before anyone here waited.
                sendHeld();
            }
            if (!held.isEmpty() && journal.commit()) {
                sendHeld();
            }
        }
        while (journal.isOverfull() && !loop.isClosing() && engine.appendOnly().failure() == null) {
            journal.urge();
            LockSupport.parkNanos(this, OVERFULL_PAUSE_NANOS);
            journal.flush();
        }
    }

    /** Called by whoever has made a commit. */
    private void released() {
        if (holding && !loop.isCurrentThread()) {
            loop.mailbox().post(sendingOfHeld);
        }
    }

    private void sendHeld() {
        long upTo = journal.released();
        for (int i = held.size(); i > 0; i--) {
            Connection connection = held.remove();
            if (!connection.closed && connection.heldUntil > upTo) {
                held.add(connection);
                continue;
            }
            connection.heldUntil = 0;
            if (connection.closed) {
                continue;
            }
            try {
                flush(connection);
            } catch (IOException e) {
                loop.close(connection);
            }
        }
        holding = !held.isEmpty();
    }
}
