package dev.cinnabar.commands.bits;

import static dev.cinnabar.command.Flag.DENYOOM;
import static dev.cinnabar.command.Flag.FAST;
import static dev.cinnabar.command.Flag.READONLY;
import static dev.cinnabar.command.Flag.WRITE;
import static dev.cinnabar.command.KeySpec.Use.ACCESS;
import static dev.cinnabar.command.KeySpec.Use.RO;
import static dev.cinnabar.command.KeySpec.Use.RW;
import static dev.cinnabar.command.KeySpec.Use.UPDATE;
import static dev.cinnabar.command.KeySpec.Use.VARIABLE_FLAGS;
import static dev.cinnabar.commands.bits.BitRow.row;

import dev.cinnabar.command.Args;
import dev.cinnabar.command.Argument;
import dev.cinnabar.command.Call;
import dev.cinnabar.command.CommandSpec;
import dev.cinnabar.command.KeySpec;
import dev.cinnabar.commands.bits.IntegerField.Overflow;
import dev.cinnabar.memory.Bytes;
import dev.cinnabar.resp.RedisError;
import dev.cinnabar.resp.Reply;
import dev.cinnabar.resp.Request;
import dev.cinnabar.structures.Bitmap;
import dev.cinnabar.text.Numbers;
import dev.cinnabar.values.Entry;
import dev.cinnabar.values.StringValue;
import dev.cinnabar.values.Type;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * BITFIELD and BITFIELD_RO: whole numbers of any number of bits at any place of a string. Stateless.
 *
 * <p>The operations are read twice: all must be right before the first is done, and to remember them would take an object
 * each.
 */
final class BitfieldCommands {

    private static final int FIRST_OPERATION = 2;

    private static final RedisError INVALID_TYPE = new RedisError(
            "ERR Invalid bitfield type. Use something like i16 u8." + " Note that u64 is not supported but i64 is.");
    private static final RedisError INVALID_OVERFLOW = new RedisError("ERR Invalid OVERFLOW type specified");
    private static final RedisError GET_ALONE = new RedisError("ERR BITFIELD_RO only supports the GET subcommand");

    private BitfieldCommands() {}

    static List<CommandSpec> table() {
        return List.of(
                row("bitfield", -2, "3.2.0", WRITE, DENYOOM)
                        .keys(KeySpec.at(1, RW, ACCESS, UPDATE, VARIABLE_FLAGS)
                                .usesOf(BitfieldCommands::uses)
                                .notes("RW and UPDATE unless all operations are `GET`"))
                        .summary("Reads and changes whole numbers of any number of bits inside a string.")
                        .complexity("O(1) for each operation.")
                        .arguments(
                                Argument.key("key"),
                                Argument.oneOf("operation", get(), write())
                                        .optional()
                                        .multiple())
                        .handler((call, args, reply) -> run(call, args, reply, false)),
                row("bitfield_ro", -2, "6.0.0", READONLY, FAST)
                        .keys(KeySpec.at(1, RO, ACCESS))
                        .summary("Reads whole numbers of any number of bits inside a string.")
                        .complexity("O(1) for each operation.")
                        .arguments(Argument.key("key"), get().optional().multipleWithToken())
                        .handler((call, args, reply) -> run(call, args, reply, true)));
    }

    private static Argument get() {
        return Argument.block("get-block", Argument.string("encoding"), Argument.integer("offset"))
                .after("GET");
    }

    private static Argument write() {
        return Argument.block(
                "write",
                Argument.oneOf("overflow-block", Argument.token("WRAP"), Argument.token("SAT"), Argument.token("FAIL"))
                        .after("OVERFLOW")
                        .optional(),
                Argument.oneOf(
                        "write-operation",
                        Argument.block(
                                        "set-block",
                                        Argument.string("encoding"),
                                        Argument.integer("offset"),
                                        Argument.integer("value"))
                                .after("SET"),
                        Argument.block(
                                        "incrby-block",
                                        Argument.string("encoding"),
                                        Argument.integer("offset"),
                                        Argument.integer("increment"))
                                .after("INCRBY")));
    }

    /** What BITFIELD does to its key. */
    private static Set<KeySpec.Use> uses(Request request) {
        for (int i = FIRST_OPERATION; i < request.count(); i++) {
            if (request.at(i).equalsIgnoreCase("get")) {
                i += 2;
            } else if (request.at(i).equalsIgnoreCase("overflow")) {
                i++;
            } else {
                return EnumSet.of(RW, ACCESS, UPDATE);
            }
        }
        return EnumSet.of(RO, ACCESS);
    }

