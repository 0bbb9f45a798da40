package dev.cinnabar.persistence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cinnabar.command.testing.TestEngine;
import dev.cinnabar.config.Access;
import dev.cinnabar.config.Directives;
import dev.cinnabar.keyspace.Clock;
import dev.cinnabar.testing.Seed;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Whole RDB files: written, read, damaged.
 *
 * <p>Strategy: a seeded keyspace of all types and encodings, in several databases, is saved and loaded by another engine with
 * another number of partitions; digests, times of expiry and encodings agree. Then each byte of a small file is changed, and
 * the file cut off at each length. Invariants: either the file is refused with words, or what is loaded is well-formed; and no
 * memory is lost (which closing an engine checks).
 */
class RdbFileTest {

    @TempDir
    Path directory;

    private Path file;

    @BeforeEach
    void nameTheFile() {
        file = directory.resolve("dump.rdb");
    }

    private TestEngine engine(int partitions) throws Exception {
        TestEngine engine = new TestEngine(partitions);
        engine.settings().configuration().load(Directives.DIR.name(), List.of(directory.toString()));
        engine.settings().debug = Access.YES;
        assertThat(engine.call("DEBUG", "DIGEST")).matches("\\+0{40}");
        return engine;
    }

    private static String word(SplittableRandom random) {
        return switch (random.nextInt(5)) {
            case 0 -> Integer.toString(random.nextInt(-200, 200));
            case 1 -> Long.toString(random.nextLong());
            case 2 -> "x".repeat(random.nextInt(300));
            default -> "w" + random.nextInt(100_000);
        };
    }

    private static void fill(TestEngine engine, SplittableRandom random, int keys) {
        for (int i = 0; i < keys; i++) {
            engine.call("SELECT", Integer.toString(random.nextInt(4) * 5));
            String key = "key:" + random.nextInt(keys);
            int size = random.nextInt(8) == 0 ? random.nextInt(700) : random.nextInt(1, 12);
            switch (random.nextInt(8)) {
                case 0 -> engine.call("SET", key, word(random));
                case 1 -> engine.call("SET", key, "long ".repeat(random.nextInt(40_000)));
                case 2 -> each(size, () -> engine.call("RPUSH", key, word(random)));
                case 3 -> each(size, () -> engine.call("SADD", key, word(random)));
                case 4 -> each(size, () -> engine.call("SADD", key, Integer.toString(random.nextInt())));
                case 5 ->
                    each(
                            size,
                            () -> engine.call("ZADD", key, Double.toString(random.nextInt(100) / 4.0), word(random)));
                default -> {
                    each(size, () -> engine.call("HSET", key, word(random), word(random)));
                    if (random.nextBoolean()) {
                        String field = word(random);
                        engine.call("HSET", key, field, "v");
                        engine.call("HPEXPIRE", key, "100000", "FIELDS", "1", field);
                    }
                }
            }
            if (random.nextInt(3) == 0) {
                engine.call("PEXPIRE", key, Integer.toString(random.nextInt(1, 1_000_000_000)));
            }
        }
        engine.call("SELECT", "0");
    }

    private static void each(int times, Runnable work) {
        for (int i = 0; i < times; i++) {
            work.run();
        }
    }

    /** What is to be the same besides the digest. */
    private static String details(TestEngine engine) {
        StringBuilder all = new StringBuilder();
        for (int database = 0; database < 16; database++) {
            engine.call("SELECT", Integer.toString(database));
            for (int i = 0; i < 300; i++) {
                String key = "key:" + i;
                all.append(engine.call("OBJECT", "ENCODING", key))
                        .append(engine.call("PEXPIRETIME", key))
                        .append('\n');
            }
        }
        engine.call("SELECT", "0");
        return all.toString();
    }

    @RepeatedTest(6)
    void whatIsSavedIsLoaded() throws Exception {
        long seed = Seed.next();
        SplittableRandom random = new SplittableRandom(seed);
        try (TestEngine before = engine(4);
                TestEngine after = engine(16)) {
            fill(before, random, 300);
            String digest = before.call("DEBUG", "DIGEST");
            String details = details(before);
            assertThat(before.call("SAVE")).isEqualTo("+OK");
            after.engine().saves().load();
            assertThat(after.call("DEBUG", "DIGEST")).as("seed %d", seed).isEqualTo(digest);
            assertThat(details(after)).as("seed %d", seed).isEqualTo(details);
            assertThat(after.engine().saves().bufferBytes()).isZero();
        }
        try (var files = Files.list(directory)) {
            assertThat(files).containsExactly(file);
        }
    }

