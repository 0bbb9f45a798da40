package dev.cinnabar.commands.hashes;

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
import dev.cinnabar.command.Flag;
import dev.cinnabar.command.KeySpec;
import dev.cinnabar.config.EventClasses;
import dev.cinnabar.resp.Reply;
import dev.cinnabar.values.Entry;
import dev.cinnabar.values.HashValue;
import dev.cinnabar.values.Type;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** When fields expire: HEXPIRE and its kin, HTTL and its kin, HPERSIST. Stateless. */
final class FieldExpiryCommands {

    // Replies for one field.
    private static final int NO_FIELD = -2;
    private static final int NO_EXPIRY = -1;
    private static final int NOT_MET = 0;
    private static final int DONE = 1;
    private static final int DELETED = 2;

    private FieldExpiryCommands() {}

    static List<CommandSpec> table() {
        return List.of(
                expire("hexpire", "Lets fields expire after so many seconds.", true, true),
                expire("hpexpire", "Lets fields expire after so many milliseconds.", false, true),
                expire("hexpireat", "Lets fields expire at a time in seconds since 1970.", true, false),
                expire("hpexpireat", "Lets fields expire at a time in milliseconds since 1970.", false, false),
                ttl("httl", "Answers in how many seconds fields expire.", true, true),
                ttl("hpttl", "Answers in how many milliseconds fields expire.", false, true),
                ttl("hexpiretime", "Answers when fields expire, in seconds since 1970.", true, false),
                ttl("hpexpiretime", "Answers when fields expire, in milliseconds since 1970.", false, false),
                row("hpersist", -5, WRITE)
                        .keys(KeySpec.at(1, RW, UPDATE))
                        .summary("Makes fields stay for ever.")
                        .arguments(Argument.key("key"), FieldList.argument())
                        .handler(FieldExpiryCommands::hpersist));
    }

    private static CommandSpec row(String name, int arity, Flag use) {
        return HashRow.row(name, arity, "7.4.0", use, FAST).complexity("O(N), N being the number of fields given.");
    }

    private static CommandSpec expire(String name, String summary, boolean seconds, boolean relative) {
        String unit = (relative ? "" : "unix-time-") + (seconds ? "seconds" : "milliseconds");
        return row(name, -6, WRITE)
                .keys(KeySpec.at(1, RW, UPDATE))
                .summary(summary)
                .arguments(
                        Argument.key("key"),
                        relative ? Argument.integer(unit) : Argument.unixTime(unit),
                        Argument.oneOf(
                                        "condition",
                                        Argument.token("NX"),
                                        Argument.token("XX"),
                                        Argument.token("GT"),
                                        Argument.token("LT"))
                                .optional(),
                        FieldList.argument())
                .handler((call, args, reply) -> expire(call, args, reply, seconds, relative));
    }

    private static CommandSpec ttl(String name, String summary, boolean seconds, boolean relative) {
        CommandSpec row = row(name, -5, READONLY)
                .keys(KeySpec.at(1, RO, ACCESS))
                .summary(summary)
                .arguments(Argument.key("key"), FieldList.argument())
                .handler((call, args, reply) -> ttl(call, args, reply, seconds, relative));
        return relative ? row.tips("nondeterministic_output") : row;
    }

    private static void expire(Call call, Args args, Reply reply, boolean seconds, boolean relative) {
        Entry entry = call.write(1, Type.HASH);
        long when = FieldTime.read(call, args, 2, seconds, relative);
        if (args.failed()) {
            return;
        }
        boolean nx = args.is(3, "nx");
        boolean xx = args.is(3, "xx");
        boolean gt = args.is(3, "gt");
        boolean lt = args.is(3, "lt");
        int first = FieldList.read(args, nx || xx || gt || lt ? 4 : 3, FieldList.NOT_GREATER);
        if (args.failed()) {
            return;
        }
        reply.array(args.count() - (long) first);
        HashValue hash = call.views().hash;
        if (entry != null) {
            hash.at(entry).expectExpiry();
        }
        int set = 0;
        int deleted = 0;
        FieldEffects effects = FieldEffects.of(call, args);
        for (int i = first; i < args.count(); i++) {
            if (entry == null || hash.size() == 0 || !Hashes.find(call, hash, args.at(i))) {
                reply.integer(NO_FIELD);
                continue;
            }
            long old = hash.expiryMillis();
            if (nx && old != Entry.NEVER || xx && old == Entry.NEVER || gt && when <= old || lt && when >= old) {
                reply.integer(NOT_MET);
            } else if (when <= call.expiredUpTo()) {
                hash.remove();
                deleted++;
                effects.deleted(i);
                reply.integer(DELETED);
            } else {
                hash.setExpiry(when);
                set++;
                effects.changed(i);
                reply.integer(DONE);
            }
        }
        effects.logExpiry(when, nx || xx || gt || lt ? 3 : 0);
        changed(call, hash, entry, set, deleted, "hexpire", effects);
    }

    /** Tells of fields whose expiry has been set, and of those that were deleted since that was over. */
    static void changed(
            Call call,
            HashValue hash,
            @Nullable Entry entry,
            int set,
            int deleted,
            String event,
            FieldEffects effects) {
        if (entry == null || set + deleted == 0) {
            return;
        }
        if (set > 0) {
            effects.tellChanged();
            call.notify(EventClasses.HASH, event, 1);
        }
        if (deleted > 0) {
            effects.tellDeleted();
            Hashes.removed(call, hash, entry, "hdel");
        } else {
            call.modified(1);
        }
    }

    private static void ttl(Call call, Args args, Reply reply, boolean seconds, boolean relative) {
        Entry entry = call.read(1, Type.HASH);
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
        for (int i = first; i < args.count(); i++) {
            if (entry == null || !Hashes.find(call, hash, args.at(i))) {
                reply.integer(NO_FIELD);
                continue;
            }
            long when = hash.expiryMillis();
            if (when == Entry.NEVER) {
                reply.integer(NO_EXPIRY);
            } else {
                long millis = relative ? when - call.nowMillis() : when;
                reply.integer(seconds ? (millis + 999) / 1000 : millis);
            }
        }
    }

    static void hpersist(Call call, Args args, Reply reply) {
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
        int persisted = 0;
        FieldEffects effects = FieldEffects.of(call, args);
        for (int i = first; i < args.count(); i++) {
            if (entry == null || !Hashes.find(call, hash, args.at(i))) {
                reply.integer(NO_FIELD);
            } else if (hash.expiryMillis() == Entry.NEVER) {
                reply.integer(NO_EXPIRY);
            } else {
                hash.setExpiry(Entry.NEVER);
                persisted++;
                effects.changed(i);
                reply.integer(DONE);
            }
        }
        changed(call, hash, entry, persisted, 0, "hpersist", effects);
    }
}
