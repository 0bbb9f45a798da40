package dev.cinnabar.compat.concurrency;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cinnabar.Cinnabar;
import dev.cinnabar.CinnabarSession;
import dev.cinnabar.RespValue;
import dev.cinnabar.compat.concurrency.Linearizability.Call;
import dev.cinnabar.compat.concurrency.Linearizability.Model;
import dev.cinnabar.compat.harness.Client;
import dev.cinnabar.compat.harness.RedisTest;
import dev.cinnabar.compat.harness.Server;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/*
 * Strategy: some clients, each in a thread, send random commands over few keys; every call is noted with the time before it
 * and after it. Many short histories rather than one long: each is searched for one order that explains all replies.
 *
 * Invariant: such an order exists. Histories over one key test a single partition, those over several the locking of many.
 *
 * -Dcompat.linearizability.rounds=N runs longer, -Dcompat.linearizability.seed=S starts elsewhere; the threads' timing
 * cannot be replayed, the commands can.
 */
class LinearizabilityTest {

    private static final int ROUNDS = Integer.getInteger("compat.linearizability.rounds", 40);
    private static final long FIRST_SEED = Long.getLong("compat.linearizability.seed", 1);

    @Test
    void theCheckerAcceptsWhatHasAnOrder() {
        assertThat(holds(call("SET x 1", "+OK", 0, 10), call("GET x", "'1'", 5, 15), call("GET x", "nil", 5, 15)))
                .isTrue();
        assertThat(holds(call("INCR x", "2", 0, 10), call("INCR x", "1", 0, 10), call("GET x", "'2'", 11, 12)))
                .isTrue();
        assertThat(holds(call("MSET x 1 y 1", "+OK", 0, 10), call("MGET x y", "['1', '1']", 1, 2)))
                .isTrue();
    }

    @Test
    void theCheckerRefusesWhatHasNone() {
        assertThat(holds(call("SET x 1", "+OK", 0, 10), call("GET x", "nil", 11, 15)))
                .as("a write that is lost")
                .isFalse();
        assertThat(holds(call("INCR x", "1", 0, 10), call("INCR x", "1", 0, 10)))
                .as("two increments to one value")
                .isFalse();
        assertThat(holds(call("SET x 1", "+OK", 0, 100), call("GET x", "'1'", 10, 20), call("GET x", "nil", 30, 40)))
                .as("seen, then unseen")
                .isFalse();
        assertThat(holds(call("MSET x 1 y 1", "+OK", 0, 100), call("MGET x y", "['1', nil]", 1, 2)))
                .as("half of an MSET")
                .isFalse();
        assertThat(holds(
                        call("SET x 1", "+OK", 0, 1),
                        call("RENAME x y", "+OK", 5, 50),
                        call("MGET x y", "[nil, nil]", 6, 7)))
                .as("a key under way between two names")
                .isFalse();
    }

    private static final String[] ON_ONE_KEY = {
        "GET x", "GET x", "SET x %d", "INCR x", "GETSET x %d", "DEL x", "SETNX x %d", "INCR x"
    };

    private static final String[] ON_SEVERAL_KEYS = {
        "GET x",
        "SET x %d",
        "INCR y",
        "DEL y",
        "MSET x %d y %d z %d",
        "MGET x y z",
        "MGET z y x",
        "MSETNX y %d z %d",
        "RENAME x y",
        "RENAME y z",
        "RENAME z x",
        "COPY x z",
        "COPY z y",
        "APPEND z 7",
        "DBSIZE",
        "FLUSHALL",
        "GETSET z %d"
    };

    private static final String[] ON_LISTS = {
        "LPUSH x %d",
        "RPUSH x %d %d",
        "LPUSH y %d",
        "LPOP x",
        "RPOP x",
        "LPOP y",
        "LMOVE x y LEFT RIGHT",
        "LMOVE y x RIGHT LEFT",
        "LMOVE x x LEFT RIGHT",
        "LRANGE x 0 -1",
        "LRANGE y 0 -1",
        "LLEN x",
        "LTRIM x 1 3",
        "RENAME x y"
    };

    /** A wait that ends without anything was one on an empty list when it began. */
    private static final String[] ON_LISTS_WAITING = {
        "LPUSH x %d",
        "RPUSH x %d %d",
        "LPUSH y %d",
        "BLPOP x 0.002",
        "BRPOP x y 0.002",
        "BLPOP y x 0.002",
        "BLMOVE x y LEFT RIGHT 0.002",
        "BLMOVE y x RIGHT LEFT 0.002",
        "LRANGE x 0 -1",
        "LLEN y",
        "LPOP x",
        "RENAME x y"
    };

