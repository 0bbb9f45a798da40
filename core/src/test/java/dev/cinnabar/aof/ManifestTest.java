package dev.cinnabar.aof;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cinnabar.aof.Manifest.Part;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The text of manifests, and how they follow one another. */
class ManifestTest {

    private static final String TEXT = """
            file a.aof.2.base.rdb seq 2 type b
            file a.aof.1.base.rdb seq 1 type h
            file a.aof.3.incr.aof seq 3 type i
            file a.aof.4.incr.aof seq 4 type i
            """;

    @Test
    void isReadAndWritten() throws Exception {
        Manifest manifest = Manifest.parse(TEXT);
        assertThat(manifest.base()).isEqualTo(new Part("a.aof.2.base.rdb", 2));
        assertThat(manifest.history()).containsExactly(new Part("a.aof.1.base.rdb", 1));
        assertThat(manifest.increments())
                .containsExactly(new Part("a.aof.3.incr.aof", 3), new Part("a.aof.4.incr.aof", 4));
        assertThat(manifest.text()).isEqualTo(TEXT);
        assertThat(manifest.nextBase()).isEqualTo(3);
        assertThat(manifest.nextIncrement()).isEqualTo(5);
    }

    @Test
    void namesWithBlanksAreQuoted() throws Exception {
        Manifest manifest = new Manifest(new Part("a \"b\".base.rdb", 1), List.of(), List.of());
        assertThat(manifest.text()).isEqualTo("file \"a \\\"b\\\".base.rdb\" seq 1 type b\n");
        assertThat(Manifest.parse(manifest.text())).isEqualTo(manifest);
    }

    @Test
    void commentsAndWhatNewerVersionsSayAreSkipped() throws Exception {
        Manifest manifest = Manifest.parse("# hello\nfile a seq 1 type b\nfile b seq 1 type i startoffset 7\n");
        assertThat(manifest.parts()).containsExactly(new Part("a", 1), new Part("b", 1));
    }

    @Test
    void aNewBaseMakesWhatItHasHistory() {
        Manifest manifest =
                new Manifest(new Part("base1", 1), List.of(), List.of(new Part("incr1", 1), new Part("incr2", 2)));
        Manifest next = manifest.rebased(new Part("base2", 2), 2);
        assertThat(next.base()).isEqualTo(new Part("base2", 2));
        assertThat(next.history()).containsExactly(new Part("base1", 1), new Part("incr1", 1));
        assertThat(next.increments()).containsExactly(new Part("incr2", 2));
        assertThat(next.withoutHistory().history()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "''                                                  | Found an empty AOF manifest",
                "'\n'                                                | Invalid AOF manifest file format",
                "'file a seq 1\n'                                    | Invalid AOF manifest file format",
                "'file a seq x type b\n'                             | Invalid AOF manifest file format",
                "'file a/b seq 1 type b\n'                           | File can't be a path, just a filename",
                "'file a seq 1 type x\n'                             | Unknown AOF file type",
                "'file a seq 1 type b\nfile b seq 2 type b\n'        | Found duplicate base file information",
                "'file a seq 2 type i\nfile b seq 1 type i\n'        | Found a non-monotonic sequence number",
            })
    void isRefused(String text, String why) {
        assertThatThrownBy(() -> Manifest.parse(text)).hasMessage(why);
    }
}
