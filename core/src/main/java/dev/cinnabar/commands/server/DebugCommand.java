package dev.cinnabar.commands.server;

import static dev.cinnabar.command.CommandSpec.command;
import static dev.cinnabar.command.Flag.ADMIN;
import static dev.cinnabar.command.Flag.LOADING;
import static dev.cinnabar.command.Flag.NOSCRIPT;
import static dev.cinnabar.command.Flag.STALE;

import dev.cinnabar.aof.AofException;
import dev.cinnabar.command.Args;
import dev.cinnabar.command.Argument;
import dev.cinnabar.command.Call;
import dev.cinnabar.command.CommandSpec;
import dev.cinnabar.command.CommandTable;
import dev.cinnabar.command.Group;
import dev.cinnabar.command.Handler;
import dev.cinnabar.command.Help;
import dev.cinnabar.keyspace.Clock;
import dev.cinnabar.keyspace.Database;
import dev.cinnabar.keyspace.Keyspace;
import dev.cinnabar.memory.Bytes;
import dev.cinnabar.memory.Tag;
import dev.cinnabar.persistence.Digest;
import dev.cinnabar.resp.RedisError;
import dev.cinnabar.resp.Reply;
import dev.cinnabar.values.Encoding;
import dev.cinnabar.values.Entry;
import dev.cinnabar.values.StringValue;
import dev.cinnabar.values.Values;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * DEBUG: for tests of the server and of clients. Stateless. For COMMAND it is one command; its subcommands have rows of their
 * own all the same, which stand in no table.
 */
final class DebugCommand {

    private static final RedisError WRONG_PROTOCOL_TYPE =
            new RedisError("ERR Wrong protocol type name. Please use one of the"
                    + " following: string|integer|double|null|array|set|map|push|verbatim|true|false");
    private static final RedisError NO_PUSH = new RedisError("ERR RESP2 is not supported by this command");

    private static final RedisError WRONG_RELOAD =
            new RedisError("ERR DEBUG RELOAD only supports the MERGE, NOFLUSH and NOSAVE options.");
    private static final RedisError RELOAD_FAILED =
            new RedisError("ERR Error trying to load the RDB dump, check server logs.");

    private static final CommandSpec SUBCOMMANDS = command("debug", -2)
            .subcommands(
                    sub("check", 2, DebugCommand::check)
                            .summary(
                                    "Walks all that can be reached and compares it with what the allocator has handed out."),
                    sub(
                                    "config-rewrite-force-all",
                                    2,
                                    (call, args, reply) -> ConfigCommands.rewrite(call, args, reply, true))
                            .summary("As CONFIG REWRITE, and writes what is at its default, too."),
                    sub("error", 3, DebugCommand::error, Argument.string("message"))
                            .summary("Answers an error with this text."),
                    sub("digest", 2, DebugCommand::digest)
                            .summary("Answers a short sum of all data: the same where the data are."),
                    sub(
                                    "digest-value",
                                    -2,
                                    DebugCommand::digestValue,
                                    Argument.key("key").optional().multiple())
                            .summary("Answers such a sum of each key's value."),
                    sub("jmap", 2, DebugCommand::memory)
                            .summary("Answers how many bytes are used for what, on the Java heap and off it."),
                    sub("log", 3, DebugCommand::log, Argument.string("message")).summary("Writes a text to the log."),
                    sub("object", 3, DebugCommand::object, Argument.key("key"))
                            .summary("Tells where and how the value of a key is kept."),
                    sub(
                                    "populate",
                                    -3,
                                    DebugCommand::populate,
                                    Argument.integer("count"),
                                    Argument.string("prefix").optional(),
                                    Argument.integer("size").optional())
                            .summary(
                                    "Makes string keys named prefix:number, where they are missing. The prefix is \"key\", the"
                                            + " value \"value:number\", cut or filled up with zeros to the size."),
                    sub("protocol", 3, DebugCommand::protocol, Argument.string("type"))
                            .summary(
                                    "Answers a value of a type of the protocol: string, integer, double, null, array, set, map,"
                                            + " push, verbatim, true or false."),
                    sub(
                                    "reload",
                                    -2,
                                    DebugCommand::reload,
                                    Argument.string("option").optional().multiple())
                            .summary(
                                    "Saves everything, deletes it and loads it again. Options: NOSAVE does not save; NOFLUSH"
                                            + " does not delete; MERGE replaces the keys that are there already."),
                    sub(
                                    "set-active-expire",
                                    3,
                                    DebugCommand::setActiveExpire,
                                    Argument.oneOf("mode", Argument.token("0"), Argument.token("1")))
                            .summary("With 0, keys whose time has come are deleted only when someone asks for them."),
                    sub("loadaof", 2, DebugCommand::loadAppendOnly)
                            .summary("Writes the append-only file, empties all databases and loads it."),
                    sub(
                                    "set-skip-checksum-validation",
                                    3,
                                    DebugCommand::setSkipChecksumValidation,
                                    Argument.oneOf("mode", Argument.token("0"), Argument.token("1")))
                            .summary("With 1, RESTORE does not look at the checksum of what it gets."),
                    sub("sleep", 3, DebugCommand::sleep, Argument.doubleValue("seconds"))
                            .summary("Keeps all data locked for some seconds; decimals are allowed."),
                    sub("help", 2, DebugCommand::help).summary("Prints this help."));

