package dev.cinnabar.commands.sort;

import static dev.cinnabar.command.CommandSpec.command;
import static dev.cinnabar.command.Flag.DENYOOM;
import static dev.cinnabar.command.Flag.READONLY;
import static dev.cinnabar.command.Flag.WRITE;
import static dev.cinnabar.command.KeySpec.Use.ACCESS;
import static dev.cinnabar.command.KeySpec.Use.OW;
import static dev.cinnabar.command.KeySpec.Use.RO;
import static dev.cinnabar.command.KeySpec.Use.UPDATE;

import dev.cinnabar.command.Args;
import dev.cinnabar.command.Argument;
import dev.cinnabar.command.Call;
import dev.cinnabar.command.Category;
import dev.cinnabar.command.CommandSpec;
import dev.cinnabar.command.Flag;
import dev.cinnabar.command.Group;
import dev.cinnabar.command.KeySpec;
import dev.cinnabar.config.EventClasses;
import dev.cinnabar.memory.Bytes;
import dev.cinnabar.resp.RedisError;
import dev.cinnabar.resp.Reply;
import dev.cinnabar.resp.Request;
import dev.cinnabar.text.Numbers;
import dev.cinnabar.values.Encoding;
import dev.cinnabar.values.Entry;
import dev.cinnabar.values.ListValue;
import dev.cinnabar.values.SetValue;
import dev.cinnabar.values.SortedSetValue;
import dev.cinnabar.values.Type;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** SORT and SORT_RO. An instance is one call. */
public final class SortCommand {

    /*
     * Elements are copied first, then looked up what they are sorted by, then sorted, then looked up what is answered. If
     * nothing is to be sorted, only those within the limits are copied.
     *
     * Patterns lead to keys that nobody knows before the elements are read. So a request with a pattern that has a '*' runs
     * with all partitions locked; any other one with those of its key and its destination.
     */

    private static final RedisError NOT_NUMBERS =
            new RedisError("ERR One or more scores can't be converted into double");
    private static final byte[] NOTHING = {};

    private final Call call;
    private final Args args;

    // Options.
    private boolean descending;
    private boolean alpha;
    private boolean unsorted;
    private @Nullable KeyPattern by;
    private final List<KeyPattern> gets = new ArrayList<>(0);
    private long limitStart;
    private long limitCount = -1;
    private int storeArg;

    private final Bytes text = new Bytes();

    private SortCommand(Call call, Args args) {
        this.call = call;
        this.args = args;
    }

    /** The rows of both. */
    public static List<CommandSpec> table() {
        KeySpec key = KeySpec.at(1, RO, ACCESS);
        KeySpec patterns = KeySpec.unknown(RO, ACCESS)
                .notes("Keys named by BY and GET: which ones depends on the elements that are sorted.");
        return List.of(
                row("sort", "1.0.0", WRITE, DENYOOM)
                        .keys(
                                key,
                                patterns,
                                KeySpec.found(SortCommand::findDestination, OW, UPDATE)
                                        .notes("The key behind STORE, which may stand anywhere among the options."))
                        .summary("Sorts the elements of a list, set or sorted set, and answers or stores them.")
                        .arguments(options())
                        .arguments(Argument.key("destination", 2).after("STORE").optional())
                        .handler((call, args, reply) -> new SortCommand(call, args).run(true, reply)),
                row("sort_ro", "7.0.0", READONLY)
                        .keys(key, patterns)
                        .summary("Sorts the elements of a list, set or sorted set, and answers them.")
                        .arguments(options())
                        .handler((call, args, reply) -> new SortCommand(call, args).run(false, reply)));
    }

    private static CommandSpec row(String name, String since, Flag... flags) {
        return command(name, -2, flags)
                .since(since)
                .group(Group.GENERIC)
                .categories(Category.SET, Category.SORTEDSET, Category.LIST, Category.DANGEROUS)
                .complexity("O(N log N), N being the number of elements; O(N) where they are not sorted.")
                .locksAllFor(SortCommand::readsUnknownKeys);
    }

