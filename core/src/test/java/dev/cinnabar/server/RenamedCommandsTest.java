package dev.cinnabar.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cinnabar.command.testing.TestEngine;
import dev.cinnabar.config.ConfigFile;
import dev.cinnabar.config.Configuration;
import dev.cinnabar.config.FatalConfigException;
import org.junit.jupiter.api.Test;

/** Lines {@code rename-command}. */
class RenamedCommandsTest {

    private final Configuration configuration = new Configuration();
    private final ConfigFile reader =
            new ConfigFile(configuration, "1").handle("rename-command", new RenamedCommands(configuration));

    @Test
    void commandsAreCalledByTheirNewNamesAndRuledByTheirOwn() throws FatalConfigException {
        reader.readText("""
                rename-command GET Fetch
                rename-command set get
                rename-command CONFIG ""
                """);
        try (TestEngine redis = new TestEngine(2, RenamedCommands.table(configuration))) {
            redis.replies("""
                    SET x 1             -> /-ERR unknown command 'SET'.*/
                    get x 1             -> +OK
                    FETCH x             -> '1'
                    CONFIG GET port     -> /-ERR unknown command 'CONFIG'.*/
                    COMMAND INFO config set -> [nil, nil]
                    COMMAND GETKEYS get k v -> ['k']
                    ACL SETUSER u on nopass ~* +@all -get -config -> +OK
                    AUTH u x            -> +OK
                    get x 2             -> +OK
                    fetch x             -> -NOPERM User u has no permissions to run the 'get' command
                    AUTH default x      -> +OK
                    DEL x               -> 1
                    """);
        }
    }

    @Test
    void mistakesAreFoundAtTheirLine() {
        for (String[] wrong : new String[][] {
            {"nosuch x", "No such command in rename-command"},
            {"get set", "Target command name already exists"},
            {"get", "Bad directive or wrong number of arguments"},
            {"config|get x", "No such command in rename-command"},
        }) {
            assertThatThrownBy(() -> reader.readText("port 7000\nrename-command " + wrong[0]))
                    .as(wrong[0])
                    .isInstanceOf(FatalConfigException.class)
                    .hasMessageContaining("at line 2")
                    .hasMessageContaining(wrong[1]);
        }
        assertThat(configuration.renames()).isEmpty();
    }
}
