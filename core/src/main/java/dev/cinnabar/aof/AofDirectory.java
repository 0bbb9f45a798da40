package dev.cinnabar.aof;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.cinnabar.config.Configuration;
import dev.cinnabar.config.Directives;
import dev.cinnabar.log.Log;
import dev.cinnabar.text.Reason;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.MalformedInputException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The directory of an append-only file: the manifest as it is on disk, and how the files are named, made, listed and removed.
 * Guarded by the monitor of its {@link AppendOnly}, except for names.
 */
final class AofDirectory {

    private static final String MANIFEST = ".manifest";

    private final Configuration configuration;
    private final Storage storage;
    private final Supplier<Log> log;

    private Manifest manifest = Manifest.EMPTY;

    /** Where the files are while they are written for a backup alone; else null. */
    private volatile @Nullable Path ofBackup;

    AofDirectory(Configuration configuration, Storage storage, Supplier<Log> log) {
        this.configuration = configuration;
        this.storage = storage;
        this.log = log;
    }

    // Names.

    Path path() {
        Path own = ofBackup;
        return own != null ? own : configuration.path(Directives.APPENDDIRNAME);
    }

    Path file(Manifest.Part part) {
        return path().resolve(part.name());
    }

    Path temporaryIncrement() {
        return path().resolve("temp-" + fileName() + ".incr");
    }

    /** A base is written under this name first. */
    Path temporaryBase(String kind) {
        return path().resolve("temp-" + kind + "-" + ProcessHandle.current().pid() + ".aof");
    }

    private Path parent() {
        return Objects.requireNonNull(path().getParent());
    }

    private String fileName() {
        return configuration.get(Directives.APPENDFILENAME);
    }

    private Path manifestFile() {
        return path().resolve(fileName() + MANIFEST);
    }

    private Path temporaryManifest() {
        return path().resolve("temp-" + fileName() + MANIFEST);
    }

    /** Whether the files are those of a backup alone. */
    boolean isOfBackup() {
        return ofBackup != null;
    }

    /** From now on the files are in the directory of a backup, where there are none yet. */
    void moveToBackup(Path directory) {
        ofBackup = directory;
        manifest = Manifest.EMPTY;
    }

    /** The files are again where the configuration says; what is there has to be read. */
    void moveBack() {
        ofBackup = null;
        manifest = Manifest.EMPTY;
    }

    void make() throws IOException {
        if (!Files.isDirectory(path())) {
            Files.createDirectories(path());
            storage.syncDirectory(parent());
        }
    }

    /** What a crash has left behind of files that were not complete. */
    void cleanUp() {
        if (!Files.isDirectory(path())) {
            return;
        }
        try (DirectoryStream<Path> left = Files.newDirectoryStream(path(), "temp-*")) {
            for (Path file : left) {
                storage.delete(file);
            }
        } catch (IOException e) {
            log().warning("Temporary AOF files could not be removed: " + Reason.of(e));
        }
    }

    // The manifest.

    Manifest manifest() {
        return manifest;
    }

    /** Reads the manifest, if there is one. */
    void read() throws AofException {
        Path file = manifestFile();
        manifest = Manifest.EMPTY;
        if (!Files.exists(path())) {
            log().notice("The AOF directory " + configuration.get(Directives.APPENDDIRNAME) + " doesn't exist");
            return;
        }
        if (!Files.exists(file)) {
            log().notice("The AOF manifest file " + file.getFileName() + " doesn't exist");
            return;
        }
        manifest = read(file, log());
    }

    static Manifest read(Path file, Log log) throws AofException {
        try {
            return Manifest.parse(Files.readString(file, UTF_8));
        } catch (MalformedInputException e) {
            throw new AofException("Invalid AOF manifest file format", e);
        } catch (IOException e) {
            throw new AofException(
                    "Fatal error: can't open the AOF manifest file " + file.getFileName() + " for reading: "
                            + Reason.of(e),
                    e);
        } catch (Manifest.BadManifestException e) {
            e.report().subList(0, 4).forEach(log::warning);
            throw new AofException(String.valueOf(e.getMessage()), e);
        }
    }