    private static Argument[] options() {
        return new Argument[] {
            Argument.key("key"),
            patternArgument("by-pattern", "BY").optional(),
            Argument.block("limit", Argument.integer("offset"), Argument.integer("count"))
                    .after("LIMIT")
                    .optional(),
            patternArgument("get-pattern", "GET").optional().multipleWithToken(),
            Argument.oneOf("order", Argument.token("ASC"), Argument.token("DESC"))
                    .optional(),
            Argument.token("sorting", "ALPHA").optional()
        };
    }

    private static Argument patternArgument(String name, String token) {
        return Argument.pattern(name, 1).shownAs("pattern").after(token);
    }

    /** Whether a word behind BY or GET is a pattern: others, at most, only look as if. */
    private static boolean readsUnknownKeys(Request request) {
        for (int i = 3; i < request.count(); i++) {
            if (request.at(i).indexOf((byte) '*') >= 0
                    && (request.at(i - 1).equalsIgnoreCase("by")
                            || request.at(i - 1).equalsIgnoreCase("get"))) {
                return true;
            }
        }
        return false;
    }

    /** The last STORE counts, as it does for the command itself. */
    private static void findDestination(Request request, KeySpec.IndexConsumer sink) {
        int found = 0;
        for (int i = 2; i + 1 < request.count(); i++) {
            Bytes word = request.at(i);
            if (word.equalsIgnoreCase("limit")) {
                i += 2;
            } else if (word.equalsIgnoreCase("get") || word.equalsIgnoreCase("by")) {
                i++;
            } else if (word.equalsIgnoreCase("store")) {
                found = ++i;
            }
        }
        if (found > 0) {
            sink.accept(found);
        }
    }

    private void readOptions(boolean mayStore) {
        for (int i = 2; i < args.count() && !args.failed(); i++) {
            int left = args.count() - i - 1;
            if (args.is(i, "asc")) {
                descending = false;
            } else if (args.is(i, "desc")) {
                descending = true;
            } else if (args.is(i, "alpha")) {
                alpha = true;
            } else if (left >= 2 && args.is(i, "limit")) {
                limitStart = args.integer(i + 1);
                limitCount = args.integer(i + 2);
                i += 2;
            } else if (mayStore && left >= 1 && args.is(i, "store")) {
                storeArg = ++i;
            } else if (left >= 1 && args.is(i, "by")) {
                by = new KeyPattern(args.at(++i));
                unsorted |= !by.dependsOnElement();
                if (by.dependsOnElement() && !call.mayReadAllKeys()) {
                    args.fail(denied("BY"));
                }
            } else if (left >= 1 && args.is(i, "get")) {
                gets.add(new KeyPattern(args.at(++i)));
                if (!call.mayReadAllKeys()) {
                    args.fail(denied("GET"));
                }
            } else {
                args.fail(RedisError.SYNTAX);
            }
        }
    }

    private static RedisError denied(String option) {
        return new RedisError("ERR " + option + " option of SORT denied due to insufficient ACL permissions.");
    }

    private void run(boolean mayStore, Reply reply) {
        readOptions(mayStore);
        if (args.failed()) {
            return;
        }
        Entry entry = call.read(1);
        if (entry != null && !isSortable(entry.type())) {
            args.fail(RedisError.WRONG_TYPE);
            return;
        }
        if (unsorted && storeArg > 0 && entry != null && entry.type() == Type.SET) {
            // A set has no order of its own: what is stored must not depend on chance.
            unsorted = false;
            alpha = true;
            by = null;
        }
        long length = entry == null ? 0 : length(entry);
        long start = Math.min(Math.max(limitStart, 0), length);
        long count = limitCount < 0 ? length - start : Math.min(limitCount, length - start);
        try (SortVector vector = new SortVector(unsorted ? count : length)) {
            if (entry != null) {
                copy(entry, unsorted ? start : 0, unsorted ? count : length, length, vector);
            }
            if (!unsorted) {
                sort(vector);
            }
            if (!args.failed()) {
                int first = unsorted ? 0 : (int) start;
                if (storeArg > 0) {
                    store(vector, first, (int) count, reply);
                } else {
                    answer(vector, first, (int) count, reply);
                }
            }
        }
    }

