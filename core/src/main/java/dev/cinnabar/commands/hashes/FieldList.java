package dev.cinnabar.commands.hashes;

import dev.cinnabar.command.Args;
import dev.cinnabar.command.Argument;
import dev.cinnabar.resp.RedisError;

/** The part {@code FIELDS numfields field ...} that ends commands on the fields of a hash. Stateless. */
final class FieldList {

    static final RedisError NO_FIELDS =
            new RedisError("ERR Mandatory argument FIELDS is missing or not at the right position");
    static final RedisError NOT_POSITIVE = new RedisError("ERR Number of fields must be a positive integer");
    static final RedisError NOT_GREATER = new RedisError("ERR Parameter `numFields` should be greater than 0");
    private static final RedisError NO_MATCH =
            new RedisError("ERR The `numfields` parameter must match the number of arguments");

    private FieldList() {}

    /** Reads the list that begins at an index and must end the arguments. Returns the index of its first field. */
    static int read(Args args, int index, RedisError badCount) {
        if (index + 1 >= args.count() || !args.is(index, "fields")) {
            args.fail(NO_FIELDS);
            return 0;
        }
        long count = args.integer(index + 1, 1, Integer.MAX_VALUE, badCount);
        if (count != args.count() - index - 2) {
            args.fail(NO_MATCH);
        }
        return index + 2;
    }

    /** How COMMAND DOCS describes it. */
    static Argument argument() {
        return Argument.block(
                        "fields",
                        Argument.integer("numfields"),
                        Argument.string("field").multiple())
                .after("FIELDS");
    }
}
