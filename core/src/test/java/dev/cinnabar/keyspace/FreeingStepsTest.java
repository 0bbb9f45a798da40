package dev.cinnabar.keyspace;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cinnabar.command.testing.TestEngine;
import dev.cinnabar.memory.Tag;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Strategy: a big value of every form is thrown away in every way, at one size and at four times that. Invariants: what the
 * command frees, and what each step behind it does, is a part of the value, and no larger for the larger one; in the end
 * nothing is left. Bytes are counted, not time, so it is the same on every machine.
 */
class FreeingStepsTest {

    /** What the background frees of a partition before it lets others in. */
    private static final int STEP = 128;

    private static final int ELEMENTS = 20_000;
    private static final int BATCH = 500;

    enum Form {
        HASH,
        HASH_WITH_EXPIRING_FIELDS,
        SET,
        SORTED_SET,
        LIST,
        STREAM,
        STREAM_WITH_GROUPS,
        STREAM_WITH_CONSUMERS,
        STREAM_WITH_PRODUCERS
    }

    enum Way {
        DEL,
        UNLINK,
        OVERWRITE,
        RENAME_OVER,
        COPY_OVER,
        STORE_OVER,
        EXPIRY,
        EXPIRY_SEEN,
        FLUSHALL,
        FLUSHDB
    }

    /** One partition, so that all keys meet. */
    @AutoClose
    private final TestEngine redis = TestEngine.withPlainMemory(1);

    private long largest;

    /** Each form in the ways that differ most, and one form in all ways. */
    static Stream<Arguments> formsAndWays() {
        return Stream.concat(
                Stream.of(Form.values())
                        .filter(form -> form != Form.SET)
                        .flatMap(form -> Stream.of(Way.DEL, Way.OVERWRITE, Way.EXPIRY, Way.FLUSHALL)
                                .map(way -> Arguments.of(form, way))),
                Stream.of(Way.values()).map(way -> Arguments.of(Form.SET, way)));
    }

    @ParameterizedTest
    @MethodSource("formsAndWays")
    void noStepGrowsWithTheValue(Form form, Way way) {
        fill(form, ELEMENTS);
        long bytes = used();
        long ofSmall = throwAway(way);
        assertThat(ofSmall)
                .as("the largest step, of %d bytes", bytes)
                .isPositive()
                .isLessThan(bytes / 2);
        fill(form, 4 * ELEMENTS);
        long ofLarge = throwAway(way);
        assertThat(ofLarge)
                .as("the largest step at four times the size, %d bytes before", ofSmall)
                .isLessThan(ofSmall + ofSmall / 2);
    }

    /** Fields that expire together leave a few at a time. */
    @Test
    void noStepExpiresMoreThanSoManyFields() {
        fill(Form.HASH_WITH_EXPIRING_FIELDS, ELEMENTS);
        redis.advanceMillis(10_000);
        Keyspace keyspace = redis.engine().keyspace();
        int steps = 0;
        boolean more = true;
        while (more) {
            long before = keyspace.expiredFields();
            more = keyspace.locked(
                    0, partition -> partition.expireDue(redis.clock().millis(), STEP));
            assertThat(keyspace.expiredFields() - before).isLessThanOrEqualTo(STEP);
            steps++;
        }
        assertThat(steps).isGreaterThan(ELEMENTS / STEP);
        assertThat(redis.run("EXISTS big")).isEqualTo("0");
    }

    /** Throws the value away; returns how many bytes the largest step has freed. */
    private long throwAway(Way way) {
        largest = 0;
        redis.run("SADD small a b c");
        switch (way) {
            case DEL -> step("DEL big");
            case UNLINK -> step("UNLINK big");
            case OVERWRITE -> step("SET big v");
            case RENAME_OVER -> step("RENAME small big");
            case COPY_OVER -> step("COPY small big REPLACE");
            case STORE_OVER -> step("SUNIONSTORE big small");
            case EXPIRY -> {
                redis.run("PEXPIRE big 1");
                redis.advanceMillis(1);
                step(() -> redis.engine().keyspace().expireDue());
            }
            case EXPIRY_SEEN -> {
                redis.run("PEXPIRE big 1");
                redis.advanceMillis(1);
                step("TYPE big");
            }
            case FLUSHALL -> step("FLUSHALL ASYNC");
            case FLUSHDB -> step("FLUSHDB ASYNC");
        }
        Keyspace keyspace = redis.engine().keyspace();
        boolean[] more = {true};
        while (more[0]) {
            step(() -> more[0] = keyspace.locked(0, partition -> partition.collectGarbage(STEP)));
        }
        redis.run("DEL big small");
        assertThat(redis.used(Tag.VALUE)).as("bytes left").isZero();
        return largest;
    }

    private void step(String command) {
        step(() -> redis.run(command));
    }

    private void step(Runnable work) {
        long before = used();
        work.run();
        largest = Math.max(largest, before - used());
    }

    private long used() {
        return Stream.of(Tag.values()).mapToLong(redis::used).sum();
    }

    private void fill(Form form, int elements) {
        switch (form) {
            case HASH -> add(elements, "HSET", "field:%08d", "value");
            case HASH_WITH_EXPIRING_FIELDS -> {
                add(elements, "HSET", "field:%08d", "value");
                expireFields(elements);
            }
            case SET -> add(elements, "SADD", "member:%08d");
            case SORTED_SET -> add(elements, "ZADD", "%d", "member:%1$08d");
            case LIST -> add(10 * elements, "RPUSH", "element:%08d");
            case STREAM -> addEntries(elements);
            case STREAM_WITH_GROUPS -> {
                addEntries(elements);
                for (int i = 0; i < 2; i++) {
                    redis.run("XGROUP CREATE big g" + i + " 0");
                    redis.run("XREADGROUP GROUP g" + i + " c STREAMS big >");
                }
            }
            case STREAM_WITH_CONSUMERS -> {
                addEntries(1);
                redis.run("XGROUP CREATE big g 0");
                for (int i = 0; i < elements; i++) {
                    redis.call("XGROUP", "CREATECONSUMER", "big", "g", "consumer:" + i);
                }
            }
            case STREAM_WITH_PRODUCERS -> {
                for (int i = 0; i < elements; i++) {
                    redis.call("XADD", "big", "IDMP", "producer:" + i, "id", "*", "f", "v");
                }
            }
        }
    }

    private void add(int elements, String command, String... formats) {
        for (int from = 0; from < elements; from += BATCH) {
            List<String> words = new ArrayList<>(List.of(command, "big"));
            for (int i = from; i < from + BATCH; i++) {
                for (String format : formats) {
                    words.add(format.formatted(i));
                }
            }
            redis.call(words.toArray(String[]::new));
        }
    }

    private void expireFields(int elements) {
        for (int from = 0; from < elements; from += BATCH) {
            List<String> words = new ArrayList<>(List.of("HPEXPIRE", "big", "10000", "FIELDS", "" + BATCH));
            for (int i = from; i < from + BATCH; i++) {
                words.add("field:%08d".formatted(i));
            }
            redis.call(words.toArray(String[]::new));
        }
    }

    private void addEntries(int entries) {
        String value = "v".repeat(100);
        for (int i = 0; i < entries; i++) {
            redis.call("XADD", "big", "*", "field", value);
        }
    }
}
