package dev.cinnabar.compat;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cinnabar.compat.harness.Client;
import dev.cinnabar.compat.harness.RedisTest;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/** SORT and SORT_RO: orders, patterns, limits, and what is stored. */
class SortTest {

    private static void fill(Client redis) {
        redis.run("RPUSH l 3 1 2 10").is(4);
        redis.run("RPUSH m b a c").is(3);
        redis.run("SADD s 5 3 1").is(3);
        redis.run("ZADD z 3 a 2 b 1 c 0 x").is(4);
        redis.run("MSET w_1 5 w_2 4 w_3 1 w_10 0").isOk();
        redis.run("SET text abc").isOk();
    }

    @RedisTest(resp = {2, 3})
    void sorts(Client redis) {
        fill(redis);
        redis.replies("""
            SORT l                      -> ['1', '2', '3', '10']
            SORT l ASC                  -> ['1', '2', '3', '10']
            SORT l DESC                 -> ['10', '3', '2', '1']
            SORT l ASC DESC             -> ['10', '3', '2', '1']
            SORT l ALPHA                -> ['1', '10', '2', '3']
            SORT l ALPHA DESC           -> ['3', '2', '10', '1']
            SORT m ALPHA                -> ['a', 'b', 'c']
            SORT s                      -> ['1', '3', '5']
            SORT z ALPHA DESC           -> ['x', 'c', 'b', 'a']
            SORT none                   -> []
            SORT_RO l DESC              -> ['10', '3', '2', '1']
            LRANGE l 0 -1               -> ['3', '1', '2', '10']
            RPUSH f 1.5 -inf inf 3e2 +5 -2.5 .5 123456789012345678901234567890 -> 8
            SORT f -> ['-inf', '-2.5', '.5', '1.5', '+5', '3e2', '123456789012345678901234567890', 'inf']
            """);
    }

    @RedisTest(valkeyDiffers = "nothing is no number")
    void nothingIsZero(Client redis) {
        redis.replies("""
            RPUSH l 1 "" -1             -> 3
            SORT l                      -> ['-1', '', '1']
            RPUSH m "2\\x00x" "\\x001" 1 -> 3
            SORT m                      -> ['\\x001', '1', '2\\x00x']
            """);
    }

    @RedisTest(since = "8.0", valkeyDiffers = "what a double cannot hold is an error")
    void numbersAreRounded(Client redis) {
        redis.replies("""
            RPUSH l 1e400 -1e400 1e-400 -> 3
            SORT l                      -> ['-1e400', '1e-400', '1e400']
            RPUSH h 0x10                -> 1
            SORT h                      -> -ERR One or more scores can't be converted into double
            RPUSH b " 3"                -> 1
            SORT b                      -> -ERR One or more scores can't be converted into double
            """);
    }

    @RedisTest(resp = {2, 3})
    void errors(Client redis) {
        fill(redis);
        redis.replies("""
            SORT                        -> -ERR wrong number of arguments for 'sort' command
            SORT_RO                     -> -ERR wrong number of arguments for 'sort_ro' command
            SORT l FOO                  -> -ERR syntax error
            SORT l BY                   -> -ERR syntax error
            SORT l GET                  -> -ERR syntax error
            SORT l STORE                -> -ERR syntax error
            SORT l LIMIT 1              -> -ERR syntax error
            SORT l LIMIT x 1            -> -ERR value is not an integer or out of range
            SORT l LIMIT 1 x            -> -ERR value is not an integer or out of range
            SORT l LIMIT x 1 FOO        -> -ERR value is not an integer or out of range
            SORT none FOO               -> -ERR syntax error
            SORT text FOO               -> -ERR syntax error
            SORT text                   -> -WRONGTYPE Operation against a key holding the wrong kind of value
            SORT_RO text                -> -WRONGTYPE Operation against a key holding the wrong kind of value
            SORT_RO l STORE d           -> -ERR syntax error
            SORT m                      -> -ERR One or more scores can't be converted into double
            SORT m STORE text           -> -ERR One or more scores can't be converted into double
            GET text                    -> 'abc'
            SET w_2 x                   -> +OK
            SORT l BY w_*               -> -ERR One or more scores can't be converted into double
            RPUSH n nan 1               -> 2
            SORT n                      -> -ERR One or more scores can't be converted into double
            RPUSH o "1 "                -> 1
            SORT o                      -> -ERR One or more scores can't be converted into double
            """);
    }

