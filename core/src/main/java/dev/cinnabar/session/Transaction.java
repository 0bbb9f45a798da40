package dev.cinnabar.session;

import dev.cinnabar.keyspace.Watch;
import dev.cinnabar.memory.Bytes;
import dev.cinnabar.resp.Request;
import java.util.ArrayList;
import java.util.List;

/**
 * The commands that a client has queued since MULTI, and the keys it watches. Owned by the session's thread; {@link
 * #touched} alone is called by others.
 */
public final class Transaction implements Watch.Owner {

    /** A command in the queue: its number in the table, and its arguments. */
    public static final class Queued {
        private static final long OBJECT_BYTES = 64;

        private final int command;
        private final byte[] bytes;
        private final int[] ends;

        Queued(int command, Request request) {
            this.command = command;
            int n = request.count();
            this.ends = new int[n];
            int total = 0;
            for (int i = 0; i < n; i++) {
                total = Math.addExact(total, request.length(i));
                ends[i] = total;
            }
            this.bytes = new byte[total];
            Bytes view = new Bytes();
            int at = 0;
            for (int i = 0; i < n; i++) {
                request.at(i, view).copyTo(0, bytes, at, view.length());
                at = ends[i];
            }
        }

        public int command() {
            return command;
        }

        /** Makes a request show the arguments. */
        public void show(Request request) {
            request.begin(bytes);
            int from = 0;
            for (int end : ends) {
                request.add(from, end - from);
                from = end;
            }
        }

        long sizeBytes() {
            return OBJECT_BYTES + bytes.length + 4L * ends.length;
        }
    }

    private boolean open;
    private boolean aborted;
    private volatile boolean touched;
    private final List<Queued> queue = new ArrayList<>(0);
    private final List<Watch> watches = new ArrayList<>(0);
    private long sizeBytes;
    private long watchedBytes;

    /** A watch, and its place in the table of its partition. */
    private static final long WATCH_BYTES = 150;

    /** Whether MULTI has been said. */
    public boolean isOpen() {
        return open;
    }

    public void open() {
        open = true;
    }

    public void add(int command, Request request) {
        Queued queued = new Queued(command, request);
        queue.add(queued);
        sizeBytes += queued.sizeBytes();
    }

    public List<Queued> queue() {
        return queue;
    }

    /** Bytes that the queue takes. */
    public long sizeBytes() {
        return sizeBytes;
    }

    /** A command could not be queued: EXEC will refuse. */
    public void abort() {
        if (open) {
            aborted = true;
        }
    }

    public boolean isAborted() {
        return aborted;
    }

    /** Forgets the queue. The watches are the caller's to end. */
    public void discard() {
        open = false;
        aborted = false;
        queue.clear();
        sizeBytes = 0;
    }

    /** The watches; the caller registers them with, and takes them from, the keyspace. */
    public List<Watch> watches() {
        return watches;
    }

    /** Another key is watched, with a name of so many bytes. */
    public void add(Watch watch, int keyBytes) {
        watches.add(watch);
        watchedBytes += WATCH_BYTES + keyBytes;
    }

    /** No key is watched any more. */
    public void forgetWatches() {
        watches.clear();
        watchedBytes = 0;
        touched = false;
    }

    /** Bytes that the watches take. */
    public long watchedBytes() {
        return watchedBytes;
    }

    /** A watched key has changed. Called by any thread. */
    @Override
    public void touched() {
        touched = true;
    }

    public boolean isTouched() {
        return touched;
    }
}
