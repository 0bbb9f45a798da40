package dev.cinnabar.aof;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.cinnabar.text.ArgumentSplitter;
import dev.cinnabar.text.Quote;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which files an append-only file consists of: a base, then increments in ascending order; and files that were parts of it and
 * are to be deleted. Immutable.
 *
 * <p>Its text has a line for each file:
 *
 * <pre>
 * file appendonly.aof.2.base.rdb seq 2 type b
 * file appendonly.aof.1.incr.aof seq 1 type h
 * file appendonly.aof.4.incr.aof seq 4 type i
 * </pre>
 */
public record Manifest(@Nullable Part base, List<Part> history, List<Part> increments) {

    /** A file. */
    public record Part(String name, long number) {}

    private static final int MAX_LINE = 1024;

    public static final Manifest EMPTY = new Manifest(null, List.of(), List.of());

    public Manifest {
        history = List.copyOf(history);
        increments = List.copyOf(increments);
    }

    public boolean isEmpty() {
        return base == null && increments.isEmpty();
    }

    /** Base and increments, in the order in which they are loaded. */
    public List<Part> parts() {
        List<Part> parts = new ArrayList<>();
        if (base != null) {
            parts.add(base);
        }
        parts.addAll(increments);
        return parts;
    }

    /** The number of the next base. */
    public long nextBase() {
        return base == null ? 1 : base.number() + 1;
    }

    /** The number of the next increment. */
    public long nextIncrement() {
        return increments.isEmpty() ? 1 : increments.getLast().number() + 1;
    }

    public Manifest with(Part increment) {
        List<Part> all = new ArrayList<>(increments);
        all.add(increment);
        return new Manifest(base, history, all);
    }

    /** With a new base in place of the old one and of all increments before a number: they are history. */
    public Manifest rebased(Part newBase, long firstIncrement) {
        List<Part> old = new ArrayList<>(history);
        if (base != null) {
            old.add(base);
        }
        List<Part> left = new ArrayList<>();
        for (Part increment : increments) {
            (increment.number() < firstIncrement ? old : left).add(increment);
        }
        return new Manifest(newBase, old, left);
    }

    public Manifest withoutHistory() {
        return new Manifest(base, List.of(), increments);
    }

    // Text.

    public String text() {
        StringBuilder text = new StringBuilder();
        if (base != null) {
            line(text, base, 'b');
        }
        history.forEach(part -> line(text, part, 'h'));
        increments.forEach(part -> line(text, part, 'i'));
        return text.toString();
    }

    private static void line(StringBuilder text, Part part, char type) {
        byte[] name = part.name().getBytes(UTF_8);
        text.append("file ")
                .append(Quote.isNeeded(name) ? Quote.quote(name) : part.name())
                .append(" seq ")
                .append(part.number())
                .append(" type ")
                .append(type)
                .append('\n');
    }

    /** A manifest that cannot be read, with the line at which that was found. */
    static final class BadManifestException extends Exception {
        private static final long serialVersionUID = 1;
        private final int line;
        private final String text;

        BadManifestException(String message, int line, String text) {
            super(message);
            this.line = line;
            this.text = text;
        }

        /** The lines of the log. */
        List<String> report() {
            return List.of(
                    "",
                    "*** FATAL AOF MANIFEST FILE ERROR ***",
                    "Reading the manifest file, at line " + line,
                    ">>> '" + text + "'",
                    getMessage() + "");
        }
    }

    private static final String INVALID = "Invalid AOF manifest file format";

    /** Reads its text. */
    static Manifest parse(String text) throws BadManifestException {
        if (text.isEmpty()) {
            throw new BadManifestException("Found an empty AOF manifest", 0, "");
        }
        Part base = null;
        List<Part> history = new ArrayList<>();
        List<Part> increments = new ArrayList<>();
        int number = 0;
        for (String line : text.split("\n", -1)) {
            number++;
            if (line.startsWith("#")) {
                continue;
            }
            if (line.isEmpty() && number > 1 && number == text.split("\n", -1).length) {
                break;
            }
            if (line.length() >= MAX_LINE) {
                throw new BadManifestException("The AOF manifest file contains too long line", number, line);
            }
            String type = "";
            String name = "";
            long sequence = 0;
            List<byte[]> words = ArgumentSplitter.split(line.strip().getBytes(UTF_8));
            if (words == null || words.size() < 6 || words.size() % 2 != 0) {
                throw new BadManifestException(INVALID, number, line);
            }
            for (int i = 0; i < words.size(); i += 2) {
                String value = new String(words.get(i + 1), UTF_8);
                switch (new String(words.get(i), UTF_8).toLowerCase(java.util.Locale.ROOT)) {
                    case "file" -> name = value;
                    case "seq" -> sequence = parseNumber(value);
                    case "type" -> type = value;
                    default -> {
                        // Newer versions say more.
                    }
                }
            }
            if (name.isEmpty() || sequence <= 0 || type.isEmpty()) {
                throw new BadManifestException(INVALID, number, line);
            }
            if (name.indexOf('/') >= 0 || name.indexOf('\\') >= 0) {
                throw new BadManifestException("File can't be a path, just a filename", number, line);
            }
            Part part = new Part(name, sequence);
            switch (type) {
                case "b" -> {
                    if (base != null) {
                        throw new BadManifestException("Found duplicate base file information", number, line);
                    }
                    base = part;
                }
                case "h" -> history.add(part);
                case "i" -> {
                    if (!increments.isEmpty()
                            && sequence <= increments.getLast().number()) {
                        throw new BadManifestException("Found a non-monotonic sequence number", number, line);
                    }
                    increments.add(part);
                }
                default -> throw new BadManifestException("Unknown AOF file type", number, line);
            }
        }
        return new Manifest(base, history, increments);
    }

    private static long parseNumber(String text) {
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException e) {
            return 0;
        }
    }
}
