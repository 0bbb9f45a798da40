package dev.cinnabar.session;

import dev.cinnabar.keyspace.Keyspace;
import dev.cinnabar.keyspace.TrackedKeys;
import dev.cinnabar.memory.Bytes;
import dev.cinnabar.session.ClientTracking.Mode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** Tells clients of changes of keys that they may have in their caches. Thread-safe; what needs a lock says so. */
public final class Tracking {

    /*
     * Each partition has a table of the keys that clients have read, guarded by its lock: so a key is remembered in the same
     * locked step in which it is read, and forgotten in the one in which it changes, when the clients are told. A message is
     * left in the client's postbox under the lock. It can reach the client after a reply that has the new value already; then
     * the client reads once more than it must. It cannot get lost, and cannot come before a reply with the old value, for that
     * reply is in the loop's hands before the loop looks into its postbox.
     *
     * The table holds ids of clients: those that are gone are found out when a key changes. It is bounded by a number of keys;
     * above it, some key is forgotten, and its clients are told as if it had changed.
     *
     * Clients that want to be told of prefixes are in another table, of the engine as a whole: one message a prefix, client
     * and command, or transaction, with all keys.
     */

    private final Clients clients;
    private final Keyspace keyspace;
    private final Broadcasts broadcasts = new Broadcasts();
    private final AtomicInteger tracking = new AtomicInteger();
    private final AtomicLong keys = new AtomicLong();
    private final AtomicLong items = new AtomicLong();
    private volatile boolean on;
    private volatile long maxKeys = 1_000_000;

    public Tracking(Clients clients, Keyspace keyspace) {
        this.clients = clients;
        this.keyspace = keyspace;
    }

    /** Whether any client has ever wanted it. */
    public boolean isOn() {
        return on;
    }

    /** How many keys are remembered at most; 0: no limit. */
    public void maxKeys(long maxKeys) {
        this.maxKeys = maxKeys;
    }

    /** Forgets keys until no more than allowed are left: where the limit was lowered. Locks by itself. */
    public void keepLimit() {
        for (int p = 0; p < keyspace.partitions() && isFull(); p++) {
            keyspace.<@Nullable Void>locked(p, partition -> {
                while (isFull() && forgetOne(partition.trackedKeys())) {}
                return null;
            });
        }
    }

    private boolean isFull() {
        return maxKeys > 0 && keys.get() > maxKeys;
    }

    // Clients. Called by the client's own thread.

    /** Begins, or changes how it is done. */
    public void enable(Session session, Mode mode, boolean noLoop, long redirection, List<byte[]> newPrefixes) {
        ClientTracking before = session.tracking();
        List<byte[]> prefixes = new ArrayList<>();
        if (before == null) {
            tracking.incrementAndGet();
        } else {
            prefixes.addAll(before.prefixes());
        }
        on = true;
        prefixes.addAll(newPrefixes);
        prefixes.sort(Arrays::compareUnsigned);
        session.tracking(new ClientTracking(mode, noLoop, redirection, prefixes));
        for (byte[] prefix : newPrefixes) {
            broadcasts.add(session, prefix);
        }
    }

    public void disable(Session session) {
        ClientTracking before = session.tracking();
        if (before != null) {
            broadcasts.remove(session, before.prefixes());
            session.tracking(null);
            tracking.decrementAndGet();
        }
    }

    // Keys. The key's partition is locked.

    /** A client has read a key. */
    public void read(Session session, Bytes key, long hash) {
        TrackedKeys table = keys(hash);
        long before = table.size();
        if (table.add(key, hash, session.id())) {
            items.incrementAndGet();
            keys.addAndGet(table.size() - before);
        }
        while (isFull() && forgetOne(table)) {}
    }

    /**
     * A key has changed: who may have it in a cache is told, but for those who are told of prefixes.
     *
     * @param by whose command has changed it; null: no client's
     * @return whether {@link #broadcast} is to be called soon
     */
    public boolean changed(Bytes key, long hash, @Nullable Session by, @Nullable Sender sender) {
        forget(keys(hash), key, hash, by, sender);
        return broadcasts.size() > 0 && broadcasts.changed(key, hash, by);
    }

    private TrackedKeys keys(long hash) {
        return keyspace.partition(keyspace.partitionOf(hash)).trackedKeys();
    }

    /** Forgets some key of a partition. Returns false if there is none. */
    private boolean forgetOne(TrackedKeys table) {
        byte[] some = table.any();
        if (some == null) {
            return false;
        }
        Bytes key = Bytes.of(some);
        forget(table, key, keyspace.hash(key), null, null);
        return true;
    }

    private void forget(TrackedKeys table, Bytes key, long hash, @Nullable Session by, @Nullable Sender sender) {
        long[] ids = table.remove(key, hash);
        if (ids == null) {
            return;
        }
        keys.decrementAndGet();
        items.addAndGet(-ids.length);
        List<byte[]> names = List.of(key.toByteArray());
        for (long id : ids) {
            Session client = clients.find(id);
            ClientTracking how = client == null ? null : client.tracking();
            if (client != null && how != null && !how.isBroadcast() && !(how.isNoLoop() && client == by)) {
                send(client, how, names, sender);
            }
        }
    }

    /** All keys are gone, of one database or of all: whoever caches is told to forget all. All partitions are locked. */
    public void flushed(@Nullable Sender sender) {
        if (!on) {
            return;
        }
        for (int p = 0; p < keyspace.partitions(); p++) {
            keyspace.partition(p).trackedKeys().clear();
        }
        keys.set(0);
        items.set(0);
        for (Session client : clients.all()) {
            ClientTracking how = client.tracking();
            if (how != null) {
                send(client, how, null, sender);
            }
        }
    }

    /** Tells clients of the keys with their prefixes that have changed. */
    public void broadcast(@Nullable Sender sender) {
        broadcasts.send((client, names) -> {
            ClientTracking how = client.tracking();
            if (how != null) {
                send(client, how, names, sender);
            }
        });
    }

    private void send(Session client, ClientTracking how, @Nullable List<byte[]> names, @Nullable Sender sender) {
        if (how.redirection() == 0) {
            deliver(client, Push.invalidation(names, false), sender);
            return;
        }
        Session target = clients.find(how.redirection());
        if (target == null) {
            how.broken();
            deliver(client, Push.redirectionBroken(how.redirection()), sender);
        } else {
            deliver(target, Push.invalidation(names, true), sender);
        }
    }

    private static void deliver(Session to, Push push, @Nullable Sender sender) {
        Inbox inbox = to.inbox();
        if (sender != null && sender.session() == to) {
            sender.toItself(push);
        } else if (inbox != null) {
            inbox.post(push);
        }
    }

    // Figures.

    /** How many clients want to be told. */
    public int clients() {
        return tracking.get();
    }

    public long keys() {
        return keys.get();
    }

    /** Pairs of a key and a client. */
    public long items() {
        return items.get();
    }

    public int prefixes() {
        return broadcasts.size();
    }
}
