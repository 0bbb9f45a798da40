package dev.cinnabar.commands.strings;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cinnabar.command.testing.TestClient;
import dev.cinnabar.command.testing.TestEngine;
import dev.cinnabar.memory.Tag;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is newer than the servers at hand to compare with, and what a reply alone does not show. */
class StringCommandsTest {

    @AutoClose
    private final TestEngine redis = new TestEngine();

    @Test
    void setComparesTheValue() {
        redis.replies("""
                SET k 1 IFEQ 1              -> nil
                SET k 1 IFNE 1              -> +OK
                SET k 2 IFEQ 2              -> nil
                SET k 2 IFEQ 1              -> +OK
                GET k                       -> '2'
                SET k 3 IFNE 2              -> nil
                SET k text IFNE 3 GET       -> '2'
                SET k more IFEQ no GET      -> 'text'
                GET k                       -> 'text'
                SET k 1 IFEQ text EX 100    -> +OK
                TTL k                       -> 100
                SET k 2 IFEQ 1 KEEPTTL      -> +OK
                TTL k                       -> 100
                SET none 1 IFEQ 1 GET       -> nil
                EXISTS none                 -> 0
                SET k 1 IFEQ                -> -ERR syntax error
                SET k 1 IFEQ 1 NX           -> -ERR syntax error
                SET k 1 XX IFEQ 1           -> -ERR syntax error
                SET k 1 IFEQ 1 IFNE 2       -> -ERR syntax error
                SET k 1 IFDEQ 1 IFEQ 2      -> -ERR syntax error
                """);
    }

    @Test
    void setComparesTheDigest() {
        redis.replies("""
                SET k hello                      -> +OK
                DIGEST k                         -> '9555e8555c62dcfd'
                DIGEST none                      -> nil
                SET k v8 IFDEQ 9555e8555c62dcfe  -> nil
                SET k v8 IFDEQ 9555E8555C62DCFD  -> +OK
                DIGEST k                         -> '0cc76dbb41381419'
                SET k x IFDNE 0cc76dbb41381419   -> nil
                SET k x IFDNE 1cc76dbb41381419   -> +OK
                SET k x IFDEQ 1cc7               -> -ERR digest must be exactly 16 hexadecimal characters
                SET none x IFDEQ 0cc76dbb41381419 -> nil
                SET none 123 IFDNE 0cc76dbb41381419 -> +OK
                DIGEST none                      -> '404a763b3f4c8c9a'
                """);
    }

    @Test
    void delexDeletesWhatIsAsExpected() {
        redis.replies("""
                DELEX k                          -> 0
                DELEX k FOO 1                    -> 0
                DELEX k IFEQ                     -> -ERR wrong number of arguments for 'delex' command
                DELEX k IFEQ 1 2                 -> -ERR wrong number of arguments for 'delex' command
                SET k hello                      -> +OK
                DELEX k FOO 1                    -> -ERR Invalid condition. Use IFEQ, IFNE, IFDEQ, or IFDNE
                DELEX k IFEQ 1                   -> 0
                DELEX k IFNE hello               -> 0
                DELEX k IFDEQ 12                 -> -ERR digest must be exactly 16 hexadecimal characters
                DELEX k IFDNE 9555e8555c62dcfd   -> 0
                DELEX k ifdeq 9555e8555c62dcfd   -> 1
                EXISTS k                         -> 0
                SET k 12                         -> +OK
                DELEX k IFEQ 12                  -> 1
                SET k 12                         -> +OK
                DELEX k IFNE 13                  -> 1
                SET k 12                         -> +OK
                DELEX k                          -> 1
                """);
    }

