package dev.cinnabar.commands.keys;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cinnabar.command.testing.TestEngine;
import dev.cinnabar.memory.Tag;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

class KeyCommandsTest {

    @AutoClose
    final TestEngine redis = new TestEngine();

    /** Names that lie in several of the partitions: a copy or a new name of a key may stay in its own or leave it. */
    private static final String[] NAMES = {"a", "b", "c", "d", "e", "f", "g", "h"};

    private static final String LONG = "x".repeat(5000);

    @Test
    void countsTheKeysThatAreThere() {
        redis.replies("""
                MSET a 1 b 2            -> +OK
                EXISTS a b c a          -> 3
                TOUCH a b c a           -> 3
                TYPE a                  -> +string
                TYPE c                  -> +none
                DEL a c a               -> 1
                UNLINK b b              -> 1
                EXISTS a b              -> 0
                DEL                     -> -ERR wrong number of arguments for 'del' command
                """);
    }

    @Test
    void renames() {
        redis.replies("""
                RENAME no x             -> -ERR no such key
                RENAME no no            -> -ERR no such key
                RENAMENX no no          -> -ERR no such key
                SET a 1                 -> +OK
                RENAME a a              -> +OK
                RENAMENX a a            -> 0
                SET b 2                 -> +OK
                RENAMENX a b            -> 0
                RENAMENX a c            -> 1
                RENAME c b              -> +OK
                GET b                   -> '1'
                EXISTS a c              -> 0
                DBSIZE                  -> 1
                """);
    }

    @Test
    void aNewNameTakesValueAndExpiryWithItWhereverItLies() {
        for (String value : new String[] {"1", "short", "y".repeat(100), LONG}) {
            for (String from : NAMES) {
                for (String to : NAMES) {
                    if (from.equals(to)) {
                        continue;
                    }
                    redis.call("SET", from, value);
                    redis.call("PEXPIRE", from, "1000");
                    redis.call("SET", to, "in the way");
                    redis.call("PEXPIRE", to, "5");
                    assertThat(redis.call("RENAME", from, to)).isEqualTo("+OK");
                    assertThat(redis.call("GET", to)).isEqualTo("'" + value + "'");
                    assertThat(redis.call("PTTL", to)).isEqualTo("1000");
                    assertThat(redis.call("DBSIZE")).isEqualTo("1");
                    redis.engine().keyspace().checkInvariants();
                    redis.call("DEL", to);
                }
            }
        }
        assertThat(redis.used(Tag.VALUE)).isZero();
    }

    @Test
    void aCopyHasALifeOfItsOwn() {
        for (String value : new String[] {"1", "short", "y".repeat(100), LONG}) {
            for (String to : NAMES) {
                for (String database : new String[] {"0", "3"}) {
                    if (to.equals("a") && database.equals("0")) {
                        continue;
                    }
                    redis.call("SET", "a", value);
                    redis.call("PEXPIRE", "a", "1000");
                    assertThat(redis.call("COPY", "a", to, "DB", database)).isEqualTo("1");
                    redis.call("APPEND", "a", "!");
                    redis.call("PERSIST", "a");
                    redis.call("SELECT", database);
                    assertThat(redis.call("GET", to)).isEqualTo("'" + value + "'");
                    assertThat(redis.call("PTTL", to)).isEqualTo("1000");
                    redis.engine().keyspace().checkInvariants();
                    redis.call("FLUSHALL");
                    redis.call("SELECT", "0");
                }
            }
        }
    }

    @Test
    void copyReadsItsOptionsAsRedisDoes() {
        redis.replies("""
                SET a 1                         -> +OK
                COPY a a                        -> -ERR source and destination objects are the same
                COPY a a DB 0                   -> -ERR source and destination objects are the same
                COPY no no                      -> -ERR source and destination objects are the same
                COPY no b                       -> 0
                COPY a b DB 16                  -> -ERR DB index is out of range
                COPY a b DB -1                  -> -ERR DB index is out of range
                COPY a b DB x                   -> -ERR value is not an integer or out of range
                COPY a b DB 99999999999         -> /-ERR value is out of range, value must between .*/
                COPY a b DB                     -> -ERR syntax error
                COPY a b x                      -> -ERR syntax error
                COPY a b                        -> 1
                SET a 2                         -> +OK
                COPY a b                        -> 0
                GET b                           -> '1'
                COPY a b replace REPLACE        -> 1
                GET b                           -> '2'
                COPY a a DB 1                   -> 1
                COPY a a DB 1                   -> 0
                COPY a a REPLACE db 1           -> 1
                COPY a b DB 1 DB 2              -> 1
                SELECT 2                        -> +OK
                KEYS *                          -> ['b']
                """);
    }

    @Test
    void moves() {
        redis.replies("""
                MOVE a 0                        -> -ERR source and destination objects are the same
                MOVE a x                        -> -ERR value is not an integer or out of range
                MOVE a 16                       -> -ERR DB index is out of range
                MOVE a -1                       -> -ERR DB index is out of range
                MOVE a 99999999999              -> /-ERR value is out of range, value must between .*/
                MOVE a 1                        -> 0
                SET a 1                         -> +OK
                PEXPIRE a 1000                  -> 1
                MOVE a 1                        -> 1
                EXISTS a                        -> 0
                SET a 2                         -> +OK
                MOVE a 1                        -> 0
                GET a                           -> '2'
                SELECT 1                        -> +OK
                GET a                           -> '1'
                PTTL a                          -> 1000
                advance 1000
                GET a                           -> nil
                """);
    }

