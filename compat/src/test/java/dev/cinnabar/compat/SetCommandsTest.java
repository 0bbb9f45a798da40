package dev.cinnabar.compat;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cinnabar.compat.harness.Client;
import dev.cinnabar.compat.harness.RedisTest;
import dev.cinnabar.compat.harness.Resp;
import dev.cinnabar.compat.harness.Server;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Sets: replies in both protocols, every command in every encoding, errors and the order in which they are found. */
class SetCommandsTest {

    private static final String WRONG_TYPE = "-WRONGTYPE Operation against a key holding the wrong kind of value";

    /** One set of each encoding: the same small numbers in the first three, and what makes the encoding. */
    private static void fillEveryEncoding(Client redis) {
        redis.run("SADD intset 1 2 3").is(3);
        redis.run("SADD listpack 1 2 3 a b").is(5);
        redis.run("SADD hashtable 1 2 3 a " + "x".repeat(65)).is(5);
    }

    @RedisTest(resp = {2, 3})
    void addsAndRemoves(Client redis) {
        redis.replies("""
            SADD s a                -> 1
            SADD s a                -> 0
            SADD s a b c b          -> 2
            SCARD s                 -> 3
            SISMEMBER s a           -> 1
            SISMEMBER s z           -> 0
            SMISMEMBER s a z b      -> [1, 0, 1]
            SMISMEMBER none a z     -> [0, 0]
            SMEMBERS none           -> [] || ~[]
            SCARD none              -> 0
            SISMEMBER none a        -> 0
            SREM s z                -> 0
            SREM s a z b            -> 2
            SMEMBERS s              -> ['c'] || ~['c']
            SREM s c c              -> 1
            EXISTS s                -> 0
            SREM s c                -> 0
            SADD s "" "\\x00\\xff"  -> 2
            SISMEMBER s ""          -> 1
            SISMEMBER s "\\x00\\xff" -> 1
            SMEMBERS s              -> unordered ['', '\\x00\\xff'] || unordered ~['', '\\x00\\xff']
            TYPE s                  -> +set
            """);
    }

    @RedisTest
    void errors(Client redis) {
        redis.run("SET text 1").isOk();
        redis.replies("""
            SADD s                  -> -ERR wrong number of arguments for 'sadd' command
            SREM s                  -> -ERR wrong number of arguments for 'srem' command
            SCARD                   -> -ERR wrong number of arguments for 'scard' command
            SISMEMBER s             -> -ERR wrong number of arguments for 'sismember' command
            SMISMEMBER s            -> -ERR wrong number of arguments for 'smismember' command
            SMEMBERS s t            -> -ERR wrong number of arguments for 'smembers' command
            SMOVE s t               -> -ERR wrong number of arguments for 'smove' command
            SINTER                  -> -ERR wrong number of arguments for 'sinter' command
            SINTERSTORE s           -> -ERR wrong number of arguments for 'sinterstore' command
            """);
        for (String command : List.of(
                "SADD text a",
                "SREM text a",
                "SCARD text",
                "SISMEMBER text a",
                "SMISMEMBER text a",
                "SMEMBERS text",
                "SPOP text",
                "SPOP text 0",
                "SPOP text 2",
                "SRANDMEMBER text",
                "SRANDMEMBER text 0",
                "SRANDMEMBER text -2",
                "SSCAN text 0",
                "SSCAN text 0 FOO",
                "SINTER none text",
                "SINTER text none",
                "SUNION none text",
                "SDIFF none text",
                "SINTERSTORE d none text",
                "SUNIONSTORE d text",
                "SDIFFSTORE d none text")) {
            redis.run(command).isError(WRONG_TYPE.substring(1));
        }
    }

