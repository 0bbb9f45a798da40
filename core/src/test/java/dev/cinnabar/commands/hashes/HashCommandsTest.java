package dev.cinnabar.commands.hashes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cinnabar.command.testing.TestEngine;
import dev.cinnabar.memory.Tag;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Commands on hashes.
 *
 * <p>Strategy of the random test: operations on a few hashes against maps of values and of times, with small limits, so that
 * all forms are met, while the clock advances and expired fields are removed in the background or just not seen. Invariants:
 * every field reads as in the model, and all that is reachable agrees with the allocator.
 */
class HashCommandsTest {

    @AutoClose
    private final TestEngine redis = new TestEngine();

    private record Field(String value, long expiryMillis) {}

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void agreesWithMaps(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        redis.run("CONFIG SET hash-max-listpack-entries " + random.nextInt(1, 40));
        int range = random.nextInt(2, 120);
        Map<String, Map<String, Field>> model = new HashMap<>();
        for (int round = 0; round < 4000; round++) {
            String key = "h" + random.nextInt(3);
            String field = "f" + random.nextInt(range);
            Map<String, Field> fields = model.computeIfAbsent(key, k -> new HashMap<>());
            long now = redis.clock().millis();
            fields.values().removeIf(f -> f.expiryMillis() <= now);
            switch (random.nextInt(12)) {
                case 0, 1, 2, 3 -> {
                    String value = random.nextInt(20) == 0 ? "v".repeat(random.nextInt(300)) : "" + random.nextInt();
                    redis.call("HSET", key, field, value);
                    fields.put(field, new Field(value, Long.MAX_VALUE));
                }
                case 4, 5 -> {
                    redis.call("HDEL", key, field);
                    fields.remove(field);
                }
                case 6, 7 -> {
                    long when = now + random.nextInt(1, 2000);
                    String reply = redis.call("HPEXPIREAT", key, "" + when, "FIELDS", "1", field);
                    assertThat(reply)
                            .as("seed %d, round %d", seed, round)
                            .isEqualTo(fields.containsKey(field) ? "[1]" : "[-2]");
                    fields.computeIfPresent(field, (f, old) -> new Field(old.value(), when));
                }
                case 8 -> {
                    redis.call("HPERSIST", key, "FIELDS", "1", field);
                    fields.computeIfPresent(field, (f, old) -> new Field(old.value(), Long.MAX_VALUE));
                }
                case 9 -> {
                    redis.advanceMillis(random.nextInt(200));
                    if (random.nextBoolean()) {
                        redis.engine().keyspace().expireDue();
                    }
                }
                case 10 -> {
                    String other = "h" + random.nextInt(3);
                    if (!other.equals(key) && !fields.isEmpty()) {
                        if (random.nextBoolean()) {
                            redis.call("RENAME", key, other);
                            model.put(other, fields);
                            model.remove(key);
                            fields = new HashMap<>();
                            model.put(key, fields);
                        } else {
                            redis.call("COPY", key, other, "REPLACE");
                            model.put(other, new HashMap<>(fields));
                        }
                    }
                }
                default -> {
                    if (random.nextInt(40) == 0) {
                        redis.call("DEL", key);
                        fields.clear();
                    }
                }
            }
            Field expected = fields.get(field);
            boolean there =
                    expected != null && expected.expiryMillis() > redis.clock().millis();
            assertThat(redis.call("HGET", key, field))
                    .as("seed %d, round %d", seed, round)
                    .isEqualTo(there ? "'" + expected.value() + "'" : "nil");
            if (there) {
                String when = expected.expiryMillis() == Long.MAX_VALUE ? "-1" : "" + expected.expiryMillis();
                assertThat(redis.call("HPEXPIRETIME", key, "FIELDS", "1", field))
                        .isEqualTo("[" + when + "]");
            }
            if (round % 250 == 0) {
                redis.engine().keyspace().checkInvariants();
            }
        }
    }

