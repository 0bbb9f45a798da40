package dev.cinnabar.commands.streams;

import static dev.cinnabar.command.Flag.FAST;
import static dev.cinnabar.command.Flag.WRITE;
import static dev.cinnabar.command.KeySpec.Use.DELETE;
import static dev.cinnabar.command.KeySpec.Use.RW;
import static dev.cinnabar.command.KeySpec.Use.UPDATE;

import dev.cinnabar.command.Args;
import dev.cinnabar.command.Argument;
import dev.cinnabar.command.Call;
import dev.cinnabar.command.CommandSpec;
import dev.cinnabar.command.KeySpec;
import dev.cinnabar.resp.RedisError;
import dev.cinnabar.resp.Reply;
import dev.cinnabar.values.ConsumerGroup;
import dev.cinnabar.values.StreamId;
import dev.cinnabar.values.StreamValue;
import java.util.List;

/** Pending entries that change hands: XCLAIM, XAUTOCLAIM. Stateless. */
final class ClaimCommands {

    private static final RedisError CLAIM_IDLE = new RedisError("ERR Invalid min-idle-time argument for XCLAIM");
    private static final RedisError AUTO_IDLE = new RedisError("ERR Invalid min-idle-time argument for XAUTOCLAIM");
    private static final RedisError IDLE = new RedisError("ERR Invalid IDLE option argument for XCLAIM");
    private static final RedisError TIME = new RedisError("ERR Invalid TIME option argument for XCLAIM");
    private static final RedisError RETRY_COUNT = new RedisError("ERR Invalid RETRYCOUNT option argument for XCLAIM");
    private static final RedisError COUNT = new RedisError("ERR COUNT must be > 0");

    /** XAUTOCLAIM looks at so many pending entries for each that it may claim. */
    private static final int ATTEMPTS = 10;

    private static final long MAX_COUNT = Long.MAX_VALUE / 16;

    private ClaimCommands() {}

    static List<CommandSpec> table() {
        return List.of(
                StreamRow.row("xautoclaim", -6, "6.2.0", WRITE, FAST)
                        .keys(KeySpec.at(1, RW, DELETE))
                        .tips("nondeterministic_output")
                        .history("7.0.0", "Answers which pending entries were deleted ones, and are pending no more.")
                        .summary("Gives a consumer what has been pending for long with any.")
                        .complexity("O(1) for a small count.")
                        .arguments(
                                Argument.key("key"),
                                Argument.string("group"),
                                Argument.string("consumer"),
                                Argument.string("min-idle-time"),
                                Argument.string("start"),
                                Argument.integer("count").after("COUNT").optional(),
                                Argument.token("JUSTID").optional())
                        .handler(ClaimCommands::autoClaim),
                StreamRow.row("xclaim", -6, "5.0.0", WRITE, FAST)
                        .keys(KeySpec.at(1, RW, UPDATE))
                        .tips("nondeterministic_output")
                        .summary("Gives a consumer pending entries of others.")
                        .complexity("O(log(N)) an entry, N being the number of pending ones.")
                        .arguments(
                                Argument.key("key"),
                                Argument.string("group"),
                                Argument.string("consumer"),
                                Argument.string("min-idle-time"),
                                Argument.string("id").multiple(),
                                Argument.integer("ms").after("IDLE").optional(),
                                Argument.unixTime("unix-time-milliseconds")
                                        .after("TIME")
                                        .optional(),
                                Argument.integer("count").after("RETRYCOUNT").optional(),
                                Argument.token("FORCE").optional(),
                                Argument.token("JUSTID").optional(),
                                Argument.string("lastid").after("LASTID").optional())
                        .handler(ClaimCommands::claim));
    }

    /** The options of XCLAIM. Owned by one call. */
    private static final class Options {
        long minIdleMillis;
        int idsEnd;
        long deliveryMillis = -1;
        long retryCount = -1;
        boolean force;
        boolean justId;
        final StreamId lastId = new StreamId();

        void read(Call call, Args args) {
            minIdleMillis = Math.max(0, args.integer(4, CLAIM_IDLE));
            int i = 5;
            while (i < args.count() && StreamIds.isId(args, i, lastId)) {
                i++;
            }
            idsEnd = i;
            lastId.setMin();
            for (; i < args.count() && !args.failed(); i++) {
                boolean hasValue = i + 1 < args.count();
                if (args.is(i, "force")) {
                    force = true;
                } else if (args.is(i, "justid")) {
                    justId = true;
                } else if (hasValue && args.is(i, "idle")) {
                    deliveryMillis = call.nowMillis() - args.integer(++i, IDLE);
                } else if (hasValue && args.is(i, "time")) {
                    deliveryMillis = args.integer(++i, TIME);
                } else if (hasValue && args.is(i, "retrycount")) {
                    retryCount = args.integer(++i, RETRY_COUNT);
                } else if (hasValue && args.is(i, "lastid")) {
                    StreamIds.read(args, ++i, lastId);
                } else {
                    args.fail(RedisError.showing(
                            "ERR Unrecognized XCLAIM option '" + args.at(i).shown(Integer.MAX_VALUE) + "'"));
                }
            }
            if (deliveryMillis < 0 || deliveryMillis > call.nowMillis()) {
                deliveryMillis = call.nowMillis();
            }
        }
    }

