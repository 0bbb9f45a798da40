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

    private Request request;

    // What the frame has found out before the command runs.
    private @Nullable CommandSpec spec;
    private boolean prepared;
    private long mask;
    private int keys;
    private long[] hashes = new long[16];
    private @Nullable RedisError error;

    /** Arguments to come. */
    public Args() {
        this(new Request());
    }

    Args(Request request) {
        this.request = request;
    }

    void set(Request request) {
        this.request = request;
        clear();
    }

    /** Forgets what is known of the request, which may be another one now. */
    void clear() {
        error = null;
        spec = null;
        prepared = false;
        mask = 0;
        keys = 0;
    }

    /** The request; whoever puts another one into it hands it to the frame next. */
    public Request request() {
        return request;
    }

    /** Remembers the row of the command, null where there is none. */
    void prepared(@Nullable CommandSpec spec) {
        this.spec = spec;
        this.prepared = true;
    }

    boolean isPrepared() {
        return prepared;
    }

    @Nullable
    CommandSpec spec() {
        return spec;
    }

    /** The partitions of the keys. */
    long mask() {
        return mask;
    }

    /** How many keys there are. */
    int keys() {
        return keys;
    }

    /** The argument at an index is a key with this hash, in this partition. */
    void addKey(int index, long hash, int partition) {
        hash(index, hash);
        mask |= 1L << partition;
        keys++;
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

    /** An argument, shown by a view of the caller's. */
    public Bytes at(int index, Bytes view) {
        return request.at(index, view);
    }

    /** The length of an argument, in bytes. */
    public int length(int index) {
        return request.length(index);
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
}