    private DebugCommand() {}

    static CommandSpec row() {
        return command("debug", -2, ADMIN, NOSCRIPT, LOADING, STALE)
                .group(Group.SERVER)
                .walksData()
                .debug()
                .system()
                .summary("Helps to test servers and clients.")
                .complexity("Depends on the subcommand.")
                .handler(DebugCommand::run);
    }

    private static CommandSpec sub(String name, int arity, Handler handler, Argument... arguments) {
        return command(name, arity).arguments(arguments).handler(handler);
    }

    private static void run(Call call, Args args, Reply reply) {
        CommandSpec sub = CommandTable.findSub(SUBCOMMANDS, args.at(1));
        Handler handler = sub != null && sub.accepts(args.count()) ? sub.handler() : null;
        if (handler == null) {
            args.fail(Help.wrongSyntax(SUBCOMMANDS, args.at(1).toString()));
            return;
        }
        handler.run(call, args, reply);
    }

    private static void help(Call call, Args args, Reply reply) {
        List<String> lines = Help.lines(SUBCOMMANDS);
        reply.array(lines.size());
        lines.forEach(reply::simple);
    }

    private static void check(Call call, Args args, Reply reply) {
        call.keyspace().checkInvariants();
        reply.ok();
    }

    private static void digest(Call call, Args args, Reply reply) {
        Keyspace keyspace = call.keyspace();
        keyspace.lock(keyspace.all());
        try {
            reply.simple(HexFormat.of().formatHex(new Digest(call.views()).all(keyspace)));
        } finally {
            keyspace.unlock(keyspace.all());
        }
    }

    private static void digestValue(Call call, Args args, Reply reply) {
        reply.array(args.count() - 2);
        Digest digest = new Digest(call.views());
        for (int i = 2; i < args.count(); i++) {
            Bytes key = args.at(i);
            long hash = call.keyspace().hash(key);
            byte[] sum = call.keyspace().locked(call.keyspace().partitionOf(hash), partition -> {
                Database database = partition.databaseIfAny(call.session().database());
                Entry entry = new Entry();
                return database != null && database.find(hash, key, entry) ? digest.value(entry) : Digest.none();
            });
            reply.simple(HexFormat.of().formatHex(sum));
        }
    }

