package dev.cinnabar.command;

import static dev.cinnabar.command.CommandSpec.command;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.cinnabar.command.testing.TestClient;
import dev.cinnabar.command.testing.TestEngine;
import dev.cinnabar.commands.connection.ClientCommands;
import dev.cinnabar.commands.connection.ConnectionCommands;
import dev.cinnabar.commands.strings.StringCommands;
import dev.cinnabar.commands.transactions.TransactionCommands;
import dev.cinnabar.memory.Bytes;
import dev.cinnabar.resp.RedisError;
import dev.cinnabar.testing.RealRedis;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** The frame around commands: the order of its checks, what it does about failures, what it counts. */
class DispatcherTest {

    private static final RedisError REFUSED = new RedisError("REFUSED by the test");

    @AutoClose
    private final TestEngine redis = new TestEngine(4, table());

    private final List<String> failures = new ArrayList<>();

    private static CommandTable table() {
        List<CommandSpec> rows = new ArrayList<>();
        rows.addAll(StringCommands.table());
        rows.addAll(ConnectionCommands.table());
        rows.addAll(ClientCommands.table());
        rows.addAll(TransactionCommands.table());
        rows.add(command("boom", -2).keys(KeySpec.range(1, 1, 1)).handler((call, args, reply) -> {
            reply.array(2);
            reply.bulk("half of the reply");
            throw new IllegalArgumentException("a bug");
        }));
        rows.add(command("deep", 1).handler(DispatcherTest::deep));
        rows.add(command("wrong", 1).handler((call, args, reply) -> {
            throw new AssertionError("not so");
        }));
        rows.add(command("flood", 1).handler((call, args, reply) -> {
            reply.array(2);
            reply.bulk(new byte[100_000]);
            throw new IllegalArgumentException("a bug after much");
        }));
        rows.add(command("refuse", 1).handler((call, args, reply) -> args.fail(REFUSED)));
        rows.add(command("alone", 1, Flag.NO_MULTI).handler((call, args, reply) -> reply.ok()));
        return new CommandTable(rows);
    }

    @SuppressWarnings("InfiniteRecursion")
    private static void deep(Call call, Args args, dev.cinnabar.resp.Reply reply) {
        deep(call, args, reply);
    }

    private void rememberFailures() {
        redis.settings().failures = (where, failure) -> failures.add(where + ": " + failure.getMessage());
    }

    // Checks

    @Test
    void unknownCommandsAreQuotedInPart() {
        assertThat(redis.call("FOO")).isEqualTo("-ERR unknown command 'FOO', with args beginning with: ");
        assertThat(redis.call("foo", "a", "b\r\n"))
                .isEqualTo("-ERR unknown command 'foo', with args beginning with: 'a' 'b  ' ");
    }

    @Test
    void unknownCommandsAreQuotedAsByRedis() throws IOException {
        Optional<Path> program = RealRedis.program();
        assumeTrue(program.isPresent(), "no redis-server to compare with");
        String[][] requests = {
            {"FOO"},
            {"foo", "a", "b"},
            {"", "a"},
            {"a\r\nb", "c\r\nd"},
            {"x".repeat(127), "y"},
            {"x".repeat(300), "y".repeat(300), "z"},
            {"foo", "y".repeat(100), "z".repeat(100), "more"},
            {"foo", "y".repeat(125), "z"},
            {"foo", "y".repeat(126), "z"},
            {"foo", "y".repeat(128), "z"},
            {"foo", "", "", ""},
            {"CLIENT"},
            {"CLIENT", "FOO"},
            {"CLIENT", "x".repeat(300)},
            {"CLIENT", ""},
            {"CLIENT", "ID", "x"},
            {"GET"},
            {"get", "a", "b"},
        };
        try (RealRedis real = RealRedis.start(program.get())) {
            for (String[] request : requests) {
                assertThat(redis.call(request)).as(String.join(" ", request)).isEqualTo("-" + real.call(request));
            }
        }
    }

    @Test
    void whatComesFirst() {
        redis.engine().users().defaultPassword("sesame");
        redis.client().session().authenticated(false);
        redis.replies("""
                NOSUCH          -> /-ERR unknown command.*/
                CLIENT NOSUCH   -> /-ERR unknown subcommand.*/
                GET             -> -ERR wrong number of arguments for 'get' command
                CLIENT ID x     -> -ERR wrong number of arguments for 'client|id' command
                GET x           -> -NOAUTH Authentication required.
                MULTI           -> -NOAUTH Authentication required.
                AUTH sesame     -> +OK
                MULTI           -> +OK
                ALONE           -> -ERR Command not allowed inside a transaction
                EXEC            -> -EXECABORT Transaction discarded because of previous errors.
                ALONE           -> +OK
                """);
    }

    @Test
    void namesInAnyCase() {
        redis.replies("""
                sEt k v         -> +OK
                GeT k           -> 'v'
                cLiEnT gEtNaMe  -> nil
                """);
    }

    @Test
    void aTransactionThatCouldNotBeQueuedDoesNothing() {
        for (String wrong : new String[] {"NOSUCH", "GET", "CLIENT NOSUCH", "CLIENT ID x", "ALONE"}) {
            redis.run("MULTI");
            assertThat(redis.run("SET k v")).isEqualTo("+QUEUED");
            assertThat(redis.run(wrong)).startsWith("-ERR ");
            assertThat(redis.run("EXEC")).isEqualTo("-EXECABORT Transaction discarded because of previous errors.");
            assertThat(redis.run("GET k")).isEqualTo("nil");
        }
    }

