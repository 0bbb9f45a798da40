package dev.cinnabar.compat;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cinnabar.compat.harness.Client;
import dev.cinnabar.compat.harness.RedisTest;
import dev.cinnabar.compat.harness.Resp;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;

/** SCAN: what was there all the time is returned, whatever else happens. */
class ScanTest {

    @RedisTest(resp = {2, 3})
    void repliesAndErrors(Client redis) {
        redis.replies("""
            SCAN 0                  -> ['0', []]
            SET x 1                 -> +OK
            SCAN 0                  -> ['0', ['x']]
            SCAN 0 COUNT 100 MATCH x TYPE string -> ['0', ['x']]
            SCAN 0 match y          -> ['0', []]
            SCAN 0 TYPE list        -> ['0', []]
            SCAN                    -> -ERR wrong number of arguments for 'scan' command
            SCAN abc                -> -ERR invalid cursor
            SCAN -1                 -> any
            SCAN 18446744073709551615 -> any
            SCAN 0 FOO              -> -ERR syntax error
            SCAN 0 MATCH            -> -ERR syntax error
            SCAN 0 COUNT            -> -ERR syntax error
            SCAN 0 COUNT 0          -> -ERR syntax error
            SCAN 0 COUNT -1         -> -ERR syntax error
            SCAN 0 COUNT abc        -> -ERR value is not an integer or out of range
            SCAN 0 COUNT 1 FOO      -> -ERR syntax error
            """);
    }

    @RedisTest
    void findsEverythingWhateverTheCount(Client redis) {
        Set<String> expected = fill(redis, 1000);
        for (int count : new int[] {1, 2, 10, 100, 1000, 5000}) {
            assertThat(new HashSet<>(scanAll(redis, "COUNT " + count))).isEqualTo(expected);
        }
    }

    @RedisTest
    void findsNothingTwiceInAKeyspaceAtRest(Client redis) {
        Set<String> expected = fill(redis, 3000);
        assertThat(scanAll(redis, "")).doesNotHaveDuplicates().hasSameSizeAs(expected);
    }

    @RedisTest
    void takesAboutAsManyStepsAsCountAsksFor(Client redis) {
        fill(redis, 1000);
        int steps = 0;
        String cursor = "0";
        do {
            Resp reply = redis.run("SCAN " + cursor + " COUNT 10").reply();
            cursor = reply.list().get(0).text();
            assertThat(reply.list().get(1).list()).hasSizeLessThanOrEqualTo(60);
            steps++;
        } while (!cursor.equals("0"));
        assertThat(steps).isBetween(20, 1100);
    }

    @RedisTest
    void matchFilters(Client redis) {
        fill(redis, 500);
        assertThat(scanAll(redis, "MATCH key:1??")).hasSize(100);
        assertThat(scanAll(redis, "MATCH key:??? COUNT 1000")).hasSize(400);
        assertThat(scanAll(redis, "MATCH nothing*")).isEmpty();
        assertThat(scanAll(redis, "MATCH key:7")).containsExactly("key:7");
    }

    @RedisTest
    void typeFilters(Client redis) {
        fill(redis, 100);
        redis.run("RPUSH l a").is(1);
        assertThat(scanAll(redis, "TYPE list")).containsExactly("l");
        assertThat(scanAll(redis, "TYPE string")).hasSize(100);
        assertThat(scanAll(redis, "TYPE STRING")).hasSize(100);
        assertThat(scanAll(redis, "TYPE zset")).isEmpty();
    }

    @RedisTest
    void keysPresentThroughoutAreFoundWhileOthersComeAndGo(Client redis) {
        Random random = new Random(42);
        Set<String> expected = fill(redis, 1000);
        List<String> found = new ArrayList<>();
        String cursor = "0";
        int next = 0;
        do {
            Resp reply = redis.run("SCAN " + cursor + " COUNT 7").reply();
            cursor = reply.list().get(0).text();
            reply.list().get(1).list().forEach(key -> found.add(key.text()));
            List<String> changes = new ArrayList<>();
            for (int i = 0; i < 40; i++) {
                changes.add("SET other:" + next++ + " 1");
                if (random.nextInt(4) == 0) {
                    changes.add("DEL other:" + random.nextInt(next));
                }
            }
            redis.pipeline(changes);
        } while (!cursor.equals("0"));
        assertThat(new HashSet<>(found)).containsAll(expected);
    }

    @RedisTest
    void keysPresentThroughoutAreFoundWhileTheTableShrinks(Client redis) {
        Set<String> expected = fill(redis, 100);
        List<String> others = new ArrayList<>();
        for (int i = 0; i < 20_000; i++) {
            others.add("SET other:" + i + " 1");
        }
        redis.pipeline(others);
        List<String> found = new ArrayList<>();
        String cursor = "0";
        int removed = 0;
        do {
            Resp reply = redis.run("SCAN " + cursor + " COUNT 100").reply();
            cursor = reply.list().get(0).text();
            reply.list().get(1).list().forEach(key -> found.add(key.text()));
            List<String> changes = new ArrayList<>();
            for (int i = 0; i < 500 && removed < 20_000; i++) {
                changes.add("DEL other:" + removed++);
            }
            redis.pipeline(changes);
        } while (!cursor.equals("0"));
        assertThat(new HashSet<>(found)).containsAll(expected);
    }

    @RedisTest
    void expiredKeysAreNotReturned(Client redis) {
        fill(redis, 10);
        redis.run("SET gone 1 PXAT 1").isOk();
        assertThat(scanAll(redis, "COUNT 100")).hasSize(10).doesNotContain("gone");
    }

    @RedisTest
    void scansEachDatabaseByItself(Client redis) {
        fill(redis, 50);
        redis.run("SELECT 1").isOk();
        redis.run("SET other 1").isOk();
        assertThat(scanAll(redis, "")).containsExactly("other");
    }

    static Set<String> fill(Client redis, int count) {
        List<String> commands = new ArrayList<>();
        Set<String> keys = new HashSet<>();
        for (int i = 0; i < count; i++) {
            commands.add("SET key:" + i + " " + i);
            keys.add("key:" + i);
        }
        redis.pipeline(commands);
        return keys;
    }

    static List<String> scanAll(Client redis, String options) {
        List<String> found = new ArrayList<>();
        String cursor = "0";
        do {
            Resp reply = redis.run("SCAN " + cursor + " " + options).reply();
            cursor = reply.list().get(0).text();
            reply.list().get(1).list().forEach(key -> found.add(key.text()));
        } while (!cursor.equals("0"));
        return found;
    }
}
