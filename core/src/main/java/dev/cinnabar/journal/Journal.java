package dev.cinnabar.journal;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.cinnabar.memory.Bytes;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The log of effects, in memory until its reader takes them. Thread-safe: effects come from threads that have locked the
 * partitions which they concern, so the order here agrees with the history of each key.
 */
public final class Journal {

    /*
     * A thread encodes the effects of its step by itself (Effects); what it does under the lock here is a copy of a few
     * dozen bytes. A scheme of reservations, in which threads copy side by side, would need a flag for each record to tell
     * what is complete; with this little under the lock it would gain nothing.
     *
     * Three offsets, in bytes since the beginning:
     *
     *      released <= drained <= end
     *
     * end: appended. drained: handed to the reader. released: replies to what was appended up to there may leave: all of it,
     * unless the reader said that he decides (hold). Whoever has run commands compares end() with released() before it sends.
     */

    private static final int SPINS = 100;
    private static final int MAX_FREE = 16;

    /** When so many bytes wait for the reader, commands wait too. */
    private static final long MAX_WAITING_BYTES = 64L << 20;

    private static final byte[] MULTI = "*1\r\n$5\r\nMULTI\r\n".getBytes(ISO_8859_1);
    private static final byte[] EXEC = "*1\r\n$4\r\nEXEC\r\n".getBytes(ISO_8859_1);
    private static final int NO_DATABASE = -1;

    private volatile boolean on;
    private final ReentrantLock lock = new ReentrantLock();

    // Guarded by the lock.
    private final ArrayDeque<Chunk> full = new ArrayDeque<>();
    private final ArrayDeque<Chunk> free = new ArrayDeque<>();
    private Chunk chunk = new Chunk(4096);
    private int database = NO_DATABASE;
    private final Effects own = new Effects();
    private long lastSecond;
    private long appended;
    private @Nullable Annotations annotations;

    private volatile long end;

    /** A cut waits for the reader, with bytes behind it or not. */
    private volatile boolean cutWaits;

    private volatile long drained;
    private volatile long released = Long.MAX_VALUE;
    private volatile @Nullable Reader reader;

    /** How many times someone has begun to wait for a release. */
    private final AtomicLong waits = new AtomicLong();

    private final List<Runnable> releaseListeners = new CopyOnWriteArrayList<>();

    /** Who takes the bytes to a file. */
    public interface Reader {
        /** A batch of commands is over: bytes may be there to be written, by the calling thread. No lock is held. */
        void flush();

        /** Someone waits for what has been appended to be released. Returns at once. */
        void urge();

        /**
         * As {@link #urge}, said by a thread that may be used to write and sync, if that is best. No lock is held.
         *
         * @return whether it was, and something was released by it
         */
        boolean commit();
    }

    /** Lines that are no effects, at most one before each step. */
    public interface Annotations {
        /** The time in seconds since 1970. */
        long second();
    }

    /** Whether effects are to be appended at all. Read with the partitions locked. */
    public boolean isOn() {
        return on;
    }

    /** Begins; said with all partitions locked, or before anyone runs commands. */
    public void open(Reader reader) {
        this.reader = reader;
        database = NO_DATABASE;
        on = true;
    }

    /** Ends; said with all partitions locked. What was appended is still there to be drained. */
    public void close() {
        on = false;
    }

    /** Adds lines with the time from now on; null: no more. */
    public void annotations(@Nullable Annotations newAnnotations) {
        lock();
        annotations = newAnnotations;
        lastSecond = 0;
        lock.unlock();
    }

    private void lock() {
        for (int i = 0; i < SPINS; i++) {
            if (lock.tryLock()) {
                return;
            }
            Thread.onSpinWait();
        }
        lock.lock();
    }

    /** Appends the effects of a step; more than one are a transaction. Of a step that has closed it, nothing is. */
    public void append(Effects effects) {
        lock();
        try {
            if (on) {
                append0(effects);
            }
        } finally {
            lock.unlock();
        }
    }

    private void append0(Effects effects) {
        Annotations lines = annotations;
        if (lines != null && lines.second() != lastSecond) {
            lastSecond = lines.second();
            byte[] line = ("#TS:" + lastSecond + "\r\n").getBytes(ISO_8859_1);
            put(line, 0, line.length);
        }
        boolean transaction = effects.isTransaction();
        if (transaction) {
            put(MULTI, 0, MULTI.length);
        }
        int n = effects.count();
        for (int i = 0; i < n; i++) {
            int number = effects.database(i);
            if (number != database) {
                select(number);
            }
            int start = effects.start(i);
            put(effects.bytes(), start, effects.end(i) - start);
        }
        if (transaction) {
            put(EXEC, 0, EXEC.length);
        }
    }

    private void select(int number) {
        database = number;
        String digits = Integer.toString(number);
        byte[] select = ("*2\r\n$6\r\nSELECT\r\n$" + digits.length() + "\r\n" + digits + "\r\n").getBytes(ISO_8859_1);
        put(select, 0, select.length);
    }

