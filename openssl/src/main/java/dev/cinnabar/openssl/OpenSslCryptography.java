package dev.cinnabar.openssl;

import dev.cinnabar.spi.HandshakeCryptography;
import java.io.IOException;
import java.security.Security;

/**
 * Puts libcrypto's signatures and X25519 before the JDK's own. The server's process does it by itself; an application around the
 * library may, if it wants that for all it does. Needs {@code --enable-native-access=dev.cinnabar.openssl}, or {@code ALL-UNNAMED}
 * where the jar is on the class path. Thread-safe.
 */
public final class OpenSslCryptography implements HandshakeCryptography {

    /** What {@link java.util.ServiceLoader} calls. */
    public OpenSslCryptography() {}

    @Override
    public String install() throws IOException {
        LibCrypto.check();
        Security.insertProviderAt(new OpenSslProvider(), 1);
        return LibCrypto.version();
    }
}
