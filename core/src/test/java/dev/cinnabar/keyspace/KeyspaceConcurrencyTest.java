package dev.cinnabar.keyspace;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cinnabar.command.testing.TestClient;
import dev.cinnabar.command.testing.TestEngine;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Commands of many threads on the same keys are atomic, and none waits for another for ever. */
@Timeout(120)
class KeyspaceConcurrencyTest {

    private static final int THREADS = 6;
    private static final int ROUNDS = 1500;

    @AutoClose
    final TestEngine redis = new TestEngine(8);

    private interface Work {
        void run(TestClient client, SplittableRandom random) throws Exception;
    }

    /** Runs work in threads of their own that begin at once, and fails if one of them does. */
    private void inThreads(Work... works) throws InterruptedException {
        AtomicReference<Throwable> failure = new AtomicReference<>();
        CyclicBarrier begin = new CyclicBarrier(works.length);
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < works.length; i++) {
            Work work = works[i];
            TestClient client = redis.newClient();
            SplittableRandom random = new SplittableRandom(i);
            threads.add(Thread.ofPlatform().name("client-" + i).start(() -> {
                try {
                    begin.await();
                    work.run(client, random);
                } catch (Throwable e) {
                    failure.compareAndSet(null, e);
                }
            }));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        if (failure.get() != null) {
            throw new AssertionError("a client failed", failure.get());
        }
        redis.engine().keyspace().checkInvariants();
    }

    private static Work[] times(int n, Work work) {
        Work[] works = new Work[n];
        Arrays.fill(works, work);
        return works;
    }

    @Test
    void severalKeysAreSetAtOnce() throws InterruptedException {
        redis.run("MSET a 0 b 0 c 0 d 0");
        AtomicInteger torn = new AtomicInteger();
        inThreads(times(THREADS, (client, random) -> {
            for (int i = 0; i < ROUNDS; i++) {
                if (random.nextBoolean()) {
                    String v = "" + random.nextInt();
                    // The order in which keys are named differs: that of the locks does not.
                    if (random.nextBoolean()) {
                        client.call("MSET", "a", v, "b", v, "c", v, "d", v);
                    } else {
                        client.call("MSET", "d", v, "c", v, "b", v, "a", v);
                    }
                } else {
                    client.run("MULTI");
                    for (String key : new String[] {"c", "a", "d", "b"}) {
                        client.call("GET", key);
                    }
                    String[] values =
                            client.run("EXEC").replaceAll("[\\[\\]]", "").split(", ", -1);
                    if (List.of(values).stream().distinct().count() != 1) {
                        torn.incrementAndGet();
                    }
                }
            }
        }));
        assertThat(torn.get()).isZero();
    }

    @Test
    void aKeyThatIsRenamedIsAlwaysThereUnderOneName() throws InterruptedException {
        redis.call("SET", "k0", "v".repeat(3000));
        AtomicInteger wrong = new AtomicInteger();
        Work renames = (client, random) -> {
            for (int i = 0; i < ROUNDS; i++) {
                client.call("RENAMENX", "k" + random.nextInt(6), "k" + random.nextInt(6));
            }
        };
        Work looks = (client, random) -> {
            for (int i = 0; i < ROUNDS; i++) {
                if (!client.run("EXISTS k0 k1 k2 k3 k4 k5").equals("1")
                        || !client.run("DBSIZE").equals("1")) {
                    wrong.incrementAndGet();
                }
            }
        };
        inThreads(renames, looks, renames, looks, renames);
        assertThat(wrong.get()).isZero();
    }

    @Test
    void copiesAreWhole() throws InterruptedException {
        redis.call("SET", "source", "a".repeat(2000));
        AtomicInteger torn = new AtomicInteger();
        Work writes = (client, random) -> {
            for (int i = 0; i < ROUNDS; i++) {
                String letter = "" + (char) ('a' + random.nextInt(26));
                client.call("SET", "source", letter.repeat(1 + random.nextInt(3000)));
            }
        };
        Work copies = (client, random) -> {
            for (int i = 0; i < ROUNDS; i++) {
                String target = "copy" + random.nextInt(6);
                client.call("COPY", "source", target, "REPLACE", "DB", "" + random.nextInt(2));
                String text = client.call("GET", target);
                if (!text.equals("nil")
                        && text.chars().filter(c -> c != '\'').distinct().count() != 1) {
                    torn.incrementAndGet();
                }
                if (random.nextInt(4) == 0) {
                    client.call("DEL", target);
                }
            }
        };
        inThreads(writes, copies, writes, copies, copies);
        assertThat(torn.get()).isZero();
    }

