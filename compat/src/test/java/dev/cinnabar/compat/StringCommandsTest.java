package dev.cinnabar.compat;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cinnabar.compat.harness.Client;
import dev.cinnabar.compat.harness.RedisTest;

/** SET, GET and their kin: replies, options, limits, errors and the order in which they are found. */
class StringCommandsTest {

    @RedisTest(resp = {2, 3})
    void setAndGet(Client redis) {
        redis.replies("""
            GET x                    -> nil
            SET x hello              -> +OK
            GET x                    -> 'hello'
            SET x ""                 -> +OK
            GET x                    -> ''
            STRLEN x                 -> 0
            EXISTS x                 -> 1
            SET x "\\x00\\xff\\r\\n" -> +OK
            GET x                    -> '\\x00\\xff\\r\\n'
            SET "" empty-key         -> +OK
            GET ""                   -> 'empty-key'
            SET "a b\\x00" binary    -> +OK
            GET "a b\\x00"           -> 'binary'
            set x lower-case         -> +OK
            gEt x                    -> 'lower-case'
            """);
    }

    @RedisTest(resp = {2, 3})
    void setConditions(Client redis) {
        redis.replies("""
            SET x 1 XX       -> nil
            EXISTS x         -> 0
            SET x 1 NX       -> +OK
            SET x 2 NX       -> nil
            GET x            -> '1'
            SET x 3 xx       -> +OK
            GET x            -> '3'
            SET x 4 GET      -> '3'
            GET x            -> '4'
            SET y 1 GET      -> nil
            GET y            -> '1'
            SET x 5 NX GET   -> '4'
            GET x            -> '4'
            SET z 1 NX GET   -> nil
            GET z            -> '1'
            SET x 5 XX GET   -> '4'
            GET x            -> '5'
            SET w 1 XX GET   -> nil
            EXISTS w         -> 0
            """);
    }

    @RedisTest
    void setExpiry(Client redis) {
        redis.replies("""
            SET x 1 EX 100          -> +OK
            TTL x                   -> /100|99/
            SET x 1 PX 100000       -> +OK
            PTTL x                  -> /100000|99\\d\\d\\d/
            SET x 1 KEEPTTL         -> +OK
            TTL x                   -> /100|99/
            SET x 1                 -> +OK
            TTL x                   -> -1
            SET x 1 EXAT 33177117420  -> +OK
            EXPIRETIME x            -> 33177117420
            SET x 1 PXAT 33177117420123 -> +OK
            PEXPIRETIME x           -> 33177117420123
            SET x 1 NX EX 5         -> nil
            PEXPIRETIME x           -> 33177117420123
            SET x 2 KEEPTTL GET     -> '1'
            PEXPIRETIME x           -> 33177117420123
            SET x 1 PXAT 1          -> +OK
            EXISTS x                -> 0
            SET x 1 EXAT 1          -> +OK
            GET x                   -> nil
            """);
    }

    @RedisTest
    void setErrors(Client redis) {
        redis.replies("""
            SET                     -> -ERR wrong number of arguments for 'set' command
            SET x                   -> -ERR wrong number of arguments for 'set' command
            SET x 1 FOO             -> -ERR syntax error
            SET x 1 NX XX           -> -ERR syntax error
            SET x 1 XX NX           -> -ERR syntax error
            SET x 1 EX              -> -ERR syntax error
            SET x 1 EX 10 PX 10     -> -ERR syntax error
            SET x 1 EX 10 KEEPTTL   -> -ERR syntax error
            SET x 1 KEEPTTL EX 10   -> -ERR syntax error
            SET x 1 EX abc          -> -ERR value is not an integer or out of range
            SET x 1 EX 1.5          -> -ERR value is not an integer or out of range
            SET x 1 EX ""           -> -ERR value is not an integer or out of range
            SET x 1 EX " 1"         -> -ERR value is not an integer or out of range
            SET x 1 EX 0            -> -ERR invalid expire time in 'set' command
            SET x 1 EX -1           -> -ERR invalid expire time in 'set' command
            SET x 1 PX 0            -> -ERR invalid expire time in 'set' command
            SET x 1 EXAT 0          -> -ERR invalid expire time in 'set' command
            SET x 1 PXAT -5         -> -ERR invalid expire time in 'set' command
            SET x 1 EX 9223372036854775807 -> -ERR invalid expire time in 'set' command
            SET x 1 EX 9223372036854776    -> -ERR invalid expire time in 'set' command
            SET x 1 PX 9223372036854775807 -> -ERR invalid expire time in 'set' command
            SET x 1 EX 9223372036854775808 -> -ERR value is not an integer or out of range
            EXISTS x                -> 0
            # the whole option list is read before a number is judged
            SET x 1 EX abc FOO      -> -ERR syntax error
            # an option may be said twice, the last one counts
            SET x 1 EX 10 EX 100    -> +OK
            TTL x                   -> /100|99/
            """);
    }

