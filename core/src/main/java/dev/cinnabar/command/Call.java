package dev.cinnabar.command;

import dev.cinnabar.config.EventClasses;
import dev.cinnabar.journal.Effects;
import dev.cinnabar.keyspace.Database;
import dev.cinnabar.keyspace.Keyspace;
import dev.cinnabar.keyspace.Partition;
import dev.cinnabar.keyspace.Watch;
import dev.cinnabar.memory.Bytes;
import dev.cinnabar.resp.RedisError;
import dev.cinnabar.resp.Request;
import dev.cinnabar.session.Sender;
import dev.cinnabar.session.Session;
import dev.cinnabar.session.Tracking;
import dev.cinnabar.session.Transaction;
import dev.cinnabar.values.Entry;
import dev.cinnabar.values.Type;
import dev.cinnabar.values.Views;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A running command's way to the data that is locked for it, to its client and to the engine. Owned by one thread, reused
 * for each command.
 *
 * <p>Keys are named by their index among the arguments and must be declared in the command's row: those are locked. The
 * entries handed out are views that the next look-up with the same view moves elsewhere.
 */
public final class Call {

    private static final int SUB_KEYS = EventClasses.SUBKEYSPACE
            | EventClasses.SUBKEYEVENT
            | EventClasses.SUBKEYSPACEITEM
            | EventClasses.SUBKEYSPACEEVENT;

    private final Engine engine;
    private final Dispatcher dispatcher;
    private final Keyspace keyspace;
    private Args args;
    private final Entry first = new Entry();
    private final Entry second = new Entry();
    private final Entry built = new Entry();
    private final Views views;
    private final Bytes view = new Bytes();
    private final Bytes keyView = new Bytes();
    private final byte[] scratch = new byte[64];

    /** The parts of a value that the next event happens to. */
    private final List<byte[]> subKeys = new ArrayList<>(0);

    private final Effects effects;

    /** The changes that the command has counted, and whether it has said what its effects are. */
    private long changes;

    private boolean said;

    private Session session;
    private final Statistics statistics;
    private CommandSpec spec;
    private long nowMillis;
    private long expiredUpTo;

    Call(Engine engine, Dispatcher dispatcher, Args args, Session nobody, CommandSpec nothing) {
        this.engine = engine;
        this.views = new Views(engine.settings().limits());
        this.dispatcher = dispatcher;
        this.effects = dispatcher.effects();
        this.statistics = dispatcher.statistics();
        this.keyspace = engine.keyspace();
        this.args = args;
        this.session = nobody;
        this.spec = nothing;
    }

    void begin(Session session, CommandSpec spec, Args args, long nowMillis) {
        this.args = args;
        this.session = session;
        this.spec = spec;
        this.nowMillis = nowMillis;
        this.expiredUpTo = dispatcher.isReplaying() ? Long.MIN_VALUE : nowMillis;
        this.changes = 0;
        this.said = false;
    }

    public Engine engine() {
        return engine;
    }

    public Keyspace keyspace() {
        return keyspace;
    }

    /** Whether the client's user may read whatever keys the command finds: those are not known before it runs. */
    public boolean mayReadAllKeys() {
        return AccessCheck.mayReadAllKeys(session.user(), spec);
    }

    Request request() {
        return args.request();
    }

    public Session session() {
        return session;
    }

    /** The row of the command that runs. */
    public CommandSpec spec() {
        return spec;
    }

    /** The frame, for commands that run others. */
    public Dispatcher dispatcher() {
        return dispatcher;
    }

    /** The time at which the command began, in milliseconds since 1970; in a transaction, the time at which that began. */
    public long nowMillis() {
        return nowMillis;
    }

    /** What was to expire at this time or before has expired; nothing has, where commands of a file are run again. */
    public long expiredUpTo() {
        return expiredUpTo;
    }

    /** Whether the command is one of a file that is run again: as it was logged, not as a client would say it. */
    public boolean isReplayed() {
        return dispatcher.isReplaying();
    }

    // Looking keys up.

    private Partition partition(int arg) {
        return keyspace.partition(keyspace.partitionOf(args.hash(arg)));
    }

