package dev.cinnabar.metrics;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Turns the text of INFO into metrics. One object makes one text.
 *
 * <p>Names and labels are those of redis_exporter. A field of INFO that is not in the table is left out, and so is a metric
 * whose field INFO has not: nothing is made up.
 */
final class Metrics {

    private record Row(String field, String metric, Exposition.Type type, String help) {}

    private static final List<Row> ROWS = new ArrayList<>();

    static {
        gauge("uptime_in_seconds", "uptime_in_seconds", "Seconds since the server started.");
        gauge("io_threads_active", "io_threads_active", "Whether more than one thread serves connections.");

        gauge("connected_clients", "connected_clients", "Clients that are connected.");
        gauge("cluster_connections", "cluster_connections", "Connections of the cluster bus.");
        gauge("maxclients", "max_clients", "How many clients may be connected.");
        gauge(
                "client_recent_max_input_buffer",
                "client_recent_max_input_buffer_bytes",
                "The largest input that waits.");
        gauge(
                "client_recent_max_output_buffer",
                "client_recent_max_output_buffer_bytes",
                "The largest output that waits.");
        gauge("blocked_clients", "blocked_clients", "Clients in a command that waits.");
        gauge("tracking_clients", "tracking_clients", "Clients that are told of changes of keys.");
        gauge("pubsub_clients", "pubsub_clients", "Clients with subscriptions.");
        gauge("watching_clients", "watching_clients", "Clients that watch keys.");
        gauge("clients_in_timeout_table", "clients_in_timeout_table", "Clients that wait for a limited time.");
        gauge("total_watched_keys", "total_watched_keys", "Keys that are watched.");
        gauge("total_blocking_keys", "total_blocking_keys", "Keys that clients wait for.");
        gauge(
                "total_blocking_keys_on_nokey",
                "total_blocking_keys_on_nokey",
                "Keys that clients wait for, and that are served when the key is gone too.");

        gauge("used_memory", "memory_used_bytes", "Bytes of data and of what serves it.");
        gauge("used_memory_rss", "memory_used_rss_bytes", "Bytes of the machine's memory that the process holds.");
        gauge("used_memory_peak", "memory_used_peak_bytes", "The most that was ever used.");
        gauge("used_memory_overhead", "memory_used_overhead_bytes", "Bytes that are not data.");
        gauge("used_memory_startup", "memory_used_startup_bytes", "Bytes used at the start.");
        gauge("used_memory_dataset", "memory_used_dataset_bytes", "Bytes of data.");
        gauge("maxmemory", "memory_max_bytes", "How many bytes may be used; 0: no limit.");
        gauge("mem_fragmentation_ratio", "mem_fragmentation_ratio", "Memory that the process holds, to memory used.");
        gauge("mem_fragmentation_bytes", "mem_fragmentation_bytes", "Bytes that the process holds and does not use.");
        gauge("mem_clients_normal", "mem_clients_normal", "Bytes of requests and replies that wait.");
        gauge("mem_clients_slaves", "mem_clients_slaves", "Bytes that wait for replicas.");
        gauge("mem_cluster_links", "mem_cluster_links_bytes", "Bytes that wait for other nodes.");
        gauge("mem_aof_buffer", "mem_aof_buffer_bytes", "Bytes that wait for the append-only file.");
        gauge(
                "mem_not_counted_for_evict",
                "mem_not_counted_for_eviction_bytes",
                "Bytes that do not count against the limit.");
        gauge("allocator_allocated", "allocator_allocated_bytes", "Bytes in use, as the allocator counts.");
        gauge("allocator_active", "allocator_active_bytes", "Bytes that the allocator holds.");
        gauge(
                "allocator_resident",
                "allocator_resident_bytes",
                "Bytes of the machine's memory that the allocator holds.");
        gauge("allocator_frag_ratio", "allocator_frag_ratio", "Bytes that the allocator holds, to bytes in use.");
        gauge(
                "allocator_frag_bytes",
                "allocator_frag_bytes",
                "Bytes that the allocator holds and that are not in use.");
        gauge("allocator_rss_ratio", "allocator_rss_ratio", "Resident bytes of the allocator to those it holds.");
        gauge("allocator_rss_bytes", "allocator_rss_bytes", "Resident bytes of the allocator beyond those it holds.");
        gauge("active_defrag_running", "active_defrag_running", "Whether memory is being tidied up.");
        gauge("lazyfree_pending_objects", "lazyfree_pending_objects", "Values that are yet to be freed.");

        gauge("loading", "loading_dump_file", "Whether a file is being loaded.");
        gauge("async_loading", "async_loading", "Whether data are being loaded while the old ones are served.");
        gauge("rdb_changes_since_last_save", "rdb_changes_since_last_save", "Changes that no RDB file has.");
        gauge("rdb_bgsave_in_progress", "rdb_bgsave_in_progress", "Whether an RDB file is being written.");
        gauge("rdb_last_save_time", "rdb_last_save_timestamp_seconds", "When the last RDB file was written.");
        gauge("rdb_last_bgsave_status", "rdb_last_bgsave_status", "Whether the last RDB file was written well.");
        gauge("rdb_last_bgsave_time_sec", "rdb_last_bgsave_duration_sec", "How long writing it took.");
        gauge("rdb_current_bgsave_time_sec", "rdb_current_bgsave_duration_sec", "How long writing has taken so far.");
        counter("rdb_saves", "rdb_saves_total", "RDB files written.");
        gauge("rdb_last_cow_size", "rdb_last_cow_size_bytes", "Bytes copied while the last RDB file was written.");
        gauge("rdb_last_load_keys_expired", "rdb_last_load_expired_keys", "Keys of the last file that had expired.");
        gauge("rdb_last_load_keys_loaded", "rdb_last_load_loaded_keys", "Keys of the last file that were loaded.");
        gauge("aof_enabled", "aof_enabled", "Whether there is an append-only file.");
        gauge("aof_rewrite_in_progress", "aof_rewrite_in_progress", "Whether it is being rewritten.");
        gauge("aof_rewrite_scheduled", "aof_rewrite_scheduled", "Whether it is to be rewritten.");
        gauge("aof_last_rewrite_time_sec", "aof_last_rewrite_duration_sec", "How long the last rewrite took.");
        gauge(
                "aof_current_rewrite_time_sec",
                "aof_current_rewrite_duration_sec",
                "How long this one has taken so far.");
        gauge("aof_last_bgrewrite_status", "aof_last_bgrewrite_status", "Whether the last rewrite went well.");
        gauge("aof_last_write_status", "aof_last_write_status", "Whether the last write went well.");
        gauge("aof_last_cow_size", "aof_last_cow_size_bytes", "Bytes copied while it was rewritten.");
        gauge("aof_current_size", "aof_current_size_bytes", "Bytes of the file.");
        gauge("aof_base_size", "aof_base_size_bytes", "Bytes of the file after the last rewrite.");
        gauge("aof_pending_rewrite", "aof_pending_rewrite", "Whether a rewrite waits for an RDB file.");
        gauge("aof_buffer_length", "aof_buffer_length", "Bytes that wait to be written.");
        gauge("aof_pending_bio_fsync", "aof_pending_bio_fsync", "Syncs that are under way.");
        gauge("aof_delayed_fsync", "aof_delayed_fsync", "Syncs that came late.");

        counter("total_connections_received", "connections_received_total", "Connections accepted.");
        counter("total_commands_processed", "commands_processed_total", "Commands run.");
        gauge("instantaneous_ops_per_sec", "instantaneous_ops_per_sec", "Commands a second, lately.");
        counter("total_net_input_bytes", "net_input_bytes_total", "Bytes received.");
        counter("total_net_output_bytes", "net_output_bytes_total", "Bytes sent.");
        counter("total_net_repl_input_bytes", "net_repl_input_bytes_total", "Bytes received from a master.");
        counter("total_net_repl_output_bytes", "net_repl_output_bytes_total", "Bytes sent to replicas.");
        gauge("instantaneous_input_kbps", "instantaneous_input_kbps", "Kilobytes received a second, lately.");
        gauge("instantaneous_output_kbps", "instantaneous_output_kbps", "Kilobytes sent a second, lately.");
        counter("rejected_connections", "rejected_connections_total", "Connections refused.");
        counter("sync_full", "replica_resyncs_full", "Replicas that got all data.");
        counter("sync_partial_ok", "replica_partial_resync_accepted", "Replicas that went on where they were.");
        counter("sync_partial_err", "replica_partial_resync_denied", "Replicas that could not.");
        counter("expired_subkeys", "expired_subkeys_total", "Fields of hashes that have expired.");
        counter("expired_keys", "expired_keys_total", "Keys that have expired.");
        gauge(
                "expired_stale_perc",
                "expired_stale_percentage",
                "Keys that have expired and are still there, in percent.");
        counter("evicted_keys", "evicted_keys_total", "Keys removed to make room.");
        counter("evicted_clients", "evicted_clients_total", "Clients disconnected to make room.");
        counter("keyspace_hits", "keyspace_hits_total", "Keys that were looked for and found.");
        counter("keyspace_misses", "keyspace_misses_total", "Keys that were looked for and not found.");
        gauge("pubsub_channels", "pubsub_channels", "Channels with subscribers.");
        gauge("pubsub_patterns", "pubsub_patterns", "Patterns with subscribers.");
        gauge("pubsubshard_channels", "pubsubshard_channels", "Shard channels with subscribers.");
        gauge("latest_fork_usec", "latest_fork_usec", "How long the last fork took, in microseconds.");
        gauge("migrate_cached_sockets", "migrate_cached_sockets_total", "Open connections to other servers.");
        gauge("tracking_total_keys", "tracking_total_keys", "Keys that clients are told about.");
        gauge("tracking_total_items", "tracking_total_items", "Clients that are told about keys, key by key.");
        gauge("tracking_total_prefixes", "tracking_total_prefixes", "Prefixes that clients are told about.");
        counter("unexpected_error_replies", "unexpected_error_replies", "Errors where there should be none.");
        counter("total_error_replies", "total_error_replies", "Replies that were errors.");
        counter("dump_payload_sanitizations", "dump_payload_sanitizations", "Dumps that were checked in depth.");
        counter("total_reads_processed", "total_reads_processed", "Reads of sockets.");
        counter("total_writes_processed", "total_writes_processed", "Writes of sockets.");
        counter("acl_access_denied_auth", "acl_access_denied_auth_total", "Failed attempts to log in.");
        counter("acl_access_denied_cmd", "acl_access_denied_cmd_total", "Commands denied.");
        counter("acl_access_denied_key", "acl_access_denied_key_total", "Keys denied.");
        counter("acl_access_denied_channel", "acl_access_denied_channel_total", "Channels denied.");

        gauge("connected_slaves", "connected_slaves", "Replicas that are connected.");
        gauge("repl_backlog_active", "replication_backlog_is_active", "Whether effects are kept for replicas.");
        gauge("repl_backlog_size", "replication_backlog_bytes", "How many bytes of effects are kept for replicas.");
        gauge("repl_backlog_first_byte_offset", "repl_backlog_first_byte_offset", "Where what is kept begins.");
        gauge("repl_backlog_histlen", "repl_backlog_history_bytes", "Bytes kept for replicas.");
        gauge("master_repl_offset", "master_repl_offset", "Where the stream of effects is.");
        gauge("second_repl_offset", "second_repl_offset", "Up to where the former stream counts.");

        counter("used_cpu_sys", "cpu_sys_seconds_total", "Processor time in the system.");
        counter("used_cpu_user", "cpu_user_seconds_total", "Processor time in the program.");
        counter("used_cpu_sys_children", "cpu_sys_children_seconds_total", "Processor time of children in the system.");
        counter("used_cpu_user_children", "cpu_user_children_seconds_total", "Processor time of children.");

        gauge("cluster_enabled", "cluster_enabled", "Whether it is a node of a cluster.");
        gauge("slowlog_commands_count", "slowlog_commands", "Commands that were slow.");
    }