    @RedisTest(since = "7.2")
    void encodings(Client redis) {
        redis.run("SADD i " + numbers(1, 512)).is(512);
        redis.run("OBJECT ENCODING i").isBulk("intset");
        redis.run("SADD i 512").is(0);
        redis.run("OBJECT ENCODING i").isBulk("intset");
        redis.run("SADD i 513").is(1);
        redis.run("OBJECT ENCODING i").isBulk("hashtable");
        redis.run("SADD j " + numbers(1, 127)).is(127);
        redis.run("SADD j x").is(1);
        redis.run("OBJECT ENCODING j").isBulk("listpack");
        redis.run("SADD j x 127").is(0);
        redis.run("OBJECT ENCODING j").isBulk("listpack");
        redis.run("SADD j y").is(1);
        redis.run("OBJECT ENCODING j").isBulk("hashtable");
        redis.run("SREM j " + numbers(1, 126) + " x").is(127);
        redis.run("OBJECT ENCODING j").isBulk("hashtable");
        redis.run("SADD k " + numbers(1, 128)).is(128);
        redis.run("SADD k x").is(1);
        redis.run("OBJECT ENCODING k").isBulk("hashtable");
        redis.run("SADD l 1 " + "x".repeat(64)).is(2);
        redis.run("OBJECT ENCODING l").isBulk("listpack");
        redis.run("SADD l " + "x".repeat(65)).is(1);
        redis.run("OBJECT ENCODING l").isBulk("hashtable");
        // So many are to come that a small form is not even begun.
        redis.run("SADD m " + numbers(1, 513)).is(513);
        redis.run("OBJECT ENCODING m").isBulk("hashtable");
        redis.run("SADD n x" + " x".repeat(128)).is(1);
        redis.run("OBJECT ENCODING n").isBulk("hashtable");
        redis.run("SADD o x").is(1);
        redis.run("SADD o x" + " x".repeat(128)).is(0);
        redis.run("OBJECT ENCODING o").isBulk("hashtable");
        redis.replies("""
            SADD p 1 01 -1 9223372036854775807 -9223372036854775808     -> 5
            OBJECT ENCODING p                                           -> 'listpack'
            SADD q -1 9223372036854775807 -9223372036854775808          -> 3
            OBJECT ENCODING q                                           -> 'intset'
            SMEMBERS q  -> ['-9223372036854775808', '-1', '9223372036854775807']
            SADD q 9223372036854775808                                  -> 1
            OBJECT ENCODING q                                           -> 'listpack'
            SISMEMBER q -1                                              -> 1
            SISMEMBER q 9223372036854775808                             -> 1
            """);
    }

    @RedisTest(since = "7.2")
    void limitsAreSettings(Client redis) {
        redis.run("CONFIG SET set-max-intset-entries 3 set-max-listpack-entries 5 set-max-listpack-value 4")
                .isOk();
        redis.replies("""
            SADD a 1 2 3        -> 3
            OBJECT ENCODING a   -> 'intset'
            SADD a 4            -> 1
            OBJECT ENCODING a   -> 'hashtable'
            SADD b 1 2 3 4      -> 4
            OBJECT ENCODING b   -> 'listpack'
            SADD b 5            -> 1
            SADD b 5            -> 0
            OBJECT ENCODING b   -> 'listpack'
            SADD b 6            -> 1
            OBJECT ENCODING b   -> 'hashtable'
            SADD c 12345 a      -> 2
            OBJECT ENCODING c   -> 'hashtable'
            SADD d a 1234       -> 2
            OBJECT ENCODING d   -> 'listpack'
            SADD d 12345        -> 1
            OBJECT ENCODING d   -> 'hashtable'
            SADD e a            -> 1
            SADD e 1 2 3 4 5 6  -> 6
            OBJECT ENCODING e   -> 'hashtable'
            SUNIONSTORE f b     -> 6
            OBJECT ENCODING f   -> 'hashtable'
            """);
    }

