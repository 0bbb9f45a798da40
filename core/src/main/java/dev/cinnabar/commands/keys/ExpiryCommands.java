package dev.cinnabar.commands.keys;

import static dev.cinnabar.command.Flag.FAST;
import static dev.cinnabar.command.Flag.READONLY;
import static dev.cinnabar.command.Flag.WRITE;
import static dev.cinnabar.command.KeySpec.Use.ACCESS;
import static dev.cinnabar.command.KeySpec.Use.RO;
import static dev.cinnabar.command.KeySpec.Use.RW;
import static dev.cinnabar.command.KeySpec.Use.UPDATE;

import dev.cinnabar.command.Args;
import dev.cinnabar.command.Argument;
import dev.cinnabar.command.Call;
import dev.cinnabar.command.CommandSpec;
import dev.cinnabar.command.Handler;
import dev.cinnabar.command.KeySpec;
import dev.cinnabar.config.EventClasses;
import dev.cinnabar.resp.RedisError;
import dev.cinnabar.resp.Reply;
import dev.cinnabar.values.Entry;
import java.util.List;

/** When keys expire. Stateless. */
final class ExpiryCommands {

    private static final RedisError NX_AND_OTHERS =
            new RedisError("ERR NX and XX, GT or LT options at the same time are not compatible");
    private static final RedisError GT_AND_LT =
            new RedisError("ERR GT and LT options at the same time are not compatible");

    /** What TTL and its kin answer for a key that stays for ever, and for a missing one. */
    private static final int NO_EXPIRY = -1;

    private static final int NO_KEY = -2;

    private static final int NX = 1;
    private static final int XX = 2;
    private static final int GT = 4;
    private static final int LT = 8;

    private ExpiryCommands() {}

    static List<CommandSpec> table() {
        return List.of(
                setting("expire", "1.0.0", Argument.integer("seconds"))
                        .summary("Makes a key expire after some seconds.")
                        .handler((call, args, reply) -> expire(call, args, reply, 1000, true)),
                setting("expireat", "1.2.0", Argument.unixTime("unix-time-seconds"))
                        .summary("Makes a key expire at a Unix time in seconds.")
                        .handler((call, args, reply) -> expire(call, args, reply, 1000, false)),
                setting("pexpire", "2.6.0", Argument.integer("milliseconds"))
                        .summary("Makes a key expire after some milliseconds.")
                        .handler((call, args, reply) -> expire(call, args, reply, 1, true)),
                setting("pexpireat", "2.6.0", Argument.unixTime("unix-time-milliseconds"))
                        .summary("Makes a key expire at a Unix time in milliseconds.")
                        .handler((call, args, reply) -> expire(call, args, reply, 1, false)),
                asking("expiretime", "7.0.0", (call, args, reply) -> expireTime(call, reply, 1000, false))
                        .summary("Answers at which Unix time in seconds a key expires."),
                asking("pexpiretime", "7.0.0", (call, args, reply) -> expireTime(call, reply, 1, false))
                        .summary("Answers at which Unix time in milliseconds a key expires."),
                asking("ttl", "1.0.0", (call, args, reply) -> expireTime(call, reply, 1000, true))
                        .tips("nondeterministic_output")
                        .history("2.8.0", "Answers -2 for a missing key.")
                        .summary("Answers in how many seconds a key expires."),
                asking("pttl", "2.6.0", (call, args, reply) -> expireTime(call, reply, 1, true))
                        .tips("nondeterministic_output")
                        .history("2.8.0", "Answers -2 for a missing key.")
                        .summary("Answers in how many milliseconds a key expires."),
                KeyCommands.row("persist", 2, "2.2.0", WRITE, FAST)
                        .keys(KeySpec.at(1, RW, UPDATE))
                        .summary("Makes a key stay until it is deleted.")
                        .complexity("O(1)")
                        .arguments(Argument.key("key"))
                        .handler(ExpiryCommands::persist));
    }

