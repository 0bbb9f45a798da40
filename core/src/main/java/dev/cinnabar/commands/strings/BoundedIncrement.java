package dev.cinnabar.commands.strings;

import dev.cinnabar.command.Args;
import dev.cinnabar.command.Argument;
import dev.cinnabar.command.Call;
import dev.cinnabar.command.CommandSpec;
import dev.cinnabar.command.ExpiryOption;
import dev.cinnabar.command.OptionGroup;
import dev.cinnabar.config.EventClasses;
import dev.cinnabar.journal.Effects;
import dev.cinnabar.memory.Bytes;
import dev.cinnabar.resp.RedisError;
import dev.cinnabar.resp.Reply;
import dev.cinnabar.text.LongDouble;
import dev.cinnabar.values.Entry;
import dev.cinnabar.values.Type;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** INCREX: adds to a number within bounds, and sets its expiry. Owned by one call. */
final class BoundedIncrement {

    private static final OptionGroup INCREMENT = OptionGroup.once("byint=", "byfloat=");
    private static final int BYFLOAT = 2;
    private static final OptionGroup LOWER = OptionGroup.once("lbound=");
    private static final OptionGroup UPPER = OptionGroup.once("ubound=");
    private static final OptionGroup SATURATE = OptionGroup.once("saturate");
    private static final OptionGroup ENX = OptionGroup.once("enx");

    private static final RedisError ENX_WITHOUT_TIME = new RedisError("ERR ENX flag requires an expiration");
    private static final RedisError CROSSED = new RedisError("ERR LBOUND can't be greater than UBOUND");
    private static final RedisError INCREMENT_NO_INTEGER =
            new RedisError("ERR Increment is not an integer or out of range");
    private static final RedisError INCREMENT_NO_FLOAT = new RedisError("ERR Increment is not a valid float");
    private static final RedisError BOUND_NO_INTEGER =
            new RedisError("ERR LBOUND/UBOUND is not an integer or out of range");
    private static final RedisError BOUND_NO_FLOAT = new RedisError("ERR LBOUND/UBOUND is not a valid float");
    private static final RedisError INFINITE_INCREMENT = new RedisError("ERR BYFLOAT increment cannot be Infinity");
    private static final RedisError INFINITE_VALUE = new RedisError("ERR value cannot be Infinity");
    private static final RedisError DELTA_OVERFLOW = new RedisError("ERR applied increment would overflow");

    private final Call call;
    private final Args args;
    private final Reply reply;
    private int increment;
    private int lower;
    private int upper;
    private int saturate;
    private int enx;
    private int expiry;
    private long whenMillis;

    private BoundedIncrement(Call call, Args args, Reply reply) {
        this.call = call;
        this.args = args;
        this.reply = reply;
    }

    static CommandSpec row() {
        return CounterCommands.row("increx", -2, "8.8.0")
                .summary("Adds to the number that a key holds, within bounds, and sets when it expires.")
                .arguments(
                        Argument.key("key"),
                        Argument.oneOf(
                                        "increment",
                                        Argument.doubleValue("float").after("BYFLOAT"),
                                        Argument.integer("integer").after("BYINT"))
                                .optional(),
                        Argument.token("SATURATE").optional(),
                        Argument.string("lowerbound").after("LBOUND").optional(),
                        Argument.string("upperbound").after("UBOUND").optional(),
                        Argument.oneOf(
                                        "expiration",
                                        Stream.concat(
                                                        Stream.of(ExpiryOption.times()),
                                                        Stream.of(Argument.token("PERSIST")))
                                                .toArray(Argument[]::new))
                                .optional(),
                        Argument.token("ENX").optional())
                .handler((call, args, reply) -> new BoundedIncrement(call, args, reply).run());
    }

    private void run() {
        readOptions();
        if (args.failed()) {
            return;
        }
        if (OptionGroup.number(increment) == BYFLOAT) {
            addFloat();
        } else {
            addInteger();
        }
    }

