package dev.cinnabar.commands.lists;

import static dev.cinnabar.command.CommandSpec.command;

import dev.cinnabar.command.Argument;
import dev.cinnabar.command.Category;
import dev.cinnabar.command.CommandSpec;
import dev.cinnabar.command.Flag;
import dev.cinnabar.command.Group;

/** What the rows of all commands on lists have in common. Stateless. */
final class ListRow {

    private ListRow() {}

    static CommandSpec row(String name, int arity, String since, Flag... flags) {
        return command(name, arity, flags).since(since).group(Group.LIST).categories(Category.LIST);
    }

    /** An end of a list. */
    static Argument end(String name) {
        return Argument.oneOf(name, Argument.token("LEFT"), Argument.token("RIGHT"));
    }
}
