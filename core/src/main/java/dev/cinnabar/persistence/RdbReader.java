package dev.cinnabar.persistence;

import dev.cinnabar.memory.Buffer;
import dev.cinnabar.memory.BufferAccounting;
import dev.cinnabar.memory.Bytes;
import dev.cinnabar.text.Numbers;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * Reads what RDB files and dumps are made of, from bytes that may be anything: the opposite of {@link RdbWriter}. Owned by one
 * thread.
 *
 * <p>What a length says is believed only as far as bytes follow: memory is taken as they come.
 */
public final class RdbReader implements AutoCloseable {

    /** Where the bytes come from. What fails there is thrown as an {@link java.io.UncheckedIOException}. */
    @FunctionalInterface
    public interface Source {
        /** Reads one to {@code max} bytes and returns how many; -1 at the end. */
        int read(byte[] target, int offset, int max);
    }

    private static final VarHandle SHORT = MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle BIG_INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle BIG_LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    private static final int MIN_BUFFER = 32;

    /** Memory for longer strings is given back before the next. */
    private static final int KEPT_BYTES = 1 << 20;

    /** Strings of up to so many bytes are decompressed into an array. */
    private static final int ARRAY_BYTES = 64 << 10;

    private final Source source;
    private byte[] buffer;
    private MemorySegment bufferSegment;
    private final int maxString;
    private int next;
    private int limit;
    private int summed;
    private long passed;
    private long total;
    private long crc;

    /** Where in the buffer to go back to, or -1. */
    private int mark = -1;

    private boolean overrun;
    private boolean sums = true;

    /** Whether all bytes there are lie in the buffer. */
    private boolean isInPlace;

    private final Buffer content;
    private final Buffer expanded;

    /** For what is short when it is decompressed. */
    private byte[] expandedArray = {};

    private final Bytes view = new Bytes();
    private final Bytes part = new Bytes();
    private final byte[] digits = new byte[Numbers.MAX_LONG_LENGTH];

    /** Reads by so many bytes at a time; a string of more than {@code maxString} bytes is an error. */
    public RdbReader(Source source, int bufferBytes, int maxString, BufferAccounting accounting) {
        this.source = source;
        this.buffer = new byte[Math.max(bufferBytes, MIN_BUFFER)];
        this.bufferSegment = MemorySegment.ofArray(buffer);
        this.maxString = maxString;
        this.content = new Buffer(accounting, maxString);
        this.expanded = new Buffer(accounting, maxString);
    }

    /** Reads what {@link #turn} shows, where it lies, and sums nothing. */
    RdbReader(int maxString, BufferAccounting accounting) {
        this((target, offset, max) -> -1, 0, maxString, accounting);
        sums = false;
        isInPlace = true;
    }

    /** Turns to bytes that are all there, instead of a source's: strings in them are shown where they lie. */
    void turn(byte[] bytes, MemorySegment segment, int length) {
        buffer = bytes;
        bufferSegment = segment;
        next = 0;
        limit = length;
        passed = 0;
    }

    /** As {@link #string}; a copy if it is shown in a place that the next string may take. */
    void key(Bytes into, Buffer copy) throws RdbException {
        int at = next;
        int length = limit - next > 0 ? buffer[next] : -1;
        if (length >= 0 && length < RdbFormat.LENGTH_14 && isInPlace && length < limit - next) {
            next += 1 + length;
            into.set(buffer, at + 1, length);
            return;
        }
        copy.clear();
        copy.append(string());
        copy.view(into);
    }

    /** A source of bytes in memory, which are not to change meanwhile. */
    public static Source of(Bytes bytes) {
        int[] at = {0};
        return (target, offset, max) -> {
            int n = Math.min(max, bytes.length() - at[0]);
            if (n <= 0) {
                return -1;
            }
            bytes.copyTo(at[0], target, offset, n);
            at[0] += n;
            return n;
        };
    }

    /** How many bytes have been read. */
    public long position() {
        return passed + next;
    }

    /** The checksum of all bytes read so far. */
    public long crc() {
        if (next > summed && sums) {
            crc = Crc64.update(crc, buffer, summed, next - summed);
            summed = next;
        }
        return crc;
    }

