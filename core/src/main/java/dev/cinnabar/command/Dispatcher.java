package dev.cinnabar.command;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.cinnabar.acl.Denial;
import dev.cinnabar.acl.User;
import dev.cinnabar.config.Directives;
import dev.cinnabar.journal.Effects;
import dev.cinnabar.journal.Journal;
import dev.cinnabar.keyspace.Keyspace;
import dev.cinnabar.keyspace.LockWaits;
import dev.cinnabar.keyspace.Waiter;
import dev.cinnabar.keyspace.Watch;
import dev.cinnabar.memory.BufferAccounting;
import dev.cinnabar.memory.Bytes;
import dev.cinnabar.memory.ChunkPool;
import dev.cinnabar.resp.Output;
import dev.cinnabar.resp.RedisError;
import dev.cinnabar.resp.Request;
import dev.cinnabar.resp.RespWriter;
import dev.cinnabar.session.Blocked;
import dev.cinnabar.session.ClientLine;
import dev.cinnabar.session.ClientTracking;
import dev.cinnabar.session.Inbox;
import dev.cinnabar.session.Pause;
import dev.cinnabar.session.Push;
import dev.cinnabar.session.Resumable;
import dev.cinnabar.session.Sender;
import dev.cinnabar.session.Session;
import dev.cinnabar.session.Session.ReplyMode;
import dev.cinnabar.session.Transaction;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Runs requests: looks the command up, checks what is to be checked in Redis' order, locks the partitions of its keys, calls
 * the handler and unlocks. Owned by one thread.
 */
public final class Dispatcher {

    private static final CommandSpec NOTHING = CommandSpec.command("", 0);

    private static final Output NO_OUTPUT =
            new RespWriter(64, new ChunkPool(new BufferAccounting()), (bytes, offset, length) -> {});

    private final Engine engine;
    private final Keyspace keyspace;
    private final CommandTable table;
    private final Statistics statistics;
    private final RandomGenerator random;
    private final Args single = new Args();
    private final Args queuedArgs = new Args();
    private final Call call;
    private final Preparation preparation;
    private final CommandTimer timer;
    private final MemoryLimit memoryLimit;
    private final Request queued = new Request();
    private final Journal journal;
    private final Effects effects = new Effects();

    /** Whether effects are logged; does not change while partitions are locked. */
    private boolean journaled;

    /** The commands are those of a file. */
    private boolean replaying;

    private final ArrayDeque<Runnable> unlockedWork = new ArrayDeque<>(2);
    private final Runnable broadcast;
    private final Bytes keyView = new Bytes();
    private final AccessCheck accessCheck = new AccessCheck();

    private Output output = NO_OUTPUT;

    /** The client whose request is running; null where it has no connection. */
    private @Nullable Session current;

    /** What the running request has sent to its own client. */
    private List<Push> toItself = new ArrayList<>();

    private final Sender sender = new Sender() {
        @Override
        public @Nullable Session session() {
            return current;
        }

        @Override
        public void toItself(Push push) {
            toItself.add(push);
        }
    };

    /** The client does not want the reply of the running command. */
    private boolean muted;

    /** What held of the client's replies when the running command began. */
    private ReplyMode replyMode = ReplyMode.ON;

    private final LockWaits lockWaits;

    /** What takes less on average is quick. */
    private static final long QUICK_NANOS = 20_000;

    /** A transaction's commands run: none may wait. */
    private boolean executing;

    /** A command that waits is tried again, and whether it must go on waiting. */
    private boolean retrying;

    private boolean blockedAgain;

    /** When it is to be tried once more though no key has changed. */
    private long againMillis;

    private final ArrayDeque<Waiter> readyKeys = new ArrayDeque<>();

    private long nowMillis;

    /** The errors in the output that have been counted: of a transaction, each counts for its own command alone. */
    private long errorsSeen;

    Dispatcher(Engine engine, Statistics statistics, RandomGenerator random) {
        this.engine = engine;
        this.keyspace = engine.keyspace();
        this.table = engine.commands();
        this.statistics = statistics;
        this.journal = engine.journal();
        this.random = random;
        this.memoryLimit = new MemoryLimit(engine, random);
        this.broadcast = () -> engine.tracking().broadcast(sender);
        this.call = new Call(engine, this, single, new Session(null, 0, true), NOTHING);
        this.preparation = new Preparation(table, keyspace);
        this.timer = new CommandTimer(engine, statistics, random, call);
        this.lockWaits = new LockWaits(engine.clock());
    }