    @RedisTest
    void setReplacesAnyType(Client redis) {
        redis.replies("""
            RPUSH m a               -> 1
            SET m 1 GET             -> -WRONGTYPE Operation against a key holding the wrong kind of value
            TYPE m                  -> +list
            SET m 1 NX              -> nil
            SET m 1 NX GET          -> -WRONGTYPE Operation against a key holding the wrong kind of value
            RPUSH l a               -> 1
            SET l 1                 -> +OK
            TYPE l                  -> +string
            """);
    }

    @RedisTest
    void wrongType(Client redis) {
        redis.replies("RPUSH l a -> 1");
        for (String command : new String[] {
            "GET l",
            "STRLEN l",
            "APPEND l x",
            "INCR l",
            "DECR l",
            "INCRBY l 1",
            "DECRBY l 1",
            "INCRBYFLOAT l 1",
            "GETRANGE l 0 1",
            "SUBSTR l 0 1",
            "SETRANGE l 0 x",
            "GETSET l x",
            "GETDEL l",
            "GETEX l",
            "GETEX l EX 10"
        }) {
            redis.run(command).isError("WRONGTYPE Operation against a key holding the wrong kind of value");
        }
        redis.replies("""
            MGET l nothing          -> [nil, nil]
            LRANGE l 0 -1           -> ['a']
            MSETNX l 1 n 1          -> 0
            MSET l 1                -> +OK
            GET l                   -> '1'
            """);
    }

    @RedisTest
    void setnxSetexPsetex(Client redis) {
        redis.replies("""
            SETNX x 1               -> 1
            SETNX x 2               -> 0
            GET x                   -> '1'
            SETEX x 100 v           -> +OK
            TTL x                   -> /100|99/
            PSETEX x 100000 w       -> +OK
            PTTL x                  -> /100000|99\\d\\d\\d/
            GET x                   -> 'w'
            SETEX x 0 v             -> -ERR invalid expire time in 'setex' command
            SETEX x -10 v           -> -ERR invalid expire time in 'setex' command
            PSETEX x 0 v            -> -ERR invalid expire time in 'psetex' command
            SETEX x ab v            -> -ERR value is not an integer or out of range
            SETEX x 9223372036854775807 v -> -ERR invalid expire time in 'setex' command
            PSETEX x 9223372036854775807 v -> -ERR invalid expire time in 'psetex' command
            SETEX x 10              -> -ERR wrong number of arguments for 'setex' command
            SETNX x                 -> -ERR wrong number of arguments for 'setnx' command
            GET x                   -> 'w'
            """);
    }

    @RedisTest(resp = {2, 3})
    void getsetGetdel(Client redis) {
        redis.replies("""
            GETSET x 1              -> nil
            GETSET x 2              -> '1'
            EXPIRE x 100            -> 1
            GETSET x 3              -> '2'
            TTL x                   -> -1
            GETDEL x                -> '3'
            GETDEL x                -> nil
            EXISTS x                -> 0
            GETDEL                  -> -ERR wrong number of arguments for 'getdel' command
            """);
    }

    @RedisTest(resp = {2, 3})
    void getex(Client redis) {
        redis.replies("""
            GETEX x                 -> nil
            GETEX x EX 100          -> nil
            EXISTS x                -> 0
            SET x v                 -> +OK
            GETEX x                 -> 'v'
            TTL x                   -> -1
            GETEX x EX 100          -> 'v'
            TTL x                   -> /100|99/
            GETEX x                 -> 'v'
            TTL x                   -> /100|99/
            GETEX x PERSIST         -> 'v'
            TTL x                   -> -1
            GETEX x PX 100000       -> 'v'
            TTL x                   -> /100|99/
            GETEX x EXAT 33177117420  -> 'v'
            EXPIRETIME x            -> 33177117420
            GETEX x PXAT 33177117420123 -> 'v'
            PEXPIRETIME x           -> 33177117420123
            GETEX x PERSIST EX 10   -> -ERR syntax error
            GETEX x EX 10 PERSIST   -> -ERR syntax error
            GETEX x EX              -> -ERR syntax error
            GETEX x EX 10 PX 10     -> -ERR syntax error
            GETEX x KEEPTTL         -> -ERR syntax error
            GETEX x NX              -> -ERR syntax error
            GETEX x FOO             -> -ERR syntax error
            GETEX x EX 0            -> -ERR invalid expire time in 'getex' command
            GETEX x EX -1           -> -ERR invalid expire time in 'getex' command
            GETEX x EX abc          -> -ERR value is not an integer or out of range
            PEXPIRETIME x           -> 33177117420123
            GETEX x PXAT 1          -> 'v'
            EXISTS x                -> 0
            """);
    }

