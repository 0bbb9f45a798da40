package dev.cinnabar.text;

import dev.cinnabar.memory.Bytes;

/**
 * Glob patterns over bytes, as KEYS, SCAN, PSUBSCRIBE, CONFIG GET and ACLs understand them. Stateless.
 *
 * <p>{@code *} is any run of bytes, {@code ?} any one byte, {@code [abc]}, {@code [a-z]} and {@code [^x]} one byte of (or
 * not of) a class, {@code \x} the byte x itself.
 */
public final class Glob {

    /*
     * Every part of a pattern other than '*' takes exactly one byte, so when a match fails it is enough to let the last
     * '*' seen take one byte more: an earlier '*' taking more could only leave less text for the same rest. The work is
     * bounded by pattern length times text length; a hostile pattern such as a*a*a*a*b costs no more than that.
     *
     * Three oddities are Redis' own and are kept: a class that is never closed ends with the pattern; a range may be
     * written backwards; and inside a class a range swallows the ']' that would close it, as in [a-].
     */

    private static final int NO_MATCH = -1;

    private Glob() {}

    public static boolean matches(Bytes pattern, Bytes text) {
        return matches(pattern, text, false);
    }

    public static boolean matches(byte[] pattern, byte[] text) {
        return matches(Bytes.of(pattern), Bytes.of(text), false);
    }

    /** Whether the whole text matches; {@code ignoreCase} is about ASCII letters. */
    public static boolean matches(Bytes pattern, Bytes text, boolean ignoreCase) {
        int patternLength = pattern.length();
        int textLength = text.length();
        int p = 0;
        int t = 0;
        int afterStar = -1;
        int starEnd = 0;
        while (t < textLength) {
            if (p < patternLength && pattern.byteAt(p) == '*') {
                p = skipStars(pattern, p);
                if (p == patternLength) {
                    return true;
                }
                afterStar = p;
                starEnd = t;
                continue;
            }
            int next = p < patternLength ? matchOne(pattern, p, text.byteAt(t) & 0xff, ignoreCase) : NO_MATCH;
            if (next != NO_MATCH) {
                p = next;
                t++;
            } else if (afterStar >= 0) {
                p = afterStar;
                t = ++starEnd;
            } else {
                return false;
            }
        }
        return skipStars(pattern, p) == patternLength;
    }

    /** Whether a pattern is nothing but {@code *}: it matches every text. */
    public static boolean matchesEverything(Bytes pattern) {
        return pattern.length() == 1 && pattern.byteAt(0) == '*';
    }

    private static int skipStars(Bytes pattern, int p) {
        while (p < pattern.length() && pattern.byteAt(p) == '*') {
            p++;
        }
        return p;
    }

    /** Where the pattern goes on after the part at {@code p}, if that part matches {@code c}. */
    private static int matchOne(Bytes pattern, int p, int c, boolean ignoreCase) {
        int head = pattern.byteAt(p) & 0xff;
        if (head == '?') {
            return p + 1;
        }
        if (head == '[') {
            return matchClass(pattern, p + 1, c, ignoreCase);
        }
        if (head == '\\' && p + 1 < pattern.length()) {
            p++;
            head = pattern.byteAt(p) & 0xff;
        }
        return fold(head, ignoreCase) == fold(c, ignoreCase) ? p + 1 : NO_MATCH;
    }

    private static int matchClass(Bytes pattern, int p, int c, boolean ignoreCase) {
        int length = pattern.length();
        boolean negated = p < length && pattern.byteAt(p) == '^';
        if (negated) {
            p++;
        }
        int wanted = fold(c, ignoreCase);
        boolean found = false;
        while (p < length && pattern.byteAt(p) != ']') {
            int low = pattern.byteAt(p) & 0xff;
            if (low == '\\' && p + 1 < length) {
                found |= (pattern.byteAt(p + 1) & 0xff) == c;
                p += 2;
            } else if (p + 2 < length && pattern.byteAt(p + 1) == '-') {
                int a = fold(low, ignoreCase);
                int b = fold(pattern.byteAt(p + 2) & 0xff, ignoreCase);
                found |= Math.min(a, b) <= wanted && wanted <= Math.max(a, b);
                p += 3;
            } else {
                found |= fold(low, ignoreCase) == wanted;
                p++;
            }
        }
        return found != negated ? Math.min(p + 1, length) : NO_MATCH;
    }

    private static int fold(int c, boolean ignoreCase) {
        return ignoreCase && c >= 'A' && c <= 'Z' ? c | 0x20 : c;
    }
}
