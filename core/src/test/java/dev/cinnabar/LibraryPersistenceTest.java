package dev.cinnabar;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cinnabar.PersistentBuilder.AppendFsync;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What an engine without a server keeps on disk. */
@Timeout(120)
class LibraryPersistenceTest {

    @TempDir
    private Path directory;

    private static Cinnabar.Builder small(Path dir) {
        return Cinnabar.builder().partitions(1).dir(dir);
    }

    private static Cinnabar.Builder always(Path dir) {
        return small(dir).appendOnly(true).appendFsync(AppendFsync.ALWAYS).noSavePoints();
    }

    private static String get(Cinnabar cinnabar, String key) {
        return cinnabar.call("GET", key).asString();
    }

    /** What would be there had the machine stopped now. */
    private static Path copy(Path from, Path to) throws IOException {
        List<Path> files;
        try (Stream<Path> all = Files.walk(from)) {
            files = all.sorted().toList();
        }
        for (Path file : files) {
            Files.copy(file, to.resolve(from.relativize(file).toString()));
        }
        return to;
    }

    @ParameterizedTest
    @EnumSource(AppendFsync.class)
    void theAppendOnlyFileHasAllThatWasCalled(AppendFsync when) {
        for (int run = 1; run <= 3; run++) {
            try (Cinnabar cinnabar = small(directory)
                    .appendOnly(true)
                    .appendFsync(when)
                    .noSavePoints()
                    .open()) {
                assertThat(cinnabar.call("INCR", "runs").asLong()).isEqualTo(run);
                assertThat(cinnabar.call("RPUSH", "list", "x", "y").asLong()).isEqualTo(2L * run);
                cinnabar.set("fast".getBytes(US_ASCII), Integer.toString(run).getBytes(US_ASCII));
                assertThat(get(cinnabar, "fast")).isEqualTo(Integer.toString(run));
            }
        }
        assertThat(directory.resolve("dump.rdb")).doesNotExist();
    }

    @Test
    void theSnapshotIsWrittenAtTheEnd() {
        try (Cinnabar cinnabar = small(directory).dbFileName("données.rdb").open()) {
            cinnabar.call("SET", "a", "1").orThrow();
        }
        assertThat(directory.resolve("données.rdb")).exists();
        assertThat(directory.resolve("appendonlydir")).doesNotExist();
        try (Cinnabar cinnabar = small(directory).dbFileName("données.rdb").open()) {
            assertThat(get(cinnabar, "a")).isEqualTo("1");
        }
    }

    @Test
    void aSavePointWritesWhileItIsOpen() throws Exception {
        try (Cinnabar cinnabar =
                small(directory).savePoint(Duration.ofSeconds(1), 1).open()) {
            cinnabar.call("SET", "a", "1").orThrow();
            long deadlineNanos = System.nanoTime() + Duration.ofSeconds(60).toNanos();
            while (!Files.exists(directory.resolve("dump.rdb"))) {
                assertThat(System.nanoTime()).as("saved within a minute").isLessThan(deadlineNanos);
                LockSupport.parkNanos(1_000_000);
            }
        }
    }

    @Test
    void underAlwaysACallReturnsWhenItsEffectIsOnDisk() throws Exception {
        try (Cinnabar cinnabar = always(directory.resolve("original")).open()) {
            for (int i = 1; i <= 20; i++) {
                cinnabar.call("INCR", "n").orThrow();
                cinnabar.set("s".getBytes(US_ASCII), Integer.toString(i).getBytes(US_ASCII));
                try (CinnabarSession session = cinnabar.newSession()) {
                    session.call("MULTI");
                    session.call("RPUSH", "l", "x");
                    session.call("EXEC");
                }
                Path copy = copy(directory.resolve("original"), directory.resolve("copy" + i));
                try (Cinnabar after = always(copy).open()) {
                    assertThat(get(after, "n")).isEqualTo(Integer.toString(i));
                    assertThat(get(after, "s")).isEqualTo(Integer.toString(i));
                    assertThat(after.call("LLEN", "l").asLong()).isEqualTo(i);
                }
            }
        }
    }

