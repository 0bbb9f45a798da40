package dev.cinnabar.command;

import dev.cinnabar.keyspace.Clock;
import dev.cinnabar.keyspace.Database;
import dev.cinnabar.keyspace.Keyspace;
import dev.cinnabar.keyspace.Partition;
import dev.cinnabar.values.Entry;
import dev.cinnabar.values.Limits;
import dev.cinnabar.values.StringValue;
import dev.cinnabar.values.Type;
import dev.cinnabar.values.Views;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** How many keys have values of which size, by powers of two, for INFO keysizes. Thread-safe; belongs to the engine. */
public final class KeySizes {

    /*
     * The keys are counted by looking at them. To count along with each change was rejected: every write would have to know
     * how long its value was before, those of expiry, eviction, RESTORE and loading among them, and what is counted by
     * differences stays wrong for ever once one is missed, as it can be seen to happen in Redis 8.0.
     *
     * A look at a key is a cache miss or two: a million take about a tenth of a second. Who asks for this section by name gets
     * all keys counted on the spot, a thousand in a locked step. Who asks for all of INFO, as monitoring agents do every few
     * seconds, gets that only while there are few keys. With more of them, he gets what the background work has found last: it
     * goes through the keys in small steps, a part of a hundredth of its time, as long as somebody goes on asking.
     *
     * The figures of one pass belong to no single moment: keys come and go meanwhile.
     */

    /** The types that are told apart, in the order of INFO, and what counts of them. */
    private enum Kind {
        STRING(Type.STRING, "strings_sizes"),
        LIST(Type.LIST, "lists_items"),
        SET(Type.SET, "sets_items"),
        SORTED_SET(Type.ZSET, "zsets_items"),
        HASH(Type.HASH, "hashes_items");

        private static final List<Kind> ALL = List.of(values());
        private final Type type;
        private final String label;

        Kind(Type type, String label) {
            this.type = type;
            this.label = label;
        }
    }

    /** Takes the lines of a section. */
    public interface Sink {
        void line(String name, String value);
    }

    private static final int BINS = 65;
    private static final int KEYS_A_LOCK = 1000;

    /** So many keys are counted whenever anybody asks. */
    private static final int FEW_KEYS = 20_000;

    /** So many keys the background work looks at, of some twenty times a second that it gets to. */
    private static final int KEYS_A_STEP = 5000;

    /** For so long after the last question the background work goes on. */
    private static final long INTEREST_MILLIS = 300_000;

    private final Keyspace keyspace;
    private final Limits limits;
    private final Clock clock;
    private volatile long askedMillis = Long.MIN_VALUE;
    private volatile @Nullable Walk last;

    /** Of the background work. */
    private @Nullable Walk running;

    KeySizes(Keyspace keyspace, Limits limits, Clock clock) {
        this.keyspace = keyspace;
        this.limits = limits;
        this.clock = clock;
    }

    /** A way through all keys, with what was found on it. Used by one thread. */
    private final class Walk {
        private final long[][][] counts = new long[keyspace.databases()][Kind.ALL.size()][BINS];
        private final Views views = new Views(limits);
        private final Entry entry = new Entry();
        private int partition;
        private int database;
        private long cursor;
        private int seen;

        /** Looks at about so many further keys; returns whether all have been looked at. */
        boolean step(int atMost) {
            seen = 0;
            while (seen < atMost && partition < keyspace.partitions()) {
                keyspace.<@Nullable Void>locked(partition, this::count);
            }
            return partition == keyspace.partitions();
        }

        private @Nullable Void count(Partition locked) {
            int end = seen + KEYS_A_LOCK;
            while (seen < end && partition == locked.index()) {
                Database part = locked.databaseIfAny(database);
                cursor = part == null ? 0 : part.scan(cursor, end - seen, record -> count(part, record));
                if (cursor == 0 && ++database == keyspace.databases()) {
                    database = 0;
                    partition++;
                }
            }
            return null;
        }

        private void count(Database part, long record) {
            seen++;
            part.look(record, entry);
            for (Kind kind : Kind.ALL) {
                if (kind.type == entry.type()) {
                    long size = size(kind);
                    counts[database][kind.ordinal()][Long.SIZE - Long.numberOfLeadingZeros(size)]++;
                }
            }
        }

        private long size(Kind kind) {
            return switch (kind) {
                case STRING -> StringValue.length(entry);
                case LIST -> views.list.at(entry).length();
                case SET -> views.set.at(entry).size();
                case SORTED_SET -> views.sortedSet.at(entry).size();
                case HASH -> views.hash.at(entry).size();
            };
        }

        void write(Sink sink) {
            for (int n = 0; n < counts.length; n++) {
                for (Kind kind : Kind.ALL) {
                    String bins = bins(counts[n][kind.ordinal()]);
                    if (!bins.isEmpty()) {
                        sink.line("db" + n + "_distrib_" + kind.label, bins);
                    }
                }
            }
        }
    }

    /** Those that are not empty: each with the least size that belongs to it. */
    private static String bins(long[] counts) {
        StringBuilder text = new StringBuilder();
        for (int bin = 0; bin < BINS; bin++) {
            if (counts[bin] > 0) {
                text.append(text.isEmpty() ? "" : ",")
                        .append(label(bin))
                        .append('=')
                        .append(counts[bin]);
            }
        }
        return text.toString();
    }

    /** The bin of sizes from 2^(bin - 1) on; the first is that of 0 alone. */
    static String label(int bin) {
        if (bin == 0) {
            return "0";
        }
        int unit = (bin - 1) / 10;
        return (1 << (bin - 1) % 10) + (unit == 0 ? "" : String.valueOf("KMGTPE".charAt(unit - 1)));
    }

    /** Counts all keys now. Locks by itself. */
    public void count(Sink sink) {
        Walk walk = new Walk();
        while (!walk.step(Integer.MAX_VALUE)) {}
        walk.write(sink);
    }

    /** Tells what was found last, unless there are few keys, which are counted now. Locks by itself. */
    public void recent(Sink sink) {
        if (keys() <= FEW_KEYS) {
            count(sink);
            return;
        }
        askedMillis = clock.millis();
        Walk found = last;
        if (found != null) {
            found.write(sink);
        }
    }

    private long keys() {
        long keys = 0;
        for (int p = 0; p < keyspace.partitions(); p++) {
            keys += keyspace.locked(p, partition -> {
                long some = 0;
                for (int n = 0; n < keyspace.databases(); n++) {
                    Database database = partition.databaseIfAny(n);
                    some += database == null ? 0 : database.size();
                }
                return some;
            });
        }
        return keys;
    }

    /** Goes on with the counting, if anybody wants to know. Called by the background work, which holds no lock. */
    void step() {
        if (askedMillis == Long.MIN_VALUE || clock.millis() - askedMillis > INTEREST_MILLIS) {
            running = null;
            last = null;
            askedMillis = Long.MIN_VALUE;
            return;
        }
        Walk walk = running == null ? new Walk() : running;
        running = walk;
        if (walk.step(KEYS_A_STEP)) {
            last = walk;
            running = null;
        }
    }
}
