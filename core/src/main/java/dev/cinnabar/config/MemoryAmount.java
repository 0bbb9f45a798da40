package dev.cinnabar.config;

import java.util.Locale;

/** Amounts of memory with a unit: {@code k}, {@code m}, {@code g} count in thousands, {@code kb}, {@code mb}, {@code gb} in 1024s. */
final class MemoryAmount {

    private MemoryAmount() {}

    /** The bytes a text means, negative if it means none; what is beyond a {@code long} is its maximum. */
    static long parse(String text) {
        int digits = 0;
        while (digits < text.length() && text.charAt(digits) >= '0' && text.charAt(digits) <= '9') {
            digits++;
        }
        long unit = switch (text.substring(digits).toLowerCase(Locale.ROOT)) {
            case "", "b" -> 1;
            case "k" -> 1000;
            case "kb" -> 1L << 10;
            case "m" -> 1_000_000;
            case "mb" -> 1L << 20;
            case "g" -> 1_000_000_000;
            case "gb" -> 1L << 30;
            default -> -1;
        };
        if (unit < 0 || digits > 100) {
            return -1;
        }
        long bytes = 0;
        for (int i = 0; i < digits; i++) {
            bytes = saturatedSum(saturatedProduct(bytes, 10), text.charAt(i) - '0');
        }
        return saturatedProduct(bytes, unit);
    }

    private static long saturatedProduct(long a, long b) {
        return Math.multiplyHigh(a, b) != 0 || a * b < 0 ? Long.MAX_VALUE : a * b;
    }

    private static long saturatedSum(long a, long b) {
        return a + b < 0 ? Long.MAX_VALUE : a + b;
    }

    /** The shortest exact spelling. */
    static String format(long bytes) {
        if (bytes != 0 && bytes % (1L << 30) == 0) {
            return (bytes >> 30) + "gb";
        }
        if (bytes != 0 && bytes % (1L << 20) == 0) {
            return (bytes >> 20) + "mb";
        }
        if (bytes != 0 && bytes % (1L << 10) == 0) {
            return (bytes >> 10) + "kb";
        }
        return Long.toString(bytes);
    }
}
