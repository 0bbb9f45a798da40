package dev.cinnabar.compat.concurrency;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cinnabar.compat.harness.Client;
import dev.cinnabar.compat.harness.RedisTest;
import dev.cinnabar.compat.harness.Resp;
import dev.cinnabar.compat.harness.Server;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;

/*
 * Strategy: some clients push numbers, each once, onto a few lists, in one command, in several and in transactions, while
 * others wait for those lists in every way there is; one more ends waits by CLIENT UNBLOCK, at random. Who receives "stop"
 * goes. Invariant: every number has arrived at one client, or lies in the list to which it was moved, once.
 */
class BlockedClientsTest {

    private static final int PUSHERS = 4;
    private static final int NUMBERS = 1500;
    private static final String STOP = "stop";

    private static final String[] WAITS = {
        "BLPOP a b c 0",
        "BRPOP c b a 0",
        "BLMPOP 0 3 b a c LEFT COUNT 3",
        "BLMOVE a d LEFT RIGHT 0",
        "BLPOP b a c 0.005",
        "BRPOPLPUSH a d 0",
        "BLPOP a b c 0"
    };

    @RedisTest
    void nothingIsLostAndNothingComesTwice(Client redis, Server server) throws Exception {
        List<String> arrived = new ArrayList<>();
        try (ExecutorService threads = Executors.newCachedThreadPool()) {
            List<Future<List<String>>> waiting = new ArrayList<>();
            for (String command : WAITS) {
                waiting.add(threads.submit(waiter(server, command)));
            }
            List<Future<List<String>>> pushing = IntStream.range(0, PUSHERS)
                    .mapToObj(i -> threads.submit(pusher(server, i)))
                    .toList();
            Future<List<String>> spoiling = threads.submit(spoiler(server, pushing));
            for (Future<List<String>> pusher : pushing) {
                pusher.get();
            }
            spoiling.get();
            // As many as there are waiters, one at a time, and to the list that all wait for: each takes one and goes.
            for (int i = 0; i < WAITS.length; i++) {
                redis.run("RPUSH a " + STOP);
                while (redis.run("EXISTS a").integer() == 1) {
                    Thread.onSpinWait();
                }
            }
            for (Future<List<String>> waiter : waiting) {
                arrived.addAll(waiter.get());
            }
        }
        arrived.addAll(redis.run("LRANGE d 0 -1").texts());
        arrived.removeIf(STOP::equals);
        redis.run("EXISTS a b c").is(0);
        assertThat(arrived).hasSize(PUSHERS * NUMBERS);
        assertThat(new HashSet<>(arrived)).hasSize(PUSHERS * NUMBERS);
    }

    private static Callable<List<String>> waiter(Server server, String command) {
        return () -> {
            List<String> received = new ArrayList<>();
            try (Client client = new Client(server.port())) {
                while (!received.contains(STOP)) {
                    collect(client.run(command).reply(), received);
                }
            }
            // What was moved is found where it lies.
            return command.contains(" d ") ? List.of() : received;
        };
    }

    /** The elements of a reply: one, or behind a key's name one or a list of them. */
    private static void collect(Resp reply, List<String> received) {
        if (reply.isNil()) {
            return;
        }
        assertThat(reply.isError()).as(reply.toString()).isFalse();
        if (!(reply instanceof Resp.Array)) {
            received.add(reply.text());
            return;
        }
        Resp elements = reply.list().get(1);
        if (elements instanceof Resp.Array) {
            elements.list().forEach(element -> received.add(element.text()));
        } else {
            received.add(elements.text());
        }
    }

    private static Callable<List<String>> pusher(Server server, int number) {
        return () -> {
            Random random = new Random(number);
            int next = 0;
            try (Client client = new Client(server.port())) {
                while (next < NUMBERS) {
                    int n = Math.min(1 + random.nextInt(4), NUMBERS - next);
                    boolean together = random.nextInt(3) == 0;
                    if (together) {
                        client.run("MULTI").isOk();
                    }
                    int last = next + n;
                    while (next < last) {
                        int some = 1 + random.nextInt(last - next);
                        StringBuilder command = new StringBuilder(random.nextBoolean() ? "LPUSH " : "RPUSH ")
                                .append("abc".charAt(random.nextInt(3)));
                        for (int i = 0; i < some; i++) {
                            command.append(' ').append(number).append(':').append(next++);
                        }
                        assertThat(client.run(command.toString()).reply().isError())
                                .isFalse();
                    }
                    if (together) {
                        assertThat(client.run("EXEC").reply().isError()).isFalse();
                    }
                }
            }
            return List.of();
        };
    }

    /** Ends waits of clients that may or may not wait, until all has been pushed. */
    private static Callable<List<String>> spoiler(Server server, List<Future<List<String>>> pushing) {
        return () -> {
            try (Client client = new Client(server.port())) {
                long newest = client.run("CLIENT ID").integer();
                Random random = new Random(99);
                while (!pushing.stream().allMatch(Future::isDone)) {
                    assertThat(client.run("CLIENT UNBLOCK " + (newest - random.nextInt(15)))
                                    .integer())
                            .isBetween(0L, 1L);
                }
            }
            return List.of();
        };
    }
}
