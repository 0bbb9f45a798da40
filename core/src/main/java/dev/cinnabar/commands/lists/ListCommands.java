package dev.cinnabar.commands.lists;

import static dev.cinnabar.command.Flag.DENYOOM;
import static dev.cinnabar.command.Flag.FAST;
import static dev.cinnabar.command.Flag.READONLY;
import static dev.cinnabar.command.Flag.WRITE;
import static dev.cinnabar.command.KeySpec.Use.ACCESS;
import static dev.cinnabar.command.KeySpec.Use.DELETE;
import static dev.cinnabar.command.KeySpec.Use.INSERT;
import static dev.cinnabar.command.KeySpec.Use.RO;
import static dev.cinnabar.command.KeySpec.Use.RW;
import static dev.cinnabar.command.KeySpec.Use.UPDATE;
import static dev.cinnabar.commands.lists.ListRow.row;

import dev.cinnabar.command.Args;
import dev.cinnabar.command.Argument;
import dev.cinnabar.command.Call;
import dev.cinnabar.command.CommandSpec;
import dev.cinnabar.command.KeySpec;
import dev.cinnabar.config.EventClasses;
import dev.cinnabar.resp.RedisError;
import dev.cinnabar.resp.Reply;
import dev.cinnabar.values.Entry;
import dev.cinnabar.values.ListValue;
import dev.cinnabar.values.Type;
import java.util.ArrayList;
import java.util.List;

/** Lists: adding, looking and changing in place. Stateless. */
public final class ListCommands {

    private static final RedisError INDEX_OUT_OF_RANGE = new RedisError("ERR index out of range");

    private ListCommands() {}

    /** The rows of all commands on lists. */
    public static List<CommandSpec> table() {
        List<CommandSpec> rows = new ArrayList<>(List.of(
                push("lpush", "1.0.0", "Puts elements at the left end of a list, which is made if it is missing.")
                        .history("2.4.0", "Takes several elements.")
                        .handler((call, args, reply) -> push(call, args, reply, true, false)),
                push("rpush", "1.0.0", "Puts elements at the right end of a list, which is made if it is missing.")
                        .history("2.4.0", "Takes several elements.")
                        .handler((call, args, reply) -> push(call, args, reply, false, false)),
                push("lpushx", "2.2.0", "Puts elements at the left end of a list, if there is one.")
                        .history("4.0.0", "Takes several elements.")
                        .handler((call, args, reply) -> push(call, args, reply, true, true)),
                push("rpushx", "2.2.0", "Puts elements at the right end of a list, if there is one.")
                        .history("4.0.0", "Takes several elements.")
                        .handler((call, args, reply) -> push(call, args, reply, false, true)),
                row("llen", 2, "1.0.0", READONLY, FAST)
                        .keys(KeySpec.at(1, RO))
                        .summary("Answers how many elements a list has.")
                        .complexity("O(1)")
                        .arguments(Argument.key("key"))
                        .handler(ListCommands::length),
                row("lindex", 3, "1.0.0", READONLY)
                        .keys(KeySpec.at(1, RO, ACCESS))
                        .summary("Answers the element at an index.")
                        .complexity("O(log N), N being the length of the list; O(1) near its ends.")
                        .arguments(Argument.key("key"), Argument.integer("index"))
                        .handler(ListCommands::index),
                row("lrange", 4, "1.0.0", READONLY)
                        .keys(KeySpec.at(1, RO, ACCESS))
                        .summary("Answers the elements of a range of indices.")
                        .complexity("O(log N + M), N being the length of the list, M that of the range.")
                        .arguments(Argument.key("key"), Argument.integer("start"), Argument.integer("stop"))
                        .handler(ListCommands::range),
                row("lset", 4, "1.0.0", WRITE, DENYOOM)
                        .keys(KeySpec.at(1, RW, UPDATE))
                        .summary("Replaces the element at an index.")
                        .complexity("O(log N), N being the length of the list; O(1) near its ends.")
                        .arguments(Argument.key("key"), Argument.integer("index"), Argument.string("element"))
                        .handler(ListCommands::set),
                row("linsert", 5, "2.2.0", WRITE, DENYOOM)
                        .keys(KeySpec.at(1, RW, INSERT))
                        .summary("Puts an element in front of another one, or behind it.")
                        .complexity("O(N), N being the number of elements up to the other one.")
                        .arguments(
                                Argument.key("key"),
                                Argument.oneOf("where", Argument.token("BEFORE"), Argument.token("AFTER")),
                                Argument.string("pivot"),
                                Argument.string("element"))
                        .handler(ListCommands::insert),
                row("lrem", 4, "1.0.0", WRITE)
                        .keys(KeySpec.at(1, RW, DELETE))
                        .summary("Removes elements of a value, and the list with its last element.")
                        .complexity("O(N), N being the length of the list.")
                        .arguments(Argument.key("key"), Argument.integer("count"), Argument.string("element"))
                        .handler(ListCommands::remove),
                row("ltrim", 4, "1.0.0", WRITE)
                        .keys(KeySpec.at(1, RW, DELETE))
                        .summary("Removes all elements but those of a range of indices.")
                        .complexity("O(N), N being the number of elements that are removed.")
                        .arguments(Argument.key("key"), Argument.integer("start"), Argument.integer("stop"))
                        .handler(ListCommands::trim),
                PositionCommand.row()));
        rows.addAll(PopCommands.table());
        rows.addAll(MoveCommands.table());
        return rows;
    }