    /** The partition's share of the client's database in which a key lies. */
    public Database database(int arg) {
        return partition(arg).database(session.database());
    }

    /** The same of another database. */
    public Database database(int arg, int number) {
        return partition(arg).database(number);
    }

    /** The share of one partition in the client's database, or null where there have been no keys; all are locked. */
    public @Nullable Database databaseIfAny(int partition) {
        return keyspace.partition(partition).databaseIfAny(session.database());
    }

    /** The entry of a key for reading, or null: counts as a hit or a miss, and as a use of the key. */
    public @Nullable Entry read(int arg) {
        return read(arg, first);
    }

    /** As {@link #read(int)}, in the second of the two views. */
    public @Nullable Entry readSecond(int arg) {
        return read(arg, second);
    }

    /** As {@link #read(int)}, in a view of the caller's, who looks at several entries at a time. */
    public @Nullable Entry read(int arg, Entry into) {
        Partition partition = partition(arg);
        if (!find(partition, session.database(), arg, into)) {
            missed(arg);
            return null;
        }
        return found(into);
    }

    private Entry found(Entry entry) {
        statistics.hit();
        if (!engine.settings().readsAreNoUse) {
            use(entry);
        }
        return entry;
    }

    /** The entry of a key that is no argument, for reading, or null: for commands for which all partitions are locked. */
    public @Nullable Entry read(Bytes key, Entry into) {
        long hash = keyspace.hash(key);
        Partition partition = keyspace.partition(keyspace.partitionOf(hash));
        Database database = partition.databaseIfAny(session.database());
        if (database != null && database.find(hash, key, into)) {
            if (!Partition.isExpired(into, expiredUpTo)) {
                return found(into);
            }
            expire(partition, session.database(), database, into);
        }
        missed(key);
        return null;
    }

    /** The entry of a key of a type for reading, or null; another type is an error of the arguments. */
    public @Nullable Entry read(int arg, Type type) {
        return checked(read(arg, first), type);
    }

    /** As {@link #read(int, Type)}, in a view of the caller's, who looks at several entries at a time. */
    public @Nullable Entry read(int arg, Type type, Entry view) {
        return checked(read(arg, view), type);
    }

    public @Nullable Entry readSecond(int arg, Type type) {
        return checked(read(arg, second), type);
    }

    /** The entry of a key for changing, or null. */
    public @Nullable Entry write(int arg) {
        return write(arg, session.database(), first);
    }

    public @Nullable Entry writeSecond(int arg) {
        return write(arg, session.database(), second);
    }

    public @Nullable Entry writeSecond(int arg, Type type) {
        return checked(writeSecond(arg), type);
    }

    /** The entry of a key in another database, in the second view, for changing. */
    public @Nullable Entry writeSecond(int arg, int database) {
        return write(arg, database, second);
    }

    private @Nullable Entry write(int arg, int database, Entry into) {
        Partition partition = partition(arg);
        if (!find(partition, database, arg, into)) {
            return null;
        }
        partition.database(database).beforeChange(into);
        use(into);
        return into;
    }

    public @Nullable Entry write(int arg, Type type) {
        return checked(write(arg), type);
    }

    /** The entry of a key for changing it and answering what it held, or null: as {@link #write}, but counts as a hit or a miss. */
    public @Nullable Entry readAndWrite(int arg) {
        Entry entry = write(arg);
        if (entry == null) {
            missed(arg);
        } else {
            statistics.hit();
        }
        return entry;
    }

    public @Nullable Entry readAndWrite(int arg, Type type) {
        return checked(readAndWrite(arg), type);
    }

    /** The entry of a key, or null, with no trace in statistics and access clocks. */
    public @Nullable Entry peek(int arg) {
        return find(partition(arg), session.database(), arg, first) ? first : null;
    }

    /** The entry of a key for looking at it from outside, or null: counts as a hit or a miss, but not as a use of the key. */
    public @Nullable Entry inspect(int arg) {
        Entry entry = inspectSilently(arg);
        if (entry == null) {
            notify(EventClasses.KEY_MISS, "keymiss", arg);
        }
        return entry;
    }