    private void readOptions() {
        for (int i = 2; i < args.count(); ) {
            int read;
            if ((read = INCREMENT.read(args, i, increment)) != OptionGroup.NO_MATCH) {
                increment = read;
            } else if ((read = LOWER.read(args, i, lower)) != OptionGroup.NO_MATCH) {
                lower = read;
            } else if ((read = UPPER.read(args, i, upper)) != OptionGroup.NO_MATCH) {
                upper = read;
            } else if ((read = SATURATE.read(args, i, saturate)) != OptionGroup.NO_MATCH) {
                saturate = read;
            } else if ((read = ENX.read(args, i, enx)) != OptionGroup.NO_MATCH) {
                enx = read;
            } else if ((read = ExpiryOption.CHANGING_ONCE.read(args, i, expiry)) != OptionGroup.NO_MATCH) {
                expiry = read;
            } else {
                args.fail(RedisError.SYNTAX);
                return;
            }
            i += OptionGroup.width(read);
        }
        if (enx != OptionGroup.NONE && !ExpiryOption.isTime(expiry)) {
            args.fail(expiry == OptionGroup.NONE ? ENX_WITHOUT_TIME : RedisError.SYNTAX);
        }
    }

    // Whole numbers.

    private void addInteger() {
        long by = increment == OptionGroup.NONE
                ? 1
                : args.integer(OptionGroup.valueIndex(increment), INCREMENT_NO_INTEGER);
        long low = lower == OptionGroup.NONE
                ? Long.MIN_VALUE
                : args.integer(OptionGroup.valueIndex(lower), BOUND_NO_INTEGER);
        long high = upper == OptionGroup.NONE
                ? Long.MAX_VALUE
                : args.integer(OptionGroup.valueIndex(upper), BOUND_NO_INTEGER);
        if (low > high) {
            args.fail(CROSSED);
        }
        whenMillis = ExpiryOption.whenMillis(call, args, expiry);
        if (args.failed()) {
            return;
        }
        Entry entry = call.write(1, Type.STRING);
        long value = CounterCommands.integer(call, args, entry);
        if (args.failed()) {
            return;
        }
        long sum = value + by;
        boolean overflows = ((value ^ sum) & (by ^ sum)) < 0;
        boolean tooHigh = overflows ? by > 0 : sum > high;
        boolean tooLow = overflows ? by < 0 : sum < low;
        if (tooHigh || tooLow) {
            if (saturate == OptionGroup.NONE) {
                answer(value, 0);
                return;
            }
            sum = tooHigh ? high : low;
        }
        long applied = sum - value;
        if (((sum ^ value) & (sum ^ applied)) < 0) {
            args.fail(DELTA_OVERFLOW);
            return;
        }
        if (!deletes(entry)) {
            boolean setsExpiry = setsExpiry(entry);
            boolean hadExpiry = entry != null && entry.hasExpiry();
            long expiryMillis = newExpiry(entry);
            CounterCommands.store(call, entry, sum, expiryMillis);
            notifyExpiry(setsExpiry, hadExpiry);
            if (call.isJournaled()) {
                log(call.effect("SET", 1).integer(sum), setsExpiry);
            }
        }
        answer(sum, applied);
    }

    private void answer(long value, long applied) {
        reply.array(2);
        reply.integer(value);
        reply.integer(applied);
    }

    // Floating-point numbers.

    private void addFloat() {
        LongDouble by = LongDouble.parse(args.at(OptionGroup.valueIndex(increment)));
        if (by == null) {
            args.fail(INCREMENT_NO_FLOAT);
            return;
        }
        if (!by.isFinite()) {
            args.fail(INFINITE_INCREMENT);
            return;
        }
        LongDouble low = bound(lower, true);
        LongDouble high = bound(upper, false);
        if (low == null || high == null) {
            args.fail(BOUND_NO_FLOAT);
            return;
        }
        if (high.isLessThan(low)) {
            args.fail(CROSSED);
        }
        whenMillis = ExpiryOption.whenMillis(call, args, expiry);
        if (!args.failed()) {
            addFloat(by, low, high);
        }
    }

