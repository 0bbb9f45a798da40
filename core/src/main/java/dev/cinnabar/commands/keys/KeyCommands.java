package dev.cinnabar.commands.keys;

import static dev.cinnabar.command.CommandSpec.command;
import static dev.cinnabar.command.Flag.WRITE;
import static dev.cinnabar.command.KeySpec.Use.DELETE;
import static dev.cinnabar.command.KeySpec.Use.RM;

import dev.cinnabar.command.Args;
import dev.cinnabar.command.Argument;
import dev.cinnabar.command.Call;
import dev.cinnabar.command.Category;
import dev.cinnabar.command.CommandSpec;
import dev.cinnabar.command.Flag;
import dev.cinnabar.command.Group;
import dev.cinnabar.command.KeySpec;
import dev.cinnabar.resp.Reply;
import dev.cinnabar.values.Entry;
import java.util.List;

/** Keys of any type. Stateless. */
public final class KeyCommands {

    private KeyCommands() {}

    public static List<CommandSpec> table() {
        return List.of(row("del", -2, "1.0.0", WRITE)
                .keys(KeySpec.range(1, -1, 1, RM, DELETE))
                .tips("request_policy:multi_shard", "response_policy:agg_sum")
                .summary("Deletes keys.")
                .complexity("O(N), N being the number of keys; freeing a big value goes on in the background.")
                .arguments(Argument.key("key").multiple())
                .handler(KeyCommands::del));
    }

    private static CommandSpec row(String name, int arity, String since, Flag... flags) {
        return command(name, arity, flags).since(since).group(Group.GENERIC).categories(Category.KEYSPACE);
    }

    static void del(Call call, Args args, Reply reply) {
        int deleted = 0;
        for (int i = 1; i < args.count(); i++) {
            Entry entry = call.write(i);
            if (entry != null) {
                call.delete(i, entry);
                deleted++;
            }
        }
        reply.integer(deleted);
    }
}
