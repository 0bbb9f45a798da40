package dev.cinnabar.commands.hyperloglog;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cinnabar.command.testing.TestEngine;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** Commands on HyperLogLogs, in an engine without a network. What real servers answer too is in the compatibility tests. */
class HyperLogLogCommandsTest {

    @AutoClose
    private final TestEngine redis = new TestEngine();

    private void add(String key, int from, int to) {
        List<String> words = new ArrayList<>(List.of("PFADD", key));
        for (int i = from; i < to; i++) {
            words.add("element:" + i);
        }
        redis.call(words.toArray(String[]::new));
    }

    @Test
    void countsAreNearAndUnionsCountOnce() {
        add("a", 0, 4000);
        add("b", 2000, 6000);
        add("c", 0, 100);
        assertThat(Long.parseLong(redis.call("PFCOUNT", "a"))).isBetween(3900L, 4100L);
        assertThat(Long.parseLong(redis.call("PFCOUNT", "a", "b", "c", "none"))).isBetween(5850L, 6150L);
        assertThat(redis.call("PFMERGE", "d", "a", "b", "c")).isEqualTo("+OK");
        assertThat(redis.call("PFCOUNT", "d")).isEqualTo(redis.call("PFCOUNT", "a", "b"));
        redis.replies("""
                PFDEBUG ENCODING c    -> +sparse
                PFDEBUG ENCODING a    -> +dense
                PFDEBUG ENCODING d    -> +dense
                STRLEN d              -> 12304
                """);
    }

    @Test
    void theLimitOfSparseOnesIsASetting() {
        redis.call("CONFIG", "SET", "hll-sparse-max-bytes", "30");
        add("x", 0, 3);
        redis.replies("PFDEBUG ENCODING x -> +sparse");
        add("x", 3, 20);
        redis.replies("PFDEBUG ENCODING x -> +dense");
    }

    @Test
    void corruptOnesAreAnsweredAsSuch() {
        redis.replies("""
                PFADD x a b c          -> 1
                APPEND x "\\x05"       -> 28
                PFCOUNT x              -> -INVALIDOBJ Corrupted HLL object detected
                PFCOUNT x x            -> -INVALIDOBJ Corrupted HLL object detected
                PFMERGE y x            -> -INVALIDOBJ Corrupted HLL object detected
                EXISTS y               -> 0
                PFDEBUG TODENSE x      -> -INVALIDOBJ Corrupted HLL object detected
                PFDEBUG GETREG x       -> -INVALIDOBJ Corrupted HLL object detected
                SET x "HYLL\\x01123\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x80\\x05" -> +OK
                PFADD x foo            -> -INVALIDOBJ Corrupted HLL object detected
                """);
    }

    @Test
    void anEmptyOneIsMadeAndToldOnce() {
        redis.replies("""
                PFADD x        -> 1
                PFADD x        -> 0
                PFCOUNT x      -> 0
                PFMERGE y      -> +OK
                PFCOUNT y      -> 0
                PFADD x a      -> 1
                PFADD x a      -> 0
                EXPIRE x 100   -> 1
                PFADD x b      -> 1
                TTL x          -> 100
                PFDEBUG TODENSE x -> 1
                TTL x          -> 100
                """);
    }

    @Test
    void thereIsOneWayToCompute() {
        redis.replies("""
                PFDEBUG SIMD on   -> -ERR The specified key does not exist
                PFADD on a        -> 1
                PFDEBUG SIMD on   -> -ERR Unknown PFDEBUG subcommand 'SIMD'
                """);
    }

    @Test
    void testsItself() {
        assertThat(redis.call("PFSELFTEST")).isEqualTo("+OK");
    }
}