    /** Makes this the manifest. */
    void persist(Manifest next) throws IOException {
        prepare(next);
        replace(next);
    }

    /** Writes the manifest that is to be the next one. */
    void prepare(Manifest next) throws IOException {
        write(storage, temporaryManifest(), next);
    }

    /** Writes a manifest into a new file, and returns when it is on disk. */
    static void write(Storage storage, Path file, Manifest manifest) throws IOException {
        storage.delete(file);
        try (Storage.Target target = storage.append(file)) {
            ByteBuffer text = ByteBuffer.wrap(manifest.text().getBytes(UTF_8));
            while (text.hasRemaining()) {
                target.write(text);
            }
            target.sync();
        }
    }

    /** Puts the prepared manifest in place. If this fails, it may have been done or not. */
    void replace(Manifest next) throws IOException {
        storage.rename(temporaryManifest(), manifestFile());
        storage.syncDirectory(path());
        manifest = next;
    }

    /** The one file of versions before 7.0 becomes the base. */
    void adoptOldFile() throws AofException {
        String name = fileName();
        Path old = parent().resolve(name);
        Manifest.Part base = manifest.base();
        boolean begun =
                base != null && manifest.increments().isEmpty() && base.name().equals(name);
        if (!Files.isRegularFile(old) || !manifest.isEmpty() && !begun) {
            return;
        }
        if (begun && Files.exists(path().resolve(name))) {
            // It has been moved already; this one has come later.
            return;
        }
        try {
            make();
            if (!begun) {
                persist(new Manifest(new Manifest.Part(name, 1), manifest.history(), manifest.increments()));
            }
            storage.rename(old, path().resolve(name));
            storage.syncDirectory(path());
        } catch (IOException e) {
            throw new AofException(
                    "Error trying to move the old AOF file " + name + " into dir "
                            + configuration.get(Directives.APPENDDIRNAME) + ": " + Reason.of(e),
                    e);
        }
        log().notice("Successfully migrated an old-style AOF file (" + name + ") into the AOF directory ("
                + configuration.get(Directives.APPENDDIRNAME) + ").");
    }

    // The files.

    Manifest.Part nextBase(boolean rdb) {
        long number = manifest.nextBase();
        return new Manifest.Part(fileName() + "." + number + ".base" + (rdb ? ".rdb" : ".aof"), number);
    }

    Manifest.Part nextIncrement() {
        long number = manifest.nextIncrement();
        return new Manifest.Part(fileName() + "." + number + ".incr.aof", number);
    }

    /** A new file. What is there of that name is of no manifest: a crash has left it behind. */
    Storage.Target create(Path file) throws IOException {
        storage.delete(file);
        return storage.append(file);
    }

    /** In bytes; 0 if it cannot be told. */
    long size(Manifest.Part part) {
        try {
            return Files.size(file(part));
        } catch (IOException e) {
            log().warning("Unable to obtain the AOF file " + part.name() + " length. stat: " + Reason.of(e));
            return 0;
        }
    }

    /** Removes the files that the manifest only remembers, unless the configuration keeps them. */
    void deleteHistory() {
        if (manifest.history().isEmpty() || configuration.get(Directives.AOF_DISABLE_AUTO_GC)) {
            return;
        }
        for (Manifest.Part part : manifest.history()) {
            log().notice("Removing the history file " + part.name() + " in the background");
            try {
                storage.delete(file(part));
            } catch (IOException e) {
                log().warning("The history file " + part.name() + " could not be removed: " + Reason.of(e));
                return;
            }
        }
        try {
            persist(manifest.withoutHistory());
        } catch (IOException e) {
            log().warning("The AOF manifest could not be written: " + Reason.of(e));
        }
    }

    private Log log() {
        return log.get();
    }
}