    @RedisTest(valkeyDiffers = "it checks the time first")
    void getexChecksTheKeyBeforeTheTime(Client redis) {
        redis.replies("""
            GETEX nothing EX abc    -> nil
            GETEX nothing EX 0      -> nil
            GETEX nothing FOO       -> -ERR syntax error
            RPUSH l a               -> 1
            GETEX l EX abc          -> -WRONGTYPE Operation against a key holding the wrong kind of value
            """);
    }

    @RedisTest(resp = {2, 3})
    void manyKeys(Client redis) {
        redis.replies("""
            MSET a 1 b 2 a 3        -> +OK
            MGET a b c a            -> ['3', '2', nil, '3']
            MSETNX b 9 d 9          -> 0
            EXISTS d                -> 0
            MSETNX d 1 e 2 d 3      -> 1
            MGET d e                -> ['3', '2']
            MSET a 1 b              -> -ERR wrong number of arguments for 'mset' command
            MSETNX a 1 b            -> -ERR wrong number of arguments for 'msetnx' command
            MSET a                  -> -ERR wrong number of arguments for 'mset' command
            MGET                    -> -ERR wrong number of arguments for 'mget' command
            EXPIRE a 100            -> 1
            MSET a 1                -> +OK
            TTL a                   -> -1
            """);
    }

    @RedisTest
    void appendAndStrlen(Client redis) {
        redis.replies("""
            APPEND x ""             -> 0
            EXISTS x                -> 1
            DEL x                   -> 1
            APPEND x abc            -> 3
            APPEND x def            -> 6
            GET x                   -> 'abcdef'
            STRLEN x                -> 6
            STRLEN nothing          -> 0
            SET n 12                -> +OK
            APPEND n 3              -> 3
            GET n                   -> '123'
            INCR n                  -> 124
            STRLEN n                -> 3
            EXPIRE n 100            -> 1
            APPEND n x              -> 4
            TTL n                   -> /100|99/
            INCR n                  -> -ERR value is not an integer or out of range
            """);
    }

    @RedisTest
    void appendGrowsPastEverySize(Client redis) {
        StringBuilder expected = new StringBuilder();
        for (int i = 0; i < 200; i++) {
            String piece = "x".repeat(i) + i;
            expected.append(piece);
            redis.call("APPEND", "k", piece).is(expected.length());
        }
        redis.call("GET", "k").isBulk(expected.toString());
    }

    @RedisTest
    void increments(Client redis) {
        redis.replies("""
            INCR n                  -> 1
            INCR n                  -> 2
            DECR n                  -> 1
            DECR m                  -> -1
            INCRBY n 10             -> 11
            DECRBY n 5              -> 6
            INCRBY n -7             -> -1
            DECRBY n -7             -> 6
            GET n                   -> '6'
            SET n 9223372036854775806 -> +OK
            INCR n                  -> 9223372036854775807
            INCR n                  -> -ERR increment or decrement would overflow
            INCRBY n 1              -> -ERR increment or decrement would overflow
            GET n                   -> '9223372036854775807'
            SET n -9223372036854775808 -> +OK
            DECR n                  -> -ERR increment or decrement would overflow
            DECRBY n 1              -> -ERR increment or decrement would overflow
            DECRBY n -9223372036854775808 -> -ERR decrement would overflow
            INCRBY n 9223372036854775807 -> -1
            INCRBY n abc            -> -ERR value is not an integer or out of range
            INCRBY n 1.0            -> -ERR value is not an integer or out of range
            INCRBY n 9223372036854775808 -> -ERR value is not an integer or out of range
            EXPIRE n 100            -> 1
            INCR n                  -> 0
            TTL n                   -> /100|99/
            INCRBY n                -> -ERR wrong number of arguments for 'incrby' command
            INCR n 1                -> -ERR wrong number of arguments for 'incr' command
            """);
    }

