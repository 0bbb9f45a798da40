package dev.cinnabar.commands.server;

import static dev.cinnabar.command.Flag.LOADING;
import static dev.cinnabar.command.Flag.STALE;
import static dev.cinnabar.commands.server.Figures.fixed;
import static dev.cinnabar.commands.server.Figures.human;
import static dev.cinnabar.commands.server.Figures.ratio;

import dev.cinnabar.acl.Denial;
import dev.cinnabar.aof.AppendOnly;
import dev.cinnabar.command.Args;
import dev.cinnabar.command.Argument;
import dev.cinnabar.command.Call;
import dev.cinnabar.command.Category;
import dev.cinnabar.command.CommandSpec;
import dev.cinnabar.command.CommandTable;
import dev.cinnabar.command.Engine;
import dev.cinnabar.command.Group;
import dev.cinnabar.command.Histogram;
import dev.cinnabar.command.Host;
import dev.cinnabar.command.LoopFigures;
import dev.cinnabar.command.Statistics;
import dev.cinnabar.command.Version;
import dev.cinnabar.config.Configuration;
import dev.cinnabar.config.Directives;
import dev.cinnabar.keyspace.Database;
import dev.cinnabar.keyspace.Keyspace;
import dev.cinnabar.persistence.Loading;
import dev.cinnabar.persistence.Saves;
import dev.cinnabar.resp.Reply;
import dev.cinnabar.session.Blocked;
import dev.cinnabar.session.Pause;
import dev.cinnabar.session.Peer;
import dev.cinnabar.session.Session;
import dev.cinnabar.session.Subscriptions.Kind;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.StringJoiner;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * INFO: figures about the server, in sections of lines {@code name:value}. One object writes one reply.
 *
 * <p>The names are those of Redis. What Redis counts and this server has not, such as replicas, is zero; what has no meaning
 * here, such as the state of jemalloc, is left out.
 */
final class InfoCommand {

    private record Section(String name, boolean byDefault, Consumer<InfoCommand> writer) {}

    private static final List<Section> SECTIONS = List.of(
            new Section("server", true, InfoCommand::server),
            new Section("clients", true, InfoCommand::clients),
            new Section("memory", true, InfoCommand::memory),
            new Section("persistence", true, InfoCommand::persistence),
            new Section("threads", true, InfoCommand::threads),
            new Section("stats", true, InfoCommand::stats),
            new Section("replication", true, InfoCommand::replication),
            new Section("cpu", true, InfoCommand::cpu),
            new Section("modules", true, info -> info.title("Modules")),
            new Section("commandstats", false, InfoCommand::commandStatistics),
            new Section("errorstats", true, InfoCommand::errorStatistics),
            new Section("latencystats", false, InfoCommand::latencyStatistics),
            new Section("cluster", true, InfoCommand::cluster),
            new Section("keyspace", true, InfoCommand::keyspace),
            new Section("keysizes", true, InfoCommand::keySizes),
            new Section("hotkeys", false, InfoCommand::hotKeys));

    private final Call call;
    private final Engine engine;
    private final Host host;
    private final Configuration configuration;
    private final Statistics statistics;
    private final StringBuilder text = new StringBuilder(4096);
    private final Set<String> wanted;

    private InfoCommand(Call call, Set<String> wanted) {
        this.wanted = wanted;
        this.call = call;
        this.engine = call.engine();
        this.host = engine.host();
        this.configuration = engine.settings().configuration();
        this.statistics = engine.statistics();
    }

    static CommandSpec row() {
        return CommandSpec.command("info", -1, LOADING, STALE)
                .group(Group.SERVER)
                .categories(Category.DANGEROUS)
                .walksData()
                .tips("nondeterministic_output", "request_policy:all_shards", "response_policy:special")
                .summary("Tells figures about the server.")
                .complexity("O(1)")
                .arguments(Argument.string("section").optional().multiple())
                .history("7.0.0", "Takes several sections.")
                .handler(InfoCommand::info);
    }

