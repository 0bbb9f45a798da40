package dev.cinnabar.commands.pubsub;

import static dev.cinnabar.command.CommandSpec.command;
import static dev.cinnabar.command.Flag.DENYOOM;
import static dev.cinnabar.command.Flag.FAST;
import static dev.cinnabar.command.Flag.LOADING;
import static dev.cinnabar.command.Flag.NOSCRIPT;
import static dev.cinnabar.command.Flag.PUBSUB;
import static dev.cinnabar.command.Flag.STALE;
import static dev.cinnabar.command.KeySpec.Use.NOT_KEY;

import dev.cinnabar.command.Args;
import dev.cinnabar.command.Argument;
import dev.cinnabar.command.Call;
import dev.cinnabar.command.CommandSpec;
import dev.cinnabar.command.CommandSpec.Locks;
import dev.cinnabar.command.Flag;
import dev.cinnabar.command.Group;
import dev.cinnabar.command.Help;
import dev.cinnabar.command.KeySpec;
import dev.cinnabar.resp.RedisError;
import dev.cinnabar.resp.Reply;
import dev.cinnabar.session.PubSub;
import dev.cinnabar.session.Session;
import dev.cinnabar.session.Subscriptions.Kind;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** SUBSCRIBE and PUBLISH with their kin, PUBSUB. Stateless. */
public final class PubSubCommands {

    private static final RedisError SHARD_IN_TRANSACTION =
            new RedisError("ERR SSUBSCRIBE isn't allowed for a DENY BLOCKING client");

    private PubSubCommands() {}

    public static List<CommandSpec> table() {
        return List.of(
                row("subscribe", -2, "2.0.0", DENYOOM, PUBSUB, NOSCRIPT, LOADING, STALE)
                        .channels(1, false)
                        .whileSubscribed()
                        .summary("Makes the client get what is published on channels.")
                        .complexity("O(N), N being the number of channels.")
                        .arguments(Argument.string("channel").multiple())
                        .handler((call, args, reply) -> subscribe(call, args, reply, Kind.CHANNEL)),
                row("unsubscribe", -1, "2.0.0", PUBSUB, NOSCRIPT, LOADING, STALE)
                        .whileSubscribed()
                        .summary("Ends subscriptions to channels: those given, or all.")
                        .complexity("O(N), N being the number of channels.")
                        .arguments(Argument.string("channel").optional().multiple())
                        .handler((call, args, reply) -> unsubscribe(call, args, reply, Kind.CHANNEL)),
                row("psubscribe", -2, "2.0.0", DENYOOM, PUBSUB, NOSCRIPT, LOADING, STALE)
                        .channels(1, true)
                        .whileSubscribed()
                        .summary("Makes the client get what is published on channels whose names match patterns.")
                        .complexity("O(N), N being the number of patterns.")
                        .arguments(Argument.pattern("pattern").multiple())
                        .handler((call, args, reply) -> subscribe(call, args, reply, Kind.PATTERN)),
                row("punsubscribe", -1, "2.0.0", PUBSUB, NOSCRIPT, LOADING, STALE)
                        .whileSubscribed()
                        .summary("Ends subscriptions to patterns: those given, or all.")
                        .complexity("O(N), N being the number of patterns.")
                        .arguments(Argument.pattern("pattern").optional().multiple())
                        .handler((call, args, reply) -> unsubscribe(call, args, reply, Kind.PATTERN)),
                row("ssubscribe", -2, "7.0.0", DENYOOM, PUBSUB, NOSCRIPT, LOADING, STALE)
                        .channels(1, false)
                        .whileSubscribed()
                        .keys(KeySpec.range(1, -1, 1, NOT_KEY))
                        .summary("Makes the client get what is published on shard channels.")
                        .complexity("O(N), N being the number of channels.")
                        .arguments(Argument.string("shardchannel").multiple())
                        .handler((call, args, reply) -> subscribe(call, args, reply, Kind.SHARD)),
                row("sunsubscribe", -1, "7.0.0", PUBSUB, NOSCRIPT, LOADING, STALE)
                        .whileSubscribed()
                        .keys(KeySpec.range(1, -1, 1, NOT_KEY))
                        .summary("Ends subscriptions to shard channels: those given, or all.")
                        .complexity("O(N), N being the number of channels.")
                        .arguments(Argument.string("shardchannel").optional().multiple())
                        .handler((call, args, reply) -> unsubscribe(call, args, reply, Kind.SHARD)),
                row("publish", 3, "2.0.0", PUBSUB, LOADING, STALE, FAST)
                        .channel(1)
                        .mayReplicate()
                        .summary("Sends a message to who has subscribed to a channel, and counts them.")
                        .complexity("O(N+M), N being the subscribers of the channel and M the patterns that there are.")
                        .arguments(Argument.string("channel"), Argument.string("message"))
                        .handler((call, args, reply) ->
                                reply.integer(call.engine().pubSub().publish(args.at(1), args.at(2), call.sender()))),
                row("spublish", 3, "7.0.0", PUBSUB, LOADING, STALE, FAST)
                        .channel(1)
                        .mayReplicate()
                        .keys(KeySpec.at(1, NOT_KEY))
                        .summary("Sends a message to who has subscribed to a shard channel, and counts them.")
                        .complexity("O(N), N being the subscribers of the channel.")
                        .arguments(Argument.string("shardchannel"), Argument.string("message"))
                        .handler((call, args, reply) -> reply.integer(
                                call.engine().pubSub().publishToShard(args.at(1), args.at(2), call.sender()))),
                row("pubsub", -2, "2.8.0")
                        .summary("Tells about channels and their subscribers.")
                        .complexity("Depends on the subcommand.")
                        .subcommands(
                                sub("channels", -2, "2.8.0")
                                        .summary("Lists the channels that have subscribers.")
                                        .complexity("O(N), N being the number of such channels.")
                                        .arguments(Argument.pattern("pattern").optional())
                                        .handler((call, args, reply) -> channels(call, args, reply, Kind.CHANNEL)),
                                sub("numpat", 2, "2.8.0")
                                        .summary("Counts the patterns that have subscribers.")
                                        .complexity("O(1)")
                                        .handler((call, args, reply) -> reply.integer(
                                                call.engine().pubSub().size(Kind.PATTERN))),
                                sub("numsub", -2, "2.8.0")
                                        .summary("Counts the subscribers of channels.")
                                        .complexity("O(N), N being the number of channels given.")
                                        .arguments(Argument.string("channel")
                                                .optional()
                                                .multiple())
                                        .handler((call, args, reply) -> subscribers(call, args, reply, Kind.CHANNEL)),
                                sub("shardchannels", -2, "7.0.0")
                                        .summary("Lists the shard channels that have subscribers.")
                                        .complexity("O(N), N being the number of such channels.")
                                        .arguments(Argument.pattern("pattern").optional())
                                        .handler((call, args, reply) -> channels(call, args, reply, Kind.SHARD)),
                                sub("shardnumsub", -2, "7.0.0")
                                        .summary("Counts the subscribers of shard channels.")
                                        .complexity("O(N), N being the number of channels given.")
                                        .arguments(Argument.string("shardchannel")
                                                .optional()
                                                .multiple())
                                        .handler((call, args, reply) -> subscribers(call, args, reply, Kind.SHARD)),
                                Help.row("6.2.0", Group.PUBSUB)));
    }

