package dev.cinnabar.config;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.cinnabar.testing.RealRedis;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Files and arguments that are wrong: what is said about them, ours against a real redis-server's. Not run without one. */
class ConfigFileAgainstRedisTest {

    private Path program = Path.of("");

    @TempDir
    private Path directory;

    @BeforeEach
    void find() {
        Optional<Path> found = RealRedis.program();
        assumeTrue(found.isPresent(), "no redis-server to compare with");
        program = found.orElseThrow();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "port",
                "port 1 2",
                "# c\n\nport abc",
                "port \"abc",
                "port 'abc'x",
                "hz \"1\\x3a\"",
                "maxmemory 5x",
                "maxmemory \"abc\\x01\"",
                "appendonly maybe",
                "save 1",
                "save abc 1",
                "save 0 1",
                "databases 0",
                "maxclients 0",
                "io-threads 200",
                "unixsocketperm 999",
                "oom-score-adj-values 1 2",
                "oom-score-adj-values 1 2 9999",
                "client-output-buffer-limit normal 1",
                "client-output-buffer-limit foo 1 2 3",
                "client-output-buffer-limit normal -1 2 3",
                "latency-tracking-info-percentiles 101",
                "latency-tracking-info-percentiles x",
                "shutdown-on-sigint",
                "shutdown-on-sigint x",
                "notify-keyspace-events Q",
                "proc-title-template {x}",
                "dbfilename a/b",
                "dir /nosuch",
                "replicaof a",
                "rename-command",
                "include",
                "user",
                "sentinel monitor a b c d",
                "enable-debug-command maybe",
                "masterauth",
                "hz 10 # comment",
                "HZ x",
                "  port   x  \t",
                "logfile /nosuch/x",
            })
    void files(String lines) throws Exception {
        Path file = Files.writeString(directory.resolve("c.conf"), lines + "\n", ISO_8859_1);
        assertThat(ours(List.of(file.toString()))).isEqualTo(theirs(List.of(file.toString())));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--port|x",
                "--port",
                "--hz|10|--port|x",
                "--port|0|hz|10",
                "--port|0 1",
                "--port|0|-x",
                "--requirepass|--hz|10",
                "--save||--hz|x",
                "--save|--hz|x",
                "--save|1|1|2",
                "--hz 20x",
                "--hz=20",
                "--appendonly",
                "--shutdown-on-sigint|nosave|force|--foo",
                "--dir|",
                "--maxmemory|\"5",
            })
    void arguments(String words) throws Exception {
        List<String> list = List.of(words.split("\\|", -1));
        assertThat(ours(list)).isEqualTo(theirs(list));
    }

    /** Since Redis 8 these wait for a module to claim them, and end the start a little later; here they do at once. */
    @ParameterizedTest
    @ValueSource(strings = {"foo|bar", "include|a|b", "foo|bar|baz"})
    void unknownDirectives(String words) throws Exception {
        List<String> list = new ArrayList<>(List.of("--port", "0"));
        list.addAll(List.of(("--" + words).split("\\|", -1)));
        assertThat(ours(list)).endsWith("Bad directive or wrong number of arguments\n");
        assertThat(theirs(list))
                .containsAnyOf("Bad directive or wrong number of arguments\n", "Unresolved Configuration");
    }

    /** Whatever a file has in it, it is read or refused. */
    @Test
    void randomFilesAreReadOrRefused() {
        SplittableRandom random = new SplittableRandom(29);
        String alphabet = "ab01 \t\n\"'\\x#-%";
        List<String> names = Directives.all().stream().map(Directive::name).toList();
        int refused = 0;
        for (int round = 0; round < 20_000; round++) {
            StringBuilder text = new StringBuilder(names.get(random.nextInt(names.size()))).append(' ');
            for (int i = random.nextInt(12); i > 0; i--) {
                text.append(alphabet.charAt(random.nextInt(alphabet.length())));
            }
            try {
                new ConfigFile(new Configuration(), "0.0.0").readText(text.toString());
            } catch (FatalConfigException e) {
                refused++;
            }
        }
        assertThat(refused).isBetween(1, 19_999);
    }

    /** The banner's lines without the first, which tells the version; nothing if the configuration is accepted. */
    private static String ours(List<String> words) throws IOException {
        Arguments arguments = Arguments.parse(words);
        Configuration configuration = new Configuration();
        ConfigFile reader = new ConfigFile(configuration, "0.0.0");
        try {
            if (arguments.file().isPresent()) {
                reader.readFile(Path.of(arguments.file().orElseThrow()), arguments.lines());
            } else {
                reader.readText("\n" + arguments.lines());
            }
            String logFile = configuration.get(Directives.LOGFILE);
            if (!logFile.isEmpty() && !Files.isDirectory(Path.of(logFile).getParent())) {
                throw FatalConfigException.general("0.0.0", "Can't open the log file: No such file or directory");
            }
            return "";
        } catch (FatalConfigException e) {
            return banner(e.getMessage());
        }
    }

    private String theirs(List<String> words) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(program.toString()));
        command.addAll(words);
        Process process = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .start();
        process.getOutputStream().close();
        try {
            StringBuilder output = new StringBuilder();
            for (int b = process.getInputStream().read();
                    b >= 0;
                    b = process.getInputStream().read()) {
                output.append((char) b);
                if (output.indexOf("Server initialized") >= 0) {
                    return "";
                }
            }
            return banner(output.toString());
        } finally {
            process.destroyForcibly();
            process.waitFor();
        }
    }

    private static String banner(String output) {
        int begin = output.indexOf("*** FATAL CONFIG FILE ERROR");
        return begin < 0 ? output : output.substring(output.indexOf('\n', begin) + 1);
    }
}
