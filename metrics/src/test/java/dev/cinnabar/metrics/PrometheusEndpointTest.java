package dev.cinnabar.metrics;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cinnabar.Cinnabar;
import dev.cinnabar.RespValue;
import dev.cinnabar.spi.MetricsEndpoint;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The metrics of an engine, over HTTP: their names, their values, and the format to the letter. */
class PrometheusEndpointTest {

    private static final Pattern NAME = Pattern.compile("[a-zA-Z_:][a-zA-Z0-9_:]*");
    private static final Pattern SAMPLE =
            Pattern.compile("([a-zA-Z_:][a-zA-Z0-9_:]*)(\\{(.*)\\})? (-?[0-9]+(\\.[0-9]+)?(e[+-]?[0-9]+)?)");
    private static final Pattern LABEL =
            Pattern.compile("([a-zA-Z_][a-zA-Z0-9_]*)=\"((?:[^\"\\\\\n]|\\\\[\\\\n\"])*)\",?");

    record Response(int status, String head, String body) {}

    private static Response ask(MetricsEndpoint.Listening listening, String method, String path) throws IOException {
        return ask(listening.port(), method, path);
    }

    static Response ask(int port, String method, String path) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(30_000);
            String request = method + " " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
            socket.getOutputStream().write(request.getBytes(UTF_8));
            String response = new String(socket.getInputStream().readAllBytes(), UTF_8);
            int end = response.indexOf("\r\n\r\n");
            String head = response.substring(0, end);
            return new Response(Integer.parseInt(head.split(" ", -1)[1]), head, response.substring(end + 4));
        }
    }

    private static MetricsEndpoint.Listening listen(Supplier<String> info) throws Exception {
        // As the server finds it.
        MetricsEndpoint endpoint =
                ServiceLoader.load(MetricsEndpoint.class).findFirst().orElseThrow();
        return endpoint.listen(info, List.of("127.0.0.1", "-203.0.113.1"), 0);
    }

    /** Samples by name and labels; fails if the text is not in Prometheus' format. */
    static Map<String, String> parse(String text) {
        assertThat(text).endsWith("\n").doesNotContain("\r");
        Map<String, String> samples = new HashMap<>();
        Set<String> helped = new HashSet<>();
        Set<String> typed = new HashSet<>();
        String current = "";
        for (String line : text.split("\n", -1)) {
            if (line.startsWith("# HELP ")) {
                current = line.split(" ", -1)[2];
                assertThat(current).matches(NAME);
                assertThat(helped.add(current)).as("second help: " + line).isTrue();
            } else if (line.startsWith("# TYPE ")) {
                String[] words = line.split(" ", -1);
                assertThat(words[2]).as("type without help").isEqualTo(current);
                assertThat(words[3]).isIn("counter", "gauge");
                assertThat(typed.add(current)).isTrue();
            } else if (!line.isEmpty()) {
                Matcher sample = SAMPLE.matcher(line);
                assertThat(sample.matches()).as(line).isTrue();
                assertThat(sample.group(1)).as("not among its own: " + line).isEqualTo(current);
                String labels = sample.group(3);
                if (labels != null) {
                    assertThat(LABEL.matcher(labels).replaceAll("")).as(line).isEmpty();
                }
                String name = sample.group(1) + (labels == null ? "" : "{" + labels + "}");
                assertThat(samples.put(name, sample.group(4)))
                        .as("twice: " + name)
                        .isNull();
            }
        }
        assertThat(typed).isEqualTo(helped);
        return samples;
    }

    @Test
    void figuresOfAnEngine() throws Exception {
        try (Cinnabar engine = Cinnabar.open();
                MetricsEndpoint.Listening listening =
                        listen(() -> engine.call("INFO", "everything").asString())) {
            engine.call("SET", "a", "1").orThrow();
            engine.call("SET", "b", "1", "EX", "100").orThrow();
            engine.call("GET", "a").orThrow();
            engine.call("GET", "nothing").orThrow();
            assertThat(engine.call("INCR", "a", "b")).isInstanceOf(RespValue.ErrorReply.class);
            Response response = ask(listening, "GET", "/metrics");
            assertThat(response.status()).isEqualTo(200);
            assertThat(response.head())
                    .containsIgnoringCase("\r\nContent-Type: text/plain; version=0.0.4; charset=utf-8");
            Map<String, String> samples = parse(response.body());
            assertThat(samples)
                    .containsEntry("redis_up", "1")
                    .containsEntry("redis_db_keys{db=\"db0\"}", "2")
                    .containsEntry("redis_db_keys_expiring{db=\"db0\"}", "1")
                    .containsEntry("redis_keyspace_hits_total", "1")
                    .containsEntry("redis_keyspace_misses_total", "1")
                    .containsEntry("redis_commands_total{cmd=\"set\"}", "2")
                    .containsEntry("redis_commands_rejected_calls_total{cmd=\"incr\"}", "1")
                    .containsEntry("redis_errors_total{err=\"ERR\"}", "1")
                    .containsEntry("redis_memory_max_bytes", "0")
                    .containsEntry("redis_rdb_last_bgsave_status", "1")
                    .containsKeys(
                            "redis_uptime_in_seconds",
                            "redis_start_time_seconds",
                            "redis_connected_clients",
                            "redis_blocked_clients",
                            "redis_memory_used_bytes",
                            "redis_memory_used_rss_bytes",
                            "redis_commands_processed_total",
                            "redis_commands_duration_seconds_total{cmd=\"get\"}",
                            "redis_net_input_bytes_total",
                            "redis_net_output_bytes_total",
                            "redis_expired_keys_total",
                            "redis_evicted_keys_total",
                            "redis_cpu_sys_seconds_total",
                            "redis_cpu_user_seconds_total",
                            "redis_latency_percentiles_usec{cmd=\"get\",quantile=\"0.99\"}");
            assertThat(Long.parseLong(samples.get("redis_memory_used_bytes"))).isPositive();
            assertThat(samples.keySet()).anyMatch(name -> name.startsWith("redis_instance_info{redis_version=\"8."));
        }
    }

    @Test
    void otherPathsAndMethods() throws Exception {
        try (MetricsEndpoint.Listening listening = listen(() -> "")) {
            assertThat(ask(listening, "GET", "/").status()).isEqualTo(404);
            assertThat(ask(listening, "GET", "/metrics/x").status()).isEqualTo(404);
            assertThat(ask(listening, "POST", "/metrics").status()).isEqualTo(405);
            Response head = ask(listening, "HEAD", "/metrics");
            assertThat(head.status()).isEqualTo(200);
            assertThat(head.body()).isEmpty();
        }
    }

    @Test
    void aServerThatDoesNotAnswerIsDown() throws Exception {
        try (MetricsEndpoint.Listening listening = listen(() -> {
            throw new IllegalStateException("LOADING");
        })) {
            assertThat(parse(ask(listening, "GET", "/metrics").body())).containsExactly(Map.entry("redis_up", "0"));
        }
    }

    @Test
    void oddTextsAreQuoted() throws Exception {
        String info =
                "# Server\r\nos:a \"b\" \\c\r\nused_memory:many\r\nmaxmemory:5\r\ndb3:keys=7,expires=0,avg_ttl=1500\r\n";
        try (MetricsEndpoint.Listening listening = listen(() -> info)) {
            String text = ask(listening, "GET", "/metrics").body();
            Map<String, String> samples = parse(text);
            assertThat(text).contains("os=\"a \\\"b\\\" \\\\c\"");
            assertThat(samples)
                    .doesNotContainKey("redis_memory_used_bytes")
                    .containsEntry("redis_memory_max_bytes", "5")
                    .containsEntry("redis_db_keys{db=\"db3\"}", "7")
                    .containsEntry("redis_db_avg_ttl_seconds{db=\"db3\"}", "1.5")
                    .containsEntry("redis_db_keys{db=\"db0\"}", "0");
        }
    }
}