    @RedisTest(since = "7.2")
    void everyCommandInEveryEncoding(Client redis) {
        for (String encoding : List.of("intset", "listpack", "hashtable")) {
            redis.run("FLUSHALL").isOk();
            fillEveryEncoding(redis);
            redis.run("OBJECT ENCODING " + encoding).isBulk(encoding);
            redis.run("SISMEMBER " + encoding + " 2").is(1);
            redis.run("SISMEMBER " + encoding + " 02").is(0);
            redis.run("SMISMEMBER " + encoding + " 3 4 1").is("[1, 0, 1]");
            redis.run("COPY " + encoding + " copy").is(1);
            redis.run("OBJECT ENCODING copy").isBulk(encoding);
            assertThat(members(redis, "copy")).isEqualTo(members(redis, encoding));
            redis.run("SREM " + encoding + " 2 9").is(1);
            redis.run("SADD " + encoding + " 2 4").is(2);
            redis.run("SREM " + encoding + " 4").is(1);
            redis.run("SINTER " + encoding + " intset copy").is("['1', '2', '3']");
            redis.run("SMOVE " + encoding + " other 3").is(1);
            redis.run("SMOVE " + encoding + " other 3").is(0);
            redis.run("SISMEMBER other 3").is(1);
            redis.run("SMOVE other " + encoding + " 3").is(1);
            redis.run("EXISTS other").is(0);
            redis.run("RENAME " + encoding + " renamed").isOk();
            assertThat(members(redis, "renamed")).isEqualTo(members(redis, "copy"));
            Set<String> left = members(redis, "renamed");
            while (!left.isEmpty()) {
                assertThat(left).contains(redis.run("SRANDMEMBER renamed").text());
                String popped = redis.run("SPOP renamed").text();
                assertThat(left.remove(popped)).isTrue();
                assertThat(members(redis, "renamed")).isEqualTo(left);
            }
            redis.run("EXISTS renamed").is(0);
        }
    }

    @RedisTest(resp = {2, 3})
    void smove(Client redis) {
        redis.run("SADD s a b 1").is(3);
        redis.run("SET text 1").isOk();
        redis.replies("""
            SMOVE s t a             -> 1
            SMOVE s t z             -> 0
            SMOVE s s b             -> 1
            SMOVE s s z             -> 0
            SMOVE none text a       -> 0
            SMOVE none none a       -> 0
            SMOVE s text a          -> -WRONGTYPE Operation against a key holding the wrong kind of value
            SMOVE s text z          -> -WRONGTYPE Operation against a key holding the wrong kind of value
            SMOVE text s a          -> -WRONGTYPE Operation against a key holding the wrong kind of value
            SADD t b                -> 1
            SMOVE s t b             -> 1
            SMOVE s u 1             -> 1
            OBJECT ENCODING u       -> 'intset'
            EXISTS s                -> 0
            SCARD t                 -> 2
            """);
    }

    @RedisTest(resp = {2, 3})
    void algebra(Client redis) {
        redis.run("SADD a 1 2 3 x").is(4);
        redis.run("SADD b 2 3 4 y").is(4);
        redis.run("SADD c 3 x y").is(3);
        redis.replies("""
            SINTER a b              -> unordered ['2', '3'] || unordered ~['2', '3']
            SINTER a                -> unordered ['1', '2', '3', 'x'] || unordered ~['1', '2', '3', 'x']
            SINTER a b c            -> ['3'] || ~['3']
            SINTER a none           -> [] || ~[]
            SUNION a b              -> unordered ['1', '2', '3', '4', 'x', 'y'] || unordered ~['1', '2', '3', '4', 'x', 'y']
            SUNION none             -> [] || ~[]
            SUNION none c           -> unordered ['3', 'x', 'y'] || unordered ~['3', 'x', 'y']
            SDIFF a b               -> unordered ['1', 'x'] || unordered ~['1', 'x']
            SDIFF a none b none     -> unordered ['1', 'x'] || unordered ~['1', 'x']
            SDIFF a b c             -> ['1'] || ~['1']
            SDIFF none a            -> [] || ~[]
            SDIFF a a               -> [] || ~[]
            SINTER a a              -> unordered ['1', '2', '3', 'x'] || unordered ~['1', '2', '3', 'x']
            SINTERSTORE d a b       -> 2
            SMEMBERS d              -> unordered ['2', '3'] || unordered ~['2', '3']
            SUNIONSTORE d a b c     -> 6
            SDIFFSTORE d a b        -> 2
            SMEMBERS d              -> unordered ['1', 'x'] || unordered ~['1', 'x']
            SDIFFSTORE d d a        -> 0
            EXISTS d                -> 0
            SUNIONSTORE a a b       -> 6
            SCARD a                 -> 6
            SINTERSTORE a a c       -> 3
            SINTERSTORE a a none    -> 0
            EXISTS a                -> 0
            SINTERSTORE a a none    -> 0
            SET text 1 EX 100       -> +OK
            SUNIONSTORE text b      -> 4
            TTL text                -> -1
            SINTERSTORE text none b -> 0
            EXISTS text             -> 0
            """);
    }

