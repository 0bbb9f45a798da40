package dev.cinnabar.aof;

import dev.cinnabar.config.ConfigException;
import dev.cinnabar.config.Configuration;
import dev.cinnabar.config.Directives;
import dev.cinnabar.journal.Cut;
import dev.cinnabar.journal.Journal;
import dev.cinnabar.keyspace.Clock;
import dev.cinnabar.keyspace.Keyspace;
import dev.cinnabar.log.Log;
import dev.cinnabar.text.Reason;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The append-only file of a server: a directory with a base, which has all the data of one moment, the increments, which have
 * what has changed since, and the manifest that lists them. Thread-safe.
 */
public final class AppendOnly implements AofWriter.Owner {

    /*
     * A rewrite makes a new base. At the moment of which the base is, all partitions are locked and the journal is cut. When
     * the writer comes to the cut, the old increment is complete: it is synced, the manifest with the next increment is
     * written, and only then the first byte behind the cut. So whatever of this a crash leaves undone, the files that the
     * manifest lists have everything, in order, and only the last may end in the middle of something. When the base is on
     * disk the manifest lists it in place of the old base and of all increments before the cut; those are history, and
     * deleted when that is on disk too.
     *
     * Where the file is turned on while the server runs, there is no old increment. The first one has a temporary name until
     * the base is there: a crash before that leaves what was there before.
     */

    private static final int FAILURES_ALLOWED = 3;
    private static final int MAX_BACK_OFF_MINUTES = 60;

    private enum State {
        OFF,
        /** Turned on, and the first base is yet to be written. */
        WAITS_FOR_BASE,
        ON
    }

    private final Configuration configuration;
    private final Keyspace keyspace;
    private final Journal journal;
    private final Storage storage;
    private final Supplier<Log> log;
    private final Runnable die;
    private final Backup backup;
    private volatile @Nullable BaseFiles baseFiles;

    // Guarded by this.
    private volatile State state = State.OFF;
    private final AofDirectory directory;
    private @Nullable Thread rewriter;
    private volatile boolean scheduled;
    private boolean closed;
    private long retryNanos;
    private boolean limitTold;

    private volatile @Nullable AofWriter writer;
    private volatile boolean rewriting;

    /** The running rewrite is not wanted any more. */
    private volatile boolean brokenOff;

    private volatile boolean on;
    private volatile long rewriteBeganNanos;
    private volatile long lastRewriteNanos = -1;
    private volatile boolean lastRewriteFailed;
    private volatile long rewrites;
    private volatile int failuresInARow;
    private volatile long baseSize;

    /** Bytes of base and increments, but for the increment that is written. */
    private volatile long closedSize;

    /** Bytes when the last rewrite ended, or when the server started. */
    private volatile long sizeAfterRewrite;

    /**
     * Does nothing yet.
     *
     * @param die ends the process at once, for it cannot keep what it has promised
     */
    public AppendOnly(
            Configuration configuration,
            Keyspace keyspace,
            Journal journal,
            Storage storage,
            Supplier<Log> log,
            Runnable die) {
        this.configuration = configuration;
        this.keyspace = keyspace;
        this.journal = journal;
        this.storage = storage;
        this.log = log;
        this.die = die;
        this.directory = new AofDirectory(configuration, storage, log);
        this.backup = new Backup(this, configuration, storage, log);
    }

    public Backup backup() {
        return backup;
    }

    /** Who reads and writes base files. Said once, before anything else. */
    public void baseFiles(BaseFiles files) {
        baseFiles = files;
    }

    /** Loads an RDB file; see {@link BaseFiles#load}. */
    public long loadBase(Path file) throws IOException {
        BaseFiles files = baseFiles;
        if (files == null) {
            throw new IOException("base files cannot be read");
        }
        return files.load(file);
    }

    private Clock clock() {
        return keyspace.clock();
    }