    @Test
    void reloadKeepsEverything() throws Exception {
        try (TestEngine engine = engine(4)) {
            fill(engine, new SplittableRandom(7), 200);
            String digest = engine.call("DEBUG", "DIGEST");
            assertThat(engine.call("DEBUG", "RELOAD")).isEqualTo("+OK");
            assertThat(engine.call("DEBUG", "DIGEST")).isEqualTo(digest);
            assertThat(engine.call("DEBUG", "RELOAD", "MERGE", "NOFLUSH")).isEqualTo("+OK");
            assertThat(engine.call("DEBUG", "DIGEST")).isEqualTo(digest);
            assertThat(engine.call("DEBUG", "RELOAD", "NOFLUSH", "NOSAVE"))
                    .isEqualTo("-ERR Error trying to load the RDB dump, check server logs.");
            assertThat(engine.call("DBSIZE")).isEqualTo("0");
            assertThat(engine.call("DEBUG", "RELOAD", "NOSAVE")).isEqualTo("+OK");
            assertThat(engine.call("DEBUG", "DIGEST")).isEqualTo(digest);
        }
    }

    /** Big collections, of which the loading knows how large they become, and small ones, which it takes over. */
    @Test
    void whatIsLoadedTakesNoMoreMemoryThanBefore() throws Exception {
        try (TestEngine engine = engine(4);
                TestEngine after = engine(4)) {
            SplittableRandom random = new SplittableRandom(11);
            for (int i = 0; i < 20_000; i++) {
                String word = "word" + random.nextInt();
                engine.call("HSET", "hash", word, "value" + i);
                engine.call("SADD", "set", word);
                engine.call("ZADD", "sorted", Double.toString(random.nextInt(1000) / 8.0), word);
                engine.call("RPUSH", "list", word);
                engine.call("XADD", "stream", i / 10 + 1 + "-" + i, "field", word);
                engine.call("SADD", "small set:" + i % 300, Integer.toString(i));
                engine.call("RPUSH", "small list:" + i % 1000, word);
                engine.call("HSET", "small hash:" + i % 1000, "f" + i, word);
                engine.call("ZADD", "small sorted:" + i % 300, Integer.toString(i), word);
            }
            assertThat(engine.call("SAVE")).isEqualTo("+OK");
            after.engine().saves().load();
            assertThat(after.call("DEBUG", "DIGEST")).isEqualTo(engine.call("DEBUG", "DIGEST"));
            long before = engine.engine().keyspace().usedMemory();
            assertThat(after.engine().keyspace().usedMemory()).isLessThanOrEqualTo(before + before / 100);
        }
    }

    /** Waits for the end of a save in the background, which closes the test if it does not come. */
    private static void awaitSave(TestEngine engine) {
        long deadline = Clock.SYSTEM.nanos() + TimeUnit.SECONDS.toNanos(60);
        while (engine.engine().saves().isInProgress()) {
            assertThat(Clock.SYSTEM.nanos() - deadline)
                    .as("a save that does not end")
                    .isNegative();
            Thread.onSpinWait();
        }
    }

    @RepeatedTest(3)
    void aSaveInTheBackgroundHasTheMomentOfItsBeginning() throws Exception {
        long seed = Seed.next();
        SplittableRandom random = new SplittableRandom(seed);
        try (TestEngine before = engine(4);
                TestEngine after = engine(16)) {
            fill(before, random, 300);
            String digest = before.call("DEBUG", "DIGEST");
            assertThat(before.call("BGSAVE")).isEqualTo("+Background saving started");
            fill(before, random, 100);
            awaitSave(before);
            assertThat(before.engine().saves().hasLastFailed()).isFalse();
            after.engine().saves().load();
            assertThat(after.call("DEBUG", "DIGEST")).as("seed %d", seed).isEqualTo(digest);
            assertThat(before.engine().saves().bufferBytes()).isZero();
        }
    }

    @Test
    void savePointsBeginASave() throws Exception {
        try (TestEngine engine = engine(4)) {
            assertThat(engine.call("CONFIG", "SET", "save", "10 2")).isEqualTo("+OK");
            engine.call("SET", "a", "1");
            engine.advanceMillis(11_000);
            engine.engine().saves().attend();
            assertThat(engine.engine().saves().isInProgress()).isFalse();
            engine.call("SET", "a", "2");
            engine.engine().saves().attend();
            awaitSave(engine);
            assertThat(file).exists();
            assertThat(engine.call("LASTSAVE"))
                    .isEqualTo(Long.toString(engine.clock().millis() / 1000));
            assertThat(engine.engine().saves().changes()).isZero();
            // FLUSHALL saves that there is nothing any more.
            assertThat(engine.call("FLUSHALL")).isEqualTo("+OK");
            engine.engine().saves().reload(false);
            assertThat(engine.engine().saves().lastLoaded()).isZero();
        }
    }

