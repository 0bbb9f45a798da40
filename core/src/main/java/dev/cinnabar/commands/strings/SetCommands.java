package dev.cinnabar.commands.strings;

import static dev.cinnabar.command.Flag.DENYOOM;
import static dev.cinnabar.command.Flag.FAST;
import static dev.cinnabar.command.Flag.WRITE;
import static dev.cinnabar.command.KeySpec.Use.ACCESS;
import static dev.cinnabar.command.KeySpec.Use.DELETE;
import static dev.cinnabar.command.KeySpec.Use.INSERT;
import static dev.cinnabar.command.KeySpec.Use.OW;
import static dev.cinnabar.command.KeySpec.Use.RW;
import static dev.cinnabar.command.KeySpec.Use.UPDATE;
import static dev.cinnabar.command.KeySpec.Use.VARIABLE_FLAGS;
import static dev.cinnabar.commands.strings.StringRow.row;

import dev.cinnabar.command.Args;
import dev.cinnabar.command.Argument;
import dev.cinnabar.command.Call;
import dev.cinnabar.command.CommandSpec;
import dev.cinnabar.command.ExpiryOption;
import dev.cinnabar.command.KeySpec;
import dev.cinnabar.command.OptionGroup;
import dev.cinnabar.config.EventClasses;
import dev.cinnabar.journal.Effects;
import dev.cinnabar.memory.Bytes;
import dev.cinnabar.resp.RedisError;
import dev.cinnabar.resp.Reply;
import dev.cinnabar.resp.Request;
import dev.cinnabar.values.Entry;
import dev.cinnabar.values.StringValue;
import dev.cinnabar.values.Type;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Strings as a whole: setting, exchanging and deleting them, with conditions and expiry. Stateless. */
final class SetCommands {

    /** SET's conditions: NX and XX, then those on the value. */
    private static final OptionGroup CONDITION =
            OptionGroup.of(Stream.concat(Stream.of("nx", "xx"), Stream.of(ValueCondition.WORDS))
                    .toArray(String[]::new));

    private static final OptionGroup EXISTENCE = OptionGroup.once("nx", "xx");
    private static final int NX = 1;
    private static final int XX = 2;

    private static final RedisError NOT_A_STRING =
            new RedisError("ERR Key should be of string type if conditions are specified");
    private static final RedisError NO_CONDITION =
            new RedisError("ERR Invalid condition. Use IFEQ, IFNE, IFDEQ, or IFDNE");
    private static final RedisError INVALID_NUMKEYS = new RedisError("ERR invalid numkeys value");
    private static final RedisError WRONG_PAIRS = new RedisError("ERR wrong number of key-value pairs");

    private SetCommands() {}

