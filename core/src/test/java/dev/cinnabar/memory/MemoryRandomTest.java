package dev.cinnabar.memory;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cinnabar.memory.testing.MemoryExtension;
import dev.cinnabar.testing.Seed;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Strategy: blocks of random sizes, most of them small, are allocated, reallocated and freed, in phases that grow and phases
 * that shrink, each block filled with a pattern of its own. Invariants: a map of the blocks agrees on the bytes used, every
 * block keeps its pattern, {@link Memory#checkInvariants} holds, and in the end nothing is used.
 */
class MemoryRandomTest {

    private static final int STEPS = 40_000;

    private record Block(int bytes, byte pattern, Tag tag) {}

    private final long seed = Seed.next();
    private final Random random = new Random(seed);
    private final Map<Long, Block> blocks = new HashMap<>();
    private final List<Long> addresses = new ArrayList<>();

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void blocksKeepTheirContents(boolean debug) {
        try (Memory memory = new Memory(Runnable::run, debug)) {
            for (int step = 0; step < STEPS; step++) {
                boolean growing = step / (STEPS / 8) % 2 == 0;
                int dice = random.nextInt(100);
                if (addresses.isEmpty() || dice < (growing ? 60 : 25)) {
                    int bytes = randomBytes();
                    Tag tag = Tag.values()[random.nextInt(Tag.values().length)];
                    remember(memory, memory.allocate(bytes, tag), bytes, tag);
                } else if (dice < 90) {
                    long address = forgetAny(memory);
                    Block block = blocks.remove(address);
                    memory.free(address, block.bytes, block.tag);
                } else {
                    long address = forgetAny(memory);
                    Block block = blocks.remove(address);
                    int bytes = randomBytes();
                    long moved = memory.reallocate(address, block.bytes, bytes, block.tag);
                    check(memory, moved, Math.min(bytes, block.bytes), block.pattern);
                    remember(memory, moved, bytes, block.tag);
                }
                if (step % 1000 == 0) {
                    checkAll(memory);
                }
            }
            checkAll(memory);
            Collections.shuffle(addresses, random);
            for (long address : addresses) {
                Block block = blocks.get(address);
                memory.free(address, block.bytes, block.tag);
            }
            MemoryExtension.assertInOrderAndEmpty(memory);
            memory.purge();
            assertThat(memory.reserved()).isZero();
        }
    }

    private int randomBytes() {
        return switch (random.nextInt(200)) {
            case 0 -> 1 + random.nextInt(1 << 20);
            case 1, 2, 3 -> 1 + random.nextInt(64 << 10);
            case 4, 5, 6, 7, 8, 9, 10 -> 1 + random.nextInt(4096);
            default -> 1 + random.nextInt(300);
        };
    }

    private void remember(Memory memory, long address, int bytes, Tag tag) {
        byte pattern = (byte) random.nextInt();
        memory.fill(address, 0, Memory.blockSize(bytes), pattern);
        assertThat(blocks.put(address, new Block(bytes, pattern, tag)))
                .as("seed %d", seed)
                .isNull();
        addresses.add(address);
    }

    private long forgetAny(Memory memory) {
        int index = random.nextInt(addresses.size());
        Collections.swap(addresses, index, addresses.size() - 1);
        long address = addresses.removeLast();
        Block block = blocks.get(address);
        check(memory, address, Memory.blockSize(block.bytes), block.pattern);
        return address;
    }

    private void check(Memory memory, long address, long bytes, byte pattern) {
        for (long i = 0; i < bytes; i++) {
            if (memory.getByte(address, i) != pattern) {
                assertThat(memory.getByte(address, i))
                        .as("seed %d, byte %d", seed, i)
                        .isEqualTo(pattern);
            }
        }
    }

    private void checkAll(Memory memory) {
        memory.checkInvariants();
        long[] sums = new long[Tag.values().length];
        blocks.forEach((address, block) -> {
            sums[block.tag.ordinal()] += Memory.blockSize(block.bytes);
            check(memory, address, Memory.blockSize(block.bytes), block.pattern);
        });
        for (Tag tag : Tag.values()) {
            assertThat(memory.used(tag)).as("seed %d, %s", seed, tag).isEqualTo(sums[tag.ordinal()]);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {24, 40, 120, 700, 3000})
    void whatIsLeftAfterDeletingAtRandomIsFilledAgain(int bytes) {
        try (Memory memory = new Memory(Runnable::run, true)) {
            int count = 8_000_000 / bytes;
            List<Long> first = MemoryTest.allocate(memory, bytes, count);
            Collections.shuffle(first, random);
            List<Long> kept = new ArrayList<>(first.subList(0, count / 10));
            MemoryTest.free(memory, first.subList(count / 10, count), bytes);
            memory.checkInvariants();
            long peak = memory.reserved();

            List<Long> again = MemoryTest.allocate(memory, bytes, count * 8 / 10);
            assertThat(memory.reserved()).as("seed %d, same size", seed).isLessThanOrEqualTo(peak);
            MemoryTest.free(memory, again, bytes);

            int other = bytes * 2;
            List<Long> others = MemoryTest.allocate(memory, other, count * 9 / 20);
            assertThat(memory.reserved()).as("seed %d, another size", seed).isLessThan(2 * peak);
            memory.checkInvariants();
            MemoryTest.free(memory, others, other);
            MemoryTest.free(memory, kept, bytes);
            MemoryExtension.assertInOrderAndEmpty(memory);
            assertThat(memory.reserved()).as("seed %d", seed).isLessThanOrEqualTo(1 << 20);
        }
    }
}
