package dev.cinnabar.persistence;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cinnabar.memory.Bytes;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Compression.
 *
 * <p>Strategy: texts of random repetitions are compressed by one instance after another and expanded again; bytes that are
 * random, or good ones with a few changed, are expanded. Invariants: what comes back is the text, in a place of just its size;
 * bad bytes are refused or give bytes, and never reach outside.
 */
class LzfTest {

    private final Lzf lzf = new Lzf();

    private byte[] compress(byte[] text, int limit) {
        byte[] target = new byte[limit + 2];
        Arrays.fill(target, (byte) 0x5a);
        int n = lzf.compress(Bytes.of(text), MemorySegment.ofArray(target), 1, limit);
        assertThat(n).isBetween(0, limit);
        assertThat(target[0]).isEqualTo((byte) 0x5a);
        assertThat(target[limit + 1]).isEqualTo((byte) 0x5a);
        return Arrays.copyOfRange(target, 1, 1 + n);
    }

    private static boolean expand(byte[] bytes, byte[] target) {
        boolean expanded = Lzf.decompress(
                MemorySegment.ofArray(bytes), 0, bytes.length, MemorySegment.ofArray(target), 0, target.length);
        // Between arrays it is done otherwise: at the end of one, and with more behind.
        for (int more = 0; more < 100; more += 50) {
            byte[] longer = Arrays.copyOfRange(bytes, 0, bytes.length + more);
            byte[] other = new byte[target.length + Lzf.SPARE];
            assertThat(Lzf.decompress(longer, 0, bytes.length, other, target.length))
                    .isEqualTo(expanded);
            if (expanded) {
                assertThat(Arrays.copyOf(other, target.length)).isEqualTo(target);
            }
        }
        return expanded;
    }

    private static byte[] text(SplittableRandom random) {
        byte[] text = new byte[random.nextInt(random.nextInt(8) == 0 ? 60_000 : 300)];
        int letters = random.nextInt(1, random.nextInt(3) == 0 ? 256 : 4);
        for (int at = 0; at < text.length; ) {
            int n = Math.min(text.length - at, random.nextInt(1, 60));
            int distance = random.nextInt(1, random.nextBoolean() ? 100 : 10_000);
            boolean repeat = random.nextInt(3) > 0 && distance <= at;
            for (int i = 0; i < n; i++, at++) {
                text[at] = repeat ? text[at - distance] : (byte) random.nextInt(letters);
            }
        }
        return text;
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void comesBackAsItWas(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        int shorter = 0;
        for (int round = 0; round < 500; round++) {
            byte[] text = text(random);
            int limit = random.nextBoolean() ? Math.max(text.length - 4, 0) : text.length + text.length / 32 + 1;
            byte[] compressed = compress(text, limit);
            if (compressed.length > 0) {
                byte[] back = new byte[text.length];
                assertThat(expand(compressed, back)).isTrue();
                assertThat(back).isEqualTo(text);
                assertThat(text.length).isLessThanOrEqualTo(compressed.length * Lzf.MAX_EXPANSION);
                assertThat(expand(compressed, new byte[text.length + 1])).isFalse();
                shorter += compressed.length < text.length ? 1 : 0;
            } else {
                assertThat(text.length == 0 || limit < text.length).isTrue();
            }
            if (!(text.length == 0 || compressed.length == 0)) {
                assertThat(expand(compressed, new byte[text.length - 1])).isFalse();
            }
        }
        assertThat(shorter).isGreaterThan(200);
    }

    @Test
    void repetitionsBecomeShort() {
        byte[] text = new byte[1 << 20];
        Arrays.fill(text, (byte) 'a');
        assertThat(compress(text, text.length)).hasSizeLessThan(text.length / 80);
    }

    /** Matches that reach back as far as they can, wherever the window of the compressor is. */
    @ParameterizedTest
    @ValueSource(ints = {1, 264, 8191, 8192, 8193})
    void findsWhatIsFarBack(int distance) {
        SplittableRandom random = new SplittableRandom(distance);
        byte[] text = new byte[200_000];
        random.nextBytes(text);
        for (int i = distance; i < text.length; i++) {
            text[i] = text[i - distance];
        }
        byte[] compressed = compress(text, text.length + text.length / 32 + 1);
        byte[] back = new byte[text.length];
        assertThat(expand(compressed, back)).isTrue();
        assertThat(back).isEqualTo(text);
        if (distance <= 8192) {
            // Where it has begun to look at fewer places it finds the repetitions later.
            assertThat(compressed.length).isLessThan(text.length / 4);
        } else {
            assertThat(compressed.length).isGreaterThan(text.length);
        }
    }

    @Test
    void aLimitThatIsReachedIsHeeded() {
        byte[] text = text(new SplittableRandom(9));
        while (text.length < 40_000) {
            text = Arrays.copyOf(text, 2 * text.length + 1);
        }
        int n = compress(text, text.length).length;
        assertThat(compress(text, n).length).isEqualTo(n);
        assertThat(compress(text, n - 1).length).isZero();
    }

    @Test
    void theExampleOfThePicture() {
        assertThat(HexFormat.of().formatHex(compress("abcabcabcabca".getBytes(US_ASCII), 100)))
                .isEqualTo("02616263" + "e00102");
    }

    /** As Redis 8.0.6 has compressed them. */
    @ParameterizedTest
    @CsvSource({
        "abcabcabcabcabcabcabcabcabcabc hello world hello world, "
                + "0361626361e011020b2068656c6c6f20776f726c64e0010b016c64",
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa, 016161e043000" + "16161"
    })
    void expandsWhatRedisHasCompressed(String text, String hex) {
        byte[] back = new byte[text.length()];
        assertThat(expand(HexFormat.of().parseHex(hex), back)).isTrue();
        assertThat(new String(back, US_ASCII)).isEqualTo(text);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void badBytesReachNowhere(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        int refused = 0;
        for (int round = 0; round < 3000; round++) {
            byte[] bytes;
            int length = random.nextInt(2000);
            if (random.nextBoolean()) {
                bytes = new byte[random.nextInt(40)];
                random.nextBytes(bytes);
            } else {
                byte[] text = text(random);
                bytes = compress(text, text.length + text.length / 32 + 1);
                for (int i = random.nextInt(4); i > 0 && bytes.length > 0; i--) {
                    bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
                }
                if (random.nextBoolean()) {
                    length = text.length;
                } else {
                    bytes = Arrays.copyOf(bytes, random.nextInt(bytes.length + 1));
                }
            }
            refused += expand(bytes, new byte[length]) ? 0 : 1;
        }
        assertThat(refused).isBetween(1000, 2999);
    }
}