    @Test
    void msetexSetsAllOrNone() {
        redis.replies("""
                MSETEX 2 a 1 b 2                 -> 1
                MGET a b                         -> ['1', '2']
                MSETEX 2 a 3 c 4 NX              -> 0
                MSETEX 2 a 3 c 4 XX              -> 0
                MGET a c                         -> ['1', nil]
                MSETEX 2 a 3 b 4 XX EX 100       -> 1
                TTL a                            -> 100
                TTL b                            -> 100
                MSETEX 2 a 5 d 6 KEEPTTL         -> 1
                TTL a                            -> 100
                TTL d                            -> -1
                MSETEX 1 a 7                     -> 1
                TTL a                            -> -1
                MSETEX 2 e 1 e 2 PX 1500 NX      -> 1
                GET e                            -> '2'
                PTTL e                           -> 1500
                MSETEX 1 g 1 EXAT 1              -> 1
                GET g                            -> nil
                """);
        redis.replies("""
                MSETEX 0 a 1                     -> -ERR invalid numkeys value
                MSETEX -1 a 1                    -> -ERR invalid numkeys value
                MSETEX x a 1                     -> -ERR invalid numkeys value
                MSETEX 2147483648 a 1            -> -ERR invalid numkeys value
                MSETEX 2147483647 a 1            -> -ERR wrong number of key-value pairs
                MSETEX 2 a 1                     -> -ERR wrong number of key-value pairs
                MSETEX 2 a 1 b                   -> -ERR wrong number of key-value pairs
                MSETEX 1 a                       -> -ERR wrong number of arguments for 'msetex' command
                MSETEX 1 a 1 b 2                 -> -ERR syntax error
                MSETEX 1 a 1 NX XX               -> -ERR syntax error
                MSETEX 1 a 1 EX 10 PX 10         -> -ERR syntax error
                MSETEX 1 a 1 EX                  -> -ERR syntax error
                MSETEX 1 a 1 EX 0                -> -ERR invalid expire time in 'msetex' command
                MSETEX 1 a 1 EX x                -> -ERR value is not an integer or out of range
                """);
    }

    @Test
    void increxAddsWithinBounds() {
        redis.replies("""
                INCREX n                                     -> [1, 1]
                INCREX n BYINT 5                             -> [6, 5]
                INCREX n BYINT -10                           -> [-4, -10]
                INCREX n BYINT 10 UBOUND 5                   -> [-4, 0]
                GET n                                        -> '-4'
                INCREX n BYINT 10 UBOUND 5 SATURATE          -> [5, 9]
                INCREX n UBOUND 5 SATURATE                   -> [5, 0]
                INCREX n BYINT -100 LBOUND 0                 -> [5, 0]
                INCREX n BYINT -100 LBOUND 0 SATURATE        -> [0, -5]
                SET n 20                                     -> +OK
                INCREX n UBOUND 10                           -> [20, 0]
                INCREX n BYINT -15 UBOUND 10                 -> [5, -15]
                SET n 20                                     -> +OK
                INCREX n UBOUND 10 SATURATE                  -> [10, -10]
                SET n 9223372036854775807                    -> +OK
                INCREX n                                     -> [9223372036854775807, 0]
                INCREX n BYINT 5 SATURATE                    -> [9223372036854775807, 0]
                INCREX n BYINT 1 UBOUND -9223372036854775808 SATURATE -> -ERR applied increment would overflow
                INCREX none BYINT 10 UBOUND 5 EX 10          -> [0, 0]
                EXISTS none                                  -> 0
                """);
    }

    @Test
    void increxAddsFloatingPointNumbers() {
        redis.replies("""
                INCREX n BYFLOAT 0.1                         -> ['0.1', '0.1']
                INCREX n BYFLOAT 0.2                         -> ['0.3', '0.2']
                INCREX n BYFLOAT 1 UBOUND 1.0                -> ['0.3', '0']
                INCREX n BYFLOAT 1 UBOUND 1.0 SATURATE       -> ['1', '0.7']
                INCREX n BYFLOAT -3 LBOUND -inf UBOUND +inf  -> ['-2', '-3']
                OBJECT ENCODING n                            -> 'embstr'
                INCREX n                                     -> [-1, 1]
                OBJECT ENCODING n                            -> 'int'
                SET n 1e4932                                 -> +OK
                INCREX n BYFLOAT inf                         -> -ERR BYFLOAT increment cannot be Infinity
                INCREX n BYFLOAT x                           -> -ERR Increment is not a valid float
                INCREX n BYFLOAT 1 LBOUND x                  -> -ERR LBOUND/UBOUND is not a valid float
                INCREX n BYFLOAT 1 LBOUND 2 UBOUND 1.5       -> -ERR LBOUND can't be greater than UBOUND
                SET n inf                                    -> +OK
                INCREX n BYFLOAT 1                           -> -ERR value cannot be Infinity
                SET n text                                   -> +OK
                INCREX n BYFLOAT 1                           -> -ERR value is not a valid float
                INCREX n                                     -> -ERR value is not an integer or out of range
                """);
        redis.protocol(3).replies("""
                SET n 1                                      -> +OK
                INCREX n BYFLOAT 0.5                         -> [,1.5, ,0.5]
                """);
    }

