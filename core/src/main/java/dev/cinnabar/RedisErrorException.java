package dev.cinnabar;

/**
 * An error that the engine answered, thrown where a reply was to be read as something else. Methods named {@code call} do not
 * throw it: they return the error as {@link RespValue.ErrorReply}.
 */
public final class RedisErrorException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final String code;

    /** An exception with the whole text of an error, its code included: {@code "ERR syntax error"}. */
    public RedisErrorException(String message) {
        super(message);
        this.code = codeOf(message);
    }

    /** The code: the word in front, such as {@code ERR}, {@code WRONGTYPE} or {@code OOM}. */
    public String code() {
        return code;
    }

    static String codeOf(String message) {
        int blank = message.indexOf(' ');
        return blank < 0 ? message : message.substring(0, blank);
    }
}
