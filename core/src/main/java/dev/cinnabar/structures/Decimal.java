package dev.cinnabar.structures;

import dev.cinnabar.memory.Bytes;

/**
 * Whole numbers as decimal text in their one canonical form: no sign but a minus, no leading zero, no minus zero.
 * What is stored as a number comes back as the same text. Stateless.
 */
final class Decimal {

    /** The digits and sign of {@link Long#MIN_VALUE}. */
    static final int MAX_LENGTH = 20;

    private Decimal() {}

    /** Whether the text is the canonical form of a number that fits into a {@code long}. */
    static boolean isCanonical(Bytes text) {
        int length = text.length();
        if (length == 0 || length > MAX_LENGTH) {
            return false;
        }
        boolean negative = text.byteAt(0) == '-';
        int start = negative ? 1 : 0;
        if (start == length) {
            return false;
        }
        if (text.byteAt(start) == '0') {
            return length == 1;
        }
        // Counted in negative numbers, of which there is one more.
        long value = 0;
        for (int i = start; i < length; i++) {
            int digit = text.byteAt(i) - '0';
            if (digit < 0 || digit > 9 || value < (Long.MIN_VALUE + digit) / 10) {
                return false;
            }
            value = value * 10 - digit;
        }
        return negative || value != Long.MIN_VALUE;
    }

    /** The number of a text that {@link #isCanonical}. */
    static long parse(Bytes text) {
        boolean negative = text.byteAt(0) == '-';
        long value = 0;
        for (int i = negative ? 1 : 0; i < text.length(); i++) {
            value = value * 10 - (text.byteAt(i) - '0');
        }
        return negative ? value : -value;
    }

    /** Writes a number so that it ends with the array, and returns where it begins. */
    static int format(long number, byte[] digits) {
        int at = digits.length;
        long rest = number <= 0 ? number : -number;
        do {
            digits[--at] = (byte) ('0' - rest % 10);
            rest /= 10;
        } while (rest != 0);
        if (number < 0) {
            digits[--at] = '-';
        }
        return at;
    }
}
