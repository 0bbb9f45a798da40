package dev.cinnabar.compat;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cinnabar.compat.harness.Client;
import dev.cinnabar.compat.harness.RedisTest;
import dev.cinnabar.compat.harness.Resp;
import dev.cinnabar.compat.harness.Server;
import java.util.List;

/** Streams: entries, IDs, ranges, cutting; errors and the order in which they are found. */
class StreamCommandsTest {

    @RedisTest(
            since = "7.0",
            resp = {2, 3})
    void addsAndReads(Client redis) {
        redis.replies("""
            XADD s 1-1 a 1 b 2 -> '1-1'
            XADD s 1-* a 1 b 2 -> '1-2'
            XADD s 5 a 1 c 2 -> '5-0'
            XADD s 5-* a 1 c 2 -> '5-1'
            XADD s 5-* a 1 b xxx -> '5-2'
            XADD s 5-2 a 1 -> -ERR The ID specified in XADD is equal or smaller than the target stream top item
            XADD s 0-0 a 1 -> -ERR The ID specified in XADD must be greater than 0-0
            XADD s 7 a -> -ERR wrong number of arguments for 'xadd' command
            XADD s nomkstream 9 a 1 -> '9-0'
            XADD t nomkstream 9 a 1 -> nil
            XLEN s -> 6
            XRANGE s - + -> [['1-1', ['a', '1', 'b', '2']], ['1-2', ['a', '1', 'b', '2']], ['5-0', ['a', '1', 'c', '2']], ['5-1', ['a', '1', 'c', '2']], ['5-2', ['a', '1', 'b', 'xxx']], ['9-0', ['a', '1']]]
            XRANGE s (1-1 5-0 -> [['1-2', ['a', '1', 'b', '2']], ['5-0', ['a', '1', 'c', '2']]]
            XRANGE s - + count 2 -> [['1-1', ['a', '1', 'b', '2']], ['1-2', ['a', '1', 'b', '2']]]
            XRANGE s - + count 0 -> nil-array || nil
            XRANGE s - + count -3 -> nil-array || nil
            XREVRANGE s + - -> [['9-0', ['a', '1']], ['5-2', ['a', '1', 'b', 'xxx']], ['5-1', ['a', '1', 'c', '2']], ['5-0', ['a', '1', 'c', '2']], ['1-2', ['a', '1', 'b', '2']], ['1-1', ['a', '1', 'b', '2']]]
            XREVRANGE s + - count 2 -> [['9-0', ['a', '1']], ['5-2', ['a', '1', 'b', 'xxx']]]
            XREVRANGE s (5-1 (1-1 -> [['5-0', ['a', '1', 'c', '2']], ['1-2', ['a', '1', 'b', '2']]]
            XREAD streams s 0 -> [['s', [['1-1', ['a', '1', 'b', '2']], ['1-2', ['a', '1', 'b', '2']], ['5-0', ['a', '1', 'c', '2']], ['5-1', ['a', '1', 'c', '2']], ['5-2', ['a', '1', 'b', 'xxx']], ['9-0', ['a', '1']]]]] || {'s': [['1-1', ['a', '1', 'b', '2']], ['1-2', ['a', '1', 'b', '2']], ['5-0', ['a', '1', 'c', '2']], ['5-1', ['a', '1', 'c', '2']], ['5-2', ['a', '1', 'b', 'xxx']], ['9-0', ['a', '1']]]}
            XREAD count 2 streams s t 1-1 0 -> [['s', [['1-2', ['a', '1', 'b', '2']], ['5-0', ['a', '1', 'c', '2']]]]] || {'s': [['1-2', ['a', '1', 'b', '2']], ['5-0', ['a', '1', 'c', '2']]]}
            XREAD streams s $ -> nil-array || nil
            XREAD streams s > -> -ERR The > ID can be specified only when calling XREADGROUP using the GROUP <group> <consumer> option.
            """);
    }

