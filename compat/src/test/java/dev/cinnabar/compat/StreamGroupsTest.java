package dev.cinnabar.compat;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cinnabar.compat.harness.Client;
import dev.cinnabar.compat.harness.RedisTest;
import dev.cinnabar.compat.harness.Resp;
import dev.cinnabar.compat.harness.Server;
import java.util.List;

/** Groups of consumers: what is delivered, pending, claimed; what is told of it. */
class StreamGroupsTest {

    @RedisTest(
            since = "8.0",
            resp = {2, 3})
    void createsAndDestroys(Client redis) {
        redis.replies("""
            XGROUP CREATE s g -> -ERR wrong number of arguments for 'xgroup|create' command
            XGROUP CREATE nos g $ -> -ERR The XGROUP subcommand requires the key to exist. Note that for CREATE you may want to use the MKSTREAM option to create an empty stream automatically.
            XGROUP CREATE nos g $ foo -> -ERR unknown subcommand or wrong number of arguments for 'CREATE'. Try XGROUP HELP.
            XGROUP CREATE nos g a mkstream -> -ERR Invalid stream ID specified as stream command argument
            XGROUP CREATE nos g $ entriesread -2 -> -ERR value for ENTRIESREAD must be positive or -1
            XGROUP CREATE nos g $ entriesread a -> -ERR value is not an integer or out of range
            XGROUP CREATE nos g $ mkstream entriesread 0 -> +OK
            XINFO GROUPS nos -> [['name', 'g', 'consumers', 0, 'pending', 0, 'last-delivered-id', '0-0', 'entries-read', 0, 'lag', 0]] || [{'name': 'g', 'consumers': 0, 'pending': 0, 'last-delivered-id': '0-0', 'entries-read': 0, 'lag': 0}]
            XGROUP CREATE nos g $ mkstream entriesread 5 mkstream -> -ERR unknown subcommand or wrong number of arguments for 'CREATE'. Try XGROUP HELP.
            XGROUP CREATE nos h $ mkstream mkstream mkstream entriesread 5 -> -ERR unknown subcommand or wrong number of arguments for 'CREATE'. Try XGROUP HELP.
            XGROUP SETID nos nog 0 -> -NOGROUP No such consumer group 'nog' for key name 'nos'
            XGROUP SETID nos g $ entriesread 5 entriesread 6 -> -ERR unknown subcommand or wrong number of arguments for 'SETID'. Try XGROUP HELP.
            XGROUP SETID nos g $ entriesread -> -ERR unknown subcommand or wrong number of arguments for 'SETID'. Try XGROUP HELP.
            XGROUP SETID nos g 5 mkstream -> -ERR unknown subcommand or wrong number of arguments for 'SETID'. Try XGROUP HELP.
            XGROUP SETID nos g x -> -ERR Invalid stream ID specified as stream command argument
            XGROUP DESTROY nos nog -> 0
            XGROUP DESTROY noo nog -> -ERR The XGROUP subcommand requires the key to exist. Note that for CREATE you may want to use the MKSTREAM option to create an empty stream automatically.
            XGROUP CREATECONSUMER noo g c -> -ERR The XGROUP subcommand requires the key to exist. Note that for CREATE you may want to use the MKSTREAM option to create an empty stream automatically.
            XGROUP CREATECONSUMER nos nog c -> -NOGROUP No such consumer group 'nog' for key name 'nos'
            XGROUP CREATECONSUMER nos g c -> 1
            XGROUP CREATECONSUMER nos g c -> 0
            XGROUP DELCONSUMER nos g c -> 0
            XGROUP DELCONSUMER nos g c -> 0
            XGROUP DELCONSUMER nos nog c -> -NOGROUP No such consumer group 'nog' for key name 'nos'
            XGROUP DESTROY nos g -> 1
            XGROUP DESTROY nos g x -> -ERR wrong number of arguments for 'xgroup|destroy' command
            XGROUP FOO nos g x -> -ERR unknown subcommand 'FOO'. Try XGROUP HELP.
            SET str x -> +OK
            XGROUP CREATE str g 0 -> -WRONGTYPE Operation against a key holding the wrong kind of value
            XGROUP DESTROY str g -> -WRONGTYPE Operation against a key holding the wrong kind of value
            XGROUP CREATE str g x foo -> -ERR unknown subcommand or wrong number of arguments for 'CREATE'. Try XGROUP HELP.
            XGROUP CREATE str g x -> -WRONGTYPE Operation against a key holding the wrong kind of value
            """);
    }

