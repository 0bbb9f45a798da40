package dev.cinnabar.structures;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cinnabar.memory.Memory;
import dev.cinnabar.memory.Tag;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Strategy: bytes that a real server dumped must be ours; random changes against a {@link TreeSet}, through all widths;
 * damaged bytes must be refused.
 */
class IntsetTest {

    private static final int CAPACITY = 16 << 10;

    private final Memory memory = new Memory();
    private final Intset set = new Intset();
    private long block;

    @BeforeEach
    void empty() {
        block = memory.allocate(CAPACITY, Tag.VALUE);
        set.at(memory, block, 8).format();
    }

    @AfterEach
    void everythingIsGivenBack() {
        memory.free(block, CAPACITY, Tag.VALUE);
        assertThat(memory.used()).isZero();
        memory.close();
    }

    @Test
    void bytesAreThoseOfARealServer() {
        // From DUMP of a set after each SADD.
        set.add(-1);
        set.add(300);
        assertThat(hex()).isEqualTo("0200000002000000ffff2c01");
        set.add(70_000);
        assertThat(hex()).isEqualTo("0400000003000000ffffffff2c01000070110100");
        set.add(-5_000_000_000L);
        assertThat(hex()).isEqualTo("0800000004000000000efad5feffffffffffffffffffffff2c010000000000007011010000000000");
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void randomChangesAgreeWithAModel(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        TreeSet<Long> model = new TreeSet<>();
        for (int step = 0; step < 3000; step++) {
            // Small numbers first, so that each width is lived in.
            int bits = step < 800 ? 16 : step < 1600 ? 32 : 64;
            long number = random.nextInt(3) == 0 ? random.nextInt(50) : random.nextLong() >> 64 - bits;
            if (random.nextInt(100) < (step % 600 < 300 ? 80 : 20)) {
                int announced = set.bytesWith(number);
                boolean added = model.add(number);
                assertThat(set.add(number)).isEqualTo(added);
                assertThat(added ? set.bytes() : announced).isEqualTo(announced);
            } else if (random.nextBoolean()) {
                assertThat(set.remove(number)).isEqualTo(model.remove(number));
            } else if (!model.isEmpty()) {
                int index = random.nextInt(model.size());
                model.remove(set.get(index));
                set.removeAt(index);
            }
            List<Long> numbers = new ArrayList<>();
            for (int i = 0; i < set.count(); i++) {
                numbers.add(set.get(i));
                assertThat(set.indexOf(set.get(i))).isEqualTo(i);
            }
            assertThat(numbers).containsExactlyElementsOf(model);
            assertThat(set.contains(number)).isEqualTo(model.contains(number));
            assertThat(-1 - set.indexOf(Long.MAX_VALUE))
                    .isEqualTo(model.contains(Long.MAX_VALUE) ? -model.size() : model.size());
            assertThat(Intset.isValid(memory.segment(block), memory.offset(block) + 8, set.bytes()))
                    .isTrue();
            byte[] copy = new byte[set.bytes()];
            memory.copyOut(block, 8, copy, 0, copy.length);
            assertThat(Intset.isValid(copy, copy.length)).isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "02000000",
                "0300000000000000",
                "0200000001000000",
                "02000000010000000100ff",
                "020000000200000001000100",
                "020000000200000002000100",
                "02000000ffffffff",
                "0000000001000000",
                "0800000000000020",
            })
    void damagedBytesAreRefused(String hex) {
        byte[] bytes = HexFormat.of().parseHex(hex);
        assertThat(Intset.isValid(MemorySegment.ofArray(bytes), 0, bytes.length))
                .isFalse();
        assertThat(Intset.isValid(bytes, bytes.length)).isFalse();
    }

    @Test
    void goodBytesAreTaken() {
        byte[] bytes = HexFormat.of().parseHex("0200000002000000ffff2c01");
        assertThat(Intset.isValid(MemorySegment.ofArray(bytes), 0, bytes.length))
                .isTrue();
        assertThat(Intset.isValid(bytes, bytes.length)).isTrue();
        assertThat(Intset.isValid(bytes, bytes.length - 1)).isFalse();
    }

    private String hex() {
        byte[] bytes = new byte[set.bytes()];
        memory.copyOut(block, 8, bytes, 0, bytes.length);
        return HexFormat.of().formatHex(bytes);
    }
}
