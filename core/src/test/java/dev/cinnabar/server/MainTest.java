package dev.cinnabar.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The server as a process: what it writes, and how it ends. */
class MainTest {

    @TempDir
    private Path directory;

    @Test
    void badConfigurationsEndWithTheLineThatIsWrong() throws Exception {
        assertThat(runToEnd(1, "--hz", "10", "--port", "x")).isEqualTo("""

                        *** FATAL CONFIG FILE ERROR (Redis 8.10.1) ***
                        Reading the configuration file, at line 3
                        >>> 'port "x"'
                        argument couldn't be parsed into an integer
                        """);
        assertThat(runToEnd(1, "nosuch.conf"))
                .matches(
                        "\\d+:C \\d\\d \\w{3} \\d{4} \\d\\d:\\d\\d:\\d\\d\\.\\d{3} # Fatal error, can't open config file '"
                                + directory.toRealPath() + "/nosuch.conf': No such file or directory\n");
        assertThat(runToEnd(1, "--logfile", "/nosuch/log"))
                .contains("Can't open the log file: No such file or directory");
        assertThat(runToEnd(1, "--port", "0")).endsWith(" # Configured to not listen anywhere, exiting.\n");
        assertThat(runToEnd(1, "--sentinel")).contains("no sentinel mode");
    }

    @Test
    void tellsItsVersionAndItsUse() throws Exception {
        assertThat(runToEnd(0, "--version")).startsWith("Cinnabar server v=");
        assertThat(runToEnd(1, "--help")).startsWith("Usage: ");
    }

    @Test
    void aPortThatIsTakenIsSaid() throws Exception {
        try (ServerSocket taken = new ServerSocket()) {
            taken.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            int port = taken.getLocalPort();
            assertThat(runToEnd(1, "--bind", "127.0.0.1", "--port", Integer.toString(port)))
                    .contains("# Warning: Could not create server TCP listening socket 127.0.0.1:" + port
                            + ": bind: Address already in use\n")
                    .endsWith("# Failed listening on port " + port + " (tcp), aborting.\n");
        }
    }

    @Test
    void aSignalEndsItCleanly() throws Exception {
        Path pidFile = directory.resolve("pid");
        Path log = directory.resolve("log");
        Process process =
                start("--port", "0", "--unixsocket", "s", "--pidfile", "pid", "--max-new-connections-per-cycle", "5");
        try (BufferedReader output = process.inputReader(StandardCharsets.UTF_8)) {
            List<String> lines = new ArrayList<>();
            while (lines.isEmpty() || !lines.getLast().endsWith("* Ready to accept connections unix")) {
                lines.add(nextLine(output));
            }
            assertThat(lines.toString()).contains("# 'max-new-connections-per-cycle' has no effect in this version");
            assertThat(pidFile).content().isEqualTo(process.pid() + "\n");
            // Not the process itself: that would close its output too.
            process.toHandle().destroy();
            String rest = String.join("\n", output.readAllLines());
            assertThat(rest)
                    .contains("# Received SIGTERM scheduling shutdown...")
                    .contains("* User requested shutdown...", "* Removing the pid file.");
        }
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isZero();
        assertThat(pidFile).doesNotExist();
        assertThat(directory.resolve("s")).doesNotExist();
        assertThat(log).doesNotExist();
    }

