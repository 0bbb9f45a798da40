package dev.cinnabar.command;

import dev.cinnabar.memory.Bytes;
import dev.cinnabar.resp.RedisError;
import dev.cinnabar.resp.Request;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The arguments of the command that runs, the name being number 0. Owned by the thread that runs it.
 *
 * <p>The first error is kept and later ones are ignored: a handler reads its arguments in the order in which Redis checks
 * them, then asks once whether it {@link #failed}. The frame sends the error.
 */
public final class Args {

    private Request request = new Request();
    private long[] hashes = new long[16];
    private @Nullable RedisError error;
    private final byte[] digits = new byte[32];

    public Args() {}

    void set(Request request) {
        this.request = request;
        this.error = null;
    }

    Request request() {
        return request;
    }

    /** How many, the command's name included. */
    public int count() {
        return request.count();
    }

    /** The arguments from an index on as a request of their own, on the same bytes. */
    public Request from(int index) {
        Request rest = new Request();
        rest.viewOf(request, index);
        return rest;
    }

    public Bytes at(int index) {
        return request.at(index);
    }

    /** Whether an argument is this word (given in lower case), in any case. */
    public boolean is(int index, String word) {
        return request.at(index).equalsIgnoreCase(word);
    }

    /** A whole number of 64 bits. */
    public long integer(int index) {
        return integer(index, RedisError.NOT_AN_INTEGER);
    }

    /** A whole number of 64 bits, or this error. */
    public long integer(int index, RedisError otherwise) {
        Bytes text = request.at(index);
        int n = text.length();
        if (n == 0 || n > 20) {
            fail(otherwise);
            return 0;
        }
        boolean minus = text.byteAt(0) == '-';
        int i = minus ? 1 : 0;
        if (i == n) {
            fail(otherwise);
            return 0;
        }
        if (text.byteAt(i) == '0' && n > 1) {
            fail(otherwise);
            return 0;
        }
        long negative = 0;
        for (; i < n; i++) {
            int digit = text.byteAt(i) - '0';
            if (digit < 0 || digit > 9 || negative < Long.MIN_VALUE / 10) {
                fail(otherwise);
                return 0;
            }
            negative *= 10;
            if (negative < Long.MIN_VALUE + digit) {
                fail(otherwise);
                return 0;
            }
            negative -= digit;
        }
        if (minus) {
            return negative;
        }
        if (negative == Long.MIN_VALUE) {
            fail(otherwise);
            return 0;
        }
        return -negative;
    }

    /** A whole number within bounds, or this error. */
    public long integer(int index, long from, long to, RedisError otherwise) {
        long n = integer(index, otherwise);
        if (error == null && (n < from || n > to)) {
            fail(otherwise);
        }
        return n;
    }

    /** Keeps the first error. */
    public void fail(RedisError error) {
        if (this.error == null) {
            this.error = error;
        }
    }

    /** Hands out the error and forgets it. */
    @Nullable
    RedisError takeError() {
        RedisError e = error;
        error = null;
        return e;
    }

    public boolean failed() {
        return error != null;
    }

    /** The hash of the key at an index, which the frame has computed before it locked. */
    long hash(int index) {
        return hashes[index];
    }

    void hash(int index, long hash) {
        if (index >= hashes.length) {
            hashes = Arrays.copyOf(hashes, Math.max(index + 1, hashes.length * 2));
        }
        hashes[index] = hash;
    }

    /** Room for the digits of a number. */
    public byte[] digits() {
        return digits;
    }
}
