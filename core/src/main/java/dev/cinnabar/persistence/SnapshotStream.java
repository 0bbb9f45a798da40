package dev.cinnabar.persistence;

import dev.cinnabar.keyspace.Keyspace;
import dev.cinnabar.keyspace.Snapshot;
import dev.cinnabar.memory.Buffer;
import dev.cinnabar.memory.BufferAccounting;
import dev.cinnabar.memory.Bytes;
import dev.cinnabar.memory.Memory;
import dev.cinnabar.values.Entry;
import dev.cinnabar.values.StreamPart;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of a {@link Snapshot}, in the order in which they come: a thread that owns it calls {@link #run}, and the bytes
 * reach the output on that thread, with no lock held. What is taken by other threads is guarded by the partitions' locks.
 */
public final class SnapshotStream implements Snapshot.Sink {

    /*
     * Bytes are made under the lock of a partition, by the walk or by a thread that is about to change an entry, and gather in
     * that partition's lane: a chunk that is being filled. A full chunk goes into the queue, from which the walking thread
     * takes it between two steps. So a thread that changes an entry waits for no file; if the file is slow the walk waits, and
     * what is changed meanwhile gathers in the queue: at most what clients can change in that time.
     *
     * A big value that comes by elements has chunks of its own. While it is being written nothing else is.
     *
     * Compressing takes as long as all the rest, so it is done when a chunk is written, with no lock held: a chunk knows where
     * in it the strings are for which that may be worth while.
     *
     * A chunk has entries of several databases if they come like that, each run of them with its number.
     */

    /** Where the bytes go. What fails there is thrown as an {@link java.io.UncheckedIOException}. */
    @FunctionalInterface
    public interface Output {
        /**
         * Some keys with their values.
         *
         * @param version the version of the format that can tell all of them
         * @param keys how many begin in them
         */
        void write(int database, Bytes entries, int version, long keys);

        /** A string in the middle of these, to be written with its length, and compressed where that is shorter. */
        default void string(int database, Bytes string) {
            throw new IllegalStateException("a format without strings that are pointed out");
        }
    }

    private static final int CHUNK_BYTES = 32 << 10;
    private static final int FULL_BYTES = CHUNK_BYTES - CHUNK_BYTES / 8;

    /** So many chunks are kept to be used again. */
    private static final int MAX_KEPT = 64;

    /** Larger ones are not on the heap. */
    private static final int MAX_KEPT_BYTES = 4 * CHUNK_BYTES;

    /**
     * Some bytes with what they are; owned by one thread at a time. What a single long element makes too large for the heap, which
     * is small, lies outside.
     */
    private static final class Chunk {
        private byte[] bytes = new byte[CHUNK_BYTES];
        private @Nullable Arena arena;
        private MemorySegment segment = MemorySegment.ofArray(bytes);
        int length;

        /** For each run of entries of one database: its number, end, version and how many they are. */
        int[] runs = new int[4 * 8];

        int runCount;

        /** For each string that may be compressed: where its length stands, and its length. */
        private int[] strings = new int[2 * 16];

        int stringCount;

        /** A string comes next. */
        void string(int n) {
            int at = 2 * stringCount++;
            if (at == strings.length) {
                strings = Arrays.copyOf(strings, 2 * strings.length);
            }
            strings[at] = length;
            strings[at + 1] = n;
        }

        void append(byte[] source, int offset, int n) {
            if (segment.byteSize() - length < n) {
                grow(Math.max((long) length + n, 2 * segment.byteSize()));
            }
            if (arena == null) {
                System.arraycopy(source, offset, bytes, length, n);
            } else {
                MemorySegment.copy(source, offset, segment, ValueLayout.JAVA_BYTE, length, n);
            }
            length += n;
        }

        @SuppressWarnings("MustBeClosedChecker") // closed by clear
        private void grow(long size) {
            if (size <= MAX_KEPT_BYTES) {
                bytes = Arrays.copyOf(bytes, (int) size);
                segment = MemorySegment.ofArray(bytes);
                return;
            }
            Arena outside = Arena.ofShared();
            MemorySegment larger = outside.allocate(size);
            MemorySegment.copy(segment, 0, larger, 0, length);
            Arena before = arena;
            arena = outside;
            segment = larger;
            if (before != null) {
                before.close();
            }
        }

        private Bytes part(Bytes view, int from, int n) {
            return arena == null ? view.set(bytes, from, n) : view.set(segment, from, n);
        }

        /** The bytes since the last run ended are a key of this database. */
        void endEntry(int database, int version) {
            int last = 4 * (runCount - 1);
            if (runCount == 0 || runs[last] != database) {
                last = 4 * runCount++;
                if (last == runs.length) {
                    runs = Arrays.copyOf(runs, 2 * runs.length);
                }
                runs[last] = database;
                runs[last + 2] = 0;
                runs[last + 3] = 0;
            }
            runs[last + 1] = length;
            runs[last + 2] = Math.max(runs[last + 2], version);
            runs[last + 3]++;
        }

        void writeTo(Output output, Bytes view) {
            int from = 0;
            int next = 0;
            for (int i = 0; i < 4 * runCount; i += 4) {
                int database = runs[i];
                int end = runs[i + 1];
                int version = runs[i + 2];
                for (; next < stringCount && strings[2 * next] < end; next++) {
                    int at = strings[2 * next];
                    int n = strings[2 * next + 1];
                    output.write(database, part(view, from, at - from), version, 0);
                    from = at + RdbFormat.lengthBytes(n);
                    output.string(database, part(view, from, n));
                    from += n;
                }
                output.write(database, part(view, from, end - from), version, runs[i + 3]);
                from = end;
            }
        }

        /** Ends a part of a key of a database; {@code keys} is 1 for the first part and 0 for the others. */
        void endPart(int database, int version, int keys) {
            runs[0] = database;
            runs[1] = length;
            runs[2] = version;
            runs[3] += keys;
            runCount = 1;
        }

        void clear() {
            length = 0;
            runs[3] = 0;
            runCount = 0;
            stringCount = 0;
            if (arena != null) {
                arena.close();
                arena = null;
                segment = MemorySegment.ofArray(bytes);
            }
        }
    }

    /** What a partition has; guarded by its lock, until the snapshot is through with it. */
    private final class Lane implements RdbWriter.Sink {
        @Nullable
        Chunk chunk;

        /** Where the encoder's bytes go. */
        private @Nullable Chunk target;

        EntryFormat.@Nullable Encoder encoder;

        private EntryFormat.Encoder encoderTo(Chunk chunk) {
            target = chunk;
            EntryFormat.Encoder own = encoder;
            if (own == null) {
                own = format.newEncoder(this);
                encoder = own;
            }
            return own;
        }

        @Override
        public void write(byte[] bytes, int offset, int n) {
            Objects.requireNonNull(target).append(bytes, offset, n);
        }

        @Override
        public void string(int n) {
            Objects.requireNonNull(target).string(n);
        }

        @Nullable
        BigValue begin(int database, Entry entry) {
            Chunk filled = newChunk();
            EntryFormat.Begun begun = encoderTo(filled).begin(entry);
            return begun == null ? null : new BigValue(this, database, begun, filled);
        }

        long take(int database, Entry entry) {
            Chunk filled = chunk();
            int before = filled.length;
            int stringsBefore = filled.stringCount;
            int version;
            try {
                version = encoderTo(filled).encode(entry);
            } catch (RuntimeException | OutOfMemoryError e) {
                filled.length = before;
                filled.stringCount = stringsBefore;
                throw e;
            }
            filled.endEntry(database, version);
            int made = filled.length - before;
            waiting.addAndGet(made);
            if (filled.length >= FULL_BYTES) {
                full.add(filled);
                chunk = null;
            }
            return made;
        }

        private Chunk chunk() {
            Chunk current = chunk;
            if (current == null) {
                current = newChunk();
                chunk = current;
            }
            return current;
        }

        void close() {
            if (encoder != null) {
                encoder.close();
            }
        }
    }

    private Chunk newChunk() {
        Chunk chunk = spare.poll();
        return chunk == null ? new Chunk() : chunk;
    }

    /**
     * A value that comes by elements: chunks of its own, that must follow one another. Guarded by the lock of its partition,
     * other than its queue.
     */
    private final class BigValue implements Snapshot.Parts {
        private final Lane lane;
        private final int database;
        private final EntryFormat.Begun begun;
        private final Queue<Chunk> parts = new ConcurrentLinkedQueue<>();
        private Chunk chunk;
        private int keys = 1;

        // Of the walking thread: a string that is compressed as a whole.
        private final Buffer gathered = new Buffer(new BufferAccounting(), Integer.MAX_VALUE);
        private boolean isHeadWritten;

        private volatile boolean isClosed;

        BigValue(Lane lane, int database, EntryFormat.Begun begun, Chunk chunk) {
            this.lane = lane;
            this.database = database;
            this.begun = begun;
            this.chunk = chunk;
            waiting.addAndGet(chunk.length);
        }

        @Override
        public void open() {
            big = this;
        }

        @Override
        public long element(Entry entry, long record) {
            int before = chunk.length;
            lane.encoderTo(chunk);
            begun.element(entry, record);
            return made(before);
        }

        private long made(int before) {
            int made = chunk.length - before;
            waiting.addAndGet(made);
            if (chunk.length >= FULL_BYTES) {
                endChunk();
                chunk = newChunk();
            }
            return made;
        }

        @Override
        public long range(Entry entry, long from, long n) {
            int before = chunk.length;
            lane.encoderTo(chunk);
            begun.range(entry, from, n);
            return made(before);
        }

        @Override
        public long value(Bytes element) {
            int before = chunk.length;
            lane.encoderTo(chunk);
            begun.value(element);
            return made(before);
        }

        @Override
        public long part(StreamPart what, Memory memory, long record) {
            int before = chunk.length;
            lane.encoderTo(chunk);
            begun.part(what, memory, record);
            return made(before);
        }

        @Override
        public long bytes(Bytes some) {
            if (begun.isGathered() && keys == 1) {
                // What stands in front is not compressed.
                endChunk();
                chunk = newChunk();
            }
            int before = chunk.length;
            lane.encoderTo(chunk);
            begun.bytes(some);
            return made(before);
        }

        private void endChunk() {
            chunk.endPart(database, begun.version(), keys);
            keys = 0;
            parts.add(chunk);
        }

        @Override
        public void close() {
            int before = chunk.length;
            lane.encoderTo(chunk);
            begun.end();
            waiting.addAndGet(chunk.length - before);
            endChunk();
            isClosed = true;
        }

        /** Writes what has come of it. */
        void drainTo(Output output) {
            if (!begun.isGathered()) {
                drain(parts, output);
                return;
            }
            for (Chunk part = parts.poll(); part != null; part = parts.poll()) {
                if (!isHeadWritten) {
                    isHeadWritten = true;
                    drain(part, output);
                } else {
                    gathered.append(part.segment, 0, part.length);
                    keep(part);
                }
            }
        }

        /** Writes what could not be before all had come. */
        void end(Output output) {
            if (begun.isGathered() && !snapshot.isDiscarded()) {
                output.string(database, gathered.view(view));
            }
            gathered.close();
        }
    }

    private final EntryFormat format;
    private final Lane[] lanes;
    private final Queue<Chunk> full = new ConcurrentLinkedQueue<>();
    private final ArrayBlockingQueue<Chunk> spare = new ArrayBlockingQueue<>(MAX_KEPT);

    /** Bytes made and not written yet. */
    private final AtomicLong waiting = new AtomicLong();

    private volatile long mostWaiting;
    private final Snapshot snapshot;

    /** The value that is being written by elements; of the walking thread. */
    private @Nullable BigValue big;

    private final Bytes view = new Bytes();

    /**
     * Begins a snapshot.
     *
     * @param atTheCut run while all partitions are locked: what has to happen at the same point of all that changes
     * @throws IllegalStateException if one runs already
     */
    public SnapshotStream(Keyspace keyspace, EntryFormat format, Runnable atTheCut) {
        this.format = format;
        this.lanes = new Lane[keyspace.partitions()];
        for (int i = 0; i < lanes.length; i++) {
            lanes[i] = new Lane();
        }
        this.snapshot = keyspace.startSnapshot(this, atTheCut);
    }

    /** How many keys there are, and how many have been seen. */
    public Snapshot snapshot() {
        return snapshot;
    }

    /** Bytes made and not written yet. */
    public long waitingBytes() {
        return waiting.get();
    }

    /** The most that this has been. */
    public long mostWaitingBytes() {
        return mostWaiting;
    }

    @Override
    public long take(int partition, int database, Entry entry) {
        return lanes[partition].take(database, entry);
    }

    @Override
    public Snapshot.@Nullable Parts begin(int partition, int database, Entry entry) {
        return lanes[partition].begin(database, entry);
    }

    /**
     * Walks the snapshot to its end and writes it. Must be called, once, whatever becomes of the output.
     *
     * @throws RuntimeException what the output or the format has thrown, or {@link CancellationException}
     *     after {@link #abort}: what has been written is not all
     */
    public void run(Output output) {
        RuntimeException failure = null;
        while (snapshot.step()) {
            failure = failure == null ? tryDrain(output) : failure;
        }
        for (Lane lane : lanes) {
            if (lane.chunk != null) {
                full.add(lane.chunk);
            }
            lane.close();
        }
        failure = failure == null ? tryDrain(output) : failure;
        full.forEach(Chunk::clear);
        full.clear();
        spare.clear();
        waiting.set(0);
        if (big != null) {
            big.gathered.close();
            big.parts.forEach(Chunk::clear);
            big.chunk.clear();
        }
        Throwable cause = snapshot.failure();
        if (failure != null) {
            throw failure;
        }
        if (cause != null) {
            throw new IllegalStateException("a value could not be written", cause);
        }
        if (snapshot.isDiscarded()) {
            throw new CancellationException("the snapshot was aborted");
        }
    }

    /** Nobody wants it any more: {@link #run} ends as soon as it can. Can be called by any thread. */
    public void abort() {
        snapshot.discard();
    }

    private @Nullable RuntimeException tryDrain(Output output) {
        try {
            drain(output);
            return null;
        } catch (RuntimeException e) {
            snapshot.discard();
            return e;
        }
    }

    private void drain(Output output) {
        mostWaiting = Math.max(mostWaiting, waiting.get());
        if (big != null) {
            boolean isClosed = big.isClosed;
            big.drainTo(output);
            if (!isClosed) {
                return;
            }
            big.end(output);
            big = null;
        }
        drain(full, output);
    }

    private void drain(Queue<Chunk> chunks, Output output) {
        for (Chunk chunk = chunks.poll(); chunk != null && !snapshot.isDiscarded(); chunk = chunks.poll()) {
            drain(chunk, output);
        }
    }

    private void drain(Chunk chunk, Output output) {
        chunk.writeTo(output, view);
        keep(chunk);
    }

    private void keep(Chunk chunk) {
        waiting.addAndGet(-chunk.length);
        chunk.clear();
        spare.offer(chunk);
    }
}
