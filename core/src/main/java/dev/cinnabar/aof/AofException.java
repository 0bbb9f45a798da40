package dev.cinnabar.aof;

/** Something about the files is not as it must be; the message is for the log. */
public final class AofException extends Exception {

    private static final long serialVersionUID = 1;

    public AofException(String message) {
        super(message);
    }

    public AofException(String message, Throwable cause) {
        super(message, cause);
    }
}
