package dev.cinnabar.commands.connection;

import static dev.cinnabar.command.CommandSpec.command;
import static dev.cinnabar.command.Flag.ALLOW_BUSY;
import static dev.cinnabar.command.Flag.FAST;
import static dev.cinnabar.command.Flag.LOADING;
import static dev.cinnabar.command.Flag.NOSCRIPT;
import static dev.cinnabar.command.Flag.NO_AUTH;
import static dev.cinnabar.command.Flag.STALE;

import dev.cinnabar.command.Args;
import dev.cinnabar.command.Argument;
import dev.cinnabar.command.Call;
import dev.cinnabar.command.Category;
import dev.cinnabar.command.CommandSpec;
import dev.cinnabar.command.CommandSpec.Locks;
import dev.cinnabar.command.Flag;
import dev.cinnabar.command.Group;
import dev.cinnabar.memory.Bytes;
import dev.cinnabar.resp.RedisError;
import dev.cinnabar.resp.Reply;
import java.util.List;

/** The client's own connection: who it is, which protocol it speaks, which database it means. Stateless. */
public final class ConnectionCommands {

    private static final RedisError NOT_AN_INT =
            new RedisError("ERR value is out of range, value must between -2147483648 and 2147483647");

    private ConnectionCommands() {}

    public static List<CommandSpec> table() {
        return List.of(
                row("ping", -1, "1.0.0", FAST)
                        .whileSubscribed()
                        .tips("request_policy:all_shards", "response_policy:all_succeeded")
                        .summary("Answers that the server is there.")
                        .complexity("O(1)")
                        .arguments(Argument.string("message").optional())
                        .handler(ConnectionCommands::ping),
                row("echo", 2, "1.0.0", LOADING, STALE, FAST)
                        .summary("Answers its argument.")
                        .complexity("O(1)")
                        .arguments(Argument.string("message"))
                        .handler((call, args, reply) -> reply.bulk(args.at(1))),
                row("auth", -2, "1.0.0", NOSCRIPT, LOADING, STALE, FAST, NO_AUTH, ALLOW_BUSY)
                        .summary("Shows the server who the client is.")
                        .complexity("O(N), N being the number of passwords that the user has.")
                        .arguments(Argument.string("username").since("6.0.0").optional(), Argument.string("password"))
                        .history("6.0.0", "Takes a user's name.")
                        .handler(ConnectionCommands::auth),
                Hello.row(),
                row("select", 2, "1.0.0", LOADING, STALE, FAST)
                        .summary("Chooses the database that the following commands mean.")
                        .complexity("O(1)")
                        .arguments(Argument.integer("index"))
                        .handler(ConnectionCommands::select),
                row("quit", -1, "1.0.0", NOSCRIPT, LOADING, STALE, FAST, NO_AUTH, ALLOW_BUSY)
                        .insideMulti()
                        .whileSubscribed()
                        .summary("Ends the connection.")
                        .complexity("O(1)")
                        .deprecated("7.2.0", "just closing the connection")
                        .handler(ConnectionCommands::quit),
                row("reset", 1, "6.2.0", NOSCRIPT, LOADING, STALE, FAST, NO_AUTH, ALLOW_BUSY)
                        .insideMulti()
                        .whileSubscribed()
                        .summary("Makes the connection as it was when it was new.")
                        .complexity("O(1)")
                        .handler(ConnectionCommands::reset));
    }

    static CommandSpec row(String name, int arity, String since, Flag... flags) {
        return command(name, arity, flags)
                .since(since)
                .group(Group.CONNECTION)
                .categories(Category.CONNECTION)
                .locks(Locks.NONE);
    }

    static void ping(Call call, Args args, Reply reply) {
        if (args.count() > 2) {
            args.fail(call.spec().wrongArity());
        } else if (call.session().isSubscriberOnly()) {
            reply.array(2);
            reply.bulk("pong");
            reply.bulk(args.count() == 2 ? args.at(1) : NOTHING);
        } else if (args.count() == 2) {
            reply.bulk(args.at(1));
        } else {
            reply.simple("PONG");
        }
    }

    private static final Bytes NOTHING = new Bytes();

    static void auth(Call call, Args args, Reply reply) {
        if (args.count() > 3) {
            args.fail(RedisError.SYNTAX);
            return;
        }
        boolean named = args.count() == 3;
        if (!named && call.engine().users().defaultUser().rights().needsNoPassword()) {
            args.fail(Authentication.NO_PASSWORD);
            return;
        }
        if (!Authentication.authenticate(call, args, named ? 1 : 0, args.count() - 1)) {
            args.fail(Authentication.WRONG_PASSWORD);
            return;
        }
        reply.ok();
    }

    static void select(Call call, Args args, Reply reply) {
        long number = args.integer(1);
        if (!args.failed() && number != (int) number) {
            args.fail(NOT_AN_INT);
        } else if (!args.failed() && (number < 0 || number >= call.keyspace().databases())) {
            args.fail(RedisError.DB_OUT_OF_RANGE);
        }
        if (args.failed()) {
            return;
        }
        call.session().database((int) number);
        reply.ok();
    }

    static void quit(Call call, Args args, Reply reply) {
        call.session().closeAfterReply();
        reply.ok();
    }

    static void reset(Call call, Args args, Reply reply) {
        call.resetSession();
        reply.simple("RESET");
    }
}
