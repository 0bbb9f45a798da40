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
import java.util.concurrent.atomic.AtomicBoolean;

/** Commands and transactions are seen whole or not at all, whoever looks. */
class AtomicityTest {

    private static final int ACCOUNTS = 20;
    private static final int CLIENTS = 50;
    private static final int TRANSFERS_PER_CLIENT = 20;

    /** Money moves between accounts by WATCH, GET, MULTI; nobody ever counts more or less than there is. */
    @RedisTest
    void bankTransfers(Client redis, Server server) throws Exception {
        for (int i = 0; i < ACCOUNTS; i++) {
            redis.call("SET", "account:" + i, 100).isOk();
        }
        List<Callable<Void>> work = new ArrayList<>();
        for (int c = 0; c < CLIENTS; c++) {
            Random random = new Random(c);
            work.add(() -> {
                try (Client client = new Client(server.port())) {
                    for (int done = 0; done < TRANSFERS_PER_CLIENT; ) {
                        done += transfer(client, random) ? 1 : 0;
                    }
                }
                return null;
            });
        }
        Object[] all = new Object[ACCOUNTS + 1];
        all[0] = "MGET";
        for (int i = 0; i < ACCOUNTS; i++) {
            all[i + 1] = "account:" + i;
        }
        whileRunning(
                work,
                List.of(
                        () -> {
                            try (Client observer = new Client(server.port())) {
                                assertThat(sum(observer.call(all).list())).isEqualTo(ACCOUNTS * 100L);
                            }
                        },
                        () -> {
                            try (Client observer = new Client(server.port())) {
                                observer.run("MULTI").isOk();
                                for (int i = 0; i < ACCOUNTS; i++) {
                                    observer.call("GET", "account:" + i).is("+QUEUED");
                                }
                                assertThat(sum(observer.run("EXEC").list())).isEqualTo(ACCOUNTS * 100L);
                            }
                        }));
        assertThat(sum(redis.call(all).list())).isEqualTo(ACCOUNTS * 100L);
    }

    private static boolean transfer(Client client, Random random) {
        String from = "account:" + random.nextInt(ACCOUNTS);
        String to = "account:" + random.nextInt(ACCOUNTS);
        if (from.equals(to)) {
            return false;
        }
        client.call("WATCH", from, to).isOk();
        long amount = random.nextInt(30);
        long left = Long.parseLong(client.call("GET", from).text()) - amount;
        long right = Long.parseLong(client.call("GET", to).text()) + amount;
        client.run("MULTI").isOk();
        client.call("SET", from, left).is("+QUEUED");
        client.call("SET", to, right).is("+QUEUED");
        return !client.run("EXEC").reply().isNil();
    }

    private static long sum(List<Resp> values) {
        return values.stream().mapToLong(value -> Long.parseLong(value.text())).sum();
    }

    @RedisTest
    void incrementsAreNotLost(Client redis, Server server) throws Exception {
        List<Callable<Void>> work = new ArrayList<>();
        for (int c = 0; c < 16; c++) {
            work.add(() -> {
                try (Client client = new Client(server.port())) {
                    List<String> batch = new ArrayList<>();
                    for (int i = 0; i < 2000; i++) {
                        batch.add("INCR n" + i % 3);
                    }
                    client.pipeline(batch);
                }
                return null;
            });
        }
        whileRunning(work, List.of());
        assertThat(sum(redis.run("MGET n0 n1 n2").list())).isEqualTo(32_000);
    }

    @RedisTest
    void msetIsSeenWhole(Client redis, Server server) throws Exception {
        redis.run("MSET a 0 b 0 c 0 d 0 e 0 f 0 g 0 h 0").isOk();
        whileRunning(
                writers(
                        server,
                        4,
                        (client, n) -> client.call(
                                        "MSET", "a", n, "b", n, "c", n, "d", n, "e", n, "f", n, "g", n, "h", n)
                                .isOk()),
                List.of(
                        check(
                                server,
                                client -> assertThat(new HashSet<>(client.run("MGET a b c d e f g h")
                                                .texts()))
                                        .hasSize(1)),
                        check(
                                server,
                                client -> assertThat(new HashSet<>(client.run("MGET h g f e d c b a")
                                                .texts()))
                                        .hasSize(1))));
    }

    @RedisTest
    void renameIsSeenWhole(Client redis, Server server) throws Exception {
        redis.run("SET a 1").isOk();
        whileRunning(
                writers(
                        server,
                        1,
                        (client, n) -> client.run(n % 2 == 0 ? "RENAME a b" : "RENAME b a")
                                .isOk()),
                List.of(
                        check(server, client -> client.run("EXISTS a b").is(1)),
                        check(server, client -> client.run("EXISTS b a").is(1)),
                        check(server, client -> client.run("DBSIZE").is(1))));
    }

