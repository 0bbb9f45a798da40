package dev.cinnabar.commands.bits;

/**
 * Arithmetic on whole numbers of 1 to 64 bits. A type is an {@code int}: the number of bits, negative for numbers with a
 * sign in two's complement. Stateless.
 */
final class IntegerField {

    /** What becomes of a result that does not fit. */
    enum Overflow {
        /** Its lowest bits are kept. */
        WRAP,
        /** It becomes the largest or smallest number that fits. */
        SAT,
        /** Nothing happens, and the reply is nil. */
        FAIL
    }

    /** Unsigned numbers have one bit less, so that a {@code long} holds each of both types. */
    private static final int MAX_SIGNED_BITS = 64;

    private IntegerField() {}

    /** Whether there are numbers of so many bits. */
    static boolean isType(boolean signed, long bits) {
        return bits >= 1 && bits <= (signed ? MAX_SIGNED_BITS : MAX_SIGNED_BITS - 1);
    }

    static int bits(int type) {
        return Math.abs(type);
    }

    /** The largest number of a type. */
    static long max(int type) {
        return type < 0 ? Long.MAX_VALUE >> MAX_SIGNED_BITS + type : (1L << type) - 1;
    }

    static long min(int type) {
        return type < 0 ? Long.MIN_VALUE >> MAX_SIGNED_BITS + type : 0;
    }

    /**
     * Whether a sum is too large for a type (1), too small (-1) or fits (0).
     *
     * <p>A first number far below a signed type's is taken for too large, as Redis does: there the room above it, which wraps
     * round, is asked first.
     */
    static int overflow(int type, long value, long increment) {
        long max = max(type);
        long roomAbove = max - value;
        if (type > 0) {
            if (value < 0 || value > max || increment > 0 && increment > roomAbove) {
                return 1;
            }
            return increment < 0 && increment < -value ? -1 : 0;
        }
        boolean whole = type == -MAX_SIGNED_BITS;
        if (value > max || increment > roomAbove && (!whole || value >= 0 && increment > 0)) {
            return 1;
        }
        long min = min(type);
        long roomBelow = min - value;
        return value < min || increment < roomBelow && (!whole || value < 0 && increment < 0) ? -1 : 0;
    }

    /** The lowest bits of a number, as a number of a type. */
    static long wrap(int type, long value) {
        int unused = 64 - bits(type);
        return type < 0 ? value << unused >> unused : value << unused >>> unused;
    }
}
