package dev.cinnabar.commands.lists;

import static dev.cinnabar.command.Flag.BLOCKING;
import static dev.cinnabar.command.Flag.DENYOOM;
import static dev.cinnabar.command.Flag.WRITE;
import static dev.cinnabar.command.KeySpec.Use.ACCESS;
import static dev.cinnabar.command.KeySpec.Use.DELETE;
import static dev.cinnabar.command.KeySpec.Use.INSERT;
import static dev.cinnabar.command.KeySpec.Use.RW;
import static dev.cinnabar.commands.lists.ListRow.end;

import dev.cinnabar.command.Args;
import dev.cinnabar.command.Argument;
import dev.cinnabar.command.Call;
import dev.cinnabar.command.CommandSpec;
import dev.cinnabar.command.Flag;
import dev.cinnabar.command.KeySpec;
import dev.cinnabar.command.Timeouts;
import dev.cinnabar.config.EventClasses;
import dev.cinnabar.memory.Bytes;
import dev.cinnabar.resp.RedisError;
import dev.cinnabar.resp.Reply;
import dev.cinnabar.values.Entry;
import dev.cinnabar.values.ListValue;
import dev.cinnabar.values.Type;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Commands that move elements from one list to another, or within one. Stateless. */
final class MoveCommands {

    /** How many elements LMOVEM moves, and how. */
    private record Amount(long count, boolean exactly, boolean oneByOne) {
        static final Amount ONE = new Amount(1, false, false);
    }

    private MoveCommands() {}

    static List<CommandSpec> table() {
        return List.of(
                row("rpoplpush", 3, "1.2.0", WRITE, DENYOOM)
                        .summary(
                                "Moves the rightmost element of a list to the left end of another one, and answers it.")
                        .complexity("O(1)")
                        .deprecated("6.2.0", "`LMOVE` with the `RIGHT` and `LEFT` arguments")
                        .arguments(Argument.key("source", 0), Argument.key("destination", 1))
                        .handler(MoveCommands::popAndPush),
                row("lmove", 5, "6.2.0", WRITE, DENYOOM)
                        .summary("Moves an element from an end of a list to an end of another one, and answers it.")
                        .complexity("O(1)")
                        .arguments(
                                Argument.key("source", 0),
                                Argument.key("destination", 1),
                                end("wherefrom"),
                                end("whereto"))
                        .handler(MoveCommands::move),
                row("brpoplpush", 4, "2.2.0", WRITE, DENYOOM, BLOCKING)
                        .summary("Moves the rightmost element of a list to the left end of another one, and answers it;"
                                + " waits for it.")
                        .complexity("O(1)")
                        .deprecated("6.2.0", "`BLMOVE` with the `RIGHT` and `LEFT` arguments")
                        .history("6.0.0", "The timeout may have a fraction.")
                        .arguments(
                                Argument.key("source", 0),
                                Argument.key("destination", 1),
                                Argument.doubleValue("timeout"))
                        .handler(MoveCommands::blockingPopAndPush),
                row("blmove", 6, "6.2.0", WRITE, DENYOOM, BLOCKING)
                        .summary(
                                "Moves an element from an end of a list to an end of another one, and answers it; waits"
                                        + " for it.")
                        .complexity("O(1)")
                        .arguments(
                                Argument.key("source", 0),
                                Argument.key("destination", 1),
                                end("wherefrom"),
                                end("whereto"),
                                Argument.doubleValue("timeout"))
                        .handler(MoveCommands::blockingMove),
                row("lmovem", -5, "8.10.0", WRITE, DENYOOM)
                        .summary("Moves elements from an end of a list to an end of another one, and answers them.")
                        .complexity("O(N), N being the number of elements that are moved.")
                        .arguments(
                                Argument.key("source", 0),
                                Argument.key("destination", 1),
                                end("wherefrom"),
                                end("whereto"),
                                howMany())
                        .handler(MoveCommands::moveMany),
                row("blmovem", -6, "8.10.0", WRITE, DENYOOM, BLOCKING)
                        .summary(
                                "Moves elements from an end of a list to an end of another one, and answers them; waits"
                                        + " for them.")
                        .complexity("O(N), N being the number of elements that are moved.")
                        .arguments(
                                Argument.key("source", 0),
                                Argument.key("destination", 1),
                                end("wherefrom"),
                                end("whereto"),
                                Argument.doubleValue("timeout"),
                                howMany())
                        .handler(MoveCommands::blockingMoveMany));
    }

