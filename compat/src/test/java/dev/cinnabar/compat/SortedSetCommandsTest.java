package dev.cinnabar.compat;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cinnabar.compat.harness.Client;
import dev.cinnabar.compat.harness.RedisTest;
import dev.cinnabar.compat.harness.Resp;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;

/** Sorted sets: replies in both protocols, every command in both encodings, errors and the order in which they are found. */
class SortedSetCommandsTest {

    private static final List<String> ENCODINGS = List.of("listpack", "skiplist");

    /** From now on new sorted sets have this encoding. */
    private static void encode(Client redis, String encoding) {
        redis.run("FLUSHALL").isOk();
        redis.run("CONFIG SET zset-max-listpack-entries " + (encoding.equals("listpack") ? 128 : 0))
                .isOk();
    }

    private static void inEveryEncoding(Client redis, String transcript) {
        for (String encoding : ENCODINGS) {
            encode(redis, encoding);
            redis.replies(transcript);
        }
    }

    @RedisTest(resp = {2, 3})
    void addsAndAsks(Client redis) {
        inEveryEncoding(redis, """
            ZADD z 1 a 2 b 3 c          -> 3
            ZADD z 1 a 5 b 4 d          -> 1
            ZCARD z                     -> 4
            ZSCORE z b                  -> '5' || ,5
            ZSCORE z x                  -> nil
            ZMSCORE z a x c             -> ['1', nil, '3'] || [,1, nil, ,3]
            ZRANGE z 0 -1               -> ['a', 'c', 'd', 'b']
            ZRANGE z 0 -1 WITHSCORES    -> ['a', '1', 'c', '3', 'd', '4', 'b', '5'] || [['a', ,1], ['c', ,3], ['d', ,4], ['b', ,5]]
            ZADD z 1.5 ""               -> 1
            ZADD z -inf "\\x00\\xff"    -> 1
            ZADD z +inf top             -> 1
            ZRANGE z 0 -1               -> ['\\x00\\xff', 'a', '', 'c', 'd', 'b', 'top']
            ZRANGE z 0 0 WITHSCORES     -> ['\\x00\\xff', '-inf'] || [['\\x00\\xff', ,-inf]]
            ZRANK z b                   -> 5
            ZREVRANK z b                -> 1
            ZRANK z x                   -> nil
            ZREVRANK none x             -> nil
            ZREM z x                    -> 0
            ZREM z a a b x              -> 2
            ZREM z "" c d top "\\x00\\xff" more -> 5
            EXISTS z                    -> 0
            ZREM z a                    -> 0
            ZCARD none                  -> 0
            ZSCORE none a               -> nil
            ZMSCORE none a b            -> [nil, nil]
            TYPE z                      -> +none
            """);
    }

    @RedisTest(resp = {2, 3})
    void addsOnCondition(Client redis) {
        inEveryEncoding(redis, """
            ZADD none XX 1 a            -> 0
            EXISTS none                 -> 0
            ZADD z 10 a 20 b            -> 2
            ZADD z NX 11 a 30 c         -> 1
            ZADD z XX 12 a 40 d         -> 0
            ZRANGE z 0 -1 WITHSCORES    -> ['a', '12', 'b', '20', 'c', '30'] || [['a', ,12], ['b', ,20], ['c', ,30]]
            ZADD z XX CH 12 a 21 b 40 d -> 1
            ZADD z CH 1 a 2 x 21 b      -> 2
            ZADD z GT CH 0 a 5 b 7 y    -> 1
            ZADD z GT CH 2 a 21 b       -> 1
            ZADD z LT CH 3 a 20 b 1 w   -> 2
            ZADD z xx gt ch 100 a 1 q   -> 1
            ZADD z LT XX ch 99 a 1 q    -> 1
            ZRANGE z 0 -1 WITHSCORES    -> ['w', '1', 'x', '2', 'y', '7', 'b', '20', 'c', '30', 'a', '99'] || [['w', ,1], ['x', ,2], ['y', ,7], ['b', ,20], ['c', ,30], ['a', ,99]]
            ZADD z NX NX 1 w            -> 0
            ZADD z INCR 5 w             -> '6' || ,6
            ZADD z INCR NX 5 w          -> nil
            ZADD z INCR XX 5 none       -> nil
            ZADD z GT INCR -5 w         -> nil
            ZADD z LT INCR -5 w         -> '1' || ,1
            ZADD z INCR NX 5 new        -> '5' || ,5
            ZADD none INCR XX 5 new     -> nil
            ZINCRBY z 2.5 new           -> '7.5' || ,7.5
            ZINCRBY z -7.5 new          -> '0' || ,0
            ZINCRBY z2 3 m              -> '3' || ,3
            ZINCRBY z inf new           -> 'inf' || ,inf
            ZINCRBY z -inf new          -> -ERR resulting score is not a number (NaN)
            ZADD z INCR -inf new        -> -ERR resulting score is not a number (NaN)
            ZSCORE z new                -> 'inf' || ,inf
            """);
    }