    /** How long requests have waited for the keys that others had locked. */
    public LockWaits lockWaits() {
        return lockWaits;
    }

    /** Who causes the messages that the running command sends. */
    Sender sender() {
        return sender;
    }

    /** What is written until {@link #endPush} is part of a message, which a client gets that wants no replies, too. */
    void beginPush() {
        output.mute(false);
    }

    void endPush() {
        output.mute(muted);
    }

    /** The effects of the running step. */
    Effects effects() {
        return effects;
    }

    /** Whether effects are logged. */
    boolean isJournaled() {
        return journaled;
    }

    /** The commands to come are those of a file: nothing is denied, nothing expires, and nothing is logged. */
    void replay() {
        replaying = true;
        preparation.byOwnNames();
    }

    boolean isReplaying() {
        return replaying;
    }

    /** The locked step ends: what it has changed is logged, then others may come. */
    private void commit(Session session, long locked) {
        try {
            if (!effects.isEmpty()) {
                journal.append(effects);
                effects.clear();
                session.wrote(journal.end());
            }
        } finally {
            keyspace.unlock(locked);
        }
    }

    /** Where the reply of the running command goes. */
    Output output() {
        return output;
    }

    public Statistics statistics() {
        return statistics;
    }

    /** Chance, for commands that need it. */
    public RandomGenerator random() {
        return random;
    }

    /** A batch of requests is over: what was counted can be seen. */
    public void endBatch() {
        timer.stop();
    }

    /** A batch of requests begins: reads the clocks. */
    public void beginBatch() {
        timer.start();
        // Nor did what it sent to its own client reach that: nobody else is to get it.
        toItself.clear();
        nowMillis = engine.clock().millis();
    }

    /**
     * Looks ahead: finds the commands and the keys of requests that will be run one after the other, and brings what their
     * look-ups will read into the processor's cache.
     */
    public void prepare(Session session, Args[] batch, int count) {
        timer.stop();
        preparation.prepare(session, batch, count);
    }

    /**
     * Whether a request that has been prepared takes some microseconds at most, as far as can be known: its command takes as long
     * whatever the arguments, or has been quick so far.
     */
    public boolean isQuick(Args args) {
        CommandSpec spec = args.spec();
        return spec == null || spec.isQuick() || statistics.meanNanos(spec.id()) < QUICK_NANOS;
    }

    /** Runs one request and writes exactly one reply, or none where the client wants none. */
    public void dispatch(Session session, Request request, Output reply) {
        timer.stop();
        single.set(request);
        dispatch(session, single, reply);
    }

    /** As {@link #dispatch(Session, Request, Output)}, where {@link #prepare} may have seen the request already. */
    public void dispatch(Session session, Args args, Output reply) {
        if (!args.isPrepared()) {
            preparation.prepare(session, args);
        }
        output = reply;
        current = session.inbox() == null ? null : session;
        errorsSeen = reply.errors();
        ReplyMode mode = session.replyMode();
        reply.protocol(session.protocol());
        muted = mode != ReplyMode.ON;
        replyMode = mode;
        reply.mute(muted);
        if (mode == ReplyMode.SKIP) {
            session.replyMode(ReplyMode.ON);
        }
        CommandSpec spec = check(args, session, reply);
        session.used(nowMillis, spec == null ? "NULL" : spec.fullName());
        if (spec != null) {
            process(session, spec, args, reply);
        }
        if (!session.isBlocked()) {
            session.done();
        }
        if (session.isSpecial()) {
            endCaching(session, spec);
        }
        reply.mute(false);
        if (!toItself.isEmpty()) {
            sendToItself(session, reply);
        }
        current = null;
    }

    /** What CLIENT CACHING has said is over with the next command, or transaction. */
    private static void endCaching(Session session, @Nullable CommandSpec spec) {
        ClientTracking tracking = session.tracking();
        boolean isClient =
                spec != null && spec.parent() != null && spec.parent().name().equals("client");
        if (tracking != null && !session.transaction().isOpen() && !isClient) {
            tracking.caching(false);
        }
    }

