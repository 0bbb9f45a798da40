package dev.cinnabar.commands.server;

import static dev.cinnabar.command.CommandSpec.command;
import static dev.cinnabar.command.Flag.ADMIN;
import static dev.cinnabar.command.Flag.LOADING;
import static dev.cinnabar.command.Flag.NOSCRIPT;
import static dev.cinnabar.command.Flag.STALE;
import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.cinnabar.acl.User;
import dev.cinnabar.command.Args;
import dev.cinnabar.command.Argument;
import dev.cinnabar.command.Call;
import dev.cinnabar.command.CommandSpec;
import dev.cinnabar.command.CommandSpec.Locks;
import dev.cinnabar.command.Group;
import dev.cinnabar.command.Help;
import dev.cinnabar.config.ConfigException;
import dev.cinnabar.config.ConfigRewriter;
import dev.cinnabar.config.Configuration;
import dev.cinnabar.config.Directives;
import dev.cinnabar.resp.RedisError;
import dev.cinnabar.resp.Reply;
import dev.cinnabar.session.Peer;
import dev.cinnabar.text.Reason;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** CONFIG: the configuration of the running server. Stateless. */
public final class ConfigCommands {

    private static final String[] TO_ALL_NODES = {"request_policy:all_nodes", "response_policy:all_succeeded"};

    private ConfigCommands() {}

    public static List<CommandSpec> table() {
        Argument parameter = Argument.string("parameter");
        return List.of(command("config", -2)
                .group(Group.SERVER)
                .since("2.0.0")
                .locks(Locks.NONE)
                .summary("Reads and changes the configuration of the running server.")
                .complexity("Depends on the subcommand.")
                .subcommands(
                        row("get", -3)
                                .summary("Shows the directives whose names match a pattern, with their values.")
                                .complexity("O(N*M), N being the number of directives and M that of patterns.")
                                .arguments(parameter.multiple())
                                .history("7.0.0", "Takes several patterns.")
                                .handler(ConfigCommands::get),
                        row("set", -4)
                                // What it sets may begin or end the journal, for which all partitions are locked.
                                .walksData()
                                .tips(TO_ALL_NODES)
                                .summary("Changes directives: all that are named, or none.")
                                .complexity("O(N), N being the number of directives.")
                                .arguments(Argument.block("data", parameter, Argument.string("value"))
                                        .multiple())
                                .history("7.0.0", "Takes several directives.")
                                .handler(ConfigCommands::set),
                        row("resetstat", 2)
                                .tips(TO_ALL_NODES)
                                .summary("Counts what INFO reports from zero again.")
                                .complexity("O(1)")
                                .handler((call, args, reply) -> {
                                    call.engine().resetStatistics();
                                    reply.ok();
                                }),
                        row("rewrite", 2)
                                .since("2.8.0")
                                .tips(TO_ALL_NODES)
                                .summary("Writes the configuration into its file, whose comments and order stay.")
                                .complexity("O(1)")
                                .handler(ConfigCommands::rewrite),
                        Help.row("5.0.0", Group.SERVER)));
    }

    private static CommandSpec row(String name, int arity) {
        return command(name, arity, ADMIN, NOSCRIPT, LOADING, STALE)
                .group(Group.SERVER)
                .since("2.0.0")
                .locks(Locks.NONE);
    }

    private static Configuration configuration(Call call) {
        return call.engine().settings().configuration();
    }

    /** An argument with a char for each byte, as the configuration has its texts. */
    private static String text(Args args, int index) {
        return new String(args.at(index).toByteArray(), ISO_8859_1);
    }

    static void get(Call call, Args args, Reply reply) {
        List<String> patterns = new ArrayList<>();
        for (int i = 2; i < args.count(); i++) {
            patterns.add(text(args, i));
        }
        Map<String, String> found = configuration(call).matching(patterns);
        reply.map(found.size());
        found.forEach((name, value) -> {
            reply.bulk(name.getBytes(ISO_8859_1));
            reply.bulk(value.getBytes(ISO_8859_1));
        });
    }

    static void set(Call call, Args args, Reply reply) {
        if (args.count() % 2 != 0) {
            args.fail(RedisError.SYNTAX);
            return;
        }
        List<String> names = new ArrayList<>();
        List<String> values = new ArrayList<>();
        for (int i = 2; i < args.count(); i += 2) {
            names.add(text(args, i));
            values.add(text(args, i + 1));
        }
        boolean guardedToo =
                configuration(call).get(Directives.ENABLE_PROTECTED_CONFIGS).allows(isLocal(call));
        try {
            configuration(call).set(names, values, guardedToo);
            reply.ok();
        } catch (ConfigException e) {
            args.fail(new RedisError("ERR " + e.getMessage()));
        }
    }

    /** Whether the client is on this host. */
    static boolean isLocal(Call call) {
        Peer peer = call.session().peer();
        if (peer == null || peer.isUnixSocket()) {
            return true;
        }
        String address = peer.remoteAddress();
        return address.startsWith("127.") || address.startsWith("[::1]:") || address.startsWith("::1:");
    }

    /** The lines that define the users, none where a file of their own does. */
    private static List<String> users(Call call) {
        return configuration(call).get(Directives.ACLFILE).isEmpty()
                ? call.engine().users().all().stream().map(User::describe).toList()
                : List.of();
    }

    static void rewrite(Call call, Args args, Reply reply) {
        rewrite(call, args, reply, false);
    }

    /** @param all whether directives that are at their defaults are written, too */
    static void rewrite(Call call, Args args, Reply reply, boolean all) {
        Path file = call.engine().host().configFile();
        if (file == null) {
            args.fail(new RedisError("ERR The server is running without a config file"));
            return;
        }
        try {
            ConfigRewriter.rewrite(configuration(call), users(call), file, all);
            call.engine().settings().log.notice("CONFIG REWRITE executed with success.");
            reply.ok();
        } catch (IOException e) {
            call.engine().settings().log.warning("CONFIG REWRITE failed: " + Reason.withFile(e));
            args.fail(new RedisError("ERR Rewriting config file: " + Reason.of(e)));
        }
    }
}
