package dev.cinnabar.commands.bits;

import static dev.cinnabar.command.CommandSpec.command;

import dev.cinnabar.command.Args;
import dev.cinnabar.command.Argument;
import dev.cinnabar.command.Call;
import dev.cinnabar.command.Category;
import dev.cinnabar.command.CommandSpec;
import dev.cinnabar.command.Flag;
import dev.cinnabar.command.Group;
import dev.cinnabar.memory.Bytes;
import dev.cinnabar.resp.RedisError;
import dev.cinnabar.text.Numbers;
import dev.cinnabar.values.StringValue;

/** What the rows and the arguments of all commands on bits have in common. Stateless. */
final class BitRow {

    private static final RedisError OFFSET = new RedisError("ERR bit offset is not an integer or out of range");

    private BitRow() {}

    static CommandSpec row(String name, int arity, String since, Flag... flags) {
        return command(name, arity, flags).since(since).group(Group.BITMAP).categories(Category.BITMAP);
    }

    /** The words that say in what a range is counted. */
    static Argument unit() {
        return Argument.oneOf("unit", Argument.token("BYTE"), Argument.token("BIT"))
                .since("7.0.0")
                .optional();
    }

    /** The place of a bit, which a string may be made long enough for. */
    static long offset(Call call, Args args, int index) {
        return offset(call, args, Numbers.isLong(args.at(index)), args.at(index), 1);
    }

    /** The place of a number of so many bits; behind a '#' it is counted in such numbers. */
    static long offset(Call call, Args args, int index, int bits) {
        Bytes text = args.at(index);
        if (text.isEmpty() || text.byteAt(0) != '#') {
            return offset(call, args, index);
        }
        Bytes digits = args.at(index, call.view()).narrow(1, text.length() - 1);
        return offset(call, args, Numbers.isLong(digits), digits, bits);
    }

    private static long offset(Call call, Args args, boolean number, Bytes text, int unit) {
        long offset = number ? Numbers.toLong(text) : -1;
        long limit = Math.min(call.engine().settings().maxBulkLength, StringValue.MAX_LENGTH - 8L);
        if (offset < 0 || offset > Long.MAX_VALUE / 64 || offset * unit >>> 3 >= limit) {
            args.fail(OFFSET);
            return 0;
        }
        return offset * unit;
    }
}