    static void info(Call call, Args args, Reply reply) {
        Set<String> wanted = new LinkedHashSet<>();
        for (int i = 1; i < args.count(); i++) {
            wanted.add(args.at(i).toString().toLowerCase(Locale.ROOT));
        }
        boolean all = wanted.contains("all") || wanted.contains("everything");
        boolean defaults = wanted.isEmpty() || wanted.contains("default");
        InfoCommand info = new InfoCommand(call, wanted);
        for (Section section : SECTIONS) {
            if (all || defaults && section.byDefault || wanted.contains(section.name)) {
                section.writer.accept(info);
            }
        }
        reply.verbatim("txt", info.text.toString());
    }

    private void title(String name) {
        text.append(text.isEmpty() ? "# " : "\r\n# ").append(name).append("\r\n");
    }

    private void line(String name, Object value) {
        text.append(name).append(':').append(value).append("\r\n");
    }

    private void lines(String value, String... names) {
        for (String name : names) {
            line(name, value);
        }
    }

    private void server() {
        title("Server");
        line("redis_version", Version.REDIS);
        line("cinnabar_version", Version.CINNABAR);
        line("redis_git_sha1", "00000000");
        line("redis_git_dirty", 0);
        line("redis_build_id", "0000000000000000");
        line("redis_mode", "standalone");
        line(
                "os",
                System.getProperty("os.name") + " " + System.getProperty("os.version") + " "
                        + System.getProperty("os.arch").replace("amd64", "x86_64"));
        line("arch_bits", 64);
        line("monotonic_clock", "System.nanoTime");
        line("multiplexing_api", "nio");
        line("java_version", Runtime.version());
        line("process_id", ProcessHandle.current().pid());
        line("process_supervised", "no");
        line("run_id", engine.runId());
        line("tcp_port", host.port());
        line("server_time_usec", engine.clock().micros());
        long seconds = (call.nowMillis() - engine.startedMillis()) / 1000;
        line("uptime_in_seconds", seconds);
        line("uptime_in_days", seconds / TimeUnit.DAYS.toSeconds(1));
        long hz = configuration.get(Directives.HZ);
        line("hz", hz);
        line("configured_hz", hz);
        line("lru_clock", call.nowMillis() / 1000 & 0xffffff);
        line("executable", ProcessHandle.current().info().command().orElse(""));
        line("config_file", Objects.requireNonNullElse(host.configFile(), ""));
        line("io_threads_active", host.loops() > 1 ? 1 : 0);
        int number = 0;
        for (String listener : host.listeners()) {
            line("listener" + number++, listener);
        }
    }

    private void clients() {
        int watching = 0;
        int watched = 0;
        for (Session session : engine.clients().all()) {
            int keys = session.transaction().watches().size();
            watching += keys > 0 ? 1 : 0;
            watched += keys;
        }
        long mostInput = 0;
        long mostOutput = 0;
        for (Session session : engine.clients().all()) {
            Peer peer = session.peer();
            mostInput = Math.max(mostInput, peer == null ? 0 : peer.queryBytes());
            mostOutput = Math.max(mostOutput, peer == null ? 0 : peer.outputBytes());
        }
        int waiting = 0;
        for (Blocked blocked : engine.blockedClients().all()) {
            waiting += blocked.deadlineMillis() == Blocked.FOREVER ? 0 : 1;
        }
        title("Clients");
        line("connected_clients", engine.clients().size());
        line("cluster_connections", 0);
        line("maxclients", configuration.get(Directives.MAXCLIENTS));
        line("client_recent_max_input_buffer", mostInput);
        line("client_recent_max_output_buffer", mostOutput);
        line("blocked_clients", engine.blockedClients().size() + engine.pause().waiting());
        line("tracking_clients", engine.tracking().clients());
        line("pubsub_clients", engine.pubSub().clients());
        line("watching_clients", watching);
        line("clients_in_timeout_table", waiting);
        line("total_watched_keys", watched);
        long[] keys = engine.keyspace().waitedKeys();
        line("total_blocking_keys", keys[0]);
        line("total_blocking_keys_on_nokey", keys[1]);
        Pause pause = engine.pause();
        long pausedMillis = pause.isOn() ? Math.max(0, pause.untilMillis() - call.nowMillis()) : 0;
        boolean paused = pausedMillis > 0;
        line("paused_reason", paused ? "client_pause" : "none");
        line("paused_actions", paused ? pause.scope().name().toLowerCase(Locale.ROOT) : "none");
        line("paused_timeout_milliseconds", pausedMillis);
    }

