package dev.cinnabar.persistence;

import dev.cinnabar.memory.Bytes;
import dev.cinnabar.structures.Listpack;
import dev.cinnabar.structures.ListpackCheck;
import dev.cinnabar.text.Numbers;
import dev.cinnabar.values.Encoding;
import dev.cinnabar.values.Entry;
import dev.cinnabar.values.Limits;
import dev.cinnabar.values.ListValue;
import dev.cinnabar.values.Packed;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * Takes listpacks and intsets from outside over as values, where they are byte for byte what commands would have made. {@link
 * #examine} looks at a listpack; of one that {@link #isUsable} the other methods make a value, or return false, and have built
 * nothing, where it is against the limits. Owned by one thread.
 */
final class RunAdoption {

    /** With limits as low as this, numbers too could be too long for a listpack. */
    private static final int MIN_TEXT_LIMIT = 24;

    private final Limits limits;
    private boolean usable;
    private final ListpackCheck check = new ListpackCheck();
    private final Bytes member = new Bytes();
    private final Bytes before = new Bytes();
    private final Bytes text = new Bytes();
    private final Listpack other = new Listpack();
    private final Listpack third = new Listpack();

    RunAdoption(Limits limits) {
        this.limits = limits;
    }

    /**
     * Looks at {@code length} bytes from outside, which lie in an array or, if that is null, elsewhere; returns whether they are a
     * listpack.
     *
     * @param width the first of so many elements may not be there twice in a usable one; 0 if all may
     * @param maxText no text in a usable one is longer
     */
    boolean examine(byte @Nullable [] array, MemorySegment run, int length, int width, int maxText) {
        boolean valid;
        if (array != null) {
            ListpackCheck.Verdict verdict = check.examine(array, length, width, maxText);
            valid = verdict != ListpackCheck.Verdict.INVALID;
            usable = verdict == ListpackCheck.Verdict.CANONICAL;
        } else {
            valid = Listpack.isValid(run, 0, length);
            Listpack pack = other.at(run, 0);
            usable = valid && check.isCanonical(pack, maxText) && (width == 0 || check.areDistinct(pack, width));
        }
        usable &= maxText >= MIN_TEXT_LIMIT;
        return valid;
    }

    /** Whether the listpack that was looked at last is as commands would have made it. */
    boolean isUsable() {
        return usable;
    }

    private static boolean install(ValueReader.Builder builder, int inlineKind, Bytes run) {
        int length = run.length();
        Entry entry = builder.build(Packed.kindFor(inlineKind, length), Packed.inlineLength(length));
        Packed.initialize(entry, length);
        run.copyTo(0, Packed.segment(entry), Packed.offset(entry), length);
        return true;
    }

    /** A listpack of fields and values. */
    boolean hash(ValueReader.Builder builder, Listpack pack, Bytes run) {
        return pack.count() / 2 <= limits.hashEntries && usable && install(builder, Encoding.HASH_LISTPACK, run);
    }

    /** A listpack of members. */
    boolean set(ValueReader.Builder builder, Listpack pack, Bytes run) {
        return pack.count() <= limits.setListpackEntries && usable && install(builder, Encoding.SET_LISTPACK, run);
    }

    /** An intset, which is valid. */
    boolean intset(ValueReader.Builder builder, int count, Bytes run) {
        return count <= limits.setIntsetEntries && install(builder, Encoding.SET_INTSET, run);
    }

    /** A listpack of members and scores. */
    boolean sortedSet(ValueReader.Builder builder, Listpack pack, MemorySegment segment, Bytes run) {
        other.at(segment, 0);
        third.at(segment, 0);
        return pack.count() / 2 <= limits.zsetEntries
                && usable
                && isInOrder(pack)
                && install(builder, Encoding.ZSET_LISTPACK, run);
    }

    private boolean isInOrder(Listpack pack) {
        int last = 0;
        double lastScore = 0;
        for (int p = pack.first(); p != 0; ) {
            int s = pack.next(p);
            double score = pack.isNumber(s) ? pack.number(s) : Numbers.parseDouble(third.get(s, text));
            boolean isBehind = last == 0
                    || score > lastScore
                    || score == lastScore && pack.get(p, member).compareTo(other.get(last, before)) > 0;
            if (Double.isNaN(score) || !isBehind) {
                return false;
            }
            last = p;
            lastScore = score;
            p = pack.next(s);
        }
        return true;
    }

    /** A listpack of all elements of a list. */
    boolean list(ValueReader.Builder builder, Listpack pack, Bytes run) {
        return ListValue.fits(limits, pack.bytes(), pack.count())
                && usable
                && install(builder, Encoding.LIST_LISTPACK, run);
    }
}