    @Test
    void increxSaturatesAtTheLimitsOfTheType() {
        redis.call("SET", "n", "1.1e4932");
        assertThat(redis.run("INCREX n BYFLOAT 1e4932"))
                .startsWith("['1099999999999999999")
                .endsWith(", '0']");
        assertThat(redis.run("INCREX n BYFLOAT 1e4932 SATURATE"))
                .startsWith("['118973149535723176502126385303")
                .contains(", '8973149535723176");
        assertThat(redis.run("INCREX n BYFLOAT 1e4932")).endsWith(", '0']");
        redis.call("SET", "n", "-1.1e4932");
        assertThat(redis.run("INCREX n BYFLOAT -1e4932 SATURATE")).startsWith("['-118973149535723176502126385303");
    }

    @Test
    void increxSetsTheExpiry() {
        redis.replies("""
                INCREX n EX 100                              -> [1, 1]
                TTL n                                        -> 100
                INCREX n                                     -> [2, 1]
                TTL n                                        -> 100
                INCREX n EX 200 ENX                          -> [3, 1]
                TTL n                                        -> 100
                INCREX n UBOUND 3 EX 300                     -> [3, 0]
                TTL n                                        -> 100
                INCREX n UBOUND 3 EX 300 SATURATE            -> [3, 0]
                TTL n                                        -> 300
                INCREX n PXAT 1 ENX                          -> [4, 1]
                TTL n                                        -> 300
                INCREX n PERSIST                             -> [5, 1]
                TTL n                                        -> -1
                INCREX n EX 50 ENX                           -> [6, 1]
                TTL n                                        -> 50
                INCREX n EXAT 1                              -> [7, 1]
                EXISTS n                                     -> 0
                INCREX n BYFLOAT 1.5 PXAT 1                  -> ['1.5', '1.5']
                EXISTS n                                     -> 0
                INCREX n ENX                                 -> -ERR ENX flag requires an expiration
                INCREX n ENX PERSIST                         -> -ERR syntax error
                INCREX n EX 0                                -> -ERR invalid expire time in 'increx' command
                INCREX n EX 1 PX 1                           -> -ERR syntax error
                INCREX n EX 1 EX 1                           -> -ERR syntax error
                INCREX n BYINT 1 BYINT 1                     -> -ERR syntax error
                INCREX n BYINT 1 BYFLOAT 1                   -> -ERR syntax error
                INCREX n LBOUND 1 LBOUND 1                   -> -ERR syntax error
                INCREX n SATURATE SATURATE                   -> -ERR syntax error
                INCREX n BYINT                               -> -ERR syntax error
                INCREX n ""                                  -> -ERR syntax error
                INCREX n BYINT x                             -> -ERR Increment is not an integer or out of range
                INCREX n UBOUND 1.5                          -> -ERR LBOUND/UBOUND is not an integer or out of range
                INCREX n LBOUND 2 UBOUND 1                   -> -ERR LBOUND can't be greater than UBOUND
                EXISTS n                                     -> 0
                """);
    }

    @Test
    void keysExpireWhenTheirTimeHasCome() {
        redis.replies("""
                SET a 1 PX 1000         -> +OK
                SETEX b 2 x             -> +OK
                MSETEX 1 c 1 EX 3       -> 1
                SET d 1                 -> +OK
                GETEX d PX 3999         -> '1'
                advance 999
                MGET a b c d            -> ['1', 'x', '1', '1']
                advance 1
                MGET a b c d            -> [nil, 'x', '1', '1']
                SET b y KEEPTTL         -> +OK
                advance 1000
                MGET a b c d            -> [nil, nil, '1', '1']
                SET c 2                 -> +OK
                advance 2000
                MGET a b c d            -> [nil, nil, '2', nil]
                """);
    }