    private void memory() {
        long used = engine.usedMemory();
        long peak = engine.peakMemory();
        long resident = Figures.residentBytes();
        long reserved = engine.keyspace().reservedMemory();
        long overhead = MemoryCommands.overheadBytes(engine);
        long machine = Figures.machineBytes();
        long limit = configuration.get(Directives.MAXMEMORY);
        Runtime heap = Runtime.getRuntime();
        title("Memory");
        line("used_memory", used);
        line("used_memory_human", human(used));
        line("used_memory_rss", resident);
        line("used_memory_rss_human", human(resident));
        line("used_memory_peak", peak);
        line("used_memory_peak_human", human(peak));
        line("used_memory_peak_perc", fixed(100 * ratio(used, peak), 2) + "%");
        line("used_memory_overhead", overhead);
        line("used_memory_startup", 0);
        line("used_memory_dataset", used - overhead);
        line("used_memory_dataset_perc", fixed(100 * ratio(used - overhead, used), 2) + "%");
        line("used_memory_heap", heap.totalMemory() - heap.freeMemory());
        line("allocator_allocated", used);
        line("allocator_active", reserved);
        line("allocator_resident", reserved);
        line("allocator_muzzy", 0);
        line("total_system_memory", machine);
        line("total_system_memory_human", human(machine));
        // Scripts and functions are none yet, and will live on the Java heap.
        lines("0", "used_memory_lua", "used_memory_vm_eval", "used_memory_scripts_eval");
        lines("0", "number_of_cached_scripts", "number_of_functions", "number_of_libraries");
        lines("0", "used_memory_vm_functions", "used_memory_vm_total", "used_memory_functions", "used_memory_scripts");
        lines("0B", "used_memory_lua_human", "used_memory_vm_total_human", "used_memory_scripts_human");
        line("maxmemory", limit);
        line("maxmemory_human", human(limit));
        line("maxmemory_policy", configuration.text(Directives.MAXMEMORY_POLICY));
        line("allocator_frag_ratio", fixed(ratio(reserved, used), 2));
        line("allocator_frag_bytes", reserved - used);
        line("allocator_rss_ratio", fixed(1, 2));
        line("allocator_rss_bytes", 0);
        line("rss_overhead_ratio", fixed(ratio(resident, reserved), 2));
        line("rss_overhead_bytes", resident - reserved);
        line("mem_fragmentation_ratio", fixed(ratio(resident, used), 2));
        line("mem_fragmentation_bytes", resident - used);
        line("mem_clients_normal", engine.clientMemory().totalBytes());
        line("mem_not_counted_for_evict", engine.saves().bufferBytes());
        lines(
                "0",
                "mem_replication_backlog",
                "mem_total_replication_buffers",
                "mem_replica_full_sync_buffer",
                "mem_clients_slaves",
                "mem_cluster_links",
                "mem_aof_buffer");
        line("mem_allocator", "cinnabar");
        lines("0", "mem_overhead_db_hashtable_rehashing", "active_defrag_running");
        lines("0", "lazyfree_pending_objects", "lazyfreed_objects");
    }

    private void persistence() {
        title("Persistence");
        Saves saves = engine.saves();
        Loading loading = saves.loading();
        line("loading", engine.isLoading() ? 1 : 0);
        line("async_loading", 0);
        if (loading != null) {
            loading(loading);
        }
        long[] progress = saves.progress();
        // There is no copy on write of pages; what a snapshot keeps of entries that change is the same to whoever
        // watches.
        line("current_cow_peak", saves.mostWaitingBytes());
        line("current_cow_size", saves.waitingBytes());
        line("current_cow_size_age", 0);
        line("current_fork_perc", fixed(100 * ratio(progress[0], progress[1]), 2));
        line("current_save_keys_processed", progress[0]);
        line("current_save_keys_total", progress[1]);
        line("rdb_changes_since_last_save", saves.changes());
        line("rdb_bgsave_in_progress", saves.isInProgress() ? 1 : 0);
        line("rdb_last_save_time", saves.lastSaveMillis() / 1000);
        line("rdb_last_bgsave_status", saves.hasLastFailed() ? "err" : "ok");
        line("rdb_last_bgsave_time_sec", wholeSeconds(saves.lastDurationMillis()));
        line("rdb_current_bgsave_time_sec", wholeSeconds(saves.currentDurationMillis()));
        line("rdb_saves", saves.saves());
        line("rdb_last_cow_size", saves.lastWaitingBytes(false));
        lines("0", "module_fork_in_progress", "module_fork_last_cow_size");
        line("rdb_last_load_keys_expired", saves.lastExpired());
        line("rdb_last_load_keys_loaded", saves.lastLoaded());
        appendOnly(engine.appendOnly());
    }

