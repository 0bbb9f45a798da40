package dev.cinnabar.command;

import static dev.cinnabar.command.OptionGroup.NONE;
import static dev.cinnabar.command.OptionGroup.NO_MATCH;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cinnabar.resp.Request;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class OptionGroupTest {

    private static final OptionGroup GROUP = OptionGroup.of("nx", "ex=", "px=");
    private static final OptionGroup ONCE = OptionGroup.once("nx", "ex=");

    private static Args args(String... words) {
        byte[] bytes = String.join("", words).getBytes(StandardCharsets.ISO_8859_1);
        Request request = new Request();
        request.begin(bytes);
        int at = 0;
        for (String word : words) {
            request.add(at, word.length());
            at += word.length();
        }
        return new Args(request);
    }

    @Test
    void findsWordsAndTheirValues() {
        Args args = args("set", "Nx", "pX", "10", "other");
        int first = GROUP.read(args, 1, NONE);
        assertThat(OptionGroup.number(first)).isEqualTo(1);
        assertThat(OptionGroup.valueIndex(first)).isZero();
        assertThat(OptionGroup.width(first)).isEqualTo(1);
        int second = GROUP.read(args, 2, NONE);
        assertThat(OptionGroup.number(second)).isEqualTo(3);
        assertThat(OptionGroup.valueIndex(second)).isEqualTo(3);
        assertThat(OptionGroup.width(second)).isEqualTo(2);
        assertThat(GROUP.read(args, 4, NONE)).isEqualTo(NO_MATCH);
    }

    @Test
    void aWordExcludesTheOthers() {
        Args args = args("set", "nx", "ex", "10", "ex", "20");
        assertThat(GROUP.read(args, 2, GROUP.read(args, 1, NONE))).isEqualTo(NO_MATCH);
        int chosen = GROUP.read(args, 2, NONE);
        assertThat(OptionGroup.valueIndex(GROUP.read(args, 4, chosen))).isEqualTo(5);
        assertThat(ONCE.read(args, 4, chosen)).isEqualTo(NO_MATCH);
    }

    @Test
    void aWordWithoutItsValueIsNone() {
        assertThat(GROUP.read(args("set", "ex"), 1, NONE)).isEqualTo(NO_MATCH);
        assertThat(GROUP.read(args("set", "ex", ""), 1, NONE)).isNotEqualTo(NO_MATCH);
        assertThat(GROUP.read(args("set", ""), 1, NONE)).isEqualTo(NO_MATCH);
    }
}