    @ParameterizedTest
    @CsvSource({"INT, save, true", "INT, nosave force, false", "INT, default, false", "TERM, save now, true"})
    void aSignalSavesIfSoConfigured(String signal, String words, boolean saves) throws Exception {
        Assumptions.assumeFalse(
                signal.equals("INT") && isInterruptIgnored(), "SIGINT is ignored by who started the tests");
        List<String> options = new ArrayList<>(List.of(
                "--port",
                "0",
                "--unixsocket",
                "s",
                "--save",
                "",
                "--shutdown-on-sig" + signal.toLowerCase(Locale.ROOT)));
        options.addAll(List.of(words.split(" ", -1)));
        Process process = start(options.toArray(String[]::new));
        CompletableFuture.delayedExecutor(60, TimeUnit.SECONDS).execute(process::destroyForcibly);
        try (BufferedReader output = process.inputReader(StandardCharsets.UTF_8)) {
            String line = nextLine(output);
            while (!line.endsWith("* Ready to accept connections unix")) {
                line = nextLine(output);
            }
            try (SocketChannel client = SocketChannel.open(UnixDomainSocketAddress.of(directory.resolve("s")))) {
                client.write(ByteBuffer.wrap("SET a 1\r\n".getBytes(StandardCharsets.US_ASCII)));
                assertThat(client.read(ByteBuffer.allocate(5))).isPositive();
            }
            new ProcessBuilder("kill", "-" + signal, Long.toString(process.pid()))
                    .start()
                    .waitFor();
            assertThat(String.join("\n", output.readAllLines()))
                    .contains("# Received SIG" + signal + " scheduling shutdown...");
        }
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isZero();
        assertThat(Files.exists(directory.resolve("dump.rdb"))).isEqualTo(saves);
    }

    /** What was started in the background by a script: its children inherit it. */
    private static boolean isInterruptIgnored() throws IOException {
        Path status = Path.of("/proc/self/status");
        if (!Files.exists(status)) {
            return false;
        }
        return Files.readAllLines(status).stream()
                .filter(line -> line.startsWith("SigIgn:"))
                .anyMatch(line -> (Long.parseUnsignedLong(line.substring(7).strip(), 16) & 1 << 2 - 1) != 0);
    }

    @Test
    void aSignalEndsItThoughTheDataCannotBeSaved() throws Exception {
        Path data = Files.createDirectory(directory.resolve("data"));
        String socket = directory.resolve("s").toString();
        Process process = start("--port", "0", "--unixsocket", socket, "--dir", data.toString(), "--save", "3600 1");
        try (BufferedReader output = process.inputReader(StandardCharsets.UTF_8)) {
            String line = nextLine(output);
            while (!line.endsWith("* Ready to accept connections unix")) {
                line = nextLine(output);
            }
            Files.delete(data);
            process.toHandle().destroy();
            assertThat(String.join("\n", output.readAllLines())).contains("# Error trying to save the DB, it is lost.");
        }
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
    }

    /** A file that cannot be loaded is left as it is: not even the end of the server may replace it. */
    @Test
    void aDamagedFileEndsTheStartAndStays() throws Exception {
        Path file = Files.writeString(directory.resolve("dump.rdb"), "REDIS0987xxxx");
        assertThat(runToEnd(1, "--port", "0", "--unixsocket", "s"))
                .contains("Can't handle RDB format version 987")
                .contains("Fatal error loading the DB, check server logs. Exiting.")
                .doesNotContain("DB saved on disk");
        assertThat(file).content().isEqualTo("REDIS0987xxxx");
        assertThat(runToEnd(1, "--port", "0", "--unixsocket", "s", "--aclfile", "none"))
                .doesNotContain("DB saved on disk");
        assertThat(file).content().isEqualTo("REDIS0987xxxx");
    }

    private static String nextLine(BufferedReader output) throws IOException {
        String line = output.readLine();
        if (line == null) {
            throw new IOException("the server ended");
        }
        return line;
    }

    private Process start(String... words) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                ProcessHandle.current().info().command().orElseThrow(),
                "-XX:+UseSerialGC",
                "-cp",
                Path.of("target", "classes").toAbsolutePath().toString(),
                Main.class.getName()));
        command.addAll(List.of(words));
        return new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .start();
    }

    private String runToEnd(int exitCode, String... words) throws Exception {
        Process process = start(words);
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(output).isEqualTo(exitCode);
        return output;
    }

    @Test
    void readsAFileAndWritesALog() throws Exception {
        Path file = Files.writeString(directory.resolve("redis.conf"), "port 0\nlogfile log\nmaxclients x\n");
        assertThat(runToEnd(1, file.toString())).contains(">>> 'maxclients x'");
        Files.writeString(file, "port 0\nlogfile log\n");
        assertThat(runToEnd(1, file.toString())).isEmpty();
        assertThat(directory.resolve("log")).content().contains("Configured to not listen anywhere, exiting.");
    }
}
