package dev.cinnabar.commands.lists;

import static dev.cinnabar.command.Flag.READONLY;
import static dev.cinnabar.command.KeySpec.Use.ACCESS;
import static dev.cinnabar.command.KeySpec.Use.RO;

import dev.cinnabar.command.Args;
import dev.cinnabar.command.Argument;
import dev.cinnabar.command.Call;
import dev.cinnabar.command.CommandSpec;
import dev.cinnabar.command.KeySpec;
import dev.cinnabar.memory.Bytes;
import dev.cinnabar.resp.RedisError;
import dev.cinnabar.resp.Reply;
import dev.cinnabar.values.Entry;
import dev.cinnabar.values.ListValue;
import dev.cinnabar.values.Type;

/** LPOS: the indices of elements of a value. Stateless. */
final class PositionCommand {

    private static final RedisError RANK_ZERO = new RedisError(
            "ERR RANK can't be zero: use 1 to start from the first match, 2 from the second ... or use negative to start"
                    + " from the end of the list");
    private static final RedisError NEGATIVE_COUNT = new RedisError("ERR COUNT can't be negative");
    private static final RedisError NEGATIVE_MAXLEN = new RedisError("ERR MAXLEN can't be negative");

    private PositionCommand() {}

    static CommandSpec row() {
        return ListRow.row("lpos", -3, "6.0.6", READONLY)
                .keys(KeySpec.at(1, RO, ACCESS))
                .summary("Answers the indices of elements of a value.")
                .complexity("O(N), N being the number of elements that are looked at: at most the list's, and MAXLEN.")
                .arguments(
                        Argument.key("key"),
                        Argument.string("element"),
                        Argument.integer("rank").after("RANK").optional(),
                        Argument.integer("num-matches").after("COUNT").optional(),
                        Argument.integer("len").after("MAXLEN").optional())
                .handler(PositionCommand::run);
    }

    private static void run(Call call, Args args, Reply reply) {
        long rank = 1;
        long count = -1;
        long maxLength = 0;
        for (int i = 3; i < args.count(); i += 2) {
            if (args.is(i, "rank") && i + 1 < args.count()) {
                rank = args.integer(i + 1);
                if (rank == Long.MIN_VALUE) {
                    args.fail(Lists.NO_OPPOSITE);
                } else if (rank == 0) {
                    args.fail(RANK_ZERO);
                }
            } else if (args.is(i, "count") && i + 1 < args.count()) {
                count = args.integer(i + 1, 0, Long.MAX_VALUE, NEGATIVE_COUNT);
            } else if (args.is(i, "maxlen") && i + 1 < args.count()) {
                maxLength = args.integer(i + 1, 0, Long.MAX_VALUE, NEGATIVE_MAXLEN);
            } else {
                args.fail(RedisError.SYNTAX);
            }
            if (args.failed()) {
                return;
            }
        }
        Entry entry = call.read(1, Type.LIST);
        if (args.failed()) {
            return;
        }
        boolean many = count >= 0;
        if (entry == null) {
            if (many) {
                reply.array(0);
            } else {
                reply.nil();
            }
            return;
        }
        if (many) {
            reply.beginArray();
        }
        long wanted = many ? count == 0 ? Long.MAX_VALUE : count : 1;
        long found = search(call.views().list.at(entry), args, reply, rank, wanted, maxLength);
        if (many) {
            reply.endArray(found);
        } else if (found == 0) {
            reply.nil();
        }
    }

    /** Answers the indices of up to {@code wanted} elements that are the argument; returns how many. */
    private static long search(ListValue list, Args args, Reply reply, long rank, long wanted, long maxLength) {
        boolean forwards = rank > 0;
        long toSkip = Math.abs(rank) - 1;
        long length = list.length();
        long steps = maxLength == 0 ? length : Math.min(length, maxLength);
        long found = 0;
        Bytes value = args.at(2);
        boolean storedAsNumber = ListValue.isStoredAsNumber(value);
        list.seek(forwards ? 0 : length - 1);
        for (long i = 0; i < steps && found < wanted; i++) {
            if (i > 0) {
                Lists.step(list, forwards);
            }
            if (list.is(value, storedAsNumber)) {
                if (toSkip > 0) {
                    toSkip--;
                } else {
                    reply.integer(forwards ? i : length - 1 - i);
                    found++;
                }
            }
        }
        return found;
    }
}
