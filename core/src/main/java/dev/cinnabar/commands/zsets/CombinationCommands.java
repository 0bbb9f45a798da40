package dev.cinnabar.commands.zsets;

import static dev.cinnabar.command.Flag.DENYOOM;
import static dev.cinnabar.command.Flag.READONLY;
import static dev.cinnabar.command.Flag.WRITE;
import static dev.cinnabar.command.KeySpec.Use.ACCESS;
import static dev.cinnabar.command.KeySpec.Use.OW;
import static dev.cinnabar.command.KeySpec.Use.RO;
import static dev.cinnabar.command.KeySpec.Use.UPDATE;
import static dev.cinnabar.commands.zsets.SortedSetRow.WITH_SCORES;
import static dev.cinnabar.commands.zsets.SortedSetRow.row;

import dev.cinnabar.command.Args;
import dev.cinnabar.command.Argument;
import dev.cinnabar.command.Call;
import dev.cinnabar.command.CommandSpec;
import dev.cinnabar.command.KeySpec;
import dev.cinnabar.commands.zsets.Combination.Aggregate;
import dev.cinnabar.commands.zsets.Combination.Operation;
import dev.cinnabar.resp.RedisError;
import dev.cinnabar.resp.Reply;
import dev.cinnabar.text.Numbers;
import dev.cinnabar.values.SortedSetValue;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Unions, intersections and differences of sorted sets. Stateless. */
final class CombinationCommands {

    private static final RedisError NOT_A_WEIGHT = new RedisError("ERR weight value is not a float");
    private static final RedisError NEGATIVE_LIMIT = new RedisError("ERR LIMIT can't be negative");

    private static final String UNION_COMPLEXITY =
            "O(N + M * log(M)), N being the size of all inputs together, M that of the result.";
    private static final String INTER_COMPLEXITY =
            "O(N * K + M * log(M)), N being the size of the smallest input, K the number of inputs, M the size of the result.";
    private static final String DIFF_COMPLEXITY =
            "O(N * K + M * log(M)), N being the size of the first input, K the number of inputs, M the size of the result.";

    private CombinationCommands() {}

    static List<CommandSpec> table() {
        return List.of(
                answer("zunion", "6.2.0", "Answers the union of sorted sets.", UNION_COMPLEXITY)
                        .arguments(
                                Argument.integer("numkeys"), Argument.key("key").multiple(), weights(), aggregate())
                        .arguments(WITH_SCORES)
                        .handler((call, args, reply) -> answer(call, args, reply, Operation.UNION)),
                answer("zinter", "6.2.0", "Answers the intersection of sorted sets.", INTER_COMPLEXITY)
                        .arguments(
                                Argument.integer("numkeys"), Argument.key("key").multiple(), weights(), aggregate())
                        .arguments(WITH_SCORES)
                        .handler((call, args, reply) -> answer(call, args, reply, Operation.INTERSECTION)),
                answer(
                                "zdiff",
                                "6.2.0",
                                "Answers what the first sorted set has and the others have not.",
                                DIFF_COMPLEXITY)
                        .arguments(
                                Argument.integer("numkeys"), Argument.key("key").multiple(), WITH_SCORES)
                        .handler((call, args, reply) -> answer(call, args, reply, Operation.DIFFERENCE)),
                answer("zintercard", "7.0.0", "Counts the intersection of sorted sets.", INTER_COMPLEXITY)
                        .arguments(
                                Argument.integer("numkeys"),
                                Argument.key("key").multiple(),
                                Argument.integer("limit").after("LIMIT").optional())
                        .handler(CombinationCommands::zintercard),
                store("zunionstore", "2.0.0", "Stores the union of sorted sets in a key.", UNION_COMPLEXITY)
                        .arguments(weights(), aggregate())
                        .handler((call, args, reply) -> store(call, args, reply, Operation.UNION, "zunionstore")),
                store("zinterstore", "2.0.0", "Stores the intersection of sorted sets in a key.", INTER_COMPLEXITY)
                        .arguments(weights(), aggregate())
                        .handler(
                                (call, args, reply) -> store(call, args, reply, Operation.INTERSECTION, "zinterstore")),
                store(
                                "zdiffstore",
                                "6.2.0",
                                "Stores what the first sorted set has and the others have not in a key.",
                                DIFF_COMPLEXITY)
                        .handler((call, args, reply) -> store(call, args, reply, Operation.DIFFERENCE, "zdiffstore")));
    }

    private static CommandSpec answer(String name, String since, String summary, String complexity) {
        return row(name, -3, since, READONLY)
                .keys(KeySpec.counted(1, 0, 1, 1, RO, ACCESS))
                .summary(summary)
                .complexity(complexity);
    }

