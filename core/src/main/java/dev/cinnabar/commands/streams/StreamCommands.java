package dev.cinnabar.commands.streams;

import static dev.cinnabar.command.Flag.DENYOOM;
import static dev.cinnabar.command.Flag.FAST;
import static dev.cinnabar.command.Flag.READONLY;
import static dev.cinnabar.command.Flag.WRITE;
import static dev.cinnabar.command.KeySpec.Use.ACCESS;
import static dev.cinnabar.command.KeySpec.Use.DELETE;
import static dev.cinnabar.command.KeySpec.Use.RO;
import static dev.cinnabar.command.KeySpec.Use.RW;
import static dev.cinnabar.command.KeySpec.Use.UPDATE;

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
import dev.cinnabar.values.StreamId;
import dev.cinnabar.values.StreamOptions;
import dev.cinnabar.values.StreamValue;
import dev.cinnabar.values.Type;
import java.util.ArrayList;
import java.util.List;

/** Streams: entries, apart from adding and reading them by groups. Stateless. */
public final class StreamCommands {

    private static final RedisError NEGATIVE_ADDED = new RedisError("ERR entries_added must be positive");
    private static final RedisError BELOW_GIVEN_DELETED =
            new RedisError("ERR The ID specified in XSETID is smaller than the provided max_deleted_entry_id");
    private static final RedisError BELOW_DELETED =
            new RedisError("ERR The ID specified in XSETID is smaller than current max_deleted_entry_id");
    private static final RedisError BELOW_LAST =
            new RedisError("ERR The ID specified in XSETID is smaller than the target stream top item");
    private static final RedisError BELOW_LENGTH =
            new RedisError("ERR The entries_added specified in XSETID is smaller than the target stream length");

    private StreamCommands() {}

    public static List<CommandSpec> table() {
        List<CommandSpec> rows = new ArrayList<>(List.of(
                AddCommand.row(),
                StreamRow.row("xdel", -3, "5.0.0", WRITE, FAST)
                        .keys(KeySpec.at(1, RW, DELETE))
                        .summary("Deletes entries by their IDs.")
                        .complexity("O(1) an entry.")
                        .arguments(Argument.key("key"), Argument.string("id").multiple())
                        .handler(StreamCommands::delete),
                StreamRow.row("xlen", 2, "5.0.0", READONLY, FAST)
                        .keys(KeySpec.at(1, RO))
                        .summary("Counts the entries of a stream.")
                        .complexity("O(1)")
                        .arguments(Argument.key("key"))
                        .handler(StreamCommands::length),
                range("xrange", "start", "end")
                        .summary("Answers the entries from one ID to another.")
                        .handler((call, args, reply) -> range(call, args, reply, false)),
                range("xrevrange", "end", "start")
                        .summary("Answers the entries from one ID back to another.")
                        .handler((call, args, reply) -> range(call, args, reply, true)),
                StreamRow.row("xsetid", -3, "5.0.0", WRITE, DENYOOM, FAST)
                        .keys(KeySpec.at(1, RW, UPDATE))
                        .history("7.0.0", "Added `ENTRIESADDED` and `MAXDELETEDID`.")
                        .summary("Sets the ID that those of new entries must be larger than.")
                        .complexity("O(1)")
                        .arguments(
                                Argument.key("key"),
                                Argument.string("last-id"),
                                Argument.integer("entries-added")
                                        .after("ENTRIESADDED")
                                        .since("7.0.0")
                                        .optional(),
                                Argument.string("max-deleted-id")
                                        .after("MAXDELETEDID")
                                        .since("7.0.0")
                                        .optional())
                        .handler(StreamCommands::setId),
                StreamRow.row("xtrim", -4, "5.0.0", WRITE)
                        .keys(KeySpec.at(1, RW, DELETE))
                        .tips("nondeterministic_output")
                        .history("6.2.0", "Added `MINID` and `LIMIT`.")
                        .history("8.2.0", "Added `KEEPREF`, `DELREF` and `ACKED`.")
                        .summary("Deletes the oldest entries of a stream.")
                        .complexity("O(N), N being the number of entries deleted; whole nodes go at once.")
                        .arguments(Argument.key("key"), StreamRow.trim(), StreamRow.references())
                        .handler(StreamCommands::trim)));
        rows.add(ReadCommand.row());
        rows.add(ReadGroupCommand.row());
        rows.add(GroupCommands.row());
        rows.add(InfoCommands.row());
        rows.addAll(PendingCommands.table());
        rows.addAll(ClaimCommands.table());
        rows.addAll(DeleteCommands.table());
        rows.addAll(ProducerCommands.table());
        return rows;
    }

    private static CommandSpec range(String name, String first, String second) {
        return StreamRow.row(name, -4, "5.0.0", READONLY)
                .keys(KeySpec.at(1, RO, ACCESS))
                .history("6.2.0", "Takes intervals that exclude their ends.")
                .complexity("O(log(N) + M), N being the number of nodes, M that of entries returned.")
                .arguments(
                        Argument.key("key"),
                        Argument.string(first),
                        Argument.string(second),
                        Argument.integer("count").after("COUNT").optional());
    }

