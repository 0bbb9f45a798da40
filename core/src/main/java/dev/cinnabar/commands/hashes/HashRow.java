package dev.cinnabar.commands.hashes;

import static dev.cinnabar.command.CommandSpec.command;

import dev.cinnabar.command.Category;
import dev.cinnabar.command.CommandSpec;
import dev.cinnabar.command.Flag;
import dev.cinnabar.command.Group;

/** What the rows of all commands on hashes have in common. Stateless. */
final class HashRow {

    private HashRow() {}

    static CommandSpec row(String name, int arity, String since, Flag... flags) {
        return command(name, arity, flags).since(since).group(Group.HASH).categories(Category.HASH);
    }
}
