package dev.cinnabar.commands.zsets;

import static dev.cinnabar.command.Flag.DENYOOM;
import static dev.cinnabar.command.Flag.FAST;
import static dev.cinnabar.command.Flag.READONLY;
import static dev.cinnabar.command.Flag.WRITE;
import static dev.cinnabar.command.KeySpec.Use.ACCESS;
import static dev.cinnabar.command.KeySpec.Use.DELETE;
import static dev.cinnabar.command.KeySpec.Use.OW;
import static dev.cinnabar.command.KeySpec.Use.RO;
import static dev.cinnabar.command.KeySpec.Use.RW;
import static dev.cinnabar.command.KeySpec.Use.UPDATE;
import static dev.cinnabar.commands.zsets.SortedSetRow.WITH_SCORES;
import static dev.cinnabar.commands.zsets.SortedSetRow.limit;
import static dev.cinnabar.commands.zsets.SortedSetRow.row;

import dev.cinnabar.command.Args;
import dev.cinnabar.command.Argument;
import dev.cinnabar.command.Call;
import dev.cinnabar.command.CommandSpec;
import dev.cinnabar.command.KeySpec;
import dev.cinnabar.commands.zsets.Range.By;
import dev.cinnabar.resp.RedisError;
import dev.cinnabar.resp.Reply;
import dev.cinnabar.values.Entry;
import dev.cinnabar.values.SortedSetValue;
import dev.cinnabar.values.Type;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Ranges of sorted sets, by rank, score or member: answering, storing, counting, removing them. Stateless. */
final class RangeCommands {

    private static final RedisError LIMIT_BY_RANK =
            new RedisError("ERR syntax error, LIMIT is only supported in combination with either BYSCORE or BYLEX");
    private static final RedisError SCORES_BY_LEX =
            new RedisError("ERR syntax error, WITHSCORES not supported in combination with BYLEX");

    private static final String COMPLEXITY =
            "O(log(N) + M), N being the size of the sorted set, M the number of members answered.";

    private RangeCommands() {}

