package dev.cinnabar.memory;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cinnabar.testing.Seed;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class FreePagesTest {

    private record Run(int chunk, int page, int pages) {}

    private final FreePages free = new FreePages();

    @Test
    void nothingIsFoundWhereNothingIs() {
        assertThat(free.find(1)).isZero();
    }

    @Test
    void theFirstPageOfAChunkIsNeverFree() {
        free.add(1, 16);
        assertThat(free.isFree(1, 0)).isFalse();
        assertThat(free.longestRun(1)).isEqualTo(15);
        assertThat(free.find(16)).isZero();
        assertThat(free.take(1, 15)).isEqualTo(1);
        assertThat(free.find(1)).isZero();
    }

    @Test
    void aRunMayCrossWords() {
        free.add(1, FreePages.MAX_PAGES);
        assertThat(free.take(1, 60)).isEqualTo(1);
        assertThat(free.take(1, 140)).isEqualTo(61);
        free.give(1, 61, 140);
        assertThat(free.longestRun(1)).isEqualTo(187);
        assertThat(free.take(1, 187)).isEqualTo(61);
    }

    @Test
    void theTighterChunkIsFoundFirst() {
        free.add(1, 248);
        free.add(2, 16);
        assertThat(free.find(4)).isEqualTo(2);
        assertThat(free.find(16)).isEqualTo(1);
        free.remove(2);
        assertThat(free.find(4)).isEqualTo(1);
    }

    /**
     * Strategy: runs of random length are taken and given back at random, over chunks of several sizes. Invariants: a set of
     * bits per chunk knows the same pages; a chunk is found exactly when one has such a run.
     */
    @Test
    void randomRunsAgreeWithASetOfBits() {
        long seed = Seed.next();
        Random random = new Random(seed);
        int[] chunkPages = {0, 16, 16, 32, 64, 128, 248, 248};
        BitSet[] model = new BitSet[chunkPages.length];
        for (int chunk = 1; chunk < chunkPages.length; chunk++) {
            free.add(chunk, chunkPages[chunk]);
            model[chunk] = new BitSet();
            model[chunk].set(1, chunkPages[chunk]);
        }
        List<Run> taken = new ArrayList<>();
        for (int step = 0; step < 20_000; step++) {
            if (random.nextInt(100) < 52) {
                int pages = random.nextInt(4) == 0 ? 1 + random.nextInt(64) : 1 + random.nextInt(4);
                int chunk = free.find(pages);
                boolean fits = false;
                for (int c = 1; c < model.length; c++) {
                    fits |= longest(model[c]) >= pages;
                }
                assertThat(chunk > 0).as("seed %d", seed).isEqualTo(fits);
                if (chunk > 0) {
                    int page = free.take(chunk, pages);
                    assertThat(model[chunk].get(page, page + pages).cardinality())
                            .as("seed %d", seed)
                            .isEqualTo(pages);
                    model[chunk].clear(page, page + pages);
                    taken.add(new Run(chunk, page, pages));
                }
            } else if (!taken.isEmpty()) {
                Run run = taken.remove(random.nextInt(taken.size()));
                free.give(run.chunk, run.page, run.pages);
                model[run.chunk].set(run.page, run.page + run.pages);
            }
            int chunk = 1 + random.nextInt(chunkPages.length - 1);
            assertThat(free.longestRun(chunk)).as("seed %d", seed).isEqualTo(longest(model[chunk]));
            int page = random.nextInt(chunkPages[chunk]);
            assertThat(free.isFree(chunk, page)).as("seed %d", seed).isEqualTo(model[chunk].get(page));
        }
    }

    private static int longest(BitSet bits) {
        int longest = 0;
        for (int from = bits.nextSetBit(0); from >= 0; from = bits.nextSetBit(bits.nextClearBit(from))) {
            longest = Math.max(longest, bits.nextClearBit(from) - from);
        }
        return longest;
    }
}
