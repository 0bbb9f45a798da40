package dev.cinnabar.persistence;

import dev.cinnabar.memory.Bytes;
import dev.cinnabar.structures.Intset;
import dev.cinnabar.structures.Listpack;
import dev.cinnabar.structures.ListpackCheck;
import dev.cinnabar.text.Numbers;
import dev.cinnabar.values.Encoding;
import dev.cinnabar.values.Entry;
import dev.cinnabar.values.Limits;
import dev.cinnabar.values.ListValue;
import dev.cinnabar.values.Packed;
import java.lang.foreign.MemorySegment;

/**
 * Takes listpacks and intsets from outside over as values, where they are byte for byte what commands would have made; each
 * method returns false, and has built nothing, where one is not. Owned by one thread.
 */
final class RunAdoption {

    /** With limits as low as this, numbers too could be too long for a listpack. */
    private static final int MIN_TEXT_LIMIT = 24;

    private final Limits limits;
    private final ListpackCheck check = new ListpackCheck();
    private final Bytes member = new Bytes();
    private final Bytes before = new Bytes();
    private final Bytes text = new Bytes();
    private final Listpack other = new Listpack();
    private final Listpack third = new Listpack();

    RunAdoption(Limits limits) {
        this.limits = limits;
    }

    private boolean isUsable(Listpack pack, int width, int maxText) {
        return maxText >= MIN_TEXT_LIMIT && check.isCanonical(pack, maxText) && check.areDistinct(pack, width);
    }

    private static boolean install(ValueReader.Builder builder, int inlineKind, MemorySegment run, int length) {
        Entry entry = builder.build(Packed.kindFor(inlineKind, length), Packed.inlineLength(length));
        Packed.initialize(entry, length);
        MemorySegment.copy(run, 0, Packed.segment(entry), Packed.offset(entry), length);
        return true;
    }

    /** A listpack of fields and values. */
    boolean hash(ValueReader.Builder builder, Listpack pack, MemorySegment run) {
        return pack.count() / 2 <= limits.hashEntries
                && isUsable(pack, 2, limits.hashValueBytes)
                && install(builder, Encoding.HASH_LISTPACK, run, pack.bytes());
    }

    /** A listpack of members. */
    boolean set(ValueReader.Builder builder, Listpack pack, MemorySegment run) {
        return pack.count() <= limits.setListpackEntries
                && isUsable(pack, 1, limits.setValueBytes)
                && install(builder, Encoding.SET_LISTPACK, run, pack.bytes());
    }

    /** An intset, which is valid. */
    boolean intset(ValueReader.Builder builder, Intset set, MemorySegment run, int length) {
        return set.count() <= limits.setIntsetEntries && install(builder, Encoding.SET_INTSET, run, length);
    }

    /** A listpack of members and scores. */
    boolean sortedSet(ValueReader.Builder builder, Listpack pack, MemorySegment run) {
        return pack.count() / 2 <= limits.zsetEntries
                && isUsable(pack, 2, limits.zsetValueBytes)
                && isInOrder(pack, run)
                && install(builder, Encoding.ZSET_LISTPACK, run, pack.bytes());
    }

    private boolean isInOrder(Listpack pack, MemorySegment run) {
        other.at(run, 0);
        third.at(run, 0);
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
    boolean list(ValueReader.Builder builder, Listpack pack, MemorySegment run) {
        return ListValue.fits(limits, pack.bytes(), pack.count())
                && check.isCanonical(pack, Integer.MAX_VALUE)
                && install(builder, Encoding.LIST_LISTPACK, run, pack.bytes());
    }
}
