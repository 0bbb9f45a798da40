package dev.cinnabar.commands.persistence;

import static dev.cinnabar.command.CommandSpec.command;
import static dev.cinnabar.command.Flag.ADMIN;
import static dev.cinnabar.command.Flag.NOSCRIPT;
import static dev.cinnabar.command.Flag.STALE;

import dev.cinnabar.aof.Backup;
import dev.cinnabar.command.CommandSpec;
import dev.cinnabar.command.CommandSpec.Locks;
import dev.cinnabar.command.Flag;
import dev.cinnabar.command.Group;
import dev.cinnabar.command.Handler;
import dev.cinnabar.command.Help;
import dev.cinnabar.resp.RedisError;
import dev.cinnabar.resp.Reply;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/** BACKUP: a set of files that has all data, made while clients are served. Stateless. */
public final class BackupCommands {

    private BackupCommands() {}

    public static List<CommandSpec> table() {
        return List.of(command("backup", 2)
                .group(Group.SERVER)
                .since("8.10.0")
                .locks(Locks.NONE)
                .summary("Holds the commands that make a backup.")
                .complexity("Depends on the subcommand.")
                .subcommands(
                        row("abort", ADMIN, NOSCRIPT)
                                .summary("Ends a backup that is not sealed, and removes its files.")
                                .complexity("O(1)")
                                .handler(doing(Backup::abort)),
                        row("cleanup", ADMIN, NOSCRIPT)
                                .summary("Removes the files of a backup that is sealed or has failed.")
                                .complexity("O(1)")
                                .handler(doing(Backup::cleanUp)),
                        row("list", ADMIN, STALE)
                                .summary("Lists the files of the sealed backup.")
                                .complexity("O(1)")
                                .handler(answering(BackupCommands::list)),
                        row("seal", ADMIN, NOSCRIPT)
                                .summary("Ends a backup: it has all that was written up to now.")
                                .complexity("O(1)")
                                .handler(doing(Backup::seal)),
                        row("start", ADMIN, NOSCRIPT)
                                .summary("Begins a backup in the background.")
                                .complexity("O(N), N being the number of keys, in the background.")
                                .handler(doing(Backup::start)),
                        row("status", ADMIN, STALE)
                                .summary("Tells how far the backup is.")
                                .complexity("O(1)")
                                .handler(answering(BackupCommands::status)),
                        Help.row("8.10.0", Group.SERVER)));
    }

    private static CommandSpec row(String name, Flag... flags) {
        return command(name, 2, flags).group(Group.SERVER).since("8.10.0").locks(Locks.NONE);
    }

    @FunctionalInterface
    private interface Action {
        void run(Backup backup) throws Backup.BackupException;
    }

    @FunctionalInterface
    private interface Answer {
        void write(Backup backup, Reply reply) throws Backup.BackupException;
    }

    private static Handler doing(Action action) {
        return answering((backup, reply) -> {
            action.run(backup);
            reply.ok();
        });
    }

    private static Handler answering(Answer answer) {
        return (call, args, reply) -> {
            try {
                answer.write(call.engine().appendOnly().backup(), reply);
            } catch (Backup.BackupException e) {
                args.fail(new RedisError(String.valueOf(e.getMessage())));
            }
        };
    }

    private static void list(Backup backup, Reply reply) throws Backup.BackupException {
        List<Path> files = backup.files();
        reply.array(files.size());
        for (Path file : files) {
            reply.bulk(file.toString().getBytes(StandardCharsets.UTF_8));
        }
    }

    private static void status(Backup backup, Reply reply) {
        Backup.Status status = backup.status();
        reply.map(4);
        reply.bulk("state");
        reply.bulk(status.state().text());
        reply.bulk("error");
        reply.bulk(status.error());
        reply.bulk("start_time");
        reply.integer(status.startSeconds());
        reply.bulk("end_time");
        reply.integer(status.endSeconds());
    }
}
