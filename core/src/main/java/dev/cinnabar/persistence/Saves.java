package dev.cinnabar.persistence;

import dev.cinnabar.config.Configuration;
import dev.cinnabar.config.Directives;
import dev.cinnabar.config.SavePoint;
import dev.cinnabar.keyspace.Clock;
import dev.cinnabar.keyspace.Database;
import dev.cinnabar.keyspace.Keyspace;
import dev.cinnabar.log.Log;
import dev.cinnabar.memory.BufferAccounting;
import dev.cinnabar.memory.Bytes;
import dev.cinnabar.text.Reason;
import dev.cinnabar.values.Entry;
import dev.cinnabar.values.Limits;
import dev.cinnabar.values.StringValue;
import dev.cinnabar.values.Views;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Saves the keyspace to RDB files and loads it from them, and knows what INFO tells of that. Belongs to the engine.
 * Thread-safe.
 */
public final class Saves {

    /** How many keys are looked for at a time. */
    private static final int SCAN_COUNT = 512;

    /** After a failure save points wait so long. */
    private static final long RETRY_MILLIS = 5000;

    private static final int FILE_BUFFER_BYTES = 64 << 10;
    private static final long MAX_PARK_NANOS = 100_000_000;

    private final Keyspace keyspace;
    private final Limits limits;
    private final Configuration configuration;
    private final Supplier<Log> log;
    private final AccessTimes accessTimes;
    private final LongSupplier usedMemory;
    private final String version;
    private final BufferAccounting accounting = new BufferAccounting();

    private volatile long lastSaveMillis;
    private volatile long dirtyAtLastSave;
    /** Only one snapshot can run: that of a save, or that of an append-only file's base. */
    private final Semaphore snapshots = new Semaphore(1);

    /** Held while a file takes its place, so that one that is broken off does so before, or not at all. */
    private final Object commits = new Object();

    private volatile @Nullable BackgroundSave running;
    /** The base of an append-only file that is being written, and by whom. */
    private volatile @Nullable SnapshotStream base;

    private volatile @Nullable Thread baseThread;
    private volatile long lastWaitingBytes;
    private volatile long lastBaseWaitingBytes;
    private volatile boolean scheduled;
    private volatile boolean lastFailed;
    private volatile long lastTryMillis;
    private volatile long lastDurationMillis = -1;

    private final AtomicLong saves = new AtomicLong();
    private volatile @Nullable Loading loading;
    private volatile @Nullable Boolean saveAtEnd;
    private volatile long lastLoaded;
    private volatile long lastExpired;

    /** @param version what the files say that they were written by */
    public Saves(
            Keyspace keyspace,
            Limits limits,
            Configuration configuration,
            Supplier<Log> log,
            AccessTimes accessTimes,
            LongSupplier usedMemory,
            String version) {
        this.keyspace = keyspace;
        this.limits = limits;
        this.configuration = configuration;
        this.log = log;
        this.accessTimes = accessTimes;
        this.usedMemory = usedMemory;
        this.version = version;
        this.lastSaveMillis = keyspace.clock().millis();
    }

    // What INFO tells.

    /** When the last save ended well, in milliseconds since 1970, or else when the server started. */
    public long lastSaveMillis() {
        return lastSaveMillis;
    }

    /** How many changes are in no file yet. */
    public long changes() {
        return keyspace.dirty() - dirtyAtLastSave;
    }

    /** How many files have been written. */
    public long saves() {
        return saves.get();
    }

    /** What is being loaded, or null. */
    public @Nullable Loading loading() {
        Loading last = loading;
        return last == null || last.isOver() ? null : last;
    }

    /** Breaks off what is being loaded. */
    public void cancelLoading() {
        Loading current = loading();
        if (current != null) {
            current.cancel();
        }
    }

    /** How many keys the last file had that was loaded. */
    public long lastLoaded() {
        return lastLoaded;
    }

    /** How many keys of that file were dropped because their time was over. */
    public long lastExpired() {
        return lastExpired;
    }

    /** Bytes off the heap that saving and loading hold. */
    public long bufferBytes() {
        return accounting.bytes();
    }

    /** Bytes of the snapshot that runs that wait to be written. */
    public long waitingBytes() {
        SnapshotStream stream = stream();
        return stream == null ? 0 : stream.waitingBytes();
    }

    /** The most that this has been, in the snapshot that runs. */
    public long mostWaitingBytes() {
        SnapshotStream stream = stream();
        return stream == null ? 0 : stream.mostWaitingBytes();
    }

