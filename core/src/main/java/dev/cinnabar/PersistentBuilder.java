package dev.cinnabar;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.cinnabar.config.ConfigException;
import dev.cinnabar.config.Configuration;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Says what an engine keeps on disk. Without a {@link #dir} that is nothing. With one, it loads what it finds there when it is
 * opened, as a server would, and keeps there what the other options say. Not thread-safe.
 *
 * @param <B> the builder itself
 */
public abstract sealed class PersistentBuilder<B extends PersistentBuilder<B>>
        permits Cinnabar.Builder, CinnabarServer.Builder {

    /** When what the append-only file has been given is on disk. */
    public enum AppendFsync {
        /** Before a call returns, or a server's reply leaves. */
        ALWAYS,
        /** About a second later. */
        EVERYSEC,
        /** When the operating system likes. */
        NO
    }

    private record Line(String name, List<String> values) {}

    private final List<Line> lines = new ArrayList<>();
    private @Nullable Path dir;
    private boolean keeps;

    PersistentBuilder() {}

    abstract B self();

    /**
     * The directory of the files, made if it is not there: {@code dir}. The data that are in it are loaded. Unless it is said
     * otherwise, an RDB file is written by the save points that a server has by default, and at the end.
     *
     * <p>One engine at a time may use a directory with the same names of files.
     */
    public B dir(Path dir) {
        this.dir = dir;
        return self();
    }

    /** Whether every change goes to the append-only file: {@code appendonly}, by default not. */
    public B appendOnly(boolean yes) {
        return keep("appendonly", yes ? "yes" : "no");
    }

    /** When changes that the append-only file has been given are on disk: {@code appendfsync}, by default every second. */
    public B appendFsync(AppendFsync when) {
        return keep(
                "appendfsync",
                switch (when) {
                    case ALWAYS -> "always";
                    case EVERYSEC -> "everysec";
                    case NO -> "no";
                });
    }

    /**
     * A save point: the RDB file is written when so much time has passed since it was written last, and so many changes have
     * been made. The first that is said takes the place of the default ones: {@code save}.
     */
    public B savePoint(Duration after, long changes) {
        return keep("save", Long.toString(after.toSeconds()), Long.toString(changes));
    }

    /** No save points, and so no RDB file but by SAVE and BGSAVE. */
    public B noSavePoints() {
        return keep("save", "");
    }

    /** The name of the RDB file in {@link #dir}: {@code dbfilename}. */
    public B dbFileName(String name) {
        return keep("dbfilename", name);
    }

    private B keep(String name, String... values) {
        keeps = true;
        return directive(name, values);
    }

    /**
     * Any directive of a configuration file. Those that concern sockets are the server's own: here they have no effect.
     *
     * @throws IllegalArgumentException when the engine is opened, if there is no such directive, or the values are not good
     */
    public B directive(String name, String... values) {
        lines.add(new Line(name, List.of(values)));
        return self();
    }

    /** Whether files are read and written. */
    boolean keepsFiles() {
        return dir != null;
    }

    /**
     * What was said, as a configuration.
     *
     * @throws UncheckedIOException if the directory cannot be made
     */
    Configuration configuration() {
        Path directory = dir;
        if (keeps && directory == null) {
            throw new IllegalStateException("what is to be kept on disk needs a directory: dir(…)");
        }
        Configuration configuration = new Configuration();
        if (directory == null) {
            set(configuration, "save", List.of(""));
        } else {
            try {
                Files.createDirectories(directory);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            set(configuration, "dir", List.of(directory.toAbsolutePath().toString()));
        }
        for (Line line : lines) {
            set(configuration, line.name, line.values);
        }
        return configuration;
    }

    /** A text of the configuration is one of bytes: a char for each. */
    private static void set(Configuration configuration, String name, List<String> values) {
        try {
            configuration.load(
                    name,
                    values.stream()
                            .map(value -> new String(value.getBytes(UTF_8), ISO_8859_1))
                            .toList());
        } catch (ConfigException e) {
            throw new IllegalArgumentException(name + " " + String.join(" ", values) + ": " + e.getMessage(), e);
        }
    }
}