    @RedisTest(resp = {2, 3})
    void limits(Client redis) {
        fill(redis);
        redis.replies("""
            SORT l LIMIT 0 2            -> ['1', '2']
            SORT l LIMIT 1 2            -> ['2', '3']
            SORT l LIMIT -1 2           -> ['1', '2']
            SORT l LIMIT 1 -1           -> ['2', '3', '10']
            SORT l LIMIT 2 -5           -> ['3', '10']
            SORT l LIMIT 3 0            -> []
            SORT l LIMIT 5 5            -> []
            SORT l LIMIT 3 5            -> ['10']
            SORT l LIMIT 0 99999999999  -> ['1', '2', '3', '10']
            SORT l LIMIT 0 9223372036854775807 -> ['1', '2', '3', '10']
            SORT l LIMIT 0 1 LIMIT 1 2  -> ['2', '3']
            SORT l LIMIT 1 2 DESC       -> ['3', '2']
            """);
    }

    @RedisTest(resp = {2, 3})
    void patterns(Client redis) {
        fill(redis);
        redis.replies("""
            SORT l BY w_*               -> ['10', '3', '2', '1']
            SORT l BY w_* DESC          -> ['1', '2', '3', '10']
            SORT l BY w_* LIMIT 1 2     -> ['3', '2']
            SORT l BY w_* GET w_* GET # GET none_* -> ['0', '10', nil, '1', '3', nil, '4', '2', nil, '5', '1', nil]
            SORT l GET # GET # LIMIT 0 1 -> ['1', '1']
            SORT l GET text             -> [nil, nil, nil, nil]
            SORT l BY none_*            -> ['1', '10', '2', '3']
            SORT l BY none_* DESC       -> ['3', '2', '10', '1']
            SORT l BY text*             -> ['1', '10', '2', '3']
            SORT l BY l*                -> ['1', '10', '2', '3']
            SORT l BY w_* ALPHA         -> ['10', '3', '2', '1']
            SORT m ALPHA GET w_* GET #  -> [nil, 'a', nil, 'b', nil, 'c']
            SORT_RO l BY w_* GET w_*    -> ['0', '1', '4', '5']
            SET x->y_1 arrow            -> +OK
            SORT l GET x->y_* LIMIT 0 1 -> ['arrow']
            SET w_1* star               -> +OK
            SORT l GET w_** LIMIT 0 1   -> ['star']
            SET w_3-> open              -> +OK
            SORT l GET w_*-> LIMIT 2 1  -> ['open']
            RPUSH same 1 2 1 2          -> 4
            MSET w_1 1 w_2 1            -> +OK
            SORT same BY w_*            -> ['1', '1', '2', '2']
            SORT same BY w_* DESC       -> ['2', '2', '1', '1']
            """);
    }

    @RedisTest
    void fieldsOfHashes(Client redis) {
        fill(redis);
        redis.run("HSET h_1 f 9 g x").is(2);
        redis.run("HSET h_2 f 8").is(1);
        redis.run("HSET h_3 f 7").is(1);
        redis.replies("""
            SORT l BY h_*->f                -> ['10', '3', '2', '1']
            SORT l BY h_*->f GET h_*->f GET h_*->g -> [nil, nil, '7', nil, '8', nil, '9', 'x']
            SORT l BY h_*->                 -> ['1', '10', '2', '3']
            SORT l BY h_*                   -> ['1', '10', '2', '3']
            SORT l BY w_*->f                -> ['1', '10', '2', '3']
            SORT l GET w_*->f               -> [nil, nil, nil, nil]
            SORT l BY h_*->g                -> -ERR One or more scores can't be converted into double
            SORT l BY h_*->f DESC STORE d   -> 4
            LRANGE d 0 -1                   -> ['1', '2', '3', '10']
            """);
    }

