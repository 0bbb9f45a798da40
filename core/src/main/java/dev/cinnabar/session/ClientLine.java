package dev.cinnabar.session;

import dev.cinnabar.session.Subscriptions.Kind;

/**
 * A client as CLIENT LIST and CLIENT INFO show it: one line of {@code name=value} in the order of Redis. Stateless; reads
 * sessions of other threads, whose figures may be a moment old.
 */
public final class ClientLine {

    private ClientLine() {}

    public static void append(StringBuilder line, Session session, long nowMillis) {
        Peer peer = session.peer();
        Transaction transaction = session.transaction();
        long queryBytes = peer == null ? 0 : peer.queryBytes();
        long outputBytes = peer == null ? 0 : peer.outputBytes();
        line.append("id=").append(session.id());
        line.append(" addr=").append(peer == null ? "" : peer.remoteAddress());
        line.append(" laddr=").append(peer == null ? "" : peer.localAddress());
        line.append(" fd=").append(peer == null ? -1 : peer.descriptor());
        line.append(" name=").append(session.name());
        line.append(" age=").append(seconds(session.createdMillis(), nowMillis));
        line.append(" idle=").append(seconds(session.lastUsedMillis(), nowMillis));
        line.append(" flags=").append(flags(session));
        line.append(" db=").append(session.database());
        line.append(" sub=").append(session.subscriptions().size(Kind.CHANNEL));
        line.append(" psub=").append(session.subscriptions().size(Kind.PATTERN));
        line.append(" ssub=").append(session.subscriptions().size(Kind.SHARD));
        line.append(" multi=").append(transaction.isOpen() ? transaction.queue().size() : -1);
        line.append(" watch=").append(transaction.watches().size());
        line.append(" qbuf=").append(queryBytes);
        // A loop's buffers serve all its clients: none has room, arguments or a reply buffer of its own.
        line.append(" qbuf-free=0 argv-mem=0");
        line.append(" multi-mem=").append(transaction.sizeBytes());
        line.append(" rbs=0 rbp=0 obl=0");
        line.append(" oll=").append(peer == null ? 0 : peer.outputBlocks());
        line.append(" omem=").append(outputBytes);
        line.append(" tot-mem=").append(session.memoryBytes());
        line.append(" events=").append(outputBytes > 0 ? "rw" : "r");
        line.append(" cmd=").append(session.lastCommand());
        line.append(" user=").append(session.user().shownName());
        ClientTracking tracking = session.tracking();
        line.append(" redir=").append(tracking == null ? -1 : tracking.redirection());
        line.append(" resp=").append(session.protocol());
        line.append(" lib-name=").append(session.libraryName());
        line.append(" lib-ver=").append(session.libraryVersion());
        line.append(" io-thread=").append(peer == null ? 0 : peer.loop());
        line.append(" tot-net-in=").append(peer == null ? 0 : peer.totalInputBytes());
        line.append(" tot-net-out=").append(peer == null ? 0 : peer.totalOutputBytes());
        line.append(" tot-cmds=").append(session.commands());
        // All that one read brings is one batch of requests.
        long reads = peer == null ? 0 : peer.readEvents();
        line.append(" read-events=").append(reads);
        line.append(" parse-batch-cmd-sum=").append(session.commands());
        line.append(" parse-batch-cnt=").append(reads);
        line.append('\n');
    }

    private static long seconds(long fromMillis, long nowMillis) {
        return Math.max(0, nowMillis - fromMillis) / 1000;
    }

    private static String flags(Session session) {
        Peer peer = session.peer();
        StringBuilder flags = new StringBuilder();
        if (session.isSubscriber()) {
            flags.append('P');
        }
        if (session.isMonitor()) {
            flags.append('O');
        }
        if (session.transaction().isOpen()) {
            flags.append('x');
        }
        if (session.isBlocked()) {
            flags.append('b');
        }
        ClientTracking tracking = session.tracking();
        if (tracking != null) {
            flags.append('t').append(tracking.isBroken() ? "R" : "").append(tracking.isBroadcast() ? "B" : "");
        }
        if (session.transaction().isTouched()) {
            flags.append('d');
        }
        if (session.isClosing()) {
            flags.append('c');
        }
        if (peer != null && peer.isUnixSocket()) {
            flags.append('U');
        }
        if (session.isNoEvict()) {
            flags.append('e');
        }
        if (session.isNoTouch()) {
            flags.append('T');
        }
        return flags.isEmpty() ? "N" : flags.toString();
    }
}
