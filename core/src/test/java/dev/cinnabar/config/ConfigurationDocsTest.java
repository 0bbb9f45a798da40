package dev.cinnabar.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What docs/configuration.md says is what the table of directives says. */
class ConfigurationDocsTest {

    private static final Path FILE = Path.of("..", "docs", "configuration.md");
    private static final String BEGIN = "| directive | default | CONFIG SET | |";

    @Test
    void theListOfDirectivesIsTheTable() throws IOException {
        String text = Files.readString(FILE);
        int begin = text.indexOf(BEGIN);

        assertThat(text.substring(Math.max(begin, 0)))
                .as("the end of docs/configuration.md, which is to be:%n%s", table())
                .isEqualTo(table());
    }

    private static String table() {
        StringBuilder table = new StringBuilder(BEGIN).append("\n|---|---|---|---|\n");
        List<Directive<?, ?>> rows = Directives.all().stream()
                .filter(directive -> !directive.isHidden())
                .sorted(Comparator.comparing(Directive::name))
                .toList();
        for (Directive<?, ?> directive : rows) {
            table.append(row(directive));
        }
        return table.toString();
    }

    private static <V> String row(Directive<V, ?> directive) {
        String alias = directive.alias().map(name -> " (`" + name + "`)").orElse("");
        String value = directive.format(directive.defaultValue());
        return "| `%s`%s | %s | %s | %s |\n"
                .formatted(
                        directive.name(),
                        alias,
                        isOfTheMachine(directive) ? "by the machine" : value.isEmpty() ? "" : "`" + value + "`",
                        directive.isGuarded()
                                ? "if `enable-protected-configs` allows"
                                : directive.isMutable() ? "yes" : "",
                        meaning(directive));
    }

    private static boolean isOfTheMachine(Directive<?, ?> directive) {
        return directive.equals(Directives.IO_THREADS) || directive.equals(Directives.DIR);
    }

    private static String meaning(Directive<?, ?> directive) {
        if (!directive.onlyDefaultComplaint().isEmpty()) {
            boolean plain = directive.onlyDefaultComplaint().startsWith("this version supports only the default");
            return plain ? "only the default" : "only the default: " + directive.onlyDefaultComplaint();
        }
        return directive.hasNoEffect() ? "no effect, and the log says so" : "";
    }
}
