package dev.cinnabar.compat;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cinnabar.compat.harness.Client;
import dev.cinnabar.compat.harness.RedisTest;
import java.util.concurrent.TimeUnit;

/** EXPIRE and its kin, TTL and its kin, and that keys go when they are due. */
class ExpiryTest {

    @RedisTest
    void expireAndTtl(Client redis) {
        redis.replies("""
            TTL x                   -> -2
            PTTL x                  -> -2
            EXPIRETIME x            -> -2
            PEXPIRETIME x           -> -2
            EXPIRE x 10             -> 0
            PERSIST x               -> 0
            SET x 1                 -> +OK
            TTL x                   -> -1
            PTTL x                  -> -1
            EXPIRETIME x            -> -1
            PEXPIRETIME x           -> -1
            PERSIST x               -> 0
            EXPIRE x 100            -> 1
            TTL x                   -> /100|99/
            PTTL x                  -> /100000|99\\d\\d\\d/
            PERSIST x               -> 1
            TTL x                   -> -1
            PEXPIRE x 100000        -> 1
            TTL x                   -> /100|99/
            EXPIREAT x 33177117420  -> 1
            EXPIRETIME x            -> 33177117420
            PEXPIRETIME x           -> 33177117420000
            PEXPIREAT x 33177117420500 -> 1
            PEXPIRETIME x           -> 33177117420500
            EXPIRETIME x            -> /3317711742[01]/
            GET x                   -> '1'
            """);
    }

    @RedisTest
    void timesInThePastDeleteAtOnce(Client redis) {
        for (String command : new String[] {
            "EXPIRE x -1",
            "EXPIRE x 0",
            "PEXPIRE x -1",
            "PEXPIRE x 0",
            "EXPIREAT x 1",
            "EXPIREAT x 0",
            "EXPIREAT x -1",
            "PEXPIREAT x 1",
            "PEXPIREAT x -1000"
        }) {
            redis.run("SET x 1").isOk();
            redis.run(command).is(1);
            redis.run("EXISTS x").is(0);
            redis.run("DBSIZE").is(0);
        }
    }

    @RedisTest
    void conditions(Client redis) {
        redis.replies("""
            SET x 1                 -> +OK
            EXPIRE x 100 XX         -> 0
            EXPIRE x 100 GT         -> 0
            TTL x                   -> -1
            EXPIRE x 100 LT         -> 1
            TTL x                   -> /100|99/
            EXPIRE x 200 NX         -> 0
            EXPIRE x 200 XX         -> 1
            TTL x                   -> /200|199/
            EXPIRE x 300 LT         -> 0
            EXPIRE x 300 GT         -> 1
            EXPIRE x 250 GT         -> 0
            TTL x                   -> /300|299/
            EXPIRE x 250 LT         -> 1
            EXPIRE x 260 XX GT      -> 1
            EXPIRE x 250 LT XX      -> 1
            PERSIST x               -> 1
            EXPIRE x 100 XX LT      -> 0
            PEXPIRE x 100000 nx     -> 1
            PEXPIRE x 200000 NX     -> 0
            EXPIREAT x 33177117420 GT -> 1
            PEXPIREAT x 33177117420000 GT -> 0
            PEXPIREAT x 33177117420000 LT -> 0
            EXPIRE x 100 NX XX      -> -ERR NX and XX, GT or LT options at the same time are not compatible
            EXPIRE x 100 NX GT      -> -ERR NX and XX, GT or LT options at the same time are not compatible
            EXPIRE x 100 LT NX      -> -ERR NX and XX, GT or LT options at the same time are not compatible
            EXPIRE x 100 GT LT      -> -ERR GT and LT options at the same time are not compatible
            EXPIRE x 100 FOO        -> -ERR Unsupported option FOO
            EXPIRE nothing 100 FOO  -> -ERR Unsupported option FOO
            EXPIRE x 100 NX NX      -> 0
            """);
    }

