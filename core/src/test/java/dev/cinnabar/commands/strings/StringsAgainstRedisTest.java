package dev.cinnabar.commands.strings;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cinnabar.command.testing.ReplyText;
import dev.cinnabar.command.testing.TestEngine;
import dev.cinnabar.testing.RealRedis;
import dev.cinnabar.text.ArgumentSplitter;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The same commands on a real redis-server and on us, and the same replies, bytes for bytes: errors and their order too. */
class StringsAgainstRedisTest {

    private static RealRedis real;

    @AutoClose
    private final TestEngine ours = new TestEngine();

    @BeforeAll
    static void start() throws IOException {
        Optional<Path> program = RealRedis.program();
        Assumptions.assumeTrue(program.isPresent(), "no redis-server to compare with");
        real = RealRedis.start(program.get());
    }

    @AfterAll
    static void stop() throws IOException {
        if (real != null) {
            real.close();
        }
    }

    @BeforeEach
    void clear() throws IOException {
        real.call("FLUSHALL");
        real.call("CONFIG", "SET", "proto-max-bulk-len", "536870912");
    }

    private void same(String line) throws IOException {
        List<byte[]> words = ArgumentSplitter.split(line.getBytes(ISO_8859_1));
        byte[][] command = words.toArray(byte[][]::new);
        assertThat(ours.client().call(command)).as(line).isEqualTo(ReplyText.of(real.send(command)));
    }

    private void sameAll(String lines) throws IOException {
        for (String line : lines.lines().map(String::strip).toList()) {
            if (!line.isEmpty()) {
                same(line);
            }
        }
    }

    @Test
    void setOptions() throws IOException {
        sameAll("""
                SET k v EX 10 EX 20
                TTL k
                SET k v NX NX
                SET k v NX XX
                SET k v XX NX
                SET k w GET GET
                SET k v KEEPTTL EX 10
                SET k v EX 10 KEEPTTL
                SET k v EX 10 PX 10
                SET k v EX
                SET k v KEEPTTL KEEPTTL
                TTL k
                SET k v EX abc XX NX
                SET k v EX abc
                SET k v EX 0
                SET k v EX -1
                SET k v EX 9223372036854775807
                SET k v PX 9223372036854775807
                SET k v EXAT 9223372036854775
                SET k v EXAT 9223372036854776
                SET k v PERSIST
                SET k v ""
                SET k v EX 1.5
                SET k v EX 010
                SET k v EX " 1"
                DEL k
                SET k v PXAT 1
                GET k
                SET k v EXAT 1 GET
                GET k
                SET k a NX GET
                SET k b NX GET
                GET k
                SET k c XX GET
                SET q c XX GET
                SET q c XX
                GET q
                SET q c xx gEt keepttl
                SETEX k 0 v
                SETEX k a v
                PSETEX k 0 v
                PSETEX k -5 v
                SETEX k 9223372036854775807 v
                SETEX k 100 v
                TTL k
                SET k v KEEPTTL
                TTL k
                SET k v
                TTL k
                SETNX k 1
                SETNX nx 1
                GETSET k 5
                GETSET new 5
                GETDEL k
                GETDEL k
                SET
                SET k
                GETSET k
                SETNX k
                """);
    }

    @Test
    void getExOptions() throws IOException {
        sameAll("""
                GETEX none EX abc
                GETEX none EX
                GETEX none EX 0
                GETEX none FOO
                SET k v
                GETEX k EX 0
                GETEX k EX abc
                GETEX k KEEPTTL
                GETEX k NX
                GETEX k GET
                GETEX k ""
                GETEX k EX 10 PERSIST
                GETEX k PERSIST EX 10
                GETEX k PERSIST PERSIST
                GETEX k EX 10 EX 5
                TTL k
                GETEX k
                TTL k
                GETEX k PERSIST
                TTL k
                GETEX k EXAT 33177117420
                EXPIRETIME k
                GETEX k PXAT 1
                EXISTS k
                GETEX
                """);
    }

