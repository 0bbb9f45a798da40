package dev.cinnabar.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConfigFileTest {

    private final Configuration configuration = new Configuration();
    private final ConfigFile reader = new ConfigFile(configuration, "8.0.0");

    @TempDir
    private Path directory;

    @Test
    void readsLines() throws FatalConfigException {
        reader.readText("# comment\n\n  PORT 7000  \r\nbind 127.0.0.1 \"::1\"\nrequirepass \"a\\x20b\"\nhz '20'");
        assertThat(configuration.get(Directives.PORT)).isEqualTo(7000);
        assertThat(configuration.get(Directives.BIND)).containsExactly("127.0.0.1", "::1");
        assertThat(configuration.get(Directives.REQUIREPASS)).isEqualTo("a b");
        assertThat(configuration.get(Directives.HZ)).isEqualTo(20);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "foo bar | Bad directive or wrong number of arguments",
                "port | wrong number of arguments",
                "port 1 2 | wrong number of arguments",
                "port abc | argument couldn't be parsed into an integer",
                "port \"abc | Unbalanced quotes in configuration line",
                "appendonly maybe | argument must be 'yes' or 'no'",
                "save 1 | Invalid save parameters",
                "include | Bad directive or wrong number of arguments",
                "include a b | Bad directive or wrong number of arguments",
                "user | Bad directive or wrong number of arguments",
                "unixsocketperm 999 | argument couldn't be parsed as an octal number",
                "oom-score-adj-values 1 2 | wrong number of arguments",
                "client-output-buffer-limit normal 1 | Wrong number of arguments in buffer limit configuration.",
                "shutdown-on-sigint | argument(s) must be one of the following: default, save, nosave, now, force",
                "sentinel monitor a | sentinel directive while not in sentinel mode",
                "hz 10 # comment | wrong number of arguments",
            })
    void saysWhichLineIsWrong(String line, String why) {
        assertThatThrownBy(() -> reader.readText("hz 10\n\n " + line + " \n"))
                .isInstanceOf(FatalConfigException.class)
                .hasMessage("\n*** FATAL CONFIG FILE ERROR (Redis 8.0.0) ***\n"
                        + "Reading the configuration file, at line 3\n>>> '" + line + "'\n" + why + "\n");
    }

    @Test
    void includesFilesAndPatterns() throws IOException, FatalConfigException {
        Files.writeString(directory.resolve("a1.conf"), "port 1\ntimeout 1\n");
        Files.writeString(directory.resolve("a2.conf"), "timeout 2\n");
        reader.readText("include " + directory + "/a?.conf\ninclude " + directory + "/none*.conf\n");
        assertThat(configuration.get(Directives.PORT)).isEqualTo(1);
        assertThat(configuration.get(Directives.TIMEOUT)).isEqualTo(2);
        assertThatThrownBy(() -> reader.readText("include " + directory + "/none.conf"))
                .isInstanceOf(FatalConfigException.class)
                .hasMessage(
                        "Fatal error, can't open config file '" + directory + "/none.conf': No such file or directory");
    }

    @Test
    void filesThatIncludeThemselvesEnd() throws IOException {
        Path file = directory.resolve("loop.conf");
        Files.writeString(file, "include " + file + "\n");
        assertThatThrownBy(() -> reader.readFile(file, "")).hasMessageContaining("more than 16 deep");
    }

    @Test
    void otherLinesHaveHandlers() throws FatalConfigException {
        List<String> renamed = new ArrayList<>();
        reader.handle("rename-command", renamed::addAll);
        reader.readText("rename-command GET G");
        assertThat(renamed).containsExactly("GET", "G");
        assertThatThrownBy(() -> reader.readText("loadmodule x.so")).hasMessageContaining("modules cannot be loaded");
    }

    @Test
    void allThatCanBeWrittenCanBeRead() throws FatalConfigException {
        String all = ConfigRewriter.rewritten(configuration, List.of(), "", true);
        assertThat(all).contains("\nhz 10\n", "\nsave 3600 1\nsave 300 100\n");

        reader.readText(all);

        Configuration fresh = new Configuration();
        for (Directive<?, ?> directive : Directives.all()) {
            assertThat(configuration.text(directive)).as(directive.name()).isEqualTo(fresh.text(directive));
        }
        assertThat(ConfigRewriter.rewritten(configuration, List.of(), all, true))
                .isEqualTo(all);
    }

    @Test
    void severalArgumentsMayComeInOneWord() throws FatalConfigException {
        reader.readText("shutdown-on-sigterm \"nosave force\"\nsave \"10 1 20 2\"\n");
        assertThat(configuration.text(Directives.SHUTDOWN_ON_SIGTERM)).isEqualTo("nosave force");
        assertThat(configuration.text(Directives.SAVE)).isEqualTo("10 1 20 2");
    }

    @Test
    void argumentsComeAfterTheFile() throws IOException, FatalConfigException {
        Path file = directory.resolve("c.conf");
        Files.writeString(file, "hz 10\ntimeout 5");
        Arguments arguments = Arguments.parse(List.of(file.toString(), "--timeout", "6"));
        reader.readFile(Path.of(arguments.file().orElseThrow()), arguments.lines());
        assertThat(configuration.get(Directives.TIMEOUT)).isEqualTo(6);
        assertThatThrownBy(() -> reader.readFile(
                        file, Arguments.parse(List.of("--nope", "x")).lines()))
                .hasMessageContaining("at line 3\n>>> 'nope \"x\"'\nBad directive");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "--port 7000 --bind 127.0.0.1 ::1 | port \"7000\" ;bind \"127.0.0.1\" \"::1\" ",
                "--save --port 0 | save \"\";port \"0\" ",
                "--port 0 --save | port \"0\" ;save \"\"",
                "--requirepass --secret --hz 10 | requirepass \"--secret\" ;hz \"10\" ",
                "--requirepass --hz 10 | requirepass \"--hz\" \"10\" ",
                "--hz | hz ",
                "-p 7000 | \"-p\" \"7000\" ",
                "--port 0 -x | port \"0\" \"-x\" ",
            })
    void argumentsAreLines(String words, String lines) {
        assertThat(Arguments.parse(List.of(words.strip().split(" "))).lines().strip())
                .isEqualTo(lines.replace(';', '\n').strip());
    }

    @Test
    void nameAndValueMayBeOneWord() {
        assertThat(Arguments.parse(List.of("--hz 20", "--port", "1")).lines()).isEqualTo("hz 20 \nport \"1\" ");
    }

    @Test
    void aDashReadsTheInput() {
        assertThat(Arguments.parse(List.of("-")).fromInput()).isTrue();
        assertThat(Arguments.parse(List.of("-", "--port", "0")).fromInput()).isTrue();
        assertThat(Arguments.parse(List.of("--port", "0", "-")))
                .isEqualTo(Arguments.parse(List.of("-", "--port", "0")));
        assertThat(Arguments.parse(List.of("x.conf", "--port", "0")).fromInput())
                .isFalse();
    }

    @Test
    void laterSaveLinesAdd() throws FatalConfigException, ConfigException {
        assertThat(SavePoint.add(List.of("60", "5"), List.of(new SavePoint(1, 2))))
                .hasSize(2);
        assertThat(SavePoint.add(List.of(""), List.of(new SavePoint(1, 2)))).isEmpty();
        reader.readText("client-output-buffer-limit normal 1 1 1\nclient-output-buffer-limit pubsub 2 2 2\n");
        assertThat(configuration.text(Directives.CLIENT_OUTPUT_BUFFER_LIMIT))
                .isEqualTo("normal 1 1 1 slave 268435456 67108864 60 pubsub 2 2 2");
    }

    @Test
    void rewriteKeepsCommentsAndOrder() throws IOException, FatalConfigException, ConfigException {
        Path file = directory.resolve("r.conf");
        Files.writeString(file, "# mine\nhz 10\n\ninclude nosuch*\nport 7000\nslave-priority 100\nPort 7001\n");
        reader.readFile(file, "");
        configuration.set(List.of("port", "proto-max-bulk-len", "requirepass"), List.of("7002", "2mb", "a b"), false);
        ConfigRewriter.rewrite(configuration, List.of(), file, false);
        String once = Files.readString(file);
        assertThat(once).isEqualTo("""
                        # mine
                        hz 10

                        include nosuch*
                        port 7002
                        slave-priority 100

                        # Generated by CONFIG REWRITE
                        requirepass "a b"
                        proto-max-bulk-len 2mb
                        dir "%s"
                        """.formatted(Path.of("").toAbsolutePath()));
        ConfigRewriter.rewrite(configuration, List.of(), file, false);
        assertThat(Files.readString(file)).isEqualTo(once);
        try (var files = Files.list(directory)) {
            assertThat(files).containsExactly(file);
        }
    }

    @Test
    void whatIsWrittenReadsBack() throws FatalConfigException, ConfigException {
        configuration.set(
                List.of(
                        "bind",
                        "notify-keyspace-events",
                        "client-output-buffer-limit",
                        "requirepass",
                        "latency-tracking-info-percentiles",
                        "shutdown-on-sigterm",
                        "maxclients"),
                List.of("", "KEA", "normal 1kb 5 7", "\u0001\"\u00ff", "", "force now", "7"),
                false);
        String text = ConfigRewriter.rewritten(configuration, List.of(), "");
        Configuration other = new Configuration();
        new ConfigFile(other, "8.0.0").readText(text);
        for (Directive<?, ?> directive : Directives.all()) {
            assertThat(other.text(directive)).as(directive.name()).isEqualTo(configuration.text(directive));
        }
    }
}
