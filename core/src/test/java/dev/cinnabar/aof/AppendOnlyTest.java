package dev.cinnabar.aof;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cinnabar.command.testing.TestEngine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Files that are written, damaged and loaded again. */
@Timeout(120)
class AppendOnlyTest {

    @TempDir
    Path directory;

    private final List<TestEngine> opened = new ArrayList<>();
    private final List<String> log = new ArrayList<>();

    @AfterEach
    void close() {
        opened.forEach(TestEngine::close);
    }

    /** Base files that are empty. */
    private static final BaseFiles EMPTY = new BaseFiles() {
        @Override
        public long load(Path file) throws IOException {
            throw new IOException("no RDB file is expected");
        }

        @Override
        public void write(Path file, boolean rdb, Runnable moment, BooleanSupplier isWanted) throws IOException {
            Files.createFile(file);
            moment.run();
        }

        @Override
        public void abort() {}

        @Override
        public boolean isBusy() {
            return false;
        }
    };

    private TestEngine newEngine(String... settings) throws Exception {
        TestEngine redis = new TestEngine();
        opened.add(redis);
        redis.settings().log = (level, text) -> log.add(text);
        var configuration = redis.settings().configuration();
        configuration.load("dir", List.of(directory.toString()));
        configuration.load("appendonly", List.of("yes"));
        configuration.load("appendfsync", List.of("no"));
        for (int i = 0; i < settings.length; i += 2) {
            configuration.load(settings[i], List.of(settings[i + 1]));
        }
        redis.engine().appendOnly().baseFiles(EMPTY);
        return redis;
    }

    private TestEngine open(String... settings) throws Exception {
        TestEngine redis = newEngine(settings);
        redis.engine().open();
        return redis;
    }

    private void close(TestEngine redis) {
        opened.remove(redis);
        redis.close();
    }

    private Path increment() {
        return directory.resolve("appendonlydir").resolve("appendonly.aof.1.incr.aof");
    }

    private Path manifest() {
        return directory.resolve("appendonlydir").resolve("appendonly.aof.manifest");
    }

    private static String request(String... words) {
        StringBuilder text = new StringBuilder("*" + words.length + "\r\n");
        for (String word : words) {
            text.append("$").append(word.length()).append("\r\n").append(word).append("\r\n");
        }
        return text.toString();
    }

    private void write(String text) throws IOException {
        Files.createDirectories(increment().getParent());
        Files.writeString(increment(), text, ISO_8859_1);
        Files.writeString(manifest(), "file appendonly.aof.1.incr.aof seq 1 type i\n");
    }

    @Test
    void whatWasWrittenIsLoadedAgain() throws Exception {
        TestEngine redis = open();
        redis.call("SET", "a", "1");
        redis.call("SELECT", "3");
        redis.call("RPUSH", "l", "x", "y");
        redis.call("SELECT", "0");
        redis.call("SET", "t", "1", "PX", "100000");
        close(redis);
        assertThat(Files.readString(manifest())).isEqualTo("""
                file appendonly.aof.1.base.rdb seq 1 type b
                file appendonly.aof.1.incr.aof seq 1 type i
                """);
        TestEngine again = open();
        again.replies("""
                GET a           -> '1'
                PTTL t          -> 100000
                SELECT 3        -> +OK
                LRANGE l 0 -1   -> ['x', 'y']
                """);
    }

    @Test
    void whatATransactionDidThatTurnedItOffIsNotInTheNextOne() throws Exception {
        for (String policy : List.of("always", "everysec")) {
            TestEngine redis = open("appendfsync", policy);
            redis.call("MULTI");
            redis.call("SET", "z", "1");
            redis.call("CONFIG", "SET", "appendonly", "no");
            redis.call("EXEC");
            redis.call("DEL", "z");
            redis.call("CONFIG", "SET", "appendonly", "yes");
            while (redis.engine().appendOnly().isRewriting()) {
                Thread.onSpinWait();
            }
            redis.call("SET", "y", "1");
            close(redis);
            assertThat(log).noneMatch(line -> line.contains("Error"));
            TestEngine again = open();
            assertThat(again.call("GET", "z")).isEqualTo("nil");
            assertThat(again.call("GET", "y")).isEqualTo("'1'");
            close(again);
        }
    }

