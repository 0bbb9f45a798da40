package dev.cinnabar.command;

import dev.cinnabar.memory.Bytes;
import dev.cinnabar.resp.RedisError;
import dev.cinnabar.resp.Reply;
import dev.cinnabar.text.Glob;
import org.jspecify.annotations.Nullable;

/** What SCAN and the scans of collections have in common: how a cursor is written, and MATCH and COUNT. Owned by one call. */
public final class ScanOptions {

    private static final RedisError INVALID_CURSOR = new RedisError("ERR invalid cursor");
    private static final RedisError NO_VALUES = new RedisError("ERR NOVALUES option can only be used in HSCAN");
    private static final int DEFAULT_COUNT = 10;
    private static final int MAX_COUNT = 1 << 20;

    private @Nullable Bytes pattern;
    private long count = DEFAULT_COUNT;

    /** The options before any is read. */
    public ScanOptions() {}

    /** A cursor: 64 bits without sign, with the white space in front, plus sign and leading zeros that C's numbers may have. */
    public static long cursor(Args args, int index) {
        Bytes text = args.at(index);
        int i = 0;
        while (i < text.length() && (text.byteAt(i) == ' ' || text.byteAt(i) >= '\t' && text.byteAt(i) <= '\r')) {
            i++;
        }
        if (i < text.length() && text.byteAt(i) == '+') {
            i++;
        }
        if (i == text.length()) {
            args.fail(INVALID_CURSOR);
            return 0;
        }
        long cursor = 0;
        for (; i < text.length(); i++) {
            int digit = text.byteAt(i) - '0';
            if (digit < 0 || digit > 9 || Long.compareUnsigned(cursor, Long.divideUnsigned(-1L - digit, 10)) > 0) {
                args.fail(INVALID_CURSOR);
                return 0;
            }
            cursor = cursor * 10 + digit;
        }
        return cursor;
    }

    /** Reads the option at an index, if it is one that every scan has. Returns how many words it took, or 0. */
    public int read(Args args, int index) {
        if (index + 1 == args.count()) {
            return 0;
        }
        if (args.is(index, "match")) {
            Bytes given = args.at(index + 1, new Bytes());
            pattern = Glob.matchesEverything(given) ? null : given;
            return 2;
        }
        if (args.is(index, "count")) {
            count = args.integer(index + 1);
            if (count < 1) {
                args.fail(RedisError.SYNTAX);
            }
            return 2;
        }
        return 0;
    }

    /** Reads all options from an index on, of a scan that has no more than these. */
    public ScanOptions readAll(Args args, int from) {
        for (int i = from; i < args.count() && !args.failed(); ) {
            int words = read(args, i);
            if (words == 0) {
                fail(args, i);
            }
            i += words;
        }
        return this;
    }

    /** What is at an index is no option of this scan. */
    public static void fail(Args args, int index) {
        args.fail(args.is(index, "novalues") ? NO_VALUES : RedisError.SYNTAX);
    }

    /** About how many are to be looked at. */
    public long count() {
        return count;
    }

    /** The same of a collection, where one call looks at no more than a million, whatever its client wishes for. */
    public int bound() {
        return (int) Math.min(count, MAX_COUNT);
    }

    /** Answers the scan of a collection that is missing. */
    public static void nothing(Reply reply) {
        reply.array(2);
        reply.bulkInteger(0);
        reply.array(0);
    }

    /** Whether a name is wanted. */
    public boolean matches(Bytes name) {
        return pattern == null || Glob.matches(pattern, name);
    }
}
