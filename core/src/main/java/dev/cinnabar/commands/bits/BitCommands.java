package dev.cinnabar.commands.bits;

import static dev.cinnabar.command.Flag.DENYOOM;
import static dev.cinnabar.command.Flag.FAST;
import static dev.cinnabar.command.Flag.READONLY;
import static dev.cinnabar.command.Flag.WRITE;
import static dev.cinnabar.command.KeySpec.Use.ACCESS;
import static dev.cinnabar.command.KeySpec.Use.RO;
import static dev.cinnabar.command.KeySpec.Use.RW;
import static dev.cinnabar.command.KeySpec.Use.UPDATE;
import static dev.cinnabar.commands.bits.BitRow.row;

import dev.cinnabar.command.Args;
import dev.cinnabar.command.Argument;
import dev.cinnabar.command.Call;
import dev.cinnabar.command.CommandSpec;
import dev.cinnabar.command.KeySpec;
import dev.cinnabar.config.EventClasses;
import dev.cinnabar.memory.Bytes;
import dev.cinnabar.resp.RedisError;
import dev.cinnabar.resp.Reply;
import dev.cinnabar.structures.Bitmap;
import dev.cinnabar.values.Encoding;
import dev.cinnabar.values.Entry;
import dev.cinnabar.values.StringValue;
import dev.cinnabar.values.Type;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Single bits of strings: setting, counting and finding them. Stateless. */
public final class BitCommands {

    private static final RedisError NOT_A_BIT = new RedisError("ERR bit is not an integer or out of range");
    private static final RedisError BIT_ARGUMENT = new RedisError("ERR The bit argument must be 1 or 0.");

    private BitCommands() {}

    /** The rows of all commands on bits. */
    public static List<CommandSpec> table() {
        List<CommandSpec> rows = new ArrayList<>(List.of(
                row("setbit", 4, "2.2.0", WRITE, DENYOOM)
                        .keys(KeySpec.at(1, RW, ACCESS, UPDATE))
                        .summary("Sets or clears one bit of a string, which grows where it is too short.")
                        .complexity("O(1)")
                        .arguments(Argument.key("key"), Argument.integer("offset"), Argument.integer("value"))
                        .handler(BitCommands::setBit),
                row("getbit", 3, "2.2.0", READONLY, FAST)
                        .keys(KeySpec.at(1, RO, ACCESS))
                        .summary("Answers one bit of a string.")
                        .complexity("O(1)")
                        .arguments(Argument.key("key"), Argument.integer("offset"))
                        .handler(BitCommands::getBit),
                row("bitcount", -2, "2.6.0", READONLY)
                        .keys(KeySpec.at(1, RO, ACCESS))
                        .summary("Counts the bits that are set in a string or a part of it.")
                        .complexity("O(N), N being the length of the part.")
                        .history("7.0.0", "`BYTE` and `BIT` came in.")
                        .arguments(
                                Argument.key("key"),
                                Argument.block(
                                                "range",
                                                Argument.integer("start"),
                                                Argument.integer("end"),
                                                BitRow.unit())
                                        .optional())
                        .handler(BitCommands::bitCount),
                row("bitpos", -3, "2.8.7", READONLY)
                        .keys(KeySpec.at(1, RO, ACCESS))
                        .summary("Finds the first bit of a string, or of a part of it, that is set or that is clear.")
                        .complexity("O(N), N being the length of the part.")
                        .history("7.0.0", "`BYTE` and `BIT` came in.")
                        .arguments(
                                Argument.key("key"),
                                Argument.integer("bit"),
                                Argument.block(
                                                "range",
                                                Argument.integer("start"),
                                                Argument.block("end-unit-block", Argument.integer("end"), BitRow.unit())
                                                        .optional())
                                        .optional())
                        .handler(BitCommands::bitPos),
                BitopCommand.row()));
        rows.addAll(BitfieldCommands.table());
        return rows;
    }

