package dev.cinnabar.commands.lists;

import static dev.cinnabar.command.Flag.BLOCKING;
import static dev.cinnabar.command.Flag.FAST;
import static dev.cinnabar.command.Flag.WRITE;
import static dev.cinnabar.command.KeySpec.Use.ACCESS;
import static dev.cinnabar.command.KeySpec.Use.DELETE;
import static dev.cinnabar.command.KeySpec.Use.RW;
import static dev.cinnabar.commands.lists.ListRow.end;
import static dev.cinnabar.commands.lists.ListRow.row;

import dev.cinnabar.command.Args;
import dev.cinnabar.command.Argument;
import dev.cinnabar.command.Call;
import dev.cinnabar.command.CommandSpec;
import dev.cinnabar.command.KeySpec;
import dev.cinnabar.command.Timeouts;
import dev.cinnabar.resp.RedisError;
import dev.cinnabar.resp.Reply;
import dev.cinnabar.values.Entry;
import dev.cinnabar.values.ListValue;
import dev.cinnabar.values.Type;
import java.util.List;

/** Commands that take elements off the ends of lists. Stateless. */
final class PopCommands {

    private static final RedisError NOT_POSITIVE = new RedisError("ERR value is out of range, must be positive");
    private static final RedisError NO_KEYS = new RedisError("ERR numkeys should be greater than 0");
    static final RedisError NO_COUNT = new RedisError("ERR count should be greater than 0");

    private PopCommands() {}

    static List<CommandSpec> table() {
        return List.of(
                pop("lpop", "Removes and answers elements of a list's left end.")
                        .handler((call, args, reply) -> pop(call, args, reply, true)),
                pop("rpop", "Removes and answers elements of a list's right end.")
                        .handler((call, args, reply) -> pop(call, args, reply, false)),
                blockingPop(
                                "blpop",
                                "Removes and answers the leftmost element of the first list that has one; waits for it.")
                        .handler((call, args, reply) -> blockingPop(call, args, reply, true)),
                blockingPop(
                                "brpop",
                                "Removes and answers the rightmost element of the first list that has one; waits for it.")
                        .handler((call, args, reply) -> blockingPop(call, args, reply, false)),
                row("lmpop", -4, "7.0.0", WRITE)
                        .keys(KeySpec.counted(1, 0, 1, 1, RW, ACCESS, DELETE))
                        .summary("Removes and answers elements of the first list that has some.")
                        .complexity("O(N + M), N being the number of keys, M that of the elements answered.")
                        .arguments(
                                Argument.integer("numkeys"),
                                Argument.key("key").multiple(),
                                end("where"),
                                Argument.integer("count").after("COUNT").optional())
                        .handler(PopCommands::popFromFirst),
                row("blmpop", -5, "7.0.0", WRITE, BLOCKING)
                        .keys(KeySpec.counted(2, 0, 1, 1, RW, ACCESS, DELETE))
                        .summary("Removes and answers elements of the first list that has some; waits for them.")
                        .complexity("O(N + M), N being the number of keys, M that of the elements answered.")
                        .arguments(
                                Argument.doubleValue("timeout"),
                                Argument.integer("numkeys"),
                                Argument.key("key").multiple(),
                                end("where"),
                                Argument.integer("count").after("COUNT").optional())
                        .handler(PopCommands::blockingPopFromFirst));
    }

    private static CommandSpec pop(String name, String summary) {
        return row(name, -2, "1.0.0", WRITE, FAST)
                .keys(KeySpec.at(1, RW, ACCESS, DELETE))
                .summary(summary)
                .complexity("O(N), N being the number of elements answered.")
                .history("6.2.0", "Takes a count.")
                .arguments(
                        Argument.key("key"),
                        Argument.integer("count").since("6.2.0").optional());
    }

    private static CommandSpec blockingPop(String name, String summary) {
        return row(name, -3, "2.0.0", WRITE, BLOCKING)
                .keys(KeySpec.range(1, -2, 1, RW, ACCESS, DELETE))
                .summary(summary)
                .complexity("O(N), N being the number of keys.")
                .history("6.0.0", "The timeout may have a fraction.")
                .arguments(Argument.key("key").multiple(), Argument.doubleValue("timeout"));
    }