    @RedisTest(
            since = "8.0",
            resp = {2, 3})
    void deliversClaimsAndTells(Client redis) {
        redis.replies("""
            SET str x -> +OK
            XADD s 1-0 a 1 -> '1-0'
            XADD s 2-0 a 1 -> '2-0'
            XADD s 3-0 a 1 -> '3-0'
            XADD s 4-0 a 1 b 2 -> '4-0'
            XGROUP CREATE s g 0 -> +OK
            XGROUP CREATE s g 0 -> -BUSYGROUP Consumer Group name already exists
            XGROUP CREATE s h $ entriesread 2 -> +OK
            XREADGROUP group g c1 count 2 streams s > -> [['s', [['1-0', ['a', '1']], ['2-0', ['a', '1']]]]] || {'s': [['1-0', ['a', '1']], ['2-0', ['a', '1']]]}
            XREADGROUP group g c2 streams s nos > > -> -NOGROUP No such key 'nos' or consumer group 'g' in XREADGROUP with GROUP option
            XREADGROUP group g c2 streams s > -> [['s', [['3-0', ['a', '1']], ['4-0', ['a', '1', 'b', '2']]]]] || {'s': [['3-0', ['a', '1']], ['4-0', ['a', '1', 'b', '2']]]}
            XREADGROUP group g c2 streams s 0 -> [['s', [['3-0', ['a', '1']], ['4-0', ['a', '1', 'b', '2']]]]] || {'s': [['3-0', ['a', '1']], ['4-0', ['a', '1', 'b', '2']]]}
            XREADGROUP group g c2 streams s 3 -> [['s', [['4-0', ['a', '1', 'b', '2']]]]] || {'s': [['4-0', ['a', '1', 'b', '2']]]}
            XREADGROUP group g c3 streams s 3 -> [['s', []]] || {'s': []}
            XREADGROUP group g c3 streams s $ -> -ERR The $ ID is meaningless in the context of XREADGROUP: you want to read the history of this consumer by specifying a proper ID, or use the > ID to get new messages. The $ ID would just return an empty result set.
            XREADGROUP group g c3 streams s + -> -ERR The + ID is meaningless in the context of XREADGROUP: you want to read the history of this consumer by specifying a proper ID, or use the > ID to get new messages. The + ID would just return an empty result set.
            XREADGROUP group g c3 streams s a -> -ERR Invalid stream ID specified as stream command argument
            XREADGROUP group h c3 noack streams s > -> nil-array || nil
            XINFO GROUPS s -> [['name', 'g', 'consumers', 3, 'pending', 4, 'last-delivered-id', '4-0', 'entries-read', 4, 'lag', 0], ['name', 'h', 'consumers', 1, 'pending', 0, 'last-delivered-id', '4-0', 'entries-read', 2, 'lag', 2]] || [{'name': 'g', 'consumers': 3, 'pending': 4, 'last-delivered-id': '4-0', 'entries-read': 4, 'lag': 0}, {'name': 'h', 'consumers': 1, 'pending': 0, 'last-delivered-id': '4-0', 'entries-read': 2, 'lag': 2}]
            XPENDING s g -> [4, '1-0', '4-0', [['c1', '2'], ['c2', '2']]]
            XPENDING s h -> [0, nil, nil, nil-array] || [0, nil, nil, nil]
            XPENDING s g idle 100000 - + 10 c1 -> []
            XPENDING s g - + -> -ERR syntax error
            XPENDING s g - + a -> -ERR value is not an integer or out of range
            XPENDING s nog -> -NOGROUP No such key 's' or consumer group 'nog'
            XPENDING s g - + 0 -> []
            XDEL s 2-0 -> 1
            XREADGROUP group g c1 streams s 0 -> [['s', [['1-0', ['a', '1']], ['2-0', nil-array]]]] || {'s': [['1-0', ['a', '1']], ['2-0', nil]]}
            XACK s g 1-0 9-9 -> 1
            XACK s nog 1-0 -> 0
            XACK nokey nog 1-0 -> 0
            XACK s g 1-0 a -> -ERR Invalid stream ID specified as stream command argument
            XCLAIM s g c9 0 2-0 3-0 -> [['3-0', ['a', '1']]]
            XCLAIM s g c9 100000 4-0 -> []
            XCLAIM s g c9 0 4-0 justid -> ['4-0']
            XCLAIM s g c9 0 1-0 force -> [['1-0', ['a', '1']]]
            XCLAIM s g c9 0 7-0 force -> []
            XCLAIM s g c9 0 3-0 retrycount 7 idle 5000 -> [['3-0', ['a', '1']]]
            XCLAIM s g c9 0 3-0 foo -> -ERR Unrecognized XCLAIM option 'foo'
            XCLAIM s g c9 a 3-0 -> -ERR Invalid min-idle-time argument for XCLAIM
            XCLAIM s nog c9 a 3-0 -> -NOGROUP No such key 's' or consumer group 'nog'
            XCLAIM s g c9 0 3-0 lastid 10-0 time 100 justid -> ['3-0']
            XCLAIM s g c9 0 3-0 idle a -> -ERR Invalid IDLE option argument for XCLAIM
            XPENDING s g -> [3, '1-0', '4-0', [['c9', '3']]]
            XINFO GROUPS s -> [['name', 'g', 'consumers', 4, 'pending', 3, 'last-delivered-id', '10-0', 'entries-read', 4, 'lag', 0], ['name', 'h', 'consumers', 1, 'pending', 0, 'last-delivered-id', '4-0', 'entries-read', 2, 'lag', 2]] || [{'name': 'g', 'consumers': 4, 'pending': 3, 'last-delivered-id': '10-0', 'entries-read': 4, 'lag': 0}, {'name': 'h', 'consumers': 1, 'pending': 0, 'last-delivered-id': '4-0', 'entries-read': 2, 'lag': 2}]
            XAUTOCLAIM s g c10 0 0 count 1 -> ['3-0', [['1-0', ['a', '1']]], []]
            XAUTOCLAIM s g c10 0 0 count 2 justid -> ['4-0', ['1-0', '3-0'], []]
            XDEL s 3-0 -> 1
            XAUTOCLAIM s g c10 0 - -> ['0-0', [['1-0', ['a', '1']], ['4-0', ['a', '1', 'b', '2']]], ['3-0']]
            XAUTOCLAIM s g c10 0 - count 0 -> -ERR COUNT must be > 0
            XAUTOCLAIM s g c10 a - count 0 -> -ERR Invalid min-idle-time argument for XAUTOCLAIM
            XAUTOCLAIM s g c10 0 x count 0 -> -ERR Invalid stream ID specified as stream command argument
            XAUTOCLAIM s nog c10 0 0 foo -> -ERR syntax error
            XAUTOCLAIM s nog c10 0 0 -> -NOGROUP No such key 's' or consumer group 'nog'
            XAUTOCLAIM s g c11 0 (1-0 -> ['0-0', [['4-0', ['a', '1', 'b', '2']]], []]
            XINFO CONSUMERS s nog -> -NOGROUP No such consumer group 'nog' for key name 's'
            XINFO CONSUMERS nokey nog -> -ERR no such key
            XINFO GROUPS nokey -> -ERR no such key
            XINFO STREAM nokey -> -ERR no such key
            XINFO STREAM s foo -> -ERR unknown subcommand or wrong number of arguments for 'STREAM'. Try XINFO HELP.
            XINFO STREAM s full foo -> -ERR unknown subcommand or wrong number of arguments for 'STREAM'. Try XINFO HELP.
            XINFO STREAM s full count a -> -ERR value is not an integer or out of range
            XINFO GROUPS s -> [['name', 'g', 'consumers', 6, 'pending', 2, 'last-delivered-id', '10-0', 'entries-read', 4, 'lag', 0], ['name', 'h', 'consumers', 1, 'pending', 0, 'last-delivered-id', '4-0', 'entries-read', 2, 'lag', 2]] || [{'name': 'g', 'consumers': 6, 'pending': 2, 'last-delivered-id': '10-0', 'entries-read': 4, 'lag': 0}, {'name': 'h', 'consumers': 1, 'pending': 0, 'last-delivered-id': '4-0', 'entries-read': 2, 'lag': 2}]
            XADD s 20-0 a 1 -> '20-0'
            XINFO GROUPS s -> [['name', 'g', 'consumers', 6, 'pending', 2, 'last-delivered-id', '10-0', 'entries-read', 4, 'lag', 1], ['name', 'h', 'consumers', 1, 'pending', 0, 'last-delivered-id', '4-0', 'entries-read', 2, 'lag', 3]] || [{'name': 'g', 'consumers': 6, 'pending': 2, 'last-delivered-id': '10-0', 'entries-read': 4, 'lag': 1}, {'name': 'h', 'consumers': 1, 'pending': 0, 'last-delivered-id': '4-0', 'entries-read': 2, 'lag': 3}]
            XTRIM s maxlen 1 -> 2
            XINFO GROUPS s -> [['name', 'g', 'consumers', 6, 'pending', 2, 'last-delivered-id', '10-0', 'entries-read', 4, 'lag', 1], ['name', 'h', 'consumers', 1, 'pending', 0, 'last-delivered-id', '4-0', 'entries-read', 2, 'lag', 1]] || [{'name': 'g', 'consumers': 6, 'pending': 2, 'last-delivered-id': '10-0', 'entries-read': 4, 'lag': 1}, {'name': 'h', 'consumers': 1, 'pending': 0, 'last-delivered-id': '4-0', 'entries-read': 2, 'lag': 1}]
            XREADGROUP group g c1 streams s s > > -> [['s', [['20-0', ['a', '1']]]]] || {'s': [['20-0', ['a', '1']]]}
            XREADGROUP group g c1 streams s > -> nil-array || nil
            XGROUP DELCONSUMER s g c10 -> 1
            XPENDING s g -> [2, '4-0', '20-0', [['c1', '1'], ['c11', '1']]]
            COPY s s3 -> 1
            XINFO GROUPS s3 -> [['name', 'g', 'consumers', 5, 'pending', 2, 'last-delivered-id', '20-0', 'entries-read', 5, 'lag', 0], ['name', 'h', 'consumers', 1, 'pending', 0, 'last-delivered-id', '4-0', 'entries-read', 2, 'lag', 1]] || [{'name': 'g', 'consumers': 5, 'pending': 2, 'last-delivered-id': '20-0', 'entries-read': 5, 'lag': 0}, {'name': 'h', 'consumers': 1, 'pending': 0, 'last-delivered-id': '4-0', 'entries-read': 2, 'lag': 1}]
            XPENDING s3 g -> [2, '4-0', '20-0', [['c1', '1'], ['c11', '1']]]
            XREADGROUP group g c1 streams str > -> -WRONGTYPE Operation against a key holding the wrong kind of value
            XREADGROUP group g streams s > -> -ERR wrong number of arguments for 'xreadgroup' command
            XREADGROUP group g c1 count 3 noack streams s -> -ERR Unbalanced 'xreadgroup' list of streams: for each stream key an ID or '>' must be specified.
            XREADGROUP count 3 noack streams s > > > -> -ERR Missing GROUP option for XREADGROUP
            XREAD group g c1 streams s 0 -> -ERR The GROUP option is only supported by XREADGROUP. You called XREAD instead.
            XGROUP DESTROY s g -> 1
            XGROUP DESTROY s g -> 0
            XINFO GROUPS s -> [['name', 'h', 'consumers', 1, 'pending', 0, 'last-delivered-id', '4-0', 'entries-read', 2, 'lag', 1]] || [{'name': 'h', 'consumers': 1, 'pending': 0, 'last-delivered-id': '4-0', 'entries-read': 2, 'lag': 1}]
            """);
    }

