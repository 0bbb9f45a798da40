package dev.cinnabar.aof;

import dev.cinnabar.keyspace.Clock;
import dev.cinnabar.log.Log;
import dev.cinnabar.resp.Request;
import dev.cinnabar.text.Reason;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Locale;

/** Runs again what the files of an append-only file have. Used once, by one thread. */
final class AofLoader {

    /** What may be done about a file that ends in the middle of something. */
    record Tolerance(boolean truncated, long corruptTailBytes) {}

    private static final byte[] RDB_MAGIC = "REDIS".getBytes(StandardCharsets.ISO_8859_1);
    private static final byte[] VALKEY_MAGIC = "VALKEY".getBytes(StandardCharsets.ISO_8859_1);

    private final Path directory;
    private final Replay replay;
    private final Tolerance tolerance;
    private final Log log;
    private final Clock clock;

    AofLoader(Path directory, Replay replay, Tolerance tolerance, Log log, Clock clock) {
        this.directory = directory;
        this.replay = replay;
        this.tolerance = tolerance;
        this.log = log;
        this.clock = clock;
    }

    /** Loads all files. */
    void load(Manifest manifest) throws AofException {
        List<Manifest.Part> parts = manifest.parts();
        for (int i = 0; i < parts.size(); i++) {
            Manifest.Part part = parts.get(i);
            boolean base = i == 0 && manifest.base() != null;
            long begin = clock.nanos();
            boolean truncated = loadFile(part.name(), base);
            if (truncated && !areEmpty(parts.subList(i + 1, parts.size()))) {
                throw new AofException("Fatal error: the truncated file is not the last file");
            }
            log.notice("DB loaded from " + (base ? "base" : "incr") + " file " + part.name() + ": "
                    + seconds(clock.nanos() - begin) + " seconds");
        }
    }

    static String seconds(long nanos) {
        return String.format(Locale.ROOT, "%.3f", nanos / 1e9);
    }

    private boolean areEmpty(List<Manifest.Part> parts) throws AofException {
        for (Manifest.Part part : parts) {
            try {
                if (Files.size(directory.resolve(part.name())) > 0) {
                    return false;
                }
            } catch (IOException e) {
                throw cannotOpen(part.name(), e);
            }
        }
        return true;
    }

    private static AofException cannotOpen(String name, IOException e) {
        return new AofException(
                "Fatal error: can't open the append log file " + name + " for reading: " + Reason.of(e), e);
    }

    /** Loads a file; returns whether its end was missing, or bad, and was cut off. */
    private boolean loadFile(String name, boolean base) throws AofException {
        Path file = directory.resolve(name);
        long from = 0;
        try {
            if (Files.size(file) == 0) {
                return false;
            }
            if (isRdb(file)) {
                boolean whole = base && name.endsWith(".rdb");
                log.notice(whole ? "Reading RDB base file on AOF loading..." : "Reading RDB preamble from AOF file...");
                try {
                    from = replay.loadRdb(file);
                } catch (IOException e) {
                    log.warning(String.valueOf(e.getMessage()));
                    throw new AofException(
                            whole
                                    ? "Error reading the RDB base file " + name + ", AOF loading aborted"
                                    : "Error reading the RDB preamble of the AOF file " + name
                                            + ", AOF loading aborted",
                            e);
                }
                if (!whole) {
                    log.notice("Reading the remaining AOF tail...");
                }
            }
        } catch (IOException e) {
            throw cannotOpen(name, e);
        }
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            channel.position(from);
            return replayFrom(name, file, Channels.newInputStream(channel), from);
        } catch (IOException e) {
            throw new AofException(
                    "Unrecoverable error reading the append only file " + name + ": " + e.getMessage(), e);
        } finally {
            replay.endOfFile();
        }
    }

    static boolean isRdb(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            byte[] begin = in.readNBytes(VALKEY_MAGIC.length);
            return startsWith(begin, RDB_MAGIC) || startsWith(begin, VALKEY_MAGIC);
        }
    }

    private static boolean startsWith(byte[] bytes, byte[] prefix) {
        return bytes.length >= prefix.length
                && java.util.Arrays.equals(bytes, 0, prefix.length, prefix, 0, prefix.length);
    }

    private boolean replayFrom(String name, Path file, InputStream in, long from) throws IOException, AofException {
        AofReader reader = new AofReader(in, from);
        long beforeTransaction = -1;
        int count = 0;
        long told = from;
        boolean bad = false;
        try {
            while (true) {
                long before = reader.position();
                Request request = replay.request(count);
                if (reader.next(request) == AofReader.Found.MORE) {
                    run(name, count);
                    count = 0;
                    replay.progress(reader.position() - told);
                    told = reader.position();
                    if (!reader.fill()) {
                        break;
                    }
                    continue;
                }
                if (request.count() == 1) {
                    if (request.at(0).equalsIgnoreCase("multi")) {
                        beforeTransaction = before;
                    } else if (request.at(0).equalsIgnoreCase("exec")) {
                        beforeTransaction = -1;
                    }
                }
                if (++count == Replay.SIZE) {
                    run(name, count);
                    count = 0;
                }
            }
        } catch (AofReader.FormatException e) {
            run(name, count);
            bad = true;
        }
        if (!bad && !reader.hasRest() && beforeTransaction < 0) {
            return false;
        }
        long valid = reader.position();
        if (beforeTransaction >= 0) {
            log.warning("Revert incomplete MULTI/EXEC transaction in AOF file " + name);
            valid = beforeTransaction;
        }
        return bad ? cutCorrupt(name, file, valid) : cutTruncated(name, file, valid);
    }

    private void run(String name, int count) throws AofException {
        String unknown = count == 0 ? null : replay.run(count);
        if (unknown != null) {
            throw new AofException("Unknown command '" + unknown + "' reading the append only file " + name);
        }
    }

    private boolean cutTruncated(String name, Path file, long valid) throws AofException {
        if (!tolerance.truncated()) {
            throw new AofException(
                    "Unexpected end of file reading the append only file " + name + ". You can: 1) Make a"
                            + " backup of your AOF file, then use ./cinnabar check-aof --fix <filename.manifest>. 2)"
                            + " Alternatively you can set the 'aof-load-truncated' configuration option to yes and restart the"
                            + " server.");
        }
        log.warning("!!! Warning: short read while loading the AOF file " + name + "!!!");
        cut(name, file, valid);
        log.warning("AOF " + name + " loaded anyway because aof-load-truncated is enabled");
        return true;
    }

    private boolean cutCorrupt(String name, Path file, long valid) throws AofException {
        long size;
        try {
            size = Files.size(file);
        } catch (IOException e) {
            throw cannotOpen(name, e);
        }
        if (tolerance.corruptTailBytes() == 0 || size - valid > tolerance.corruptTailBytes()) {
            throw new AofException("Bad file format reading the append only file " + name + " at offset " + valid
                    + ": make a backup of your AOF file, then use ./cinnabar check-aof --fix <filename.manifest>");
        }
        log.warning(
                "!!! Warning: corrupt tail of " + (size - valid) + " bytes while loading the AOF file " + name + "!!!");
        cut(name, file, valid);
        log.warning("AOF " + name + " loaded anyway because aof-load-corrupt-tail-max-size allows it");
        return true;
    }

    private void cut(String name, Path file, long valid) throws AofException {
        log.warning("!!! Truncating the AOF " + name + " at offset " + valid + " !!!");
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.truncate(valid);
            channel.force(true);
        } catch (IOException e) {
            throw new AofException("Error truncating the AOF file " + name + ": " + Reason.of(e), e);
        }
    }
}
