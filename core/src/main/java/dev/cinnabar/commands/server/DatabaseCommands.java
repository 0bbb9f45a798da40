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
import dev.cinnabar.command.Group;
import dev.cinnabar.keyspace.Database;
import dev.cinnabar.resp.RedisError;
import dev.cinnabar.resp.Reply;
import java.util.List;

/** Databases as a whole. Stateless. */
public final class DatabaseCommands {

    private DatabaseCommands() {}

    public static List<CommandSpec> table() {
        return List.of(
                command("dbsize", 1, READONLY, FAST)
                        .group(Group.SERVER)
                        .categories(Category.KEYSPACE)
                        .locks(Locks.ALL)
                        .tips("request_policy:all_shards", "response_policy:agg_sum")
                        .summary("Counts the keys of the database.")
                        .complexity("O(1)")
                        .handler(DatabaseCommands::dbsize),
                command("flushall", -1, WRITE)
                        .group(Group.SERVER)
                        .categories(Category.KEYSPACE, Category.DANGEROUS)
                        .locks(Locks.ALL)
                        .tips("request_policy:all_shards", "response_policy:all_succeeded")
                        .summary("Deletes the keys of all databases.")
                        .complexity("O(N), N being the number of keys; they are freed in the background.")
                        .arguments(Argument.oneOf("flush-type", Argument.token("ASYNC"), Argument.token("SYNC"))
                                .optional())
                        .handler(DatabaseCommands::flushall));
    }

    static void dbsize(Call call, Args args, Reply reply) {
        long keys = 0;
        for (int p = 0; p < call.keyspace().partitions(); p++) {
            Database database =
                    call.keyspace().partition(p).databaseIfAny(call.session().database());
            if (database != null) {
                keys += database.size();
            }
        }
        reply.integer(keys);
    }

    static void flushall(Call call, Args args, Reply reply) {
        if (args.count() > 2 || args.count() == 2 && !args.is(1, "sync") && !args.is(1, "async")) {
            args.fail(RedisError.SYNTAX);
            return;
        }
        for (int p = 0; p < call.keyspace().partitions(); p++) {
            for (int n = 0; n < call.keyspace().databases(); n++) {
                call.keyspace().partition(p).clear(n);
            }
        }
        call.engine().nudge();
        reply.ok();
    }
}
