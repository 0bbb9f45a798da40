package dev.cinnabar.compat;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cinnabar.compat.harness.Client;
import dev.cinnabar.compat.harness.RedisTest;

/** Bits of strings, and numbers of some bits: replies, limits, errors and the order in which they are found. */
class BitmapCommandsTest {

    @RedisTest
    void setAndGet(Client redis) {
        redis.replies("""
            GETBIT x 7               -> 0
            SETBIT x 7 1             -> 0
            GET x                    -> '\\x01'
            SETBIT x 7 0             -> 1
            SETBIT x 16 0            -> 0
            GET x                    -> '\\x00\\x00\\x00'
            GETBIT x 1000000         -> 0
            SET n 12                 -> +OK
            GETBIT n 2               -> 1
            OBJECT ENCODING n        -> 'int'
            SETBIT n 6 1             -> 0
            GET n                    -> '32'
            OBJECT ENCODING n        -> 'raw'
            EXPIRE n 100             -> 1
            SETBIT n 100 1           -> 0
            TTL n                    -> 100
            STRLEN n                 -> 13
            """);
    }

    @RedisTest
    void setErrors(Client redis) {
        redis.replies("""
            RPUSH l a                -> 1
            SETBIT l x 2             -> -ERR bit offset is not an integer or out of range
            SETBIT l 1 2             -> -ERR bit is not an integer or out of range
            SETBIT l 1 x             -> -ERR bit is not an integer or out of range
            SETBIT l 1 1             -> -WRONGTYPE Operation against a key holding the wrong kind of value
            SETBIT x -1 1            -> -ERR bit offset is not an integer or out of range
            SETBIT x #1 1            -> -ERR bit offset is not an integer or out of range
            SETBIT x 4294967296 1    -> -ERR bit offset is not an integer or out of range
            SETBIT x 1               -> -ERR wrong number of arguments for 'setbit' command
            GETBIT l x               -> -ERR bit offset is not an integer or out of range
            GETBIT l 1               -> -WRONGTYPE Operation against a key holding the wrong kind of value
            GETBIT x 4294967296      -> -ERR bit offset is not an integer or out of range
            GETBIT x 4294967295      -> 0
            EXISTS x                 -> 0
            """);
    }

    @RedisTest
    void count(Client redis) {
        redis.replies("""
            BITCOUNT x                   -> 0
            SET x foobar                 -> +OK
            BITCOUNT x                   -> 26
            BITCOUNT x 0 0               -> 4
            BITCOUNT x 1 1               -> 6
            BITCOUNT x 0 -1              -> 26
            BITCOUNT x -2 -1             -> 7
            BITCOUNT x -2 -3             -> 0
            BITCOUNT x -100 -50          -> 4
            BITCOUNT x -50 -100          -> 0
            BITCOUNT x 5 30 BIT          -> 17
            BITCOUNT x 5 30 bit          -> 17
            BITCOUNT x 0 0 BYTE          -> 4
            BITCOUNT x 7 7 BIT           -> 0
            BITCOUNT x -8 -1 BIT         -> 4
            BITCOUNT x 1000 2000         -> 0
            BITCOUNT x 9223372036854775807 -1 -> 0
            BITCOUNT x -9223372036854775808 9223372036854775807 BIT -> 26
            SET n 7                      -> +OK
            BITCOUNT n                   -> 5
            """);
    }

    @RedisTest
    void find(Client redis) {
        redis.replies("""
            BITPOS x 0                   -> 0
            BITPOS x 1                   -> -1
            SET x "\\xff\\xf0\\x00"      -> +OK
            BITPOS x 0                   -> 12
            BITPOS x 1                   -> 0
            BITPOS x 1 2                 -> -1
            BITPOS x 0 2                 -> 16
            BITPOS x 0 0 0               -> -1
            BITPOS x 1 1 -1              -> 8
            BITPOS x 1 12 -1 BIT         -> -1
            BITPOS x 0 9 10 BIT          -> -1
            BITPOS x 0 9 12 BIT          -> 12
            BITPOS x 0 -9 -1 BIT         -> 15
            SET x "\\xff\\xff\\xff"      -> +OK
            BITPOS x 0                   -> 24
            BITPOS x 0 1                 -> 24
            BITPOS x 0 5                 -> -1
            BITPOS x 0 0 -1              -> -1
            BITPOS x 0 0 -1 BIT          -> -1
            SET e ""                     -> +OK
            BITPOS e 0                   -> -1
            BITPOS e 1                   -> -1
            """);
    }