    private static CommandSpec store(String name, String since, String summary, String complexity) {
        return row(name, -4, since, WRITE, DENYOOM)
                .keys(KeySpec.at(1, OW, UPDATE), KeySpec.counted(2, 0, 1, 1, RO, ACCESS))
                .summary(summary)
                .complexity(complexity)
                .arguments(
                        Argument.key("destination"),
                        Argument.integer("numkeys"),
                        Argument.key("key", 1).multiple());
    }

    private static Argument weights() {
        return Argument.integer("weight").after("WEIGHTS").optional().multiple();
    }

    private static Argument aggregate() {
        return Argument.oneOf(
                        "aggregate",
                        Argument.token("SUM"),
                        Argument.token("MIN"),
                        Argument.token("MAX"),
                        Argument.token("COUNT").since("8.8.0"))
                .after("AGGREGATE")
                .optional();
    }

    /** Reads the number of keys and looks the keys up; null after an error. */
    private static @Nullable Combination readKeys(Call call, Args args, int numberIndex, Operation operation) {
        long keys = args.integer(numberIndex);
        if (args.failed()) {
            return null;
        }
        if (keys < 1) {
            args.fail(new RedisError(
                    "ERR at least 1 input key is needed for '" + call.spec().fullName() + "' command"));
            return null;
        }
        if (keys > args.count() - numberIndex - 1) {
            args.fail(RedisError.SYNTAX);
            return null;
        }
        return Combination.read(call, args, operation, numberIndex + 1, (int) keys);
    }

    /** Reads weights, aggregate and, unless the result is stored, whether scores are wanted; returns the latter. */
    private static boolean readOptions(
            Args args, Combination combination, int from, Operation operation, boolean store) {
        boolean hasScores = operation != Operation.DIFFERENCE;
        boolean withScores = false;
        int inputs = combination.inputs();
        for (int i = from; i < args.count() && !args.failed(); ) {
            if (hasScores && i + inputs < args.count() && args.is(i, "weights")) {
                for (int k = 0; k < inputs; k++) {
                    double weight = Numbers.parseDouble(args.at(i + 1 + k));
                    if (Double.isNaN(weight)) {
                        args.fail(NOT_A_WEIGHT);
                    }
                    combination.weight(k, weight);
                }
                i += inputs + 1;
            } else if (hasScores && i + 1 < args.count() && args.is(i, "aggregate")) {
                combination.aggregate(readAggregate(args, i + 1));
                i += 2;
            } else if (!store && args.is(i, "withscores")) {
                withScores = true;
                i++;
            } else {
                args.fail(RedisError.SYNTAX);
            }
        }
        return withScores;
    }

    private static Aggregate readAggregate(Args args, int index) {
        if (args.is(index, "min")) {
            return Aggregate.MIN;
        }
        if (args.is(index, "max")) {
            return Aggregate.MAX;
        }
        if (args.is(index, "count")) {
            return Aggregate.COUNT;
        }
        if (!args.is(index, "sum")) {
            args.fail(RedisError.SYNTAX);
        }
        return Aggregate.SUM;
    }

    private static void answer(Call call, Args args, Reply reply, Operation operation) {
        Combination combination = readKeys(call, args, 1, operation);
        if (combination == null) {
            return;
        }
        boolean withScores = readOptions(args, combination, 2 + combination.inputs(), operation, false);
        if (args.failed()) {
            return;
        }
        // Put in order beside the first key, in whose memory there is room for more than on the heap.
        SortedSetValue result = SortedSets.build(call, 2);
        try {
            combination.gather(result);
            SortedSets.range(reply, result, 0, result.size(), false, withScores);
        } finally {
            call.discard(2);
        }
    }

    private static void store(Call call, Args args, Reply reply, Operation operation, String event) {
        Combination combination = readKeys(call, args, 2, operation);
        if (combination == null) {
            return;
        }
        readOptions(args, combination, 3 + combination.inputs(), operation, true);
        if (args.failed()) {
            return;
        }
        SortedSetValue result = SortedSets.build(call, 1);
        combination.gather(result);
        SortedSets.store(call, reply, 1, result, event);
    }

    static void zintercard(Call call, Args args, Reply reply) {
        Combination combination = readKeys(call, args, 1, Operation.INTERSECTION);
        if (combination == null) {
            return;
        }
        long limit = 0;
        for (int i = 2 + combination.inputs(); i < args.count() && !args.failed(); i += 2) {
            if (i + 1 < args.count() && args.is(i, "limit")) {
                limit = args.integer(i + 1, 0, Long.MAX_VALUE, NEGATIVE_LIMIT);
            } else {
                args.fail(RedisError.SYNTAX);
            }
        }
        if (!args.failed()) {
            reply.integer(combination.count(limit));
        }
    }
}
