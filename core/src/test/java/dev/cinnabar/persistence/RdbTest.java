package dev.cinnabar.persistence;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cinnabar.memory.BufferAccounting;
import dev.cinnabar.memory.Bytes;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What RDB files are made of, written and read.
 *
 * <p>Strategy: random parts are written through a buffer of random size and read through another, from a source that gives as
 * few bytes as it likes; then bytes are changed, cut off or random. Invariants: what is read is what was written, positions
 * and checksums agree, all memory is given back, and bad bytes lead to an {@link RdbException} or to other values.
 */
class RdbTest {

    private final BufferAccounting accounting = new BufferAccounting();
    private final ByteArrayOutputStream written = new ByteArrayOutputStream();

    @AfterEach
    void allMemoryIsGivenBack() {
        assertThat(accounting.bytes()).isZero();
    }

    private byte[] write(int bufferBytes, boolean compresses, Consumer<RdbWriter> parts) {
        written.reset();
        try (RdbWriter writer = new RdbWriter(written::write, bufferBytes, compresses, accounting)) {
            parts.accept(writer);
            long crc = writer.crc();
            long position = writer.position();
            writer.flush();
            byte[] bytes = written.toByteArray();
            assertThat(bytes).hasSize((int) position);
            assertThat(crc).isEqualTo(Crc64.update(0, bytes, 0, bytes.length));
            return bytes;
        }
    }

    private String hex(Consumer<RdbWriter> parts) {
        return HexFormat.of().formatHex(write(100, true, parts));
    }

    private RdbReader reader(byte[] bytes) {
        return new RdbReader(RdbReader.of(Bytes.of(bytes)), 64, 1 << 20, accounting);
    }

    @ParameterizedTest
    @CsvSource({
        "0, 00",
        "63, 3f",
        "64, 4040",
        "16383, 7fff",
        "16384, 8000004000",
        "4294967295, 80ffffffff",
        "4294967296, 810000000100000000",
        "9223372036854775807, 817fffffffffffffff",
        "-1, 81ffffffffffffffff"
    })
    void lengths(long n, String hex) throws RdbException {
        assertThat(hex(writer -> writer.length(n))).isEqualTo(hex);
        try (RdbReader reader = reader(HexFormat.of().parseHex(hex))) {
            assertThat(reader.length()).isEqualTo(n);
            assertThat(reader.isAtEnd()).isTrue();
        }
    }

    /** What Redis 8.0.6 answers to DUMP between the type and the version. */
    @ParameterizedTest
    @CsvSource({
        "12, c00c",
        "-129, c17fff",
        "40000, c2409c0000",
        "-2147483648, c200000080",
        "2147483648, 0a32313437343833363438",
        "0123, 0430313233",
        "abc, 03616263",
        "'', 00"
    })
    void strings(String text, String hex) throws RdbException {
        assertThat(hex(writer -> writer.string(Bytes.of(text)))).isEqualTo(hex);
        if (text.matches("-?[1-9][0-9]*")) {
            assertThat(hex(writer -> writer.string(Long.parseLong(text)))).isEqualTo(hex);
        }
        try (RdbReader reader = reader(HexFormat.of().parseHex(hex))) {
            assertThat(reader.string().toString()).isEqualTo(text);
        }
    }

    @Test
    void numbers() throws RdbException {
        assertThat(hex(writer -> {
                    writer.byteValue(0xfa);
                    writer.shortValue(0x0102);
                    writer.intValue(0x01020304);
                    writer.longValue(0x0102030405060708L);
                    writer.doubleValue(1.5);
                }))
                .isEqualTo("fa" + "0201" + "04030201" + "0807060504030201" + "000000000000f83f");
        try (RdbReader reader = reader(HexFormat.of().parseHex("03312e35fdfeff03312e78"))) {
            assertThat(reader.doubleText()).isEqualTo(1.5);
            assertThat(reader.doubleText()).isNaN();
            assertThat(reader.doubleText()).isEqualTo(Double.POSITIVE_INFINITY);
            assertThat(reader.doubleText()).isEqualTo(Double.NEGATIVE_INFINITY);
            assertThatThrownBy(reader::doubleText)
                    .isInstanceOf(RdbException.class)
                    .hasMessageContaining("no number before byte 11");
        }
    }

    /** One part: how it is written, and how what is read is checked. */
    private interface Check {
        void accept(RdbReader reader) throws RdbException;
    }

    private record Part(Consumer<RdbWriter> write, Check check) {}