    @RedisTest(
            since = "8.0",
            resp = {2, 3})
    void readsTheLastEntry(Client redis) {
        redis.replies("""
            XADD s 1-0 a 1 -> '1-0'
            XADD s 2-0 a 2 -> '2-0'
            XREAD STREAMS s + -> [['s', [['2-0', ['a', '2']]]]] || {'s': [['2-0', ['a', '2']]]}
            XREAD COUNT 5 STREAMS s none + + -> [['s', [['2-0', ['a', '2']]]]] || {'s': [['2-0', ['a', '2']]]}
            XDEL s 2-0 -> 1
            XREAD STREAMS s + -> [['s', [['1-0', ['a', '1']]]]] || {'s': [['1-0', ['a', '1']]]}
            XDEL s 1-0 -> 1
            XREAD STREAMS s + -> nil-array || nil
            XREAD STREAMS s 0 + -> -ERR Unbalanced 'xread' list of streams: for each stream key an ID, '+', or '$' must be specified.
            """);
    }

    @RedisTest(
            since = "7.0",
            resp = {2, 3})
    void deletesAndCuts(Client redis) {
        redis.replies("""
            XADD s 1-1 a 1 b 2 -> '1-1'
            XADD s 1-* a 1 b 2 -> '1-2'
            XADD s 5 a 1 c 2 -> '5-0'
            XADD s 5-* a 1 c 2 -> '5-1'
            XADD s 5-* a 1 b xxx -> '5-2'
            XADD s 5-2 a 1 -> -ERR The ID specified in XADD is equal or smaller than the target stream top item
            XADD s 0-0 a 1 -> -ERR The ID specified in XADD must be greater than 0-0
            XADD s 7 a -> -ERR wrong number of arguments for 'xadd' command
            XADD s nomkstream 9 a 1 -> '9-0'
            XADD t nomkstream 9 a 1 -> nil
            XDEL s 1-1 5-1 7-7 -> 2
            XRANGE s - + -> [['1-2', ['a', '1', 'b', '2']], ['5-0', ['a', '1', 'c', '2']], ['5-2', ['a', '1', 'b', 'xxx']], ['9-0', ['a', '1']]]
            XTRIM s maxlen 2 -> 2
            XTRIM s maxlen ~ 1 limit 1 -> 0
            XTRIM s minid 5-2 -> 0
            XRANGE s - + -> [['5-2', ['a', '1', 'b', 'xxx']], ['9-0', ['a', '1']]]
            XTRIM s maxlen 1 minid 3 -> -ERR syntax error, MAXLEN and MINID options at the same time are not compatible
            XTRIM s maxlen = 1 limit 3 -> -ERR syntax error, LIMIT cannot be used without the special ~ option
            XTRIM s limit 3 -> -ERR syntax error, LIMIT cannot be used without specifying a trimming strategy
            XTRIM s foo -> -ERR wrong number of arguments for 'xtrim' command
            XADD s maxlen 2 * a -> -ERR wrong number of arguments for 'xadd' command
            XADD s limit 1 5-5 a 1 -> -ERR syntax error, LIMIT cannot be used without specifying a trimming strategy
            """);
    }

    @RedisTest(
            since = "8.0",
            resp = {2, 3})
    void setsIdsAndReachesTheLast(Client redis) {
        redis.replies("""
            XADD s 1-1 a 1 b 2 -> '1-1'
            XADD s 1-* a 1 b 2 -> '1-2'
            XADD s 5 a 1 c 2 -> '5-0'
            XADD s 5-* a 1 c 2 -> '5-1'
            XADD s 5-* a 1 b xxx -> '5-2'
            XADD s 5-2 a 1 -> -ERR The ID specified in XADD is equal or smaller than the target stream top item
            XADD s 0-0 a 1 -> -ERR The ID specified in XADD must be greater than 0-0
            XADD s 7 a -> -ERR wrong number of arguments for 'xadd' command
            XADD s nomkstream 9 a 1 -> '9-0'
            XADD t nomkstream 9 a 1 -> nil
            XDEL s 1-1 5-1 -> 2
            XSETID s 100-5 -> +OK
            XADD s 100-* x y -> '100-6'
            XSETID s 3 -> -ERR The ID specified in XSETID is smaller than current max_deleted_entry_id
            XSETID s 200 entriesadded 1 maxdeletedid 300 -> -ERR The ID specified in XSETID is smaller than the provided max_deleted_entry_id
            XSETID s 200 entriesadded 100 maxdeletedid 150 -> +OK
            XSETID s 120 -> -ERR The ID specified in XSETID is smaller than current max_deleted_entry_id
            XSETID nos 120 -> -ERR no such key
            XADD s 18446744073709551615-18446744073709551615 a b -> '18446744073709551615-18446744073709551615'
            XADD s * a b -> -ERR The stream has exhausted the last possible ID, unable to add more items
            XREAD streams s 18446744073709551615-18446744073709551615 -> nil-array || nil
            XRANGE s 18446744073709551615 + -> [['18446744073709551615-18446744073709551615', ['a', 'b']]]
            XRANGE s (18446744073709551615-18446744073709551615 + -> -ERR invalid start ID for the interval
            XRANGE s - (0-0 -> -ERR invalid end ID for the interval
            XRANGE s - (- -> -ERR Invalid stream ID specified as stream command argument
            XRANGE s 1-a + -> -ERR Invalid stream ID specified as stream command argument
            XRANGE s +5 + -> [['5-0', ['a', '1', 'c', '2']], ['5-2', ['a', '1', 'b', 'xxx']], ['9-0', ['a', '1']], ['100-6', ['x', 'y']], ['18446744073709551615-18446744073709551615', ['a', 'b']]]
            XRANGE s 007-1 1--5 -> -ERR Invalid stream ID specified as stream command argument
            """);
    }

