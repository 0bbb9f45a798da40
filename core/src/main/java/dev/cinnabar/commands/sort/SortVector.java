package dev.cinnabar.commands.sort;

import dev.cinnabar.memory.Bytes;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Elements that are being sorted, with what they are sorted by. Owned by one call, which closes it. */
final class SortVector implements AutoCloseable {

    /*
     * All of it lies off the heap, which has no room for a list of millions:
     *
     *   items    0            8         12          16                  24     one for each element
     *            +------------+---------+-----------+-------------------+
     *            | where the  | its     | length of | a number; or      |
     *            | text lies  | length  | its key   | where the key lies|
     *            +------------+---------+-----------+-------------------+
     *   texts    one behind the other
     *   order    indices of items, sorted; and room for as many, to merge into
     *
     * Merging takes n log n comparisons at most and keeps the order of equals, and Redis' own choice of an algorithm cannot
     * be seen where two elements do differ.
     */

    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED;
    private static final ValueLayout.OfDouble DOUBLE = ValueLayout.JAVA_DOUBLE_UNALIGNED;

    private static final int TEXT = 0;
    private static final int TEXT_LENGTH = 8;
    private static final int KEY_LENGTH = 12;
    private static final int KEY = 16;
    private static final int ITEM_BYTES = 24;
    private static final int NONE = -1;

    /** What elements are compared by. */
    enum Order {
        /** Their numbers, and where those are equal their texts. */
        NUMBERS,
        /** Their texts. */
        TEXTS,
        /** Their keys alone, those without one first. */
        KEYS
    }

    private final Arena arena = Arena.ofConfined();
    private final MemorySegment items;
    private MemorySegment texts;
    private long textsEnd;
    private int size;
    private MemorySegment order;
    private MemorySegment spare;

    private final Bytes left = new Bytes();
    private final Bytes right = new Bytes();

    /** Room for so many elements. */
    SortVector(long capacity) {
        if (capacity > Integer.MAX_VALUE) {
            throw new IllegalArgumentException("too many elements to sort: " + capacity);
        }
        items = arena.allocate(Math.max(1, capacity * ITEM_BYTES));
        order = arena.allocate(Math.max(1, capacity * 4));
        spare = arena.allocate(Math.max(1, capacity * 4));
        texts = arena.allocate(Math.max(64, capacity * 16));
    }

    @Override
    public void close() {
        arena.close();
    }

    int size() {
        return size;
    }

    /** Adds an element, whose number is 0 and that has no key, behind the others. */
    void add(Bytes text) {
        long item = (long) size * ITEM_BYTES;
        items.set(LONG, item + TEXT, keep(text));
        items.set(INT, item + TEXT_LENGTH, text.length());
        items.set(INT, item + KEY_LENGTH, NONE);
        items.set(DOUBLE, item + KEY, 0);
        order.set(INT, 4L * size, size);
        size++;
    }

    private long keep(Bytes text) {
        long at = textsEnd;
        long end = Math.addExact(at, text.length());
        if (end > texts.byteSize()) {
            MemorySegment more = arena.allocate(Math.max(2 * texts.byteSize(), end));
            MemorySegment.copy(texts, 0, more, 0, textsEnd);
            texts = more;
        }
        text.copyTo(0, texts, at, text.length());
        textsEnd = end;
        return at;
    }

    /** Shows the text of the element that is at an index of the order. */
    Bytes text(int index, Bytes view) {
        long item = itemAt(index);
        return view.set(texts, items.get(LONG, item + TEXT), items.get(INT, item + TEXT_LENGTH));
    }

    void number(int index, double number) {
        items.set(DOUBLE, itemAt(index) + KEY, number);
    }

    void key(int index, @Nullable Bytes key) {
        if (key != null) {
            long item = itemAt(index);
            items.set(LONG, item + KEY, keep(key));
            items.set(INT, item + KEY_LENGTH, key.length());
        }
    }

    private long itemAt(int index) {
        Objects.checkIndex(index, size);
        return (long) order.get(INT, 4L * index) * ITEM_BYTES;
    }

    /** Puts the elements in order. */
    void sort(Order by, boolean descending) {
        for (long width = 1; width < size; width *= 2) {
            for (long from = 0; from < size; from += 2 * width) {
                merge(from, Math.min(from + width, size), Math.min(from + 2 * width, size), by, descending);
            }
            MemorySegment merged = spare;
            spare = order;
            order = merged;
        }
    }

    private void merge(long from, long middle, long to, Order by, boolean descending) {
        long a = from;
        long b = middle;
        for (long i = from; i < to; i++) {
            boolean takeLeft = b == to || a < middle && !isAfter(a, b, by, descending);
            spare.set(INT, 4 * i, order.get(INT, 4 * (takeLeft ? a++ : b++)));
        }
    }

    private boolean isAfter(long a, long b, Order by, boolean descending) {
        long first = (long) order.get(INT, 4 * a) * ITEM_BYTES;
        long second = (long) order.get(INT, 4 * b) * ITEM_BYTES;
        int comparison = switch (by) {
            case NUMBERS -> compareNumbers(first, second);
            case TEXTS -> compare(first, TEXT, TEXT_LENGTH, second);
            case KEYS -> compareKeys(first, second);
        };
        return descending ? comparison < 0 : comparison > 0;
    }

    private int compareNumbers(long first, long second) {
        double x = items.get(DOUBLE, first + KEY);
        double y = items.get(DOUBLE, second + KEY);
        if (x != y) {
            return x < y ? -1 : 1;
        }
        return compare(first, TEXT, TEXT_LENGTH, second);
    }

    private int compareKeys(long first, long second) {
        boolean hasFirst = items.get(INT, first + KEY_LENGTH) != NONE;
        boolean hasSecond = items.get(INT, second + KEY_LENGTH) != NONE;
        if (!hasFirst || !hasSecond) {
            return Boolean.compare(hasFirst, hasSecond);
        }
        return compare(first, KEY, KEY_LENGTH, second);
    }

    private int compare(long first, int place, int length, long second) {
        left.set(texts, items.get(LONG, first + place), items.get(INT, first + length));
        right.set(texts, items.get(LONG, second + place), items.get(INT, second + length));
        return left.compareTo(right);
    }
}