    private static void gauge(String field, String metric, String help) {
        ROWS.add(new Row(field, metric, Exposition.Type.GAUGE, help));
    }

    private static void counter(String field, String metric, String help) {
        ROWS.add(new Row(field, metric, Exposition.Type.COUNTER, help));
    }

    private static final String PREFIX = "redis_";

    private final Exposition out = new Exposition();
    private final Map<String, String> fields = new LinkedHashMap<>();

    private Metrics(String info) {
        info.lines().forEach(line -> {
            int colon = line.indexOf(':');
            if (colon > 0 && !line.startsWith("#")) {
                fields.putIfAbsent(line.substring(0, colon), line.substring(colon + 1));
            }
        });
    }

    /** All metrics, of figures asked for now; if there are none to be had, that alone is told. */
    static String of(Supplier<String> info) {
        long begin = System.nanoTime();
        String text;
        try {
            text = info.get();
        } catch (RuntimeException e) {
            return new Exposition()
                    .metric(PREFIX + "up", Exposition.Type.GAUGE, "Whether the server answers.")
                    .sample("0")
                    .toString();
        }
        Metrics metrics = new Metrics(text);
        metrics.write();
        return metrics.out
                .metric(
                        PREFIX + "exporter_last_scrape_duration_seconds",
                        Exposition.Type.GAUGE,
                        "How long it took to ask the server.")
                .sample(decimal((System.nanoTime() - begin) / 1e9))
                .toString();
    }

