package dev.cinnabar.server;

import dev.cinnabar.config.ConfigException;
import dev.cinnabar.config.Configuration;
import dev.cinnabar.config.Directives;
import dev.cinnabar.log.Log;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * How readily Linux ends this process where memory is short, as {@code oom-score-adj} says. Used by one thread at a time.
 *
 * <p>Redis gives other scores to replicas and to the children that save; here the one process is neither, so the first of the
 * three values counts.
 */
final class OomScore {

    private static final int LIMIT = 1000;

    private final Configuration configuration;
    private final Log log;
    private final Path file;

    /** The score as others have set it; null: it was not touched yet. */
    private @Nullable Integer before;

    OomScore(Configuration configuration, Log log) {
        this(configuration, log, Path.of("/proc/self/oom_score_adj"));
    }

    OomScore(Configuration configuration, Log log, Path file) {
        this.configuration = configuration;
        this.log = log;
        this.file = file;
    }

    /** Does what the configuration says now. */
    void follow() throws ConfigException {
        String mode = configuration.get(Directives.OOM_SCORE_ADJ);
        if (mode.equals("no") && before == null) {
            return;
        }
        try {
            if (before == null) {
                before = Integer.valueOf(Files.readString(file).strip());
            }
            int value = configuration.get(Directives.OOM_SCORE_ADJ_VALUES).getFirst();
            int score = switch (mode) {
                case "no" -> before;
                case "absolute" -> value;
                default -> before + value;
            };
            Files.writeString(file, Integer.toString(Math.clamp(score, -LIMIT, LIMIT)));
        } catch (IOException | NumberFormatException e) {
            log.warning("Unable to write oom_score_adj: " + e.getMessage());
            throw new ConfigException("Failed to apply new oom_score_adj configuration, check server logs.");
        }
        if (mode.equals("no")) {
            before = null;
        }
    }
}