    static List<CommandSpec> table() {
        return List.of(
                row("set", -3, "1.0.0", WRITE, DENYOOM)
                        .keys(KeySpec.at(1, RW, ACCESS, UPDATE, VARIABLE_FLAGS)
                                .usesOf(SetCommands::usesBySet)
                                .notes("RW and ACCESS because of the optional argument `GET`"))
                        .summary("Sets the value of a key, whatever it held before.")
                        .complexity("O(1); with IFDEQ or IFDNE O(N), N being the length of the old value.")
                        .history("2.6.12", "`EX`, `PX`, `NX` and `XX` came in.")
                        .history("6.0.0", "`KEEPTTL` came in.")
                        .history("6.2.0", "`GET`, `EXAT` and `PXAT` came in.")
                        .history("7.0.0", "`NX` and `GET` go together.")
                        .history("8.4.0", "`IFEQ`, `IFNE`, `IFDEQ` and `IFDNE` came in.")
                        .arguments(
                                Argument.key("key"),
                                Argument.string("value"),
                                Argument.oneOf("condition", conditions())
                                        .since("2.6.12")
                                        .optional(),
                                Argument.token("GET").since("6.2.0").optional(),
                                Argument.oneOf(
                                                "expiration",
                                                Argument.integer("seconds")
                                                        .after("EX")
                                                        .since("2.6.12"),
                                                Argument.integer("milliseconds")
                                                        .after("PX")
                                                        .since("2.6.12"),
                                                Argument.unixTime("unix-time-seconds")
                                                        .after("EXAT")
                                                        .since("6.2.0"),
                                                Argument.unixTime("unix-time-milliseconds")
                                                        .after("PXAT")
                                                        .since("6.2.0"),
                                                Argument.token("KEEPTTL").since("6.0.0"))
                                        .optional())
                        .handler(SetCommands::set),
                row("setnx", 3, "1.0.0", WRITE, DENYOOM, FAST)
                        .keys(KeySpec.at(1, OW, INSERT))
                        .summary("Sets the value of a key that is missing.")
                        .complexity("O(1)")
                        .deprecated("2.6.12", "`SET` with the argument `NX`")
                        .arguments(Argument.key("key"), Argument.string("value"))
                        .handler(SetCommands::setnx),
                row("setex", 4, "2.0.0", WRITE, DENYOOM)
                        .keys(KeySpec.at(1, OW, UPDATE))
                        .summary("Sets the value of a key that expires after some seconds.")
                        .complexity("O(1)")
                        .deprecated("2.6.12", "`SET` with the argument `EX`")
                        .arguments(Argument.key("key"), Argument.integer("seconds"), Argument.string("value"))
                        .handler((call, args, reply) -> setExpiring(call, args, reply, true)),
                row("psetex", 4, "2.6.0", WRITE, DENYOOM)
                        .keys(KeySpec.at(1, OW, UPDATE))
                        .summary("Sets the value of a key that expires after some milliseconds.")
                        .complexity("O(1)")
                        .deprecated("2.6.12", "`SET` with the argument `PX`")
                        .arguments(Argument.key("key"), Argument.integer("milliseconds"), Argument.string("value"))
                        .handler((call, args, reply) -> setExpiring(call, args, reply, false)),
                row("getset", 3, "1.0.0", WRITE, DENYOOM, FAST)
                        .keys(KeySpec.at(1, RW, ACCESS, UPDATE))
                        .summary("Sets the value of a key and answers the one it had.")
                        .complexity("O(1)")
                        .deprecated("6.2.0", "`SET` with the argument `GET`")
                        .arguments(Argument.key("key"), Argument.string("value"))
                        .handler(SetCommands::getset),
                row("getdel", 2, "6.2.0", WRITE, FAST)
                        .keys(KeySpec.at(1, RW, ACCESS, DELETE))
                        .summary("Deletes a string key and answers the value it had.")
                        .complexity("O(1)")
                        .arguments(Argument.key("key"))
                        .handler(SetCommands::getdel),
                row("getex", -2, "6.2.0", WRITE, FAST)
                        .keys(KeySpec.at(1, RW, ACCESS, UPDATE).notes("RW and UPDATE because it changes the expiry"))
                        .summary("Answers the value of a string key and sets when it expires.")
                        .complexity("O(1)")
                        .arguments(
                                Argument.key("key"),
                                Argument.oneOf("expiration", times(Argument.token("PERSIST")))
                                        .optional())
                        .handler(SetCommands::getex),
                row("delex", -2, "8.4.0", WRITE, FAST)
                        .keys(KeySpec.at(1, RW, DELETE))
                        .summary("Deletes a key if its value, or the digest of it, is the one given.")
                        .complexity("O(1); with IFDEQ or IFDNE O(N), N being the length of the value.")
                        .arguments(
                                Argument.key("key"),
                                Argument.oneOf("condition", ValueCondition.arguments())
                                        .optional())
                        .handler(SetCommands::delex),
                row("mset", -3, "1.0.1", WRITE, DENYOOM)
                        .keys(KeySpec.range(1, -1, 2, OW, UPDATE))
                        .tips("request_policy:multi_shard", "response_policy:all_succeeded")
                        .summary("Sets the values of several keys at once.")
                        .complexity("O(N), N being the number of keys.")
                        .arguments(pairs())
                        .handler(SetCommands::mset),
                row("msetnx", -3, "1.0.1", WRITE, DENYOOM)
                        .keys(KeySpec.range(1, -1, 2, OW, INSERT))
                        .summary("Sets the values of several keys at once, if all are missing.")
                        .complexity("O(N), N being the number of keys.")
                        .arguments(pairs())
                        .handler(SetCommands::msetnx),
                row("msetex", -4, "8.4.0", WRITE, DENYOOM)
                        .keys(KeySpec.counted(1, 0, 1, 2, OW, UPDATE))
                        .tips("request_policy:multi_shard", "response_policy:all_succeeded")
                        .summary("Sets the values of several keys at once, with one expiry for all.")
                        .complexity("O(N), N being the number of keys.")
                        .arguments(
                                Argument.integer("numkeys"),
                                pairs(),
                                Argument.oneOf("condition", Argument.token("NX"), Argument.token("XX"))
                                        .optional(),
                                Argument.oneOf("expiration", times(Argument.token("KEEPTTL")))
                                        .optional())
                        .handler(SetCommands::msetex));
    }