    @RedisTest(
            since = "8.0",
            resp = {2, 3})
    void errors(Client redis) {
        redis.replies("""
            SET str x -> +OK
            XADD s 5-5 a 1 -> '5-5'
            XADD str * a b -> -WRONGTYPE Operation against a key holding the wrong kind of value
            XREAD streams str 0 -> -WRONGTYPE Operation against a key holding the wrong kind of value
            XREAD count a streams s 0 -> -ERR value is not an integer or out of range
            XREAD block -1 streams s 0 -> -ERR timeout is negative
            XREAD streams s 0 0 -> -ERR Unbalanced 'xread' list of streams: for each stream key an ID, '+', or '$' must be specified.
            XREAD group a b streams s 0 -> -ERR The GROUP option is only supported by XREADGROUP. You called XREAD instead.
            XREAD noack streams s 0 -> -ERR The NOACK option is only supported by XREADGROUP. You called XREAD instead.
            XREAD foo streams s 0 -> -ERR syntax error
            XLEN str -> -WRONGTYPE Operation against a key holding the wrong kind of value
            """);
    }

    @RedisTest(
            since = "7.0",
            resp = {2, 3})
    void idsHaveNoSign(Client redis) {
        redis.replies("""
            XADD neg 1-5 a 1 -> '1-5'
            XADD neg 9223372036854775808-1 a 1 -> '9223372036854775808-1'
            XADD neg 9223372036854775809-0 b 1 -> '9223372036854775809-0'
            XRANGE neg - + -> [['1-5', ['a', '1']], ['9223372036854775808-1', ['a', '1']], ['9223372036854775809-0', ['b', '1']]]
            XREVRANGE neg + 2 -> [['9223372036854775809-0', ['b', '1']], ['9223372036854775808-1', ['a', '1']]]
            XRANGE neg 5 9223372036854775808 -> [['9223372036854775808-1', ['a', '1']]]
            OBJECT ENCODING neg -> 'stream'
            TYPE neg -> +stream
            COPY neg copy -> 1
            XRANGE copy - + -> [['1-5', ['a', '1']], ['9223372036854775808-1', ['a', '1']], ['9223372036854775809-0', ['b', '1']]]
            XADD copy 9223372036854775809-0 a b -> -ERR The ID specified in XADD is equal or smaller than the target stream top item
            XADD copy 9223372036854775809-1 a b -> '9223372036854775809-1'
            XLEN neg -> 3
            XLEN copy -> 4
            """);
    }