    private static final String[] ON_SETS = {
        "SADD x 1 2",
        "SADD y 2 3",
        "SADD x %d",
        "SREM x 1",
        "SREM y 2 4",
        "SMOVE x y 1",
        "SMOVE y x 2",
        "SMOVE y z 3",
        "SMEMBERS x",
        "SMEMBERS z",
        "SCARD y",
        "SINTER x y",
        "SDIFF x y z",
        "SUNIONSTORE z x y",
        "SINTERSTORE y x z",
        "SDIFFSTORE x x z"
    };

    @RedisTest
    void sets(Server server) throws Exception {
        check(() -> connection(server), new SetModel(), ON_SETS, 5, 30);
    }

    @Test
    void setsInManyThreadsOfTheLibrary() throws Exception {
        try (Cinnabar cinnabar = Cinnabar.open()) {
            check(() -> session(cinnabar), new SetModel(), ON_SETS, 4, 40);
        }
    }

    @RedisTest
    void lists(Server server) throws Exception {
        check(() -> connection(server), new ListModel("nil-array"), ON_LISTS, 5, 30);
    }

    /** Before 7.2 Redis does not try a command again that waits, but serves it by ways of its own. */
    @RedisTest(since = "7.2")
    void listsAndWaiting(Server server) throws Exception {
        check(() -> connection(server), new ListModel("nil-array"), ON_LISTS_WAITING, 5, 25);
    }

    @Test
    void listsInManyThreadsOfTheLibrary() throws Exception {
        try (Cinnabar cinnabar = Cinnabar.open()) {
            check(() -> session(cinnabar), new ListModel("nil-array"), ON_LISTS, 4, 40);
        }
    }

    @Test
    void listsAndWaitingInManyThreadsOfTheLibrary() throws Exception {
        try (Cinnabar cinnabar = Cinnabar.open()) {
            check(() -> session(cinnabar), new ListModel("nil"), ON_LISTS_WAITING, 4, 30);
        }
    }

    private static final String[] ON_SORTED_SETS = {
        "ZADD a %d m1",
        "ZADD b %d m2 %d m3",
        "ZINCRBY a %d m1",
        "ZREM a m1",
        "ZCARD b",
        "ZRANGE a 0 -1",
        "ZPOPMIN a",
        "ZPOPMAX b",
        "ZUNIONSTORE c 2 a b",
        "ZPOPMIN c",
        "RENAME a b"
    };

    private static final String[] ON_SORTED_SETS_WAITING = {
        "ZADD a %d m1",
        "ZADD b %d m2 %d m3",
        "ZINCRBY c %d m1",
        "BZPOPMIN a b 0.002",
        "BZPOPMAX b a 0.002",
        "BZPOPMIN c a b 0.002",
        "ZUNIONSTORE c 2 a b",
        "ZCARD a",
        "RENAME c a"
    };

    @RedisTest
    void sortedSets(Server server) throws Exception {
        check(() -> connection(server), new SortedSetModel("nil-array"), ON_SORTED_SETS, 5, 30);
    }

    /** Before 7.2 Redis does not try a command again that waits, but serves it by ways of its own. */
    @RedisTest(since = "7.2")
    void sortedSetsAndWaiting(Server server) throws Exception {
        check(() -> connection(server), new SortedSetModel("nil-array"), ON_SORTED_SETS_WAITING, 5, 25);
    }

    @Test
    void sortedSetsAndWaitingInManyThreadsOfTheLibrary() throws Exception {
        try (Cinnabar cinnabar = Cinnabar.open()) {
            check(() -> session(cinnabar), new SortedSetModel("nil"), ON_SORTED_SETS_WAITING, 4, 30);
        }
    }

    @RedisTest
    void oneKey(Server server) throws Exception {
        check(() -> connection(server), ON_ONE_KEY, 5, 40);
    }

    @RedisTest
    void severalKeys(Server server) throws Exception {
        check(() -> connection(server), ON_SEVERAL_KEYS, 4, 25);
    }

    /** In the library commands run on the callers' own threads: nothing but the partitions' locks puts them in order. */
    @Test
    void oneKeyInManyThreadsOfTheLibrary() throws Exception {
        try (Cinnabar cinnabar = Cinnabar.open()) {
            check(() -> session(cinnabar), ON_ONE_KEY, 4, 60);
        }
    }

    @Test
    void severalKeysInManyThreadsOfTheLibrary() throws Exception {
        try (Cinnabar cinnabar = Cinnabar.open()) {
            check(() -> session(cinnabar), ON_SEVERAL_KEYS, 4, 30);
        }
    }

    /** Somebody who calls: a connection to a server, or a session of the library. */
    private interface Caller extends AutoCloseable {
        String call(List<String> command);

        @Override
        void close();
    }

