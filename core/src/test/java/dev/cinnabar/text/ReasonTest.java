package dev.cinnabar.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReasonTest {

    @Test
    void namesWhatTheClassAloneTells(@TempDir Path dir) throws IOException {
        Path file = Files.createFile(dir.resolve("file"));

        assertThat(reason(() -> Files.readString(dir.resolve("none")))).isEqualTo("No such file or directory");
        assertThat(reason(() -> Files.createFile(file))).isEqualTo("File exists");
        assertThat(reason(() -> Files.delete(dir))).isEqualTo("Directory not empty");
        assertThat(Reason.of(new NotDirectoryException("/file"))).isEqualTo("Not a directory");
        assertThat(Reason.of(new AccessDeniedException("/file"))).isEqualTo("Permission denied");
    }

    @Test
    void tellsTheSystemsOwnWords(@TempDir Path dir) throws IOException {
        Path file = Files.createFile(dir.resolve("file"));

        assertThat(reason(() -> Files.createFile(file.resolve("below")))).isEqualTo("Not a directory");
        assertThat(Reason.of(new IOException("No space left on device"))).isEqualTo("No space left on device");
    }

    @Test
    void putsTheFileBeforeTheReason() {
        assertThat(Reason.withFile(new AccessDeniedException("/file"))).isEqualTo("/file: Permission denied");
        assertThat(Reason.withFile(
                        new UncheckedIOException(new FileSystemException("/file", null, "Input/output error"))))
                .isEqualTo("/file: Input/output error");
        assertThat(Reason.withFile(new IOException("No space left on device"))).isEqualTo("No space left on device");
    }

    @Test
    void leavesNobodyWithoutAReason() {
        assertThat(Reason.of(new IOException())).isEqualTo("java.io.IOException");
        assertThat(Reason.of(new IllegalStateException("closed"))).isEqualTo("java.lang.IllegalStateException: closed");
    }

    private interface Act {
        void run() throws IOException;
    }

    private static String reason(Act act) {
        try {
            act.run();
        } catch (IOException e) {
            return Reason.of(e);
        }
        throw new AssertionError("it could be done");
    }
}