    @RedisTest
    void minusZeroEqualsZero(Client redis) {
        encode(redis, "listpack");
        redis.replies("""
            ZADD z -0.0 b 0 a           -> 2
            ZRANGE z 0 -1 WITHSCORES    -> ['a', '0', 'b', '0']
            """);
        encode(redis, "skiplist");
        redis.replies("""
            ZADD z -0.0 b 0 a           -> 2
            ZRANGE z 0 -1 WITHSCORES    -> ['a', '0', 'b', '-0']
            ZADD z CH 0 b               -> 0
            ZSCORE z b                  -> '-0'
            ZCOUNT z 0 0                -> 2
            ZCOUNT z -0 0               -> 2
            ZCOUNT z (0 inf             -> 0
            """);
    }

    @RedisTest(since = "7.2")
    void spellsScores(Client redis) {
        inEveryEncoding(redis, """
            ZADD z 1e17 a 1e300 b 0.1 c 1.5e-7 d 9223372036854775807 g 3.0000000000000004 h -1e21 i -> 7
            ZRANGE z 0 -1 WITHSCORES    -> ['i', '-1e+21', 'd', '1.5e-7', 'c', '0.1', 'h', '3.0000000000000004', 'a', '100000000000000000', 'g', '9223372036854776000', 'b', '1e+300']
            ZADD z 17179869184.5 x      -> 1
            ZINCRBY z 0.1 c             -> '0.2'
            ZINCRBY z 0.1 c             -> '0.30000000000000004'
            """);
    }

    @RedisTest
    void errorsOfAdding(Client redis) {
        redis.run("SET s x").isOk();
        redis.replies("""
            ZADD z 1                        -> -ERR wrong number of arguments for 'zadd' command
            ZADD s NX XX 1 a                -> -ERR XX and NX options at the same time are not compatible
            ZADD s GT LT 1 a                -> -ERR GT, LT, and/or NX options at the same time are not compatible
            ZADD s NX GT 1 a                -> -ERR GT, LT, and/or NX options at the same time are not compatible
            ZADD s NX XX 1                  -> -ERR syntax error
            ZADD s 1 a 2                    -> -ERR syntax error
            ZADD s NX CH INCR               -> -ERR syntax error
            ZADD s INCR 1 a 2 b             -> -ERR INCR option supports a single increment-element pair
            ZADD s 1 a x b                  -> -ERR value is not a valid float
            ZADD s FOO 1 a                  -> -ERR syntax error
            ZADD s 1e400 a                  -> -ERR value is not a valid float
            ZADD s nan a                    -> -ERR value is not a valid float
            ZADD s "" a                     -> -ERR value is not a valid float
            ZADD s " 1" a                   -> -ERR value is not a valid float
            ZADD s 1 a                      -> -WRONGTYPE Operation against a key holding the wrong kind of value
            ZADD s XX 1 a                   -> -WRONGTYPE Operation against a key holding the wrong kind of value
            ZADD z 1 a 2 b nan c            -> -ERR value is not a valid float
            EXISTS z                        -> 0
            ZINCRBY s x a                   -> -ERR value is not a valid float
            ZINCRBY s 1 a                   -> -WRONGTYPE Operation against a key holding the wrong kind of value
            ZINCRBY s 1                     -> -ERR wrong number of arguments for 'zincrby' command
            """);
        for (String command : List.of(
                "ZREM s a",
                "ZCARD s",
                "ZSCORE s a",
                "ZMSCORE s a",
                "ZRANK s a",
                "ZREVRANK s a",
                "ZSCAN s 0",
                "ZRANGE s 0 -1",
                "ZRANGE s 1 2 BYSCORE",
                "ZRANGEBYSCORE s 1 2",
                "ZRANGEBYLEX s - +",
                "ZCOUNT s 1 2",
                "ZLEXCOUNT s - +",
                "ZREMRANGEBYRANK s 0 1",
                "ZREMRANGEBYSCORE s 0 1",
                "ZREMRANGEBYLEX s - +",
                "ZRANGESTORE d s 0 -1",
                "ZPOPMIN s",
                "ZPOPMAX s 0",
                "ZMPOP 1 s MIN",
                "BZPOPMIN s 0",
                "BZMPOP 0 1 s MAX",
                "ZRANDMEMBER s",
                "ZRANDMEMBER s 1",
                "ZUNION 1 s",
                "ZINTER 2 none s",
                "ZDIFF 1 s",
                "ZINTERCARD 2 none s",
                "ZUNIONSTORE d 2 none s",
                "ZINTERSTORE d 1 s",
                "ZDIFFSTORE d 2 none s")) {
            redis.run(command).isError("WRONGTYPE Operation against a key holding the wrong kind of value");
        }
        redis.run("EXISTS d").is(0);
    }