    @RedisTest
    void onlyPlainDecimalIntegersCount(Client redis) {
        for (String value : new String[] {
            " 1",
            "1 ",
            "+1",
            "01",
            "-0",
            "1.0",
            "0x1",
            "",
            "1e3",
            "9223372036854775808",
            "a",
            "--1",
            "-",
            "1\\x00",
            "00",
            "-01"
        }) {
            redis.run("SET n \"" + value + "\"").isOk();
            redis.run("INCR n").isError("ERR value is not an integer or out of range");
        }
        redis.replies("""
            SET n 0                 -> +OK
            INCR n                  -> 1
            SET n -1                -> +OK
            INCR n                  -> 0
            """);
    }

    /** Sums are those of 80-bit floating point, shown with 17 decimals. */
    @RedisTest
    void incrByFloat(Client redis) {
        redis.replies("""
            INCRBYFLOAT f 1         -> '1'
            INCRBYFLOAT f 0.25      -> '1.25'
            INCRBYFLOAT f -1.25     -> '0'
            SET f 3.0e3             -> +OK
            INCRBYFLOAT f 200       -> '3200'
            SET f 10.50             -> +OK
            INCRBYFLOAT f 0.1       -> '10.6'
            INCRBYFLOAT f 5.0e3     -> '5010.60000000000000009'
            SET f 17179869184       -> +OK
            INCRBYFLOAT f 1.5       -> '17179869185.5'
            SET f 1                 -> +OK
            INCRBYFLOAT f -1.1      -> '-0.1'
            SET f 3                 -> +OK
            INCRBYFLOAT f 1.23456789012345678 -> '4.23456789012345678'
            SET f 0.1               -> +OK
            INCRBYFLOAT f 0.2       -> '0.3'
            SET f 1e19              -> +OK
            INCRBYFLOAT f 1         -> '10000000000000000001'
            SET f 1e20              -> +OK
            INCRBYFLOAT f 1         -> '100000000000000000000'
            SET f -0.0              -> +OK
            INCRBYFLOAT f 0         -> /'-?0'/
            SET f 1                 -> +OK
            INCRBYFLOAT f 1e-17     -> '1.00000000000000001'
            SET f 0x10              -> +OK
            INCRBYFLOAT f 0x1.8p3   -> '28'
            INCRBYFLOAT f -0X.8     -> '27.5'
            INCRBYFLOAT f 0x        -> -ERR value is not a valid float
            INCRBYFLOAT f 0x.       -> -ERR value is not a valid float
            INCRBYFLOAT f 0x1p      -> -ERR value is not a valid float
            INCRBYFLOAT f 0x1p99999 -> -ERR value is not a valid float
            INCRBYFLOAT f abc       -> -ERR value is not a valid float
            INCRBYFLOAT f ""        -> -ERR value is not a valid float
            INCRBYFLOAT f " 1"      -> -ERR value is not a valid float
            INCRBYFLOAT f "1 "      -> -ERR value is not a valid float
            INCRBYFLOAT f nan       -> -ERR value is not a valid float
            INCRBYFLOAT f inf       -> -ERR increment would produce NaN or Infinity
            INCRBYFLOAT f +inf      -> -ERR increment would produce NaN or Infinity
            SET f abc               -> +OK
            INCRBYFLOAT f 1         -> -ERR value is not a valid float
            SET f " 11"             -> +OK
            INCRBYFLOAT f 1         -> -ERR value is not a valid float
            SET f "11 "             -> +OK
            INCRBYFLOAT f 1         -> -ERR value is not a valid float
            SET f 1                 -> +OK
            EXPIRE f 100            -> 1
            INCRBYFLOAT f 1         -> '2'
            TTL f                   -> /100|99/
            OBJECT ENCODING f       -> /'(int|embstr)'/
            INCR f                  -> 3
            """);
    }

