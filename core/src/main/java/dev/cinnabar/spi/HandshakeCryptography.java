package dev.cinnabar.spi;

import java.io.IOException;

/**
 * Faster signatures and key agreements for TLS handshakes than the JDK's own. A server that is a process of its own looks for one
 * with {@link java.util.ServiceLoader} when it gets a TLS port and {@code tls-openssl} is {@code yes}; a server in an application
 * never does, as it would change what the whole application uses.
 */
public interface HandshakeCryptography {

    /**
     * Puts it in place, for the whole process. To do so again has no effect.
     *
     * @return what it is, for the log
     * @throws IOException with a text for the log, if this system cannot have it; then all is as it was
     */
    String install() throws IOException;
}
