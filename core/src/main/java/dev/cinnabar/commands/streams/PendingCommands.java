package dev.cinnabar.commands.streams;

import static dev.cinnabar.command.Flag.FAST;
import static dev.cinnabar.command.Flag.READONLY;
import static dev.cinnabar.command.Flag.WRITE;
import static dev.cinnabar.command.KeySpec.Use.ACCESS;
import static dev.cinnabar.command.KeySpec.Use.RO;
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
import dev.cinnabar.values.Entry;
import dev.cinnabar.values.StreamId;
import dev.cinnabar.values.Type;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Pending entries: acknowledging them, giving them back, looking at them. Stateless. */
final class PendingCommands {

    private static final RedisError MODE = new RedisError("ERR mode must be SILENT, FAIL, or FATAL");
    private static final RedisError NO_IDS = new RedisError("ERR syntax error, expected IDS keyword");
    private static final RedisError IDS_NOT_POSITIVE = new RedisError("ERR numids must be a positive integer");
    private static final RedisError IDS_TOO_FEW = new RedisError("ERR number of IDs doesn't match numids");
    private static final RedisError RETRY_COUNT_NEGATIVE = new RedisError("ERR Invalid RETRYCOUNT value, must be >= 0");

    private PendingCommands() {}

    static List<CommandSpec> table() {
        return List.of(
                StreamRow.row("xack", -4, "5.0.0", WRITE, FAST)
                        .keys(KeySpec.at(1, RW, UPDATE))
                        .summary("Acknowledges entries: they are no longer pending. Counts those that were.")
                        .complexity("O(log(N)) an entry, N being the number of pending ones.")
                        .arguments(
                                Argument.key("key"),
                                Argument.string("group"),
                                Argument.string("id").multiple())
                        .handler(PendingCommands::acknowledge),
                StreamRow.row("xnack", -7, "8.8.0", WRITE, FAST)
                        .keys(KeySpec.at(1, RW, UPDATE))
                        .summary("Gives pending entries back: no consumer has them any more. Counts them.")
                        .complexity("O(log(N)) an entry, N being the number of pending ones.")
                        .arguments(
                                Argument.key("key"),
                                Argument.string("group"),
                                Argument.oneOf(
                                        "mode",
                                        Argument.token("SILENT"),
                                        Argument.token("FAIL"),
                                        Argument.token("FATAL")),
                                StreamRow.ids(),
                                Argument.integer("count").after("RETRYCOUNT").optional(),
                                Argument.token("FORCE").optional())
                        .handler(PendingCommands::giveBack),
                StreamRow.row("xpending", -3, "5.0.0", READONLY)
                        .keys(KeySpec.at(1, RO, ACCESS))
                        .tips("nondeterministic_output")
                        .history("6.2.0", "Added `IDLE`; takes intervals that exclude their ends.")
                        .summary("Tells which entries are pending in a group.")
                        .complexity("O(log(N) + M), N being the number of pending entries, M that of those looked at.")
                        .arguments(
                                Argument.key("key"),
                                Argument.string("group"),
                                Argument.block(
                                                "filters",
                                                Argument.integer("min-idle-time")
                                                        .after("IDLE")
                                                        .since("6.2.0")
                                                        .optional(),
                                                Argument.string("start"),
                                                Argument.string("end"),
                                                Argument.integer("count"),
                                                Argument.string("consumer").optional())
                                        .optional())
                        .handler(PendingCommands::pending));
    }

    static RedisError noGroup(Args args) {
        return RedisError.showing("NOGROUP No such key '" + args.at(1).shown(Integer.MAX_VALUE)
                + "' or consumer group '" + args.at(2).shown(Integer.MAX_VALUE) + "'");
    }

    /** Turns the views to the stream of the first argument and its group of the second; false where either is missing. */
    static boolean findGroup(Call call, Args args) {
        Entry entry = call.write(1, Type.STREAM);
        return entry != null
                && call.views().consumerGroup.find(call.views().stream.at(entry), args.at(2));
    }

    private static void acknowledge(Call call, Args args, Reply reply) {
        boolean found = findGroup(call, args);
        if (args.failed()) {
            return;
        }
        if (!found) {
            reply.integer(0);
            return;
        }
        StreamId id = call.views().streamId;
        StreamIds.checkAll(args, 3, args.count(), id);
        if (args.failed()) {
            return;
        }
        long n = 0;
        for (int i = 3; i < args.count(); i++) {
            StreamIds.read(args, i, id);
            if (call.views().consumerGroup.acknowledge(id)) {
                n++;
            }
        }
        if (n > 0) {
            call.changed(1);
        }
        reply.integer(n);
    }

    // XNACK

