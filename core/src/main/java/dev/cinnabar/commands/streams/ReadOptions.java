package dev.cinnabar.commands.streams;

import dev.cinnabar.command.Args;
import dev.cinnabar.command.Call;
import dev.cinnabar.command.KeySpec;
import dev.cinnabar.resp.RedisError;
import dev.cinnabar.resp.Request;

/** The options of XREAD and XREADGROUP. Owned by one call. */
final class ReadOptions {

    private static final RedisError TIMEOUT_NO_INTEGER =
            new RedisError("ERR timeout is not an integer or out of range");
    private static final RedisError TIMEOUT_NEGATIVE = new RedisError("ERR timeout is negative");
    private static final RedisError TIMEOUT_OUT_OF_RANGE = new RedisError("ERR timeout is out of range");
    private static final RedisError GROUP_IN_XREAD =
            new RedisError("ERR The GROUP option is only supported by XREADGROUP. You called XREAD instead.");
    private static final RedisError NOACK_IN_XREAD =
            new RedisError("ERR The NOACK option is only supported by XREADGROUP. You called XREAD instead.");
    private static final RedisError CLAIM_IN_XREAD =
            new RedisError("ERR The CLAIM option is only supported by XREADGROUP. You called XREAD instead.");
    private static final RedisError NO_GROUP = new RedisError("ERR Missing GROUP option for XREADGROUP");
    private static final RedisError CLAIM_NO_INTEGER =
            new RedisError("ERR min-idle-time is not an integer or out of range");
    private static final RedisError CLAIM_NEGATIVE = new RedisError("ERR min-idle-time must be a positive integer");
    private static final RedisError MAXCOUNT_NOT_POSITIVE = new RedisError("ERR MAXCOUNT must be a positive integer");
    private static final RedisError MAXSIZE_NOT_POSITIVE = new RedisError("ERR MAXSIZE must be a positive integer");
    private static final RedisError MAXCOUNT_BELOW_COUNT =
            new RedisError("ERR MAXCOUNT must be greater than or equal to COUNT");

    /** How many entries of one stream; 0: all. */
    long count;

    /** How many entries of all streams; 0: all. */
    long maxCount;

    /** How many bytes the entries of all streams may have, the first one excepted; 0: any number. */
    long maxSizeBytes;

    /** How long to wait if there is nothing; -1: not at all; 0: without limit. */
    long timeoutMillis = -1;

    /** Pending entries not delivered for so long are delivered first; -1: none. */
    long claimMillis = -1;

    boolean noAck;

    /** The indices of the group and of the first key, 0 if they are missing, and how many keys there are. */
    int group;

    int firstKey;
    int keys;

    ReadOptions() {}

    /** The index of the ID that belongs to a key, keys counted from 0. */
    int idOf(int key) {
        return firstKey + keys + key;
    }

    static ReadOptions read(Call call, Args args, boolean forGroup) {
        ReadOptions options = new ReadOptions();
        int i = 1;
        while (i < args.count() && options.firstKey == 0 && !args.failed()) {
            i += options.readOption(call, args, i, forGroup);
        }
        if (options.firstKey == 0) {
            args.fail(RedisError.SYNTAX);
        }
        if (forGroup && options.group == 0) {
            args.fail(NO_GROUP);
        }
        if (options.maxCount > 0 && options.maxCount < options.count) {
            args.fail(MAXCOUNT_BELOW_COUNT);
        }
        return options;
    }

    private int readOption(Call call, Args args, int i, boolean forGroup) {
        int more = args.count() - 1 - i;
        if (more > 0 && args.is(i, "block")) {
            timeoutMillis = timeout(call, args, i + 1);
            return 2;
        }
        if (more > 0 && args.is(i, "count")) {
            count = Math.max(args.integer(i + 1), 0);
            return 2;
        }
        if (more > 0 && args.is(i, "maxcount")) {
            maxCount = args.integer(i + 1, 1, Long.MAX_VALUE, MAXCOUNT_NOT_POSITIVE);
            return 2;
        }
        if (more > 0 && args.is(i, "maxsize")) {
            maxSizeBytes = args.integer(i + 1, 1, Long.MAX_VALUE, MAXSIZE_NOT_POSITIVE);
            return 2;
        }
        if (more > 0 && args.is(i, "streams")) {
            if (more % 2 != 0) {
                args.fail(new RedisError("ERR Unbalanced '" + call.spec().name()
                        + "' list of streams: for each stream key an ID"
                        + (forGroup ? " or '>'" : ", '+', or '$'") + " must be specified."));
            }
            firstKey = i + 1;
            keys = more / 2;
            return 1;
        }
        if (more > 1 && args.is(i, "group")) {
            if (!forGroup) {
                args.fail(GROUP_IN_XREAD);
            }
            group = i + 1;
            return 3;
        }
        if (more > 0 && args.is(i, "claim")) {
            if (!forGroup) {
                args.fail(CLAIM_IN_XREAD);
            }
            claimMillis = args.integer(i + 1, CLAIM_NO_INTEGER);
            if (claimMillis < 0) {
                args.fail(CLAIM_NEGATIVE);
            }
            return 2;
        }
        if (args.is(i, "noack")) {
            if (!forGroup) {
                args.fail(NOACK_IN_XREAD);
            }
            noAck = true;
            return 1;
        }
        args.fail(RedisError.SYNTAX);
        return 1;
    }

    private static long timeout(Call call, Args args, int index) {
        long millis = args.integer(index, TIMEOUT_NO_INTEGER);
        if (millis < 0) {
            args.fail(TIMEOUT_NEGATIVE);
        } else if (millis > Long.MAX_VALUE - call.nowMillis()) {
            args.fail(TIMEOUT_OUT_OF_RANGE);
        }
        return millis;
    }

    /** Finds the keys as {@link #read} does. */
    static void findKeys(Request request, KeySpec.IndexConsumer sink) {
        int count = request.count();
        int i = 1;
        while (i < count - 1 && !request.at(i).equalsIgnoreCase("streams")) {
            i += request.at(i).equalsIgnoreCase("group") ? 3 : request.at(i).equalsIgnoreCase("noack") ? 1 : 2;
        }
        int rest = count - 1 - i;
        if (rest > 0 && rest % 2 == 0) {
            for (int key = i + 1; key <= i + rest / 2; key++) {
                sink.accept(key);
            }
        }
    }
}