    /** As {@link #inspect}, but a miss is no event. */
    public @Nullable Entry inspectSilently(int arg) {
        Partition partition = partition(arg);
        if (!find(partition, session.database(), arg, first)) {
            statistics.miss();
            return null;
        }
        statistics.hit();
        return first;
    }

    private void missed(int arg) {
        missed(args.at(arg, keyView));
    }

    private void missed(Bytes key) {
        statistics.miss();
        notify(EventClasses.KEY_MISS, "keymiss", session.database(), key);
    }

    private boolean find(Partition partition, int number, int arg, Entry into) {
        Database database = partition.databaseIfAny(number);
        if (database == null || !database.find(args.hash(arg), args.at(arg, keyView), into)) {
            return false;
        }
        if (Partition.isExpired(into, expiredUpTo)) {
            // During a pause nothing is deleted that need not be: a write must, for it may put another value there.
            if (!engine.pause().isOn() || !spec.has(Flag.READONLY)) {
                expire(partition, number, database, into);
            }
            return false;
        }
        return true;
    }

    /** Deletes an entry of a partition that is locked, whose time has come. */
    public void expire(Partition partition, int number, Database database, Entry entry) {
        if (dispatcher.isJournaled()) {
            effects.begin(number, engine.settings().nameOfExpiry)
                    .word(entry.key(keyView))
                    .end();
        }
        partition.expire(number, database, entry);
    }

    private @Nullable Entry checked(@Nullable Entry entry, Type type) {
        if (entry != null && entry.type() != type) {
            args.fail(RedisError.WRONG_TYPE);
            return null;
        }
        return entry;
    }

    private void use(Entry entry) {
        if (!session.isNoTouch()) {
            markUsed(entry);
        }
    }

    private void markUsed(Entry entry) {
        entry.clock(engine.accessClock(entry.clock(), nowMillis, dispatcher.random()));
    }

    /** Marks a key as used, even for a client whose reads do not. Counts as a hit or a miss; returns whether it is there. */
    public boolean touch(int arg) {
        Entry entry = inspect(arg);
        if (entry == null) {
            return false;
        }
        markUsed(entry);
        return true;
    }

    // Changing keys.

    /** Adds a key that is known to be absent, its value to be written into what is returned. */
    public Entry create(int arg, int kind, int inlineLength, long expiryMillis) {
        notify(EventClasses.NEW, "new", arg);
        return replace(arg, kind, inlineLength, expiryMillis);
    }

    /** As {@link #create}, for a key that was there a moment ago: it is not new. The caller says that it is {@link #overwritten}. */
    public Entry replace(int arg, int kind, int inlineLength, long expiryMillis) {
        database(arg)
                .create(
                        args.hash(arg),
                        args.at(arg, keyView),
                        kind,
                        inlineLength,
                        expiryMillis,
                        engine.newAccessClock(nowMillis),
                        first);
        return first;
    }

    /**
     * An entry for a key, whatever that holds now, its value to be written into what is returned: for a value that is built
     * from others, maybe from the one that it is to replace. Goes its way with {@link #install} or {@link #discard}, before
     * the next is built.
     */
    public Entry build(int arg, int kind, int inlineLength) {
        database(arg).build(args.at(arg, keyView), kind, inlineLength, engine.newAccessClock(nowMillis), built);
        return built;
    }

    /** Makes the built value the key's, in place of what was there. Moves the second view. */
    public void install(int arg, long expiryMillis) {
        Entry old = write(arg, session.database(), second);
        if (old == null) {
            notify(EventClasses.NEW, "new", arg);
        } else {
            overwritten(arg, session.database(), old.type(), built.type());
            database(arg).delete(old);
        }
        database(arg).install(args.hash(arg), built, expiryMillis);
        modified(arg);
    }

    /** As {@link #install(int, long)}, with an access clock of its own. */
    public void install(int arg, long expiryMillis, int accessClock) {
        built.clock(accessClock);
        install(arg, expiryMillis);
    }

    /** Frees the built value. */
    public void discard(int arg) {
        database(arg).discard(built);
    }

    /** Views of collections. */
    public Views views() {
        return views;
    }

    /** Deletes an entry of the client's database; {@code arg} is its key. */
    public void delete(int arg, Entry entry) {
        database(arg).delete(entry);
        modified(arg);
    }

