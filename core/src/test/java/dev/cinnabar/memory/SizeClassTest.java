package dev.cinnabar.memory;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SizeClassTest {

    @Test
    void everyRequestFitsItsClassAndNoSmallerOne() {
        for (int bytes = 1; bytes <= SizeClass.LARGEST_BYTES; bytes++) {
            int sizeClass = SizeClass.of(bytes);
            assertThat(SizeClass.bytes(sizeClass)).isGreaterThanOrEqualTo(bytes).isEqualTo((int)
                    SizeClass.blockBytes(bytes));
            assertThat(SizeClass.bytes(sizeClass - 1)).isLessThan(bytes);
        }
        assertThat(SizeClass.of(SizeClass.LARGEST_BYTES)).isEqualTo(SizeClass.LAST);
    }

    @Test
    void smallSizesAreMultiplesOfEight() {
        assertThat(SizeClass.blockBytes(1)).isEqualTo(8);
        assertThat(SizeClass.blockBytes(8)).isEqualTo(8);
        assertThat(SizeClass.blockBytes(9)).isEqualTo(16);
        assertThat(SizeClass.blockBytes(40)).isEqualTo(40);
        assertThat(SizeClass.blockBytes(257)).isEqualTo(272);
        assertThat(SizeClass.blockBytes(512)).isEqualTo(512);
        assertThat(SizeClass.blockBytes(513)).isEqualTo(576);
    }

    @Test
    void slackIsAnEighthAtMost() {
        for (int sizeClass = 49; sizeClass <= SizeClass.LAST; sizeClass++) {
            int bytes = SizeClass.bytes(sizeClass);
            int slack = bytes - (SizeClass.bytes(sizeClass - 1) + 1);
            assertThat(slack * 8).as("class of %d", bytes).isLessThanOrEqualTo(bytes);
            assertThat(bytes % 8).isZero();
        }
    }

    @Test
    void largeSizesAreWholePagesButForTheShareOfTheCLibrary() {
        assertThat(SizeClass.blockBytes(SizeClass.LARGEST_BYTES + 1)).isEqualTo(SizeClass.LARGEST_BYTES + 4096 - 128);
        assertThat(SizeClass.blockBytes((3L << 30) - 128)).isEqualTo((3L << 30) - 128);
        assertThat(SizeClass.blockBytes((3L << 30) - 127)).isEqualTo((3L << 30) + 4096 - 128);
    }

    @Test
    void spansHoldTheirBlocksWithLittleLeftOver() {
        for (int sizeClass = 1; sizeClass <= SizeClass.LAST; sizeClass++) {
            int blockBytes = SizeClass.bytes(sizeClass);
            int first = SizeClass.firstSpanPages(sizeClass) * SizeClass.PAGE_BYTES;
            int further = SizeClass.spanPages(sizeClass) * SizeClass.PAGE_BYTES;
            assertThat(first).isBetween(blockBytes, 1 << 18).isLessThanOrEqualTo(further);
            assertThat(further % blockBytes * 100)
                    .as("left over by %d", blockBytes)
                    .isLessThanOrEqualTo(further);
        }
    }
}
