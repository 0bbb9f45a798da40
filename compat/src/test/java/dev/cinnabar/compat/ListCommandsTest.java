package dev.cinnabar.compat;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cinnabar.compat.harness.Client;
import dev.cinnabar.compat.harness.RedisTest;
import dev.cinnabar.compat.harness.Resp;
import dev.cinnabar.compat.harness.Server;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** Commands on lists that do not wait: each in the small and the large form, errors in the order in which they are found. */
class ListCommandsTest {

    /** Plays lines in the small form, and in the large one: there two elements are more than a listpack may have. */
    private static void inBothForms(Client redis, String transcript) {
        for (String limit : List.of("-2", "1")) {
            redis.run("CONFIG SET list-max-listpack-size " + limit).isOk();
            redis.run("FLUSHALL").isOk();
            redis.replies(transcript);
        }
    }

    @RedisTest(resp = {2, 3})
    void pushAndRange(Client redis) {
        inBothForms(redis, """
            LPUSH l a                   -> 1
            LPUSH l b c                 -> 3
            RPUSH l d 12 -7             -> 6
            LRANGE l 0 -1               -> ['c', 'b', 'a', 'd', '12', '-7']
            LRANGE l 1 2                -> ['b', 'a']
            LRANGE l -2 -1              -> ['12', '-7']
            LRANGE l -100 1             -> ['c', 'b']
            LRANGE l 4 100              -> ['12', '-7']
            LRANGE l 3 2                -> []
            LRANGE l 6 7                -> []
            LRANGE l -1 -2              -> []
            LRANGE none 0 -1            -> []
            LRANGE l 9223372036854775807 -9223372036854775808 -> []
            LRANGE l -9223372036854775808 9223372036854775807 -> ['c', 'b', 'a', 'd', '12', '-7']
            LLEN l                      -> 6
            LLEN none                   -> 0
            TYPE l                      -> +list
            LPUSHX none x               -> 0
            RPUSHX none x y             -> 0
            EXISTS none                 -> 0
            LPUSHX l x y                -> 8
            RPUSHX l z                  -> 9
            LRANGE l 0 1                -> ['y', 'x']
            LINDEX l -1                 -> 'z'
            RPUSH l "" "\\x00\\xff" 007 1.0 9223372036854775807 -9223372036854775808 9223372036854775808 -> 16
            LRANGE l -7 -1              -> ['', '\\x00\\xff', '007', '1.0', '9223372036854775807', '-9223372036854775808', '9223372036854775808']
            """);
    }

    @RedisTest(resp = {2, 3})
    void pop(Client redis) {
        inBothForms(redis, """
            RPUSH l 1 2 3 4 5 6 7       -> 7
            LPOP l                      -> '1'
            RPOP l                      -> '7'
            LPOP l 2                    -> ['2', '3']
            RPOP l 2                    -> ['6', '5']
            LPOP l 0                    -> []
            RPOP l 100                  -> ['4']
            EXISTS l                    -> 0
            LPOP l                      -> nil
            RPOP l                      -> nil
            LPOP l 0                    -> nil-array || nil
            RPOP l 1                    -> nil-array || nil
            """);
    }

    @RedisTest
    void indexAndSet(Client redis) {
        inBothForms(redis, """
            RPUSH l a b c 4 5           -> 5
            LINDEX l 0                  -> 'a'
            LINDEX l 4                  -> '5'
            LINDEX l 5                  -> nil
            LINDEX l -1                 -> '5'
            LINDEX l -5                 -> 'a'
            LINDEX l -6                 -> nil
            LINDEX l -9223372036854775808 -> nil
            LINDEX none 0               -> nil
            LSET l 0 A                  -> +OK
            LSET l -1 longer-than-before -> +OK
            LSET l 3 1                  -> +OK
            LRANGE l 0 -1               -> ['A', 'b', 'c', '1', 'longer-than-before']
            LSET l 5 x                  -> -ERR index out of range
            LSET l -6 x                 -> -ERR index out of range
            LSET none 0 x               -> -ERR no such key
            """);
    }

    @RedisTest(since = "8.10")
    void anIndexHas64Bits(Client redis) {
        redis.replies("""
            RPUSH l a b c               -> 3
            LINDEX l 4294967296         -> nil
            LINDEX l -9223372036854775807 -> nil
            LSET l 4294967297 x         -> -ERR index out of range
            LRANGE l 0 -1               -> ['a', 'b', 'c']
            """);
    }

