package dev.cinnabar.commands.streams;

import static dev.cinnabar.command.Flag.DENYOOM;
import static dev.cinnabar.command.Flag.WRITE;
import static dev.cinnabar.command.KeySpec.Use.DELETE;
import static dev.cinnabar.command.KeySpec.Use.INSERT;
import static dev.cinnabar.command.KeySpec.Use.RW;
import static dev.cinnabar.command.KeySpec.Use.UPDATE;

import dev.cinnabar.command.Args;
import dev.cinnabar.command.Argument;
import dev.cinnabar.command.Call;
import dev.cinnabar.command.Category;
import dev.cinnabar.command.CommandSpec;
import dev.cinnabar.command.Flag;
import dev.cinnabar.command.Group;
import dev.cinnabar.command.Help;
import dev.cinnabar.command.KeySpec;
import dev.cinnabar.config.EventClasses;
import dev.cinnabar.resp.RedisError;
import dev.cinnabar.resp.Reply;
import dev.cinnabar.values.ConsumerGroup;
import dev.cinnabar.values.Encoding;
import dev.cinnabar.values.Entry;
import dev.cinnabar.values.StreamId;
import dev.cinnabar.values.StreamValue;
import dev.cinnabar.values.Type;
import org.jspecify.annotations.Nullable;

/** XGROUP: the groups of a stream and their consumers. Stateless. */
final class GroupCommands {

    private static final RedisError NO_KEY = new RedisError("ERR The XGROUP subcommand requires the key to exist."
            + " Note that for CREATE you may want to use the MKSTREAM option to create an empty stream automatically.");
    private static final RedisError BUSY = new RedisError("BUSYGROUP Consumer Group name already exists");
    private static final RedisError NEGATIVE_READ = new RedisError("ERR value for ENTRIESREAD must be positive or -1");

    private static final int KEY = 2;
    private static final int GROUP = 3;

    private GroupCommands() {}

    static CommandSpec row() {
        return CommandSpec.command("xgroup", -2)
                .since("5.0.0")
                .group(Group.STREAM)
                .summary("A container for commands on groups of consumers.")
                .complexity("Depends on the subcommand.")
                .subcommands(
                        sub("create", -5, INSERT, WRITE, DENYOOM)
                                .history("7.0.0", "Added `ENTRIESREAD`.")
                                .summary("Creates a group.")
                                .complexity("O(1)")
                                .arguments(
                                        Argument.key("key"),
                                        Argument.string("group"),
                                        idSelector(),
                                        Argument.token("MKSTREAM").optional(),
                                        entriesRead())
                                .handler(GroupCommands::create),
                        sub("createconsumer", 5, INSERT, WRITE, DENYOOM)
                                .since("6.2.0")
                                .summary("Creates a consumer in a group.")
                                .complexity("O(1)")
                                .arguments(Argument.key("key"), Argument.string("group"), Argument.string("consumer"))
                                .handler(GroupCommands::createConsumer),
                        sub("delconsumer", 5, DELETE, WRITE)
                                .summary("Deletes a consumer with its pending entries, and counts those.")
                                .complexity("O(N), N being the number of its pending entries.")
                                .arguments(Argument.key("key"), Argument.string("group"), Argument.string("consumer"))
                                .handler(GroupCommands::deleteConsumer),
                        sub("destroy", 4, DELETE, WRITE)
                                .summary("Deletes a group.")
                                .complexity("O(1); its pending entries are freed in the background.")
                                .arguments(Argument.key("key"), Argument.string("group"))
                                .handler(GroupCommands::destroy),
                        sub("setid", -5, UPDATE, WRITE)
                                .history("7.0.0", "Added `ENTRIESREAD`.")
                                .summary("Sets behind which ID the group goes on to read.")
                                .complexity("O(1)")
                                .arguments(Argument.key("key"), Argument.string("group"), idSelector(), entriesRead())
                                .handler(GroupCommands::setId),
                        Help.row("5.0.0", Group.STREAM, Category.STREAM));
    }

    private static CommandSpec sub(String name, int arity, KeySpec.Use use, Flag... flags) {
        return StreamRow.row(name, arity, "5.0.0", flags).keys(KeySpec.at(KEY, RW, use));
    }

    private static Argument idSelector() {
        return Argument.oneOf("id-selector", Argument.string("id"), Argument.token("new-id", "$"));
    }

    private static Argument entriesRead() {
        return Argument.integer("entriesread")
                .shownAs("entries-read")
                .after("ENTRIESREAD")
                .optional();
    }

    /** The entry of the stream and, in the views, its group of that name; null, with an error, where either is missing. */
    private static @Nullable Entry group(Call call, Args args) {
        Entry entry = stream(call, args);
        if (entry != null && !call.views().consumerGroup.find(call.views().stream, args.at(GROUP))) {
            args.fail(RedisError.showing(
                    "NOGROUP No such consumer group '" + args.at(GROUP).shown(Integer.MAX_VALUE) + "' for key name '"
                            + args.at(KEY).shown(Integer.MAX_VALUE) + "'"));
            return null;
        }
        return entry;
    }

    private static @Nullable Entry stream(Call call, Args args) {
        if (args.failed()) {
            return null;
        }
        Entry entry = call.write(KEY, Type.STREAM);
        if (entry == null) {
            args.fail(NO_KEY);
        } else {
            call.views().stream.at(entry);
        }
        return entry;
    }