    /** So many bytes at most come from the source: what {@link #atMost} may rely on. */
    void total(long bytes) {
        total = bytes;
    }

    /** {@code count}, or how many things of at least so many bytes each can follow, if that is less. */
    long atMost(long count, int bytesEach) {
        return Math.min(count, Math.max(limit - next, total - position()) / bytesEach);
    }

    /** From here on errors count bytes as if {@code position} had been read so far. */
    void position(long position) {
        passed = position - next;
    }

    // Looking ahead: what is read after a mark can be read again, as far as the buffer holds it.

    /** Remembers this place for {@link #back}. */
    void mark() {
        mark = next;
        overrun = false;
    }

    /** Forgets the mark. */
    void unmark() {
        mark = -1;
    }

    /** Goes back to the mark, and forgets it. */
    void back() {
        next = mark;
        mark = -1;
    }

    /** Whether reading has failed only because the buffer is too small for all since the mark. */
    boolean isOverrun() {
        return overrun;
    }

    /** How many bytes have been read since the mark. */
    int sinceMark() {
        return next - mark;
    }

    void copySinceMark(byte[] target, int offset) {
        System.arraycopy(buffer, mark, target, offset, next - mark);
    }

    /** Gives memory back. */
    @Override
    public void close() {
        content.close();
        expanded.close();
    }

    /** Whether no byte follows. */
    public boolean isAtEnd() throws RdbException {
        return next == limit && !fill();
    }

    private boolean fill() throws RdbException {
        crc();
        int from = mark < 0 ? next : mark;
        int left = limit - from;
        if (left == buffer.length) {
            overrun = true;
            throw corrupt("more bytes than can be looked at ahead");
        }
        System.arraycopy(buffer, from, buffer, 0, left);
        passed += from;
        next -= from;
        summed -= from;
        mark = Math.min(mark, 0);
        limit = left;
        int n = source.read(buffer, limit, buffer.length - limit);
        if (n <= 0) {
            return false;
        }
        limit += n;
        return true;
    }

    /** Steps over {@code n} bytes, at most {@value #MIN_BUFFER}, and says where in the buffer they begin. */
    private int take(int n) throws RdbException {
        while (limit - next < n) {
            if (!fill()) {
                throw new RdbException.EndException(passed + limit);
            }
        }
        int at = next;
        next += n;
        return at;
    }

    private RdbException corrupt(String what) {
        return new RdbException(what + " before byte " + position());
    }

    /** A byte, 0 to 255: a type, an operation code. */
    public int byteValue() throws RdbException {
        return buffer[take(1)] & 0xff;
    }

    /** Two bytes, lowest first, without a sign. */
    public int shortValue() throws RdbException {
        return (short) SHORT.get(buffer, take(2)) & 0xffff;
    }

    /** Four bytes, lowest first. */
    public int intValue() throws RdbException {
        return (int) INT.get(buffer, take(4));
    }

    /** Eight bytes, lowest first. */
    public long longValue() throws RdbException {
        return (long) LONG.get(buffer, take(8));
    }

    public double doubleValue() throws RdbException {
        return Double.longBitsToDouble(longValue());
    }

    /** A floating-point number as text, as old versions wrote scores. */
    public double doubleText() throws RdbException {
        int n = byteValue();
        return switch (n) {
            case RdbFormat.TEXT_NAN -> Double.NaN;
            case RdbFormat.TEXT_INFINITY -> Double.POSITIVE_INFINITY;
            case RdbFormat.TEXT_MINUS_INFINITY -> Double.NEGATIVE_INFINITY;
            default -> parse(read(n));
        };
    }

    private double parse(Bytes text) throws RdbException {
        double value = Numbers.parseDouble(text);
        if (Double.isNaN(value)) {
            throw corrupt("text that is no number");
        }
        return value;
    }

    /** A length or another number without a sign, of up to 64 bits. */
    public long length() throws RdbException {
        return length(byteValue());
    }

    private long length(int first) throws RdbException {
        if (first < RdbFormat.LENGTH_14) {
            return first;
        }
        if (first < RdbFormat.LENGTH_32) {
            return first - (long) RdbFormat.LENGTH_14 << 8 | byteValue();
        }
        return switch (first) {
            case RdbFormat.LENGTH_32 -> (int) BIG_INT.get(buffer, take(4)) & 0xffff_ffffL;
            case RdbFormat.LENGTH_64 -> (long) BIG_LONG.get(buffer, take(8));
            default -> throw corrupt("no length: " + Integer.toHexString(first));
        };
    }