    private boolean usesRdb() {
        return configuration.get(Directives.AOF_USE_RDB_PREAMBLE) || directory.isOfBackup();
    }

    // Loading.

    /**
     * Reads what is there, before {@link #start}.
     *
     * @return whether there was anything
     * @throws AofException if the server must not start with it; the message says why, and what to do
     */
    public synchronized boolean load(Replay replay) throws AofException {
        directory.cleanUp();
        directory.read();
        directory.adoptOldFile();
        return loadParts(replay);
    }

    /**
     * Reads again what is there, whether it is on or not. All partitions are locked, the data are empty and all that was
     * appended is written.
     *
     * @throws AofException if it cannot be read
     */
    public synchronized void reload(Replay replay) throws AofException {
        directory.read();
        loadParts(replay);
    }

    /**
     * Reads the files of another manifest, before {@link #start}, which begins with all that as a new base.
     *
     * @throws AofException if they are not whole
     */
    public synchronized void preload(Path manifestFile, Replay replay) throws AofException {
        Path directory = manifestFile.toAbsolutePath().getParent();
        if (directory == null) {
            throw new AofException("Not a manifest: " + manifestFile);
        }
        new AofLoader(directory, replay, new AofLoader.Tolerance(false, 0), log(), clock())
                .load(AofDirectory.read(manifestFile, log()));
    }

    private boolean loadParts(Replay replay) throws AofException {
        Manifest manifest = directory.manifest();
        if (manifest.isEmpty()) {
            return false;
        }
        long begin = clock().nanos();
        loader(replay).load(manifest);
        log().notice("DB loaded from append only file: " + AofLoader.seconds(clock().nanos() - begin) + " seconds");
        return true;
    }

    /**
     * Returns when all that was appended is written.
     *
     * @throws AofException if it cannot be
     */
    public void settle() throws AofException {
        AofWriter current = writer;
        if (current != null && !current.awaitWritten()) {
            throw new AofException("The append-only file cannot be written: " + current.failure());
        }
    }

    private AofLoader loader(Replay replay) {
        AofLoader.Tolerance tolerance = new AofLoader.Tolerance(
                configuration.get(Directives.AOF_LOAD_TRUNCATED),
                configuration.get(Directives.AOF_LOAD_CORRUPT_TAIL_MAX_SIZE));
        return new AofLoader(directory.path(), replay, tolerance, log(), clock());
    }

    // On and off.

    /**
     * Begins to write, if the configuration turns the file on. Nobody runs commands yet, or all partitions are locked.
     *
     * @param fresh whether the data are not what the file has: it gets a new base
     * @throws AofException if it cannot
     */
    public synchronized void start(boolean fresh) throws AofException {
        if (!configuration.get(Directives.APPENDONLY)) {
            return;
        }
        try {
            directory.make();
            if (fresh) {
                directory.read();
                if (!directory.manifest().isEmpty()) {
                    replaceAll();
                }
            }
            Manifest manifest = directory.manifest();
            if (manifest.isEmpty()) {
                Manifest.Part base = directory.nextBase(usesRdb());
                log().notice("Creating AOF base file " + base.name() + " on server start");
                writeBase(base, () -> {});
                manifest = new Manifest(base, manifest.history(), manifest.increments());
                directory.persist(manifest);
            }
            boolean first = manifest.increments().isEmpty();
            Manifest.Part increment;
            if (first) {
                increment = directory.nextIncrement();
                log().notice("Creating AOF incr file " + increment.name() + " on server start");
            } else {
                increment = manifest.increments().getLast();
                log().notice("Opening AOF incr file " + increment.name() + " on server start");
            }
            Path file = directory.file(increment);
            Storage.Target target = first ? directory.create(file) : storage.append(file);
            if (first) {
                directory.persist(manifest.with(increment));
            }
            directory.deleteHistory();
            state = State.ON;
            count();
            run(target);
            sizeAfterRewrite = currentSize();
        } catch (IOException e) {
            throw new AofException("The append-only file cannot be opened: " + Reason.withFile(e), e);
        }
    }

