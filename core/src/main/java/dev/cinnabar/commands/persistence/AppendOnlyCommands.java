package dev.cinnabar.commands.persistence;

import static dev.cinnabar.command.CommandSpec.command;
import static dev.cinnabar.command.Flag.ADMIN;
import static dev.cinnabar.command.Flag.NOSCRIPT;
import static dev.cinnabar.command.Flag.NO_ASYNC_LOADING;

import dev.cinnabar.aof.AppendOnly;
import dev.cinnabar.command.Args;
import dev.cinnabar.command.Call;
import dev.cinnabar.command.CommandSpec;
import dev.cinnabar.command.CommandSpec.Locks;
import dev.cinnabar.command.Group;
import dev.cinnabar.resp.RedisError;
import dev.cinnabar.resp.Reply;
import java.util.List;

/** BGREWRITEAOF. Stateless. */
public final class AppendOnlyCommands {

    private static final RedisError IN_PROGRESS =
            new RedisError("ERR Background append only file rewriting already in progress");
    private static final RedisError NOT_STARTED = new RedisError(
            "ERR Can't execute an AOF background rewriting. Please" + " check the server logs for more information.");

    private AppendOnlyCommands() {}

    public static List<CommandSpec> table() {
        return List.of(command("bgrewriteaof", 1, ADMIN, NOSCRIPT, NO_ASYNC_LOADING)
                .group(Group.SERVER)
                .since("1.0.0")
                .locks(Locks.NONE)
                .summary("Writes a new base of the append-only file, while clients are served.")
                .complexity("O(N), N being the number of keys, in the background.")
                .handler(AppendOnlyCommands::rewrite));
    }

    private static void rewrite(Call call, Args args, Reply reply) {
        AppendOnly file = call.engine().appendOnly();
        if (file.isRewriting()) {
            args.fail(IN_PROGRESS);
        } else if (file.isKeptWaiting()) {
            file.schedule();
            reply.simple("Background append only file rewriting scheduled");
        } else if (file.rewrite()) {
            reply.simple("Background append only file rewriting started");
        } else {
            args.fail(NOT_STARTED);
        }
    }
}
