package dev.cinnabar.memory;

import java.util.Arrays;
import java.util.BitSet;

/**
 * Which pages of the chunks of a {@link Memory} are free. Owned by that Memory.
 *
 * <p>Four words of bits a chunk (at most 248 pages; page 0 holds the chunk's descriptors and is never free), and the
 * chunks by the logarithm of their longest free run. A run of pages is taken from the chunk whose longest run is the
 * tightest (to the power of two) and among these from the lowest: so long runs are kept for those who need them, and
 * chunks at the end tend to become empty and go back to the system.
 */
final class FreePages {

    /** The most that a chunk may have: so many descriptors fit into its first page. */
    static final int MAX_PAGES = (SizeClass.PAGE_BYTES - SizeClass.MALLOC_BYTES) / 16;

    private static final int WORDS = 4;
    private static final int NONE = WORDS * 64;

    private long[] bits = new long[4 * WORDS];
    private byte[] longest = new byte[4];
    private final BitSet[] byLongestLog2 = new BitSet[8];

    FreePages() {
        Arrays.setAll(byLongestLog2, i -> new BitSet());
    }

    /** A new chunk, all of its pages free but the first. */
    void add(int chunk, int pages) {
        if (chunk >= longest.length) {
            int capacity = Math.max(chunk + 1, longest.length * 2);
            longest = Arrays.copyOf(longest, capacity);
            bits = Arrays.copyOf(bits, capacity * WORDS);
        }
        mark(chunk, 1, pages - 1, true);
    }

    /** The chunk is gone: none of its pages is free. */
    void remove(int chunk) {
        Arrays.fill(bits, chunk * WORDS, (chunk + 1) * WORDS, 0);
        setLongest(chunk, 0);
    }

    /** A chunk with a run of {@code pages} free pages, or 0. */
    int find(int pages) {
        int log2 = log2(pages);
        BitSet tight = byLongestLog2[log2];
        for (int chunk = tight.nextSetBit(0); chunk >= 0; chunk = tight.nextSetBit(chunk + 1)) {
            if (longestRun(chunk) >= pages) {
                return chunk;
            }
        }
        while (++log2 < byLongestLog2.length) {
            int chunk = byLongestLog2[log2].nextSetBit(0);
            if (chunk >= 0) {
                return chunk;
            }
        }
        return 0;
    }

    /** Takes the first run of {@code pages} in a chunk that has one; its first page. */
    int take(int chunk, int pages) {
        int page = next(chunk, 0, true);
        for (int end = next(chunk, page, false); end - page < pages; end = next(chunk, page, false)) {
            page = next(chunk, end, true);
        }
        mark(chunk, page, pages, false);
        return page;
    }

    /** Gives a run back. */
    void give(int chunk, int page, int pages) {
        mark(chunk, page, pages, true);
    }

    boolean isFree(int chunk, int page) {
        return next(chunk, page, true) == page;
    }

    /** The length of the longest free run of a chunk. */
    int longestRun(int chunk) {
        return longest[chunk] & 0xff;
    }

    private void mark(int chunk, int page, int pages, boolean free) {
        for (int from = page, end = page + pages; from < end; ) {
            int until = Math.min(end, (from | 63) + 1);
            long mask = -1L >>> (64 - (until - from)) << from;
            int word = chunk * WORDS + (from >>> 6);
            bits[word] = free ? bits[word] | mask : bits[word] & ~mask;
            from = until;
        }
        setLongest(chunk, measureLongest(chunk));
    }

    /** The longest run as the bits have it. */
    int measureLongest(int chunk) {
        int max = 0;
        for (int page = next(chunk, 0, true); page < NONE; ) {
            int end = next(chunk, page, false);
            max = Math.max(max, end - page);
            page = end < NONE ? next(chunk, end, true) : NONE;
        }
        return max;
    }

    private void setLongest(int chunk, int pages) {
        int before = longestRun(chunk);
        if (before == pages) {
            return;
        }
        if (before > 0) {
            byLongestLog2[log2(before)].clear(chunk);
        }
        if (pages > 0) {
            byLongestLog2[log2(pages)].set(chunk);
        }
        longest[chunk] = (byte) pages;
    }

    /** The first page from {@code page} on that is free (or is not), or {@link #NONE}. */
    private int next(int chunk, int page, boolean free) {
        int word = page >>> 6;
        long flip = free ? 0 : -1;
        long rest = (bits[chunk * WORDS + word] ^ flip) & -1L << page;
        while (rest == 0) {
            if (++word == WORDS) {
                return NONE;
            }
            rest = bits[chunk * WORDS + word] ^ flip;
        }
        return (word << 6) + Long.numberOfTrailingZeros(rest);
    }

    private static int log2(int n) {
        return 31 - Integer.numberOfLeadingZeros(n);
    }
}