    private static void reload(Call call, Args args, Reply reply) {
        boolean save = true;
        boolean flush = true;
        boolean merge = false;
        for (int i = 2; i < args.count(); i++) {
            if (args.is(i, "nosave")) {
                save = false;
            } else if (args.is(i, "noflush")) {
                flush = false;
            } else if (args.is(i, "merge")) {
                merge = true;
            } else {
                args.fail(WRONG_RELOAD);
                return;
            }
        }
        Keyspace keyspace = call.keyspace();
        keyspace.lock(keyspace.all());
        try {
            if (save) {
                call.engine().saves().save();
            }
            if (flush) {
                clear(keyspace);
            }
            try {
                call.engine().saves().reload(merge);
            } catch (IOException e) {
                // What has been loaded of it is no data set.
                clear(keyspace);
                throw e;
            }
            call.engine().settings().log.warning("DB reloaded by DEBUG RELOAD");
            reply.ok();
        } catch (IOException e) {
            args.fail(RELOAD_FAILED);
        } finally {
            keyspace.unlock(keyspace.all());
        }
    }

    private static void clear(Keyspace keyspace) {
        for (int p = 0; p < keyspace.partitions(); p++) {
            for (int n = 0; n < keyspace.databases(); n++) {
                keyspace.partition(p).clear(n);
            }
        }
    }

    private static void error(Call call, Args args, Reply reply) {
        args.fail(new RedisError(args.at(2).toString()));
    }

    private static void log(Call call, Args args, Reply reply) {
        call.engine().settings().warnings.accept("DEBUG LOG: " + args.at(2));
        reply.ok();
    }

    private static void setActiveExpire(Call call, Args args, Reply reply) {
        call.engine().settings().activeExpiry = isOne(args);
        reply.ok();
    }

    private static void loadAppendOnly(Call call, Args args, Reply reply) {
        try {
            call.engine().reloadAppendOnly();
            reply.ok();
        } catch (AofException e) {
            call.engine().settings().log.warning(String.valueOf(e.getMessage()));
            args.fail(new RedisError("ERR Error trying to load the AOF files, check server logs."));
        }
    }

    private static void setSkipChecksumValidation(Call call, Args args, Reply reply) {
        call.engine().settings().skipsChecksums = isOne(args);
        reply.ok();
    }

    private static boolean isOne(Args args) {
        return args.at(2).contentEquals("1".getBytes(StandardCharsets.US_ASCII));
    }

    private static void sleep(Call call, Args args, Reply reply) {
        long nanos;
        try {
            nanos = (long) (Double.parseDouble(args.at(2).toString()) * TimeUnit.SECONDS.toNanos(1));
        } catch (NumberFormatException e) {
            args.fail(RedisError.NOT_A_FLOAT);
            return;
        }
        Keyspace keyspace = call.keyspace();
        keyspace.lock(keyspace.all());
        try {
            // The time that passes for the operating system: an injected clock may stand still.
            long end = Clock.SYSTEM.nanos() + nanos;
            for (long left = nanos; left > 0; left = end - Clock.SYSTEM.nanos()) {
                LockSupport.parkNanos(left);
            }
        } finally {
            keyspace.unlock(keyspace.all());
        }
        reply.ok();
    }

    private static void object(Call call, Args args, Reply reply) {
        Bytes key = args.at(2);
        long hash = call.keyspace().hash(key);
        String text = call.keyspace().locked(call.keyspace().partitionOf(hash), partition -> {
            Database database = partition.databaseIfAny(call.session().database());
            Entry entry = new Entry();
            return database != null && database.find(hash, key, entry) ? describe(call, entry) : null;
        });
        if (text == null) {
            args.fail(RedisError.NO_SUCH_KEY);
        } else {
            reply.simple(text);
        }
    }

    private static String describe(Call call, Entry entry) {
        return "Value at:0x" + Long.toHexString(entry.address()) + " refcount:1 encoding:"
                + Encoding.nameOf(entry.kind())
                + " bytes:" + (entry.blockSize() + Values.externalSize(entry)) + " lru:" + entry.clock()
                + (call.engine().tracksFrequency()
                        ? " lfu_freq:" + call.engine().frequency(entry.clock(), call.nowMillis())
                        : " lru_seconds_idle:" + call.engine().idleSeconds(entry.clock(), call.nowMillis()));
    }

