package dev.cinnabar.structures;

/** A set of numbers that are spread evenly already, such as hashes; on the heap. Not thread-safe. */
public final class LongSet {

    /** Open addressing; 0 is a hole. */
    private long[] slots = new long[16];

    private int size;
    private boolean hasZero;

    public boolean isEmpty() {
        return size == 0 && !hasZero;
    }

    public boolean contains(long n) {
        return n == 0 ? hasZero : slots[find(n)] == n;
    }

    /** Adds a number; false if it is there already. */
    public boolean add(long n) {
        if (n == 0) {
            boolean added = !hasZero;
            hasZero = true;
            return added;
        }
        int at = find(n);
        if (slots[at] == n) {
            return false;
        }
        slots[at] = n;
        if (++size > slots.length / 2) {
            grow();
        }
        return true;
    }

    private int find(long n) {
        int mask = slots.length - 1;
        int at = (int) n & mask;
        while (slots[at] != 0 && slots[at] != n) {
            at = at + 1 & mask;
        }
        return at;
    }

    private void grow() {
        long[] old = slots;
        slots = new long[2 * old.length];
        for (long n : old) {
            if (n != 0) {
                slots[find(n)] = n;
            }
        }
    }
}
