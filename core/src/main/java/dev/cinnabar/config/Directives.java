package dev.cinnabar.config;

import static dev.cinnabar.config.NumberDirective.Form.INTEGER;
import static dev.cinnabar.config.NumberDirective.Form.MEMORY;
import static dev.cinnabar.config.NumberDirective.Form.MEMORY_OR_PERCENT;
import static dev.cinnabar.config.NumberDirective.Form.OCTAL;

import dev.cinnabar.log.LogLevel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The table of directives: everything a configuration file may say, one row each. Stateless once loaded.
 *
 * <p>A row that ends with {@code onlyDefault()} names what this version does not do: its value can be read and set to the
 * default, everything else is refused, never accepted in silence; one that ends with {@code withoutEffect()} can be set, and
 * the log says that nothing comes of it. Rows under "done otherwise here" describe how Redis goes about something; any valid
 * value keeps its promise.
 */
public final class Directives {

    private static final boolean YES = true;
    private static final boolean NO = false;
    private static final long MAX_INT = Integer.MAX_VALUE;
    private static final long MAX_LONG = Long.MAX_VALUE;
    private static final long MB = 1 << 20;

    private static final List<Directive<?, ?>> ROWS = new ArrayList<>();
    private static final Map<String, Directive<?, ?>> BY_NAME = new HashMap<>();

    // A row each: the formatter would break them into columns of calls.
    // spotless:off

    // Network
    public static final NumberDirective PORT = number("port", INTEGER, 0, 65535).byDefault(6379).mutable();
    public static final ValueDirective<List<String>> BIND =
            value("bind", List.of("*", "-::*"), Forms::addresses, words -> String.join(" ", words))
                    .written(Forms::rewriteWords)
                    .multipleArguments()
                    .mutable();
    public static final NumberDirective TCP_BACKLOG = number("tcp-backlog", INTEGER, 0, MAX_INT).byDefault(511);
    public static final TextDirective UNIXSOCKET = text("unixsocket");
    public static final NumberDirective UNIXSOCKETPERM = number("unixsocketperm", OCTAL, 0, 0777).byDefault(0);
    public static final NumberDirective TIMEOUT = number("timeout", INTEGER, 0, MAX_INT).byDefault(0).mutable();
    public static final NumberDirective TCP_KEEPALIVE =
            number("tcp-keepalive", INTEGER, 0, MAX_INT).byDefault(300).mutable();
    public static final BoolDirective PROTECTED_MODE = bool("protected-mode").byDefault(YES).mutable();
    public static final NumberDirective IO_THREADS =
            number("io-threads", INTEGER, 1, 128).byDefault(Math.clamp(Runtime.getRuntime().availableProcessors(), 1, 128));
    public static final NumberDirective MAXCLIENTS =
            number("maxclients", INTEGER, 1, 4294967295L).byDefault(10000).mutable();
    public static final NumberDirective MAX_NEW_CONNECTIONS_PER_CYCLE =
            number("max-new-connections-per-cycle", INTEGER, 1, 1000).byDefault(10).mutable().withoutEffect();
    public static final TextDirective BIND_SOURCE_ADDR = text("bind-source-addr").mutable().onlyDefault();
    public static final NumberDirective SOCKET_MARK_ID =
            number("socket-mark-id", INTEGER, 0, 4294967295L).byDefault(0).onlyDefault();

    // Of this server alone
    public static final BoolDirective IO_THREADS_GATHER =
            bool("io-threads-gather").byDefault(YES).mutable();
    public static final NumberDirective METRICS_PORT = number("metrics-port", INTEGER, 0, 65535).byDefault(0);
    public static final ValueDirective<List<String>> METRICS_BIND =
            value("metrics-bind", List.of("127.0.0.1", "-::1"), Forms::addresses, words -> String.join(" ", words))
                    .written(Forms::rewriteWords)
                    .multipleArguments();
    public static final BoolDirective TLS_OPENSSL = bool("tls-openssl").byDefault(YES);

    // Clients
    public static final TextDirective REQUIREPASS = text("requirepass").mutable().sensitive();
    public static final NumberDirective PROTO_MAX_BULK_LEN =
            number("proto-max-bulk-len", MEMORY, MB, MAX_LONG).byDefault(512 * MB).mutable();
    public static final NumberDirective CLIENT_QUERY_BUFFER_LIMIT =
            number("client-query-buffer-limit", MEMORY, MB, MAX_LONG).byDefault(1024 * MB).mutable();
    public static final ValueDirective<OutputLimits> CLIENT_OUTPUT_BUFFER_LIMIT =
            value("client-output-buffer-limit", OutputLimits.DEFAULT, OutputLimits::parse, OutputLimits::toString)
                    .written(OutputLimits::rewrite)
                    .multipleArguments()
                    .mutable();
    public static final NumberDirective MAXMEMORY_CLIENTS =
            number("maxmemory-clients", MEMORY_OR_PERCENT, 0, MAX_LONG).byDefault(0).mutable();
    public static final NumberDirective TRACKING_TABLE_MAX_KEYS =
            number("tracking-table-max-keys", INTEGER, 0, MAX_LONG).byDefault(1000000).mutable();
    public static final ValueDirective<Integer> NOTIFY_KEYSPACE_EVENTS =
            value("notify-keyspace-events", 0, (arguments, before) -> EventClasses.parse(arguments.getFirst()), EventClasses::format)
                    .written(classes -> Forms.rewriteQuoted(EventClasses.format(classes)))
                    .mutable();

