package dev.cinnabar.config;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.cinnabar.testing.RealRedis;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Holds the table of directives against a real server's: names, defaults, what can be changed. Not run without one. */
class DirectivesAgainstRedisTest {

    /** Defaults that differ for a reason, or are what the test itself has set. */
    private static final Set<String> OWN_VALUES = Set.of("port", "unixsocket", "dir", "bind", "io-threads", "save");

    /** What older versions have beside it: deprecated, or shown by mistake. */
    private static final Set<String> OLD_NAMES = Set.of("io-threads-do-reads", "aof-disable-auto-gc");

    @Test
    void namesDefaultsAndMutability() throws IOException {
        Optional<Path> program = RealRedis.program();
        assumeTrue(program.isPresent(), "no redis-server to compare with");
        try (RealRedis redis = RealRedis.start(program.orElseThrow())) {
            Map<String, String> theirs = configuration(redis);
            Map<String, String> ours = new Configuration().matching(List.of("*"));
            for (Map.Entry<String, String> entry : theirs.entrySet()) {
                String name = entry.getKey();
                if (OLD_NAMES.contains(name)) {
                    continue;
                }
                Directive<?, ?> directive = requireNonNull(Directives.find(name), name);
                if (!OWN_VALUES.contains(name)) {
                    assertThat(ours.get(name)).as(name).isEqualTo(entry.getValue());
                }
                Object reply = requireNonNull(redis.call("CONFIG", "SET", name, entry.getValue()));
                boolean changes = !reply.toString().contains("immutable config");
                assertThat(directive.isMutable())
                        .as("%s can be changed: %s", name, reply)
                        .isEqualTo(changes);
                assertThat(directive.isGuarded())
                        .as(name)
                        .isEqualTo(reply.toString().contains("protected config"));
            }
        }
    }

    private static Map<String, String> configuration(RealRedis redis) throws IOException {
        List<?> reply = (List<?>) requireNonNull(redis.call("CONFIG", "GET", "*"));
        Map<String, String> values = new TreeMap<>();
        for (int i = 0; i < reply.size(); i += 2) {
            values.put((String) reply.get(i), (String) reply.get(i + 1));
        }
        return values;
    }
}