    @Test
    void ranges() throws IOException {
        sameAll("""
                STRLEN missing
                GETRANGE missing 0 a
                GETRANGE missing 0 -1
                SET s hello
                GETRANGE s -100 -200
                GETRANGE s -200 -100
                GETRANGE s -1 -3
                GETRANGE s 3 1
                GETRANGE s 1 x
                GETRANGE s -9223372036854775808 9223372036854775807
                GETRANGE s 5 5
                SUBSTR s 1 2
                SET s 12345
                GETRANGE s 1 -2
                STRLEN s
                SETRANGE missing -1 a
                SETRANGE missing x a
                SETRANGE missing -1 ""
                SETRANGE missing 0 ""
                SETRANGE missing 536870912 ""
                SETRANGE missing 536870912 a
                SETRANGE missing 9223372036854775807 a
                EXISTS missing
                """);
    }

    @Test
    void counters() throws IOException {
        sameAll("""
                INCR n
                INCRBY n 9223372036854775806
                INCR n
                GET n
                DECRBY n -1
                DECR n
                DECRBY n -9223372036854775808
                INCRBY n -9223372036854775808
                DECR n
                DECRBY n 9223372036854775807
                INCRBY n abc
                INCRBY n 1.5
                INCRBY n ""
                INCRBY n 010
                INCRBY n +1
                SET n " 1"
                INCR n
                SET n 01
                INCR n
                SET n ""
                INCR n
                SET n -0
                INCR n
                SET n 9223372036854775808
                INCR n
                SET n 1
                APPEND n 2
                OBJECT ENCODING n
                INCR n
                OBJECT ENCODING n
                INCRBYFLOAT n 2
                OBJECT ENCODING n
                INCR n
                OBJECT ENCODING n
                INCRBYFLOAT n 1.5
                INCRBYFLOAT n abc
                INCRBYFLOAT n inf
                INCRBYFLOAT n -inf
                INCRBYFLOAT n nan
                INCRBYFLOAT n 1e400
                SET n 3.0e3
                INCRBYFLOAT n 200
                SET n 0.1
                INCRBYFLOAT n 0.2
                SET n -0
                INCRBYFLOAT n 0
                SET n "1 "
                INCRBYFLOAT n 1
                SET n ""
                INCRBYFLOAT n 1
                SET n 1 EX 100
                INCR n
                INCRBYFLOAT n 1
                TTL n
                INCRBYFLOAT none abc
                EXISTS none
                """);
    }

    @Test
    void encodings() throws IOException {
        for (int length = 0; length <= 70; length++) {
            same("SET s " + '"' + "x".repeat(length) + '"');
            same("OBJECT ENCODING s");
            same("GETRANGE s 1 -1");
        }
        sameAll("""
                SETRANGE s 0 y
                OBJECT ENCODING s
                SET s 1
                SETRANGE s 0 2
                OBJECT ENCODING s
                SETRANGE s 10 2
                GET s
                SET s 12
                SETRANGE s 0 ""
                OBJECT ENCODING s
                APPEND fresh 12
                OBJECT ENCODING fresh
                APPEND fresh ""
                OBJECT ENCODING fresh
                SETRANGE zeros 3 1
                OBJECT ENCODING zeros
                GETSET fresh 5
                OBJECT ENCODING fresh
                MSET fresh abc
                OBJECT ENCODING fresh
                SETNX other 7
                OBJECT ENCODING other
                SET s -9223372036854775808
                OBJECT ENCODING s
                SET s -9223372036854775809
                OBJECT ENCODING s
                """);
    }

