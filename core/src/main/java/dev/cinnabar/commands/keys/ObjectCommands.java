package dev.cinnabar.commands.keys;

import static dev.cinnabar.command.CommandSpec.command;
import static dev.cinnabar.command.Flag.READONLY;
import static dev.cinnabar.command.KeySpec.Use.RO;

import dev.cinnabar.command.Args;
import dev.cinnabar.command.Argument;
import dev.cinnabar.command.Call;
import dev.cinnabar.command.Category;
import dev.cinnabar.command.CommandSpec;
import dev.cinnabar.command.CommandSpec.Locks;
import dev.cinnabar.command.Group;
import dev.cinnabar.command.Handler;
import dev.cinnabar.command.Help;
import dev.cinnabar.command.KeySpec;
import dev.cinnabar.resp.RedisError;
import dev.cinnabar.resp.Reply;
import dev.cinnabar.values.Encoding;
import dev.cinnabar.values.Entry;
import java.util.List;

/** How a key's value is kept. Stateless. */
final class ObjectCommands {

    private static final RedisError NO_FREQUENCY = new RedisError("ERR An LFU maxmemory policy is not selected, access"
            + " frequency not tracked. Please note that when switching between policies at runtime LRU and LFU data will"
            + " take some time to adjust.");
    private static final RedisError NO_IDLE_TIME =
            new RedisError("ERR An LFU maxmemory policy is selected, idle time not"
                    + " tracked. Please note that when switching between policies at runtime LRU and LFU data will take some time"
                    + " to adjust.");

    private ObjectCommands() {}

    static List<CommandSpec> table() {
        return List.of(command("object", -2)
                .since("2.2.3")
                .group(Group.GENERIC)
                .locks(Locks.NONE)
                .summary("Tells how the value of a key is kept.")
                .complexity("Depends on the subcommand.")
                .subcommands(
                        sub("encoding", "2.2.3", ObjectCommands::encoding)
                                .summary("Answers the name of the form in which a value is stored."),
                        sub("freq", "4.0.0", ObjectCommands::frequency)
                                .summary(
                                        "Answers how often a key has been used: a counter that grows ever more slowly."),
                        sub("idletime", "2.2.3", ObjectCommands::idleTime)
                                .summary("Answers for how many seconds a key has not been used."),
                        sub("refcount", "2.2.3", ObjectCommands::references)
                                .summary("Answers how many keys share a value."),
                        Help.row("6.2.0", Group.GENERIC, Category.KEYSPACE)));
    }

    private static CommandSpec sub(String name, String since, Handler handler) {
        return KeyCommands.row(name, 3, since, READONLY)
                .keys(KeySpec.at(2, RO))
                .tips("nondeterministic_output")
                .complexity("O(1)")
                .arguments(Argument.key("key"))
                .handler(handler);
    }

    static void encoding(Call call, Args args, Reply reply) {
        Entry entry = call.inspectSilently(2);
        if (entry == null) {
            reply.nil();
        } else {
            reply.bulk(Encoding.nameOf(entry.kind()));
        }
    }

    static void frequency(Call call, Args args, Reply reply) {
        Entry entry = call.inspectSilently(2);
        if (entry == null) {
            reply.nil();
        } else if (!call.engine().tracksFrequency()) {
            args.fail(NO_FREQUENCY);
        } else {
            reply.integer(call.engine().frequency(entry.clock(), call.nowMillis()));
        }
    }

    static void idleTime(Call call, Args args, Reply reply) {
        Entry entry = call.inspectSilently(2);
        if (entry == null) {
            reply.nil();
        } else if (call.engine().tracksFrequency()) {
            args.fail(NO_IDLE_TIME);
        } else {
            reply.integer(call.engine().idleSeconds(entry.clock(), call.nowMillis()));
        }
    }

    /** A value belongs to one key: none is shared. */
    static void references(Call call, Args args, Reply reply) {
        if (call.inspectSilently(2) == null) {
            reply.nil();
        } else {
            reply.integer(1);
        }
    }
}