    private @Nullable SnapshotStream stream() {
        BackgroundSave save = running;
        return save == null ? base : save.stream;
    }

    /** The most that it was in the last background save, or for the last base of an append-only file. */
    public long lastWaitingBytes(boolean aofBase) {
        return aofBase ? lastBaseWaitingBytes : lastWaitingBytes;
    }

    // Saving.

    /** The file of the configuration. */
    public Path file() {
        return configuration.path(Directives.DBFILENAME);
    }

    /**
     * Saves everything as of one moment to the file, while nobody can change anything.
     *
     * @throws IOException if that has failed, as the log was told too; the file is as it was
     */
    public void save() throws IOException {
        keyspace.lock(keyspace.all());
        try {
            Path file = file();
            write(newTemporary(), file, false);
            saved(keyspace.dirty());
            log.get().notice("DB saved on disk");
        } catch (IOException e) {
            log.get().warning("Failed saving the DB: " + Reason.withFile(e));
            throw e;
        } finally {
            keyspace.unlock(keyspace.all());
        }
    }

    private void saved(long dirty) {
        dirtyAtLastSave = dirty;
        lastSaveMillis = keyspace.clock().millis();
        lastFailed = false;
        saves.incrementAndGet();
    }

    // Saving in the background.

    /** A save that runs beside the clients. */
    private final class BackgroundSave implements Runnable {
        final long startedMillis = keyspace.clock().millis();
        final Thread thread = new Thread(this, "cinnabar-save");
        private final SnapshotStream stream;
        private long dirty;

        BackgroundSave() {
            this.stream = new SnapshotStream(keyspace, format(), accounting, () -> dirty = keyspace.dirty());
            thread.setDaemon(true);
        }

        @Override
        public void run() {
            try {
                write(newTemporary(), file(), false, stream, this::isWanted);
                saved(dirty);
                log.get().notice("DB saved on disk");
                log.get().notice("Background saving terminated with success");
            } catch (CancellationException e) {
                log.get().notice("Background saving was broken off");
            } catch (IOException | RuntimeException | OutOfMemoryError e) {
                lastFailed = true;
                log.get().warning("Failed saving the DB: " + Reason.withFile(e));
                log.get().warning("Background saving error");
            } finally {
                lastDurationMillis = keyspace.clock().millis() - startedMillis;
                lastWaitingBytes = stream.mostWaitingBytes();
                running = null;
                snapshots.release();
            }
        }

        private boolean isWanted() {
            return !stream.snapshot().isDiscarded();
        }

        void abort() {
            synchronized (commits) {
                stream.abort();
            }
            LockSupport.unpark(thread);
        }
    }

    /**
     * Begins to save everything as of now, beside the clients.
     *
     * @return false if a save or a rewrite of the append-only file runs already
     */
    public synchronized boolean start() {
        if (!snapshots.tryAcquire()) {
            return false;
        }
        scheduled = false;
        lastTryMillis = keyspace.clock().millis();
        BackgroundSave save;
        try {
            save = new BackgroundSave();
        } catch (RuntimeException | OutOfMemoryError e) {
            snapshots.release();
            throw e;
        }
        running = save;
        log.get().notice("Background saving started");
        save.thread.start();
        return true;
    }

    /** Begins a save as soon as that is possible. */
    public void schedule() {
        scheduled = true;
    }

    /** Whether a save runs in the background. */
    public boolean isInProgress() {
        return running != null;
    }

    /** Whether the last save in the background has failed. */
    public boolean hasLastFailed() {
        return lastFailed;
    }

    /** Whether commands that change something are to be refused, because that could be in no file. */
    public boolean refusesWrites() {
        return lastFailed
                && configuration.get(Directives.STOP_WRITES_ON_BGSAVE_ERROR)
                && !configuration.get(Directives.SAVE).isEmpty();
    }

    /** How long the last save in the background took, in milliseconds; -1 before the first. */
    public long lastDurationMillis() {
        return lastDurationMillis;
    }

    /** For how long the current one has been running; -1 if none does. */
    public long currentDurationMillis() {
        BackgroundSave save = running;
        return save == null ? -1 : keyspace.clock().millis() - save.startedMillis;
    }

    /** How many keys the current save has come past, and how many there are; zeros if none runs. */
    public long[] progress() {
        BackgroundSave save = running;
        return save == null
                ? new long[2]
                : new long[] {
                    save.stream.snapshot().walkedKeys(), save.stream.snapshot().keys()
                };
    }

