package dev.cinnabar.resp;

import dev.cinnabar.memory.Bytes;
import dev.cinnabar.text.ArgumentSplitter;
import java.util.List;

/**
 * Finds requests in received bytes: arrays of bulk strings, or inline commands. Owned by one thread.
 *
 * <p>It reads from a window of bytes and can stop anywhere: {@link #decode} says {@code false} when the request is not
 * complete, and goes on where it was at the next call, as long as the bytes from {@link #start} on are still there, at the
 * same place in the window. {@link #rewind} makes it begin the request anew.
 */
public final class RequestDecoder {

    /** The longest inline command, or header line of an array or bulk string, in bytes. */
    private static final int MAX_LINE = 64 * 1024;

    private static final int MAX_UNAUTHENTICATED_ARGS = 10;
    private static final int MAX_UNAUTHENTICATED_BULK = 16 * 1024;

    private enum State {
        START,
        ARGUMENT_HEADER,
        ARGUMENT
    }

    private State state = State.START;
    private int start;
    private int position;
    private int remaining;
    private int bulkLength;
    private long maxBulkLength = 512L << 20;
    private boolean authenticated = true;

    public RequestDecoder() {}

    /** The limits for what follows: the longest argument in bytes, and whether the client has shown who it is. */
    public void limits(long maxBulkLength, boolean authenticated) {
        this.maxBulkLength = maxBulkLength;
        this.authenticated = authenticated;
    }

    /** Begins a new window; the next request begins at {@code position}. */
    public void reset(int position) {
        this.position = position;
        rewind(position);
    }

    /** Takes the request in progress from its beginning, which now lies at {@code position}. */
    public void rewind(int position) {
        this.state = State.START;
        this.start = position;
        this.position = position;
    }

    /** Where the request in progress, or the next one, begins. */
    public int start() {
        return start;
    }

    /** The least end of the window with which the request in progress could be complete, as far as is known now. */
    public long needed() {
        return state == State.ARGUMENT ? (long) position + bulkLength + 2 : position + 1L;
    }

    /**
     * Decodes the next request from {@code window[.., end)} into {@code request}, whose source the caller has set.
     *
     * @return whether there was a whole one. It may be empty (count 0): then there is nothing to run.
     * @throws ProtocolException if this can be no request; the connection is then of no more use
     */
    public boolean decode(Bytes window, int end, Request request) throws ProtocolException {
        if (state == State.START) {
            if (position >= end) {
                return false;
            }
            start = position;
            if (window.byteAt(position) != '*') {
                return inline(window, end, request);
            }
            if (!arrayHeader(window, end)) {
                return false;
            }
        }
        while (remaining > 0) {
            if (state == State.ARGUMENT_HEADER && !argumentHeader(window, end)) {
                return false;
            }
            if (end - position < bulkLength + 2L) {
                return false;
            }
            request.add(position, bulkLength);
            position += bulkLength + 2;
            remaining--;
            state = State.ARGUMENT_HEADER;
        }
        state = State.START;
        start = position;
        return true;
    }

    /*
     * Nearly all headers are '*' or '$', one or two digits, and the line's end. Those are told from one word of eight bytes;
     * whatever looks different goes the long way.
     */

    private static final int CR_LF = '\r' | '\n' << 8;

    /** The number of a short header of this mark at {@code position}, and moves behind it; or -1, and stays. */
    private int shortHeader(Bytes window, int end, char mark) {
        if (end - position < 8) {
            return -1;
        }
        long word = window.longAt(position);
        int first = (int) (word >>> 8 & 0xff) - '0';
        if ((word & 0xff) != mark || first < 0 || first > 9) {
            return -1;
        }
        if ((word >>> 16 & 0xffff) == CR_LF) {
            position += 4;
            return first;
        }
        int second = (int) (word >>> 16 & 0xff) - '0';
        if (first == 0 || second < 0 || second > 9 || (word >>> 24 & 0xffff) != CR_LF) {
            return -1;
        }
        position += 5;
        return first * 10 + second;
    }

