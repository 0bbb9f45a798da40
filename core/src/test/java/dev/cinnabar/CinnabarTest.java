package dev.cinnabar;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cinnabar.testing.Allocation;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ReadOnlyBufferException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The engine called without a socket. */
class CinnabarTest {

    @AutoClose
    private final Cinnabar cinnabar = Cinnabar.open();

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }

    // Replies

    @Test
    void repliesHaveTypes() {
        assertThat(cinnabar.call("SET", "k", "é")).isEqualTo(new RespValue.SimpleString("OK"));
        assertThat(cinnabar.call("GET", "k").asString()).isEqualTo("é");
        assertThat(cinnabar.call("GET", "none").isNil()).isTrue();
        assertThat(cinnabar.call("INCR", "n").asLong()).isEqualTo(1);
        assertThat(cinnabar.call("GET", "n")).isEqualTo(new RespValue.BulkString(bytes("1")));
        assertThat(cinnabar.call("INCR", "k"))
                .isEqualTo(new RespValue.ErrorReply("ERR value is not an integer or out of range"));
        assertThat(cinnabar.call("NOSUCH").isError()).isTrue();
        RespValue get = cinnabar.call("COMMAND", "INFO", "get").asList().getFirst();
        assertThat(get.asList().get(2)).isInstanceOf(RespValue.SetReply.class);
        assertThat(cinnabar.call("COMMAND", "DOCS", "get")
                        .asStringMap()
                        .get("get")
                        .asStringMap()
                        .get("group")
                        .asString())
                .isEqualTo("string");
        assertThat(cinnabar.call("CLIENT", "INFO")).isInstanceOf(RespValue.Verbatim.class);
    }

    @Test
    void anyBytes() {
        byte[] all = new byte[256];
        for (int i = 0; i < 256; i++) {
            all[i] = (byte) i;
        }
        cinnabar.call(bytes("SET"), all, all).orThrow();
        assertThat(cinnabar.call(bytes("GET"), all).asBytes()).isEqualTo(all);
    }

    @Test
    void noCommandIsNoCall() {
        assertThatThrownBy(() -> cinnabar.call(new String[0])).isInstanceOf(IllegalArgumentException.class);
        assertThat(cinnabar.call("PING").asString()).isEqualTo("PONG");
    }

    // Sessions

    @Test
    void sessionsHaveTransactionsAndDatabases() {
        try (CinnabarSession session = cinnabar.newSession();
                CinnabarSession other = cinnabar.newSession()) {
            assertThat(session.call("SELECT", "3").asString()).isEqualTo("OK");
            session.call("SET", "k", "three");
            assertThat(other.call("GET", "k").isNil()).isTrue();
            session.call("MULTI");
            assertThat(session.call("GET", "k").asString()).isEqualTo("QUEUED");
            session.call("INCR", "k");
            assertThat(session.call("EXEC"))
                    .hasToString("[\"three\", (error) ERR value is not an integer or out of range]");
            assertThat(session.call(bytes("GET"), bytes("k")).asString()).isEqualTo("three");
        }
    }

    @Test
    void watchedKeysChangedByOthersAbort() {
        try (CinnabarSession session = cinnabar.newSession()) {
            session.call("WATCH", "stock");
            session.call("MULTI");
            session.call("SET", "stock", "1");
            cinnabar.call("SET", "stock", "2");
            assertThat(session.call("EXEC").isNil()).isTrue();
            assertThat(cinnabar.call("GET", "stock").asLong()).isEqualTo(2);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SELECT 1",
                "MULTI",
                "WATCH k",
                "HELLO 2",
                "RESET",
                "QUIT",
                "CLIENT REPLY OFF",
                "CLIENT SETNAME me",
                "CLIENT NO-TOUCH on"
            })
    void whatOnlyASessionCanKeepIsRefused(String command) {
        assertThatThrownBy(() -> cinnabar.call(command.split(" ", -1)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("newSession");
        assertThat(cinnabar.call("SET", "k", "1").asString()).isEqualTo("OK");
        assertThat(cinnabar.call("GET", "k")).isEqualTo(new RespValue.BulkString(bytes("1")));
        assertThat(cinnabar.call("EXEC")).hasToString("(error) ERR EXEC without MULTI");
    }

    @Test
    void aSessionEndsWithQuitOrClose() {
        CinnabarSession quit = cinnabar.newSession();
        assertThat(quit.call("QUIT").asString()).isEqualTo("OK");
        assertThatThrownBy(() -> quit.call("PING")).isInstanceOf(IllegalStateException.class);
        quit.close();
        CinnabarSession closed = cinnabar.newSession();
        closed.call("WATCH", "k");
        closed.close();
        closed.close();
        assertThatThrownBy(() -> closed.call("PING")).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void aSessionThatWantsNoRepliesGetsNil() {
        try (CinnabarSession session = cinnabar.newSession()) {
            assertThat(session.call("CLIENT", "REPLY", "OFF").isNil()).isTrue();
            assertThat(session.call("SET", "k", "1").isNil()).isTrue();
            assertThat(session.call("CLIENT", "REPLY", "ON").asString()).isEqualTo("OK");
            assertThat(session.call("GET", "k").asString()).isEqualTo("1");
        }
    }

    // The fast path

    @Test
    void getsIntoArrays() {
        cinnabar.set(bytes("k"), bytes("value"));
        byte[] target = new byte[8];
        assertThat(cinnabar.get(bytes("k"), target)).isEqualTo(5);
        assertThat(target).isEqualTo(Arrays.copyOf(bytes("value"), 8));
        assertThat(cinnabar.get(bytes("none"), target)).isEqualTo(-1);
        byte[] small = new byte[3];
        assertThat(cinnabar.get(bytes("k"), small)).isEqualTo(5);
        assertThat(small).isEqualTo(bytes("val"));
        assertThat(cinnabar.get(bytes("k"), new byte[0])).isEqualTo(5);
        cinnabar.set(bytes("k"), bytes(""));
        assertThat(cinnabar.get(bytes("k"), target)).isZero();
        cinnabar.set(bytes("k"), bytes("-123"));
        assertThat(cinnabar.get(bytes("k"), target)).isEqualTo(4);
        assertThat(new String(target, 0, 4, UTF_8)).isEqualTo("-123");
    }

    @Test
    void getsIntoBuffersAndSegments() {
        cinnabar.set(bytes("k"), bytes("value"));
        ByteBuffer heap = ByteBuffer.allocate(10).position(2).slice();
        heap.position(1);
        assertThat(cinnabar.get(bytes("k"), heap)).isEqualTo(5);
        assertThat(heap.position()).isEqualTo(6);
        assertThat(new String(heap.array(), 3, 5, UTF_8)).isEqualTo("value");
        ByteBuffer direct = ByteBuffer.allocateDirect(4);
        assertThat(cinnabar.get(bytes("k"), direct)).isEqualTo(5);
        assertThat(direct.hasRemaining()).isFalse();
        assertThat(UTF_8.decode(direct.flip()).toString()).isEqualTo("valu");
        assertThat(cinnabar.get(bytes("none"), direct)).isEqualTo(-1);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment segment = arena.allocate(8);
            assertThat(cinnabar.get(bytes("k"), segment)).isEqualTo(5);
            assertThat(segment.asSlice(0, 5).toArray(ValueLayout.JAVA_BYTE)).isEqualTo(bytes("value"));
        }
        assertThatThrownBy(() ->
                        cinnabar.get(bytes("k"), ByteBuffer.allocateDirect(8).asReadOnlyBuffer()))
                .isInstanceOf(ReadOnlyBufferException.class);
        assertThat(cinnabar.get(bytes("k"), ByteBuffer.allocate(8))).isEqualTo(5);
    }

    @Test
    void valuesOfAllSizes() {
        Random random = new Random(5);
        for (int size = 0; size < 3_000_000; size = size * 2 + 1) {
            byte[] value = new byte[size];
            random.nextBytes(value);
            cinnabar.set(bytes("k"), value);
            byte[] target = new byte[size];
            assertThat(cinnabar.get(bytes("k"), target)).isEqualTo(size);
            assertThat(target).isEqualTo(value);
            assertThat(cinnabar.call("GET", "k").asBytes()).isEqualTo(value);
        }
    }

    @Test
    void theFastPathAllocatesNothing() {
        byte[] key = bytes("key");
        byte[] value = bytes("a value of some length");
        byte[] target = new byte[64];
        long least = Allocation.leastBytesOf(5, () -> {
            for (int i = 0; i < 10_000; i++) {
                cinnabar.set(key, value);
                cinnabar.get(key, target);
            }
        });
        assertThat(least).as("bytes for 10000 pairs of calls").isLessThan(10_000);
    }

    // Threads

    @Test
    void manyThreadsCountTogether() throws Exception {
        int calls = 5_000;
        try (ExecutorService threads = Executors.newFixedThreadPool(12)) {
            List<Future<?>> all = new ArrayList<>();
            for (int t = 0; t < 12; t++) {
                all.add(threads.submit(() -> {
                    for (int i = 0; i < calls; i++) {
                        cinnabar.call("INCR", "n").asLong();
                    }
                }));
            }
            for (Future<?> one : all) {
                one.get();
            }
        }
        assertThat(cinnabar.call("GET", "n").asLong()).isEqualTo(12L * calls);
    }

    @Test
    void virtualThreadsByTheThousand() {
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 3_000; i++) {
                var _ = threads.submit(() -> cinnabar.call("INCR", "n"));
            }
        }
        assertThat(cinnabar.call("GET", "n").asLong()).isEqualTo(3_000);
    }

    @Test
    void transactionsAreAtomicToOtherThreads() throws Exception {
        cinnabar.call("MSET", "a", "0", "b", "0");
        try (ExecutorService threads = Executors.newFixedThreadPool(3)) {
            Future<?> writer = threads.submit(() -> {
                try (CinnabarSession session = cinnabar.newSession()) {
                    for (int i = 0; i < 2_000; i++) {
                        session.call("MULTI");
                        session.call("INCR", "a");
                        session.call("INCR", "b");
                        session.call("EXEC").orThrow();
                    }
                }
            });
            Future<?> reader = threads.submit(() -> {
                try (CinnabarSession session = cinnabar.newSession()) {
                    for (int i = 0; i < 2_000; i++) {
                        session.call("MULTI");
                        session.call("GET", "a");
                        session.call("GET", "b");
                        List<RespValue> both = session.call("EXEC").asList();
                        assertThat(both.get(0)).isEqualTo(both.get(1));
                    }
                }
            });
            writer.get();
            reader.get();
        }
    }

    // Life

    @Test
    void instancesAreIndependentAndLeaveNothingBehind() {
        List<Cinnabar> many = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            Cinnabar one = Cinnabar.builder().partitions(1).databases(2).open();
            one.set(bytes("k"), bytes("value " + i));
            many.add(one);
        }
        for (int i = 0; i < 20; i++) {
            assertThat(many.get(i).call("GET", "k").asString()).isEqualTo("value " + i);
            assertThat(many.get(i).call("DBSIZE").asLong()).isEqualTo(1);
        }
        long before = threadsOfEngines();
        for (Cinnabar one : many) {
            one.close();
            assertThat(one.engine().keyspace().reservedMemory()).isZero();
        }
        assertThat(threadsOfEngines()).isEqualTo(before - 20);
    }

    private static long threadsOfEngines() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("cinnabar"))
                .count();
    }

    @Test
    void nothingWorksAfterClose() {
        Cinnabar one = Cinnabar.open();
        CinnabarSession session = one.newSession();
        session.call("WATCH", "k");
        one.close();
        one.close();
        session.close();
        assertThatThrownBy(() -> one.call("PING")).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> one.get(bytes("k"), new byte[1])).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> one.set(bytes("k"), new byte[1])).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(one::newSession).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void closeWhileThreadsCall() throws Exception {
        for (int round = 0; round < 5; round++) {
            Cinnabar one = Cinnabar.builder().partitions(2).open();
            CountDownLatch running = new CountDownLatch(6);
            try (ExecutorService threads = Executors.newFixedThreadPool(6)) {
                List<Future<Throwable>> ends = new ArrayList<>();
                for (int t = 0; t < 6; t++) {
                    ends.add(threads.submit(() -> callUntilRefused(one, running)));
                }
                running.await();
                one.close();
                for (Future<Throwable> end : ends) {
                    assertThat(end.get())
                            .isInstanceOf(IllegalStateException.class)
                            .hasMessage("closed");
                }
            }
        }
    }

    private static Throwable callUntilRefused(Cinnabar one, CountDownLatch running) {
        byte[] target = new byte[16];
        try {
            for (int i = 0; ; i++) {
                one.set(bytes("k" + i % 100), target);
                one.get(bytes("k" + i % 100), target);
                if (i == 20) {
                    running.countDown();
                }
            }
        } catch (IllegalStateException e) {
            return e;
        }
    }

    @Test
    void timeIsTheCallers() {
        AtomicReference<Instant> now = new AtomicReference<>(Instant.parse("2026-01-01T00:00:00Z"));
        try (Cinnabar one = Cinnabar.builder().clock(now::get).open()) {
            assertThat(one.call("SET", "k", "v", "EX", "10").asString()).isEqualTo("OK");
            now.set(now.get().plusMillis(9_999));
            assertThat(one.call("GET", "k").asString()).isEqualTo("v");
            now.set(now.get().plusMillis(1));
            assertThat(one.call("GET", "k").isNil()).isTrue();
        }
    }

    @Test
    void buildersRefuseNonsense() {
        assertThatThrownBy(() -> Cinnabar.builder().databases(0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Cinnabar.builder().partitions(3)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Cinnabar.builder().partitions(128)).isInstanceOf(IllegalArgumentException.class);
    }
}
