package dev.cinnabar.commands.hashes;

import static dev.cinnabar.command.Flag.DENYOOM;
import static dev.cinnabar.command.Flag.FAST;
import static dev.cinnabar.command.Flag.WRITE;
import static dev.cinnabar.command.KeySpec.Use.ACCESS;
import static dev.cinnabar.command.KeySpec.Use.DELETE;
import static dev.cinnabar.command.KeySpec.Use.RW;
import static dev.cinnabar.command.KeySpec.Use.UPDATE;

import dev.cinnabar.command.Args;
import dev.cinnabar.command.Argument;
import dev.cinnabar.command.Call;
import dev.cinnabar.command.CommandSpec;
import dev.cinnabar.command.ExpiryOption;
import dev.cinnabar.command.KeySpec;
import dev.cinnabar.command.OptionGroup;
import dev.cinnabar.config.EventClasses;
import dev.cinnabar.journal.Effects;
import dev.cinnabar.resp.RedisError;
import dev.cinnabar.resp.Reply;
import dev.cinnabar.values.Entry;
import dev.cinnabar.values.HashValue;
import dev.cinnabar.values.Type;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Fields read or set together with their expiry, or removed as they are read: HGETEX, HSETEX, HGETDEL. Stateless. */
final class FieldsWithExpiry {

    private static final RedisError ONE_CONDITION =
            new RedisError("ERR Only one of FXX or FNX arguments can be specified");
    private static final RedisError ONE_SETTING_TIME =
            new RedisError("ERR Only one of EX, PX, EXAT, PXAT or KEEPTTL arguments can be specified");
    private static final RedisError NO_TIME = new RedisError("ERR missing expire time");
    private static final RedisError BAD_FIELDS = new RedisError("ERR invalid number of fields");
    private static final RedisError FIELDS_TWICE = new RedisError("ERR FIELDS keyword specified multiple times");

    private FieldsWithExpiry() {}

    static List<CommandSpec> table() {
        return List.of(
                HashRow.row("hgetdel", -5, "8.0.0", WRITE, FAST)
                        .keys(KeySpec.at(1, RW, ACCESS, DELETE))
                        .summary("Answers the values of fields and removes them.")
                        .complexity("O(N), N being the number of fields given.")
                        .arguments(Argument.key("key"), FieldList.argument())
                        .handler(FieldsWithExpiry::hgetdel),
                HashRow.row("hgetex", -5, "8.0.0", WRITE, FAST)
                        .keys(KeySpec.at(1, RW, ACCESS, UPDATE))
                        .summary("Answers the values of fields, and may change when they expire.")
                        .complexity("O(N), N being the number of fields given.")
                        .arguments(Argument.key("key"), times("PERSIST"), FieldList.argument())
                        .handler(FieldsWithExpiry::hgetex),
                HashRow.row("hsetex", -6, "8.0.0", WRITE, DENYOOM, FAST)
                        .keys(KeySpec.at(1, RW, UPDATE))
                        .summary("Sets fields and when they expire, all or none.")
                        .complexity("O(N), N being the number of fields given.")
                        .arguments(
                                Argument.key("key"),
                                Argument.oneOf("condition", Argument.token("FNX"), Argument.token("FXX"))
                                        .optional(),
                                times("KEEPTTL"),
                                Argument.block(
                                                "fields",
                                                Argument.integer("numfields"),
                                                Argument.block(
                                                                "data",
                                                                Argument.string("field"),
                                                                Argument.string("value"))
                                                        .multiple())
                                        .after("FIELDS"))
                        .handler(FieldsWithExpiry::hsetex));
    }

    private static Argument times(String other) {
        Argument[] times = ExpiryOption.times();
        Argument[] all = Arrays.copyOf(times, times.length + 1);
        all[times.length] = Argument.token(other);
        return Argument.oneOf("expiration", all).optional();
    }

