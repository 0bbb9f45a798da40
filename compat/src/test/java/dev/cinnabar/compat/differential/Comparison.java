package dev.cinnabar.compat.differential;

import dev.cinnabar.compat.harness.Resp;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Whether two replies to one command are the same, but for what no server promises: the order of keys, and how many
 * milliseconds have passed since a key got its time to live.
 */
final class Comparison {

    private static final long SECONDS_TOLERANCE = 2;
    private static final long MILLIS_TOLERANCE = 2_000;

    private Comparison() {}

    static boolean same(String command, Resp ours, Resp theirs) {
        String name = name(command);
        return switch (name) {
            case "OBJECT" -> ours.equals(theirs) || isSmallOnlyHere(ours, theirs);
            case "TTL", "EXPIRETIME" -> near(ours, theirs, SECONDS_TOLERANCE);
            case "PTTL", "PEXPIRETIME" -> near(ours, theirs, MILLIS_TOLERANCE);
            case "KEYS",
                    "SMEMBERS",
                    "SINTER",
                    "SUNION",
                    "SDIFF",
                    "SPOP",
                    "SRANDMEMBER",
                    "ZRANDMEMBER",
                    "HGETALL",
                    "HKEYS",
                    "HVALS",
                    "HRANDFIELD" ->
                bothAggregates(ours, theirs) ? ours.sorted().equals(theirs.sorted()) : ours.equals(theirs);
            case "SCAN", "SSCAN", "ZSCAN", "HSCAN" ->
                bothAggregates(ours, theirs)
                        ? ours.list().get(0).equals(theirs.list().get(0))
                                && ours.list()
                                        .get(1)
                                        .sorted()
                                        .equals(theirs.list().get(1).sorted())
                        : ours.equals(theirs);
            case "EXEC" ->
                ours.toString().equals(theirs.toString())
                        || (bothAggregates(ours, theirs) && nearItems(ours.list(), theirs.list()));
            default -> ours.toString().equals(theirs.toString());
        };
    }

    /** Redis' SORT leaves a small sorted set behind as a big one; and a list that has become short is small again later. */
    private static boolean isSmallOnlyHere(Resp ours, Resp theirs) {
        return ours.toString().equals("'listpack'")
                && Set.of("'skiplist'", "'quicklist'").contains(theirs.toString());
    }

    static String name(String command) {
        int space = command.indexOf(' ');
        return (space < 0 ? command : command.substring(0, space)).toUpperCase(Locale.ROOT);
    }

    /** What a transaction replied, without knowing to which command: integers may be times, arrays may be keys. */
    private static boolean nearItems(List<Resp> ours, List<Resp> theirs) {
        if (ours.size() != theirs.size()) {
            return false;
        }
        for (int i = 0; i < ours.size(); i++) {
            Resp a = ours.get(i);
            Resp b = theirs.get(i);
            boolean same = a.equals(b)
                    || isSmallOnlyHere(a, b)
                    || (near(a, b, MILLIS_TOLERANCE) && a.integer() > 10)
                    || (bothAggregates(a, b)
                            && nearItems(a.sorted().list(), b.sorted().list()));
            if (!same) {
                return false;
            }
        }
        return true;
    }

    private static boolean near(Resp a, Resp b, long tolerance) {
        if (a instanceof Resp.Int(long x) && b instanceof Resp.Int(long y)) {
            return x == y || (x > 0 && y > 0 && Math.abs(x - y) <= tolerance);
        }
        return a.equals(b);
    }

    private static boolean bothAggregates(Resp a, Resp b) {
        return isAggregate(a) && isAggregate(b);
    }

    private static boolean isAggregate(Resp reply) {
        return reply instanceof Resp.Array || reply instanceof Resp.SetReply;
    }
}