    @RedisTest
    void copyIsSeenWhole(Client redis, Server server) throws Exception {
        redis.call("SET", "source", "0".repeat(5000)).isOk();
        redis.call("SET", "copy", "0".repeat(5000)).isOk();
        List<Callable<Void>> work = new ArrayList<>(writers(
                server,
                2,
                (client, n) -> client.call(
                                "SET", "source", Integer.toString(n % 10).repeat(1 + n % 5000))
                        .isOk()));
        work.addAll(writers(
                server, 2, (client, n) -> client.run("COPY source copy REPLACE").is(1)));
        whileRunning(
                work,
                List.of(check(
                        server,
                        client -> assertThat(client.run("GET copy")
                                        .text()
                                        .chars()
                                        .distinct()
                                        .count())
                                .isEqualTo(1))));
    }

    @RedisTest
    void flushallIsSeenWhole(Client redis, Server server) throws Exception {
        String mset = "MSET a 1 b 1 c 1 d 1 e 1 f 1 g 1 h 1";
        redis.run(mset).isOk();
        whileRunning(
                writers(
                        server,
                        2,
                        (client, n) ->
                                client.run(n % 2 == 0 ? "FLUSHALL" : mset).isOk()),
                List.of(
                        check(
                                server,
                                client -> assertThat(client.run("EXISTS a b c d e f g h")
                                                .integer())
                                        .isIn(0L, 8L)),
                        check(
                                server,
                                client -> assertThat(client.run("DBSIZE").integer())
                                        .isIn(0L, 8L))));
    }

    @RedisTest
    void swapdbIsSeenWhole(Client redis, Server server) throws Exception {
        redis.run("MSET a 0 b 0 c 0 d 0").isOk();
        redis.run("SELECT 1").isOk();
        redis.run("MSET a 1 b 1 c 1 d 1").isOk();
        whileRunning(
                writers(server, 1, (client, n) -> client.run("SWAPDB 0 1").isOk()),
                List.of(check(
                        server,
                        client -> assertThat(
                                        new HashSet<>(client.run("MGET a b c d").texts()))
                                .hasSize(1))));
    }

    @RedisTest
    void transactionsAreSeenWhole(Client redis, Server server) throws Exception {
        redis.run("MSET a 0 b 0").isOk();
        whileRunning(
                writers(server, 3, (client, n) -> {
                    client.pipeline(List.of("MULTI", "INCR a", "GET a", "INCR b", "EXEC"));
                }),
                List.of(
                        check(
                                server,
                                client -> assertThat(new HashSet<>(
                                                client.run("MGET a b").texts()))
                                        .hasSize(1)),
                        check(server, client -> {
                            List<Resp> replies = client.pipeline(List.of("MULTI", "GET b", "GET a", "EXEC"));
                            assertThat(new HashSet<>(replies.getLast().list())).hasSize(1);
                        })));
    }

    private interface Write {
        void run(Client client, int number);
    }

    private interface Check {
        void run(Client client);
    }

    private static List<Callable<Void>> writers(Server server, int count, Write write) {
        List<Callable<Void>> work = new ArrayList<>();
        for (int w = 0; w < count; w++) {
            work.add(() -> {
                try (Client client = new Client(server.port())) {
                    for (int n = 0; n < 2000; n++) {
                        write.run(client, n);
                    }
                }
                return null;
            });
        }
        return work;
    }

    /** A check that keeps its connection over all repetitions. */
    private static Runnable check(Server server, Check check) {
        Client client = server.connect();
        return () -> check.run(client);
    }

    /** Repeats the checks, each in a thread of its own, until all work is done. */
    private static void whileRunning(List<Callable<Void>> work, List<Runnable> checks) throws Exception {
        AtomicBoolean running = new AtomicBoolean(true);
        try (ExecutorService threads = Executors.newCachedThreadPool()) {
            List<Future<?>> checking = new ArrayList<>();
            try {
                for (Runnable check : checks) {
                    checking.add(threads.submit(() -> {
                        do {
                            check.run();
                        } while (running.get());
                    }));
                }
                for (Future<Void> future : threads.invokeAll(work)) {
                    future.get();
                }
            } finally {
                running.set(false);
            }
            for (Future<?> future : checking) {
                future.get();
            }
        }
    }
}