    private static CommandSpec row(String name, int arity, String since, Flag... flags) {
        return ListRow.row(name, arity, since, flags)
                .keys(KeySpec.at(1, RW, ACCESS, DELETE), KeySpec.at(2, RW, INSERT));
    }

    private static Argument howMany() {
        return Argument.block(
                        "how-many",
                        Argument.oneOf(
                                "selector",
                                Argument.integer("count").after("COUNT"),
                                Argument.integer("exactly").after("EXACTLY")),
                        Argument.oneOf("ordering", Argument.token("OBO"), Argument.token("BULK")))
                .optional();
    }

    private static void popAndPush(Call call, Args args, Reply reply) {
        if (!moveOne(call, args, reply, false, true) && !args.failed()) {
            reply.nil();
        }
    }

    private static void move(Call call, Args args, Reply reply) {
        boolean from = Lists.isLeft(args, 3);
        boolean to = Lists.isLeft(args, 4);
        if (!args.failed() && !moveOne(call, args, reply, from, to) && !args.failed()) {
            reply.nil();
        }
    }

    private static void blockingPopAndPush(Call call, Args args, Reply reply) {
        moveOrWait(call, args, reply, false, true, Timeouts.seconds(args, 3), "RPOPLPUSH");
    }

    private static void blockingMove(Call call, Args args, Reply reply) {
        boolean from = Lists.isLeft(args, 3);
        boolean to = Lists.isLeft(args, 4);
        moveOrWait(call, args, reply, from, to, Timeouts.seconds(args, 5), "LMOVE");
    }

    private static void moveOrWait(
            Call call, Args args, Reply reply, boolean fromLeft, boolean toLeft, long timeoutMillis, String effect) {
        if (args.failed()) {
            return;
        }
        if (moveOne(call, args, reply, fromLeft, toLeft)) {
            if (call.isJournaled()) {
                call.words(call.effect(effect), 1, args.count() - 1).end();
            }
            return;
        }
        if (args.failed()) {
            return;
        }
        if (call.canBlock()) {
            call.block(Type.LIST, timeoutMillis, 1, 1);
        } else {
            // The nil of LMOVE: Redis has another one for a wait that is over.
            reply.nil();
        }
    }

    /** Moves an element and answers it; false if there is none, or an error. */
    private static boolean moveOne(Call call, Args args, Reply reply, boolean fromLeft, boolean toLeft) {
        Entry source = call.write(1, Type.LIST);
        if (source == null) {
            return false;
        }
        if (isRotation(args)) {
            ListValue list = call.views().list.at(source);
            Bytes value = list.end(fromLeft, call.view());
            reply.bulk(value);
            Bytes kept = list.keep(value);
            list.removeEnd(fromLeft, 1);
            list.expect(1, kept.length());
            list.push(toLeft, kept);
            moved(call, source, list, fromLeft, toLeft, 1);
            return true;
        }
        source = openBoth(call, args, source);
        if (source == null) {
            return false;
        }
        ListValue list = call.views().list;
        ListValue target = call.views().otherList;
        Bytes value = list.end(fromLeft, call.view());
        reply.bulk(value);
        target.expect(1, value.length());
        target.push(toLeft, value);
        list.removeEnd(fromLeft, 1);
        moved(call, source, list, fromLeft, toLeft, 1);
        return true;
    }

    private static boolean isRotation(Args args) {
        return args.at(1).contentEquals(args.at(2));
    }

    /**
     * Shows the source in the first view of lists, and the destination, made if it is missing, in the other. Returns the
     * source's entry anew, or null if the destination is of another type.
     */
    private static @Nullable Entry openBoth(Call call, Args args, Entry source) {
        Entry target = call.writeSecond(2, Type.LIST);
        if (args.failed()) {
            return null;
        }
        ListValue other = call.views().otherList;
        Entry again = source;
        if (target != null) {
            other.at(target);
        } else {
            // What is created takes the first view of entries.
            Lists.create(call, 2, other);
            again = call.writeSecond(1);
            if (again == null) {
                throw new IllegalStateException("the source is gone");
            }
        }
        call.views().list.at(again);
        return again;
    }

    /** So many elements have been moved, a change each: says so of both keys, in this order, and deletes the source if it is empty. */
    private static void moved(Call call, Entry source, ListValue list, boolean fromLeft, boolean toLeft, long n) {
        call.modified(2);
        call.changes(2, 0);
        call.notify(EventClasses.LIST, toLeft ? "lpush" : "rpush", 2);
        Lists.popped(call, 1, source, list, fromLeft, n);
    }

