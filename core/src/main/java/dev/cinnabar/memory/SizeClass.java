package dev.cinnabar.memory;

/**
 * The sizes in which {@link Memory} hands out blocks. Stateless.
 *
 * <p>Up to 256 bytes every multiple of 8 is a class (1 to 32, the class is the size in units of 8), then up to 512, the
 * longest that small collections lie in, every multiple of 16 (33 to 48); from there to 256 KB each doubling has eight (49
 * to 120), so that at most an eighth of a block is slack. What is larger is no class: such a block is a chunk of its own, in
 * whole pages but for what the C library needs of them.
 */
final class SizeClass {

    static final int PAGE_BITS = 12;
    static final int PAGE_BYTES = 1 << PAGE_BITS;
    /** What an arena and the C library add to what is allocated, at most; left out of pages that are taken from them. */
    static final int MALLOC_BYTES = 128;
    /** The largest block of a class. */
    static final int LARGEST_BYTES = 256 << 10;
    /** Classes count from 1; 0 is none. */
    static final int LAST = 120;

    private static final int FINE_BYTES = 256;
    private static final int FINE_CLASSES = FINE_BYTES / 8;
    private static final int MIDDLE_BYTES = 512;
    private static final int MIDDLE_CLASSES = FINE_CLASSES + (MIDDLE_BYTES - FINE_BYTES) / 16;
    private static final int MIDDLE_DOUBLING = 9;
    private static final int MAX_SHARED_PAGES = 16;

    private static final int[] BYTES = new int[LAST + 1];
    private static final byte[] FIRST_SPAN_PAGES = new byte[LAST + 1];
    private static final byte[] SPAN_PAGES = new byte[LAST + 1];

    static {
        for (int c = 1; c <= LAST; c++) {
            BYTES[c] = computeBytes(c);
            FIRST_SPAN_PAGES[c] = (byte) spanPages(BYTES[c], 1, 4);
            SPAN_PAGES[c] = (byte) spanPages(BYTES[c], BYTES[c] <= 2048 ? 8 : 1, 128);
        }
    }

    private SizeClass() {}

    private static int computeBytes(int sizeClass) {
        if (sizeClass <= FINE_CLASSES) {
            return sizeClass * 8;
        }
        if (sizeClass <= MIDDLE_CLASSES) {
            return FINE_BYTES + (sizeClass - FINE_CLASSES) * 16;
        }
        int beyond = sizeClass - MIDDLE_CLASSES - 1;
        return (9 + beyond % 8) << (MIDDLE_DOUBLING - 3 + beyond / 8);
    }

    /** The class of a request of 1 to {@link #LARGEST_BYTES}. */
    static int of(int bytes) {
        if (bytes <= FINE_BYTES) {
            return (bytes + 7) >>> 3;
        }
        if (bytes <= MIDDLE_BYTES) {
            return FINE_CLASSES + ((bytes - FINE_BYTES + 15) >>> 4);
        }
        int doubling = 31 - Integer.numberOfLeadingZeros(bytes - 1);
        return MIDDLE_CLASSES + (doubling - MIDDLE_DOUBLING) * 8 + ((bytes - 1) >>> (doubling - 3)) - 7;
    }

    /** Whether many blocks of a class fit into any part of a page. */
    static boolean isFine(int sizeClass) {
        return sizeClass <= MIDDLE_CLASSES;
    }

    /** The bytes of a block of a class. */
    static int bytes(int sizeClass) {
        return BYTES[sizeClass];
    }

    /** The pages of the only span of a class: few, since a small memory has many classes with few blocks. */
    static int firstSpanPages(int sizeClass) {
        return FIRST_SPAN_PAGES[sizeClass];
    }

    /** The pages of each further span of a class: enough that next to nothing is left over at its end. */
    static int spanPages(int sizeClass) {
        return SPAN_PAGES[sizeClass];
    }

    /** Whether blocks of a class fill so many pages but for a sixteenth. */
    static boolean fills(int sizeClass, int pages) {
        int bytes = pages * PAGE_BYTES;
        return bytes >= BYTES[sizeClass] && bytes % BYTES[sizeClass] * 16 <= bytes;
    }

    /** What a request really takes, of any size. */
    static long blockBytes(long bytes) {
        if (bytes <= FINE_BYTES) {
            return (bytes + 7) & -8;
        }
        if (bytes <= MIDDLE_BYTES) {
            return (bytes + 15) & -16;
        }
        if (bytes <= LARGEST_BYTES) {
            long step = 1L << (63 - 3 - Long.numberOfLeadingZeros(bytes - 1));
            return (bytes + step - 1) & -step;
        }
        return ((bytes + MALLOC_BYTES + PAGE_BYTES - 1) & -PAGE_BYTES) - MALLOC_BYTES;
    }

    /** The fewest pages that hold {@code minBlocks} and leave over at most a {@code wasteDivisor}th, or the thriftiest. */
    private static int spanPages(int blockBytes, int minBlocks, int wasteDivisor) {
        int fewest = (blockBytes * minBlocks + PAGE_BYTES - 1) / PAGE_BYTES;
        int best = fewest;
        for (int pages = fewest; pages <= MAX_SHARED_PAGES; pages++) {
            int waste = pages * PAGE_BYTES % blockBytes;
            if (waste * wasteDivisor <= pages * PAGE_BYTES) {
                return pages;
            }
            if (waste * best < best * PAGE_BYTES % blockBytes * pages) {
                best = pages;
            }
        }
        return best;
    }
}
