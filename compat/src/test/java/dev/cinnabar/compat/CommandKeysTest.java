package dev.cinnabar.compat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.cinnabar.compat.harness.Client;
import dev.cinnabar.compat.harness.Resp;
import dev.cinnabar.compat.harness.Server;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/**
 * COMMAND GETKEYS and GETKEYSANDFLAGS answer what a real server answers, for every command that both have.
 *
 * <p>Strategy: each command with some dozens of random tails, of words that mean something to one command or another and of
 * words that mean nothing, of all lengths up to eight. A failure names the seed.
 */
class CommandKeysTest {

    private static final int TRIES = 40;

    private static final String[] WORDS = {
        "k1", "k2", "k3", "1", "2", "3", "-1", "STORE", "storedist", "BY", "GET", "STREAMS", "GROUP", "COUNT", "BLOCK",
        "LIMIT", "ASC", "WEIGHTS", "AGGREGATE", "LEFT", "AND", "NX", "EX", "INCRBY", "SET", "u8", "COPY", "REPLACE",
                "KEYS", ""
    };

    /**
     * Redis looks for the keys of these behind the first STREAMS; here it is the one behind the options, as the commands
     * themselves read it: these keys are locked. In a request without mistakes both are the same.
     */
    private static final Set<String> OTHERWISE = Set.of("xread", "xreadgroup");

    @Test
    void keysAndFlagsAreThoseOfARealServer() {
        Server real = Server.newestRedis().orElse(null);
        assumeTrue(real != null
                && real.version().isAtLeast("8.0.0")
                && Server.cinnabar().isPresent());
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        try (Client ours = new Client(Server.cinnabar().orElseThrow().port());
                Client theirs = new Client(real.port())) {
            Set<String> names = names(ours);
            names.retainAll(names(theirs));
            names.removeAll(OTHERWISE);
            assertThat(names).hasSizeGreaterThan(250);
            TreeMap<String, String> wrong = new TreeMap<>();
            for (String name : names) {
                for (int i = 0; i < TRIES; i++) {
                    List<String> words =
                            new ArrayList<>(List.of("COMMAND", i % 2 == 0 ? "GETKEYS" : "GETKEYSANDFLAGS"));
                    words.addAll(List.of(name.split("\\|")));
                    for (int n = random.nextInt(9); n > 0; n--) {
                        words.add(WORDS[random.nextInt(WORDS.length)]);
                    }
                    String expected = theirs.call(words.toArray()).toString();
                    String actual = ours.call(words.toArray()).toString();
                    if (!expected.equals(actual)) {
                        wrong.put(name, words + "\n  is to be " + expected + "\n  and is    " + actual);
                    }
                }
            }
            assertThat(wrong.values())
                    .as("seed %d, beside %s", seed, real.target())
                    .isEmpty();
        }
    }

    private static Set<String> names(Client client) {
        Set<String> names = new TreeSet<>();
        for (Resp name : client.run("COMMAND LIST").list()) {
            names.add(name.text());
        }
        return names;
    }
}