    // LMOVEM.

    private static void moveMany(Call call, Args args, Reply reply) {
        boolean from = Lists.isLeft(args, 3);
        boolean to = Lists.isLeft(args, 4);
        Amount amount = args.failed() ? Amount.ONE : amount(args, 5);
        if (args.failed() || moveMany(call, args, reply, from, to, amount) || args.failed()) {
            return;
        }
        if (amount.exactly) {
            reply.nilArray();
        } else {
            reply.array(0);
        }
    }

    private static void blockingMoveMany(Call call, Args args, Reply reply) {
        boolean from = Lists.isLeft(args, 3);
        boolean to = Lists.isLeft(args, 4);
        long timeout = Timeouts.seconds(args, 5);
        Amount amount = args.failed() ? Amount.ONE : amount(args, 6);
        if (args.failed()) {
            return;
        }
        if (moveMany(call, args, reply, from, to, amount)) {
            if (call.isJournaled()) {
                call.words(call.words(call.effect("LMOVEM"), 1, 5), 6, args.count())
                        .end();
            }
        } else if (!args.failed()) {
            call.block(Type.LIST, timeout, 1, 1);
        }
    }

    /** {@code COUNT n} or {@code EXACTLY n}, then {@code OBO} or {@code BULK}; nothing is one element. */
    private static Amount amount(Args args, int index) {
        if (args.count() == index) {
            return Amount.ONE;
        }
        boolean exactly = args.is(index, "exactly");
        if (args.count() != index + 3 || !exactly && !args.is(index, "count")) {
            args.fail(RedisError.SYNTAX);
            return Amount.ONE;
        }
        long count = args.integer(index + 1, 1, Long.MAX_VALUE, PopCommands.NO_COUNT);
        boolean oneByOne = args.is(index + 2, "obo");
        if (!oneByOne && !args.is(index + 2, "bulk")) {
            args.fail(RedisError.SYNTAX);
        }
        return new Amount(count, exactly, oneByOne);
    }

    /** Moves elements and answers them in their new order; false if there are not enough, or an error. */
    private static boolean moveMany(
            Call call, Args args, Reply reply, boolean fromLeft, boolean toLeft, Amount amount) {
        Entry source = call.write(1, Type.LIST);
        if (source == null) {
            return false;
        }
        ListValue list = call.views().list.at(source);
        if (amount.exactly && list.length() < amount.count) {
            return false;
        }
        int n = (int) Math.min(Math.min(amount.count, list.length()), Integer.MAX_VALUE - 8);
        boolean reversed = amount.oneByOne && fromLeft == toLeft;
        if (isRotation(args)) {
            byte[][] values = new byte[n][];
            list.seek(fromLeft ? 0 : list.length() - n);
            for (int i = 0; i < n; i++) {
                if (i > 0) {
                    list.next();
                }
                values[reversed ? n - 1 - i : i] = list.element(call.view()).toByteArray();
            }
            list.removeEnd(fromLeft, n);
            reply.array(n);
            long bytes = 0;
            for (byte[] value : values) {
                reply.bulk(value);
                bytes += value.length;
            }
            list.expect(n, bytes);
            for (int i = 0; i < n; i++) {
                list.push(
                        toLeft,
                        call.view().set(values[toLeft ? n - 1 - i : i], 0, values[toLeft ? n - 1 - i : i].length));
            }
            moved(call, source, list, fromLeft, toLeft, n);
            return true;
        }
        source = openBoth(call, args, source);
        if (source == null) {
            return false;
        }
        ListValue target = call.views().otherList;
        long first = fromLeft ? 0 : list.length() - n;
        // Once in their new order for the reply, then in the order in which they are pushed.
        reply.array(n);
        long bytes = 0;
        list.seek(reversed ? first + n - 1 : first);
        for (int i = 0; i < n; i++) {
            if (i > 0) {
                Lists.step(list, !reversed);
            }
            Bytes value = list.element(call.view());
            bytes += value.length();
            reply.bulk(value);
        }
        target.expect(n, bytes);
        boolean forwards = reversed == toLeft;
        list.seek(forwards ? first : first + n - 1);
        for (int i = 0; i < n; i++) {
            if (i > 0) {
                Lists.step(list, forwards);
            }
            target.push(toLeft, list.element(call.view()));
        }
        list.removeEnd(fromLeft, n);
        moved(call, source, list, fromLeft, toLeft, n);
        return true;
    }
}
