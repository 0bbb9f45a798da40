package dev.cinnabar.server;

import dev.cinnabar.config.Configuration;
import dev.cinnabar.config.Directives;
import dev.cinnabar.log.Log;
import dev.cinnabar.net.NetSettings;
import dev.cinnabar.spi.HandshakeCryptography;
import java.io.IOException;
import java.util.Optional;
import java.util.ServiceLoader;

/** Finds the module that makes TLS handshakes cheaper, and puts it in place, once there is a TLS port. Used by a server's process. */
final class SystemCryptography {

    private final Configuration configuration;
    private final NetSettings settings;
    private final Log log;
    private boolean tried;

    SystemCryptography(Configuration configuration, NetSettings settings, Log log) {
        this.configuration = configuration;
        this.settings = settings;
        this.log = log;
    }

    /** Does what the configuration asks for; what was put in place stays. */
    synchronized void follow() {
        if (tried || configuration.get(Directives.TLS_PORT) == 0 || !configuration.get(Directives.TLS_OPENSSL)) {
            return;
        }
        tried = true;
        Optional<HandshakeCryptography> found =
                ServiceLoader.load(HandshakeCryptography.class).findFirst();
        if (found.isEmpty()) {
            return;
        }
        try {
            log.notice("TLS handshakes use " + found.get().install() + ".");
            settings.quickHandshakes = true;
        } catch (IOException e) {
            log.notice("TLS handshakes use the JDK's own cryptography: " + e.getMessage() + ".");
        }
    }
}
