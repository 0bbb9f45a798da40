package dev.cinnabar.commands.hashes;

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
import dev.cinnabar.values.HashValue;
import dev.cinnabar.values.Type;
import java.util.HashSet;
import java.util.Set;
import java.util.random.RandomGenerator;

/** Fields chosen by chance: HRANDFIELD. Stateless. */
final class RandomFields {

    private static final RedisError COUNT_OUT_OF_RANGE = new RedisError(
            "ERR value is out of range, value must between -9223372036854775807 and 9223372036854775807");

    private RandomFields() {}

    static CommandSpec row() {
        return HashRow.row("hrandfield", -2, "6.2.0", READONLY)
                .keys(KeySpec.at(1, RO, ACCESS))
                .tips("nondeterministic_output")
                .summary("Answers fields of a hash chosen by chance.")
                .complexity("O(N), N being the number of fields answered.")
                .arguments(
                        Argument.key("key"),
                        Argument.block(
                                        "options",
                                        Argument.integer("count"),
                                        Argument.token("withvalues", "WITHVALUES")
                                                .optional())
                                .optional())
                .handler(RandomFields::hrandfield);
    }

    static void hrandfield(Call call, Args args, Reply reply) {
        boolean many = args.count() > 2;
        boolean values = args.count() > 3;
        long count = many ? readCount(args) : 1;
        if (args.failed()) {
            return;
        }
        Entry entry = call.read(1, Type.HASH);
        if (args.failed()) {
            return;
        }
        HashValue hash = entry == null ? null : call.views().hash.at(entry);
        long living = hash == null ? 0 : living(call, hash);
        if (hash == null || living == 0) {
            if (many) {
                reply.array(0);
            } else {
                reply.nil();
            }
            return;
        }
        RandomGenerator random = call.dispatcher().random();
        if (!many) {
            draw(call, hash, random);
            reply.bulk(hash.field());
        } else if (count < 0) {
            begin(reply, -count, values);
            for (long i = count; i < 0 && reply.isWanted(); i++) {
                draw(call, hash, random);
                field(reply, hash, values);
            }
        } else if (count >= living) {
            begin(reply, living, values);
            hash.rewind();
            while (Hashes.next(call, hash)) {
                field(reply, hash, values);
            }
        } else if (count * 3 > living || hash.isSmall()) {
            selection(call, reply, hash, random, living, count, values);
        } else {
            different(call, reply, hash, random, count, values);
        }
    }

    private static long readCount(Args args) {
        long count = args.integer(2);
        if (count == Long.MIN_VALUE) {
            args.fail(COUNT_OUT_OF_RANGE);
        }
        if (args.count() > 4 || args.count() == 4 && !args.is(3, "withvalues")) {
            args.fail(RedisError.SYNTAX);
        }
        if (args.count() == 4 && Math.abs(count) > Long.MAX_VALUE / 2) {
            args.fail(RedisError.OUT_OF_RANGE);
        }
        return count;
    }

    /** How many fields there are whose time is not over. */
    private static long living(Call call, HashValue hash) {
        if (hash.dueMillis() > call.expiredUpTo()) {
            return hash.size();
        }
        long n = 0;
        hash.rewind();
        while (Hashes.next(call, hash)) {
            n++;
        }
        return n;
    }

    /** Draws until a field comes whose time is not over; there is one. */
    private static void draw(Call call, HashValue hash, RandomGenerator random) {
        do {
            hash.draw(random);
        } while (hash.isExpired(call.expiredUpTo()));
    }

    /** Walks over all fields and takes each with the chance that is left for it (Knuth's algorithm S). */
    private static void selection(
            Call call, Reply reply, HashValue hash, RandomGenerator random, long living, long count, boolean values) {
        begin(reply, count, values);
        long wanted = count;
        long left = living;
        hash.rewind();
        while (wanted > 0 && Hashes.next(call, hash)) {
            if (random.nextLong(left--) < wanted) {
                field(reply, hash, values);
                wanted--;
            }
        }
    }

    /** Draws until that many different ones have come: for few of a big hash. */
    private static void different(
            Call call, Reply reply, HashValue hash, RandomGenerator random, long count, boolean values) {
        begin(reply, count, values);
        Set<Long> seen = new HashSet<>();
        while (seen.size() < count) {
            draw(call, hash, random);
            if (seen.add(hash.place())) {
                field(reply, hash, values);
            }
        }
    }

    private static void begin(Reply reply, long count, boolean values) {
        reply.array(values && !reply.isResp3() ? 2 * count : count);
    }

    private static void field(Reply reply, HashValue hash, boolean value) {
        if (value && reply.isResp3()) {
            reply.array(2);
        }
        reply.bulk(hash.field());
        if (value) {
            reply.bulk(hash.value());
        }
    }
}
