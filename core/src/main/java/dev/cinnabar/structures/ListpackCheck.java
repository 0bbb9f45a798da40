package dev.cinnabar.structures;

import dev.cinnabar.memory.Bytes;
import java.util.Arrays;

/**
 * What has to be known of a {@link Listpack#isValid valid} listpack from outside before it can take the place of one that was
 * made here. Owned by one thread; keeps no listpack.
 */
public final class ListpackCheck {

    /*
     * A search in a listpack compares a number with numbers and a text with texts. So each element must be of the form that
     * it would get here, the shortest one: then equal elements are equal bytes, and what is there twice is found by a table
     * of hashes in linear time.
     */

    private static final int MIN_SLOTS = 32;
    private static final long FACTOR = 0x9e3779b97f4a7c15L;

    private final Bytes view = new Bytes();

    /** Positions by hash, linearly probed. */
    private int[] slots = new int[MIN_SLOTS];

    /** Whether all elements have the form that adding them here would give them, and no text is longer than {@code maxText}. */
    public boolean isCanonical(Listpack pack, int maxText) {
        for (int p = pack.first(); p != 0; p = pack.next(p)) {
            if (!pack.isCanonical(p, maxText, view)) {
                return false;
            }
        }
        return true;
    }

    /** Whether no two of the first elements of groups of {@code width} are equal; the listpack is canonical. */
    public boolean areDistinct(Listpack pack, int width) {
        int bits = Math.max(
                Integer.numberOfTrailingZeros(MIN_SLOTS), 33 - Integer.numberOfLeadingZeros(pack.count() / width));
        int size = 1 << bits;
        if (slots.length < size) {
            slots = new int[size];
        } else {
            Arrays.fill(slots, 0, size, 0);
        }
        for (int p = pack.first(); p != 0; ) {
            int at = (int) (pack.mixAt(p) * FACTOR >>> 64 - bits);
            while (slots[at] != 0) {
                if (pack.isSame(p, slots[at])) {
                    return false;
                }
                at = at + 1 & size - 1;
            }
            slots[at] = p;
            for (int i = 0; i < width && p != 0; i++) {
                p = pack.next(p);
            }
        }
        return true;
    }
}