    @Test
    void nothingExpiresWhileItIsLoaded() throws Exception {
        TestEngine redis = open();
        redis.call("SET", "a", "1", "PX", "100");
        redis.call("INCR", "a");
        redis.call("PERSIST", "a");
        redis.call("SET", "b", "1", "PX", "100");
        close(redis);
        TestEngine again = newEngine();
        again.advanceMillis(1000);
        again.engine().open();
        assertThat(again.call("GET", "a")).isEqualTo("'2'");
        assertThat(again.call("GET", "b")).isEqualTo("nil");
    }

    @Test
    void syncsAreHeldBackWhileOtherFilesAreWrittenIfThatIsWanted() throws Exception {
        TestEngine redis = newEngine();
        AtomicBoolean saving = new AtomicBoolean();
        AppendOnly file = redis.engine().appendOnly();
        file.baseFiles(new BaseFiles() {
            @Override
            public long load(Path path) throws IOException {
                return EMPTY.load(path);
            }

            @Override
            public void write(Path path, boolean rdb, Runnable moment, BooleanSupplier isWanted) throws IOException {
                EMPTY.write(path, rdb, moment, isWanted);
            }

            @Override
            public void abort() {}

            @Override
            public boolean isBusy() {
                return saving.get();
            }
        });
        redis.call("CONFIG", "SET", "no-appendfsync-on-rewrite", "yes");
        assertThat(file.avoidsSync()).isFalse();
        saving.set(true);
        assertThat(file.avoidsSync()).as("during BGSAVE").isTrue();
        redis.call("CONFIG", "SET", "no-appendfsync-on-rewrite", "no");
        assertThat(file.avoidsSync()).isFalse();
    }

    @Test
    void anOldFileBecomesTheBase() throws Exception {
        Files.writeString(directory.resolve("appendonly.aof"), request("SET", "a", "1"));
        TestEngine redis = open();
        assertThat(redis.call("GET", "a")).isEqualTo("'1'");
        assertThat(Files.readString(manifest())).isEqualTo("""
                file appendonly.aof seq 1 type b
                file appendonly.aof.1.incr.aof seq 1 type i
                """);
        assertThat(directory.resolve("appendonly.aof")).doesNotExist();
    }

    @Test
    void aTornEndIsCutOff() throws Exception {
        String whole = request("SET", "a", "1");
        write(whole + request("SET", "b", "2").substring(0, 20));
        TestEngine redis = open();
        assertThat(redis.call("GET", "a")).isEqualTo("'1'");
        assertThat(redis.call("EXISTS", "b")).isEqualTo("0");
        assertThat(log)
                .contains(
                        "!!! Warning: short read while loading the AOF file appendonly.aof.1.incr.aof!!!",
                        "!!! Truncating the AOF appendonly.aof.1.incr.aof at offset " + whole.length() + " !!!",
                        "AOF appendonly.aof.1.incr.aof loaded anyway because aof-load-truncated is enabled");
        assertThat(Files.size(increment())).isEqualTo(whole.length());
    }

    @Test
    void aTornEndIsRefusedIfSoConfigured() throws Exception {
        write(request("SET", "a", "1").substring(0, 20));
        TestEngine redis = newEngine("aof-load-truncated", "no");
        assertThatThrownBy(() -> redis.engine().open())
                .isInstanceOf(AofException.class)
                .hasMessageStartingWith(
                        "Unexpected end of file reading the append only file appendonly.aof.1.incr.aof. You can: ");
    }

    @Test
    void aTransactionWithoutItsEndIsDropped() throws Exception {
        String whole = request("SET", "a", "1");
        write(whole + request("MULTI") + request("SET", "a", "2") + request("SET", "b", "2"));
        TestEngine redis = open();
        assertThat(redis.call("MGET", "a", "b")).isEqualTo("['1', nil]");
        assertThat(log).contains("Revert incomplete MULTI/EXEC transaction in AOF file appendonly.aof.1.incr.aof");
        assertThat(Files.size(increment())).isEqualTo(whole.length());
    }