    private void replaceAll() throws IOException {
        Manifest.Part base = directory.nextBase(usesRdb());
        Manifest.Part increment = directory.nextIncrement();
        writeBase(base, () -> {});
        directory.create(directory.file(increment)).close();
        directory.persist(directory.manifest().with(increment).rebased(base, increment.number()));
    }

    /** Counts the bytes of the files that are not written any more. */
    private void count() {
        Manifest manifest = directory.manifest();
        baseSize = manifest.base() == null ? 0 : directory.size(manifest.base());
        long sum = baseSize;
        for (int i = 0; i < manifest.increments().size() - 1; i++) {
            sum += directory.size(manifest.increments().get(i));
        }
        closedSize = sum;
    }

    private void run(Storage.Target target) throws IOException {
        FsyncPolicy policy = FsyncPolicy.of(configuration.get(Directives.APPENDFSYNC));
        AofWriter fresh = new AofWriter(journal, target, policy, log(), clock(), this);
        writer = fresh;
        annotate();
        fresh.start();
        journal.open(fresh);
        on = true;
    }

    private void annotate() {
        journal.annotations(configuration.get(Directives.AOF_TIMESTAMP_ENABLED) ? () -> clock().millis() / 1000 : null);
    }

    /** Listens to the configuration from now on. */
    public void follow() {
        configuration.onChange(this::turn, Directives.APPENDONLY);
        configuration.onChange(this::changePolicy, Directives.APPENDFSYNC);
        configuration.onChange(this::annotate, Directives.AOF_TIMESTAMP_ENABLED);
        configuration.onChange(this::deleteHistory, Directives.AOF_DISABLE_AUTO_GC);
    }

    private synchronized void deleteHistory() {
        directory.deleteHistory();
    }

    private void changePolicy() {
        AofWriter current = writer;
        if (current != null) {
            current.policy(FsyncPolicy.of(configuration.get(Directives.APPENDFSYNC)));
        }
    }

    /** Turns it on or off, as the configuration says now. */
    private void turn() throws ConfigException {
        boolean wanted = configuration.get(Directives.APPENDONLY);
        if (!wanted) {
            turnOff();
        } else if (!turnOn()) {
            throw new ConfigException("Unable to turn on AOF. Check server logs.");
        }
    }

    private synchronized boolean turnOn() {
        if (directory.isOfBackup()) {
            log().warning("The append-only file cannot be turned on while a backup is made");
            return false;
        }
        if (state != State.OFF) {
            return true;
        }
        try {
            directory.make();
            directory.read();
        } catch (IOException e) {
            return notTurnedOn(Reason.withFile(e));
        } catch (AofException e) {
            return notTurnedOn(String.valueOf(e.getMessage()));
        }
        state = State.WAITS_FOR_BASE;
        on = true;
        if (rewriting || isKeptWaiting()) {
            log().notice("AOF was enabled but there is already another background operation. An AOF background was"
                    + " scheduled to start when possible.");
            scheduled = true;
            return true;
        }
        return startRewrite();
    }

    private boolean notTurnedOn(String reason) {
        log().warning("The append-only file cannot be turned on: " + reason);
        return false;
    }

    private void turnOff() {
        if (directory.isOfBackup()) {
            // It is off, but for the backup.
            return;
        }
        AofWriter current;
        keyspace.lock(keyspace.all());
        try {
            current = stop();
        } finally {
            keyspace.unlock(keyspace.all());
        }
        close(current);
    }

    /** Writes and syncs what there is: no partition is locked. */
    private static void close(@Nullable AofWriter writer) {
        if (writer != null) {
            writer.close();
        }
    }

