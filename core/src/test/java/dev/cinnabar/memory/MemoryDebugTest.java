package dev.cinnabar.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Mistakes of the caller that the debug mode finds, and those that are found without it. */
class MemoryDebugTest {

    private static Memory newMemory(boolean debug) {
        return new Memory(Runnable::run, debug);
    }

    @ParameterizedTest
    @ValueSource(longs = {8, 40, 4000, 9000, 100_000, 1_000_000})
    void mistakesAreFoundAndChangeNothing(long bytes) {
        try (Memory memory = newMemory(true)) {
            long neighbour = memory.allocate(bytes, Tag.ENTRY);
            long block = memory.allocate(bytes, Tag.ENTRY);
            long freed = memory.allocate(bytes, Tag.ENTRY);
            memory.free(freed, bytes, Tag.ENTRY);

            assertFails(() -> memory.free(freed, bytes, Tag.ENTRY), "no block in use");
            assertFails(() -> memory.free(block + 8, bytes, Tag.ENTRY), "no block in use");
            assertFails(() -> memory.free(1L << 40, bytes, Tag.ENTRY), "no block in use");
            assertFails(() -> memory.free(Memory.NULL, bytes, Tag.ENTRY), "no block in use");
            assertFails(() -> memory.free(block, bytes * 2, Tag.ENTRY), "freed as");
            assertFails(() -> memory.free(block, bytes, Tag.VALUE), "freed as");
            assertFails(() -> memory.reallocate(block, bytes, bytes, Tag.VALUE), "freed as");
            assertFails(() -> memory.reallocate(freed, bytes, bytes, Tag.ENTRY), "no block in use");

            memory.checkInvariants();
            memory.free(block, bytes, Tag.ENTRY);
            memory.free(neighbour, bytes, Tag.ENTRY);
            assertThat(memory.used()).isZero();
        }
    }

    @Test
    void aWriteIntoAFreedBlockIsFound() {
        try (Memory memory = newMemory(true)) {
            long kept = memory.allocate(40, Tag.ENTRY);
            long freed = memory.allocate(40, Tag.ENTRY);
            memory.free(freed, 40, Tag.ENTRY);
            memory.putByte(freed, 39, (byte) 0);
            assertFails(memory::checkInvariants, "at its byte 39");
            assertFails(() -> memory.allocate(40, Tag.ENTRY), "at its byte 39");
            assertThat(kept).isNotEqualTo(freed);
        }
    }

    @Test
    void aWritePastTheLastBlockIsFoundWhenTheNextIsTaken() {
        try (Memory memory = newMemory(true)) {
            long block = memory.allocate(40, Tag.ENTRY);
            memory.putLong(block, 40, 0);
            assertFails(() -> memory.allocate(40, Tag.ENTRY), "has been written to");
        }
    }

    @Test
    void newAndFreedBlocksHaveTheirPatterns() {
        try (Memory memory = newMemory(true)) {
            long kept = memory.allocate(16, Tag.ENTRY);
            long block = memory.allocate(16, Tag.ENTRY);
            assertThat(memory.getLong(block, 0)).isEqualTo(0xc1c1c1c1c1c1c1c1L);
            memory.free(block, 16, Tag.ENTRY);
            assertThat(memory.getLong(block, 8)).isEqualTo(0xddddddddddddddddL);
            long large = memory.allocate(1 << 20, Tag.ENTRY);
            assertThat(memory.getLong(large, (1 << 20) - 8)).isEqualTo(0xc1c1c1c1c1c1c1c1L);
            assertThat(kept).isNotZero();
        }
    }

    @Test
    void someMistakesAreFoundWithoutDebugMode() {
        try (Memory memory = newMemory(false)) {
            long kept = memory.allocate(40, Tag.ENTRY);
            long block = memory.allocate(40, Tag.ENTRY);
            long large = memory.allocate(1 << 20, Tag.ENTRY);
            assertFails(() -> memory.free(block, 48, Tag.ENTRY), "no such block");
            assertFails(() -> memory.free(large, 2 << 20, Tag.ENTRY), "no such block");
            assertFails(() -> memory.free(block, 1 << 20, Tag.ENTRY), "no such block");
            memory.free(block, 40, Tag.ENTRY);
            assertFails(() -> memory.free(block, 40, Tag.ENTRY), "free already");
            memory.checkInvariants();
            memory.putShort(block, 0, (short) 0x7fff);
            assertFails(() -> memory.allocate(40, Tag.ENTRY), "has been written to");
            assertThat(kept).isNotZero();
        }
    }

    private static void assertFails(Runnable mistake, String message) {
        assertThatThrownBy(mistake::run)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining(message);
    }
}
