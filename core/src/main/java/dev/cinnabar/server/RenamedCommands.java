package dev.cinnabar.server;

import dev.cinnabar.command.CommandTable;
import dev.cinnabar.commands.Commands;
import dev.cinnabar.config.ConfigException;
import dev.cinnabar.config.ConfigFile;
import dev.cinnabar.config.Configuration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Takes the lines {@code rename-command} of configuration files: checks them where they stand, on a table for a trial, and
 * keeps them for the engine. Used by the thread that starts the server.
 */
final class RenamedCommands implements ConfigFile.LineHandler {

    private final Configuration configuration;

    /** Made with the first line: most files have none. */
    private @Nullable CommandTable trial;

    RenamedCommands(Configuration configuration) {
        this.configuration = configuration;
    }

    @Override
    public void line(List<String> arguments) throws ConfigException {
        if (arguments.size() != 2) {
            throw new ConfigException("Bad directive or wrong number of arguments");
        }
        CommandTable before = trial == null ? Commands.table() : trial;
        trial = before.renamed(arguments.get(0), arguments.get(1));
        configuration.renameCommand(arguments);
    }

    /** The commands under the names that a configuration gives them. */
    static CommandTable table(Configuration configuration) {
        CommandTable table = Commands.table();
        for (List<String> names : configuration.renames()) {
            try {
                table = table.renamed(names.get(0), names.get(1));
            } catch (ConfigException e) {
                throw new IllegalArgumentException("renamed to " + names, e);
            }
        }
        return table;
    }
}