    @RedisTest(
            since = "7.2",
            resp = {2, 3})
    void ranksWithScore(Client redis) {
        inEveryEncoding(redis, """
            ZADD z 1 a 2.5 b 3 c            -> 3
            ZRANK z b WITHSCORE             -> [1, '2.5'] || [1, ,2.5]
            ZREVRANK z a withscore          -> [2, '1'] || [2, ,1]
            ZRANK z x WITHSCORE             -> nil-array || nil
            ZRANK none x WITHSCORE          -> nil-array || nil
            ZRANK z a FOO                   -> -ERR syntax error
            ZRANK z a WITHSCORE x           -> -ERR wrong number of arguments for 'zrank' command
            """);
    }

    @RedisTest(resp = {2, 3})
    void rangesByRank(Client redis) {
        inEveryEncoding(redis, """
            ZADD z 1 a 2 b 3 c 4 d          -> 4
            ZRANGE z 0 1                    -> ['a', 'b']
            ZRANGE z -2 -1                  -> ['c', 'd']
            ZRANGE z -100 100               -> ['a', 'b', 'c', 'd']
            ZRANGE z 2 1                    -> []
            ZRANGE z 4 10                   -> []
            ZRANGE z 0 -100                 -> []
            ZRANGE z 9223372036854775807 -9223372036854775808 -> []
            ZRANGE z -9223372036854775808 9223372036854775807 -> ['a', 'b', 'c', 'd']
            ZRANGE z 0 1 REV                -> ['d', 'c']
            ZRANGE z 0 1 rev withscores     -> ['d', '4', 'c', '3'] || [['d', ,4], ['c', ,3]]
            ZREVRANGE z 0 0 WITHSCORES      -> ['d', '4'] || [['d', ,4]]
            ZREVRANGE z 1 -2                -> ['c', 'b']
            ZREVRANGE z 3 100               -> ['a']
            ZREVRANGE z 4 100               -> []
            ZRANGE none 0 -1                -> []
            ZRANGE none 0 -1 WITHSCORES     -> []
            ZRANGE z 0 1 LIMIT 0 -1         -> ['a', 'b']
            ZRANGE z x 1                    -> -ERR value is not an integer or out of range
            ZRANGE z 0 1 LIMIT 0 1          -> -ERR syntax error, LIMIT is only supported in combination with either BYSCORE or BYLEX
            ZRANGE z 0 1 BYSCORE BYLEX      -> -ERR syntax error
            ZRANGE z 0 1 REV REV            -> -ERR syntax error
            ZREVRANGE z 0 1 REV             -> -ERR syntax error
            ZREVRANGE z 0 1 BYSCORE         -> -ERR syntax error
            ZRANGE z 0 1 LIMIT 1            -> -ERR syntax error
            ZRANGE z 0 1 LIMIT a 1          -> -ERR value is not an integer or out of range
            ZRANGE z 0 1 FOO                -> -ERR syntax error
            """);
    }

    @RedisTest(resp = {2, 3})
    void rangesByScore(Client redis) {
        inEveryEncoding(redis, """
            ZADD z -inf a 1 b 2 c 3 d 4 e 5 f +inf g    -> 7
            ZRANGEBYSCORE z -inf 2                      -> ['a', 'b', 'c']
            ZRANGEBYSCORE z (-inf (2                    -> ['b']
            ZRANGEBYSCORE z 0 3 WITHSCORES              -> ['b', '1', 'c', '2', 'd', '3'] || [['b', ,1], ['c', ,2], ['d', ,3]]
            ZRANGEBYSCORE z 4 +inf                      -> ['e', 'f', 'g']
            ZRANGEBYSCORE z (4 (+inf                    -> ['f']
            ZREVRANGEBYSCORE z 2 -inf                   -> ['c', 'b', 'a']
            ZREVRANGEBYSCORE z inf 4                    -> ['g', 'f', 'e']
            ZRANGE z (1 3 BYSCORE                       -> ['c', 'd']
            ZRANGE z 3 (1 BYSCORE REV                   -> ['d', 'c']
            ZRANGE z 1 3 BYSCORE REV                    -> []
            ZRANGEBYSCORE z 2 1                         -> []
            ZRANGEBYSCORE z (2 2                        -> []
            ZRANGEBYSCORE z 2 (2                        -> []
            ZRANGEBYSCORE z 2.4 2.6                     -> []
            ZRANGEBYSCORE z -inf inf LIMIT 1 2          -> ['b', 'c']
            ZRANGEBYSCORE z -inf inf LIMIT 5 -1         -> ['f', 'g']
            ZRANGEBYSCORE z -inf inf LIMIT 5 -7         -> ['f', 'g']
            ZRANGEBYSCORE z -inf inf LIMIT 7 2          -> []
            ZRANGEBYSCORE z -inf inf LIMIT 0 0          -> []
            ZREVRANGEBYSCORE z inf -inf LIMIT 1 2 WITHSCORES -> ['f', '5', 'e', '4'] || [['f', ,5], ['e', ,4]]
            ZRANGE z 5 1 BYSCORE REV LIMIT 3 5          -> ['c', 'b']
            ZCOUNT z -inf inf                           -> 7
            ZCOUNT z (1 (4                              -> 2
            ZCOUNT z 4 1                                -> 0
            ZCOUNT z 0.5 2.5                            -> 2
            ZCOUNT none 0 1                             -> 0
            ZRANGEBYSCORE none 0 1                      -> []
            ZRANGEBYSCORE z x 1                         -> -ERR min or max is not a float
            ZRANGEBYSCORE z 1 nan                       -> -ERR min or max is not a float
            ZCOUNT z [1 2                               -> -ERR min or max is not a float
            ZRANGEBYSCORE z ((1 2                       -> -ERR min or max is not a float
            ZRANGEBYSCORE z 1e400 2                     -> []
            ZRANGEBYSCORE z (-1e400 1                   -> ['b']
            ZRANGEBYSCORE z "" 1                        -> ['b']
            ZRANGEBYSCORE z ( 1                         -> ['b']
            ZRANGEBYSCORE z 0 1 BYSCORE                 -> -ERR syntax error
            """);
    }

