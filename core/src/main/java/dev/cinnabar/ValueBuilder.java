package dev.cinnabar;

import dev.cinnabar.memory.Bytes;
import dev.cinnabar.resp.Output;
import dev.cinnabar.resp.RedisError;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Makes {@link RespValue}s of what commands answer. Owned by the thread that has its {@link Lane}.
 *
 * <p>What is answered is noted as it comes, arrays as a note of how many values follow; the tree is made when all is there.
 * So a command that fails halfway is taken back by forgetting its notes.
 */
final class ValueBuilder implements Output {

    private enum Kind {
        ARRAY,
        MAP,
        SET,
        PUSH
    }

    /** So many values follow. */
    private record Header(Kind kind, int size) {}

    private static final RespValue NIL = new RespValue.Nil();
    private static final RespValue OK = new RespValue.SimpleString("OK");

    private final List<Object> notes = new ArrayList<>();
    private int next;
    private int gathering = -1;
    private int protocol = 3;
    private boolean muted;
    private long errors;
    private @Nullable RedisError lastError;

    /** What was answered, or null if there was no answer; forgets it. */
    @Nullable
    RespValue take() {
        try {
            next = 0;
            RespValue value = notes.isEmpty() ? null : read();
            if (next != notes.size()) {
                throw new IllegalStateException("more than one reply: " + notes);
            }
            return value;
        } finally {
            notes.clear();
        }
    }

    private RespValue read() {
        Object note = notes.get(next++);
        if (note instanceof RespValue value) {
            return value;
        }
        Header header = (Header) note;
        if (header.kind == Kind.MAP) {
            List<Map.Entry<RespValue, RespValue>> entries = new ArrayList<>(header.size);
            for (int i = 0; i < header.size; i++) {
                RespValue key = read();
                entries.add(Map.entry(key, read()));
            }
            return new RespValue.MapReply(entries);
        }
        List<RespValue> values = new ArrayList<>(header.size);
        for (int i = 0; i < header.size; i++) {
            values.add(read());
        }
        return switch (header.kind) {
            case ARRAY -> new RespValue.Array(values);
            case SET -> new RespValue.SetReply(values);
            case PUSH -> new RespValue.Push(values);
            case MAP -> throw new AssertionError(header);
        };
    }

    private void note(Object note) {
        if (!muted) {
            notes.add(note);
        }
    }

    private void header(Kind kind, long n) {
        // In version 2 there are arrays alone.
        if (protocol == 3 || kind == Kind.ARRAY) {
            note(new Header(kind, Math.toIntExact(n)));
        } else {
            note(new Header(Kind.ARRAY, Math.toIntExact(kind == Kind.MAP ? 2 * n : n)));
        }
    }

    // What the frame needs.

    @Override
    public long errors() {
        return errors;
    }

    @Override
    public @Nullable RedisError lastError() {
        return lastError;
    }

    @Override
    public long mark() {
        return notes.size();
    }

    @Override
    public boolean rollback(long mark) {
        notes.subList((int) mark, notes.size()).clear();
        gathering = -1;
        return true;
    }

    @Override
    public void protocol(int version) {
        protocol = version;
    }

    @Override
    public void mute(boolean muted) {
        this.muted = muted;
    }

    // Values.

    @Override
    public boolean isWanted() {
        return !muted;
    }

    @Override
    public boolean isResp3() {
        return protocol == 3;
    }

    @Override
    public void ok() {
        note(OK);
    }

    @Override
    public void simple(String text) {
        note(new RespValue.SimpleString(text));
    }

    @Override
    public void error(RedisError error) {
        errors++;
        lastError = error;
        note(new RespValue.ErrorReply(error.text()));
    }

    @Override
    public void integer(long value) {
        note(new RespValue.Int(value));
    }

    @Override
    public void bulk(Bytes value) {
        if (!muted) {
            note(new RespValue.BulkString(value.toByteArray()));
        }
    }

    @Override
    public void bulk(byte[] value) {
        if (!muted) {
            note(new RespValue.BulkString(value.clone()));
        }
    }

    @Override
    public void bulk(String value) {
        note(new RespValue.BulkString(value.getBytes(StandardCharsets.UTF_8)));
    }

    @Override
    public void bulk(MemorySegment segment, long offset, int length) {
        byte[] copy = new byte[length];
        MemorySegment.copy(segment, ValueLayout.JAVA_BYTE, offset, copy, 0, length);
        note(new RespValue.BulkString(copy));
    }

    @Override
    public void bulkInteger(long value) {
        bulk(Long.toString(value));
    }

    @Override
    public void nil() {
        note(NIL);
    }

    @Override
    public void nilArray() {
        note(NIL);
    }

    @Override
    public void bool(boolean value) {
        note(protocol == 3 ? new RespValue.Bool(value) : new RespValue.Int(value ? 1 : 0));
    }

    @Override
    public void doubleValue(double value) {
        if (protocol == 3) {
            note(new RespValue.DoubleReply(value));
        } else {
            bulk(dev.cinnabar.text.Numbers.format(value));
        }
    }

    @Override
    public void doubleValue(String digits) {
        if (protocol == 3) {
            note(new RespValue.DoubleReply(Double.parseDouble(digits)));
        } else {
            bulk(digits);
        }
    }

    @Override
    public void verbatim(String format, String text) {
        if (protocol == 3) {
            note(new RespValue.Verbatim(format, text));
        } else {
            bulk(text);
        }
    }

    @Override
    public void array(long n) {
        header(Kind.ARRAY, n);
    }

    @Override
    public void map(long n) {
        header(Kind.MAP, n);
    }

    @Override
    public void set(long n) {
        header(Kind.SET, n);
    }

    @Override
    public void push(long n) {
        header(Kind.PUSH, n);
    }

    @Override
    public void beginArray() {
        if (gathering >= 0) {
            throw new IllegalStateException("already gathering an array");
        }
        gathering = notes.size();
    }

    @Override
    public void endArray(long n) {
        insert(Kind.ARRAY, n);
    }

    @Override
    public void endMap(long n) {
        insert(Kind.MAP, n);
    }

    @Override
    public void endSet(long n) {
        insert(Kind.SET, n);
    }

    private void insert(Kind kind, long n) {
        if (gathering < 0) {
            throw new IllegalStateException("no array begun");
        }
        if (!muted) {
            header(kind, n);
            notes.add(gathering, notes.removeLast());
        }
        gathering = -1;
    }
}