    /** Makes a missing key of a database hold a copy of an entry's value, with its expiry. */
    public void copy(Entry from, int arg, int database) {
        long expiryMillis = from.hasExpiry() ? from.expiryMillis() : Entry.NEVER;
        database(arg, database)
                .copy(from, args.hash(arg), args.at(arg), expiryMillis, engine.newAccessClock(nowMillis), second);
        notify(EventClasses.NEW, "new", arg, database);
        modified(arg, database);
    }

    /** Gives a missing key of a database the value and expiry of an entry of the client's database, which is removed. */
    public void move(int fromArg, Entry from, int arg, int database) {
        database(arg, database).take(database(fromArg), from, args.hash(arg), args.at(arg), second);
        notify(EventClasses.NEW, "new", arg, database);
        modified(fromArg);
        modified(arg, database);
    }

    /** A key has changed in what its watchers do not heed, as the pending entries of a stream; those who wait for it are tried. */
    public void changed(int arg) {
        changes++;
        partition(arg).changed(session.database(), args.at(arg, keyView), args.hash(arg));
    }

    /** A key has changed: its watchers are told. */
    public void modified(int arg) {
        modified(arg, session.database());
    }

    /** A key of another database has changed. */
    public void modified(int arg, int database) {
        changes++;
        Bytes key = args.at(arg, keyView);
        partition(arg).modified(database, key, args.hash(arg));
        Tracking tracking = engine.tracking();
        if (tracking.isOn() && tracking.changed(key, args.hash(arg), session, sender())) {
            dispatcher.broadcastAfterUnlock();
        }
    }

    /** Of a key that is {@link #modified}, so many changes count and not one. */
    public void changes(int arg, long n) {
        if (n != 1) {
            partition(arg).addChanges(n - 1);
            changes += n - 1;
        }
    }

    // The journal.

    /*
     * A command that may change something, and has counted a change, is logged as it came. Where that would not have the same
     * effect again, at another time or by another throw of the dice, the handler says what has: one effect or several, in
     * order; or that there is none.
     */

    /** Whether effects are logged at all: where not, there is no need to say them. */
    public boolean isJournaled() {
        return dispatcher.isJournaled();
    }

    /** Begins an effect on the client's database that is logged in place of the command; ends with {@link Effects#end}. */
    public Effects effect(String name) {
        said = true;
        return effects.begin(session.database(), name);
    }

    /** As {@link #effect(String)}, followed by an argument, which is mostly a key. */
    public Effects effect(String name, int arg) {
        return effect(name).word(args.at(arg, keyView));
    }

    /** The effect is that of a deletion whose reason is that the time that was given is over. */
    public void effectOfExpiry(int arg) {
        if (isJournaled()) {
            effect(engine.settings().nameOfExpiry, arg).end();
        }
    }

    /** Adds arguments to an effect: from an index up to another. */
    public Effects words(Effects effect, int from, int to) {
        for (int i = from; i < to; i++) {
            effect.word(args.at(i, keyView));
        }
        return effect;
    }

    /** The command is logged as it came, though no change was counted, and after the effects that were said before. */
    public void effectAsItCame() {
        said = true;
        logAsItCame();
    }

    /** Nothing is logged but the effects that were said before. */
    public void noEffect() {
        said = true;
    }

    /** The effects of this command have nothing to do with each other: they are no transaction. */
    public void separateEffects() {
        effects.separate();
    }

    /** The command is over. */
    void log() {
        if (!said && changes != 0) {
            logAsItCame();
        }
    }

    private void logAsItCame() {
        effects.begin(session.database());
        int n = args.count();
        int from = 0;
        if (engine.commands().isRenamed()) {
            CommandSpec container = spec.parent();
            effects.word((container == null ? spec : container).name());
            from = 1;
        }
        for (int i = from; i < n; i++) {
            effects.word(args.at(i, keyView));
        }
        effects.end();
    }

    /** The client watches a key of its database from now on, unless it does already. */
    public void watch(int arg) {
        Transaction transaction = session.transaction();
        Watch watch = keyspace.watch(transaction, session.database(), args.at(arg), args.hash(arg), nowMillis);
        if (watch != null) {
            transaction.add(watch, args.at(arg).length());
        }
    }