    @Test
    void transfersUnderWatchKeepTheSum() throws InterruptedException {
        int accounts = 8;
        for (int i = 0; i < accounts; i++) {
            redis.call("SET", "account" + i, "100");
        }
        AtomicInteger done = new AtomicInteger();
        Work transfers = (client, random) -> {
            for (int i = 0; i < ROUNDS / 3; i++) {
                String from = "account" + random.nextInt(accounts);
                String to = "account" + random.nextInt(accounts);
                if (from.equals(to)) {
                    continue;
                }
                while (true) {
                    client.call("WATCH", from, to);
                    int a = number(client.call("GET", from));
                    int b = number(client.call("GET", to));
                    int amount = random.nextInt(20);
                    client.run("MULTI");
                    client.call("SET", from, "" + (a - amount));
                    client.call("SET", to, "" + (b + amount));
                    if (client.run("EXEC").equals("[+OK, +OK]")) {
                        done.incrementAndGet();
                        break;
                    }
                }
            }
        };
        AtomicInteger wrong = new AtomicInteger();
        Work sums = (client, random) -> {
            for (int i = 0; i < ROUNDS / 3; i++) {
                client.run("MULTI");
                for (int n = 0; n < accounts; n++) {
                    client.call("GET", "account" + n);
                }
                int sum = 0;
                for (String balance :
                        client.run("EXEC").replaceAll("[\\[\\]]", "").split(", ", -1)) {
                    sum += number(balance);
                }
                if (sum != 100 * accounts) {
                    wrong.incrementAndGet();
                }
            }
        };
        inThreads(transfers, transfers, sums, transfers, transfers);
        assertThat(wrong.get()).isZero();
        assertThat(done.get()).isPositive();
        int sum = 0;
        for (int i = 0; i < accounts; i++) {
            sum += number(redis.call("GET", "account" + i));
        }
        assertThat(sum).isEqualTo(100 * accounts);
    }

    private static int number(String bulk) {
        return Integer.parseInt(bulk.replace("'", ""));
    }

    @Test
    void databasesAreExchangedAndEmptiedAtOnce() throws InterruptedException {
        String[] full = new String[41];
        full[0] = "MSET";
        for (int i = 0; i < 20; i++) {
            full[1 + 2 * i] = "k" + i;
            full[2 + 2 * i] = "v".repeat(i * 100);
        }
        AtomicInteger wrong = new AtomicInteger();
        Work changes = (client, random) -> {
            for (int i = 0; i < ROUNDS; i++) {
                switch (random.nextInt(6)) {
                    case 0 -> client.run("FLUSHALL");
                    case 1 -> client.run("FLUSHDB ASYNC");
                    case 2, 3 -> client.run("SWAPDB 0 1");
                    default -> client.call(full);
                }
            }
        };
        Work looks = (client, random) -> {
            for (int i = 0; i < ROUNDS; i++) {
                String size = client.run("DBSIZE");
                String[] exists = new String[21];
                exists[0] = "EXISTS";
                for (int n = 0; n < 20; n++) {
                    exists[1 + n] = full[1 + 2 * n];
                }
                String there = client.call(exists);
                if (!size.equals("0") && !size.equals("20") || !there.equals("0") && !there.equals("20")) {
                    wrong.incrementAndGet();
                }
            }
        };
        Work collects = (client, random) -> {
            for (int i = 0; i < ROUNDS; i++) {
                redis.engine().keyspace().collectGarbage();
            }
        };
        inThreads(changes, looks, changes, looks, collects);
        assertThat(wrong.get()).isZero();
    }

    /** Everything at once, with time passing: no deadlock, and all that is reachable is well formed at the end. */
    @Test
    void everythingAtOnce() throws InterruptedException {
        String[] templates = {
            "SET k1 v",
            "GET k2",
            "APPEND k3 xx",
            "RENAME k1 k2",
            "COPY k3 k1 REPLACE",
            "DEL k1 k2 k3",
            "MOVE k1 1",
            "SELECT 1",
            "SELECT 0",
            "PEXPIRE k1 3",
            "PEXPIRE k2 1",
            "PERSIST k1",
            "WATCH k1 k2 k3",
            "UNWATCH",
            "MULTI",
            "MULTI",
            "EXEC",
            "EXEC",
            "DISCARD",
            "SCAN 0 COUNT 7",
            "KEYS *",
            "RANDOMKEY",
            "DBSIZE",
            "SWAPDB 0 1",
            "FLUSHALL",
            "MSET k1 1 k2 2 k3 3"
        };
        Work work = (client, random) -> {
            for (int i = 0; i < 2 * ROUNDS; i++) {
                String line = templates[random.nextInt(templates.length)];
                for (int n = 1; n <= 3; n++) {
                    line = line.replace("k" + n, "key" + random.nextInt(30));
                }
                client.run(line);
            }
        };
        Work time = (client, random) -> {
            for (int i = 0; i < ROUNDS; i++) {
                redis.advanceMillis(1);
                redis.engine().keyspace().expireDue();
                redis.engine().keyspace().collectGarbage();
            }
        };
        inThreads(work, work, work, work, work, time);
    }
}
