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

    /** {@code A}: all but key misses and new keys. */
    public static final int ALL =
            GENERIC | STRING | LIST | SET | HASH | SORTED_SET | EXPIRED | EVICTED | STREAM | MODULE;

    /** A letter for each class, in the order in which they are shown. */
    private static final String LETTERS = "g$lshzxetdn";

    private static final int[] CLASSES = {
        GENERIC, STRING, LIST, SET, HASH, SORTED_SET, EXPIRED, EVICTED, STREAM, MODULE, NEW
    };

    private EventClasses() {}

    static int parse(String letters) throws ConfigException {
        int classes = 0;
        for (int i = 0; i < letters.length(); i++) {
            char letter = letters.charAt(i);
            int known = LETTERS.indexOf(letter);
            classes |= switch (letter) {
                case 'A' -> ALL;
                case 'K' -> KEYSPACE;
                case 'E' -> KEYEVENT;
                case 'm' -> KEY_MISS;
                default -> known < 0 ? unknown() : CLASSES[known];
            };
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
        letters.append((classes & KEYSPACE) != 0 ? "K" : "");
        letters.append((classes & KEYEVENT) != 0 ? "E" : "");
        letters.append((classes & KEY_MISS) != 0 ? "m" : "");
        return letters.toString();
    }
}