    @RedisTest(since = "8.0")
    void aNegativeOffsetDependsOnTheForm(Client redis) {
        encode(redis, "listpack");
        redis.replies("""
            ZADD z 1 a 2 b 3 c                          -> 3
            ZRANGEBYSCORE z -inf inf LIMIT -1 2         -> []
            ZRANGEBYLEX z - + LIMIT -1 2                -> []
            """);
        encode(redis, "skiplist");
        redis.replies("""
            ZADD z 1 a 2 b 3 c 4 d                      -> 4
            ZRANGEBYSCORE z -inf inf LIMIT -1 2         -> ['d']
            ZRANGEBYSCORE z -inf 3 LIMIT -2 5           -> ['b', 'c']
            ZREVRANGEBYSCORE z inf 2 LIMIT -2 5         -> ['c', 'b']
            ZRANGEBYSCORE z -inf inf LIMIT -5 2         -> []
            ZRANGEBYLEX z - + LIMIT -1 2                -> ['d']
            """);
    }

    @RedisTest(valkeyDiffers = "it reads no hexadecimal numbers")
    void hexadecimalScores(Client redis) {
        redis.replies("""
            ZADD z 0x10 a               -> 1
            ZADD z -0x1.8p3 b           -> 1
            ZRANGE z 0 -1 WITHSCORES    -> ['b', '-12', 'a', '16']
            """);
    }

    @RedisTest(resp = {2, 3})
    void rangesByMember(Client redis) {
        inEveryEncoding(redis, """
            ZADD z 0 a 0 b 0 bb 0 c 0 d 0 ""    -> 6
            ZRANGEBYLEX z - +                   -> ['', 'a', 'b', 'bb', 'c', 'd']
            ZRANGEBYLEX z [b (c                 -> ['b', 'bb']
            ZRANGEBYLEX z (b [c                 -> ['bb', 'c']
            ZRANGEBYLEX z [aa (bb               -> ['b']
            ZRANGEBYLEX z [b [b                 -> ['b']
            ZRANGEBYLEX z (b [b                 -> []
            ZRANGEBYLEX z [c [b                 -> []
            ZRANGEBYLEX z + -                   -> []
            ZRANGEBYLEX z + [c                  -> []
            ZRANGEBYLEX z [z +                  -> []
            ZRANGEBYLEX z ( [a                  -> ['a']
            ZRANGEBYLEX z [ [a                  -> ['', 'a']
            ZRANGEBYLEX z - + LIMIT 1 2         -> ['a', 'b']
            ZRANGEBYLEX z - [c LIMIT 3 -1       -> ['bb', 'c']
            ZREVRANGEBYLEX z + -                -> ['d', 'c', 'bb', 'b', 'a', '']
            ZREVRANGEBYLEX z (c [b              -> ['bb', 'b']
            ZREVRANGEBYLEX z + - LIMIT 1 2      -> ['c', 'bb']
            ZRANGE z [b [c BYLEX                -> ['b', 'bb', 'c']
            ZRANGE z [c [b BYLEX REV            -> ['c', 'bb', 'b']
            ZLEXCOUNT z - +                     -> 6
            ZLEXCOUNT z [b (d                   -> 3
            ZLEXCOUNT z + -                     -> 0
            ZLEXCOUNT none - +                  -> 0
            ZRANGEBYLEX z b c                   -> -ERR min or max not valid string range item
            ZRANGEBYLEX z -1 c                  -> -ERR min or max not valid string range item
            ZRANGEBYLEX z "" +                  -> -ERR min or max not valid string range item
            ZLEXCOUNT z ++ +                    -> -ERR min or max not valid string range item
            ZRANGEBYLEX z - + WITHSCORES        -> -ERR syntax error, WITHSCORES not supported in combination with BYLEX
            ZRANGE z - + BYLEX WITHSCORES       -> -ERR syntax error, WITHSCORES not supported in combination with BYLEX
            ZREMRANGEBYLEX z (a [bb             -> 2
            ZRANGEBYLEX z - +                   -> ['', 'a', 'c', 'd']
            ZREMRANGEBYLEX z + -                -> 0
            ZREMRANGEBYLEX z - +                -> 4
            EXISTS z                            -> 0
            """);
    }