    private static void pop(Call call, Args args, Reply reply, boolean left) {
        if (args.count() > 3) {
            args.fail(call.spec().wrongArity());
            return;
        }
        boolean many = args.count() == 3;
        long count = many ? args.integer(2, 0, Long.MAX_VALUE, NOT_POSITIVE) : 1;
        if (args.failed()) {
            return;
        }
        Entry entry = call.write(1, Type.LIST);
        if (args.failed()) {
            return;
        }
        if (entry == null) {
            if (many) {
                reply.nilArray();
            } else {
                reply.nil();
            }
            return;
        }
        ListValue list = call.views().list.at(entry);
        if (!many) {
            popOne(call, reply, 1, entry, list, left);
            return;
        }
        long n = Math.min(count, list.length());
        reply.array(n);
        if (n > 0) {
            Lists.pop(call, reply, list, left, n);
            Lists.popped(call, 1, entry, list, left, n);
        }
    }

    private static void popOne(Call call, Reply reply, int key, Entry entry, ListValue list, boolean left) {
        reply.bulk(list.end(left, call.view()));
        list.removeEnd(left, 1);
        Lists.popped(call, key, entry, list, left, 1);
    }

    private static void blockingPop(Call call, Args args, Reply reply, boolean left) {
        int last = args.count() - 1;
        long timeout = Timeouts.seconds(args, last);
        if (args.failed()) {
            return;
        }
        for (int i = 1; i < last; i++) {
            Entry entry = call.write(i, Type.LIST);
            if (args.failed()) {
                return;
            }
            if (entry != null) {
                reply.array(2);
                reply.bulk(args.at(i));
                popOne(call, reply, i, entry, call.views().list.at(entry), left);
                if (call.isJournaled()) {
                    call.effect(left ? "LPOP" : "RPOP", i).end();
                }
                return;
            }
        }
        call.block(Type.LIST, timeout, 1, last - 1);
    }

    private static void popFromFirst(Call call, Args args, Reply reply) {
        int where = where(args, 1);
        long count = count(args, where);
        if (!args.failed() && !popFromFirst(call, args, reply, 2, where, count) && !args.failed()) {
            reply.nilArray();
        }
    }

    private static void blockingPopFromFirst(Call call, Args args, Reply reply) {
        int where = where(args, 2);
        long count = count(args, where);
        long timeout = Timeouts.seconds(args, 1);
        if (!args.failed() && !popFromFirst(call, args, reply, 3, where, count) && !args.failed()) {
            call.block(Type.LIST, timeout, 3, where - 3);
        }
    }

    /** Where the end stands, behind the keys, whose number is at an index. */
    private static int where(Args args, int numberIndex) {
        long keys = args.integer(numberIndex, 1, Long.MAX_VALUE, NO_KEYS);
        if (!args.failed() && keys >= args.count() - numberIndex - 1) {
            args.fail(RedisError.SYNTAX);
        }
        return args.failed() ? 0 : numberIndex + (int) keys + 1;
    }

    /** The number behind the end, if there is one. */
    private static long count(Args args, int where) {
        if (!args.failed()) {
            Lists.isLeft(args, where);
        }
        if (args.failed() || args.count() == where + 1) {
            return 1;
        }
        if (args.count() < where + 3 || !args.is(where + 1, "count")) {
            args.fail(RedisError.SYNTAX);
            return 1;
        }
        long count = args.integer(where + 2, 1, Long.MAX_VALUE, NO_COUNT);
        if (args.count() > where + 3) {
            args.fail(RedisError.SYNTAX);
        }
        return count;
    }

    /** Pops off the first list that there is; false if there is none, or an error. */
    private static boolean popFromFirst(Call call, Args args, Reply reply, int firstKey, int where, long count) {
        boolean left = Lists.isLeft(args, where);
        for (int i = firstKey; i < where; i++) {
            Entry entry = call.write(i, Type.LIST);
            if (args.failed()) {
                return false;
            }
            if (entry != null) {
                ListValue list = call.views().list.at(entry);
                long n = Math.min(count, list.length());
                reply.array(2);
                reply.bulk(args.at(i));
                reply.array(n);
                Lists.pop(call, reply, list, left, n);
                Lists.popped(call, i, entry, list, left, n);
                if (call.isJournaled()) {
                    call.effect(left ? "LPOP" : "RPOP", i).integer(n).end();
                }
                return true;
            }
        }
        return false;
    }
}