    static List<CommandSpec> table() {
        return List.of(
                row("zrange", -4, "1.2.0", READONLY)
                        .keys(KeySpec.at(1, RO, ACCESS))
                        .summary("Answers a range of a sorted set.")
                        .complexity(COMPLEXITY)
                        .arguments(
                                Argument.key("key"),
                                Argument.string("start"),
                                Argument.string("stop"),
                                sortBy().since("6.2.0"),
                                Argument.token("REV").since("6.2.0").optional(),
                                limit().since("6.2.0"),
                                WITH_SCORES)
                        .history("6.2.0", "The options `REV`, `BYSCORE`, `BYLEX` and `LIMIT`.")
                        .handler((call, args, reply) -> answer(call, args, reply, null, false)),
                row("zrangestore", -5, "6.2.0", WRITE, DENYOOM)
                        .keys(KeySpec.at(1, OW, UPDATE), KeySpec.at(2, RO, ACCESS))
                        .summary("Stores a range of a sorted set in another key.")
                        .complexity(
                                "O(log(N) + M), N being the size of the sorted set, M the number of members stored.")
                        .arguments(
                                Argument.key("dst"),
                                Argument.key("src", 1),
                                Argument.string("min"),
                                Argument.string("max"),
                                sortBy(),
                                Argument.token("REV").optional(),
                                limit())
                        .handler(RangeCommands::zrangestore),
                fixed("zrevrange", "1.2.0", "Answers a range of a sorted set by ranks, in descending order.")
                        .deprecated("6.2.0", "`ZRANGE` with the `REV` argument")
                        .arguments(
                                Argument.key("key"), Argument.integer("start"), Argument.integer("stop"), WITH_SCORES)
                        .handler((call, args, reply) -> answer(call, args, reply, By.RANK, true)),
                fixed("zrangebyscore", "1.0.5", "Answers the members with scores between two bounds.")
                        .deprecated("6.2.0", "`ZRANGE` with the `BYSCORE` argument")
                        .arguments(
                                Argument.key("key"),
                                Argument.doubleValue("min"),
                                Argument.doubleValue("max"),
                                WITH_SCORES.since("2.0.0"),
                                limit())
                        .history("2.0.0", "The option `WITHSCORES`.")
                        .handler((call, args, reply) -> answer(call, args, reply, By.SCORE, false)),
                fixed(
                                "zrevrangebyscore",
                                "2.2.0",
                                "Answers the members with scores between two bounds, in descending order.")
                        .deprecated("6.2.0", "`ZRANGE` with the `REV` and `BYSCORE` arguments")
                        .arguments(
                                Argument.key("key"),
                                Argument.doubleValue("max"),
                                Argument.doubleValue("min"),
                                WITH_SCORES,
                                limit())
                        .history("2.1.6", "`min` and `max` can be exclusive.")
                        .handler((call, args, reply) -> answer(call, args, reply, By.SCORE, true)),
                fixed("zrangebylex", "2.8.9", "Answers the members between two bounds, where all scores are the same.")
                        .deprecated("6.2.0", "`ZRANGE` with the `BYLEX` argument")
                        .arguments(Argument.key("key"), Argument.string("min"), Argument.string("max"), limit())
                        .handler((call, args, reply) -> answer(call, args, reply, By.MEMBER, false)),
                fixed(
                                "zrevrangebylex",
                                "2.8.9",
                                "Answers the members between two bounds, in descending order, where all scores are the same.")
                        .deprecated("6.2.0", "`ZRANGE` with the `REV` and `BYLEX` arguments")
                        .arguments(Argument.key("key"), Argument.string("max"), Argument.string("min"), limit())
                        .handler((call, args, reply) -> answer(call, args, reply, By.MEMBER, true)),
                count("zcount", "2.0.0", "Counts the members with scores between two bounds.")
                        .arguments(Argument.key("key"), Argument.doubleValue("min"), Argument.doubleValue("max"))
                        .handler((call, args, reply) -> count(call, args, reply, By.SCORE)),
                count("zlexcount", "2.8.9", "Counts the members between two bounds, where all scores are the same.")
                        .arguments(Argument.key("key"), Argument.string("min"), Argument.string("max"))
                        .handler((call, args, reply) -> count(call, args, reply, By.MEMBER)),
                remove("zremrangebyrank", "2.0.0", "Removes a range of a sorted set by ranks.")
                        .arguments(Argument.key("key"), Argument.integer("start"), Argument.integer("stop"))
                        .handler((call, args, reply) -> remove(call, args, reply, By.RANK, "zremrangebyrank")),
                remove("zremrangebyscore", "1.2.0", "Removes the members with scores between two bounds.")
                        .arguments(Argument.key("key"), Argument.doubleValue("min"), Argument.doubleValue("max"))
                        .handler((call, args, reply) -> remove(call, args, reply, By.SCORE, "zremrangebyscore")),
                remove(
                                "zremrangebylex",
                                "2.8.9",
                                "Removes the members between two bounds, where all scores are the same.")
                        .arguments(Argument.key("key"), Argument.string("min"), Argument.string("max"))
                        .handler((call, args, reply) -> remove(call, args, reply, By.MEMBER, "zremrangebylex")));
    }

    private static Argument sortBy() {
        return Argument.oneOf("sortby", Argument.token("BYSCORE"), Argument.token("BYLEX"))
                .optional();
    }

    private static CommandSpec fixed(String name, String since, String summary) {
        return row(name, -4, since, READONLY)
                .keys(KeySpec.at(1, RO, ACCESS))
                .summary(summary)
                .complexity(COMPLEXITY);
    }

    private static CommandSpec count(String name, String since, String summary) {
        return row(name, 4, since, READONLY, FAST)
                .keys(KeySpec.at(1, RO, ACCESS))
                .summary(summary)
                .complexity("O(log(N)), N being the size of the sorted set.");
    }