    private static boolean isSortable(Type type) {
        return type == Type.LIST || type == Type.SET || type == Type.ZSET;
    }

    private long length(Entry entry) {
        return switch (entry.type()) {
            case LIST -> call.views().list.at(entry).length();
            case SET -> call.views().set.at(entry).size();
            default -> call.views().sortedSet.at(entry).size();
        };
    }

    /** Copies elements from one on; where they are not to be sorted, from the end on if the order is descending. */
    private void copy(Entry entry, long start, long count, long length, SortVector vector) {
        boolean backward = unsorted && descending;
        long from = backward ? length - 1 - start : start;
        if (count == 0) {
            return;
        }
        switch (entry.type()) {
            case LIST -> {
                ListValue list = call.views().list;
                list.seek(from);
                for (long i = 0; i < count; i++) {
                    vector.add(list.element(text));
                    if (backward) {
                        list.previous();
                    } else {
                        list.next();
                    }
                }
            }
            case SET -> {
                SetValue set = call.views().set.rewind();
                for (long i = 0; i < start + count; i++) {
                    set.next();
                    if (i >= start) {
                        vector.add(set.member());
                    }
                }
            }
            default -> {
                SortedSetValue set = call.views().sortedSet;
                set.seek(from);
                for (long i = 0; i < count; i++) {
                    vector.add(set.member());
                    if (backward) {
                        set.previous();
                    } else {
                        set.next();
                    }
                }
            }
        }
    }

    private void sort(SortVector vector) {
        if (alpha && by == null) {
            vector.sort(SortVector.Order.TEXTS, descending);
            return;
        }
        for (int i = 0; i < vector.size() && !args.failed(); i++) {
            Bytes element = vector.text(i, text);
            Bytes value = by == null ? element : by.lookUp(call, element);
            if (alpha) {
                vector.key(i, value);
            } else if (value != null) {
                // To Redis a number ends with a NUL, whatever follows.
                int end = value.indexOf((byte) 0);
                double number = Numbers.parseLeniently(end < 0 ? value : value.narrow(0, end));
                if (Double.isNaN(number)) {
                    args.fail(NOT_NUMBERS);
                }
                vector.number(i, number);
            }
        }
        if (!args.failed()) {
            vector.sort(alpha ? SortVector.Order.KEYS : SortVector.Order.NUMBERS, descending);
        }
    }

    private void answer(SortVector vector, int first, int count, Reply reply) {
        reply.array((long) count * Math.max(1, gets.size()));
        for (int i = first; i < first + count && reply.isWanted(); i++) {
            Bytes element = vector.text(i, text);
            if (gets.isEmpty()) {
                reply.bulk(element);
            }
            for (KeyPattern get : gets) {
                Bytes value = get.lookUp(call, element);
                if (value == null) {
                    reply.nil();
                } else {
                    reply.bulk(value);
                }
            }
        }
    }

    private void store(SortVector vector, int first, int count, Reply reply) {
        if (count == 0) {
            Entry old = call.write(storeArg);
            if (old != null) {
                call.delete(storeArg, old);
                call.notify(EventClasses.GENERIC, "del", storeArg);
            }
            reply.integer(0);
            return;
        }
        ListValue list = call.views().list;
        list.format(call.build(storeArg, Encoding.LIST_LISTPACK, ListValue.emptyLength()));
        for (int i = first; i < first + count; i++) {
            Bytes element = vector.text(i, text);
            if (gets.isEmpty()) {
                push(list, element);
            }
            for (KeyPattern get : gets) {
                Bytes value = get.lookUp(call, element);
                push(list, value == null ? Bytes.of(NOTHING) : value);
            }
        }
        long length = list.length();
        call.install(storeArg, Entry.NEVER);
        call.notify(EventClasses.LIST, "sortstore", storeArg);
        reply.integer(length);
    }

    private static void push(ListValue list, Bytes value) {
        list.expect(1, value.length());
        list.push(false, value);
    }
}
