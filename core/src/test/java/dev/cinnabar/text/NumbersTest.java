package dev.cinnabar.text;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cinnabar.memory.Bytes;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NumbersTest {

    @ParameterizedTest
    @ValueSource(longs = {0, 1, -1, 9, 10, -10, 99, 100, 1234567890123456789L, Long.MAX_VALUE, Long.MIN_VALUE})
    void writesAndReadsLongs(long value) {
        byte[] written = new byte[Numbers.MAX_LONG_LENGTH + 3];
        int end = Numbers.writeLong(value, written, 3);
        String text = new String(written, 3, end - 3, ISO_8859_1);
        assertThat(text).isEqualTo(Long.toString(value));
        assertThat(Numbers.lengthOf(value)).isEqualTo(text.length());
        assertThat(Numbers.isLong(Bytes.of(text))).isTrue();
        assertThat(Numbers.toLong(Bytes.of(text))).isEqualTo(value);
    }

    @Test
    void writesAndReadsRandomLongs() {
        SplittableRandom random = new SplittableRandom(11);
        for (int i = 0; i < 10_000; i++) {
            writesAndReadsLongs(random.nextLong() >> random.nextInt(64));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "-",
                "+1",
                " 1",
                "1 ",
                "01",
                "-0",
                "-01",
                "1a",
                "1.0",
                "9223372036854775808",
                "-9223372036854775809",
                "9999999999999999999",
                "-9999999999999999999",
                "10000000000000000000",
                "18446744073709551615",
                "18446744073709551617",
                "123456789012345678901"
            })
    void otherSpellingsAreNoLongs(String text) {
        assertThat(Numbers.isLong(Bytes.of(text))).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0",
        "-0, -0.0",
        "1, 1",
        "+5, 5",
        ".5, 0.5",
        "1., 1",
        "-1.25, -1.25",
        "1e5, 1e5",
        "1E-5, 1e-5",
        "1e+5, 1e5",
        "5e-324, 4.9e-324",
        "0e-500, 0",
        "0.1, 0.1",
        "123456789012345678, 123456789012345680",
        "3.14159265358979323846, 3.141592653589793",
        "000001, 1",
        "0.000000000000000000000000000001, 1e-30",
        "0x10, 16",
        "-0x1.8p3, -12",
        "0x.8, 0.5",
        "0x0p9, 0",
        "inf, Infinity",
        "-INF, -Infinity",
        "+Infinity, Infinity"
    })
    void readsDoubles(String text, String expected) {
        assertThat(Numbers.parseDouble(Bytes.of(text))).isEqualTo(Double.parseDouble(expected));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "+",
                "-",
                ".",
                "e5",
                "1e",
                "1e+",
                "1 ",
                " 1",
                "+-5",
                "1.2.3",
                "nan",
                "infx",
                "infi",
                "1f",
                "1d",
                "1e400",
                "-1e400",
                "1e-400",
                "NaN",
                "--inf",
                "0x",
                "0x.",
                "0x1p",
                "1x1",
                "00x1",
                "0x1p99999",
                "0x1p-99999",
                "1e5.0"
            })
    void otherSpellingsAreNoDoubles(String text) {
        assertThat(Numbers.parseDouble(Bytes.of(text))).isNaN();
    }

    @Test
    void readsRandomDoublesAsJavaDoes() {
        SplittableRandom random = new SplittableRandom(13);
        for (int i = 0; i < 20_000; i++) {
            double value = Double.longBitsToDouble(random.nextLong());
            if (Double.isFinite(value)) {
                assertThat(Numbers.parseDouble(Bytes.of(Double.toString(value))))
                        .isEqualTo(value);
            }
            String decimal = random.nextInt(1_000_000) + "." + random.nextInt(1_000_000);
            assertThat(Numbers.parseDouble(Bytes.of(decimal))).isEqualTo(Double.parseDouble(decimal));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0",
        "-0.0, -0",
        "4611686018427387904, 4611686018427387904",
        "4.7e18, 4.7e+18",
        "1e15, 1000000000000000",
        "1, 1",
        "-3, -3",
        "0.1, 0.1",
        "1e21, 1e+21",
        "1.5e-7, 1.5e-7",
        "Infinity, inf",
        "-Infinity, -inf",
        "NaN, nan",
        "123.456, 123.456",
        "4.9e-324, 5e-324"
    })
    void writesDoubles(double value, String expected) {
        byte[] written = new byte[Numbers.MAX_DOUBLE_LENGTH];
        int end = Numbers.writeDouble(value, written, 0);
        assertThat(new String(written, 0, end, ISO_8859_1)).isEqualTo(expected);
    }

    @Test
    void readsBackRandomDoubles() {
        SplittableRandom random = new SplittableRandom(17);
        for (int i = 0; i < 20_000; i++) {
            double value = Double.longBitsToDouble(random.nextLong());
            if (Double.isFinite(value)) {
                byte[] written = new byte[Numbers.MAX_DOUBLE_LENGTH];
                int end = Numbers.writeDouble(value, written, 0);
                assertThat(Numbers.parseDouble(new Bytes().set(written, 0, end)))
                        .isEqualTo(value);
            }
        }
    }

    @Test
    void writesTheShortestDecimalOfRandomDoubles() {
        SplittableRandom random = new SplittableRandom(18);
        for (int i = 0; i < 50_000; i++) {
            double value = switch (i % 5) {
                case 0 -> Double.longBitsToDouble(random.nextLong());
                case 1 -> random.nextInt(-1_000_000, 1_000_000) / 1000.0;
                case 2 -> random.nextDouble(-1e-5, 1e-5);
                case 3 -> Math.scalb(random.nextDouble(1, 2), random.nextInt(-40, 90));
                default -> random.nextInt(1, 3000) * Double.MIN_VALUE;
            };
            assertThat(Numbers.format(value)).isEqualTo(spelled(value));
        }
    }

    /** By way of decimals: the same rules told otherwise. */
    private static String spelled(double value) {
        if (!Double.isFinite(value)) {
            return Double.isNaN(value) ? "nan" : value > 0 ? "inf" : "-inf";
        }
        BigDecimal shortest = new BigDecimal(Double.toString(value)).stripTrailingZeros();
        BigDecimal shorter = shortest.round(new MathContext(1, RoundingMode.HALF_EVEN));
        if (shortest.precision() == 2 && shorter.doubleValue() == value) {
            shortest = shorter;
        }
        int exponent = shortest.precision() - shortest.scale() - 1;
        boolean isWhole = value == Math.rint(value);
        boolean isPlain = isWhole && Math.abs(value) <= 0x1p62
                || (shortest.scale() <= 0
                        ? exponent < shortest.precision() + 7
                        : shortest.scale() < 7 || Math.abs(exponent) < 4);
        if (isPlain) {
            return value == 0 && 1 / value < 0
                    ? "-0"
                    : (isWhole && Math.abs(value) <= 0x1p62 ? new BigDecimal(value) : shortest).toPlainString();
        }
        String digits = shortest.unscaledValue().abs().toString();
        return (value < 0 ? "-" : "") + digits.charAt(0) + (digits.length() > 1 ? "." + digits.substring(1) : "") + "e"
                + (exponent < 0 ? "-" : "+") + Math.abs(exponent);
    }

    @ParameterizedTest
    @CsvSource({
        "0.5, 0.5",
        "0.1, 0.10000000000000001",
        "13.361389338970184, 13.36138933897018433",
        "-0.0, 0",
        "1e20, 100000000000000000000",
        "1e-20, 0"
    })
    void writesDoublesForHumans(double value, String expected) {
        assertThat(Numbers.formatHuman(value)).isEqualTo(expected);
    }
}