    private void appendOnly(AppendOnly file) {
        line("backup_in_progress", file.backup().isInProgress() ? 1 : 0);
        line("aof_enabled", file.isOn() ? 1 : 0);
        line("aof_rewrite_in_progress", file.isRewriting() ? 1 : 0);
        line("aof_rewrite_scheduled", file.isScheduled() ? 1 : 0);
        line("aof_last_rewrite_time_sec", seconds(file.lastRewriteNanos()));
        line("aof_current_rewrite_time_sec", seconds(file.rewriteNanos()));
        line("aof_last_bgrewrite_status", file.hasLastRewriteFailed() ? "err" : "ok");
        line("aof_rewrites", file.rewrites());
        line("aof_rewrites_consecutive_failures", file.failuresInARow());
        line("aof_last_write_status", file.failure() == null ? "ok" : "err");
        line("aof_last_cow_size", engine.saves().lastWaitingBytes(true));
        if (file.isOn()) {
            line("aof_current_size", file.currentSize());
            line("aof_base_size", file.baseSize());
            line("aof_pending_rewrite", 0);
            line("aof_buffer_length", file.bufferBytes());
            line("aof_pending_bio_fsync", file.isSyncing() ? 1 : 0);
            line("aof_delayed_fsync", file.delayedSyncs());
        }
    }

    /** Whole seconds of a duration in nanoseconds, or -1 where there is none. */
    private static long seconds(long nanos) {
        return nanos < 0 ? -1 : TimeUnit.NANOSECONDS.toSeconds(nanos);
    }

    private static long wholeSeconds(long millis) {
        return millis < 0 ? -1 : millis / 1000;
    }

    private void loading(Loading loading) {
        long total = loading.totalBytes();
        long loaded = loading.loadedBytes();
        double seconds = (engine.clock().millis() - loading.startedMillis()) / 1000.0;
        line("loading_start_time", loading.startedMillis() / 1000);
        line("loading_total_bytes", total);
        line("loading_rdb_used_mem", loading.usedMemory());
        line("loading_loaded_bytes", loaded);
        line("loading_loaded_perc", fixed(100 * ratio(loaded, total), 2));
        line("loading_eta_seconds", loaded == 0 ? 1 : (long) (seconds * (total - loaded) / loaded));
    }

    private void threads() {
        int[] sessions = new int[host.loops()];
        for (Session session : engine.clients().all()) {
            Peer peer = session.peer();
            if (peer != null && peer.loop() < sessions.length) {
                sessions[peer.loop()]++;
            }
        }
        title("Threads");
        List<LoopFigures> figures = host.loopFigures();
        for (int i = 0; i < sessions.length; i++) {
            LoopFigures one = figures.get(i);
            line("io_thread_" + i, "clients=" + sessions[i] + ",reads=" + one.reads() + ",writes=" + one.writes());
        }
    }

