package dev.cinnabar.compat;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cinnabar.compat.harness.Client;
import dev.cinnabar.compat.harness.RedisTest;
import java.util.HashSet;
import java.util.Set;

/** Commands that work on keys of any type. */
class KeyCommandsTest {

    @RedisTest
    void delUnlinkExistsTouch(Client redis) {
        redis.replies("""
            MSET a 1 b 2 c 3 d 4    -> +OK
            EXISTS a                -> 1
            EXISTS a a b nothing    -> 3
            TOUCH a a nothing       -> 2
            DEL a a nothing         -> 1
            UNLINK b nothing        -> 1
            DBSIZE                  -> 2
            DEL nothing             -> 0
            UNLINK nothing          -> 0
            DEL c d                 -> 2
            DBSIZE                  -> 0
            DEL                     -> -ERR wrong number of arguments for 'del' command
            UNLINK                  -> -ERR wrong number of arguments for 'unlink' command
            EXISTS                  -> -ERR wrong number of arguments for 'exists' command
            TOUCH                   -> -ERR wrong number of arguments for 'touch' command
            """);
    }

    @RedisTest
    void type(Client redis) {
        redis.replies("""
            TYPE nothing            -> +none
            SET s 1                 -> +OK
            TYPE s                  -> +string
            TYPE s x                -> -ERR wrong number of arguments for 'type' command
            """);
    }

    @RedisTest
    void rename(Client redis) {
        redis.replies("""
            SET a 1                 -> +OK
            RENAME a b              -> +OK
            EXISTS a                -> 0
            GET b                   -> '1'
            RENAME nothing b        -> -ERR no such key
            RENAME b b              -> +OK
            GET b                   -> '1'
            RENAME nothing nothing  -> -ERR no such key
            SET c 2                 -> +OK
            EXPIRE c 100            -> 1
            RENAME b c              -> +OK
            GET c                   -> '1'
            TTL c                   -> -1
            EXPIRE c 100            -> 1
            SET d 3                 -> +OK
            RENAME c d              -> +OK
            TTL d                   -> /100|99/
            DBSIZE                  -> 1
            RENAME d                -> -ERR wrong number of arguments for 'rename' command
            """);
    }

    @RedisTest
    void renamenx(Client redis) {
        redis.replies("""
            MSET a 1 b 2            -> +OK
            RENAMENX a b            -> 0
            MGET a b                -> ['1', '2']
            RENAMENX a c            -> 1
            GET c                   -> '1'
            RENAMENX nothing c      -> -ERR no such key
            RENAMENX c c            -> 0
            EXPIRE c 100            -> 1
            RENAMENX c d            -> 1
            TTL d                   -> /100|99/
            """);
    }

    @RedisTest
    void copy(Client redis) {
        redis.replies("""
            SET a 1 EX 100          -> +OK
            COPY a b                -> 1
            GET b                   -> '1'
            TTL b                   -> /100|99/
            APPEND b x              -> 2
            GET a                   -> '1'
            COPY a b                -> 0
            COPY a b REPLACE        -> 1
            GET b                   -> '1'
            COPY nothing b          -> 0
            COPY nothing b REPLACE  -> 0
            GET b                   -> '1'
            COPY a a                -> -ERR source and destination objects are the same
            COPY nothing nothing    -> -ERR source and destination objects are the same
            COPY a a DB 0           -> -ERR source and destination objects are the same
            COPY a a DB 1           -> 1
            COPY a c DB 1 REPLACE   -> 1
            SELECT 1                -> +OK
            GET a                   -> '1'
            TTL c                   -> /100|99/
            COPY a b DB 16          -> -ERR DB index is out of range
            COPY a b DB -1          -> -ERR DB index is out of range
            COPY a b DB abc         -> /-ERR (value is not an integer or out of range|invalid DB index)/
            COPY a b DB             -> -ERR syntax error
            COPY a b FOO            -> -ERR syntax error
            COPY a                  -> -ERR wrong number of arguments for 'copy' command
            PERSIST a               -> 1
            COPY a p                -> 1
            TTL p                   -> -1
            """);
    }

