package dev.cinnabar.persistence;

import dev.cinnabar.memory.Buffer;
import dev.cinnabar.memory.BufferAccounting;
import dev.cinnabar.memory.Bytes;
import dev.cinnabar.text.Numbers;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/**
 * Writes what RDB files and dumps are made of: bytes, lengths, strings and numbers, with the checksum of all so far. Owned by
 * one thread at a time. See {@link RdbFormat} for the picture.
 */
public final class RdbWriter implements AutoCloseable {

    /** Where the bytes go. What fails there is thrown as an {@link java.io.UncheckedIOException}. */
    @FunctionalInterface
    public interface Sink {
        void write(byte[] bytes, int offset, int length);

        /** The next bytes will be a string of so many bytes with its length in front, which someone may want to compress. */
        default void string(int length) {}
    }

    private static final VarHandle SHORT = MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle BIG_INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle BIG_LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    /** The most bytes that are written at once other than those of strings. */
    private static final int MAX_FIXED = 32;

    /** Decimal text of this length can be a number of 32 bits. */
    private static final int MAX_INT_LENGTH = 11;

    /** Longer strings are compressed into memory off the heap, which is given back after each. */
    private static final int SHORT_BYTES = 8 << 10;

    private final Sink sink;
    private final boolean compresses;
    private final byte[] buffer;
    private int length;
    private int summed;
    private boolean sums = true;

    /** Strings up to this length are pointed out to the sink. */
    private int mostPointedOut;

    private long flushed;
    private long crc;

    private @Nullable Lzf lzf;
    private final byte[] small;
    private final MemorySegment smallSegment;
    private final Buffer compressed;
    private final Bytes view = new Bytes();
    private final byte[] digits = new byte[Numbers.MAX_LONG_LENGTH];

    /** Writes to the sink whenever so many bytes have gathered; long strings that become shorter are compressed on demand. */
    public RdbWriter(Sink sink, int bufferBytes, boolean compresses, BufferAccounting accounting) {
        this.sink = sink;
        this.buffer = new byte[Math.max(bufferBytes, MAX_FIXED)];
        this.compresses = compresses;
        this.small = new byte[compresses ? SHORT_BYTES : 0];
        this.smallSegment = MemorySegment.ofArray(small);
        this.compressed = new Buffer(accounting, Integer.MAX_VALUE);
    }

    /** Leaves the checksum to someone else: {@link #crc} is meaningless. */
    public RdbWriter withoutChecksum() {
        sums = false;
        return this;
    }

    /** Leaves it to the sink to compress strings up to this length. */
    RdbWriter leavingCompression(int mostBytes) {
        mostPointedOut = mostBytes;
        return this;
    }

    /** How many bytes have been written. */
    public long position() {
        return flushed + length;
    }

    /** The checksum of all bytes so far. */
    public long crc() {
        if (sums) {
            crc = Crc64.update(crc, buffer, summed, length - summed);
        }
        summed = length;
        return crc;
    }

    /** Hands all bytes to the sink. */
    public void flush() {
        crc();
        if (length > 0) {
            sink.write(buffer, 0, length);
            flushed += length;
            length = 0;
            summed = 0;
        }
    }

    /** Gives memory back; what has not been flushed is lost. */
    @Override
    public void close() {
        compressed.close();
    }

    private int room() {
        if (buffer.length - length < MAX_FIXED) {
            flush();
        }
        return length;
    }

    /** A byte: a type, an operation code. */
    public void byteValue(int b) {
        buffer[room()] = (byte) b;
        length++;
    }

    /** Two bytes, lowest first. */
    public void shortValue(int n) {
        SHORT.set(buffer, room(), (short) n);
        length += 2;
    }

    /** Four bytes, lowest first: times in seconds. */
    public void intValue(int n) {
        INT.set(buffer, room(), n);
        length += 4;
    }

