package dev.cinnabar.commands.sets;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cinnabar.command.testing.TestClient;
import dev.cinnabar.command.testing.TestEngine;
import dev.cinnabar.memory.Tag;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is newer than the servers at hand to compare with, and what needs more sets than one writes down. */
class SetCommandsTest {

    private static final Pattern WORD = Pattern.compile("'([^']*)'");

    @AutoClose
    private final TestEngine redis = new TestEngine();

    private static List<String> words(String reply) {
        List<String> words = new ArrayList<>();
        Matcher matcher = WORD.matcher(reply);
        while (matcher.find()) {
            words.add(matcher.group(1));
        }
        return words;
    }

    @Test
    void countsUnions() {
        redis.replies("""
                SADD a 1 2 3 x                  -> 4
                SADD b 3 4 x y                  -> 4
                SET text 1                      -> +OK
                SUNIONCARD 2 a b                -> 6
                SUNIONCARD 3 none b a           -> 6
                SUNIONCARD 1 none               -> 0
                SUNIONCARD 2 a a                -> 4
                SUNIONCARD 2 a b LIMIT 0        -> 6
                SUNIONCARD 2 a b LIMIT 5        -> 5
                SUNIONCARD 2 a b LIMIT 50       -> 6
                SUNIONCARD 2 a b APPROX         -> 6
                SUNIONCARD 2 a b APPROX LIMIT 2 -> 2
                SUNIONCARD 2 a b limit 2 approx -> 2
                SUNIONCARD 2 a text             -> -WRONGTYPE Operation against a key holding the wrong kind of value
                SUNIONCARD 2 none text          -> -WRONGTYPE Operation against a key holding the wrong kind of value
                SUNIONCARD 0 a                  -> -ERR numkeys should be greater than 0
                SUNIONCARD x a                  -> -ERR numkeys should be greater than 0
                SUNIONCARD 4294967297 a         -> -ERR Number of keys can't be greater than number of args
                SUNIONCARD 2 a                  -> -ERR Number of keys can't be greater than number of args
                SUNIONCARD 1 a LIMIT            -> -ERR syntax error
                SUNIONCARD 1 a LIMIT -1         -> -ERR LIMIT can't be negative
                SUNIONCARD 1 a LIMIT x          -> -ERR LIMIT can't be negative
                SUNIONCARD 1 a b                -> -ERR syntax error
                SUNIONCARD 1                    -> -ERR wrong number of arguments for 'sunioncard' command
                """);
    }

    @Test
    void countsDifferences() {
        redis.replies("""
                SADD a 1 2 3 x                  -> 4
                SADD b 3 4 x y                  -> 4
                SDIFFCARD 2 a b                 -> 2
                SDIFFCARD 2 a none              -> 4
                SDIFFCARD 2 none a              -> 0
                SDIFFCARD 2 a a                 -> 0
                SDIFFCARD 2 a b LIMIT 0         -> 2
                SDIFFCARD 2 a b LIMIT 1         -> 1
                SDIFFCARD 7 a b b b b b b       -> 2
                SDIFFCARD 7 a b b b b b b LIMIT 1 -> 1
                SDIFFCARD 2 a b APPROX          -> -ERR syntax error
                SDIFFCARD 2 a b LIMIT -1        -> -ERR LIMIT can't be negative
                """);
    }

    /**
     * Strategy: sets of all forms with members from a small range, in several partitions, some named twice, some missing;
     * the algebra of {@code java.util} sets is the model.
     */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void algebraAgreesWithSets(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        redis.settings().limits().setIntsetEntries = random.nextInt(1, 60);
        redis.settings().limits().setListpackEntries = random.nextInt(1, 60);
        for (int round = 0; round < 60; round++) {
            String context = "seed " + seed + ", round " + round;
            int keys = random.nextInt(1, 12);
            List<Set<String>> sets = new ArrayList<>();
            List<String> names = new ArrayList<>();
            for (int i = 0; i < keys; i++) {
                if (i > 0 && random.nextInt(5) == 0) {
                    int same = random.nextInt(i);
                    names.add(names.get(same));
                    sets.add(sets.get(same));
                    continue;
                }
                Set<String> members = new TreeSet<>();
                int size = random.nextInt(4) == 0 ? 0 : random.nextInt(1 + random.nextInt(150));
                boolean numbers = random.nextBoolean();
                String name = "set" + i;
                redis.call("DEL", name);
                for (int j = 0; j < size; j++) {
                    String member = (numbers || random.nextInt(10) > 0 ? "" : "m") + random.nextInt(120);
                    members.add(member);
                    redis.call("SADD", name, member);
                }
                names.add(name);
                sets.add(members);
            }
            check(context, random, names, sets);
        }
    }

    private void check(String context, SplittableRandom random, List<String> names, List<Set<String>> sets) {
        Set<String> intersection = new TreeSet<>(sets.getFirst());
        Set<String> union = new TreeSet<>();
        Set<String> difference = new TreeSet<>(sets.getFirst());
        for (int i = 0; i < sets.size(); i++) {
            intersection.retainAll(sets.get(i));
            union.addAll(sets.get(i));
            if (i > 0) {
                difference.removeAll(sets.get(i));
            }
        }
        String keys = String.join(" ", names);
        // Now and then into one of the operands.
        String destination = random.nextInt(4) == 0 ? names.getFirst() : "destination";
        checkOne(context, "SINTER", keys, names.size(), intersection);
        checkOne(context, "SUNION", keys, names.size(), union);
        checkOne(context, "SDIFF", keys, names.size(), difference);
        String operation = List.of("SINTER", "SUNION", "SDIFF").get(random.nextInt(3));
        Set<String> expected =
                operation.equals("SINTER") ? intersection : operation.equals("SUNION") ? union : difference;
        assertThat(redis.run(operation + "STORE " + destination + " " + keys))
                .as(context)
                .isEqualTo("" + expected.size());
        assertThat(words(redis.call("SMEMBERS", destination)))
                .as(context)
                .containsExactlyInAnyOrderElementsOf(expected);
        assertThat(redis.call("EXISTS", destination)).isEqualTo(expected.isEmpty() ? "0" : "1");
        redis.call("DEL", destination);
        redis.engine().keyspace().checkInvariants();
    }