    @RedisTest(
            since = "8.0",
            resp = {2, 3})
    void lag(Client redis) {
        redis.replies("""
            XADD e 5-5 a b -> '5-5'
            XGROUP CREATE e g 0 -> +OK
            XDEL e 5-5 -> 1
            XINFO GROUPS e -> [['name', 'g', 'consumers', 0, 'pending', 0, 'last-delivered-id', '0-0', 'entries-read', nil, 'lag', 0]] || [{'name': 'g', 'consumers': 0, 'pending': 0, 'last-delivered-id': '0-0', 'entries-read': nil, 'lag': 0}]
            XREADGROUP group g c streams e > -> nil-array || nil
            XADD e 6-1 a b -> '6-1'
            XADD e 6-2 a b -> '6-2'
            XADD e 6-3 a b -> '6-3'
            XINFO GROUPS e -> [['name', 'g', 'consumers', 1, 'pending', 0, 'last-delivered-id', '0-0', 'entries-read', nil, 'lag', 3]] || [{'name': 'g', 'consumers': 1, 'pending': 0, 'last-delivered-id': '0-0', 'entries-read': nil, 'lag': 3}]
            XREADGROUP group g c count 1 streams e > -> [['e', [['6-1', ['a', 'b']]]]] || {'e': [['6-1', ['a', 'b']]]}
            XINFO GROUPS e -> [['name', 'g', 'consumers', 1, 'pending', 1, 'last-delivered-id', '6-1', 'entries-read', 2, 'lag', 2]] || [{'name': 'g', 'consumers': 1, 'pending': 1, 'last-delivered-id': '6-1', 'entries-read': 2, 'lag': 2}]
            XDEL e 6-2 -> 1
            XINFO GROUPS e -> [['name', 'g', 'consumers', 1, 'pending', 1, 'last-delivered-id', '6-1', 'entries-read', 2, 'lag', nil]] || [{'name': 'g', 'consumers': 1, 'pending': 1, 'last-delivered-id': '6-1', 'entries-read': 2, 'lag': nil}]
            XREADGROUP group g c count 1 streams e > -> [['e', [['6-3', ['a', 'b']]]]] || {'e': [['6-3', ['a', 'b']]]}
            XINFO GROUPS e -> [['name', 'g', 'consumers', 1, 'pending', 2, 'last-delivered-id', '6-3', 'entries-read', 4, 'lag', 0]] || [{'name': 'g', 'consumers': 1, 'pending': 2, 'last-delivered-id': '6-3', 'entries-read': 4, 'lag': 0}]
            XGROUP SETID e g 6-1 -> +OK
            XINFO GROUPS e -> [['name', 'g', 'consumers', 1, 'pending', 2, 'last-delivered-id', '6-1', 'entries-read', nil, 'lag', nil]] || [{'name': 'g', 'consumers': 1, 'pending': 2, 'last-delivered-id': '6-1', 'entries-read': nil, 'lag': nil}]
            XGROUP SETID e g 0 -> +OK
            XINFO GROUPS e -> [['name', 'g', 'consumers', 1, 'pending', 2, 'last-delivered-id', '0-0', 'entries-read', nil, 'lag', nil]] || [{'name': 'g', 'consumers': 1, 'pending': 2, 'last-delivered-id': '0-0', 'entries-read': nil, 'lag': nil}]
            XGROUP SETID e g 100 -> +OK
            XINFO GROUPS e -> [['name', 'g', 'consumers', 1, 'pending', 2, 'last-delivered-id', '100-0', 'entries-read', nil, 'lag', nil]] || [{'name': 'g', 'consumers': 1, 'pending': 2, 'last-delivered-id': '100-0', 'entries-read': nil, 'lag': nil}]
            XSETID e 200 entriesadded 3 maxdeletedid 0-0 -> +OK
            XINFO GROUPS e -> [['name', 'g', 'consumers', 1, 'pending', 2, 'last-delivered-id', '100-0', 'entries-read', nil, 'lag', nil]] || [{'name': 'g', 'consumers': 1, 'pending': 2, 'last-delivered-id': '100-0', 'entries-read': nil, 'lag': nil}]
            XGROUP SETID e g 6-3 entriesread 50 -> +OK
            """);
    }