    private void stats() {
        long errors = statistics.errors().values().stream().mapToLong(n -> n).sum();
        title("Stats");
        line("total_connections_received", engine.clients().received());
        line("total_commands_processed", statistics.commands());
        line("instantaneous_ops_per_sec", engine.commandRate().perSecond());
        line("total_net_input_bytes", host.inputBytes());
        line("total_net_output_bytes", host.outputBytes());
        lines("0", "total_net_repl_input_bytes", "total_net_repl_output_bytes");
        line("instantaneous_input_kbps", fixed(engine.inputRate().perSecond() / 1024.0, 2));
        line("instantaneous_output_kbps", fixed(engine.outputRate().perSecond() / 1024.0, 2));
        lines("0.00", "instantaneous_input_repl_kbps", "instantaneous_output_repl_kbps");
        line("rejected_connections", engine.clients().rejected());
        lines("0", "sync_full", "sync_partial_ok", "sync_partial_err");
        line("expired_subkeys", engine.keyspace().expiredFields());
        line("expired_keys", engine.keyspace().expired());
        line("expired_stale_perc", fixed(0, 2));
        lines("0", "expired_time_cap_reached_count", "expire_cycle_cpu_milliseconds");
        line("evicted_keys", engine.keyspace().evicted());
        line("evicted_clients", engine.clientMemory().evicted());
        line("evicted_scripts", 0);
        lines("0", "total_eviction_exceeded_time", "current_eviction_exceeded_time");
        line("keyspace_hits", statistics.hits());
        line("keyspace_misses", statistics.misses());
        line("pubsub_channels", engine.pubSub().size(Kind.CHANNEL));
        line("pubsub_patterns", engine.pubSub().size(Kind.PATTERN));
        line("pubsubshard_channels", engine.pubSub().size(Kind.SHARD));
        lines("0", "latest_fork_usec", "total_forks", "migrate_cached_sockets", "slave_expires_tracked_keys");
        lines("0", "active_defrag_hits", "active_defrag_misses", "active_defrag_key_hits", "active_defrag_key_misses");
        lines("0", "total_active_defrag_time", "current_active_defrag_time");
        line("tracking_total_keys", engine.tracking().keys());
        line("tracking_total_items", engine.tracking().items());
        line("tracking_total_prefixes", engine.tracking().prefixes());
        line("unexpected_error_replies", 0);
        line("total_error_replies", errors);
        line("dump_payload_sanitizations", 0);
        loopStatistics();
        line("client_query_buffer_limit_disconnections", engine.clients().timesCutOffForInput());
        line("client_output_buffer_limit_disconnections", engine.clients().timesCutOff());
        lines("0", "reply_buffer_shrinks", "reply_buffer_expands");
        slowStatistics();
        for (Denial reason : List.of(Denial.AUTH, Denial.COMMAND, Denial.KEY, Denial.CHANNEL, Denial.TLS_CERT)) {
            String name = reason == Denial.COMMAND ? "cmd" : reason.label().replace('-', '_');
            line("acl_access_denied_" + name, engine.accessLog().denied(reason));
        }
    }

    /** What all loops together have done: each reads, runs and writes for its own clients. */
    private void loopStatistics() {
        LoopFigures figures = engine.loopFigures();
        long commandNanos = 0;
        for (int id = 0; id < engine.commands().ids(); id++) {
            commandNanos += statistics.nanos(id);
        }
        boolean many = host.loops() > 1;
        line("total_reads_processed", figures.reads());
        line("total_writes_processed", figures.writes());
        line("io_threaded_reads_processed", many ? figures.reads() : 0);
        line("io_threaded_writes_processed", many ? figures.writes() : 0);
        line("total_client_processing_events", figures.reads());
        line("eventloop_cycles", figures.cycles());
        line("eventloop_duration_sum", figures.workedNanos() / 1000);
        line("eventloop_duration_cmd_sum", commandNanos / 1000);
        long cycles = engine.cycleRate().perSecond();
        line("instantaneous_eventloop_cycles_per_sec", cycles);
        line("instantaneous_eventloop_duration_usec", (long)
                ratio(engine.workRate().perSecond(), cycles));
        line("commands_per_parse_batch_sum", statistics.commands());
        line("commands_per_parse_batch_cnt", figures.reads());
        line("commands_per_parse_batch_avg", fixed(ratio(statistics.commands(), figures.reads()), 2));
    }

    private void slowStatistics() {
        long count = 0;
        long nanos = 0;
        long longest = 0;
        for (int id = 0; id < engine.commands().ids(); id++) {
            count += statistics.slowCalls(id);
            nanos += statistics.slowNanos(id);
            longest = Math.max(longest, statistics.slowestNanos(id));
        }
        line("slowlog_commands_count", count);
        line("slowlog_commands_time_ms_sum", TimeUnit.NANOSECONDS.toMillis(nanos));
        line("slowlog_commands_time_ms_max", TimeUnit.NANOSECONDS.toMillis(longest));
    }

    private void replication() {
        title("Replication");
        line("role", "master");
        line("connected_slaves", 0);
        line("master_failover_state", "no-failover");
        line("master_replid", engine.runId());
        line("master_replid2", "0".repeat(40));
        line("master_repl_offset", 0);
        line("second_repl_offset", -1);
        line("repl_backlog_active", 0);
        line("repl_backlog_size", configuration.get(Directives.REPL_BACKLOG_SIZE));
        lines("0", "repl_backlog_first_byte_offset", "repl_backlog_histlen");
    }

