package dev.cinnabar.aof;

import dev.cinnabar.config.Configuration;
import dev.cinnabar.config.Directives;
import dev.cinnabar.log.Log;
import dev.cinnabar.text.Reason;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A set of files with all data as of the moment at which it was sealed: a base, the increments since, and their manifest, in
 * a directory of its own. Belongs to the append-only file, whose monitor guards it.
 */
public final class Backup {

    /*
     * START has the append-only file rewritten. Its new base, once it is in its place, gets a second name, a hard link, in the
     * backup's directory. SEAL begins a new increment, and those between the base and that get second names too: nothing is
     * copied, and what becomes of the append-only file later leaves the backup as it is.
     *
     *      idle -> pending -> snapshotting -> incrementing -> sealed -> idle
     *                 \______________\_______________\_____ failed ____/
     *
     * pending: another save or rewrite must end first. If the append-only file is off it is turned on for as long as the
     * backup takes, in the backup's directory: then the files are there to begin with.
     */

    /** How far it is. */
    public enum State {
        IDLE,
        PENDING,
        SNAPSHOTTING,
        INCREMENTING,
        SEALED,
        FAILED;

        /** As STATUS says it. */
        public String text() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** It cannot be done; the message is for the client. */
    public static final class BackupException extends Exception {
        private static final long serialVersionUID = 1;

        BackupException(String message) {
            super(message);
        }
    }

    /** What STATUS tells; times in seconds since 1970, 0 for none. */
    public record Status(State state, String error, long startSeconds, long endSeconds) {}

    private final AppendOnly file;
    private final Configuration configuration;
    private final Storage storage;
    private final Supplier<Log> log;

    private volatile State state = State.IDLE;

    /** It is idle again, but its files are still to be removed. */
    private volatile boolean aborting;

    private String error = "";
    private long startSeconds;
    private long endSeconds;
    private Manifest.@Nullable Part base;
    private long firstIncrement;

    Backup(AppendOnly file, Configuration configuration, Storage storage, Supplier<Log> log) {
        this.file = file;
        this.configuration = configuration;
        this.storage = storage;
        this.log = log;
    }

    /** Whether one is being made. */
    public boolean isInProgress() {
        State now = state;
        return now == State.PENDING || now == State.SNAPSHOTTING || now == State.INCREMENTING || aborting;
    }

    public Status status() {
        synchronized (file) {
            return new Status(state, error, startSeconds, endSeconds);
        }
    }

    Path directory() {
        return Path.of(configuration.get(Directives.DIR))
                .resolve(configuration.get(Directives.BACKUPDIRNAME))
                .toAbsolutePath()
                .normalize();
    }

    /** The files of a sealed backup, the manifest last. */
    public List<Path> files() throws BackupException {
        synchronized (file) {
            if (state != State.SEALED) {
                return List.of();
            }
            try {
                List<Path> files = new ArrayList<>();
                Path manifest = directory().resolve(manifestName());
                for (Manifest.Part part : AofDirectory.read(manifest, log.get()).parts()) {
                    files.add(directory().resolve(part.name()));
                }
                files.add(manifest);
                return files;
            } catch (AofException e) {
                throw new BackupException("ERR " + e.getMessage());
            }
        }
    }

    private String manifestName() {
        return configuration.get(Directives.APPENDFILENAME) + ".manifest";
    }

    /** Begins one. */
    public void start() throws BackupException {
        synchronized (file) {
            if (isInProgress()) {
                throw new BackupException("ERR A backup is already in progress");
            }
            prepare();
            state = State.PENDING;
            error = "";
            base = null;
            startSeconds = file.seconds();
            endSeconds = 0;
            log.get().notice("Backup started");
            begin();
        }
    }

    private void prepare() throws BackupException {
        try {
            Files.createDirectories(directory());
            try (DirectoryStream<Path> there = Files.newDirectoryStream(directory())) {
                for (Path path : there) {
                    if (!path.getFileName().toString().startsWith("temp-")) {
                        throw new BackupException("ERR The backup directory is not empty");
                    }
                }
            }
        } catch (IOException e) {
            throw new BackupException("ERR The backup directory cannot be used: " + Reason.withFile(e));
        }
    }

    /** Goes on as soon as nothing else is in the way. */
    private void begin() {
        if (file.canBeginBackup()) {
            state = State.SNAPSHOTTING;
            if (!file.beginBackup(directory())) {
                failed("the append-only file could not be rewritten");
            }
        }
    }

    /** Does what is due. The monitor of the append-only file is held. */
    void tick() {
        if (state == State.PENDING) {
            begin();
        }
        long ttl = configuration.get(Directives.BACKUP_SEALED_TTL);
        if (state == State.SEALED && ttl > 0 && file.seconds() - endSeconds >= ttl) {
            log.get().notice("The backup was sealed " + ttl + " seconds ago, it is removed");
            remove();
            state = State.IDLE;
        }
    }