    /** Idle times are whatever has passed. */
    @RedisTest
    void listsWhatIsPending(Client redis) {
        redis.run("XADD s 1-0 a 1");
        redis.run("XADD s 2-0 a 2");
        redis.run("XADD s 3-0 a 3");
        redis.run("XGROUP CREATE s g 0").isOk();
        redis.run("XREADGROUP GROUP g c1 COUNT 2 STREAMS s >");
        redis.run("XREADGROUP GROUP g c2 STREAMS s >");
        redis.replies("""
            XPENDING s g - + 10             -> /\\[\\['1-0', 'c1', \\d+, 1], \\['2-0', 'c1', \\d+, 1], \\['3-0', 'c2', \\d+, 1]]/
            XPENDING s g (1-0 + 1           -> /\\[\\['2-0', 'c1', \\d+, 1]]/
            XPENDING s g - (3-0 10 c2       -> []
            XPENDING s g - + 10 c2          -> /\\[\\['3-0', 'c2', \\d+, 1]]/
            XPENDING s g IDLE 0 2 + 10      -> /\\[\\['2-0', 'c1', \\d+, 1], \\['3-0', 'c2', \\d+, 1]]/
            XPENDING s g IDLE 600000 - + 10 -> []
            XCLAIM s g c2 0 1-0 RETRYCOUNT 9 IDLE 700000 JUSTID -> ['1-0']
            XPENDING s g IDLE 600000 - + 10 -> /\\[\\['1-0', 'c2', 7\\d+, 9]]/
            XAUTOCLAIM s g c1 600000 - JUSTID -> ['0-0', ['1-0'], []]
            """);
    }

