package dev.cinnabar.command;

import dev.cinnabar.memory.Bytes;
import dev.cinnabar.resp.Request;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** Which keys take most of the processor's time, or of the network, while someone wants to know. Thread-safe. */
public final class HotKeys {

    /*
     * Nothing is counted, and no clock is read more often, unless a session is going on; whether one is, costs each command the
     * look at one field. While it is, each command is timed by itself, and what it took is shared out among its keys in equal
     * parts.
     *
     * The keys of a server do not fit into a table beside it. So a metric counts at most 2 C keys, C being many times the number
     * that is asked for; when there are more, only the C highest are kept. A key that is hot takes a large part of all: it would
     * have to be away for long to fall among the lower half, and what is lost of it then is at most what the least of the C had,
     * so less than a C-th of all. The counts are therefore never too high. (Sketches with counters shared by several keys need
     * less room, and answer too high.)
     */

    private static final int KEPT_PER_WANTED = 16;
    private static final int MIN_KEPT = 256;
    private static final int BYTES_PER_KEY = 100;

    /**
     * What is wanted.
     *
     * @param cpu whether processor time is counted
     * @param net whether bytes of requests and replies are
     * @param top how many keys are told in the end
     * @param durationSeconds after how long it ends by itself; 0: it does not
     * @param ratio of how many commands one is looked at
     */
    public record Plan(boolean cpu, boolean net, int top, long durationSeconds, long ratio) {}

    /** Figures that the process counts, whoever asks: what was there before a session is not the session's. */
    public interface Meter {
        /** Milliseconds of processor time in the program, those in the system, and bytes received and sent, so far. */
        long[] read();
    }

    /** A key and what it took: nanoseconds, or bytes. */
    public static final class Count {
        private final byte[] key;
        private final long amount;

        private Count(byte[] key, long amount) {
            this.key = key;
            this.amount = amount;
        }

        public byte[] key() {
            return key;
        }

        public long amount() {
            return amount;
        }
    }

    /** What is known: of the session that goes on, or of the last one. */
    public record Report(
            Plan plan,
            boolean active,
            long commandNanos,
            long commandBytes,
            long startMillis,
            long durationMillis,
            long userMillis,
            long systemMillis,
            long netBytes,
            List<Count> byTime,
            List<Count> byBytes) {}

    /** The keys of one metric. */
    private static final class Table {
        private final int kept;
        private final Map<Bytes.Key, Entry> entries = new HashMap<>();

        private static final class Entry {
            final byte[] key;
            long amount;

            Entry(byte[] key) {
                this.key = key;
            }
        }

        Table(int top) {
            this.kept = Math.max(MIN_KEPT, top * KEPT_PER_WANTED);
        }

        void add(Bytes key, long hash, long amount) {
            byte[] bytes = key.toByteArray();
            entries.computeIfAbsent(new Bytes.Key(bytes, hash), k -> new Entry(bytes)).amount += amount;
            if (entries.size() >= 2 * kept) {
                long least = sorted().get(kept - 1).amount;
                entries.values()
                        .removeIf(entry -> entry.amount < least || entry.amount == least && entries.size() > kept);
            }
        }

        private List<Entry> sorted() {
            List<Entry> all = new ArrayList<>(entries.values());
            all.sort(Comparator.comparingLong((Entry entry) -> entry.amount).reversed());
            return all;
        }

        List<Count> top(int n) {
            return sorted().stream()
                    .limit(n)
                    .map(entry -> new Count(entry.key, entry.amount))
                    .toList();
        }

        long sizeBytes() {
            long bytes = 0;
            for (Entry entry : entries.values()) {
                bytes += BYTES_PER_KEY + entry.key.length;
            }
            return bytes;
        }
    }

    private static final class Session {
        final Plan plan;
        final Meter meter;
        final long[] before;
        final long startMillis;
        final Table byTime;
        final Table byBytes;
        long commandNanos;
        long commandBytes;
        long endMillis;
        long @Nullable [] after;

        Session(Plan plan, Meter meter, long nowMillis) {
            this.plan = plan;
            this.meter = meter;
            this.before = meter.read();
            this.startMillis = nowMillis;
            this.byTime = new Table(plan.top);
            this.byBytes = new Table(plan.top);
        }
    }

    private volatile boolean active;
    private @Nullable Session session;

    HotKeys() {}

    /** Whether commands are to be told to {@link #ran}. */
    public boolean isActive() {
        return active;
    }

    /** Begins a session, if none is going on; what is known of the last one is forgotten. */
    public synchronized boolean start(Plan plan, Meter meter, long nowMillis) {
        endIfDue(nowMillis);
        if (active) {
            return false;
        }
        session = new Session(plan, meter, nowMillis);
        active = true;
        return true;
    }

    /** Ends the session; returns whether there was one. */
    public synchronized boolean stop(long nowMillis) {
        endIfDue(nowMillis);
        if (!active) {
            return false;
        }
        end(nowMillis);
        return true;
    }

    private void end(long nowMillis) {
        Session it = session;
        active = false;
        if (it != null) {
            it.endMillis = nowMillis;
            it.after = it.meter.read();
        }
    }

    private void endIfDue(long nowMillis) {
        Session it = session;
        if (active && it != null && it.plan.durationSeconds > 0) {
            long due = it.startMillis + TimeUnit.SECONDS.toMillis(it.plan.durationSeconds);
            if (nowMillis >= due) {
                end(due);
            }
        }
    }

    /** Forgets what is known of the last session; returns false if it is still going on. */
    public synchronized boolean reset(long nowMillis) {
        endIfDue(nowMillis);
        if (active) {
            return false;
        }
        session = null;
        return true;
    }

    /** A command has run. Its keys are still named by its arguments. */
    synchronized void ran(CommandSpec spec, Args args, long nanos, long bytes, long nowMillis, RandomGenerator random) {
        endIfDue(nowMillis);
        Session it = session;
        if (!active || it == null) {
            return;
        }
        it.commandNanos += nanos;
        it.commandBytes += bytes;
        int keys = args.keys();
        if (keys == 0 || it.plan.ratio > 1 && random.nextLong(it.plan.ratio) != 0) {
            return;
        }
        Request request = args.request();
        Bytes view = new Bytes();
        for (KeySpec some : spec.keys()) {
            some.forEach(request, index -> {
                Bytes key = request.at(index, view);
                if (it.plan.cpu) {
                    it.byTime.add(key, args.hash(index), nanos / keys);
                }
                if (it.plan.net) {
                    it.byBytes.add(key, args.hash(index), bytes / keys);
                }
            });
        }
    }

    /** What is known; null: nothing. */
    public synchronized @Nullable Report report(long nowMillis) {
        endIfDue(nowMillis);
        Session it = session;
        if (it == null) {
            return null;
        }
        long[] after = it.after == null ? it.meter.read() : it.after;
        return new Report(
                it.plan,
                active,
                it.commandNanos,
                it.commandBytes,
                it.startMillis,
                (active ? nowMillis : it.endMillis) - it.startMillis,
                after[0] - it.before[0],
                after[1] - it.before[1],
                after[2] - it.before[2],
                it.byTime.top(it.plan.top),
                it.byBytes.top(it.plan.top));
    }

    /** The memory that a session takes, in bytes. */
    public synchronized long sizeBytes() {
        Session it = session;
        return it == null ? 0 : it.byTime.sizeBytes() + it.byBytes.sizeBytes();
    }
}