    @Test
    void aFailedSaveStopsWrites() throws Exception {
        Files.createDirectories(file.resolve("full"));
        try (TestEngine engine = engine(4)) {
            engine.call("CONFIG", "SET", "save", "3600 1");
            assertThat(engine.call("BGSAVE")).isEqualTo("+Background saving started");
            awaitSave(engine);
            assertThat(engine.call("SET", "a", "1")).startsWith("-MISCONF ");
            assertThat(engine.call("PING")).startsWith("-MISCONF ");
            assertThat(engine.call("GET", "a")).isEqualTo("nil");
            engine.call("CONFIG", "SET", "stop-writes-on-bgsave-error", "no");
            assertThat(engine.call("SET", "a", "1")).isEqualTo("+OK");
            engine.call("CONFIG", "SET", "stop-writes-on-bgsave-error", "yes");
            Files.delete(file.resolve("full"));
            Files.delete(file);
            assertThat(engine.call("BGSAVE")).isEqualTo("+Background saving started");
            awaitSave(engine);
            assertThat(engine.call("SET", "a", "1")).isEqualTo("+OK");
        }
    }

    @Test
    void aSaveCanBeBrokenOff() throws Exception {
        try (TestEngine engine = engine(4)) {
            fill(engine, new SplittableRandom(3), 50);
            engine.call("CONFIG", "SET", "rdb-key-save-delay", "10000000");
            assertThat(engine.call("BGSAVE")).isEqualTo("+Background saving started");
            assertThat(engine.call("BGSAVE")).isEqualTo("-ERR Background save already in progress");
            assertThat(engine.call("SAVE")).isEqualTo("-ERR Background save already in progress");
            engine.call("FLUSHALL");
            awaitSave(engine);
            try (var files = Files.list(directory)) {
                assertThat(files).isEmpty();
            }
            assertThat(engine.call("BGSAVE", "NOW")).isEqualTo("-ERR syntax error");
        }
    }

    @Test
    void versionIsTheOldestThatCanTellAll() throws Exception {
        try (TestEngine engine = engine(4)) {
            engine.call("SET", "a", "1");
            assertThat(savedVersion(engine)).isEqualTo("REDIS0010");
            engine.call("SADD", "s", "x");
            assertThat(savedVersion(engine)).isEqualTo("REDIS0011");
            engine.call("HSET", "h", "f", "v");
            engine.call("HEXPIRE", "h", "1000", "FIELDS", "1", "f");
            assertThat(savedVersion(engine)).isEqualTo("REDIS0012");
        }
    }

    private String savedVersion(TestEngine engine) throws IOException {
        assertThat(engine.call("SAVE")).isEqualTo("+OK");
        return new String(Files.readAllBytes(file), 0, 9, StandardCharsets.US_ASCII);
    }

    @Test
    void expiredKeysAreDropped() throws Exception {
        try (TestEngine engine = engine(4);
                TestEngine later = engine(4)) {
            engine.call("SET", "a", "1", "PX", "100");
            engine.call("SET", "b", "1", "PX", "300");
            engine.call("SET", "c", "1");
            engine.call("SAVE");
            later.advanceMillis(200);
            later.engine().saves().load();
            assertThat(later.call("EXISTS", "a", "b", "c")).isEqualTo("2");
            assertThat(later.engine().saves().lastLoaded()).isEqualTo(2);
            assertThat(later.engine().saves().lastExpired()).isEqualTo(1);
        }
    }

    @Test
    void damagedFilesAreRefused() throws Exception {
        byte[] whole = small();
        for (int at = 0; at < whole.length; at++) {
            // Not those of the version: the first four have no checksum.
            for (int bit = at >= 5 && at < 9 ? 8 : 0; bit < 8; bit++) {
                byte[] damaged = whole.clone();
                damaged[at] ^= (byte) (1 << bit);
                refused(damaged, "bit " + bit + " of byte " + at);
            }
            refused(Arrays.copyOf(whole, at), "cut off at " + at);
        }
    }

    private void refused(byte[] bytes, String what) throws Exception {
        Files.write(file, bytes);
        try (TestEngine engine = engine(1)) {
            assertThatThrownBy(() -> engine.engine().saves().load()).as(what).isInstanceOf(IOException.class);
        }
    }

