package dev.cinnabar.commands.streams;

import dev.cinnabar.command.Argument;
import dev.cinnabar.command.Category;
import dev.cinnabar.command.CommandSpec;
import dev.cinnabar.command.Flag;
import dev.cinnabar.command.Group;

/** What the rows of all commands on streams have in common. Stateless. */
final class StreamRow {

    private StreamRow() {}

    static CommandSpec row(String name, int arity, String since, Flag... flags) {
        return CommandSpec.command(name, arity, flags)
                .since(since)
                .group(Group.STREAM)
                .categories(Category.STREAM);
    }

    /** What becomes of references to deleted entries. */
    static Argument references() {
        return Argument.oneOf("condition", Argument.token("KEEPREF"), Argument.token("DELREF"), Argument.token("ACKED"))
                .since("8.2.0")
                .optional();
    }

    /** {@code IDS numids id [id ...]}. */
    static Argument ids() {
        return Argument.block(
                        "ids", Argument.integer("numids"), Argument.string("id").multiple())
                .after("IDS");
    }

    static Argument trim() {
        return Argument.block(
                "trim",
                Argument.oneOf(
                        "strategy",
                        Argument.token("MAXLEN"),
                        Argument.token("MINID").since("6.2.0")),
                Argument.oneOf("operator", Argument.token("equal", "="), Argument.token("approximately", "~"))
                        .optional(),
                Argument.string("threshold"),
                Argument.integer("count").after("LIMIT").since("6.2.0").optional());
    }
}
