package dev.cinnabar.memory;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A view of bytes that lie somewhere else: in an array on the heap (the usual request) or in a native segment (a request
 * too large for a loop's buffer, a block of {@link Memory}). Reusable and mutable: owned by one thread, never kept.
 *
 * <p>Indices are relative to the view; multi-byte values are little-endian. Reads are bounds-checked by what lies below.
 */
public final class Bytes implements Comparable<Bytes> {

    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt NATIVE_INT =
            ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong NATIVE_LONG =
            ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final byte[] NOTHING = {};

    private byte @Nullable [] array = NOTHING;
    private MemorySegment segment = MemorySegment.NULL;
    private long offset;
    private int length;

    public Bytes() {}

    /** A view of a whole array. */
    public static Bytes of(byte[] array) {
        return new Bytes().set(array, 0, array.length);
    }

    /** A view of the UTF-8 bytes of a text. */
    public static Bytes of(String text) {
        return of(text.getBytes(StandardCharsets.UTF_8));
    }

    public Bytes set(byte[] array, int offset, int length) {
        this.array = array;
        this.offset = offset;
        this.length = length;
        return this;
    }

    public Bytes set(MemorySegment segment, long offset, int length) {
        this.array = null;
        this.segment = segment;
        this.offset = offset;
        this.length = length;
        return this;
    }

    /** Narrows the view to {@code length} of its bytes, from {@code from} on. */
    public Bytes narrow(int from, int length) {
        Objects.checkFromIndexSize(from, length, this.length);
        this.offset += from;
        this.length = length;
        return this;
    }

    public int length() {
        return length;
    }

    public boolean isEmpty() {
        return length == 0;
    }

    public byte byteAt(int index) {
        byte[] a = array;
        return a != null ? a[(int) offset + index] : segment.get(ValueLayout.JAVA_BYTE, offset + index);
    }

    /** The eight bytes from {@code index} on, little-endian. */
    public long longAt(int index) {
        byte[] a = array;
        return a != null ? (long) LONG.get(a, (int) offset + index) : segment.get(NATIVE_LONG, offset + index);
    }

    private int intAt(int index) {
        byte[] a = array;
        return a != null ? (int) INT.get(a, (int) offset + index) : segment.get(NATIVE_INT, offset + index);
    }

    /** The last {@code n < 8} bytes from {@code index} on as the low bytes of a little-endian number. */
    public long tailAt(int index, int n) {
        if (index + n >= 8) {
            return n == 0 ? 0 : longAt(index + n - 8) >>> (64 - 8 * n);
        }
        long tail = 0;
        for (int i = n - 1; i >= 0; i--) {
            tail = tail << 8 | (byteAt(index + i) & 0xff);
        }
        return tail;
    }

    /** Eight bytes, letters of ASCII in lower case. */
    public static long lowerCase(long word) {
        // In each byte: bit 7 is set by the first sum from 'A' on, by the second beyond 'Z'.
        long low = word & 0x7f7f7f7f7f7f7f7fL;
        long fromA = low + (0x80 - 'A') * 0x0101010101010101L;
        long beyondZ = low + (0x7f - 'Z') * 0x0101010101010101L;
        return word | (fromA & ~beyondZ & ~word & 0x8080808080808080L) >>> 2;
    }

    /** Up to so many bytes are copied eight at a time, without the checks and choices of a general copy. */
    private static final int SHORT_COPY = 64;

    public void copyTo(int from, byte[] target, int targetOffset, int n) {
        byte[] a = array;
        if (n >= 8 && n <= SHORT_COPY) {
            for (int i = 0; i < n - 8; i += 8) {
                LONG.set(target, targetOffset + i, longAt(from + i));
            }
            LONG.set(target, targetOffset + n - 8, longAt(from + n - 8));
        } else if (a != null) {
            System.arraycopy(a, (int) offset + from, target, targetOffset, n);
        } else {
            MemorySegment.copy(segment, ValueLayout.JAVA_BYTE, offset + from, target, targetOffset, n);
        }
    }

    public void copyTo(int from, MemorySegment target, long targetOffset, int n) {
        byte[] a = array;
        if (a != null && n >= 8 && n <= SHORT_COPY) {
            for (int i = 0; i < n - 8; i += 8) {
                target.set(NATIVE_LONG, targetOffset + i, longAt(from + i));
            }
            target.set(NATIVE_LONG, targetOffset + n - 8, longAt(from + n - 8));
        } else if (a != null) {
            MemorySegment.copy(a, (int) offset + from, target, ValueLayout.JAVA_BYTE, targetOffset, n);
        } else {
            MemorySegment.copy(segment, offset + from, target, targetOffset, n);
        }
    }

    public byte[] toByteArray() {
        byte[] copy = new byte[length];
        copyTo(0, copy, 0, length);
        return copy;
    }

    public boolean contentEquals(byte[] other) {
        if (other.length != length) {
            return false;
        }
        byte[] a = array;
        if (a != null) {
            return Arrays.equals(a, (int) offset, (int) offset + length, other, 0, length);
        }
        return MemorySegment.mismatch(segment, offset, offset + length, MemorySegment.ofArray(other), 0, length) < 0;
    }

    public boolean contentEquals(Bytes other) {
        int n = length;
        if (other.length != n) {
            return false;
        }
        if (n >= 8) {
            for (int i = 0; i < n - 8; i += 8) {
                if (longAt(i) != other.longAt(i)) {
                    return false;
                }
            }
            return longAt(n - 8) == other.longAt(n - 8);
        }
        if (n >= 4) {
            return intAt(0) == other.intAt(0) && intAt(n - 4) == other.intAt(n - 4);
        }
        return tailAt(0, n) == other.tailAt(0, n);
    }

    /**
     * The order of the bytes as unsigned numbers, a prefix before what it begins. Views are equal by identity, as mutable
     * things are, so 0 does not mean {@link #equals} but {@link #contentEquals(Bytes)}.
     */
    @Override
    public int compareTo(Bytes other) {
        int n = Math.min(length, other.length);
        int i = 0;
        for (; i + 8 <= n; i += 8) {
            long a = longAt(i);
            long b = other.longAt(i);
            if (a != b) {
                return Long.compareUnsigned(Long.reverseBytes(a), Long.reverseBytes(b));
            }
        }
        for (; i < n; i++) {
            int difference = (byteAt(i) & 0xff) - (other.byteAt(i) & 0xff);
            if (difference != 0) {
                return difference;
            }
        }
        return length - other.length;
    }

    /** The first index of a byte, or -1. */
    public int indexOf(byte b) {
        return indexOf(b, 0);
    }

    /** The first index of a byte from {@code from} on, or -1. */
    public int indexOf(byte b, int from) {
        long pattern = (b & 0xffL) * 0x0101010101010101L;
        int i = from;
        for (; i + 8 <= length; i += 8) {
            // The lowest of the high bits set marks the first zero byte, which is the first one that equals b.
            long different = longAt(i) ^ pattern;
            long zeros = different - 0x0101010101010101L & ~different & 0x8080808080808080L;
            if (zeros != 0) {
                return i + (Long.numberOfTrailingZeros(zeros) >>> 3);
            }
        }
        for (; i < length; i++) {
            if (byteAt(i) == b) {
                return i;
            }
        }
        return -1;
    }

    /** Whether this is {@code lowerCase} (ASCII, in lower case) in any case. */
    public boolean equalsIgnoreCase(String lowerCase) {
        if (lowerCase.length() != length) {
            return false;
        }
        for (int i = 0; i < length; i++) {
            int b = byteAt(i);
            if (b >= 'A' && b <= 'Z') {
                b |= 0x20;
            }
            if (b != lowerCase.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    /** Whether the {@code length()} bytes at {@code blockOffset} of a block are these. */
    public boolean equalsBlock(Memory memory, long address, long blockOffset) {
        MemorySegment block = memory.segment(address);
        long at = memory.offset(address) + blockOffset;
        int n = length;
        if (n >= 8) {
            for (int i = 0; i < n - 8; i += 8) {
                if (longAt(i) != block.get(NATIVE_LONG, at + i)) {
                    return false;
                }
            }
            return longAt(n - 8) == block.get(NATIVE_LONG, at + n - 8);
        }
        if (n >= 4) {
            return intAt(0) == block.get(NATIVE_INT, at) && intAt(n - 4) == block.get(NATIVE_INT, at + n - 4);
        }
        for (int i = 0; i < n; i++) {
            if (byteAt(i) != block.get(ValueLayout.JAVA_BYTE, at + i)) {
                return false;
            }
        }
        return true;
    }

    /** Bytes of one's own as the key of a map, with a hash that the caller computes. Immutable if the array is not changed. */
    public static final class Key {
        private final byte[] bytes;
        private final int hash;

        public Key(byte[] bytes, long hash) {
            this.bytes = bytes;
            this.hash = Long.hashCode(hash);
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Key key && Arrays.equals(bytes, key.bytes);
        }

        @Override
        public int hashCode() {
            return hash;
        }
    }

    /** A copy of the first bytes, at most so many. */
    public byte[] head(int limit) {
        byte[] bytes = new byte[Math.min(length(), limit)];
        copyTo(0, bytes, 0, bytes.length);
        return bytes;
    }

    /** The bytes up to a NUL and at most so many, one char each: how Redis shows in an error what a client sent. */
    public String shown(int limit) {
        byte[] bytes = head(limit);
        int length = 0;
        while (length < bytes.length && bytes[length] != 0) {
            length++;
        }
        return new String(bytes, 0, length, StandardCharsets.ISO_8859_1);
    }

    /** The bytes as text: UTF-8, malformed parts replaced. For logs, names and errors, not for data. */
    @Override
    public String toString() {
        return new String(toByteArray(), StandardCharsets.UTF_8);
    }
}
