package dev.cinnabar.persistence;

/** Bytes that are no RDB, or break off; the message says what is wrong and where. */
public class RdbException extends Exception {

    private static final long serialVersionUID = 1L;

    public RdbException(String message) {
        super(message);
    }
}
