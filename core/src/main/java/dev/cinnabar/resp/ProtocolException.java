package dev.cinnabar.resp;

/** A request that breaks the protocol; the message is the text for the client, who is then disconnected. */
public final class ProtocolException extends Exception {

    private static final long serialVersionUID = 1L;

    public ProtocolException(String message) {
        super(message, null, false, false);
    }
}