    private void sendToItself(Session session, Output reply) {
        for (Push push : toItself) {
            byte[] bytes = push.bytesFor(session);
            if (bytes != null) {
                reply.encoded(bytes);
            }
        }
        toItself.clear();
    }

    private @Nullable CommandSpec check(Args args, Session session, Output reply) {
        Request request = args.request();
        CommandSpec spec = args.spec();
        if (spec == null) {
            if (isHttp(request.at(0))) {
                session.closeAfterReply();
            } else {
                reject(null, session, reply, CommandTable.unknownCommand(request));
            }
            return null;
        }
        if (!spec.subcommands().isEmpty() && request.count() > 1) {
            reject(null, session, reply, CommandTable.unknownSubcommand(spec, request.at(1)));
            return null;
        }
        if (!spec.accepts(request.count()) || spec.handler() == null) {
            reject(spec, session, reply, spec.wrongArity());
            return null;
        }
        if (spec.isDebug() && !engine.settings().debug.allows(session.isLocal())) {
            reject(spec, session, reply, NO_DEBUG);
            return null;
        }
        return spec;
    }

    /** A browser led to our port: lines of HTTP that are no commands must not be followed by some that are. */
    private static boolean isHttp(Bytes name) {
        return name.equalsIgnoreCase("post") || name.equalsIgnoreCase("host:");
    }

    private static final RedisError NO_DEBUG =
            new RedisError("ERR DEBUG command not allowed. If the enable-debug-command"
                    + " option is set to \"local\", you can run it from a local connection, otherwise you need to set this option in"
                    + " the configuration file, and then restart the server.");

    private void process(Session session, CommandSpec spec, Args args, Output reply) {
        RedisError refusal = refuse(session, spec, args);
        if (refusal != null) {
            reject(spec, session, reply, refusal);
            return;
        }
        if (engine.isOverLimit() && !replaying && !memoryLimit.makeRoom(nowMillis) && needsMemory(spec, session)) {
            reject(spec, session, reply, RedisError.OOM);
            return;
        }
        if (spec.waitsForDisk() && !replaying) {
            RedisError failed = diskFailure();
            if (failed != null) {
                reject(spec, session, reply, failed);
                return;
            }
        }
        if (session.isSpecial() && session.isSubscriberOnly() && !spec.runsWhileSubscribed()) {
            reject(spec, session, reply, notWhileSubscribed(spec));
            return;
        }
        if (engine.isLoading() && !replaying && !spec.has(Flag.LOADING)) {
            reject(spec, session, reply, LOADING);
            return;
        }
        if (engine.pause().isOn() && isPaused(session, spec)) {
            return;
        }
        Transaction transaction = session.transaction();
        if (transaction.isOpen() && !spec.runsInsideMulti()) {
            transaction.add(spec.id(), args.request());
            reply.simple("QUEUED");
            return;
        }
        CommandSpec.Locks locks = spec.locksFor(args.request());
        long locked =
                locks == CommandSpec.Locks.KEYS ? args.mask() : locks == CommandSpec.Locks.ALL ? keyspace.all() : 0;
        keyspace.lock(locked, lockWaits);
        journaled = journal.isOn() && !replaying;
        try {
            run(session, spec, args, reply);
        } finally {
            commit(session, locked);
        }
        runUnlockedWork();
        if (keyspace.hasReady()) {
            serveReady();
        }
    }

    private static final RedisError UNSAVED = new RedisError(
            "MISCONF Redis is configured to save RDB snapshots, but it's currently unable to persist to disk. Commands that"
                    + " may modify the data set are disabled, because this instance is configured to report errors during"
                    + " writes if RDB snapshotting fails (stop-writes-on-bgsave-error option). Please check the Redis logs"
                    + " for details about the RDB error.");

    private static final RedisError LOADING = new RedisError("LOADING Redis is loading the dataset in memory");