    /** Nothing is appended any more. All partitions are locked. Returns the writer, which is to be closed. */
    private synchronized @Nullable AofWriter stop() {
        if (state == State.OFF) {
            return null;
        }
        boolean waited = state == State.WAITS_FOR_BASE;
        state = State.OFF;
        on = false;
        scheduled = false;
        if (!directory.isOfBackup()) {
            backup.failed("the append-only file was turned off");
        }
        AofWriter current = writer;
        writer = null;
        journal.close();
        BaseFiles files = baseFiles;
        if (rewriting && files != null) {
            log().notice("Killing running AOF rewrite child");
            brokenOff = true;
            files.abort();
        }
        if (waited) {
            deleteTemporaryIncrement();
        }
        return current;
    }

    /** The writer may go on with it: then it is gone when that is closed. */
    private void deleteTemporaryIncrement() {
        try {
            storage.delete(directory.temporaryIncrement());
        } catch (IOException e) {
            log().warning("The temporary AOF file could not be removed: " + Reason.of(e));
        }
    }

    // For backups.

    long seconds() {
        return clock().millis() / 1000;
    }

    Manifest manifest() {
        return directory.manifest();
    }

    /** Where the files are. */
    Path directory() {
        return directory.path();
    }

    /** Whether nothing is in the way of a rewrite. */
    synchronized boolean canBeginBackup() {
        BaseFiles files = baseFiles;
        return !closed && !rewriting && files != null && !files.isBusy() && state != State.WAITS_FOR_BASE;
    }

    /** Starts a rewrite; if the file is off, one in the backup's directory, where it goes on. */
    synchronized boolean beginBackup(Path ownDirectory) {
        if (state == State.OFF) {
            directory.moveToBackup(ownDirectory);
            state = State.WAITS_FOR_BASE;
        }
        if (startRewrite()) {
            return true;
        }
        if (directory.isOfBackup()) {
            // Nothing has begun.
            state = State.OFF;
            directory.moveBack();
        }
        return false;
    }

    /** Whoever is to be without the file goes on without it. Neither a partition nor the monitor is held. */
    void endBackup() {
        if (!directory.isOfBackup()) {
            return;
        }
        AofWriter current;
        keyspace.lock(keyspace.all());
        try {
            current = stopBackup();
        } finally {
            keyspace.unlock(keyspace.all());
        }
        close(current);
    }

    /** As {@link #stop}. */
    private synchronized @Nullable AofWriter stopBackup() {
        if (!directory.isOfBackup()) {
            return null;
        }
        AofWriter current = stop();
        directory.moveBack();
        return current;
    }

    /** The rewrite with which a backup begins is not wanted any more, if it is one of a file that is on anyway. */
    synchronized void breakOffBackup() {
        BaseFiles files = baseFiles;
        if (!directory.isOfBackup() && rewriting && files != null) {
            brokenOff = true;
            files.abort();
        }
    }

