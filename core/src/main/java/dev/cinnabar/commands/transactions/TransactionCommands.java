package dev.cinnabar.commands.transactions;

import static dev.cinnabar.command.CommandSpec.command;
import static dev.cinnabar.command.Flag.ALLOW_BUSY;
import static dev.cinnabar.command.Flag.FAST;
import static dev.cinnabar.command.Flag.LOADING;
import static dev.cinnabar.command.Flag.NOSCRIPT;
import static dev.cinnabar.command.Flag.SKIP_SLOWLOG;
import static dev.cinnabar.command.Flag.STALE;
import static dev.cinnabar.command.KeySpec.Use.RO;

import dev.cinnabar.command.Args;
import dev.cinnabar.command.Argument;
import dev.cinnabar.command.Call;
import dev.cinnabar.command.Category;
import dev.cinnabar.command.CommandSpec;
import dev.cinnabar.command.CommandSpec.Locks;
import dev.cinnabar.command.Flag;
import dev.cinnabar.command.Group;
import dev.cinnabar.command.KeySpec;
import dev.cinnabar.resp.RedisError;
import dev.cinnabar.resp.Reply;
import dev.cinnabar.session.Session;
import dev.cinnabar.session.Transaction;
import java.util.List;

/** MULTI, EXEC, DISCARD, WATCH, UNWATCH. Stateless. */
public final class TransactionCommands {

    private static final RedisError NESTED = new RedisError("ERR MULTI calls can not be nested");
    private static final RedisError EXEC_WITHOUT_MULTI = new RedisError("ERR EXEC without MULTI");
    private static final RedisError DISCARD_WITHOUT_MULTI = new RedisError("ERR DISCARD without MULTI");
    private static final RedisError WATCH_INSIDE_MULTI = new RedisError("ERR WATCH inside MULTI is not allowed");

    private TransactionCommands() {}

    public static List<CommandSpec> table() {
        return List.of(
                row("multi", 1, "1.2.0", NOSCRIPT, LOADING, STALE, FAST, ALLOW_BUSY)
                        .insideMulti()
                        .summary("Begins a transaction: the commands that follow are queued.")
                        .complexity("O(1)")
                        .handler(TransactionCommands::multi),
                row("exec", 1, "1.2.0", NOSCRIPT, LOADING, STALE, SKIP_SLOWLOG)
                        .insideMulti()
                        .endsTransaction()
                        .summary("Runs the queued commands as one.")
                        .complexity("Depends on the commands.")
                        .handler(TransactionCommands::exec),
                row("discard", 1, "2.0.0", NOSCRIPT, LOADING, STALE, FAST, ALLOW_BUSY)
                        .insideMulti()
                        .summary("Throws the queued commands away.")
                        .complexity("O(N), N being the number of queued commands.")
                        .handler(TransactionCommands::discard),
                row("watch", -2, "2.2.0", NOSCRIPT, LOADING, STALE, FAST, ALLOW_BUSY)
                        .insideMulti()
                        .locks(Locks.KEYS)
                        .keys(KeySpec.range(1, -1, 1, RO))
                        .summary("Lets the next EXEC run only if these keys have not changed until then.")
                        .complexity("O(1) a key.")
                        .arguments(Argument.key("key").multiple())
                        .handler(TransactionCommands::watch),
                row("unwatch", 1, "2.2.0", NOSCRIPT, LOADING, STALE, FAST, ALLOW_BUSY)
                        .summary("Forgets all watched keys.")
                        .complexity("O(1)")
                        .handler(TransactionCommands::unwatch));
    }

    private static CommandSpec row(String name, int arity, String since, Flag... flags) {
        return command(name, arity, flags)
                .since(since)
                .group(Group.TRANSACTIONS)
                .categories(Category.TRANSACTION)
                .locks(Locks.NONE);
    }

    static void multi(Call call, Args args, Reply reply) {
        Transaction transaction = call.session().transaction();
        if (transaction.isOpen()) {
            args.fail(NESTED);
            return;
        }
        transaction.open();
        reply.ok();
    }

    static void exec(Call call, Args args, Reply reply) {
        Transaction transaction = call.session().transaction();
        if (!transaction.isOpen()) {
            args.fail(EXEC_WITHOUT_MULTI);
        } else if (transaction.isAborted()) {
            end(call, call.session());
            args.fail(RedisError.EXEC_ABORT);
        } else {
            call.dispatcher().execute(call.session());
            end(call, call.session());
        }
    }

    static void discard(Call call, Args args, Reply reply) {
        if (!call.session().transaction().isOpen()) {
            args.fail(DISCARD_WITHOUT_MULTI);
            return;
        }
        end(call, call.session());
        reply.ok();
    }

    static void watch(Call call, Args args, Reply reply) {
        Transaction transaction = call.session().transaction();
        if (transaction.isOpen()) {
            args.fail(WATCH_INSIDE_MULTI);
            return;
        }
        for (int i = 1; i < args.count(); i++) {
            call.watch(i);
        }
        reply.ok();
    }

    static void unwatch(Call call, Args args, Reply reply) {
        call.engine().endWatches(call.session());
        reply.ok();
    }

    private static void end(Call call, Session session) {
        session.transaction().discard();
        call.engine().endWatches(session);
    }
}