    /** Eight bytes, lowest first: times in milliseconds, checksums. */
    public void longValue(long n) {
        LONG.set(buffer, room(), n);
        length += 8;
    }

    /** A floating-point number as its eight bytes, lowest first. */
    public void doubleValue(double n) {
        longValue(Double.doubleToRawLongBits(n));
    }

    /** A length or another number without a sign, of up to 64 bits, in as few bytes as it takes. */
    public void length(long n) {
        int at = room();
        if (n >= 0 && n < 1 << 6) {
            buffer[at] = (byte) (RdbFormat.LENGTH_6 | (int) n);
            length++;
        } else if (n >= 0 && n < 1 << 14) {
            buffer[at] = (byte) (RdbFormat.LENGTH_14 | (int) n >>> 8);
            buffer[at + 1] = (byte) n;
            length += 2;
        } else if (n >>> 32 == 0) {
            buffer[at] = (byte) RdbFormat.LENGTH_32;
            BIG_INT.set(buffer, at + 1, (int) n);
            length += 5;
        } else {
            buffer[at] = (byte) RdbFormat.LENGTH_64;
            BIG_LONG.set(buffer, at + 1, n);
            length += 9;
        }
    }

    /** Bytes as they are, nothing in front. */
    public void bytes(Bytes bytes) {
        int at = 0;
        while (at < bytes.length()) {
            if (length == buffer.length) {
                flush();
            }
            int n = Math.min(bytes.length() - at, buffer.length - length);
            bytes.copyTo(at, buffer, length, n);
            length += n;
            at += n;
        }
    }

    /** A string, as a number or compressed where that is shorter. */
    public void string(Bytes bytes) {
        int n = bytes.length();
        if (n > 0 && n <= MAX_INT_LENGTH && Numbers.isLong(bytes)) {
            long number = Numbers.toLong(bytes);
            if (number == (int) number) {
                number((int) number);
                return;
            }
        }
        if (n <= RdbFormat.MAX_UNCOMPRESSED || !compresses || !compressed(bytes)) {
            if (n > RdbFormat.MAX_UNCOMPRESSED && n <= mostPointedOut) {
                flush();
                sink.string(n);
            }
            length(n);
            bytes(bytes);
        }
    }

    /** A string that is the decimal text of a number. */
    public void string(long number) {
        if (number == (int) number) {
            number((int) number);
            return;
        }
        int n = Numbers.writeLong(number, digits, 0);
        length(n);
        bytes(view.set(digits, 0, n));
    }

    private void number(int number) {
        int at = room();
        if (number == (byte) number) {
            buffer[at] = (byte) RdbFormat.INT_8;
            buffer[at + 1] = (byte) number;
            length += 2;
        } else if (number == (short) number) {
            buffer[at] = (byte) RdbFormat.INT_16;
            SHORT.set(buffer, at + 1, (short) number);
            length += 3;
        } else {
            buffer[at] = (byte) RdbFormat.INT_32;
            INT.set(buffer, at + 1, number);
            length += 5;
        }
    }

    /** Writes a string compressed; returns false, and writes nothing, where that saves too little. */
    private boolean compressed(Bytes bytes) {
        int max = bytes.length() - RdbFormat.MIN_SAVING;
        boolean isShort = max <= SHORT_BYTES;
        if (!isShort) {
            compressed.ensureFree(max);
        }
        MemorySegment target = isShort ? smallSegment : compressed.segment();
        int n = lzf().compress(bytes, target, 0, max);
        if (n > 0) {
            byteValue(RdbFormat.LZF);
            length(n);
            length(bytes.length());
            bytes(view.set(target, 0, n));
        }
        if (!isShort) {
            // Another thread may be the next one to write.
            compressed.shrink();
        }
        return n > 0;
    }

    /** Made when it is needed: it is of some size. */
    private Lzf lzf() {
        Lzf own = lzf;
        if (own == null) {
            own = new Lzf();
            lzf = own;
        }
        return own;
    }
}