    @RedisTest
    void removesRanges(Client redis) {
        inEveryEncoding(redis, """
            ZADD z 1 a 2 b 3 c 4 d 5 e 6 f 7 g  -> 7
            ZREMRANGEBYRANK z 5 3               -> 0
            ZREMRANGEBYRANK z 0 0               -> 1
            ZREMRANGEBYRANK z -1 -1             -> 1
            ZREMRANGEBYSCORE z (2 3             -> 1
            ZREMRANGEBYSCORE z 100 200          -> 0
            ZRANGE z 0 -1                       -> ['b', 'd', 'e', 'f']
            ZREMRANGEBYSCORE z -inf (5          -> 2
            ZRANGE z 0 -1 WITHSCORES            -> ['e', '5', 'f', '6']
            ZREMRANGEBYRANK z -100 100          -> 2
            EXISTS z                            -> 0
            ZREMRANGEBYRANK none 0 1            -> 0
            ZREMRANGEBYRANK z x 1               -> -ERR value is not an integer or out of range
            ZREMRANGEBYSCORE z x 1              -> -ERR min or max is not a float
            ZREMRANGEBYLEX z x 1                -> -ERR min or max not valid string range item
            """);
    }

    @RedisTest
    void storesRanges(Client redis) {
        inEveryEncoding(redis, """
            ZADD z 1 a 2 b 3 c 4 d              -> 4
            ZRANGESTORE d z 1 2                 -> 2
            ZRANGE d 0 -1 WITHSCORES            -> ['b', '2', 'c', '3']
            ZRANGESTORE d z (2 inf BYSCORE LIMIT 1 5 -> 1
            ZRANGE d 0 -1 WITHSCORES            -> ['d', '4']
            ZRANGESTORE d z 0 1 REV             -> 2
            ZRANGE d 0 -1                       -> ['c', 'd']
            ZRANGESTORE d z [b [c BYLEX         -> 2
            ZRANGESTORE z z 0 0                 -> 1
            ZRANGE z 0 -1                       -> ['a']
            SET s x                             -> +OK
            ZRANGESTORE s z 0 -1                -> 1
            TYPE s                              -> +zset
            ZRANGESTORE s z 5 6                 -> 0
            EXISTS s                            -> 0
            ZRANGESTORE d none 0 -1             -> 0
            EXISTS d                            -> 0
            ZRANGESTORE d z 0 -1 WITHSCORES     -> -ERR syntax error
            ZRANGESTORE d z 0 1 LIMIT 0 1       -> -ERR syntax error, LIMIT is only supported in combination with either BYSCORE or BYLEX
            """);
    }

    @RedisTest(resp = {2, 3})
    void pops(Client redis) {
        inEveryEncoding(redis, """
            ZADD z 1 a 2 b 3 c 4 d 5 e 6 f 7 g  -> 7
            ZPOPMIN z                           -> ['a', '1'] || ['a', ,1]
            ZPOPMAX z                           -> ['g', '7'] || ['g', ,7]
            ZPOPMIN z 2                         -> ['b', '2', 'c', '3'] || [['b', ,2], ['c', ,3]]
            ZPOPMAX z 1                         -> ['f', '6'] || [['f', ,6]]
            ZPOPMIN z 0                         -> []
            ZPOPMAX z 100                       -> ['e', '5', 'd', '4'] || [['e', ,5], ['d', ,4]]
            EXISTS z                            -> 0
            ZPOPMIN z                           -> []
            ZPOPMIN z 3                         -> []
            ZPOPMIN z x                         -> -ERR value is out of range, must be positive
            ZPOPMAX z -1                        -> -ERR value is out of range, must be positive
            ZPOPMIN z 1 2                       -> -ERR syntax error
            ZADD z 1 a 2 b 3 c                  -> 3
            ZMPOP 2 none z MIN                  -> ['z', [['a', '1']]] || ['z', [['a', ,1]]]
            ZMPOP 1 z MAX COUNT 5               -> ['z', [['c', '3'], ['b', '2']]] || ['z', [['c', ,3], ['b', ,2]]]
            EXISTS z                            -> 0
            ZMPOP 1 z MIN                       -> nil-array || nil
            ZMPOP 0 z MIN                       -> -ERR numkeys should be greater than 0
            ZMPOP x z MIN                       -> -ERR numkeys should be greater than 0
            ZMPOP 2 z MIN                       -> -ERR syntax error
            ZMPOP 1 z FOO                       -> -ERR syntax error
            ZMPOP 1 z MIN COUNT                 -> -ERR syntax error
            ZMPOP 1 z MIN COUNT 0               -> -ERR count should be greater than 0
            ZMPOP 1 z MIN COUNT 1 COUNT 1       -> -ERR syntax error
            """);
    }