    @RedisTest
    void insert(Client redis) {
        inBothForms(redis, """
            LINSERT none BEFORE a b     -> 0
            EXISTS none                 -> 0
            RPUSH l a b a 12            -> 4
            LINSERT l BEFORE a x        -> 5
            LINSERT l after b y         -> 6
            LINSERT l AFTER 12 z        -> 7
            LINSERT l BEFORE 12 13      -> 8
            LINSERT l BEFORE q r        -> -1
            LINSERT l BEFORE 012 r      -> -1
            LRANGE l 0 -1               -> ['x', 'a', 'b', 'y', 'a', '13', '12', 'z']
            """);
    }

    @RedisTest
    void remove(Client redis) {
        inBothForms(redis, """
            RPUSH l a b a c a 1 1 a     -> 8
            LREM l 1 a                  -> 1
            LREM l -1 a                 -> 1
            LRANGE l 0 -1               -> ['b', 'a', 'c', 'a', '1', '1']
            LREM l 0 a                  -> 2
            LREM l 5 q                  -> 0
            LREM l -9223372036854775807 1 -> 2
            LRANGE l 0 -1               -> ['b', 'c']
            LREM l 9 b                  -> 1
            LREM l -9 c                 -> 1
            EXISTS l                    -> 0
            LREM l 0 a                  -> 0
            """);
    }

    @RedisTest
    void trim(Client redis) {
        inBothForms(redis, """
            RPUSH l 1 2 3 4 5 6 7 8     -> 8
            LTRIM l 1 -2                -> +OK
            LRANGE l 0 -1               -> ['2', '3', '4', '5', '6', '7']
            LTRIM l -5 3                -> +OK
            LRANGE l 0 -1               -> ['3', '4', '5']
            LTRIM l 0 100               -> +OK
            LTRIM l -100 1              -> +OK
            LRANGE l 0 -1               -> ['3', '4']
            LTRIM l 5 9                 -> +OK
            EXISTS l                    -> 0
            LTRIM l 0 1                 -> +OK
            RPUSH l 1 2                 -> 2
            LTRIM l 1 0                 -> +OK
            EXISTS l                    -> 0
            """);
    }

    @RedisTest(resp = {2, 3})
    void position(Client redis) {
        inBothForms(redis, """
            RPUSH l a b c 1 2 3 c c     -> 8
            LPOS l c                    -> 2
            LPOS l 3                    -> 5
            LPOS l q                    -> nil
            LPOS l c RANK 2             -> 6
            LPOS l c RANK -1            -> 7
            LPOS l c RANK 4             -> nil
            LPOS l c COUNT 2            -> [2, 6]
            LPOS l c RANK -1 COUNT 2    -> [7, 6]
            LPOS l c COUNT 0            -> [2, 6, 7]
            LPOS l c rank -2 count 0    -> [6, 2]
            LPOS l c RANK 5 COUNT 0     -> []
            LPOS l c MAXLEN 2           -> nil
            LPOS l c MAXLEN 3           -> 2
            LPOS l c MAXLEN 0 COUNT 0   -> [2, 6, 7]
            LPOS l c COUNT 0 MAXLEN 7   -> [2, 6]
            LPOS l a COUNT 0 MAXLEN 7 RANK -1 -> []
            LPOS l c RANK -9223372036854775807 -> nil
            LPOS none c                 -> nil
            LPOS none c COUNT 2         -> []
            """);
    }

    @RedisTest(resp = {2, 3})
    void move(Client redis) {
        inBothForms(redis, """
            RPUSH a 1 2 3               -> 3
            RPOPLPUSH a b               -> '3'
            RPOPLPUSH a b               -> '2'
            LRANGE b 0 -1               -> ['2', '3']
            RPOPLPUSH a b               -> '1'
            EXISTS a                    -> 0
            RPOPLPUSH a b               -> nil
            RPOPLPUSH a a               -> nil
            LMOVE b a LEFT RIGHT        -> '1'
            LMOVE b a left left         -> '2'
            LMOVE b a RIGHT RIGHT       -> '3'
            LRANGE a 0 -1               -> ['2', '1', '3']
            EXISTS b                    -> 0
            LMOVE a a RIGHT LEFT        -> '3'
            LMOVE a a LEFT LEFT         -> '3'
            LMOVE a a LEFT RIGHT        -> '3'
            LRANGE a 0 -1               -> ['2', '1', '3']
            RPOPLPUSH a a               -> '3'
            LRANGE a 0 -1               -> ['3', '2', '1']
            LTRIM a 0 0                 -> +OK
            RPOPLPUSH a a               -> '3'
            LRANGE a 0 -1               -> ['3']
            LMOVE none b LEFT LEFT      -> nil
            EXISTS b                    -> 0
            """);
    }