    /** Breaks off a save that runs in the background, and waits until it has ended. No partition is locked. */
    public void abort() {
        BackgroundSave save = running;
        if (save == null) {
            return;
        }
        save.abort();
        boolean interrupted = false;
        while (save.thread.isAlive()) {
            try {
                save.thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * Everything has been deleted: a save of what was there is of no more use; where there are save points, the file is to be
     * as empty. All partitions are locked.
     */
    public void flushed() {
        BackgroundSave save = running;
        if (save != null) {
            save.abort();
        }
        if (!configuration.get(Directives.SAVE).isEmpty()) {
            try {
                save();
            } catch (IOException e) {
                // The log knows; the save points will try again.
                lastFailed = true;
            }
        }
    }

    /** Begins a save where a save point or {@link #schedule} asks for it. Called some times a second. */
    public void attend() {
        if (isInProgress() || loading() != null) {
            return;
        }
        long now = keyspace.clock().millis();
        boolean mayTry = !lastFailed || now - lastTryMillis > RETRY_MILLIS;
        if (scheduled && mayTry) {
            start();
            return;
        }
        for (SavePoint point : configuration.get(Directives.SAVE)) {
            if (mayTry
                    && changes() >= point.changes()
                    && now - lastSaveMillis > TimeUnit.SECONDS.toMillis(point.seconds())) {
                log.get().notice(point.changes() + " changes in " + point.seconds() + " seconds. Saving...");
                start();
                return;
            }
        }
    }

    /** As {@link #write(Path, Path, boolean)}, of what a snapshot has. No partition is locked. */
    private void write(Path temporary, Path place, boolean aofBase, SnapshotStream stream, BooleanSupplier isWanted)
            throws IOException {
        boolean begun = false;
        try (RdbFile file = newFile(temporary, aofBase);
                RdbFileWriter writer = newWriter(file)) {
            begin(writer, aofBase);
            for (int number = 0; number < keyspace.databases(); number++) {
                long keys = stream.snapshot().keys(number);
                if (keys > 0) {
                    writer.sizes(number, keys, stream.snapshot().expiringKeys(number));
                }
            }
            begun = true;
            stream.run(new SnapshotStream.Output() {
                @Override
                public void write(int database, Bytes entries, int version, long keys) {
                    writer.raw(database, entries, version, keys);
                    delay(keys, stream);
                }

                @Override
                public void string(int database, Bytes string) {
                    writer.string(database, string);
                }
            });
            log.get()
                    .verbose(String.format(
                            Locale.ROOT,
                            "Snapshot: locks were held for %.3f ms at most by the walk, %.3f ms to preserve a key; "
                                    + "%d KB waited at most",
                            stream.snapshot().longestStepNanos() / 1e6,
                            stream.snapshot().longestPreserveNanos() / 1e6,
                            stream.mostWaitingBytes() >> 10));
            end(file, writer, place, isWanted);
        } catch (UncheckedIOException e) {
            throw Objects.requireNonNull(e.getCause());
        } finally {
            if (!begun) {
                // Walked to its end all the same, as it must be.
                stream.abort();
                runOut(stream);
            }
        }
    }

    private void runOut(SnapshotStream stream) {
        try {
            stream.run((database, entries, version, keys) -> {});
        } catch (CancellationException e) {
            log.get().debug("The snapshot was walked to its end");
        }
    }

    /** Waits for so many keys, as the configuration wants it for tests. */
    private void delay(long keys, SnapshotStream stream) {
        long nanos = TimeUnit.MICROSECONDS.toNanos(configuration.get(Directives.RDB_KEY_SAVE_DELAY)) * keys;
        long end = Clock.SYSTEM.nanos() + nanos;
        for (long left = nanos; left > 0 && !stream.snapshot().isDiscarded(); left = end - Clock.SYSTEM.nanos()) {
            LockSupport.parkNanos(this, Math.min(left, MAX_PARK_NANOS));
        }
    }

    /**
     * Writes the base of an append-only file as of one moment, at which {@code moment} is run with all partitions locked.
     *
     * @param rdb whether in the form of RDB, and not of commands
     * @param isWanted asked once after that moment: an {@link #abortBase} may have come too early to find anything
     * @throws CancellationException if it is not, or after {@link #abortBase}
     */
    public void writeBase(Path file, boolean rdb, Runnable moment, BooleanSupplier isWanted) throws IOException {
        snapshots.acquireUninterruptibly();
        try {
            EntryFormat format = rdb ? format() : new CommandEntries(limits, accounting);
            SnapshotStream stream = new SnapshotStream(keyspace, format, accounting, moment);
            base = stream;
            baseThread = Thread.currentThread();
            if (!isWanted.getAsBoolean()) {
                stream.abort();
            }
            if (rdb) {
                write(file, file, true, stream, () -> true);
            } else {
                writeCommands(file, stream);
            }
        } finally {
            lastBaseWaitingBytes = base == null ? 0 : base.mostWaitingBytes();
            base = null;
            snapshots.release();
        }
    }

    /** Breaks off a base that is being written. */
    public void abortBase() {
        SnapshotStream current = base;
        if (current != null) {
            current.abort();
            LockSupport.unpark(baseThread);
        }
    }

    private void writeCommands(Path path, SnapshotStream stream) throws IOException {
        boolean begun = false;
        try (RdbFile file = newFile(path, true);
                CommandWriter writer = new CommandWriter(file, FILE_BUFFER_BYTES, accounting)) {
            if (configuration.get(Directives.AOF_TIMESTAMP_ENABLED)) {
                writer.raw(Bytes.of("#TS:" + keyspace.clock().millis() / 1000 + "\r\n"));
            }
            begun = true;
            int[] selected = {-1};
            stream.run((database, entries, version, keys) -> {
                if (selected[0] != database) {
                    selected[0] = database;
                    writer.command(2, "SELECT").word(database);
                }
                writer.raw(entries);
                delay(keys, stream);
            });
            writer.flush();
            file.finish(new byte[0]);
            file.commit(path);
        } catch (UncheckedIOException e) {
            throw Objects.requireNonNull(e.getCause());
        } finally {
            if (!begun) {
                stream.abort();
                runOut(stream);
            }
        }
    }

    private EntryFormat format() {
        return new RdbEntries(limits, accessTimes, configuration.get(Directives.RDBCOMPRESSION), accounting);
    }

    /**
     * Writes everything to a file under another name, and gives it its name when it is on disk. All partitions are locked.
     *
     * @param aofBase whether an append-only file goes on from it
     */
    public void write(Path temporary, Path place, boolean aofBase) throws IOException {
        try (RdbFile file = newFile(temporary, aofBase);
                RdbFileWriter writer = newWriter(file)) {
            begin(writer, aofBase);
            for (int number = 0; number < keyspace.databases(); number++) {
                write(writer, number);
            }
            end(file, writer, place, () -> true);
        } catch (UncheckedIOException e) {
            throw Objects.requireNonNull(e.getCause());
        }
    }

    private RdbFile newFile(Path temporary, boolean aofBase) throws IOException {
        return new RdbFile(
                temporary,
                configuration.get(
                        aofBase ? Directives.AOF_REWRITE_INCREMENTAL_FSYNC : Directives.RDB_SAVE_INCREMENTAL_FSYNC));
    }

    private void end(RdbFile file, RdbFileWriter writer, Path place, BooleanSupplier isWanted) throws IOException {
        int needed = writer.neededVersion();
        writer.end(needed);
        file.finish(RdbFileWriter.header(needed));
        synchronized (commits) {
            if (!isWanted.getAsBoolean()) {
                throw new CancellationException("nobody wants the file any more");
            }
            file.commit(place);
        }
    }

    private Path newTemporary() {
        return RdbFile.temporary(Path.of(configuration.get(Directives.DIR)));
    }

    private RdbFileWriter newWriter(RdbWriter.Sink sink) {
        return new RdbFileWriter(
                sink,
                new Views(limits),
                accessTimes,
                configuration.get(Directives.RDBCOMPRESSION),
                configuration.get(Directives.RDBCHECKSUM),
                accounting);
    }

    private void begin(RdbFileWriter writer, boolean aofBase) {
        writer.begin(RdbFileWriter.NEWEST_VERSION);
        writer.auxiliary("redis-ver", version);
        writer.auxiliary("redis-bits", 64);
        writer.auxiliary(
                "ctime", TimeUnit.MILLISECONDS.toSeconds(keyspace.clock().millis()));
        writer.auxiliary("used-mem", usedMemory.getAsLong());
        writer.auxiliary("aof-base", aofBase ? 1 : 0);
    }

    private void write(RdbFileWriter writer, int number) {
        long keys = 0;
        long expiring = 0;
        for (int p = 0; p < keyspace.partitions(); p++) {
            Database database = keyspace.partition(p).databaseIfAny(number);
            if (database != null) {
                keys += database.size();
                expiring += database.expiringSize();
            }
        }
        if (keys == 0) {
            return;
        }
        writer.sizes(number, keys, expiring);
        Entry entry = new Entry();
        for (int p = 0; p < keyspace.partitions(); p++) {
            Database database = keyspace.partition(p).databaseIfAny(number);
            if (database == null) {
                continue;
            }
            long cursor = 0;
            do {
                cursor = database.scan(cursor, SCAN_COUNT, record -> {
                    database.look(record, entry);
                    writer.entry(number, entry);
                });
            } while (cursor != 0);
        }
    }

    // The end.

    /** Says whether everything is to be saved when the server ends; without a word that depends on the save points. */
    public void atEnd(boolean save) {
        saveAtEnd = save;
    }

    /** Whether everything is to be saved when the server ends. */
    public boolean isSavedAtEnd() {
        Boolean said = saveAtEnd;
        return said != null ? said : !configuration.get(Directives.SAVE).isEmpty() && loading() == null;
    }

    /** The server ends, nobody can change anything any more: saves what is to be, and has not been since the last change. */
    public void end() throws IOException {
        if (isSavedAtEnd() && (saveAtEnd == null || changes() > 0)) {
            saveFinally();
        }
    }

    /** Saves everything because the server is about to end. */
    public void saveFinally() throws IOException {
        log.get().notice("Saving the final RDB snapshot before exiting.");
        save();
    }

    // Loading.

    /**
     * Loads the file, if there is one, into a keyspace that is empty.
     *
     * @throws IOException if it cannot be read, or is not as it should be, as the log was told too
     */
    public void load() throws IOException {
        Path file = file();
        if (Files.exists(file)) {
            load(file);
        }
    }

    /**
     * Loads a file into a keyspace that is empty.
     *
     * @throws IOException if it cannot be read, or is not as it should be, as the log was told too
     */
    public void load(Path file) throws IOException {
        long begin = keyspace.clock().nanos();
        read(file, false, false, false);
        double seconds = (keyspace.clock().nanos() - begin) / 1e9;
        log.get().notice(String.format(Locale.ROOT, "DB loaded from disk: %.3f seconds", seconds));
        dirtyAtLastSave = keyspace.dirty();
    }

    /** Loads the file again for one who has locked all partitions; keys that are there already are errors, or replaced. */
    public void reload(boolean replaces) throws IOException {
        read(file(), false, replaces, true);
        dirtyAtLastSave = keyspace.dirty();
    }

    /** Loads a file from which an append-only file goes on; returns where it ends. */
    public long loadBase(Path file) throws IOException {
        return read(file, true, false, keyspace.isLocked());
    }

    private long read(Path path, boolean aofBase, boolean replaces, boolean alone) throws IOException {
        RdbFileReader reader =
                new RdbFileReader(keyspace, limits, accessTimes, StringValue.MAX_LENGTH, log.get(), accounting);
        if (replaces) {
            reader.replacing();
        }
        if (aofBase) {
            reader.keepingExpired();
        }
        if (alone) {
            reader.alone();
        }
        reader.delaying(configuration.get(Directives.KEY_LOAD_DELAY));
        reader.checking(configuration.get(Directives.RDBCHECKSUM));
        try (FileChannel channel = FileChannel.open(path)) {
            Loading progress = new Loading(keyspace.clock().millis(), channel.size());
            loading = progress;
            try {
                reader.load((target, offset, max) -> read(channel, target, offset, max), progress);
            } finally {
                progress.end();
            }
        } catch (UncheckedIOException e) {
            throw told(Objects.requireNonNull(e.getCause()));
        } catch (IOException e) {
            throw told(e);
        } catch (RdbException e) {
            throw told(new IOException(e.getMessage(), e));
        }
        lastLoaded = reader.loaded();
        lastExpired = reader.expired();
        log.get()
                .notice("Done loading RDB, keys loaded: " + lastLoaded + ", keys expired: " + lastExpired
                        + ", empty keys skipped: "
                        + reader.empty() + ".");
        return reader.length();
    }

    private IOException told(IOException e) {
        log.get().warning("Error loading the RDB file: " + Reason.of(e));
        return e;
    }

    private static int read(FileChannel channel, byte[] target, int offset, int max) {
        try {
            return channel.read(ByteBuffer.wrap(target, offset, max));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
