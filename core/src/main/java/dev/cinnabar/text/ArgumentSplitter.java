package dev.cinnabar.text;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Splits a line into arguments, with quotes: inline commands and lines of a configuration file. Stateless.
 *
 * <p>Arguments are separated by white space. In {@code "…"} a backslash introduces {@code \n \r \t \a \b}, {@code \xHH}, or
 * the next byte itself; in {@code '…'} only {@code \'} is special. A closing quote must be followed by white space or the
 * end. A NUL byte ends the line.
 */
public final class ArgumentSplitter {

    private final byte[] line;
    private final int end;
    private int at;

    private ArgumentSplitter(byte[] line, int from, int to) {
        this.line = line;
        this.at = from;
        this.end = to;
    }

    /** The arguments of a line, none for a blank one; null if its quotes are unbalanced. */
    public static @Nullable List<byte[]> split(byte[] line) {
        return split(line, 0, line.length);
    }

    public static @Nullable List<byte[]> split(byte[] line, int from, int to) {
        ArgumentSplitter splitter = new ArgumentSplitter(line, from, to);
        List<byte[]> arguments = new ArrayList<>();
        while (splitter.skipBlanks()) {
            byte[] argument = splitter.next();
            if (argument == null) {
                return null;
            }
            arguments.add(argument);
        }
        return arguments;
    }

    /** The byte at a place ahead; 0 at the end and beyond. */
    private int peek(int ahead) {
        return at + ahead < end ? line[at + ahead] & 0xff : 0;
    }

    private boolean skipBlanks() {
        while (isSpace(peek(0))) {
            at++;
        }
        return peek(0) != 0;
    }

    private byte @Nullable [] next() {
        ByteArrayOutputStream argument = new ByteArrayOutputStream();
        while (true) {
            int c = peek(0);
            if (c == ' ' || c == '\n' || c == '\r' || c == '\t' || c == 0) {
                return argument.toByteArray();
            }
            at++;
            if (c == '"' || c == '\'') {
                boolean closed = c == '"' ? doubleQuoted(argument) : singleQuoted(argument);
                return closed ? argument.toByteArray() : null;
            }
            argument.write(c);
        }
    }

    private boolean doubleQuoted(ByteArrayOutputStream argument) {
        while (true) {
            int c = peek(0);
            if (c == 0) {
                return false;
            }
            if (c == '"') {
                at++;
                return closesHere();
            }
            if (c == '\\' && peek(1) == 'x' && hex(peek(2)) >= 0 && hex(peek(3)) >= 0) {
                argument.write(hex(peek(2)) << 4 | hex(peek(3)));
                at += 4;
            } else if (c == '\\' && peek(1) != 0) {
                argument.write(escaped(peek(1)));
                at += 2;
            } else {
                argument.write(c);
                at++;
            }
        }
    }

    private boolean singleQuoted(ByteArrayOutputStream argument) {
        while (true) {
            int c = peek(0);
            if (c == 0) {
                return false;
            }
            if (c == '\'') {
                at++;
                return closesHere();
            }
            if (c == '\\' && peek(1) == '\'') {
                at++;
                c = '\'';
            }
            argument.write(c);
            at++;
        }
    }

    private boolean closesHere() {
        return peek(0) == 0 || isSpace(peek(0));
    }

    private static int escaped(int c) {
        return switch (c) {
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case 'b' -> '\b';
            case 'a' -> 7;
            default -> c;
        };
    }

    private static int hex(int c) {
        return c < 0x80 ? Character.digit(c, 16) : -1;
    }

    private static boolean isSpace(int c) {
        return c == ' ' || c >= '\t' && c <= '\r';
    }
}