    private static CommandSpec row(String name, int arity, String since, Flag... flags) {
        return command(name, arity, flags).since(since).group(Group.PUBSUB).locks(Locks.NONE);
    }

    private static CommandSpec sub(String name, int arity, String since) {
        return row(name, arity, since, PUBSUB, LOADING, STALE);
    }

    static void subscribe(Call call, Args args, Reply reply, Kind kind) {
        Session session = call.session();
        if (session.inbox() == null) {
            args.fail(new RedisError("ERR " + kind.verb().toUpperCase(Locale.ROOT) + " needs a connection"));
            return;
        }
        // A transaction that subscribes to plain channels is an old habit of some clients, which Redis spares.
        if (kind == Kind.SHARD && call.isInTransaction()) {
            args.fail(SHARD_IN_TRANSACTION);
            return;
        }
        for (int i = 1; i < args.count(); i++) {
            byte[] name = args.at(i).toByteArray();
            call.engine().pubSub().subscribe(session, kind, name);
            confirm(call, reply, kind, kind.verb(), name);
        }
    }

    static void unsubscribe(Call call, Args args, Reply reply, Kind kind) {
        Session session = call.session();
        PubSub pubSub = call.engine().pubSub();
        if (args.count() > 1) {
            for (int i = 1; i < args.count(); i++) {
                byte[] name = args.at(i).toByteArray();
                pubSub.unsubscribe(session, kind, name);
                confirm(call, reply, kind, kind.opposite(), name);
            }
            return;
        }
        List<byte[]> names = session.subscriptions().names(kind);
        for (byte[] name : names) {
            pubSub.unsubscribe(session, kind, name);
            confirm(call, reply, kind, kind.opposite(), name);
        }
        if (names.isEmpty()) {
            confirm(call, reply, kind, kind.opposite(), null);
        }
    }

    /** Tells the client what it has, or has not any more, in the form of a message. */
    private static void confirm(Call call, Reply reply, Kind kind, String what, byte @Nullable [] name) {
        call.beginPush();
        reply.push(3);
        reply.bulk(what);
        if (name == null) {
            reply.nil();
        } else {
            reply.bulk(name);
        }
        reply.integer(call.session().subscriptions().counted(kind));
        call.endPush();
    }

    private static void channels(Call call, Args args, Reply reply, Kind kind) {
        if (args.count() > 3) {
            CommandSpec container = call.spec().parent();
            if (container == null) {
                throw new IllegalStateException("a subcommand without its container");
            }
            args.fail(Help.wrongSyntax(container, args.at(1).shown(128)));
            return;
        }
        List<byte[]> names = call.engine().pubSub().names(kind, args.count() == 3 ? args.at(2) : null);
        reply.array(names.size());
        names.forEach(reply::bulk);
    }

    private static void subscribers(Call call, Args args, Reply reply, Kind kind) {
        reply.array(2 * (args.count() - 2L));
        for (int i = 2; i < args.count(); i++) {
            reply.bulk(args.at(i));
            reply.integer(call.engine().pubSub().subscribers(kind, args.at(i).toByteArray()));
        }
    }
}
