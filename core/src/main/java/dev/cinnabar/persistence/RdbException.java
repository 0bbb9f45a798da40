package dev.cinnabar.persistence;

/** Bytes that are no RDB, or break off; the message says what is wrong and where. */
public class RdbException extends Exception {

    private static final long serialVersionUID = 1L;

    /** The bytes are at an end too early. */
    public static final class EndException extends RdbException {
        private static final long serialVersionUID = 1L;

        EndException(long length) {
            super("breaks off after " + length + " bytes");
        }
    }

    public RdbException(String message) {
        super(message);
    }
}