    private static Argument pairs() {
        return Argument.block("data", Argument.key("key"), Argument.string("value"))
                .multiple();
    }

    private static Argument[] conditions() {
        return Stream.concat(
                        Stream.of(Argument.token("NX"), Argument.token("XX")),
                        Stream.of(ValueCondition.arguments()).map(argument -> argument.since("8.4.0")))
                .toArray(Argument[]::new);
    }

    private static Argument[] times(Argument more) {
        return Stream.concat(Stream.of(ExpiryOption.times()), Stream.of(more)).toArray(Argument[]::new);
    }

    /**
     * Makes a key hold a string, whatever it held before: {@code entry}, as the call has just looked it up, or null where it
     * is missing.
     */
    static void put(Call call, Args args, int key, int value, @Nullable Entry entry, long expiryMillis) {
        Bytes bytes = args.at(value, call.view());
        int kind = StringValue.kindFor(bytes);
        if (entry == null) {
            Entry fresh = call.create(key, kind, StringValue.inlineLength(kind, bytes.length()), expiryMillis);
            StringValue.initialize(fresh, kind, bytes);
        } else if (entry.isString()) {
            StringValue.set(entry, kind, bytes, expiryMillis);
        } else {
            call.database(key).delete(entry);
            Entry fresh = call.replace(key, kind, StringValue.inlineLength(kind, bytes.length()), expiryMillis);
            StringValue.initialize(fresh, kind, bytes);
        }
        call.modified(key);
    }

    /** As {@link #put}, with the events of SET. */
    private static void set(Call call, Args args, int key, int value, @Nullable Entry entry, long expiryMillis) {
        if (!call.isObserved()) {
            put(call, args, key, value, entry, expiryMillis);
            return;
        }
        Type before = entry == null ? null : entry.type();
        put(call, args, key, value, entry, expiryMillis);
        if (before != null) {
            call.overwritten(key, call.session().database(), before, Type.STRING);
        }
        call.notify(EventClasses.STRING, "set", key);
    }

    /** The same with an expiry that the client has given. */
    private static void setExpiring(
            Call call, Args args, int key, int value, @Nullable Entry entry, long expiryMillis) {
        set(call, args, key, value, entry, expiryMillis);
        call.notify(EventClasses.GENERIC, "expire", key);
    }

    /** What SET does to its key: with GET it reads it too. */
    private static Set<KeySpec.Use> usesBySet(Request request) {
        for (int i = 3; i < request.count(); i++) {
            if (request.at(i).equalsIgnoreCase("get")) {
                return EnumSet.of(RW, ACCESS, UPDATE);
            }
        }
        return EnumSet.of(OW, UPDATE);
    }

    static void set(Call call, Args args, Reply reply) {
        if (args.count() == 3) {
            set(call, args, 1, 2, call.write(1), Entry.NEVER);
            reply.ok();
            return;
        }
        int condition = OptionGroup.NONE;
        int expiry = OptionGroup.NONE;
        boolean get = false;
        for (int i = 3; i < args.count(); ) {
            int read;
            if ((read = CONDITION.read(args, i, condition)) != OptionGroup.NO_MATCH) {
                if (OptionGroup.number(condition) > XX) {
                    // NX and XX may be said again, a value to compare with may not.
                    args.fail(RedisError.SYNTAX);
                    return;
                }
                condition = read;
            } else if ((read = ExpiryOption.SETTING.read(args, i, expiry)) != OptionGroup.NO_MATCH) {
                expiry = read;
            } else if (args.is(i, "get")) {
                get = true;
                read = OptionGroup.NONE;
            } else {
                args.fail(RedisError.SYNTAX);
                return;
            }
            i += OptionGroup.width(read);
        }
        long when = ExpiryOption.whenMillis(call, args, expiry);
        if (args.failed()) {
            return;
        }
        set(call, args, reply, condition, expiry, when, get);
    }

