package dev.cinnabar.text;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cinnabar.memory.Bytes;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LongDoubleTest {

    @ParameterizedTest
    @CsvSource({
        "0.1, 0.2, 0.3",
        "3.0e3, 200, 3200",
        "10.50, 0.1, 10.6",
        "1, -1, 0",
        "17179869184, 1.5, 17179869185.5",
        "1e-30, -1e-31, 0",
        "9223372036854775807, 1, 9223372036854775808",
        "18446744073709551616, 1, 18446744073709551616",
        "18446744073709551615, 1, 18446744073709551616",
        "1e19, 1.25, 10000000000000000001",
    })
    void adds(String a, String b, String sum) {
        assertThat(parsed(a).plus(parsed(b))).hasToString(sum);
    }

    @Test
    void infinitiesAreNotFinite() {
        assertThat(parsed("inf").isFinite()).isFalse();
        assertThat(parsed("1e4932").plus(parsed("1e4932")).isFinite()).isFalse();
        assertThat(parsed("1").plus(parsed("-infinity")).isFinite()).isFalse();
        assertThat(LongDouble.of(5).plus(parsed("0.5"))).hasToString("5.5");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", " 1", "1 ", "abc", "1e", "nan", "1e5000", "1e-5000", "1e99999999999999", "-", ".", "1.1.1"})
    void otherSpellingsAreNoNumbers(String text) {
        assertThat(LongDouble.parse(Bytes.of(text))).isNull();
    }

    @Test
    void exponentsOfZeroDoNotMatter() {
        assertThat(parsed("0e99999999999999")).hasToString("0");
        assertThat(parsed("-0.0e-5000")).hasToString("0");
    }

    private static LongDouble parsed(String text) {
        return requireNonNull(LongDouble.parse(Bytes.of(text)));
    }
}