    @RedisTest(resp = {2, 3})
    void multiplePop(Client redis) {
        inBothForms(redis, """
            LMPOP 1 none LEFT           -> nil-array || nil
            RPUSH b 1 2 3 4             -> 4
            LMPOP 2 none b LEFT         -> ['b', ['1']]
            LMPOP 2 none b right COUNT 2 -> ['b', ['4', '3']]
            RPUSH a x                   -> 1
            LMPOP 2 a b LEFT COUNT 5    -> ['a', ['x']]
            LMPOP 2 a b LEFT COUNT 5    -> ['b', ['2']]
            EXISTS a b                  -> 0
            LMPOP 2 a b LEFT COUNT 5    -> nil-array || nil
            """);
    }

    @RedisTest
    void wrongTypes(Client redis) {
        redis.replies("""
            SET s x                     -> +OK
            RPUSH l a                   -> 1
            LPUSH s x                   -> -WRONGTYPE Operation against a key holding the wrong kind of value
            RPUSHX s x                  -> /-WRONGTYPE .*/
            LPOP s                      -> /-WRONGTYPE .*/
            RPOP s 0                    -> /-WRONGTYPE .*/
            LLEN s                      -> /-WRONGTYPE .*/
            LRANGE s 0 1                -> /-WRONGTYPE .*/
            LINDEX s x                  -> /-WRONGTYPE .*/
            LSET s x x                  -> /-WRONGTYPE .*/
            LINSERT s BEFORE a b        -> /-WRONGTYPE .*/
            LREM s 0 a                  -> /-WRONGTYPE .*/
            LTRIM s 0 1                 -> /-WRONGTYPE .*/
            LPOS s a COUNT 1            -> /-WRONGTYPE .*/
            LMOVE s l LEFT LEFT         -> /-WRONGTYPE .*/
            LMOVE l s LEFT LEFT         -> /-WRONGTYPE .*/
            LMOVE none s LEFT LEFT      -> nil
            RPOPLPUSH s s               -> /-WRONGTYPE .*/
            LMPOP 2 s l LEFT            -> /-WRONGTYPE .*/
            LMPOP 2 l s LEFT            -> ['l', ['a']]
            RPUSH l a                   -> 1
            BLPOP s l 1                 -> /-WRONGTYPE .*/
            BLPOP l s 1                 -> ['l', 'a']
            GET s                       -> 'x'
            LPUSH l 1                   -> 1
            GET l                       -> /-WRONGTYPE .*/
            SET l x                     -> +OK
            GET l                       -> 'x'
            """);
    }

    @RedisTest
    void errors(Client redis) {
        redis.replies("""
            SET s x                     -> +OK
            LPOP none x                 -> -ERR value is out of range, must be positive
            LPOP none -1                -> -ERR value is out of range, must be positive
            LPOP s x                    -> -ERR value is out of range, must be positive
            LPOP s 1 2                  -> -ERR wrong number of arguments for 'lpop' command
            LINDEX none x               -> nil
            LSET none x y               -> -ERR no such key
            RPUSH l 1                   -> 1
            LINDEX l x                  -> -ERR value is not an integer or out of range
            LSET l x y                  -> -ERR value is not an integer or out of range
            LRANGE s x y                -> -ERR value is not an integer or out of range
            LTRIM none 0 y              -> -ERR value is not an integer or out of range
            LREM s x a                  -> -ERR value is not an integer or out of range
            LINSERT s FOO a b           -> -ERR syntax error
            LINSERT none FOO a b        -> -ERR syntax error
            LPOS none a RANK 0          -> /-ERR RANK can't be zero: .*/
            LPOS none a RANK x          -> -ERR value is not an integer or out of range
            LPOS none a COUNT -1        -> -ERR COUNT can't be negative
            LPOS none a COUNT x         -> -ERR COUNT can't be negative
            LPOS none a MAXLEN -1       -> -ERR MAXLEN can't be negative
            LPOS none a FOO 1           -> -ERR syntax error
            LPOS none a RANK            -> -ERR syntax error
            LMOVE none none FOO LEFT    -> -ERR syntax error
            LMOVE none none LEFT FOO    -> -ERR syntax error
            LMPOP 0 a LEFT              -> -ERR numkeys should be greater than 0
            LMPOP x a LEFT              -> -ERR numkeys should be greater than 0
            LMPOP -1 a LEFT             -> -ERR numkeys should be greater than 0
            LMPOP 2 a LEFT              -> -ERR syntax error
            LMPOP 9223372036854775807 a LEFT -> -ERR syntax error
            LMPOP 1 a FOO               -> -ERR syntax error
            LMPOP 1 a LEFT COUNT        -> -ERR syntax error
            LMPOP 1 a LEFT COUNT 0      -> -ERR count should be greater than 0
            LMPOP 1 a LEFT COUNT x y    -> -ERR count should be greater than 0
            LMPOP 1 a LEFT COUNT 1 y    -> -ERR syntax error
            LMPOP 1 a LEFT COUNT 1 COUNT 1 -> -ERR syntax error
            """);
    }