    private static void set(
            Call call, Args args, Reply reply, int condition, int expiry, long whenMillis, boolean get) {
        int number = OptionGroup.number(condition);
        boolean asksValue = number > XX;
        Entry entry = get ? call.readAndWrite(1) : call.write(1);
        if ((get || asksValue) && entry != null && !entry.isString()) {
            args.fail(RedisError.WRONG_TYPE);
            return;
        }
        boolean met = switch (number) {
            case OptionGroup.NONE -> true;
            case NX -> entry == null;
            case XX -> entry != null;
            default -> ValueCondition.holds(call, args, number - XX, OptionGroup.valueIndex(condition), entry);
        };
        if (args.failed()) {
            return;
        }
        if (get) {
            StringCommands.value(call, reply, entry);
        } else if (met) {
            reply.ok();
        } else {
            reply.nil();
        }
        if (met) {
            boolean keep = OptionGroup.number(expiry) == ExpiryOption.KEEPTTL;
            set(call, args, 1, 2, entry, keep && entry != null ? entry.expiryMillis() : whenMillis);
            if (ExpiryOption.isTime(expiry)) {
                call.notify(EventClasses.GENERIC, "expire", 1);
            }
            if (call.isJournaled()) {
                log(call, args, expiry, whenMillis, get);
            }
        }
    }

    /** The effect of SET with options: a time is absolute, and nothing is answered. */
    private static void log(Call call, Args args, int expiry, long whenMillis, boolean get) {
        if (ExpiryOption.isTime(expiry)) {
            logExpiring(call, 2, whenMillis);
        } else if (get) {
            Effects effect = call.effect("SET");
            for (int i = 1; i < args.count(); i++) {
                if (i < 3 || !args.is(i, "get")) {
                    effect.word(args.at(i));
                }
            }
            effect.end();
        }
    }

    private static void logExpiring(Call call, int value, long whenMillis) {
        call.words(call.effect("SET", 1), value, value + 1)
                .word("PXAT")
                .integer(whenMillis)
                .end();
    }

    static void setnx(Call call, Args args, Reply reply) {
        Entry entry = call.write(1);
        if (entry == null) {
            set(call, args, 1, 2, null, Entry.NEVER);
        }
        reply.integer(entry == null ? 1 : 0);
    }

    private static void setExpiring(Call call, Args args, Reply reply, boolean seconds) {
        long when = ExpiryOption.whenMillis(call, args, 2, seconds, true);
        if (!args.failed()) {
            setExpiring(call, args, 1, 3, call.write(1), when);
            if (call.isJournaled()) {
                logExpiring(call, 3, when);
            }
            reply.ok();
        }
    }

    static void getset(Call call, Args args, Reply reply) {
        Entry entry = call.readAndWrite(1, Type.STRING);
        if (!args.failed()) {
            StringCommands.value(call, reply, entry);
            set(call, args, 1, 2, entry, Entry.NEVER);
            if (call.isJournaled()) {
                call.words(call.effect("SET"), 1, 3).end();
            }
        }
    }

    static void getdel(Call call, Args args, Reply reply) {
        Entry entry = call.readAndWrite(1, Type.STRING);
        if (args.failed()) {
            return;
        }
        StringCommands.value(call, reply, entry);
        if (entry != null) {
            call.delete(1, entry);
            call.notify(EventClasses.GENERIC, "del", 1);
            if (call.isJournaled()) {
                call.effect("DEL", 1).end();
            }
        }
    }

    static void getex(Call call, Args args, Reply reply) {
        int expiry = OptionGroup.NONE;
        for (int i = 2; i < args.count(); i += OptionGroup.width(expiry)) {
            expiry = ExpiryOption.CHANGING.read(args, i, expiry);
            if (expiry == OptionGroup.NO_MATCH) {
                args.fail(RedisError.SYNTAX);
                return;
            }
        }
        Entry entry = call.readAndWrite(1, Type.STRING);
        if (args.failed()) {
            return;
        }
        if (entry == null) {
            reply.nil();
            return;
        }
        long when = ExpiryOption.whenMillis(call, args, expiry);
        if (args.failed()) {
            return;
        }
        StringCommands.value(call, reply, entry);
        if (expiry == OptionGroup.NONE) {
            return;
        }
        if (when <= call.expiredUpTo()) {
            call.delete(1, entry);
            call.notify(EventClasses.GENERIC, "del", 1);
            call.effectOfExpiry(1);
        } else if (ExpiryOption.isTime(expiry) || entry.hasExpiry()) {
            entry.expireAt(when);
            call.modified(1);
            call.notify(EventClasses.GENERIC, ExpiryOption.isTime(expiry) ? "expire" : "persist", 1);
            if (call.isJournaled()) {
                if (ExpiryOption.isTime(expiry)) {
                    call.effect("PEXPIREAT", 1).integer(when).end();
                } else {
                    call.effect("PERSIST", 1).end();
                }
            }
        }
    }

