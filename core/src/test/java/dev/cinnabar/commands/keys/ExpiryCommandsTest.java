package dev.cinnabar.commands.keys;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cinnabar.command.testing.TestEngine;
import dev.cinnabar.memory.Tag;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

class ExpiryCommandsTest {

    @AutoClose
    final TestEngine redis = new TestEngine();

    @Test
    void aKeyIsGoneWhenItsTimeHasComeAndNotBefore() {
        redis.replies("""
                SET a 1                         -> +OK
                PEXPIRE a 1000                  -> 1
                PTTL a                          -> 1000
                TTL a                           -> 1
                PEXPIRETIME a                   -> 1767225601000
                EXPIRETIME a                    -> 1767225601
                advance 499
                PTTL a                          -> 501
                TTL a                           -> 1
                advance 2
                PTTL a                          -> 499
                TTL a                           -> 0
                advance 498
                GET a                           -> '1'
                PTTL a                          -> 1
                advance 1
                GET a                           -> nil
                TTL a                           -> -2
                PTTL a                          -> -2
                EXPIRETIME a                    -> -2
                PEXPIRETIME a                   -> -2
                PERSIST a                       -> 0
                """);
    }

    @Test
    void timesThatArePastDelete() {
        redis.replies("""
                MSET a 1 b 2 c 3 d 4            -> +OK
                EXPIRE a 0                      -> 1
                PEXPIRE b -9223372036854775808  -> 1
                EXPIREAT c 1767225600           -> 1
                PEXPIREAT d -5                  -> 1
                DBSIZE                          -> 0
                EXPIRE a 0                      -> 0
                """);
    }

    @Test
    void persists() {
        redis.replies("""
                SET a 1                         -> +OK
                PERSIST a                       -> 0
                EXPIRE a 10                     -> 1
                PERSIST a                       -> 1
                TTL a                           -> -1
                EXPIRETIME a                    -> -1
                advance 20000
                GET a                           -> '1'
                """);
    }

    @Test
    void conditions() {
        redis.replies("""
                SET a 1                         -> +OK
                EXPIRE a 100 XX                 -> 0
                EXPIRE a 100 GT                 -> 0
                EXPIRE a 100 XX LT              -> 0
                EXPIRE a 100 lt                 -> 1
                PERSIST a                       -> 1
                EXPIRE a 100 NX                 -> 1
                EXPIRE a 200 NX                 -> 0
                EXPIRE a 100 GT                 -> 0
                EXPIRE a 100 LT                 -> 0
                EXPIRE a 99 GT                  -> 0
                EXPIRE a 101 LT                 -> 0
                EXPIRE a 101 xx gt              -> 1
                TTL a                           -> 101
                EXPIRE a 50 XX LT               -> 1
                EXPIRE a -1 GT                  -> 0
                TTL a                           -> 50
                EXPIRE a -1 LT                  -> 1
                EXISTS a                        -> 0
                EXPIRE a 1 NX NX                -> 0
                """);
    }

    @Test
    void errorsInTheOrderInWhichRedisLooksForThem() {
        redis.replies("""
                EXPIRE a x                      -> -ERR value is not an integer or out of range
                EXPIRE a x foo                  -> -ERR Unsupported option foo
                EXPIRE a x NX XX                -> /-ERR NX and XX, GT or LT options at the same time are not compatible/
                EXPIRE a 1 GT LT                -> -ERR GT and LT options at the same time are not compatible
                EXPIRE a 1 NX GT LT             -> /-ERR NX and XX, GT or LT options at the same time are not compatible/
                EXPIRE a 9223372036854775807    -> -ERR invalid expire time in 'expire' command
                EXPIRE a 9223372036854775       -> -ERR invalid expire time in 'expire' command
                EXPIRE a -9223372036854775808   -> -ERR invalid expire time in 'expire' command
                PEXPIRE a 9223372036854775807   -> -ERR invalid expire time in 'pexpire' command
                EXPIREAT a 9223372036854775807  -> -ERR invalid expire time in 'expireat' command
                PEXPIREAT a 9223372036854775807 -> 0
                SET a 1                         -> +OK
                PEXPIREAT a 9223372036854775807 -> 1
                EXPIRETIME a                    -> 9223372036854776
                """);
    }

    @Test
    void keysGoWithoutBeingAskedFor() {
        for (int i = 0; i < 3000; i++) {
            redis.call("SET", "k" + i, i % 3 == 0 ? "v".repeat(2000) : "v");
            if (i % 2 == 0) {
                redis.call("PEXPIRE", "k" + i, "" + (i + 1));
            }
        }
        for (int now : new int[] {0, 1, 2, 3, 999, 1000, 1001, 2999}) {
            long passed = redis.clock().millis() - TestEngine.START_MILLIS;
            redis.advanceMillis(now - passed);
            redis.engine().keyspace().expireDue();
            // Those of even number i expire at i + 1.
            int gone = (now + 1) / 2;
            assertThat(redis.call("DBSIZE")).as("at %d", now).isEqualTo("" + (3000 - gone));
            assertThat(redis.engine().keyspace().expired()).isEqualTo(gone);
            redis.engine().keyspace().checkInvariants();
        }
        assertThat(redis.used(Tag.EXPIRY)).isZero();
        assertThat(redis.engine().keyspace().nextDueMillis()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void theNextTimeIsKnownWhateverHappensToKeys() {
        redis.call("SET", "a", "1");
        redis.call("PEXPIRE", "a", "100");
        redis.call("SET", "b", "1");
        redis.call("PEXPIRE", "b", "50");
        assertThat(redis.engine().keyspace().nextDueMillis()).isEqualTo(TestEngine.START_MILLIS + 50);
        redis.call("PEXPIRE", "b", "20");
        redis.call("SWAPDB", "0", "1");
        redis.call("SELECT", "1");
        assertThat(redis.engine().keyspace().nextDueMillis()).isEqualTo(TestEngine.START_MILLIS + 20);
        redis.call("RENAME", "b", "c");
        redis.advanceMillis(20);
        redis.engine().keyspace().expireDue();
        assertThat(redis.call("KEYS", "*")).isEqualTo("['a']");
        assertThat(redis.engine().keyspace().nextDueMillis()).isEqualTo(TestEngine.START_MILLIS + 100);
    }

    @Test
    void anExpiredKeyIsAbsentForEveryCommand() {
        String[] commands = {
            "GET a -> nil",
            "EXISTS a -> 0",
            "TYPE a -> +none",
            "DEL a -> 0",
            "UNLINK a -> 0",
            "TOUCH a -> 0",
            "APPEND a x -> 1",
            "INCR a -> 1",
            "RENAME a b -> -ERR no such key",
            "COPY a b -> 0",
            "MOVE a 1 -> 0",
            "EXPIRE a 10 -> 0",
            "PERSIST a -> 0",
            "OBJECT ENCODING a -> nil",
            "KEYS a* -> []",
            "SCAN 0 COUNT 100 -> ['0', []]",
            "RANDOMKEY -> nil"
        };
        for (String command : commands) {
            redis.call("FLUSHALL");
            redis.call("SET", "a", "old");
            redis.call("PEXPIRE", "a", "1");
            redis.advanceMillis(1);
            redis.replies(command);
        }
    }
}
