package dev.cinnabar.log;

import dev.cinnabar.text.Reason;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.TimeZone;
import org.jspecify.annotations.Nullable;

/**
 * A log in the form of Redis' lines, {@code pid:role day month year time mark text}, on the standard output or in a file.
 * Thread-safe: a line is written whole.
 *
 * <p>The file is opened for each line, so it can be moved away at any time and is then begun anew.
 */
public final class FileLog implements Log {

    /** What the process is, as the line shows it. */
    public enum Role {
        MASTER('M'),
        REPLICA('S'),
        CHILD('C'),
        SENTINEL('X');

        private final char letter;

        Role(char letter) {
            this.letter = letter;
        }
    }

    private static final String MONTHS = "JanFebMarAprMayJunJulAugSepOctNovDec";

    private final PrintStream standardOutput;
    private final InstantSource clock;
    private final TimeZone zone = TimeZone.getDefault();
    private final long processId = ProcessHandle.current().pid();
    private volatile LogLevel threshold = LogLevel.NOTICE;
    private volatile Role role = Role.MASTER;
    private volatile @Nullable Path file;

    public FileLog(PrintStream standardOutput, InstantSource clock) {
        this.standardOutput = standardOutput;
        this.clock = clock;
    }

    public void threshold(LogLevel least) {
        this.threshold = least;
    }

    public void role(Role role) {
        this.role = role;
    }

    /** Lines go to a file from now on, or to the standard output if it is null; fails if the file cannot be written. */
    public void file(@Nullable Path file) throws IOException {
        if (file != null) {
            open(file).close();
        }
        this.file = file;
    }

    @Override
    public void write(LogLevel level, String text) {
        if (level.compareTo(threshold) >= 0) {
            append(line(level, text, clock.instant()));
        }
    }

    private String line(LogLevel level, String text, Instant now) {
        StringBuilder line = new StringBuilder(64 + text.length());
        line.append(processId).append(':').append(role.letter).append(' ');
        appendTime(line, local(now));
        return line.append(' ')
                .append(level.mark())
                .append(' ')
                .append(text)
                .append('\n')
                .toString();
    }

    /** By the old class: those of java.time take 20 milliseconds of a start to read their table of zones. */
    private LocalDateTime local(Instant now) {
        int offset = zone.getOffset(now.toEpochMilli()) / 1000;
        return LocalDateTime.ofEpochSecond(now.getEpochSecond(), now.getNano(), ZoneOffset.ofTotalSeconds(offset));
    }

    /** By hand: a DateTimeFormatter would load a locale's texts, which takes longer than all else in a server's start. */
    private static void appendTime(StringBuilder line, LocalDateTime time) {
        int month = 3 * (time.getMonthValue() - 1);
        appendPadded(line, time.getDayOfMonth(), 2).append(' ');
        line.append(MONTHS, month, month + 3).append(' ').append(time.getYear()).append(' ');
        appendPadded(line, time.getHour(), 2).append(':');
        appendPadded(line, time.getMinute(), 2).append(':');
        appendPadded(line, time.getSecond(), 2).append('.');
        appendPadded(line, time.getNano() / 1_000_000, 3);
    }

    private static StringBuilder appendPadded(StringBuilder line, int number, int width) {
        String digits = Integer.toString(number);
        return line.append("0".repeat(width - digits.length())).append(digits);
    }

    private synchronized void append(String line) {
        Path target = file;
        if (target == null) {
            standardOutput.print(line);
            standardOutput.flush();
            return;
        }
        try (OutputStream out = open(target)) {
            out.write(line.getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            // There is no better place left to say it; the server goes on, as a full disk must not stop it.
            System.err.print("Cannot write to the log " + target + " (" + Reason.of(e) + "): " + line);
        }
    }

    private static OutputStream open(Path file) throws IOException {
        return Files.newOutputStream(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }
}