    // Server
    public static final NumberDirective DATABASES = number("databases", INTEGER, 1, MAX_INT).byDefault(16);
    public static final EnumDirective<LogLevel> LOGLEVEL =
            oneOf("loglevel", LogLevel.values(), LogLevel.NOTICE).mutable();
    public static final TextDirective LOGFILE = text("logfile");
    public static final TextDirective PIDFILE = text("pidfile");
    public static final BoolDirective DAEMONIZE =
            bool("daemonize").byDefault(NO).onlyDefault("this server does not detach from its terminal: let a service manager do that, or the shell's &");
    public static final ValueDirective<String> SUPERVISED =
            word("supervised", "no", "no", "upstart", "systemd", "auto").onlyDefault();
    public static final BoolDirective SYSLOG_ENABLED = bool("syslog-enabled").byDefault(NO).onlyDefault();
    public static final TextDirective SYSLOG_IDENT = text("syslog-ident").byDefault("redis").onlyDefault();
    public static final ValueDirective<String> SYSLOG_FACILITY =
            word("syslog-facility", "local0", "local0", "user", "local1", "local2", "local3", "local4", "local5", "local6", "local7").onlyDefault();
    public static final ValueDirective<List<String>> SHUTDOWN_ON_SIGINT =
            value("shutdown-on-sigint", List.of("default"), Forms::shutdownWords, words -> String.join(" ", words))
                    .multipleArguments()
                    .mutable();
    public static final ValueDirective<List<String>> SHUTDOWN_ON_SIGTERM =
            value("shutdown-on-sigterm", List.of("default"), Forms::shutdownWords, words -> String.join(" ", words))
                    .multipleArguments()
                    .mutable();
    public static final NumberDirective SHUTDOWN_TIMEOUT =
            number("shutdown-timeout", INTEGER, 0, MAX_INT).byDefault(10).mutable().withoutEffect();
    public static final EnumDirective<Access> ENABLE_PROTECTED_CONFIGS =
            oneOf("enable-protected-configs", Access.values(), Access.NO);
    public static final EnumDirective<Access> ENABLE_DEBUG_COMMAND =
            oneOf("enable-debug-command", Access.values(), Access.NO);
    public static final EnumDirective<Access> ENABLE_MODULE_COMMAND =
            oneOf("enable-module-command", Access.values(), Access.NO);
    public static final ValueDirective<String> DIR =
            value("dir", Forms.text(Path.of("").toAbsolutePath()), Forms::directory, Function.identity())
                    .written(Forms::rewriteQuoted)
                    .guarded()
                    .alwaysWritten();
    public static final TextDirective IGNORE_WARNINGS = text("ignore-warnings").mutable().onlyDefault();
    public static final TextDirective LOCALE_COLLATE = text("locale-collate").mutable().onlyDefault();
    public static final BoolDirective HIDE_USER_DATA_FROM_LOG =
            bool("hide-user-data-from-log").byDefault(NO).mutable().withoutEffect();

    // Memory
    public static final NumberDirective MAXMEMORY = number("maxmemory", MEMORY, 0, MAX_LONG).byDefault(0).mutable();
    public static final EnumDirective<EvictionPolicy> MAXMEMORY_POLICY =
            oneOf("maxmemory-policy", EvictionPolicy.values(), EvictionPolicy.NOEVICTION).mutable();
    public static final NumberDirective MAXMEMORY_SAMPLES =
            number("maxmemory-samples", INTEGER, 1, 64).byDefault(5).mutable();
    public static final NumberDirective MAXMEMORY_EVICTION_TENACITY =
            number("maxmemory-eviction-tenacity", INTEGER, 0, 100).byDefault(10).mutable();
    public static final NumberDirective LFU_LOG_FACTOR =
            number("lfu-log-factor", INTEGER, 0, MAX_INT).byDefault(10).mutable();
    public static final NumberDirective LFU_DECAY_TIME =
            number("lfu-decay-time", INTEGER, 0, MAX_INT).byDefault(1).mutable();