    private boolean arrayHeader(Bytes window, int end) throws ProtocolException {
        int count = authenticated ? shortHeader(window, end, '*') : -1;
        if (count >= 0) {
            remaining = count;
            state = State.ARGUMENT_HEADER;
            return true;
        }
        int eol = endOfLine(window, end, "too big mbulk count string");
        if (eol < 0) {
            return false;
        }
        long n = number(window, position + 1, eol);
        if (n == INVALID || n > Integer.MAX_VALUE) {
            throw new ProtocolException("Protocol error: invalid multibulk length");
        }
        if (!authenticated && n > MAX_UNAUTHENTICATED_ARGS) {
            throw new ProtocolException("Protocol error: unauthenticated multibulk length");
        }
        remaining = (int) Math.max(n, 0);
        position = eol + 2;
        state = State.ARGUMENT_HEADER;
        return true;
    }

    private boolean argumentHeader(Bytes window, int end) throws ProtocolException {
        if (position >= end) {
            return false;
        }
        int length = shortHeader(window, end, '$');
        if (length >= 0) {
            bulkLength = length;
            state = State.ARGUMENT;
            return true;
        }
        int eol = endOfLine(window, end, "too big bulk count string");
        if (eol < 0) {
            return false;
        }
        byte mark = window.byteAt(position);
        if (mark != '$') {
            throw new ProtocolException("Protocol error: expected '$', got '" + (char) (mark & 0xff) + "'");
        }
        long n = number(window, position + 1, eol);
        if (n == INVALID || n < 0 || n > maxBulkLength) {
            throw new ProtocolException("Protocol error: invalid bulk length");
        }
        if (!authenticated && n > MAX_UNAUTHENTICATED_BULK) {
            throw new ProtocolException("Protocol error: unauthenticated bulk length");
        }
        bulkLength = (int) n;
        position = eol + 2;
        state = State.ARGUMENT;
        return true;
    }

    /** Where the line that begins at {@code position} ends ('\r', its '\n' received too), or -1 while that is not known. */
    private int endOfLine(Bytes window, int end, String tooLong) throws ProtocolException {
        for (int i = position; i < end; i++) {
            if (window.byteAt(i) == '\r') {
                return i + 1 < end ? i : -1;
            }
        }
        if (end - position > MAX_LINE) {
            throw new ProtocolException("Protocol error: " + tooLong);
        }
        return -1;
    }

    private static final long INVALID = Long.MIN_VALUE;

    /** The whole number between two places, in its one spelling, or {@link #INVALID}; what is too small becomes -1. */
    private static long number(Bytes window, int from, int to) {
        boolean negative = from < to && window.byteAt(from) == '-';
        int first = negative ? from + 1 : from;
        int digits = to - first;
        if (digits <= 0 || digits > 19 || window.byteAt(first) == '0' && (digits > 1 || negative)) {
            return INVALID;
        }
        long n = 0;
        for (int i = first; i < to; i++) {
            int digit = window.byteAt(i) - '0';
            if (digit < 0 || digit > 9) {
                return INVALID;
            }
            n = n * 10 + digit;
        }
        // 19 digits stay below 10^19: a sum past 2^63 shows as negative. -2^63 alone is right then, and as good as -1.
        if (n < 0) {
            return negative && n == Long.MIN_VALUE ? -1 : INVALID;
        }
        return negative ? -n : n;
    }

    // Inline commands: a person with a terminal. Not the hot path.

    private boolean inline(Bytes window, int end, Request request) throws ProtocolException {
        int newline = position;
        while (newline < end && window.byteAt(newline) != '\n') {
            newline++;
        }
        if (newline == end) {
            if (end - position > MAX_LINE) {
                throw new ProtocolException("Protocol error: too big inline request");
            }
            return false;
        }
        int last = newline > position && window.byteAt(newline - 1) == '\r' ? newline - 1 : newline;
        byte[] line = new byte[last - position];
        window.copyTo(position, line, 0, line.length);
        position = newline + 1;
        start = position;
        List<byte[]> words = ArgumentSplitter.split(line);
        if (words == null) {
            throw new ProtocolException("Protocol error: unbalanced quotes in request");
        }
        int total = 0;
        for (byte[] word : words) {
            total += word.length;
        }
        byte[] joined = new byte[total];
        request.begin(joined);
        int at = 0;
        for (byte[] word : words) {
            System.arraycopy(word, 0, joined, at, word.length);
            request.add(at, word.length);
            at += word.length;
        }
        return true;
    }
}
