package dev.cinnabar.commands.streams;

import static dev.cinnabar.command.Flag.BLOCKING;
import static dev.cinnabar.command.Flag.WRITE;

import dev.cinnabar.command.Args;
import dev.cinnabar.command.Argument;
import dev.cinnabar.command.Call;
import dev.cinnabar.command.CommandSpec;
import dev.cinnabar.command.KeySpec;
import dev.cinnabar.command.Waiting;
import dev.cinnabar.resp.RedisError;
import dev.cinnabar.resp.Reply;
import dev.cinnabar.values.ConsumerGroup;
import dev.cinnabar.values.Entry;
import dev.cinnabar.values.StreamId;
import dev.cinnabar.values.StreamValue;
import dev.cinnabar.values.Type;

/**
 * XREADGROUP. Owned by one call.
 *
 * <p>First all arguments are checked; then it is seen whether any stream has something, since only then there is a reply; then
 * the streams are answered, one after the other, and what is delivered becomes pending.
 */
final class ReadGroupCommand {

    private static final RedisError DOLLAR = meaningless('$');
    private static final RedisError PLUS = meaningless('+');

    private final Call call;
    private final Args args;
    private final Reply reply;
    private final ReadOptions options;
    private final ReadBudget budget;
    private final StreamValue stream;
    private final ConsumerGroup group;
    private final StreamId from;
    private final StreamId last;
    private final StreamId id = new StreamId();

    /** The stream that is turned to. */
    private int turned;

    /** When the first of the entries that are pending now will have waited for long enough. */
    private long claimableMillis = Waiting.NEVER;

    private ReadGroupCommand(Call call, Args args, Reply reply, ReadOptions options) {
        this.call = call;
        this.args = args;
        this.reply = reply;
        this.options = options;
        this.budget = new ReadBudget(options);
        this.stream = call.views().stream;
        this.group = call.views().consumerGroup;
        this.from = call.views().streamId;
        this.last = call.views().otherStreamId.setMax();
    }

    private static RedisError meaningless(char sign) {
        return new RedisError(
                "ERR The " + sign + " ID is meaningless in the context of XREADGROUP: you want to read the"
                        + " history of this consumer by specifying a proper ID, or use the > ID to get new messages. The "
                        + sign
                        + " ID would just return an empty result set.");
    }

    static CommandSpec row() {
        return StreamRow.row("xreadgroup", -7, "5.0.0", WRITE, BLOCKING)
                .keys(KeySpec.behind("STREAMS", 4, -1, 1, 2, KeySpec.Use.RO, KeySpec.Use.ACCESS)
                        .exactly(ReadOptions::findKeys))
                .history("8.4.0", "Added `CLAIM`.")
                .history("8.10.0", "Added `MAXCOUNT` and `MAXSIZE`.")
                .summary("Delivers new entries of some streams to a consumer of a group, or answers its pending ones.")
                .complexity("O(M log(P)) a stream, M being the number of entries returned, P that of pending ones.")
                .arguments(
                        Argument.block("group-block", Argument.string("group"), Argument.string("consumer"))
                                .after("GROUP"),
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
                        Argument.integer("min-idle-time")
                                .after("CLAIM")
                                .since("8.4.0")
                                .optional(),
                        Argument.token("NOACK").optional(),
                        Argument.block(
                                        "streams",
                                        Argument.key("key").multiple(),
                                        Argument.string("id").multiple())
                                .after("STREAMS"))
                .handler(ReadGroupCommand::run);
    }

    private static void run(Call call, Args args, Reply reply) {
        ReadOptions options = ReadOptions.read(call, args, true);
        if (!args.failed()) {
            new ReadGroupCommand(call, args, reply, options).run();
        }
    }

    private void run() {
        for (int i = 0; i < options.keys && !args.failed(); i++) {
            check(i);
        }
        if (args.failed()) {
            return;
        }
        call.noEffect();
        boolean any = false;
        for (int i = 0; i < options.keys; i++) {
            turnTo(i);
            boolean created = GroupCommands.consumer(call, args, options.firstKey + i, options.group + 1);
            if (created && options.noAck) {
                GroupEffects.created(call, options.firstKey + i, options.group, options.group + 1);
            }
            group.setSeen(call.nowMillis());
            turned = i;
            any |= isHistory(i) || hasClaimable() || hasNew();
        }
        if (any) {
            answer();
        } else if (options.timeoutMillis >= 0) {
            call.block(new Waiting(
                    Type.STREAM,
                    true,
                    options.timeoutMillis,
                    options.firstKey,
                    options.keys,
                    null,
                    claimableMillis,
                    null));
        } else {
            reply.nilArray();
        }
    }

    private void check(int i) {
        int key = options.firstKey + i;
        int arg = options.idOf(i);
        Entry entry = call.read(key, Type.STREAM);
        if (args.failed()) {
            return;
        }
        if (entry == null || !group.find(stream.at(entry), args.at(options.group))) {
            args.fail(RedisError.showing("NOGROUP No such key '" + args.at(key).shown(Integer.MAX_VALUE)
                    + "' or consumer group '" + args.at(options.group).shown(Integer.MAX_VALUE)
                    + "' in XREADGROUP with GROUP option"));
        } else if (StreamIds.isSign(args, arg, '$')) {
            args.fail(DOLLAR);
        } else if (StreamIds.isSign(args, arg, '+')) {
            args.fail(PLUS);
        } else if (isHistory(i)) {
            StreamIds.read(args, arg, from);
        }
    }

    /** Whether the consumer's own pending entries are wanted, not new ones. */
    private boolean isHistory(int i) {
        return !StreamIds.isSign(args, options.idOf(i), '>');
    }

