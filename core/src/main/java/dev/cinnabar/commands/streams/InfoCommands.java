package dev.cinnabar.commands.streams;

import static dev.cinnabar.command.Flag.READONLY;
import static dev.cinnabar.command.KeySpec.Use.ACCESS;
import static dev.cinnabar.command.KeySpec.Use.RO;

import dev.cinnabar.command.Args;
import dev.cinnabar.command.Argument;
import dev.cinnabar.command.Call;
import dev.cinnabar.command.Category;
import dev.cinnabar.command.CommandSpec;
import dev.cinnabar.command.Group;
import dev.cinnabar.command.Help;
import dev.cinnabar.command.KeySpec;
import dev.cinnabar.resp.RedisError;
import dev.cinnabar.resp.Reply;
import dev.cinnabar.values.ConsumerGroup;
import dev.cinnabar.values.Entry;
import dev.cinnabar.values.Idempotency;
import dev.cinnabar.values.StreamId;
import dev.cinnabar.values.StreamValue;
import dev.cinnabar.values.Type;
import org.jspecify.annotations.Nullable;

/** XINFO: what is known of a stream, its groups and their consumers. Stateless. */
final class InfoCommands {

    private static final int KEY = 2;

    /** How many entries FULL shows without COUNT. */
    private static final long DEFAULT_COUNT = 10;

    private InfoCommands() {}

    static CommandSpec row() {
        return CommandSpec.command("xinfo", -2)
                .since("5.0.0")
                .group(Group.STREAM)
                .summary("A container for commands that tell about streams.")
                .complexity("Depends on the subcommand.")
                .subcommands(
                        sub("consumers", 4)
                                .tips("nondeterministic_output")
                                .history("7.2.0", "Added `inactive`; `idle` counts tries, too.")
                                .summary("Tells about the consumers of a group.")
                                .complexity("O(N), N being the number of consumers.")
                                .arguments(Argument.key("key"), Argument.string("group"))
                                .handler(InfoCommands::consumers),
                        sub("groups", 3)
                                .history("7.0.0", "Added `entries-read` and `lag`.")
                                .summary("Tells about the groups of a stream.")
                                .complexity("O(N), N being the number of groups.")
                                .arguments(Argument.key("key"))
                                .handler(InfoCommands::groups),
                        sub("stream", -3)
                                .history("6.0.0", "Added `FULL`.")
                                .history(
                                        "7.0.0",
                                        "Added `max-deleted-entry-id`, `entries-added`, `recorded-first-entry-id`,"
                                                + " `entries-read` and `lag`.")
                                .history("7.2.0", "Added `active-time`; `seen-time` counts tries, too.")
                                .history("8.6.0", "Added what is known of producers.")
                                .summary("Tells about a stream.")
                                .complexity("O(1), with FULL O(N), N being the number of items shown.")
                                .arguments(
                                        Argument.key("key"),
                                        Argument.block(
                                                        "full-block",
                                                        Argument.token("FULL"),
                                                        Argument.integer("count")
                                                                .after("COUNT")
                                                                .optional())
                                                .optional())
                                .handler(InfoCommands::stream),
                        Help.row("5.0.0", Group.STREAM, Category.STREAM));
    }

    private static CommandSpec sub(String name, int arity) {
        return StreamRow.row(name, arity, "5.0.0", READONLY).keys(KeySpec.at(KEY, RO, ACCESS));
    }

    /** The stream of the key, in the views; null, with an error, if there is none. */
    private static @Nullable StreamValue find(Call call, Args args) {
        Entry entry = call.read(KEY, Type.STREAM);
        if (entry == null) {
            args.fail(RedisError.NO_SUCH_KEY);
            return null;
        }
        return call.views().stream.at(entry);
    }

    private static void consumers(Call call, Args args, Reply reply) {
        StreamValue stream = find(call, args);
        if (stream == null) {
            return;
        }
        ConsumerGroup group = call.views().consumerGroup;
        if (!group.find(stream, args.at(3))) {
            args.fail(RedisError.showing(
                    "NOGROUP No such consumer group '" + args.at(3).shown(Integer.MAX_VALUE) + "' for key name '"
                            + args.at(KEY).shown(Integer.MAX_VALUE) + "'"));
            return;
        }
        long now = call.nowMillis();
        reply.array(group.consumers());
        for (boolean more = group.firstConsumer(); more; more = group.nextConsumer()) {
            reply.map(4);
            reply.bulk("name");
            reply.bulk(group.consumerName(call.view()));
            reply.bulk("pending");
            reply.integer(group.consumerPendingCount());
            reply.bulk("idle");
            reply.integer(Math.max(0, now - group.seenMillis()));
            reply.bulk("inactive");
            reply.integer(group.activeMillis() < 0 ? -1 : Math.max(0, now - group.activeMillis()));
        }
    }

    private static void groups(Call call, Args args, Reply reply) {
        StreamValue stream = find(call, args);
        if (stream == null) {
            return;
        }
        ConsumerGroup group = call.views().consumerGroup;
        reply.array(group.count(stream));
        for (boolean more = group.first(stream); more; more = group.next()) {
            reply.map(6);
            reply.bulk("name");
            reply.bulk(group.name(call.view()));
            reply.bulk("consumers");
            reply.integer(group.consumers());
            reply.bulk("pending");
            reply.integer(group.pendingCount());
            progress(call, reply, stream, group);
        }
    }

