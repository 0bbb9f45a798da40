package dev.cinnabar.commands.connection;

import static dev.cinnabar.command.CommandSpec.command;
import static dev.cinnabar.command.Flag.FAST;

import dev.cinnabar.command.Args;
import dev.cinnabar.command.Argument;
import dev.cinnabar.command.Call;
import dev.cinnabar.command.Category;
import dev.cinnabar.command.CommandSpec;
import dev.cinnabar.command.CommandSpec.Locks;
import dev.cinnabar.command.Flag;
import dev.cinnabar.command.Group;
import dev.cinnabar.resp.Reply;
import java.util.List;

/** The client's own connection. Stateless. */
public final class ConnectionCommands {

    private ConnectionCommands() {}

    public static List<CommandSpec> table() {
        return List.of(row("ping", -1, "1.0.0", FAST)
                .tips("request_policy:all_shards", "response_policy:all_succeeded")
                .summary("Answers that the server is there.")
                .complexity("O(1)")
                .arguments(Argument.string("message").optional())
                .handler(ConnectionCommands::ping));
    }

    private static CommandSpec row(String name, int arity, String since, Flag... flags) {
        return command(name, arity, flags)
                .since(since)
                .group(Group.CONNECTION)
                .categories(Category.CONNECTION)
                .locks(Locks.NONE);
    }

    static void ping(Call call, Args args, Reply reply) {
        if (args.count() > 2) {
            args.fail(call.spec().wrongArity());
        } else if (args.count() == 2) {
            reply.bulk(args.at(1));
        } else {
            reply.simple("PONG");
        }
    }
}