    /** Why commands that change something are refused, or null: the journal cannot be kept. */
    private @Nullable RedisError diskFailure() {
        if (engine.saves().refusesWrites()) {
            return UNSAVED;
        }
        if (!journal.isOn()) {
            return null;
        }
        String failure = engine.appendOnly().failure();
        return failure == null ? null : new RedisError("MISCONF Errors writing to the AOF file: " + failure);
    }

    /** Why a client may not run a command now, or null. */
    private @Nullable RedisError refuse(Session session, CommandSpec spec, Args args) {
        if (!session.isAuthenticated()
                && !spec.has(Flag.NO_AUTH)
                && engine.users().askForPassword()) {
            return RedisError.NO_AUTH;
        }
        if (session.transaction().isOpen() && spec.has(Flag.NO_MULTI)) {
            return NOT_IN_TRANSACTION;
        }
        User user = session.user();
        if (!user.isUnlimited()) {
            Denial denial = accessCheck.check(user, spec, args.request());
            if (denial != null) {
                logDenial(session, denial, spec, args.request());
                return AccessCheck.error(denial, user, spec);
            }
        }
        return null;
    }

    private void logDenial(Session session, Denial denial, CommandSpec spec, Request request) {
        String object = denial == Denial.COMMAND
                ? spec.fullName()
                : new String(request.at(accessCheck.argument()).head(MAX_LOGGED_BYTES), ISO_8859_1);
        logDenial(session, denial, object, session.user().name());
    }

    /** The log is on the Java heap, and strangers can write to it: how much of a name it keeps. */
    private static final int MAX_LOGGED_BYTES = 1024;

    private static String cut(String name) {
        return name.length() <= MAX_LOGGED_BYTES ? name : name.substring(0, MAX_LOGGED_BYTES);
    }

    /** Something was denied: a command, a key, a channel, or to be this user. */
    public void logDenial(Session session, Denial denial, String object, String user) {
        StringBuilder client = new StringBuilder(512);
        ClientLine.append(client, session, nowMillis);
        client.setLength(client.length() - 1);
        String context = executing || session.transaction().isOpen() ? "multi" : "toplevel";
        long limit = engine.settings().configuration().get(Directives.ACLLOG_MAX_LEN);
        engine.accessLog().add(denial, context, cut(object), cut(user), cut(client.toString()), nowMillis, limit);
    }

    // Clients that wait.

    /*
     * A command that finds nothing registers its client at its keys and ends without a reply. Whoever changes such a key
     * tries the command again, in a locked step of its own after the one that changed it, from the beginning, as if the
     * client had just sent it: so what holds for the command holds for its second try. Clients of one key are tried in the
     * order in which they came. That a try is made, succeeds and ends the wait is one step under the locks of all keys of
     * the command; so is giving up, for time, for a disconnection or by another client's wish. So nothing is lost, and
     * nobody is served twice.
     */

    /** How soon after it was to be tried again a client is looked at once more that a pause has kept from it. */
    private static final long PAUSED_AGAIN_MILLIS = 20;

    /** The partition that guards waits for no key. */
    private static final long KEYLESS = 1;

    /** Whether the running command is one of a transaction. */
    boolean isExecuting() {
        return executing;
    }

    /** Makes the client of the running command wait; see {@link Call#block}. */
    void block(Waiting waiting, Args args) {
        Session session = call.session();
        Resumable client = session.resumable();
        if (retrying) {
            blockedAgain = true;
            againMillis = waiting.againMillis();
            return;
        }
        if (executing || client == null) {
            if (waiting.late() == null) {
                output.nilArray();
            } else {
                waiting.late().accept(output);
            }
            return;
        }
        long mask = waiting.keys() == 0 ? KEYLESS : args.mask();
        long deadline = waiting.timeoutMillis() == 0 ? Blocked.FOREVER : nowMillis + waiting.timeoutMillis();
        Request request = waiting.rewritten() != null ? waiting.rewritten() : args.request();
        Blocked blocked = new Blocked(
                session,
                client,
                call.spec().id(),
                request,
                mask,
                deadline,
                muted,
                waiting.againMillis(),
                waiting.late());
        int end = waiting.firstKey() + waiting.keys();
        for (int i = waiting.firstKey(); i < end; i++) {
            blocked.waiters()
                    .add(new Waiter(
                            blocked,
                            waiting.type(),
                            waiting.forLoss(),
                            session.database(),
                            args.at(i, keyView).toByteArray(),
                            args.hash(i)));
        }
        if (waiting.keys() > 0) {
            engine.beginWait(blocked);
            return;
        }
        keyspace.lock(mask);
        try {
            engine.beginWait(blocked);
        } finally {
            keyspace.unlock(mask);
        }
    }

