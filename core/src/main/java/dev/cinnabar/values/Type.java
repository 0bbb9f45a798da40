package dev.cinnabar.values;

/** The types of values. The numbers are stored in entries; the names are what TYPE answers. */
public enum Type {
    STRING(0, "string"),
    LIST(1, "list"),
    SET(2, "set"),
    ZSET(3, "zset"),
    HASH(4, "hash"),
    STREAM(6, "stream"),
    ARRAY(7, "array");

    private static final Type[] BY_CODE = new Type[16];

    static {
        for (Type type : values()) {
            BY_CODE[type.code] = type;
        }
    }

    private final int code;
    private final String typeName;

    Type(int code, String typeName) {
        this.code = code;
        this.typeName = typeName;
    }

    public int code() {
        return code;
    }

    public String typeName() {
        return typeName;
    }

    /** The type with a number that an entry holds. */
    public static Type of(int code) {
        return BY_CODE[code & EntryLayout.TYPE_MASK];
    }
}
