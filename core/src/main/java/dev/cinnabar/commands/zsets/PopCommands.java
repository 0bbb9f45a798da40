package dev.cinnabar.commands.zsets;

import static dev.cinnabar.command.Flag.BLOCKING;
import static dev.cinnabar.command.Flag.FAST;
import static dev.cinnabar.command.Flag.WRITE;
import static dev.cinnabar.command.KeySpec.Use.ACCESS;
import static dev.cinnabar.command.KeySpec.Use.DELETE;
import static dev.cinnabar.command.KeySpec.Use.RW;
import static dev.cinnabar.commands.zsets.SortedSetRow.row;

import dev.cinnabar.command.Args;
import dev.cinnabar.command.Argument;
import dev.cinnabar.command.Call;
import dev.cinnabar.command.CommandSpec;
import dev.cinnabar.command.KeySpec;
import dev.cinnabar.command.Timeouts;
import dev.cinnabar.resp.RedisError;
import dev.cinnabar.resp.Reply;
import dev.cinnabar.values.Entry;
import dev.cinnabar.values.SortedSetValue;
import dev.cinnabar.values.Type;
import java.util.List;

/** Commands that take elements off the ends of sorted sets. Stateless. */
final class PopCommands {

    private static final RedisError NOT_POSITIVE = new RedisError("ERR value is out of range, must be positive");
    private static final RedisError NO_KEYS = new RedisError("ERR numkeys should be greater than 0");
    private static final RedisError NO_COUNT = new RedisError("ERR count should be greater than 0");

    private PopCommands() {}

    static List<CommandSpec> table() {
        return List.of(
                pop("zpopmin", "Removes and answers the members with the lowest scores.")
                        .handler((call, args, reply) -> pop(call, args, reply, false)),
                pop("zpopmax", "Removes and answers the members with the highest scores.")
                        .handler((call, args, reply) -> pop(call, args, reply, true)),
                blockingPop("bzpopmin", "lowest").handler((call, args, reply) -> blockingPop(call, args, reply, false)),
                blockingPop("bzpopmax", "highest").handler((call, args, reply) -> blockingPop(call, args, reply, true)),
                row("zmpop", -4, "7.0.0", WRITE)
                        .keys(KeySpec.counted(1, 0, 1, 1, RW, ACCESS, DELETE))
                        .summary("Removes and answers the members at an end of the first sorted set that has some.")
                        .complexity(
                                "O(K + M * log(N)), K being the number of keys, N the size of the sorted set, M the number of members answered.")
                        .arguments(
                                Argument.integer("numkeys"),
                                Argument.key("key").multiple(),
                                end(),
                                Argument.integer("count").after("COUNT").optional())
                        .handler(PopCommands::popFromFirst),
                row("bzmpop", -5, "7.0.0", WRITE, BLOCKING)
                        .keys(KeySpec.counted(2, 0, 1, 1, RW, ACCESS, DELETE))
                        .summary(
                                "Removes and answers the members at an end of the first sorted set that has some; waits for them.")
                        .complexity(
                                "O(K + M * log(N)), K being the number of keys, N the size of the sorted set, M the number of members answered.")
                        .arguments(
                                Argument.doubleValue("timeout"),
                                Argument.integer("numkeys"),
                                Argument.key("key").multiple(),
                                end(),
                                Argument.integer("count").after("COUNT").optional())
                        .handler(PopCommands::blockingPopFromFirst));
    }

    private static Argument end() {
        return Argument.oneOf("where", Argument.token("MIN"), Argument.token("MAX"));
    }

    private static CommandSpec pop(String name, String summary) {
        return row(name, -2, "5.0.0", WRITE, FAST)
                .keys(KeySpec.at(1, RW, ACCESS, DELETE))
                .summary(summary)
                .complexity("O(log(N) * M), N being the size of the sorted set, M the number of members answered.")
                .arguments(Argument.key("key"), Argument.integer("count").optional());
    }

    private static CommandSpec blockingPop(String name, String end) {
        return row(name, -3, "5.0.0", WRITE, BLOCKING, FAST)
                .keys(KeySpec.range(1, -2, 1, RW, ACCESS, DELETE))
                .summary("Removes and answers the member with the " + end
                        + " score of the first sorted set that has one; waits for it.")
                .complexity("O(log(N)), N being the size of the sorted set.")
                .history("6.0.0", "The timeout may have a fraction.")
                .arguments(Argument.key("key").multiple(), Argument.doubleValue("timeout"));
    }

