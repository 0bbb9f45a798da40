package dev.cinnabar.text;

import dev.cinnabar.memory.Bytes;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A floating-point number with the 64-bit mantissa of x86's {@code long double}: what INCRBYFLOAT and HINCRBYFLOAT
 * calculate with. Immutable.
 */
public final class LongDouble {

    /*
     * Clients see the last digits of what Redis calculates (0.1 + 0.2 is 0.3, and 3.0e3 + 200 is 3200), so a double will
     * not do, and neither will exact decimals. The value is held as the exact decimal expansion of a mantissa below 2^64
     * times a power of two, and each operation rounds its exact result to such a number, half to even, as the hardware
     * does. Slow (a microsecond or so) beside the hardware, which Java cannot reach; the command is rare.
     */

    private static final int MANTISSA_BITS = 64;
    private static final int MIN_EXPONENT = -16445;
    private static final int MAX_EXPONENT = 16384 - MANTISSA_BITS;
    private static final int MAX_DECIMAL_EXPONENT = 4_933;
    private static final int MIN_DECIMAL_EXPONENT = -4_952;
    private static final int MAX_HEXADECIMAL_EXPONENT = 16_500;
    private static final Pattern HEXADECIMAL = Pattern.compile(
            "(?<sign>[+-]?)0[xX](?<whole>[0-9a-fA-F]*)(?:\\.(?<fraction>[0-9a-fA-F]*))?(?:[pP](?<exponent>[+-]?[0-9]+))?");
    private static final int MAX_TEXT_LENGTH = 5 * 1024 - 1;

    /** Null for an infinity. */
    private final @Nullable BigDecimal value;

    private LongDouble(@Nullable BigDecimal value) {
        this.value = value;
    }

    /** Builds what the first number would have to build. */
    public static void prepare() {
        var _ = BigDecimal.ONE;
    }

    /** The number a text spells, or null if it is none; the rules are those of {@link Numbers#parseDouble}. */
    public static @Nullable LongDouble parse(Bytes text) {
        int length = text.length();
        if (length == 0 || length > MAX_TEXT_LENGTH) {
            return null;
        }
        if (Numbers.isInfinity(text)) {
            return new LongDouble(null);
        }
        int at = text.byteAt(0) == '-' || text.byteAt(0) == '+' ? 1 : 0;
        if (at + 1 < length && (text.byteAt(at + 1) | 0x20) == 'x') {
            return parseHexadecimal(text);
        }
        int digits = 0;
        boolean point = false;
        boolean zero = true;
        for (; at < length; at++) {
            int b = text.byteAt(at);
            if (b == '.' && !point) {
                point = true;
            } else if (b >= '0' && b <= '9') {
                digits++;
                zero &= b == '0';
            } else {
                break;
            }
        }
        if (digits == 0 || at < length && !Numbers.isExponent(text, at)) {
            return null;
        }
        return zero ? new LongDouble(BigDecimal.ZERO) : parseNonZero(text, at);
    }

    private static @Nullable LongDouble parseNonZero(Bytes text, int mantissaEnd) {
        String whole = new String(text.toByteArray(), StandardCharsets.ISO_8859_1);
        long exponent = mantissaEnd < whole.length() ? exponent(whole.substring(mantissaEnd + 1)) : 0;
        BigDecimal mantissa = new BigDecimal(whole.substring(0, mantissaEnd));
        long magnitude = exponent + mantissa.precision() - mantissa.scale();
        if (magnitude > MAX_DECIMAL_EXPONENT + 1 || magnitude < MIN_DECIMAL_EXPONENT) {
            return null;
        }
        LongDouble rounded = round(mantissa.scaleByPowerOfTen((int) exponent));
        boolean outOfRange = rounded.value == null || rounded.value.signum() == 0;
        return outOfRange ? null : rounded;
    }

    /** C's other spelling: 0x1.8p3 is 12. Null if the text is not that. */
    private static @Nullable LongDouble parseHexadecimal(Bytes text) {
        Matcher parts = HEXADECIMAL.matcher(new String(text.toByteArray(), StandardCharsets.ISO_8859_1));
        if (!parts.matches()) {
            return null;
        }
        String fraction = parts.group("fraction") == null ? "" : parts.group("fraction");
        String digits = parts.group("whole") + fraction;
        if (digits.isEmpty()) {
            return null;
        }
        BigInteger mantissa = new BigInteger(digits, 16);
        long exponent = parts.group("exponent") == null ? 0 : exponent(parts.group("exponent"));
        exponent -= 4L * fraction.length();
        if (mantissa.signum() == 0) {
            return new LongDouble(BigDecimal.ZERO);
        }
        if (Math.abs(exponent + mantissa.bitLength()) > MAX_HEXADECIMAL_EXPONENT) {
            return null;
        }
        BigDecimal power = new BigDecimal(BigInteger.ONE.shiftLeft((int) Math.abs(exponent)));
        BigDecimal exact = new BigDecimal(mantissa);
        exact = exponent < 0 ? exact.divide(power) : exact.multiply(power);
        LongDouble rounded = round(parts.group("sign").equals("-") ? exact.negate() : exact);
        boolean outOfRange = rounded.value == null || rounded.value.signum() == 0;
        return outOfRange ? null : rounded;
    }

