package dev.cinnabar.structures;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cinnabar.memory.Bytes;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/**
 * Strategy: the definition, written down slowly with its numbers of rounds as parameters, gives the published vectors
 * of SipHash-2-4; with 1 and 3 rounds it must agree with ours on every length, alignment and kind of memory.
 */
class SipHashTest {

    private static final long K0 = 0x0706050403020100L;
    private static final long K1 = 0x0f0e0d0c0b0a0908L;

    @Test
    void definitionGivesThePublishedVectors() {
        // The paper's example (appendix A) and the first vectors that its authors publish: the input is 0, 1, 2 ...
        assertThat(definition(2, 4, K0, K1, counting(15))).isEqualTo(0xa129ca6149be45e5L);
        assertThat(definition(2, 4, K0, K1, counting(0))).isEqualTo(0x726fdb47dd0e0e31L);
        assertThat(definition(2, 4, K0, K1, counting(1))).isEqualTo(0x74f839c593dc67fdL);
        assertThat(definition(2, 4, K0, K1, counting(8))).isEqualTo(0x93f5f5799a932462L);
    }

    @Test
    void agreesWithTheDefinitionOnEveryLength() {
        for (int length = 0; length < 200; length++) {
            byte[] bytes = counting(length);
            long expected = definition(1, 3, K0, K1, bytes);
            assertThat(SipHash.hash(K0, K1, Bytes.of(bytes)))
                    .as("length %d", length)
                    .isEqualTo(expected);
        }
    }

    @Test
    void agreesWithTheDefinitionWhereverTheBytesLie() {
        SplittableRandom random = new SplittableRandom(42);
        byte[] array = new byte[100];
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment segment = arena.allocate(100);
            for (int i = 0; i < 2000; i++) {
                random.nextBytes(array);
                MemorySegment.copy(MemorySegment.ofArray(array), 0, segment, 0, 100);
                int offset = random.nextInt(40);
                int length = random.nextInt(60);
                long k0 = random.nextLong();
                long k1 = random.nextLong();
                Bytes view = new Bytes().set(array, offset, length);
                long expected = definition(1, 3, k0, k1, view.toByteArray());
                assertThat(SipHash.hash(k0, k1, view)).isEqualTo(expected);
                assertThat(SipHash.hash(k0, k1, view.set(segment, offset, length)))
                        .isEqualTo(expected);
            }
        }
    }

    @Test
    void spreadsSimilarKeysEvenlyOverTopAndBottomBits() {
        int n = 1 << 18;
        int[] top = new int[256];
        int[] bottom = new int[256];
        for (int i = 0; i < n; i++) {
            long hash = SipHash.hash(1, 2, Bytes.of("key:%012d".formatted(i)));
            top[(int) (hash >>> 56)]++;
            bottom[(int) hash & 255]++;
        }
        // 255 degrees of freedom: a chi-square above 350 has a chance of about 1 in 10^4; the keys are fixed.
        assertThat(chiSquare(top, n)).isLessThan(350);
        assertThat(chiSquare(bottom, n)).isLessThan(350);
    }

    private static double chiSquare(int[] counts, int n) {
        double expected = (double) n / counts.length;
        double sum = 0;
        for (int count : counts) {
            sum += (count - expected) * (count - expected) / expected;
        }
        return sum;
    }

    private static byte[] counting(int length) {
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) {
            bytes[i] = (byte) i;
        }
        return bytes;
    }

    private static long definition(int compressionRounds, int finalRounds, long k0, long k1, byte[] message) {
        ByteBuffer padded = ByteBuffer.allocate(message.length / 8 * 8 + 8).order(ByteOrder.LITTLE_ENDIAN);
        padded.put(message)
                .put(padded.capacity() - 1, BigInteger.valueOf(message.length).byteValue());
        long[] v = {
            k0 ^ word("somepseu"), k1 ^ word("dorandom"), k0 ^ word("lygenera"), k1 ^ word("tedbytes"),
        };
        for (int i = 0; i < padded.capacity(); i += 8) {
            long m = padded.getLong(i);
            v[3] ^= m;
            rounds(compressionRounds, v);
            v[0] ^= m;
        }
        v[2] ^= 0xff;
        rounds(finalRounds, v);
        return v[0] ^ v[1] ^ v[2] ^ v[3];
    }

    private static void rounds(int n, long[] v) {
        for (int i = 0; i < n; i++) {
            mix(v, 0, 1, 13);
            v[0] = Long.rotateLeft(v[0], 32);
            mix(v, 2, 3, 16);
            mix(v, 0, 3, 21);
            mix(v, 2, 1, 17);
            v[2] = Long.rotateLeft(v[2], 32);
        }
    }

    private static void mix(long[] v, int a, int b, int bits) {
        v[a] += v[b];
        v[b] = Long.rotateLeft(v[b], bits) ^ v[a];
    }

    private static long word(String bigEndian) {
        return new BigInteger(bigEndian.getBytes(StandardCharsets.US_ASCII)).longValueExact();
    }
}
