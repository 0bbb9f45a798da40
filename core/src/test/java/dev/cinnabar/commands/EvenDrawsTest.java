package dev.cinnabar.commands;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cinnabar.command.testing.TestEngine;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Strategy: every command that chooses by chance, in every form that takes a way of its own (one, a count, a negative count;
 * few of all, many of all), over every encoding. How often each element was chosen is put to a chi-square test.
 *
 * <p>Invariant: the sum stays within five deviations of its mean, which one run in a million would leave by chance. The
 * generator is seeded, so a run that has passed passes again.
 */
class EvenDrawsTest {

    private static final Pattern WORD = Pattern.compile("'([^']*)'");
    private static final int CHOICES_EACH = 30;

    /** How the elements are kept, and how many there are. */
    enum Kind {
        INTSET(40, "SRANDMEMBER", "SADD k %d", "intset"),
        LARGE_INTSET(400, "SRANDMEMBER", "SADD k %d", "intset"),
        SET_LISTPACK(40, "SRANDMEMBER", "SADD k m%d", "listpack"),
        SET_TABLE(500, "SRANDMEMBER", "SADD k m%d", "hashtable"),
        HASH_LISTPACK(40, "HRANDFIELD", "HSET k f%d v", "listpack"),
        HASH_TABLE(700, "HRANDFIELD", "HSET k f%d v", "hashtable"),
        HASH_LISTPACK_EXPIRING(40, "HRANDFIELD", "HSETEX k EX 1000 FIELDS 1 f%d v", "listpackex"),
        HASH_TABLE_EXPIRING(700, "HRANDFIELD", "HSETEX k EX 1000 FIELDS 1 f%d v", "hashtable"),
        SORTED_SET_LISTPACK(40, "ZRANDMEMBER", "ZADD k 1 m%d", "listpack"),
        SORTED_SET_LARGE(500, "ZRANDMEMBER", "ZADD k 1 m%d", "skiplist");

        private final int size;
        private final String command;
        private final String add;
        private final String encoding;

        Kind(int size, String command, String add, String encoding) {
            this.size = size;
            this.command = command;
            this.add = add;
            this.encoding = encoding;
        }
    }

    @AutoClose
    private final TestEngine redis = new TestEngine(4);

    private void fill(Kind kind) {
        for (int i = 0; i < kind.size; i++) {
            redis.run(kind.add.formatted(i));
        }
        assertThat(redis.run("OBJECT ENCODING k")).isEqualTo("'" + kind.encoding + "'");
    }

    @ParameterizedTest
    @EnumSource
    void one(Kind kind) {
        fill(kind);
        check(kind.size, 1, kind.command + " k", false);
    }

    @ParameterizedTest
    @EnumSource
    void manyThatMayBeTheSame(Kind kind) {
        fill(kind);
        check(kind.size, kind.size / 2, kind.command + " k -" + kind.size / 2, false);
        check(kind.size, 3 * kind.size, kind.command + " k -" + 3 * kind.size, false);
    }

    @ParameterizedTest
    @EnumSource
    void fewDifferentOnes(Kind kind) {
        fill(kind);
        check(kind.size, 1, kind.command + " k 1", false);
        check(kind.size, kind.size / 10, kind.command + " k " + kind.size / 10, false);
    }

    @ParameterizedTest
    @EnumSource
    void manyDifferentOnes(Kind kind) {
        fill(kind);
        check(kind.size, kind.size / 2, kind.command + " k " + kind.size / 2, false);
        check(kind.size, kind.size - 1, kind.command + " k " + (kind.size - 1), false);
    }

    @ParameterizedTest
    @EnumSource(names = {"INTSET", "LARGE_INTSET", "SET_LISTPACK", "SET_TABLE"})
    void popped(Kind kind) {
        fill(kind);
        check(kind.size, 1, "SPOP k", true);
        for (int count : new int[] {1, kind.size / 10, kind.size / 2, kind.size - 1}) {
            check(kind.size, count, "SPOP k " + count, true);
        }
    }

    @Test
    void keys() {
        for (int i = 0; i < 300; i++) {
            redis.run("SET k" + i + " v");
        }
        check(300, 1, "RANDOMKEY", false);
    }

    /** @param puts whether what was chosen is gone, and is put back */
    private void check(int size, int count, String command, boolean puts) {
        Map<String, Integer> times = new HashMap<>();
        int rounds = Math.max(1, CHOICES_EACH * size / count);
        for (int round = 0; round < rounds; round++) {
            List<String> chosen = words(redis.run(command));
            assertThat(chosen).hasSize(count);
            chosen.forEach(word -> times.merge(word, 1, Integer::sum));
            if (puts) {
                redis.run("SADD k " + String.join(" ", chosen));
            }
        }
        assertThat(times.size()).isLessThanOrEqualTo(size);
        double expected = (double) rounds * count / size;
        double sum = (size - times.size()) * expected;
        for (int n : times.values()) {
            sum += (n - expected) * (n - expected) / expected;
        }
        assertThat(sum).as("%s of %d", command, size).isLessThan(size - 1 + 5 * Math.sqrt(2.0 * (size - 1)));
    }

    private static List<String> words(String reply) {
        List<String> words = new ArrayList<>();
        Matcher matcher = WORD.matcher(reply);
        while (matcher.find()) {
            words.add(matcher.group(1));
        }
        return words;
    }
}
