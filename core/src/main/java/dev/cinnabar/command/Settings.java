package dev.cinnabar.command;

import dev.cinnabar.aof.Storage;
import dev.cinnabar.config.Access;
import dev.cinnabar.config.ConfigException;
import dev.cinnabar.config.Configuration;
import dev.cinnabar.config.Directives;
import dev.cinnabar.config.EventClasses;
import dev.cinnabar.config.EvictionPolicy;
import dev.cinnabar.config.NumberDirective;
import dev.cinnabar.log.Log;
import dev.cinnabar.values.Limits;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/**
 * The settings that running commands read most often, taken from the {@link Configuration} whenever that changes.
 * Thread-safe: each field on its own.
 */
public final class Settings {

    /** The longest bulk string of a request, and the longest string value, in bytes. */
    public volatile long maxBulkLength = 512L << 20;

    /** Above so many bytes in use, commands that need more are refused; 0: no limit. */
    public volatile long maxMemory;

    /** Whether keys are deleted when their time has come, and not only when someone asks for them. */
    public volatile boolean activeExpiry = true;

    /** RESTORE takes dumps with wrong checksums: for tests of what it does with bytes that are wrong themselves. */
    public volatile boolean skipsChecksums;

    /** Which keys go when there is no room. */
    public volatile EvictionPolicy evictionPolicy = EvictionPolicy.NOEVICTION;

    /** How many keys are looked at in each database to find one that goes. */
    public volatile int evictionSamples = 5;

    /** How long clients wait while keys go: 0 to 100. */
    public volatile int evictionTenacity = 10;

    /** Whether access clocks count how often keys are used, for a policy of eviction that asks for it. */
    public volatile boolean lfu;

    /** Whether reads leave access clocks alone, for a policy of eviction by the last change. */
    public volatile boolean readsAreNoUse;

    /** How seldom a high count is incremented. */
    public volatile int lfuLogFactor = 10;

    /** After how many minutes a count is one less; 0 for never. */
    public volatile int lfuDecayMinutes = 1;

    /** The command that deletes an expired key, as the journal says it. */
    public volatile String nameOfExpiry = "DEL";

    /** The command that deletes a key on the way of another command, as the journal says it. */
    public volatile String nameOfServerDeletion = "DEL";

    /** The command that deletes a key to make room, as the journal says it. */
    public volatile String nameOfEviction = "DEL";

    /** The classes of events of keys that are published, and where; 0 if none are. */
    public volatile int events;

    /** Who may run DEBUG. */
    public volatile Access debug = Access.NO;

    /** Takes what must not happen: where, and the exception. */
    public volatile BiConsumer<String, Throwable> failures = (where, failure) -> {
        System.err.println("Failure in " + where);
        failure.printStackTrace();
    };

    /** Takes what an operator should know. */
    public volatile Consumer<String> warnings = System.err::println;

    /** Takes the lines of the log. */
    public volatile Log log = Log.silent();

    /** From how many nanoseconds on a command is slow for SLOWLOG. */
    public volatile long slowlogNanos = Long.MAX_VALUE;

    /** From how many milliseconds on a command is slow for LATENCY. */
    public volatile long latencyMillis = Long.MAX_VALUE;

    /** From how many nanoseconds on a command is slow for any of the two. */
    public volatile long slowNanos = Long.MAX_VALUE;

    /** Whether the durations of commands are counted. */
    public volatile boolean latencyTracking = true;

    /** Where the append-only file is kept: tests put one in that fails. */
    public volatile Storage storage = Storage.DISK;

    private final Limits limits = new Limits();
    private final Configuration configuration;
    private final boolean keepsFiles;

    /** Settings by default, but that no file is read or written unless it is said: for tests, and for the library. */
    public Settings() {
        this(inMemory(), false);
    }

    /** The settings of a configuration, now and whenever it changes. */
    public Settings(Configuration configuration) {
        this(configuration, true);
    }

    /** @param keepsFiles whether files are read and written though nobody asks for it */
    public Settings(Configuration configuration, boolean keepsFiles) {
        this.configuration = configuration;
        this.keepsFiles = keepsFiles;
        configuration.onChange(
                this::read,
                Directives.PROTO_MAX_BULK_LEN,
                Directives.MAXMEMORY,
                Directives.MAXMEMORY_POLICY,
                Directives.MAXMEMORY_SAMPLES,
                Directives.MAXMEMORY_EVICTION_TENACITY,
                Directives.LFU_LOG_FACTOR,
                Directives.LFU_DECAY_TIME,
                Directives.NOTIFY_KEYSPACE_EVENTS,
                Directives.LAZYFREE_LAZY_EXPIRE,
                Directives.LAZYFREE_LAZY_EVICTION,
                Directives.LAZYFREE_LAZY_SERVER_DEL,
                Directives.ENABLE_DEBUG_COMMAND);
        read();
        configuration.onChange(
                this::readSlowness,
                Directives.SLOWLOG_LOG_SLOWER_THAN,
                Directives.LATENCY_MONITOR_THRESHOLD,
                Directives.LATENCY_TRACKING);
        readSlowness();
        configuration.onChange(
                this::readLimits,
                Directives.HASH_MAX_LISTPACK_ENTRIES,
                Directives.HASH_MAX_LISTPACK_VALUE,
                Directives.SET_MAX_INTSET_ENTRIES,
                Directives.SET_MAX_LISTPACK_ENTRIES,
                Directives.SET_MAX_LISTPACK_VALUE,
                Directives.ZSET_MAX_LISTPACK_ENTRIES,
                Directives.ZSET_MAX_LISTPACK_VALUE,
                Directives.LIST_MAX_LISTPACK_SIZE,
                Directives.STREAM_NODE_MAX_BYTES,
                Directives.STREAM_NODE_MAX_ENTRIES,
                Directives.STREAM_IDMP_DURATION,
                Directives.STREAM_IDMP_MAXSIZE,
                Directives.HLL_SPARSE_MAX_BYTES);
        readLimits();
    }