    private static void claim(Call call, Args args, Reply reply) {
        boolean found = PendingCommands.findGroup(call, args);
        if (!found) {
            args.fail(PendingCommands.noGroup(args));
        }
        Options options = new Options();
        options.read(call, args);
        if (args.failed()) {
            return;
        }
        ConsumerGroup group = call.views().consumerGroup;
        StreamId id = call.views().streamId;
        boolean advanced = options.lastId.compareTo(group.lastId(id)) > 0;
        if (advanced) {
            group.setLastId(options.lastId);
        }
        call.noEffect();
        GroupCommands.consumer(call, args, 1, 3);
        group.setSeen(call.nowMillis());
        Ids claimed = new Ids();
        boolean changed = false;
        for (int i = 5; i < options.idsEnd; i++) {
            StreamIds.read(args, i, id);
            boolean pending = group.findPending(id);
            if (!call.views().stream.find(id.millis(), id.sequence())) {
                if (pending) {
                    GroupEffects.claimed(call, 1, 2, 3, group);
                    group.removePending();
                    changed = true;
                }
            } else if (claim(call, group, id, pending, options)) {
                GroupEffects.claimed(call, 1, 2, 3, group);
                claimed.add(id);
            }
        }
        if (advanced && !changed && claimed.size() == 0) {
            GroupEffects.advanced(call, 1, 2, group);
        }
        if (changed || claimed.size() > 0) {
            call.changed(1);
        }
        answer(call, reply, claimed, options.justId);
    }

    private static boolean claim(Call call, ConsumerGroup group, StreamId id, boolean pending, Options options) {
        if (pending) {
            boolean isIdle = group.isReleased()
                    || options.minIdleMillis == 0
                    || call.nowMillis() - group.deliveryMillis() >= options.minIdleMillis;
            if (!isIdle) {
                return false;
            }
            group.giveToConsumer(options.deliveryMillis);
        } else if (options.force) {
            group.force(id, options.deliveryMillis);
        } else {
            return false;
        }
        if (options.retryCount >= 0) {
            group.setDeliveryCount(options.retryCount);
        } else if (!options.justId) {
            group.countDelivery();
        }
        group.setActive(call.nowMillis());
        return true;
    }

    private static void answer(Call call, Reply reply, Ids ids, boolean justId) {
        StreamValue stream = call.views().stream;
        StreamId id = call.views().streamId;
        reply.array(ids.size());
        for (int i = 0; i < ids.size(); i++) {
            ids.get(i, id);
            if (justId) {
                EntryReply.id(call, reply, id);
            } else {
                stream.find(id.millis(), id.sequence());
                EntryReply.entry(call, reply, stream);
            }
        }
    }

    private static void autoClaim(Call call, Args args, Reply reply) {
        long minIdleMillis = Math.max(0, args.integer(4, AUTO_IDLE));
        StreamId from = call.views().streamId;
        StreamIds.readStart(args, 5, from);
        long count = 100;
        boolean justId = false;
        for (int i = 6; i < args.count() && !args.failed(); i++) {
            if (i + 1 < args.count() && args.is(i, "count")) {
                count = args.integer(++i);
                if (count < 1 || count > MAX_COUNT) {
                    args.fail(COUNT);
                }
            } else if (args.is(i, "justid")) {
                justId = true;
            } else {
                args.fail(RedisError.SYNTAX);
            }
        }
        if (args.failed()) {
            return;
        }
        if (!PendingCommands.findGroup(call, args)) {
            args.fail(PendingCommands.noGroup(args));
            return;
        }
        ConsumerGroup group = call.views().consumerGroup;
        call.noEffect();
        GroupCommands.consumer(call, args, 1, 3);
        group.setSeen(call.nowMillis());
        Ids claimed = new Ids();
        Ids deleted = new Ids();
        StreamId id = call.views().otherStreamId;
        boolean found = group.seekPending(from, false);
        for (long attempts = ATTEMPTS * count; found && attempts > 0 && count > 0; attempts--) {
            group.pendingId(id);
            if (!call.views().stream.find(id.millis(), id.sequence())) {
                GroupEffects.claimed(call, 1, 2, 3, group);
                group.removePending();
                deleted.add(id);
                count--;
                found = group.seekPending(id, false);
                continue;
            }
            boolean isIdle = group.isReleased()
                    || minIdleMillis == 0
                    || call.nowMillis() - group.deliveryMillis() >= minIdleMillis;
            if (isIdle) {
                group.giveToConsumer(call.nowMillis());
                if (!justId) {
                    group.countDelivery();
                }
                group.setActive(call.nowMillis());
                GroupEffects.claimed(call, 1, 2, 3, group);
                claimed.add(id);
                count--;
            }
            found = group.nextPending();
        }
        if (claimed.size() + deleted.size() > 0) {
            call.changed(1);
        }
        reply.array(3);
        EntryReply.id(call, reply, found ? group.pendingId(from) : from.setMin());
        answer(call, reply, claimed, justId);
        answer(call, reply, deleted, true);
    }
}
