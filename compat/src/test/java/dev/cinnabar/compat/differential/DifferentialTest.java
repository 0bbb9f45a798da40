package dev.cinnabar.compat.differential;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.cinnabar.compat.harness.Client;
import dev.cinnabar.compat.harness.RedisTest;
import dev.cinnabar.compat.harness.Resp;
import dev.cinnabar.compat.harness.Server;
import dev.cinnabar.compat.harness.Version;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/*
 * Strategy: sequences of some hundred random commands, each from a seed of its own, run on both servers from the same start
 * (empty, database 0). Replies are compared one by one. On a difference the sequence is cut behind it and made shorter, chunk
 * by chunk, as long as some difference remains.
 *
 * In the end what is packed, and so has an order, must have the same bytes: DUMP is compared, but for the version behind it.
 *
 * Invariant: Comparison.same(command, ours, theirs) for every command.
 *
 * -Dcompat.differential.sequences=N runs longer, -Dcompat.differential.seed=S reruns one, or if N is given, too, begins there;
 * -Dcompat.differential.family=F is for one type alone.
 */
class DifferentialTest {

    private static final int SEQUENCES = Integer.getInteger("compat.differential.sequences", 150);
    private static final String FAMILY = System.getProperty("compat.differential.family", "");
    private static final int COMMANDS_PER_SEQUENCE = 300;

    /** Whose bytes are in the order in which they were written, whatever the hash function. */
    private static final Set<String> ORDERED = Set.of("'listpack'", "'listpackex'", "'intset'");

    /** Behind a dump: the version of the format, and a check sum of all. */
    private static final int FOOTER_BYTES = 10;

    /** Of the types of RDB: a listpack of fields, values and times, behind eight bytes that tell the first time. */
    private static final int HASH_WITH_EXPIRING_FIELDS = 25;

    private static final int TIME_BYTES = 8;

    @RedisTest(
            cinnabarOnly = "compares Cinnabar with a real server",
            resp = {2, 3})
    void randomCommandsGetTheRepliesOfRedis(Client cinnabar) {
        Optional<Server> newest = Server.newestRedis();
        assumeTrue(newest.isPresent(), "no real Redis is installed to compare with");
        Version version = newest.get().version();
        Client redis = newest.get().connect(cinnabar.protocol());
        Long only = Long.getLong("compat.differential.seed");
        long first = only != null ? only : 1;
        boolean one = only != null && Integer.getInteger("compat.differential.sequences") == null;
        for (long seed = first; seed < first + (one ? 1 : SEQUENCES); seed++) {
            compare(seed, cinnabar, redis, version);
        }
    }

    private static void compare(long seed, Client cinnabar, Client redis, Version version) {
        Generator generator = new Generator(seed, version, FAMILY);
        List<String> commands = new ArrayList<>();
        for (int i = 0; i < COMMANDS_PER_SEQUENCE; i++) {
            commands.add(generator.next());
        }
        if (firstDifference(commands, cinnabar, redis) >= 0) {
            List<String> shortest = shorten(commands, cinnabar, redis);
            fail(report(seed, shortest, cinnabar, redis));
        }
        compareDumps(seed, cinnabar, redis);
    }

    /** What the last sequence has left. */
    private static void compareDumps(long seed, Client cinnabar, Client redis) {
        cinnabar.run("DISCARD");
        redis.run("DISCARD");
        for (Resp key : cinnabar.run("KEYS *").list()) {
            String encoding =
                    cinnabar.call("OBJECT", "ENCODING", bytes(key)).reply().toString();
            boolean same = encoding.equals(
                    redis.call("OBJECT", "ENCODING", bytes(key)).reply().toString());
            // Of a set, the order is that of a table that it may have come from.
            boolean isSet = cinnabar.call("TYPE", bytes(key)).reply().toString().contains("set")
                    && encoding.equals("'listpack'")
                    && !cinnabar.call("TYPE", bytes(key)).reply().toString().contains("zset");
            if (same && ORDERED.contains(encoding) && !isSet) {
                byte[] ours = dump(cinnabar, key);
                byte[] theirs = dump(redis, key);
                if (ours[0] == HASH_WITH_EXPIRING_FIELDS) {
                    // When the first field expires: in Redis that may be what once was true.
                    System.arraycopy(ours, 1, theirs, 1, TIME_BYTES);
                }
                assertThat(ours)
                        .as("DUMP %s behind seed %d of %s", key, seed, FAMILY)
                        .isEqualTo(theirs);
            }
        }
    }

    private static byte[] bytes(Resp key) {
        return ((Resp.Bulk) key).bytes();
    }

    /** Without compression, for which everyone has his own way. */
    private static byte[] dump(Client client, Resp key) {
        client.run("CONFIG SET rdbcompression no").isOk();
        byte[] dump = bytes(client.call("DUMP", bytes(key)).reply());
        client.run("CONFIG SET rdbcompression yes").isOk();
        return Arrays.copyOf(dump, dump.length - FOOTER_BYTES);
    }

    /** The index of the first command that is answered differently; -1 if none is. */
    private static int firstDifference(List<String> commands, Client cinnabar, Client redis) {
        reset(cinnabar);
        reset(redis);
        List<Resp> ours = cinnabar.pipeline(commands);
        List<Resp> theirs = redis.pipeline(commands);
        for (int i = 0; i < commands.size(); i++) {
            if (!Comparison.same(commands.get(i), ours.get(i), theirs.get(i))) {
                return i;
            }
        }
        return -1;
    }

    private static void reset(Client client) {
        client.run("DISCARD");
        client.run("UNWATCH");
        client.run("SELECT 0").isOk();
        client.run("FLUSHALL").isOk();
        client.run("CLIENT SETNAME \"\"").isOk();
    }

    private static List<String> shorten(List<String> commands, Client cinnabar, Client redis) {
        List<String> shortest = commands.subList(0, firstDifference(commands, cinnabar, redis) + 1);
        for (int chunk = shortest.size() / 2; chunk > 0; chunk /= 2) {
            for (int from = 0; from + chunk < shortest.size(); ) {
                List<String> without = new ArrayList<>(shortest);
                without.subList(from, from + chunk).clear();
                int difference = firstDifference(without, cinnabar, redis);
                if (difference >= 0) {
                    shortest = without.subList(0, difference + 1);
                } else {
                    from += chunk;
                }
            }
        }
        return shortest;
    }

    private static String report(long seed, List<String> commands, Client cinnabar, Client redis) {
        reset(cinnabar);
        reset(redis);
        List<Resp> ours = cinnabar.pipeline(commands);
        List<Resp> theirs = redis.pipeline(commands);
        StringBuilder text = new StringBuilder("seed " + seed + ", RESP" + cinnabar.protocol() + ":\n");
        for (int i = 0; i < commands.size(); i++) {
            text.append("  ")
                    .append(commands.get(i))
                    .append("\n      cinnabar ")
                    .append(brief(ours.get(i)));
            text.append("\n      redis    ").append(brief(theirs.get(i))).append('\n');
        }
        return text.toString();
    }

    private static String brief(Resp reply) {
        String text = reply.toString();
        return text.length() <= 500 ? text : text.substring(0, 500) + "…";
    }
}