    /** Whether the running command can wait, or is waiting. */
    boolean canBlock() {
        return retrying || !executing && call.session().resumable() != null;
    }

    /** Tries the commands again that wait for keys that have changed. No partition is locked. */
    private void serveReady() {
        // What made the keys ready may have taken long.
        nowMillis = engine.clock().millis();
        while (keyspace.hasReady()) {
            for (Waiter key = keyspace.takeReady(); key != null; key = keyspace.takeReady()) {
                readyKeys.add(key);
            }
            // What becomes ready meanwhile comes after all of these: otherwise a client that is tried for the one would
            // take the other from those who have waited for it longer.
            for (Waiter key = readyKeys.poll(); key != null; key = readyKeys.poll()) {
                Waiter waiter = keyspace.nextWaiter(key, 0, nowMillis);
                while (waiter != null) {
                    retry((Blocked) waiter.owner());
                    waiter = keyspace.nextWaiter(key, waiter.number(), nowMillis);
                }
            }
        }
    }

    private void retry(Blocked blocked) {
        Session client = blocked.session();
        Inbox inbox = client.inbox();
        Session outerClient = current;
        List<Push> outerPushes = toItself;
        current = inbox == null ? null : client;
        toItself = new ArrayList<>(0);
        try {
            tryAgain(blocked);
            if (inbox != null) {
                // They follow the reply, which is on its way by now.
                toItself.forEach(inbox::post);
            }
        } finally {
            current = outerClient;
            toItself = outerPushes;
        }
    }

    private void tryAgain(Blocked blocked) {
        keyspace.lock(blocked.mask());
        boolean served = false;
        try {
            if (!blocked.isWaiting()) {
                return;
            }
            journaled = journal.isOn() && !replaying;
            begin(blocked);
            blocked.command().show(queued);
            queuedArgs.set(queued);
            preparation.prepare(queuedArgs);
            blockedAgain = false;
            retrying = true;
            try {
                CommandSpec spec = table.byId(blocked.command().command());
                RedisError refusal = refuse(blocked.session(), spec, queuedArgs);
                if (refusal == null) {
                    run(blocked.session(), spec, queuedArgs, output);
                } else {
                    reject(spec, blocked.session(), output, refusal);
                }
            } finally {
                retrying = false;
            }
            if (blockedAgain) {
                engine.reschedule(blocked, againMillis);
            } else {
                served = engine.endWait(blocked);
            }
        } finally {
            commit(blocked.session(), blocked.mask());
        }
        runUnlockedWork();
        if (served) {
            blocked.client().resume();
        }
    }

    /** Turns to the reply of a client that waits. */
    private void begin(Blocked blocked) {
        output = blocked.client().reply();
        output.protocol(blocked.session().protocol());
        output.mute(blocked.isMuted());
        errorsSeen = output.errors();
    }

    /**
     * Ends a wait with this error, or with the reply that says that time is over.
     *
     * @return false if it was over already
     */
    public boolean giveUp(Blocked blocked, @Nullable RedisError error) {
        if (!engine.endWait(blocked)) {
            return false;
        }
        int command = blocked.command().command();
        statistics.ran(command, 1, 0);
        if (error != null) {
            statistics.rejected(command);
        }
        Output current = output;
        begin(blocked);
        if (error == null) {
            blocked.answerLate(output);
        } else {
            output.error(error);
            count(output);
        }
        output = current;
        errorsSeen = current.errors();
        blocked.client().resume();
        return true;
    }