    @RedisTest
    void getrange(Client redis) {
        redis.replies("""
            SET x "Hello World"     -> +OK
            GETRANGE x 0 4          -> 'Hello'
            GETRANGE x -5 -1        -> 'World'
            GETRANGE x 0 -1         -> 'Hello World'
            GETRANGE x 4 2          -> ''
            GETRANGE x -1 -5        -> ''
            GETRANGE x 100 200      -> ''
            GETRANGE x -100 4       -> 'Hello'
            GETRANGE x -100 -200    -> ''
            GETRANGE x 3 1000000000000 -> 'lo World'
            GETRANGE x 10 10        -> 'd'
            GETRANGE x 11 11        -> ''
            GETRANGE x 0 0          -> 'H'
            GETRANGE x -11 -11      -> 'H'
            GETRANGE x -9223372036854775808 9223372036854775807 -> 'Hello World'
            GETRANGE nothing 0 -1   -> ''
            SET n 123456            -> +OK
            GETRANGE n 1 -2         -> '2345'
            SUBSTR n 0 2            -> '123'
            GETRANGE x a 1          -> -ERR value is not an integer or out of range
            GETRANGE x 0 b          -> -ERR value is not an integer or out of range
            GETRANGE nothing a b    -> -ERR value is not an integer or out of range
            GETRANGE x 0            -> -ERR wrong number of arguments for 'getrange' command
            SUBSTR x 0              -> -ERR wrong number of arguments for 'substr' command
            """);
    }

    @RedisTest
    void setrange(Client redis) {
        redis.replies("""
            SETRANGE x 0 ""         -> 0
            EXISTS x                -> 0
            SETRANGE x 5 ab         -> 7
            GET x                   -> '\\x00\\x00\\x00\\x00\\x00ab'
            SETRANGE x 0 Hello      -> 7
            GET x                   -> 'Helloab'
            SETRANGE x 3 ""         -> 7
            SETRANGE x 7 c          -> 8
            SETRANGE x 10 d         -> 11
            GET x                   -> 'Helloabc\\x00\\x00d'
            SET n 1234              -> +OK
            SETRANGE n 1 x          -> 4
            GET n                   -> '1x34'
            SETRANGE n -1 x         -> -ERR offset is out of range
            SETRANGE n abc x        -> -ERR value is not an integer or out of range
            SETRANGE n 536870912 x  -> -ERR string exceeds maximum allowed size (proto-max-bulk-len)
            SETRANGE n 4294967296 x -> -ERR string exceeds maximum allowed size (proto-max-bulk-len)
            SETRANGE n 9223372036854775807 x -> -ERR string exceeds maximum allowed size (proto-max-bulk-len)
            SETRANGE nothing 536870912 "" -> 0
            GET n                   -> '1x34'
            EXPIRE n 100            -> 1
            SETRANGE n 0 y          -> 4
            TTL n                   -> /100|99/
            RPUSH l a               -> 1
            SETRANGE l -1 x         -> -ERR offset is out of range
            SETRANGE l 0 x          -> -WRONGTYPE Operation against a key holding the wrong kind of value
            """);
    }

    @RedisTest(resp = {2, 3})
    void lcs(Client redis) {
        redis.replies("""
            MSET a ohmytext b mynewtext -> +OK
            LCS a b                 -> 'mytext'
            LCS a b LEN             -> 6
            LCS a b IDX             -> ['matches', [[[4, 7], [5, 8]], [[2, 3], [0, 1]]], 'len', 6] || {'matches': [[[4, 7], [5, 8]], [[2, 3], [0, 1]]], 'len': 6}
            LCS a b IDX MINMATCHLEN 4 -> ['matches', [[[4, 7], [5, 8]]], 'len', 6] || {'matches': [[[4, 7], [5, 8]]], 'len': 6}
            LCS a b IDX WITHMATCHLEN  -> ['matches', [[[4, 7], [5, 8], 4], [[2, 3], [0, 1], 2]], 'len', 6] || {'matches': [[[4, 7], [5, 8], 4], [[2, 3], [0, 1], 2]], 'len': 6}
            LCS a b IDX MINMATCHLEN -5 -> ['matches', [[[4, 7], [5, 8]], [[2, 3], [0, 1]]], 'len', 6] || {'matches': [[[4, 7], [5, 8]], [[2, 3], [0, 1]]], 'len': 6}
            LCS a nothing           -> ''
            LCS a nothing LEN       -> 0
            LCS nothing nothing IDX -> ['matches', [], 'len', 0] || {'matches': [], 'len': 0}
            LCS a a                 -> 'ohmytext'
            LCS a b LEN IDX         -> -ERR If you want both the length and indexes, please just use IDX.
            LCS a b FOO             -> -ERR syntax error
            LCS a b MINMATCHLEN     -> -ERR syntax error
            LCS a b MINMATCHLEN x   -> -ERR value is not an integer or out of range
            LCS a                   -> -ERR wrong number of arguments for 'lcs' command
            MSET n 12345 m 345      -> +OK
            LCS n m                 -> '345'
            RPUSH l a               -> 1
            LCS a l                 -> -ERR The specified keys must contain string values
            LCS l a FOO             -> -ERR The specified keys must contain string values
            """);
    }

