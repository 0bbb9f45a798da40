package dev.cinnabar.aof;

import dev.cinnabar.resp.Request;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/**
 * Decodes the requests in a file. Owned by one thread. Requests lie in the reader's own bytes: they are right until {@link
 * #fill}.
 */
final class AofReader {

    /** What was found. */
    enum Found {
        REQUEST,
        /** The next request goes on behind the bytes that are here: {@link #fill}. */
        MORE
    }

    /** This is no request. */
    static final class FormatException extends Exception {
        private static final long serialVersionUID = 1;

        FormatException(String message) {
            super(message);
        }
    }

    private static final int BUFFER_BYTES = 256 * 1024;
    private static final int MAX_LINE = 64;
    private static final int MAX_ANNOTATION = 1024;
    private static final long MAX_BYTES = Integer.MAX_VALUE - 16L;

    private final InputStream in;
    private byte[] buffer = new byte[BUFFER_BYTES];

    /** Of the file: where the buffer begins. */
    private long origin;

    private int at;
    private int end;

    /** Where the request ends that was read last. */
    private int complete;

    private long lines;

    /** Of the request that is being read: lines that are complete. */
    private long begunLines;

    private long timestamp = -1;

    /** Of the request that is being read: at least up to here. */
    private long needed;

    /** @param from the place in the file that comes next out of the stream */
    AofReader(InputStream in, long from) {
        this.in = in;
        this.origin = from;
    }

    /** Where in the file the last complete request or annotation ends. */
    long position() {
        return origin + complete;
    }

    /** Where in the file the bytes end that were read. */
    long limit() {
        return origin + end;
    }

    /** The number of the line that comes next, or that is bad; annotations are not counted, as in redis-check-aof. */
    long line() {
        return 1 + lines + begunLines;
    }

    /** The time that the last annotation said, in seconds since 1970; -1 if there was none. */
    long timestamp() {
        return timestamp;
    }

    /** Whether there are bytes behind the last complete request. */
    boolean hasRest() {
        return end > complete;
    }

    /** Reads more; forgets all but the request that is being read. False at the end of the file. */
    boolean fill() throws IOException {
        int rest = end - complete;
        if (complete > 0) {
            System.arraycopy(buffer, complete, buffer, 0, rest);
            origin += complete;
            needed -= complete;
            complete = 0;
            end = rest;
        }
        if (needed > MAX_BYTES) {
            throw new IOException("a request of " + needed + " bytes");
        }
        if (rest == buffer.length || needed > buffer.length) {
            buffer = Arrays.copyOf(buffer, (int) Math.clamp(2L * rest, Math.max(needed, BUFFER_BYTES), MAX_BYTES));
        }
        boolean any = false;
        do {
            int n = in.read(buffer, end, buffer.length - end);
            if (n < 0) {
                return any;
            }
            end += n;
            any = true;
        } while (end < needed);
        return true;
    }

    /** Reads the next request. */
    Found next(Request request) throws FormatException {
        while (true) {
            at = complete;
            begunLines = 0;
            if (at == end) {
                needed = 0;
                return Found.MORE;
            }
            if (buffer[at] != '#') {
                return request(request);
            }
            int line = lineEnd(at, MAX_ANNOTATION);
            if (line < 0) {
                return Found.MORE;
            }
            annotation(at, line);
            complete = line;
        }
    }

    private void annotation(int from, int to) {
        if (to - from > 6 && buffer[from + 1] == 'T' && buffer[from + 2] == 'S' && buffer[from + 3] == ':') {
            long n = 0;
            for (int i = from + 4; i < to && buffer[i] >= '0' && buffer[i] <= '9'; i++) {
                n = n * 10 + buffer[i] - '0';
            }
            timestamp = n;
        }
    }

    private Found request(Request request) throws FormatException {
        int words = head('*');
        if (words == MISSING) {
            return Found.MORE;
        }
        if (words < 1) {
            throw new FormatException("a request of " + words + " words");
        }
        request.begin(buffer);
        for (int i = 0; i < words; i++) {
            int length = head('$');
            if (length == MISSING) {
                return Found.MORE;
            }
            long next = at + length + 2L;
            if (next > end) {
                needed = next;
                return Found.MORE;
            }
            if (buffer[at + length] != '\r' || buffer[at + length + 1] != '\n') {
                throw new FormatException("a word that does not end where it should");
            }
            request.add(at, length);
            at = (int) next;
            begunLines++;
        }
        complete = at;
        begunLines = 0;
        lines += 1 + 2L * words;
        return Found.REQUEST;
    }

    private static final int MISSING = -1;

    /** Reads a line: a character, and a number. */
    private int head(char kind) throws FormatException {
        if (at == end) {
            needed = at + 1L;
            return MISSING;
        }
        if (buffer[at] != kind) {
            throw new FormatException("'" + kind + "' is missing");
        }
        int line = lineEnd(at, MAX_LINE);
        if (line < 0) {
            return MISSING;
        }
        long n = 0;
        int digits = 0;
        for (int i = at + 1; i < line - 2; i++) {
            int digit = buffer[i] - '0';
            if (digit < 0 || digit > 9 || ++digits > 10) {
                throw new FormatException("not a number");
            }
            n = n * 10 + digit;
        }
        if (digits == 0 || n > MAX_BYTES) {
            throw new FormatException("not a number");
        }
        at = line;
        begunLines++;
        return (int) n;
    }

    /** Where the line ends that begins here, its CR LF included; -1 if more bytes are needed. */
    private int lineEnd(int from, int most) throws FormatException {
        int limit = Math.min(end, from + most);
        for (int i = from; i < limit; i++) {
            if (buffer[i] == '\n') {
                if (i == from || buffer[i - 1] != '\r') {
                    throw new FormatException("a line that ends with LF alone");
                }
                return i + 1;
            }
        }
        if (limit < end) {
            throw new FormatException("a line of more than " + most + " bytes");
        }
        needed = end + 1L;
        return -1;
    }
}