    @Test
    void aKeyInTheWayOfAMoveDoesNotCountOnceItsTimeIsOver() {
        redis.replies("""
                SELECT 1                        -> +OK
                SET a old                       -> +OK
                PEXPIRE a 5                     -> 1
                SELECT 0                        -> +OK
                SET a new                       -> +OK
                advance 5
                MOVE a 1                        -> 1
                SELECT 1                        -> +OK
                GET a                           -> 'new'
                """);
    }

    @Test
    void listsKeysThatMatch() {
        redis.replies("""
                KEYS *                          -> []
                MSET one 1 two 2 three 3        -> +OK
                KEYS o*                         -> ['one']
                KEYS t??                        -> ['two']
                KEYS three                      -> ['three']
                KEYS four                       -> []
                KEYS t[^w]*                     -> ['three']
                KEYS \\one                      -> ['one']
                PEXPIRE one 5                   -> 1
                advance 5
                KEYS on?                        -> []
                KEYS one                        -> []
                DBSIZE                          -> 3
                GET one                         -> nil
                DBSIZE                          -> 2
                """);
        assertThat(redis.call("KEYS", "*")).isIn("['two', 'three']", "['three', 'two']");
    }

    @Test
    void drawsEveryKeyAndNoneThatHasExpired() {
        redis.replies("RANDOMKEY -> nil");
        Set<String> expected = new HashSet<>();
        for (int i = 0; i < 20; i++) {
            redis.call("SET", "stays" + i, "x");
            expected.add("'stays" + i + "'");
            redis.call("SET", "goes" + i, "x");
            redis.call("PEXPIRE", "goes" + i, "10");
        }
        redis.advanceMillis(10);
        int[] drawn = new int[20];
        Set<String> seen = new HashSet<>();
        for (int i = 0; i < 4000; i++) {
            String key = redis.call("RANDOMKEY");
            seen.add(key);
            drawn[Integer.parseInt(key.substring(6, key.length() - 1))]++;
        }
        assertThat(seen).isEqualTo(expected);
        // 200 each on average; a bias towards small partitions would show as a multiple.
        for (int n : drawn) {
            assertThat(n).isBetween(100, 300);
        }
        redis.call("FLUSHDB");
        redis.replies("""
                SET x 1                         -> +OK
                PEXPIRE x 5                     -> 1
                advance 5
                RANDOMKEY                       -> nil
                DBSIZE                          -> 0
                """);
    }

    @Test
    void tellsHowAValueIsKept() {
        redis.replies("""
                SET a 1                         -> +OK
                SET b x                         -> +OK
                OBJECT ENCODING a               -> 'int'
                OBJECT ENCODING b               -> 'embstr'
                APPEND b y                      -> 2
                object encoding b               -> 'raw'
                OBJECT ENCODING no              -> nil
                OBJECT REFCOUNT a               -> 1
                OBJECT REFCOUNT no              -> nil
                OBJECT FREQ no                  -> nil
                OBJECT FREQ a                   -> /-ERR An LFU maxmemory policy is not selected.*/
                OBJECT IDLETIME no              -> nil
                OBJECT IDLETIME a               -> 0
                advance 12000
                OBJECT IDLETIME a               -> 12
                TTL a                           -> -1
                EXISTS a                        -> 1
                TYPE a                          -> +string
                OBJECT ENCODING a               -> 'int'
                OBJECT IDLETIME a               -> 12
                GET a                           -> '1'
                OBJECT IDLETIME a               -> 0
                OBJECT x                        -> -ERR unknown subcommand 'x'. Try OBJECT HELP.
                OBJECT ENCODING                 -> -ERR wrong number of arguments for 'object|encoding' command
                OBJECT                          -> -ERR wrong number of arguments for 'object' command
                """);
        assertThat(redis.call("OBJECT", "HELP")).contains("ENCODING <key>");
    }

    @Test
    void aClientThatDoesNotTouchLeavesTheIdleTimeAloneSaveByTouch() {
        redis.replies("""
                SET a 1                         -> +OK
                CLIENT NO-TOUCH on              -> +OK
                advance 5000
                GET a                           -> '1'
                APPEND a 2                      -> 2
                OBJECT IDLETIME a               -> 5
                TOUCH a                         -> 1
                OBJECT IDLETIME a               -> 0
                """);
    }

    @Test
    void renamingKeepsTheIdleTimeAndACopyBeginsAnew() {
        redis.replies("""
                SET a 1                         -> +OK
                SET z 1                         -> +OK
                advance 5000
                CLIENT NO-TOUCH on              -> +OK
                COPY a b                        -> 1
                OBJECT IDLETIME b               -> 0
                RENAME a c                      -> +OK
                OBJECT IDLETIME c               -> 5
                MOVE c 1                        -> 1
                SELECT 1                        -> +OK
                OBJECT IDLETIME c               -> 5
                """);
    }

    @Test
    void countsUseWhereThePolicyAsksForIt() {
        redis.settings().lfu = true;
        redis.replies("""
                SET a 1                         -> +OK
                OBJECT FREQ a                   -> 5
                OBJECT IDLETIME a               -> /-ERR An LFU maxmemory policy is selected.*/
                GET a                           -> '1'
                OBJECT FREQ a                   -> 6
                """);
        for (int i = 0; i < 5000; i++) {
            redis.call("GET", "a");
        }
        assertThat(Integer.parseInt(redis.call("OBJECT", "FREQ", "a"))).isBetween(20, 60);
        int before = Integer.parseInt(redis.call("OBJECT", "FREQ", "a"));
        redis.advanceMillis(600_000);
        assertThat(redis.call("OBJECT", "FREQ", "a")).isEqualTo("" + (before - 10));
        redis.advanceMillis(60_000 * 300);
        assertThat(redis.call("OBJECT", "FREQ", "a")).isEqualTo("0");
    }
}