    @RedisTest(
            since = "8.4",
            resp = {2, 3})
    void setIfEqual(Client redis) {
        redis.replies("""
            SET x 1 IFEQ 1          -> nil
            EXISTS x                -> 0
            SET x 1 IFNE 1          -> +OK
            SET x 2 IFEQ 9          -> nil
            GET x                   -> '1'
            SET x 2 IFEQ 1          -> +OK
            SET x 3 IFNE 2          -> nil
            SET x 3 IFNE 9 GET      -> '2'
            SET x 4 IFEQ 9 GET      -> '3'
            GET x                   -> '3'
            SET x hello             -> +OK
            SET x v IFDEQ 9555e8555c62dcfd -> +OK
            SET y v IFDEQ 9555e8555c62dcfd -> nil
            SET y hello IFDNE 9555e8555c62dcfd -> +OK
            SET y w IFDNE 9555e8555c62dcfd -> nil
            SET x 1 IFEQ 1 NX       -> -ERR syntax error
            SET x 1 XX IFEQ 1       -> -ERR syntax error
            SET x 1 IFEQ 1 IFNE 2   -> -ERR syntax error
            SET x 1 IFEQ            -> -ERR syntax error
            RPUSH l a               -> 1
            SET l 1 IFEQ a          -> -WRONGTYPE Operation against a key holding the wrong kind of value
            """);
    }

    @RedisTest(
            since = "8.4",
            resp = {2, 3})
    void digest(Client redis) {
        redis.replies("""
            DIGEST x                -> nil
            SET x ""                -> +OK
            DIGEST x                -> '2d06800538d394c2'
            SET x hello             -> +OK
            DIGEST x                -> '9555e8555c62dcfd'
            SET x 123               -> +OK
            DIGEST x                -> '404a763b3f4c8c9a'
            SET x v8                -> +OK
            DIGEST x                -> '0cc76dbb41381419'
            SET x "Hello world"     -> +OK
            DIGEST x                -> 'b6acb9d84a38ff74'
            DIGEST                  -> -ERR wrong number of arguments for 'digest' command
            RPUSH l a               -> 1
            DIGEST l                -> -WRONGTYPE Operation against a key holding the wrong kind of value
            """);
    }

    @RedisTest(since = "8.4")
    void delex(Client redis) {
        redis.replies("""
            DELEX x                 -> 0
            DELEX x FOO bar         -> 0
            SET x hello             -> +OK
            DELEX x IFEQ bye        -> 0
            DELEX x IFNE hello      -> 0
            DELEX x IFEQ hello      -> 1
            EXISTS x                -> 0
            SET x hello             -> +OK
            DELEX x IFDNE 9555e8555c62dcfd -> 0
            DELEX x IFDEQ 9555E8555C62DCFD -> 1
            SET x hello             -> +OK
            DELEX x                 -> 1
            SET x hello             -> +OK
            DELEX x IFNE bye        -> 1
            SET x hello             -> +OK
            DELEX x FOO a           -> -ERR Invalid condition. Use IFEQ, IFNE, IFDEQ, or IFDNE
            DELEX x IFDEQ abc       -> /-.*must be exactly 16 hexadecimal characters.*/
            DELEX x IFEQ            -> -ERR wrong number of arguments for 'delex' command
            DELEX x IFEQ a b        -> -ERR wrong number of arguments for 'delex' command
            RPUSH l a               -> 1
            DELEX l IFEQ a          -> -ERR Key should be of string type if conditions are specified
            DELEX l FOO a           -> -ERR Key should be of string type if conditions are specified
            DELEX l                 -> 1
            """);
    }