    @RedisTest(
            resp = {2, 3},
            since = "7.0")
    void sintercard(Client redis) {
        redis.run("SADD a 1 2 3 x").is(4);
        redis.run("SADD b 2 3 4 x").is(4);
        redis.run("SET text 1").isOk();
        redis.replies("""
            SINTERCARD 2 a b            -> 3
            SINTERCARD 1 a              -> 4
            SINTERCARD 2 a none         -> 0
            SINTERCARD 2 a b LIMIT 0    -> 3
            SINTERCARD 2 a b limit 2    -> 2
            SINTERCARD 2 a b LIMIT 9    -> 3
            SINTERCARD 2 a b LIMIT 9 LIMIT 1 -> 1
            SINTERCARD 1                -> -ERR wrong number of arguments for 'sintercard' command
            SINTERCARD 0 a              -> -ERR numkeys should be greater than 0
            SINTERCARD -1 a             -> -ERR numkeys should be greater than 0
            SINTERCARD x a              -> -ERR numkeys should be greater than 0
            SINTERCARD 3 a b            -> -ERR Number of keys can't be greater than number of args
            SINTERCARD 2 a b c          -> -ERR syntax error
            SINTERCARD 2 a b LIMIT      -> -ERR syntax error
            SINTERCARD 2 a b LIMIT -1   -> -ERR LIMIT can't be negative
            SINTERCARD 2 a b LIMIT x    -> -ERR LIMIT can't be negative
            SINTERCARD 2 a text LIMIT x -> -ERR LIMIT can't be negative
            SINTERCARD 2 none text      -> -WRONGTYPE Operation against a key holding the wrong kind of value
            """);
    }

    @RedisTest(since = "7.2", valkeyDiffers = "the encoding of some results")
    void resultsHaveTheEncodingOfWhatIsInThem(Client redis) {
        redis.run("SADD i " + numbers(1, 10)).is(10);
        redis.run("SADD lp 1 2 3 a b").is(5);
        redis.run("SADD ints 1 2 3 a").is(4);
        redis.run("SREM ints a").is(1);
        redis.run("SADD ht x y " + numbers(1, 600)).is(602);
        redis.run("SADD ht2 1 2 3 y" + " a".repeat(125) + " " + "b".repeat(100)).is(6);
        redis.replies("""
            SINTERSTORE d i i       -> 10
            OBJECT ENCODING d       -> 'intset'
            SINTERSTORE d lp ints   -> 3
            OBJECT ENCODING d       -> 'intset'
            SINTERSTORE d ht ht2    -> 4
            OBJECT ENCODING d       -> 'listpack'
            SINTERSTORE d ht ht     -> 602
            OBJECT ENCODING d       -> 'hashtable'
            SUNIONSTORE d i ints    -> 10
            OBJECT ENCODING d       -> 'intset'
            SUNIONSTORE d i lp      -> 12
            OBJECT ENCODING d       -> 'listpack'
            SUNIONSTORE d i ht      -> 602
            OBJECT ENCODING d       -> 'hashtable'
            SDIFFSTORE d i ints     -> 7
            OBJECT ENCODING d       -> 'intset'
            SDIFFSTORE d lp ints    -> 2
            OBJECT ENCODING d       -> 'listpack'
            SDIFFSTORE d ht i       -> 592
            OBJECT ENCODING d       -> 'hashtable'
            SADD e x                -> 1
            SDIFFSTORE d ht e e e e e e i -> 591
            SADD few 1 2 3 x        -> 4
            SDIFFSTORE d few e      -> 3
            OBJECT ENCODING d       -> 'intset'
            SDIFFSTORE d few e e e e e e e e -> 3
            OBJECT ENCODING d       -> 'listpack'
            """);
    }

