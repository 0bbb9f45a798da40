package dev.cinnabar.commands.streams;

import static dev.cinnabar.command.Flag.BLOCKING;
import static dev.cinnabar.command.Flag.READONLY;

import dev.cinnabar.command.Args;
import dev.cinnabar.command.Argument;
import dev.cinnabar.command.Call;
import dev.cinnabar.command.CommandSpec;
import dev.cinnabar.command.KeySpec;
import dev.cinnabar.command.Waiting;
import dev.cinnabar.resp.RedisError;
import dev.cinnabar.resp.Reply;
import dev.cinnabar.resp.Request;
import dev.cinnabar.values.Entry;
import dev.cinnabar.values.StreamId;
import dev.cinnabar.values.StreamValue;
import dev.cinnabar.values.Type;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * XREAD. Owned by one call.
 *
 * <p>It looks at each stream twice: to see whether there is something and how much, and to answer it. So nothing of the reply
 * has to be held back until it is known how long that is.
 */
final class ReadCommand {

    private static final RedisError FOR_GROUPS = new RedisError(
            "ERR The > ID can be specified only when calling XREADGROUP using the GROUP <group> <consumer> option.");

    private final Call call;
    private final Args args;
    private final Reply reply;
    private final ReadOptions options;
    private final StreamId from;
    private final StreamId last;

    /** Whether there is an ID behind the one that was given: behind the last possible one there is none. */
    private boolean hasBehind;

    private ReadCommand(Call call, Args args, Reply reply, ReadOptions options) {
        this.call = call;
        this.args = args;
        this.reply = reply;
        this.options = options;
        this.from = call.views().streamId;
        this.last = call.views().otherStreamId.setMax();
    }

    static CommandSpec row() {
        return StreamRow.row("xread", -4, "5.0.0", READONLY, BLOCKING)
                .keys(KeySpec.behind("STREAMS", 1, -1, 1, 2, KeySpec.Use.RO, KeySpec.Use.ACCESS)
                        .exactly(ReadOptions::findKeys))
                .history("7.4.0", "Takes `+` for the last entry.")
                .history("8.10.0", "Added `MAXCOUNT` and `MAXSIZE`.")
                .summary("Answers the entries behind an ID of each of some streams, or waits for one.")
                .complexity("O(log(N) + M) a stream, N being the number of nodes, M that of entries returned.")
                .arguments(
                        Argument.integer("count").after("COUNT").optional(),
                        Argument.integer("maxcount")
                                .after("MAXCOUNT")
                                .since("8.10.0")
                                .optional(),
                        Argument.integer("maxsize")
                                .after("MAXSIZE")
                                .since("8.10.0")
                                .optional(),
                        Argument.integer("milliseconds").after("BLOCK").optional(),
                        Argument.block(
                                        "streams",
                                        Argument.key("key").multiple(),
                                        Argument.string("id").multiple())
                                .after("STREAMS"))
                .handler(ReadCommand::run);
    }

    private static void run(Call call, Args args, Reply reply) {
        ReadOptions options = ReadOptions.read(call, args, false);
        if (!args.failed()) {
            new ReadCommand(call, args, reply, options).run();
        }
    }

    private void run() {
        int streams = look();
        if (args.failed()) {
            return;
        }
        if (streams > 0) {
            if (reply.isResp3()) {
                reply.map(streams);
            } else {
                reply.array(streams);
            }
            answer();
        } else if (options.timeoutMillis >= 0) {
            call.block(new Waiting(
                    Type.STREAM, false, options.timeoutMillis, options.firstKey, options.keys, withoutDollars()));
        } else {
            reply.nilArray();
        }
    }

    /** How many streams have something; checks all arguments. */
    private int look() {
        int streams = 0;
        ReadBudget budget = new ReadBudget(options);
        for (int i = 0; i < options.keys; i++) {
            Entry entry = call.read(options.firstKey + i, Type.STREAM);
            if (!args.failed()) {
                readId(entry, i);
            }
            if (args.failed()) {
                return 0;
            }
            if (entry != null && take(entry, i, budget) > 0) {
                streams++;
            }
        }
        return streams;
    }

    /** Makes {@link #from} the first ID wanted. */
    private void readId(@Nullable Entry entry, int i) {
        int arg = options.idOf(i);
        if (StreamIds.isSign(args, arg, '$')) {
            if (entry == null) {
                from.setMin();
            } else {
                call.views().stream.at(entry).lastId(from);
            }
        } else if (StreamIds.isSign(args, arg, '+')) {
            if (entry == null || call.views().stream.at(entry).lastEntryId(from).isMin()) {
                from.setMin();
            } else {
                from.decrement();
            }
        } else if (StreamIds.isSign(args, arg, '>')) {
            args.fail(FOR_GROUPS);
        } else {
            StreamIds.read(args, arg, from);
        }
        hasBehind = from.increment();
    }

    private long take(Entry entry, int i, ReadBudget budget) {
        StreamValue stream = call.views().stream.at(entry);
        if (!hasBehind || stream.length() == 0 || StreamIds.isSign(args, options.idOf(i), '$')) {
            return 0;
        }
        return budget.take(stream, from, last, budget.ofStream(), call.view());
    }

    private void answer() {
        ReadBudget budget = new ReadBudget(options);
        for (int i = 0; i < options.keys && reply.isWanted(); i++) {
            Entry entry = call.read(options.firstKey + i, Type.STREAM);
            if (entry == null) {
                continue;
            }
            readId(entry, i);
            long n = take(entry, i, budget);
            if (n > 0) {
                StreamValue stream = call.views().stream;
                stream.seek(from.millis(), from.sequence());
                begin(reply, args, options.firstKey + i);
                reply.array(n);
                EntryReply.entries(call, reply, stream, n);
            }
        }
    }

    /** Begins what is answered for one stream. */
    static void begin(Reply reply, Args args, int key) {
        if (!reply.isResp3()) {
            reply.array(2);
        }
        reply.bulk(args.at(key));
    }

    /**
     * The request with what "$" means now in its place, since the command is read again when something has come; null if there
     * is none.
     */
    private @Nullable Request withoutDollars() {
        boolean any = false;
        for (int i = 0; i < options.keys; i++) {
            any |= StreamIds.isSign(args, options.idOf(i), '$');
        }
        if (!any) {
            return null;
        }
        Request rewritten = new Request();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (int i = 0; i < args.count(); i++) {
            int before = bytes.size();
            int key = i - options.idOf(0);
            boolean isDollar = key >= 0 && StreamIds.isSign(args, i, '$');
            bytes.writeBytes(
                    isDollar ? lastId(options.firstKey + key) : args.at(i).toByteArray());
            rewritten.add(before, bytes.size() - before);
        }
        rewritten.moveTo(bytes.toByteArray());
        return rewritten;
    }

    private byte[] lastId(int key) {
        Entry entry = call.peek(key);
        StreamId id =
                entry == null ? from.setMin() : call.views().stream.at(entry).lastId(from);
        return id.toString().getBytes(StandardCharsets.US_ASCII);
    }
}