    @RedisTest(since = "7.2")
    void waitsForNewEntriesAndForLoss(Client redis, Server server) {
        redis.run("XGROUP CREATE s g $ MKSTREAM").isOk();
        Client first = server.connect();
        Client second = server.connect();
        first.send("XREADGROUP", "GROUP", "g", "c1", "BLOCK", "0", "STREAMS", "s", ">");
        BlockingListsTest.awaitBlocked(redis, 1);
        second.send("XREADGROUP", "GROUP", "g", "c2", "BLOCK", "0", "STREAMS", "s", ">");
        BlockingListsTest.awaitBlocked(redis, 2);
        redis.run("XADD s 1-0 a 1");
        assertThat(first.read().toString()).isEqualTo("[['s', [['1-0', ['a', '1']]]]]");
        BlockingListsTest.awaitBlocked(redis, 1);
        redis.run("XPENDING s g").is("[1, '1-0', '1-0', [['c1', '1']]]");
        redis.run("XGROUP DESTROY s g").is(1);
        assertThat(second.read().toString()).startsWith("-NOGROUP");
        redis.run("XGROUP CREATE s g $").isOk();
        first.send("XREADGROUP", "GROUP", "g", "c1", "BLOCK", "0", "STREAMS", "s", ">");
        BlockingListsTest.awaitBlocked(redis, 1);
        redis.run("DEL s").is(1);
        assertThat(first.read().toString()).startsWith("-NOGROUP");
        redis.run("XGROUP CREATE s g $ MKSTREAM").isOk();
        first.send("XREADGROUP", "GROUP", "g", "c1", "BLOCK", "0", "STREAMS", "s", ">");
        BlockingListsTest.awaitBlocked(redis, 1);
        redis.run("SET s text").isOk();
        assertThat(first.read().toString()).startsWith("-WRONGTYPE");
    }

    @RedisTest(cinnabarOnly = "releases after those at hand")
    void claimsWhileReadingAndGivesBack(Client redis) {
        redis.run("XADD s 1-0 a 1");
        redis.run("XADD s 2-0 a 2");
        redis.run("XADD s 3-0 a 3");
        redis.run("XGROUP CREATE s g 0").isOk();
        redis.run("XREADGROUP GROUP g c1 COUNT 2 STREAMS s >");
        redis.replies("""
            XREADGROUP GROUP g c2 CLAIM -1 STREAMS s >  -> -ERR min-idle-time must be a positive integer
            XNACK s g MAYBE IDS 1 1-0                   -> -ERR mode must be SILENT, FAIL, or FATAL
            XNACK s h FAIL IDS 1 1-0                    -> -NOGROUP No such key 's' or consumer group 'h'
            XNACK s g FAIL IDS 2 2-0 9-0                -> 1
            XNACK s g FATAL IDS 1 1-0                   -> 1
            XPENDING s g                                -> [2, '1-0', '2-0', []]
            XPENDING s g - + 10                         -> [['1-0', '', -1, 9223372036854775807], ['2-0', '', -1, 1]]
            XCLAIM s g c3 600000 1-0 JUSTID             -> ['1-0']
            XNACK s g SILENT IDS 1 1-0                  -> 1
            XNACK s g FAIL IDS 1 3-0 FORCE              -> 1
            XPENDING s g                                -> [3, '1-0', '3-0', []]
            XNACK s g FAIL IDS 1 3-0 RETRYCOUNT 4       -> 1
            """);
        String reply = redis.run("XREADGROUP GROUP g c2 COUNT 3 CLAIM 600000 STREAMS s >")
                .reply()
                .toString();
        // In the order in which they were given back, and before what is new.
        assertThat(reply.replaceAll("], \\d{10,}, ", "], IDLE, "))
                .isEqualTo("[['s', [['2-0', ['a', '2'], IDLE, 1], ['1-0', ['a', '1'], IDLE, 9223372036854775806],"
                        + " ['3-0', ['a', '3'], IDLE, 4]]]]");
        redis.run("XPENDING s g").is("[3, '1-0', '3-0', [['c2', '3']]]");
        redis.run("XREADGROUP GROUP g c1 CLAIM 600000 STREAMS s >").is("[['s', [['3-0', ['a', '3'], 0, 0]]]]");
        List<Resp> info = redis.run("XINFO STREAM s FULL").list();
        assertThat(info.toString()).contains("'nacked-count', 0");
    }

