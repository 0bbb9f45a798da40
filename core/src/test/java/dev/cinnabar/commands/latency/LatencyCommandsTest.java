package dev.cinnabar.commands.latency;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cinnabar.command.Args;
import dev.cinnabar.command.Dispatcher;
import dev.cinnabar.command.testing.TestClient;
import dev.cinnabar.command.testing.TestEngine;
import dev.cinnabar.memory.BufferAccounting;
import dev.cinnabar.memory.ChunkPool;
import dev.cinnabar.resp.RespWriter;
import dev.cinnabar.session.Session;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

class LatencyCommandsTest {

    @AutoClose
    private final TestEngine redis = new TestEngine();

    @Test
    void slowCommandsAreLoggedWithTheirArguments() {
        redis.replies("""
                CONFIG SET slowlog-log-slower-than 0                        -> +OK
                SLOWLOG RESET                                               -> +OK
                SLOWLOG GET                                                 -> /\\[\\[1, 1767225600, 0, \\['SLOWLOG', 'RESET'\\], '', '', 2\\]\\]/
                SET x y                                                     -> +OK
                GET x                                                       -> 'y'
                SLOWLOG GET 2                                               -> /\\[\\[4, .*\\['GET', 'x'\\].*\\[3, .*\\['SET', 'x', 'y'\\].*/
                SLOWLOG LEN                                                 -> 5
                SLOWLOG GET -2                                              -> -ERR count should be greater than or equal to -1
                CONFIG SET slowlog-max-len 2                                -> +OK
                SLOWLOG LEN                                                 -> 2
                CONFIG SET slowlog-log-slower-than -1                       -> +OK
                SLOWLOG RESET                                               -> +OK
                GET x                                                       -> 'y'
                SLOWLOG GET                                                 -> []
                """);
    }

    @Test
    void secretsAreHiddenAndLongArgumentsShortened() {
        redis.run("CONFIG SET slowlog-log-slower-than 0 slowlog-entry-max-argc 4 slowlog-entry-max-string-len 5");
        redis.run("SLOWLOG RESET");
        redis.run("AUTH default secret");
        redis.run("ACL SETUSER bob >secret");
        redis.run("CONFIG SET requirepass secret");
        redis.run("CONFIG SET requirepass \"\"");
        redis.run("RPUSH l a b c d");
        redis.run("SET x abcdefgh");
        String log = redis.run("SLOWLOG GET -1");
        assertThat(log)
                .doesNotContain("secret")
                .contains("['RPUSH', 'l', 'a', '... (3 more arguments)'], '', '', 6]")
                .contains("['SET', 'x', 'abcde... (3 more bytes)']");
    }

    @Test
    void durationsAreCounted() {
        redis.run("SET x y");
        redis.run("GET x");
        redis.run("GET x");
        redis.protocol(3);
        redis.replies("""
                LATENCY HISTOGRAM get nosuch set -> {'get': {'calls': 2, 'histogram_usec': {1: 2}}, 'set': {'calls': 1, 'histogram_usec': {1: 1}}}
                CONFIG RESETSTAT                 -> +OK
                LATENCY HISTOGRAM get            -> {}
                """);
        redis.run("GET x");
        assertThat(redis.run("INFO latencystats"))
                .contains("latency_percentiles_usec_get:p50=0.001,p99=0.001,p99.9=0.001");
        redis.run("CONFIG SET latency-tracking no");
        redis.run("CONFIG RESETSTAT");
        redis.run("GET x");
        assertThat(redis.run("LATENCY HISTOGRAM get")).isEqualTo("{}");
    }

    @Test
    void withoutSpikesThereIsNothingToTell() {
        redis.replies("""
                LATENCY LATEST           -> []
                LATENCY HISTORY command  -> []
                LATENCY GRAPH command    -> -ERR No samples available for event 'command'
                LATENCY RESET            -> 0
                LATENCY RESET command    -> 0
                LATENCY DOCTOR           -> /.*disabled.*/
                CONFIG SET latency-monitor-threshold 1 -> +OK
                LATENCY DOCTOR           -> /.*No latency spike.*/
                """);
    }

