package dev.cinnabar.aof;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.cinnabar.persistence.CheckRdb;
import dev.cinnabar.resp.Request;
import dev.cinnabar.text.Reason;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;

/**
 * Looks whether the files of an append-only file are whole, and cuts off what is not, with the words of redis-check-aof. Used
 * once, by one thread; the server must not run.
 */
public final class CheckAof {

    private static final String USAGE =
            "Usage: cinnabar check-aof [--fix|--truncate-to-timestamp $timestamp] <file.manifest|file.aof>";
    private static final long NO_TIME = 0;

    /** How long MULTI is, as a request. */
    private static final int MULTI_BYTES = 15;

    private final PrintStream out;
    private final BufferedReader answers;
    private final boolean fix;
    private final long untilSecond;

    private CheckAof(PrintStream out, InputStream in, boolean fix, long untilSecond) {
        this.out = out;
        this.answers = new BufferedReader(new InputStreamReader(in, UTF_8));
        this.fix = fix;
        this.untilSecond = untilSecond;
    }

    /** The end of the check: what is wrong has been said. */
    private static final class EndException extends Exception {
        private static final long serialVersionUID = 1;
    }

    /** Does what the words say; returns the exit code: 0 if all is well, or is so now. */
    public static int run(List<String> words, PrintStream out, InputStream in) {
        boolean fix = false;
        long second = NO_TIME;
        String name;
        try {
            if (words.size() == 1) {
                name = words.getFirst();
            } else if (words.size() == 2 && words.getFirst().equals("--fix")) {
                fix = true;
                name = words.getLast();
            } else if (words.size() == 3 && words.getFirst().equals("--truncate-to-timestamp")) {
                second = Long.parseLong(words.get(1));
                name = words.getLast();
            } else {
                out.println(USAGE);
                return 1;
            }
        } catch (NumberFormatException e) {
            out.println("Invalid timestamp, aborting...");
            return 1;
        }
        try {
            new CheckAof(out, in, fix, second).check(Path.of(name));
            return 0;
        } catch (EndException e) {
            return 1;
        } catch (NoSuchFileException e) {
            out.println("Cannot open file " + e.getFile() + ": No such file or directory");
            return 1;
        } catch (IOException | UncheckedIOException e) {
            out.println("Failed to read from AOF " + name + ", aborting... " + Reason.of(e));
            return 1;
        }
    }

    private void check(Path file) throws IOException, EndException {
        if (isManifest(file)) {
            checkParts(file);
            return;
        }
        out.println("Start checking Old-Style AOF");
        checkFile(file, file.toString(), AofLoader.isRdb(file), true, "AOF");
    }

