package dev.cinnabar.command;

import dev.cinnabar.acl.AccessLog;
import dev.cinnabar.acl.AclException;
import dev.cinnabar.acl.User;
import dev.cinnabar.acl.Users;
import dev.cinnabar.aof.AofException;
import dev.cinnabar.aof.AppendOnly;
import dev.cinnabar.aof.Replay;
import dev.cinnabar.config.ConfigException;
import dev.cinnabar.config.Configuration;
import dev.cinnabar.config.Directives;
import dev.cinnabar.config.EventClasses;
import dev.cinnabar.journal.Journal;
import dev.cinnabar.keyspace.Clock;
import dev.cinnabar.keyspace.Keyspace;
import dev.cinnabar.keyspace.KeyspaceObserver;
import dev.cinnabar.keyspace.Waiter;
import dev.cinnabar.keyspace.Watch;
import dev.cinnabar.memory.Bytes;
import dev.cinnabar.persistence.AccessTimes;
import dev.cinnabar.persistence.Saves;
import dev.cinnabar.session.Blocked;
import dev.cinnabar.session.BlockedClients;
import dev.cinnabar.session.ClientMemory;
import dev.cinnabar.session.Clients;
import dev.cinnabar.session.Monitors;
import dev.cinnabar.session.Pause;
import dev.cinnabar.session.Peer;
import dev.cinnabar.session.PubSub;
import dev.cinnabar.session.Session;
import dev.cinnabar.session.Tracking;
import dev.cinnabar.session.Transaction;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;

/** What all callers share: keys, commands, clients, settings. Thread-safe. */
public final class Engine implements AutoCloseable {

    private final Keyspace keyspace;
    private final CommandTable commands;
    private final Clients clients = new Clients();
    private final ClientMemory clientMemory = new ClientMemory(clients);
    private final Users users;
    private final AccessLog accessLog = new AccessLog();
    private final Slowlog slowlog;
    private final LatencyMonitor latencyMonitor = new LatencyMonitor();
    private final Monitors monitors = new Monitors();
    private final HotKeys hotKeys = new HotKeys();
    private final KeySizes keySizes;
    private final BlockedClients blockedClients = new BlockedClients();
    private final PubSub pubSub;
    private final Tracking tracking;
    private final Pause pause = new Pause();
    private final Journal journal = new Journal();
    private final AppendOnly appendOnly;
    private final Saves saves;

    /** Whether what is on disk is being loaded, and nobody may see the keys. */
    private volatile boolean loading;

    private volatile boolean open;

    private final Settings settings;
    private final RandomGenerator.SplittableGenerator random;
    private final List<Statistics> statistics = new CopyOnWriteArrayList<>();
    private final Statistics past;
    private final long startedMillis;
    private final Background background;
    private final String runId;
    private final Rates commandRate = new Rates();
    private final Rates inputRate = new Rates();
    private final Rates outputRate = new Rates();
    private final Rates cycleRate = new Rates();
    private final Rates workRate = new Rates();
    private volatile long peakMemory;
    private volatile Host host = Host.NONE;
    private volatile KeyEvents keyEvents;

