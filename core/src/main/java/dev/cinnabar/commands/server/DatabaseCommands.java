package dev.cinnabar.commands.server;

import static dev.cinnabar.command.CommandSpec.command;
import static dev.cinnabar.command.Flag.FAST;
import static dev.cinnabar.command.Flag.READONLY;
import static dev.cinnabar.command.Flag.WRITE;

import dev.cinnabar.command.Args;
import dev.cinnabar.command.Argument;
import dev.cinnabar.command.Call;
import dev.cinnabar.command.Category;
import dev.cinnabar.command.CommandSpec;
import dev.cinnabar.command.CommandSpec.Locks;
import dev.cinnabar.command.DatabaseSize;
import dev.cinnabar.command.Flag;
import dev.cinnabar.command.Group;
import dev.cinnabar.keyspace.Keyspace;
import dev.cinnabar.resp.RedisError;
import dev.cinnabar.resp.Reply;
import java.util.List;

/** Databases as a whole, and what helps to test them. Stateless. */
public final class DatabaseCommands {

    private static final RedisError BAD_FIRST = new RedisError("ERR invalid first DB index");
    private static final RedisError BAD_SECOND = new RedisError("ERR invalid second DB index");

    private DatabaseCommands() {}

    public static List<CommandSpec> table() {
        return List.of(
                DebugCommand.row(),
                row("dbsize", 1, "1.0.0", READONLY, FAST)
                        .tips("request_policy:all_shards", "response_policy:agg_sum")
                        .summary("Counts the keys of the database.")
                        .complexity("O(1)")
                        .handler((call, args, reply) -> reply.integer(DatabaseSize.of(call))),
                flushing("flushall")
                        .summary("Deletes the keys of all databases.")
                        .handler(DatabaseCommands::flushAll),
                flushing("flushdb")
                        .summary("Deletes the keys of the database.")
                        .handler(DatabaseCommands::flushDatabase),
                row("swapdb", 3, "4.0.0", WRITE, FAST)
                        .categories(Category.DANGEROUS)
                        .summary("Exchanges two databases: each client sees at once what the other one held.")
                        .complexity("O(N), N being the number of watched keys.")
                        .arguments(Argument.integer("index1"), Argument.integer("index2"))
                        .handler(DatabaseCommands::swap));
    }

    private static CommandSpec row(String name, int arity, String since, Flag... flags) {
        return command(name, arity, flags)
                .since(since)
                .group(Group.SERVER)
                .categories(Category.KEYSPACE)
                .locks(Locks.ALL);
    }

    private static CommandSpec flushing(String name) {
        return row(name, -1, "1.0.0", WRITE)
                .categories(Category.DANGEROUS)
                .tips("request_policy:all_shards", "response_policy:all_succeeded")
                .history("4.0.0", "Added `ASYNC`.")
                .history("6.2.0", "Added `SYNC`.")
                .complexity("O(1), and O(N) to free them, N being the number of keys.")
                .arguments(Argument.oneOf(
                                "flush-type",
                                Argument.token("ASYNC").since("4.0.0"),
                                Argument.token("SYNC").since("6.2.0"))
                        .optional());
    }

    static void flushAll(Call call, Args args, Reply reply) {
        boolean background = isInBackground(args);
        if (args.failed()) {
            return;
        }
        for (int n = 0; n < call.keyspace().databases(); n++) {
            clear(call.keyspace(), n);
        }
        call.engine().tracking().flushed(call.sender());
        logAlways(call);
        call.engine().saves().flushed();
        free(call, background);
        reply.ok();
    }

    static void flushDatabase(Call call, Args args, Reply reply) {
        boolean background = isInBackground(args);
        if (args.failed()) {
            return;
        }
        clear(call.keyspace(), call.session().database());
        call.engine().tracking().flushed(call.sender());
        logAlways(call);
        free(call, background);
        reply.ok();
    }

    /** These are logged even where nothing was to be changed. */
    private static void logAlways(Call call) {
        if (call.isJournaled()) {
            call.effectAsItCame();
        }
    }

    private static boolean isInBackground(Args args) {
        if (args.count() == 1) {
            return false;
        }
        boolean background = args.is(1, "async");
        if (args.count() > 2 || !background && !args.is(1, "sync")) {
            args.fail(RedisError.SYNTAX);
        }
        return background;
    }

    private static void clear(Keyspace keyspace, int database) {
        for (int p = 0; p < keyspace.partitions(); p++) {
            keyspace.partition(p).clear(database);
        }
    }

    /** The keys are out of reach already; freeing them takes long, so others are not kept waiting for it. */
    private static void free(Call call, boolean background) {
        if (background) {
            call.engine().nudge();
        } else {
            call.afterUnlock(call.keyspace()::collectGarbage);
        }
    }

    static void swap(Call call, Args args, Reply reply) {
        long first = args.integer(1, Integer.MIN_VALUE, Integer.MAX_VALUE, BAD_FIRST);
        long second = args.integer(2, Integer.MIN_VALUE, Integer.MAX_VALUE, BAD_SECOND);
        int databases = call.keyspace().databases();
        if (first < 0 || first >= databases || second < 0 || second >= databases) {
            args.fail(RedisError.DB_OUT_OF_RANGE);
        }
        if (args.failed()) {
            return;
        }
        for (int p = 0; p < call.keyspace().partitions(); p++) {
            call.keyspace().partition(p).swap((int) first, (int) second);
        }
        logAlways(call);
        reply.ok();
    }
}
