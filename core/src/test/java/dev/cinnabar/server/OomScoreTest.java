package dev.cinnabar.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cinnabar.config.ConfigException;
import dev.cinnabar.config.Configuration;
import dev.cinnabar.config.Directives;
import dev.cinnabar.log.Log;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OomScoreTest {

    @TempDir
    Path directory;

    private final Configuration configuration = new Configuration();

    private void set(String... pairs) throws ConfigException {
        List<String> names = new java.util.ArrayList<>();
        List<String> values = new java.util.ArrayList<>();
        for (int i = 0; i < pairs.length; i += 2) {
            names.add(pairs[i]);
            values.add(pairs[i + 1]);
        }
        configuration.set(names, values, false);
    }

    @Test
    void theScoreIsThatOfTheProcessPlusTheFirstValueOrThatValueAlone() throws IOException, ConfigException {
        Path file = Files.writeString(directory.resolve("score"), "100\n");
        OomScore score = new OomScore(configuration, Log.silent(), file);
        configuration.onChange(score::follow, Directives.OOM_SCORE_ADJ, Directives.OOM_SCORE_ADJ_VALUES);
        score.follow();
        assertThat(file).content().isEqualTo("100\n");

        set("oom-score-adj", "yes", "oom-score-adj-values", "50 200 800");
        assertThat(file).content().isEqualTo("150");
        set("oom-score-adj", "absolute");
        assertThat(file).content().isEqualTo("50");
        set("oom-score-adj-values", "2000 0 0");
        assertThat(file).content().isEqualTo("1000");
        set("oom-score-adj", "no");
        assertThat(file).content().isEqualTo("100");
    }

    @Test
    void whatCannotBeWrittenIsNotSet() throws ConfigException {
        OomScore score = new OomScore(configuration, Log.silent(), directory.resolve("none"));
        configuration.onChange(score::follow, Directives.OOM_SCORE_ADJ);
        assertThatThrownBy(() -> set("oom-score-adj", "yes"))
                .hasMessage("CONFIG SET failed (possibly related to argument 'oom-score-adj') - Failed to apply new"
                        + " oom_score_adj configuration, check server logs.");
        assertThat(configuration.get(Directives.OOM_SCORE_ADJ)).isEqualTo("no");
    }
}
