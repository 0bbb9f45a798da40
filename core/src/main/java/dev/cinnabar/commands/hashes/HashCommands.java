package dev.cinnabar.commands.hashes;

import static dev.cinnabar.command.Flag.DENYOOM;
import static dev.cinnabar.command.Flag.FAST;
import static dev.cinnabar.command.Flag.READONLY;
import static dev.cinnabar.command.Flag.WRITE;
import static dev.cinnabar.command.KeySpec.Use.ACCESS;
import static dev.cinnabar.command.KeySpec.Use.DELETE;
import static dev.cinnabar.command.KeySpec.Use.INSERT;
import static dev.cinnabar.command.KeySpec.Use.RO;
import static dev.cinnabar.command.KeySpec.Use.RW;
import static dev.cinnabar.command.KeySpec.Use.UPDATE;
import static dev.cinnabar.commands.hashes.HashRow.row;

import dev.cinnabar.command.Args;
import dev.cinnabar.command.Argument;
import dev.cinnabar.command.Call;
import dev.cinnabar.command.CommandSpec;
import dev.cinnabar.command.KeySpec;
import dev.cinnabar.command.ScanOptions;
import dev.cinnabar.config.EventClasses;
import dev.cinnabar.journal.Effects;
import dev.cinnabar.memory.Bytes;
import dev.cinnabar.resp.RedisError;
import dev.cinnabar.resp.Reply;
import dev.cinnabar.text.LongDouble;
import dev.cinnabar.text.Numbers;
import dev.cinnabar.values.Entry;
import dev.cinnabar.values.HashValue;
import dev.cinnabar.values.Type;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Hashes: setting, reading and removing fields. Stateless. */
public final class HashCommands {

    private static final RedisError NOT_AN_INTEGER = new RedisError("ERR hash value is not an integer");
    private static final RedisError NOT_A_FLOAT = new RedisError("ERR hash value is not a float");
    private static final RedisError NOT_FINITE = new RedisError("ERR increment would produce NaN or Infinity");
    private static final RedisError NOT_FINITE_GIVEN = new RedisError("ERR value is NaN or Infinity");

    private HashCommands() {}