    @RedisTest
    void nothingToSortBy(Client redis) {
        fill(redis);
        redis.replies("""
            SORT m BY nosort            -> ['b', 'a', 'c']
            SORT m BY nosort DESC       -> ['c', 'a', 'b']
            SORT m BY nosort LIMIT 1 1  -> ['a']
            SORT l BY nosort DESC LIMIT 1 2 -> ['2', '1']
            SORT l BY nosort GET w_*    -> ['1', '5', '4', '0']
            SORT l BY nosort BY w_*     -> ['3', '1', '2', '10']
            SORT z BY nosort            -> ['x', 'c', 'b', 'a']
            SORT z BY nosort DESC       -> ['a', 'b', 'c', 'x']
            SORT z BY nosort LIMIT 1 2  -> ['c', 'b']
            SORT z BY nosort DESC LIMIT 1 2 -> ['b', 'c']
            SORT z BY nosort DESC LIMIT -1 2 -> ['a', 'b']
            SORT z BY nosort LIMIT 3 10 -> ['a']
            SORT z BY nosort LIMIT 9 1  -> []
            SORT s BY nosort            -> ['1', '3', '5']
            SADD t c a b 4              -> 4
            SORT t BY nosort STORE d    -> 4
            LRANGE d 0 -1               -> ['4', 'a', 'b', 'c']
            SORT t BY nosort DESC STORE d -> 4
            LRANGE d 0 -1               -> ['c', 'b', 'a', '4']
            """);
    }

    @RedisTest
    void stores(Client redis) {
        fill(redis);
        redis.replies("""
            SORT l STORE d              -> 4
            LRANGE d 0 -1               -> ['1', '2', '3', '10']
            TYPE d                      -> +list
            SORT l BY w_* STORE d       -> 4
            LRANGE d 0 -1               -> ['10', '3', '2', '1']
            SORT l GET none_* GET # STORE d LIMIT 0 2 -> 4
            LRANGE d 0 -1               -> ['', '1', '', '2']
            SORT l STORE text DESC      -> 4
            LRANGE text 0 -1            -> ['10', '3', '2', '1']
            SORT l STORE l              -> 4
            LRANGE l 0 -1               -> ['1', '2', '3', '10']
            SORT l STORE e STORE f      -> 4
            EXISTS e f                  -> 1
            EXPIRE f 100                -> 1
            SORT l STORE f              -> 4
            TTL f                       -> -1
            SORT none STORE f           -> 0
            EXISTS f                    -> 0
            SORT l LIMIT 9 1 STORE d    -> 0
            EXISTS d                    -> 0
            COMMAND GETKEYS SORT l BY w_* STORE dd          -> ['l', 'dd']
            COMMAND GETKEYS SORT l STORE dd STORE ee        -> ['l', 'ee']
            COMMAND GETKEYS SORT store STORE store          -> ['store', 'store']
            COMMAND GETKEYS SORT l BY store STORE d         -> ['l', 'd']
            COMMAND GETKEYS SORT l LIMIT 0 STORE d          -> ['l']
            COMMAND GETKEYS SORT_RO l BY STORE              -> ['l']
            MULTI                       -> +OK
            SORT l BY w_* GET w_*       -> +QUEUED
            SORT l DESC STORE d         -> +QUEUED
            EXEC                        -> [['0', '1', '4', '5'], 4]
            """);
    }

    @RedisTest(since = "7.2")
    void aStoredListHasTheEncodingOfItsLength(Client redis) {
        List<String> commands = new ArrayList<>();
        for (int i = 0; i < 5000; i++) {
            commands.add("RPUSH big " + i);
        }
        redis.pipeline(commands);
        redis.run("SORT big STORE d").is(5000);
        redis.run("OBJECT ENCODING d").isBulk("quicklist");
        redis.run("SORT big LIMIT 0 10 STORE d").is(10);
        redis.run("OBJECT ENCODING d").isBulk("listpack");
    }

    @RedisTest
    void manyElements(Client redis) {
        Random random = new Random(3);
        List<Integer> numbers = new ArrayList<>();
        List<String> commands = new ArrayList<>();
        for (int i = 0; i < 3000; i++) {
            int n = random.nextInt(10_000);
            numbers.add(n);
            commands.add("RPUSH l " + n);
            commands.add("SET weight:" + n + " -" + n);
        }
        redis.pipeline(commands);
        Collections.sort(numbers);
        List<String> expected = numbers.stream().map(n -> "" + n).toList();
        assertThat(redis.run("SORT l").texts()).isEqualTo(expected);
        assertThat(redis.run("SORT l BY weight:*").texts()).isEqualTo(expected.reversed());
        assertThat(redis.run("SORT l BY weight:* DESC LIMIT 100 50").texts()).isEqualTo(expected.subList(100, 150));
        assertThat(redis.run("SORT l ALPHA").texts())
                .isEqualTo(expected.stream().sorted().toList());
    }
}
