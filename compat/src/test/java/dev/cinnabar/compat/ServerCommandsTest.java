package dev.cinnabar.compat;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cinnabar.compat.harness.Client;
import dev.cinnabar.compat.harness.RedisTest;
import dev.cinnabar.compat.harness.Resp;
import dev.cinnabar.compat.harness.Server;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** DBSIZE, INFO, TIME, LOLWUT, SHUTDOWN. */
class ServerCommandsTest {

    @RedisTest
    void dbsize(Client redis) {
        redis.replies("""
            DBSIZE                  -> 0
            MSET a 1 b 2            -> +OK
            DBSIZE                  -> 2
            SET a 2                 -> +OK
            DBSIZE                  -> 2
            DEL a                   -> 1
            DBSIZE                  -> 1
            DBSIZE x                -> -ERR wrong number of arguments for 'dbsize' command
            """);
    }

    @RedisTest
    void time(Client redis) {
        List<String> first = redis.run("TIME").texts();
        long nowSeconds = System.currentTimeMillis() / 1000;
        assertThat(first).hasSize(2);
        assertThat(Long.parseLong(first.get(0))).isBetween(nowSeconds - 2, nowSeconds + 2);
        assertThat(Long.parseLong(first.get(1))).isBetween(0L, 999_999L);
        List<String> second = redis.run("TIME").texts();
        assertThat(micros(second)).isGreaterThanOrEqualTo(micros(first));
        redis.run("TIME x").isError("ERR wrong number of arguments for 'time' command");
    }

    private static long micros(List<String> time) {
        return Long.parseLong(time.get(0)) * 1_000_000 + Long.parseLong(time.get(1));
    }

    @RedisTest(resp = {2, 3})
    void lolwut(Client redis) {
        redis.run("LOLWUT").matches("(txt:)?'.*(Redis|Valkey|Cinnabar) ver\\. .*\\\\n'");
        redis.run("LOLWUT VERSION 5").matches("(txt:)?'.*ver\\. .*\\\\n'");
        redis.run("LOLWUT VERSION 5 20 10 1").matches("(txt:)?'.*ver\\. .*\\\\n'");
        redis.run("LOLWUT VERSION abc").isError("ERR value is not an integer or out of range");
    }

    @RedisTest(resp = {2, 3})
    void infoIsTextInSections(Client redis) {
        redis.run("INFO").matches((redis.protocol() == 3 ? "txt:" : "") + "'# Server.*");
        String text = redis.run("INFO").text();
        assertThat(text.lines().filter(line -> line.startsWith("# ")).toList())
                .contains(
                        "# Server",
                        "# Clients",
                        "# Memory",
                        "# Persistence",
                        "# Stats",
                        "# Replication",
                        "# CPU",
                        "# Errorstats",
                        "# Cluster",
                        "# Keyspace");
        assertThat(text).contains("\r\n\r\n# Clients\r\n");
        assertThat(text).doesNotContain("# Commandstats");
        assertThat(text.replace("\r\n", "")).doesNotContain("\n").doesNotContain("\r");
    }

    @RedisTest
    void infoSections(Client redis) {
        assertThat(redis.run("INFO server").text()).startsWith("# Server\r\n").doesNotContain("# Clients");
        assertThat(redis.run("INFO SERVER clients").text())
                .contains("# Server\r\n", "# Clients\r\n")
                .doesNotContain("# Memory");
        assertThat(redis.run("INFO nosuchsection").text()).isEmpty();
        assertThat(redis.run("INFO nosuchsection cpu").text()).startsWith("# CPU\r\n");
        assertThat(redis.run("INFO all").text()).contains("# Commandstats", "# Keyspace");
        assertThat(redis.run("INFO everything").text()).contains("# Commandstats");
        assertThat(redis.run("INFO default").text()).contains("# Server").doesNotContain("# Commandstats");
        assertThat(redis.run("INFO commandstats").text()).startsWith("# Commandstats\r\n");
    }