    boolean needsTick() {
        return state == State.PENDING || state == State.SEALED;
    }

    boolean isSnapshotting() {
        return state == State.SNAPSHOTTING;
    }

    /** The append-only file has a new base, and goes on in this increment. The monitor is held. */
    void based(Manifest.Part newBase, long increment) {
        if (state != State.SNAPSHOTTING) {
            return;
        }
        try {
            link(newBase);
            base = newBase;
            firstIncrement = increment;
            state = State.INCREMENTING;
        } catch (IOException e) {
            failed("the base could not be linked: " + Reason.withFile(e));
        }
    }

    private void link(Manifest.Part part) throws IOException {
        Path own = directory().resolve(part.name());
        Path theirs = file.directory().resolve(part.name()).toAbsolutePath().normalize();
        if (!own.equals(theirs)) {
            Files.createLink(own, theirs);
        }
    }

    /** It cannot be made. The monitor is held. */
    void failed(String why) {
        if (isInProgress() && !aborting) {
            state = State.FAILED;
            error = why;
            endSeconds = file.seconds();
            log.get().warning("Backup failed: " + why);
        }
    }

    /** Ends one: it has all that has been written so far. No partition is locked: the files are synced. */
    public void seal() throws BackupException {
        requireIncrementing();
        Manifest.Part next = file.nextIncrementNow();
        List<Manifest.Part> increments;
        synchronized (file) {
            increments = collect(next);
        }
        file.endBackup();
        synchronized (file) {
            if (state == State.INCREMENTING && next != null) {
                finish(increments, next);
            }
            if (state != State.SEALED) {
                throw new BackupException("ERR The backup could not be sealed: " + error);
            }
        }
    }

    private void requireIncrementing() throws BackupException {
        synchronized (file) {
            if (state != State.INCREMENTING) {
                throw new BackupException("ERR Backup is not in the incrementing state");
            }
        }
    }

    /** Brings the increments before the next one to the directory, and returns them. */
    private List<Manifest.Part> collect(Manifest.@Nullable Part next) {
        List<Manifest.Part> increments = new ArrayList<>();
        if (next == null) {
            failed("the increment could not be ended");
        } else if (state == State.INCREMENTING) {
            try {
                for (Manifest.Part part : file.manifest().increments()) {
                    if (part.number() >= firstIncrement && part.number() < next.number()) {
                        link(part);
                        increments.add(part);
                    }
                }
            } catch (IOException e) {
                failed("the files could not be linked: " + Reason.withFile(e));
            }
        }
        return increments;
    }

    /** Writes the manifest: nobody else writes in the directory any more. */
    private void finish(List<Manifest.Part> increments, Manifest.Part next) {
        try {
            write(new Manifest(Objects.requireNonNull(base), List.of(), increments));
            storage.delete(directory().resolve(next.name()));
            storage.syncDirectory(directory());
            state = State.SEALED;
            endSeconds = file.seconds();
            log.get().notice("Backup sealed");
        } catch (IOException e) {
            failed("the manifest could not be written: " + Reason.withFile(e));
        }
    }

    private void write(Manifest manifest) throws IOException {
        Path temporary = directory().resolve("temp-" + manifestName());
        AofDirectory.write(storage, temporary, manifest);
        storage.rename(temporary, directory().resolve(manifestName()));
    }

    /** Ends one that is not sealed, and removes its files. No partition is locked. */
    public void abort() throws BackupException {
        synchronized (file) {
            if (!isInProgress() || aborting) {
                throw new BackupException("ERR There is no backup to abort");
            }
            aborting = true;
            if (isSnapshotting()) {
                file.breakOffBackup();
            }
            state = State.IDLE;
        }
        try {
            file.endBackup();
        } finally {
            synchronized (file) {
                remove();
                aborting = false;
                log.get().notice("Backup aborted");
            }
        }
    }

    /** Removes the files of one that is sealed or has failed. */
    public void cleanUp() throws BackupException {
        synchronized (file) {
            if (state != State.SEALED && state != State.FAILED) {
                throw new BackupException("ERR There is no sealed or failed backup to clean up");
            }
            remove();
            state = State.IDLE;
            error = "";
        }
    }

    private void remove() {
        if (!Files.isDirectory(directory())) {
            return;
        }
        try (DirectoryStream<Path> there = Files.newDirectoryStream(directory())) {
            for (Path path : there) {
                storage.delete(path);
            }
        } catch (IOException e) {
            log.get().warning("Files of the backup could not be removed: " + Reason.withFile(e));
        }
    }

    /** Waits at most so long for the append-only file to begin an increment. */
    static final long SEAL_NANOS = TimeUnit.SECONDS.toNanos(10);
}