    private static CommandSpec remove(String name, String since, String summary) {
        return row(name, 4, since, WRITE)
                .keys(KeySpec.at(1, RW, DELETE))
                .summary(summary)
                .complexity("O(log(N) * M), N being the size of the sorted set, M the number of members removed.");
    }

    /** Answers a range: of a kind and direction that the command fixes, or if {@code by} is null its options tell. */
    private static void answer(Call call, Args args, Reply reply, @Nullable By by, boolean reverse) {
        Range range = new Range(by, reverse);
        boolean withScores = readOptions(args, range, 4, by == null, false);
        range.readBounds(args, 2);
        if (args.failed()) {
            return;
        }
        Entry entry = call.read(1, Type.ZSET);
        if (args.failed()) {
            return;
        }
        if (entry == null) {
            reply.array(0);
            return;
        }
        SortedSetValue set = call.views().sortedSet.at(entry);
        range.find(set);
        SortedSets.range(reply, set, range.start(), range.count(), range.isReverse(), withScores);
    }

    /** Reads what stands behind the bounds; returns whether scores are wanted. */
    private static boolean readOptions(Args args, Range range, int from, boolean any, boolean store) {
        boolean withScores = false;
        for (int i = from; i < args.count() && !args.failed(); i++) {
            if (!store && args.is(i, "withscores")) {
                withScores = true;
            } else if (i + 2 < args.count() && args.is(i, "limit")) {
                range.limit(args.integer(i + 1), args.integer(i + 2));
                i += 2;
            } else if (!any || !range.readKind(args, i)) {
                args.fail(RedisError.SYNTAX);
            }
        }
        if (range.hasLimit() && range.by() == By.RANK) {
            args.fail(LIMIT_BY_RANK);
        }
        if (withScores && range.by() == By.MEMBER) {
            args.fail(SCORES_BY_LEX);
        }
        return withScores;
    }

    static void zrangestore(Call call, Args args, Reply reply) {
        Range range = new Range(null, false);
        readOptions(args, range, 5, true, true);
        range.readBounds(args, 3);
        if (args.failed()) {
            return;
        }
        SortedSetValue source = call.views().sortedSet(0);
        Entry entry = call.read(2, Type.ZSET, source.entry());
        if (args.failed()) {
            return;
        }
        if (entry == null) {
            SortedSets.deleteIfAny(call, 1);
            reply.integer(0);
            return;
        }
        range.find(source.at(entry));
        SortedSetValue built = SortedSets.build(call, 1);
        built.expect(range.count());
        boolean shown = range.count() > 0 && source.seek(range.first());
        for (long i = 0; i < range.count() && shown; i++, shown = source.next()) {
            double score = source.score();
            built.find(source.member());
            built.add(source.member(), score);
        }
        SortedSets.store(call, reply, 1, built, "zrangestore");
    }

    private static void count(Call call, Args args, Reply reply, By by) {
        Range range = new Range(by, false);
        range.readBounds(args, 2);
        if (args.failed()) {
            return;
        }
        Entry entry = call.read(1, Type.ZSET);
        if (args.failed()) {
            return;
        }
        if (entry != null) {
            range.find(call.views().sortedSet.at(entry));
        }
        reply.integer(range.count());
    }

    private static void remove(Call call, Args args, Reply reply, By by, String event) {
        Range range = new Range(by, false);
        range.readBounds(args, 2);
        if (args.failed()) {
            return;
        }
        Entry entry = call.write(1, Type.ZSET);
        if (args.failed()) {
            return;
        }
        if (entry != null) {
            SortedSetValue set = call.views().sortedSet.at(entry);
            range.find(set);
            if (range.count() == set.size()) {
                // The key goes as a whole, which takes bounded steps.
                SortedSets.removedAll(call, 1, entry, event);
            } else if (range.count() > 0) {
                set.removeRange(range.first(), range.count());
                SortedSets.removed(call, 1, entry, set, event);
            }
        }
        reply.integer(range.count());
    }
}
