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
 *  file      "REDIS", version as 4 digits ("VALKEY" and 3 digits where types are those of Valkey)
 *            250 name value ...                      about the file
 *            254 database, 251 keys expiring         what follows lies there; how much it will be
 *            [252 time, 8] [249 frequency | 248 idle] type key value ...
 *            255 checksum, 8                         0: none
 * </pre>
 */
final class RdbFormat {

    // What stands in a file where the type of a value could.
    static final int END = 255;
    static final int SELECT = 254;
    static final int EXPIRY_SECONDS = 253;
    static final int EXPIRY_MILLIS = 252;
    static final int SIZES = 251;
    static final int AUXILIARY = 250;
    static final int FREQUENCY = 249;
    static final int IDLE = 248;
    static final int MODULE_AUXILIARY = 247;
    static final int EARLY_FUNCTION = 246;
    static final int FUNCTIONS = 245;
    static final int SLOT = 244;

    static final String MAGIC = "REDIS";
    static final String VALKEY_MAGIC = "VALKEY";

    /** Magic and version. */
    static final int HEADER_BYTES = 9;

    /** The first version with a checksum at the end. */
    static final int VERSION_CHECKSUM = 5;

    /** The newest version of Valkey's own; those between Redis' and its first, 80, are nobody's. */
    static final int NEWEST_VALKEY_VERSION = 81;

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

    /** How many bytes the length of a string takes. */
    static int lengthBytes(int length) {
        return length < 1 << 6 ? 1 : length < 1 << 14 ? 2 : 5;
    }
}
