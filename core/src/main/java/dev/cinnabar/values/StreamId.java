package dev.cinnabar.values;

import dev.cinnabar.memory.Bytes;
import dev.cinnabar.text.Numbers;

/**
 * The ID of a stream's entry: milliseconds and a sequence number, both of 64 bits without a sign. Mutable; owned by one
 * thread.
 */
public final class StreamId implements Comparable<StreamId> {

    /** The longest text of an ID. */
    public static final int MAX_TEXT = 2 * Numbers.MAX_LONG_LENGTH + 1;

    private static final long MAX = -1;

    private long millis;
    private long sequence;

    public StreamId() {}

    public StreamId(long millis, long sequence) {
        set(millis, sequence);
    }

    public StreamId set(long millis, long sequence) {
        this.millis = millis;
        this.sequence = sequence;
        return this;
    }

    public StreamId set(StreamId other) {
        return set(other.millis, other.sequence);
    }

    public StreamId setMin() {
        return set(0, 0);
    }

    public StreamId setMax() {
        return set(MAX, MAX);
    }

    public long millis() {
        return millis;
    }

    public long sequence() {
        return sequence;
    }

    public boolean isMin() {
        return (millis | sequence) == 0;
    }

    public boolean isMax() {
        return (millis & sequence) == MAX;
    }

    /** Goes to the ID behind; false for the last, which becomes the first. */
    public boolean increment() {
        if (++sequence == 0) {
            return ++millis != 0;
        }
        return true;
    }

    /** Goes to the ID in front; false for the first, which becomes the last. */
    public boolean decrement() {
        if (sequence-- == 0) {
            return millis-- != 0;
        }
        return true;
    }

    public static int compare(long millis, long sequence, long otherMillis, long otherSequence) {
        return millis == otherMillis
                ? Long.compareUnsigned(sequence, otherSequence)
                : Long.compareUnsigned(millis, otherMillis);
    }

    /** Compares with an ID given by its parts. */
    public int compareTo(long otherMillis, long otherSequence) {
        return compare(millis, sequence, otherMillis, otherSequence);
    }

    @Override
    public int compareTo(StreamId other) {
        return compareTo(other.millis, other.sequence);
    }

    /** Whether both are the same ID; an ID is mutable, so it is equal to itself alone. */
    public boolean isSame(StreamId other) {
        return millis == other.millis && sequence == other.sequence;
    }

    /**
     * Writes an ID as text, {@code <ms>-<sequence>}.
     *
     * @param target with room for {@link #MAX_TEXT} bytes
     * @return the length
     */
    public static int write(long millis, long sequence, byte[] target) {
        int end = writeUnsigned(millis, target, 0);
        target[end++] = '-';
        return writeUnsigned(sequence, target, end);
    }

    private static int writeUnsigned(long value, byte[] target, int offset) {
        if (value >= 0) {
            return Numbers.writeLong(value, target, offset);
        }
        long tenth = Long.divideUnsigned(value, 10);
        int end = Numbers.writeLong(tenth, target, offset);
        target[end] = (byte) ('0' + (value - 10 * tenth));
        return end + 1;
    }

    // Reading.

    /**
     * Reads {@code <ms>} or {@code <ms>-<sequence>}, with what Redis forgives: blanks, signs and zeros in front of what is
     * larger than a signed number or no canonical one, and whatever is behind a NUL.
     *
     * @param missing the sequence number where none is given
     * @return false if it is no ID; this one is then unchanged
     */
    public boolean read(Bytes text, long missing) {
        int length = textLength(text);
        if (length < 0) {
            return false;
        }
        int hyphen = hyphen(text, length);
        if (!isUnsigned(text, 0, hyphen)) {
            return false;
        }
        long ms = unsigned(text, 0, hyphen);
        if (hyphen == length) {
            set(ms, missing);
            return true;
        }
        if (!isUnsigned(text, hyphen + 1, length)) {
            return false;
        }
        set(ms, unsigned(text, hyphen + 1, length));
        return true;
    }

    /** Reads {@code <ms>-*}: the sequence number becomes 0. False, and unchanged, if it is something else. */
    public boolean readWithoutSequence(Bytes text) {
        int length = textLength(text);
        if (length < 0) {
            return false;
        }
        int hyphen = hyphen(text, length);
        if (hyphen + 2 != length || text.byteAt(hyphen + 1) != '*' || !isUnsigned(text, 0, hyphen)) {
            return false;
        }
        set(unsigned(text, 0, hyphen), 0);
        return true;
    }

    private static final int LONGEST_READ = 127;

    private static int textLength(Bytes text) {
        if (text.length() > LONGEST_READ) {
            return -1;
        }
        int nul = text.indexOf((byte) 0);
        return nul < 0 ? text.length() : nul;
    }

    private static int hyphen(Bytes text, int length) {
        int hyphen = text.indexOf((byte) '-');
        return hyphen < 0 || hyphen > length ? length : hyphen;
    }

    private static int digitsFrom(Bytes text, int from, int end) {
        int i = from;
        while (i < end && (text.byteAt(i) == ' ' || text.byteAt(i) >= '\t' && text.byteAt(i) <= '\r')) {
            i++;
        }
        if (i < end && (text.byteAt(i) == '+' || text.byteAt(i) == '-' && i > from)) {
            i++;
        }
        return i;
    }

    private static boolean isUnsigned(Bytes text, int from, int end) {
        int i = digitsFrom(text, from, end);
        if (i >= end) {
            return false;
        }
        long value = 0;
        for (; i < end; i++) {
            int digit = text.byteAt(i) - '0';
            if (digit < 0 || digit > 9 || Long.compareUnsigned(value, MAX_TENTH) > 0) {
                return false;
            }
            long next = 10 * value + digit;
            if (value == MAX_TENTH && digit > 5) {
                return false;
            }
            value = next;
        }
        return true;
    }

    /** 2^64 - 1 is ten times this and 5. */
    private static final long MAX_TENTH = 1844674407370955161L;

    private static long unsigned(Bytes text, int from, int end) {
        int i = digitsFrom(text, from, end);
        boolean minus = i > from && text.byteAt(i - 1) == '-';
        long value = 0;
        for (; i < end; i++) {
            value = 10 * value + (text.byteAt(i) - '0');
        }
        return minus ? -value : value;
    }

    @Override
    public String toString() {
        return Long.toUnsignedString(millis) + "-" + Long.toUnsignedString(sequence);
    }
}