    private void write() {
        out.metric(PREFIX + "up", Exposition.Type.GAUGE, "Whether the server answers.")
                .sample("1");
        instance();
        for (Row row : ROWS) {
            String value = number(fields.get(row.field));
            if (value != null) {
                out.metric(PREFIX + row.metric, row.type, row.help).sample(value);
            }
        }
        databases();
        commands();
        errors();
    }

    private void instance() {
        List<String> labels = new ArrayList<>();
        for (String name : List.of(
                "redis_version",
                "cinnabar_version",
                "redis_build_id",
                "redis_mode",
                "os",
                "role",
                "maxmemory_policy",
                "tcp_port",
                "run_id",
                "process_id",
                "master_replid")) {
            labels.add(name);
            labels.add(fields.getOrDefault(name, ""));
        }
        out.metric(PREFIX + "instance_info", Exposition.Type.GAUGE, "What server it is.")
                .sample("1", labels.toArray(String[]::new));
        String micros = fields.get("server_time_usec");
        String uptime = fields.get("uptime_in_seconds");
        if (micros != null && uptime != null) {
            out.metric(PREFIX + "start_time_seconds", Exposition.Type.GAUGE, "When the server started.")
                    .sample(Long.toString(Long.parseLong(micros) / 1_000_000 - Long.parseLong(uptime)));
        }
    }