    static void setBit(Call call, Args args, Reply reply) {
        long offset = BitRow.offset(call, args, 2);
        boolean on = args.integer(3, 0, 1, NOT_A_BIT) == 1;
        if (args.failed()) {
            return;
        }
        Entry entry = call.write(1, Type.STRING);
        if (args.failed()) {
            return;
        }
        int length = lengthOf(entry);
        Entry grown = grow(call, entry, offset + 1);
        StringValue.beforeOverwriting(grown, (int) (offset >>> 3), 1);
        boolean old = Bitmap.set(StringValue.segment(grown), StringValue.offset(grown), offset, on);
        if (old != on || StringValue.length(grown) != length) {
            changed(call);
        }
        reply.integer(old ? 1 : 0);
    }

    static int lengthOf(@Nullable Entry entry) {
        return entry == null ? 0 : StringValue.length(entry);
    }

    /** Makes the first key's string, missing where {@code entry} is null, hold so many bits, to be changed in place. */
    static Entry grow(Call call, @Nullable Entry entry, long bits) {
        Entry grown = entry != null ? entry : call.create(1, Encoding.STRING_RAW, 0, Entry.NEVER);
        StringValue.grow(grown, (int) (bits + 7 >>> 3));
        return grown;
    }

    static void changed(Call call) {
        call.modified(1);
        call.notify(EventClasses.STRING, "setbit", 1);
    }

    static void getBit(Call call, Args args, Reply reply) {
        long offset = BitRow.offset(call, args, 2);
        if (args.failed()) {
            return;
        }
        Entry entry = call.read(1, Type.STRING);
        if (args.failed()) {
            return;
        }
        boolean on = entry != null && Bitmap.get(StringValue.view(entry, call.view(), call.scratch()), offset);
        reply.integer(on ? 1 : 0);
    }

    static void bitCount(Call call, Args args, Reply reply) {
        int count = args.count();
        if (count == 3 || count > 5) {
            args.fail(RedisError.SYNTAX);
            return;
        }
        long start = count > 2 ? args.integer(2) : 0;
        long end = count > 2 ? args.integer(3) : -1;
        boolean inBits = count > 4 && isBit(args, 4);
        if (args.failed()) {
            return;
        }
        Entry entry = call.read(1, Type.STRING);
        if (args.failed()) {
            return;
        }
        // Two ends before the beginning both become 0: told apart here.
        if (entry == null || start < 0 && end < 0 && start > end) {
            reply.integer(0);
            return;
        }
        Bytes bytes = StringValue.view(entry, call.view(), call.scratch());
        long unit = inBits ? 1 : 8;
        long total = bytes.length() * 8L / unit;
        reply.integer(Bitmap.count(bytes, first(start, total) * unit, (last(end, total) + 1) * unit));
    }

    static void bitPos(Call call, Args args, Reply reply) {
        int count = args.count();
        long bit = args.integer(2);
        if (!args.failed() && (bit < 0 || bit > 1)) {
            args.fail(BIT_ARGUMENT);
        }
        if (count > 6) {
            args.fail(RedisError.SYNTAX);
        }
        long start = count > 3 ? args.integer(3) : 0;
        boolean inBits = count > 5 && isBit(args, 5);
        long end = count > 4 ? args.integer(4) : -1;
        if (args.failed()) {
            return;
        }
        Entry entry = call.read(1, Type.STRING);
        if (args.failed()) {
            return;
        }
        if (entry == null) {
            reply.integer(bit == 1 ? -1 : 0);
            return;
        }
        Bytes bytes = StringValue.view(entry, call.view(), call.scratch());
        long unit = inBits ? 1 : 8;
        long total = bytes.length() * 8L / unit;
        long from = first(start, total);
        long to = last(end, total) + 1;
        long at = Bitmap.find(bytes, bit == 1, from * unit, to * unit);
        // Behind a string there are clear bits without end, unless an end is given.
        reply.integer(at < 0 && bit == 0 && count < 5 && from < to ? bytes.length() * 8L : at);
    }

    private static boolean isBit(Args args, int index) {
        boolean bit = args.is(index, "bit");
        if (!bit && !args.is(index, "byte")) {
            args.fail(RedisError.SYNTAX);
        }
        return bit;
    }

    /** The first unit of a range, negative ones being counted from the end. */
    private static long first(long start, long total) {
        return Math.clamp(start < 0 ? total + start : start, 0, total);
    }

    /** The last unit of a range; -1 where there are none. */
    private static long last(long end, long total) {
        return Math.min(Math.max(end < 0 ? total + end : end, 0), total - 1);
    }
}