    /** How many of something follow: a {@link #length} of 0 to {@code max}. */
    public int count(int max) throws RdbException {
        return bounded(length(), max);
    }

    private int bounded(long n, int max) throws RdbException {
        if (n < 0 || n > max) {
            throw corrupt("a length of " + Long.toUnsignedString(n));
        }
        return (int) n;
    }

    /** A string, whichever way it was written; seen until anything else is read. */
    public Bytes string() throws RdbException {
        int first = byteValue();
        return switch (first) {
            case RdbFormat.INT_8 -> spelt((byte) byteValue());
            case RdbFormat.INT_16 -> spelt((short) shortValue());
            case RdbFormat.INT_32 -> spelt(intValue());
            case RdbFormat.LZF -> decompressed();
            default -> read(bounded(length(first), maxString));
        };
    }

    private Bytes spelt(int number) {
        return view.set(digits, 0, Numbers.writeLong(number, digits, 0));
    }

    private Bytes decompressed() throws RdbException {
        int n = count(maxString);
        int length = count(maxString);
        if (length > (long) n * Lzf.MAX_EXPANSION) {
            throw corrupt("compressed bytes that are too few");
        }
        boolean isThere = n <= limit - next;
        if (isThere) {
            next += n;
        } else {
            read(n);
        }
        if (isThere && length <= ARRAY_BYTES) {
            if (expandedArray.length < length + Lzf.SPARE) {
                expandedArray = new byte[Math.max(length + Lzf.SPARE, Math.min(2 * length, ARRAY_BYTES + Lzf.SPARE))];
            }
            if (!Lzf.decompress(buffer, next - n, n, expandedArray, length)) {
                throw corrupt("compressed bytes that are not well-formed");
            }
            return view.set(expandedArray, 0, length);
        }
        clear(expanded);
        expanded.ensureFree(length);
        MemorySegment target = expanded.segment();
        MemorySegment source = isThere ? bufferSegment : content.segment();
        if (!Lzf.decompress(source, isThere ? next - n : 0, n, target, 0, length)) {
            throw corrupt("compressed bytes that are not well-formed");
        }
        return view.set(target, 0, length);
    }

    /** Bytes as they are: where they lie, if they are all there. */
    private Bytes read(int n) throws RdbException {
        if (n <= limit - next) {
            next += n;
            return view.set(buffer, next - n, n);
        }
        clear(content);
        int left = n;
        while (left > 0) {
            if (next == limit && !fill()) {
                throw new RdbException.EndException(passed + limit);
            }
            int some = Math.min(left, limit - next);
            content.append(part.set(buffer, next, some));
            next += some;
            left -= some;
        }
        return content.view(view);
    }

    private static void clear(Buffer buffer) {
        int length = buffer.length();
        buffer.clear();
        if (length > KEPT_BYTES || buffer.segment().byteSize() > KEPT_BYTES) {
            buffer.shrink();
        }
    }

    /** Expects these characters, as those with which a file begins. */
    public void expect(String ascii) throws RdbException {
        Bytes bytes = read(ascii.length());
        if (!bytes.contentEquals(ascii.getBytes(StandardCharsets.US_ASCII))) {
            throw corrupt("not \"" + ascii + "\"");
        }
    }

    /** Steps over a string. */
    void skipString() throws RdbException {
        int first = byteValue();
        switch (first) {
            case RdbFormat.INT_8 -> skip(1);
            case RdbFormat.INT_16 -> skip(2);
            case RdbFormat.INT_32 -> skip(4);
            case RdbFormat.LZF -> {
                int n = count(maxString);
                length();
                skip(n);
            }
            default -> skip(bounded(length(first), maxString));
        }
    }

    /** Steps over bytes. */
    public void skip(long n) throws RdbException {
        long left = n;
        while (left > 0) {
            if (next == limit && !fill()) {
                throw new RdbException.EndException(passed + limit);
            }
            int some = (int) Math.min(left, limit - next);
            next += some;
            left -= some;
        }
    }
}