    // Small forms of values
    public static final NumberDirective HASH_MAX_LISTPACK_ENTRIES =
            number("hash-max-listpack-entries", INTEGER, 0, MAX_LONG).byDefault(512).mutable().alias("hash-max-ziplist-entries");
    public static final NumberDirective HASH_MAX_LISTPACK_VALUE =
            number("hash-max-listpack-value", MEMORY, 0, MAX_LONG).byDefault(64).mutable().alias("hash-max-ziplist-value");
    public static final NumberDirective LIST_MAX_LISTPACK_SIZE =
            number("list-max-listpack-size", INTEGER, Integer.MIN_VALUE, MAX_INT).byDefault(-2).mutable().alias("list-max-ziplist-size");
    public static final NumberDirective LIST_COMPRESS_DEPTH =
            number("list-compress-depth", INTEGER, 0, MAX_INT).byDefault(0).mutable();
    public static final NumberDirective SET_MAX_INTSET_ENTRIES =
            number("set-max-intset-entries", INTEGER, 0, MAX_LONG).byDefault(512).mutable();
    public static final NumberDirective SET_MAX_LISTPACK_ENTRIES =
            number("set-max-listpack-entries", INTEGER, 0, MAX_LONG).byDefault(128).mutable();
    public static final NumberDirective SET_MAX_LISTPACK_VALUE =
            number("set-max-listpack-value", MEMORY, 0, MAX_LONG).byDefault(64).mutable();
    public static final NumberDirective ZSET_MAX_LISTPACK_ENTRIES =
            number("zset-max-listpack-entries", INTEGER, 0, MAX_LONG).byDefault(128).mutable().alias("zset-max-ziplist-entries");
    public static final NumberDirective ZSET_MAX_LISTPACK_VALUE =
            number("zset-max-listpack-value", MEMORY, 0, MAX_LONG).byDefault(64).mutable().alias("zset-max-ziplist-value");
    public static final NumberDirective HLL_SPARSE_MAX_BYTES =
            number("hll-sparse-max-bytes", MEMORY, 0, MAX_LONG).byDefault(3000).mutable();
    public static final NumberDirective STREAM_NODE_MAX_BYTES =
            number("stream-node-max-bytes", MEMORY, 0, MAX_LONG).byDefault(4096).mutable();
    public static final NumberDirective STREAM_NODE_MAX_ENTRIES =
            number("stream-node-max-entries", INTEGER, 0, MAX_LONG).byDefault(100).mutable();
    public static final NumberDirective STREAM_IDMP_DURATION =
            number("stream-idmp-duration", INTEGER, 1, 86_400).byDefault(100).mutable();
    public static final NumberDirective STREAM_IDMP_MAXSIZE =
            number("stream-idmp-maxsize", INTEGER, 1, 10_000).byDefault(100).mutable();

    // Observation
    public static final NumberDirective SLOWLOG_LOG_SLOWER_THAN =
            number("slowlog-log-slower-than", INTEGER, -1, MAX_LONG).byDefault(10000).mutable();
    public static final NumberDirective SLOWLOG_MAX_LEN =
            number("slowlog-max-len", INTEGER, 0, MAX_LONG).byDefault(128).mutable();
    public static final NumberDirective SLOWLOG_ENTRY_MAX_ARGC =
            number("slowlog-entry-max-argc", INTEGER, 2, MAX_INT).byDefault(32).mutable();
    public static final NumberDirective SLOWLOG_ENTRY_MAX_STRING_LEN =
            number("slowlog-entry-max-string-len", INTEGER, 1, MAX_INT).byDefault(128).mutable();
    public static final NumberDirective LATENCY_MONITOR_THRESHOLD =
            number("latency-monitor-threshold", INTEGER, 0, MAX_LONG).byDefault(0).mutable();
    public static final BoolDirective LATENCY_TRACKING =
            bool("latency-tracking").byDefault(YES).mutable();
    public static final ValueDirective<List<Double>> LATENCY_TRACKING_INFO_PERCENTILES =
            value("latency-tracking-info-percentiles", List.of(50.0, 99.0, 99.9), Forms::percentiles, Forms::joinPercentiles)
                    .written(percentiles -> List.of(percentiles.isEmpty() ? "\"\"" : Forms.joinPercentiles(percentiles)))
                    .multipleArguments()
                    .mutable()
                    ;
    public static final NumberDirective ACLLOG_MAX_LEN =
            number("acllog-max-len", INTEGER, 0, MAX_LONG).byDefault(128).mutable();

