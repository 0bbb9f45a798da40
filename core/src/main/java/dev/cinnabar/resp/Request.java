package dev.cinnabar.resp;

import dev.cinnabar.memory.Bytes;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * One decoded request: where its arguments lie in the bytes that were received. Owned by the thread that decodes and runs
 * it, and reused for the next one; what is to be kept must be copied.
 */
public final class Request {

    private static final int VIEWS = 64;

    private byte @Nullable [] array;
    private MemorySegment segment = MemorySegment.NULL;
    private int count;
    private int[] offsets = new int[16];
    private int[] lengths = new int[16];
    private final Bytes[] views = new Bytes[VIEWS];

    public Request() {
        for (int i = 0; i < VIEWS; i++) {
            views[i] = new Bytes();
        }
    }

    /** Begins a request whose arguments lie in an array. */
    public void begin(byte[] array) {
        this.array = array;
        this.count = 0;
    }

    /** Begins a request whose arguments lie in a native segment. */
    public void begin(MemorySegment segment) {
        this.array = null;
        this.segment = segment;
        this.count = 0;
    }

    /** The same arguments, whose bytes have been moved to another segment. */
    public void moveTo(MemorySegment segment) {
        this.array = null;
        this.segment = segment;
    }

    /** The same arguments, whose bytes have been copied to another array. */
    public void moveTo(byte[] array) {
        this.array = array;
    }

    public void add(int offset, int length) {
        if (count == offsets.length) {
            offsets = Arrays.copyOf(offsets, count * 2);
            lengths = Arrays.copyOf(lengths, count * 2);
        }
        offsets[count] = offset;
        lengths[count++] = length;
    }

    /** Copies the arguments {@code from}.. of another request, without their bytes: a view on the same. */
    public void viewOf(Request other, int from) {
        array = other.array;
        segment = other.segment;
        count = 0;
        for (int i = from; i < other.count; i++) {
            add(other.offsets[i], other.lengths[i]);
        }
    }

    public int count() {
        return count;
    }

    public int length(int index) {
        return lengths[index];
    }

    /** The bytes that the request takes as an array of bulk strings, however it has come. */
    public long encodedBytes() {
        long bytes = headerBytes(count);
        for (int i = 0; i < count; i++) {
            bytes += headerBytes(lengths[i]) + lengths[i] + 2;
        }
        return bytes;
    }

    /** A type, a length and the end of a line. */
    private static int headerBytes(int length) {
        int bytes = 4;
        for (int rest = length; rest >= 10; rest /= 10) {
            bytes++;
        }
        return bytes;
    }

    /**
     * A view of an argument. The first {@value #VIEWS} arguments have a view each that stays right until the next request;
     * the rest get a new one at each call.
     */
    public Bytes at(int index) {
        if (index >= count) {
            throw new IndexOutOfBoundsException(index);
        }
        return at(index, index < VIEWS ? views[index] : new Bytes());
    }

    /** A view of an argument in an object of the caller's. */
    public Bytes at(int index, Bytes view) {
        byte[] a = array;
        return a != null
                ? view.set(a, offsets[index], lengths[index])
                : view.set(segment, offsets[index], lengths[index]);
    }

    /** Forgets what an unusually large request has made grow. */
    public void trim() {
        if (offsets.length > 1024) {
            offsets = new int[16];
            lengths = new int[16];
            count = 0;
        }
    }
}