    /** The rows of all commands on hashes. */
    public static List<CommandSpec> table() {
        List<CommandSpec> rows = new ArrayList<>(List.of(
                setting("hset", "2.0.0")
                        .member(2)
                        .history("4.0.0", "Takes several fields.")
                        .summary("Sets fields of a hash, which is made if it is missing.")
                        .handler((call, args, reply) -> hset(call, args, reply, false)),
                setting("hmset", "2.0.0")
                        .deprecated("4.0.0", "`HSET` with multiple field-value pairs")
                        .summary("Sets fields of a hash, and answers OK.")
                        .handler((call, args, reply) -> hset(call, args, reply, true)),
                row("hsetnx", 4, "2.0.0", WRITE, DENYOOM, FAST)
                        .member(2)
                        .keys(KeySpec.at(1, RW, INSERT))
                        .summary("Sets a field of a hash if it is not there.")
                        .complexity("O(1)")
                        .arguments(Argument.key("key"), Argument.string("field"), Argument.string("value"))
                        .handler(HashCommands::hsetnx),
                row("hget", 3, "2.0.0", READONLY, FAST)
                        .member(2)
                        .keys(KeySpec.at(1, RO, ACCESS))
                        .summary("Answers the value of a field of a hash.")
                        .complexity("O(1)")
                        .arguments(Argument.key("key"), Argument.string("field"))
                        .handler(HashCommands::hget),
                row("hmget", -3, "2.0.0", READONLY, FAST)
                        .member(2)
                        .keys(KeySpec.at(1, RO, ACCESS))
                        .summary("Answers the values of fields of a hash.")
                        .complexity("O(N), N being the number of fields asked for.")
                        .arguments(Argument.key("key"), Argument.string("field").multiple())
                        .handler(HashCommands::hmget),
                row("hdel", -3, "2.0.0", WRITE, FAST)
                        .member(2)
                        .keys(KeySpec.at(1, RW, DELETE))
                        .history("2.4.0", "Takes several fields.")
                        .summary("Removes fields from a hash; the key goes with the last one.")
                        .complexity("O(N), N being the number of fields to remove.")
                        .arguments(Argument.key("key"), Argument.string("field").multiple())
                        .handler(HashCommands::hdel),
                row("hexists", 3, "2.0.0", READONLY, FAST)
                        .member(2)
                        .keys(KeySpec.at(1, RO))
                        .summary("Tells whether a hash has a field.")
                        .complexity("O(1)")
                        .arguments(Argument.key("key"), Argument.string("field"))
                        .handler(HashCommands::hexists),
                row("hlen", 2, "2.0.0", READONLY, FAST)
                        .keys(KeySpec.at(1, RO))
                        .summary("Answers how many fields a hash has.")
                        .complexity("O(1)")
                        .arguments(Argument.key("key"))
                        .handler(HashCommands::hlen),
                row("hstrlen", 3, "3.2.0", READONLY, FAST)
                        .member(2)
                        .keys(KeySpec.at(1, RO))
                        .summary("Answers the length of the value of a field.")
                        .complexity("O(1)")
                        .arguments(Argument.key("key"), Argument.string("field"))
                        .handler(HashCommands::hstrlen),
                row("hincrby", 4, "2.0.0", WRITE, DENYOOM, FAST)
                        .member(2)
                        .keys(KeySpec.at(1, RW, ACCESS, UPDATE))
                        .summary("Adds to the whole number that a field holds, which is 0 if the field is missing.")
                        .complexity("O(1)")
                        .arguments(Argument.key("key"), Argument.string("field"), Argument.integer("increment"))
                        .handler(HashCommands::hincrby),
                row("hincrbyfloat", 4, "2.6.0", WRITE, DENYOOM, FAST)
                        .member(2)
                        .keys(KeySpec.at(1, RW, ACCESS, UPDATE))
                        .summary("Adds to the floating-point number that a field holds, 0 if the field is missing.")
                        .complexity("O(1)")
                        .arguments(Argument.key("key"), Argument.string("field"), Argument.doubleValue("increment"))
                        .handler(HashCommands::hincrbyfloat),
                all("hgetall", "Answers all fields of a hash with their values.")
                        .tips("nondeterministic_output_order")
                        .handler((call, args, reply) -> all(call, args, reply, true, true)),
                all("hkeys", "Answers the names of all fields of a hash.")
                        .tips("nondeterministic_output_order")
                        .handler((call, args, reply) -> all(call, args, reply, true, false)),
                all("hvals", "Answers the values of all fields of a hash.")
                        .tips("nondeterministic_output_order")
                        .handler((call, args, reply) -> all(call, args, reply, false, true)),
                row("hscan", -3, "2.8.0", READONLY)
                        .keys(KeySpec.at(1, RO, ACCESS))
                        .tips("nondeterministic_output")
                        .summary("Answers some fields of a hash, and a cursor for the next ones.")
                        .complexity("O(1) a call, O(N) until all are seen, N being the number of fields.")
                        .arguments(
                                Argument.key("key"),
                                Argument.integer("cursor"),
                                Argument.pattern("pattern").after("MATCH").optional(),
                                Argument.integer("count").after("COUNT").optional(),
                                Argument.token("NOVALUES").since("7.4.0").optional())
                        .handler(HashCommands::hscan)));
        rows.add(RandomFields.row());
        rows.addAll(FieldExpiryCommands.table());
        rows.addAll(FieldsWithExpiry.table());
        rows.add(ImportCommand.row());
        return rows;
    }

    private static CommandSpec setting(String name, String since) {
        return row(name, -4, since, WRITE, DENYOOM, FAST)
                .keys(KeySpec.at(1, RW, UPDATE))
                .complexity("O(N), N being the number of fields.")
                .arguments(
                        Argument.key("key"),
                        Argument.block("data", Argument.string("field"), Argument.string("value"))
                                .multiple());
    }

    private static CommandSpec all(String name, String summary) {
        return row(name, 2, "2.0.0", READONLY)
                .keys(KeySpec.at(1, RO, ACCESS))
                .summary(summary)
                .complexity("O(N), N being the number of fields.")
                .arguments(Argument.key("key"));
    }

