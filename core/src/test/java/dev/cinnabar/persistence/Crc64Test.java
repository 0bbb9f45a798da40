package dev.cinnabar.persistence;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The checksum against its published check value, and against one bit at a time, in pieces of any length. */
class Crc64Test {

    private static long bitByBit(byte[] bytes, int length) {
        long crc = 0;
        for (int i = 0; i < length; i++) {
            crc ^= bytes[i] & 0xff;
            for (int bit = 0; bit < 8; bit++) {
                crc = (crc & 1) != 0 ? crc >>> 1 ^ 0x95ac9329ac4bc9b5L : crc >>> 1;
            }
        }
        return crc;
    }

    @Test
    void checkValue() {
        byte[] digits = "123456789".getBytes(US_ASCII);
        assertThat(Crc64.update(0, digits, 0, digits.length)).isEqualTo(0xe9c6d914c4b8d9caL);
        assertThat(Crc64.update(17, digits, 3, 0)).isEqualTo(17);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void piecesOnAndOffTheHeap(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        byte[] bytes = new byte[random.nextInt(1, 5000)];
        random.nextBytes(bytes);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment segment = arena.allocate(bytes.length + 1L);
            MemorySegment.copy(bytes, 0, segment, ValueLayout.JAVA_BYTE, 1, bytes.length);
            long crc = 0;
            int at = 0;
            while (at < bytes.length) {
                int n = random.nextInt(Math.min(bytes.length - at, 40) + 1);
                crc = random.nextBoolean() ? Crc64.update(crc, bytes, at, n) : Crc64.update(crc, segment, at + 1, n);
                at += n;
                assertThat(crc).isEqualTo(bitByBit(bytes, at));
            }
        }
    }
}