    @Test
    void anErrorWhileItRunsStopsNoTransaction() {
        redis.replies("""
                MULTI     -> +OK
                SET k v   -> +QUEUED
                INCR k    -> +QUEUED
                REFUSE    -> +QUEUED
                GET k     -> +QUEUED
                EXEC      -> [+OK, -ERR value is not an integer or out of range, -REFUSED by the test, 'v']
                """);
    }

    // Failures

    @Test
    void aFailureIsAnsweredAndReportedAndHarmsNobody() throws Exception {
        rememberFailures();
        TestClient other = redis.newClient();
        redis.replies("""
                SET k v      -> +OK
                BOOM k       -> -ERR internal error
                DEEP         -> -ERR internal error
                WRONG        -> -ERR internal error
                GET k        -> 'v'
                """);
        assertThat(failures).hasSize(3).startsWith("command 'boom': a bug").endsWith("command 'wrong': not so");
        try (ExecutorService thread = Executors.newSingleThreadExecutor()) {
            assertThat(thread.submit(() -> other.run("GET k")).get(10, TimeUnit.SECONDS))
                    .as("another thread finds no lock left behind")
                    .isEqualTo("'v'");
        }
    }

    @Test
    void aFailureInATransactionTakesItsOwnPlaceAlone() {
        rememberFailures();
        redis.replies("""
                MULTI        -> +OK
                SET k 1      -> +QUEUED
                BOOM k       -> +QUEUED
                INCR k       -> +QUEUED
                EXEC         -> [+OK, -ERR internal error, 2]
                GET k        -> '2'
                """);
        assertThat(failures).containsExactly("command 'boom': a bug");
    }

    @Test
    void aReplyBeyondRecallEndsTheConnection() {
        rememberFailures();
        byte[] sent = redis.client().send("FLOOD".getBytes(UTF_8));
        assertThat(sent.length).as("what was sent before the failure").isPositive();
        assertThat(redis.client().session().isClosing()).isTrue();
        assertThat(failures).containsExactly("command 'flood': a bug after much");
        assertThat(redis.newClient().run("PING")).isEqualTo("+PONG");
    }

    // Counting

    private int id(String name) {
        CommandSpec spec = redis.engine().commands().findFull(Bytes.of(name));
        return spec == null ? -1 : spec.id();
    }

    private void check(String name, long calls, long rejected, long failed) {
        Statistics statistics = redis.engine().statistics();
        assertThat(List.of(
                        statistics.calls(id(name)),
                        statistics.rejectedCalls(id(name)),
                        statistics.failedCalls(id(name))))
                .as("calls, rejected, failed of " + name)
                .containsExactly(calls, rejected, failed);
    }

    @Test
    void countsCallsRejectionsAndFailures() {
        redis.run("SET k v");
        redis.run("GET k");
        redis.run("GET k");
        redis.run("GET");
        redis.run("INCR k");
        redis.run("REFUSE");
        redis.run("NOSUCH");
        redis.run("CLIENT ID");
        redis.run("CLIENT ID x");
        redis.run("CLIENT NOSUCH");
        redis.run("CLIENT");
        check("set", 1, 0, 0);
        check("get", 2, 1, 0);
        check("incr", 1, 0, 1);
        check("refuse", 1, 0, 1);
        check("client|id", 1, 1, 0);
        check("client", 0, 1, 0);
        Statistics statistics = redis.engine().statistics();
        assertThat(statistics.commands()).isEqualTo(6);
        assertThat(statistics.errors()).isEqualTo(Map.of("ERR", 6L, "REFUSED", 1L));
    }

    @Test
    void insideATransactionEachErrorCountsOnce() {
        redis.run("SET k v");
        redis.run("MULTI");
        redis.run("INCR k");
        redis.run("REFUSE");
        redis.run("GET k");
        redis.run("EXEC");
        check("incr", 1, 0, 1);
        check("refuse", 1, 0, 1);
        check("get", 1, 0, 0);
        check("multi", 1, 0, 0);
        check("exec", 1, 0, 0);
        assertThat(redis.engine().statistics().errors()).isEqualTo(Map.of("ERR", 1L, "REFUSED", 1L));
    }

    @Test
    void repliesThatNobodyWantsCountAllTheSame() {
        redis.run("CLIENT REPLY OFF");
        redis.run("REFUSE");
        redis.run("NOSUCH");
        check("refuse", 1, 0, 1);
        assertThat(redis.engine().statistics().errors()).isEqualTo(Map.of("ERR", 1L, "REFUSED", 1L));
    }

    @Test
    void figuresOutliveTheirDispatcherAndCanBeReset() {
        redis.run("PING");
        Dispatcher passing = redis.engine().newDispatcher();
        redis.engine().retire(passing);
        assertThat(redis.engine().statistics().commands()).isEqualTo(1);
        redis.engine().resetStatistics();
        assertThat(redis.engine().statistics().commands()).isZero();
        assertThat(redis.engine().statistics().errors()).isEmpty();
    }

    @Test
    void errorCodesMadeUpByClientsAreNotCountedWithoutEnd() {
        Statistics statistics = new Statistics(1);
        for (int i = 0; i < 1_000; i++) {
            statistics.error("CODE" + i);
        }
        assertThat(statistics.errors()).hasSizeLessThan(200);
        assertThat(statistics.errors().values().stream()
                        .mapToLong(Long::longValue)
                        .sum())
                .isEqualTo(1_000);
    }
}