    // Done otherwise here
    public static final NumberDirective HZ =
            number("hz", INTEGER, 0, MAX_INT).byDefault(10).clampedTo(1, 500).mutable();
    public static final BoolDirective DYNAMIC_HZ = bool("dynamic-hz").byDefault(YES).mutable();
    public static final NumberDirective ACTIVE_EXPIRE_EFFORT =
            number("active-expire-effort", INTEGER, 1, 10).byDefault(1).mutable();
    public static final BoolDirective ACTIVEREHASHING = bool("activerehashing").byDefault(YES).mutable();
    public static final BoolDirective LAZYFREE_LAZY_EVICTION = bool("lazyfree-lazy-eviction").byDefault(NO).mutable();
    public static final BoolDirective LAZYFREE_LAZY_EXPIRE = bool("lazyfree-lazy-expire").byDefault(NO).mutable();
    public static final BoolDirective LAZYFREE_LAZY_SERVER_DEL =
            bool("lazyfree-lazy-server-del").byDefault(NO).mutable();
    public static final BoolDirective LAZYFREE_LAZY_USER_DEL = bool("lazyfree-lazy-user-del").byDefault(NO).mutable();
    public static final BoolDirective LAZYFREE_LAZY_USER_FLUSH =
            bool("lazyfree-lazy-user-flush").byDefault(NO).mutable();
    public static final BoolDirective REPLICA_LAZY_FLUSH =
            bool("replica-lazy-flush").byDefault(NO).mutable().alias("slave-lazy-flush");
    public static final BoolDirective JEMALLOC_BG_THREAD = bool("jemalloc-bg-thread").byDefault(YES).mutable();
    public static final BoolDirective DISABLE_THP = bool("disable-thp").byDefault(YES);
    public static final BoolDirective ALWAYS_SHOW_LOGO = bool("always-show-logo").byDefault(NO);
    public static final BoolDirective SET_PROC_TITLE = bool("set-proc-title").byDefault(YES);
    public static final TextDirective PROC_TITLE_TEMPLATE =
            text("proc-title-template").byDefault("{title} {listen-addr} {server-mode}").accepting(Forms::isTitleTemplate, "template format is invalid or contains unknown variables").mutable();
    public static final BoolDirective CRASH_LOG_ENABLED = bool("crash-log-enabled").byDefault(YES).mutable();
    public static final BoolDirective CRASH_MEMCHECK_ENABLED = bool("crash-memcheck-enabled").byDefault(YES).mutable();
    public static final ValueDirective<String> PROPAGATION_ERROR_BEHAVIOR =
            word("propagation-error-behavior", "ignore", "ignore", "panic", "panic-on-replicas").mutable();

    // Of the system
    public static final ValueDirective<String> OOM_SCORE_ADJ =
            word("oom-score-adj", "no", "no", "yes", "relative", "absolute").mutable();
    public static final ValueDirective<List<Integer>> OOM_SCORE_ADJ_VALUES =
            value("oom-score-adj-values", List.of(0, 200, 800), Forms::oomScores, Forms::joinNumbers)
                    .multipleArguments()
                    .mutable();

    // Of the system, and out of reach of a Java program
    public static final TextDirective SERVER_CPULIST = text("server-cpulist").alias("server_cpulist").onlyDefault();
    public static final TextDirective BIO_CPULIST = text("bio-cpulist").alias("bio_cpulist").onlyDefault();
    public static final TextDirective AOF_REWRITE_CPULIST =
            text("aof-rewrite-cpulist").alias("aof_rewrite_cpulist").onlyDefault();
    public static final TextDirective BGSAVE_CPULIST = text("bgsave-cpulist").alias("bgsave_cpulist").onlyDefault();
    public static final BoolDirective ACTIVEDEFRAG = bool("activedefrag").byDefault(NO).mutable().onlyDefault();
    public static final NumberDirective ACTIVE_DEFRAG_IGNORE_BYTES =
            number("active-defrag-ignore-bytes", MEMORY, 1, MAX_LONG).byDefault(100 * MB).mutable().onlyDefault();
    public static final NumberDirective ACTIVE_DEFRAG_THRESHOLD_LOWER =
            number("active-defrag-threshold-lower", INTEGER, 0, 1000).byDefault(10).mutable().onlyDefault();
    public static final NumberDirective ACTIVE_DEFRAG_THRESHOLD_UPPER =
            number("active-defrag-threshold-upper", INTEGER, 0, 1000).byDefault(100).mutable().onlyDefault();
    public static final NumberDirective ACTIVE_DEFRAG_CYCLE_MIN =
            number("active-defrag-cycle-min", INTEGER, 1, 99).byDefault(1).mutable().onlyDefault();
    public static final NumberDirective ACTIVE_DEFRAG_CYCLE_MAX =
            number("active-defrag-cycle-max", INTEGER, 1, 99).byDefault(25).mutable().onlyDefault();
    public static final NumberDirective ACTIVE_DEFRAG_MAX_SCAN_FIELDS =
            number("active-defrag-max-scan-fields", INTEGER, 1, MAX_LONG).byDefault(1000).mutable().onlyDefault();

