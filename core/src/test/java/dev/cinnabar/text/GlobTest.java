package dev.cinnabar.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.cinnabar.memory.Bytes;
import java.time.Duration;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GlobTest {

    @ParameterizedTest
    @CsvSource({
        "*, abc, true",
        "a*c, abc, true",
        "a*c, abcd, false",
        "a**c, ac, true",
        "?b?, abc, true",
        "?, '', false",
        "*?, a, true",
        "h[ae]llo, hallo, true",
        "h[^e]llo, hello, false",
        "h[b-e]llo, hcllo, true",
        "h[e-b]llo, hcllo, true",
        "h[e-b]llo, hfllo, false",
        "[abc, b, true",
        "[^abc, b, false",
        "[]a], a, false",
        "[a-]x, x, true",
        "[a-]x, y, false",
        "[\\]], ], true",
        "\\*, *, true",
        "\\*, a, false",
        "a\\, a\\, true",
        "*a*b*c, xxaxxbxxcc, true",
        "*a*b*c, xxaxxbxx, false",
        "ABC, abc, false",
    })
    void matches(String pattern, String text, boolean expected) {
        assertThat(Glob.matches(Bytes.of(pattern), Bytes.of(text))).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({"ABC, abc, true", "a[B-D]e, aCE, true", "a[b-d]e, aCE, true", "a[B]*, abc, true", "ä, Ä, false"})
    void ignoresCase(String pattern, String text, boolean expected) {
        assertThat(Glob.matches(Bytes.of(pattern), Bytes.of(text), true)).isEqualTo(expected);
    }

    @Test
    void hostilePatternsAreBounded() {
        Bytes pattern = Bytes.of("a*".repeat(500) + "b");
        Bytes text = Bytes.of("a".repeat(20_000));
        assertThatCode(() -> Assertions.assertTimeoutPreemptively(
                        Duration.ofSeconds(30),
                        () -> assertThat(Glob.matches(pattern, text)).isFalse()))
                .doesNotThrowAnyException();
    }
}