    private static void length(Call call, Args args, Reply reply) {
        Entry entry = call.read(1, Type.STREAM);
        if (!args.failed()) {
            reply.integer(entry == null ? 0 : call.views().stream.at(entry).length());
        }
    }

    private static void range(Call call, Args args, Reply reply, boolean reverse) {
        StreamId from = call.views().streamId;
        StreamId to = call.views().otherStreamId;
        StreamIds.readStart(args, reverse ? 3 : 2, from);
        StreamIds.readEnd(args, reverse ? 2 : 3, to);
        long most = Long.MAX_VALUE;
        for (int i = 4; i < args.count() && !args.failed(); i += 2) {
            if (i + 1 == args.count() || !args.is(i, "count")) {
                args.fail(RedisError.SYNTAX);
            } else {
                most = Math.max(args.integer(i + 1), 0);
            }
        }
        if (args.failed()) {
            return;
        }
        Entry entry = call.read(1, Type.STREAM);
        if (args.failed()) {
            return;
        }
        if (entry == null) {
            reply.array(0);
        } else if (most == 0) {
            reply.nilArray();
        } else {
            range(call, reply, call.views().stream.at(entry), most, reverse);
        }
    }

    private static void range(Call call, Reply reply, StreamValue stream, long most, boolean reverse) {
        StreamId from = call.views().streamId;
        StreamId to = call.views().otherStreamId;
        long n = stream.count(from, to, most);
        reply.array(n);
        if (n == 0) {
            return;
        }
        if (!reverse) {
            stream.seek(from.millis(), from.sequence());
            EntryReply.entries(call, reply, stream, n);
            return;
        }
        stream.seekBack(to.millis(), to.sequence());
        EntryReply.entry(call, reply, stream);
        for (long i = 1; i < n; i++) {
            stream.previous();
            EntryReply.entry(call, reply, stream);
        }
    }

    private static void delete(Call call, Args args, Reply reply) {
        Entry entry = call.write(1, Type.STREAM);
        if (args.failed()) {
            return;
        }
        if (entry == null) {
            reply.integer(0);
            return;
        }
        StreamId id = call.views().streamId;
        StreamIds.checkAll(args, 2, args.count(), id);
        if (args.failed()) {
            return;
        }
        StreamValue stream = call.views().stream.at(entry);
        long deleted = 0;
        for (int i = 2; i < args.count(); i++) {
            StreamIds.read(args, i, id);
            if (stream.delete(id)) {
                deleted++;
            }
        }
        if (deleted > 0) {
            call.modified(1);
            call.notify(EventClasses.STREAM, "xdel", 1);
        }
        reply.integer(deleted);
    }

    private static void trim(Call call, Args args, Reply reply) {
        StreamOptions options = call.views().streamOptions;
        TrimOptions.read(call, args, options, false);
        if (args.failed()) {
            return;
        }
        Entry entry = call.write(1, Type.STREAM);
        if (args.failed()) {
            return;
        }
        long deleted = entry == null ? 0 : call.views().stream.at(entry).trim(options, call.views().consumerGroup);
        if (deleted > 0) {
            call.modified(1);
            call.notify(EventClasses.STREAM, "xtrim", 1);
            if (options.approximate && call.isJournaled()) {
                Effects effect = call.effect("XTRIM", 1);
                TrimOptions.log(call, args, effect, args.count(), call.views().stream);
                effect.end();
            }
        }
        reply.integer(deleted);
    }

    private static void setId(Call call, Args args, Reply reply) {
        StreamId id = call.views().streamId;
        StreamId maxDeleted = call.views().otherStreamId.setMin();
        long added = -1;
        StreamIds.read(args, 2, id);
        for (int i = 3; i < args.count() && !args.failed(); i += 2) {
            boolean hasValue = i + 1 < args.count();
            if (hasValue && args.is(i, "entriesadded")) {
                added = args.integer(i + 1);
                if (added < 0) {
                    args.fail(NEGATIVE_ADDED);
                }
            } else if (hasValue && args.is(i, "maxdeletedid")) {
                StreamIds.read(args, i + 1, maxDeleted);
                if (id.compareTo(maxDeleted) < 0) {
                    args.fail(BELOW_GIVEN_DELETED);
                }
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
        }
        if (args.failed() || entry == null) {
            return;
        }
        StreamValue stream = call.views().stream.at(entry);
        StreamId other = call.views().streamOptions.id;
        if (id.compareTo(stream.maxDeletedId(other)) < 0) {
            args.fail(BELOW_DELETED);
        } else if (stream.length() > 0 && id.compareTo(stream.lastEntryId(other)) < 0) {
            args.fail(BELOW_LAST);
        } else if (stream.length() > 0 && added >= 0 && stream.length() > added) {
            args.fail(BELOW_LENGTH);
        }
        if (args.failed()) {
            return;
        }
        stream.setLastId(id);
        if (added >= 0) {
            stream.setEverAdded(added);
        }
        if (!maxDeleted.isMin()) {
            stream.setMaxDeletedId(maxDeleted);
        }
        call.modified(1);
        call.notify(EventClasses.STREAM, "xsetid", 1);
        reply.ok();
    }
}
