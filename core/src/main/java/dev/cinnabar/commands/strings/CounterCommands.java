package dev.cinnabar.commands.strings;

import static dev.cinnabar.command.Flag.DENYOOM;
import static dev.cinnabar.command.Flag.FAST;
import static dev.cinnabar.command.Flag.WRITE;
import static dev.cinnabar.command.KeySpec.Use.ACCESS;
import static dev.cinnabar.command.KeySpec.Use.UPDATE;

import dev.cinnabar.command.Args;
import dev.cinnabar.command.Argument;
import dev.cinnabar.command.Call;
import dev.cinnabar.command.CommandSpec;
import dev.cinnabar.command.KeySpec;
import dev.cinnabar.config.EventClasses;
import dev.cinnabar.memory.Bytes;
import dev.cinnabar.resp.RedisError;
import dev.cinnabar.resp.Reply;
import dev.cinnabar.text.LongDouble;
import dev.cinnabar.text.Numbers;
import dev.cinnabar.values.Encoding;
import dev.cinnabar.values.Entry;
import dev.cinnabar.values.StringValue;
import dev.cinnabar.values.Type;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Strings that are numbers: counting with them. Stateless. */
final class CounterCommands {

    private static final RedisError DECREMENT_OVERFLOW = new RedisError("ERR decrement would overflow");
    private static final RedisError NOT_FINITE = new RedisError("ERR increment would produce NaN or Infinity");

    private CounterCommands() {}

    static List<CommandSpec> table() {
        return List.of(
                row("incr", 2, "1.0.0")
                        .summary("Adds one to the number that a key holds, which is 0 if the key is missing.")
                        .arguments(Argument.key("key"))
                        .handler((call, args, reply) -> add(call, args, reply, 1)),
                row("decr", 2, "1.0.0")
                        .summary("Takes one from the number that a key holds, which is 0 if the key is missing.")
                        .arguments(Argument.key("key"))
                        .handler((call, args, reply) -> add(call, args, reply, -1)),
                row("incrby", 3, "1.0.0")
                        .summary("Adds to the number that a key holds, which is 0 if the key is missing.")
                        .arguments(Argument.key("key"), Argument.integer("increment"))
                        .handler(CounterCommands::incrby),
                row("decrby", 3, "1.0.0")
                        .summary("Takes from the number that a key holds, which is 0 if the key is missing.")
                        .arguments(Argument.key("key"), Argument.integer("decrement"))
                        .handler(CounterCommands::decrby),
                row("incrbyfloat", 3, "2.6.0")
                        .summary(
                                "Adds to the floating-point number that a key holds, which is 0 if the key is missing.")
                        .arguments(Argument.key("key"), Argument.doubleValue("increment"))
                        .handler(CounterCommands::incrbyfloat),
                BoundedIncrement.row());
    }

    static CommandSpec row(String name, int arity, String since) {
        return StringRow.row(name, arity, since, WRITE, DENYOOM, FAST)
                .keys(KeySpec.at(1, KeySpec.Use.RW, ACCESS, UPDATE))
                .complexity("O(1)");
    }

    static void incrby(Call call, Args args, Reply reply) {
        long increment = args.integer(2);
        if (!args.failed()) {
            add(call, args, reply, increment);
        }
    }

    static void decrby(Call call, Args args, Reply reply) {
        long decrement = args.integer(2);
        if (args.failed()) {
            return;
        }
        if (decrement == Long.MIN_VALUE) {
            args.fail(DECREMENT_OVERFLOW);
            return;
        }
        add(call, args, reply, -decrement);
    }

    private static void add(Call call, Args args, Reply reply, long increment) {
        Entry entry = call.write(1, Type.STRING);
        long value = integer(call, args, entry);
        if (args.failed()) {
            return;
        }
        long sum = value + increment;
        if (((value ^ sum) & (increment ^ sum)) < 0) {
            args.fail(RedisError.OVERFLOW);
            return;
        }
        store(call, entry, sum, entry == null ? Entry.NEVER : entry.expiryMillis());
        reply.integer(sum);
    }

    /** The whole number that the first key holds, 0 where it is missing; anything else is an error of the arguments. */
    static long integer(Call call, Args args, @Nullable Entry entry) {
        if (entry == null) {
            return 0;
        }
        if (StringValue.isLong(entry)) {
            return StringValue.longValue(entry);
        }
        Bytes text = StringValue.view(entry, call.view(), call.scratch());
        if (!Numbers.isLong(text)) {
            args.fail(RedisError.NOT_AN_INTEGER);
            return 0;
        }
        return Numbers.toLong(text);
    }

    /** Makes the first key hold a whole number. */
    static void store(Call call, @Nullable Entry entry, long number, long expiryMillis) {
        StringValue.setLong(
                entry != null ? entry : call.create(1, Encoding.STRING_INT, 0, expiryMillis), number, expiryMillis);
        call.modified(1);
        call.notify(EventClasses.STRING, "incrby", 1);
    }

    static void incrbyfloat(Call call, Args args, Reply reply) {
        Entry entry = call.write(1, Type.STRING);
        if (args.failed()) {
            return;
        }
        LongDouble value = floating(call, entry);
        LongDouble increment = LongDouble.parse(args.at(2));
        if (value == null || increment == null) {
            args.fail(RedisError.NOT_A_FLOAT);
            return;
        }
        LongDouble sum = value.plus(increment);
        if (!sum.isFinite()) {
            args.fail(NOT_FINITE);
            return;
        }
        Bytes text = Bytes.of(sum.toString());
        store(call, entry, text, entry == null ? Entry.NEVER : entry.expiryMillis());
        if (call.isJournaled()) {
            call.effect("SET", 1).word(text).word("KEEPTTL").end();
        }
        reply.bulk(text);
    }

    /** The number that the first key holds, 0 where it is missing, null where it is none. */
    static @Nullable LongDouble floating(Call call, @Nullable Entry entry) {
        return entry == null
                ? LongDouble.of(0)
                : LongDouble.parse(StringValue.view(entry, call.view(), call.scratch()));
    }

    /** Makes the first key hold the text of a number, which Redis keeps as text even where it is a whole one. */
    static void store(Call call, @Nullable Entry entry, Bytes text, long expiryMillis) {
        int kind = StringValue.kindFor(text.length());
        if (entry == null) {
            Entry fresh = call.create(1, kind, StringValue.inlineLength(kind, text.length()), expiryMillis);
            StringValue.initialize(fresh, kind, text);
        } else {
            StringValue.set(entry, kind, text, expiryMillis);
        }
        call.modified(1);
        call.notify(EventClasses.STRING, "incrbyfloat", 1);
    }
}
