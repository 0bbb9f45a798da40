package dev.cinnabar.compat.concurrency;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cinnabar.compat.concurrency.Linearizability.Call;
import dev.cinnabar.compat.harness.Client;
import dev.cinnabar.compat.harness.RedisTest;
import dev.cinnabar.compat.harness.Server;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
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

    @RedisTest
    void oneKey(Server server) throws Exception {
        String[] commands = {"GET x", "GET x", "SET x %d", "INCR x", "GETSET x %d", "DEL x", "SETNX x %d", "INCR x"};
        check(server, commands, 5, 40);
    }

    @RedisTest
    void severalKeys(Server server) throws Exception {
        String[] commands = {
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
        check(server, commands, 4, 25);
    }

    private static void check(Server server, String[] commands, int clients, int callsPerClient) throws Exception {
        try (ExecutorService threads = Executors.newFixedThreadPool(clients)) {
            for (int round = 0; round < ROUNDS; round++) {
                long seed = FIRST_SEED + round;
                List<Call<List<String>>> history = history(server, commands, clients, callsPerClient, seed, threads);
                assertThat(Linearizability.holds(history, new KeyspaceModel()))
                        .as(() -> "seed " + seed + ": no order explains\n" + describe(history))
                        .isTrue();
            }
        }
    }

    private static List<Call<List<String>>> history(
            Server server, String[] commands, int clients, int callsPerClient, long seed, ExecutorService threads)
            throws InterruptedException, ExecutionException {
        try (Client client = new Client(server.port())) {
            client.run("FLUSHALL").isOk();
        }
        CyclicBarrier start = new CyclicBarrier(clients);
        List<Future<List<Call<List<String>>>>> futures = new ArrayList<>();
        for (int i = 0; i < clients; i++) {
            Random random = new Random(seed * 1000 + i);
            futures.add(threads.submit(() -> {
                List<Call<List<String>>> calls = new ArrayList<>();
                try (Client client = new Client(server.port())) {
                    start.await();
                    for (int n = 0; n < callsPerClient; n++) {
                        List<String> command = command(commands[random.nextInt(commands.length)], random);
                        long called = System.nanoTime();
                        String reply = client.call(command.toArray()).reply().toString();
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