    @RedisTest(since = "8.4")
    void msetex(Client redis) {
        redis.replies("""
            MSETEX 2 a 1 b 2        -> 1
            MGET a b                -> ['1', '2']
            TTL a                   -> -1
            MSETEX 2 a 3 b 4 EX 100 -> 1
            TTL a                   -> /100|99/
            TTL b                   -> /100|99/
            MSETEX 1 a 5 KEEPTTL    -> 1
            TTL a                   -> /100|99/
            MSETEX 1 a 6            -> 1
            TTL a                   -> -1
            MSETEX 2 a 7 c 7 NX     -> 0
            EXISTS c                -> 0
            MSETEX 2 a 7 c 7 XX     -> 0
            MGET a c                -> ['6', nil]
            MSETEX 2 c 1 d 1 NX     -> 1
            MSETEX 2 c 2 d 2 XX PX 100000 -> 1
            MGET c d                -> ['2', '2']
            MSETEX 1 c 2 EXAT 33177117420 XX -> 1
            EXPIRETIME c            -> 33177117420
            MSETEX 0 a 1            -> -ERR invalid numkeys value
            MSETEX -1 a 1           -> -ERR invalid numkeys value
            MSETEX abc a 1          -> -ERR invalid numkeys value
            MSETEX 2 a 1 b          -> -ERR wrong number of key-value pairs
            MSETEX 1 a 1 FOO        -> -ERR syntax error
            MSETEX 1 a 1 NX XX      -> -ERR syntax error
            MSETEX 1 a 1 EX 1 PX 1  -> -ERR syntax error
            MSETEX 1 a 1 EX 0       -> -ERR invalid expire time in 'msetex' command
            MSETEX 1 a 1 EX abc     -> -ERR value is not an integer or out of range
            MSETEX 1 a              -> -ERR wrong number of arguments for 'msetex' command
            """);
    }

    @RedisTest(
            since = "8.8",
            resp = {2, 3})
    void increx(Client redis) {
        redis.replies("""
            INCREX n                -> [1, 1]
            INCREX n BYINT 5        -> [6, 5]
            INCREX n BYINT -2       -> [4, -2]
            INCREX n UBOUND 5 BYINT 3 -> [4, 0]
            INCREX n BYINT 3 UBOUND 5 SATURATE -> [5, 1]
            INCREX n BYINT -10 LBOUND 0 SATURATE -> [0, -5]
            INCREX n BYINT -1 LBOUND 0 -> [0, 0]
            TTL n                   -> -1
            INCREX n EX 100         -> [1, 1]
            TTL n                   -> /100|99/
            INCREX n EX 1000 ENX    -> [2, 1]
            TTL n                   -> /100|99/
            INCREX n PERSIST        -> [3, 1]
            TTL n                   -> -1
            INCREX n ENX EX 100     -> [4, 1]
            TTL n                   -> /100|99/
            INCREX f BYFLOAT 1.5    -> ['1.5', '1.5'] || [,1.5, ,1.5]
            INCREX m UBOUND 0       -> [0, 0]
            EXISTS m                -> 0
            SET n 9223372036854775807 -> +OK
            INCREX n                -> [9223372036854775807, 0]
            INCREX n SATURATE       -> [9223372036854775807, 0]
            INCREX n BYINT 1 BYINT 2 -> -ERR syntax error
            INCREX n BYINT 1 BYFLOAT 2 -> -ERR syntax error
            INCREX n ENX            -> -ERR ENX flag requires an expiration
            INCREX n LBOUND 5 UBOUND 4 -> -ERR LBOUND can't be greater than UBOUND
            INCREX n EX 1 PERSIST   -> -ERR syntax error
            INCREX n EX 1 PX 1      -> -ERR syntax error
            INCREX n ENX PERSIST    -> /-ERR .*/
            INCREX n LBOUND abc     -> -ERR LBOUND/UBOUND is not an integer or out of range
            INCREX n EX 0           -> -ERR invalid expire time in 'increx' command
            INCREX n FOO            -> -ERR syntax error
            SET s abc               -> +OK
            INCREX s                -> -ERR value is not an integer or out of range
            INCREX s BYFLOAT 1      -> -ERR value is not a valid float
            INCREX n EXAT 1 BYINT 0 -> /\\[.*\\]/
            EXISTS n                -> 0
            RPUSH l a               -> 1
            INCREX l                -> -WRONGTYPE Operation against a key holding the wrong kind of value
            """);
    }