    @Test
    void monitorsSeeWhatIsRunAndNoSecrets() {
        TestClient monitor = redis.newClient();
        assertThat(monitor.run("MONITOR")).isEqualTo("+OK");
        redis.run("SELECT 3");
        redis.run("SET x \"a\\nb\"");
        redis.run("CONFIG GET port");
        redis.run("AUTH default secret");
        redis.run("NOSUCH");
        redis.run("MULTI");
        redis.run("INCR y");
        redis.run("EXEC");
        assertThat(monitor.pushes()).isEqualTo("""
                        +1767225600.000000 [3 ] "SELECT" "3"
                        +1767225600.000000 [3 ] "SET" "x" "a\\nb"
                        +1767225600.000000 [3 ] "AUTH" "(redacted)" "(redacted)"
                        +1767225600.000000 [3 ] "MULTI"
                        +1767225600.000000 [3 ] "INCR" "y"
                        +1767225600.000000 [3 ] "EXEC\"""".replace("\n", " "));
        monitor.run("RESET");
        redis.run("PING");
        assertThat(monitor.pushes()).isEmpty();
    }

    private static Args request(String... words) {
        Args args = new Args();
        byte[] bytes = String.join("", words).getBytes(UTF_8);
        args.request().begin(bytes);
        int from = 0;
        for (String word : words) {
            args.request().add(from, word.length());
            from += word.length();
        }
        return args;
    }

    /** Runs requests as one read of a socket brings them, each of which takes so long. */
    private void pipeline(long millisEach, Args... requests) {
        Dispatcher dispatcher = redis.engine().newDispatcher();
        Session session = redis.client().session();
        RespWriter writer = new RespWriter(1024, new ChunkPool(new BufferAccounting()), (bytes, offset, length) -> {});
        dispatcher.beginBatch();
        dispatcher.prepare(session, requests, requests.length);
        for (Args request : requests) {
            redis.advanceMillis(millisEach);
            dispatcher.dispatch(session, request, writer);
        }
        dispatcher.endBatch();
    }

    @Test
    void quickCommandsInARowShareTheirTime() {
        pipeline(4, request("GET", "a"), request("GET", "b"), request("GET", "c"));
        redis.replies("SLOWLOG GET -> /\\[\\[0, .*, 12000, \\['GET', 'c'\\], '', '', 2\\]\\]/");
        redis.run("SLOWLOG RESET");
        pipeline(
                4,
                request("LRANGE", "a", "0", "1"),
                request("LRANGE", "b", "0", "1"),
                request("LRANGE", "c", "0", "1"));
        redis.replies("SLOWLOG LEN -> 0");
    }

    @Test
    void spikesAreKept() {
        redis.run("CONFIG SET latency-monitor-threshold 5");
        pipeline(7, request("LRANGE", "a", "0", "1"));
        redis.advanceMillis(3000);
        pipeline(6, request("GET", "a"));
        pipeline(9, request("GET", "a"));
        pipeline(4, request("GET", "a"));
        redis.replies("""
                LATENCY HISTORY command      -> /\\[\\[\\d+, 7\\]\\]/
                LATENCY HISTORY fast-command -> /\\[\\[\\d+, 9\\]\\]/
                LATENCY LATEST               -> /\\[\\['command', \\d+, 7, 7\\], \\['fast-command', \\d+, 9, 9\\]\\]/
                LATENCY GRAPH command        -> /.*command - high 7 ms, low 7 ms.*/
                LATENCY DOCTOR               -> /.*fast-command: 1 latency spikes.*/
                LATENCY RESET command        -> 1
                LATENCY RESET                -> 1
                """);
    }
}
