package dev.cinnabar.commands.streams;

import dev.cinnabar.command.Args;
import dev.cinnabar.resp.RedisError;

/** {@code IDS numids id [id ...]} among the arguments. Stateless. */
final class IdList {

    private static final RedisError NOT_POSITIVE = new RedisError("ERR Number of IDs must be a positive integer");
    private static final RedisError TOO_FEW =
            new RedisError("ERR The `numids` parameter must match the number of arguments");

    private IdList() {}

    /** Where the first ID of a list is that begins with IDS at an index. */
    static int begin(Args args, int index) {
        if (index + 2 > args.count() || !args.is(index, "ids")) {
            args.fail(RedisError.SYNTAX);
        }
        return index + 2;
    }

    /** Where the arguments behind the list begin; the index of IDS on an error. */
    static int end(Args args, int index) {
        return end(args, index, NOT_POSITIVE, TOO_FEW);
    }

    static int end(Args args, int index, RedisError notPositive, RedisError tooFew) {
        if (args.failed()) {
            return index;
        }
        long n = args.integer(index + 1, 1, Integer.MAX_VALUE, notPositive);
        if (!args.failed() && n > args.count() - index - 2) {
            args.fail(tooFew);
        }
        return args.failed() ? index : index + 2 + (int) n;
    }
}