    public Engine(
            Keyspace keyspace, CommandTable commands, Settings settings, RandomGenerator.SplittableGenerator random) {
        this.keyspace = keyspace;
        this.commands = commands;
        this.settings = settings;
        this.random = random;
        this.pubSub = new PubSub(random.split());
        this.tracking = new Tracking(clients, keyspace);
        settings.configuration()
                .onChange(
                        () -> tracking.maxKeys(settings.configuration().get(Directives.TRACKING_TABLE_MAX_KEYS)),
                        Directives.TRACKING_TABLE_MAX_KEYS);
        tracking.maxKeys(settings.configuration().get(Directives.TRACKING_TABLE_MAX_KEYS));
        clientMemory.log(line -> settings.log.notice(line));
        settings.configuration().onChange(this::limitClients, Directives.MAXMEMORY_CLIENTS, Directives.MAXMEMORY);
        limitClients();
        this.keyEvents = new KeyspaceNotifications(settings, pubSub);
        keyspace.observer(new KeyspaceObserver() {
            @Override
            public boolean isInterested() {
                return settings.events != 0 || tracking.isOn();
            }

            @Override
            public boolean isJournaled() {
                return journal.isOn();
            }

            @Override
            public void deleted(int database, Bytes key, boolean evicted) {
                journal.append(database, evicted ? settings.nameOfEviction : settings.nameOfExpiry, key);
            }

            @Override
            public void fieldDeleted(int database, Bytes key, Bytes field) {
                journal.append(database, "HDEL", key, field);
            }

            @Override
            public void expired(int database, Bytes key, long hash) {
                gone(EventClasses.EXPIRED, "expired", database, key, hash);
            }

            @Override
            public void evicted(int database, Bytes key, long hash) {
                gone(EventClasses.EVICTED, "evicted", database, key, hash);
            }

            @Override
            public void fieldExpired(int database, Bytes key, Bytes field, boolean last) {
                Engine.this.fieldExpired(database, key, field, last);
            }
        });
        this.appendOnly = new AppendOnly(
                settings.configuration(),
                keyspace,
                journal,
                new TimedStorage(() -> settings.storage, clock(), this::noteDisk),
                () -> settings.log,
                () -> host.abort());
        this.saves = new Saves(
                keyspace,
                settings.limits(),
                settings.configuration(),
                () -> settings.log,
                newAccessTimes(),
                this::usedMemory,
                Version.REDIS);
        appendOnly.baseFiles(new SavedBase(saves));
        this.users = new Users(new CommandCatalogue(commands));
        makeUsers(settings.configuration());
        this.slowlog = new Slowlog(settings.configuration());
        this.past = new Statistics(commands.ids());
        this.startedMillis = keyspace.clock().millis();
        this.keySizes = new KeySizes(keyspace, settings.limits(), keyspace.clock());
        this.background = new Background(this);
        HexFormat hex = HexFormat.of();
        this.runId = hex.toHexDigits(random.nextLong())
                + hex.toHexDigits(random.nextLong())
                + hex.toHexDigits(random.nextInt());
    }

    /** Below zero, the limit is that percentage of {@code maxmemory}. */
    private void limitClients() {
        long limit = settings.configuration().get(Directives.MAXMEMORY_CLIENTS);
        long ofAll = settings.configuration().get(Directives.MAXMEMORY);
        clientMemory.limit(limit >= 0 ? limit : (long) (ofAll / 100.0 * -limit));
    }

    private void makeUsers(Configuration configuration) {
        Configuration.Listener channels = () -> users.allChannels(
                configuration.get(Directives.ACL_PUBSUB_DEFAULT).equals("allchannels"));
        Configuration.Listener password = () -> users.defaultPassword(configuration.get(Directives.REQUIREPASS));
        configuration.onChange(channels, Directives.ACL_PUBSUB_DEFAULT);
        configuration.onChange(password, Directives.REQUIREPASS);
        try {
            channels.changed();
            if (!configuration.get(Directives.REQUIREPASS).isEmpty()) {
                password.changed();
            }
            for (List<String> user : configuration.declaredUsers()) {
                users.declare(user.getFirst(), user.subList(1, user.size()));
            }
        } catch (AclException | ConfigException e) {
            throw new IllegalArgumentException(e);
        }
    }

    /** Who clients can be. */
    public Users users() {
        return users;
    }

    /** What commands have changed, in order. */
    public Journal journal() {
        return journal;
    }

    /** The journal on disk. */
    public AppendOnly appendOnly() {
        return appendOnly;
    }

    /** The files with all the data. */
    public Saves saves() {
        return saves;
    }

    /** Whether what was on disk has been loaded: only then may it be replaced by what is here. */
    public boolean isOpen() {
        return open;
    }

    /** Commands that need the keys are refused until {@link #open}. */
    public void expectLoading() {
        loading = true;
    }

    /** Whether what is on disk is being loaded. */
    public boolean isLoading() {
        return loading;
    }

    /**
     * Loads what is on disk, and logs changes there from now on, as the configuration says. Before anyone runs commands on
     * keys.
     *
     * @throws AofException if the server must not start with the append-only file that is there
     * @throws IOException if the server must not start with the RDB file that is there
     */
    public void open() throws AofException, IOException {
        String preload = settings.configuration().get(Directives.PRELOAD_FILE);
        if (!preload.isEmpty()) {
            preload(preload);
        } else if (settings.configuration().get(Directives.APPENDONLY)) {
            appendOnly.load(newReplay());
        } else if (settings.keepsFiles()) {
            saves.load();
        }
        appendOnly.start(!preload.isEmpty());
        appendOnly.follow();
        open = true;
        loading = false;
    }

