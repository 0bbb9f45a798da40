package dev.cinnabar.config;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.cinnabar.memory.Bytes;
import dev.cinnabar.text.ArgumentSplitter;
import dev.cinnabar.text.Glob;
import dev.cinnabar.text.Reason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Reads the text of configuration files into a {@link Configuration}: a directive a line, {@code #} comments, quoted
 * arguments, {@code include} with a file or a pattern. Used once, by the thread that starts the server.
 */
public final class ConfigFile {

    /** Takes the lines of a directive that is not a value, such as {@code rename-command}. */
    public interface LineHandler {
        void line(List<String> arguments) throws ConfigException;
    }

    private static final int MAX_DEPTH = 16;

    private final Configuration configuration;
    private final String version;
    private final Map<String, LineHandler> handlers = new HashMap<>();

    /** A reader whose error messages name a version. */
    public ConfigFile(Configuration configuration, String version) {
        this.configuration = configuration;
        this.version = version;
        handlers.put("loadmodule", arguments -> {
            throw new ConfigException("modules cannot be loaded: this server is written in Java");
        });
        handlers.put("sentinel", arguments -> {
            throw new ConfigException("sentinel directive while not in sentinel mode");
        });
    }

    /** Lines that begin with {@code name} are for {@code handler}. */
    public ConfigFile handle(String name, LineHandler handler) {
        handlers.put(name, handler);
        return this;
    }

    /** Reads a file, and {@code more} lines after it. */
    public void readFile(Path file, String more) throws FatalConfigException {
        readText(content(file) + "\n" + more);
    }

    /** Reads text as if it were a file's. */
    public void readText(String text) throws FatalConfigException {
        readText(text, 0);
    }

    private void readText(String text, int depth) throws FatalConfigException {
        String[] lines = text.split("\n", -1);
        for (int i = 0; i < lines.length; i++) {
            String line = trimmed(lines[i]);
            if (line.isEmpty() || line.charAt(0) == '#') {
                continue;
            }
            try {
                readLine(line, depth);
            } catch (ConfigException e) {
                throw FatalConfigException.atLine(version, i + 1, line, e.getMessage());
            }
        }
    }

    private void readLine(String line, int depth) throws ConfigException, FatalConfigException {
        List<byte[]> split = ArgumentSplitter.split(line.getBytes(ISO_8859_1));
        if (split == null) {
            throw new ConfigException("Unbalanced quotes in configuration line");
        }
        if (split.isEmpty()) {
            return;
        }
        List<String> words =
                split.stream().map(bytes -> new String(bytes, ISO_8859_1)).toList();
        String name = words.getFirst().toLowerCase(Locale.ROOT);
        List<String> arguments = words.subList(1, words.size());
        LineHandler handler = handlers.get(name);
        if (name.equals("include") && arguments.size() == 1) {
            include(arguments.getFirst(), depth);
        } else if (handler != null && !arguments.isEmpty()) {
            handler.line(arguments);
        } else {
            configuration.load(name, arguments);
        }
    }

    private void include(String pattern, int depth) throws ConfigException, FatalConfigException {
        if (depth == MAX_DEPTH) {
            throw new ConfigException("files include each other more than " + MAX_DEPTH + " deep");
        }
        for (Path file : files(pattern)) {
            readText(content(file), depth + 1);
        }
    }

    /** The file named, or those that a pattern names, in the order of their names; a pattern may name none. */
    static List<Path> files(String pattern) throws ConfigException {
        if (!pattern.matches(".*[*?\\[].*")) {
            return List.of(Forms.path(pattern));
        }
        boolean absolute = pattern.startsWith("/");
        List<Path> found = List.of(Path.of(absolute ? "/" : ""));
        for (String part : pattern.split("/+", -1)) {
            if (!part.isEmpty()) {
                found = step(found, part);
            }
        }
        return found;
    }

    private static List<Path> step(List<Path> directories, String part) throws ConfigException {
        boolean wild = part.matches(".*[*?\\[].*");
        List<Path> found = new ArrayList<>();
        for (Path directory : directories) {
            if (!wild) {
                found.add(directory.resolve(Forms.path(part)));
            } else if (Files.isDirectory(directory.toAbsolutePath())) {
                found.addAll(matching(directory, part));
            }
        }
        found.removeIf(path -> !Files.exists(path));
        return found;
    }

    private static List<Path> matching(Path directory, String part) throws ConfigException {
        Bytes glob = Bytes.of(part.getBytes(ISO_8859_1));
        try (Stream<Path> entries = Files.list(directory)) {
            return entries.filter(entry -> {
                        String name = String.valueOf(entry.getFileName());
                        boolean hidden = name.startsWith(".") && !part.startsWith(".");
                        return !hidden && Glob.matches(glob, Bytes.of(name.getBytes(UTF_8)));
                    })
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new ConfigException("can't list '" + directory + "': " + e.getMessage());
        }
    }

    private static String content(Path file) throws FatalConfigException {
        // A directory can be opened, and then has no lines: so Redis, where the system lets it.
        if (Files.isDirectory(file)) {
            return "";
        }
        try {
            return Files.readString(file, ISO_8859_1);
        } catch (IOException e) {
            throw FatalConfigException.forLog("Fatal error, can't open config file '" + file + "': " + Reason.of(e));
        }
    }

    private static String trimmed(String line) {
        int from = 0;
        int to = line.length();
        while (from < to && isBlank(line.charAt(from))) {
            from++;
        }
        while (to > from && isBlank(line.charAt(to - 1))) {
            to--;
        }
        return line.substring(from, to);
    }

    private static boolean isBlank(char c) {
        return c == ' ' || c == '\t' || c == '\r' || c == '\n';
    }
}