    private static CommandSpec push(String name, String since, String summary) {
        return row(name, -3, since, WRITE, DENYOOM, FAST)
                .keys(KeySpec.at(1, RW, INSERT))
                .summary(summary)
                .complexity("O(N), N being the number of elements that are added.")
                .arguments(Argument.key("key"), Argument.string("element").multiple());
    }

    private static void push(Call call, Args args, Reply reply, boolean left, boolean onlyExisting) {
        Entry entry = call.write(1, Type.LIST);
        if (args.failed()) {
            return;
        }
        ListValue list = call.views().list;
        if (entry != null) {
            list.at(entry);
        } else if (onlyExisting) {
            reply.integer(0);
            return;
        } else {
            Lists.create(call, 1, list);
        }
        int count = args.count();
        long bytes = 0;
        for (int i = 2; i < count; i++) {
            bytes += args.length(i);
        }
        list.expect(count - 2, bytes);
        for (int i = 2; i < count; i++) {
            list.push(left, args.at(i));
        }
        call.modified(1);
        call.changes(1, count - 2);
        call.notify(EventClasses.LIST, left ? "lpush" : "rpush", 1);
        reply.integer(list.length());
    }

    private static void length(Call call, Args args, Reply reply) {
        Entry entry = call.read(1, Type.LIST);
        if (!args.failed()) {
            reply.integer(entry == null ? 0 : call.views().list.at(entry).length());
        }
    }

    private static void index(Call call, Args args, Reply reply) {
        Entry entry = call.read(1, Type.LIST);
        if (args.failed()) {
            return;
        }
        if (entry == null) {
            reply.nil();
            return;
        }
        ListValue list = call.views().list.at(entry);
        long index = fromLeft(args.integer(2), list.length());
        if (args.failed()) {
            return;
        }
        if (index < 0 || index >= list.length()) {
            reply.nil();
        } else {
            list.seek(index);
            reply.bulk(list.element(call.view()));
        }
    }

    /** An index as counted from the left. */
    private static long fromLeft(long index, long length) {
        return index < 0 ? length + index : index;
    }

