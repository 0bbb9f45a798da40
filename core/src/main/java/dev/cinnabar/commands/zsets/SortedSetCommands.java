package dev.cinnabar.commands.zsets;

import static dev.cinnabar.command.Flag.DENYOOM;
import static dev.cinnabar.command.Flag.FAST;
import static dev.cinnabar.command.Flag.READONLY;
import static dev.cinnabar.command.Flag.WRITE;
import static dev.cinnabar.command.KeySpec.Use.ACCESS;
import static dev.cinnabar.command.KeySpec.Use.DELETE;
import static dev.cinnabar.command.KeySpec.Use.RO;
import static dev.cinnabar.command.KeySpec.Use.RW;
import static dev.cinnabar.command.KeySpec.Use.UPDATE;
import static dev.cinnabar.commands.zsets.SortedSetRow.row;

import dev.cinnabar.command.Args;
import dev.cinnabar.command.Argument;
import dev.cinnabar.command.Call;
import dev.cinnabar.command.CommandSpec;
import dev.cinnabar.command.KeySpec;
import dev.cinnabar.command.ScanOptions;
import dev.cinnabar.memory.Bytes;
import dev.cinnabar.resp.RedisError;
import dev.cinnabar.resp.Reply;
import dev.cinnabar.text.Numbers;
import dev.cinnabar.values.Entry;
import dev.cinnabar.values.SortedSetValue;
import dev.cinnabar.values.Type;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Sorted sets, element by element: adding and removing, scores and ranks. Stateless. */
public final class SortedSetCommands {

    private static final RedisError NX_AND_XX =
            new RedisError("ERR XX and NX options at the same time are not compatible");
    private static final RedisError GT_LT_NX =
            new RedisError("ERR GT, LT, and/or NX options at the same time are not compatible");
    private static final RedisError MANY_INCREMENTS =
            new RedisError("ERR INCR option supports a single increment-element pair");
    private static final RedisError NOT_A_NUMBER = new RedisError("ERR resulting score is not a number (NaN)");

    // Options of ZADD, and of what is built on it.
    public static final int NX = 1;
    public static final int XX = 1 << 1;
    public static final int CH = 1 << 2;
    private static final int GT = 1 << 3;
    private static final int LT = 1 << 4;
    private static final int INCR = 1 << 5;

    private SortedSetCommands() {}

