package dev.cinnabar.resp;

import dev.cinnabar.memory.Bytes;
import java.nio.charset.StandardCharsets;

/**
 * An error for a client: a code in capitals, a blank, a text. Immutable. What comes from a client in it can contain no line
 * break: those become blanks.
 */
public final class RedisError {

    public static final RedisError SYNTAX = new RedisError("ERR syntax error");
    public static final RedisError WRONG_TYPE =
            new RedisError("WRONGTYPE Operation against a key holding the wrong kind of value");
    public static final RedisError NOT_AN_INTEGER = new RedisError("ERR value is not an integer or out of range");
    public static final RedisError NOT_A_FLOAT = new RedisError("ERR value is not a valid float");
    public static final RedisError OUT_OF_RANGE = new RedisError("ERR value is out of range");
    public static final RedisError NO_SUCH_KEY = new RedisError("ERR no such key");
    public static final RedisError SAME_OBJECT = new RedisError("ERR source and destination objects are the same");
    public static final RedisError DB_OUT_OF_RANGE = new RedisError("ERR DB index is out of range");
    public static final RedisError OVERFLOW = new RedisError("ERR increment or decrement would overflow");
    public static final RedisError STRING_TOO_LONG =
            new RedisError("ERR string exceeds maximum allowed size (proto-max-bulk-len)");
    public static final RedisError NO_AUTH = new RedisError("NOAUTH Authentication required.");
    public static final RedisError INTERNAL = new RedisError("ERR internal error");
    public static final RedisError OOM = new RedisError("OOM command not allowed when used memory > 'maxmemory'.");
    public static final RedisError EXEC_ABORT =
            new RedisError("EXECABORT Transaction discarded because of previous errors.");

    private final String text;
    private final byte[] bytes;

    public RedisError(String text) {
        this(text.getBytes(StandardCharsets.UTF_8));
    }

    private RedisError(byte[] bytes) {
        for (int i = 0; i < bytes.length; i++) {
            if (bytes[i] == '\r' || bytes[i] == '\n') {
                bytes[i] = ' ';
            }
        }
        this.text = new String(bytes, StandardCharsets.UTF_8);
        this.bytes = bytes;
    }

    /** An error that gives back bytes of the client's: {@code text} holds one char a byte, as {@link Bytes#shown} gives them. */
    public static RedisError showing(String text) {
        return new RedisError(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    /** The whole text, without the protocol's leading '-'. */
    public String text() {
        return text;
    }

    /** The code: what stands before the first blank. */
    public String code() {
        int blank = text.indexOf(' ');
        return blank < 0 ? text : text.substring(0, blank);
    }

    byte[] bytes() {
        return bytes;
    }

    @Override
    public String toString() {
        return text;
    }
}
