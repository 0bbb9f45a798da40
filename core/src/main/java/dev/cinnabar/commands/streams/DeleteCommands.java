package dev.cinnabar.commands.streams;

import static dev.cinnabar.command.Flag.FAST;
import static dev.cinnabar.command.Flag.WRITE;
import static dev.cinnabar.command.KeySpec.Use.DELETE;
import static dev.cinnabar.command.KeySpec.Use.RW;

import dev.cinnabar.command.Args;
import dev.cinnabar.command.Argument;
import dev.cinnabar.command.Call;
import dev.cinnabar.command.CommandSpec;
import dev.cinnabar.command.KeySpec;
import dev.cinnabar.config.EventClasses;
import dev.cinnabar.resp.RedisError;
import dev.cinnabar.resp.Reply;
import dev.cinnabar.values.ConsumerGroup;
import dev.cinnabar.values.Entry;
import dev.cinnabar.values.StreamId;
import dev.cinnabar.values.StreamOptions.References;
import dev.cinnabar.values.StreamValue;
import dev.cinnabar.values.Type;
import java.util.List;

/** Deleting entries with regard to where they are pending: XDELEX, XACKDEL. Stateless. */
final class DeleteCommands {

    private static final int NONE = -1;
    private static final int DONE = 1;
    private static final int STILL_NEEDED = 2;

    private DeleteCommands() {}

    static List<CommandSpec> table() {
        return List.of(
                StreamRow.row("xackdel", -6, "8.2.0", WRITE, FAST)
                        .keys(KeySpec.at(1, RW, DELETE))
                        .summary("Acknowledges entries and deletes them.")
                        .complexity("O(G log(N)) an entry, G being the number of groups, N that of pending entries.")
                        .arguments(
                                Argument.key("key"), Argument.string("group"), StreamRow.references(), StreamRow.ids())
                        .handler((call, args, reply) -> delete(call, args, reply, true)),
                StreamRow.row("xdelex", -5, "8.2.0", WRITE, FAST)
                        .keys(KeySpec.at(1, RW, DELETE))
                        .summary(
                                "Deletes entries, with or without what is pending of them, or only what is not needed.")
                        .complexity("O(G log(N)) an entry, G being the number of groups, N that of pending entries.")
                        .arguments(Argument.key("key"), StreamRow.references(), StreamRow.ids())
                        .handler((call, args, reply) -> delete(call, args, reply, false)));
    }

    private static void delete(Call call, Args args, Reply reply, boolean acknowledge) {
        Entry entry = call.write(1, Type.STREAM);
        int i = acknowledge ? 3 : 2;
        References references = References.of(args.at(i));
        if (references == null) {
            references = References.KEEP;
        } else {
            i++;
        }
        int ids = IdList.begin(args, i);
        int end = IdList.end(args, i);
        if (end < args.count()) {
            args.fail(RedisError.SYNTAX);
        }
        StreamId id = call.views().streamId;
        if (entry != null) {
            StreamIds.checkAll(args, ids, end, id);
        }
        if (args.failed()) {
            return;
        }
        reply.array(end - ids);
        if (entry == null) {
            for (int k = ids; k < end; k++) {
                reply.integer(NONE);
            }
            return;
        }
        StreamValue stream = call.views().stream.at(entry);
        long before = stream.length();
        ConsumerGroup group = call.views().consumerGroup;
        boolean pendingChanged = false;
        for (int k = ids; k < end; k++) {
            StreamIds.read(args, k, id);
            if (acknowledge && !(group.find(stream, args.at(2)) && group.acknowledge(id))) {
                reply.integer(NONE);
                continue;
            }
            pendingChanged |= acknowledge;
            if (references == References.DELETE) {
                pendingChanged |= group.removeFromAll(stream, id);
            }
            int result = delete(stream, group, id, references);
            reply.integer(acknowledge && result == NONE ? DONE : result);
        }
        if (stream.length() < before) {
            call.modified(1);
            call.notify(EventClasses.STREAM, "xdel", 1);
        } else if (pendingChanged) {
            call.changed(1);
        }
    }

    private static int delete(StreamValue stream, ConsumerGroup group, StreamId id, References references) {
        if (references == References.ACKNOWLEDGED
                && stream.find(id.millis(), id.sequence())
                && group.isNeeded(stream, id)) {
            return STILL_NEEDED;
        }
        return stream.delete(id) ? DONE : NONE;
    }
}