    private void databases() {
        Map<String, Map<String, String>> databases = new LinkedHashMap<>();
        fields.forEach((name, value) -> {
            if (name.matches("db\\d+")) {
                databases.put(name, parts(value));
            }
        });
        databases.putIfAbsent("db0", Map.of("keys", "0", "expires", "0"));
        out.metric(PREFIX + "db_keys", Exposition.Type.GAUGE, "Keys of a database.");
        databases.forEach((name, of) -> out.sample(of.getOrDefault("keys", "0"), "db", name));
        out.metric(PREFIX + "db_keys_expiring", Exposition.Type.GAUGE, "Keys of a database that will expire.");
        databases.forEach((name, of) -> out.sample(of.getOrDefault("expires", "0"), "db", name));
        out.metric(PREFIX + "db_avg_ttl_seconds", Exposition.Type.GAUGE, "How long those have on average.");
        databases.forEach((name, of) -> {
            if (of.containsKey("avg_ttl")) {
                out.sample(decimal(Long.parseLong(of.get("avg_ttl")) / 1000.0), "db", name);
            }
        });
    }

    private void commands() {
        Map<String, Map<String, String>> commands = new LinkedHashMap<>();
        fields.forEach((name, value) -> {
            if (name.startsWith("cmdstat_")) {
                commands.put(name.substring("cmdstat_".length()), parts(value));
            }
        });
        out.metric(PREFIX + "commands_total", Exposition.Type.COUNTER, "Calls of a command.");
        commands.forEach((name, of) -> out.sample(of.getOrDefault("calls", "0"), "cmd", name));
        out.metric(PREFIX + "commands_duration_seconds_total", Exposition.Type.COUNTER, "The time that they took.");
        commands.forEach((name, of) ->
                out.sample(decimal(Long.parseLong(of.getOrDefault("usec", "0")) / 1e6), "cmd", name));
        out.metric(PREFIX + "commands_rejected_calls_total", Exposition.Type.COUNTER, "Calls that were refused.");
        commands.forEach((name, of) -> out.sample(of.getOrDefault("rejected_calls", "0"), "cmd", name));
        out.metric(PREFIX + "commands_failed_calls_total", Exposition.Type.COUNTER, "Calls that failed.");
        commands.forEach((name, of) -> out.sample(of.getOrDefault("failed_calls", "0"), "cmd", name));
        out.metric(
                PREFIX + "latency_percentiles_usec",
                Exposition.Type.GAUGE,
                "The time that a command took, by percentile.");
        String latency = "latency_percentiles_usec_";
        fields.forEach((name, value) -> {
            if (name.startsWith(latency)) {
                parts(value)
                        .forEach((percentile, micros) -> out.sample(
                                micros,
                                "cmd",
                                name.substring(latency.length()),
                                "quantile",
                                decimal(new BigDecimal(percentile.substring(1))
                                        .movePointLeft(2)
                                        .doubleValue())));
            }
        });
    }

    private void errors() {
        String prefix = "errorstat_";
        out.metric(PREFIX + "errors_total", Exposition.Type.COUNTER, "Replies that were errors, by code.");
        fields.forEach((name, value) -> {
            if (name.startsWith(prefix)) {
                out.sample(parts(value).getOrDefault("count", "0"), "err", name.substring(prefix.length()));
            }
        });
    }

    /** What {@code a=1,b=2} says. */
    private static Map<String, String> parts(String text) {
        Map<String, String> parts = new LinkedHashMap<>();
        for (String part : text.split(",", -1)) {
            int equals = part.indexOf('=');
            if (equals > 0) {
                parts.put(part.substring(0, equals), part.substring(equals + 1));
            }
        }
        return parts;
    }

    /** A field as a number: a status is 1 if it is well. Null if it is none. */
    private static @Nullable String number(@Nullable String value) {
        if (value == null) {
            return null;
        }
        return switch (value) {
            case "ok" -> "1";
            case "err", "fail" -> "0";
            default -> value.matches("-?\\d+(\\.\\d+)?") ? value : null;
        };
    }

    private static String decimal(double value) {
        return BigDecimal.valueOf(value).stripTrailingZeros().toPlainString();
    }
}
