package dev.cinnabar.aof;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the check says of files, and what it makes of them. */
class CheckAofTest {

    private static final String PING = "*1\r\n$4\r\nPING\r\n";
    private static final String MULTI = "*1\r\n$5\r\nMULTI\r\n";

    @TempDir
    Path directory;

    private int status;

    private Path write(String name, String text) throws IOException {
        return Files.writeString(directory.resolve(name), text);
    }

    /** What is said, with the names of files as they are in the directory. */
    private String check(String answer, String... words) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        status = CheckAof.run(
                List.of(words), new PrintStream(out, true, UTF_8), new ByteArrayInputStream(answer.getBytes(UTF_8)));
        return out.toString(UTF_8).replace(directory + "/", "");
    }

    @Test
    void aWholeFileIsValid() throws IOException {
        Path file = write("a.aof", PING + "#TS:7\r\n" + PING);
        assertThat(check("", file.toString())).isEqualTo("""
                Start checking Old-Style AOF
                AOF analyzed: filename=a.aof, size=35, ok_up_to=35, ok_up_to_line=7, diff=0
                AOF a.aof is valid
                """);
        assertThat(status).isZero();
    }

    @Test
    void aTornEndIsCutOffIfTheUserAgrees() throws IOException {
        Path file = write("a.aof", PING + PING.substring(0, 9));
        assertThat(check("", file.toString())).endsWith("""
                AOF analyzed: filename=a.aof, size=23, ok_up_to=14, ok_up_to_line=6, diff=9
                AOF a.aof is not valid. Use the --fix option to try fixing it.
                """);
        assertThat(status).isOne();
        assertThat(check("n\n", "--fix", file.toString())).endsWith("Continue? [y/N]: Aborting...\n");
        assertThat(status).isOne();
        assertThat(Files.size(file)).isEqualTo(23);
        assertThat(check("y\n", "--fix", file.toString())).endsWith("""
                This will shrink the AOF a.aof from 23 bytes, with 9 bytes, to 14 bytes
                Continue? [y/N]: Successfully truncated AOF a.aof
                """);
        assertThat(status).isZero();
        assertThat(Files.readString(file)).isEqualTo(PING);
    }

    @Test
    void aTransactionWithoutEndGoesAsAWhole() throws IOException {
        Path file = write("a.aof", PING + MULTI + PING);
        assertThat(check("y\n", "--fix", file.toString())).contains("Reached EOF before reading EXEC for MULTI");
        assertThat(Files.readString(file)).isEqualTo(PING);
    }

    @Test
    void annotationsAreWholeToo() throws IOException {
        Path file = write("a.aof", PING + "#TS");
        assertThat(check("", file.toString())).contains("size=17, ok_up_to=14, ok_up_to_line=4, diff=3");
        assertThat(status).isOne();
        assertThat(check("", write("a.manifest", "").toString())).contains("Found an empty AOF manifest");
        assertThat(status).isOne();
    }

    @Test
    void theBeginningAndTheEndOfATransactionStandInPairs() throws IOException {
        Path file = write("a.aof", PING + MULTI + MULTI);
        assertThat(check("", file.toString()))
                .contains("0x              25: Unexpected MULTI in AOF a.aof\n")
                .contains("ok_up_to=14,");
        file = write("a.aof", PING + "*1\r\n$4\r\nEXEC\r\n");
        assertThat(check("", file.toString()))
                .contains("0x              16: Unexpected EXEC in AOF a.aof\n")
                .contains("ok_up_to=14,");
    }

    @Test
    void allPartsAreChecked() throws IOException {
        write("base.aof", PING);
        write("one.aof", PING + "garbage");
        write("two.aof", PING);
        Path manifest =
                write("m", "file base.aof seq 1 type b\nfile one.aof seq 1 type i\nfile two.aof seq 2 type i\n");
        assertThat(check("y\n", "--fix", manifest.toString()))
                .contains("AOF one.aof format error")
                .endsWith("Failed to truncate AOF one.aof because it is not the last file\n");
        assertThat(status).isOne();
        write("one.aof", PING);
        assertThat(check("", manifest.toString())).endsWith("""
                INCR AOF two.aof is valid
                All AOF files and manifest are valid
                """);
        assertThat(status).isZero();
    }

    @Test
    void whatIsLaterThanATimeIsCutOff() throws IOException {
        Path file = write("a.aof", "#TS:100\r\n" + PING + "#TS:200\r\n" + PING);
        assertThat(check("", "--truncate-to-timestamp", "300", file.toString()))
                .endsWith("Truncate nothing in AOF a.aof to timestamp 300\nAOF a.aof is valid\n");
        assertThat(check("", "--truncate-to-timestamp", "150", file.toString()))
                .endsWith("Successfully truncated AOF a.aof to timestamp 150\n");
        assertThat(Files.readString(file)).isEqualTo("#TS:100\r\n" + PING);
        assertThat(check("", "--truncate-to-timestamp", "50", file.toString()))
                .endsWith("AOF a.aof has nothing before timestamp 50, aborting...\n");
        assertThat(status).isOne();
    }

    @Test
    void aMissingFileAndWrongWordsAreSaid() {
        assertThat(check("", directory.resolve("none").toString())).startsWith("Cannot open file ");
        assertThat(status).isOne();
        assertThat(check("")).startsWith("Usage: ");
        assertThat(status).isOne();
    }
}
