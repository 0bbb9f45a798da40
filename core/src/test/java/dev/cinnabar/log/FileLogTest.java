package dev.cinnabar.log;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.time.LocalDateTime;
import java.time.ZoneId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileLogTest {

    private final ByteArrayOutputStream output = new ByteArrayOutputStream();
    private final LocalDateTime time = LocalDateTime.of(2026, 8, 3, 4, 5, 6, 7_000_000);
    private final FileLog log = new FileLog(
            new PrintStream(output, true, UTF_8),
            InstantSource.fixed(time.atZone(ZoneId.systemDefault()).toInstant()));

    @TempDir
    private Path directory;

    @Test
    void writesLinesAsRedisDoes() {
        log.notice("started");
        log.role(FileLog.Role.REPLICA);
        log.warning("olé");
        long pid = ProcessHandle.current().pid();
        assertThat(output.toString(UTF_8))
                .isEqualTo(
                        pid + ":M 03 Aug 2026 04:05:06.007 * started\n" + pid + ":S 03 Aug 2026 04:05:06.007 # olé\n");
    }

    @Test
    void leavesOutWhatIsBelowTheLevel() {
        log.verbose("v");
        log.threshold(LogLevel.DEBUG);
        log.debug("d");
        log.verbose("v");
        log.threshold(LogLevel.NOTHING);
        log.warning("w");
        assertThat(output.toString(UTF_8).lines()).hasSize(2).first().asString().endsWith(" . d");
    }

    @Test
    void aFileCanBeMovedAway() throws IOException {
        Path file = directory.resolve("log");
        log.file(file);
        log.notice("one");
        Files.move(file, directory.resolve("old"));
        log.notice("two");
        assertThat(file).content().endsWith(" * two\n").doesNotContain("one");
        assertThat(output.size()).isZero();
        log.file(null);
        log.notice("three");
        assertThat(output.toString(UTF_8)).endsWith(" * three\n");
    }

    @Test
    void aFileThatCannotBeWrittenIsRefusedAtOnce() {
        assertThatThrownBy(() -> log.file(directory.resolve("no").resolve("log")))
                .isInstanceOf(NoSuchFileException.class);
    }
}