    private static Configuration inMemory() {
        Configuration configuration = new Configuration();
        try {
            configuration.load(Directives.SAVE.name(), List.of(""));
        } catch (ConfigException e) {
            throw new IllegalStateException(e);
        }
        return configuration;
    }

    /** Whether the RDB file that is there is loaded. */
    public boolean keepsFiles() {
        return keepsFiles;
    }

    private void read() {
        maxBulkLength = configuration.get(Directives.PROTO_MAX_BULK_LEN);
        maxMemory = configuration.get(Directives.MAXMEMORY);
        EvictionPolicy policy = configuration.get(Directives.MAXMEMORY_POLICY);
        evictionPolicy = policy;
        evictionSamples = Math.toIntExact(configuration.get(Directives.MAXMEMORY_SAMPLES));
        evictionTenacity = Math.toIntExact(configuration.get(Directives.MAXMEMORY_EVICTION_TENACITY));
        lfu = policy.isByFrequency();
        readsAreNoUse = policy.isByChange();
        lfuLogFactor = Math.toIntExact(configuration.get(Directives.LFU_LOG_FACTOR));
        lfuDecayMinutes = Math.toIntExact(configuration.get(Directives.LFU_DECAY_TIME));
        int classes = configuration.get(Directives.NOTIFY_KEYSPACE_EVENTS);
        events = (classes & EventClasses.DESTINATIONS) == 0 ? 0 : classes;
        nameOfExpiry = configuration.get(Directives.LAZYFREE_LAZY_EXPIRE) ? "UNLINK" : "DEL";
        nameOfServerDeletion = configuration.get(Directives.LAZYFREE_LAZY_SERVER_DEL) ? "UNLINK" : "DEL";
        nameOfEviction = configuration.get(Directives.LAZYFREE_LAZY_EVICTION) ? "UNLINK" : "DEL";
        debug = configuration.get(Directives.ENABLE_DEBUG_COMMAND);
    }

    private void readSlowness() {
        long micros = configuration.get(Directives.SLOWLOG_LOG_SLOWER_THAN);
        slowlogNanos = micros < 0 ? Long.MAX_VALUE : TimeUnit.MICROSECONDS.toNanos(micros);
        long millis = configuration.get(Directives.LATENCY_MONITOR_THRESHOLD);
        latencyMillis = millis == 0 ? Long.MAX_VALUE : millis;
        slowNanos = Math.min(slowlogNanos, TimeUnit.MILLISECONDS.toNanos(latencyMillis));
        latencyTracking = configuration.get(Directives.LATENCY_TRACKING);
    }

    private void readLimits() {
        limits.hashEntries = bounded(Directives.HASH_MAX_LISTPACK_ENTRIES);
        limits.hashValueBytes = bounded(Directives.HASH_MAX_LISTPACK_VALUE);
        limits.setIntsetEntries = bounded(Directives.SET_MAX_INTSET_ENTRIES);
        limits.setListpackEntries = bounded(Directives.SET_MAX_LISTPACK_ENTRIES);
        limits.setValueBytes = bounded(Directives.SET_MAX_LISTPACK_VALUE);
        limits.zsetEntries = bounded(Directives.ZSET_MAX_LISTPACK_ENTRIES);
        limits.zsetValueBytes = bounded(Directives.ZSET_MAX_LISTPACK_VALUE);
        limits.listListpackSize = bounded(Directives.LIST_MAX_LISTPACK_SIZE);
        limits.streamNodeBytes = bounded(Directives.STREAM_NODE_MAX_BYTES);
        limits.streamNodeEntries = bounded(Directives.STREAM_NODE_MAX_ENTRIES);
        limits.streamIdempotencySeconds = bounded(Directives.STREAM_IDMP_DURATION);
        limits.streamIdempotencyMost = bounded(Directives.STREAM_IDMP_MAXSIZE);
        limits.hllSparseBytes = configuration.get(Directives.HLL_SPARSE_MAX_BYTES);
    }

    private int bounded(NumberDirective directive) {
        return Math.clamp(configuration.get(directive), Integer.MIN_VALUE, Integer.MAX_VALUE);
    }

    /** Up to where collections are small. */
    public Limits limits() {
        return limits;
    }

    /** All that can be configured. */
    public Configuration configuration() {
        return configuration;
    }
}