    /** The value of an exponent's digits; any one beyond nine digits is far out of range already. */
    private static long exponent(String text) {
        boolean negative = text.charAt(0) == '-';
        int first = negative || text.charAt(0) == '+' ? 1 : 0;
        long value = 0;
        for (int i = first; i < text.length() && value < 1_000_000_000; i++) {
            value = value * 10 + (text.charAt(i) - '0');
        }
        return negative ? -value : value;
    }

    public static LongDouble of(long value) {
        return new LongDouble(BigDecimal.valueOf(value));
    }

    public boolean isFinite() {
        return value != null;
    }

    /** The sum; not finite when it, or one of the two, is not. */
    public LongDouble plus(LongDouble other) {
        return value == null || other.value == null ? new LongDouble(null) : round(value.add(other.value));
    }

    /** The difference; not finite when it, or one of the two, is not. */
    public LongDouble minus(LongDouble other) {
        return value == null || other.value == null ? new LongDouble(null) : round(value.subtract(other.value));
    }

    /** The finite number nearest to infinity, on one side or the other of zero. */
    public static LongDouble extreme(boolean negative) {
        BigDecimal most = new BigDecimal(
                BigInteger.ONE.shiftLeft(MANTISSA_BITS).subtract(BigInteger.ONE).shiftLeft(MAX_EXPONENT));
        return new LongDouble(negative ? most.negate() : most);
    }

    public boolean isNegative() {
        return value != null && value.signum() < 0;
    }

    /** Whether this is less than another; both finite. */
    public boolean isLessThan(LongDouble other) {
        return finite().compareTo(other.finite()) < 0;
    }

    private BigDecimal finite() {
        if (value == null) {
            throw new ArithmeticException("an infinity has no place in the order");
        }
        return value;
    }

    private static LongDouble round(BigDecimal exact) {
        if (exact.signum() == 0) {
            return new LongDouble(BigDecimal.ZERO);
        }
        BigInteger numerator = exact.unscaledValue().abs();
        BigInteger denominator = BigInteger.ONE;
        if (exact.scale() > 0) {
            denominator = BigInteger.TEN.pow(exact.scale());
        } else {
            numerator = numerator.multiply(BigInteger.TEN.pow(-exact.scale()));
        }
        // The quotient scaled by 2^-exponent has 64 or 65 bits: one bit too many is found and taken off.
        int exponent = Math.max(MIN_EXPONENT, numerator.bitLength() - denominator.bitLength() - MANTISSA_BITS);
        BigInteger mantissa = quotient(numerator, denominator, exponent);
        if (mantissa.bitLength() > MANTISSA_BITS) {
            exponent++;
            mantissa = quotient(numerator, denominator, exponent);
        }
        if (mantissa.bitLength() + exponent > MAX_EXPONENT + MANTISSA_BITS) {
            return new LongDouble(null);
        }
        BigDecimal rounded = exponent >= 0
                ? new BigDecimal(mantissa.shiftLeft(exponent))
                : new BigDecimal(mantissa.multiply(BigInteger.valueOf(5).pow(-exponent)), -exponent);
        return new LongDouble(exact.signum() < 0 ? rounded.negate() : rounded);
    }

    /** {@code numerator / (denominator * 2^exponent)}, rounded half to even. */
    private static BigInteger quotient(BigInteger numerator, BigInteger denominator, int exponent) {
        BigInteger[] parts = exponent >= 0
                ? numerator.divideAndRemainder(denominator.shiftLeft(exponent))
                : numerator.shiftLeft(-exponent).divideAndRemainder(denominator);
        BigInteger divisor = exponent >= 0 ? denominator.shiftLeft(exponent) : denominator;
        int half = parts[1].shiftLeft(1).compareTo(divisor);
        boolean up = half > 0 || half == 0 && parts[0].testBit(0);
        return up ? parts[0].add(BigInteger.ONE) : parts[0];
    }

    /** Up to 17 decimals, no exponent, no trailing zeros; {@code inf} if it is not finite. */
    @Override
    public String toString() {
        return value == null ? "inf" : Numbers.formatHuman(value);
    }
}
