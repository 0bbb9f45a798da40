package dev.cinnabar.persistence;

import dev.cinnabar.memory.BufferAccounting;
import dev.cinnabar.memory.Bytes;
import dev.cinnabar.text.Numbers;
import dev.cinnabar.values.StreamId;
import java.nio.charset.StandardCharsets;

/** Writes commands as clients send them: {@link #command}, then so many words. Owned by one thread at a time. */
final class CommandWriter implements AutoCloseable {

    private final RdbWriter out;
    private final Bytes view = new Bytes();
    private final byte[] digits = new byte[Math.max(Numbers.MAX_DOUBLE_LENGTH, StreamId.MAX_TEXT)];
    private final byte[] count = new byte[Numbers.MAX_LONG_LENGTH];

    CommandWriter(RdbWriter.Sink sink, int bufferBytes, BufferAccounting accounting) {
        out = new RdbWriter(sink, bufferBytes, false, accounting).withoutChecksum();
    }

    /** Begins a command; its name is the first of its words. */
    CommandWriter command(int words, String name) {
        head('*', words);
        return word(name);
    }

    CommandWriter word(Bytes word) {
        head('$', word.length());
        out.bytes(word);
        return tail();
    }

    CommandWriter word(String word) {
        byte[] bytes = word.getBytes(StandardCharsets.UTF_8);
        head('$', bytes.length);
        out.bytes(view.set(bytes, 0, bytes.length));
        return tail();
    }

    CommandWriter word(long n) {
        return digits(Numbers.writeLong(n, digits, 0));
    }

    CommandWriter word(double n) {
        return digits(Numbers.writeDouble(n, digits, 0));
    }

    CommandWriter word(StreamId id) {
        return digits(StreamId.write(id.millis(), id.sequence(), digits));
    }

    private CommandWriter digits(int n) {
        head('$', n);
        out.bytes(view.set(digits, 0, n));
        return tail();
    }

    private void head(char kind, int n) {
        out.byteValue(kind);
        out.bytes(view.set(count, 0, Numbers.writeLong(n, count, 0)));
        tail();
    }

    private CommandWriter tail() {
        out.byteValue('\r');
        out.byteValue('\n');
        return this;
    }

    /** Begins a word of so many bytes, which come by {@link #raw}. */
    CommandWriter beginWord(int n) {
        head('$', n);
        return this;
    }

    void endWord() {
        tail();
    }

    /** Bytes that are commands, words, parts of these or annotations already. */
    void raw(Bytes bytes) {
        out.bytes(bytes);
    }

    /** Hands all bytes to the sink. */
    void flush() {
        out.flush();
    }

    @Override
    public void close() {
        out.close();
    }
}