    /** One after the other in one entry: grown, shrunk, with and without expiry; the clock tells which was kept. */
    @Test
    void expiryStaysOrGoesWithEveryShape() {
        String longText = "x".repeat(3000);
        for (String value : new String[] {"1", "text", "y".repeat(300), longText, "-5", longText + "z", ""}) {
            redis.call("SET", "k", value, "PX", "5000");
            redis.call("SET", "k", "other" + value, "KEEPTTL");
            assertThat(redis.call("PTTL", "k")).isEqualTo("5000");
            assertThat(redis.call("GET", "k")).isEqualTo("'other" + value + "'");
            redis.call("SET", "k", value);
            assertThat(redis.call("PTTL", "k")).isEqualTo("-1");
            assertThat(redis.call("GET", "k")).isEqualTo("'" + value + "'");
            redis.engine().keyspace().checkInvariants();
        }
    }

    /** Every command that changes a watched key makes the transaction fail, and no other does. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "SET k 2",
                "SET k 2 XX",
                "SET k 2 IFEQ 1",
                "SETEX k 10 1",
                "PSETEX k 10 1",
                "GETSET k 1",
                "GETDEL k",
                "GETEX k EX 10",
                "GETEX k EXAT 1",
                "DELEX k",
                "DELEX k IFEQ 1",
                "MSET a 1 k 1",
                "MSETEX 2 a 1 k 1",
                "INCR k",
                "DECR k",
                "INCRBY k 5",
                "DECRBY k 5",
                "INCRBYFLOAT k 1",
                "INCREX k",
                "INCREX k BYFLOAT 1",
                "INCREX k EXAT 1",
                "APPEND k 1",
                "SETRANGE k 0 1",
                "SETNX none 1",
                "MSETNX none 1 none2 2",
                "APPEND none 1",
                "SETRANGE none 0 1",
                "INCR none",
                "GETSET none 1"
            })
    void changesTouchWatchers(String command) {
        assertThat(transactionAfter(command)).as(command).isEqualTo("nil-array");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET k",
                "MGET k none",
                "STRLEN k",
                "GETRANGE k 0 1",
                "DIGEST k",
                "LCS k none",
                "SET k 2 NX",
                "SET none 2 XX",
                "SET k 2 IFEQ 3",
                "SET k 2 EX 0",
                "SET k 2 FOO",
                "SETNX k 2",
                "GETEX k",
                "GETEX none EX 10",
                "GETEX k PERSIST",
                "GETEX k EX x",
                "GETDEL none",
                "DELEX none",
                "DELEX k IFEQ 3",
                "MSETNX none 1 k 2",
                "MSETEX 2 none 1 k 2 NX",
                "MSETEX 2 none 1 k 2 XX",
                "INCRBY k x",
                "INCRBY k 9223372036854775807",
                "INCRBYFLOAT k x",
                "INCREX k UBOUND 1",
                "INCREX none EXAT 1",
                "SETRANGE k 0 \"\"",
                "SETRANGE none -1 1"
            })
    void whatChangesNothingTouchesNobody(String command) {
        String dataBefore = "['1', nil, nil]";
        assertThat(transactionAfter(command)).as(command).isEqualTo("[" + dataBefore + "]");
    }

    private String transactionAfter(String command) {
        TestClient other = redis.newClient();
        redis.call("SET", "k", "1");
        other.call("WATCH", "k", "none");
        other.call("MULTI");
        other.call("MGET", "k", "none", "none2");
        redis.run(command);
        return other.call("EXEC");
    }

    private void makeList(String key) {
        redis.call("RPUSH", key, "element");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET l", "STRLEN l", "DIGEST l", "GETRANGE l 0 1", "SUBSTR l 0 1", "APPEND l 1", "SETRANGE l 0 1",
                "SETRANGE l 0 \"\"", "INCR l", "DECR l", "INCRBY l 1", "DECRBY l 1", "INCRBYFLOAT l 1",
                        "INCRBYFLOAT l x",
                "INCREX l", "INCREX l BYFLOAT 1", "GETSET l 1", "GETDEL l", "GETEX l EX 0", "GETEX l EX x",
                        "SET l 1 GET",
                "SET l 1 NX GET", "SET l 1 IFEQ 1", "SET l 1 IFNE 1", "SET l 1 IFDEQ 1"
            })
    void anotherTypeIsAnError(String command) {
        makeList("l");
        assertThat(redis.run(command)).isEqualTo("-WRONGTYPE Operation against a key holding the wrong kind of value");
        assertThat(redis.call("EXISTS", "l")).isEqualTo("1");
    }

    @Test
    void argumentsAreCheckedBeforeTheType() {
        makeList("l");
        redis.replies("""
                INCRBY l x               -> -ERR value is not an integer or out of range
                DECRBY l -9223372036854775808 -> -ERR decrement would overflow
                SETRANGE l -1 a          -> -ERR offset is out of range
                GETRANGE l 0 a           -> -ERR value is not an integer or out of range
                SET l 1 EX 0 GET         -> -ERR invalid expire time in 'set' command
                INCREX l EX 0            -> -ERR invalid expire time in 'increx' command
                LCS l none FOO           -> -ERR The specified keys must contain string values
                LCS none l               -> -ERR The specified keys must contain string values
                DELEX l IFEQ 1           -> -ERR Key should be of string type if conditions are specified
                DELEX l FOO 1            -> -ERR Key should be of string type if conditions are specified
                MGET l none              -> [nil, nil]
                SETNX l 1                -> 0
                SET l 1 NX               -> nil
                MSETNX a 1 l 1           -> 0
                """);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SET l 1",
                "SET l 1 XX",
                "SETEX l 10 1",
                "MSET l 1 l 1",
                "MSETEX 1 l 1 XX KEEPTTL",
                "SET l 1 KEEPTTL"
            })
    void settingReplacesAnotherType(String command) {
        makeList("l");
        redis.run(command);
        redis.replies("""
                GET l                    -> '1'
                DELEX l IFEQ 1           -> 1
                """);
        makeList("l");
        assertThat(redis.run("DELEX l")).isEqualTo("1");
    }

    @Test
    void readsCountAsHitsAndMisses() {
        redis.replies("""
                SET k 1                 -> +OK
                GET k                   -> '1'
                GET none                -> nil
                MGET k none none        -> ['1', nil, nil]
                SET k 2 GET             -> '1'
                GETSET none 1           -> nil
                GETDEL none             -> '1'
                SET k 2 XX              -> +OK
                INCR k                  -> 3
                """);
        assertThat(redis.engine().statistics().hits()).isEqualTo(4);
        assertThat(redis.engine().statistics().misses()).isEqualTo(4);
    }

    @Test
    void aLimitHoldsForStringsThatGrow() {
        redis.settings().maxBulkLength = 1 << 20;
        redis.call("SET", "k", "x".repeat(1 << 20));
        redis.replies("""
                APPEND k ""             -> 1048576
                APPEND k 1              -> -ERR string exceeds maximum allowed size (proto-max-bulk-len)
                SETRANGE k 1048575 1    -> 1048576
                SETRANGE k 1048576 1    -> -ERR string exceeds maximum allowed size (proto-max-bulk-len)
                SETRANGE none 9223372036854775807 1 -> -ERR string exceeds maximum allowed size (proto-max-bulk-len)
                EXISTS none             -> 0
                STRLEN k                -> 1048576
                """);
        redis.settings().maxBulkLength = Long.MAX_VALUE;
        assertThat(redis.run("SETRANGE none 2147483647 1"))
                .isEqualTo("-ERR string exceeds maximum allowed size (proto-max-bulk-len)");
    }

    @Test
    void manyKeysAtOnce() {
        int keys = 20_000;
        String[] set = new String[1 + 2 * keys];
        String[] get = new String[1 + keys];
        set[0] = "MSET";
        get[0] = "MGET";
        for (int i = 0; i < keys; i++) {
            set[1 + 2 * i] = get[1 + i] = "key" + i % 15_000;
            set[2 + 2 * i] = Integer.toString(i);
        }
        assertThat(redis.call(set)).isEqualTo("+OK");
        assertThat(redis.call("DBSIZE")).isEqualTo("15000");
        assertThat(redis.call(get)).startsWith("['15000', '15001', ").endsWith(", '19999']");
    }

    @Test
    void aStringGivesItsMemoryBackWhenItShrinks() {
        redis.call("SET", "k", "x".repeat(100_000));
        long big = redis.used(Tag.VALUE);
        assertThat(big).isBetween(100_000L, 140_000L);
        redis.call("SET", "k", "y".repeat(100_000));
        assertThat(redis.used(Tag.VALUE)).isEqualTo(big);
        redis.call("SET", "k", "1");
        assertThat(redis.used(Tag.VALUE)).isZero();
    }
}
