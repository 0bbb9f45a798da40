package dev.cinnabar.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Set;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The rules read sources, so what they read has to be right. */
class SourceFileTest {

    private static final Pattern SLEEP = Pattern.compile("Thread\\.sleep\\(");

    @Test
    void commentsAndStringsAreNoCode() {
        assertThat(file("/* Thread.sleep( */ // Thread.sleep(\nchar c = '\"'; String s = \"\\\"Thread.sleep(\";")
                        .linesWith(SLEEP))
                .isEmpty();
        assertThat(file("String s = \"\"\"\n  Thread.sleep(1);\n  \"\"\";").linesWith(SLEEP))
                .isEmpty();
    }

    @Test
    void codeAfterThemIsFoundAtItsLine() {
        assertThat(file("String url = \"http://x\";\n/* a\n b */ Thread.sleep(1);")
                        .linesWith(SLEEP))
                .containsExactly("core/A.java:3");
    }

    @Test
    void packagesAreFoundInImportsAndInFullNames() {
        SourceFile file = file("package dev.cinnabar.values;\nimport static dev.cinnabar.memory.Bytes.of;\n"
                + "import dev.cinnabar.values.Entry;\nvoid f(dev.cinnabar.commands.sets.X x) {}");
        assertThat(file.packageName()).isEqualTo("values");
        assertThat(file.packagesUsed(Set.of())).containsExactly("commands.sets", "memory");
        assertThat(file.packagesUsed(Set.of("dev.cinnabar.commands.sets.X"))).containsExactly("memory");
    }

    private static SourceFile file(String text) {
        return new SourceFile(SourceFile.REPOSITORY.resolve(Path.of("core", "A.java")), text);
    }
}
