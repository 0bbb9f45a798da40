package dev.cinnabar.persistence;

import dev.cinnabar.keyspace.Keyspace;
import dev.cinnabar.keyspace.Snapshot;
import dev.cinnabar.memory.Buffer;
import dev.cinnabar.memory.BufferAccounting;
import dev.cinnabar.memory.Bytes;
import dev.cinnabar.memory.CountedArena;
import dev.cinnabar.memory.Memory;
import dev.cinnabar.values.Entry;
import dev.cinnabar.values.StreamPart;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.Objects;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentHashMap;
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
     * Chunks lie off the heap, which is small, however slow the file is and however much is changed meanwhile: as every entry is
     * handed out once, they never are more than the data. One that has been written is used again, and all their memory is given
     * back at the end, at once: to give back what several threads use costs a handshake with all of them.
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

    /** A chunk that has grown beyond this for a single element shrinks again when it has been written. */
    private static final int MAX_KEPT_BYTES = 4 * CHUNK_BYTES;

    /** A chunk with so many runs is full. */
    private static final int MAX_RUNS = 256;

    /** What a string takes that is noted: where its length stands, and its length. */
    private static final int NOTE_BYTES = 8;

    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED;

    /**
     * Some bytes with what they are; owned by one thread at a time. The bytes grow from the front, notes of strings that may be
     * compressed from the end.
     */
    private final class Chunk {
        private MemorySegment kept = memory.allocate(CHUNK_BYTES);

        /** That of {@link #segment} where it is not the kept one. */
        private @Nullable CountedArena own;

        private MemorySegment segment = kept;
        int length;

        /** For each run of entries of one database: its number, end, version and how many they are. */
        int[] runs = new int[4 * 8];

        int runCount;

        int stringCount;

        /** A string comes next. */
        void string(int n) {
            ensureFree(NOTE_BYTES);
            long note = note(stringCount++);
            segment.set(INT, note, length);
            segment.set(INT, note + 4, n);
        }

        private long note(int number) {
            return segment.byteSize() - NOTE_BYTES * (number + 1L);
        }

        void append(byte[] source, int offset, int n) {
            ensureFree(n);
            MemorySegment.copy(source, offset, segment, ValueLayout.JAVA_BYTE, length, n);
            length += n;
        }

        boolean isFull() {
            return length + NOTE_BYTES * stringCount >= FULL_BYTES || runCount == MAX_RUNS;
        }

        private void ensureFree(int n) {
            long needed = (long) length + n + (long) NOTE_BYTES * stringCount;
            if (needed > segment.byteSize()) {
                grow(Math.max(needed, 2 * segment.byteSize()));
            }
        }

        private void grow(long size) {
            MemorySegment before = segment;
            CountedArena ownBefore = own;
            MemorySegment larger;
            if (size <= MAX_KEPT_BYTES) {
                larger = memory.allocate(size);
                kept = larger;
            } else {
                CountedArena arena = new CountedArena(accounting);
                large.add(arena);
                larger = arena.allocate(size);
                own = arena;
            }
            long notes = (long) NOTE_BYTES * stringCount;
            MemorySegment.copy(before, 0, larger, 0, length);
            MemorySegment.copy(before, before.byteSize() - notes, larger, size - notes, notes);
            segment = larger;
            if (ownBefore != null) {
                free(ownBefore);
            }
        }

        private Bytes part(Bytes view, int from, int n) {
            return view.set(segment, from, n);
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
                for (; next < stringCount && segment.get(INT, note(next)) < end; next++) {
                    int at = segment.get(INT, note(next));
                    int n = segment.get(INT, note(next) + 4);
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
            segment = kept;
            if (own != null) {
                free(own);
                own = null;
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
            if (filled.isFull()) {
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

    private void free(CountedArena arena) {
        large.remove(arena);
        arena.close();
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
        private int lengthBefore;
        private int keys = 1;

        // Of the walking thread: a string that is compressed as a whole.
        private final Buffer gathered = new Buffer(accounting, Integer.MAX_VALUE);
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
            if (big != null) {
                // Not written to its end: the output has failed.
                big.gathered.close();
            }
            big = this;
        }

        @Override
        public long element(Entry entry, long record) {
            target().element(entry, record);
            return made();
        }

        /** Whoever encodes the next part, to the end of the chunk. */
        private EntryFormat.Begun target() {
            lane.encoderTo(chunk);
            lengthBefore = chunk.length;
            return begun;
        }

        /** The part is encoded; returns its bytes. */
        private long made() {
            int made = chunk.length - lengthBefore;
            waiting.addAndGet(made);
            if (chunk.isFull()) {
                endChunk();
                chunk = newChunk();
            }
            return made;
        }

        @Override
        public long range(Entry entry, long from, long n) {
            target().range(entry, from, n);
            return made();
        }

        @Override
        public long value(Bytes element) {
            target().value(element);
            return made();
        }

        @Override
        public long part(StreamPart what, Memory memory, long record) {
            target().part(what, memory, record);
            return made();
        }

        @Override
        public long bytes(Bytes some) {
            if (begun.isGathered() && keys == 1) {
                // What stands in front is not compressed.
                endChunk();
                chunk = newChunk();
            }
            target().bytes(some);
            return made();
        }

        private void endChunk() {
            chunk.endPart(database, begun.version(), keys);
            keys = 0;
            parts.add(chunk);
        }

        @Override
        public void close() {
            target().end();
            waiting.addAndGet(chunk.length - lengthBefore);
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
    private final Queue<Chunk> spare = new ConcurrentLinkedQueue<>();

    private final BufferAccounting accounting;
    private final CountedArena memory;

    /** What single long elements have; given back when they have been written. */
    private final Set<CountedArena> large = ConcurrentHashMap.newKeySet();

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
     * @param accounting counts what it holds in memory until it has been written
     * @param atTheCut run while all partitions are locked: what has to happen at the same point of all that changes
     * @throws IllegalStateException if one runs already
     */
    public SnapshotStream(Keyspace keyspace, EntryFormat format, BufferAccounting accounting, Runnable atTheCut) {
        this.format = format;
        this.accounting = accounting;
        this.memory = new CountedArena(accounting);
        this.lanes = new Lane[keyspace.partitions()];
        for (int i = 0; i < lanes.length; i++) {
            lanes[i] = new Lane();
        }
        try {
            this.snapshot = keyspace.startSnapshot(this, atTheCut);
        } catch (RuntimeException | OutOfMemoryError e) {
            memory.close();
            throw e;
        }
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
        return Math.max(mostWaiting, waiting.get());
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
        // Nobody hands out anything any more.
        if (big != null) {
            big.gathered.close();
        }
        large.forEach(CountedArena::close);
        memory.close();
        waiting.set(0);
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
        spare.add(chunk);
    }
}