    /** A bound, an infinite one being that of the type; null where it is no number. */
    private @Nullable LongDouble bound(int choice, boolean isLower) {
        if (choice == OptionGroup.NONE) {
            return LongDouble.extreme(isLower);
        }
        Bytes text = args.at(OptionGroup.valueIndex(choice));
        LongDouble bound = LongDouble.parse(text);
        return bound == null || bound.isFinite() ? bound : LongDouble.extreme(text.byteAt(0) == '-');
    }

    private void addFloat(LongDouble by, LongDouble low, LongDouble high) {
        Entry entry = call.write(1, Type.STRING);
        if (args.failed()) {
            return;
        }
        LongDouble value = CounterCommands.floating(call, entry);
        if (value == null || !value.isFinite()) {
            args.fail(value == null ? RedisError.NOT_A_FLOAT : INFINITE_VALUE);
            return;
        }
        LongDouble sum = value.plus(by);
        boolean tooHigh = sum.isFinite() ? high.isLessThan(sum) : !by.isNegative();
        boolean tooLow = sum.isFinite() ? sum.isLessThan(low) : by.isNegative();
        if (tooHigh || tooLow) {
            if (saturate == OptionGroup.NONE) {
                answer(value, LongDouble.of(0));
                return;
            }
            sum = tooHigh ? high : low;
        }
        LongDouble applied = sum.minus(value);
        if (!applied.isFinite()) {
            args.fail(DELTA_OVERFLOW);
            return;
        }
        if (!deletes(entry)) {
            boolean setsExpiry = setsExpiry(entry);
            boolean hadExpiry = entry != null && entry.hasExpiry();
            long expiryMillis = newExpiry(entry);
            Bytes text = Bytes.of(sum.toString());
            CounterCommands.store(call, entry, text, expiryMillis);
            notifyExpiry(setsExpiry, hadExpiry);
            if (call.isJournaled()) {
                log(call.effect("SET", 1).word(text), setsExpiry);
            }
        }
        answer(sum, applied);
    }

    private void answer(LongDouble value, LongDouble applied) {
        reply.array(2);
        reply.doubleValue(value.toString());
        reply.doubleValue(applied.toString());
    }

    // Expiry.

    private boolean setsExpiry(@Nullable Entry entry) {
        return expiry != OptionGroup.NONE && (enx == OptionGroup.NONE || entry == null || !entry.hasExpiry());
    }

    private long newExpiry(@Nullable Entry entry) {
        return setsExpiry(entry) || entry == null ? whenMillis : entry.expiryMillis();
    }

    private void log(Effects effect, boolean setsExpiry) {
        if (!setsExpiry) {
            effect.word("KEEPTTL");
        } else if (ExpiryOption.isTime(expiry)) {
            effect.word("PXAT").integer(whenMillis);
        }
        effect.end();
    }

    private void notifyExpiry(boolean setsExpiry, boolean hadExpiry) {
        if (setsExpiry && ExpiryOption.isTime(expiry)) {
            call.notify(EventClasses.GENERIC, "expire", 1);
        } else if (setsExpiry && hadExpiry) {
            call.notify(EventClasses.GENERIC, "persist", 1);
        }
    }

    /** Whether the new expiry is over already; then there is no key any more. */
    private boolean deletes(@Nullable Entry entry) {
        if (!setsExpiry(entry) || whenMillis > call.expiredUpTo()) {
            return false;
        }
        if (entry != null) {
            call.delete(1, entry);
            call.notify(EventClasses.GENERIC, "del", 1);
            call.effectOfExpiry(1);
        }
        return true;
    }
}