    private static void populate(Call call, Args args, Reply reply) {
        long count = args.integer(2);
        String prefix = args.count() > 3 ? args.at(3).toString() : "key";
        long size = args.count() > 4 ? args.integer(4) : -1;
        if (args.count() > 5) {
            args.fail(RedisError.SYNTAX);
        } else if (count < 0 || size > call.engine().settings().maxBulkLength) {
            args.fail(RedisError.OUT_OF_RANGE);
        }
        if (args.failed()) {
            return;
        }
        for (long i = 0; i < count; i++) {
            byte[] value = ("value:" + i).getBytes(StandardCharsets.US_ASCII);
            Bytes shown = Bytes.of(size < 0 ? value : Arrays.copyOf(value, (int) size));
            populate(call, Bytes.of(prefix + ":" + i), shown);
        }
        reply.ok();
    }

    private static void populate(Call call, Bytes key, Bytes value) {
        long hash = call.keyspace().hash(key);
        int number = call.session().database();
        call.keyspace().locked(call.keyspace().partitionOf(hash), partition -> {
            Database database = partition.database(number);
            Entry entry = new Entry();
            if (!database.find(hash, key, entry)) {
                int kind = StringValue.kindFor(value);
                int inline = StringValue.inlineLength(kind, value.length());
                int clock = call.engine().newAccessClock(call.nowMillis());
                database.create(hash, key, kind, inline, Entry.NEVER, clock, entry);
                StringValue.initialize(entry, kind, value);
                partition.modified(number, key, hash);
            }
            return entry;
        });
    }

    private static void memory(Call call, Args args, Reply reply) {
        Map<String, Long> bytes = new TreeMap<>();
        Runtime runtime = Runtime.getRuntime();
        bytes.put("heap.committed", runtime.totalMemory());
        bytes.put("heap.max", runtime.maxMemory());
        bytes.put("heap.used", runtime.totalMemory() - runtime.freeMemory());
        bytes.put("keyspace.reserved", call.keyspace().reservedMemory());
        for (Tag tag : Tag.values()) {
            long used = 0;
            for (int p = 0; p < call.keyspace().partitions(); p++) {
                used += call.keyspace()
                        .locked(p, partition -> partition.memory().used(tag));
            }
            bytes.put("keyspace." + tag.name().toLowerCase(Locale.ROOT), used);
        }
        reply.map(bytes.size());
        bytes.forEach((name, n) -> {
            reply.bulk(name);
            reply.integer(n);
        });
    }

    private static void protocol(Call call, Args args, Reply reply) {
        switch (args.at(2).toString().toLowerCase(Locale.ROOT)) {
            case "string" -> reply.bulk("Hello World");
            case "integer" -> reply.integer(12345);
            case "double" -> reply.doubleValue(3.141);
            case "null" -> reply.nil();
            case "array" -> {
                reply.array(3);
                count(reply);
            }
            case "set" -> {
                reply.set(3);
                count(reply);
            }
            case "map" -> {
                reply.map(3);
                for (int i = 0; i < 3; i++) {
                    reply.integer(i);
                    reply.bool(i == 1);
                }
            }
            case "push" -> {
                if (!reply.isResp3()) {
                    args.fail(NO_PUSH);
                    return;
                }
                reply.bulk("Some real reply following the push reply");
                reply.push(2);
                reply.bulk("server-cpu-usage");
                reply.integer(42);
            }
            case "verbatim" -> reply.verbatim("txt", "This is a verbatim\nstring");
            case "true" -> reply.bool(true);
            case "false" -> reply.bool(false);
            default -> args.fail(WRONG_PROTOCOL_TYPE);
        }
    }

    private static void count(Reply reply) {
        for (int i = 0; i < 3; i++) {
            reply.integer(i);
        }
    }
}