    /** Turns to a stream and its group, which are there. */
    private void turnTo(int i) {
        Entry entry = call.write(options.firstKey + i, Type.STREAM);
        if (entry == null || !group.find(stream.at(entry), args.at(options.group))) {
            throw new IllegalStateException("a stream that was there is gone");
        }
    }

    /** Whether there are entries behind the last one delivered. Makes {@link #from} the first ID behind that. */
    private boolean hasNew() {
        return group.lastId(from).increment() && stream.seek(from.millis(), from.sequence());
    }

    /** Whether a pending entry waits for long enough. Those whose entries are deleted are pending no more. */
    private boolean hasClaimable() {
        if (options.claimMillis < 0) {
            return false;
        }
        while (group.firstDelivered()) {
            if (!isIdle()) {
                claimableMillis = Math.min(claimableMillis, dueMillis());
                return false;
            }
            group.pendingId(id);
            if (stream.find(id.millis(), id.sequence())) {
                return true;
            }
            logClaim();
            group.removePending();
        }
        return false;
    }

    private boolean isIdle() {
        return group.isReleased() || idleMillis() >= options.claimMillis;
    }

    /** When the pending entry will have waited for long enough. */
    private long dueMillis() {
        long due = group.deliveryMillis() + options.claimMillis;
        return due < 0 ? Waiting.NEVER : due;
    }

    private long idleMillis() {
        return Math.max(0, call.nowMillis() - group.deliveryMillis());
    }

    private void answer() {
        reply.beginArray();
        int streams = 0;
        for (int i = 0; i < options.keys; i++) {
            turnTo(i);
            turned = i;
            group.findConsumer(args.at(options.group + 1));
            boolean served = isHistory(i) ? answerHistory(i) : answerNew(i);
            if (served) {
                call.changed(options.firstKey + i);
                streams++;
            }
        }
        if (reply.isResp3()) {
            reply.endMap(streams);
        } else {
            reply.endArray(streams);
        }
    }

    // What the consumer has.

    private boolean answerHistory(int i) {
        StreamIds.read(args, options.idOf(i), from);
        long n = from.increment() ? countHistory() : 0;
        ReadCommand.begin(reply, args, options.firstKey + i);
        reply.array(n);
        boolean found = n > 0 && group.seekPending(from, true);
        for (long done = 0; found && done < n; done++) {
            group.pendingId(id);
            if (stream.find(id.millis(), id.sequence())) {
                EntryReply.entry(call, reply, stream);
                group.setTime(call.nowMillis());
                group.countDelivery();
            } else {
                reply.array(2);
                EntryReply.id(call, reply, id);
                reply.nilArray();
            }
            found = group.nextPending();
        }
        return true;
    }

    private long countHistory() {
        long most = budget.ofStream();
        long n = 0;
        boolean found = group.seekPending(from, true);
        while (found && n < most) {
            group.pendingId(id);
            boolean there = stream.find(id.millis(), id.sequence());
            if (!budget.take(there ? ReadBudget.bytesOf(stream, call.view()) : 0)) {
                break;
            }
            n++;
            found = group.nextPending();
        }
        return n;
    }

    // What others have had for too long, and what nobody has had.

    private boolean answerNew(int i) {
        Ids claimed = claimable();
        long most = budget.ofStream() - claimed.size();
        long fresh = most > 0 && hasNew() ? budget.take(stream, from, last, most, call.view()) : 0;
        if (claimed.size() + fresh == 0) {
            return false;
        }
        ReadCommand.begin(reply, args, options.firstKey + i);
        reply.array(claimed.size() + fresh);
        for (int c = 0; c < claimed.size(); c++) {
            claim(claimed.get(c, id));
        }
        if (fresh > 0) {
            stream.seek(from.millis(), from.sequence());
            deliver(fresh);
        }
        if (!options.noAck || claimed.size() > 0) {
            group.setActive(call.nowMillis());
        }
        return true;
    }

    private Ids claimable() {
        Ids ids = new Ids();
        if (!hasClaimable()) {
            return ids;
        }
        long most = budget.ofStream();
        boolean found = true;
        while (found && isIdle() && ids.size() < most) {
            group.pendingId(id);
            if (stream.find(id.millis(), id.sequence())) {
                if (!budget.take(ReadBudget.bytesOf(stream, call.view()))) {
                    break;
                }
                ids.add(id);
            }
            found = group.nextDelivered();
        }
        return ids;
    }

    private void claim(StreamId claimed) {
        if (!group.findPending(claimed) || !stream.find(claimed.millis(), claimed.sequence())) {
            throw new IllegalStateException("what was pending is so no more");
        }
        reply.array(4);
        EntryReply.entryParts(call, reply, stream);
        reply.integer(idleMillis());
        reply.integer(group.deliveryCount());
        group.giveToConsumer(call.nowMillis());
        group.countDelivery();
        logClaim();
    }

    private void logClaim() {
        GroupEffects.claimed(call, options.firstKey + turned, options.group, options.group + 1, group);
    }

    private void deliver(long n) {
        for (long i = 0; i < n; i++) {
            if (i > 0) {
                stream.next();
            }
            stream.id(id);
            if (options.claimMillis < 0) {
                EntryReply.entry(call, reply, stream);
            } else {
                reply.array(4);
                EntryReply.entryParts(call, reply, stream);
                reply.integer(0);
                reply.integer(0);
            }
            group.advance(stream, id);
            if (!options.noAck) {
                group.deliver(id, call.nowMillis());
                if (call.isJournaled() && group.findPending(id)) {
                    logClaim();
                }
            }
        }
        GroupEffects.advanced(call, options.firstKey + turned, options.group, group);
    }
}