    /** The rows of all commands on sorted sets. */
    public static List<CommandSpec> table() {
        List<CommandSpec> rows = new ArrayList<>(List.of(
                row("zadd", -4, "1.2.0", WRITE, DENYOOM, FAST)
                        .member(-1)
                        .keys(KeySpec.at(1, RW, UPDATE))
                        .summary("Adds members to a sorted set, or gives members of it other scores.")
                        .complexity("O(log(N)) for each member, N being the size of the sorted set.")
                        .arguments(
                                Argument.key("key"),
                                Argument.oneOf("condition", Argument.token("NX"), Argument.token("XX"))
                                        .since("3.0.2")
                                        .optional(),
                                Argument.oneOf("comparison", Argument.token("GT"), Argument.token("LT"))
                                        .since("6.2.0")
                                        .optional(),
                                Argument.token("change", "CH").since("3.0.2").optional(),
                                Argument.token("increment", "INCR")
                                        .since("3.0.2")
                                        .optional(),
                                Argument.block("data", Argument.doubleValue("score"), Argument.string("member"))
                                        .multiple())
                        .history("2.4.0", "Takes several members.")
                        .history("3.0.2", "The options `XX`, `NX`, `CH` and `INCR`.")
                        .history("6.2.0", "The options `GT` and `LT`.")
                        .handler(SortedSetCommands::zadd),
                row("zincrby", 4, "1.2.0", WRITE, DENYOOM, FAST)
                        .member(-1)
                        .keys(KeySpec.at(1, RW, ACCESS, UPDATE))
                        .summary("Adds to the score of a member, which is 0 if it is missing.")
                        .complexity("O(log(N)), N being the size of the sorted set.")
                        .arguments(Argument.key("key"), Argument.integer("increment"), Argument.string("member"))
                        .handler(SortedSetCommands::zincrby),
                row("zrem", -3, "1.2.0", WRITE, FAST)
                        .member(2)
                        .keys(KeySpec.at(1, RW, DELETE))
                        .summary("Removes members from a sorted set.")
                        .complexity("O(M * log(N)), M being the number of members given, N the size of the sorted set.")
                        .arguments(
                                Argument.key("key"), Argument.string("member").multiple())
                        .history("2.4.0", "Takes several members.")
                        .handler(SortedSetCommands::zrem),
                row("zcard", 2, "1.2.0", READONLY, FAST)
                        .keys(KeySpec.at(1, RO))
                        .summary("Answers how many members a sorted set has.")
                        .complexity("O(1)")
                        .arguments(Argument.key("key"))
                        .handler(SortedSetCommands::zcard),
                row("zscore", 3, "1.2.0", READONLY, FAST)
                        .member(2)
                        .keys(KeySpec.at(1, RO, ACCESS))
                        .summary("Answers the score of a member.")
                        .complexity("O(1)")
                        .arguments(Argument.key("key"), Argument.string("member"))
                        .handler(SortedSetCommands::zscore),
                row("zmscore", -3, "6.2.0", READONLY, FAST)
                        .member(2)
                        .keys(KeySpec.at(1, RO, ACCESS))
                        .summary("Answers the scores of several members.")
                        .complexity("O(N), N being the number of members given.")
                        .arguments(
                                Argument.key("key"), Argument.string("member").multiple())
                        .handler(SortedSetCommands::zmscore),
                rank("zrank", "Answers how many members stand before one, in ascending order.")
                        .handler((call, args, reply) -> rank(call, args, reply, false)),
                rank("zrevrank", "Answers how many members stand before one, in descending order.")
                        .handler((call, args, reply) -> rank(call, args, reply, true)),
                row("zscan", -3, "2.8.0", READONLY)
                        .keys(KeySpec.at(1, RO, ACCESS))
                        .tips("nondeterministic_output")
                        .summary("Walks over members and scores of a sorted set, some at each call.")
                        .complexity("O(1) for a call, O(N) for a whole walk, N being the size of the sorted set.")
                        .arguments(
                                Argument.key("key"),
                                Argument.integer("cursor"),
                                Argument.pattern("pattern").after("MATCH").optional(),
                                Argument.integer("count").after("COUNT").optional())
                        .handler(SortedSetCommands::zscan)));
        rows.addAll(RangeCommands.table());
        rows.addAll(PopCommands.table());
        rows.addAll(CombinationCommands.table());
        rows.add(RandomElements.row());
        return rows;
    }

    private static CommandSpec rank(String name, String summary) {
        return row(name, -3, "2.0.0", READONLY, FAST)
                .keys(KeySpec.at(1, RO, ACCESS))
                .summary(summary)
                .complexity("O(log(N)), N being the size of the sorted set.")
                .history("7.2.0", "The option `WITHSCORE`.")
                .arguments(
                        Argument.key("key"),
                        Argument.string("member"),
                        Argument.token("WITHSCORE").optional());
    }

    static void zadd(Call call, Args args, Reply reply) {
        int options = 0;
        int first = 2;
        for (int option = optionAt(args, first); option != 0; option = optionAt(args, first)) {
            options |= option;
            first++;
        }
        int elements = args.count() - first;
        if (elements == 0 || elements % 2 != 0) {
            args.fail(RedisError.SYNTAX);
        } else if ((options & (NX | XX)) == (NX | XX)) {
            args.fail(NX_AND_XX);
        } else if (Integer.bitCount(options & (NX | GT | LT)) > 1) {
            args.fail(GT_LT_NX);
        } else if ((options & INCR) != 0 && elements > 2) {
            args.fail(MANY_INCREMENTS);
        }
        if (args.failed()) {
            return;
        }
        if ((options & INCR) != 0) {
            increment(call, args, reply, options, first);
        } else {
            add(call, args, reply, options, first);
        }
    }

    private static int optionAt(Args args, int index) {
        if (index >= args.count()) {
            return 0;
        }
        Bytes word = args.at(index);
        return switch (word.length()) {
            case 2 ->
                word.equalsIgnoreCase("nx")
                        ? NX
                        : word.equalsIgnoreCase("xx")
                                ? XX
                                : word.equalsIgnoreCase("ch")
                                        ? CH
                                        : word.equalsIgnoreCase("gt") ? GT : word.equalsIgnoreCase("lt") ? LT : 0;
            case 4 -> word.equalsIgnoreCase("incr") ? INCR : 0;
            default -> 0;
        };
    }

