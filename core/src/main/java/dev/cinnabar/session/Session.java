package dev.cinnabar.session;

import dev.cinnabar.acl.User;
import dev.cinnabar.acl.Users;
import dev.cinnabar.session.Subscriptions.Kind;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongFieldUpdater;
import org.jspecify.annotations.Nullable;

/**
 * What the engine knows about one client. Owned by the thread that runs its commands; others may read what CLIENT LIST
 * shows, a moment old, and call what says so.
 */
public final class Session {

    /** What CLIENT REPLY has set. */
    public enum ReplyMode {
        ON,
        OFF,
        /** Off for the next command. */
        SKIP
    }

    private static final AtomicLong IDS = new AtomicLong();

    /** The objects of a client that has sent nothing yet, on the Java heap. */
    private static final long BASE_BYTES = 1200;

    private static final long SUBSCRIPTION_BYTES = 200;
    private static final long PREFIX_BYTES = 150;

    /** The memory of a client that takes no part in the sum any more. */
    private static final long GONE = -1;

    private static final AtomicLongFieldUpdater<Session> COUNTED_MEMORY =
            AtomicLongFieldUpdater.newUpdater(Session.class, "countedMemory");

    private final long id = IDS.incrementAndGet();
    private final @Nullable Peer peer;
    private final User firstUser;
    private final long createdMillis;
    private final Transaction transaction = new Transaction();
    private final FieldSets fieldSets = new FieldSets();
    private @Nullable Resumable resumable;
    private @Nullable Inbox inbox;
    private final Subscriptions subscriptions = new Subscriptions();
    private boolean special;
    private boolean postponed;
    private long written;
    private volatile boolean monitor;
    private volatile @Nullable ClientTracking tracking;
    private volatile @Nullable Blocked blocked;

    private int database;
    private int protocol = 2;
    private boolean authenticated;
    private boolean everAuthenticated;
    private volatile User user;
    private String name = "";
    private String libraryName = "";
    private String libraryVersion = "";
    private boolean noEvict;
    private boolean noTouch;
    private ReplyMode replyMode = ReplyMode.ON;
    private boolean closing;
    private long lastUsedMillis;
    private long commands;
    private String lastCommand = "NULL";

    /** What this client was last said to take, in bytes. */
    private volatile long countedMemory;

    /**
     * The session of a caller inside the JVM, to whom nothing is denied.
     *
     * @param peer the connection, or null
     */
    public Session(@Nullable Peer peer, long nowMillis, boolean authenticated) {
        this(peer, nowMillis, Users.OWNER, authenticated);
    }

    /** @param user who the client is before it has said who it is */
    public Session(@Nullable Peer peer, long nowMillis, User user, boolean authenticated) {
        this.peer = peer;
        this.firstUser = user;
        this.user = user;
        this.createdMillis = nowMillis;
        this.lastUsedMillis = nowMillis;
        authenticated(authenticated);
    }

    /** Back to what a new client has; the protocol too. Watches, subscriptions and tracking must have been ended. */
    public void reset(boolean authenticated) {
        transaction.discard();
        fieldSets.clear();
        database = 0;
        protocol = 2;
        this.authenticated = authenticated;
        user = firstUser;
        name = "";
        noEvict = false;
        noTouch = false;
        replyMode = ReplyMode.ON;
    }

    /** Whether commands have changed nothing of what a new session that speaks this version of the protocol has. */
    public boolean isFresh(int newProtocol) {
        return !transaction.isOpen()
                && transaction.watches().isEmpty()
                && database == 0
                && protocol == newProtocol
                && replyMode == ReplyMode.ON
                && !closing
                && !isBlocked()
                && !special
                && !noEvict
                && !noTouch
                && name.isEmpty()
                && libraryName.isEmpty()
                && libraryVersion.isEmpty();
    }

    public long id() {
        return id;
    }

    /** The client's side of a wait, or null where commands that would wait answer at once that nothing came. */
    public @Nullable Resumable resumable() {
        return resumable;
    }

    /** Said once, before the session is used. */
    public void resumable(Resumable resumable) {
        this.resumable = resumable;
    }

    /** How messages that it has not asked for reach the client; null where they cannot. */
    public @Nullable Inbox inbox() {
        return inbox;
    }

    /** Said once, before the session is used. */
    public void inbox(Inbox inbox) {
        this.inbox = inbox;
    }

    public Subscriptions subscriptions() {
        return subscriptions;
    }

    /** Whether the client is in a state that few are in: whoever looks at many sessions looks at this alone first. */
    public boolean isSpecial() {
        return special;
    }

    /** Called by the client's own thread when that has changed. */
    void updateSpecial() {
        special = !subscriptions.isEmpty() || tracking != null;
    }

    /** How the client is told of changes of keys; null: it is not. */
    public @Nullable ClientTracking tracking() {
        return tracking;
    }

    void tracking(@Nullable ClientTracking tracking) {
        this.tracking = tracking;
        updateSpecial();
    }

    /** Whether it watches what all clients do. */
    public boolean isMonitor() {
        return monitor;
    }

    void monitor(boolean watches) {
        monitor = watches;
    }

    public boolean isSubscriber() {
        return special && !subscriptions.isEmpty();
    }

    /** Whether it gets messages in version 2 of the protocol, where it may do hardly anything else. */
    public boolean isSubscriberOnly() {
        return protocol == 2 && isSubscriber();
    }