    @RedisTest(resp = {2, 3})
    void spopAndSrandmember(Client redis) {
        redis.run("SADD one a").is(1);
        redis.run("SADD s a b c").is(3);
        redis.replies("""
            SRANDMEMBER one         -> 'a'
            SRANDMEMBER none        -> nil
            SRANDMEMBER one 0       -> []
            SRANDMEMBER one 5       -> ['a']
            SRANDMEMBER one -3      -> ['a', 'a', 'a']
            SRANDMEMBER none 5      -> []
            SRANDMEMBER none -5     -> []
            SRANDMEMBER s 3         -> unordered ['a', 'b', 'c']
            SRANDMEMBER s 9         -> unordered ['a', 'b', 'c']
            SRANDMEMBER s x         -> -ERR value is not an integer or out of range
            SRANDMEMBER none x      -> -ERR value is not an integer or out of range
            SRANDMEMBER s 1 2       -> -ERR syntax error
            SRANDMEMBER s -9223372036854775808 -> -ERR value is out of range, value must between -9223372036854775807 and 9223372036854775807
            SPOP none               -> nil
            SPOP none 2             -> [] || ~[]
            SPOP s 0                -> [] || ~[]
            SPOP s -1               -> -ERR value is out of range, must be positive
            SPOP s x                -> -ERR value is out of range, must be positive
            SPOP none x             -> -ERR value is out of range, must be positive
            SPOP s 1 2              -> -ERR syntax error
            SPOP s 9                -> unordered ['a', 'b', 'c'] || unordered ~['a', 'b', 'c']
            EXISTS s                -> 0
            SPOP one                -> 'a'
            EXISTS one              -> 0
            SADD s a                -> 1
            SPOP s 1                -> ['a'] || ~['a']
            EXISTS s                -> 0
            """);
    }

    @RedisTest(since = "7.2")
    void whatIsLeftOfABigSetIsSmallAgain(Client redis) {
        redis.run("SADD s x " + numbers(1, 600)).is(601);
        assertThat(redis.run("SPOP s 300").texts()).hasSize(300).doesNotHaveDuplicates();
        redis.run("OBJECT ENCODING s").isBulk("hashtable");
        assertThat(redis.run("SPOP s 290").texts()).hasSize(290).doesNotHaveDuplicates();
        redis.run("OBJECT ENCODING s").isBulk("listpack");
        redis.run("SCARD s").is(11);
    }

    @RedisTest
    void randomMembersAreDistinctMembers(Client redis) {
        for (String prefix : List.of("", "m")) {
            for (int size : new int[] {5, 100, 2000}) {
                redis.run("DEL s");
                List<String> commands = new ArrayList<>();
                Set<String> all = new HashSet<>();
                for (int i = 0; i < size; i++) {
                    commands.add("SADD s " + prefix + i);
                    all.add(prefix + i);
                }
                redis.pipeline(commands);
                for (int count : new int[] {1, size / 5, size / 2, size - 1}) {
                    List<String> drawn = redis.run("SRANDMEMBER s " + count).texts();
                    assertThat(drawn).hasSize(count).doesNotHaveDuplicates();
                    assertThat(all).containsAll(drawn);
                }
                List<String> popped = redis.run("SPOP s " + size / 3).texts();
                popped.forEach(all::remove);
                assertThat(members(redis, "s")).isEqualTo(all);
            }
        }
    }

    @RedisTest(resp = {2, 3})
    void sscan(Client redis) {
        redis.run("SADD s a b c").is(3);
        redis.run("SADD i 1 2 3").is(3);
        redis.replies("""
            SSCAN none 0            -> ['0', []]
            SSCAN none x            -> -ERR invalid cursor
            SSCAN none 0 FOO        -> ['0', []]
            SSCAN s x               -> -ERR invalid cursor
            SSCAN s 0 FOO           -> -ERR syntax error
            SSCAN s 0 COUNT 0       -> -ERR syntax error
            SSCAN s 0 COUNT x       -> -ERR value is not an integer or out of range
            SSCAN s 0 MATCH         -> -ERR syntax error
            SSCAN s 0 TYPE set      -> -ERR syntax error
            SSCAN s 0 MATCH [ab] COUNT 10 -> /\\['0', \\['[ab]', '[ab]'\\]\\]/
            SSCAN i 0 COUNT 1       -> ['0', ['1', '2', '3']]
            SSCAN i 7               -> ['0', ['1', '2', '3']]
            SSCAN i 0 MATCH 2       -> ['0', ['2']]
            SSCAN i 0 MATCH x       -> ['0', []]
            """);
    }

