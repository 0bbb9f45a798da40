package dev.cinnabar.structures;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cinnabar.memory.Bytes;
import dev.cinnabar.structures.ListpackCheck.Verdict;
import dev.cinnabar.testing.Seed;
import java.lang.foreign.MemorySegment;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Strategy: listpacks that were made here are canonical, whatever is in them; ones made by hand show each way not to be. What is
 * there twice is compared with a {@link HashSet}.
 */
class ListpackCheckTest {

    private final ListpackCheck check = new ListpackCheck();

    /** Behind the header of a listpack of one element: its bytes. */
    @ParameterizedTest
    @CsvSource({
        "8161 02, true, a text",
        "8131 02, false, a number as text",
        "822d30 03, true, minus zero is a text",
        "0501, true, a number",
        "c005 02, false, a small number in 13 bits",
        "c080 02, true, a number of 13 bits",
        "f1a000 03, false, 160 in 16 bits",
        "f10020 03, true, 8192 in 16 bits",
        "f3ffffff00 05, true, 2^24 - 1",
        "f3ffff0000 05, false, 2^16 - 1 in 32 bits",
        "f4ffffffff00000000 09, true, 2^32 - 1",
        "f4ffffff7f00000000 09, false, 2^31 - 1 in 64 bits",
        "e00161 03, false, a short text with a length of 12 bits",
        "f00100000061 06, false, a short text with a length of 32 bits",
        "86616263646566 07, false, longer than it may be"
    })
    void canonicalElements(String hex, boolean canonical, String what) {
        byte[] element = HexFormat.of().parseHex(hex.replace(" ", ""));
        byte[] bytes = new byte[element.length + 7];
        bytes[0] = (byte) bytes.length;
        bytes[4] = 1;
        System.arraycopy(element, 0, bytes, 6, element.length);
        bytes[bytes.length - 1] = (byte) 0xff;
        MemorySegment segment = MemorySegment.ofArray(bytes);
        assertThat(Listpack.isValid(segment, 0, bytes.length)).as(what).isTrue();
        assertThat(check.isCanonical(new Listpack().at(segment, 0), 5)).as(what).isEqualTo(canonical);
        assertThat(check.examine(bytes, bytes.length, 1, 5))
                .as(what)
                .isEqualTo(canonical ? Verdict.CANONICAL : Verdict.VALID);
    }

    @Test
    void whatIsThereTwiceIsFound() {
        long seed = Seed.next();
        SplittableRandom random = new SplittableRandom(seed);
        MemorySegment segment = MemorySegment.ofArray(new byte[1 << 18]);
        for (int round = 0; round < 2000; round++) {
            Listpack pack = new Listpack().at(segment, 0).format();
            int width = random.nextInt(1, 4);
            int groups = random.nextInt(random.nextInt(10) == 0 ? 600 : 20);
            Set<String> names = new HashSet<>();
            boolean distinct = true;
            for (int i = 0; i < groups; i++) {
                String name = word(random, groups * groups);
                distinct &= names.add(name);
                pack.append(Bytes.of(name));
                for (int j = 1; j < width; j++) {
                    pack.append(Bytes.of(word(random, 3)));
                }
            }
            assertThat(check.isCanonical(pack, 1000))
                    .as("seed %d round %d", seed, round)
                    .isTrue();
            assertThat(check.areDistinct(pack, width))
                    .as("seed %d round %d", seed, round)
                    .isEqualTo(distinct);
            byte[] bytes = new byte[pack.bytes() + random.nextInt(2)];
            MemorySegment.copy(segment, 0, MemorySegment.ofArray(bytes), 0, pack.bytes());
            assertThat(check.examine(bytes, pack.bytes(), width, 1000))
                    .as("seed %d round %d", seed, round)
                    .isEqualTo(distinct ? Verdict.CANONICAL : Verdict.VALID);
        }
    }

    /** The table of what has been is made for as many elements as the listpack says to have. */
    @Test
    void moreElementsThanAreToldAreNoListpack() {
        MemorySegment segment = MemorySegment.ofArray(new byte[1 << 12]);
        Listpack pack = new Listpack().at(segment, 0).format();
        for (int i = 0; i < 300; i++) {
            pack.append(Bytes.of("w" + i));
        }
        byte[] bytes = new byte[pack.bytes()];
        MemorySegment.copy(segment, 0, MemorySegment.ofArray(bytes), 0, bytes.length);
        for (int told = 0; told < 400; told++) {
            bytes[4] = (byte) told;
            bytes[5] = (byte) (told >>> 8);
            assertThat(check.examine(bytes, bytes.length, 1, 100))
                    .as("%d", told)
                    .isEqualTo(told == 300 ? Verdict.CANONICAL : Verdict.INVALID);
        }
    }

    /** What is damaged somewhere is judged by both ways of looking at it, at once and step by step. */
    @Test
    void bothWaysAgreeOnDamagedListpacks() {
        long seed = Seed.next();
        SplittableRandom random = new SplittableRandom(seed);
        MemorySegment segment = MemorySegment.ofArray(new byte[1 << 16]);
        for (int round = 0; round < 100_000; round++) {
            Listpack pack = new Listpack().at(segment, 0).format();
            for (int i = random.nextInt(8); i > 0; i--) {
                int length = random.nextInt(random.nextInt(20) == 0 ? 5000 : 30);
                pack.append(Bytes.of(
                        random.nextBoolean()
                                ? "x".repeat(length)
                                : Long.toString(random.nextLong() >> random.nextInt(64))));
            }
            byte[] bytes = new byte[pack.bytes()];
            MemorySegment.copy(segment, 0, MemorySegment.ofArray(bytes), 0, bytes.length);
            for (int i = random.nextInt(3); i > 0; i--) {
                int at = random.nextInt(Math.min(bytes.length, 60));
                bytes[at] = (byte) (random.nextBoolean() ? random.nextInt() : bytes[at] ^ 1 << random.nextInt(8));
            }
            int maxText = random.nextInt(24, 100);
            MemorySegment damaged = MemorySegment.ofArray(bytes);
            Verdict expected = Verdict.INVALID;
            if (Listpack.isValid(damaged, 0, bytes.length)) {
                Listpack read = new Listpack().at(damaged, 0);
                boolean isTold = (bytes[4] & bytes[5]) != -1;
                expected = isTold && check.isCanonical(read, maxText) && check.areDistinct(read, 1)
                        ? Verdict.CANONICAL
                        : Verdict.VALID;
            }
            assertThat(check.examine(bytes, bytes.length, 1, maxText))
                    .as("seed %d round %d", seed, round)
                    .isEqualTo(expected);
        }
    }

    private static String word(SplittableRandom random, int range) {
        int n = random.nextInt(range + 1);
        return switch (random.nextInt(4)) {
            case 0 -> Integer.toString(n);
            case 1 -> "w" + n;
            case 2 -> "a longer word with the number " + n;
            default -> Long.toString(n * 0x1234_5678_9abL);
        };
    }
}