    /** The command that waits, or null. It may have been served or given up already: the client has yet to take the reply. */
    public @Nullable Blocked blocked() {
        return blocked;
    }

    public void blocked(@Nullable Blocked blocked) {
        this.blocked = blocked;
    }

    /** Whether it waits: for keys, or for the end of a pause. */
    public boolean isBlocked() {
        return blocked != null || postponed;
    }

    /** Whether the last request was not run, and is to be run again when a pause is over. */
    public boolean isPostponed() {
        return postponed;
    }

    public void postponed(boolean postponed) {
        this.postponed = postponed;
    }

    /** Up to where the journal must be on disk for all that the client has written to be there; 0: it has written nothing. */
    public long written() {
        return written;
    }

    public void wrote(long end) {
        written = end;
    }

    public @Nullable Peer peer() {
        return peer;
    }

    /** Whether the client runs on the same machine. */
    public boolean isLocal() {
        if (peer == null || peer.isUnixSocket()) {
            return true;
        }
        String address = peer.remoteAddress();
        return address.startsWith("127.") || address.startsWith("::1:") || address.startsWith("[::1]");
    }

    public long createdMillis() {
        return createdMillis;
    }

    public Transaction transaction() {
        return transaction;
    }

    /** What HIMPORT has prepared. */
    public FieldSets fieldSets() {
        return fieldSets;
    }

    public int database() {
        return database;
    }

    public void database(int database) {
        this.database = database;
    }

    /** The version of the protocol: 2 or 3. */
    public int protocol() {
        return protocol;
    }

    public void protocol(int protocol) {
        this.protocol = protocol;
    }

    public boolean isAuthenticated() {
        return authenticated;
    }

    public void authenticated(boolean authenticated) {
        this.authenticated = authenticated;
        everAuthenticated |= authenticated;
    }

    /** Whether the client has ever said who it is, or did not have to. */
    public boolean wasAuthenticated() {
        return everAuthenticated;
    }

    public User user() {
        return user;
    }

    /** The client is this user from now on. */
    public void logIn(User newUser) {
        user = newUser;
        authenticated(true);
    }

    /** Whether it is a caller inside the JVM who has not logged in as somebody. */
    public boolean isOwner() {
        return user == Users.OWNER;
    }

    /** Whether it will be such a caller once it is as it was when it was new. */
    public boolean beganAsOwner() {
        return firstUser == Users.OWNER;
    }

    /** The name given by CLIENT SETNAME, or "". */
    public String name() {
        return name;
    }

    public void name(String name) {
        this.name = name;
    }

    public String libraryName() {
        return libraryName;
    }

    public void libraryName(String libraryName) {
        this.libraryName = libraryName;
    }

    public String libraryVersion() {
        return libraryVersion;
    }

    public void libraryVersion(String libraryVersion) {
        this.libraryVersion = libraryVersion;
    }

    public boolean isNoEvict() {
        return noEvict;
    }

    public void noEvict(boolean noEvict) {
        this.noEvict = noEvict;
    }

    /** Whether this client's reads leave the access clocks of keys alone. */
    public boolean isNoTouch() {
        return noTouch;
    }

    public void noTouch(boolean noTouch) {
        this.noTouch = noTouch;
    }

    public ReplyMode replyMode() {
        return replyMode;
    }

    public void replyMode(ReplyMode replyMode) {
        this.replyMode = replyMode;
    }

    /** Whether the connection ends once the replies so far are sent. */
    public boolean isClosing() {
        return closing;
    }

    public void closeAfterReply() {
        closing = true;
    }

    /** The bytes that this client takes: its requests, its replies, and what it has asked the server to remember. */
    public long memoryBytes() {
        long bytes = BASE_BYTES + name.length() + libraryName.length() + libraryVersion.length();
        bytes += transaction.sizeBytes() + transaction.watchedBytes() + fieldSets.sizeBytes();
        if (special) {
            for (Kind kind : Kind.values()) {
                bytes += subscriptions.size(kind) * SUBSCRIPTION_BYTES;
            }
            bytes += subscriptions.nameBytes();
            ClientTracking how = tracking;
            if (how != null) {
                bytes += how.prefixes().size() * PREFIX_BYTES;
            }
        }
        return peer == null ? bytes : bytes + peer.queryBytes() + peer.outputBytes();
    }

    /** Counts what the client takes now, unless it is not counted any more; returns the difference to before. */
    long countMemory() {
        long before = countedMemory;
        if (before == GONE) {
            return 0;
        }
        long now = memoryBytes();
        return now == before || !COUNTED_MEMORY.compareAndSet(this, before, now) ? 0 : now - before;
    }

    /** Whether the client takes part in the sum, and has not been chosen to go. */
    boolean isCounted() {
        return countedMemory != GONE;
    }

    long countedMemory() {
        return Math.max(0, countedMemory);
    }

    /** The client is counted no more; returns what it was said to take. */
    long uncountMemory() {
        return Math.max(0, COUNTED_MEMORY.getAndSet(this, GONE));
    }

    public long lastUsedMillis() {
        return lastUsedMillis;
    }

    public long commands() {
        return commands;
    }

    /** The full name of the last command, as CLIENT LIST shows it. */
    public String lastCommand() {
        return lastCommand;
    }

    /** A command begins. */
    public void used(long nowMillis, String command) {
        lastUsedMillis = nowMillis;
        lastCommand = command;
    }

    /** A command is done: one that has waited, when it waits no more. */
    public void done() {
        commands++;
    }
}