    @RedisTest(valkeyDiffers = "it has server_mode instead of redis_mode")
    void infoFields(Client redis, Server server) {
        redis.run("SET x 1").isOk();
        Map<String, String> info = info(redis, "");
        assertThat(info)
                .containsKeys(
                        "redis_version",
                        "redis_git_sha1",
                        "redis_mode",
                        "os",
                        "arch_bits",
                        "process_id",
                        "run_id",
                        "tcp_port",
                        "server_time_usec",
                        "uptime_in_seconds",
                        "uptime_in_days",
                        "hz",
                        "config_file",
                        "executable",
                        "connected_clients",
                        "maxclients",
                        "blocked_clients",
                        "used_memory",
                        "used_memory_human",
                        "used_memory_rss",
                        "used_memory_peak",
                        "maxmemory",
                        "maxmemory_policy",
                        "mem_fragmentation_ratio",
                        "loading",
                        "rdb_changes_since_last_save",
                        "rdb_bgsave_in_progress",
                        "aof_enabled",
                        "total_connections_received",
                        "total_commands_processed",
                        "instantaneous_ops_per_sec",
                        "expired_keys",
                        "evicted_keys",
                        "keyspace_hits",
                        "keyspace_misses",
                        "total_net_input_bytes",
                        "total_net_output_bytes",
                        "rejected_connections",
                        "role",
                        "connected_slaves",
                        "master_replid",
                        "master_repl_offset",
                        "used_cpu_sys",
                        "used_cpu_user",
                        "cluster_enabled");
        assertThat(info)
                .containsEntry("redis_mode", "standalone")
                .containsEntry("arch_bits", "64")
                .containsEntry("role", "master")
                .containsEntry("loading", "0")
                .containsEntry("cluster_enabled", "0")
                .containsEntry("tcp_port", Integer.toString(server.port()))
                .containsEntry("connected_clients", info.get("connected_clients"));
        assertThat(info.get("run_id")).matches("[0-9a-f]{40}");
        assertThat(Long.parseLong(info.get("used_memory"))).isPositive();
        assertThat(info.get("db0")).startsWith("keys=1,expires=0,avg_ttl=0");
    }

    @RedisTest
    void infoKeyspace(Client redis) {
        redis.run("INFO keyspace").is("'# Keyspace\\r\\n'");
        redis.run("MSET a 1 b 2").isOk();
        redis.run("EXPIRE a 100").is(1);
        redis.run("SELECT 3").isOk();
        redis.run("SET c 1").isOk();
        redis.run("INFO keyspace")
                .matches(
                        "'# Keyspace\\\\r\\\\ndb0:keys=2,expires=1,avg_ttl=[0-9]+.*\\\\r\\\\ndb3:keys=1,expires=0,avg_ttl=0.*\\\\r\\\\n'");
    }

    @RedisTest
    void statsCount(Client redis, Server server) {
        redis.run("CONFIG RESETSTAT").isOk();
        redis.run("SET x 1").isOk();
        redis.run("GET x").is("'1'");
        redis.run("GET x").is("'1'");
        redis.run("GET nothing").isNil();
        redis.run("INCR x y").isErrorStarting("ERR");
        redis.run("NOSUCH").isErrorStarting("ERR");
        redis.run("RPUSH l a").is(1);
        redis.run("INCR l").isErrorStarting("WRONGTYPE");
        Map<String, String> stats = info(redis, "stats");
        assertThat(stats)
                .containsEntry("keyspace_hits", "2")
                .containsEntry("keyspace_misses", "1")
                .containsEntry("total_error_replies", "3");
        assertThat(Long.parseLong(stats.get("total_commands_processed"))).isGreaterThanOrEqualTo(6);
        Map<String, String> errors = info(redis, "errorstats");
        assertThat(errors).containsEntry("errorstat_ERR", "count=2").containsEntry("errorstat_WRONGTYPE", "count=1");
        Map<String, String> commands = info(redis, "commandstats");
        assertThat(commands.get("cmdstat_get"))
                .matches("calls=3,usec=[0-9]+,usec_per_call=[0-9]+\\.[0-9]{2},rejected_calls=0,failed_calls=0.*");
        assertThat(commands.get("cmdstat_incr")).matches("calls=1,.*rejected_calls=1,failed_calls=1.*");
        assertThat(commands.get("cmdstat_config|resetstat")).startsWith("calls=1,");
        redis.run("CONFIG RESETSTAT").isOk();
        assertThat(info(redis, "stats")).containsEntry("keyspace_hits", "0");
    }