    @RedisTest(since = "7.2")
    void theLeastNumberHasNoOpposite(Client redis) {
        redis.replies("""
            LREM none -9223372036854775808 a -> /-ERR value is out of range.*/
            LPOS none a RANK -9223372036854775808 -> /-ERR value is out of range.*/
            """);
    }

    // Forms.

    private static String encoding(Client redis) {
        return redis.run("OBJECT ENCODING l").reply().text();
    }

    @RedisTest(since = "7.2")
    void aListpackGrowsUpToItsLimitOfBytes(Client redis) {
        for (String push : List.of("LPUSH", "RPUSH", "LPUSHX", "RPUSHX")) {
            for (int limit : new int[] {1, 2, 3}) {
                int bytes = 2048 << limit;
                redis.run("CONFIG SET list-max-listpack-size -" + limit).isOk();
                redis.run("DEL l");
                redis.call("RPUSH", "l", "x".repeat(1000)).is(1);
                // Seven of the listpack, 1004 for an element; what comes is counted without its overhead.
                int room = bytes - 7 - 1004;
                while (room > 2000) {
                    redis.call("RPUSH", "l", "x".repeat(1000));
                    room -= 1004;
                }
                redis.call(push, "l", "y".repeat(room));
                assertThat(encoding(redis)).isEqualTo("listpack");
                redis.call(push, "l", "z");
                assertThat(encoding(redis)).isEqualTo("quicklist");
            }
        }
    }

    @RedisTest(since = "7.2")
    void aListpackGrowsUpToItsLimitOfElements(Client redis) {
        redis.replies("""
            CONFIG SET list-max-listpack-size 3     -> +OK
            RPUSH l 1 2 3               -> 3
            OBJECT ENCODING l           -> 'listpack'
            LPUSH l 4                   -> 4
            OBJECT ENCODING l           -> 'quicklist'
            RPUSH m 1 2 3 4             -> 4
            OBJECT ENCODING m           -> 'quicklist'
            RPUSH n 1 2 3               -> 3
            LINSERT n BEFORE 2 x        -> 4
            OBJECT ENCODING n           -> 'quicklist'
            CONFIG SET list-max-listpack-size 0     -> +OK
            RPUSH o 1                   -> 1
            OBJECT ENCODING o           -> 'listpack'
            RPUSH o 1                   -> 2
            OBJECT ENCODING o           -> 'quicklist'
            """);
        redis.run("CONFIG SET list-max-listpack-size 100").isOk();
        redis.call("RPUSH", "p", "x".repeat(8000)).is(1);
        assertThat(redis.run("OBJECT ENCODING p").reply().text()).isEqualTo("listpack");
        redis.call("RPUSH", "p", "x".repeat(300)).is(2);
        assertThat(redis.run("OBJECT ENCODING p").reply().text()).isEqualTo("quicklist");
    }