    /** Begins an increment, and returns it when the one before is on disk; null if that cannot be. */
    Manifest.@Nullable Part nextIncrementNow() {
        AofWriter current = writer;
        if (current == null) {
            return null;
        }
        Rotation rotation = new Rotation();
        journal.cut(rotation);
        try {
            return rotation.await(current, Backup.SEAL_NANOS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return null;
        }
    }

    /** Writes what there is, and ends. Nobody runs commands any more. */
    public void close() {
        AofWriter current;
        Thread running;
        synchronized (this) {
            closed = true;
            on = false;
            current = writer;
            writer = null;
            running = rewriter;
        }
        if (running != null) {
            join(running);
        }
        journal.close();
        close(current);
    }

    private static void join(Thread thread) {
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    // Rewriting.

    /** Where a rewrite has cut the journal. */
    private final class Rotation implements Cut {
        private final CountDownLatch made = new CountDownLatch(1);
        private volatile Manifest.@Nullable Part increment;

        /** The increment that begins here; null if it could not be made. */
        Manifest.@Nullable Part await(AofWriter by, long nanos) throws InterruptedException {
            long begin = Clock.SYSTEM.nanos();
            boolean more = true;
            while (more && !made.await(100, TimeUnit.MILLISECONDS)) {
                more = by.isRunning() && Clock.SYSTEM.nanos() - begin < nanos;
                journal.urge();
            }
            return increment;
        }
    }

    /** Whether a rewrite must wait: something else is written that has all the data. */
    public boolean isKeptWaiting() {
        BaseFiles files = baseFiles;
        return files != null && files.isBusy() || backup.isInProgress();
    }

    /** Starts a rewrite soon; false if one runs already. */
    public synchronized boolean rewrite() {
        if (rewriting) {
            return false;
        }
        return startRewrite();
    }

    private synchronized boolean startRewrite() {
        if (closed || baseFiles == null) {
            return false;
        }
        rewriting = true;
        brokenOff = false;
        scheduled = false;
        rewrites++;
        rewriteBeganNanos = clock().nanos();
        Thread thread = new Thread(this::doRewrite, "cinnabar-aof-rewrite");
        thread.setDaemon(true);
        rewriter = thread;
        log().notice("Background append only file rewriting started");
        thread.start();
        return true;
    }

    private void doRewrite() {
        boolean done = false;
        boolean aborted = false;
        try {
            done = makeBase();
        } catch (CancellationException e) {
            log().notice("Background AOF rewrite was broken off");
            aborted = true;
        } catch (IOException | RuntimeException e) {
            log().warning("Background AOF rewrite failed: " + Reason.withFile(e));
        } catch (InterruptedException e) {
            log().warning("Background AOF rewrite interrupted");
        }
        // The locks are taken in this order, as by whoever turns the file off in a transaction.
        boolean locks = !done;
        AofWriter left;
        if (locks) {
            keyspace.lock(keyspace.all());
        }
        try {
            left = ended(done, aborted);
        } finally {
            if (locks) {
                keyspace.unlock(keyspace.all());
            }
        }
        close(left);
    }

    /** Returns a writer that is to be closed. All partitions are locked, unless it is done. */
    private synchronized @Nullable AofWriter ended(boolean done, boolean aborted) {
        lastRewriteNanos = clock().nanos() - rewriteBeganNanos;
        if (!aborted) {
            lastRewriteFailed = !done;
            failuresInARow = done ? 0 : failuresInARow + 1;
        }
        rewriting = false;
        rewriter = null;
        retryNanos = clock().nanos() + backOffNanos();
        if (done) {
            limitTold = false;
            log().notice("Background AOF rewrite finished successfully");
        } else if (backup.isSnapshotting()) {
            backup.failed(aborted ? "the rewrite was broken off" : "the rewrite failed");
            return stopBackup();
        } else if (state == State.WAITS_FOR_BASE && !closed) {
            // Another try is made from the beginning.
            AofWriter current = writer;
            writer = null;
            journal.close();
            deleteTemporaryIncrement();
            scheduled = true;
            return current;
        }
        return null;
    }

    private boolean makeBase() throws IOException, InterruptedException {
        boolean rdb = usesRdb();
        directory.make();
        boolean first;
        boolean off;
        AofWriter current;
        synchronized (this) {
            first = state == State.WAITS_FOR_BASE;
            off = state == State.OFF;
            current = writer;
            if (off) {
                readIfAny();
            }
        }
        Path temporary = directory.temporaryBase("rewriteaof-bg");
        storage.delete(temporary);
        Rotation rotation = new Rotation();
        if (first) {
            Storage.Target target = newTemporaryIncrement();
            write(temporary, rdb, () -> begin(target));
        } else if (off) {
            write(temporary, rdb, () -> {});
        } else {
            write(temporary, rdb, () -> journal.cut(rotation));
        }
        log().notice("Background AOF rewrite terminated with success");
        Manifest.Part increment = first || off || current == null ? null : rotation.await(current, Long.MAX_VALUE);
        if (!first && !off && increment == null) {
            storage.delete(temporary);
            return false;
        }
        return install(temporary, rdb, increment, first);
    }

    private void readIfAny() throws IOException {
        try {
            directory.read();
        } catch (AofException e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    private void write(Path file, boolean rdb, Runnable moment) throws IOException {
        BaseFiles files = baseFiles;
        if (files == null) {
            throw new IOException("base files cannot be written");
        }
        files.write(file, rdb, moment, () -> !brokenOff);
        log().notice("Successfully created the temporary AOF base file " + file.getFileName());
    }

    private Storage.Target newTemporaryIncrement() throws IOException {
        log().notice("Creating AOF incr file " + directory.temporaryIncrement().getFileName()
                + " on background rewrite");
        return directory.create(directory.temporaryIncrement());
    }

    /** The journal begins with this file; all partitions are locked. */
    private void begin(Storage.Target target) {
        try {
            run(target);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private synchronized boolean install(Path temporary, boolean rdb, Manifest.@Nullable Part increment, boolean first)
            throws IOException {
        if (first && state != State.WAITS_FOR_BASE || closed) {
            storage.delete(temporary);
            return false;
        }
        Manifest.Part base = directory.nextBase(rdb);
        Path file = directory.file(base);
        storage.rename(temporary, file);
        log().notice("Successfully renamed the temporary AOF base file " + temporary.getFileName() + " into "
                + base.name());
        Manifest.Part from = increment;
        Manifest next = directory.manifest();
        // If it fails from here on, files may stay that no manifest lists: the next ones replace them.
        if (first) {
            from = directory.nextIncrement();
            storage.rename(directory.temporaryIncrement(), directory.file(from));
            log().notice("Successfully renamed the temporary AOF incr file "
                    + directory.temporaryIncrement().getFileName() + " into " + from.name());
            next = next.with(from);
        }
        long firstIncrement = from == null ? Long.MAX_VALUE : from.number();
        next = next.rebased(base, firstIncrement);
        try {
            directory.prepare(next);
        } catch (IOException e) {
            // Maybe there is no room: it takes much.
            storage.delete(file);
            throw e;
        }
        directory.replace(next);
        if (first) {
            state = State.ON;
        }
        backup.based(base, firstIncrement);
        directory.deleteHistory();
        count();
        sizeAfterRewrite = currentSize();
        return true;
    }

    private void writeBase(Manifest.Part base, Runnable moment) throws IOException {
        Path temporary = directory.temporaryBase("rewriteaof");
        storage.delete(temporary);
        write(temporary, base.name().endsWith(".rdb"), moment);
        storage.rename(temporary, directory.file(base));
    }

    // What the writer asks.

    @Override
    public Storage.@Nullable Target cut(Cut cut, Storage.Target old) {
        Rotation rotation = (Rotation) cut;
        try {
            synchronized (this) {
                Manifest.Part increment = directory.nextIncrement();
                Storage.Target next = directory.create(directory.file(increment));
                try {
                    old.sync();
                    directory.persist(directory.manifest().with(increment));
                } catch (IOException e) {
                    next.close();
                    throw e;
                }
                log().notice("Creating AOF incr file " + increment.name() + " on background rewrite");
                old.close();
                count();
                rotation.increment = increment;
                return next;
            }
        } catch (IOException e) {
            log().warning("The next AOF incr file could not be made: " + Reason.of(e));
            return null;
        } finally {
            rotation.made.countDown();
        }
    }

    /** Starts what is due; to be called some times a second. */
    public void tick() {
        BaseFiles files = baseFiles;
        if (!on && !scheduled && !backup.needsTick()) {
            return;
        }
        synchronized (this) {
            backup.tick();
            if (rewriting || closed || files == null || files.isBusy()) {
                return;
            }
            if (backup.isInProgress() && state != State.WAITS_FOR_BASE) {
                return;
            }
            if (scheduled && clock().nanos() - retryNanos >= 0) {
                startRewrite();
                return;
            }
        }
        if (!on) {
            return;
        }
        long percentage = configuration.get(Directives.AUTO_AOF_REWRITE_PERCENTAGE);
        long size = currentSize();
        if (percentage <= 0 || size <= configuration.get(Directives.AUTO_AOF_REWRITE_MIN_SIZE)) {
            return;
        }
        long before = Math.max(1, sizeAfterRewrite);
        long growth = (long) (size * 100.0 / before) - 100;
        if (growth >= percentage && !isLimited()) {
            log().notice("Starting automatic rewriting of AOF on " + growth + "% growth");
            rewrite();
        }
    }

    /** After some failures in a row, tries are made ever more seldom. */
    private synchronized boolean isLimited() {
        if (failuresInARow < FAILURES_ALLOWED || clock().nanos() - retryNanos >= 0) {
            return false;
        }
        if (!limitTold) {
            limitTold = true;
            log().warning("Background AOF rewrite has repeatedly failed and triggered the limit, will retry in "
                    + TimeUnit.NANOSECONDS.toMinutes(backOffNanos()) + " minutes");
        }
        return true;
    }

    private long backOffNanos() {
        int failures = failuresInARow;
        if (failures < FAILURES_ALLOWED) {
            return TimeUnit.SECONDS.toNanos(failures == 0 ? 0 : 1);
        }
        return TimeUnit.MINUTES.toNanos(Math.min(MAX_BACK_OFF_MINUTES, 1L << Math.min(failures - FAILURES_ALLOWED, 6)));
    }

    @Override
    public void die() {
        die.run();
    }

    @Override
    public boolean avoidsSync() {
        BaseFiles files = baseFiles;
        return (rewriting || files != null && files.isBusy())
                && configuration.get(Directives.NO_APPENDFSYNC_ON_REWRITE);
    }

    private Log log() {
        return log.get();
    }

    // What can be seen.

    /** Whether it is on, or about to be. */
    public boolean isOn() {
        return on;
    }

    /** Why writes must be refused: the last write failed; null if it did not. */
    public @Nullable String failure() {
        AofWriter current = writer;
        return current == null ? null : current.failure();
    }

    public boolean isRewriting() {
        return rewriting;
    }

    public boolean isScheduled() {
        return scheduled;
    }

    /** Starts a rewrite as soon as it can be. */
    public void schedule() {
        scheduled = true;
    }

    /** How long the running rewrite has taken so far, in nanoseconds; -1 if none runs. */
    public long rewriteNanos() {
        return rewriting ? clock().nanos() - rewriteBeganNanos : -1;
    }

    /** How long the last rewrite took, in nanoseconds; -1 if there was none. */
    public long lastRewriteNanos() {
        return lastRewriteNanos;
    }

    public boolean hasLastRewriteFailed() {
        return lastRewriteFailed;
    }

    public long rewrites() {
        return rewrites;
    }

    public int failuresInARow() {
        return failuresInARow;
    }

    /** Bytes of all files. */
    public long currentSize() {
        AofWriter current = writer;
        return closedSize + (current == null ? 0 : current.size());
    }

    /** Bytes of all files after the last rewrite. */
    public long baseSize() {
        return sizeAfterRewrite;
    }

    /** Bytes that wait to be written. */
    public long bufferBytes() {
        AofWriter current = writer;
        return current == null ? 0 : current.waitingBytes();
    }

    public boolean isSyncing() {
        AofWriter current = writer;
        return current != null && current.isSyncing();
    }

    public long delayedSyncs() {
        AofWriter current = writer;
        return current == null ? 0 : current.delayedSyncs();
    }

    /** Whether what was appended before that offset of the journal will be there after a loss of power. */
    public boolean isOnDisk(long offset) {
        AofWriter current = writer;
        return state == State.ON && current != null && current.synced() >= offset;
    }
}
