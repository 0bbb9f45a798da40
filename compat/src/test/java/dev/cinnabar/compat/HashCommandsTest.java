package dev.cinnabar.compat;

import dev.cinnabar.compat.harness.Client;
import dev.cinnabar.compat.harness.RedisTest;

/** Commands on hashes in their forms, and on fields that expire. */
class HashCommandsTest {

    @RedisTest(resp = {2, 3})
    void setsReadsAndRemoves(Client redis) {
        redis.replies("""
                HSET h a 1 b 2 c 3              -> 3
                HSET h a 9 d 4                  -> 1
                HGET h a                        -> '9'
                HGET h none                     -> nil
                HGET none a                     -> nil
                HMGET h a none d                -> ['9', nil, '4']
                HMGET none a b                  -> [nil, nil]
                HSETNX h a 1                    -> 0
                HSETNX h e 5                    -> 1
                HEXISTS h e                     -> 1
                HEXISTS h f                     -> 0
                HSTRLEN h a                     -> 1
                HSTRLEN h none                  -> 0
                HLEN h                          -> 5
                HLEN none                       -> 0
                HKEYS h                         -> ['a', 'b', 'c', 'd', 'e']
                HVALS h                         -> ['9', '2', '3', '4', '5']
                HKEYS none                      -> []
                HDEL h a b none                 -> 2
                HDEL h c d e                    -> 3
                EXISTS h                        -> 0
                HMSET h a 1                     -> +OK
                OBJECT ENCODING h               -> 'listpack'
                """);
    }

    @RedisTest
    void errors(Client redis) {
        redis.replies("""
                SET s x                         -> +OK
                HSET h a text                   -> 1
                HSET s a 1                      -> -WRONGTYPE Operation against a key holding the wrong kind of value
                HGET s a                        -> -WRONGTYPE Operation against a key holding the wrong kind of value
                HSET h a                        -> -ERR wrong number of arguments for 'hset' command
                HSET h a 1 b                    -> -ERR wrong number of arguments for 'hset' command
                HINCRBY h a 1                   -> -ERR hash value is not an integer
                HINCRBY h n x                   -> -ERR value is not an integer or out of range
                HINCRBYFLOAT h a 1              -> -ERR hash value is not a float
                HINCRBYFLOAT h n x              -> -ERR value is not a valid float
                HINCRBY h n 9223372036854775807 -> 9223372036854775807
                HINCRBY h n 1                   -> -ERR increment or decrement would overflow
                HRANDFIELD h x                  -> -ERR value is not an integer or out of range
                HRANDFIELD h 1 FOO              -> -ERR syntax error
                HSCAN h x                       -> -ERR invalid cursor
                HSCAN h 0 FOO                   -> -ERR syntax error
                """);
    }

    @RedisTest
    void numbers(Client redis) {
        redis.replies("""
                HINCRBY h a 5                   -> 5
                HINCRBY h a -7                  -> -2
                HINCRBYFLOAT h f 10.5           -> '10.5'
                HINCRBYFLOAT h f 0.1            -> '10.6'
                HINCRBYFLOAT h f -5             -> '5.6'
                HSET h f 5.0e3                  -> 0
                HINCRBYFLOAT h f 2.0e2          -> '5200'
                """);
    }

    @RedisTest
    void formsFollowTheLimits(Client redis) {
        redis.replies("""
                CONFIG SET hash-max-listpack-entries 4 -> +OK
                CONFIG SET hash-max-listpack-value 10  -> +OK
                HSET h a 1 b 2 c 3 d 4          -> 4
                OBJECT ENCODING h               -> 'listpack'
                HSET h e 5                      -> 1
                OBJECT ENCODING h               -> 'hashtable'
                HDEL h a b c d                  -> 4
                OBJECT ENCODING h               -> 'hashtable'
                HSET g a 1234567890             -> 1
                OBJECT ENCODING g               -> 'listpack'
                HSET g a 12345678901            -> 0
                OBJECT ENCODING g               -> 'hashtable'
                HSET i a 1 b 2 c 3 d 4 e 5      -> 5
                OBJECT ENCODING i               -> 'hashtable'
                CONFIG SET hash-max-listpack-entries 512 hash-max-listpack-value 64 -> +OK
                """);
    }

