package dev.cinnabar.commands.sets;

import static dev.cinnabar.command.Flag.DENYOOM;
import static dev.cinnabar.command.Flag.READONLY;
import static dev.cinnabar.command.Flag.WRITE;
import static dev.cinnabar.command.KeySpec.Use.ACCESS;
import static dev.cinnabar.command.KeySpec.Use.OW;
import static dev.cinnabar.command.KeySpec.Use.RO;
import static dev.cinnabar.command.KeySpec.Use.UPDATE;
import static dev.cinnabar.commands.sets.SetRow.row;

import dev.cinnabar.command.Args;
import dev.cinnabar.command.Argument;
import dev.cinnabar.command.Call;
import dev.cinnabar.command.CommandSpec;
import dev.cinnabar.command.KeySpec;
import dev.cinnabar.commands.sets.SetAlgebra.Operation;
import dev.cinnabar.config.EventClasses;
import dev.cinnabar.resp.RedisError;
import dev.cinnabar.resp.Reply;
import dev.cinnabar.values.Encoding;
import dev.cinnabar.values.Entry;
import dev.cinnabar.values.SetValue;
import java.util.ArrayList;
import java.util.List;

/** Intersections, unions and differences: answered, stored or counted. Stateless. */
final class SetAlgebraCommands {

    private static final RedisError NO_KEYS = new RedisError("ERR numkeys should be greater than 0");
    private static final RedisError TOO_MANY_KEYS =
            new RedisError("ERR Number of keys can't be greater than number of args");
    private static final RedisError NEGATIVE_LIMIT = new RedisError("ERR LIMIT can't be negative");

    private SetAlgebraCommands() {}

    static List<CommandSpec> table() {
        List<CommandSpec> rows = new ArrayList<>();
        family(
                rows,
                Operation.INTERSECTION,
                "sinter",
                "7.0.0",
                "the members that all of several sets have",
                "O(N*M) at worst, N being the size of the smallest set and M the number of sets.");
        family(
                rows,
                Operation.UNION,
                "sunion",
                "8.10.0",
                "the members that any of several sets has",
                "O(N), N being the sum of the sizes of all sets.");
        family(
                rows,
                Operation.DIFFERENCE,
                "sdiff",
                "8.10.0",
                "the members of the first set that no other set has",
                "O(N), N being the sum of the sizes of all sets.");
        return rows;
    }

    private static void family(
            List<CommandSpec> rows,
            Operation operation,
            String name,
            String cardSince,
            String what,
            String complexity) {
        rows.add(row(name, -2, "1.0.0", READONLY)
                .keys(KeySpec.range(1, -1, 1, RO, ACCESS))
                .tips("nondeterministic_output_order")
                .summary("Answers " + what + ".")
                .complexity(complexity)
                .arguments(Argument.key("key").multiple())
                .handler((call, args, reply) -> answer(operation, call, args, reply)));
        rows.add(row(name + "store", -3, "1.0.0", WRITE, DENYOOM)
                .keys(KeySpec.at(1, OW, UPDATE), KeySpec.range(2, -1, 1, RO, ACCESS))
                .summary("Stores " + what + ".")
                .complexity(complexity)
                .arguments(Argument.key("destination"), Argument.key("key", 1).multiple())
                .handler((call, args, reply) -> store(operation, name + "store", call, args, reply)));
        CommandSpec card = row(name + "card", -3, cardSince, READONLY)
                .keys(KeySpec.counted(1, 0, 1, 1, RO, ACCESS))
                .summary("Counts " + what + ".")
                .complexity(complexity)
                .arguments(Argument.integer("numkeys"), Argument.key("key").multiple())
                .handler((call, args, reply) -> count(operation, call, args, reply));
        if (operation == Operation.UNION) {
            card.arguments(Argument.token("approx", "APPROX").optional());
        }
        rows.add(card.arguments(Argument.integer("limit").after("LIMIT").optional()));
    }

    private static void answer(Operation operation, Call call, Args args, Reply reply) {
        SetAlgebra algebra = SetAlgebra.read(call, args, operation, 1, args.count() - 1);
        if (algebra == null) {
            return;
        }
        if (algebra.isBetterGathered()) {
            SetValue gathered = build(call, 1);
            algebra.gather(gathered);
            SetCommands.all(gathered, reply);
            call.discard(1);
            return;
        }
        reply.beginArray();
        long n = 0;
        while (algebra.next()) {
            reply.bulk(algebra.current().member());
            n++;
        }
        reply.endSet(n);
    }

    /** A set that is empty, where the key that is an argument lies or would lie. */
    private static SetValue build(Call call, int arg) {
        int kind = Encoding.SET_INTSET;
        return call.views().set.create(call.build(arg, kind, SetValue.inlineLength(kind)));
    }

    private static void store(Operation operation, String event, Call call, Args args, Reply reply) {
        SetAlgebra algebra = SetAlgebra.read(call, args, operation, 2, args.count() - 2);
        if (algebra == null) {
            return;
        }
        SetValue result = build(call, 1);
        algebra.gather(result);
        long size = result.size();
        if (size > 0) {
            call.install(1, Entry.NEVER);
            call.notify(EventClasses.SET, event, 1);
        } else {
            call.discard(1);
            Entry old = call.write(1);
            if (old != null) {
                call.delete(1, old);
                call.notify(EventClasses.GENERIC, "del", 1);
            }
        }
        reply.integer(size);
    }

    private static void count(Operation operation, Call call, Args args, Reply reply) {
        long keys = args.integer(1, 1, Long.MAX_VALUE, NO_KEYS);
        if (!args.failed() && keys > args.count() - 2) {
            args.fail(TOO_MANY_KEYS);
        }
        long limit = 0;
        if (args.failed()) {
            return;
        }
        for (int i = (int) (2 + keys); i < args.count() && !args.failed(); i++) {
            if (args.is(i, "limit") && i + 1 < args.count()) {
                i++;
                limit = args.integer(i, 0, Long.MAX_VALUE, NEGATIVE_LIMIT);
            } else if (operation != Operation.UNION || !args.is(i, "approx")) {
                // A union is counted exactly whether or not an approximation would do.
                args.fail(RedisError.SYNTAX);
            }
        }
        if (args.failed()) {
            return;
        }
        SetAlgebra algebra = SetAlgebra.read(call, args, operation, 2, (int) keys);
        if (algebra != null) {
            reply.integer(count(call, algebra, limit == 0 ? Long.MAX_VALUE : limit));
        }
    }

    private static long count(Call call, SetAlgebra algebra, long limit) {
        if (algebra.isBetterGathered()) {
            SetValue gathered = build(call, 2);
            algebra.gather(gathered);
            long size = gathered.size();
            call.discard(2);
            return Math.min(size, limit);
        }
        long n = 0;
        while (n < limit && algebra.next()) {
            n++;
        }
        return n;
    }
}