    // Snapshots
    public static final ValueDirective<List<SavePoint>> SAVE =
            value("save", SavePoint.DEFAULT, SavePoint::parse, SavePoint::format)
                    .adding(SavePoint::add)
                    .written(SavePoint::rewrite)
                    .multipleArguments()
                    .mutable();
    public static final TextDirective DBFILENAME =
            text("dbfilename").byDefault("dump.rdb").accepting(Forms::isFileName, "dbfilename can't be a path, just a filename").guarded();
    public static final BoolDirective STOP_WRITES_ON_BGSAVE_ERROR =
            bool("stop-writes-on-bgsave-error").byDefault(YES).mutable();
    public static final BoolDirective RDBCOMPRESSION = bool("rdbcompression").byDefault(YES).mutable();
    public static final BoolDirective RDBCHECKSUM = bool("rdbchecksum").byDefault(YES);
    public static final BoolDirective RDB_SAVE_INCREMENTAL_FSYNC =
            bool("rdb-save-incremental-fsync").byDefault(YES).mutable();
    public static final BoolDirective RDB_DEL_SYNC_FILES =
            bool("rdb-del-sync-files").byDefault(NO).mutable().onlyDefault();
    public static final ValueDirective<String> SANITIZE_DUMP_PAYLOAD =
            word("sanitize-dump-payload", "no", "no", "yes", "clients").mutable();

    public static final NumberDirective RDB_KEY_SAVE_DELAY =
            number("rdb-key-save-delay", INTEGER, Integer.MIN_VALUE, MAX_INT).byDefault(0).mutable().hidden();
    public static final NumberDirective LOADING_PROCESS_EVENTS_INTERVAL_BYTES =
            number("loading-process-events-interval-bytes", INTEGER, 1024, MAX_INT).byDefault(2 * MB).hidden();
    public static final NumberDirective KEY_LOAD_DELAY =
            number("key-load-delay", INTEGER, Integer.MIN_VALUE, MAX_INT).byDefault(0).mutable().hidden();

    // Append-only file
    public static final BoolDirective APPENDONLY = bool("appendonly").byDefault(NO).mutable();
    public static final TextDirective APPENDFILENAME =
            text("appendfilename").byDefault("appendonly.aof").accepting(Forms::isFileName, "appendfilename can't be a path, just a filename");
    public static final TextDirective APPENDDIRNAME =
            text("appenddirname").byDefault("appendonlydir").accepting(Forms::isFileName, "appenddirname can't be a path, just a dirname");
    public static final TextDirective BACKUPDIRNAME =
            text("backupdirname").byDefault("backupdir").accepting(Forms::isFileName, "backupdirname can't be a path, just a dirname");
    public static final NumberDirective BACKUP_SEALED_TTL =
            number("backup-sealed-ttl", INTEGER, 0, MAX_INT).byDefault(0).mutable();
    public static final TextDirective PRELOAD_FILE =
            text("preload-file").accepting(Forms::isPreload, "preload-file must be aof:<manifest> or rdb:<file>");
    public static final ValueDirective<String> APPENDFSYNC =
            word("appendfsync", "everysec", "everysec", "always", "no").mutable();
    public static final BoolDirective NO_APPENDFSYNC_ON_REWRITE =
            bool("no-appendfsync-on-rewrite").byDefault(NO).mutable();
    public static final NumberDirective AUTO_AOF_REWRITE_PERCENTAGE =
            number("auto-aof-rewrite-percentage", INTEGER, 0, MAX_INT).byDefault(100).mutable();
    public static final NumberDirective AUTO_AOF_REWRITE_MIN_SIZE =
            number("auto-aof-rewrite-min-size", MEMORY, 0, MAX_LONG).byDefault(64 * MB).mutable();
    public static final BoolDirective AOF_LOAD_TRUNCATED =
            bool("aof-load-truncated").byDefault(YES).mutable();
    public static final NumberDirective AOF_LOAD_CORRUPT_TAIL_MAX_SIZE =
            number("aof-load-corrupt-tail-max-size", INTEGER, 0, MAX_LONG).byDefault(0).mutable();
    public static final BoolDirective AOF_USE_RDB_PREAMBLE =
            bool("aof-use-rdb-preamble").byDefault(YES).mutable();
    public static final BoolDirective AOF_TIMESTAMP_ENABLED =
            bool("aof-timestamp-enabled").byDefault(NO).mutable();
    public static final BoolDirective AOF_DISABLE_AUTO_GC =
            bool("aof-disable-auto-gc").byDefault(NO).mutable().hidden();
    public static final BoolDirective AOF_REWRITE_INCREMENTAL_FSYNC =
            bool("aof-rewrite-incremental-fsync").byDefault(YES).mutable();