    @Test
    void hashesWithFieldsThatExpireMoveAndStayInOrder() {
        for (int i = 0; i < 40; i++) {
            redis.call("HSET", "a", "f" + i, "v" + i);
            redis.call("HPEXPIRE", "a", "" + (1000 + i), "FIELDS", "1", "f" + i);
        }
        redis.replies("""
                EXPIRE a 100                -> 1
                RENAME a bb                 -> +OK
                COPY bb c                   -> 1
                PERSIST c                   -> 1
                MOVE c 1                    -> 1
                SELECT 1                    -> +OK
                HLEN c                      -> 40
                advance 1020
                """);
        redis.engine().keyspace().expireDue();
        assertThat(redis.run("HLEN c")).isEqualTo("19");
        redis.run("SWAPDB 0 1");
        redis.engine().keyspace().checkInvariants();
        redis.advanceMillis(100);
        redis.engine().keyspace().expireDue();
        redis.replies("""
                EXISTS bb                   -> 0
                SELECT 0                    -> +OK
                EXISTS c                    -> 0
                """);
        assertThat(redis.used(Tag.EXPIRY)).isZero();
        assertThat(redis.run("INFO stats")).contains("expired_subkeys:80");
    }

    @Test
    void aFieldThatExpiresTellsWatchers() {
        redis.run("HSET h a 1 b 2");
        redis.run("HPEXPIRE h 10 FIELDS 1 a");
        redis.run("WATCH h");
        redis.run("MULTI");
        redis.run("PING");
        redis.advanceMillis(20);
        redis.engine().keyspace().expireDue();
        assertThat(redis.run("EXEC")).isEqualTo("nil-array");
    }

    @Test
    void fieldListsBelongToTheConnection() {
        redis.replies("""
                HIMPORT PREPARE p a b c        -> +OK
                HIMPORT SET h p 1 2 3          -> +OK
                HGETALL h                      -> ['a', '1', 'b', '2', 'c', '3']
                HIMPORT SET h p 1 2            -> -ERR value count does not match fieldset field count
                HIMPORT SET h q 1 2            -> -ERR no such fieldset
                HIMPORT PREPARE q a a          -> -ERR duplicate field name in fieldset
                SET s x                        -> +OK
                HIMPORT SET s p 1 2 3          -> -WRONGTYPE Operation against a key holding the wrong kind of value
                HIMPORT DISCARD q              -> 0
                HIMPORT DISCARD p              -> 1
                HIMPORT PREPARE a x            -> +OK
                HIMPORT PREPARE b x            -> +OK
                HIMPORT DISCARDALL             -> 2
                """);
    }

    @ParameterizedTest
    @ValueSource(ints = {8, 100, 1000})
    void drawsAreEven(int size) {
        for (int i = 0; i < size; i++) {
            redis.call("HSET", "h", "f" + i, "v");
        }
        Map<String, Integer> counts = new HashMap<>();
        int draws = 100 * size;
        for (int i = 0; i < draws; i++) {
            counts.merge(redis.call("HRANDFIELD", "h"), 1, Integer::sum);
        }
        double chiSquare = 0;
        for (int i = 0; i < size; i++) {
            double off = counts.getOrDefault("'f" + i + "'", 0) - 100.0;
            chiSquare += off * off / 100;
        }
        // Mean size - 1, deviation sqrt(2 (size - 1)); the generator is seeded.
        assertThat(chiSquare).isLessThan(size - 1 + 5 * Math.sqrt(2.0 * (size - 1)));
    }

    @Test
    void differentFieldsAreDifferent() {
        for (int i = 0; i < 500; i++) {
            redis.call("HSET", "h", "f" + i, "v" + i);
        }
        for (int count : new int[] {1, 10, 100, 300, 499}) {
            String[] fields = redis.call("HRANDFIELD", "h", "" + count).split(", ", -1);
            Set<String> different = new HashSet<>();
            for (String field : fields) {
                different.add(field.replaceAll("[\\[\\]]", ""));
            }
            assertThat(different).hasSize(count);
        }
    }

    @Test
    void whatIsSetInPlaceOfAnExpiredFieldHasNoExpiry() {
        redis.replies("""
                HSET h f 1 g 2                       -> 2
                HPEXPIRE h 10 FIELDS 1 f             -> [1]
                advance 20
                HSETEX h FXX KEEPTTL FIELDS 1 f 3    -> 0
                HSETEX h FNX KEEPTTL FIELDS 1 f 3    -> 1
                HTTL h FIELDS 1 f                    -> [-1]
                HGET h f                             -> '3'
                """);
    }

    @Test
    void optionsOfHsetexMayStandBehindTheFields() {
        redis.replies("""
                HSETEX h FIELDS 1 f 1 EX 100         -> 1
                HTTL h FIELDS 1 f                    -> [100]
                HSETEX h FIELDS 1 f 2 FNX            -> 0
                HSETEX h FXX FIELDS 1 f 2 KEEPTTL    -> 1
                HTTL h FIELDS 1 f                    -> [100]
                HGET h f                             -> '2'
                """);
    }
}