    private static void pop(Call call, Args args, Reply reply, boolean max) {
        boolean many = args.count() > 2;
        if (args.count() > 3) {
            args.fail(RedisError.SYNTAX);
        }
        long count = many && !args.failed() ? args.integer(2, 0, Long.MAX_VALUE, NOT_POSITIVE) : 1;
        if (args.failed()) {
            return;
        }
        Entry entry = call.write(1, Type.ZSET);
        if (args.failed()) {
            return;
        }
        if (entry == null || count == 0) {
            reply.array(0);
            return;
        }
        SortedSetValue set = call.views().sortedSet.at(entry);
        long n = Math.min(count, set.size());
        boolean nested = many && reply.isResp3();
        reply.array(nested ? n : 2 * n);
        pop(call, reply, 1, entry, set, n, max, nested);
    }

    /** Answers and removes elements, at least one; of which each is an array of its own, or not. */
    private static void pop(
            Call call, Reply reply, int key, Entry entry, SortedSetValue set, long n, boolean max, boolean nested) {
        long size = set.size();
        set.seek(max ? size - 1 : 0);
        for (long i = 0; i < n; i++) {
            if (i > 0) {
                if (max) {
                    set.previous();
                } else {
                    set.next();
                }
            }
            if (nested) {
                reply.array(2);
            }
            SortedSets.pair(reply, set);
        }
        String event = max ? "zpopmax" : "zpopmin";
        if (n == size) {
            SortedSets.removedAll(call, key, entry, event);
        } else {
            set.removeRange(max ? size - n : 0, n);
            SortedSets.removed(call, key, entry, set, event);
        }
    }

    private static void blockingPop(Call call, Args args, Reply reply, boolean max) {
        int last = args.count() - 1;
        long timeout = Timeouts.seconds(args, last);
        for (int i = 1; i < last && !args.failed(); i++) {
            Entry entry = call.write(i, Type.ZSET);
            if (entry != null) {
                reply.array(3);
                reply.bulk(args.at(i));
                pop(call, reply, i, entry, call.views().sortedSet.at(entry), 1, max, false);
                if (call.isJournaled()) {
                    call.effect(max ? "ZPOPMAX" : "ZPOPMIN", i).end();
                }
                return;
            }
        }
        if (!args.failed()) {
            call.block(Type.ZSET, timeout, 1, last - 1);
        }
    }

    private static void popFromFirst(Call call, Args args, Reply reply) {
        int where = readEnd(args, 1);
        long count = readCount(args, where + 1);
        if (!args.failed() && !popFromFirst(call, args, reply, 2, where, count)) {
            reply.nilArray();
        }
    }

    private static void blockingPopFromFirst(Call call, Args args, Reply reply) {
        int where = readEnd(args, 2);
        long count = readCount(args, where + 1);
        long timeout = Timeouts.seconds(args, 1);
        if (!args.failed() && !popFromFirst(call, args, reply, 3, where, count)) {
            call.block(Type.ZSET, timeout, 3, where - 3);
        }
    }

    /** Reads the number of keys, and the word behind them that says at which end; returns where that stands. */
    private static int readEnd(Args args, int numberIndex) {
        long keys = args.integer(numberIndex, 1, Long.MAX_VALUE, NO_KEYS);
        if (args.failed()) {
            return 0;
        }
        if (keys >= args.count() - numberIndex - 1) {
            args.fail(RedisError.SYNTAX);
            return 0;
        }
        int where = numberIndex + (int) keys + 1;
        if (!args.is(where, "min") && !args.is(where, "max")) {
            args.fail(RedisError.SYNTAX);
        }
        return where;
    }

    private static long readCount(Args args, int from) {
        if (args.failed() || args.count() == from) {
            return 1;
        }
        if (args.count() < from + 2 || !args.is(from, "count")) {
            args.fail(RedisError.SYNTAX);
            return 1;
        }
        long count = args.integer(from + 1, 1, Long.MAX_VALUE, NO_COUNT);
        if (args.count() > from + 2) {
            args.fail(RedisError.SYNTAX);
        }
        return count;
    }

    /** Pops off the first sorted set that there is; true if that or an error answers the client. */
    private static boolean popFromFirst(Call call, Args args, Reply reply, int firstKey, int where, long count) {
        boolean max = args.is(where, "max");
        for (int i = firstKey; i < where; i++) {
            Entry entry = call.write(i, Type.ZSET);
            if (args.failed()) {
                return true;
            }
            if (entry != null) {
                SortedSetValue set = call.views().sortedSet.at(entry);
                long n = Math.min(count, set.size());
                reply.array(2);
                reply.bulk(args.at(i));
                reply.array(n);
                pop(call, reply, i, entry, set, n, max, true);
                if (call.isJournaled()) {
                    call.effect(max ? "ZPOPMAX" : "ZPOPMIN", i).integer(n).end();
                }
                return true;
            }
        }
        return false;
    }
}
