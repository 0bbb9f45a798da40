package dev.cinnabar.command;

import dev.cinnabar.memory.Bytes;
import dev.cinnabar.resp.RedisError;
import dev.cinnabar.text.LongDouble;
import dev.cinnabar.text.Numbers;
import org.jspecify.annotations.Nullable;

/** How long commands wait that wait for keys, as their arguments say it. Stateless. */
public final class Timeouts {

    private static final RedisError NOT_A_FLOAT = new RedisError("ERR timeout is not a float or out of range");
    private static final RedisError NOT_AN_INTEGER = new RedisError("ERR timeout is not an integer or out of range");
    private static final RedisError OUT_OF_RANGE = new RedisError("ERR timeout is out of range");
    private static final RedisError NEGATIVE = new RedisError("ERR timeout is negative");

    /** About 292 million years, less the time since 1970: any sum with the present time is a long. */
    private static final double MAX_MILLIS = 9.223370e18;

    private Timeouts() {}

    /** The argument at an index, a whole number of milliseconds; 0: without limit. */
    public static long millis(Args args, int index, long nowMillis) {
        if (args.failed()) {
            return 0;
        }
        long millis = args.integer(index, NOT_AN_INTEGER);
        if (!args.failed() && millis < 0) {
            args.fail(NEGATIVE);
        } else if (millis > Long.MAX_VALUE - nowMillis) {
            args.fail(OUT_OF_RANGE);
        }
        return millis;
    }

    /** The argument at an index, seconds with or without a fraction, in whole milliseconds, rounded up; 0: without limit. */
    public static long seconds(Args args, int index) {
        if (args.failed()) {
            return 0;
        }
        Bytes text = args.at(index);
        double millis = Math.ceil(Numbers.parseDouble(text) * 1000);
        RedisError error = Double.isNaN(millis)
                ? errorOf(LongDouble.parse(text))
                : millis < 0 ? NEGATIVE : millis >= MAX_MILLIS ? OUT_OF_RANGE : null;
        if (error != null) {
            args.fail(error);
            return 0;
        }
        return (long) millis;
    }

    /** Of what is no double: Redis reads a wider format, in which all of that is far too much but what is close to 0. */
    private static @Nullable RedisError errorOf(@Nullable LongDouble seconds) {
        if (seconds == null) {
            return NOT_A_FLOAT;
        }
        if (seconds.isLessThan(LongDouble.of(-1))) {
            return NEGATIVE;
        }
        return seconds.isLessThan(LongDouble.of(1)) ? null : OUT_OF_RANGE;
    }
}