    /** Reads ENTRIESREAD, and for CREATE MKSTREAM, behind the ID; returns how many entries were read. */
    private static long options(Call call, Args args, boolean create) {
        long entriesRead = ConsumerGroup.UNKNOWN;
        int i = 5;
        while (i < args.count() && !args.failed()) {
            if (create && args.is(i, "mkstream")) {
                i++;
            } else if (i + 1 < args.count() && args.is(i, "entriesread")) {
                entriesRead = args.integer(i + 1);
                if (entriesRead < 0 && entriesRead != ConsumerGroup.UNKNOWN) {
                    args.fail(NEGATIVE_READ);
                }
                i += 2;
            } else {
                wrongSyntax(call, args);
            }
        }
        return entriesRead;
    }

    private static void wrongSyntax(Call call, Args args) {
        CommandSpec container = call.spec().parent();
        if (container == null) {
            throw new IllegalStateException("a subcommand has a parent");
        }
        args.fail(Help.wrongSyntax(container, args.at(1).shown(Integer.MAX_VALUE)));
    }

    private static boolean makesStream(Args args) {
        for (int i = 5; i < args.count(); i++) {
            if (args.is(i, "mkstream")) {
                return true;
            }
        }
        return false;
    }

    private static void create(Call call, Args args, Reply reply) {
        long entriesRead = options(call, args, true);
        if (args.failed()) {
            return;
        }
        boolean makesStream = makesStream(args);
        StreamValue stream = call.views().stream;
        Entry entry = makesStream ? call.write(KEY, Type.STREAM) : stream(call, args);
        if (!args.failed() && args.count() > 8) {
            wrongSyntax(call, args);
        }
        if (args.failed()) {
            return;
        }
        if (entry != null) {
            stream.at(entry);
        }
        StreamId id = readId(call, args, entry != null);
        if (args.failed()) {
            return;
        }
        if (entry == null) {
            stream.initialize(call.create(KEY, Encoding.STREAM, 0, Entry.NEVER));
            call.modified(KEY);
        }
        ConsumerGroup group = call.views().consumerGroup;
        if (group.find(stream, args.at(GROUP))) {
            args.fail(BUSY);
            return;
        }
        group.create(stream, args.at(GROUP), id, Math.min(entriesRead, stream.everAdded()));
        changed(call, "xgroup-create");
        reply.ok();
    }

    /** Reads the ID from which on the group has yet to read; "$" is the last one of the stream. */
    private static StreamId readId(Call call, Args args, boolean exists) {
        StreamId id = call.views().streamId.setMin();
        if (!StreamIds.isSign(args, 4, '$')) {
            StreamIds.read(args, 4, id);
        } else if (exists) {
            call.views().stream.lastId(id);
        }
        return id;
    }

    private static void changed(Call call, String event) {
        call.changed(KEY);
        call.notify(EventClasses.STREAM, event, KEY);
    }

    private static void setId(Call call, Args args, Reply reply) {
        long entriesRead = options(call, args, false);
        Entry entry = group(call, args);
        if (entry != null && args.count() > 7) {
            wrongSyntax(call, args);
        }
        if (entry == null || args.failed()) {
            return;
        }
        StreamId id = call.views().streamId;
        if (StreamIds.isSign(args, 4, '$')) {
            call.views().stream.lastId(id);
        } else {
            StreamIds.readOpen(args, 4, id);
        }
        if (args.failed()) {
            return;
        }
        ConsumerGroup group = call.views().consumerGroup;
        group.setLastId(id);
        group.setEntriesRead(Math.min(entriesRead, call.views().stream.everAdded()));
        changed(call, "xgroup-setid");
        reply.ok();
    }

    private static void destroy(Call call, Args args, Reply reply) {
        Entry entry = stream(call, args);
        if (entry == null) {
            return;
        }
        ConsumerGroup group = call.views().consumerGroup;
        if (!group.find(call.views().stream, args.at(GROUP))) {
            reply.integer(0);
            return;
        }
        if (!group.moveToKeeper()) {
            // It goes as a stream without entries does: what takes long to free is freed in the background.
            group.moveTo(new StreamValue(call.views().limits()).initialize(call.build(KEY, Encoding.STREAM, 0)));
            call.discard(KEY);
        }
        changed(call, "xgroup-destroy");
        reply.integer(1);
    }

    private static void createConsumer(Call call, Args args, Reply reply) {
        if (group(call, args) == null) {
            return;
        }
        reply.integer(consumer(call, args, KEY, 4) ? 1 : 0);
    }

    /** Turns to the group's consumer of a name, which is created if it is missing; returns whether it was. */
    static boolean consumer(Call call, Args args, int key, int name) {
        ConsumerGroup group = call.views().consumerGroup;
        if (group.findConsumer(args.at(name))) {
            return false;
        }
        group.createConsumer(args.at(name), call.nowMillis());
        call.changed(key);
        call.notify(EventClasses.STREAM, "xgroup-createconsumer", key);
        return true;
    }

    private static void deleteConsumer(Call call, Args args, Reply reply) {
        if (group(call, args) == null) {
            return;
        }
        ConsumerGroup group = call.views().consumerGroup;
        long pending = 0;
        if (group.findConsumer(args.at(4))) {
            pending = group.deleteConsumer();
            changed(call, "xgroup-delconsumer");
        }
        reply.integer(pending);
    }
}
