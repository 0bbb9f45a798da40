package dev.cinnabar.commands.persistence;

import static dev.cinnabar.command.CommandSpec.command;
import static dev.cinnabar.command.Flag.BLOCKING;

import dev.cinnabar.command.Args;
import dev.cinnabar.command.Argument;
import dev.cinnabar.command.Call;
import dev.cinnabar.command.Category;
import dev.cinnabar.command.CommandSpec;
import dev.cinnabar.command.CommandSpec.Locks;
import dev.cinnabar.command.Engine;
import dev.cinnabar.command.Group;
import dev.cinnabar.command.Timeouts;
import dev.cinnabar.command.Waiting;
import dev.cinnabar.resp.RedisError;
import dev.cinnabar.resp.Reply;
import dev.cinnabar.session.Session;
import java.util.List;

/** WAIT and WAITAOF: a client waits until what it has written is in more places than memory. Stateless. */
public final class WaitCommands {

    /*
     * There are no replicas: whoever waits for some waits for the whole time. Whether the append-only file is on disk is looked
     * at again and again: in the worst case it takes a second, or for ever, and whoever syncs need know nothing of clients.
     */

    /** The time between two looks at how far the append-only file is on disk. */
    private static final long LOOK_MILLIS = 5;

    private static final RedisError NOT_0_OR_1 =
            new RedisError("ERR value is out of range, value must between 0 and 1");
    private static final RedisError NOT_POSITIVE = new RedisError("ERR value is out of range, must be positive");
    private static final RedisError NO_FILE =
            new RedisError("ERR WAITAOF cannot be used when numlocal is set but appendonly is disabled.");

    private WaitCommands() {}

    public static List<CommandSpec> table() {
        return List.of(
                row("wait", 3, "3.0.0")
                        .summary("Waits until so many replicas have what this client has written.")
                        .arguments(Argument.integer("numreplicas"), Argument.integer("timeout"))
                        .handler(WaitCommands::waitForReplicas),
                row("waitaof", 4, "7.2.0")
                        .summary("Waits until what this client has written is on disk, here and at so many replicas.")
                        .arguments(
                                Argument.integer("numlocal"),
                                Argument.integer("numreplicas"),
                                Argument.integer("timeout"))
                        .handler(WaitCommands::waitForFiles));
    }

    private static CommandSpec row(String name, int arity, String since) {
        return command(name, arity, BLOCKING)
                .group(Group.GENERIC)
                .categories(Category.CONNECTION)
                .since(since)
                .locks(Locks.NONE)
                .complexity("O(1)")
                .tips("request_policy:all_shards", "response_policy:agg_min");
    }

    private static void waitForReplicas(Call call, Args args, Reply reply) {
        long replicas = args.integer(1);
        long timeoutMillis = Timeouts.millis(args, 2, call.nowMillis());
        if (args.failed()) {
            return;
        }
        if (replicas <= 0) {
            reply.integer(0);
        } else {
            call.block(Waiting.withoutKeys(timeoutMillis, Waiting.NEVER, late -> late.integer(0)));
        }
    }

    private static void waitForFiles(Call call, Args args, Reply reply) {
        long local = args.integer(1);
        if (!args.failed() && (local < 0 || local > 1)) {
            args.fail(NOT_0_OR_1);
        }
        long replicas = args.integer(2, 0, Long.MAX_VALUE, NOT_POSITIVE);
        long timeoutMillis = Timeouts.millis(args, 3, call.nowMillis());
        if (args.failed()) {
            return;
        }
        if (local > 0 && !call.engine().appendOnly().isOn()) {
            args.fail(NO_FILE);
            return;
        }
        Engine engine = call.engine();
        Session session = call.session();
        if (replicas == 0 && (local == 0 || isOnDisk(engine, session))) {
            tell(engine, session, reply);
        } else {
            long againMillis = local == 0 ? Waiting.NEVER : call.nowMillis() + LOOK_MILLIS;
            call.block(Waiting.withoutKeys(timeoutMillis, againMillis, late -> tell(engine, session, late)));
        }
    }

    private static boolean isOnDisk(Engine engine, Session session) {
        return engine.appendOnly().isOnDisk(session.written());
    }

    private static void tell(Engine engine, Session session, Reply reply) {
        reply.array(2);
        reply.integer(isOnDisk(engine, session) ? 1 : 0);
        reply.integer(0);
    }
}
