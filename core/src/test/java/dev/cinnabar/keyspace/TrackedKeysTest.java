package dev.cinnabar.keyspace;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cinnabar.command.testing.TestEngine;
import dev.cinnabar.memory.Bytes;
import dev.cinnabar.memory.Tag;
import dev.cinnabar.testing.Seed;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

/** The keys that clients may have in their caches against a map of sets. */
class TrackedKeysTest {

    @AutoClose
    private final TestEngine redis = new TestEngine(1);

    private final Keyspace keyspace = redis.engine().keyspace();

    private void withKeys(Consumer<TrackedKeys> work) {
        keyspace.<@Nullable Void>locked(0, partition -> {
            work.accept(partition.trackedKeys());
            return null;
        });
        keyspace.checkInvariants();
    }

    private long used() {
        return keyspace.locked(0, partition -> partition.memory().used(Tag.TRACKING));
    }

    @RepeatedTest(5)
    void isAMapOfSets() {
        long seed = Seed.next();
        SplittableRandom random = new SplittableRandom(seed);
        Map<String, TreeSet<Long>> model = new TreeMap<>();
        int names = 1 + random.nextInt(400);
        int clients = 1 + random.nextInt(40);
        withKeys(keys -> {
            for (int i = 0; i < 20_000; i++) {
                String name = "k".repeat(random.nextInt(1, 40)) + random.nextInt(names);
                Bytes key = Bytes.of(name);
                long hash = keyspace.hash(key);
                int drawn = random.nextInt(100);
                if (drawn < 80) {
                    long client = random.nextInt(clients) * 1_000_000_007L;
                    assertThat(keys.add(key, hash, client))
                            .as("seed %d", seed)
                            .isEqualTo(model.computeIfAbsent(name, k -> new TreeSet<>())
                                    .add(client));
                } else if (drawn < 99 || random.nextInt(20) > 0) {
                    TreeSet<Long> expected = model.remove(name);
                    long[] ids = keys.remove(key, hash);
                    assertThat(ids == null ? null : Arrays.stream(ids).boxed().toList())
                            .as("seed %d", seed)
                            .isEqualTo(
                                    expected == null ? null : expected.stream().toList());
                } else {
                    keys.clear();
                    model.clear();
                }
                assertThat(keys.size()).as("seed %d", seed).isEqualTo(model.size());
                assertThat(keys.isEmpty()).isEqualTo(model.isEmpty());
            }
        });
        // Whatever any() answers can be removed, until there is nothing.
        HashSet<String> left = new HashSet<>();
        withKeys(keys -> {
            for (byte[] some = keys.any(); some != null; some = keys.any()) {
                Bytes key = Bytes.of(some);
                assertThat(keys.remove(key, keyspace.hash(key))).isNotEmpty();
                left.add(key.toString());
            }
        });
        assertThat(left).as("seed %d", seed).isEqualTo(model.keySet());
        assertThat(used()).isZero();
    }

    @Test
    void clearedKeysAreFreedInSteps() {
        withKeys(keys -> {
            for (int i = 0; i < 50_000; i++) {
                Bytes key = Bytes.of("key:" + i);
                keys.add(key, keyspace.hash(key), 1);
            }
        });
        // 25 bytes of a record, and its place in the table: nothing on the heap.
        assertThat(used()).isLessThan(50_000L * 45);
        keyspace.<@Nullable Void>locked(0, partition -> {
            partition.trackedKeys().clear();
            long before = partition.memory().used(Tag.TRACKING);
            int steps = 0;
            for (boolean more = true; more; steps++) {
                more = partition.trackedKeys().freeStep(1000);
                assertThat(before - partition.memory().used(Tag.TRACKING)).isLessThan(2500L * 45);
                before = partition.memory().used(Tag.TRACKING);
            }
            assertThat(steps).isGreaterThan(20);
            return null;
        });
        assertThat(used()).isZero();
    }
}
