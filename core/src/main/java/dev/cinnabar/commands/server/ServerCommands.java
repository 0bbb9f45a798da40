package dev.cinnabar.commands.server;

import static dev.cinnabar.command.CommandSpec.command;
import static dev.cinnabar.command.Flag.ADMIN;
import static dev.cinnabar.command.Flag.ALLOW_BUSY;
import static dev.cinnabar.command.Flag.FAST;
import static dev.cinnabar.command.Flag.LOADING;
import static dev.cinnabar.command.Flag.NOSCRIPT;
import static dev.cinnabar.command.Flag.NO_ASYNC_LOADING;
import static dev.cinnabar.command.Flag.NO_MULTI;
import static dev.cinnabar.command.Flag.STALE;

import dev.cinnabar.command.Args;
import dev.cinnabar.command.Argument;
import dev.cinnabar.command.Call;
import dev.cinnabar.command.Category;
import dev.cinnabar.command.CommandSpec;
import dev.cinnabar.command.CommandSpec.Locks;
import dev.cinnabar.command.Group;
import dev.cinnabar.persistence.Saves;
import dev.cinnabar.resp.RedisError;
import dev.cinnabar.resp.Reply;
import java.io.IOException;
import java.util.List;

/** What a server does besides serving: it tells the time and its figures, draws, and ends. Stateless. */
public final class ServerCommands {

    private static final RedisError CANNOT_END = new RedisError("ERR Errors trying to SHUTDOWN. Check logs.");
    private static final RedisError SAVE_FAILED = new RedisError("ERR");
    private static final RedisError SAVE_RUNS = new RedisError("ERR Background save already in progress");
    private static final RedisError REWRITE_RUNS = new RedisError(
            "ERR Another child process is active (AOF?): can't BGSAVE right now. Use BGSAVE SCHEDULE in order"
                    + " to schedule a BGSAVE whenever possible.");
    private static final RedisError NOT_ENDING = new RedisError("ERR No shutdown in progress.");

    private ServerCommands() {}

    public static List<CommandSpec> table() {
        return List.of(
                InfoCommand.row(),
                Lolwut.row(),
                command("time", 1, LOADING, STALE, FAST)
                        .group(Group.SERVER)
                        .since("2.6.0")
                        .locks(Locks.NONE)
                        .tips("nondeterministic_output")
                        .summary("Tells the server's time, in seconds and microseconds.")
                        .complexity("O(1)")
                        .handler(ServerCommands::time),
                command("save", 1, ADMIN, NOSCRIPT, NO_ASYNC_LOADING, NO_MULTI)
                        .group(Group.SERVER)
                        .locks(Locks.ALL)
                        .summary("Saves everything to the RDB file; all clients wait meanwhile.")
                        .complexity("O(N), N being the number of keys in all databases.")
                        .handler(ServerCommands::save),
                command("bgsave", -1, ADMIN, NOSCRIPT, NO_ASYNC_LOADING)
                        .group(Group.SERVER)
                        .locks(Locks.NONE)
                        .summary("Saves everything as of now to the RDB file, while clients go on.")
                        .complexity("O(1)")
                        .arguments(Argument.token("SCHEDULE").since("3.2.2").optional())
                        .history("3.2.2", "Added `SCHEDULE`.")
                        .handler(ServerCommands::saveInBackground),
                command("lastsave", 1, LOADING, STALE, FAST)
                        .group(Group.SERVER)
                        .categories(Category.ADMIN, Category.DANGEROUS)
                        .locks(Locks.NONE)
                        .tips("nondeterministic_output")
                        .summary("Tells when everything was saved last, in seconds since 1970.")
                        .complexity("O(1)")
                        .handler((call, args, reply) ->
                                reply.integer(call.engine().saves().lastSaveMillis() / 1000)),
                command("shutdown", -1, ADMIN, NOSCRIPT, LOADING, STALE, NO_MULTI, ALLOW_BUSY)
                        .group(Group.SERVER)
                        .locks(Locks.NONE)
                        .summary("Ends the server.")
                        .complexity("O(1)")
                        .arguments(
                                Argument.oneOf("save-selector", Argument.token("NOSAVE"), Argument.token("SAVE"))
                                        .optional(),
                                Argument.token("NOW").since("7.0.0").optional(),
                                Argument.token("FORCE").since("7.0.0").optional(),
                                Argument.token("ABORT").since("7.0.0").optional())
                        .history("7.0.0", "Knows NOW, FORCE and ABORT.")
                        .handler(ServerCommands::shutdown));
    }

