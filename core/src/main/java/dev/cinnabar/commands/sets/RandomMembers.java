package dev.cinnabar.commands.sets;

import static dev.cinnabar.command.Flag.FAST;
import static dev.cinnabar.command.Flag.READONLY;
import static dev.cinnabar.command.Flag.WRITE;
import static dev.cinnabar.command.KeySpec.Use.ACCESS;
import static dev.cinnabar.command.KeySpec.Use.DELETE;
import static dev.cinnabar.command.KeySpec.Use.RO;
import static dev.cinnabar.command.KeySpec.Use.RW;
import static dev.cinnabar.commands.sets.SetRow.row;

import dev.cinnabar.command.Args;
import dev.cinnabar.command.Argument;
import dev.cinnabar.command.Call;
import dev.cinnabar.command.CommandSpec;
import dev.cinnabar.command.KeySpec;
import dev.cinnabar.config.EventClasses;
import dev.cinnabar.journal.Effects;
import dev.cinnabar.resp.RedisError;
import dev.cinnabar.resp.Reply;
import dev.cinnabar.values.Entry;
import dev.cinnabar.values.SetValue;
import dev.cinnabar.values.Type;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** Members chosen by chance: SRANDMEMBER and SPOP. Stateless. */
final class RandomMembers {

    private static final RedisError NOT_POSITIVE = new RedisError("ERR value is out of range, must be positive");
    private static final RedisError COUNT_OUT_OF_RANGE = new RedisError(
            "ERR value is out of range, value must between -9223372036854775807 and 9223372036854775807");

    /** If more than one in so many members is wanted, one walk over all is cheaper than drawing each. */
    private static final int WALK_DIVISOR = 3;

    /** If of so many members at most one is left, the set is given the form that a new one would have. */
    private static final int SHRINK_FACTOR = 5;

    private RandomMembers() {}

    static List<CommandSpec> table() {
        return List.of(
                row("srandmember", -2, "1.0.0", READONLY)
                        .keys(KeySpec.at(1, RO, ACCESS))
                        .tips("nondeterministic_output")
                        .summary("Answers members of a set chosen by chance.")
                        .complexity("O(N), N being the count, or else 1.")
                        .arguments(
                                Argument.key("key"),
                                Argument.integer("count").since("2.6.0").optional())
                        .history("2.6.0", "Takes a count.")
                        .handler(RandomMembers::srandmember),
                row("spop", -2, "1.0.0", WRITE, FAST)
                        .keys(KeySpec.at(1, RW, ACCESS, DELETE))
                        .tips("nondeterministic_output")
                        .summary("Removes members chosen by chance from a set and answers them.")
                        .complexity("O(N), N being the count, or else 1.")
                        .arguments(
                                Argument.key("key"),
                                Argument.integer("count").since("3.2.0").optional())
                        .history("3.2.0", "Takes a count.")
                        .handler(RandomMembers::spop));
    }

    private static void srandmember(Call call, Args args, Reply reply) {
        if (args.count() > 2) {
            srandmembers(call, args, reply);
            return;
        }
        Entry entry = call.read(1, Type.SET);
        if (args.failed()) {
            return;
        }
        if (entry == null) {
            reply.nil();
        } else {
            SetValue set = call.views().set.at(entry);
            set.draw(call.dispatcher().random());
            reply.bulk(set.member());
        }
    }

    private static void srandmembers(Call call, Args args, Reply reply) {
        if (args.count() > 3) {
            args.fail(RedisError.SYNTAX);
            return;
        }
        long count = args.integer(2);
        if (count == Long.MIN_VALUE) {
            args.fail(COUNT_OUT_OF_RANGE);
        }
        if (args.failed()) {
            return;
        }
        Entry entry = call.read(1, Type.SET);
        if (args.failed()) {
            return;
        }
        if (entry == null || count == 0) {
            reply.array(0);
            return;
        }
        SetValue set = call.views().set.at(entry);
        RandomGenerator random = call.dispatcher().random();
        if (count < 0) {
            reply.array(-count);
            for (long i = 0; i < -count && reply.isWanted(); i++) {
                set.draw(random);
                reply.bulk(set.member());
            }
        } else {
            long wanted = Math.min(count, set.size());
            reply.array(wanted);
            if (set.isSmall() || wanted > set.size() / WALK_DIVISOR) {
                walk(set, wanted, random, reply);
            } else {
                drawDifferent(set, wanted, random, reply);
            }
        }
    }

    /**
     * Walks over all members and takes each with the chance of as many as are still wanted in as many as are still to come:
     * every choice of that many is equally likely (Knuth, The Art of Computer Programming 3.4.2, algorithm S).
     */
    private static void walk(SetValue set, long count, RandomGenerator random, Reply reply) {
        long left = set.size();
        long wanted = count;
        set.rewind();
        while (wanted > 0 && set.next()) {
            if (wanted == left || random.nextLong(left) < wanted) {
                reply.bulk(set.member());
                wanted--;
            }
            left--;
        }
    }

    /** Draws, and draws again what it has drawn already. */
    private static void drawDifferent(SetValue set, long count, RandomGenerator random, Reply reply) {
        Set<Long> drawn = HashSet.newHashSet((int) Math.min(count, 1 << 16));
        while (drawn.size() < count) {
            set.draw(random);
            if (drawn.add(set.place())) {
                reply.bulk(set.member());
            }
        }
    }

    private static void spop(Call call, Args args, Reply reply) {
        if (args.count() > 2) {
            spopMany(call, args, reply);
            return;
        }
        Entry entry = call.write(1, Type.SET);
        if (args.failed()) {
            return;
        }
        if (entry == null) {
            reply.nil();
            return;
        }
        SetValue set = call.views().set.at(entry);
        Effects effect = call.isJournaled() ? call.effect("SREM", 1) : null;
        pop(set, call.dispatcher().random(), reply, effect);
        if (effect != null) {
            effect.end();
        }
        SetCommands.changed(call, 1, entry, set, "spop");
    }

    private static void pop(SetValue set, RandomGenerator random, Reply reply, @Nullable Effects effect) {
        set.draw(random);
        reply.bulk(set.member());
        if (effect != null) {
            effect.word(set.member());
        }
        set.removeMember();
    }

    private static void spopMany(Call call, Args args, Reply reply) {
        if (args.count() > 3) {
            args.fail(RedisError.SYNTAX);
            return;
        }
        long count = args.integer(2, 0, Long.MAX_VALUE, NOT_POSITIVE);
        if (args.failed()) {
            return;
        }
        Entry entry = call.write(1, Type.SET);
        if (args.failed()) {
            return;
        }
        if (entry == null || count == 0) {
            reply.set(0);
            return;
        }
        SetValue set = call.views().set.at(entry);
        long left = set.size() - count;
        if (left <= 0) {
            SetCommands.all(set, reply);
            call.delete(1, entry);
            call.notify(EventClasses.SET, "spop", 1);
            call.notify(EventClasses.GENERIC, "del", 1);
            if (call.isJournaled()) {
                call.effect(call.engine().settings().nameOfServerDeletion, 1).end();
            }
            return;
        }
        reply.set(count);
        Effects effect = call.isJournaled() ? call.effect("SREM", 1) : null;
        for (long i = 0; i < count; i++) {
            pop(set, call.dispatcher().random(), reply, effect);
        }
        if (effect != null) {
            effect.end();
        }
        if (left * SHRINK_FACTOR <= count) {
            set.shrink();
        }
        call.modified(1);
        call.notify(EventClasses.SET, "spop", 1);
    }
}