    @RedisTest(since = "7.2", valkeyDiffers = "a range of BITCOUNT may lack its end")
    void argumentsAreReadBeforeTheKey(Client redis) {
        redis.replies("""
            RPUSH l a                    -> 1
            BITCOUNT l a                 -> -ERR syntax error
            BITCOUNT l a 1               -> -ERR value is not an integer or out of range
            BITCOUNT l 0 1 BITS          -> -ERR syntax error
            BITCOUNT x 0 b BITS          -> -ERR value is not an integer or out of range
            BITCOUNT x 0 1 BIT 3         -> -ERR syntax error
            BITCOUNT l                   -> -WRONGTYPE Operation against a key holding the wrong kind of value
            BITPOS l 2                   -> -ERR The bit argument must be 1 or 0.
            BITPOS l x                   -> -ERR value is not an integer or out of range
            BITPOS x 1 0 b BITS          -> -ERR syntax error
            BITPOS x 1 a b BITS          -> -ERR value is not an integer or out of range
            BITPOS x 0 0 b BIT           -> -ERR value is not an integer or out of range
            BITPOS x 0 0 1 BIT 3         -> -ERR syntax error
            BITPOS l 1                   -> -WRONGTYPE Operation against a key holding the wrong kind of value
            """);
    }

    @RedisTest
    void operations(Client redis) {
        redis.replies("""
            SET a "\\xf0\\xff"           -> +OK
            SET b "\\x3c"                -> +OK
            SET n 5                      -> +OK
            BITOP AND d a b              -> 2
            GET d                        -> '0\\x00'
            BITOP or d a b n             -> 2
            GET d                        -> '\\xfd\\xff'
            BITOP XOR d a b              -> 2
            GET d                        -> '\\xcc\\xff'
            BITOP NOT d a                -> 2
            GET d                        -> '\\x0f\\x00'
            BITOP AND d a missing        -> 2
            GET d                        -> '\\x00\\x00'
            OBJECT ENCODING d            -> 'raw'
            EXPIRE a 100                 -> 1
            BITOP XOR a a a              -> 2
            GET a                        -> '\\x00\\x00'
            TTL a                        -> -1
            BITOP NOT a missing          -> 0
            EXISTS a                     -> 0
            RPUSH l x                    -> 1
            BITOP OR l b                 -> 1
            GET l                        -> '<'
            RPUSH k x                    -> 1
            BITOP OR d missing k         -> -WRONGTYPE Operation against a key holding the wrong kind of value
            BITOP NOT d a b              -> -ERR BITOP NOT must be called with a single source key.
            BITOP NAND d k               -> -ERR syntax error
            """);
    }

    @RedisTest(since = "8.2", valkeyDiffers = "it has not these operations")
    void operationsOf82(Client redis) {
        redis.replies("""
            SET x "\\xf0\\xff"           -> +OK
            SET y "\\x3c"                -> +OK
            SET z "\\x18\\x01"           -> +OK
            BITOP DIFF d x y z           -> 2
            GET d                        -> '\\xc0\\xfe'
            BITOP diff1 d x y z          -> 2
            GET d                        -> '\\x0c\\x00'
            BITOP ANDOR d x y z          -> 2
            GET d                        -> '0\\x01'
            BITOP ONE d x y z            -> 2
            GET d                        -> '\\xc4\\xfe'
            BITOP DIFF d x               -> -ERR BITOP DIFF must be called with at least two source keys.
            """);
    }

    @RedisTest(resp = {2, 3})
    void fields(Client redis) {
        redis.replies("""
            BITFIELD x                                        -> []
            BITFIELD x GET u8 0 GET i64 1000                  -> [0, 0]
            EXISTS x                                          -> 0
            BITFIELD x SET u8 0 255 GET u4 0 GET i4 0         -> [0, 15, -1]
            BITFIELD x INCRBY i5 100 1 GET u4 0               -> [1, 15]
            BITFIELD x SET i8 #1 200 GET i8 8                 -> [0, -56]
            BITFIELD x SET u63 #2 -1 GET u63 126              -> [0, 9223372036854775807]
            BITFIELD x SET i64 0 -9223372036854775808         -> [-15762598695796736]
            BITFIELD x INCRBY i64 0 -1                        -> [9223372036854775807]
            BITFIELD x OVERFLOW SAT INCRBY i64 0 1            -> [9223372036854775807]
            BITFIELD x OVERFLOW FAIL INCRBY i64 0 1 GET i8 0  -> [nil, 127]
            BITFIELD_RO x GET u8 0 GET u8 #1                  -> [127, 255]
            """);
    }