    @RedisTest
    void expiredKeysAreCounted(Client redis) {
        redis.run("CONFIG RESETSTAT").isOk();
        redis.run("SET x 1 PX 5").isOk();
        while (redis.run("EXISTS x").integer() == 1) {
            Thread.onSpinWait();
        }
        assertThat(info(redis, "stats")).containsEntry("expired_keys", "1");
    }

    @RedisTest
    void connectedClientsAreCounted(Client redis, Server server) {
        int before = Integer.parseInt(info(redis, "clients").get("connected_clients"));
        Client other = server.connect();
        other.run("PING").is("+PONG");
        assertThat(info(redis, "clients")).containsEntry("connected_clients", Integer.toString(before + 1));
        other.run("QUIT").isOk();
        assertThat(other.isClosedByServer()).isTrue();
        assertThat(info(redis, "clients")).containsEntry("connected_clients", Integer.toString(before));
    }

    @RedisTest
    void memoryGrowsAndIsGivenBack(Client redis, Server server) {
        long before = usedMemory(redis);
        Client writer = server.connect();
        writer.call("SET", "big", "x".repeat(10_000_000)).isOk();
        writer.close(); // and with it the buffer that held the request
        assertThat(usedMemory(redis) - before).isBetween(9_900_000L, 25_000_000L);
        redis.run("DEL big").is(1);
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (usedMemory(redis) - before > 2_000_000) {
            assertThat(System.nanoTime())
                    .as("still used: %d", usedMemory(redis) - before)
                    .isLessThan(deadline);
        }
    }

    private static long usedMemory(Client redis) {
        return Long.parseLong(info(redis, "memory").get("used_memory"));
    }

    @RedisTest
    void shutdown(Server server) throws InterruptedException {
        for (String command : List.of("SHUTDOWN", "SHUTDOWN NOSAVE", "shutdown nosave now force")) {
            Server another = server.startAnother();
            Client client = another.connect();
            client.sendText(command + "\r\n");
            assertThat(client.readUntilClosed()).isEmpty();
            assertThat(another.awaitExit(Duration.ofSeconds(20))).as(command).isTrue();
            assertThat(another.exitCode()).as(command).isZero();
        }
    }

    @RedisTest
    void shutdownErrors(Client redis) {
        redis.replies("""
            SHUTDOWN FOO            -> -ERR syntax error
            SHUTDOWN SAVE NOSAVE    -> -ERR syntax error
            SHUTDOWN ABORT          -> -ERR No shutdown in progress.
            SHUTDOWN NOW ABORT      -> -ERR syntax error
            PING                    -> +PONG
            """);
    }

    @RedisTest
    void sigtermEndsTheServerCleanly(Server server) throws InterruptedException {
        Server another = server.startAnother();
        another.connect().run("PING").is("+PONG");
        another.terminate();
        assertThat(another.awaitExit(Duration.ofSeconds(20))).isTrue();
    }

    static Map<String, String> info(Client redis, String section) {
        Map<String, String> fields = new LinkedHashMap<>();
        Resp reply = redis.run("INFO " + section).reply();
        for (String line : reply.text().split("\r\n", -1)) {
            int colon = line.indexOf(':');
            if (colon > 0) {
                fields.put(line.substring(0, colon), line.substring(colon + 1));
            }
        }
        return fields;
    }
}
