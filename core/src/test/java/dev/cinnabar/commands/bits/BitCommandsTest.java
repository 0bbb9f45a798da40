package dev.cinnabar.commands.bits;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cinnabar.command.testing.TestEngine;
import java.util.BitSet;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Commands on bits, in an engine without a network. What real servers answer too is in the compatibility tests. */
class BitCommandsTest {

    @AutoClose
    private final TestEngine redis = new TestEngine();

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void bitsOfGrowingStringsAgreeWithABitSet(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        BitSet model = new BitSet();
        int bytes = 0;
        for (int i = 0; i < 1500; i++) {
            int offset = random.nextInt(1 + random.nextInt(20_000));
            if (random.nextBoolean()) {
                String bit = random.nextInt(3) == 0 ? "0" : "1";
                assertThat(redis.call("SETBIT", "x", "" + offset, bit)).isEqualTo(model.get(offset) ? "1" : "0");
                model.set(offset, bit.equals("1"));
                bytes = Math.max(bytes, offset / 8 + 1);
            } else {
                assertThat(redis.call("GETBIT", "x", "" + offset)).isEqualTo(model.get(offset) ? "1" : "0");
            }
        }
        assertThat(redis.call("STRLEN", "x")).isEqualTo("" + bytes);
        assertThat(redis.call("BITCOUNT", "x")).isEqualTo("" + model.cardinality());
        assertThat(redis.call("BITPOS", "x", "1")).isEqualTo("" + model.nextSetBit(0));
        assertThat(redis.call("BITPOS", "x", "1", "100", "-1", "BIT")).isEqualTo("" + model.nextSetBit(100));
        assertThat(redis.call("BITCOUNT", "x", "77", "-1", "BIT"))
                .isEqualTo("" + model.get(77, bytes * 8).cardinality());
    }

    @Test
    void theDestinationOfAnOperationMayBeASourceAndOfAnyLength() {
        for (String length : new String[] {"1", "44", "1024", "1025", "70000"}) {
            String ones = "\u00ff".repeat(Integer.parseInt(length));
            redis.call("SET", "a", ones, "EX", "100");
            redis.call("SET", "b", "\u000f");
            redis.call("SET", "n", "12345");
            assertThat(redis.call("BITOP", "XOR", "a", "a", "b")).isEqualTo(length);
            String expected = "\u00f0" + ones.substring(1);
            assertThat(redis.client().send(bytes("GET"), bytes("a")))
                    .isEqualTo(bytes("$" + length + "\r\n" + expected + "\r\n"));
            assertThat(redis.call("TTL", "a")).isEqualTo("-1");
            assertThat(redis.call("OBJECT", "ENCODING", "a")).isEqualTo("'raw'");
            assertThat(redis.call("BITOP", "OR", "n", "n", "missing")).isEqualTo("5");
            assertThat(redis.call("GET", "n")).isEqualTo("'12345'");
        }
        redis.replies("""
                BITOP AND a missing1 missing2   -> 0
                EXISTS a                        -> 0
                """);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(ISO_8859_1);
    }

    @Test
    void operationsOf82() {
        redis.replies("""
                SET x "\\xf0\\xff"             -> +OK
                SET y "\\x3c"                  -> +OK
                SET z "\\x18\\x01"             -> +OK
                BITOP DIFF d x y z             -> 2
                GET d                          -> '\\xc0\\xfe'
                BITOP diff1 d x y z            -> 2
                GET d                          -> '\\x0c\\x00'
                BITOP ANDOR d x y z            -> 2
                GET d                          -> '0\\x01'
                BITOP ONE d x y z              -> 2
                GET d                          -> '\\xc4\\xfe'
                BITOP ONE d x                  -> 2
                GET d                          -> '\\xf0\\xff'
                BITOP DIFF d x                 -> -ERR BITOP DIFF must be called with at least two source keys.
                BITOP diff1 d x                -> -ERR BITOP DIFF1 must be called with at least two source keys.
                BITOP ANDOR d x                -> -ERR BITOP ANDOR must be called with at least two source keys.
                BITOP NOT d x y                -> -ERR BITOP NOT must be called with a single source key.
                BITOP NOR d x y                -> -ERR syntax error
                """);
    }

    @Test
    void stringsGrowUpToTheLimit() {
        redis.call("CONFIG", "SET", "proto-max-bulk-len", "2mb");
        redis.replies("""
                SETBIT x 16777216 1                      -> -ERR bit offset is not an integer or out of range
                SETBIT x 16777215 1                      -> 0
                STRLEN x                                 -> 2097152
                GETBIT x 16777216                        -> -ERR bit offset is not an integer or out of range
                BITFIELD y SET i64 16777215 -1           -> [0]
                STRLEN y                                 -> 2097160
                BITFIELD y GET u8 #2097152               -> -ERR bit offset is not an integer or out of range
                BITFIELD y GET i64 #262143               -> [1]
                BITFIELD y GET u63 #9223372036854775807  -> -ERR bit offset is not an integer or out of range
                BITFIELD y GET i64 #288230376151711744   -> -ERR bit offset is not an integer or out of range
                """);
    }

    @Test
    void whatDoesNotChangeTellsNoWatcher() {
        redis.replies("SETBIT x 7 1 -> 0");
        String[][] silent = {
            {"SETBIT", "x", "7", "1"},
            {"BITFIELD", "x", "SET", "u8", "0", "1"},
            {"BITFIELD", "x", "OVERFLOW", "FAIL", "INCRBY", "u8", "0", "255"}
        };
        for (String[] command : silent) {
            redis.call("WATCH", "x");
            redis.newClient().call(command);
            redis.replies("""
                    MULTI  -> +OK
                    EXEC   -> []
                    """);
        }
        redis.call("WATCH", "x");
        redis.newClient().call("SETBIT", "x", "8", "0");
        redis.replies("""
                MULTI  -> +OK
                EXEC   -> nil-array
                """);
    }

    @Test
    void fieldsAreReadAndWrittenInTurn() {
        redis.replies("""
                BITFIELD x SET i8 #1 100 INCRBY i8 #1 100 OVERFLOW SAT INCRBY i8 #1 -300 GET u8 8 -> [0, -56, -128, 128]
                BITFIELD x OVERFLOW FAIL SET u4 0 16 OVERFLOW WRAP SET u4 0 17 GET u4 0             -> [nil, 0, 1]
                BITFIELD x GET u4 0 FOO                                            -> -ERR syntax error
                BITFIELD_RO x GET i16 0 GET u8 1000                                -> [4224, 0]
                BITFIELD_RO x INCRBY i16 0 1                    -> -ERR BITFIELD_RO only supports the GET subcommand
                COMMAND GETKEYSANDFLAGS BITFIELD x GET u4 0 OVERFLOW SAT GET u4 1   -> [['x', [+RO, +access]]]
                COMMAND GETKEYSANDFLAGS BITFIELD x GET u4 0 SET u4 0 1    -> [['x', [+RW, +access, +update]]]
                """);
    }
}
