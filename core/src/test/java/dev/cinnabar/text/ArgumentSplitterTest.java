package dev.cinnabar.text;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ArgumentSplitterTest {

    @Test
    void splitsAtWhiteSpace() {
        assertThat(split("  set\tkey \r\n value \n")).containsExactly("set", "key", "value");
        assertThat(split("")).isEmpty();
        assertThat(split("  \t ")).isEmpty();
    }

    @Test
    void readsQuotes() {
        assertThat(split("\"a b\" 'c d' \"\" ''")).containsExactly("a b", "c d", "", "");
        assertThat(split("\"\\x41\\n\\r\\t\\a\\b\\\"\\\\\\q\\xzz\"")).containsExactly("A\n\r\t\u0007\b\"\\qxzz");
        assertThat(split("'\\'\\n\"'")).containsExactly("'\\n\"");
        assertThat(split("ab\"cd\" e")).containsExactly("abcd", "e");
    }

    @Test
    void endsAtNul() {
        assertThat(split("a b\0c d")).containsExactly("a", "b");
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"", "'", "a \"b", "\"a\"b", "'a'b", "\"a\\", "'a\\'", "\"a\"\"b\""})
    void unbalancedQuotesAreNoArguments(String line) {
        assertThat(split(line)).isNull();
    }

    @Test
    void readsBackWhatQuoteWrites() {
        SplittableRandom random = new SplittableRandom(7);
        for (int round = 0; round < 1000; round++) {
            byte[] bytes = new byte[random.nextInt(40)];
            random.nextBytes(bytes);
            List<byte[]> read = ArgumentSplitter.split(Quote.quote(bytes).getBytes(ISO_8859_1));
            assertThat(read).as("seed 7, round %d", round).hasSize(1);
            assertThat(read.getFirst()).isEqualTo(bytes);
        }
    }

    @Test
    void quotesUnprintableBytes() {
        assertThat(Quote.quote("a\"b\\c\n\r\t\u0007\b\u0001é"))
                .isEqualTo("\"a\\\"b\\\\c\\n\\r\\t\\a\\b\\x01\\xc3\\xa9\"");
    }

    private static @Nullable List<String> split(String line) {
        List<byte[]> arguments = ArgumentSplitter.split(line.getBytes(ISO_8859_1));
        return arguments == null
                ? null
                : arguments.stream()
                        .map(argument -> new String(argument, ISO_8859_1))
                        .toList();
    }
}