    @RedisTest(since = "7.2")
    void whatMightNotFitMakesItLargeEvenIfNothingComes(Client redis) {
        redis.call("RPUSH", "l", "a").is(1);
        redis.call("LINSERT", "l", "BEFORE", "none", "x".repeat(9000)).is(-1);
        assertThat(encoding(redis)).isEqualTo("quicklist");
        redis.run("DEL l");
        redis.call("RPUSH", "l", "a").is(1);
        redis.call("LSET", "l", "5", "x".repeat(9000));
        assertThat(encoding(redis)).isEqualTo("quicklist");
        redis.run("DEL l");
        redis.call("RPUSH", "l", "a").is(1);
        redis.call("LSET", "l", "0", "x".repeat(9000));
        assertThat(encoding(redis)).isEqualTo("quicklist");
        redis.call("LSET", "l", "0", "y");
        redis.run("LRANGE l 0 -1").is("['y']");
        assertThat(encoding(redis)).isEqualTo("listpack");
    }

    @RedisTest(since = "7.2")
    void aListTakesItsSmallFormAgainAtHalfOfTheLimit(Client redis) {
        redis.replies("""
            CONFIG SET list-max-listpack-size 4     -> +OK
            RPUSH l 1 2 3 4 5           -> 5
            OBJECT ENCODING l           -> 'quicklist'
            LPOP l                      -> '1'
            RPOP l                      -> '5'
            OBJECT ENCODING l           -> 'quicklist'
            LPOP l                      -> '2'
            OBJECT ENCODING l           -> 'listpack'
            RPUSH l a b c               -> 5
            OBJECT ENCODING l           -> 'quicklist'
            LTRIM l 0 1                 -> +OK
            OBJECT ENCODING l           -> 'listpack'
            RPUSH l a b c               -> 5
            LREM l 1 a                  -> 1
            LREM l 1 b                  -> 1
            OBJECT ENCODING l           -> 'quicklist'
            LREM l 1 c                  -> 1
            OBJECT ENCODING l           -> 'listpack'
            RPUSH l a b c               -> 5
            LMOVE l m RIGHT LEFT        -> 'c'
            LMOVE l m RIGHT LEFT        -> 'b'
            OBJECT ENCODING l           -> 'quicklist'
            LMPOP 1 l RIGHT             -> ['l', ['a']]
            OBJECT ENCODING l           -> 'listpack'
            """);
        redis.run("CONFIG SET list-max-listpack-size -1").isOk();
        redis.run("DEL l");
        for (int i = 0; i < 5; i++) {
            redis.call("RPUSH", "l", "x".repeat(1000)).is(i + 1);
        }
        assertThat(encoding(redis)).isEqualTo("quicklist");
        redis.run("LTRIM l 0 2").isOk();
        assertThat(encoding(redis)).isEqualTo("quicklist");
        redis.run("LTRIM l 0 1").isOk();
        assertThat(encoding(redis)).isEqualTo("listpack");
    }

    @RedisTest
    void manyElementsOfManySizes(Client redis) {
        List<String> model = new ArrayList<>();
        for (int i = 0; i < 400; i++) {
            String value = i % 7 == 0 ? Integer.toString(i) : (i + ":").repeat(i % 50 == 0 ? 5000 : i % 90);
            if (i % 3 == 0) {
                redis.call("LPUSH", "l", value).is(i + 1);
                model.addFirst(value);
            } else {
                redis.call("RPUSH", "l", value).is(i + 1);
                model.addLast(value);
            }
        }
        assertThat(redis.run("LRANGE l 0 -1").texts()).isEqualTo(model);
        for (int i = 0; i < 400; i += 13) {
            redis.call("LINDEX", "l", i).isBulk(model.get(i));
            redis.call("LINDEX", "l", i - 400).isBulk(model.get(i));
        }
        assertThat(redis.call("LPOP", "l", 150).texts()).isEqualTo(model.subList(0, 150));
        assertThat(redis.call("RPOP", "l", 150).texts())
                .isEqualTo(model.subList(250, 400).reversed());
        redis.run("COPY l m").is(1);
        redis.run("RENAME l n").isOk();
        assertThat(redis.run("LRANGE m 0 -1").texts()).isEqualTo(model.subList(150, 250));
        assertThat(redis.run("LRANGE n 0 -1").texts()).isEqualTo(model.subList(150, 250));
        redis.run("MOVE n 1").is(1);
        redis.run("SELECT 1").isOk();
        assertThat(redis.run("LRANGE n 0 -1").texts()).isEqualTo(model.subList(150, 250));
        redis.run("SELECT 0").isOk();
    }