    private static Part part(SplittableRandom random) {
        long number = random.nextLong() >> random.nextInt(64);
        byte[] bytes = new byte[random.nextInt(random.nextInt(20) == 0 ? 20_000 : 60)];
        if (random.nextBoolean()) {
            random.nextBytes(bytes);
        } else {
            Arrays.fill(bytes, (byte) random.nextInt(256));
        }
        double real = Double.longBitsToDouble(random.nextLong());
        return switch (random.nextInt(9)) {
            case 0 ->
                new Part(
                        w -> w.byteValue((int) number),
                        r -> assertThat(r.byteValue()).isEqualTo((int) number & 0xff));
            case 1 ->
                new Part(
                        w -> w.shortValue((int) number),
                        r -> assertThat(r.shortValue()).isEqualTo((int) number & 0xffff));
            case 2 ->
                new Part(
                        w -> w.intValue((int) number),
                        r -> assertThat(r.intValue()).isEqualTo((int) number));
            case 3 ->
                new Part(
                        w -> w.longValue(number), r -> assertThat(r.longValue()).isEqualTo(number));
            case 4 ->
                new Part(
                        w -> w.doubleValue(real),
                        r -> assertThat(Double.doubleToLongBits(r.doubleValue()))
                                .isEqualTo(Double.doubleToLongBits(real)));
            case 5 ->
                new Part(w -> w.length(number), r -> assertThat(r.length()).isEqualTo(number));
            case 6 ->
                new Part(
                        w -> w.string(number),
                        r -> assertThat(r.string().toString()).isEqualTo("" + number));
            case 7 -> new Part(w -> w.bytes(Bytes.of(bytes)), r -> r.skip(bytes.length));
            default ->
                new Part(
                        w -> w.string(Bytes.of(bytes)),
                        r -> assertThat(r.string().toByteArray()).isEqualTo(bytes));
        };
    }

    /** A source that gives now more, now less. */
    private static RdbReader.Source hesitant(byte[] bytes, SplittableRandom random) {
        int[] at = {0};
        return (target, offset, max) -> {
            int n = Math.min(bytes.length - at[0], 1 + random.nextInt(max));
            System.arraycopy(bytes, at[0], target, offset, n);
            at[0] += n;
            return n == 0 ? -1 : n;
        };
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void whatIsWrittenIsRead(long seed) throws RdbException {
        SplittableRandom random = new SplittableRandom(seed);
        for (int round = 0; round < 30; round++) {
            List<Part> parts = new ArrayList<>();
            for (int i = random.nextInt(200); i >= 0; i--) {
                parts.add(part(random));
            }
            byte[] bytes = write(
                    random.nextInt(1000),
                    random.nextBoolean(),
                    writer -> parts.forEach(part -> part.write.accept(writer)));
            try (RdbReader reader = new RdbReader(hesitant(bytes, random), random.nextInt(1000), 1 << 20, accounting)) {
                for (Part part : parts) {
                    part.check.accept(reader);
                }
                assertThat(reader.isAtEnd()).isTrue();
                assertThat(reader.position()).isEqualTo(bytes.length);
                assertThat(reader.crc()).isEqualTo(Crc64.update(0, bytes, 0, bytes.length));
                assertThatThrownBy(reader::byteValue).isInstanceOf(RdbException.class);
            }
        }
    }

    @Test
    void longStringsAreCompressedWhereThatSaves() {
        String text = "0123456789".repeat(10);
        byte[] compressed = write(1000, true, writer -> writer.string(Bytes.of(text)));
        assertThat(compressed).hasSizeLessThan(25).startsWith((byte) RdbFormat.LZF);
        assertThat(write(1000, false, writer -> writer.string(Bytes.of(text)))).hasSize(102);
        byte[] noise = new byte[100];
        new SplittableRandom(1).nextBytes(noise);
        assertThat(write(1000, true, writer -> writer.string(Bytes.of(noise)))).hasSize(102);
    }

    @ParameterizedTest
    @CsvSource({
        "c4, no length: c4",
        "82, no length: 82",
        "80ffffffff, a length of 4294967295",
        "81ffffffffffffffff, a length of 18446744073709551615",
        "8100, breaks off after 2 bytes",
        "05616263, breaks off after 4 bytes",
        "800010000061, breaks off after 6 bytes",
        "c3038000100000000061, compressed bytes that are too few",
        "c303050061c000, compressed bytes that are not well-formed",
        "c2010203, breaks off after 4 bytes"
    })
    void badStrings(String hex, String message) {
        try (RdbReader reader = reader(HexFormat.of().parseHex(hex))) {
            assertThatThrownBy(reader::string).isInstanceOf(RdbException.class).hasMessageContaining(message);
        }
        assertThat(accounting.bytes()).isZero();
    }

    @Test
    void theBeginningOfAFile() throws RdbException {
        try (RdbReader reader = reader("REDIS0012".getBytes(ISO_8859_1))) {
            reader.expect("REDIS");
            assertThatThrownBy(() -> reader.expect("0011")).hasMessage("not \"0011\" before byte 9");
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void badBytesAreRefusedOrRead(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        int refused = 0;
        for (int round = 0; round < 1000; round++) {
            byte[] bytes = write(100, true, writer -> {
                for (int i = 0; i < 20; i++) {
                    writer.string(Bytes.of("x".repeat(random.nextInt(100))));
                    writer.length(random.nextInt(70_000));
                }
            });
            for (int i = random.nextInt(5); i > 0; i--) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
            }
            byte[] cut = Arrays.copyOf(bytes, random.nextInt(bytes.length));
            try (RdbReader reader = new RdbReader(hesitant(cut, random), 50, 1 << 30, accounting)) {
                while (!reader.isAtEnd()) {
                    assertThat(reader.string().length()).isLessThanOrEqualTo(cut.length * Lzf.MAX_EXPANSION);
                    reader.length();
                }
            } catch (RdbException e) {
                refused++;
            }
        }
        assertThat(refused).isBetween(500, 1000);
    }
}