    private static void giveBack(Call call, Args args, Reply reply) {
        boolean found = findGroup(call, args);
        if (!args.failed() && !found) {
            args.fail(noGroup(args));
        }
        if (!args.failed() && !args.is(3, "silent") && !args.is(3, "fail") && !args.is(3, "fatal")) {
            args.fail(MODE);
        }
        StreamId id = call.views().streamId;
        int ids = 0;
        int end = 0;
        long retryCount = -1;
        boolean force = false;
        int i = 4;
        while (i < args.count() && !args.failed()) {
            int more = args.count() - 1 - i;
            if (ids == 0 && more > 0 && args.is(i, "ids")) {
                ids = i + 2;
                end = IdList.end(args, i, IDS_NOT_POSITIVE, IDS_TOO_FEW);
                StreamIds.checkAll(args, ids, end, id);
                i = end;
            } else if (args.is(i, "force")) {
                force = true;
                i++;
            } else if (more > 0 && args.is(i, "retrycount")) {
                retryCount = args.integer(i + 1);
                if (retryCount < 0) {
                    args.fail(RETRY_COUNT_NEGATIVE);
                }
                i += 2;
            } else {
                args.fail(RedisError.showing(
                        "ERR Unrecognized XNACK option '" + args.at(i).shown(Integer.MAX_VALUE) + "'"));
            }
        }
        if (ids == 0) {
            args.fail(NO_IDS);
        }
        if (args.failed()) {
            return;
        }
        long n = 0;
        for (int k = ids; k < end; k++) {
            StreamIds.read(args, k, id);
            if (giveBack(call, args, id, retryCount, force)) {
                n++;
            }
        }
        if (n > 0) {
            call.changed(1);
        }
        reply.integer(n);
    }

    private static boolean giveBack(Call call, Args args, StreamId id, long retryCount, boolean force) {
        ConsumerGroup group = call.views().consumerGroup;
        if (group.findPending(id)) {
            group.release();
        } else if (force && call.views().stream.find(id.millis(), id.sequence())) {
            group.forceReleased(id);
        } else {
            return false;
        }
        if (retryCount >= 0) {
            group.setDeliveryCount(retryCount);
        } else if (args.is(3, "silent")) {
            group.setDeliveryCount(Math.max(0, group.deliveryCount() - 1));
        } else if (args.is(3, "fatal")) {
            group.setDeliveryCount(Long.MAX_VALUE);
        }
        return true;
    }

    // XPENDING

    private static void pending(Call call, Args args, Reply reply) {
        int count = args.count();
        boolean summary = count == 3;
        long minIdleMillis = 0;
        long most = 0;
        StreamId from = call.views().streamId;
        StreamId to = call.views().otherStreamId;
        int start = 3;
        if (!summary) {
            if (count < 6 || count > 9) {
                args.fail(RedisError.SYNTAX);
                return;
            }
            if (args.is(3, "idle")) {
                minIdleMillis = args.integer(4);
                if (count < 8) {
                    args.fail(RedisError.SYNTAX);
                    return;
                }
                start = 5;
            }
            most = Math.max(0, args.integer(start + 2));
            StreamIds.readStart(args, start, from);
            StreamIds.readEnd(args, start + 1, to);
        }
        if (args.failed()) {
            return;
        }
        Entry entry = call.read(1, Type.STREAM);
        if (args.failed()) {
            return;
        }
        ConsumerGroup group = call.views().consumerGroup;
        if (entry == null || !group.find(call.views().stream.at(entry), args.at(2))) {
            args.fail(noGroup(args));
        } else if (summary) {
            summary(call, reply, group);
        } else {
            boolean ofConsumer = start + 3 < count;
            if (ofConsumer && !group.findConsumer(args.at(start + 3))) {
                reply.array(0);
            } else {
                list(call, reply, ofConsumer, minIdleMillis, most);
            }
        }
    }

    private static void summary(Call call, Reply reply, ConsumerGroup group) {
        reply.array(4);
        reply.integer(group.pendingCount());
        if (group.pendingCount() == 0) {
            reply.nil();
            reply.nil();
            reply.nilArray();
            return;
        }
        StreamId id = call.views().streamId;
        group.seekPending(id.setMin(), false);
        EntryReply.id(call, reply, group.pendingId(id));
        group.lastPending();
        EntryReply.id(call, reply, group.pendingId(id));
        long consumers = 0;
        for (boolean more = group.firstConsumer(); more; more = group.nextConsumer()) {
            consumers += group.consumerPendingCount() > 0 ? 1 : 0;
        }
        reply.array(consumers);
        for (boolean more = group.firstConsumer(); more; more = group.nextConsumer()) {
            if (group.consumerPendingCount() > 0) {
                reply.array(2);
                reply.bulk(group.consumerName(call.view()));
                reply.bulkInteger(group.consumerPendingCount());
            }
        }
    }

    /** The pending entries from one ID to another: counted first, then answered. */
    private static void list(Call call, Reply reply, boolean ofConsumer, long minIdleMillis, long most) {
        long n = walk(call, null, ofConsumer, minIdleMillis, most);
        reply.array(n);
        walk(call, reply, ofConsumer, minIdleMillis, n);
    }

    private static long walk(Call call, @Nullable Reply reply, boolean ofConsumer, long minIdleMillis, long most) {
        ConsumerGroup group = call.views().consumerGroup;
        StreamId to = call.views().otherStreamId;
        StreamId id = call.views().streamOptions.id;
        long n = 0;
        boolean found = most > 0 && group.seekPending(call.views().streamId, ofConsumer);
        while (found && n < most && group.pendingId(id).compareTo(to) <= 0) {
            if (minIdleMillis == 0
                    || group.isReleased()
                    || call.nowMillis() - group.deliveryMillis() >= minIdleMillis) {
                n++;
                if (reply != null) {
                    one(call, reply, group, id);
                }
            }
            found = group.nextPending();
        }
        return n;
    }

    private static void one(Call call, Reply reply, ConsumerGroup group, StreamId id) {
        reply.array(4);
        EntryReply.id(call, reply, id);
        reply.bulk(group.ownerName(call.view()));
        reply.integer(group.isReleased() ? -1 : Math.max(0, call.nowMillis() - group.deliveryMillis()));
        reply.integer(group.deliveryCount());
    }
}
