package dev.cinnabar.commands.streams;

import dev.cinnabar.command.Args;
import dev.cinnabar.memory.Bytes;
import dev.cinnabar.resp.RedisError;
import dev.cinnabar.values.StreamId;

/** IDs of entries among the arguments. Stateless. */
final class StreamIds {

    static final RedisError INVALID = new RedisError("ERR Invalid stream ID specified as stream command argument");
    private static final RedisError INVALID_START = new RedisError("ERR invalid start ID for the interval");
    private static final RedisError INVALID_END = new RedisError("ERR invalid end ID for the interval");

    /** The sequence number of an end without one. */
    private static final long LAST_SEQUENCE = -1;

    private StreamIds() {}

    /** Reads an ID; a missing sequence number is 0. */
    static void read(Args args, int index, StreamId into) {
        if (!isId(args, index, into)) {
            args.fail(INVALID);
        }
    }

    /** Whether the argument is an ID, which is read then. */
    static boolean isId(Args args, int index, StreamId into) {
        return into.read(args.at(index), 0);
    }

    /** Reads IDs from an index up to the last argument, to see whether all are. */
    static void checkAll(Args args, int from, int end, StreamId scratch) {
        for (int i = from; i < end && !args.failed(); i++) {
            read(args, i, scratch);
        }
    }

    /** Reads an ID, or "-" or "+" for the first and the last possible ones. */
    static void readOpen(Args args, int index, StreamId into) {
        readOpen(args, args.at(index), into, 0);
    }

    private static void readOpen(Args args, Bytes text, StreamId into, long missing) {
        if (isSign(text, '-')) {
            into.setMin();
        } else if (isSign(text, '+')) {
            into.setMax();
        } else if (!into.read(text, missing)) {
            args.fail(INVALID);
        }
    }

    /** Reads where an interval begins: an ID, "-" or "+", or "(" and the ID that it begins behind. */
    static void readStart(Args args, int index, StreamId into) {
        if (isExclusive(args.at(index))) {
            readExcluded(args, index, into, 0);
            if (!args.failed() && !into.increment()) {
                args.fail(INVALID_START);
            }
        } else {
            readOpen(args, args.at(index), into, 0);
        }
    }

    /** Reads where an interval ends. */
    static void readEnd(Args args, int index, StreamId into) {
        if (isExclusive(args.at(index))) {
            readExcluded(args, index, into, LAST_SEQUENCE);
            if (!args.failed() && !into.decrement()) {
                args.fail(INVALID_END);
            }
        } else {
            readOpen(args, args.at(index), into, LAST_SEQUENCE);
        }
    }

    private static boolean isExclusive(Bytes text) {
        return text.length() > 1 && text.byteAt(0) == '(';
    }

    private static void readExcluded(Args args, int index, StreamId into, long missing) {
        Bytes text = args.at(index);
        if (!into.read(text.narrow(1, text.length() - 1), missing)) {
            args.fail(INVALID);
        }
    }

    /** Whether the argument is this one character. */
    static boolean isSign(Args args, int index, char sign) {
        return isSign(args.at(index), sign);
    }

    private static boolean isSign(Bytes text, char sign) {
        return text.length() == 1 && text.byteAt(0) == sign;
    }
}