    static void delex(Call call, Args args, Reply reply) {
        if (args.count() != 2 && args.count() != 4) {
            args.fail(call.spec().wrongArity());
            return;
        }
        Entry entry = call.write(1);
        if (entry == null) {
            reply.integer(0);
            return;
        }
        boolean met = args.count() == 2 || meets(call, args, entry);
        if (args.failed()) {
            return;
        }
        if (met) {
            call.delete(1, entry);
            call.notify(EventClasses.GENERIC, "del", 1);
            if (call.isJournaled()) {
                call.effect("DEL", 1).end();
            }
        }
        reply.integer(met ? 1 : 0);
    }

    private static boolean meets(Call call, Args args, Entry entry) {
        if (!entry.isString()) {
            args.fail(NOT_A_STRING);
            return false;
        }
        int condition = ValueCondition.ALONE.read(args, 2, OptionGroup.NONE);
        if (condition == OptionGroup.NO_MATCH) {
            args.fail(NO_CONDITION);
            return false;
        }
        return ValueCondition.holds(call, args, OptionGroup.number(condition), 3, entry);
    }

    static void mset(Call call, Args args, Reply reply) {
        if (args.count() % 2 == 0) {
            args.fail(call.spec().wrongArity());
            return;
        }
        for (int i = 1; i < args.count(); i += 2) {
            set(call, args, i, i + 1, call.write(i), Entry.NEVER);
        }
        reply.ok();
    }

    static void msetnx(Call call, Args args, Reply reply) {
        if (args.count() % 2 == 0) {
            args.fail(call.spec().wrongArity());
            return;
        }
        boolean met = holds(call, NX, 1, args.count());
        if (met) {
            for (int i = 1; i < args.count(); i += 2) {
                // A key may stand there twice.
                set(call, args, i, i + 1, call.write(i), Entry.NEVER);
            }
        }
        reply.integer(met ? 1 : 0);
    }

    static void msetex(Call call, Args args, Reply reply) {
        long keys = args.integer(1, 1, Integer.MAX_VALUE, INVALID_NUMKEYS);
        if (args.failed()) {
            return;
        }
        if (keys > (args.count() - 2) / 2) {
            args.fail(WRONG_PAIRS);
            return;
        }
        int end = 2 + 2 * (int) keys;
        int existence = OptionGroup.NONE;
        int expiry = OptionGroup.NONE;
        for (int i = end; i < args.count(); ) {
            int read;
            if ((read = EXISTENCE.read(args, i, existence)) != OptionGroup.NO_MATCH) {
                existence = read;
            } else if ((read = ExpiryOption.SETTING_ONCE.read(args, i, expiry)) != OptionGroup.NO_MATCH) {
                expiry = read;
            } else {
                args.fail(RedisError.SYNTAX);
                return;
            }
            i += OptionGroup.width(read);
        }
        long when = ExpiryOption.whenMillis(call, args, expiry);
        if (args.failed()) {
            return;
        }
        boolean met = holds(call, OptionGroup.number(existence), 2, end);
        if (met) {
            boolean keep = OptionGroup.number(expiry) == ExpiryOption.KEEPTTL;
            for (int i = 2; i < end; i += 2) {
                Entry entry = call.write(i);
                set(call, args, i, i + 1, entry, keep && entry != null ? entry.expiryMillis() : when);
                if (ExpiryOption.isTime(expiry)) {
                    call.notify(EventClasses.GENERIC, "expire", i);
                }
            }
            if (call.isJournaled() && ExpiryOption.isTime(expiry)) {
                call.words(call.effect("MSETEX"), 1, end)
                        .word("PXAT")
                        .integer(when)
                        .end();
            }
        }
        reply.integer(met ? 1 : 0);
    }

    /** Whether all keys of pairs are missing (NX), or there (XX). */
    private static boolean holds(Call call, int existence, int from, int end) {
        if (existence != OptionGroup.NONE) {
            for (int i = from; i < end; i += 2) {
                if (call.write(i) == null != (existence == NX)) {
                    return false;
                }
            }
        }
        return true;
    }
}