    @Test
    void several() throws IOException {
        sameAll("""
                MSET a
                MSET a 1 b
                MSETNX a 1 b
                MSET a 1 a 2
                GET a
                MSETNX q 1 q 2
                GET q
                MSETNX q 3 r 4
                EXISTS r
                MGET a q r a
                MGET
                SET a 1 EX 100
                MSET a 2
                TTL a
                """);
        StringBuilder set = new StringBuilder("MSET");
        StringBuilder get = new StringBuilder("MGET");
        for (int i = 0; i < 3000; i++) {
            set.append(" key:").append(i % 2000).append(" value").append(i);
            get.append(" key:").append(i);
        }
        same(set.toString());
        same(get.toString());
        same("DBSIZE");
    }

    @Test
    void lcs() throws IOException {
        sameAll("""
                LCS a b FOO
                LCS a b IDX LEN
                LCS a b MINMATCHLEN
                LCS a b MINMATCHLEN x
                LCS a b MINMATCHLEN x FOO
                LCS a b LEN MINMATCHLEN -1
                LCS a b IDX
                MSET a ohmytext b mynewtext
                LCS a b
                LCS a b LEN
                LCS a b IDX
                LCS a b IDX MINMATCHLEN 4
                LCS a b IDX MINMATCHLEN 4 WITHMATCHLEN
                LCS a b IDX WITHMATCHLEN
                LCS a none
                LCS a a IDX
                LCS a b withmatchlen minmatchlen 5
                SET n 12345
                LCS n a
                LCS a
                """);
        String long1 = "ab".repeat(400);
        same("MSET a " + long1 + " b " + long1);
        real.call("CONFIG", "SET", "proto-max-bulk-len", "1048576");
        ours.settings().maxBulkLength = 1048576;
        same("LCS a b LEN");
        same("LCS a b");
        for (int length : new int[] {510, 511, 512, 513}) {
            same("MSET a " + "x".repeat(length) + " b " + "x".repeat(length));
            same("LCS a b LEN");
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void randomLcs(long seed) throws IOException {
        SplittableRandom random = new SplittableRandom(seed);
        for (int round = 0; round < 50; round++) {
            same("MSET a '" + word(random, 40) + "' b '" + word(random, 20 + 60 * (round % 2)) + "'");
            same("LCS a b");
            same("LCS a b IDX WITHMATCHLEN MINMATCHLEN " + random.nextInt(3));
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {11, 12, 13, 14, 15, 16})
    void randomChanges(long seed) throws IOException {
        SplittableRandom random = new SplittableRandom(seed);
        for (int round = 0; round < 400; round++) {
            String key = "k" + random.nextInt(3);
            int max = 1 << random.nextInt(13);
            same(
                    switch (random.nextInt(12)) {
                        case 0 -> "SET " + key + " '" + word(random, max) + "'";
                        case 1 -> "SET " + key + " " + random.nextLong();
                        case 2, 3 -> "APPEND " + key + " '" + word(random, max) + "'";
                        case 4 -> "SETRANGE " + key + " " + random.nextInt(max) + " '" + word(random, max) + "'";
                        case 5 -> "INCRBY " + key + " " + random.nextInt(1000);
                        case 6 -> "INCRBYFLOAT " + key + " " + random.nextInt(1000) / 7.0;
                        case 7 -> "GETSET " + key + " " + random.nextInt(1000);
                        case 8 -> "SET " + key + " " + random.nextInt(1000) + " KEEPTTL GET";
                        case 9 -> "GETEX " + key + " EX 1000";
                        case 10 -> "GETDEL " + key;
                        default ->
                            "GETRANGE " + key + " " + (random.nextInt(200) - 100) + " " + (random.nextInt(200) - 100);
                    });
            same("GET " + key);
            same("OBJECT ENCODING " + key);
            same("STRLEN " + key);
            same("TTL " + key);
        }
    }

    private static String word(SplittableRandom random, int max) {
        StringBuilder word = new StringBuilder();
        for (int i = random.nextInt(max + 1); i > 0; i--) {
            word.append((char) ('a' + random.nextInt(3)));
        }
        return word.toString();
    }
}