    @RedisTest(valkeyDiffers = "SET embeds longer strings")
    void encodings(Client redis) {
        redis.replies("""
            SET x 1                 -> +OK
            OBJECT ENCODING x       -> 'int'
            SET x 9223372036854775807 -> +OK
            OBJECT ENCODING x       -> 'int'
            SET x 9223372036854775808 -> +OK
            OBJECT ENCODING x       -> 'embstr'
            SET x 01                -> +OK
            OBJECT ENCODING x       -> 'embstr'
            SET x ""                -> +OK
            OBJECT ENCODING x       -> 'embstr'
            SET x 12345678901234567890123456789012345678901234 -> +OK
            OBJECT ENCODING x       -> 'embstr'
            SET x 123456789012345678901234567890123456789012345 -> +OK
            OBJECT ENCODING x       -> 'raw'
            SET x abc               -> +OK
            APPEND x d              -> 4
            OBJECT ENCODING x       -> 'raw'
            SET x 12                -> +OK
            APPEND x 3              -> 3
            OBJECT ENCODING x       -> 'raw'
            INCR x                  -> 124
            OBJECT ENCODING x       -> 'int'
            SET x abc               -> +OK
            SETRANGE x 0 b          -> 3
            OBJECT ENCODING x       -> 'raw'
            SET x 5                 -> +OK
            SETRANGE x 0 6          -> 1
            OBJECT ENCODING x       -> 'raw'
            DEL x                   -> 1
            APPEND x 12             -> 2
            OBJECT ENCODING x       -> 'int'
            GETSET x 7              -> '12'
            OBJECT ENCODING x       -> 'int'
            MSET x abc y 4          -> +OK
            OBJECT ENCODING y       -> 'int'
            SETNX z 12              -> 1
            OBJECT ENCODING z       -> 'int'
            SETEX z 100 13          -> +OK
            OBJECT ENCODING z       -> 'int'
            """);
    }

    @RedisTest
    void everyOperationOnEveryEncoding(Client redis) {
        String[] values = {"0", "-17", "9223372036854775807", "short", "x".repeat(44), "y".repeat(45), "z".repeat(5000)
        };
        for (String value : values) {
            redis.call("SET", "k", value).isOk();
            redis.call("GET", "k").isBulk(value);
            redis.call("STRLEN", "k").is(value.length());
            redis.call("GETRANGE", "k", 1, 3)
                    .isBulk(value.substring(Math.min(1, value.length()), Math.min(4, value.length())));
            redis.call("MGET", "k", "k").is("['" + value + "', '" + value + "']");
            redis.call("COPY", "k", "copy", "REPLACE").is(1);
            redis.call("APPEND", "k", "!").is(value.length() + 1);
            redis.call("GET", "k").isBulk(value + "!");
            redis.call("GET", "copy").isBulk(value);
            redis.call("SETRANGE", "copy", value.length(), "?").is(value.length() + 1);
            redis.call("GETSET", "copy", value).isBulk(value + "?");
            redis.call("RENAME", "copy", "moved").isOk();
            redis.call("GETDEL", "moved").isBulk(value);
            redis.call("EXPIRE", "k", 100).is(1);
            redis.call("GETEX", "k", "PERSIST").isBulk(value + "!");
        }
    }

    @RedisTest
    void largeValues(Client redis) {
        StringBuilder value = new StringBuilder();
        for (int i = 0; i < 3_000_000; i++) {
            value.append((char) ('a' + i % 23));
        }
        redis.call("SET", "big", value).isOk();
        redis.call("STRLEN", "big").is(value.length());
        assertThat(redis.call("GET", "big").text().contentEquals(value)).isTrue();
        redis.call("GETRANGE", "big", 2_999_990, -1).isBulk(value.substring(2_999_990));
        redis.call("SETRANGE", "big", 1_500_000, "MIDDLE").is(value.length());
        redis.call("GETRANGE", "big", 1_499_999, 1_500_006)
                .isBulk(value.charAt(1_499_999) + "MIDDLE" + value.charAt(1_500_006));
        redis.call("APPEND", "big", "end").is(value.length() + 3);
        redis.call("DEL", "big").is(1);
    }

    @RedisTest
    void stringsCannotGrowPastTheBulkLimit(Client redis) {
        redis.replies("""
            CONFIG SET proto-max-bulk-len 1mb -> +OK
            SETRANGE x 1048575 a    -> 1048576
            APPEND x b              -> -ERR string exceeds maximum allowed size (proto-max-bulk-len)
            SETRANGE x 1048576 a    -> -ERR string exceeds maximum allowed size (proto-max-bulk-len)
            STRLEN x                -> 1048576
            """);
    }
}