    private void checkOne(String context, String name, String keys, int n, Set<String> expected) {
        assertThat(words(redis.run(name + " " + keys)))
                .as("%s: %s %s", context, name, keys)
                .containsExactlyInAnyOrderElementsOf(expected);
        assertThat(redis.run(name + "CARD " + n + " " + keys))
                .as("%s: %sCARD %s", context, name, keys)
                .isEqualTo("" + expected.size());
        assertThat(redis.run(name + "CARD " + n + " " + keys + " LIMIT 3"))
                .as("%s: %sCARD %s LIMIT 3", context, name, keys)
                .isEqualTo("" + Math.min(3, expected.size()));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 50, 127, 128, 129, 512, 1000, 3000})
    void randomMembersAreMembersAndDiffer(int size) {
        for (String prefix : new String[] {"", "m"}) {
            Set<String> all = new HashSet<>();
            redis.call("DEL", "s");
            for (int i = 0; i < size; i++) {
                redis.call("SADD", "s", prefix + i);
                all.add(prefix + i);
            }
            for (int count : new int[] {1, 2, size / 4, size / 3, size / 2, size - 1, size, size + 1}) {
                List<String> drawn = words(redis.call("SRANDMEMBER", "s", "" + count));
                assertThat(drawn).hasSize(Math.min(count, size)).doesNotHaveDuplicates();
                assertThat(all).containsAll(drawn);
                drawn = words(redis.call("SRANDMEMBER", "s", "" + -count));
                assertThat(drawn).hasSize(count);
                assertThat(all).containsAll(drawn);
            }
            for (int count : new int[] {1, size / 10, size / 2, size}) {
                List<String> popped = words(redis.call("SPOP", "s", "" + count));
                assertThat(popped).doesNotHaveDuplicates().hasSize(Math.min(count, all.size()));
                assertThat(all).containsAll(popped);
                popped.forEach(all::remove);
                assertThat(words(redis.call("SMEMBERS", "s"))).containsExactlyInAnyOrderElementsOf(all);
            }
            assertThat(redis.call("EXISTS", "s")).isEqualTo("0");
        }
    }

    /** Which of the members a count takes is as even as which one is drawn. */
    @ParameterizedTest
    @ValueSource(ints = {10, 100, 600})
    void countsTakeEveryMemberAsOften(int size) {
        for (String prefix : new String[] {"", "m"}) {
            for (int count : new int[] {size / 5, size / 2}) {
                redis.call("DEL", "s");
                for (int i = 0; i < size; i++) {
                    redis.call("SADD", "s", prefix + i);
                }
                int rounds = 200;
                int[] times = new int[size];
                for (int round = 0; round < rounds; round++) {
                    for (String member : words(redis.call("SRANDMEMBER", "s", "" + count))) {
                        times[Integer.parseInt(member.substring(prefix.length()))]++;
                    }
                }
                double expected = (double) rounds * count / size;
                double chiSquare = 0;
                for (int n : times) {
                    chiSquare += (n - expected) * (n - expected) / expected;
                }
                assertThat(chiSquare)
                        .as("%s%d of %d", prefix, count, size)
                        .isLessThan(size - 1 + 5 * Math.sqrt(2.0 * (size - 1)));
            }
        }
    }

    @Test
    void scansATableWhileItGrowsAndShrinks() {
        TestClient client = redis.client();
        Set<String> stays = new HashSet<>();
        for (int i = 0; i < 2000; i++) {
            client.call("SADD", "s", "stays" + i);
            stays.add("stays" + i);
        }
        Set<String> seen = new HashSet<>();
        String cursor = "0";
        int added = 0;
        do {
            List<String> page = words(client.call("SSCAN", "s", cursor, "COUNT", "20"));
            cursor = page.getFirst();
            for (String member : page.subList(1, page.size())) {
                if (member.startsWith("stays")) {
                    assertThat(seen.add(member)).as(member).isTrue();
                }
            }
            for (int i = 0; i < 100; i++) {
                client.call("SADD", "s", "comes" + added++);
            }
            if (added % 1000 == 0) {
                for (int i = 0; i < added; i++) {
                    client.call("SREM", "s", "comes" + i);
                }
            }
        } while (!cursor.equals("0"));
        assertThat(seen).isEqualTo(stays);
    }

    @Test
    void aBigSetIsNotFreedByWhoDeletesIt() {
        for (int i = 0; i < 20_000; i++) {
            redis.call("SADD", "s", "member:" + i);
        }
        long used = redis.used(Tag.VALUE);
        redis.call("SADD", "small", "x");
        redis.call("SINTERSTORE", "s", "small");
        assertThat(redis.used(Tag.VALUE)).isGreaterThan(used / 2);
        redis.engine().keyspace().collectGarbage();
        assertThat(redis.used(Tag.VALUE)).isZero();
    }
}
