package dev.cinnabar.command;

/**
 * Words among a command's arguments of which at most one may be given: data that the handlers' loops read options by.
 * Immutable.
 *
 * <p>What has been chosen is an {@code int}, so that reading options allocates nothing: {@link #NONE}, or the {@link
 * #number} of the word, counted from 1 as they were declared, together with the {@link #valueIndex} of the argument behind
 * it.
 */
public final class OptionGroup {

    /** Nothing of the group has been given. */
    public static final int NONE = 0;

    /** What {@link #read} answers for an argument that is no word of the group, or not where it stands. */
    public static final int NO_MATCH = -1;

    private static final int NUMBER_BITS = 4;

    private final String[] words;
    private final boolean[] valued;
    private final boolean repeatable;

    private OptionGroup(boolean repeatable, String... declared) {
        this.repeatable = repeatable;
        this.words = new String[declared.length];
        this.valued = new boolean[declared.length];
        for (int i = 0; i < declared.length; i++) {
            valued[i] = declared[i].endsWith("=");
            words[i] = valued[i] ? declared[i].substring(0, declared[i].length() - 1) : declared[i];
        }
    }

    /**
     * A group of words, in lower case; one that takes the next argument as its value ends in '='. The same word may be said
     * again, the last time counts.
     */
    public static OptionGroup of(String... words) {
        return new OptionGroup(true, words);
    }

    /** As {@link #of}, but even the same word may not be said twice. */
    public static OptionGroup once(String... words) {
        return new OptionGroup(false, words);
    }

    /**
     * Reads the argument at an index, after {@code chosen} of the group has been read before: what is chosen now, or {@link
     * #NO_MATCH} where the argument is none of the words, has no value behind it, or excludes what was chosen before.
     */
    public int read(Args args, int index, int chosen) {
        for (int i = 0; i < words.length; i++) {
            if (args.is(index, words[i])) {
                boolean excluded = chosen != NONE && (number(chosen) != i + 1 || !repeatable);
                if (excluded || valued[i] && index + 1 >= args.count()) {
                    return NO_MATCH;
                }
                return i + 1 | (valued[i] ? index + 1 << NUMBER_BITS : 0);
            }
        }
        return NO_MATCH;
    }

    /** Which word was chosen: 1 for the first, 0 for none. */
    public static int number(int chosen) {
        return chosen & (1 << NUMBER_BITS) - 1;
    }

    /** The index of the chosen word's value, or 0 where it has none. */
    public static int valueIndex(int chosen) {
        return chosen >>> NUMBER_BITS;
    }

    /** How many arguments the choice has taken. */
    public static int width(int chosen) {
        return valueIndex(chosen) == 0 ? 1 : 2;
    }
}