    private static void add(Call call, Args args, Reply reply, int options, int first) {
        // All scores are read before the first element is added, and read again with their member.
        double score = 0;
        for (int i = first; i < args.count() && !args.failed(); i += 2) {
            score = score(args, i);
        }
        if (args.failed()) {
            return;
        }
        int elements = (args.count() - first) / 2;
        SortedSetValue set = open(call, args, reply, options, elements, first + 1);
        if (set == null) {
            return;
        }
        int added = 0;
        int updated = 0;
        for (int i = first; i < args.count(); i += 2) {
            if (elements > 1) {
                score = Numbers.parseDouble(args.at(i));
            }
            int result = put(set, args.at(i + 1), score, options);
            added += result & 1;
            updated += result >> 1;
        }
        end(call, reply, options, added, updated);
    }

    /** Adds members, one at each {@code step}th index, with scores that are known already; answers as ZADD does. */
    public static void add(Call call, Args args, Reply reply, int options, double[] scores, int firstMember, int step) {
        SortedSetValue set = open(call, args, reply, options, scores.length, firstMember);
        if (set == null) {
            return;
        }
        int added = 0;
        int updated = 0;
        for (int i = 0; i < scores.length; i++) {
            int result = put(set, args.at(firstMember + i * step), scores[i], options);
            added += result & 1;
            updated += result >> 1;
        }
        end(call, reply, options, added, updated);
    }

    /** Shows the sorted set of the first key, which is made if it is missing; null if nothing is to be done. */
    private static @Nullable SortedSetValue open(
            Call call, Args args, Reply reply, int options, int elements, int firstMember) {
        Entry entry = call.write(1, Type.ZSET);
        if (args.failed()) {
            return null;
        }
        if (entry == null && (options & XX) != 0) {
            reply.integer(0);
            return null;
        }
        if (entry == null) {
            return SortedSets.create(call, 1, elements, args.at(firstMember).length());
        }
        SortedSetValue set = call.views().sortedSet.at(entry);
        set.expect(elements);
        return set;
    }

    private static void end(Call call, Reply reply, int options, int added, int updated) {
        if (added + updated > 0) {
            SortedSets.changed(call, 1, "zadd");
        }
        reply.integer((options & CH) != 0 ? added + updated : added);
    }

    private static final int NOTHING_DONE = 0;
    private static final int ADDED = 1;
    private static final int UPDATED = 2;

    private static int put(SortedSetValue set, Bytes member, double score, int options) {
        if (!set.find(member)) {
            if ((options & XX) != 0) {
                return NOTHING_DONE;
            }
            set.add(member, score);
            return ADDED;
        }
        double old = set.score();
        if ((options & NX) != 0 || old == score || !isWanted(old, score, options)) {
            return NOTHING_DONE;
        }
        set.setScore(member, score);
        return UPDATED;
    }

    private static boolean isWanted(double old, double score, int options) {
        return ((options & LT) == 0 || score < old) && ((options & GT) == 0 || score > old);
    }

    /** The score at an index: a number. */
    private static double score(Args args, int index) {
        double score = Numbers.parseDouble(args.at(index));
        if (Double.isNaN(score)) {
            args.fail(RedisError.NOT_A_FLOAT);
        }
        return score;
    }

    static void zincrby(Call call, Args args, Reply reply) {
        increment(call, args, reply, INCR, 2);
    }

    private static void increment(Call call, Args args, Reply reply, int options, int first) {
        double increment = score(args, first);
        if (args.failed()) {
            return;
        }
        Entry entry = call.write(1, Type.ZSET);
        if (args.failed()) {
            return;
        }
        Bytes member = args.at(first + 1);
        if (entry == null) {
            if ((options & XX) != 0) {
                reply.nil();
                return;
            }
            SortedSetValue set = SortedSets.create(call, 1, 1, member.length());
            set.find(member);
            set.add(member, increment);
            SortedSets.changed(call, 1, "zincr");
            reply.doubleValue(increment);
            return;
        }
        SortedSetValue set = call.views().sortedSet.at(entry);
        set.expect(1);
        boolean found = set.find(member);
        double old = found ? set.score() : 0;
        double score = found ? old + increment : increment;
        if ((options & (found ? NX : XX)) != 0) {
            reply.nil();
        } else if (Double.isNaN(score)) {
            args.fail(NOT_A_NUMBER);
        } else if (found && !isWanted(old, score, options)) {
            reply.nil();
        } else {
            if (!found) {
                set.add(member, score);
                SortedSets.changed(call, 1, "zincr");
            } else if (old != score) {
                set.setScore(member, score);
                SortedSets.changed(call, 1, "zincr");
            }
            reply.doubleValue(score);
        }
    }