    private static void progress(Call call, Reply reply, StreamValue stream, ConsumerGroup group) {
        reply.bulk("last-delivered-id");
        EntryReply.id(call, reply, group.lastId(call.views().streamId));
        reply.bulk("entries-read");
        countOrNil(reply, group.entriesRead(), ConsumerGroup.UNKNOWN);
        reply.bulk("lag");
        countOrNil(reply, group.lag(stream), ConsumerGroup.UNKNOWN_LAG);
    }

    private static void countOrNil(Reply reply, long n, long unknown) {
        if (n == unknown) {
            reply.nil();
        } else {
            reply.integer(n);
        }
    }

    private static void stream(Call call, Args args, Reply reply) {
        StreamValue stream = find(call, args);
        if (stream == null) {
            return;
        }
        int options = args.count() - 3;
        long count = DEFAULT_COUNT;
        if (options > 0) {
            boolean isRight = (options == 1 || options == 3 && args.is(4, "count")) && args.is(3, "full");
            if (!isRight) {
                CommandSpec container = call.spec().parent();
                args.fail(Help.wrongSyntax(
                        container == null ? call.spec() : container, args.at(1).shown(Integer.MAX_VALUE)));
                return;
            }
            if (options == 3) {
                count = args.integer(5);
                count = count < 0 ? DEFAULT_COUNT : count;
            }
        }
        if (args.failed()) {
            return;
        }
        reply.map(options == 0 ? 16 : 15);
        StreamId id = call.views().streamId;
        reply.bulk("length");
        reply.integer(stream.length());
        reply.bulk("radix-tree-keys");
        reply.integer(stream.nodes());
        reply.bulk("radix-tree-nodes");
        reply.integer(stream.nodes() + 1);
        reply.bulk("last-generated-id");
        EntryReply.id(call, reply, stream.lastId(id));
        reply.bulk("max-deleted-entry-id");
        EntryReply.id(call, reply, stream.maxDeletedId(id));
        reply.bulk("entries-added");
        reply.integer(stream.everAdded());
        reply.bulk("recorded-first-entry-id");
        EntryReply.id(call, reply, stream.firstId(id));
        producers(call, reply, stream);
        if (options == 0) {
            reply.bulk("groups");
            reply.integer(call.views().consumerGroup.count(stream));
            reply.bulk("first-entry");
            edge(call, reply, stream, stream.seek(0, 0));
            reply.bulk("last-entry");
            edge(call, reply, stream, stream.seekBack(-1, -1));
        } else {
            full(call, reply, stream, count == 0 ? Long.MAX_VALUE : count);
        }
    }

    private static void producers(Call call, Reply reply, StreamValue stream) {
        Idempotency producers = call.views().idempotency.at(stream);
        reply.bulk("idmp-duration");
        reply.integer(producers.durationSeconds());
        reply.bulk("idmp-maxsize");
        reply.integer(producers.mostIds());
        reply.bulk("pids-tracked");
        reply.integer(producers.producers(call.nowMillis()));
        reply.bulk("iids-tracked");
        reply.integer(producers.ids(call.nowMillis()));
        reply.bulk("iids-added");
        reply.integer(producers.everAdded());
        reply.bulk("iids-duplicates");
        reply.integer(producers.duplicates());
    }

    private static void edge(Call call, Reply reply, StreamValue stream, boolean found) {
        if (found) {
            EntryReply.entry(call, reply, stream);
        } else {
            reply.nil();
        }
    }

    private static void full(Call call, Reply reply, StreamValue stream, long most) {
        reply.bulk("entries");
        long entries = Math.min(most, stream.length());
        reply.array(entries);
        if (entries > 0) {
            stream.seek(0, 0);
            EntryReply.entries(call, reply, stream, entries);
        }
        ConsumerGroup group = call.views().consumerGroup;
        reply.bulk("groups");
        reply.array(group.count(stream));
        for (boolean more = group.first(stream); more; more = group.next()) {
            reply.map(8);
            reply.bulk("name");
            reply.bulk(group.name(call.view()));
            progress(call, reply, stream, group);
            reply.bulk("pel-count");
            reply.integer(group.pendingCount());
            reply.bulk("nacked-count");
            reply.integer(group.releasedCount());
            pending(call, reply, group, false, Math.min(most, group.pendingCount()));
            reply.bulk("consumers");
            reply.array(group.consumers());
            for (boolean has = group.firstConsumer(); has; has = group.nextConsumer()) {
                reply.map(5);
                reply.bulk("name");
                reply.bulk(group.consumerName(call.view()));
                reply.bulk("seen-time");
                reply.integer(group.seenMillis());
                reply.bulk("active-time");
                reply.integer(group.activeMillis());
                reply.bulk("pel-count");
                reply.integer(group.consumerPendingCount());
                pending(call, reply, group, true, Math.min(most, group.consumerPendingCount()));
            }
        }
    }

    private static void pending(Call call, Reply reply, ConsumerGroup group, boolean ofConsumer, long n) {
        StreamId id = call.views().streamId;
        reply.bulk("pending");
        reply.array(n);
        boolean found = n > 0 && group.seekPending(id.setMin(), ofConsumer);
        for (long i = 0; found && i < n; i++) {
            reply.array(ofConsumer ? 3 : 4);
            EntryReply.id(call, reply, group.pendingId(id));
            if (!ofConsumer) {
                reply.bulk(group.ownerName(call.view()));
            }
            reply.integer(group.deliveryMillis());
            reply.integer(group.deliveryCount());
            found = group.nextPending();
        }
    }
}