    @RedisTest
    void cutsByNodes(Client redis) {
        redis.run("CONFIG SET stream-node-max-entries 10").isOk();
        for (int i = 1; i <= 95; i++) {
            redis.run("XADD s " + i + "-0 n " + i);
        }
        redis.replies("""
            XTRIM s MAXLEN ~ 91 -> 0
            XTRIM s MAXLEN ~ 90 -> 0
            XTRIM s MAXLEN ~ 71 -> 20
            XTRIM s MAXLEN ~ 10 LIMIT 9 -> 0
            XTRIM s MAXLEN ~ 60 LIMIT 10 -> 10
            XDEL s 25-0 -> 0
            XTRIM s MAXLEN ~ 50 LIMIT 9 -> 0
            XTRIM s MINID ~ 44 -> 10
            XRANGE s - + COUNT 1 -> [['41-0', ['n', '41']]]
            XTRIM s MINID ~ 51-0 -> 10
            XRANGE s - + COUNT 1 -> [['51-0', ['n', '51']]]
            XTRIM s MINID 54 -> 3
            XRANGE s - + COUNT 1 -> [['54-0', ['n', '54']]]
            XTRIM s MAXLEN = 40 -> 2
            XRANGE s - + COUNT 1 -> [['56-0', ['n', '56']]]
            XADD s MAXLEN ~ 20 96-0 n 96 -> '96-0'
            XLEN s -> 26
            XADD s MAXLEN 20 97-0 n 97 -> '97-0'
            XLEN s -> 20
            XADD s MINID 97 98-0 n 98 -> '98-0'
            XLEN s -> 2
            XTRIM s MAXLEN 0 -> 2
            XLEN s -> 0
            XADD s 98-0 n 1 -> -ERR The ID specified in XADD is equal or smaller than the target stream top item
            XADD s * n 1 n -> -ERR wrong number of arguments for 'xadd' command
            """);
    }

    @RedisTest(since = "8.0")
    void idsFromTheClock(Client redis) {
        String first = redis.run("XADD s * a 1").text();
        String second = redis.run("XADD s * a 1").text();
        long millis = Long.parseLong(first.split("-", -1)[0]);
        long now = Long.parseLong(redis.run("TIME").texts().get(0)) * 1000;
        assertThat(millis).isBetween(now - 60_000, now + 60_000);
        assertThat(redis.run("XRANGE s - +").list()).hasSize(2);
        assertThat(second).isNotEqualTo(first);
        // A last ID in the future: the clock is behind it, and the sequence number goes on.
        redis.run("XADD s 99999999999999-7 a 1").isBulk("99999999999999-7");
        redis.run("XADD s * a 1").isBulk("99999999999999-8");
        redis.run("XADD s 99999999999999-* a 1").isBulk("99999999999999-9");
        redis.run("XADD s 99999999999999-18446744073709551615 a 1");
        redis.run("XADD s 99999999999999-* a 1")
                .isError("ERR The ID specified in XADD is equal or smaller than the target stream top item");
        redis.run("XADD s * a 1").isBulk("100000000000000-0");
    }

    @RedisTest(resp = {2, 3})
    void waitsForEntries(Client redis, Server server) {
        redis.run("XADD s 1-0 a 1");
        Client waiting = server.connect();
        waiting.send("XREAD", "BLOCK", "0", "STREAMS", "none", "s", "0", "$");
        BlockingListsTest.awaitBlocked(redis, 1);
        redis.run("XADD s 2-0 a 2");
        assertThat(waiting.read().toString()).isEqualTo("[['s', [['2-0', ['a', '2']]]]]");
        waiting.send("XREAD", "BLOCK", "0", "COUNT", "5", "STREAMS", "none", "s", "$", "2");
        BlockingListsTest.awaitBlocked(redis, 1);
        redis.run("MULTI");
        redis.run("XADD none 5-0 b 1");
        redis.run("XADD none 6-0 b 2");
        redis.run("EXEC");
        assertThat(waiting.read().toString()).isEqualTo("[['none', [['5-0', ['b', '1']], ['6-0', ['b', '2']]]]]");
        redis.replies("XREAD BLOCK 1 STREAMS s $ -> nil-array || nil");
        redis.run("MULTI");
        redis.run("XREAD BLOCK 0 STREAMS s $");
        redis.replies("EXEC -> [nil-array] || [nil]");
    }

    @RedisTest(cinnabarOnly = "there is no radix tree whose nodes could be counted")
    void tellsItsNodes(Client redis) {
        for (int i = 1; i <= 250; i++) {
            redis.run("XADD s " + i + "-0 n " + i);
        }
        assertThat(redis.run("XINFO STREAM s").list().subList(0, 6))
                .hasToString("['length', 250, 'radix-tree-keys', 3, 'radix-tree-nodes', 4]");
    }

