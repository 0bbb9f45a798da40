/** A Redis-compatible data server and library, on {@code java.base} alone. */
module dev.cinnabar {
    requires static org.jspecify;

    exports dev.cinnabar;
    exports dev.cinnabar.spi;

    uses dev.cinnabar.spi.HandshakeCryptography;
    uses dev.cinnabar.spi.MetricsEndpoint;
}
