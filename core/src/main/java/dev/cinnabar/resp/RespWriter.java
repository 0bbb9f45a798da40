package dev.cinnabar.resp;

import dev.cinnabar.memory.ByteQueue;
import dev.cinnabar.memory.Bytes;
import dev.cinnabar.memory.ChunkPool;
import dev.cinnabar.text.Numbers;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Replies as bytes of the protocol, gathered in an array and handed to a {@link Sink} when that is full or the batch is
 * over. Owned by one thread; one serves all connections of a loop, one after the other.
 */
public final class RespWriter implements Output {

    /** Takes the bytes written; it must take them all. */
    public interface Sink {
        void accept(byte[] bytes, int offset, int length);
    }

    private static final byte[] OK = ascii("+OK\r\n");
    private static final byte[] NIL_2 = ascii("$-1\r\n");
    private static final byte[] NIL_3 = ascii("_\r\n");
    private static final byte[] NIL_ARRAY_2 = ascii("*-1\r\n");

    private final Sink sink;
    private byte[] buffer;
    private final byte[] number = new byte[Numbers.MAX_DOUBLE_LENGTH];
    private int position;
    private int protocol = 2;
    private boolean abandoned;
    /** Muted or abandoned: what comes is not written. */
    private boolean silent;

    private long errors;
    private @Nullable RedisError lastError;
    private long drained;

    /*
     * While an array of unknown size is gathered: where it begins in the buffer. Nothing from there on can go to the sink
     * before its header, so when the buffer is full it grows; past MAX_GATHERED what it holds moves off the heap, where KEYS on
     * many millions of keys has room.
     */
    private int gathering = -1;
    private final ByteQueue overflow;

    private static final int MAX_GATHERED = 256 << 10;

    /** A writer; where arrays of unknown size get large, they wait in the pool's memory. */
    public RespWriter(int bufferBytes, ChunkPool pool, Sink sink) {
        this.buffer = new byte[Math.max(bufferBytes, MIN_BUFFER)];
        this.overflow = new ByteQueue(pool);
        this.sink = sink;
    }

    /** Room for the longest header or number. */
    private static final int MIN_BUFFER = 32;

    /** Turns to a client: what follows is for it, in its version of the protocol. */
    public void begin(int version) {
        abandoned = false;
        mute(false);
        protocol(version);
    }

    /** The client is gone, or cut off, perhaps in the middle of a reply: nothing more is written until {@link #begin}. */
    public void abandon() {
        abandoned = true;
        silent = true;
    }

    @Override
    public void protocol(int version) {
        this.protocol = version;
    }

    @Override
    public void mute(boolean muted) {
        silent = muted || abandoned;
    }

    @Override
    public boolean isWanted() {
        return !silent;
    }

    public int protocol() {
        return protocol;
    }

    /** Bytes written and not yet drained. */
    public int pending() {
        return position;
    }

    @Override
    public long errors() {
        return errors;
    }

    @Override
    public @Nullable RedisError lastError() {
        return lastError;
    }

    /** Hands all that was written to the sink. */
    public void drain() {
        if (position > 0) {
            int n = position;
            position = 0;
            drained += n;
            sink.accept(buffer, 0, n);
        }
    }

    @Override
    public long mark() {
        return drained + position;
    }

    /** Forgets what was written and not drained: its reader is gone. */
    public void discard() {
        position = 0;
        gathering = -1;
        mute(false);
        overflow.clear();
    }

    @Override
    public boolean rollback(long mark) {
        gathering = -1;
        overflow.clear();
        if (mark < drained) {
            return false;
        }
        position = (int) (mark - drained);
        return true;
    }

    private void ensure(int n) {
        if (buffer.length - position >= n) {
            return;
        }
        if (gathering < 0) {
            drain();
            if (buffer.length >= n) {
                return;
            }
        } else if (position - gathering > MAX_GATHERED) {
            overflow.append(buffer, gathering, position - gathering);
            position = gathering;
            if (buffer.length - position >= n) {
                return;
            }
        }
        buffer = Arrays.copyOf(buffer, Math.max(buffer.length * 2, position + n));
    }

