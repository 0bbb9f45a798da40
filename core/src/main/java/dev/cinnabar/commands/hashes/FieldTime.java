package dev.cinnabar.commands.hashes;

import dev.cinnabar.command.Args;
import dev.cinnabar.command.Call;
import dev.cinnabar.command.ExpiryOption;
import dev.cinnabar.resp.RedisError;
import dev.cinnabar.values.Entry;

/** Times at which fields expire, as arguments. Stateless. */
final class FieldTime {

    /** The latest time at which a field can expire, in milliseconds since 1970. */
    static final long MAX_MILLIS = (1L << 46) - 1;

    private static final RedisError NEGATIVE = new RedisError("ERR invalid expire time, must be >= 0");

    private FieldTime() {}

    /** The time at an index, in seconds or milliseconds, from now or from 1970, as milliseconds since 1970. */
    static long read(Call call, Args args, int index, boolean seconds, boolean relative) {
        long time = args.integer(index);
        if (args.failed()) {
            return Entry.NEVER;
        }
        if (time < 0) {
            args.fail(NEGATIVE);
            return Entry.NEVER;
        }
        long base = relative ? call.nowMillis() : 0;
        if (time > (seconds ? (MAX_MILLIS - base) / 1000 : MAX_MILLIS - base)) {
            args.fail(ExpiryOption.invalid(call));
            return Entry.NEVER;
        }
        return (seconds ? time * 1000 : time) + base;
    }
}