    // Replication
    public static final ValueDirective<String> REPLICAOF =
            value("replicaof", "", Forms::master, Function.identity())
                    .written(master -> master.isEmpty() ? List.of() : List.of(master))
                    .alias("slaveof")
                    .multipleArguments()
                    .onlyDefault();
    public static final TextDirective MASTERUSER = text("masteruser").mutable().sensitive().onlyDefault();
    public static final TextDirective MASTERAUTH = text("masterauth").mutable().sensitive().onlyDefault();
    public static final BoolDirective REPLICA_SERVE_STALE_DATA =
            bool("replica-serve-stale-data").byDefault(YES).mutable().alias("slave-serve-stale-data").onlyDefault();
    public static final BoolDirective REPLICA_READ_ONLY =
            bool("replica-read-only").byDefault(YES).mutable().alias("slave-read-only").onlyDefault();
    public static final BoolDirective REPLICA_IGNORE_MAXMEMORY =
            bool("replica-ignore-maxmemory").byDefault(YES).mutable().alias("slave-ignore-maxmemory").onlyDefault();
    public static final BoolDirective REPLICA_ANNOUNCED =
            bool("replica-announced").byDefault(YES).mutable().onlyDefault();
    public static final BoolDirective REPLICA_IGNORE_DISK_WRITE_ERRORS =
            bool("replica-ignore-disk-write-errors").byDefault(NO).mutable().onlyDefault();
    public static final NumberDirective REPLICA_PRIORITY =
            number("replica-priority", INTEGER, 0, MAX_INT).byDefault(100).mutable().alias("slave-priority").onlyDefault();
    public static final TextDirective REPLICA_ANNOUNCE_IP =
            text("replica-announce-ip").mutable().alias("slave-announce-ip").onlyDefault();
    public static final NumberDirective REPLICA_ANNOUNCE_PORT =
            number("replica-announce-port", INTEGER, 0, 65535).byDefault(0).mutable().alias("slave-announce-port").onlyDefault();
    public static final BoolDirective REPL_DISKLESS_SYNC =
            bool("repl-diskless-sync").byDefault(YES).mutable().onlyDefault();
    public static final NumberDirective REPL_DISKLESS_SYNC_DELAY =
            number("repl-diskless-sync-delay", INTEGER, 0, MAX_INT).byDefault(5).mutable().onlyDefault();
    public static final NumberDirective REPL_DISKLESS_SYNC_MAX_REPLICAS =
            number("repl-diskless-sync-max-replicas", INTEGER, 0, MAX_INT).byDefault(0).mutable().onlyDefault();
    public static final ValueDirective<String> REPL_DISKLESS_LOAD =
            word("repl-diskless-load", "disabled", "disabled", "on-empty-db", "swapdb").mutable().onlyDefault();
    public static final BoolDirective REPL_DISABLE_TCP_NODELAY =
            bool("repl-disable-tcp-nodelay").byDefault(NO).mutable().onlyDefault();
    public static final NumberDirective REPL_PING_REPLICA_PERIOD =
            number("repl-ping-replica-period", INTEGER, 1, MAX_INT).byDefault(10).mutable().alias("repl-ping-slave-period").onlyDefault();
    public static final NumberDirective REPL_TIMEOUT =
            number("repl-timeout", INTEGER, 1, MAX_INT).byDefault(60).mutable().onlyDefault();
    public static final NumberDirective REPL_BACKLOG_SIZE =
            number("repl-backlog-size", MEMORY, 1, MAX_LONG).byDefault(MB).mutable().onlyDefault();
    public static final NumberDirective REPL_BACKLOG_TTL =
            number("repl-backlog-ttl", INTEGER, 0, MAX_LONG).byDefault(3600).mutable().onlyDefault();
    public static final NumberDirective REPLICA_FULL_SYNC_BUFFER_LIMIT =
            number("replica-full-sync-buffer-limit", MEMORY, 0, MAX_LONG).byDefault(0).mutable().onlyDefault();
    public static final NumberDirective MIN_REPLICAS_TO_WRITE =
            number("min-replicas-to-write", INTEGER, 0, MAX_INT).byDefault(0).mutable().alias("min-slaves-to-write").onlyDefault();
    public static final NumberDirective MIN_REPLICAS_MAX_LAG =
            number("min-replicas-max-lag", INTEGER, 0, MAX_INT).byDefault(10).mutable().alias("min-slaves-max-lag").onlyDefault();

    // Users and scripts
    public static final TextDirective ACLFILE = text("aclfile");
    public static final ValueDirective<String> ACL_PUBSUB_DEFAULT =
            word("acl-pubsub-default", "resetchannels", "allchannels", "resetchannels").mutable();
    public static final NumberDirective BUSY_REPLY_THRESHOLD =
            number("busy-reply-threshold", INTEGER, 0, MAX_LONG).byDefault(5000).mutable().alias("lua-time-limit").onlyDefault();

