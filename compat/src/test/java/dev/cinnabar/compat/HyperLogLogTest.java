package dev.cinnabar.compat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.cinnabar.compat.harness.Client;
import dev.cinnabar.compat.harness.RedisTest;
import dev.cinnabar.compat.harness.Server;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/** HyperLogLogs: replies and errors; and that their bytes, which GET shows, are those of Redis after the same commands. */
class HyperLogLogTest {

    @RedisTest
    void addAndCount(Client redis) {
        redis.replies("""
            PFCOUNT x            -> 0
            PFADD x              -> 1
            PFADD x              -> 0
            GET x                -> 'HYLL\\x01\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x80\\x7f\\xff'
            PFCOUNT x            -> 0
            GET x                -> 'HYLL\\x01\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x7f\\xff'
            PFADD x a b c a      -> 1
            PFADD x b            -> 0
            PFCOUNT x            -> 3
            PFCOUNT x none y     -> 3
            PFADD y c d e        -> 1
            PFCOUNT x y          -> 5
            PFMERGE z x y        -> +OK
            PFCOUNT z            -> 5
            PFMERGE x y none     -> +OK
            PFCOUNT x            -> 5
            PFMERGE new          -> +OK
            PFCOUNT new          -> 0
            OBJECT ENCODING x    -> 'raw'
            TYPE x               -> +string
            """);
    }

    @RedisTest
    void errors(Client redis) {
        redis.replies("""
            RPUSH l a            -> 1
            PFADD l a            -> -WRONGTYPE Operation against a key holding the wrong kind of value
            PFCOUNT l            -> -WRONGTYPE Operation against a key holding the wrong kind of value
            PFCOUNT none l       -> -WRONGTYPE Operation against a key holding the wrong kind of value
            PFMERGE l none       -> -WRONGTYPE Operation against a key holding the wrong kind of value
            SET x ""             -> +OK
            PFADD x a            -> -WRONGTYPE Key is not a valid HyperLogLog string value.
            SET x 12             -> +OK
            PFCOUNT x            -> -WRONGTYPE Key is not a valid HyperLogLog string value.
            PFMERGE d x          -> -WRONGTYPE Key is not a valid HyperLogLog string value.
            EXISTS d             -> 0
            PFADD h a b c        -> 1
            SETRANGE h 4 "\\x02" -> 27
            PFCOUNT h            -> -WRONGTYPE Key is not a valid HyperLogLog string value.
            SETRANGE h 4 "\\x00" -> 27
            PFCOUNT h            -> -WRONGTYPE Key is not a valid HyperLogLog string value.
            SETRANGE h 4 "\\x01" -> 27
            PFCOUNT h            -> 3
            APPEND h hello       -> 32
            PFADD h d            -> 1
            PFCOUNT h            -> -INVALIDOBJ Corrupted HLL object detected
            PFCOUNT h h          -> -INVALIDOBJ Corrupted HLL object detected
            PFMERGE d h          -> -INVALIDOBJ Corrupted HLL object detected
            """);
    }

    @RedisTest
    void debug(Client redis) {
        redis.replies("""
            PFADD x a b c              -> 1
            PFDEBUG DECODE x           -> 'Z:8436 v:1,1 Z:4274 v:2,1 Z:3068 v:1,1 Z:603'
            PFDEBUG encoding x         -> +sparse
            PFDEBUG TODENSE x          -> 1
            PFDEBUG TODENSE x          -> 0
            PFDEBUG ENCODING x         -> +dense
            PFDEBUG DECODE x           -> -ERR HLL encoding is not sparse
            STRLEN x                   -> 12304
            PFDEBUG DECODE none        -> -ERR The specified key does not exist
            PFDEBUG FOO x              -> -ERR Unknown PFDEBUG subcommand 'FOO'
            PFDEBUG DECODE             -> -ERR wrong number of arguments for 'pfdebug' command
            SET s abc                  -> +OK
            PFDEBUG DECODE s           -> -WRONGTYPE Key is not a valid HyperLogLog string value.
            """);
        assertThat(redis.run("PFDEBUG GETREG x").reply().list()).hasSize(16384);
    }

    @RedisTest
    void testsItself(Client redis) {
        redis.replies("PFSELFTEST -> +OK");
    }

    private static final int[] EDGES = {0, 1, 20, 60, 300, 12_304, 15_000, 100_000};

    /*
     * Strategy: random additions, counts and merges over a few keys, with the limit of the sparse form drawn at random, on
     * both servers; after each step the bytes of the keys are compared.
     */
    @RedisTest(cinnabarOnly = "compares Cinnabar with a real server")
    void theBytesAreThoseOfRedis(Client cinnabar) {
        Optional<Server> newest = Server.newestRedis();
        assumeTrue(newest.isPresent(), "no real Redis is installed to compare with");
        Client redis = newest.get().connect(cinnabar.protocol());
        for (long seed = 1; seed <= 20; seed++) {
            Random random = new Random(seed);
            // The first ones are at the edges: never sparse, hardly ever, and for longer than the dense form is long.
            int limit =
                    seed <= EDGES.length ? EDGES[(int) seed - 1] : random.nextBoolean() ? 3000 : random.nextInt(6000);
            List<String> commands = new ArrayList<>(List.of("FLUSHALL", "CONFIG SET hll-sparse-max-bytes " + limit));
            for (int i = 0; i < 150; i++) {
                commands.add(command(random));
                commands.add("GET h" + random.nextInt(3));
            }
            assertThat(cinnabar.pipeline(commands)).as("seed %d", seed).isEqualTo(redis.pipeline(commands));
        }
        cinnabar.run("CONFIG SET hll-sparse-max-bytes 3000").isOk();
        redis.run("CONFIG SET hll-sparse-max-bytes 3000").isOk();
    }

    private static String command(Random random) {
        String key = "h" + random.nextInt(3);
        return switch (random.nextInt(8)) {
            case 0 -> "PFCOUNT " + key;
            case 1 -> "PFCOUNT h0 " + key;
            case 2 -> random.nextInt(10) == 0 ? "DEL " + key : "PFCOUNT h0 h1 h2";
            case 3 -> "PFMERGE " + key + " h" + random.nextInt(3) + (random.nextBoolean() ? " h0" : "");
            default -> {
                StringBuilder words = new StringBuilder("PFADD " + key);
                for (int n = random.nextInt(random.nextBoolean() ? 4 : 120); n > 0; n--) {
                    words.append(' ')
                            .append(random.nextBoolean() ? "e" : "a-longer-element-")
                            .append(random.nextInt(20_000));
                }
                yield words.toString();
            }
        };
    }
}
