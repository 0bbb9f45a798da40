package dev.cinnabar.compat;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cinnabar.compat.harness.Client;
import dev.cinnabar.compat.harness.RedisTest;
import dev.cinnabar.compat.harness.Resp;
import dev.cinnabar.compat.harness.Server;
import java.util.List;

/** SLOWLOG, LATENCY and MONITOR: what an operator looks at. */
class ObservationTest {

    // SLOWLOG

    @RedisTest
    void everythingIsSlowWhenTheLimitIsZero(Client redis, Server server) {
        redis.run("CONFIG SET slowlog-log-slower-than 0 slowlog-max-len 3").isOk();
        try {
            redis.run("SLOWLOG RESET").isOk();
            Client other = server.connect();
            other.run("CLIENT SETNAME other").isOk();
            other.run("SET x 1").isOk();
            Resp entry = redis.run("SLOWLOG GET 1").reply().list().getFirst();
            assertThat(entry.list().get(3).toString()).isEqualTo("['SET', 'x', '1']");
            assertThat(entry.list().get(4).text()).isEqualTo("127.0.0.1:" + other.localPort());
            assertThat(entry.list().get(5).text()).isEqualTo("other");
            other.run("SET y 1").isOk();
            other.run("SET z 1").isOk();
            redis.run("SLOWLOG LEN").is(3);
            assertThat(redis.run("SLOWLOG GET -1").reply().list()).hasSize(3);
            redis.run("SLOWLOG GET 0").is("[]");
        } finally {
            redis.run("CONFIG SET slowlog-log-slower-than 10000 slowlog-max-len 128")
                    .isOk();
            redis.run("SLOWLOG RESET").isOk();
        }
    }

    @RedisTest
    void longRequestsAreShortened(Client redis) {
        redis.run("CONFIG SET slowlog-log-slower-than 0").isOk();
        try {
            redis.run("SLOWLOG RESET").isOk();
            redis.call("SADD", "set", "x".repeat(200)).is(1);
            List<Resp> words = arguments(redis, "SADD");
            assertThat(words.get(2).text()).isEqualTo("x".repeat(128) + "... (72 more bytes)");
            redis.run("DEL set").is(1);
            redis.run("SADD set" + " 1".repeat(40)).is(1);
            words = arguments(redis, "SADD");
            assertThat(words).hasSize(32);
            assertThat(words.getLast().text()).isEqualTo("... (11 more arguments)");
        } finally {
            redis.run("CONFIG SET slowlog-log-slower-than 10000").isOk();
            redis.run("SLOWLOG RESET").isOk();
        }
    }

    /** Those of the last slow command of a name. */
    private static List<Resp> arguments(Client redis, String name) {
        return redis.run("SLOWLOG GET").reply().list().stream()
                .map(entry -> entry.list().get(3).list())
                .filter(words -> words.getFirst().text().equals(name))
                .findFirst()
                .orElseThrow();
    }

    @RedisTest
    void passwordsAreNotShown(Client redis) {
        redis.run("CONFIG SET slowlog-log-slower-than 0").isOk();
        try {
            redis.run("SLOWLOG RESET").isOk();
            redis.run("ACL SETUSER bob >hidden-word").isOk();
            redis.run("AUTH bob hidden-word").matches("-WRONGPASS .*");
            assertThat(redis.run("SLOWLOG GET").reply().toString()).doesNotContain("hidden-word");
        } finally {
            redis.run("CONFIG SET slowlog-log-slower-than 10000").isOk();
            redis.run("SLOWLOG RESET").isOk();
        }
    }

    @RedisTest
    void slowlogErrors(Client redis) {
        redis.replies("""
            SLOWLOG                   -> -ERR wrong number of arguments for 'slowlog' command
            SLOWLOG FOO               -> -ERR unknown subcommand 'FOO'. Try SLOWLOG HELP.
            SLOWLOG GET -2            -> -ERR count should be greater than or equal to -1
            SLOWLOG GET abc           -> /-ERR (value is not an integer or out of range|count should be greater than or equal to -1)/
            SLOWLOG LEN x             -> -ERR wrong number of arguments for 'slowlog|len' command
            SLOWLOG RESET x           -> -ERR wrong number of arguments for 'slowlog|reset' command
            """);
    }

    // LATENCY

    @RedisTest
    void aCommandThatSleepsIsLatency(Server server) {
        Client redis = server.startAnother("--enable-debug-command", "yes").connect();
        redis.run("CONFIG SET latency-monitor-threshold 500").isOk();
        redis.run("DEBUG SLEEP 0.6").isOk();
        Resp latest = redis.run("LATENCY LATEST").reply();
        Resp event = latest.list().stream()
                .filter(one -> one.list().getFirst().text().equals("command"))
                .findFirst()
                .orElseThrow();
        assertThat(event.list().get(2).integer()).isGreaterThanOrEqualTo(600);
        assertThat(event.list().get(3).integer()).isGreaterThanOrEqualTo(600);
        redis.run("LATENCY HISTORY command").matches("\\[(\\[[0-9]+, [0-9]+\\](, )?)+\\]");
        redis.run("LATENCY HISTORY nothing").is("[]");
        assertThat(redis.run("LATENCY GRAPH command").reply().text()).contains("command - high ");
        redis.run("LATENCY GRAPH nothing").is("-ERR No samples available for event 'nothing'");
        assertThat(redis.run("LATENCY DOCTOR").reply().text()).isNotEmpty();
        redis.run("LATENCY RESET command nothing").is(1);
        redis.run("LATENCY HISTORY command").is("[]");
    }

