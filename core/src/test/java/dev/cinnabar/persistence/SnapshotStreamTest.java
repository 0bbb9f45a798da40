package dev.cinnabar.persistence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cinnabar.command.testing.TestClient;
import dev.cinnabar.command.testing.TestEngine;
import dev.cinnabar.keyspace.Keyspace;
import dev.cinnabar.memory.BufferAccounting;
import dev.cinnabar.memory.Bytes;
import dev.cinnabar.values.Entry;
import dev.cinnabar.values.StringValue;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class SnapshotStreamTest {

    @AutoClose
    private final TestEngine redis = new TestEngine();

    private final Keyspace keyspace = redis.engine().keyspace();
    private final BufferAccounting memory = new BufferAccounting();

    @AfterEach
    void allMemoryIsGivenBack() {
        assertThat(memory.bytes()).isZero();
    }

    /** Strings alone: length and bytes of key and value. */
    private static final EntryFormat PLAIN = sink -> new EntryFormat.Encoder() {
        private final RdbWriter out = new RdbWriter(sink, 100, false, new BufferAccounting());

        @Override
        public int encode(Entry entry) {
            if (!entry.isString()) {
                throw new IllegalArgumentException("no string");
            }
            out.string(entry.key(new Bytes()));
            out.string(StringValue.view(entry, new Bytes(), new byte[64]));
            out.flush();
            return entry.keyLength();
        }

        @Override
        public void close() {
            out.close();
        }
    };

    /** What {@link #PLAIN} has written: by database and key. */
    private static final class Reader implements SnapshotStream.Output {
        private final Map<String, String> values = new TreeMap<>();

        @Override
        public void write(int database, Bytes entries, int version, long count) {
            try (RdbReader reader = new RdbReader(
                    RdbReader.of(Bytes.of(entries.toByteArray())), 1024, 1 << 20, new BufferAccounting())) {
                for (long i = 0; i < count; i++) {
                    String key = reader.string().toString();
                    assertThat(key.length()).isLessThanOrEqualTo(version);
                    assertThat(values.put(database + ":" + key, reader.string().toString()))
                            .isNull();
                }
            } catch (RdbException e) {
                throw new AssertionError(e);
            }
        }
    }

    @Test
    void writesKeysOfAllDatabases() {
        redis.replies("""
                SET a 1            -> +OK
                SELECT 3           -> +OK
                SET long-key value -> +OK
                """);
        Reader reader = new Reader();
        SnapshotStream stream = new SnapshotStream(keyspace, PLAIN, memory, () -> {});
        redis.replies("""
                SET long-key other -> +OK
                SWAPDB 0 3         -> +OK
                SET new 1          -> +OK
                FLUSHALL           -> +OK
                SET a 2            -> +OK
                """);
        stream.run(reader);
        assertThat(reader.values).isEqualTo(Map.of("0:a", "1", "3:long-key", "value"));
        assertThat(stream.snapshot().keys(3)).isOne();
        assertThat(stream.waitingBytes()).isZero();
    }

    @Test
    void writesValuesLongerThanAChunk() {
        String big = "x".repeat(200_000);
        redis.call("SET", "big", big);
        redis.call("SET", "small", "1");
        Reader reader = new Reader();
        new SnapshotStream(keyspace, PLAIN, memory, () -> {}).run(reader);
        assertThat(reader.values).isEqualTo(Map.of("0:big", big, "0:small", "1"));
    }

    @Test
    void oneAtATime() {
        SnapshotStream first = new SnapshotStream(keyspace, PLAIN, memory, () -> {});
        assertThatThrownBy(() -> new SnapshotStream(keyspace, PLAIN, memory, () -> {}))
                .isInstanceOf(IllegalStateException.class);
        first.run(new Reader());
        new SnapshotStream(keyspace, PLAIN, memory, () -> {}).run(new Reader());
    }

    @Test
    void whatIsThrownAwayStaysUntilItIsWritten() {
        for (int i = 0; i < 1000; i++) {
            redis.call("SET", "key" + i, "value");
        }
        SnapshotStream stream = new SnapshotStream(keyspace, PLAIN, memory, () -> {});
        redis.call("FLUSHALL");
        keyspace.collectGarbage();
        keyspace.checkInvariants();
        Reader reader = new Reader();
        stream.run(reader);
        assertThat(reader.values).hasSize(1000);
    }

    @Test
    void anOutputThatFailsEndsIt() {
        for (int i = 0; i < 5000; i++) {
            redis.call("SET", "key" + i, "x".repeat(100));
        }
        SnapshotStream stream = new SnapshotStream(keyspace, PLAIN, memory, () -> {});
        AtomicInteger writes = new AtomicInteger();
        assertThatThrownBy(() -> stream.run((database, entries, version, count) -> {
                    if (writes.incrementAndGet() == 3) {
                        throw new UncheckedIOException(new IOException("disk full"));
                    }
                }))
                .isInstanceOf(UncheckedIOException.class);
        assertThat(writes).hasValue(3);
        keyspace.checkInvariants();
        Reader reader = new Reader();
        new SnapshotStream(keyspace, PLAIN, memory, () -> {}).run(reader);
        assertThat(reader.values).hasSize(5000);
    }

    @Test
    void aValueThatCannotBeWrittenEndsItAndNotTheCommandThatChangesIt() {
        redis.replies("""
                SET a 1     -> +OK
                RPUSH b 1   -> 1
                """);
        SnapshotStream stream = new SnapshotStream(keyspace, PLAIN, memory, () -> {});
        redis.replies("""
                RPUSH b 2   -> 2
                SET a 2     -> +OK
                """);
        assertThatThrownBy(() -> stream.run(new Reader())).hasMessageContaining("could not be written");
        keyspace.checkInvariants();
    }

    @Test
    void canBeAborted() {
        redis.call("SET", "a", "1");
        SnapshotStream stream = new SnapshotStream(keyspace, PLAIN, memory, () -> {});
        stream.abort();
        Reader reader = new Reader();
        assertThatThrownBy(() -> stream.run(reader)).isInstanceOf(CancellationException.class);
        assertThat(reader.values).isEmpty();
        keyspace.checkInvariants();
    }

    /** What is kept is the old form of what was there and is changed, once: not what is new, nor what is changed again. */
    @Test
    void keepsNoMoreThanTheKeysThatAreChanged() {
        for (int i = 0; i < 2000; i++) {
            redis.call("SET", "key" + (1000 + i), "x".repeat(100));
        }
        SnapshotStream stream = new SnapshotStream(keyspace, PLAIN, memory, () -> {});
        // 7 bytes of a key, 100 of a value, their lengths.
        int entryBytes = 1 + 7 + 2 + 100;
        for (int i = 0; i < 300; i++) {
            redis.call("SET", "key" + (1000 + i % 100), "y".repeat(200));
            redis.call("SET", "new" + i, "z".repeat(1000));
            redis.call("APPEND", "new" + i, "more");
            redis.call("GET", "key" + (2000 + i));
        }
        assertThat(stream.waitingBytes()).isEqualTo(100L * entryBytes);
        redis.call("DEL", "key1000", "key2999");
        redis.call("RENAME", "key2998", "other");
        redis.call("EXPIRE", "key2997", "100");
        assertThat(stream.waitingBytes()).isEqualTo(103L * entryBytes);
        Reader reader = new Reader();
        stream.run(reader);
        assertThat(reader.values).hasSize(2000);
        assertThat(stream.waitingBytes()).isZero();
        keyspace.checkInvariants();
    }

    /**
     * A file that takes nothing until 200 MB of values have been changed: all of them wait, off the heap, and are written.
     */
    @Test
    void whatWaitsForASlowFileIsNotOnTheHeap() throws InterruptedException {
        int keys = 20_000;
        int perClient = keys / CLIENTS;
        String value = "v".repeat(10_000);
        for (int i = 0; i < keys; i++) {
            redis.call("SET", "key" + i, value);
        }
        SnapshotStream stream = new SnapshotStream(keyspace, PLAIN, memory, () -> {});
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch mayWrite = new CountDownLatch(1);
        AtomicInteger written = new AtomicInteger();
        AtomicReference<Throwable> failure = new AtomicReference<>();
        Thread walk = Thread.ofPlatform().start(() -> {
            try {
                stream.run((database, entries, version, count) -> {
                    begun.countDown();
                    try {
                        mayWrite.await();
                    } catch (InterruptedException e) {
                        throw new IllegalStateException(e);
                    }
                    written.addAndGet((int) count);
                });
            } catch (RuntimeException | Error e) {
                failure.set(e);
            }
        });
        List<Thread> threads = new ArrayList<>();
        try {
            assertThat(begun.await(30, TimeUnit.SECONDS)).isTrue();
            for (int i = 0; i < CLIENTS; i++) {
                TestClient client = redis.newClient();
                int from = i * perClient;
                threads.add(Thread.ofPlatform().start(() -> {
                    for (int n = from; n < from + perClient; n++) {
                        client.call("SET", "key" + n, "w");
                    }
                }));
            }
            for (Thread thread : threads) {
                thread.join();
            }
            assertThat(stream.mostWaitingBytes()).isBetween(190_000_000L, 210_000_000L);
            assertThat(memory.bytes()).isBetween(190_000_000L, 260_000_000L);
        } finally {
            mayWrite.countDown();
            walk.join();
        }
        assertThat(failure.get()).isNull();
        assertThat(written).hasValue(keys);
    }

    private static final int ACCOUNTS = 300;
    private static final int CLIENTS = 4;

    /**
     * Four clients carry money from account to account, in transactions, and write the same number under two keys. All
     * snapshots see the same sum, the pairs alike, and as many keys as there are.
     */
    @Test
    void isOneMomentWhileOthersWrite() throws InterruptedException {
        for (int i = 0; i < ACCOUNTS; i++) {
            redis.call("SET", "account" + i, "100");
        }
        for (int i = 0; i < CLIENTS; i++) {
            redis.call("MSET", "left" + i, "0", "right" + i, "0");
        }
        AtomicBoolean stop = new AtomicBoolean();
        List<Throwable> failures = new ArrayList<>();
        List<Thread> threads = new ArrayList<>();
        AtomicInteger running = new AtomicInteger();
        for (int i = 0; i < CLIENTS; i++) {
            TestClient client = redis.newClient();
            int number = i;
            threads.add(Thread.ofPlatform().start(() -> {
                try {
                    transfer(client, number, stop, running);
                } catch (RuntimeException | AssertionError e) {
                    synchronized (failures) {
                        failures.add(e);
                    }
                }
            }));
        }
        try {
            // Each has come round once, or has failed, and then the end of the test says so.
            while (running.get() < CLIENTS && threads.stream().allMatch(Thread::isAlive)) {
                Thread.onSpinWait();
            }
            for (int i = 0; i < 30; i++) {
                Reader reader = new Reader();
                new SnapshotStream(keyspace, PLAIN, memory, () -> {}).run(reader);
                checkMoment(reader.values);
            }
        } finally {
            stop.set(true);
            for (Thread thread : threads) {
                thread.join();
            }
        }
        assertThat(failures).isEmpty();
    }

    private static void transfer(TestClient client, int number, AtomicBoolean stop, AtomicInteger running) {
        SplittableRandom random = new SplittableRandom(number);
        for (int n = 1; !stop.get(); n++) {
            String amount = Integer.toString(random.nextInt(10));
            client.call("MULTI");
            client.call("DECRBY", "account" + random.nextInt(ACCOUNTS), amount);
            client.call("SET", "left" + number, Integer.toString(n));
            client.call("INCRBY", "account" + random.nextInt(ACCOUNTS), amount);
            client.call("SET", "right" + number, Integer.toString(n));
            assertThat(client.call("EXEC")).startsWith("[");
            if (n == 1) {
                running.incrementAndGet();
            }
        }
    }

    private static void checkMoment(Map<String, String> values) {
        long sum = 0;
        for (int i = 0; i < ACCOUNTS; i++) {
            sum += Long.parseLong(values.get("0:account" + i));
        }
        assertThat(sum).isEqualTo(100L * ACCOUNTS);
        for (int i = 0; i < CLIENTS; i++) {
            assertThat(values.get("0:left" + i)).isEqualTo(values.get("0:right" + i));
        }
        assertThat(values).hasSize(ACCOUNTS + 2 * CLIENTS);
    }
}