    private void cpu() {
        double[] seconds = Figures.processorSeconds();
        title("CPU");
        line("used_cpu_sys", fixed(seconds[0], 6));
        line("used_cpu_user", fixed(seconds[1], 6));
        lines("0.000000", "used_cpu_sys_children", "used_cpu_user_children");
    }

    private void commandStatistics() {
        title("Commandstats");
        CommandTable table = engine.commands();
        for (int id = 0; id < table.ids(); id++) {
            long calls = statistics.calls(id);
            long rejected = statistics.rejectedCalls(id);
            if (calls > 0 || rejected > 0) {
                double micros = statistics.nanos(id) / 1000.0;
                line(
                        "cmdstat_" + table.byId(id).fullName(),
                        "calls=" + calls + ",usec=" + (long) micros + ",usec_per_call="
                                + fixed(ratio(micros, calls), 2) + ",rejected_calls=" + rejected + ",failed_calls="
                                + statistics.failedCalls(id) + ",slowlog_count=" + statistics.slowCalls(id)
                                + ",slowlog_time_ms_sum="
                                + TimeUnit.NANOSECONDS.toMillis(statistics.slowNanos(id))
                                + ",slowlog_time_ms_max="
                                + TimeUnit.NANOSECONDS.toMillis(statistics.slowestNanos(id)));
            }
        }
    }

    private void errorStatistics() {
        title("Errorstats");
        for (Map.Entry<String, Long> error : statistics.errors().entrySet()) {
            line("errorstat_" + error.getKey(), "count=" + error.getValue());
        }
    }

    private void latencyStatistics() {
        title("Latencystats");
        List<Double> percentiles = configuration.get(Directives.LATENCY_TRACKING_INFO_PERCENTILES);
        CommandTable table = engine.commands();
        for (int id = 0; id < table.ids(); id++) {
            Histogram durations = statistics.durations(id);
            if (durations != null && durations.total() > 0) {
                StringJoiner values = new StringJoiner(",");
                for (double percentile : percentiles) {
                    String name = percentile == (long) percentile ? "" + (long) percentile : "" + percentile;
                    values.add("p" + name + "=" + fixed(durations.percentileNanos(percentile) / 1000.0, 3));
                }
                line("latency_percentiles_usec_" + table.byId(id).fullName(), values);
            }
        }
    }

    private void cluster() {
        title("Cluster");
        line("cluster_enabled", 0);
    }

    private void hotKeys() {
        title("Hotkeys");
        line("tracking_active", engine.hotKeys().isActive() ? 1 : 0);
        line("used_memory", engine.hotKeys().sizeBytes());
    }

    private void keyspace() {
        Keyspace keyspace = engine.keyspace();
        int databases = keyspace.databases();
        long[] keys = new long[databases];
        long[] expires = new long[databases];
        long[] subexpires = new long[databases];
        double[] restMillis = new double[databases];
        for (int p = 0; p < keyspace.partitions(); p++) {
            keyspace.<Void>locked(p, partition -> {
                for (int n = 0; n < databases; n++) {
                    Database database = partition.databaseIfAny(n);
                    if (database != null) {
                        keys[n] += database.size();
                        expires[n] += database.expiringSize();
                        subexpires[n] += database.fieldExpiringSize();
                        restMillis[n] += database.expiringSize() * (database.meanExpiryMillis() - call.nowMillis());
                    }
                }
                return null;
            });
        }
        title("Keyspace");
        for (int n = 0; n < databases; n++) {
            if (keys[n] > 0) {
                long meanTtl = Math.max(0, (long) ratio(restMillis[n], expires[n]));
                line(
                        "db" + n,
                        "keys=" + keys[n] + ",expires=" + expires[n] + ",avg_ttl=" + meanTtl + ",subexpiry="
                                + subexpires[n]);
            }
        }
    }

    private void keySizes() {
        title("Keysizes");
        if (wanted.contains("keysizes")) {
            engine.keySizes().count(this::line);
        } else {
            engine.keySizes().recent(this::line);
        }
    }
}
