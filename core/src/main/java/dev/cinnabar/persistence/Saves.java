package dev.cinnabar.persistence;

import dev.cinnabar.config.Configuration;
import dev.cinnabar.config.Directives;
import dev.cinnabar.keyspace.Database;
import dev.cinnabar.keyspace.Keyspace;
import dev.cinnabar.log.Log;
import dev.cinnabar.memory.BufferAccounting;
import dev.cinnabar.values.Entry;
import dev.cinnabar.values.Limits;
import dev.cinnabar.values.StringValue;
import dev.cinnabar.values.Views;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
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
            write(RdbFile.temporary(Path.of(configuration.get(Directives.DIR))), file, false);
            saved(keyspace.dirty());
            log.get().notice("DB saved on disk");
        } catch (IOException e) {
            log.get().warning("Failed saving the DB: " + reason(e));
            throw e;
        } finally {
            keyspace.unlock(keyspace.all());
        }
    }

    private void saved(long dirty) {
        dirtyAtLastSave = dirty;
        lastSaveMillis = keyspace.clock().millis();
        saves.incrementAndGet();
    }

    /**
     * Writes everything to a file under another name, and gives it its name when it is on disk. All partitions are locked.
     *
     * @param aofBase whether an append-only file goes on from it
     */
    public void write(Path temporary, Path place, boolean aofBase) throws IOException {
        boolean syncs = configuration.get(
                aofBase ? Directives.AOF_REWRITE_INCREMENTAL_FSYNC : Directives.RDB_SAVE_INCREMENTAL_FSYNC);
        try (RdbFile file = new RdbFile(temporary, syncs);
                RdbFileWriter writer = newWriter(file)) {
            begin(writer, aofBase);
            for (int number = 0; number < keyspace.databases(); number++) {
                write(writer, number);
            }
            int needed = writer.neededVersion();
            writer.end(needed);
            file.commit(place, RdbFileWriter.header(needed));
        } catch (UncheckedIOException e) {
            throw Objects.requireNonNull(e.getCause());
        }
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

    /** What went wrong with a file, in a few words. */
    public static String reason(IOException e) {
        if (e instanceof NoSuchFileException) {
            return "No such file or directory";
        }
        return e instanceof FileSystemException f && f.getReason() != null
                ? f.getReason()
                : String.valueOf(e.getMessage());
    }

    // Loading.

    /**
     * Loads the file, if there is one, into a keyspace that is empty.
     *
     * @throws IOException if it cannot be read, or is not as it should be, as the log was told too
     */
    public void load() throws IOException {
        Path file = file();
        if (!Files.exists(file)) {
            return;
        }
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
                        + ", empty keys skipped: 0.");
        return reader.length();
    }

    private IOException told(IOException e) {
        log.get().warning("Error loading the RDB file: " + reason(e));
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