    @RedisTest
    void aTransactionWatchesLists(Client redis) {
        redis.replies("""
            RPUSH l 1 2                 -> 2
            WATCH l                     -> +OK
            LSET l 0 1                  -> +OK
            MULTI                       -> +OK
            LPOP l                      -> +QUEUED
            EXEC                        -> nil-array
            WATCH l                     -> +OK
            LREM l 0 x                  -> 0
            LINSERT l BEFORE x y        -> -1
            LPUSHX none x               -> 0
            MULTI                       -> +OK
            LPOP l                      -> +QUEUED
            LMOVE l m LEFT LEFT         -> +QUEUED
            LLEN m                      -> +QUEUED
            EXEC                        -> ['1', '2', 1]
            """);
    }

    @RedisTest(valkeyDiffers = "a trim that removes nothing changes nothing")
    void aTrimTouchesWatchersInAnyCase(Client redis) {
        redis.replies("""
            RPUSH l 1 2                 -> 2
            WATCH l                     -> +OK
            LTRIM l 0 -1                -> +OK
            MULTI                       -> +OK
            LPOP l                      -> +QUEUED
            EXEC                        -> nil-array
            """);
    }

    @RedisTest(valkeyDiffers = "a trim that removes nothing changes nothing")
    void eachElementIsAChange(Client redis) {
        long before = changes(redis);
        redis.replies("""
            RPUSH l 1 2 3 4 5 6 7 8 9   -> 9
            LPOP l 2                    -> ['1', '2']
            LMOVE l m LEFT LEFT         -> '3'
            LMOVE l l LEFT LEFT         -> '4'
            LREM l 0 4                  -> 1
            LTRIM l 0 2                 -> +OK
            LTRIM l 0 2                 -> +OK
            LINSERT l BEFORE 5 q        -> 4
            LSET l 0 x                  -> +OK
            LTRIM l 5 1                 -> +OK
            LMPOP 1 m LEFT COUNT 5      -> ['m', ['3']]
            """);
        assertThat(changes(redis) - before).isEqualTo(9 + 2 + 1 + 1 + 1 + 2 + 1 + 1 + 4 + 1);
    }