    private static void hset(Call call, Args args, Reply reply, boolean ok) {
        if (args.count() % 2 == 1) {
            args.fail(call.spec().wrongArity());
            return;
        }
        Entry entry = call.write(1, Type.HASH);
        if (args.failed()) {
            return;
        }
        HashValue hash = Hashes.forSetting(call, entry, (args.count() - 2) / 2);
        for (int i = 2; i < args.count(); i++) {
            hash.expectLength(args.at(i).length());
        }
        int created = 0;
        for (int i = 2; i < args.count(); i += 2) {
            if (hash.set(args.at(i), args.at(i + 1, call.view()), false)) {
                created++;
            }
        }
        call.modified(1);
        Hashes.tell(call, args, 2, args.count(), 2);
        call.notify(EventClasses.HASH, "hset", 1);
        if (ok) {
            reply.ok();
        } else {
            reply.integer(created);
        }
    }

    static void hsetnx(Call call, Args args, Reply reply) {
        Entry entry = call.write(1, Type.HASH);
        if (args.failed()) {
            return;
        }
        HashValue hash = call.views().hash;
        if (entry != null && Hashes.find(call, hash.at(entry), args.at(2))) {
            reply.integer(0);
            return;
        }
        Hashes.forSetting(call, entry, 1).set(args.at(2), args.at(3, call.view()), false);
        call.modified(1);
        Hashes.tell(call, args, 2, 3, 1);
        call.notify(EventClasses.HASH, "hset", 1);
        reply.integer(1);
    }

    static void hget(Call call, Args args, Reply reply) {
        Entry entry = call.read(1, Type.HASH);
        if (!args.failed()) {
            value(call, reply, entry == null ? null : call.views().hash.at(entry), args.at(2));
        }
    }

    /** Answers the value of a field, or nil. */
    static void value(Call call, Reply reply, @Nullable HashValue hash, Bytes field) {
        if (hash != null && Hashes.find(call, hash, field)) {
            reply.bulk(hash.value());
        } else {
            reply.nil();
        }
    }

    static void hmget(Call call, Args args, Reply reply) {
        Entry entry = call.read(1, Type.HASH);
        if (args.failed()) {
            return;
        }
        HashValue hash = entry == null ? null : call.views().hash.at(entry);
        reply.array(args.count() - 2L);
        for (int i = 2; i < args.count(); i++) {
            value(call, reply, hash, args.at(i));
        }
    }

    static void hdel(Call call, Args args, Reply reply) {
        Entry entry = call.write(1, Type.HASH);
        if (args.failed()) {
            return;
        }
        int deleted = 0;
        if (entry != null) {
            HashValue hash = call.views().hash.at(entry);
            for (int i = 2; i < args.count() && hash.size() > 0; i++) {
                if (hash.find(args.at(i))) {
                    hash.remove();
                    Hashes.tell(call, args, i, i + 1, 1);
                    deleted++;
                }
            }
            if (deleted > 0) {
                Hashes.removed(call, hash, entry, "hdel");
            }
        }
        reply.integer(deleted);
    }

    static void hexists(Call call, Args args, Reply reply) {
        Entry entry = call.read(1, Type.HASH);
        if (!args.failed()) {
            reply.integer(entry != null && Hashes.find(call, call.views().hash.at(entry), args.at(2)) ? 1 : 0);
        }
    }

    static void hlen(Call call, Args args, Reply reply) {
        Entry entry = call.read(1, Type.HASH);
        if (!args.failed()) {
            reply.integer(entry == null ? 0 : call.views().hash.at(entry).size());
        }
    }

    static void hstrlen(Call call, Args args, Reply reply) {
        Entry entry = call.read(1, Type.HASH);
        if (args.failed()) {
            return;
        }
        HashValue hash = call.views().hash;
        boolean found = entry != null && Hashes.find(call, hash.at(entry), args.at(2));
        reply.integer(found ? hash.value().length() : 0);
    }

    static void hincrby(Call call, Args args, Reply reply) {
        long increment = args.integer(3);
        if (args.failed()) {
            return;
        }
        Entry entry = call.write(1, Type.HASH);
        if (args.failed()) {
            return;
        }
        HashValue hash = call.views().hash;
        boolean found = entry != null && Hashes.find(call, hash.at(entry), args.at(2));
        long number = 0;
        if (found) {
            Bytes text = hash.value();
            if (!Numbers.isLong(text)) {
                args.fail(NOT_AN_INTEGER);
                return;
            }
            number = Numbers.toLong(text);
        }
        long sum = number + increment;
        if (((number ^ sum) & (increment ^ sum)) < 0) {
            args.fail(RedisError.OVERFLOW);
            return;
        }
        byte[] digits = call.scratch();
        int length = Numbers.writeLong(sum, digits, 0);
        Hashes.forSetting(call, entry, 1).set(args.at(2), call.view().set(digits, 0, length), found);
        call.modified(1);
        Hashes.tell(call, args, 2, 3, 1);
        call.notify(EventClasses.HASH, "hincrby", 1);
        reply.integer(sum);
    }