    @RedisTest
    void move(Client redis) {
        redis.replies("""
            SET a 1 EX 100          -> +OK
            MOVE a 1                -> 1
            EXISTS a                -> 0
            MOVE a 1                -> 0
            SET a 2                 -> +OK
            MOVE a 1                -> 0
            GET a                   -> '2'
            MOVE a 0                -> -ERR source and destination objects are the same
            MOVE nothing 0          -> -ERR source and destination objects are the same
            MOVE a 16               -> -ERR DB index is out of range
            MOVE a -1               -> -ERR DB index is out of range
            MOVE a abc              -> /-ERR (value is not an integer or out of range|invalid DB index)/
            SELECT 1                -> +OK
            GET a                   -> '1'
            TTL a                   -> /100|99/
            MOVE a                  -> -ERR wrong number of arguments for 'move' command
            """);
    }

    @RedisTest(resp = {2, 3})
    void keys(Client redis) {
        redis.replies("""
            KEYS *                  -> []
            MSET hello 1 hallo 1 hxllo 1 hllo 1 heello 1 h*llo 1 "a\\\\b" 1 [x] 1 -> +OK
            KEYS h?llo              -> unordered ['h*llo', 'hallo', 'hello', 'hxllo']
            KEYS h*llo              -> unordered ['h*llo', 'hallo', 'heello', 'hello', 'hllo', 'hxllo']
            KEYS h[ae]llo           -> unordered ['hallo', 'hello']
            KEYS h[^e]llo           -> unordered ['h*llo', 'hallo', 'hxllo']
            KEYS h[a-e]llo          -> unordered ['hallo', 'hello']
            KEYS h[e-a]llo          -> unordered ['hallo', 'hello']
            KEYS "h\\\\*llo"        -> ['h*llo']
            KEYS "a\\\\\\\\b"       -> ['a\\\\b']
            KEYS "\\\\[x]"          -> ['[x]']
            KEYS [[]x]              -> ['[x]']
            KEYS hello              -> ['hello']
            KEYS hell               -> []
            KEYS ""                 -> []
            KEYS HELLO              -> []
            KEYS **ello             -> unordered ['heello', 'hello']
            KEYS h[                 -> []
            KEYS h[ae               -> []
            KEYS *[l]lo             -> unordered ['h*llo', 'hallo', 'heello', 'hello', 'hllo', 'hxllo']
            KEYS                    -> -ERR wrong number of arguments for 'keys' command
            KEYS a b                -> -ERR wrong number of arguments for 'keys' command
            """);
    }

    @RedisTest
    void aHostilePatternTakesNoTimeAtAll(Client redis) {
        redis.call("SET", "a".repeat(50), "1").isOk();
        redis.call("KEYS", "a*".repeat(25) + "b").is("[]");
    }

    @RedisTest
    void randomkey(Client redis) {
        redis.run("RANDOMKEY").isNil();
        Set<String> expected = new HashSet<>();
        for (int i = 0; i < 20; i++) {
            redis.call("SET", "key:" + i, i).isOk();
            expected.add("key:" + i);
        }
        Set<String> seen = new HashSet<>();
        for (int i = 0; i < 2000 && seen.size() < 20; i++) {
            seen.add(redis.run("RANDOMKEY").text());
        }
        assertThat(seen).isEqualTo(expected);
    }

    @RedisTest
    void randomkeyDoesNotFindExpiredKeys(Client redis) {
        redis.replies("""
            SET a 1 PXAT 1          -> +OK
            RANDOMKEY               -> nil
            SET b 1                 -> +OK
            RANDOMKEY               -> 'b'
            RANDOMKEY x             -> -ERR wrong number of arguments for 'randomkey' command
            """);
    }

    @RedisTest
    void objectCommands(Client redis) {
        redis.replies("""
            SET x abc               -> +OK
            OBJECT REFCOUNT x       -> 1
            OBJECT IDLETIME x       -> 0
            OBJECT ENCODING nothing -> nil
            OBJECT REFCOUNT nothing -> nil
            OBJECT IDLETIME nothing -> nil
            OBJECT FREQ nothing     -> nil
            OBJECT FREQ x           -> -ERR An LFU maxmemory policy is not selected, access frequency not tracked. Please note that when switching between policies at runtime LRU and LFU data will take some time to adjust.
            OBJECT ENCODING         -> -ERR wrong number of arguments for 'object|encoding' command
            OBJECT                  -> -ERR wrong number of arguments for 'object' command
            OBJECT FOO x            -> -ERR unknown subcommand 'FOO'. Try OBJECT HELP.
            OBJECT HELP             -> /\\[\\+OBJECT <subcommand> \\[<arg> \\[value\\] \\[opt\\] \\.\\.\\.\\]\\. Subcommands are:, .*\\]/
            CONFIG SET maxmemory-policy allkeys-lfu -> +OK
            SET y abc               -> +OK
            OBJECT FREQ y           -> /[0-9]+/
            OBJECT IDLETIME y       -> -ERR An LFU maxmemory policy is selected, idle time not tracked. Please note that when switching between policies at runtime LRU and LFU data will take some time to adjust.
            """);
    }