    @RedisTest(resp = {2, 3})
    void combines(Client redis) {
        inEveryEncoding(redis, """
            ZADD x 1 a 2 b 3 c                  -> 3
            ZADD y 10 b 20 c 30 d               -> 3
            SADD s a c e                        -> 3
            ZUNION 2 x y                        -> ['a', 'b', 'c', 'd']
            ZUNION 2 x y WITHSCORES             -> ['a', '1', 'b', '12', 'c', '23', 'd', '30'] || [['a', ,1], ['b', ,12], ['c', ,23], ['d', ,30]]
            ZUNION 2 x y WEIGHTS 10 -1 WITHSCORES -> ['d', '-30', 'a', '10', 'b', '10', 'c', '10'] || [['d', ,-30], ['a', ,10], ['b', ,10], ['c', ,10]]
            ZUNION 2 x y AGGREGATE MIN WITHSCORES -> ['a', '1', 'b', '2', 'c', '3', 'd', '30'] || [['a', ,1], ['b', ,2], ['c', ,3], ['d', ,30]]
            ZUNION 2 x y WITHSCORES AGGREGATE MAX -> ['a', '1', 'b', '10', 'c', '20', 'd', '30'] || [['a', ,1], ['b', ,10], ['c', ,20], ['d', ,30]]
            ZUNION 3 x s none WITHSCORES        -> ['e', '1', 'a', '2', 'b', '2', 'c', '4'] || [['e', ,1], ['a', ,2], ['b', ,2], ['c', ,4]]
            ZINTER 2 x y WITHSCORES             -> ['b', '12', 'c', '23'] || [['b', ,12], ['c', ,23]]
            ZINTER 3 x y s WEIGHTS 1 2 3 WITHSCORES -> ['c', '46'] || [['c', ,46]]
            ZINTER 2 x none                     -> []
            ZINTER 2 x x WITHSCORES             -> ['a', '2', 'b', '4', 'c', '6'] || [['a', ,2], ['b', ,4], ['c', ,6]]
            ZINTERCARD 2 x y                    -> 2
            ZINTERCARD 2 x y LIMIT 1            -> 1
            ZINTERCARD 2 x y LIMIT 0            -> 2
            ZINTERCARD 2 x none                 -> 0
            ZDIFF 2 x y                         -> ['a']
            ZDIFF 2 x s WITHSCORES              -> ['b', '2'] || [['b', ,2]]
            ZDIFF 2 s x WITHSCORES              -> ['e', '1'] || [['e', ,1]]
            ZDIFF 2 x x                         -> []
            ZDIFF 2 none x                      -> []
            ZDIFF 1 x                           -> ['a', 'b', 'c']
            ZUNIONSTORE d 2 x y WEIGHTS 1 1     -> 4
            ZRANGE d 0 -1 WITHSCORES            -> ['a', '1', 'b', '12', 'c', '23', 'd', '30'] || [['a', ,1], ['b', ,12], ['c', ,23], ['d', ,30]]
            ZINTERSTORE x 2 x y                 -> 2
            ZRANGE x 0 -1                       -> ['b', 'c']
            ZDIFFSTORE d 2 y x                  -> 1
            ZDIFFSTORE d 2 y y                  -> 0
            EXISTS d                            -> 0
            ZUNIONSTORE s 1 none                -> 0
            EXISTS s                            -> 0
            """);
    }

    @RedisTest
    void infinitiesThatCancelAreZero(Client redis) {
        inEveryEncoding(redis, """
            ZADD x inf a                                -> 1
            ZADD y -inf a                               -> 1
            ZUNION 2 x y WITHSCORES                     -> ['a', '0']
            ZINTER 2 x y WITHSCORES                     -> ['a', '0']
            ZUNION 1 x WEIGHTS 0 WITHSCORES             -> ['a', '0']
            ZINTER 1 x WEIGHTS 0 WITHSCORES             -> ['a', '0']
            ZUNION 2 x y AGGREGATE MIN WITHSCORES       -> ['a', '-inf']
            ZUNION 2 x y WEIGHTS 1 -1 WITHSCORES        -> ['a', 'inf']
            """);
    }

