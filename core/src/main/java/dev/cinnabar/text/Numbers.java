package dev.cinnabar.text;

import dev.cinnabar.memory.Bytes;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.regex.Pattern;

/**
 * Numbers as Redis reads them from and writes them into strings. Stateless.
 *
 * <p>Integers are read strictly: an optional minus, no plus, no spaces, no leading zeros, nothing beyond 64 bits; so each
 * integer has one spelling, and a string that {@link #isLong is one} can be kept as a number and given back unchanged.
 */
public final class Numbers {

    /** Enough room for any {@code long} written in decimal. */
    public static final int MAX_LONG_LENGTH = 20;

    /** Enough room for any {@code double} written by {@link #writeDouble}. */
    public static final int MAX_DOUBLE_LENGTH = 32;

    private static final Pattern DECIMAL = Pattern.compile("[-+]?([0-9]+\\.?[0-9]*|\\.[0-9]+)([eE][-+]?[0-9]+)?");
    private static final Pattern HEXADECIMAL =
            Pattern.compile("[-+]?0[xX](\\p{XDigit}+\\.?\\p{XDigit}*|\\.\\p{XDigit}+)([pP][-+]?\\d+)?");
    private static final Pattern HEXADECIMAL_ZERO = Pattern.compile("[-+]?0[xX][0.]+([pP].*)?");
    private static final double MAX_WHOLE = 1L << 62;

    /** Doubles below this may be told with a single digit where Java takes two. */
    private static final double SMALLEST_OF_TWO_DIGITS = 1e-300;

    private static final int MAX_EXACT_DIGITS = 15;
    private static final double[] POWERS_OF_TEN = new double[23];

    static {
        double power = 1;
        for (int i = 0; i < POWERS_OF_TEN.length; i++) {
            POWERS_OF_TEN[i] = power;
            power *= 10;
        }
    }

    private Numbers() {}

    // Integers

    /** Whether the text is a 64-bit integer in its one spelling; then {@link #toLong} reads it. */
    public static boolean isLong(Bytes text) {
        int length = text.length();
        if (length == 0 || length > MAX_LONG_LENGTH) {
            return false;
        }
        boolean negative = text.byteAt(0) == '-';
        int first = negative ? 1 : 0;
        int digits = length - first;
        if (digits == 0 || digits > 19) {
            return false;
        }
        for (int i = first; i < length; i++) {
            int b = text.byteAt(i);
            if (b < '0' || b > '9') {
                return false;
            }
        }
        if (text.byteAt(first) == '0') {
            return length == 1;
        }
        // 19 digits stay below 10^19, so a sum past 2^63 shows as negative; -2^63 alone has no positive mirror.
        return digits < 19 || negativeOf(text, first) != 0 && (negative || negativeOf(text, first) != Long.MIN_VALUE);
    }

    /** The value of a text that {@link #isLong}; nonsense for any other. */
    public static long toLong(Bytes text) {
        boolean negative = text.byteAt(0) == '-';
        long value = 0;
        for (int i = negative ? 1 : 0; i < text.length(); i++) {
            value = value * 10 - (text.byteAt(i) - '0');
        }
        return negative ? value : -value;
    }

    public static boolean isLong(byte[] text) {
        return isLong(Bytes.of(text));
    }

    public static long toLong(byte[] text) {
        return toLong(Bytes.of(text));
    }

    /** Minus the value of 19 digits from {@code first} on; 0 where that is below the least {@code long}. */
    private static long negativeOf(Bytes text, int first) {
        long value = 0;
        for (int i = first; i < text.length(); i++) {
            value = value * 10 - (text.byteAt(i) - '0');
        }
        return value < 0 ? value : 0;
    }

    /** How many bytes {@link #writeLong} writes. */
    public static int lengthOf(long value) {
        int length = value < 0 ? 2 : 1;
        // Counted on the negative side, where every value has a place.
        for (long rest = value < 0 ? value : -value; rest <= -10; rest /= 10) {
            length++;
        }
        return length;
    }

    /** Writes a number in decimal from {@code offset} on and says where it ends. */
    public static int writeLong(long value, byte[] target, int offset) {
        int end = offset + lengthOf(value);
        int at = end;
        long rest = value < 0 ? value : -value;
        do {
            long tenth = rest / 10;
            target[--at] = (byte) ('0' + (tenth * 10 - rest));
            rest = tenth;
        } while (rest != 0);
        if (value < 0) {
            target[offset] = '-';
        }
        return end;
    }

    // Doubles