    static void hgetdel(Call call, Args args, Reply reply) {
        Entry entry = call.write(1, Type.HASH);
        if (args.failed()) {
            return;
        }
        int first = FieldList.read(args, 2, FieldList.NOT_POSITIVE);
        if (args.failed()) {
            return;
        }
        reply.array(args.count() - (long) first);
        HashValue hash = call.views().hash;
        if (entry != null) {
            hash.at(entry);
        }
        int deleted = 0;
        FieldEffects effects = FieldEffects.of(call, args);
        for (int i = first; i < args.count(); i++) {
            if (entry == null || hash.size() == 0 || !Hashes.find(call, hash, args.at(i))) {
                reply.nil();
            } else {
                reply.bulk(hash.value());
                hash.remove();
                deleted++;
                effects.changed(i);
            }
        }
        effects.logDeletion();
        if (entry != null && deleted > 0) {
            effects.tellChanged();
            Hashes.removed(call, hash, entry, "hdel");
        }
    }

    static void hgetex(Call call, Args args, Reply reply) {
        Entry entry = call.write(1, Type.HASH);
        if (args.failed()) {
            return;
        }
        int chosen = ExpiryOption.CHANGING.read(args, 2, OptionGroup.NONE);
        boolean none = chosen == OptionGroup.NO_MATCH;
        boolean persist = !none && OptionGroup.number(chosen) == ExpiryOption.PERSIST;
        long when = none || persist ? Entry.NEVER : when(call, args, chosen);
        int first = args.failed()
                ? 0
                : FieldList.read(args, none ? 2 : 2 + OptionGroup.width(chosen), FieldList.NOT_POSITIVE);
        if (args.failed()) {
            return;
        }
        reply.array(args.count() - (long) first);
        HashValue hash = call.views().hash;
        if (entry != null) {
            hash.at(entry);
        }
        if (entry != null && !none) {
            hash.expectExpiry();
        }
        int set = 0;
        int deleted = 0;
        FieldEffects effects = FieldEffects.of(call, args);
        for (int i = first; i < args.count(); i++) {
            if (entry == null || hash.size() == 0 || !Hashes.find(call, hash, args.at(i))) {
                reply.nil();
                continue;
            }
            reply.bulk(hash.value());
            if (none) {
                continue;
            }
            if (persist) {
                if (hash.expiryMillis() != Entry.NEVER) {
                    hash.setExpiry(Entry.NEVER);
                    set++;
                    effects.changed(i);
                }
            } else if (when <= call.expiredUpTo()) {
                hash.remove();
                deleted++;
                effects.deleted(i);
            } else {
                hash.setExpiry(when);
                set++;
                effects.changed(i);
            }
        }
        if (persist) {
            effects.logPersistence();
        } else {
            effects.logExpiry(when, 0);
        }
        FieldExpiryCommands.changed(call, hash, entry, set, deleted, persist ? "hpersist" : "hexpire", effects);
    }

    private static long when(Call call, Args args, int chosen) {
        int number = OptionGroup.number(chosen);
        return FieldTime.read(
                call,
                args,
                OptionGroup.valueIndex(chosen),
                number == ExpiryOption.EX || number == ExpiryOption.EXAT,
                number == ExpiryOption.EX || number == ExpiryOption.PX);
    }

    static void hsetex(Call call, Args args, Reply reply) {
        boolean fnx = false;
        boolean fxx = false;
        boolean keep = false;
        boolean timed = false;
        long when = Entry.NEVER;
        int first = 0;
        int end = 0;
        for (int i = 2; i < args.count() && !args.failed(); ) {
            if (args.is(i, "fnx") || args.is(i, "fxx")) {
                if (fnx || fxx) {
                    args.fail(ONE_CONDITION);
                }
                fnx = args.is(i, "fnx");
                fxx = !fnx;
                i++;
            } else if (args.is(i, "fields")) {
                if (first != 0) {
                    args.fail(FIELDS_TWICE);
                    return;
                }
                if (i + 1 >= args.count()) {
                    args.fail(call.spec().wrongArity());
                    return;
                }
                long count = args.integer(i + 1, 1, Integer.MAX_VALUE, BAD_FIELDS);
                if (args.failed()) {
                    return;
                }
                first = i + 2;
                if (2 * count > args.count() - first) {
                    args.fail(call.spec().wrongArity());
                    return;
                }
                end = first + 2 * (int) count;
                i = end;
            } else {
                int chosen = ExpiryOption.SETTING.read(args, i, OptionGroup.NONE);
                if (chosen == OptionGroup.NO_MATCH) {
                    args.fail(unknown(args, i));
                    return;
                }
                if (keep || timed) {
                    args.fail(ONE_SETTING_TIME);
                    return;
                }
                keep = OptionGroup.number(chosen) == ExpiryOption.KEEPTTL;
                timed = !keep;
                when = timed ? when(call, args, chosen) : Entry.NEVER;
                i += OptionGroup.width(chosen);
            }
        }
        if (!args.failed() && first == 0) {
            args.fail(FieldList.NO_FIELDS);
        }
        if (!args.failed()) {
            // A field that is there although FNX is met has expired and is about to be removed: nothing of it is kept.
            set(call, args, reply, new Setting(fnx, fxx, keep && !fnx, timed, when), first, end);
        }
    }

