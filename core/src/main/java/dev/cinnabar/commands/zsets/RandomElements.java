package dev.cinnabar.commands.zsets;

import static dev.cinnabar.command.Flag.READONLY;
import static dev.cinnabar.command.KeySpec.Use.ACCESS;
import static dev.cinnabar.command.KeySpec.Use.RO;

import dev.cinnabar.command.Args;
import dev.cinnabar.command.Argument;
import dev.cinnabar.command.Call;
import dev.cinnabar.command.CommandSpec;
import dev.cinnabar.command.KeySpec;
import dev.cinnabar.resp.RedisError;
import dev.cinnabar.resp.Reply;
import dev.cinnabar.values.Entry;
import dev.cinnabar.values.SortedSetValue;
import dev.cinnabar.values.Type;
import java.util.BitSet;
import java.util.random.RandomGenerator;

/** Elements chosen by chance: ZRANDMEMBER. Stateless. */
final class RandomElements {

    private static final RedisError COUNT_OUT_OF_RANGE = new RedisError(
            "ERR value is out of range, value must between -9223372036854775807 and 9223372036854775807");

    private RandomElements() {}

    static CommandSpec row() {
        return SortedSetRow.row("zrandmember", -2, "6.2.0", READONLY)
                .keys(KeySpec.at(1, RO, ACCESS))
                .tips("nondeterministic_output")
                .summary("Answers members of a sorted set chosen by chance.")
                .complexity("O(N * log(M)), N being the number of members answered, M the size of the sorted set.")
                .arguments(
                        Argument.key("key"),
                        Argument.block("options", Argument.integer("count"), SortedSetRow.WITH_SCORES)
                                .optional())
                .handler(RandomElements::zrandmember);
    }

    static void zrandmember(Call call, Args args, Reply reply) {
        boolean many = args.count() > 2;
        boolean withScores = args.count() > 3;
        long count = many ? readCount(args) : 1;
        if (args.failed()) {
            return;
        }
        Entry entry = call.read(1, Type.ZSET);
        if (args.failed()) {
            return;
        }
        RandomGenerator random = call.dispatcher().random();
        if (entry == null) {
            if (many) {
                reply.array(0);
            } else {
                reply.nil();
            }
            return;
        }
        SortedSetValue set = call.views().sortedSet.at(entry);
        if (!many) {
            set.draw(random);
            reply.bulk(set.member());
        } else if (count < 0) {
            SortedSets.array(reply, -count, withScores);
            for (long i = 0; i < -count && reply.isWanted(); i++) {
                set.draw(random);
                SortedSets.element(reply, set, withScores);
            }
        } else if (count >= set.size()) {
            // All of them, in Redis' order: the highest first.
            SortedSets.range(reply, set, set.size() - 1, set.size(), true, withScores);
        } else {
            different(reply, set, (int) count, random, withScores);
        }
    }

    private static long readCount(Args args) {
        long count = args.integer(2);
        if (count == Long.MIN_VALUE) {
            args.fail(COUNT_OUT_OF_RANGE);
        }
        if (args.count() > 4 || args.count() == 4 && !args.is(3, "withscores")) {
            args.fail(RedisError.SYNTAX);
        }
        if (args.count() == 4 && Math.abs(count) > Long.MAX_VALUE / 2) {
            args.fail(RedisError.OUT_OF_RANGE);
        }
        return count;
    }

    /**
     * Chooses ranks with one draw each, so that each set of that many is equally likely: the i-th draw is among one more rank
     * than the one before, and where it hits a rank chosen already, the new one is taken (Floyd's sampling, Bentley 1987). A
     * bit an element keeps what is chosen.
     */
    private static void different(
            Reply reply, SortedSetValue set, int count, RandomGenerator random, boolean withScores) {
        int size = Math.toIntExact(set.size());
        BitSet chosen = new BitSet(size);
        for (int i = size - count; i < size; i++) {
            int rank = random.nextInt(i + 1);
            chosen.set(chosen.get(rank) ? i : rank);
        }
        SortedSets.array(reply, count, withScores);
        for (int rank = chosen.nextSetBit(0); rank >= 0; rank = chosen.nextSetBit(rank + 1)) {
            set.seek(rank);
            SortedSets.element(reply, set, withScores);
        }
    }
}
