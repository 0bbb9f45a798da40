package dev.cinnabar.persistence;

/**
 * Steps over the values of a file without building them, to find where they end: all forms, of any size. Stateless; what is
 * wrong within a form is for {@link ValueReader} to find.
 */
final class ValueSkip {

    private static final int ID_BYTES = 16;
    private static final int TIME_BYTES = 8;

    private ValueSkip() {}

    /** Steps over a value; {@code valkey} where types are numbered as Valkey does. */
    static void skip(RdbReader in, int type, boolean valkey) throws RdbException {
        if (valkey && type == ValueFormat.VALKEY_HASH) {
            for (long n = in.length(); n != 0; n--) {
                in.skipString();
                in.skipString();
                in.skip(TIME_BYTES);
            }
            return;
        }
        switch (type) {
            case ValueFormat.STRING,
                    ValueFormat.HASH_ZIPMAP,
                    ValueFormat.LIST_ZIPLIST,
                    ValueFormat.SET_INTSET,
                    ValueFormat.ZSET_ZIPLIST,
                    ValueFormat.HASH_ZIPLIST,
                    ValueFormat.HASH_LISTPACK,
                    ValueFormat.ZSET_LISTPACK,
                    ValueFormat.SET_LISTPACK,
                    ValueFormat.HASH_LISTPACK_EXPIRING_EARLY -> in.skipString();
            case ValueFormat.HASH_LISTPACK_EXPIRING -> {
                in.skip(TIME_BYTES);
                in.skipString();
            }
            case ValueFormat.LIST, ValueFormat.SET, ValueFormat.LIST_ZIPLISTS -> strings(in, in.length());
            case ValueFormat.HASH -> {
                long n = in.length();
                strings(in, n);
                strings(in, n);
            }
            case ValueFormat.LIST_QUICKLIST -> {
                for (long n = in.length(); n != 0; n--) {
                    in.length();
                    in.skipString();
                }
            }
            case ValueFormat.ZSET -> {
                for (long n = in.length(); n != 0; n--) {
                    in.skipString();
                    in.skip(8);
                }
            }
            case ValueFormat.ZSET_TEXT -> {
                for (long n = in.length(); n != 0; n--) {
                    in.skipString();
                    in.doubleText();
                }
            }
            case ValueFormat.HASH_EXPIRING, ValueFormat.HASH_EXPIRING_EARLY -> {
                if (type == ValueFormat.HASH_EXPIRING) {
                    in.skip(TIME_BYTES);
                }
                for (long n = in.length(); n != 0; n--) {
                    in.length();
                    in.skipString();
                    in.skipString();
                }
            }
            default -> {
                int form = ValueFormat.streamForm(type);
                if (form == 0) {
                    throw new RdbException("no type of a value: " + type + " before byte " + in.position());
                }
                stream(in, form);
            }
        }
    }

    private static void strings(RdbReader in, long count) throws RdbException {
        for (long n = count; n != 0; n--) {
            in.skipString();
        }
    }

    private static void lengths(RdbReader in, int count) throws RdbException {
        for (int i = 0; i < count; i++) {
            in.length();
        }
    }

    private static void ids(RdbReader in) throws RdbException {
        for (long n = in.length(); n != 0; n--) {
            in.skip(ID_BYTES);
        }
    }

    private static void stream(RdbReader in, int form) throws RdbException {
        for (long n = in.length(); n != 0; n--) {
            in.skipString();
            in.skipString();
        }
        lengths(in, form >= 2 ? 8 : 3);
        for (long groups = in.length(); groups != 0; groups--) {
            in.skipString();
            lengths(in, form >= 2 ? 3 : 2);
            for (long n = in.length(); n != 0; n--) {
                in.skip(ID_BYTES + TIME_BYTES);
                in.length();
            }
            for (long n = in.length(); n != 0; n--) {
                in.skipString();
                in.skip(form >= 3 ? 2 * TIME_BYTES : TIME_BYTES);
                ids(in);
            }
            if (form >= 5) {
                ids(in);
            }
        }
        if (form >= 4) {
            lengths(in, 2);
            for (long producers = in.length(); producers != 0; producers--) {
                in.skipString();
                for (long n = in.length(); n != 0; n--) {
                    in.skipString();
                    lengths(in, 2);
                }
            }
            lengths(in, 2);
        }
    }
}