    /** Loads what the configuration names in place of what is there. */
    private void preload(String what) throws AofException, IOException {
        int colon = what.indexOf(':');
        Path file = Path.of(settings.configuration().get(Directives.DIR)).resolve(what.substring(colon + 1));
        if (what.startsWith("aof:")) {
            appendOnly.preload(file, newReplay());
        } else {
            saves.load(file);
        }
        settings.log.notice("DB loaded from preload file " + file);
    }

    private AccessTimes newAccessTimes() {
        return new AccessTimes() {
            @Override
            public long idleSeconds(int clock) {
                return settings.evictionPolicy.isByUse()
                        ? Engine.this.idleSeconds(clock, keyspace.clock().millis())
                        : -1;
            }

            @Override
            public int frequency(int clock) {
                return settings.lfu
                        ? Engine.this.frequency(clock, keyspace.clock().millis())
                        : -1;
            }

            @Override
            public int clock(long idleSeconds, int frequency) {
                return accessClock(idleSeconds, frequency, keyspace.clock().millis());
            }
        };
    }

    /**
     * Loads the append-only file anew, as it is now.
     *
     * @throws AofException if it cannot be loaded; what was loaded of it is there
     */
    public void reloadAppendOnly() throws AofException {
        keyspace.lock(keyspace.all());
        try {
            appendOnly.settle();
            for (int p = 0; p < keyspace.partitions(); p++) {
                for (int n = 0; n < keyspace.databases(); n++) {
                    keyspace.partition(p).clear(n);
                }
            }
            appendOnly.reload(newReplay());
            settings.log.notice("Append Only File loaded by DEBUG LOADAOF");
        } finally {
            keyspace.unlock(keyspace.all());
        }
    }

    /** Runs commands of files. */
    public Replay newReplay() {
        synchronized (random) {
            return new Replayer(this, new Dispatcher(this, new Statistics(commands.ids()), random.split()));
        }
    }

    /** The commands that took long. */
    public Slowlog slowlog() {
        return slowlog;
    }

    /** When the server was slow. */
    public LatencyMonitor latencyMonitor() {
        return latencyMonitor;
    }

    private void noteDisk(TimedStorage.Operation operation, long elapsedNanos) {
        if (operation == TimedStorage.Operation.WRITE) {
            noteLatency("aof-write", elapsedNanos);
        } else if (settings.configuration().get(Directives.APPENDFSYNC).equals("always")) {
            noteLatency("aof-fsync-always", elapsedNanos);
        }
    }

    /** Something that clients wait for took so long: the latency monitor hears of it if that is what it calls long. */
    void noteLatency(String event, long elapsedNanos) {
        long millis = TimeUnit.NANOSECONDS.toMillis(elapsedNanos);
        if (millis >= settings.latencyMillis) {
            latencyMonitor.add(event, clock().millis(), millis);
        }
    }

    /** How many keys have values of which size. */
    public KeySizes keySizes() {
        return keySizes;
    }

    /** Which keys take most. */
    public HotKeys hotKeys() {
        return hotKeys;
    }

    /** Who watches what all clients do. */
    public Monitors monitors() {
        return monitors;
    }

    /** What was denied. */
    public AccessLog accessLog() {
        return accessLog;
    }

    /** Ends the connections of users who are no more; {@code own} is that of the client that wants it so. */
    public void disconnect(User user, Session own) {
        for (Session session : clients.all()) {
            if (session.user() == user) {
                disconnect(session, own);
            }
        }
    }

    /** Ends the connections of a user's clients that listen to what he may not listen to any more. */
    public void disconnectListeners(User user, Session own) {
        pubSub.deniedTo(user).forEach(session -> disconnect(session, own));
    }

    private void disconnect(Session session, Session own) {
        Peer peer = session.peer();
        if (session == own) {
            session.closeAfterReply();
        } else if (peer != null) {
            // The connection ends a moment later, but nobody is to see the client any more.
            clients.remove(session);
            peer.kill();
        }
    }

    /** Starts the work in the background. */
    public Engine start() {
        background.start();
        return this;
    }

    public Keyspace keyspace() {
        return keyspace;
    }

    public CommandTable commands() {
        return commands;
    }

    public Clients clients() {
        return clients;
    }

    /** What clients take, and may take. */
    public ClientMemory clientMemory() {
        return clientMemory;
    }

    /** The channels and their subscribers. */
    public PubSub pubSub() {
        return pubSub;
    }

    /** What CLIENT PAUSE has begun. */
    public Pause pause() {
        return pause;
    }

