/** A Redis-compatible data server and library, on {@code java.base} alone; exports nothing until the public API exists. */
module dev.cinnabar {
    requires static org.jspecify;
}