    // Cluster
    public static final BoolDirective CLUSTER_ENABLED = bool("cluster-enabled").byDefault(NO).onlyDefault();
    public static final TextDirective CLUSTER_CONFIG_FILE =
            text("cluster-config-file").byDefault("nodes.conf").onlyDefault();
    public static final NumberDirective CLUSTER_NODE_TIMEOUT =
            number("cluster-node-timeout", INTEGER, 0, MAX_LONG).byDefault(15000).mutable().onlyDefault();
    public static final NumberDirective CLUSTER_PORT =
            number("cluster-port", INTEGER, 0, 65535).byDefault(0).onlyDefault();
    public static final TextDirective CLUSTER_ANNOUNCE_IP = text("cluster-announce-ip").mutable().onlyDefault();
    public static final TextDirective CLUSTER_ANNOUNCE_HOSTNAME =
            text("cluster-announce-hostname").mutable().onlyDefault();
    public static final TextDirective CLUSTER_ANNOUNCE_HUMAN_NODENAME =
            text("cluster-announce-human-nodename").mutable().onlyDefault();
    public static final NumberDirective CLUSTER_ANNOUNCE_PORT =
            number("cluster-announce-port", INTEGER, 0, 65535).byDefault(0).mutable().onlyDefault();
    public static final NumberDirective CLUSTER_ANNOUNCE_BUS_PORT =
            number("cluster-announce-bus-port", INTEGER, 0, 65535).byDefault(0).mutable().onlyDefault();
    public static final NumberDirective CLUSTER_ANNOUNCE_TLS_PORT =
            number("cluster-announce-tls-port", INTEGER, 0, 65535).byDefault(0).mutable().onlyDefault();
    public static final NumberDirective CLUSTER_REPLICA_VALIDITY_FACTOR =
            number("cluster-replica-validity-factor", INTEGER, 0, MAX_INT).byDefault(10).mutable().alias("cluster-slave-validity-factor").onlyDefault();
    public static final BoolDirective CLUSTER_REPLICA_NO_FAILOVER =
            bool("cluster-replica-no-failover").byDefault(NO).mutable().alias("cluster-slave-no-failover").onlyDefault();
    public static final NumberDirective CLUSTER_MIGRATION_BARRIER =
            number("cluster-migration-barrier", INTEGER, 0, MAX_INT).byDefault(1).mutable().onlyDefault();
    public static final BoolDirective CLUSTER_ALLOW_REPLICA_MIGRATION =
            bool("cluster-allow-replica-migration").byDefault(YES).mutable().onlyDefault();
    public static final BoolDirective CLUSTER_REQUIRE_FULL_COVERAGE =
            bool("cluster-require-full-coverage").byDefault(YES).mutable().onlyDefault();
    public static final BoolDirective CLUSTER_ALLOW_READS_WHEN_DOWN =
            bool("cluster-allow-reads-when-down").byDefault(NO).mutable().onlyDefault();
    public static final BoolDirective CLUSTER_ALLOW_PUBSUBSHARD_WHEN_DOWN =
            bool("cluster-allow-pubsubshard-when-down").byDefault(YES).mutable().onlyDefault();
    public static final NumberDirective CLUSTER_LINK_SENDBUF_LIMIT =
            number("cluster-link-sendbuf-limit", MEMORY, 0, MAX_LONG).byDefault(0).mutable().onlyDefault();
    public static final ValueDirective<String> CLUSTER_PREFERRED_ENDPOINT_TYPE =
            word("cluster-preferred-endpoint-type", "ip", "ip", "hostname", "unknown-endpoint").mutable().onlyDefault();
    public static final NumberDirective CLUSTER_COMPATIBILITY_SAMPLE_RATIO =
            number("cluster-compatibility-sample-ratio", INTEGER, 0, 100).byDefault(0).mutable().onlyDefault();