    @RedisTest
    void sscanFindsEveryMemberOfABigSet(Client redis) {
        List<String> commands = new ArrayList<>();
        Set<String> expected = new HashSet<>();
        for (int i = 0; i < 3000; i++) {
            commands.add("SADD s member:" + i);
            expected.add("member:" + i);
        }
        redis.pipeline(commands);
        for (String options : List.of("", "COUNT 1", "COUNT 100", "COUNT 100000")) {
            List<String> found = new ArrayList<>();
            String cursor = "0";
            do {
                var reply = redis.run("SSCAN s " + cursor + " " + options).list();
                cursor = reply.get(0).text();
                reply.get(1).list().forEach(member -> found.add(member.text()));
            } while (!cursor.equals("0"));
            assertThat(found).as(options).doesNotHaveDuplicates().containsExactlyInAnyOrderElementsOf(expected);
        }
    }

    @RedisTest
    void watchedSetsAbortTransactions(Client redis) {
        redis.replies("""
            SADD s a        -> 1
            WATCH s         -> +OK
            SADD s a        -> 0
            SREM s z        -> 0
            SADD t b        -> 1
            MULTI           -> +OK
            SCARD s         -> +QUEUED
            EXEC            -> [1]
            WATCH t         -> +OK
            SUNIONSTORE t s -> 1
            MULTI           -> +OK
            SCARD s         -> +QUEUED
            EXEC            -> nil-array
            WATCH u         -> +OK
            SMOVE s u a     -> 1
            MULTI           -> +OK
            EXEC            -> nil-array
            """);
    }

    @RedisTest
    void events(Client redis, Server server) {
        redis.run("CONFIG SET notify-keyspace-events EA").isOk();
        Client subscriber = server.connect();
        subscriber.send("PSUBSCRIBE", "__keyevent@0__:*");
        subscriber.read();
        redis.replies("""
            SADD s 1 2 3 4 5            -> 5
            SADD s 1                    -> 0
            SREM s 9                    -> 0
            SREM s 1                    -> 1
            SMOVE s t 2                 -> 1
            SMOVE s t 9                 -> 0
            SADD t 3                    -> 1
            SMOVE s t 3                 -> 1
            SMOVE t t 3                 -> 1
            SUNIONSTORE u s t           -> 4
            SINTERSTORE u s t           -> 0
            SINTERSTORE u s t           -> 0
            SDIFFSTORE u t none         -> 2
            SPOP none                   -> nil
            SPOP s 1                    -> /\\['[45]'\\]/
            SPOP s                      -> /'[45]'/
            SPOP u 9                    -> unordered ['2', '3']
            SREM t 2 3                  -> 2
            RPUSH l 3 1                 -> 2
            SORT l STORE m              -> 2
            SORT none STORE m           -> 0
            SORT none STORE m           -> 0
            SET end x                   -> +OK
            """);
        List<String> events = new ArrayList<>();
        while (!events.contains("set end")) {
            List<Resp> message = subscriber.read().list();
            String channel = message.get(2).text();
            events.add(channel.substring(channel.indexOf(':') + 1) + " "
                    + message.get(3).text());
        }
        assertThat(events)
                .containsExactly(
                        "sadd s",
                        "srem s",
                        "srem s",
                        "sadd t",
                        "sadd t",
                        "srem s",
                        "sunionstore u",
                        "del u",
                        "sdiffstore u",
                        "spop s",
                        "spop s",
                        "del s",
                        "spop u",
                        "del u",
                        "srem t",
                        "del t",
                        "rpush l",
                        "sortstore m",
                        "del m",
                        "set end");
    }

    private static String numbers(int from, int to) {
        StringBuilder numbers = new StringBuilder();
        for (int i = from; i <= to; i++) {
            numbers.append(i == from ? "" : " ").append(i);
        }
        return numbers.toString();
    }

    private static Set<String> members(Client redis, String key) {
        return new HashSet<>(redis.run("SMEMBERS " + key).texts());
    }
}
