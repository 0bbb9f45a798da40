package dev.cinnabar.commands.latency;

import static dev.cinnabar.command.CommandSpec.command;
import static dev.cinnabar.command.Flag.ADMIN;
import static dev.cinnabar.command.Flag.LOADING;
import static dev.cinnabar.command.Flag.NOSCRIPT;
import static dev.cinnabar.command.Flag.STALE;

import dev.cinnabar.command.Args;
import dev.cinnabar.command.Argument;
import dev.cinnabar.command.Call;
import dev.cinnabar.command.CommandSpec;
import dev.cinnabar.command.CommandSpec.Locks;
import dev.cinnabar.command.Group;
import dev.cinnabar.command.Help;
import dev.cinnabar.command.Slowlog;
import dev.cinnabar.resp.RedisError;
import dev.cinnabar.resp.Reply;
import java.util.List;

/** SLOWLOG: the commands that took long, and MONITOR: all of them. Stateless. */
public final class SlowlogCommands {

    private static final long ENTRIES_BY_DEFAULT = 10;
    private static final RedisError BAD_COUNT = new RedisError("ERR count should be greater than or equal to -1");
    private static final RedisError CANNOT_WATCH =
            new RedisError("ERR MONITOR is not possible for a client that takes no messages");

    private SlowlogCommands() {}

    public static List<CommandSpec> table() {
        return List.of(
                command("slowlog", -2)
                        .group(Group.SERVER)
                        .since("2.2.12")
                        .locks(Locks.NONE)
                        .summary("Holds the commands about the log of slow commands.")
                        .complexity("Depends on the subcommand.")
                        .subcommands(
                                row("get", -2)
                                        .tips("request_policy:all_nodes", "nondeterministic_output")
                                        .summary(
                                                "Lists the last slow commands: number, time, microseconds, arguments, client's"
                                                        + " address and name, count of arguments.")
                                        .complexity("O(N), N being the number of entries.")
                                        .arguments(Argument.integer("count").optional())
                                        .history("4.0.0", "Tells the client's address and name.")
                                        .history("8.10.0", "Tells how many arguments there were.")
                                        .handler(SlowlogCommands::get),
                                row("len", 2)
                                        .tips(
                                                "request_policy:all_nodes",
                                                "response_policy:agg_sum",
                                                "nondeterministic_output")
                                        .summary("Counts the entries.")
                                        .complexity("O(1)")
                                        .handler((call, args, reply) -> reply.integer(
                                                call.engine().slowlog().size())),
                                row("reset", 2)
                                        .tips("request_policy:all_nodes", "response_policy:all_succeeded")
                                        .summary("Forgets all entries.")
                                        .complexity("O(N), N being the number of entries.")
                                        .handler((call, args, reply) -> {
                                            call.engine().slowlog().reset();
                                            reply.ok();
                                        }),
                                Help.row("6.2.0", Group.SERVER)),
                command("monitor", 1, ADMIN, NOSCRIPT, LOADING, STALE)
                        .group(Group.SERVER)
                        .locks(Locks.NONE)
                        .summary("Shows the client all commands that the server runs, as they are run.")
                        .complexity("O(1)")
                        .handler(SlowlogCommands::monitor));
    }

    private static CommandSpec row(String name, int arity) {
        return command(name, arity, ADMIN, LOADING, STALE)
                .group(Group.SERVER)
                .since("2.2.12")
                .locks(Locks.NONE);
    }

    static void get(Call call, Args args, Reply reply) {
        if (args.count() > 3) {
            args.fail(Help.wrongSyntax(call.spec(), args.at(1).toString()));
            return;
        }
        long count = args.count() == 3 ? args.integer(2, -1, Long.MAX_VALUE, BAD_COUNT) : ENTRIES_BY_DEFAULT;
        if (args.failed()) {
            return;
        }
        List<Slowlog.Entry> entries = call.engine().slowlog().last(count == -1 ? Long.MAX_VALUE : count);
        reply.array(entries.size());
        for (Slowlog.Entry entry : entries) {
            reply.array(7);
            reply.integer(entry.id());
            reply.integer(entry.seconds());
            reply.integer(entry.micros());
            reply.array(entry.arguments().size());
            entry.arguments().forEach(reply::bulk);
            reply.bulk(entry.address());
            reply.bulk(entry.name());
            reply.integer(entry.count());
        }
    }

    static void monitor(Call call, Args args, Reply reply) {
        if (call.session().inbox() == null) {
            args.fail(CANNOT_WATCH);
            return;
        }
        call.engine().monitors().add(call.session());
        reply.ok();
    }
}