    /** Without a checksum damage can go unseen, but never breaks more than the value. */
    @Test
    void damageWithoutChecksumBreaksNothing() throws Exception {
        byte[] whole = small();
        Arrays.fill(whole, whole.length - 8, whole.length, (byte) 0);
        int refused = 0;
        for (int at = 9; at < whole.length - 8; at++) {
            byte[] damaged = whole.clone();
            damaged[at] ^= (byte) (1 << at % 8);
            Files.write(file, damaged);
            try (TestEngine engine = engine(1)) {
                engine.engine().saves().load();
            } catch (IOException e) {
                assertThat(e.getMessage()).isNotBlank();
                refused++;
            }
        }
        assertThat(refused).isPositive().isLessThan(whole.length);
    }

    private byte[] small() throws Exception {
        try (TestEngine engine = engine(1)) {
            engine.replies("""
                    SET a 1                               -> +OK
                    SET b aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa -> +OK
                    SET c hello PX 100000                 -> +OK
                    RPUSH l a b 3                         -> 3
                    SADD i 1 2 3                          -> 3
                    SADD s a b                            -> 2
                    ZADD z 1 a 2.5 b                      -> 2
                    HSET h f v g 7                        -> 2
                    HEXPIRE h 100 FIELDS 1 f              -> [1]
                    SAVE                                  -> +OK
                    """);
        }
        return Files.readAllBytes(file);
    }

    private String checked(int exitCode, Path of) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (PrintStream print = new PrintStream(out, true, StandardCharsets.UTF_8)) {
            assertThat(CheckRdb.run(List.of(of.toString()), print)).isEqualTo(exitCode);
        }
        return out.toString(StandardCharsets.UTF_8);
    }

    @Test
    void checkRdbTellsWhatIsWrong() throws Exception {
        byte[] whole = small();
        assertThat(checked(0, file))
                .contains("[offset 0] Checking RDB file ", "AUX FIELD redis-bits = '64'", "Selecting DB ID 0")
                .contains("Checksum OK", "\\o/ RDB looks OK! \\o/", "[info] 8 keys read", "[info] 1 expires");
        Files.write(file, Arrays.copyOf(whole, whole.length - 20));
        assertThat(checked(1, file)).contains("--- RDB ERROR DETECTED ---", "[info] ");
        whole[whole.length - 1] ^= 1;
        Files.write(file, whole);
        assertThat(checked(1, file)).contains("RDB CRC error", "While doing: check-sum");
        Files.writeString(file, "no such file at all");
        assertThat(checked(1, file)).contains("Wrong signature trying to load DB from file");
        assertThat(checked(1, directory.resolve("none"))).contains("No such file or directory");
    }

    @Test
    void aDirectoryThatIsNotThereIsAnErrorAndLeavesNothing() throws Exception {
        try (TestEngine engine = engine(1)) {
            engine.call("SET", "a", "1");
            engine.settings().configuration().load(Directives.DBFILENAME.name(), List.of("sub"));
            Files.createDirectories(directory.resolve("sub").resolve("full"));
            assertThat(engine.call("SAVE")).isEqualTo("-ERR");
            try (var files = Files.list(directory)) {
                assertThat(files).containsExactly(directory.resolve("sub"));
            }
        }
    }

    @Test
    void checksumOfZerosBehind() {
        SplittableRandom random = new SplittableRandom(5);
        for (int n : new int[] {0, 1, 7, 8, 1000, 4097}) {
            byte[] bytes = new byte[50];
            random.nextBytes(bytes);
            byte[] longer = Arrays.copyOf(bytes, 50 + n);
            long sum = Crc64.update(0, bytes, 0, bytes.length);
            assertThat(Crc64.afterZeros(sum, n)).as("%d zeros", n).isEqualTo(Crc64.update(0, longer, 0, longer.length));
        }
    }

    /** Made by hand: what old releases wrote, with times in seconds and no checksum. */
    @Test
    void filesOfTheFirstVersionAreRead() throws Exception {
        Files.write(
                file,
                HexFormat.of()
                        .parseHex(
                                "524544495330303031" // REDIS0001
                                        + "fe03" // database 3
                                        + "fd00f15365" // expires at 1700000000 + something, long ago
                                        + "0001610178"
                                        + "fdffffff7f" + "0001620179"
                                        + "01016c020161c07b"
                                        + "ff"));
        try (TestEngine engine = engine(2)) {
            engine.engine().saves().load();
            engine.replies("""
                    SELECT 3        -> +OK
                    EXISTS a        -> 0
                    GET b           -> 'y'
                    EXPIRETIME b    -> 2147483647
                    LRANGE l 0 -1   -> ['a', '123']
                    """);
        }
    }
}