    @RedisTest(
            cinnabarOnly = "releases after those at hand",
            resp = {2, 3})
    void givingBackChecksItsArgumentsInOrder(Client redis) {
        redis.run("SET string 1").isOk();
        redis.run("XADD s 1-0 a 1");
        redis.run("XADD s 2-0 a 2");
        redis.run("XGROUP CREATE s g 0").isOk();
        redis.run("XREADGROUP GROUP g c STREAMS s >");
        redis.replies("""
            XNACK s g SILENT IDS 1                   -> -ERR wrong number of arguments for 'xnack' command
            XNACK string g MAYBE IDS 0 x             -> -WRONGTYPE Operation against a key holding the wrong kind of value
            XNACK missing g MAYBE IDS 0 x            -> -NOGROUP No such key 'missing' or consumer group 'g'
            XNACK s h MAYBE IDS 0 x                  -> -NOGROUP No such key 's' or consumer group 'h'
            XNACK s g MAYBE IDS 0 x                  -> -ERR mode must be SILENT, FAIL, or FATAL
            XNACK s g FAIL FATAL IDS 1 1-0           -> -ERR Unrecognized XNACK option 'FATAL'
            XNACK s g FAIL NONE IDS 1 1-0            -> -ERR Unrecognized XNACK option 'NONE'
            XNACK s g FAIL IDS 1 1-0 NONE            -> -ERR Unrecognized XNACK option 'NONE'
            XNACK s g FAIL IDS 1 1-0 2-0             -> -ERR Unrecognized XNACK option '2-0'
            XNACK s g FAIL IDS 1 1-0 IDS 1 2-0       -> -ERR Unrecognized XNACK option 'IDS'
            XNACK s g FAIL IDS 1 1-0 RETRYCOUNT      -> -ERR Unrecognized XNACK option 'RETRYCOUNT'
            XNACK s g FAIL FORCE RETRYCOUNT 5        -> -ERR syntax error, expected IDS keyword
            XNACK s g FAIL IDS x 1-0                 -> -ERR numids must be a positive integer
            XNACK s g FAIL IDS 0 1-0                 -> -ERR numids must be a positive integer
            XNACK s g FAIL IDS -1 1-0                -> -ERR numids must be a positive integer
            XNACK s g FAIL IDS 2 1-0                 -> -ERR number of IDs doesn't match numids
            XNACK s g FAIL IDS 1 one NONE            -> -ERR Invalid stream ID specified as stream command argument
            XNACK s g FAIL IDS 1 1-0 RETRYCOUNT x    -> -ERR value is not an integer or out of range
            XNACK s g FAIL IDS 1 1-0 RETRYCOUNT -1   -> -ERR Invalid RETRYCOUNT value, must be >= 0
            XPENDING s g                             -> [2, '1-0', '2-0', [['c', '2']]]
            """);
    }

    @RedisTest(
            cinnabarOnly = "releases after those at hand",
            resp = {2, 3})
    void whatIsGivenBackHasACount(Client redis) {
        redis.run("XADD s 1-0 a 1");
        redis.run("XADD s 2-0 a 2");
        redis.run("XADD s 3-0 a 3");
        redis.run("XGROUP CREATE s g 0").isOk();
        redis.replies("""
            XNACK s g FAIL IDS 3 1-0 2-0 9-0                 -> 0
            XNACK s g FATAL FORCE IDS 1 1-0                  -> 1
            XNACK s g SILENT IDS 1 2-0 FORCE                 -> 1
            XNACK s g FAIL RETRYCOUNT 7 IDS 1 3-0 FORCE      -> 1
            XNACK s g FAIL FORCE IDS 1 9-0                   -> 0
            XPENDING s g - + 10    -> [['1-0', '', -1, 9223372036854775807], ['2-0', '', -1, 0], ['3-0', '', -1, 7]]
            XNACK s g FAIL IDS 2 3-0 3-0                     -> 2
            XNACK s g SILENT IDS 1 1-0                       -> 1
            XNACK s g FATAL IDS 1 2-0 RETRYCOUNT 3           -> 1
            XPENDING s g - + 10    -> [['1-0', '', -1, 9223372036854775806], ['2-0', '', -1, 3], ['3-0', '', -1, 7]]
            XPENDING s g - + 10 c                            -> []
            XREADGROUP GROUP g c STREAMS s 0                 -> [['s', []]] || {'s': []}
            XDEL s 1-0                                       -> 1
            XCLAIM s g c 0 1-0                               -> []
            XPENDING s g                                     -> [2, '2-0', '3-0', []]
            XGROUP DELCONSUMER s g c                         -> 0
            XACK s g 2-0                                     -> 1
            XPENDING s g                                     -> [1, '3-0', '3-0', []]
            """);
    }