    @RedisTest
    void errorsOfCombining(Client redis) {
        redis.run("ZADD z 1 a").is(1);
        redis.replies("""
            ZUNION 0 z                          -> -ERR at least 1 input key is needed for 'zunion' command
            ZUNION -1 z                         -> -ERR at least 1 input key is needed for 'zunion' command
            ZINTERCARD 0 z                      -> -ERR at least 1 input key is needed for 'zintercard' command
            ZUNIONSTORE d 0 z                   -> -ERR at least 1 input key is needed for 'zunionstore' command
            ZUNION x z                          -> -ERR value is not an integer or out of range
            ZUNION 2 z                          -> -ERR syntax error
            ZUNION 1 z WEIGHTS                  -> -ERR syntax error
            ZUNION 1 z WEIGHTS x                -> -ERR weight value is not a float
            ZUNION 1 z WEIGHTS nan              -> -ERR weight value is not a float
            ZUNION 2 z z WEIGHTS 1              -> -ERR syntax error
            ZUNION 1 z AGGREGATE                -> -ERR syntax error
            ZUNION 1 z AGGREGATE FOO            -> -ERR syntax error
            ZUNION 1 z FOO                      -> -ERR syntax error
            ZUNIONSTORE d 1 z WITHSCORES        -> -ERR syntax error
            ZDIFF 1 z WEIGHTS 1                 -> -ERR syntax error
            ZDIFF 1 z AGGREGATE MIN             -> -ERR syntax error
            ZDIFFSTORE d 1 z WITHSCORES         -> -ERR syntax error
            ZINTERCARD 1 z WITHSCORES           -> -ERR syntax error
            ZINTERCARD 1 z LIMIT                -> -ERR syntax error
            ZINTERCARD 1 z LIMIT -1             -> -ERR LIMIT can't be negative
            ZINTERCARD 1 z LIMIT x              -> -ERR LIMIT can't be negative
            """);
    }

    @RedisTest(
            since = "8.8",
            resp = {2, 3})
    void countsInputs(Client redis) {
        redis.replies("""
            ZADD x 1 a 2 b                      -> 2
            ZADD y 10 b 20 c                    -> 2
            ZUNION 2 x y AGGREGATE COUNT WITHSCORES -> ['a', '1', 'c', '1', 'b', '2'] || [['a', ,1], ['c', ,1], ['b', ,2]]
            ZINTERSTORE d 2 x y WEIGHTS 2 3 AGGREGATE COUNT -> 1
            ZSCORE d b                          -> '5' || ,5
            """);
    }

    @RedisTest
    void choosesByChance(Client redis) {
        for (String encoding : ENCODINGS) {
            encode(redis, encoding);
            Set<String> all = new HashSet<>();
            for (int i = 0; i < 50; i++) {
                redis.run("ZADD z " + i + " m" + i);
                all.add("m" + i);
            }
            assertThat(all).contains(redis.run("ZRANDMEMBER z").text());
            List<String> some = texts(redis.run("ZRANDMEMBER z 20").list());
            assertThat(some).hasSize(20).doesNotHaveDuplicates().isSubsetOf(all);
            assertThat(texts(redis.run("ZRANDMEMBER z 100").list())).containsExactlyInAnyOrderElementsOf(all);
            assertThat(texts(redis.run("ZRANDMEMBER z -100").list()))
                    .hasSize(100)
                    .isSubsetOf(all);
            List<Resp> pairs = redis.run("ZRANDMEMBER z -30 WITHSCORES").list();
            assertThat(pairs).hasSize(60);
            for (int i = 0; i < pairs.size(); i += 2) {
                assertThat(pairs.get(i).text()).isEqualTo("m" + pairs.get(i + 1).text());
            }
        }
        redis.replies("""
            ZRANDMEMBER none                    -> nil
            ZRANDMEMBER none 5                  -> []
            ZRANDMEMBER z 0                     -> []
            ZRANDMEMBER z x                     -> -ERR value is not an integer or out of range
            ZRANDMEMBER z 1 FOO                 -> -ERR syntax error
            ZRANDMEMBER z 1 WITHSCORES x        -> -ERR syntax error
            ZRANDMEMBER z -9223372036854775808  -> -ERR value is out of range, value must between -9223372036854775807 and 9223372036854775807
            ZRANDMEMBER z 9223372036854775807 WITHSCORES -> -ERR value is out of range
            """);
    }

    private static List<String> texts(List<Resp> replies) {
        return replies.stream().map(Resp::text).toList();
    }

    @RedisTest(resp = 3)
    void pairsByChance(Client redis) {
        redis.replies("""
            ZADD z 2 a                          -> 1
            ZRANDMEMBER z 1 WITHSCORES          -> [['a', ,2]]
            ZRANDMEMBER z -2 WITHSCORES         -> [['a', ,2], ['a', ,2]]
            """);
    }