    private static void run(Call call, Args args, Reply reply, boolean readOnly) {
        int operations = 0;
        long endOfWrites = 0;
        for (int i = FIRST_OPERATION; i < args.count(); ) {
            if (isOverflow(args, i)) {
                overflow(args, i);
                i += 2;
            } else {
                operations++;
                long end = check(call, args, i);
                endOfWrites = Math.max(endOfWrites, end);
                i += end > 0 ? 4 : 3;
            }
            if (args.failed()) {
                return;
            }
        }
        if (endOfWrites > 0 && readOnly) {
            args.fail(GET_ALONE);
            return;
        }
        Entry entry = endOfWrites > 0 ? call.write(1, Type.STRING) : call.read(1, Type.STRING);
        if (args.failed()) {
            return;
        }
        reply.array(operations);
        if (endOfWrites == 0) {
            readAll(call, args, reply, entry);
        } else {
            runAll(call, args, reply, entry, endOfWrites);
        }
    }

    /** Reads the arguments of an operation: returns the bit behind the last that it writes, 0 if it only reads. */
    private static long check(Call call, Args args, int at) {
        int left = args.count() - at - 1;
        boolean get = args.is(at, "get");
        if (get ? left < 2 : left < 3 || !args.is(at, "set") && !args.is(at, "incrby")) {
            args.fail(RedisError.SYNTAX);
            return 0;
        }
        int type = type(args, at + 1);
        if (args.failed()) {
            return 0;
        }
        long offset = BitRow.offset(call, args, at + 2, IntegerField.bits(type));
        if (get) {
            return 0;
        }
        args.integer(at + 3);
        return offset + IntegerField.bits(type);
    }

    private static boolean isOverflow(Args args, int at) {
        return at + 1 < args.count() && args.is(at, "overflow");
    }

    private static Overflow overflow(Args args, int at) {
        if (args.is(at + 1, "wrap")) {
            return Overflow.WRAP;
        }
        if (args.is(at + 1, "sat")) {
            return Overflow.SAT;
        }
        if (!args.is(at + 1, "fail")) {
            args.fail(INVALID_OVERFLOW);
        }
        return Overflow.FAIL;
    }

    /** A type, as {@link IntegerField} has them. */
    private static int type(Args args, int at) {
        Bytes text = args.at(at);
        byte letter = text.isEmpty() ? 0 : text.byteAt(0);
        boolean signed = letter == 'i';
        int digits = text.length() - 1;
        if (signed || letter == 'u' && digits > 0) {
            text.narrow(1, digits);
            long bits = Numbers.isLong(text) ? Numbers.toLong(text) : 0;
            if (IntegerField.isType(signed, bits)) {
                return (int) (signed ? -bits : bits);
            }
        }
        args.fail(INVALID_TYPE);
        return 0;
    }

    private static void readAll(Call call, Args args, Reply reply, @Nullable Entry entry) {
        for (int i = FIRST_OPERATION; i < args.count(); ) {
            if (isOverflow(args, i)) {
                i += 2;
                continue;
            }
            int type = type(args, i + 1);
            long offset = BitRow.offset(call, args, i + 2, IntegerField.bits(type));
            reply.integer(entry == null ? 0 : read(call, entry, type, offset));
            i += 3;
        }
    }

    private static long read(Call call, Entry entry, int type, long offset) {
        Bytes bytes = StringValue.view(entry, call.view(), call.scratch());
        return type < 0 ? Bitmap.signed(bytes, offset, -type) : Bitmap.unsigned(bytes, offset, type);
    }

    private static void runAll(Call call, Args args, Reply reply, @Nullable Entry entry, long endOfWrites) {
        int length = BitCommands.lengthOf(entry);
        Entry grown = BitCommands.grow(call, entry, endOfWrites);
        boolean hasGrown = StringValue.length(grown) != length;
        int changes = 0;
        Overflow overflow = Overflow.WRAP;
        for (int i = FIRST_OPERATION; i < args.count(); ) {
            if (isOverflow(args, i)) {
                overflow = overflow(args, i);
                i += 2;
                continue;
            }
            int type = type(args, i + 1);
            long offset = BitRow.offset(call, args, i + 2, IntegerField.bits(type));
            long old = read(call, grown, type, offset);
            if (args.is(i, "get")) {
                reply.integer(old);
                i += 3;
                continue;
            }
            boolean set = args.is(i, "set");
            long value = set ? args.integer(i + 3) : old;
            long increment = set ? 0 : args.integer(i + 3);
            i += 4;
            int over = IntegerField.overflow(type, value, increment);
            if (over != 0 && overflow == Overflow.FAIL) {
                reply.nil();
                continue;
            }
            long result = over == 0 || overflow == Overflow.WRAP
                    ? IntegerField.wrap(type, value + increment)
                    : over > 0 ? IntegerField.max(type) : IntegerField.min(type);
            int bits = IntegerField.bits(type);
            int first = (int) (offset >>> 3);
            StringValue.beforeOverwriting(grown, first, (int) (offset + bits - 1 >>> 3) - first + 1);
            Bitmap.put(StringValue.segment(grown), StringValue.offset(grown), offset, bits, result);
            if (hasGrown || result != old) {
                changes++;
            }
            reply.integer(set ? old : result);
        }
        // As in Redis, a value that has only grown, for writes that all failed, does not count as changed.
        if (changes > 0) {
            BitCommands.changed(call);
            call.changes(1, changes);
        }
    }
}