    /** Appends an effect of one key, of a step that has no other. The key's partition is locked. */
    public void append(int number, String command, Bytes key) {
        lock();
        try {
            own.begin(number, command).word(key).end();
            append0(own);
        } finally {
            own.clear();
            lock.unlock();
        }
    }

    /** Appends an effect of one key and one part of its value. The key's partition is locked. */
    public void append(int number, String command, Bytes key, Bytes part) {
        lock();
        try {
            own.begin(number, command).word(key).word(part).end();
            append0(own);
        } finally {
            own.clear();
            lock.unlock();
        }
    }

    private void put(byte[] bytes, int offset, int length) {
        int done = 0;
        while (done < length) {
            ByteBuffer buffer = chunk.buffer();
            int n = Math.min(length - done, buffer.remaining());
            buffer.put(bytes, offset + done, n);
            done += n;
            if (done < length) {
                seal();
            }
        }
        appended += length;
        end = appended;
    }

    private void seal() {
        chunk.buffer().flip();
        full.add(chunk);
        Chunk next = free.poll();
        chunk = next != null ? next : new Chunk(Chunk.BYTES);
    }

    /** What comes from now on is behind this cut. Said with all partitions locked, unless the order does not matter. */
    public void cut(Cut cut) {
        lock();
        try {
            seal();
            chunk.cut(cut);
            cutWaits = true;
            database = NO_DATABASE;
        } finally {
            lock.unlock();
        }
    }

    /** Selects the database anew before the next effect. */
    public void forgetDatabase() {
        lock();
        database = NO_DATABASE;
        lock.unlock();
    }

    // The reader's side.

    /** Whether a cut waits for the reader. */
    public boolean hasCut() {
        return cutWaits;
    }

    /** How many bytes wait for the reader. */
    public long waitingBytes() {
        return end - drained;
    }

    /** Up to where the bytes were taken. */
    public long drainedEnd() {
        return drained;
    }

    /** Takes all that is there, in order; the chunks are to be given back. For one thread at a time. */
    public void drain(List<Chunk> into) {
        lock();
        try {
            if (chunk.buffer().position() > 0 || chunk.cut() != null) {
                seal();
            }
            into.addAll(full);
            full.clear();
            cutWaits = false;
            drained = end;
        } finally {
            lock.unlock();
        }
    }

    /** Gives chunks back that are written. */
    public void recycle(List<Chunk> chunks) {
        lock();
        try {
            for (Chunk c : chunks) {
                if (free.size() < MAX_FREE && c.buffer().capacity() == Chunk.BYTES) {
                    c.buffer().clear();
                    c.cut(null);
                    free.add(c);
                }
            }
        } finally {
            lock.unlock();
        }
    }

    /** How many bytes have been appended. */
    public long end() {
        return end;
    }

    /** Up to where replies may leave. */
    public long released() {
        return released;
    }

    /** Replies to what was appended up to an offset may leave; {@link Long#MAX_VALUE}: all, from now on. */
    public void release(long offset) {
        setReleased(offset);
        tellReleased();
    }

    /** The first half of {@link #release}: nobody is told yet. */
    public void setReleased(long offset) {
        released = offset;
    }

    /** The second half of {@link #release}. */
    public void tellReleased() {
        for (Runnable listener : releaseListeners) {
            listener.run();
        }
    }

    /** Told, by the thread that has released them, when more replies may leave. */
    public void onRelease(Runnable listener) {
        releaseListeners.add(listener);
    }

    public void removeOnRelease(Runnable listener) {
        releaseListeners.remove(listener);
    }

    /** A batch of commands is over, and no lock is held. */
    public void flush() {
        if (end != drained) {
            Reader r = reader;
            if (r != null) {
                r.flush();
            }
        }
    }

    /** Someone waits for a release. */
    public void urge() {
        Reader r = reader;
        if (r != null) {
            r.urge();
        }
    }

    /** A client's replies begin to wait for a release: {@link #commit} or {@link #urge} is to follow soon. */
    public void countWait() {
        waits.incrementAndGet();
    }

    /** How many times {@link #countWait} was said. */
    public long waits() {
        return waits.get();
    }

    /** Someone waits for a release, and this thread may be used for it; see {@link Reader#commit}. */
    public boolean commit() {
        Reader r = reader;
        return r != null && r.commit();
    }

    /** Whether so much waits for the reader that commands should wait too. */
    public boolean isOverfull() {
        return end - drained > MAX_WAITING_BYTES;
    }

    /** All that was appended and not drained, for tests: takes it. */
    public byte[] take() {
        List<Chunk> chunks = new ArrayList<>();
        drain(chunks);
        int length = 0;
        for (Chunk c : chunks) {
            length += c.buffer().remaining();
        }
        byte[] all = new byte[length];
        int at = 0;
        for (Chunk c : chunks) {
            int n = c.buffer().remaining();
            c.buffer().get(all, at, n);
            at += n;
        }
        recycle(chunks);
        return all;
    }
}
