package dev.cinnabar.compat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.cinnabar.compat.harness.Client;
import dev.cinnabar.compat.harness.RedisTest;
import dev.cinnabar.compat.harness.Resp;
import dev.cinnabar.compat.harness.Server;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/** How well keys are chosen that go when memory is full: hits of the same trace, with room for as many keys. */
class EvictionTest {

    private static final int KEYS = 20_000;
    private static final int ROOM = 4_000;
    private static final int REQUESTS = 100_000;
    private static final int BATCH = 200;
    private static final long SEED = 7;

    @RedisTest(cinnabarOnly = "compares Cinnabar with a real server")
    void hitsAreAsManyAsThoseOfRedis(Client ours, Server cinnabar) {
        Optional<Server> newest = Server.newestRedis();
        assumeTrue(newest.isPresent(), "no real Redis is installed to compare with");
        for (String policy : List.of("allkeys-lru", "allkeys-lfu", "allkeys-random")) {
            double here = hitRate(ours, policy);
            try (Client theirs = new Client(newest.get().port())) {
                double there = hitRate(theirs, policy);
                assertThat(here)
                        .as("%s, seed %d; Redis: %.3f", policy, SEED, there)
                        .isGreaterThan(there - 0.02);
            }
        }
    }

    /** The part of reads that find their key, of a Zipf trace in which a miss is followed by a write, as in a cache. */
    private static double hitRate(Client redis, String policy) {
        redis.run("FLUSHALL");
        redis.run("CONFIG SET maxmemory 0");
        redis.run("CONFIG SET maxmemory-policy " + policy);
        int[] trace = trace(new Random(SEED));
        for (int i = 0; i < ROOM; i += BATCH) {
            List<String> fill = new ArrayList<>();
            for (int k = i; k < i + BATCH; k++) {
                fill.add(set(KEYS + k));
            }
            redis.pipeline(fill);
        }
        String used = redis.run("INFO memory").reply().toString().replaceAll("(?s).*used_memory:(\\d+).*", "$1");
        redis.run("CONFIG SET maxmemory " + used);
        int hits = 0;
        for (int from = 0; from < REQUESTS; from += BATCH) {
            List<String> gets = new ArrayList<>();
            for (int i = from; i < from + BATCH; i++) {
                gets.add("GET key:" + trace[i]);
            }
            List<Resp> replies = redis.pipeline(gets);
            List<String> misses = new ArrayList<>();
            for (int i = 0; i < BATCH; i++) {
                if (replies.get(i).toString().equals("nil")) {
                    misses.add(set(trace[from + i]));
                } else {
                    hits++;
                }
            }
            redis.pipeline(misses);
        }
        redis.run("CONFIG SET maxmemory 0");
        redis.run("FLUSHALL");
        return (double) hits / REQUESTS;
    }

    private static String set(int key) {
        return "SET key:" + key + " " + "v".repeat(200);
    }

    /** Keys drawn by Zipf's law: the n-th has a share of 1/n. */
    private static int[] trace(Random random) {
        double[] sums = new double[KEYS];
        double sum = 0;
        for (int i = 0; i < KEYS; i++) {
            sum += 1.0 / (i + 1);
            sums[i] = sum;
        }
        int[] trace = new int[REQUESTS];
        for (int i = 0; i < REQUESTS; i++) {
            int found = Arrays.binarySearch(sums, random.nextDouble() * sum);
            trace[i] = found < 0 ? -found - 1 : found;
        }
        return trace;
    }
}