    /** What HSETEX was asked for. */
    private record Setting(boolean fnx, boolean fxx, boolean keep, boolean timed, long whenMillis) {}

    private static RedisError unknown(Args args, int index) {
        boolean isTime =
                args.is(index, "ex") || args.is(index, "px") || args.is(index, "exat") || args.is(index, "pxat");
        return isTime
                ? NO_TIME
                : RedisError.showing("ERR unknown argument: " + args.at(index).shown(128));
    }

    private static void set(Call call, Args args, Reply reply, Setting setting, int first, int end) {
        Entry entry = call.write(1, Type.HASH);
        if (args.failed()) {
            return;
        }
        if (!isMet(call, args, setting, entry, first, end)) {
            reply.integer(0);
            return;
        }
        boolean past = setting.timed() && setting.whenMillis() <= call.expiredUpTo();
        HashValue hash = Hashes.forSetting(call, entry, (end - first) / 2);
        for (int i = first; i < end; i++) {
            hash.expectLength(args.at(i).length());
        }
        boolean expires = setting.timed() && !past;
        if (expires) {
            hash.expectExpiry();
        }
        for (int i = first; i < end; i += 2) {
            hash.set(args.at(i), args.at(i + 1, call.view()), setting.keep());
            if (expires) {
                hash.find(args.at(i));
                hash.setExpiry(setting.whenMillis());
            }
        }
        call.modified(1);
        Hashes.tell(call, args, first, end, 2);
        call.notify(EventClasses.HASH, "hset", 1);
        if (expires) {
            Hashes.tell(call, args, first, end, 2);
            call.notify(EventClasses.HASH, "hexpire", 1);
            if (call.isJournaled()) {
                log(call, setting, first, end);
            }
        } else if (past) {
            remove(call, args, hash, first, end);
        }
        reply.integer(1);
    }

    /** Fields that have just been set, and whose time is over already. */
    private static void remove(Call call, Args args, HashValue hash, int first, int end) {
        FieldEffects effects = FieldEffects.of(call, args);
        for (int i = first; i < end; i += 2) {
            if (hash.size() > 0 && hash.find(args.at(i))) {
                hash.remove();
                effects.deleted(i);
            }
        }
        effects.tellDeleted();
        Hashes.removed(call, hash, hash.shown(), "hdel");
    }

    private static void log(Call call, Setting setting, int first, int end) {
        Effects effect = call.effect("HSETEX", 1);
        if (setting.fnx() || setting.fxx()) {
            effect.word(setting.fnx() ? "FNX" : "FXX");
        }
        effect.word("PXAT").integer(setting.whenMillis()).word("FIELDS").integer((end - first) / 2);
        call.words(effect, first, end).end();
    }

    private static boolean isMet(Call call, Args args, Setting setting, @Nullable Entry entry, int first, int end) {
        if (!setting.fnx() && !setting.fxx()) {
            return true;
        }
        HashValue hash = call.views().hash;
        if (entry != null) {
            hash.at(entry);
        }
        for (int i = first; i < end; i += 2) {
            boolean there = entry != null && Hashes.find(call, hash, args.at(i));
            if (there == setting.fnx()) {
                return false;
            }
        }
        return true;
    }
}
