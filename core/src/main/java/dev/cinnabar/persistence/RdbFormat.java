package dev.cinnabar.persistence;

/**
 * The numbers of the RDB format: they outlive the process, so they are only ever added to. Constants, no state.
 *
 * <pre>
 *  length    00llllll                                6 bits
 *            01llllll llllllll                       14 bits, highest first
 *            10000000 llllllll x 4                   32 bits, highest byte first
 *            10000001 llllllll x 8                   64 bits, highest byte first
 *  string    length, bytes
 *            11000000 n                              a whole number of 8 bits, to be spelt in decimal
 *            11000001 n n                            of 16 bits, lowest byte first
 *            11000010 n n n n                        of 32 bits, lowest byte first
 *            11000011 length length bytes            compressed length, length, LZF
 * </pre>
 */
final class RdbFormat {

    // Lengths and strings, by their first byte.
    static final int LENGTH_6 = 0x00;
    static final int LENGTH_14 = 0x40;
    static final int LENGTH_32 = 0x80;
    static final int LENGTH_64 = 0x81;
    static final int INT_8 = 0xc0;
    static final int INT_16 = 0xc1;
    static final int INT_32 = 0xc2;
    static final int LZF = 0xc3;

    // Floating-point numbers as text, by the length that stands in front of it.
    static final int TEXT_NAN = 253;
    static final int TEXT_INFINITY = 254;
    static final int TEXT_MINUS_INFINITY = 255;

    /** Strings up to this length are not worth compressing. */
    static final int MAX_UNCOMPRESSED = 20;

    /** Compressing must save so many bytes. */
    static final int MIN_SAVING = 4;

    private RdbFormat() {}
}