    /**
     * The value of the text, or NaN if it is not a number: decimal with or without exponent, hexadecimal as in C
     * ({@code 0x1.8p3}), or an infinity; the whole text and no spaces. NaN itself, and what is too large or too small for a double, are no numbers.
     */
    public static double parseDouble(Bytes text) {
        int length = text.length();
        int at = 0;
        boolean negative = false;
        if (length > 0 && (text.byteAt(0) == '-' || text.byteAt(0) == '+')) {
            negative = text.byteAt(0) == '-';
            at = 1;
        }
        long mantissa = 0;
        int digits = 0;
        int significant = 0;
        int scale = 0;
        boolean inFraction = false;
        for (; at < length; at++) {
            int b = text.byteAt(at);
            if (b == '.' && !inFraction) {
                inFraction = true;
                continue;
            }
            if (b < '0' || b > '9') {
                break;
            }
            digits++;
            if (significant > 0 || b != '0') {
                significant++;
            }
            if (significant <= MAX_EXACT_DIGITS) {
                mantissa = mantissa * 10 + (b - '0');
            }
            if (inFraction) {
                scale++;
            }
        }
        if (digits == 0) {
            return infinity(text, negative);
        }
        if (at < length && (text.byteAt(at) | 0x20) == 'x') {
            return hexadecimal(text);
        }
        if (at < length && !isExponent(text, at)) {
            return Double.NaN;
        }
        if (at == length && significant <= MAX_EXACT_DIGITS && scale < POWERS_OF_TEN.length) {
            // Both are exact, so the one division rounds correctly.
            double value = mantissa / POWERS_OF_TEN[scale];
            return negative ? -value : value;
        }
        double value = Double.parseDouble(new String(text.toByteArray(), StandardCharsets.ISO_8859_1));
        boolean outOfRange = Double.isInfinite(value) || value == 0 && significant > 0;
        return outOfRange ? Double.NaN : value;
    }

    /**
     * The value of the text, or NaN if it is not a number: as {@link #parseDouble} but that nothing is 0, hexadecimal is not
     * taken, and what is too large or too small for a double is rounded.
     */
    public static double parseLeniently(Bytes text) {
        if (text.isEmpty()) {
            return 0;
        }
        if (text.indexOf((byte) 'x') >= 0 || text.indexOf((byte) 'X') >= 0) {
            return Double.NaN;
        }
        double value = parseDouble(text);
        if (Double.isNaN(value)) {
            String spelled = new String(text.toByteArray(), StandardCharsets.ISO_8859_1);
            return DECIMAL.matcher(spelled).matches() ? Double.parseDouble(spelled) : value;
        }
        return value;
    }

    public static double parseDouble(byte[] text) {
        return parseDouble(Bytes.of(text));
    }

    private static double hexadecimal(Bytes text) {
        String spelled = new String(text.toByteArray(), StandardCharsets.ISO_8859_1);
        if (!HEXADECIMAL.matcher(spelled).matches()) {
            return Double.NaN;
        }
        // Java wants the exponent that C lets one leave out.
        boolean hasExponent = spelled.indexOf('p') >= 0 || spelled.indexOf('P') >= 0;
        double value = Double.parseDouble(hasExponent ? spelled : spelled + "p0");
        boolean outOfRange = Double.isInfinite(value)
                || value == 0 && !HEXADECIMAL_ZERO.matcher(spelled).matches();
        return outOfRange ? Double.NaN : value;
    }

    /** Whether the rest of the text from {@code at} on is an exponent. */
    static boolean isExponent(Bytes text, int at) {
        if ((text.byteAt(at) | 0x20) != 'e') {
            return false;
        }
        at++;
        if (at < text.length() && (text.byteAt(at) == '-' || text.byteAt(at) == '+')) {
            at++;
        }
        if (at == text.length()) {
            return false;
        }
        for (; at < text.length(); at++) {
            if (text.byteAt(at) < '0' || text.byteAt(at) > '9') {
                return false;
            }
        }
        return true;
    }

    private static double infinity(Bytes text, boolean negative) {
        if (!isInfinity(text)) {
            return Double.NaN;
        }
        return negative ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY;
    }