    /**
     * Makes room where memory is short, ends the waits whose time is over, and serves those whose keys have changed by expiry
     * or for whom something has changed with time. No partition is locked.
     */
    public void attend() {
        beginBatch();
        if (engine.isOverLimit()) {
            memoryLimit.makeRoom(nowMillis);
        }
        if (keyspace.hasReady()) {
            serveReady();
        }
        Blocked first = engine.blockedClients().first();
        while (first != null && first.dueMillis() <= nowMillis) {
            if (first.deadlineMillis() <= nowMillis) {
                giveUp(first, null);
            } else if (engine.pause().isOn()) {
                postpone(first);
            } else {
                retry(first);
            }
            first = engine.blockedClients().first();
        }
        endBatch();
    }

    /** In a pause nobody is tried again for time alone. */
    private void postpone(Blocked blocked) {
        keyspace.lock(blocked.mask());
        try {
            if (blocked.isWaiting()) {
                engine.reschedule(blocked, nowMillis + PAUSED_AGAIN_MILLIS);
            }
        } finally {
            keyspace.unlock(blocked.mask());
        }
    }

    /** See {@link Call#afterUnlock}. */
    void afterUnlock(Runnable work) {
        unlockedWork.add(work);
    }

    /** Whether the command must wait for the end of a pause; then its client has been told so. */
    private boolean isPaused(Session session, CommandSpec spec) {
        Pause pause = engine.pause();
        if (session.peer() == null
                || nowMillis >= pause.untilMillis()
                || pause.scope() == Pause.Scope.WRITE && !waitsWithWrites(session, spec)
                || !pause.hold(session)) {
            return false;
        }
        session.replyMode(replyMode);
        return true;
    }

    /** EXEC does if any queued command does. */
    private boolean waitsWithWrites(Session session, CommandSpec spec) {
        if (!spec.isEndOfTransaction()) {
            return spec.waitsWithWrites();
        }
        for (Transaction.Queued command : session.transaction().queue()) {
            if (table.byId(command.command()).waitsWithWrites()) {
                return true;
            }
        }
        return false;
    }

    /** EXEC does if any queued command does. */
    private boolean needsMemory(CommandSpec spec, Session session) {
        if (!spec.isEndOfTransaction()) {
            return spec.has(Flag.DENYOOM);
        }
        for (Transaction.Queued command : session.transaction().queue()) {
            if (table.byId(command.command()).has(Flag.DENYOOM)) {
                return true;
            }
        }
        return false;
    }

    private static RedisError notWhileSubscribed(CommandSpec spec) {
        return new RedisError("ERR Can't execute '" + spec
                + "': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / RESET" + " are allowed in this context");
    }

    private static final RedisError NOT_IN_TRANSACTION = new RedisError("ERR Command not allowed inside a transaction");

    /** Runs a handler whose keys are locked. */
    private void run(Session session, CommandSpec spec, Args args, Output reply) {
        call(session, spec, args, reply);
        if (session.isSpecial()) {
            remember(session, spec, args);
        }
    }

    /** Remembers the keys that a client has read that has a cache. */
    private void remember(Session session, CommandSpec spec, Args args) {
        ClientTracking tracking = session.tracking();
        if (tracking == null
                || !tracking.remembers()
                || !spec.has(Flag.READONLY)
                || spec.locks() != CommandSpec.Locks.KEYS) {
            return;
        }
        for (KeySpec keys : spec.keys()) {
            keys.forEach(
                    args.request(),
                    index -> engine.tracking().read(session, args.at(index, keyView), args.hash(index)));
        }
    }

    /** Clients that are told of prefixes are told when the partitions are unlocked. */
    void broadcastAfterUnlock() {
        if (!unlockedWork.contains(broadcast)) {
            unlockedWork.add(broadcast);
        }
    }

    private void runUnlockedWork() {
        while (!unlockedWork.isEmpty()) {
            unlockedWork.remove().run();
        }
    }

