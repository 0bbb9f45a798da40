package dev.cinnabar.commands.zsets;

import dev.cinnabar.command.Args;
import dev.cinnabar.memory.Bytes;
import dev.cinnabar.resp.RedisError;
import dev.cinnabar.text.Numbers;
import dev.cinnabar.values.SortedSetValue;
import org.jspecify.annotations.Nullable;

/**
 * A range of a sorted set, by rank, score or member, as arguments say it; turned into ranks when the sorted set is known. Owned
 * by one call.
 */
final class Range {

    /** By what it is bounded. */
    enum By {
        RANK,
        SCORE,
        MEMBER
    }

    private static final RedisError NOT_A_SCORE = new RedisError("ERR min or max is not a float");
    private static final RedisError NOT_A_BOUND = new RedisError("ERR min or max not valid string range item");

    private @Nullable By by;
    private boolean reverse;
    private final boolean isFixed;

    // LIMIT; a negative count is none.
    private long offset;
    private long limit = -1;

    private long start;
    private long stop;
    private double minScore;
    private double maxScore;
    private boolean minIncluded;
    private boolean maxIncluded;

    /** Bounds by member; null: there is none on this side, or no member can be within it, as told by the other fields. */
    private @Nullable Bytes minMember;

    private @Nullable Bytes maxMember;
    private boolean minIsHighest;
    private boolean maxIsLowest;

    // Ranks: the first one, and the one behind the last.
    private long from;
    private long to;

    /** A range of a kind, or of the kind and direction that options tell if {@code by} is null. */
    Range(@Nullable By by, boolean reverse) {
        this.by = by;
        this.reverse = reverse;
        this.isFixed = by != null;
    }

    By by() {
        return by == null ? By.RANK : by;
    }

    boolean isReverse() {
        return reverse;
    }

    /** Reads an option that tells kind or direction; false if it is none, or the kind is told already. */
    boolean readKind(Args args, int index) {
        if (isFixed) {
            return false;
        }
        if (!reverse && args.is(index, "rev")) {
            reverse = true;
        } else if (by == null && args.is(index, "byscore")) {
            by = By.SCORE;
        } else if (by == null && args.is(index, "bylex")) {
            by = By.MEMBER;
        } else {
            return false;
        }
        return true;
    }

    void limit(long offset, long count) {
        this.offset = offset;
        this.limit = count;
    }

    /** Whether a limit was given that limits. */
    boolean hasLimit() {
        return limit != -1;
    }

    /** Reads the two bounds from an index on: by score or member the higher one first if the range is reversed. */
    void readBounds(Args args, int index) {
        if (args.failed()) {
            return;
        }
        int min = reverse ? index + 1 : index;
        int max = reverse ? index : index + 1;
        switch (by()) {
            case RANK -> {
                start = args.integer(index);
                stop = args.integer(index + 1);
            }
            case SCORE -> {
                minIncluded = isIncluded(args, min);
                minScore = score(args, min, minIncluded);
                maxIncluded = isIncluded(args, max);
                maxScore = score(args, max, maxIncluded);
            }
            case MEMBER -> {
                minMember = member(args, min);
                minIncluded = isIncluded(args, min);
                minIsHighest = args.is(min, "+");
                maxMember = member(args, max);
                maxIncluded = isIncluded(args, max);
                maxIsLowest = args.is(max, "-");
            }
        }
    }

    private static boolean isIncluded(Args args, int index) {
        Bytes text = args.at(index);
        return text.isEmpty() || text.byteAt(0) != '(';
    }

    private static double score(Args args, int index, boolean included) {
        Bytes text = args.at(index, new Bytes());
        if (!included) {
            text.narrow(1, text.length() - 1);
        }
        double score = Numbers.parseLeniently(text);
        if (Double.isNaN(score)) {
            args.fail(NOT_A_SCORE);
        }
        return score;
    }

    private static @Nullable Bytes member(Args args, int index) {
        Bytes text = args.at(index, new Bytes());
        int first = text.isEmpty() ? 0 : text.byteAt(0);
        if (first == '(' || first == '[') {
            return text.narrow(1, text.length() - 1);
        }
        if (text.length() != 1 || first != '-' && first != '+') {
            args.fail(NOT_A_BOUND);
        }
        return null;
    }

    /** Turns the bounds into ranks. */
    void find(SortedSetValue set) {
        long size = set.size();
        switch (by()) {
            case RANK -> {
                long first = Math.max(start < 0 ? size + start : start, 0);
                long last = Math.min(stop < 0 ? size + stop : stop, size - 1);
                from = reverse ? size - 1 - last : first;
                to = reverse ? size - first : last + 1;
            }
            case SCORE -> {
                from = set.countBelow(minScore, !minIncluded);
                to = set.countBelow(maxScore, maxIncluded);
            }
            case MEMBER -> {
                from = minMember != null ? set.countBelow(minMember, !minIncluded) : minIsHighest ? size : 0;
                to = maxMember != null ? set.countBelow(maxMember, maxIncluded) : maxIsLowest ? 0 : size;
            }
        }
        to = Math.max(from, to);
        if (by() != By.RANK) {
            cut(set.isSmall());
        }
    }

    /** Applies the limit. A negative offset counts from the end of a range in a large sorted set, and leaves nothing of others. */
    private void cut(boolean isSmall) {
        long count = to - from;
        long skipped = offset < 0 && !isSmall ? offset + count : offset;
        if (skipped < 0 || skipped >= count) {
            to = from;
            return;
        }
        long left = limit < 0 ? count - skipped : Math.min(limit, count - skipped);
        if (reverse) {
            to -= skipped;
            from = to - left;
        } else {
            from += skipped;
            to = from + left;
        }
    }

    /** The lowest rank. */
    long first() {
        return from;
    }

    long count() {
        return to - from;
    }

    /** The rank to begin with, in the direction of the range. */
    long start() {
        return reverse ? to - 1 : from;
    }
}