    @RedisTest(resp = {2, 3})
    void histograms(Client redis) {
        redis.run("CONFIG RESETSTAT").isOk();
        redis.run("SET x 1").isOk();
        redis.run("SET x 2").isOk();
        Resp histogram = redis.run("LATENCY HISTOGRAM set nothing").reply();
        Resp set = histogram.field("set");
        assertThat(set.field("calls").integer()).isEqualTo(2);
        assertThat(set.field("histogram_usec").list()).isNotEmpty();
        redis.run("LATENCY HISTOGRAM nothing").matches("\\[\\]|\\{\\}");
    }

    // MONITOR

    @RedisTest
    void aMonitorSeesWhatOthersDo(Client redis, Server server) {
        Client monitor = server.connect();
        monitor.run("MONITOR").isOk();
        Client other = server.connect();
        other.run("SET \"a b\" \"\\x00\\\"\"").isOk();
        other.run("SELECT 9").isOk();
        other.run("GET x").is("nil");
        String from = "127\\.0\\.0\\.1:" + other.localPort();
        assertThat(monitor.read().toString())
                .matches("\\+[0-9]+\\.[0-9]{6} \\[0 " + from + "\\] \"SET\" \"a b\" \"\\\\x00\\\\\"\"");
        assertThat(monitor.read().toString()).matches("\\+[0-9.]+ \\[[09] " + from + "\\] \"SELECT\" \"9\"");
        assertThat(monitor.read().toString()).matches("\\+[0-9.]+ \\[9 " + from + "\\] \"GET\" \"x\"");
    }

    @RedisTest
    void aMonitorSeesNoPasswordAndNothingOfTheAdministrator(Client redis, Server server) {
        Client monitor = server.connect();
        monitor.run("MONITOR").isOk();
        Client other = server.connect();
        other.run("AUTH default hidden-word").isOk();
        other.run("CONFIG GET nothing").is("[]");
        other.run("ECHO end").is("'end'");
        String line = "";
        StringBuilder seen = new StringBuilder();
        while (!line.contains("\"ECHO\"")) {
            line = monitor.read().toString();
            seen.append(line).append('\n');
        }
        assertThat(seen).doesNotContain("hidden-word").doesNotContain("CONFIG");
    }

    @RedisTest
    void aMonitorThatIsResetIsAClientAgain(Client redis, Server server) {
        Client monitor = server.connect();
        monitor.run("MONITOR").isOk();
        monitor.run("RESET").is("+RESET");
        redis.run("SET x 1").isOk();
        monitor.run("GET x").is("'1'");
    }

    // INFO, MEMORY

    @RedisTest(since = "8.0")
    void aMonitoringAgentFindsItsFields(Client redis) {
        redis.run("SET x 1").isOk();
        String info = redis.run("INFO everything").reply().text();
        assertThat(info)
                .contains(
                        "redis_version:",
                        "uptime_in_seconds:",
                        "connected_clients:",
                        "blocked_clients:",
                        "maxclients:",
                        "used_memory:",
                        "used_memory_rss:",
                        "used_memory_peak:",
                        "used_memory_lua:",
                        "maxmemory:",
                        "mem_fragmentation_ratio:",
                        "mem_clients_normal:",
                        "rdb_changes_since_last_save:",
                        "rdb_last_save_time:",
                        "aof_enabled:",
                        "total_connections_received:",
                        "total_commands_processed:",
                        "instantaneous_ops_per_sec:",
                        "total_net_input_bytes:",
                        "total_net_output_bytes:",
                        "rejected_connections:",
                        "expired_keys:",
                        "expired_stale_perc:",
                        "evicted_keys:",
                        "evicted_clients:",
                        "keyspace_hits:",
                        "keyspace_misses:",
                        "pubsub_channels:",
                        "latest_fork_usec:",
                        "total_reads_processed:",
                        "total_writes_processed:",
                        "client_query_buffer_limit_disconnections:",
                        "eventloop_cycles:",
                        "role:master",
                        "connected_slaves:",
                        "master_repl_offset:",
                        "used_cpu_sys:",
                        "used_cpu_user:",
                        "cmdstat_set:calls=",
                        "latency_percentiles_usec_set:p50=",
                        "cluster_enabled:0",
                        "db0:keys=1");
    }

    @RedisTest(
            resp = {2, 3},
            since = "8.0",
            valkeyDiffers = "it has other figures")
    void memoryStatistics(Client redis) {
        redis.run("SET x 1").isOk();
        Resp stats = redis.run("MEMORY STATS").reply();
        for (String name : List.of(
                "peak.allocated",
                "total.allocated",
                "startup.allocated",
                "replication.backlog",
                "clients.slaves",
                "clients.normal",
                "cluster.links",
                "aof.buffer",
                "lua.caches",
                "functions.caches",
                "script.VMs",
                "overhead.db.hashtable.lut",
                "overhead.db.hashtable.rehashing",
                "overhead.total",
                "db.dict.rehashing.count",
                "keys.count",
                "keys.bytes-per-key",
                "dataset.bytes",
                "allocator.allocated",
                "allocator.active",
                "allocator.resident",
                "allocator.muzzy",
                "allocator-fragmentation.bytes",
                "allocator-rss.bytes",
                "rss-overhead.bytes",
                "fragmentation.bytes")) {
            assertThat(stats.field(name).integer()).as(name).isNotNull();
        }
        assertThat(stats.field("db.0").field("overhead.hashtable.main").integer())
                .isPositive();
        assertThat(stats.field("keys.count").integer()).isEqualTo(1);
    }
}