    @RedisTest
    void overflows(Client redis) {
        redis.replies("""
            BITFIELD x SET u8 0 250                                            -> [0]
            BITFIELD x INCRBY u8 0 10 OVERFLOW SAT INCRBY u8 0 -100            -> [4, 0]
            BITFIELD x OVERFLOW SAT INCRBY u8 0 1000 OVERFLOW WRAP INCRBY u8 0 1 -> [255, 0]
            BITFIELD x OVERFLOW FAIL INCRBY u8 0 -1 SET u8 0 256 SET u8 0 255  -> [nil, nil, 0]
            BITFIELD x OVERFLOW SAT SET i8 0 -1000 GET i8 0                    -> [-1, -128]
            BITFIELD x OVERFLOW SAT SET u8 0 -1 GET u8 0                       -> [128, 255]
            BITFIELD x OVERFLOW SAT SET i8 0 -9223372036854775808 GET i8 0     -> [-1, 127]
            BITFIELD x OVERFLOW SAT INCRBY i8 0 -9223372036854775808           -> [-128]
            """);
    }

    /** Room is made for all that may be written, but to have only grown is no change. */
    @RedisTest
    void whatOverflowsChangesNothing(Client redis) {
        redis.replies("""
            WATCH x                                         -> +OK
            BITFIELD x OVERFLOW FAIL INCRBY u2 10 -1        -> [nil]
            STRLEN x                                        -> 2
            MULTI                                           -> +OK
            STRLEN x                                        -> +QUEUED
            EXEC                                            -> [2]
            WATCH x                                         -> +OK
            BITFIELD x SET u2 20 0                          -> [0]
            STRLEN x                                        -> 3
            MULTI                                           -> +OK
            EXEC                                            -> nil-array
            """);
    }

    @RedisTest
    void fieldErrors(Client redis) {
        String type =
                "-ERR Invalid bitfield type. Use something like i16 u8. Note that u64 is not supported but i64 is.";
        for (String bad : new String[] {"u64", "i65", "u0", "i0", "U8", "8", "u", "i", "u08", "ux", "f8"}) {
            assertThat(redis.call("BITFIELD", "x", "GET", bad, "x").toString())
                    .as(bad)
                    .contains(type);
        }
        redis.replies("""
            RPUSH l a                                     -> 1
            BITFIELD l GET                                -> -ERR syntax error
            BITFIELD l GET u8                             -> -ERR syntax error
            BITFIELD l SET u8 0                           -> -ERR syntax error
            BITFIELD l OVERFLOW                           -> -ERR syntax error
            BITFIELD l OVERFLOW ROUND                     -> -ERR Invalid OVERFLOW type specified
            BITFIELD l GET u8 x                           -> -ERR bit offset is not an integer or out of range
            BITFIELD l GET u8 #                           -> -ERR bit offset is not an integer or out of range
            BITFIELD l GET u8 #-1                         -> -ERR bit offset is not an integer or out of range
            BITFIELD l GET u8 4294967296                  -> -ERR bit offset is not an integer or out of range
            BITFIELD l GET u8 #536870912                  -> -ERR bit offset is not an integer or out of range
            BITFIELD l SET u8 0 x                         -> -ERR value is not an integer or out of range
            BITFIELD l GET u8 0                           -> -WRONGTYPE Operation against a key holding the wrong kind of value
            BITFIELD x SET u8 0 1 GET u8 0 FOO            -> -ERR syntax error
            EXISTS x                                      -> 0
            BITFIELD_RO l SET u8 0 1                      -> -ERR BITFIELD_RO only supports the GET subcommand
            BITFIELD_RO x OVERFLOW SAT GET u8 0           -> [0]
            """);
    }
}
