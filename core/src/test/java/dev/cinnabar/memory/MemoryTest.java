package dev.cinnabar.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cinnabar.memory.testing.MemoryExtension;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(MemoryExtension.class)
class MemoryTest {

    private static final long LARGE = SizeClass.LARGEST_BYTES + 1;

    @Test
    void anEmptyMemoryTakesNothing(Memory memory) {
        assertThat(memory.reserved()).isZero();
        assertThat(memory.purge()).isZero();
    }

    @Test
    void aSmallMemoryStaysSmall(Memory memory) {
        List<long[]> blocks = new ArrayList<>();
        for (long bytes = 8; bytes <= 80; bytes += 8) {
            for (int i = 0; i < 10; i++) {
                blocks.add(new long[] {memory.allocate(bytes, Tag.ENTRY), bytes});
            }
        }
        assertThat(memory.reserved()).isEqualTo((64 << 10) - 128);
        blocks.forEach(block -> memory.free(block[0], block[1], Tag.ENTRY));
    }

    @Test
    void theExampleOfTheEssay(Memory memory) {
        long first = memory.allocate(40, Tag.ENTRY);
        long second = memory.allocate(40, Tag.ENTRY);
        long third = memory.allocate(24, Tag.ENTRY);
        long fourth = memory.allocate(9000, Tag.VALUE);
        memory.free(second, 40, Tag.ENTRY);

        assertThat(new long[] {first, second, third, fourth}).containsExactly(0x101000, 0x101028, 0x102000, 0x103000);
        assertThat(descriptor(memory, 1)).isEqualTo("05010100" + "06000a00" + "00000000" + "00000000");
        assertThat(descriptor(memory, 2)).isEqualTo("03010100" + "00000300" + "00000000" + "00000000");
        assertThat(descriptor(memory, 3)).isEqualTo("d1030100" + "00008004" + "00000000" + "00000000");
        assertThat(descriptor(memory, 4)).isEqualTo("7f000000" + "03000000" + "00000000" + "00000000");
        assertThat(descriptor(memory, 5)).isEqualTo("7f000000" + "03000000" + "00000000" + "00000000");

        memory.free(first, 40, Tag.ENTRY);
        memory.free(third, 24, Tag.ENTRY);
        memory.free(fourth, 9000, Tag.VALUE);
    }

    private static String descriptor(Memory memory, int page) {
        byte[] bytes = new byte[16];
        memory.copyOut((1 << 20) + 128, page * 16L, bytes, 0, 16);
        return HexFormat.of().formatHex(bytes);
    }

    @Test
    void everySizeAtEveryBorderGivesUsableAlignedDisjointBlocks(Memory memory) {
        for (int sizeClass = 1; sizeClass <= SizeClass.LAST; sizeClass++) {
            int largest = SizeClass.bytes(sizeClass);
            for (int bytes : new int[] {SizeClass.bytes(sizeClass - 1) + 1, largest}) {
                long[] blocks = new long[5];
                for (int i = 0; i < blocks.length; i++) {
                    blocks[i] = memory.allocate(bytes, Tag.VALUE);
                    assertThat(blocks[i] & 7).isZero();
                    memory.fill(blocks[i], 0, largest, (byte) i);
                }
                assertThat(memory.used()).isEqualTo(5L * largest).isEqualTo(5 * Memory.blockSize(bytes));
                memory.checkInvariants();
                for (int i = 0; i < blocks.length; i++) {
                    assertThat(memory.getByte(blocks[i], 0)).isEqualTo((byte) i);
                    assertThat(memory.getByte(blocks[i], largest - 1)).isEqualTo((byte) i);
                    memory.free(blocks[i], bytes, Tag.VALUE);
                }
            }
        }
    }

    @Test
    void aFreedBlockIsTheNextOfItsSize(Memory memory) {
        long kept = memory.allocate(40, Tag.ENTRY);
        long freed = memory.allocate(40, Tag.ENTRY);
        memory.free(freed, 40, Tag.ENTRY);
        long again = memory.allocate(33, Tag.VALUE);
        assertThat(again).isEqualTo(freed);
        memory.free(again, 33, Tag.VALUE);
        memory.free(kept, 40, Tag.ENTRY);
    }

    @Test
    void pagesOfFreedBlocksServeOtherSizes(Memory memory) {
        List<Long> blocks = allocate(memory, 40, 1000);
        long reserved = memory.reserved();
        free(memory, blocks, 40);
        blocks = allocate(memory, 640, 60);
        assertThat(memory.reserved()).isLessThanOrEqualTo(reserved);
        free(memory, blocks, 640);
    }

