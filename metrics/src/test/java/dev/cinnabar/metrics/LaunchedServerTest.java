package dev.cinnabar.metrics;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.security.CodeSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The metrics of a server in a process of its own, as a Prometheus would see them. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class LaunchedServerTest {

    /** What the dashboards for redis_exporter show. */
    private static final List<String> OF_DASHBOARDS = List.of(
            "redis_up",
            "redis_uptime_in_seconds",
            "redis_start_time_seconds",
            "redis_connected_clients",
            "redis_blocked_clients",
            "redis_max_clients",
            "redis_rejected_connections_total",
            "redis_connections_received_total",
            "redis_connected_slaves",
            "redis_memory_used_bytes",
            "redis_memory_used_rss_bytes",
            "redis_memory_max_bytes",
            "redis_mem_fragmentation_ratio",
            "redis_commands_processed_total",
            "redis_keyspace_hits_total",
            "redis_keyspace_misses_total",
            "redis_expired_keys_total",
            "redis_evicted_keys_total",
            "redis_net_input_bytes_total",
            "redis_net_output_bytes_total",
            "redis_rdb_changes_since_last_save",
            "redis_rdb_last_save_timestamp_seconds",
            "redis_aof_enabled",
            "redis_cpu_sys_seconds_total",
            "redis_cpu_user_seconds_total");

    /** Fields of INFO that do not change while nobody but this test is there, and their metrics. */
    private static final Map<String, String> SAME = Map.of(
            "keyspace_hits", "redis_keyspace_hits_total",
            "keyspace_misses", "redis_keyspace_misses_total",
            "connected_clients", "redis_connected_clients",
            "total_connections_received", "redis_connections_received_total",
            "maxclients", "redis_max_clients",
            "maxmemory", "redis_memory_max_bytes",
            "rdb_changes_since_last_save", "redis_rdb_changes_since_last_save",
            "expired_keys", "redis_expired_keys_total",
            "total_error_replies", "redis_total_error_replies",
            "aof_enabled", "redis_aof_enabled");

    @TempDir
    private Path directory;

    private Process start(int port, int metricsPort, String bind) throws Exception {
        String classPath = place(Class.forName("dev.cinnabar.server.Main"))
                + System.getProperty("path.separator")
                + place(PrometheusEndpoint.class);
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        classPath,
                        "dev.cinnabar.server.Main",
                        "--port",
                        Integer.toString(port),
                        "--metrics-port",
                        Integer.toString(metricsPort),
                        "--metrics-bind",
                        bind,
                        "--save",
                        "")
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .start();
    }

    private static String place(Class<?> type) throws Exception {
        CodeSource source = Objects.requireNonNull(type.getProtectionDomain().getCodeSource());
        return Path.of(source.getLocation().toURI()).toString();
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    /** Reads the log up to a line; false if the process ends before. */
    private static boolean awaitLine(BufferedReader log, String part) throws IOException {
        for (String line = log.readLine(); line != null; line = log.readLine()) {
            if (line.contains(part)) {
                return true;
            }
        }
        return false;
    }

    private static void send(Socket socket, String request) throws IOException {
        socket.getOutputStream().write(request.getBytes(UTF_8));
    }

    private static String info(Socket socket) throws IOException {
        send(socket, "INFO everything\r\n");
        StringBuilder header = new StringBuilder();
        for (int c = socket.getInputStream().read();
                c != '\n';
                c = socket.getInputStream().read()) {
            assertThat(c).isNotNegative();
            header.append((char) c);
        }
        int length = Integer.parseInt(header.substring(1).strip());
        return new String(socket.getInputStream().readNBytes(length + 2), UTF_8);
    }

    private static Map<String, String> fields(String info) {
        Map<String, String> fields = new HashMap<>();
        info.lines().filter(line -> line.contains(":")).forEach(line -> {
            int colon = line.indexOf(':');
            fields.put(line.substring(0, colon), line.substring(colon + 1));
        });
        return fields;
    }

    @Test
    void figuresAreThoseOfInfo() throws Exception {
        for (int attempt = 1; ; attempt++) {
            int port = freePort();
            int metricsPort = freePort();
            Process process = start(port, metricsPort, "127.0.0.1");
            try (BufferedReader log = process.inputReader(UTF_8)) {
                if (!awaitLine(log, "Metrics are on port " + metricsPort)) {
                    // Somebody else has taken one of the ports in between.
                    assertThat(attempt).isLessThan(5);
                    continue;
                }
                compare(port, metricsPort);
                surviveBadRequests(metricsPort);
                return;
            } finally {
                process.destroyForcibly().waitFor();
            }
        }
    }

    private static void compare(int port, int metricsPort) throws Exception {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(30_000);
            send(socket, "SET a 1\r\nSET b 2 EX 1000\r\nGET a\r\nGET a\r\nGET nothing\r\nLPUSH a x\r\n");
            byte[] replies =
                    socket.getInputStream().readNBytes("+OK\r\n+OK\r\n$1\r\n1\r\n$1\r\n1\r\n$-1\r\n-".length());
            assertThat(new String(replies, UTF_8)).endsWith("$-1\r\n-");
            while (socket.getInputStream().read() != '\n') {
                // The rest of the error.
            }
            PrometheusEndpointTest.Response response = PrometheusEndpointTest.ask(metricsPort, "GET", "/metrics");
            assertThat(response.status()).isEqualTo(200);
            Map<String, String> samples = PrometheusEndpointTest.parse(response.body());
            Map<String, String> fields = fields(info(socket));
            assertThat(samples).containsKeys(OF_DASHBOARDS.toArray(String[]::new));
            SAME.forEach((field, metric) -> assertThat(samples.get(metric))
                    .as(metric + " beside " + field)
                    .isNotNull()
                    .isEqualTo(fields.get(field)));
            assertThat(samples)
                    .containsEntry("redis_keyspace_hits_total", "2")
                    .containsEntry("redis_keyspace_misses_total", "1")
                    .containsEntry("redis_db_keys{db=\"db0\"}", "2")
                    .containsEntry("redis_db_keys_expiring{db=\"db0\"}", "1")
                    .containsEntry("redis_commands_total{cmd=\"get\"}", "3")
                    .containsEntry("redis_errors_total{err=\"WRONGTYPE\"}", "1");
        }
    }

    private static void surviveBadRequests(int metricsPort) throws Exception {
        for (String request :
                List.of("\r\n\r\n", "GET\r\n\r\n", "PING\r\n", "GET /metrics HTTP/9.9\r\n\r\n", "\0\1\2")) {
            try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), metricsPort)) {
                socket.setSoTimeout(30_000);
                send(socket, request);
                socket.shutdownOutput();
            }
        }
        String text = PrometheusEndpointTest.ask(metricsPort, "GET", "/metrics").body();
        assertThat(PrometheusEndpointTest.parse(text)).containsEntry("redis_up", "1");
    }

    @Test
    void aPortThatIsTakenOrAnAddressThatIsNotThereEndsTheStart() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            for (String bind : List.of("127.0.0.1", "203.0.113.1")) {
                int metricsPort = taken.getLocalPort();
                Process process = start(freePort(), metricsPort, bind);
                try (BufferedReader log = process.inputReader(UTF_8)) {
                    assertThat(awaitLine(log, "Failed listening on metrics-port " + metricsPort))
                            .isTrue();
                    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
                    assertThat(process.exitValue()).isEqualTo(1);
                } finally {
                    process.destroyForcibly().waitFor();
                }
            }
        }
    }
}
