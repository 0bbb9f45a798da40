package dev.cinnabar;

import dev.cinnabar.memory.Bytes;
import dev.cinnabar.resp.Output;
import dev.cinnabar.resp.RedisError;
import dev.cinnabar.text.Numbers;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * The reply of GET and SET on the fast path: a bulk string is copied straight into the caller's memory, nothing is kept.
 * Owned by the thread that has its {@link Lane}.
 */
final class CopyOut implements Output {

    static final int NIL = -1;

    private byte @Nullable [] array;
    private MemorySegment segment = MemorySegment.NULL;
    private long offset;
    private long capacity;
    private long length;
    private final byte[] digits = new byte[Numbers.MAX_LONG_LENGTH];
    private long errors;
    private @Nullable RedisError error;

    void begin(byte[] array, int offset, int capacity) {
        this.array = array;
        begin(offset, capacity);
    }

    void begin(MemorySegment segment) {
        this.array = null;
        this.segment = segment;
        begin(0, segment.byteSize());
    }

    private void begin(long offset, long capacity) {
        this.offset = offset;
        this.capacity = capacity;
        this.length = NIL;
        this.error = null;
    }

    /** The length of the bulk string, or {@link #NIL}; throws the error that was answered. */
    int end() {
        array = null;
        segment = MemorySegment.NULL;
        RedisError answered = error;
        if (answered != null) {
            throw new RedisErrorException(answered.text());
        }
        return (int) length;
    }

    @Override
    public void bulk(Bytes value) {
        length = value.length();
        int n = (int) Math.min(length, capacity);
        byte[] target = array;
        if (target != null) {
            value.copyTo(0, target, (int) offset, n);
        } else {
            value.copyTo(0, segment, offset, n);
        }
    }

    @Override
    public void bulk(byte[] value) {
        put(value, value.length);
    }

    private void put(byte[] bytes, int size) {
        length = size;
        int n = (int) Math.min(length, capacity);
        byte[] target = array;
        if (target != null) {
            System.arraycopy(bytes, 0, target, (int) offset, n);
        } else {
            MemorySegment.copy(bytes, 0, segment, ValueLayout.JAVA_BYTE, offset, n);
        }
    }

    @Override
    public void bulk(String value) {
        bulk(value.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public void bulk(MemorySegment source, long from, int size) {
        length = size;
        long n = Math.min(length, capacity);
        byte[] target = array;
        if (target != null) {
            MemorySegment.copy(source, ValueLayout.JAVA_BYTE, from, target, (int) offset, (int) n);
        } else {
            MemorySegment.copy(source, from, segment, offset, n);
        }
    }

    @Override
    public void bulkInteger(long value) {
        put(digits, Numbers.writeLong(value, digits, 0));
    }

    @Override
    public void nil() {
        length = NIL;
    }

    @Override
    public void ok() {
        length = NIL;
    }

    @Override
    public void error(RedisError error) {
        errors++;
        this.error = error;
    }

    @Override
    public long errors() {
        return errors;
    }

    @Override
    public @Nullable RedisError lastError() {
        return error;
    }

    @Override
    public long mark() {
        return 0;
    }

    @Override
    public boolean rollback(long mark) {
        length = NIL;
        error = null;
        return true;
    }

    @Override
    public void protocol(int version) {
        // GET and SET answer alike in both.
    }

    @Override
    public void mute(boolean muted) {
        if (muted) {
            throw unexpected();
        }
    }

    @Override
    public boolean isWanted() {
        return true;
    }

    @Override
    public boolean isResp3() {
        return true;
    }

    // GET and SET answer nothing else.

    private static IllegalStateException unexpected() {
        return new IllegalStateException("no reply of GET or SET");
    }

    @Override
    public void simple(String text) {
        throw unexpected();
    }

    @Override
    public void integer(long value) {
        throw unexpected();
    }

    @Override
    public void nilArray() {
        throw unexpected();
    }

    @Override
    public void bool(boolean value) {
        throw unexpected();
    }

    @Override
    public void doubleValue(double value) {
        throw unexpected();
    }

    @Override
    public void doubleValue(String digits) {
        throw unexpected();
    }

    @Override
    public void verbatim(String format, String text) {
        throw unexpected();
    }

    @Override
    public void array(long n) {
        throw unexpected();
    }

    @Override
    public void map(long n) {
        throw unexpected();
    }

    @Override
    public void set(long n) {
        throw unexpected();
    }

    @Override
    public void push(long n) {
        throw unexpected();
    }

    @Override
    public void beginArray() {
        throw unexpected();
    }

    @Override
    public void endArray(long n) {
        throw unexpected();
    }

    @Override
    public void endMap(long n) {
        throw unexpected();
    }

    @Override
    public void endSet(long n) {
        throw unexpected();
    }
}
