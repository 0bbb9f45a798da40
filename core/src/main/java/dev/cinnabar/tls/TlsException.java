package dev.cinnabar.tls;

import java.util.Objects;

/** The configuration of TLS does not work; the message is for the log. */
public final class TlsException extends Exception {

    private static final long serialVersionUID = 1;

    TlsException(String message) {
        super(message);
    }

    TlsException(String message, Throwable cause) {
        super(message, cause);
    }

    @Override
    public String getMessage() {
        return Objects.requireNonNullElse(super.getMessage(), "");
    }
}
