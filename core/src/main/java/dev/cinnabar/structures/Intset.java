package dev.cinnabar.structures;

import dev.cinnabar.memory.Memory;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * An intset: a small set of whole numbers, sorted, in one run of bytes, in Redis' format. A flyweight over bytes that
 * lie anywhere; not thread-safe, guarded by the owner of the bytes.
 *
 * <p>It allocates nothing: before {@link #add} the caller provides room for {@link #bytesWith} bytes and positions the
 * flyweight again if the set has moved.
 */
public final class Intset {

    /*
     *   0          4         8
     *   +----------+---------+---------+---------+----      little-endian; width is the bytes of a number, 2, 4 or 8,
     *   | width    | count   | number  | number  | ...      as many as the one that needs most; it never decreases
     *   +----------+---------+---------+---------+----
     *
     * An example, the set of -1 and 300:   02000000 02000000 ffff 2c01
     *
     * Searching is O(log n), adding and removing O(n): meant for some hundred numbers.
     */

    /** The bytes of an empty set. */
    public static final int EMPTY_BYTES = 8;

    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private static final VarHandle ARRAY_SHORT =
            MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle ARRAY_INT =
            MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle ARRAY_LONG =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private static final int COUNT = 4;
    private static final int NUMBERS = 8;

    private MemorySegment segment = MemorySegment.NULL;
    private long base;

    public Intset() {}

    /** Positions this flyweight at a set in a block. */
    public Intset at(Memory memory, long block, long offset) {
        return at(memory.segment(block), memory.offset(block) + offset);
    }

    public Intset at(MemorySegment segment, long offset) {
        this.segment = segment;
        this.base = offset;
        return this;
    }

    /** Writes an empty set here. */
    public Intset format() {
        segment.set(INT, base, 2);
        setCount(0);
        return this;
    }

    public int count() {
        return segment.get(INT, base + COUNT);
    }

    /** The bytes of the whole. */
    public int bytes() {
        return NUMBERS + count() * width();
    }

    /** The bytes of the whole after a number that is not in it is added. */
    public int bytesWith(long number) {
        return NUMBERS + (count() + 1) * Math.max(width(), widthOf(number));
    }

    /** The number of an index; indices follow the order of numbers. */
    public long get(int index) {
        return get(index, width());
    }

    /** The index of a number, or {@code -1 - index} of where it would be. */
    public int indexOf(long number) {
        int width = width();
        int low = 0;
        int high = count() - 1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            long other = get(middle, width);
            if (other < number) {
                low = middle + 1;
            } else if (other > number) {
                high = middle - 1;
            } else {
                return middle;
            }
        }
        return -1 - low;
    }

    public boolean contains(long number) {
        return indexOf(number) >= 0;
    }

    /** Adds a number; false if it is there already. */
    public boolean add(long number) {
        int found = indexOf(number);
        if (found >= 0) {
            return false;
        }
        int index = -1 - found;
        int count = count();
        int width = width();
        int newWidth = Math.max(width, widthOf(number));
        if (newWidth > width) {
            // From behind, so that nothing is overwritten before it is read; the new one is the first or the last.
            segment.set(INT, base, newWidth);
            int shift = index == 0 ? 1 : 0;
            for (int i = count - 1; i >= 0; i--) {
                put(i + shift, newWidth, get(i, width));
            }
        } else {
            long at = base + NUMBERS + (long) index * width;
            MemorySegment.copy(segment, at, segment, at + width, (long) (count - index) * width);
        }
        put(index, newWidth, number);
        setCount(count + 1);
        return true;
    }

    /** Removes a number; false if it is not there. */
    public boolean remove(long number) {
        int index = indexOf(number);
        if (index < 0) {
            return false;
        }
        removeAt(index);
        return true;
    }

    public void removeAt(int index) {
        int width = width();
        int count = count() - 1;
        long at = base + NUMBERS + (long) index * width;
        MemorySegment.copy(segment, at + width, segment, at, (long) (count - index) * width);
        setCount(count);
    }

    /** Whether bytes from outside are a set, of exactly this length. */
    public static boolean isValid(MemorySegment segment, long offset, int length) {
        if (length < EMPTY_BYTES) {
            return false;
        }
        Intset set = new Intset().at(segment, offset);
        int width = set.width();
        int count = set.count();
        boolean fits =
                (width == 2 || width == 4 || width == 8) && count >= 0 && NUMBERS + (long) count * width == length;
        for (int i = 1; fits && i < count; i++) {
            fits = set.get(i - 1, width) < set.get(i, width);
        }
        return fits;
    }

    /** As {@link #isValid(MemorySegment, long, int)}, of the first bytes of an array: several times as quick. */
    public static boolean isValid(byte[] bytes, int length) {
        if (length < EMPTY_BYTES || length > bytes.length) {
            return false;
        }
        int width = (int) ARRAY_INT.get(bytes, 0);
        int count = (int) ARRAY_INT.get(bytes, COUNT);
        boolean fits =
                (width == 2 || width == 4 || width == 8) && count >= 0 && NUMBERS + (long) count * width == length;
        long last = 0;
        for (int i = 0; fits && i < count; i++) {
            int at = NUMBERS + i * width;
            long number = switch (width) {
                case 2 -> (short) ARRAY_SHORT.get(bytes, at);
                case 4 -> (int) ARRAY_INT.get(bytes, at);
                default -> (long) ARRAY_LONG.get(bytes, at);
            };
            fits = i == 0 || last < number;
            last = number;
        }
        return fits;
    }

    private int width() {
        return segment.get(INT, base);
    }

    private static int widthOf(long number) {
        return number == (short) number ? 2 : number == (int) number ? 4 : 8;
    }

    private void setCount(int count) {
        segment.set(INT, base + COUNT, count);
    }

    private long get(int index, int width) {
        long at = base + NUMBERS + (long) index * width;
        return switch (width) {
            case 2 -> segment.get(SHORT, at);
            case 4 -> segment.get(INT, at);
            default -> segment.get(LONG, at);
        };
    }

    private void put(int index, int width, long number) {
        long at = base + NUMBERS + (long) index * width;
        switch (width) {
            case 2 -> segment.set(SHORT, at, (short) number);
            case 4 -> segment.set(INT, at, (int) number);
            default -> segment.set(LONG, at, number);
        }
    }
}