    @RedisTest(
            cinnabarOnly = "releases after those at hand",
            resp = {2, 3})
    void deletingWithRegardToReferencesChecksItsArgumentsInOrder(Client redis) {
        redis.run("SET string 1").isOk();
        redis.run("XADD s 1-0 a 1");
        redis.run("XGROUP CREATE s g 0").isOk();
        redis.replies("""
            XDELEX s IDS 1                    -> -ERR wrong number of arguments for 'xdelex' command
            XACKDEL s g IDS 1                 -> -ERR wrong number of arguments for 'xackdel' command
            XDELEX string NONE IDS 0 x        -> -WRONGTYPE Operation against a key holding the wrong kind of value
            XACKDEL string g NONE IDS 0 x     -> -WRONGTYPE Operation against a key holding the wrong kind of value
            XDELEX missing NONE IDS 0 x       -> -ERR syntax error
            XDELEX missing IDS 0 x            -> -ERR Number of IDs must be a positive integer
            XDELEX missing IDS 2 x y          -> [-1, -1]
            XACKDEL missing g IDS 2 x y       -> [-1, -1]
            XACKDEL s h IDS 2 1-0 2-0         -> [-1, -1]
            XACKDEL s h IDS 1 x               -> -ERR Invalid stream ID specified as stream command argument
            XDELEX s IDS 1 x                  -> -ERR Invalid stream ID specified as stream command argument
            XDELEX s KEEPREF DELREF IDS 1 1-0 -> -ERR syntax error
            XDELEX s IDS x 1-0                -> -ERR Number of IDs must be a positive integer
            XDELEX s IDS -5 1-0               -> -ERR Number of IDs must be a positive integer
            XDELEX s IDS 3 1-0 2-0            -> -ERR The `numids` parameter must match the number of arguments
            XDELEX s IDS 1 1-0 2-0            -> -ERR syntax error
            XACKDEL s g KEEPREF ACKED IDS 1 1 -> -ERR syntax error
            XLEN s                            -> 1
            """);
    }

    @RedisTest(
            cinnabarOnly = "releases after those at hand",
            resp = {2, 3})
    void whatTheGroupsNeedIsKept(Client redis) {
        redis.run("XADD s 1-0 a 1");
        redis.run("XADD s 2-0 a 2");
        redis.run("XGROUP CREATE s g 0").isOk();
        redis.run("XGROUP CREATE s h 0").isOk();
        redis.run("XREADGROUP GROUP g c STREAMS s >");
        redis.run("XREADGROUP GROUP h d STREAMS s >");
        redis.replies("""
            XACKDEL s g ACKED IDS 3 1-0 2-0 9-0 -> [2, 2, -1]
            XPENDING s g                        -> [0, nil, nil, nil-array] || [0, nil, nil, nil]
            XACKDEL s h ACKED IDS 1 1-0         -> [1]
            XADD s 3-0 a 3                      -> '3-0'
            XDELEX s ACKED IDS 2 2-0 3-0        -> [2, 2]
            XGROUP DESTROY s h                  -> 1
            XDELEX s ACKED IDS 2 2-0 3-0        -> [1, 2]
            XGROUP DESTROY s g                  -> 1
            XDELEX s ACKED IDS 1 3-0            -> [1]
            XLEN s                              -> 0
            """);
    }

    @RedisTest(
            cinnabarOnly = "releases after those at hand",
            resp = {2, 3})
    void cuttingHasRegardToReferences(Client redis) {
        for (int i = 1; i <= 5; i++) {
            redis.run("XADD s " + i + "-0 a " + i);
        }
        redis.run("XGROUP CREATE s g 0").isOk();
        redis.replies("""
            XADD s MAXLEN = 1 ACKED 6-0 f v                  -> '6-0'
            XLEN s                                           -> 6
            XREADGROUP GROUP g c COUNT 1 STREAMS s >         -> [['s', [['1-0', ['a', '1']]]]] || {'s': [['1-0', ['a', '1']]]}
            XTRIM s MAXLEN = 1 ACKED                         -> 0
            XACK s g 1-0                                     -> 1
            XTRIM s MAXLEN = 1 ACKED                         -> 1
            XTRIM s ACKED MAXLEN 1                           -> 0
            XREADGROUP GROUP g c COUNT 2 NOACK STREAMS s >   -> [['s', [['2-0', ['a', '2']], ['3-0', ['a', '3']]]]] || {'s': [['2-0', ['a', '2']], ['3-0', ['a', '3']]]}
            XTRIM s MINID 3-0 ACKED                          -> 1
            XTRIM s MINID ~ 9-0 LIMIT 0 ACKED                -> 1
            XREADGROUP GROUP g c COUNT 2 STREAMS s >         -> [['s', [['4-0', ['a', '4']], ['5-0', ['a', '5']]]]] || {'s': [['4-0', ['a', '4']], ['5-0', ['a', '5']]]}
            XTRIM s MAXLEN 2 KEEPREF                         -> 1
            XPENDING s g                                     -> [2, '4-0', '5-0', [['c', '2']]]
            XTRIM s MAXLEN 1 DELREF                          -> 1
            XPENDING s g                                     -> [1, '4-0', '4-0', [['c', '1']]]
            XADD s DELREF MAXLEN 0 7-0 f v                   -> '7-0'
            XLEN s                                           -> 0
            XPENDING s g                                     -> [1, '4-0', '4-0', [['c', '1']]]
            XDELEX s DELREF IDS 1 4-0                        -> [-1]
            XPENDING s g                                     -> [0, nil, nil, nil-array] || [0, nil, nil, nil]
            XADD s KEEPREF ACKED 8-0 f v                     -> -ERR syntax error
            XTRIM s MAXLEN 0 DELREF KEEPREF                  -> -ERR syntax error
            XTRIM s DELREF DELREF                            -> -ERR syntax error, XTRIM must be called with a trimming strategy
            """);
    }