    @RedisTest(resp = {2, 3})
    void scans(Client redis) {
        inEveryEncoding(redis, """
            ZADD z 1 aa 2.5 ab 3 b              -> 3
            ZSCAN z 0                           -> /\\['0', \\[.*\\]\\]/
            ZSCAN z 0 MATCH b                   -> ['0', ['b', '3']]
            ZSCAN z 0 MATCH ab COUNT 1000       -> ['0', ['ab', '2.5']]
            ZSCAN none 0                        -> ['0', []]
            ZSCAN none 0 COUNT 0                -> ['0', []]
            ZSCAN z 0 COUNT 0                   -> -ERR syntax error
            ZSCAN z 0 COUNT x                   -> -ERR value is not an integer or out of range
            ZSCAN z x                           -> -ERR invalid cursor
            ZSCAN z 0 FOO                       -> -ERR syntax error
            """);
        encode(redis, "skiplist");
        Set<String> expected = new HashSet<>();
        for (int i = 0; i < 3000; i++) {
            redis.run("ZADD big " + i + " m" + i);
            expected.add("m" + i);
        }
        List<String> seen = new ArrayList<>();
        String cursor = "0";
        do {
            List<Resp> reply = redis.run("ZSCAN big " + cursor + " COUNT 100").list();
            cursor = reply.get(0).text();
            List<Resp> items = reply.get(1).list();
            for (int i = 0; i < items.size(); i += 2) {
                assertThat(items.get(i).text()).isEqualTo("m" + items.get(i + 1).text());
                seen.add(items.get(i).text());
            }
        } while (!cursor.equals("0"));
        assertThat(new HashSet<>(seen)).isEqualTo(expected);
    }

    @RedisTest(since = "7.2")
    void encodings(Client redis) {
        redis.run("CONFIG SET zset-max-listpack-entries 4").isOk();
        redis.run("CONFIG SET zset-max-listpack-value 8").isOk();
        redis.replies("""
            ZADD z 1 a 2 b 3 c 4 d              -> 4
            OBJECT ENCODING z                   -> 'listpack'
            ZADD z 5 a                          -> 0
            OBJECT ENCODING z                   -> 'listpack'
            ZADD z 5 e                          -> 1
            OBJECT ENCODING z                   -> 'skiplist'
            ZREM z a b c d                      -> 4
            OBJECT ENCODING z                   -> 'skiplist'
            ZADD long 1 a                       -> 1
            ZADD long 1 123456789               -> 1
            OBJECT ENCODING long                -> 'skiplist'
            ZADD first 1 123456789              -> 1
            OBJECT ENCODING first               -> 'skiplist'
            ZADD same 1 a 1 a 1 a 1 a 1 a       -> 1
            OBJECT ENCODING same                -> 'skiplist'
            ZADD few 1 a 2 b                    -> 2
            ZADD few XX 1 a 1 b 1 c 1 d 1 e     -> 0
            OBJECT ENCODING few                 -> 'skiplist'
            ZUNIONSTORE u 1 z                   -> 1
            OBJECT ENCODING u                   -> 'listpack'
            ZUNIONSTORE u 2 z few               -> 3
            OBJECT ENCODING u                   -> 'listpack'
            ZUNIONSTORE u 2 z long              -> 3
            OBJECT ENCODING u                   -> 'skiplist'
            ZRANGESTORE u z 0 -1                -> 1
            OBJECT ENCODING u                   -> 'listpack'
            """);
    }

    /** The same random changes to a small and to a large one leave the same elements. */
    @RedisTest
    void bothFormsAgree(Client redis) {
        Random random = new Random(5);
        redis.run("CONFIG SET zset-max-listpack-entries 0").isOk();
        redis.run("ZADD large 0 first").is(1);
        redis.run("CONFIG SET zset-max-listpack-entries 1000").isOk();
        redis.run("ZADD small 0 first").is(1);
        for (int i = 0; i < 1500; i++) {
            String rest = switch (random.nextInt(8)) {
                case 0, 1, 2, 3 -> "ZADD %s " + (random.nextInt(40) - 20) / 2.0 + " m" + random.nextInt(150);
                case 4 -> "ZINCRBY %s " + random.nextInt(10) + " m" + random.nextInt(150);
                case 5 -> "ZREM %s m" + random.nextInt(150);
                case 6 -> {
                    int rank = 1 + random.nextInt(50);
                    yield "ZREMRANGEBYRANK %s " + rank + " " + (rank + random.nextInt(5));
                }
                default -> "ZCOUNT %s " + (random.nextInt(40) - 20) + " (" + (random.nextInt(40) - 20);
            };
            String small = redis.run(String.format(rest, "small")).reply().toString();
            assertThat(redis.run(String.format(rest, "large")).reply().toString())
                    .as(rest)
                    .isEqualTo(small);
        }
        redis.run("OBJECT ENCODING small").is("'listpack'");
        redis.run("OBJECT ENCODING large").is("'skiplist'");
        assertThat(redis.run("ZRANGE large 0 -1 WITHSCORES").reply().toString())
                .isEqualTo(redis.run("ZRANGE small 0 -1 WITHSCORES").reply().toString());
    }
}
