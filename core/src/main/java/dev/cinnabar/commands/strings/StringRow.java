package dev.cinnabar.commands.strings;

import static dev.cinnabar.command.CommandSpec.command;

import dev.cinnabar.command.Category;
import dev.cinnabar.command.CommandSpec;
import dev.cinnabar.command.Flag;
import dev.cinnabar.command.Group;

/** What the rows of all commands on strings have in common. Stateless. */
final class StringRow {

    private StringRow() {}

    static CommandSpec row(String name, int arity, String since, Flag... flags) {
        return command(name, arity, flags).since(since).group(Group.STRING).categories(Category.STRING);
    }
}