    @Test
    void largeBlocksAreTakenFromTheSystemAndGivenBack(Memory memory) {
        long a = memory.allocate(LARGE, Tag.VALUE);
        long b = memory.allocate(5 << 20, Tag.VALUE);
        assertThat(memory.reserved())
                .isEqualTo(memory.used())
                .isEqualTo(Memory.blockSize(LARGE) + Memory.blockSize(5 << 20));
        long last = Memory.blockSize(5 << 20) - 8;
        memory.putLong(b, last, 42);
        assertThat(memory.getLong(b, last)).isEqualTo(42);
        assertThatThrownBy(() -> memory.getLong(b, last + 1)).isInstanceOf(IndexOutOfBoundsException.class);
        memory.checkInvariants();
        memory.free(a, LARGE, Tag.VALUE);
        memory.free(b, 5 << 20, Tag.VALUE);
        assertThat(memory.reserved()).isZero();
        assertThatThrownBy(() -> memory.getByte(b, 0)).isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void indicesOfChunksAreUsedAgain(Memory memory) {
        Set<Long> addresses = new HashSet<>();
        for (int i = 0; i < 100; i++) {
            long block = memory.allocate(LARGE, Tag.VALUE);
            addresses.add(block);
            memory.free(block, LARGE, Tag.VALUE);
        }
        assertThat(addresses).hasSize(1);
    }

    @Test
    void addressesFitInto43Bits(Memory memory) {
        List<Long> blocks = allocate(memory, 100_000, 500);
        assertThat(blocks).allMatch(block -> block > 0 && block < 1L << 43);
        free(memory, blocks, 100_000);
    }

    @Test
    void emptiedChunksGoBackButForOne(Memory memory) {
        List<Long> blocks = allocate(memory, 1000, 10_000);
        assertThat(memory.reserved()).isGreaterThan(10_000_000);
        free(memory, blocks, 1000);
        assertThat(memory.reserved()).isEqualTo((64 << 10) - 128);
        assertThat(memory.purge()).isEqualTo((64 << 10) - 128);
        assertThat(memory.reserved()).isZero();
    }

    @Test
    void aLoadThatSwingsAtTheBorderOfAChunkKeepsIt() {
        List<Runnable> closes = new ArrayList<>();
        try (Memory memory = new Memory(closes::add, true)) {
            List<Long> blocks = allocate(memory, 1000, 4000);
            long reserved = memory.reserved();
            while (memory.reserved() == reserved) {
                blocks.add(memory.allocate(1000, Tag.VALUE));
            }
            reserved = memory.reserved();
            for (int i = 0; i < 100; i++) {
                memory.free(blocks.removeLast(), 1000, Tag.VALUE);
                blocks.add(memory.allocate(1000, Tag.VALUE));
                assertThat(memory.reserved()).isEqualTo(reserved);
            }
            assertThat(closes).isEmpty();
            free(memory, blocks, 1000);
            assertThat(closes).isNotEmpty();
            closes.forEach(Runnable::run);
            memory.checkInvariants();
        }
    }

    @Test
    void whatTheDescriptorsLeaveOfPageZeroServesSmallBlocks(Memory memory) {
        List<Long> blocks = allocate(memory, 40, 15 * (4096 / 40));
        assertThat(blocks).allMatch(block -> block >= 0x101000);
        List<Long> inPageZero = allocate(memory, 40, (4096 - 128 - 16 * 16) / 40);
        assertThat(inPageZero).allMatch(block -> block >= 0x100000 + 128 + 16 * 16 && block <= 0x101000 - 40);
        assertThat(memory.reserved()).isEqualTo((64 << 10) - 128);
        memory.checkInvariants();
        blocks.add(memory.allocate(40, Tag.VALUE));
        assertThat(memory.reserved()).isEqualTo(2 * ((64 << 10) - 128));
        free(memory, blocks, 40);
        memory.checkInvariants();
        assertThat(memory.reserved()).as("one in use, one to spare").isEqualTo(2 * ((64 << 10) - 128));
        free(memory, inPageZero, 40);
        assertThat(memory.reserved()).isEqualTo((64 << 10) - 128);
        blocks = allocate(memory, 1000, 10);
        free(memory, blocks, 1000);
    }

    @Test
    void closingTwiceIsClosing() {
        Memory memory = new Memory();
        long block = memory.allocate(40, Tag.VALUE);
        memory.close();
        memory.close();
        assertThatThrownBy(() -> memory.getByte(block, 0)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void fortyBytesTakeFortyBytes(Memory memory) {
        List<Long> blocks = allocate(memory, 40, 500_000);
        assertThat(memory.used()).isEqualTo(20_000_000);
        assertThat(memory.reserved()).isLessThan((long) (20_000_000 * 1.02));
        free(memory, blocks, 40);
    }

    @Test
    void reallocateKeepsTheContents(Memory memory) {
        long bytes = 10;
        long block = memory.allocate(bytes, Tag.VALUE);
        memory.putLong(block, 0, 0x1234567890abcdefL);
        for (long wanted : new long[] {16, 24, 300, 301, 5000, 400_000, 400_001, 900_000, 270_000, 100, 8}) {
            long moved = memory.reallocate(block, bytes, wanted, Tag.VALUE);
            assertThat(moved == block).isEqualTo(Memory.blockSize(wanted) == Memory.blockSize(bytes));
            assertThat(memory.getLong(moved, 0)).isEqualTo(0x1234567890abcdefL);
            assertThat(memory.used()).isEqualTo(Memory.blockSize(wanted));
            block = moved;
            bytes = wanted;
        }
        memory.free(block, bytes, Tag.VALUE);
    }

    @Test
    void bytesAreCountedByTag(Memory memory) {
        long a = memory.allocate(33, Tag.ENTRY);
        long b = memory.allocate(300_000, Tag.TABLE);
        assertThat(memory.used(Tag.ENTRY)).isEqualTo(40);
        assertThat(memory.used(Tag.TABLE)).isEqualTo(302_976);
        assertThat(memory.used(Tag.VALUE)).isZero();
        assertThat(memory.used()).isEqualTo(303_016);
        memory.free(a, 33, Tag.ENTRY);
        memory.free(b, 300_000, Tag.TABLE);
    }

    @Test
    void accessIsLittleEndianAndNeedsNoAlignment(Memory memory) {
        long block = memory.allocate(24, Tag.VALUE);
        memory.putLong(block, 1, 0x0807060504030201L);
        assertThat(memory.getByte(block, 1)).isEqualTo((byte) 1);
        assertThat(memory.getShort(block, 2)).isEqualTo((short) 0x0302);
        assertThat(memory.getInt(block, 3)).isEqualTo(0x06050403);
        memory.putInt(block, 9, 7);
        memory.putShort(block, 13, (short) 8);
        memory.putByte(block, 15, (byte) 9);
        assertThat(memory.getLong(block, 9)).isEqualTo(0xc109_0008_0000_0007L);
        memory.copy(block, 1, block, 3, 8);
        assertThat(memory.getLong(block, 3)).isEqualTo(0x0807060504030201L);
        memory.copyIn(new byte[] {9, 8, 7, 6}, 1, block, 0, 2);
        memory.copyIn(Bytes.of("xy"), block, 2);
        byte[] out = new byte[5];
        memory.copyOut(block, 0, out, 1, 4);
        assertThat(out).containsExactly(0, 8, 7, 'x', 'y');
        memory.free(block, 24, Tag.VALUE);
    }

    @Test
    void noBlockHasNoBytes(Memory memory) {
        for (long bytes : new long[] {0, -1, -8, Long.MIN_VALUE}) {
            assertThatThrownBy(() -> memory.allocate(bytes, Tag.VALUE)).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> memory.free(1 << 20, bytes, Tag.VALUE))
                    .isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> Memory.blockSize(bytes)).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void whatTheSystemRefusesChangesNothing(Memory memory) {
        assertThatThrownBy(() -> memory.allocate(1L << 50, Tag.VALUE)).isInstanceOf(OutOfMemoryError.class);
        assertThat(memory.used()).isZero();
        assertThat(memory.reserved()).isZero();
        memory.checkInvariants();
    }

    @Test
    void nullIsNoBlock(Memory memory) {
        assertThatThrownBy(() -> memory.getByte(Memory.NULL, 0)).isInstanceOf(IndexOutOfBoundsException.class);
    }

    static List<Long> allocate(Memory memory, long bytes, int count) {
        List<Long> blocks = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            blocks.add(memory.allocate(bytes, Tag.VALUE));
        }
        return blocks;
    }

    static void free(Memory memory, List<Long> blocks, long bytes) {
        blocks.forEach(block -> memory.free(block, bytes, Tag.VALUE));
    }
}