    static void hincrbyfloat(Call call, Args args, Reply reply) {
        LongDouble increment = LongDouble.parse(args.at(3));
        if (increment == null) {
            args.fail(RedisError.NOT_A_FLOAT);
            return;
        }
        if (!increment.isFinite()) {
            args.fail(NOT_FINITE_GIVEN);
            return;
        }
        Entry entry = call.write(1, Type.HASH);
        if (args.failed()) {
            return;
        }
        HashValue hash = call.views().hash;
        boolean found = entry != null && Hashes.find(call, hash.at(entry), args.at(2));
        LongDouble number = found ? LongDouble.parse(hash.value()) : LongDouble.of(0);
        if (number == null) {
            args.fail(NOT_A_FLOAT);
            return;
        }
        LongDouble sum = number.plus(increment);
        if (!sum.isFinite()) {
            args.fail(NOT_FINITE);
            return;
        }
        Bytes text = Bytes.of(sum.toString());
        Hashes.forSetting(call, entry, 1).set(args.at(2), text, found);
        call.modified(1);
        Hashes.tell(call, args, 2, 3, 1);
        call.notify(EventClasses.HASH, "hincrbyfloat", 1);
        if (call.isJournaled()) {
            logFloat(call, args, hash, text);
        }
        reply.bulk(text);
    }

    /** Only a field that expires needs a command of newer versions to keep that. */
    private static void logFloat(Call call, Args args, HashValue hash, Bytes text) {
        boolean expires = hash.find(args.at(2)) && hash.expiryMillis() != Entry.NEVER;
        Effects effect = call.effect(expires ? "HSETEX" : "HSET", 1);
        if (expires) {
            effect.word("KEEPTTL").word("FIELDS").integer(1);
        }
        effect.word(args.at(2)).word(text).end();
    }

    private static void all(Call call, Args args, Reply reply, boolean fields, boolean values) {
        Entry entry = call.read(1, Type.HASH);
        if (args.failed()) {
            return;
        }
        boolean both = fields && values;
        if (entry == null) {
            if (both) {
                reply.map(0);
            } else {
                reply.array(0);
            }
            return;
        }
        HashValue hash = call.views().hash.at(entry);
        boolean someExpire = hash.dueMillis() <= call.expiredUpTo();
        if (someExpire) {
            reply.beginArray();
        } else if (both) {
            reply.map(hash.size());
        } else {
            reply.array(hash.size());
        }
        hash.rewind();
        long n = 0;
        while (Hashes.next(call, hash)) {
            if (fields) {
                reply.bulk(hash.field());
            }
            if (values) {
                reply.bulk(hash.value());
            }
            n++;
        }
        if (someExpire && both) {
            reply.endMap(n);
        } else if (someExpire) {
            reply.endArray(n);
        }
    }

    static void hscan(Call call, Args args, Reply reply) {
        long cursor = ScanOptions.cursor(args, 2);
        if (args.failed()) {
            return;
        }
        Entry entry = call.read(1, Type.HASH);
        if (args.failed()) {
            return;
        }
        if (entry == null) {
            ScanOptions.nothing(reply);
            return;
        }
        ScanOptions options = new ScanOptions();
        boolean values = true;
        for (int i = 3; i < args.count() && !args.failed(); ) {
            int words = options.read(args, i);
            if (words == 0 && args.is(i, "novalues")) {
                values = false;
                words = 1;
            } else if (words == 0) {
                ScanOptions.fail(args, i);
            }
            i += words;
        }
        if (args.failed()) {
            return;
        }
        HashValue hash = call.views().hash.at(entry);
        reply.array(2);
        reply.bulkInteger(hash.scan(cursor, options.bound()));
        reply.beginArray();
        int found = 0;
        while (Hashes.next(call, hash)) {
            if (options.matches(hash.field())) {
                reply.bulk(hash.field());
                found++;
                if (values) {
                    reply.bulk(hash.value());
                    found++;
                }
            }
        }
        reply.endArray(found);
    }
}