    @Test
    void garbageIsRefusedAndWhereItIsIsSaid() throws Exception {
        String whole = request("SET", "a", "1");
        write(whole + "garbage");
        TestEngine redis = newEngine();
        assertThatThrownBy(() -> redis.engine().open())
                .hasMessageStartingWith("Bad file format reading the append only file appendonly.aof.1.incr.aof")
                .hasMessageContaining("offset " + whole.length());
    }

    @Test
    void aShortCorruptEndIsCutOffIfSoConfigured() throws Exception {
        write(request("SET", "a", "1") + "garbage");
        TestEngine redis = open("aof-load-corrupt-tail-max-size", "10");
        assertThat(redis.call("GET", "a")).isEqualTo("'1'");
    }

    @Test
    void unknownCommandsAreRefused() throws Exception {
        write(request("FROB", "a"));
        TestEngine redis = newEngine();
        assertThatThrownBy(() -> redis.engine().open())
                .hasMessage("Unknown command 'FROB' reading the append only file appendonly.aof.1.incr.aof");
    }

    @Test
    void onlyTheLastFileMayEndInTheMiddle() throws Exception {
        write(request("SET", "a", "1").substring(0, 20));
        Path second = increment().resolveSibling("appendonly.aof.2.incr.aof");
        Files.writeString(second, request("SET", "b", "1"));
        Files.writeString(
                manifest(),
                "file appendonly.aof.1.incr.aof seq 1 type i\nfile appendonly.aof.2.incr.aof seq 2 type i\n");
        TestEngine redis = newEngine();
        assertThatThrownBy(() -> redis.engine().open())
                .hasMessage("Fatal error: the truncated file is not the last file");
    }

    @Test
    void annotationsAreSkipped() throws Exception {
        write("#TS:1628217470\r\n" + request("SET", "a", "1") + "#something else\r\n");
        TestEngine redis = open();
        assertThat(redis.call("GET", "a")).isEqualTo("'1'");
    }

    @Test
    void timesAreWrittenWhereWanted() throws Exception {
        TestEngine redis = open("aof-timestamp-enabled", "yes");
        redis.call("SET", "a", "1");
        redis.call("SET", "b", "1");
        redis.advanceMillis(1000);
        redis.call("SET", "c", "1");
        close(redis);
        long second = TestEngine.START_MILLIS / 1000;
        assertThat(Files.readString(increment(), UTF_8))
                .startsWith("#TS:" + second + "\r\n*2")
                .contains("b\r\n$1\r\n1\r\n#TS:" + (second + 1) + "\r\n*3")
                .doesNotContain("#TS:" + (second + 2));
    }

    /** Each file, cut anywhere or with a bit flipped, is loaded up to some step, or refused with a word on what to do. */
    @Test
    void damageIsFoundOrHarmless() throws Exception {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < 20; i++) {
            text.append(request("SET", "k" + i, "v" + i));
            if (i % 5 == 0) {
                text.append(request("MULTI"))
                        .append(request("INCR", "x"))
                        .append(request("INCR", "y"))
                        .append(request("EXEC"));
            }
        }
        byte[] whole = text.toString().getBytes(ISO_8859_1);
        SplittableRandom random = new SplittableRandom(11);
        for (int i = 0; i < 300; i++) {
            byte[] damaged = whole.clone();
            String what;
            if (i % 2 == 0) {
                int length = random.nextInt(whole.length);
                damaged = Arrays.copyOf(whole, length);
                what = "cut at " + length;
            } else {
                int at = random.nextInt(whole.length);
                int bit = random.nextInt(8);
                damaged[at] ^= (byte) (1 << bit);
                what = "bit " + bit + " at " + at;
            }
            write(new String(damaged, ISO_8859_1));
            TestEngine redis = newEngine();
            try {
                redis.engine().open();
                if (i % 2 == 0) {
                    // A flipped bit can be one of a key's name; a cut leaves transactions whole.
                    assertThat(redis.call("GET", "x")).as(what).isEqualTo(redis.call("GET", "y"));
                }
            } catch (AofException e) {
                assertThat(i % 2).as(what + ": " + e.getMessage()).isEqualTo(1);
                assertThat(e).as(what).hasMessageMatching("(Bad file format|Unknown command).*");
            }
            close(redis);
        }
    }
}