    /** The clients that cache keys. */
    public Tracking tracking() {
        return tracking;
    }

    /** Who learns what happens to keys, of the classes that {@link Settings#events} has. */
    public KeyEvents keyEvents() {
        return keyEvents;
    }

    /** Someone else than the subscribers of pub/sub. Said once, before the engine is used. */
    public void keyEvents(KeyEvents keyEvents) {
        this.keyEvents = keyEvents;
    }

    /** A key is gone, and no client's command has deleted it. */
    private void gone(int eventClass, String event, int database, Bytes key, long hash) {
        if ((settings.events & eventClass) != 0) {
            keyEvents.happened(eventClass, event, database, key, List.of(), null);
        }
        if (tracking.isOn() && tracking.changed(key, hash, null, null)) {
            tracking.broadcast(null);
        }
    }

    private void fieldExpired(int database, Bytes key, Bytes field, boolean last) {
        if ((settings.events & EventClasses.HASH) != 0) {
            keyEvents.happened(EventClasses.HASH, "hexpired", database, key, List.of(field.toByteArray()), null);
        }
        if (last && (settings.events & EventClasses.GENERIC) != 0) {
            keyEvents.happened(EventClasses.GENERIC, "del", database, key, List.of(), null);
        }
    }

    /** The clients that wait for keys. */
    public BlockedClients blockedClients() {
        return blockedClients;
    }

    public Settings settings() {
        return settings;
    }

    public Clock clock() {
        return keyspace.clock();
    }

    /** What the engine runs in. */
    public Host host() {
        return host;
    }

    /** Said once, before the engine is used. */
    public void host(Host host) {
        this.host = host;
    }

    /** Forty hexadecimal digits that tell this run from all others. */
    public String runId() {
        return runId;
    }

    /** Looks at the figures that are only known over time; called by the background work, some times a second. */
    void observe() {
        long nowMillis = clock().millis();
        long commandCount = past.commands();
        for (Statistics one : statistics) {
            commandCount += one.commands();
        }
        commandRate.sample(commandCount, nowMillis);
        inputRate.sample(host.inputBytes(), nowMillis);
        outputRate.sample(host.outputBytes(), nowMillis);
        LoopFigures figures = loopFigures();
        cycleRate.sample(figures.cycles(), nowMillis);
        workRate.sample(figures.workedNanos() / 1000, nowMillis);
        peakMemory = Math.max(peakMemory, usedMemory());
    }

    /** What the threads that serve connections have done together. */
    public LoopFigures loopFigures() {
        LoopFigures sum = new LoopFigures(0, 0, 0, 0);
        for (LoopFigures one : host.loopFigures()) {
            sum = sum.plus(one);
        }
        return sum;
    }

    /** How often loops wake. */
    public Rates cycleRate() {
        return cycleRate;
    }

    /** How many microseconds they work. */
    public Rates workRate() {
        return workRate;
    }

    public Rates commandRate() {
        return commandRate;
    }

    public Rates inputRate() {
        return inputRate;
    }

    public Rates outputRate() {
        return outputRate;
    }

    /** Bytes in use: keys, values, and what waits for clients. */
    public long usedMemory() {
        return keyspace.usedMemory() + host.bufferBytes();
    }

    /** The most bytes in use that were seen. */
    public long peakMemory() {
        return Math.max(peakMemory, usedMemory());
    }

    /** Whether more is in use than {@code maxmemory} allows. */
    boolean isOverLimit() {
        long limit = settings.maxMemory;
        return limit > 0 && !pause.isOn() && usedMemory() > limit;
    }

    public long startedMillis() {
        return startedMillis;
    }

    /** A client has gone: what it left in the keyspace goes too. */
    public void end(Session session) {
        clients.remove(session);
        clientMemory.forget(session);
        monitors.remove(session);
        endWatches(session);
        pubSub.unsubscribeAll(session);
        tracking.disable(session);
        pause.forget(session);
        Blocked blocked = session.blocked();
        if (blocked != null) {
            endWait(blocked);
            session.blocked(null);
        }
    }

    /** A client waits from now on. The partitions that guard it are locked. */
    void beginWait(Blocked blocked) {
        for (Waiter waiter : blocked.waiters()) {
            keyspace.await(waiter);
        }
        blocked.session().blocked(blocked);
        boolean isFirst = blocked.dueMillis() < blockedClients.firstDueMillis();
        blockedClients.add(blocked);
        if (isFirst) {
            nudge();
        }
    }