    static void time(Call call, Args args, Reply reply) {
        long micros = call.engine().clock().micros();
        reply.array(2);
        reply.bulkInteger(micros / 1_000_000);
        reply.bulkInteger(micros % 1_000_000);
    }

    static void shutdown(Call call, Args args, Reply reply) {
        boolean save = false;
        boolean noSave = false;
        boolean abort = false;
        boolean force = false;
        for (int i = 1; i < args.count(); i++) {
            if (args.is(i, "save")) {
                save = true;
            } else if (args.is(i, "nosave")) {
                noSave = true;
            } else if (args.is(i, "abort")) {
                abort = true;
            } else if (args.is(i, "force")) {
                force = true;
            } else if (!args.is(i, "now")) {
                args.fail(RedisError.SYNTAX);
            }
        }
        if (save && noSave || abort && args.count() > 2) {
            args.fail(RedisError.SYNTAX);
        }
        if (args.failed()) {
            return;
        }
        if (abort) {
            // A shutdown that has begun does not wait for anything, so there is never one to stop.
            args.fail(NOT_ENDING);
            return;
        }
        if (!call.engine().host().canShutDown()) {
            call.engine()
                    .settings()
                    .log
                    .warning("SHUTDOWN: the program that has the server within it decides when it ends.");
            args.fail(CANNOT_END);
            return;
        }
        call.engine().settings().log.notice("User requested shutdown...");
        Saves saves = call.engine().saves();
        saves.abort();
        if (!call.engine().isLoading() && (save || !noSave && saves.isSavedAtEnd())) {
            try {
                saves.saveFinally();
                saves.atEnd(true);
            } catch (IOException e) {
                if (!force) {
                    call.engine().settings().log.warning("Error trying to save the DB, can't exit.");
                    args.fail(CANNOT_END);
                    return;
                }
                call.engine().settings().log.warning("Error trying to save the DB, exiting all the same.");
                saves.atEnd(false);
            }
        } else {
            saves.atEnd(false);
        }
        call.engine().host().shutDown();
        call.session().closeAfterReply();
    }

    static void saveInBackground(Call call, Args args, Reply reply) {
        boolean schedule = args.count() == 2 && args.is(1, "schedule");
        if (args.count() > 1 && !schedule) {
            args.fail(RedisError.SYNTAX);
            return;
        }
        Saves saves = call.engine().saves();
        if (saves.isInProgress()) {
            args.fail(SAVE_RUNS);
        } else if (call.isInTransaction() || call.engine().appendOnly().isRewriting()) {
            if (schedule || call.isInTransaction()) {
                saves.schedule();
                reply.simple("Background saving scheduled");
            } else {
                args.fail(REWRITE_RUNS);
            }
        } else if (saves.start()) {
            reply.simple("Background saving started");
        } else {
            args.fail(saves.isInProgress() ? SAVE_RUNS : REWRITE_RUNS);
        }
    }

    static void save(Call call, Args args, Reply reply) {
        if (call.engine().saves().isInProgress()) {
            args.fail(SAVE_RUNS);
            return;
        }
        try {
            call.engine().saves().save();
            reply.ok();
        } catch (IOException e) {
            // The log has been told why; clients are told no more than that, as the reason names paths.
            args.fail(SAVE_FAILED);
        }
    }
}
