package dev.cinnabar.session;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;

/** How much memory clients take together, and who has to go when that is more than they may. Thread-safe. */
public final class ClientMemory {

    /*
     * Each client's thread says what its client takes when it is done with it: after a batch of requests, after messages, when
     * some output has left. A session knows what was said last, so the sum changes by the difference, and does not change at
     * all for a client that sends a request and reads the reply. A client takes part in the sum until it is chosen to go, and
     * not only until its own thread has ended the connection: so nobody is chosen too many.
     *
     * Who goes is found by looking at all clients and sorting them. That is only done when the sum is above the limit, and then
     * makes room at once, however many have to go; classes of sizes, as Redis keeps them, would save the look at the price of
     * work at every change.
     */

    /** A limit below this would have clients go that do nothing. */
    private static final long MIN_LIMIT_BYTES = 128 << 10;

    private record Candidate(Session session, Peer peer, long bytes) {}

    private final Clients clients;
    private final LongAdder total = new LongAdder();
    private final LongAdder evicted = new LongAdder();
    private volatile long limitBytes;
    private volatile Consumer<String> log = line -> {};

    public ClientMemory(Clients clients) {
        this.clients = clients;
    }

    /** Where it is said who had to go. */
    public void log(Consumer<String> newLog) {
        log = newLog;
    }

    /** From now on all clients together may take so many bytes; 0: as many as they like. */
    public void limit(long bytes) {
        limitBytes = bytes <= 0 ? 0 : Math.max(bytes, MIN_LIMIT_BYTES);
        enforce();
    }

    /** What all clients take, in bytes. */
    public long totalBytes() {
        return total.sum();
    }

    /** How many clients had to go. */
    public long evicted() {
        return evicted.sum();
    }

    public void resetStatistics() {
        evicted.reset();
    }

    /**
     * A client may take more or less than before. Called by its own thread, which holds no lock.
     *
     * @return false if the client itself has to go
     */
    public boolean update(Session session) {
        total.add(session.countMemory());
        enforce();
        return session.isCounted();
    }

    /** A client has gone. */
    public void forget(Session session) {
        total.add(-session.uncountMemory());
    }

    private void enforce() {
        long limit = limitBytes;
        if (limit > 0 && total.sum() > limit) {
            evict();
        }
    }

    /** Ends the connections of those who take most, until the others are within the limit. */
    private synchronized void evict() {
        List<Candidate> candidates = new ArrayList<>();
        for (Session session : clients.all()) {
            Peer peer = session.peer();
            if (peer != null && !session.isNoEvict()) {
                candidates.add(new Candidate(session, peer, session.countedMemory()));
            }
        }
        candidates.sort(Comparator.comparingLong(Candidate::bytes).reversed());
        for (Candidate candidate : candidates) {
            if (total.sum() <= limitBytes) {
                return;
            }
            Session session = candidate.session;
            log.accept("Evicting client id=" + session.id() + " addr=" + candidate.peer.remoteAddress() + " tot-mem="
                    + candidate.bytes);
            evicted.increment();
            forget(session);
            // The connection ends a moment later, but nobody is to see the client any more.
            clients.remove(session);
            candidate.peer.kill();
        }
    }
}