    private void call(Session session, CommandSpec spec, Args args, Output reply) {
        long mark = reply.mark();
        timer.turnTo(spec);
        call.begin(session, spec, args, nowMillis);
        try {
            Handler handler = spec.handler();
            if (handler == null) {
                throw new IllegalStateException("no handler: " + spec);
            }
            handler.run(call, args, reply);
            RedisError error = args.takeError();
            if (error != null) {
                reply.error(error);
            }
        } catch (RuntimeException | StackOverflowError | OutOfMemoryError | AssertionError e) {
            engine.settings().failures.accept("command '" + spec + "'", e);
            if (reply.rollback(mark)) {
                reply.error(RedisError.INTERNAL);
            } else {
                session.closeAfterReply();
            }
        }
        if (journaled && spec.waitsWithWrites()) {
            call.log();
        }
        // A transaction has timed its commands meanwhile.
        timer.turnTo(spec);
        if (!session.isBlocked() || retrying && !blockedAgain) {
            timer.ran(spec, args, reply.mark() - mark, executing || retrying);
        }
        if (!engine.monitors().isEmpty() && !retrying) {
            tellMonitors(session, spec, args);
        }
        if (reply.errors() != errorsSeen) {
            statistics.failed(spec.id());
            count(reply);
        }
    }

    /** Shows a command to those who watch, in the order in which commands change things: the partitions are still locked. */
    private void tellMonitors(Session session, CommandSpec spec, Args args) {
        if (!spec.has(Flag.ADMIN) && !spec.has(Flag.SKIP_MONITOR)) {
            engine.monitors().tell(MonitorLine.of(engine.clock().micros(), session, spec, args.request()));
        }
    }

    private void count(Output reply) {
        errorsSeen = reply.errors();
        RedisError last = reply.lastError();
        if (last != null) {
            statistics.error(last.code());
        }
    }

    private void reject(@Nullable CommandSpec spec, Session session, Output reply, RedisError error) {
        if (spec != null && spec.isEndOfTransaction()) {
            session.transaction().discard();
            engine.endWatches(session);
            String why = error.text().startsWith("ERR ") ? error.text().substring(4) : error.text();
            reply.error(new RedisError("EXECABORT Transaction discarded because of: " + why));
        } else {
            session.transaction().abort();
            reply.error(error);
        }
        count(reply);
        if (spec != null) {
            statistics.rejected(spec.id());
        }
    }

    // Transactions.

    /**
     * Runs the queue of a transaction: locks all that its commands and watches need, and runs them one after the other if no
     * watched key has changed.
     */
    public void execute(Session session) {
        Output reply = output;
        Transaction transaction = session.transaction();
        long locked = 0;
        for (Transaction.Queued command : transaction.queue()) {
            locked |= maskOf(command);
        }
        for (Watch watch : transaction.watches()) {
            locked |= 1L << keyspace.partitionOf(watch.hash());
        }
        keyspace.lock(locked);
        journaled = journal.isOn() && !replaying;
        try {
            boolean touched = transaction.isTouched();
            for (Watch watch : transaction.watches()) {
                touched |= keyspace.hasExpired(watch, nowMillis);
            }
            if (touched) {
                reply.nilArray();
                return;
            }
            List<Transaction.Queued> queue = List.copyOf(transaction.queue());
            transaction.discard();
            reply.array(queue.size());
            executing = true;
            for (Transaction.Queued command : queue) {
                CommandSpec spec = table.byId(command.command());
                command.show(queued);
                queuedArgs.set(queued);
                preparation.prepare(queuedArgs);
                if (mayStillRun(session, spec, reply)) {
                    run(session, spec, queuedArgs, reply);
                }
            }
        } finally {
            executing = false;
            commit(session, locked);
        }
    }

    /** Whether the user may do what was queued: his rights may have changed since. Writes the error if not. */
    private boolean mayStillRun(Session session, CommandSpec spec, Output reply) {
        User user = session.user();
        if (user.isUnlimited()) {
            return true;
        }
        Denial denial = accessCheck.check(user, spec, queued);
        if (denial == null) {
            return true;
        }
        logDenial(session, denial, spec, queued);
        reply.error(AccessCheck.errorOfQueued(denial));
        count(reply);
        return false;
    }

    private long maskOf(Transaction.Queued command) {
        CommandSpec spec = table.byId(command.command());
        if (spec.locks() != CommandSpec.Locks.KEYS) {
            return spec.touchesData() ? keyspace.all() : 0;
        }
        command.show(queued);
        queuedArgs.set(queued);
        preparation.prepare(queuedArgs);
        return spec.locksFor(queued) == CommandSpec.Locks.ALL ? keyspace.all() : queuedArgs.mask();
    }
}