    private static CommandSpec setting(String name, String since, Argument time) {
        return KeyCommands.row(name, -3, since, WRITE, FAST)
                .keys(KeySpec.at(1, RW, UPDATE))
                .history("7.0.0", "Added `NX`, `XX`, `GT` and `LT`.")
                .complexity("O(1)")
                .arguments(
                        Argument.key("key"),
                        time,
                        Argument.oneOf(
                                        "condition",
                                        Argument.token("NX"),
                                        Argument.token("XX"),
                                        Argument.token("GT"),
                                        Argument.token("LT"))
                                .since("7.0.0")
                                .optional());
    }

    private static CommandSpec asking(String name, String since, Handler handler) {
        return KeyCommands.row(name, 2, since, READONLY, FAST)
                .keys(KeySpec.at(1, RO, ACCESS))
                .complexity("O(1)")
                .arguments(Argument.key("key"))
                .handler(handler);
    }

    private static void expire(Call call, Args args, Reply reply, int unitMillis, boolean fromNow) {
        int conditions = conditions(args);
        long time = args.integer(2);
        if (args.failed()) {
            return;
        }
        long basis = fromNow ? call.nowMillis() : 0;
        if (time > Long.MAX_VALUE / unitMillis
                || time < Long.MIN_VALUE / unitMillis
                || time * unitMillis > Long.MAX_VALUE - basis) {
            args.fail(new RedisError("ERR invalid expire time in '" + call.spec() + "' command"));
            return;
        }
        long whenMillis = time * unitMillis + basis;
        Entry entry = call.write(1);
        if (entry == null || !isWanted(entry, conditions, whenMillis)) {
            reply.integer(0);
            return;
        }
        if (whenMillis <= call.expiredUpTo()) {
            call.delete(1, entry);
            call.notify(EventClasses.GENERIC, "del", 1);
            call.effectOfExpiry(1);
        } else {
            call.database(1).expireAt(entry, whenMillis);
            call.modified(1);
            call.notify(EventClasses.GENERIC, "expire", 1);
            if (call.isJournaled() && (fromNow || unitMillis != 1)) {
                call.words(call.effect("PEXPIREAT", 1).integer(whenMillis), 3, args.count())
                        .end();
            }
        }
        reply.integer(1);
    }

    private static int conditions(Args args) {
        int conditions = 0;
        for (int i = 3; i < args.count(); i++) {
            if (args.is(i, "nx")) {
                conditions |= NX;
            } else if (args.is(i, "xx")) {
                conditions |= XX;
            } else if (args.is(i, "gt")) {
                conditions |= GT;
            } else if (args.is(i, "lt")) {
                conditions |= LT;
            } else {
                args.fail(RedisError.showing(
                        "ERR Unsupported option " + args.at(i).shown(Integer.MAX_VALUE)));
            }
        }
        if ((conditions & NX) != 0 && conditions != NX) {
            args.fail(NX_AND_OTHERS);
        }
        if ((conditions & (GT | LT)) == (GT | LT)) {
            args.fail(GT_AND_LT);
        }
        return conditions;
    }

    /** Whether all conditions hold. A key without expiry counts as one that expires later than any other. */
    private static boolean isWanted(Entry entry, int conditions, long whenMillis) {
        boolean expires = entry.hasExpiry();
        if ((conditions & NX) != 0 && expires || (conditions & XX) != 0 && !expires) {
            return false;
        }
        if ((conditions & GT) != 0 && (!expires || whenMillis <= entry.expiryMillis())) {
            return false;
        }
        return (conditions & LT) == 0 || !expires || whenMillis < entry.expiryMillis();
    }

    private static void expireTime(Call call, Reply reply, int unitMillis, boolean fromNow) {
        Entry entry = call.inspect(1);
        if (entry == null) {
            reply.integer(NO_KEY);
        } else if (!entry.hasExpiry()) {
            reply.integer(NO_EXPIRY);
        } else {
            long millis = entry.expiryMillis() - (fromNow ? call.nowMillis() : 0);
            reply.integer(
                    unitMillis == 1 ? millis : millis / unitMillis + (millis % unitMillis * 2 >= unitMillis ? 1 : 0));
        }
    }

    static void persist(Call call, Args args, Reply reply) {
        Entry entry = call.write(1);
        if (entry == null || !call.database(1).persist(entry)) {
            reply.integer(0);
            return;
        }
        call.modified(1);
        call.notify(EventClasses.GENERIC, "persist", 1);
        reply.integer(1);
    }
}
