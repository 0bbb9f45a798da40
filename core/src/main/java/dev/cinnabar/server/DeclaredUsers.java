package dev.cinnabar.server;

import dev.cinnabar.acl.AclException;
import dev.cinnabar.acl.Users;
import dev.cinnabar.command.CommandCatalogue;
import dev.cinnabar.commands.Commands;
import dev.cinnabar.config.ConfigException;
import dev.cinnabar.config.ConfigFile;
import dev.cinnabar.config.Configuration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Takes the lines {@code user} of configuration files: checks them where they stand, by making such users for a trial, and
 * keeps them for the engine. Used by the thread that starts the server.
 */
final class DeclaredUsers implements ConfigFile.LineHandler {

    private final Configuration configuration;
    private final Set<String> names = new HashSet<>();

    /** Made with the first line: most files have none. */
    private @Nullable Users trial;

    DeclaredUsers(Configuration configuration) {
        this.configuration = configuration;
    }

    @Override
    public void line(List<String> arguments) throws ConfigException {
        if (trial == null) {
            trial = new Users(new CommandCatalogue(Commands.table()));
        }
        String name = arguments.getFirst();
        try {
            if (!names.add(name)) {
                throw AclException.duplicate(name);
            }
            trial.declare(name, arguments.subList(1, arguments.size()));
        } catch (AclException e) {
            throw new ConfigException(e.full("user declaration"));
        }
        configuration.declareUser(arguments);
    }
}
