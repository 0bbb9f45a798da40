/** The expensive parts of TLS handshakes by the system's OpenSSL 3, through {@code java.lang.foreign}. */
module dev.cinnabar.openssl {
    requires transitive dev.cinnabar;
    requires static org.jspecify;

    exports dev.cinnabar.openssl;

    provides dev.cinnabar.spi.HandshakeCryptography with
            dev.cinnabar.openssl.OpenSslCryptography;
}