    @RedisTest(
            cinnabarOnly = "releases after those at hand",
            resp = {2, 3})
    void producersAreConfigured(Client redis) {
        redis.run("SET string 1").isOk();
        redis.run("XADD s 1-0 a 1");
        redis.replies("""
            XCFGSET                                  -> -ERR wrong number of arguments for 'xcfgset' command
            XCFGSET s                                -> -ERR At least one parameter must be specified
            XCFGSET s IDMP-DURATION                  -> -ERR syntax error
            XCFGSET s NONE                           -> -ERR syntax error
            XCFGSET s IDMP-DURATION x                -> -ERR value is not an integer or out of range
            XCFGSET s IDMP-DURATION 000              -> -ERR value is not an integer or out of range
            XCFGSET s IDMP-DURATION x IDMP-MAXSIZE   -> -ERR value is not an integer or out of range
            XCFGSET s IDMP-DURATION 0                -> -ERR IDMP-DURATION must be between 1 and 86400 seconds
            XCFGSET s IDMP-DURATION 86401            -> -ERR IDMP-DURATION must be between 1 and 86400 seconds
            XCFGSET s IDMP-MAXSIZE -50               -> -ERR IDMP-MAXSIZE must be between 1 and 10000 entries
            XCFGSET s IDMP-MAXSIZE 10001             -> -ERR IDMP-MAXSIZE must be between 1 and 10000 entries
            XCFGSET missing IDMP-MAXSIZE 10          -> -ERR no such key
            XCFGSET string IDMP-MAXSIZE 10           -> -WRONGTYPE Operation against a key holding the wrong kind of value
            XCFGSET s IDMP-DURATION 86400            -> +OK
            XCFGSET s idmp-maxsize 10000 IDMP-DURATION 1 -> +OK
            XADD s IDMP p1 * f v                     -> -ERR Invalid stream ID specified as stream command argument
            XADD s IDMP p i 1-1 f v                  -> -ERR IDMP/IDMPAUTO can be used only with auto-generated IDs
            XADD s IDMPAUTO p IDMP p i * f v         -> -ERR IDMP/IDMPAUTO specified multiple times
            XADD s IDMP '' i * f v                   -> -ERR IDMP requires a non-empty producer ID
            XADD s IDMP p '' * f v                   -> -ERR IDMP requires a non-empty idempotent ID
            XADD s IDMPAUTO '' * f v                 -> -ERR IDMPAUTO requires a non-empty producer ID
            XLEN s                                   -> 1
            """);
    }

    @RedisTest(
            cinnabarOnly = "releases after those at hand",
            resp = {2, 3})
    void newStreamsRememberWhatIsConfigured(Client redis) {
        redis.run("XADD before 1-0 a 1");
        redis.replies("""
            CONFIG GET stream-idmp-*               -> ['stream-idmp-duration', '100', 'stream-idmp-maxsize', '100'] || {'stream-idmp-duration': '100', 'stream-idmp-maxsize': '100'}
            CONFIG SET stream-idmp-duration 0      -> -ERR CONFIG SET failed (possibly related to argument 'stream-idmp-duration') - argument must be between 1 and 86400 inclusive
            CONFIG SET stream-idmp-duration 86401  -> -ERR CONFIG SET failed (possibly related to argument 'stream-idmp-duration') - argument must be between 1 and 86400 inclusive
            CONFIG SET stream-idmp-maxsize 10001   -> -ERR CONFIG SET failed (possibly related to argument 'stream-idmp-maxsize') - argument must be between 1 and 10000 inclusive
            CONFIG SET stream-idmp-duration 7      -> +OK
            CONFIG SET stream-idmp-maxsize 2       -> +OK
            """);
        try {
            redis.run("XADD s IDMP p one * f v");
            redis.run("XADD s IDMP p two * f v");
            redis.run("XADD s IDMP p three * f v");
            redis.run("XADD s IDMP p three * f v");
            assertThat(redis.run("XINFO STREAM s").list().toString())
                    .contains("'idmp-duration', 7, 'idmp-maxsize', 2, 'pids-tracked', 1, 'iids-tracked', 2,"
                            + " 'iids-added', 3, 'iids-duplicates', 1");
            assertThat(redis.run("XINFO STREAM before").list().toString())
                    .contains("'idmp-duration', 100, 'idmp-maxsize', 100");
        } finally {
            redis.run("CONFIG SET stream-idmp-duration 100 stream-idmp-maxsize 100")
                    .isOk();
        }
    }
}