    @Test
    void manyThreadsShareSyncs() throws Exception {
        int threads = 16;
        int calls = 50;
        try (Cinnabar cinnabar = always(directory).open();
                ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> all = new ArrayList<>();
            for (int t = 0; t < threads; t++) {
                String key = "k" + t;
                all.add(executor.submit(() -> {
                    for (int i = 1; i <= calls; i++) {
                        assertThat(cinnabar.call("INCR", key).asLong()).isEqualTo(i);
                    }
                }));
            }
            for (Future<?> one : all) {
                one.get();
            }
        }
        try (Cinnabar cinnabar = always(directory).open()) {
            for (int t = 0; t < threads; t++) {
                assertThat(get(cinnabar, "k" + t)).isEqualTo(Integer.toString(calls));
            }
        }
    }

    @Test
    void anInterruptClosesNoFile() {
        try (Cinnabar cinnabar = always(directory).open()) {
            for (int i = 1; i <= 10; i++) {
                Thread.currentThread().interrupt();
                assertThat(cinnabar.call("INCR", "n").asLong()).isEqualTo(i);
                assertThat(Thread.interrupted()).isTrue();
            }
        }
        try (Cinnabar cinnabar = always(directory).open()) {
            assertThat(get(cinnabar, "n")).isEqualTo("10");
        }
    }

    @Test
    void aCallThatHasWaitedForAnotherIsOnDiskToo() throws Exception {
        try (Cinnabar cinnabar = always(directory.resolve("original")).open()) {
            Thread pusher = Thread.ofPlatform().start(() -> cinnabar.call("RPUSH", "queue", "a"));
            assertThat(cinnabar.call("BLPOP", "queue", "0").asList()).hasSize(2);
            pusher.join();
            try (Cinnabar after = always(copy(directory.resolve("original"), directory.resolve("copy")))
                    .open()) {
                assertThat(after.call("EXISTS", "queue").asLong()).isZero();
            }
        }
    }

    @Test
    void manyInstancesKeepFilesOfTheirOwn() {
        List<Cinnabar> open = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            open.add(always(directory.resolve("d" + i)).open());
            open.get(i).call("SET", "me", Integer.toString(i)).orThrow();
        }
        open.forEach(Cinnabar::close);
        for (int i = 0; i < 20; i++) {
            try (Cinnabar again = always(directory.resolve("d" + i)).open()) {
                assertThat(get(again, "me")).isEqualTo(Integer.toString(i));
                assertThat(again.call("DBSIZE").asLong()).isEqualTo(1);
            }
        }
    }

    @Test
    void whatCannotBeLoadedIsLeftAsItIs() throws Exception {
        Path file = directory.resolve("dump.rdb");
        Files.writeString(file, "not a dump");
        assertThatThrownBy(() -> small(directory).open()).isInstanceOf(UncheckedIOException.class);
        assertThat(file).hasContent("not a dump");
        assertThatThrownBy(() -> CinnabarServer.builder().port(0).dir(directory).start())
                .isInstanceOf(UncheckedIOException.class);
        assertThat(file).hasContent("not a dump");

        try (Cinnabar cinnabar = always(directory).open()) {
            cinnabar.call("SET", "a", "1").orThrow();
        }
        Path increment = directory.resolve("appendonlydir").resolve("appendonly.aof.1.incr.aof");
        String good = Files.readString(increment);
        Files.writeString(increment, "*x\r\n" + good);
        assertThatThrownBy(() -> always(directory).open())
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("appendonly.aof.1.incr.aof");
        Files.writeString(increment, good);
        try (Cinnabar cinnabar = always(directory).open()) {
            assertThat(get(cinnabar, "a")).isEqualTo("1");
        }
    }

    @Test
    void withoutADirectoryNothingIsKept() {
        assertThatThrownBy(() -> Cinnabar.builder().appendOnly(true).open())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("dir");
        assertThatThrownBy(
                        () -> Cinnabar.builder().directive("no-such-thing", "1").open())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("no-such-thing");
        try (Cinnabar cinnabar =
                Cinnabar.builder().directive("maxmemory-policy", "allkeys-lru").open()) {
            assertThat(cinnabar.call("CONFIG", "GET", "maxmemory-policy")
                            .asStringMap()
                            .get("maxmemory-policy")
                            .asString())
                    .isEqualTo("allkeys-lru");
        }
    }

    @Test
    void aServerKeepsWhatItsLibraryHasDone() {
        for (int run = 1; run <= 2; run++) {
            try (CinnabarServer server = CinnabarServer.builder()
                    .port(0)
                    .dir(directory)
                    .appendOnly(true)
                    .appendFsync(AppendFsync.ALWAYS)
                    .start()) {
                assertThat(server.library().call("INCR", "runs").asLong()).isEqualTo(run);
            }
        }
    }
}