    @RedisTest(
            since = "7.4",
            resp = {2, 3})
    void fieldsExpire(Client redis) {
        redis.replies("""
                HSET h a 1 b 2 c 3                          -> 3
                HPEXPIREAT h 4102444800000 FIELDS 2 a none  -> [1, -2]
                OBJECT ENCODING h                           -> 'listpackex'
                HPEXPIRETIME h FIELDS 3 a b none            -> [4102444800000, -1, -2]
                HEXPIRETIME h FIELDS 1 a                    -> [4102444800]
                HPEXPIREAT h 4102444800001 NX FIELDS 2 a b  -> [0, 1]
                HPEXPIREAT h 4102444800001 XX FIELDS 2 a c  -> [1, 0]
                HPEXPIREAT h 4102444800000 GT FIELDS 2 a c  -> [0, 0]
                HPEXPIREAT h 4102444800000 LT FIELDS 2 a c  -> [1, 1]
                HPERSIST h FIELDS 2 a a                     -> [1, -1]
                HKEYS h                                     -> ['c', 'b', 'a']
                HSET h c 9                                  -> 0
                HPEXPIRETIME h FIELDS 1 c                   -> [-1]
                HINCRBY h b 1                               -> 3
                HPEXPIRETIME h FIELDS 1 b                   -> [4102444800001]
                HEXPIREAT h 1 FIELDS 2 a b                  -> [2, 2]
                HEXPIREAT h 1 FIELDS 1 c                    -> [2]
                EXISTS h                                    -> 0
                HTTL h FIELDS 1 a                           -> [-2]
                """);
    }

    @RedisTest(since = "7.4")
    void fieldExpiryErrors(Client redis) {
        redis.replies("""
                SET s x                              -> +OK
                HSET h a 1                           -> 1
                HEXPIRE s abc FIELDS 1 f             -> -WRONGTYPE Operation against a key holding the wrong kind of value
                HEXPIRE h abc FOO 1 f                -> -ERR value is not an integer or out of range
                HEXPIRE h -1 FOO 0 f                 -> -ERR invalid expire time, must be >= 0
                HEXPIRE h 10 FOO 1 f                 -> -ERR Mandatory argument FIELDS is missing or not at the right position
                HEXPIRE h 10 NX XX FIELDS 1 f        -> -ERR Mandatory argument FIELDS is missing or not at the right position
                HEXPIRE h 10 FIELDS 0 f              -> -ERR Parameter `numFields` should be greater than 0
                HEXPIRE h 10 FIELDS abc f            -> -ERR Parameter `numFields` should be greater than 0
                HEXPIRE h 10 FIELDS 2 f              -> -ERR The `numfields` parameter must match the number of arguments
                HEXPIRE h 99999999999999999 FIELDS 1 f   -> -ERR invalid expire time in 'hexpire' command
                HPEXPIREAT h 70368744177664 FIELDS 1 f   -> -ERR invalid expire time in 'hpexpireat' command
                HPEXPIREAT h 70368744177663 FIELDS 1 f   -> [-2]
                HTTL h FIELDS 0 f                    -> -ERR Number of fields must be a positive integer
                HPERSIST h FIELDS abc f              -> -ERR Number of fields must be a positive integer
                HTTL h FIELDS 1 f g                  -> -ERR The `numfields` parameter must match the number of arguments
                """);
    }

    @RedisTest(since = "8.0")
    void readingAndSettingWithExpiry(Client redis) {
        redis.replies("""
                HSETEX h FNX PXAT 4102444800000 FIELDS 2 a 1 b 2 -> 1
                HSETEX h FNX FIELDS 1 a 9            -> 0
                HSETEX h FXX FIELDS 2 a 9 none 9     -> 0
                HGETEX h FIELDS 3 a b none           -> ['1', '2', nil]
                HSETEX h KEEPTTL FIELDS 1 a 3        -> 1
                HPEXPIRETIME h FIELDS 2 a b          -> [4102444800000, 4102444800000]
                HSETEX h FIELDS 1 a 4                -> 1
                HPEXPIRETIME h FIELDS 1 a            -> [-1]
                HGETEX h PERSIST FIELDS 1 b          -> ['2']
                HPEXPIRETIME h FIELDS 1 b            -> [-1]
                HGETEX h PXAT 4102444800000 FIELDS 1 b -> ['2']
                HGETEX h EXAT 1 FIELDS 1 b           -> ['2']
                HGETDEL h FIELDS 2 b a               -> [nil, '4']
                EXISTS h                             -> 0
                HSETEX h FNX FXX FIELDS 1 a 1        -> -ERR Only one of FXX or FNX arguments can be specified
                HSETEX h EX 10 KEEPTTL FIELDS 1 a 1  -> -ERR Only one of EX, PX, EXAT, PXAT or KEEPTTL arguments can be specified
                HSETEX h FOO FIELDS 1 a 1            -> -ERR unknown argument: FOO
                HSETEX h EX -1 FIELDS 1 a 1          -> -ERR invalid expire time, must be >= 0
                HSETEX h FIELDS 2 a 1                -> -ERR wrong number of arguments for 'hsetex' command
                HSETEX h FIELDS 0 a 1                -> -ERR invalid number of fields
                HGETEX h FIELDS 0 a                  -> -ERR Number of fields must be a positive integer
                HGETEX h FOO FIELDS 1 a              -> -ERR Mandatory argument FIELDS is missing or not at the right position
                HGETDEL h FIELDS 2 a                 -> -ERR The `numfields` parameter must match the number of arguments
                """);
    }
}
