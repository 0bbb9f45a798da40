package dev.cinnabar.commands.strings;

import static dev.cinnabar.command.CommandSpec.command;
import static dev.cinnabar.command.Flag.DENYOOM;
import static dev.cinnabar.command.Flag.FAST;
import static dev.cinnabar.command.Flag.READONLY;
import static dev.cinnabar.command.Flag.WRITE;
import static dev.cinnabar.command.KeySpec.Use.ACCESS;
import static dev.cinnabar.command.KeySpec.Use.INSERT;
import static dev.cinnabar.command.KeySpec.Use.OW;
import static dev.cinnabar.command.KeySpec.Use.RO;
import static dev.cinnabar.command.KeySpec.Use.RW;
import static dev.cinnabar.command.KeySpec.Use.UPDATE;
import static dev.cinnabar.command.KeySpec.Use.VARIABLE_FLAGS;

import dev.cinnabar.command.Args;
import dev.cinnabar.command.Argument;
import dev.cinnabar.command.Call;
import dev.cinnabar.command.Category;
import dev.cinnabar.command.CommandSpec;
import dev.cinnabar.command.Group;
import dev.cinnabar.command.KeySpec;
import dev.cinnabar.resp.RedisError;
import dev.cinnabar.resp.Reply;
import dev.cinnabar.values.Entry;
import dev.cinnabar.values.StringValue;
import dev.cinnabar.values.Type;
import java.util.List;

/** Strings: reading and writing, counters. Stateless. */
public final class StringCommands {

    private StringCommands() {}

    public static List<CommandSpec> table() {
        return List.of(
                row("get", 2, "1.0.0", READONLY, FAST)
                        .keys(KeySpec.at(1, RO, ACCESS))
                        .summary("Answers the value of a string key.")
                        .complexity("O(1)")
                        .arguments(Argument.key("key"))
                        .handler(StringCommands::get),
                row("set", -3, "1.0.0", WRITE, DENYOOM)
                        .keys(KeySpec.at(1, RW, ACCESS, UPDATE, VARIABLE_FLAGS)
                                .notes("RW and ACCESS due to the optional `GET` argument"))
                        .summary("Sets the value of a key, whatever it held before.")
                        .complexity("O(1)")
                        .arguments(Argument.key("key"), Argument.string("value"))
                        .handler(StringCommands::set),
                row("incr", 2, "1.0.0", WRITE, DENYOOM, FAST)
                        .keys(KeySpec.at(1, RW, ACCESS, UPDATE))
                        .summary("Adds one to the number that a key holds, which is 0 if the key is missing.")
                        .complexity("O(1)")
                        .arguments(Argument.key("key"))
                        .handler((call, args, reply) -> increment(call, args, reply, 1)),
                row("mset", -3, "1.0.1", WRITE, DENYOOM)
                        .keys(KeySpec.range(1, -1, 2, OW, UPDATE))
                        .tips("request_policy:multi_shard", "response_policy:all_succeeded")
                        .summary("Sets the values of several keys at once.")
                        .complexity("O(N), N being the number of keys.")
                        .arguments(Argument.block("data", Argument.key("key"), Argument.string("value"))
                                .multiple())
                        .handler(StringCommands::mset),
                row("append", 3, "2.0.0", WRITE, DENYOOM, FAST)
                        .keys(KeySpec.at(1, RW, INSERT))
                        .summary("Adds bytes at the end of a string, which is made if it is missing.")
                        .complexity("O(1), averaged over many calls.")
                        .arguments(Argument.key("key"), Argument.string("value"))
                        .handler(StringCommands::append));
    }

    private static CommandSpec row(String name, int arity, String since, dev.cinnabar.command.Flag... flags) {
        return command(name, arity, flags).since(since).group(Group.STRING).categories(Category.STRING);
    }

    static void get(Call call, Args args, Reply reply) {
        Entry entry = call.read(1, Type.STRING);
        if (args.failed()) {
            return;
        }
        reply(call, reply, entry);
    }

    private static void reply(Call call, Reply reply, @org.jspecify.annotations.Nullable Entry entry) {
        if (entry == null) {
            reply.nil();
        } else if (StringValue.isLong(entry)) {
            reply.bulkInteger(StringValue.longValue(entry));
        } else {
            reply.bulk(StringValue.view(entry, call.view(), call.scratch()));
        }
    }

    static void set(Call call, Args args, Reply reply) {
        if (args.count() != 3) {
            args.fail(RedisError.SYNTAX);
            return;
        }
        store(call, args, 1, 2);
        reply.ok();
    }

    /** Makes a key hold a string without expiry, whatever it held before. */
    private static void store(Call call, Args args, int key, int value) {
        Entry entry = call.write(key);
        if (entry == null) {
            int kind = StringValue.kindFor(args.at(value));
            entry = call.create(
                    key, kind, StringValue.inlineLength(kind, args.at(value).length()), Entry.NEVER);
            StringValue.initialize(entry, kind, args.at(value));
        } else {
            call.database(key).persist(entry);
            StringValue.set(entry, args.at(value));
        }
        call.modified(key);
    }

    static void mset(Call call, Args args, Reply reply) {
        if (args.count() % 2 == 0) {
            args.fail(call.spec().wrongArity());
            return;
        }
        for (int i = 1; i < args.count(); i += 2) {
            store(call, args, i, i + 1);
        }
        reply.ok();
    }

    private static void increment(Call call, Args args, Reply reply, long by) {
        Entry entry = call.write(1, Type.STRING);
        if (args.failed()) {
            return;
        }
        long value = 0;
        if (entry != null) {
            if (!StringValue.isLong(entry)) {
                args.fail(RedisError.NOT_AN_INTEGER);
                return;
            }
            value = StringValue.longValue(entry);
        }
        long sum = value + by;
        if (((value ^ sum) & (by ^ sum)) < 0) {
            args.fail(RedisError.OVERFLOW);
            return;
        }
        if (entry == null) {
            entry = call.create(1, dev.cinnabar.values.Encoding.STRING_INT, 0, Entry.NEVER);
        }
        StringValue.setLong(entry, sum);
        call.modified(1);
        reply.integer(sum);
    }

    static void append(Call call, Args args, Reply reply) {
        Entry entry = call.write(1, Type.STRING);
        if (args.failed()) {
            return;
        }
        if (entry == null) {
            store(call, args, 1, 2);
            reply.integer(args.at(2).length());
            return;
        }
        if ((long) StringValue.length(entry) + args.at(2).length() > call.engine().settings().maxBulkLength) {
            args.fail(RedisError.STRING_TOO_LONG);
            return;
        }
        int length = StringValue.append(entry, args.at(2));
        call.modified(1);
        reply.integer(length);
    }
}