    @RedisTest(cinnabarOnly = "releases after those at hand")
    void whatIsNew(Client redis) {
        redis.replies("""
            XADD s 1-0 f 12345                       -> '1-0'
            XADD s 2-0 f 12345                       -> '2-0'
            XADD t 1-0 f 12345                       -> '1-0'
            XREAD MAXCOUNT 0 STREAMS s 0             -> /-ERR .*/
            XREAD MAXSIZE x STREAMS s 0              -> /-ERR .*/
            XREAD COUNT 3 MAXCOUNT 2 STREAMS s 0     -> /-ERR .*/
            XREAD MAXCOUNT 2 STREAMS s t 0 0         -> [['s', [['1-0', ['f', '12345']], ['2-0', ['f', '12345']]]]]
            XREAD COUNT 1 MAXCOUNT 2 STREAMS s t 0 0 -> [['s', [['1-0', ['f', '12345']]]], ['t', [['1-0', ['f', '12345']]]]]
            XREAD MAXSIZE 1 STREAMS s t 0 0          -> [['s', [['1-0', ['f', '12345']]]]]
            XDELEX none IDS 2 1-0 2-0                -> [-1, -1]
            XDELEX s IDS 2 1-0 9-0                   -> [1, -1]
            XDELEX s FOO IDS 1 1-0                   -> -ERR syntax error
            XDELEX s IDS 2 1-0                       -> -ERR The `numids` parameter must match the number of arguments
            XDELEX s IDS 0 1-0                       -> -ERR Number of IDs must be a positive integer
            XDELEX s ACKED IDS 1 2-0                 -> [1]
            XGROUP CREATE s g 0                      -> +OK
            XADD s 3-0 f v                           -> '3-0'
            XDELEX s ACKED IDS 1 3-0                 -> [2]
            XREADGROUP GROUP g c STREAMS s >         -> [['s', [['3-0', ['f', 'v']]]]]
            XDELEX s ACKED IDS 1 3-0                 -> [2]
            XACKDEL s g ACKED IDS 2 3-0 4-0          -> [1, -1]
            XLEN s                                   -> 0
            XADD s IDMP p 1 4-0 f v                  -> -ERR IDMP/IDMPAUTO can be used only with auto-generated IDs
            XADD s IDMP p 1 IDMPAUTO q * f v         -> -ERR IDMP/IDMPAUTO specified multiple times
            XADD s IDMP "" 1 * f v                   -> -ERR IDMP requires a non-empty producer ID
            XADD s IDMP p "" * f v                   -> -ERR IDMP requires a non-empty idempotent ID
            XADD s IDMPAUTO "" * f v                 -> -ERR IDMPAUTO requires a non-empty producer ID
            XCFGSET none IDMP-DURATION 5             -> -ERR no such key
            XCFGSET s IDMP-DURATION 0                -> -ERR IDMP-DURATION must be between 1 and 86400 seconds
            XCFGSET s IDMP-MAXSIZE 10001             -> -ERR IDMP-MAXSIZE must be between 1 and 10000 entries
            XCFGSET s                                -> -ERR At least one parameter must be specified
            XCFGSET s IDMP-MAXSIZE 2 IDMP-DURATION 9 -> +OK
            """);
        String first = redis.run("XADD s IDMP p one * f 1").text();
        redis.run("XADD s IDMP p one * f 2").isBulk(first);
        String auto = redis.run("XADD s IDMPAUTO p * a 1 b 2").text();
        redis.run("XADD s IDMPAUTO p * b 2 a 1").isBulk(auto);
        assertThat(redis.run("XADD s IDMPAUTO q * a 1 b 2").text()).isNotEqualTo(auto);
        redis.run("XLEN s").is(3);
        redis.run("XADD s IDMP p two * f 1");
        assertThat(redis.run("XADD s IDMP p one * f 1").text()).isNotEqualTo(first);
        List<Resp> info = redis.run("XINFO STREAM s").list();
        assertThat(info.subList(14, 26))
                .hasToString("['idmp-duration', 9, 'idmp-maxsize', 2, 'pids-tracked', 2, 'iids-tracked', 3,"
                        + " 'iids-added', 5, 'iids-duplicates', 2]");
    }
}