    /** A client goes on waiting, and is tried again at that time. The partitions that guard it are locked. */
    void reschedule(Blocked blocked, long againMillis) {
        if (blocked.againMillis() == againMillis) {
            return;
        }
        boolean isFirst = againMillis < blockedClients.firstDueMillis();
        blockedClients.reschedule(blocked, againMillis);
        if (isFirst) {
            nudge();
        }
    }

    /**
     * Makes a wait be over, so that nobody else can serve it or end it: the caller is to reply. Locks the partitions that
     * guard it.
     *
     * @return false if it was over already
     */
    boolean endWait(Blocked blocked) {
        keyspace.lock(blocked.mask());
        try {
            if (!blocked.isWaiting()) {
                return false;
            }
            blocked.end();
            for (Waiter waiter : blocked.waiters()) {
                keyspace.leave(waiter);
            }
        } finally {
            keyspace.unlock(blocked.mask());
        }
        blockedClients.remove(blocked);
        return true;
    }

    /** Ends the watches of a session. */
    public void endWatches(Session session) {
        Transaction transaction = session.transaction();
        for (Watch watch : transaction.watches()) {
            keyspace.unwatch(watch);
        }
        transaction.forgetWatches();
    }

    /** Wakes the background work: something was thrown away, or expires soon. */
    public void nudge() {
        background.nudge();
    }

    /** A new dispatcher, for one thread. */
    public Dispatcher newDispatcher() {
        Statistics fresh = new Statistics(commands.ids());
        statistics.add(fresh);
        synchronized (random) {
            return new Dispatcher(this, fresh, random.split());
        }
    }

    /** A dispatcher is in no more use: its figures are kept. */
    public void retire(Dispatcher dispatcher) {
        synchronized (past) {
            if (statistics.remove(dispatcher.statistics())) {
                past.add(dispatcher.statistics());
            }
        }
    }

    /** The figures of all dispatchers together. */
    public Statistics statistics() {
        Statistics sum = new Statistics(commands.ids());
        synchronized (past) {
            sum.add(past);
            statistics.forEach(sum::add);
        }
        return sum;
    }

    public void resetStatistics() {
        synchronized (past) {
            past.reset();
            statistics.forEach(Statistics::reset);
        }
        keyspace.resetStatistics();
        clients.resetStatistics();
        clientMemory.resetStatistics();
        host.resetStatistics();
        accessLog.resetStatistics();
        peakMemory = usedMemory();
    }

    /** The access clock of a key that is used now. */
    int accessClock(int before, long nowMillis, RandomGenerator random) {
        return settings.lfu
                ? AccessClock.counted(before, nowMillis, settings.lfuDecayMinutes, settings.lfuLogFactor, random)
                : AccessClock.seconds(nowMillis);
    }

    /** The access clock of a new key. */
    public int newAccessClock(long nowMillis) {
        return settings.lfu ? AccessClock.firstCount(nowMillis) : AccessClock.seconds(nowMillis);
    }

    /**
     * The access clock of a new key that is said to have been used so many seconds ago, or so often; what is negative is not
     * known, and of the two only that counts which is tracked.
     */
    public int accessClock(long idleSeconds, int frequency, long nowMillis) {
        if (settings.lfu) {
            return frequency < 0 ? AccessClock.firstCount(nowMillis) : AccessClock.withCount(frequency, nowMillis);
        }
        return idleSeconds < 0 ? AccessClock.seconds(nowMillis) : AccessClock.idleFor(idleSeconds, nowMillis);
    }

    /** Whether access clocks tell how often keys are used, and not when. */
    public boolean tracksFrequency() {
        return settings.lfu;
    }

    /** Seconds since a key with this access clock was used; where frequency is not tracked. */
    public long idleSeconds(int accessClock, long nowMillis) {
        return AccessClock.idleSeconds(accessClock, nowMillis);
    }

    /** How often a key with this access clock has been used, on a scale up to 255; where frequency is tracked. */
    public int frequency(int accessClock, long nowMillis) {
        return AccessClock.count(accessClock, nowMillis, settings.lfuDecayMinutes);
    }

    /**
     * Ends the background work and gives all memory back. No thread may be in a command; clients that wait go on without a
     * reply.
     */
    @Override
    public void close() {
        background.close();
        saves.abort();
        appendOnly.close();
        for (Blocked blocked : blockedClients.all()) {
            if (endWait(blocked)) {
                blocked.client().resume();
            }
        }
        keyspace.close();
    }
}