    /** Whether the text is {@code inf} or {@code infinity} in any case, with or without a sign. */
    static boolean isInfinity(Bytes text) {
        if (text.length() < 3 || text.length() > 9) {
            return false;
        }
        int first = text.byteAt(0) == '-' || text.byteAt(0) == '+' ? 1 : 0;
        String word = text.length() - first == 3 ? "inf" : "infinity";
        if (text.length() - first != word.length()) {
            return false;
        }
        for (int i = 0; i < word.length(); i++) {
            if ((text.byteAt(first + i) | 0x20) != word.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    /**
     * Writes a double as a score is replied, from {@code offset} on, and says where it ends: the fewest digits that read
     * back as the same double; plain where that is short, else with an exponent ({@code 1e+30}); {@code inf}, {@code -inf},
     * {@code nan}. Whole numbers up to 2^62 have all their digits and no exponent, and allocate nothing.
     */
    public static int writeDouble(double value, byte[] target, int offset) {
        if (isWhole(value)) {
            return writeLong((long) value, target, offset);
        }
        if (!Double.isFinite(value)) {
            return writeAscii(Double.isNaN(value) ? "nan" : value > 0 ? "inf" : "-inf", target, offset);
        }
        int at = offset;
        if (Double.doubleToRawLongBits(value) < 0) {
            target[at++] = '-';
        }
        if (value == 0) {
            target[at++] = '0';
            return at;
        }
        return writeFraction(Math.abs(value), target, at);
    }

    private static int writeAscii(String text, byte[] target, int offset) {
        for (int i = 0; i < text.length(); i++) {
            target[offset + i] = (byte) text.charAt(i);
        }
        return offset + text.length();
    }

    /** Whether a value is written as an integer; minus zero is not. */
    private static boolean isWhole(double value) {
        return (long) value == value
                && Math.abs(value) <= MAX_WHOLE
                && (value != 0 || Double.doubleToRawLongBits(value) == 0);
    }

    /** The text of {@link #writeDouble}. */
    public static String format(double value) {
        byte[] text = new byte[MAX_DOUBLE_LENGTH];
        return new String(text, 0, writeDouble(value, text, 0), StandardCharsets.US_ASCII);
    }

    /** Writes a positive number that is not whole: the digits first, and around them what makes them a number. */
    private static int writeFraction(double value, byte[] target, int offset) {
        // Java finds the digits, the fewest that are enough.
        String text = Double.toString(value);
        int count = 0;
        int power = 0;
        boolean isBehindPoint = false;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '.') {
                isBehindPoint = true;
            } else if (c == 'E') {
                power += Integer.parseInt(text, i + 1, text.length(), 10);
                break;
            } else {
                power -= isBehindPoint ? 1 : 0;
                if (c != '0' || count > 0) {
                    target[offset + count++] = (byte) c;
                }
            }
        }
        while (target[offset + count - 1] == '0') {
            count--;
            power++;
        }
        if (count == 2 && value < SMALLEST_OF_TWO_DIGITS) {
            // But it writes at least two, the closest two; the tiniest doubles have a spelling of one.
            int digits = 10 * (target[offset] - '0') + target[offset + 1] - '0';
            int one = (int) Math.rint(digits / 10.0);
            if (Double.parseDouble(one + "e" + (power + 1)) == value) {
                power += one == 10 ? 2 : 1;
                count = 1;
                target[offset] = (byte) ('0' + one % 10 + one / 10);
            }
        }
        return spell(target, offset, count, power);
    }

    /** Spells digits that stand there times ten to the {@code power}: plainly unless that takes many zeros. */
    private static int spell(byte[] target, int offset, int count, int power) {
        int exponent = power + count - 1;
        int end = offset + count;
        if (power >= 0 && exponent < count + 7) {
            Arrays.fill(target, end, end + power, (byte) '0');
            return end + power;
        }
        if (power < 0 && (power > -7 || Math.abs(exponent) < 4)) {
            int point = offset + count + power;
            if (point > offset) {
                System.arraycopy(target, point, target, point + 1, end - point);
                target[point] = '.';
                return end + 1;
            }
            int zeros = 2 + offset - point;
            System.arraycopy(target, offset, target, offset + zeros, count);
            Arrays.fill(target, offset, offset + zeros, (byte) '0');
            target[offset + 1] = '.';
            return end + zeros;
        }
        if (count > 1) {
            System.arraycopy(target, offset + 1, target, offset + 2, count - 1);
            target[offset + 1] = '.';
            end++;
        }
        target[end++] = 'e';
        target[end++] = (byte) (exponent < 0 ? '-' : '+');
        return writeLong(Math.abs(exponent), target, end);
    }

    /** A double with up to 17 decimals and no exponent: how GEOPOS and other "human" replies spell it. */
    public static String formatHuman(double value) {
        if (Double.isNaN(value)) {
            return "nan";
        }
        if (Double.isInfinite(value)) {
            return value > 0 ? "inf" : "-inf";
        }
        return formatHuman(new BigDecimal(value));
    }

    static String formatHuman(BigDecimal value) {
        BigDecimal rounded = value.setScale(17, RoundingMode.HALF_EVEN);
        return rounded.signum() == 0 ? "0" : rounded.stripTrailingZeros().toPlainString();
    }
}
