package dev.cinnabar.text;

import java.nio.charset.StandardCharsets;

/**
 * Bytes as a quoted, printable text, for errors, logs, MONITOR and configuration files: {@link ArgumentSplitter} reads it
 * back. Stateless.
 */
public final class Quote {

    private static final char[] HEX = "0123456789abcdef".toCharArray();

    private Quote() {}

    public static String quote(String text) {
        return quote(text.getBytes(StandardCharsets.UTF_8));
    }

    public static String quote(byte[] bytes) {
        StringBuilder quoted = new StringBuilder(bytes.length + 2).append('"');
        for (byte b : bytes) {
            append(quoted, b & 0xff);
        }
        return quoted.append('"').toString();
    }

    /** Whether bytes must be quoted to be one argument of a configuration line. */
    public static boolean isNeeded(byte[] bytes) {
        for (byte b : bytes) {
            if (b <= ' ' || b == 0x7f || b == '"' || b == '\'' || b == '\\' || b == '#') {
                return true;
            }
        }
        return bytes.length == 0;
    }

    private static void append(StringBuilder quoted, int c) {
        switch (c) {
            case '\\', '"' -> quoted.append('\\').append((char) c);
            case '\n' -> quoted.append("\\n");
            case '\r' -> quoted.append("\\r");
            case '\t' -> quoted.append("\\t");
            case 7 -> quoted.append("\\a");
            case '\b' -> quoted.append("\\b");
            default -> {
                if (c >= ' ' && c < 0x7f) {
                    quoted.append((char) c);
                } else {
                    quoted.append("\\x").append(HEX[c >> 4]).append(HEX[c & 15]);
                }
            }
        }
    }
}
