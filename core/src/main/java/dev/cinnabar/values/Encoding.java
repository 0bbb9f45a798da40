package dev.cinnabar.values;

/**
 * How a value is stored: for each type and encoding number, the form inside the entry and the name that OBJECT ENCODING
 * answers. Each constant is the low seven bits of an entry's kind byte.
 */
public final class Encoding {

    /** A string that is a whole number of 64 bits, stored as such. */
    public static final int STRING_INT = kind(Type.STRING, 0);

    /** A short string inside its entry. */
    public static final int STRING_EMBSTR = kind(Type.STRING, 1);

    /** A longer, or once changed, string inside its entry. */
    public static final int STRING_RAW = kind(Type.STRING, 2);

    /** A string in a block of its own. */
    public static final int STRING_BLOCK = kind(Type.STRING, 3);

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
    }

    private Encoding() {}

    private static int kind(Type type, int encoding) {
        return encoding << 4 | type.code();
    }

    private static void row(int kind, byte form, String name) {
        FORMS[kind] = form;
        NAMES[kind] = name;
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
