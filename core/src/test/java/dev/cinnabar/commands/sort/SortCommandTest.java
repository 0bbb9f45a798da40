package dev.cinnabar.commands.sort;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cinnabar.command.testing.TestEngine;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What concerns partitions, and orders of more elements than one writes down. */
class SortCommandTest {

    /** So many that the keys of a pattern do lie elsewhere; that they are locked is asserted at each look-up. */
    @AutoClose
    private final TestEngine redis = new TestEngine(16);

    private static String shown(List<String> words) {
        return words.stream().map(word -> "'" + word + "'").toList().toString();
    }

    @Test
    void patternsLeadIntoOtherPartitions() {
        for (int i = 0; i < 50; i++) {
            redis.call("RPUSH", "list", "" + i);
            redis.call("SET", "weight:" + i, "" + (50 - i));
            redis.call("SET", "name:" + i, "n" + i);
        }
        redis.replies("""
                SORT list BY weight:* LIMIT 0 3 GET name:*      -> ['n49', 'n48', 'n47']
                SORT list BY weight:* LIMIT 0 3 GET # STORE d   -> 3
                LRANGE d 0 -1                                   -> ['49', '48', '47']
                MULTI                                           -> +OK
                SORT_RO list BY weight:* LIMIT 0 1 GET name:*   -> +QUEUED
                SORT list DESC LIMIT 0 1 STORE d                -> +QUEUED
                LRANGE d 0 -1                                   -> +QUEUED
                EXEC                                            -> [['n49'], 1, ['49']]
                """);
    }

    @Test
    void anExpiredKeyOfAPatternIsGone() {
        redis.replies("""
                RPUSH list 1 2 3            -> 3
                SET weight:1 9 PX 10        -> +OK
                SET weight:2 5              -> +OK
                SORT list BY weight:*       -> ['3', '2', '1']
                advance 11
                SORT list BY weight:*       -> ['1', '3', '2']
                EXISTS weight:1             -> 0
                """);
    }

    @Test
    void anExpiredFieldIsGone() {
        redis.replies("""
                RPUSH list 1 2              -> 2
                HSET h:1 f 9                -> 1
                HSET h:2 f 5                -> 1
                HPEXPIRE h:1 10 FIELDS 1 f  -> [1]
                SORT list BY h:*->f GET h:*->f -> ['5', '9']
                advance 11
                SORT list BY h:*->f GET h:*->f -> [nil, '5']
                """);
    }

    @Test
    void theSortedKeyMayItselfBeOneOfThePattern() {
        redis.replies("""
                SADD k1 1 2                 -> 2
                SET k2 7                    -> +OK
                SORT k1 BY k* GET k* GET #  -> [nil, '1', '7', '2']
                SORT k1 BY k* STORE k1      -> 2
                LRANGE k1 0 -1              -> ['1', '2']
                """);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void agreesWithListSort(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        int size = random.nextInt(700);
        List<String> elements = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            elements.add("" + random.nextInt(-300, 300));
            redis.call("RPUSH", "list", elements.getLast());
        }
        Comparator<String> byText = Comparator.naturalOrder();
        Comparator<String> byNumber =
                Comparator.<String>comparingInt(Integer::parseInt).thenComparing(byText);
        check(elements, byNumber, "");
        check(elements, byNumber.reversed(), " DESC");
        check(elements, byText, " ALPHA");
        check(elements, byText.reversed(), " ALPHA DESC");
        int start = random.nextInt(size + 10);
        int count = random.nextInt(size + 10);
        List<String> sorted = elements.stream().sorted(byNumber).toList();
        List<String> expected = sorted.subList(Math.min(start, size), Math.min(start + count, size));
        assertThat(redis.run("SORT list LIMIT " + start + " " + count))
                .as("seed %d", seed)
                .isEqualTo(shown(expected));
        assertThat(redis.run("SORT list STORE d LIMIT " + start + " " + count)).isEqualTo("" + expected.size());
        assertThat(redis.run("LRANGE d 0 -1")).isEqualTo(shown(expected));
    }

    private void check(List<String> elements, Comparator<String> order, String options) {
        assertThat(redis.run("SORT list" + options))
                .isEqualTo(shown(elements.stream().sorted(order).toList()));
    }

    /** So many that merging takes seventeen rounds. */
    @Test
    void sortsManyElements() {
        int size = 100_000;
        SplittableRandom random = new SplittableRandom(1);
        for (int i = 0; i < size / 100; i++) {
            String[] command = new String[102];
            command[0] = "SADD";
            command[1] = "set";
            for (int j = 2; j < command.length; j++) {
                command[j] = "" + random.nextLong();
            }
            redis.call(command);
        }
        assertThat(redis.run("SORT set STORE d")).isEqualTo("" + size);
        long before = Long.MIN_VALUE;
        for (int i = 0; i < size; i += 997) {
            String reply = redis.run("LINDEX d " + i);
            long here = Long.parseLong(reply.substring(1, reply.length() - 1));
            assertThat(here).isGreaterThanOrEqualTo(before);
            before = here;
        }
    }
}