    @RedisTest
    void memoryUsage(Client redis) {
        redis.run("MEMORY USAGE nothing").isNil();
        redis.run("SET small x").isOk();
        redis.call("SET", "big", "x".repeat(100_000)).isOk();
        redis.run("MEMORY USAGE small").isBetween(10, 200);
        redis.run("MEMORY USAGE big").isBetween(100_000, 140_000);
        redis.run("MEMORY USAGE big SAMPLES 0").isBetween(100_000, 140_000);
        redis.replies("""
            MEMORY USAGE big SAMPLES  -> -ERR syntax error
            MEMORY USAGE big SAMPLES -1 -> -ERR syntax error
            MEMORY USAGE big SAMPLES x  -> -ERR value is not an integer or out of range
            MEMORY USAGE big FOO 1  -> -ERR syntax error
            MEMORY USAGE            -> -ERR wrong number of arguments for 'memory|usage' command
            MEMORY FOO              -> -ERR unknown subcommand 'FOO'. Try MEMORY HELP.
            MEMORY                  -> -ERR wrong number of arguments for 'memory' command
            """);
    }

    @RedisTest
    void databasesAreApart(Client redis) {
        redis.replies("""
            SET x 0                 -> +OK
            SELECT 9                -> +OK
            GET x                   -> nil
            SET x 9                 -> +OK
            DBSIZE                  -> 1
            KEYS *                  -> ['x']
            SELECT 0                -> +OK
            GET x                   -> '0'
            SELECT 16               -> -ERR DB index is out of range
            SELECT -1               -> -ERR DB index is out of range
            SELECT abc              -> /-ERR (value is not an integer or out of range|invalid DB index)/
            SELECT                  -> -ERR wrong number of arguments for 'select' command
            GET x                   -> '0'
            FLUSHDB                 -> +OK
            DBSIZE                  -> 0
            SELECT 9                -> +OK
            GET x                   -> '9'
            """);
    }

    @RedisTest
    void swapdb(Client redis) {
        redis.replies("""
            SET a 0 EX 100          -> +OK
            SELECT 1                -> +OK
            SET b 1                 -> +OK
            SELECT 0                -> +OK
            SWAPDB 0 1              -> +OK
            KEYS *                  -> ['b']
            SELECT 1                -> +OK
            KEYS *                  -> ['a']
            TTL a                   -> /100|99/
            SWAPDB 1 1              -> +OK
            GET a                   -> '0'
            SWAPDB 0 16             -> -ERR DB index is out of range
            SWAPDB -1 0             -> -ERR DB index is out of range
            SWAPDB a 0              -> -ERR invalid first DB index
            SWAPDB 0 b              -> -ERR invalid second DB index
            SWAPDB 0                -> -ERR wrong number of arguments for 'swapdb' command
            """);
    }

    @RedisTest
    void flush(Client redis) {
        redis.replies("""
            MSET a 1 b 2            -> +OK
            SELECT 1                -> +OK
            SET c 3                 -> +OK
            FLUSHDB ASYNC           -> +OK
            DBSIZE                  -> 0
            SET c 3                 -> +OK
            FLUSHALL SYNC           -> +OK
            DBSIZE                  -> 0
            SELECT 0                -> +OK
            DBSIZE                  -> 0
            FLUSHALL ASYNC          -> +OK
            FLUSHDB SYNC            -> +OK
            FLUSHDB FOO             -> -ERR syntax error
            FLUSHALL FOO            -> -ERR syntax error
            FLUSHALL SYNC SYNC      -> /-ERR (syntax error|wrong number of arguments for 'flushall' command)/
            """);
    }
}