    private void put(byte[] bytes) {
        if (silent) {
            return;
        }
        ensure(bytes.length);
        System.arraycopy(bytes, 0, buffer, position, bytes.length);
        position += bytes.length;
    }

    @Override
    public void encoded(byte[] bytes) {
        putAll(bytes);
    }

    /** Writes bytes of any number, in pieces. */
    private void putAll(byte[] bytes) {
        for (int done = 0; done < bytes.length; ) {
            int step = room(bytes.length - done);
            System.arraycopy(bytes, done, buffer, position, step);
            position += step;
            done += step;
        }
    }

    private void header(char mark, long n) {
        if (silent) {
            return;
        }
        ensure(24);
        byte[] b = buffer;
        int p = position;
        b[p++] = (byte) mark;
        if (n >= 0 && n < 10) {
            b[p++] = (byte) ('0' + n);
        } else {
            p = digits(n, b, p);
        }
        b[p++] = '\r';
        b[p++] = '\n';
        position = p;
    }

    private static int digits(long n, byte[] b, int p) {
        if (n < 0) {
            if (n == Long.MIN_VALUE) {
                byte[] min = ascii("-9223372036854775808");
                System.arraycopy(min, 0, b, p, min.length);
                return p + min.length;
            }
            b[p++] = '-';
            n = -n;
        }
        int size = digitCount(n);
        for (int i = p + size - 1; i >= p; i--) {
            b[i] = (byte) ('0' + n % 10);
            n /= 10;
        }
        return p + size;
    }

    /** How many decimal digits a number that is not negative has. */
    private static int digitCount(long n) {
        int size = 1;
        for (long limit = 10; n >= limit; limit *= 10) {
            size++;
            if (size == 19) {
                break;
            }
        }
        return size;
    }

    private void newline() {
        buffer[position++] = '\r';
        buffer[position++] = '\n';
    }

    @Override
    public boolean isResp3() {
        return protocol == 3;
    }

    @Override
    public void ok() {
        put(OK);
    }

    @Override
    public void simple(String text) {
        line('+', text);
    }

    private void line(char mark, String text) {
        if (silent) {
            return;
        }
        ensure(text.length() + 3);
        buffer[position++] = (byte) mark;
        for (int i = 0; i < text.length(); i++) {
            buffer[position++] = (byte) text.charAt(i);
        }
        newline();
    }

    @Override
    public void error(RedisError error) {
        errors++;
        lastError = error;
        if (silent) {
            return;
        }
        byte[] text = error.bytes();
        ensure(text.length + 3);
        buffer[position++] = '-';
        System.arraycopy(text, 0, buffer, position, text.length);
        position += text.length;
        newline();
    }

    @Override
    public void integer(long value) {
        header(':', value);
    }

    @Override
    public void bulk(Bytes value) {
        if (silent) {
            return;
        }
        int n = value.length();
        header('$', n);
        for (int done = 0; done < n; ) {
            int step = room(n - done);
            value.copyTo(done, buffer, position, step);
            position += step;
            done += step;
        }
        ensure(2);
        newline();
    }

    @Override
    public void bulk(byte[] value) {
        if (silent) {
            return;
        }
        header('$', value.length);
        putAll(value);
        ensure(2);
        newline();
    }

