package dev.cinnabar.command;

import dev.cinnabar.resp.RedisError;
import dev.cinnabar.values.Entry;

/**
 * The options that say when a key is to expire: EX, PX, EXAT and PXAT with a time, and KEEPTTL or PERSIST. Stateless: what
 * was given is the choice of an {@link OptionGroup}.
 */
public final class ExpiryOption {

    public static final int EX = 1;
    public static final int PX = 2;
    public static final int EXAT = 3;
    public static final int PXAT = 4;

    /** The last word of {@link #SETTING}. */
    public static final int KEEPTTL = 5;

    /** The last word of {@link #CHANGING}. */
    public static final int PERSIST = 5;

    private ExpiryOption() {}

    /** The options of a command that sets a value. */
    public static final OptionGroup SETTING = OptionGroup.of("ex=", "px=", "exat=", "pxat=", "keepttl");

    /** As {@link #SETTING}, each at most once. */
    public static final OptionGroup SETTING_ONCE = OptionGroup.once("ex=", "px=", "exat=", "pxat=", "keepttl");

    /** The options of a command that keeps the expiry unless told otherwise. */
    public static final OptionGroup CHANGING = OptionGroup.of("ex=", "px=", "exat=", "pxat=", "persist");

    /** As {@link #CHANGING}, each at most once. */
    public static final OptionGroup CHANGING_ONCE = OptionGroup.once("ex=", "px=", "exat=", "pxat=", "persist");

    /** Whether a time was given. */
    public static boolean isTime(int chosen) {
        int number = OptionGroup.number(chosen);
        return number >= EX && number <= PXAT;
    }

    /**
     * The time that a choice names, in milliseconds since 1970, or {@link Entry#NEVER} where it names none. A time that is no
     * number, not positive or too far away is an error of the arguments.
     */
    public static long whenMillis(Call call, Args args, int chosen) {
        int number = OptionGroup.number(chosen);
        return isTime(chosen)
                ? whenMillis(
                        call,
                        args,
                        OptionGroup.valueIndex(chosen),
                        number == EX || number == EXAT,
                        number == EX || number == PX)
                : Entry.NEVER;
    }

    /** As {@link #whenMillis(Call, Args, int)}, for the time at an index, in seconds or milliseconds, from now or from 1970. */
    public static long whenMillis(Call call, Args args, int index, boolean seconds, boolean relative) {
        long time = args.integer(index);
        if (args.failed()) {
            return Entry.NEVER;
        }
        if (time <= 0 || seconds && time > Long.MAX_VALUE / 1000) {
            args.fail(invalid(call));
            return Entry.NEVER;
        }
        long millis = seconds ? time * 1000 : time;
        if (relative) {
            if (millis > Long.MAX_VALUE - call.nowMillis()) {
                args.fail(invalid(call));
                return Entry.NEVER;
            }
            millis += call.nowMillis();
        }
        // The one time that stands for none.
        return Math.min(millis, Entry.NEVER - 1);
    }

    /** The error for a time that cannot be, in the words of the running command. */
    public static RedisError invalid(Call call) {
        return new RedisError("ERR invalid expire time in '" + call.spec().fullName() + "' command");
    }

    /** How COMMAND DOCS describes the times. */
    public static Argument[] times() {
        return new Argument[] {
            Argument.integer("seconds").after("EX"),
            Argument.integer("milliseconds").after("PX"),
            Argument.unixTime("unix-time-seconds").after("EXAT"),
            Argument.unixTime("unix-time-milliseconds").after("PXAT")
        };
    }
}