    // TLS
    public static final NumberDirective TLS_PORT = number("tls-port", INTEGER, 0, 65535).byDefault(0).mutable();
    public static final TextDirective TLS_CERT_FILE = text("tls-cert-file").mutable();
    public static final TextDirective TLS_KEY_FILE = text("tls-key-file").mutable();
    public static final TextDirective TLS_KEY_FILE_PASS = text("tls-key-file-pass").mutable().sensitive();
    public static final TextDirective TLS_CLIENT_CERT_FILE = text("tls-client-cert-file").mutable().withoutEffect();
    public static final TextDirective TLS_CLIENT_KEY_FILE = text("tls-client-key-file").mutable().withoutEffect();
    public static final TextDirective TLS_CLIENT_KEY_FILE_PASS =
            text("tls-client-key-file-pass").mutable().sensitive().withoutEffect();
    public static final TextDirective TLS_DH_PARAMS_FILE = text("tls-dh-params-file").mutable().withoutEffect();
    public static final TextDirective TLS_CA_CERT_FILE = text("tls-ca-cert-file").mutable();
    public static final TextDirective TLS_CA_CERT_DIR = text("tls-ca-cert-dir").mutable();
    public static final TextDirective TLS_PROTOCOLS = text("tls-protocols").mutable();
    public static final TextDirective TLS_CIPHERS = text("tls-ciphers").mutable();
    public static final TextDirective TLS_CIPHERSUITES = text("tls-ciphersuites").mutable();
    public static final ValueDirective<String> TLS_AUTH_CLIENTS =
            word("tls-auth-clients", "yes", "no", "yes", "optional").mutable();
    public static final ValueDirective<String> TLS_AUTH_CLIENTS_USER =
            word("tls-auth-clients-user", "off", "off", "CN").mutable();
    public static final BoolDirective TLS_REPLICATION =
            bool("tls-replication").byDefault(NO).mutable().onlyDefault("this version has no replication, so none over TLS: only 'no' is possible");
    public static final BoolDirective TLS_CLUSTER =
            bool("tls-cluster").byDefault(NO).mutable().onlyDefault("this version has no cluster bus, so none over TLS: only 'no' is possible");
    public static final TextDirective TLS_EXPECTED_PEER_NAME =
            text("tls-expected-peer-name").mutable().onlyDefault("this version makes no TLS connections to other servers: only the empty name is possible");
    public static final BoolDirective TLS_PREFER_SERVER_CIPHERS =
            bool("tls-prefer-server-ciphers").byDefault(NO).mutable();
    public static final BoolDirective TLS_SESSION_CACHING = bool("tls-session-caching").byDefault(YES).mutable();
    public static final NumberDirective TLS_SESSION_CACHE_SIZE =
            number("tls-session-cache-size", INTEGER, 0, MAX_INT).byDefault(20480).mutable();
    public static final NumberDirective TLS_SESSION_CACHE_TIMEOUT =
            number("tls-session-cache-timeout", INTEGER, 0, MAX_INT).byDefault(300).mutable();
    public static final NumberDirective MAX_NEW_TLS_CONNECTIONS_PER_CYCLE =
            number("max-new-tls-connections-per-cycle", INTEGER, 1, 1000).byDefault(1).mutable().withoutEffect();
    // spotless:on

    private Directives() {}

    /** All rows, in the table's order. */
    static List<Directive<?, ?>> all() {
        return ROWS;
    }

    /** Whether a directive's value is not for the eyes of others. */
    public static boolean isSensitive(String name) {
        Directive<?, ?> directive = find(name);
        return directive != null && directive.isSensitive();
    }

    /** The row of a name or an alias, in any case; null if there is none. */
    public static @Nullable Directive<?, ?> find(String name) {
        return BY_NAME.get(name.toLowerCase(Locale.ROOT));
    }

    // How rows are made.

    private static BoolDirective bool(String name) {
        return added(new BoolDirective(name, ROWS.size()));
    }

    private static NumberDirective number(String name, NumberDirective.Form form, long min, long max) {
        return added(new NumberDirective(name, ROWS.size(), form, min, max));
    }

    private static TextDirective text(String name) {
        return added(new TextDirective(name, ROWS.size()));
    }

    private static <E extends Enum<E>> EnumDirective<E> oneOf(String name, E[] choices, E byDefault) {
        return added(new EnumDirective<>(name, ROWS.size(), List.of(choices), byDefault));
    }

    private static ValueDirective<String> word(String name, String byDefault, String... words) {
        List<String> choices = Arrays.asList(words);
        return value(
                name,
                byDefault,
                (arguments, before) -> {
                    for (String choice : choices) {
                        if (choice.equalsIgnoreCase(arguments.getFirst())) {
                            return choice;
                        }
                    }
                    throw new ConfigException(
                            "argument(s) must be one of the following: " + String.join(", ", choices));
                },
                Function.identity());
    }

    private static <V> ValueDirective<V> value(
            String name, V byDefault, ValueDirective.Parser<V> parser, Function<V, String> formatter) {
        return added(new ValueDirective<>(name, ROWS.size(), byDefault, parser, formatter));
    }

    private static <D extends Directive<?, ?>> D added(D directive) {
        ROWS.add(directive);
        return directive;
    }

    static {
        for (Directive<?, ?> row : ROWS) {
            BY_NAME.put(row.name(), row);
            row.alias().ifPresent(alias -> BY_NAME.put(alias, row));
        }
    }
}
