package dev.cinnabar.memory;

import dev.cinnabar.memory.ChunkPool.Chunk;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.GatheringByteChannel;
import java.nio.channels.WritableByteChannel;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * Bytes off the heap, first in, first out: the output that a slow reader has not taken yet. Owned by one thread, that of its
 * {@link ChunkPool}; holds nothing while it is empty.
 *
 * <p>The first chunk has 16 KB, further ones 64 KB, so that a short backlog costs little and a long one few chunks.
 */
public final class ByteQueue implements AutoCloseable {

    private static final int MAX_CHUNKS_A_WRITE = 16;

    private final ChunkPool pool;
    private @Nullable ArrayDeque<Chunk> chunks;
    private long length;

    public ByteQueue(ChunkPool pool) {
        this.pool = pool;
    }

    /** The bytes in the queue. */
    public long length() {
        return length;
    }

    /** The chunks that hold its bytes. */
    public int chunks() {
        ArrayDeque<Chunk> queue = chunks;
        return queue == null ? 0 : queue.size();
    }

    public boolean isEmpty() {
        return length == 0;
    }

    public void append(byte[] from, int offset, int n) {
        append(MemorySegment.ofArray(from), offset, n);
    }

    public void append(MemorySegment from, long offset, long n) {
        while (n > 0) {
            Chunk last = chunkWithRoom();
            int part = (int) Math.min(n, last.capacity() - last.end);
            MemorySegment.copy(from, offset, last.segment, last.end, part);
            last.end += part;
            length += part;
            offset += part;
            n -= part;
        }
    }

    public void append(Bytes from) {
        int n = from.length();
        for (int at = 0; at < n; ) {
            Chunk last = chunkWithRoom();
            int part = Math.min(n - at, last.capacity() - last.end);
            from.copyTo(at, last.segment, last.end, part);
            last.end += part;
            length += part;
            at += part;
        }
    }

    /** Appends what remains of {@code from}, which is used up. */
    public void append(ByteBuffer from) {
        append(MemorySegment.ofBuffer(from), 0, from.remaining());
        from.position(from.limit());
    }

    private Chunk chunkWithRoom() {
        ArrayDeque<Chunk> queue = chunks;
        if (queue == null) {
            queue = chunks = new ArrayDeque<>(4);
        }
        Chunk last = queue.peekLast();
        if (last == null || last.end == last.capacity()) {
            last = pool.take(last == null ? ChunkPool.SMALL_BYTES : ChunkPool.BIG_BYTES);
            queue.addLast(last);
        }
        return last;
    }

    /**
     * Writes to a channel until the queue is empty or the channel takes no more, and forgets what is written.
     *
     * @return the bytes written
     */
    public long writeTo(WritableByteChannel channel) throws IOException {
        long before = length;
        while (chunks != null) {
            ByteBuffer[] offered = offer(chunks, channel instanceof GatheringByteChannel ? MAX_CHUNKS_A_WRITE : 1);
            long ready = 0;
            for (ByteBuffer bytes : offered) {
                ready += bytes.remaining();
            }
            long written =
                    offered.length > 1 ? ((GatheringByteChannel) channel).write(offered) : channel.write(offered[0]);
            length -= written;
            dropEmptied(chunks);
            if (written < ready) {
                break;
            }
        }
        return before - length;
    }

    private static ByteBuffer[] offer(ArrayDeque<Chunk> queue, int maxChunks) {
        ByteBuffer[] offered = new ByteBuffer[Math.min(queue.size(), maxChunks)];
        int i = 0;
        for (Chunk chunk : queue) {
            if (i == offered.length) {
                break;
            }
            offered[i++] = chunk.bytes.limit(chunk.end);
        }
        return offered;
    }

    private void dropEmptied(ArrayDeque<Chunk> queue) {
        for (Chunk first = queue.peekFirst(); first != null && first.bytes.position() == first.end; ) {
            pool.give(queue.removeFirst());
            first = queue.peekFirst();
        }
        if (queue.isEmpty()) {
            chunks = null;
        }
    }

    /** Forgets the contents; the queue may be used again. */
    public void clear() {
        if (chunks != null) {
            chunks.forEach(pool::give);
            chunks = null;
        }
        length = 0;
    }

    @Override
    public void close() {
        clear();
    }
}
