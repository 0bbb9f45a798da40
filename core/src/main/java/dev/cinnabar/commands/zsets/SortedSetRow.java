package dev.cinnabar.commands.zsets;

import static dev.cinnabar.command.CommandSpec.command;

import dev.cinnabar.command.Argument;
import dev.cinnabar.command.Category;
import dev.cinnabar.command.CommandSpec;
import dev.cinnabar.command.Flag;
import dev.cinnabar.command.Group;

/** What the rows of all commands on sorted sets have in common. Stateless. */
final class SortedSetRow {

    static final Argument WITH_SCORES = Argument.token("WITHSCORES").optional();

    private SortedSetRow() {}

    static CommandSpec row(String name, int arity, String since, Flag... flags) {
        return command(name, arity, flags).since(since).group(Group.SORTED_SET).categories(Category.SORTEDSET);
    }

    static Argument limit() {
        return Argument.block("limit", Argument.integer("offset"), Argument.integer("count"))
                .after("LIMIT")
                .optional();
    }
}
