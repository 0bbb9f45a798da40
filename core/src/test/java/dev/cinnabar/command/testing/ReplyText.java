package dev.cinnabar.command.testing;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

/**
 * Replies as one writes them down; stateless.
 *
 * <pre>
 *   +OK               simple string            'text\x00'       bulk string
 *   -ERR message      error                    1                integer
 *   nil               no value                 nil-array        no array (version 2)
 *   [1, 'a']          array                    {'a': 1}         map
 *   ~['a']            set                      >['a']           push
 *   ,1.5              double                   #t  #f           boolean
 *   (123              big number               txt:'text'       verbatim string
 * </pre>
 *
 * The same as the tests against real servers use. Several replies are separated by blanks; no reply is "".
 */
public final class ReplyText {

    private final byte[] bytes;
    private int position;
    private final StringBuilder text = new StringBuilder();

    private ReplyText(byte[] bytes) {
        this.bytes = bytes;
    }

    public static String of(byte[] bytes) {
        ReplyText reader = new ReplyText(bytes);
        while (reader.position < bytes.length) {
            if (!reader.text.isEmpty()) {
                reader.text.append(' ');
            }
            reader.reply();
        }
        return reader.text.toString();
    }

    private void reply() {
        String line = line();
        String rest = line.substring(1);
        switch (line.charAt(0)) {
            case '+', '-', ',', '#', '(' -> text.append(line);
            case ':' -> text.append(Long.parseLong(rest));
            case '_' -> text.append("nil");
            case '$' -> bulk(Integer.parseInt(rest));
            case '=' -> verbatim(Integer.parseInt(rest));
            case '*' -> array(Integer.parseInt(rest));
            case '~', '>' -> {
                text.append(line.charAt(0));
                elements(Integer.parseInt(rest));
            }
            case '%' -> map(Integer.parseInt(rest));
            default -> throw new AssertionError("no reply: " + line);
        }
    }

    private void array(int n) {
        if (n < 0) {
            text.append("nil-array");
        } else {
            elements(n);
        }
    }

    private void elements(int n) {
        text.append('[');
        for (int i = 0; i < n; i++) {
            if (i > 0) {
                text.append(", ");
            }
            reply();
        }
        text.append(']');
    }

    private void map(int n) {
        text.append('{');
        for (int i = 0; i < n; i++) {
            if (i > 0) {
                text.append(", ");
            }
            reply();
            text.append(": ");
            reply();
        }
        text.append('}');
    }

    private void bulk(int n) {
        if (n < 0) {
            text.append("nil");
        } else {
            quote(run(n));
        }
    }

    private void verbatim(int n) {
        String run = run(n);
        text.append(run, 0, 4);
        quote(run.substring(4));
    }

    private String run(int n) {
        String run = new String(bytes, position, n, ISO_8859_1);
        position += n;
        if (!line().isEmpty()) {
            throw new AssertionError("a run of bytes is longer than its header says");
        }
        return run;
    }

    private String line() {
        for (int i = position; i + 1 < bytes.length; i++) {
            if (bytes[i] == '\r' && bytes[i + 1] == '\n') {
                String line = new String(bytes, position, i - position, ISO_8859_1);
                position = i + 2;
                return line;
            }
        }
        throw new AssertionError("the reply ends in the middle: " + new String(bytes, ISO_8859_1));
    }

    private void quote(String run) {
        text.append('\'');
        for (int i = 0; i < run.length(); i++) {
            char c = run.charAt(i);
            switch (c) {
                case '\n' -> text.append("\\n");
                case '\r' -> text.append("\\r");
                case '\t' -> text.append("\\t");
                case '\'', '\\' -> text.append('\\').append(c);
                default -> {
                    if (c < 0x20 || c > 0x7e) {
                        text.append(String.format("\\x%02x", (int) c));
                    } else {
                        text.append(c);
                    }
                }
            }
        }
        text.append('\'');
    }
}