    static void zrem(Call call, Args args, Reply reply) {
        Entry entry = call.write(1, Type.ZSET);
        if (args.failed()) {
            return;
        }
        int removed = 0;
        if (entry != null) {
            SortedSetValue set = call.views().sortedSet.at(entry);
            for (int i = 2; i < args.count() && set.size() > 0; i++) {
                if (set.remove(args.at(i))) {
                    removed++;
                }
            }
            if (removed > 0) {
                SortedSets.removed(call, 1, entry, set, "zrem");
            }
        }
        reply.integer(removed);
    }

    static void zcard(Call call, Args args, Reply reply) {
        Entry entry = call.read(1, Type.ZSET);
        if (!args.failed()) {
            reply.integer(entry == null ? 0 : call.views().sortedSet.at(entry).size());
        }
    }

    static void zscore(Call call, Args args, Reply reply) {
        Entry entry = call.read(1, Type.ZSET);
        if (args.failed()) {
            return;
        }
        if (entry == null) {
            reply.nil();
        } else {
            score(call.views().sortedSet.at(entry), args.at(2), reply);
        }
    }

    private static void score(SortedSetValue set, Bytes member, Reply reply) {
        if (set.find(member)) {
            reply.doubleValue(set.score());
        } else {
            reply.nil();
        }
    }

    static void zmscore(Call call, Args args, Reply reply) {
        Entry entry = call.read(1, Type.ZSET);
        if (args.failed()) {
            return;
        }
        SortedSetValue set = call.views().sortedSet;
        if (entry != null) {
            set.at(entry);
        }
        reply.array(args.count() - 2L);
        for (int i = 2; i < args.count(); i++) {
            if (entry == null) {
                reply.nil();
            } else {
                score(set, args.at(i), reply);
            }
        }
    }

    private static void rank(Call call, Args args, Reply reply, boolean reverse) {
        boolean withScore = args.count() == 4;
        if (args.count() > 4) {
            args.fail(call.spec().wrongArity());
        } else if (withScore && !args.is(3, "withscore")) {
            args.fail(RedisError.SYNTAX);
        }
        if (args.failed()) {
            return;
        }
        Entry entry = call.read(1, Type.ZSET);
        if (args.failed()) {
            return;
        }
        SortedSetValue set = call.views().sortedSet;
        Bytes member = args.at(2);
        if (entry == null || !set.at(entry).find(member)) {
            if (withScore) {
                reply.nilArray();
            } else {
                reply.nil();
            }
            return;
        }
        double score = set.score();
        long rank = set.rank(member);
        if (withScore) {
            reply.array(2);
        }
        reply.integer(reverse ? set.size() - 1 - rank : rank);
        if (withScore) {
            reply.doubleValue(score);
        }
    }

    static void zscan(Call call, Args args, Reply reply) {
        long cursor = ScanOptions.cursor(args, 2);
        if (args.failed()) {
            return;
        }
        Entry entry = call.read(1, Type.ZSET);
        if (args.failed()) {
            return;
        }
        if (entry == null) {
            ScanOptions.nothing(reply);
            return;
        }
        ScanOptions options = new ScanOptions().readAll(args, 3);
        if (args.failed()) {
            return;
        }
        SortedSetValue set = call.views().sortedSet.at(entry);
        reply.array(2);
        reply.bulkInteger(set.scan(cursor, options.bound()));
        reply.beginArray();
        int found = 0;
        byte[] digits = call.scratch();
        while (set.nextScanned()) {
            if (options.matches(set.member())) {
                reply.bulk(set.member());
                reply.bulk(call.view().set(digits, 0, Numbers.writeDouble(set.score(), digits, 0)));
                found += 2;
            }
        }
        reply.endArray(found);
    }
}