    @Override
    public void bulk(String value) {
        bulk(value.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public void bulk(MemorySegment segment, long offset, int length) {
        if (silent) {
            return;
        }
        header('$', length);
        for (int done = 0; done < length; ) {
            int step = room(length - done);
            MemorySegment.copy(segment, ValueLayout.JAVA_BYTE, offset + done, buffer, position, step);
            position += step;
            done += step;
        }
        ensure(2);
        newline();
    }

    /** How many of {@code n} bytes can be written now: makes room by draining where it can. */
    private int room(int n) {
        if (gathering >= 0) {
            int step = Math.min(n, MAX_GATHERED);
            ensure(step);
            return step;
        }
        if (position == buffer.length) {
            drain();
        }
        return Math.min(n, buffer.length - position);
    }

    @Override
    public void bulkInteger(long value) {
        if (silent) {
            return;
        }
        int size = value == Long.MIN_VALUE ? 20 : value < 0 ? 1 + digitCount(-value) : digitCount(value);
        header('$', size);
        ensure(24);
        position = digits(value, buffer, position);
        newline();
    }

    @Override
    public void nil() {
        put(protocol == 3 ? NIL_3 : NIL_2);
    }

    @Override
    public void nilArray() {
        put(protocol == 3 ? NIL_3 : NIL_ARRAY_2);
    }

    @Override
    public void bool(boolean value) {
        if (protocol == 3) {
            put(value ? TRUE : FALSE);
        } else {
            integer(value ? 1 : 0);
        }
    }

    private static final byte[] TRUE = ascii("#t\r\n");
    private static final byte[] FALSE = ascii("#f\r\n");

    @Override
    public void doubleValue(double value) {
        int n = Numbers.writeDouble(value, number, 0);
        if (silent) {
            return;
        }
        if (protocol == 3) {
            ensure(n + 3);
            buffer[position++] = ',';
        } else {
            header('$', n);
            ensure(n + 2);
        }
        System.arraycopy(number, 0, buffer, position, n);
        position += n;
        newline();
    }

    @Override
    public void doubleValue(String digits) {
        if (protocol == 3) {
            line(',', digits);
        } else {
            bulk(ascii(digits));
        }
    }

    @Override
    public void verbatim(String format, String text) {
        if (silent) {
            return;
        }
        if (protocol == 3) {
            byte[] bytes = (format + ":" + text).getBytes(StandardCharsets.UTF_8);
            header('=', bytes.length);
            putAll(bytes);
            ensure(2);
            newline();
        } else {
            bulk(text);
        }
    }

    @Override
    public void array(long n) {
        header('*', n);
    }

    @Override
    public void map(long n) {
        if (protocol == 3) {
            header('%', n);
        } else {
            header('*', n * 2);
        }
    }

    @Override
    public void set(long n) {
        header(protocol == 3 ? '~' : '*', n);
    }

    @Override
    public void push(long n) {
        header(protocol == 3 ? '>' : '*', n);
    }

    @Override
    public void beginArray() {
        if (gathering >= 0) {
            throw new IllegalStateException("already gathering an array");
        }
        gathering = position;
    }

    @Override
    public void endArray(long n) {
        insertHeader('*', n);
    }

    @Override
    public void endMap(long n) {
        insertHeader(protocol == 3 ? '%' : '*', protocol == 3 ? n : 2 * n);
    }

    @Override
    public void endSet(long n) {
        insertHeader(protocol == 3 ? '~' : '*', n);
    }

    private void insertHeader(char mark, long n) {
        int from = gathering;
        if (from < 0) {
            throw new IllegalStateException("no array begun");
        }
        if (!silent) {
            ensure(MIN_BUFFER);
            if (overflow.isEmpty()) {
                putBetween(from, mark, n);
            } else {
                putBeforeOverflow(from, mark, n);
            }
        }
        gathering = -1;
    }

    /** Writes a header in front of what stands in the buffer from {@code from} on. */
    private void putBetween(int from, char mark, long n) {
        int end = position;
        header(mark, n);
        int size = position - end;
        byte[] head = Arrays.copyOfRange(buffer, end, position);
        System.arraycopy(buffer, from, buffer, from + size, end - from);
        System.arraycopy(head, 0, buffer, from, size);
    }

    private void putBeforeOverflow(int from, char mark, long n) {
        overflow.append(buffer, from, position - from);
        position = from;
        gathering = -1;
        header(mark, n);
        try {
            overflow.writeTo(toBuffer);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The way back of what has overflowed: into the buffer, which is drained as it fills. */
    private final WritableByteChannel toBuffer = new WritableByteChannel() {
        @Override
        public int write(ByteBuffer bytes) {
            int n = bytes.remaining();
            while (bytes.hasRemaining()) {
                int step = room(bytes.remaining());
                bytes.get(buffer, position, step);
                position += step;
            }
            return n;
        }

        @Override
        public boolean isOpen() {
            return true;
        }

        @Override
        public void close() {}
    };

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }
}