    private static Caller connection(Server server) {
        Client client = new Client(server.port());
        return new Caller() {
            @Override
            public String call(List<String> command) {
                return client.call(command.toArray()).reply().toString();
            }

            @Override
            public void close() {
                client.close();
            }
        };
    }

    private static Caller session(Cinnabar cinnabar) {
        CinnabarSession session = cinnabar.newSession();
        return new Caller() {
            @Override
            public String call(List<String> command) {
                return shown(session.call(command.toArray(new String[0])));
            }

            @Override
            public void close() {
                session.close();
            }
        };
    }

    /** In the notation of {@link dev.cinnabar.compat.harness.Resp}. */
    private static String shown(RespValue value) {
        return switch (value) {
            case RespValue.SimpleString(String text) -> "+" + text;
            case RespValue.BulkString(byte[] bytes) -> "'" + new String(bytes, StandardCharsets.ISO_8859_1) + "'";
            case RespValue.ErrorReply(String message) -> "-" + message;
            case RespValue.DoubleReply(double score) -> "'" + (long) score + "'"; // scores are whole ones here
            case RespValue.Array(List<RespValue> values) -> shown(values);
            // The library speaks version 3, the connections version 2.
            case RespValue.SetReply(List<RespValue> values) -> shown(values);
            default -> value.toString();
        };
    }

    private static String shown(List<RespValue> values) {
        return values.stream().map(LinearizabilityTest::shown).toList().toString();
    }

    private static void check(Supplier<Caller> callers, String[] commands, int clients, int callsPerClient)
            throws Exception {
        check(callers, new KeyspaceModel(), commands, clients, callsPerClient);
    }

    private static <S> void check(
            Supplier<Caller> callers, Model<S, List<String>> model, String[] commands, int clients, int callsPerClient)
            throws Exception {
        try (ExecutorService threads = Executors.newFixedThreadPool(clients)) {
            for (int round = 0; round < ROUNDS; round++) {
                long seed = FIRST_SEED + round;
                List<Call<List<String>>> history = history(callers, commands, clients, callsPerClient, seed, threads);
                assertThat(Linearizability.holds(history, model))
                        .as(() -> "seed " + seed + ": no order explains\n" + describe(history))
                        .isTrue();
            }
        }
    }

    private static List<Call<List<String>>> history(
            Supplier<Caller> callers,
            String[] commands,
            int clients,
            int callsPerClient,
            long seed,
            ExecutorService threads)
            throws InterruptedException, ExecutionException {
        try (Caller caller = callers.get()) {
            assertThat(caller.call(List.of("FLUSHALL"))).isEqualTo("+OK");
        }
        CyclicBarrier start = new CyclicBarrier(clients);
        List<Future<List<Call<List<String>>>>> futures = new ArrayList<>();
        for (int i = 0; i < clients; i++) {
            Random random = new Random(seed * 1000 + i);
            futures.add(threads.submit(() -> {
                List<Call<List<String>>> calls = new ArrayList<>();
                try (Caller caller = callers.get()) {
                    start.await();
                    for (int n = 0; n < callsPerClient; n++) {
                        List<String> command = command(commands[random.nextInt(commands.length)], random);
                        long called = System.nanoTime();
                        String reply = caller.call(command);
                        calls.add(new Call<>(command, reply, called, System.nanoTime()));
                    }
                }
                return calls;
            }));
        }
        List<Call<List<String>>> history = new ArrayList<>();
        for (Future<List<Call<List<String>>>> future : futures) {
            history.addAll(future.get());
        }
        return history;
    }

    private static List<String> command(String template, Random random) {
        List<String> words = new ArrayList<>();
        for (String word : template.split(" ", -1)) {
            words.add(word.equals("%d") ? Integer.toString(random.nextInt(1000)) : word);
        }
        return words;
    }

    private static String describe(List<Call<List<String>>> history) {
        long first = history.stream().mapToLong(Call::calledNanos).min().orElseThrow();
        StringBuilder text = new StringBuilder();
        history.stream()
                .sorted((a, b) -> Long.compare(a.calledNanos(), b.calledNanos()))
                .forEach(call -> text.append(String.format(
                        "%,10d .. %,10d  %s -> %s%n",
                        call.calledNanos() - first,
                        call.returnedNanos() - first,
                        String.join(" ", call.operation()),
                        call.reply())));
        return text.toString();
    }

    private static Call<List<String>> call(String command, String reply, long called, long returned) {
        return new Call<>(List.of(command.split(" ", -1)), reply, called, returned);
    }

    @SafeVarargs
    @SuppressWarnings("varargs") // the array goes nowhere else
    private static boolean holds(Call<List<String>>... calls) {
        return Linearizability.holds(List.of(calls), new KeyspaceModel());
    }
}