    private static void range(Call call, Args args, Reply reply) {
        long start = args.integer(2);
        long stop = args.integer(3);
        if (args.failed()) {
            return;
        }
        Entry entry = call.read(1, Type.LIST);
        if (args.failed()) {
            return;
        }
        if (entry == null) {
            reply.array(0);
            return;
        }
        ListValue list = call.views().list.at(entry);
        long length = list.length();
        long from = Math.max(fromLeft(start, length), 0);
        long to = Math.min(fromLeft(stop, length), length - 1);
        if (from > to) {
            reply.array(0);
            return;
        }
        reply.array(to - from + 1);
        list.seek(from);
        reply.bulk(list.element(call.view()));
        for (long i = from; i < to; i++) {
            list.next();
            reply.bulk(list.element(call.view()));
        }
    }

    private static void set(Call call, Args args, Reply reply) {
        Entry entry = call.write(1, Type.LIST);
        if (args.failed()) {
            return;
        }
        if (entry == null) {
            args.fail(RedisError.NO_SUCH_KEY);
            return;
        }
        long given = args.integer(2);
        if (args.failed()) {
            return;
        }
        ListValue list = call.views().list.at(entry);
        // As in Redis the list may take its large form even if the index turns out to be none: it is seen in its
        // encoding.
        list.expect(1, args.length(3));
        long index = fromLeft(given, list.length());
        if (index < 0 || index >= list.length()) {
            args.fail(INDEX_OUT_OF_RANGE);
            return;
        }
        list.seek(index);
        list.replace(args.at(3));
        list.shrink();
        call.modified(1);
        call.notify(EventClasses.LIST, "lset", 1);
        reply.ok();
    }

    private static void insert(Call call, Args args, Reply reply) {
        boolean before = args.is(2, "before");
        if (!before && !args.is(2, "after")) {
            args.fail(RedisError.SYNTAX);
            return;
        }
        Entry entry = call.write(1, Type.LIST);
        if (args.failed()) {
            return;
        }
        if (entry == null) {
            reply.integer(0);
            return;
        }
        ListValue list = call.views().list.at(entry);
        // As for LSET, before it is known whether there is such an element.
        list.expect(1, args.length(4));
        if (!list.find(args.at(3))) {
            reply.integer(-1);
            return;
        }
        list.insert(before, args.at(4));
        call.modified(1);
        call.notify(EventClasses.LIST, "linsert", 1);
        reply.integer(list.length());
    }

    private static void remove(Call call, Args args, Reply reply) {
        long count = args.integer(2);
        if (count == Long.MIN_VALUE) {
            args.fail(Lists.NO_OPPOSITE);
        }
        if (args.failed()) {
            return;
        }
        Entry entry = call.write(1, Type.LIST);
        if (args.failed()) {
            return;
        }
        if (entry == null) {
            reply.integer(0);
            return;
        }
        ListValue list = call.views().list.at(entry);
        long max = count == 0 ? Long.MAX_VALUE : Math.abs(count);
        long removed = list.removeAll(args.at(3), max, count >= 0);
        if (removed > 0) {
            call.notify(EventClasses.LIST, "lrem", 1);
            Lists.removed(call, 1, entry, list, removed);
        }
        reply.integer(removed);
    }

    private static void trim(Call call, Args args, Reply reply) {
        long start = args.integer(2);
        long stop = args.integer(3);
        if (args.failed()) {
            return;
        }
        Entry entry = call.write(1, Type.LIST);
        if (args.failed()) {
            return;
        }
        if (entry != null) {
            ListValue list = call.views().list.at(entry);
            long length = list.length();
            long from = Math.max(fromLeft(start, length), 0);
            long to = Math.min(fromLeft(stop, length), length - 1);
            if (from > to) {
                list.removeEnd(true, length);
            } else {
                list.removeEnd(true, from);
                list.removeEnd(false, length - 1 - to);
            }
            call.notify(EventClasses.LIST, "ltrim", 1);
            Lists.removed(call, 1, entry, list, length - list.length());
        }
        reply.ok();
    }
}