    @RedisTest
    void events(Client redis, Server server) {
        redis.run("CONFIG SET notify-keyspace-events EA").isOk();
        Client subscriber = server.connect();
        subscriber.send("PSUBSCRIBE", "__keyevent@0__:*");
        subscriber.read();
        Client waiting = server.connect();
        waiting.send("BLMOVE", "w", "v", "LEFT", "RIGHT", "0");
        BlockingListsTest.awaitBlocked(redis, 1);
        redis.replies("""
            RPUSH l 1 2 3               -> 3
            LPUSH l 4                   -> 4
            RPUSHX l 5                  -> 5
            LPUSHX none 5               -> 0
            LPOP l                      -> '4'
            RPOP l 2                    -> ['5', '3']
            LPOP l 0                    -> []
            LPOP none                   -> nil
            LSET l 0 x                  -> +OK
            LINSERT l BEFORE none x     -> -1
            LINSERT l BEFORE x y        -> 3
            LREM l 0 none               -> 0
            LREM l 0 x                  -> 1
            LTRIM l 0 -1                -> +OK
            LMOVE l m LEFT RIGHT        -> 'y'
            RPOPLPUSH l m               -> '2'
            LMOVE m m LEFT RIGHT        -> '2'
            LMPOP 1 m LEFT              -> ['m', ['y']]
            BLPOP m 0                   -> ['m', '2']
            RPUSH l 1 1                 -> 2
            LREM l 0 1                  -> 2
            RPUSH l 1 1                 -> 2
            LTRIM l 1 0                 -> +OK
            RPUSH w 1                   -> 1
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
                        "rpush l",
                        "lpush l",
                        "rpush l",
                        "lpop l",
                        "rpop l",
                        "lset l",
                        "linsert l",
                        "lrem l",
                        "ltrim l",
                        "rpush m",
                        "lpop l",
                        "lpush m",
                        "rpop l",
                        "del l",
                        "rpush m",
                        "lpop m",
                        "lpop m",
                        "lpop m",
                        "del m",
                        "rpush l",
                        "lrem l",
                        "del l",
                        "rpush l",
                        "ltrim l",
                        "del l",
                        "rpush w",
                        "rpush v",
                        "lpop w",
                        "del w",
                        "set end");
    }

    private static long changes(Client redis) {
        return redis.run("INFO persistence")
                .text()
                .lines()
                .filter(line -> line.startsWith("rdb_changes_since_last_save:"))
                .mapToLong(line -> Long.parseLong(line.substring(line.indexOf(':') + 1)))
                .findFirst()
                .orElseThrow();
    }

    // 8.10.

    @RedisTest(
            since = "8.10",
            resp = {2, 3})
    void moveMany(Client redis) {
        inBothForms(redis, """
            RPUSH a 1 2 3 4 5 6 7 8     -> 8
            LMOVEM a b LEFT LEFT        -> ['1']
            LMOVEM a b LEFT LEFT COUNT 2 OBO -> ['3', '2']
            LRANGE b 0 -1               -> ['3', '2', '1']
            LMOVEM a b LEFT LEFT COUNT 2 BULK -> ['4', '5']
            LRANGE b 0 -1               -> ['4', '5', '3', '2', '1']
            LMOVEM a b RIGHT RIGHT COUNT 2 obo -> ['8', '7']
            LRANGE b 0 -1               -> ['4', '5', '3', '2', '1', '8', '7']
            LMOVEM a b RIGHT LEFT EXACTLY 2 BULK -> nil-array || nil
            LMOVEM a b RIGHT LEFT exactly 1 BULK -> ['6']
            EXISTS a                    -> 0
            LMOVEM b c RIGHT RIGHT COUNT 3 BULK -> ['1', '8', '7']
            LMOVEM b c LEFT RIGHT COUNT 2 OBO -> ['6', '4']
            LMOVEM b c RIGHT LEFT COUNT 2 OBO -> ['3', '2']
            LRANGE c 0 -1               -> ['3', '2', '1', '8', '7', '6', '4']
            LMOVEM b c RIGHT LEFT COUNT 100 BULK -> ['5']
            LMOVEM c c LEFT RIGHT COUNT 2 BULK -> ['5', '3']
            LMOVEM c c RIGHT RIGHT COUNT 2 OBO -> ['3', '5']
            LRANGE c 0 -1               -> ['2', '1', '8', '7', '6', '4', '3', '5']
            LMOVEM c c LEFT LEFT COUNT 100 BULK -> ['2', '1', '8', '7', '6', '4', '3', '5']
            LMOVEM none c LEFT LEFT     -> []
            LMOVEM none c LEFT LEFT EXACTLY 1 BULK -> nil-array || nil
            """);
        redis.replies("""
            SET s x                     -> +OK
            LMOVEM s c LEFT LEFT        -> /-WRONGTYPE .*/
            LMOVEM c s LEFT LEFT        -> /-WRONGTYPE .*/
            LMOVEM c d LEFT             -> -ERR wrong number of arguments for 'lmovem' command
            LMOVEM c d LEFT FOO         -> -ERR syntax error
            LMOVEM c d LEFT LEFT COUNT 1 -> -ERR syntax error
            LMOVEM c d LEFT LEFT COUNT 1 FOO -> -ERR syntax error
            LMOVEM c d LEFT LEFT COUNT 0 OBO -> /-ERR .*/
            LMOVEM c d LEFT LEFT COUNT x OBO -> /-ERR .*/
            LMOVEM c d LEFT LEFT COUNT 1 OBO BULK -> -ERR syntax error
            """);
    }

    @RedisTest
    void rangesOfALongList(Client redis) {
        List<String> model =
                IntStream.range(0, 3000).mapToObj(i -> "element " + i).toList();
        List<Object> push = new ArrayList<>(List.of("RPUSH", "l"));
        push.addAll(model);
        redis.call(push.toArray()).is(3000);
        for (int from = 0; from < 3000; from += 371) {
            assertThat(redis.call("LRANGE", "l", from, from + 120).texts())
                    .isEqualTo(model.subList(from, Math.min(from + 121, 3000)));
        }
        redis.call("LINSERT", "l", "AFTER", "element 1500", "new").is(3001);
        redis.call("LPOS", "l", "new").is(1501);
        redis.call("LPOS", "l", "new", "RANK", -1).is(1501);
        redis.call("LREM", "l", 1, "new").is(1);
        redis.call("LTRIM", "l", 1000, -1001).isOk();
        assertThat(redis.run("LRANGE l 0 -1").texts()).isEqualTo(model.subList(1000, 2000));
    }
}
