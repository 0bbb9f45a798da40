package dev.cinnabar.memory;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.BufferOverflowException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * A contiguous sequence of bytes off the heap that grows at its end, up to a limit: a request that is still arriving. Owned
 * by one thread, that of a loop; holds nothing while it is empty and {@link #shrink shrunk}.
 *
 * <p>It grows by doubling, into a new place: what {@link #segment} or {@link #free} returned is valid until the next call
 * that changes this buffer. The memory belongs to the thread that made it grow, and only that thread may touch it; in return
 * giving it back costs no handshake with the others.
 */
public final class Buffer implements AutoCloseable {

    private static final long MIN_CAPACITY_BYTES = 4096;

    private final BufferAccounting accounting;
    private final long limitBytes;
    private @Nullable Arena arena;
    private MemorySegment segment = MemorySegment.NULL;
    private long length;

    /** An empty buffer; one of more than {@code limitBytes} (below 2^31) is refused. */
    public Buffer(BufferAccounting accounting, long limitBytes) {
        if (limitBytes <= 0 || limitBytes > Integer.MAX_VALUE) {
            throw new IllegalArgumentException("a limit of " + limitBytes + " bytes");
        }
        this.accounting = accounting;
        this.limitBytes = limitBytes;
    }

    public int length() {
        return (int) length;
    }

    public boolean isEmpty() {
        return length == 0;
    }

    /** The memory of this buffer, of which the first {@link #length} bytes are its contents. */
    public MemorySegment segment() {
        return segment;
    }

    /** Makes {@code view} one of the contents. */
    public Bytes view(Bytes view) {
        return view.set(segment, 0, (int) length);
    }

    /**
     * Appends bytes.
     *
     * @throws BufferOverflowException where the limit would be passed; nothing is appended then
     */
    public void append(byte[] from, int offset, int n) {
        append(MemorySegment.ofArray(from), offset, n);
    }

    /** As {@link #append(byte[], int, int)}. */
    public void append(MemorySegment from, long offset, long n) {
        ensureFree(n);
        MemorySegment.copy(from, offset, segment, length, n);
        length += n;
    }

    /** As {@link #append(byte[], int, int)}. */
    public void append(Bytes from) {
        ensureFree(from.length());
        from.copyTo(0, segment, length, from.length());
        length += from.length();
    }

    /** As {@link #append(byte[], int, int)}: what remains of {@code from}, which is used up. */
    public void append(ByteBuffer from) {
        append(MemorySegment.ofBuffer(from), 0, from.remaining());
        from.position(from.limit());
    }

    /**
     * The free place after the contents, at least {@code n} bytes, for a channel to read into; then {@link #advance}.
     *
     * @throws BufferOverflowException where the limit would be passed
     */
    public ByteBuffer free(long n) {
        ensureFree(n);
        return segment.asSlice(length).asByteBuffer();
    }

    /** Makes the first {@code n} bytes of the free place part of the contents. */
    public void advance(int n) {
        if (n < 0 || n > segment.byteSize() - length) {
            throw new IndexOutOfBoundsException(n);
        }
        length += n;
    }

    /** Makes room for {@code n} more bytes, exactly as many where that is more than double: for a known length. */
    public void ensureFree(long n) {
        if (n < 0 || n > limitBytes - length) {
            throw new BufferOverflowException();
        }
        if (length + n > segment.byteSize()) {
            long doubled = Math.max(segment.byteSize() * 2, MIN_CAPACITY_BYTES);
            setCapacity(Math.min(Math.max(length + n, doubled), limitBytes));
        }
    }

    /** Drops the first {@code n} bytes; the rest moves to the front. */
    public void discard(int n) {
        if (n < 0 || n > length) {
            throw new IndexOutOfBoundsException(n);
        }
        MemorySegment.copy(segment, n, segment, 0, length - n);
        length -= n;
    }

    /** Empties this, and keeps its memory for the next contents. */
    public void clear() {
        length = 0;
    }

    /** Gives back the memory that the contents do not need. */
    public void shrink() {
        long needed = length == 0 ? 0 : Math.max(length, MIN_CAPACITY_BYTES);
        if (needed < segment.byteSize()) {
            setCapacity(needed);
        }
    }

    /** Empties this and gives all of its memory back; it may be used again. */
    @Override
    public void close() {
        clear();
        shrink();
    }

    @SuppressWarnings("MustBeClosedChecker") // closed when the contents have moved on
    private void setCapacity(long bytes) {
        Arena oldArena = arena;
        MemorySegment old = segment;
        Arena newArena = null;
        MemorySegment moved = MemorySegment.NULL;
        if (bytes > 0) {
            newArena = Arena.ofConfined();
            try {
                moved = newArena.allocate(bytes, 8);
            } catch (OutOfMemoryError e) {
                newArena.close();
                throw e;
            }
            MemorySegment.copy(old, 0, moved, 0, length);
        }
        arena = newArena;
        segment = moved;
        accounting.add(bytes - old.byteSize());
        if (oldArena != null) {
            oldArena.close();
        }
    }
}
