package dev.cinnabar.values;

/**
 * How a value is stored: for each type and encoding number, the form inside the entry and the name that OBJECT ENCODING
 * answers. Each constant is an entry's kind byte without expiry and epoch: the encoding's number, then three bits that are the
 * {@link Type}'s code.
 */
public final class Encoding {

    /** A string that is a whole number of 64 bits, stored as such. */
    public static final int STRING_INT = 0x00;

    /** A short string inside its entry. */
    public static final int STRING_EMBSTR = 0x10;

    /** A longer, or once changed, string inside its entry. */
    public static final int STRING_RAW = 0x20;

    /** A string in a block of its own. */
    public static final int STRING_BLOCK = 0x30;

    /*
     * A run of bytes inside the entry and the same run in a block of its own are neighbours: the second is the first plus
     * BLOCK. Packed moves values between the two.
     */

    /** What a kind that is a run of bytes inside the entry lacks to the kind that is such a run in a block. */
    static final int BLOCK = 1 << 4;

    /** A list as a listpack, inside its entry or in a block. */
    public static final int LIST_LISTPACK = 0x01;

    public static final int LIST_LISTPACK_BLOCK = LIST_LISTPACK + BLOCK;

    /** A list as a sequence of listpacks. */
    public static final int LIST_QUICKLIST = 0x21;

    /** A set of whole numbers, inside its entry or in a block. */
    public static final int SET_INTSET = 0x02;

    public static final int SET_INTSET_BLOCK = SET_INTSET + BLOCK;

    /** A set as a listpack, inside its entry or in a block. */
    public static final int SET_LISTPACK = 0x22;

    public static final int SET_LISTPACK_BLOCK = SET_LISTPACK + BLOCK;
    public static final int SET_HASHTABLE = 0x42;

    /** A sorted set as a listpack of members and scores, inside its entry or in a block. */
    public static final int ZSET_LISTPACK = 0x03;

    public static final int ZSET_LISTPACK_BLOCK = ZSET_LISTPACK + BLOCK;

    /** A sorted set as a table of members and a tree of scores: the name is from the structure that Redis uses. */
    public static final int ZSET_SKIPLIST = 0x23;

    /** A hash as a listpack of fields and values, inside its entry or in a block. */
    public static final int HASH_LISTPACK = 0x04;

    public static final int HASH_LISTPACK_BLOCK = HASH_LISTPACK + BLOCK;

    /** A hash as a listpack of fields, values and times of expiry, inside its entry or in a block. */
    public static final int HASH_LISTPACK_EX = 0x24;

    public static final int HASH_LISTPACK_EX_BLOCK = HASH_LISTPACK_EX + BLOCK;
    public static final int HASH_HASHTABLE = 0x44;

    public static final int STREAM = 0x06;

    private static final byte FORM_INLINE = 1;
    private static final byte FORM_NUMBER = 2;
    private static final byte FORM_REFERENCE = 3;
    private static final byte[] FORMS = new byte[128];
    private static final String[] NAMES = new String[128];

    static {
        row(STRING_INT, FORM_NUMBER, "int");
        row(STRING_EMBSTR, FORM_INLINE, "embstr");
        row(STRING_RAW, FORM_INLINE, "raw");
        row(STRING_BLOCK, FORM_REFERENCE, "raw");
        run(LIST_LISTPACK, "listpack");
        row(LIST_QUICKLIST, FORM_REFERENCE, "quicklist");
        run(SET_INTSET, "intset");
        run(SET_LISTPACK, "listpack");
        row(SET_HASHTABLE, FORM_REFERENCE, "hashtable");
        run(ZSET_LISTPACK, "listpack");
        row(ZSET_SKIPLIST, FORM_REFERENCE, "skiplist");
        run(HASH_LISTPACK, "listpack");
        run(HASH_LISTPACK_EX, "listpackex");
        row(HASH_HASHTABLE, FORM_REFERENCE, "hashtable");
        row(STREAM, FORM_REFERENCE, "stream");
    }

    private Encoding() {}

    private static void row(int kind, byte form, String name) {
        FORMS[kind] = form;
        NAMES[kind] = name;
    }

    private static void run(int kind, String name) {
        row(kind, FORM_INLINE, name);
        row(kind + BLOCK, FORM_REFERENCE, name);
    }

    static boolean isInline(int kind) {
        return FORMS[kind & EntryLayout.KIND_MASK] == FORM_INLINE;
    }

    static boolean isNumber(int kind) {
        return FORMS[kind & EntryLayout.KIND_MASK] == FORM_NUMBER;
    }

    static boolean isReference(int kind) {
        return FORMS[kind & EntryLayout.KIND_MASK] == FORM_REFERENCE;
    }

    /** The name of an encoding, as OBJECT ENCODING answers. */
    public static String nameOf(int kind) {
        return NAMES[kind & EntryLayout.KIND_MASK];
    }
}
