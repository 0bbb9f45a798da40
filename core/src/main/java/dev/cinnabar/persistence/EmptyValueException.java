package dev.cinnabar.persistence;

/** A value that has no elements, which there is none of: it has been read to its end, and the key can be left out. */
final class EmptyValueException extends RdbException {

    private static final long serialVersionUID = 1L;

    EmptyValueException(String message) {
        super(message);
    }
}
