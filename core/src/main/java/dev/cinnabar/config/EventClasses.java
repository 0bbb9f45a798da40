package dev.cinnabar.config;

/**
 * Classes of keyspace events, one bit each: the value of {@code notify-keyspace-events}. Stateless.
 *
 * <p>Nothing is sent unless {@link #KEYSPACE} or {@link #KEYEVENT} is set as well as an event's class.
 */
public final class EventClasses {

    public static final int KEYSPACE = 1;
    public static final int KEYEVENT = 1 << 1;
    public static final int GENERIC = 1 << 2;
    public static final int STRING = 1 << 3;
    public static final int LIST = 1 << 4;
    public static final int SET = 1 << 5;
    public static final int HASH = 1 << 6;
    public static final int SORTED_SET = 1 << 7;
    public static final int EXPIRED = 1 << 8;
    public static final int EVICTED = 1 << 9;
    public static final int STREAM = 1 << 10;
    public static final int KEY_MISS = 1 << 11;
    public static final int MODULE = 1 << 12;
    public static final int NEW = 1 << 13;
    public static final int OVERWRITTEN = 1 << 14;
    public static final int TYPE_CHANGED = 1 << 15;
    public static final int ARRAY = 1 << 16;

    // Where events of parts of values, such as fields of hashes, are sent.
    public static final int SUBKEYSPACE = 1 << 17;
    public static final int SUBKEYEVENT = 1 << 18;
    public static final int SUBKEYSPACEITEM = 1 << 19;
    public static final int SUBKEYSPACEEVENT = 1 << 20;

    /** All that says where events are sent. */
    public static final int DESTINATIONS =
            KEYSPACE | KEYEVENT | SUBKEYSPACE | SUBKEYEVENT | SUBKEYSPACEITEM | SUBKEYSPACEEVENT;

    /** {@code A}: all but key misses, new, overwritten and type-changed keys. */
    public static final int ALL =
            GENERIC | STRING | LIST | SET | HASH | SORTED_SET | EXPIRED | EVICTED | STREAM | MODULE | ARRAY;

    /** A letter for each class, in the order in which they are shown. */
    private static final String LETTERS = "g$lshzxetdan";

    private static final int[] CLASSES = {
        GENERIC, STRING, LIST, SET, HASH, SORTED_SET, EXPIRED, EVICTED, STREAM, MODULE, ARRAY, NEW
    };

    /** Letters that are shown behind those, whether {@code A} is there or not. */
    private static final String MORE_LETTERS = "KEmocSTIV";

    private static final int[] MORE_CLASSES = {
        KEYSPACE,
        KEYEVENT,
        KEY_MISS,
        OVERWRITTEN,
        TYPE_CHANGED,
        SUBKEYSPACE,
        SUBKEYEVENT,
        SUBKEYSPACEITEM,
        SUBKEYSPACEEVENT
    };

    private EventClasses() {}

    static int parse(String letters) throws ConfigException {
        int classes = 0;
        for (int i = 0; i < letters.length(); i++) {
            char letter = letters.charAt(i);
            int known = LETTERS.indexOf(letter);
            int more = MORE_LETTERS.indexOf(letter);
            if (letter == 'A') {
                classes |= ALL;
            } else if (known >= 0) {
                classes |= CLASSES[known];
            } else {
                classes |= more >= 0 ? MORE_CLASSES[more] : unknown();
            }
        }
        return classes;
    }

    private static int unknown() throws ConfigException {
        throw new ConfigException("Invalid event class character. Use 'Ag$lshzxeKEtmdn'.");
    }

    /** The letters; {@code A} stands for all classes and, as in Redis, hides an {@code n} beside it. */
    static String format(int classes) {
        StringBuilder letters = new StringBuilder();
        if ((classes & ALL) == ALL) {
            letters.append('A');
        } else {
            for (int i = 0; i < CLASSES.length; i++) {
                if ((classes & CLASSES[i]) != 0) {
                    letters.append(LETTERS.charAt(i));
                }
            }
        }
        for (int i = 0; i < MORE_CLASSES.length; i++) {
            if ((classes & MORE_CLASSES[i]) != 0) {
                letters.append(MORE_LETTERS.charAt(i));
            }
        }
        return letters.toString();
    }
}