    /** By its beginning: it may have any name. */
    private static boolean isManifest(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            String begin = new String(in.readNBytes(1024), UTF_8);
            String line =
                    begin.lines().filter(l -> !l.startsWith("#")).findFirst().orElse("");
            return line.startsWith("file") || begin.isEmpty() && file.toString().endsWith(".manifest");
        }
    }

    private void checkParts(Path file) throws IOException, EndException {
        out.println("Start checking Multi Part AOF");
        Manifest manifest;
        try {
            manifest = Manifest.parse(Files.readString(file, UTF_8));
        } catch (Manifest.BadManifestException e) {
            e.report().forEach(out::println);
            throw new EndException();
        }
        Manifest.Part base = manifest.base();
        List<Manifest.Part> increments = manifest.increments();
        if (base != null) {
            Path path = file.resolveSibling(base.name());
            boolean rdb = AofLoader.isRdb(path);
            out.println("Start to check BASE AOF (" + (rdb ? "RDB" : "RESP") + " format).");
            checkFile(path, base.name(), rdb, increments.isEmpty(), "BASE AOF");
        }
        if (!increments.isEmpty()) {
            out.println("Start to check INCR files.");
            for (int i = 0; i < increments.size(); i++) {
                String name = increments.get(i).name();
                checkFile(file.resolveSibling(name), name, false, i == increments.size() - 1, "INCR AOF");
            }
        }
        out.println("All AOF files and manifest are valid");
    }

    /** @param name what it is called: as it was given, or as in the manifest */
    private void checkFile(Path path, String name, boolean rdb, boolean last, String kind)
            throws IOException, EndException {
        long size = Files.size(path);
        if (size == 0) {
            out.println(kind + " " + name + " is empty");
            return;
        }
        long from = 0;
        if (rdb) {
            from = CheckRdb.preamble(path, name, out);
            if (from < 0) {
                out.println("RDB preamble of AOF file is not sane, aborting.");
                throw new EndException();
            }
            out.println("RDB preamble is OK, proceeding with AOF tail...");
        }
        Finding finding = read(path, name, from);
        if (untilSecond != NO_TIME) {
            if (!cutAtTime(path, name, finding, last)) {
                out.println(kind + " " + name + " is valid");
            }
            return;
        }
        long rest = size - finding.valid();
        out.println("AOF analyzed: filename=" + name + ", size=" + size + ", ok_up_to=" + finding.valid()
                + ", ok_up_to_line=" + finding.lines() + ", diff=" + rest);
        if (rest == 0) {
            out.println(kind + " " + name + " is valid");
            return;
        }
        if (!fix) {
            out.println("AOF " + name + " is not valid. Use the --fix option to try fixing it.");
            throw new EndException();
        }
        if (!last) {
            out.println("Failed to truncate AOF " + name + " because it is not the last file");
            throw new EndException();
        }
        out.println("This will shrink the AOF " + name + " from " + size + " bytes, with " + rest + " bytes, to "
                + finding.valid() + " bytes");
        out.print("Continue? [y/N]: ");
        out.flush();
        String answer = answers.readLine();
        if (answer == null || !answer.toLowerCase(java.util.Locale.ROOT).startsWith("y")) {
            out.println("Aborting...");
            throw new EndException();
        }
        truncate(path, finding.valid());
        out.println("Successfully truncated AOF " + name);
    }

    /** Returns whether anything was to be cut off. */
    private boolean cutAtTime(Path path, String name, Finding finding, boolean last) throws IOException, EndException {
        if (finding.timeAt() < 0) {
            out.println("Truncate nothing in AOF " + name + " to timestamp " + untilSecond);
            return false;
        }
        if (finding.timeAt() == 0) {
            out.println("AOF " + path + " has nothing before timestamp " + untilSecond + ", aborting...");
            throw new EndException();
        }
        if (!last) {
            out.println("Failed to truncate AOF " + name + " to timestamp " + untilSecond + " to offset "
                    + finding.timeAt() + " because it is not the last file.");
            out.println(
                    "If you insist, please delete all files after this file according to the manifest file and delete"
                            + " the corresponding records in manifest file manually. Then re-run cinnabar check-aof.");
            throw new EndException();
        }
        truncate(path, finding.timeAt());
        out.println("Successfully truncated AOF " + name + " to timestamp " + untilSecond);
        return true;
    }

    private static void truncate(Path path, long size) throws IOException {
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
            channel.truncate(size);
            channel.force(true);
        }
    }

    /**
     * What was found in a file.
     *
     * @param valid up to where it is well
     * @param timeAt where the first annotation is of a time beyond the one that is asked for; -1 if there is none
     */
    private record Finding(long valid, long lines, long timeAt) {}

    private Finding read(Path path, String name, long from) throws IOException {
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            channel.position(from);
            AofReader reader = new AofReader(Channels.newInputStream(channel), from);
            Request request = new Request();
            long beforeTransaction = -1;
            long timeAt = -1;
            long end = from;
            long lastWord = from;
            boolean said = false;
            try {
                while (true) {
                    boolean more = reader.next(request) == AofReader.Found.MORE;
                    if (timeAt < 0 && untilSecond != NO_TIME && reader.timestamp() > untilSecond) {
                        timeAt = end;
                    }
                    if (more) {
                        if (!reader.fill()) {
                            break;
                        }
                        continue;
                    }
                    if (request.count() == 1 && request.at(0).equalsIgnoreCase("multi")) {
                        if (beforeTransaction >= 0) {
                            out.println(at(lastWord(reader, request)) + "Unexpected MULTI in AOF " + path);
                            return new Finding(beforeTransaction, reader.line(), timeAt);
                        }
                        beforeTransaction = reader.position() - MULTI_BYTES;
                    } else if (request.count() == 1 && request.at(0).equalsIgnoreCase("exec")) {
                        if (beforeTransaction < 0) {
                            out.println(at(lastWord(reader, request)) + "Unexpected EXEC in AOF " + path);
                            return new Finding(end, reader.line(), timeAt);
                        }
                        beforeTransaction = -1;
                    }
                    end = reader.position();
                    lastWord = lastWord(reader, request);
                    request.trim();
                }
                if (reader.hasRest()) {
                    out.println(at(reader.position()) + "Expected to read more than "
                            + (reader.limit() - reader.position()) + " bytes");
                    said = true;
                }
            } catch (AofReader.FormatException e) {
                out.println("AOF " + name + " format error: " + e.getMessage());
                said = true;
            }
            if (beforeTransaction >= 0) {
                if (!said) {
                    out.println(at(lastWord) + "Reached EOF before reading EXEC for MULTI");
                }
                return new Finding(beforeTransaction, reader.line(), timeAt);
            }
            return new Finding(reader.position(), reader.line(), timeAt);
        }
    }

    /** Where the last word of the request begins that the reader has found. */
    private static long lastWord(AofReader reader, Request request) {
        return reader.position() - 2 - request.length(request.count() - 1);
    }

    private static String at(long offset) {
        String hex = Long.toHexString(offset);
        return "0x" + " ".repeat(Math.max(0, 16 - hex.length())) + hex + ": ";
    }
}