    @RedisTest
    void errors(Client redis) {
        redis.replies("""
            SET x 1                 -> +OK
            EXPIRE x                -> -ERR wrong number of arguments for 'expire' command
            EXPIRE x abc            -> -ERR value is not an integer or out of range
            EXPIRE x 1.5            -> -ERR value is not an integer or out of range
            EXPIRE x ""             -> -ERR value is not an integer or out of range
            EXPIRE x 9223372036854775808 -> -ERR value is not an integer or out of range
            EXPIRE x 9223372036854775807 -> -ERR invalid expire time in 'expire' command
            EXPIRE x 9223372036854775    -> -ERR invalid expire time in 'expire' command
            EXPIRE x -9223372036854775808 -> -ERR invalid expire time in 'expire' command
            PEXPIRE x 9223372036854775807 -> -ERR invalid expire time in 'pexpire' command
            PEXPIRE x 9223372036854770000 -> -ERR invalid expire time in 'pexpire' command
            EXPIREAT x 9223372036854775807 -> -ERR invalid expire time in 'expireat' command
            PEXPIREAT x 9223372036854775807 -> 1
            # the last millisecond of all means "never" to Cinnabar, see docs/differences.md
            PEXPIRETIME x           -> /922337203685477580[67]/
            EXPIRE nothing abc      -> -ERR value is not an integer or out of range
            EXPIRE nothing 9223372036854775807 -> -ERR invalid expire time in 'expire' command
            EXPIRE x abc FOO        -> -ERR Unsupported option FOO
            TTL                     -> -ERR wrong number of arguments for 'ttl' command
            PERSIST x y             -> -ERR wrong number of arguments for 'persist' command
            """);
    }

    @RedisTest
    void anyTypeExpires(Client redis) {
        redis.replies("""
            RPUSH l a               -> 1
            EXPIRE l 100            -> 1
            RPUSH l b               -> 2
            TTL l                   -> /100|99/
            PEXPIREAT l 1           -> 1
            EXISTS l                -> 0
            """);
    }

    @RedisTest
    void whatKeepsAndWhatDropsTheTime(Client redis) {
        String[] keep = {
            "APPEND x 1",
            "INCR x",
            "INCRBYFLOAT x 1.5",
            "SETRANGE x 0 1",
            "SET x 1 KEEPTTL",
            "SET x 1 NX",
            "GETEX x",
            "SETNX x 5",
            "MSETNX x 1 y 1",
            "RENAME x x",
            "TOUCH x",
            "GET x"
        };
        for (String command : keep) {
            redis.run("SET x 1 EX 100").isOk();
            redis.run(command);
            redis.run("TTL x").isBetween(99, 100);
        }
        String[] drop = {
            "SET x 1", "SET x 1 XX", "SET x 1 GET", "GETSET x 1", "MSET x 1", "PERSIST x", "GETEX x PERSIST"
        };
        for (String command : drop) {
            redis.run("SET x 1 EX 100").isOk();
            redis.run(command);
            redis.run("TTL x").is(-1);
        }
    }

    @RedisTest
    void keysGoWhenTheyAreDue(Client redis) {
        redis.run("SET x 1 PX 60").isOk();
        redis.run("SET y 1").isOk();
        redis.run("PEXPIRE y 60").is(1);
        long start = System.nanoTime();
        while (redis.run("EXISTS x y").integer() > 0) {
            assertThat(System.nanoTime() - start).isLessThan(TimeUnit.SECONDS.toNanos(10));
        }
        assertThat(System.nanoTime() - start).isGreaterThan(TimeUnit.MILLISECONDS.toNanos(40));
        redis.replies("""
            GET x                   -> nil
            TTL x                   -> -2
            TYPE x                  -> +none
            SETNX x 2               -> 1
            """);
    }

    @RedisTest
    void dueKeysGoWithoutBeingAskedFor(Client redis) {
        for (int i = 0; i < 500; i++) {
            redis.call("SET", "k" + i, "v", "PX", 1 + i % 50).isOk();
        }
        redis.run("SET stays 1").isOk();
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(15);
        while (redis.run("DBSIZE").integer() > 1) {
            assertThat(System.nanoTime())
                    .as("keys left: " + redis.run("DBSIZE"))
                    .isLessThan(deadline);
        }
        redis.run("KEYS *").is("['stays']");
        redis.run("INFO stats").matches(".*expired_keys:[1-9][0-9]*.*");
    }

    @RedisTest
    void expiredKeysAreGoneForEveryCommand(Client redis) {
        for (String command : new String[] {
            "DEL x",
            "UNLINK x",
            "EXISTS x",
            "TOUCH x",
            "PERSIST x",
            "EXPIRE x 10",
            "STRLEN x",
            "MOVE x 1",
            "COPY x y",
            "SETNX x 1"
        }) {
            redis.run("SET x old PX 1").isOk();
            long start = System.nanoTime();
            while (System.nanoTime() - start < TimeUnit.MILLISECONDS.toNanos(3)) {
                Thread.onSpinWait();
            }
            redis.run(command).is(command.startsWith("SETNX") ? 1 : 0);
            redis.run("DEL x");
        }
        redis.run("SET x old PX 1").isOk();
        long start = System.nanoTime();
        while (System.nanoTime() - start < TimeUnit.MILLISECONDS.toNanos(3)) {
            Thread.onSpinWait();
        }
        redis.replies("""
            APPEND x new            -> 3
            TTL x                   -> -1
            RENAME nothing x        -> -ERR no such key
            """);
    }
}
