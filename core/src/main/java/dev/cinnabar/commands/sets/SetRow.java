package dev.cinnabar.commands.sets;

import static dev.cinnabar.command.CommandSpec.command;

import dev.cinnabar.command.Category;
import dev.cinnabar.command.CommandSpec;
import dev.cinnabar.command.Flag;
import dev.cinnabar.command.Group;

/** What the rows of all commands on sets have in common. Stateless. */
final class SetRow {

    private SetRow() {}

    static CommandSpec row(String name, int arity, String since, Flag... flags) {
        return command(name, arity, flags).since(since).group(Group.SET).categories(Category.SET);
    }
}