    // Waiting.

    /**
     * The client waits until one of its keys holds a value of a type: then the command is run again from its beginning, with
     * the same arguments. The handler writes no reply. A client that cannot wait, as in a transaction, gets the reply of a
     * wait that is over at once: the nil array.
     *
     * @param timeoutMillis how long it waits at most; 0: without limit
     * @param firstKey the index of the first of the keys that it waits for; they follow one another
     */
    public void block(Type type, long timeoutMillis, int firstKey, int keys) {
        dispatcher.block(new Waiting(type, false, timeoutMillis, firstKey, keys, null), args);
    }

    /** Whether {@link #block} makes the client wait, and does not reply at once. */
    public boolean canBlock() {
        return dispatcher.canBlock();
    }

    /** As {@link #block(Type, long, int, int)}, in the terms of a {@link Waiting}. */
    public void block(Waiting waiting) {
        dispatcher.block(waiting, args);
    }

    // Events.

    /**
     * Something has happened to a key of the client's database.
     *
     * @param eventClass one of the classes of {@link dev.cinnabar.config.EventClasses}
     */
    public void notify(int eventClass, String event, int arg) {
        notify(eventClass, event, arg, session.database());
    }

    /** Something has happened to a key of another database. */
    public void notify(int eventClass, String event, int arg, int database) {
        notify(eventClass, event, database, args.at(arg, keyView));
    }

    private void notify(int eventClass, String event, int database, Bytes key) {
        if ((engine.settings().events & eventClass) != 0) {
            engine.keyEvents().happened(eventClass, event, database, key, subKeys, dispatcher.sender());
        }
        if (!subKeys.isEmpty()) {
            subKeys.clear();
        }
    }

    /** Whether events are published at all: where not, there is no need to find out which. */
    public boolean isObserved() {
        return engine.settings().events != 0;
    }

    /** Whether the next event should tell which parts of the value it happens to. */
    public boolean wantsSubKeys() {
        return (engine.settings().events & SUB_KEYS) != 0;
    }

    /** The next event happens to this part of the key's value, such as a field of a hash. */
    public void subKey(Bytes subKey) {
        subKeys.add(subKey.toByteArray());
    }

    /** A key's value was replaced as a whole. */
    public void overwritten(int arg, int database, Type before, Type after) {
        notify(EventClasses.OVERWRITTEN, "overwritten", arg, database);
        if (before != after) {
            notify(EventClasses.TYPE_CHANGED, "type_changed", arg, database);
        }
    }

    /** Work to be done when the partitions are unlocked, and before the reply leaves. */
    public void afterUnlock(Runnable work) {
        dispatcher.afterUnlock(work);
    }

    // The client's connection.

    /** Who causes the messages that this command sends. */
    public Sender sender() {
        return dispatcher.sender();
    }

    /** A message to the client itself begins, which it gets even if it wants no replies; ends with {@link #endPush}. */
    public void beginPush() {
        dispatcher.beginPush();
    }

    public void endPush() {
        dispatcher.endPush();
    }

    /** Whether this command is one of a transaction, with others before and behind it. */
    public boolean isInTransaction() {
        return dispatcher.isExecuting();
    }

    /** What of the replies the client wants from now on, that of this command included. */
    public void replyMode(Session.ReplyMode mode) {
        session.replyMode(mode);
        dispatcher.output().mute(mode != Session.ReplyMode.ON);
    }

    /** The version of the protocol from now on, for the reply of this command too. */
    public void protocol(int version) {
        session.protocol(version);
        dispatcher.output().protocol(version);
    }

    /** The client is as if it had just connected. */
    public void resetSession() {
        engine.endWatches(session);
        engine.pubSub().unsubscribeAll(session);
        engine.monitors().remove(session);
        engine.tracking().disable(session);
        session.reset(session.beganAsOwner() || !engine.users().askForPassword());
        replyMode(Session.ReplyMode.ON);
        protocol(2);
    }

    /** A view for bytes of a value. */
    public Bytes view() {
        return view;
    }

    /** Room for the digits of a number, or of two. */
    public byte[] scratch() {
        return scratch;
    }
}
