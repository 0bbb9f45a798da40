package dev.cinnabar.commands.streams;

import static dev.cinnabar.command.Flag.DENYOOM;
import static dev.cinnabar.command.Flag.FAST;
import static dev.cinnabar.command.Flag.WRITE;
import static dev.cinnabar.command.KeySpec.Use.RW;
import static dev.cinnabar.command.KeySpec.Use.UPDATE;

import dev.cinnabar.command.Args;
import dev.cinnabar.command.Argument;
import dev.cinnabar.command.Call;
import dev.cinnabar.command.CommandSpec;
import dev.cinnabar.command.KeySpec;
import dev.cinnabar.resp.RedisError;
import dev.cinnabar.resp.Reply;
import dev.cinnabar.values.Entry;
import dev.cinnabar.values.Idempotency;
import dev.cinnabar.values.StreamId;
import dev.cinnabar.values.Type;
import java.util.List;

/** What a stream remembers of its producers: XCFGSET, XIDMPRECORD. Stateless. */
final class ProducerCommands {

    private static final int MAX_SECONDS = Idempotency.MAX_SECONDS;
    private static final int MAX_MOST = Idempotency.MAX_MOST;
    private static final RedisError SECONDS = new RedisError("ERR IDMP-DURATION must be between 1 and 86400 seconds");
    private static final RedisError MOST = new RedisError("ERR IDMP-MAXSIZE must be between 1 and 10000 entries");
    private static final RedisError NOTHING = new RedisError("ERR At least one parameter must be specified");
    private static final RedisError NO_PRODUCER = new RedisError("ERR IDMP requires a non-empty producer ID");
    private static final RedisError NO_ID = new RedisError("ERR IDMP requires a non-empty idempotent ID");
    private static final RedisError NO_ENTRY = new RedisError("ERR No such stream entry");
    private static final RedisError OTHER_ENTRY =
            new RedisError("ERR The idempotent ID already maps to a different stream ID");

    private ProducerCommands() {}

    static List<CommandSpec> table() {
        return List.of(
                StreamRow.row("xcfgset", -2, "8.6.0", WRITE, FAST)
                        .keys(KeySpec.at(1, RW, UPDATE))
                        .summary("Sets for how long, and how many, entries of producers are remembered.")
                        .complexity("O(1), and O(N) to forget what is remembered, N being the number of entries.")
                        .arguments(
                                Argument.key("key"),
                                Argument.integer("duration")
                                        .after("IDMP-DURATION")
                                        .optional(),
                                Argument.integer("maxsize")
                                        .after("IDMP-MAXSIZE")
                                        .optional())
                        .handler(ProducerCommands::configure),
                StreamRow.row("xidmprecord", 5, "8.8.0", WRITE, DENYOOM, FAST)
                        .keys(KeySpec.at(1, RW, UPDATE))
                        .summary("Lets a stream remember which entry a producer has sent; for the files of the server.")
                        .complexity("O(1)")
                        .arguments(
                                Argument.key("key"),
                                Argument.string("pid"),
                                Argument.string("iid"),
                                Argument.string("stream-id"))
                        .handler(ProducerCommands::record));
    }

    private static void configure(Call call, Args args, Reply reply) {
        long seconds = 0;
        long most = 0;
        if (args.count() == 2) {
            args.fail(NOTHING);
        }
        for (int i = 2; i < args.count() && !args.failed(); i += 2) {
            if (i + 1 < args.count() && args.is(i, "idmp-duration")) {
                seconds = between(args, i + 1, MAX_SECONDS, SECONDS);
            } else if (i + 1 < args.count() && args.is(i, "idmp-maxsize")) {
                most = between(args, i + 1, MAX_MOST, MOST);
            } else {
                args.fail(RedisError.SYNTAX);
            }
        }
        if (args.failed()) {
            return;
        }
        Entry entry = call.write(1, Type.STREAM);
        if (entry == null) {
            args.fail(RedisError.NO_SUCH_KEY);
            return;
        }
        Idempotency known = call.views().idempotency.at(call.views().stream.at(entry));
        known.configure(
                seconds == 0 ? known.durationSeconds() : (int) seconds, most == 0 ? known.mostIds() : (int) most);
        call.changed(1);
        reply.ok();
    }

    private static long between(Args args, int index, int max, RedisError otherwise) {
        long n = args.integer(index);
        if (n < 1 || n > max) {
            args.fail(otherwise);
        }
        return n;
    }

    private static void record(Call call, Args args, Reply reply) {
        if (args.at(2).isEmpty()) {
            args.fail(NO_PRODUCER);
        }
        if (args.at(3).isEmpty()) {
            args.fail(NO_ID);
        }
        StreamId id = call.views().streamId;
        StreamIds.read(args, 4, id);
        if (args.failed()) {
            return;
        }
        Entry entry = call.write(1, Type.STREAM);
        if (entry == null) {
            args.fail(RedisError.NO_SUCH_KEY);
            return;
        }
        Idempotency known = call.views().idempotency.at(call.views().stream.at(entry));
        StreamId other = call.views().otherStreamId;
        if (known.find(args.at(2), args.at(3), call.nowMillis(), other)) {
            if (!other.isSame(id)) {
                args.fail(OTHER_ENTRY);
                return;
            }
        } else if (!call.views().stream.find(id.millis(), id.sequence())) {
            args.fail(NO_ENTRY);
            return;
        } else {
            known.remember(args.at(2), args.at(3), id, call.nowMillis());
            call.changed(1);
        }
        reply.ok();
    }
}
