package dev.cinnabar.commands.hyperloglog;

import static dev.cinnabar.command.CommandSpec.command;
import static dev.cinnabar.command.Flag.ADMIN;
import static dev.cinnabar.command.Flag.DENYOOM;
import static dev.cinnabar.command.Flag.FAST;
import static dev.cinnabar.command.Flag.READONLY;
import static dev.cinnabar.command.Flag.WRITE;
import static dev.cinnabar.command.KeySpec.Use.ACCESS;
import static dev.cinnabar.command.KeySpec.Use.INSERT;
import static dev.cinnabar.command.KeySpec.Use.RO;
import static dev.cinnabar.command.KeySpec.Use.RW;

import dev.cinnabar.command.Args;
import dev.cinnabar.command.Argument;
import dev.cinnabar.command.Call;
import dev.cinnabar.command.Category;
import dev.cinnabar.command.CommandSpec;
import dev.cinnabar.command.CommandSpec.Locks;
import dev.cinnabar.command.Flag;
import dev.cinnabar.command.Group;
import dev.cinnabar.command.KeySpec;
import dev.cinnabar.config.EventClasses;
import dev.cinnabar.resp.RedisError;
import dev.cinnabar.resp.Reply;
import dev.cinnabar.structures.HyperLogLogLayout;
import dev.cinnabar.values.Encoding;
import dev.cinnabar.values.Entry;
import dev.cinnabar.values.HyperLogLog;
import dev.cinnabar.values.Type;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** HyperLogLogs: adding, counting, merging and looking inside. Stateless. */
public final class HyperLogLogCommands {

    private static final RedisError NOT_ONE = new RedisError("WRONGTYPE Key is not a valid HyperLogLog string value.");
    private static final RedisError CORRUPT = new RedisError("INVALIDOBJ Corrupted HLL object detected");
    private static final RedisError NO_KEY = new RedisError("ERR The specified key does not exist");
    private static final RedisError NOT_SPARSE = new RedisError("ERR HLL encoding is not sparse");

    private HyperLogLogCommands() {}

    /** The rows of all commands on HyperLogLogs. */
    public static List<CommandSpec> table() {
        return List.of(
                row("pfadd", -2, WRITE, DENYOOM, FAST)
                        .keys(KeySpec.at(1, RW, INSERT))
                        .summary("Adds elements to a HyperLogLog, which is made if it is missing.")
                        .complexity("O(1) for each element.")
                        .arguments(
                                Argument.key("key"),
                                Argument.string("element").optional().multiple())
                        .handler(HyperLogLogCommands::pfadd),
                row("pfcount", -2, READONLY)
                        .mayReplicate()
                        .keys(KeySpec.range(1, -1, 1, RW, ACCESS)
                                .notes("RW because the count is remembered in the value"))
                        .summary("Answers about how many different elements HyperLogLogs have seen together.")
                        .complexity("O(1) for one key, O(N) for N, with a much larger constant.")
                        .arguments(Argument.key("key").multiple())
                        .handler(HyperLogLogCommands::pfcount),
                row("pfmerge", -2, WRITE, DENYOOM)
                        .keys(KeySpec.at(1, RW, ACCESS, INSERT), KeySpec.range(2, -1, 1, RO, ACCESS))
                        .summary("Makes a HyperLogLog that has seen all that it and others have seen.")
                        .complexity("O(N), N being the number of keys, with a large constant.")
                        .arguments(
                                Argument.key("destkey"),
                                Argument.key("sourcekey", 1).optional().multiple())
                        .handler(HyperLogLogCommands::pfmerge),
                row("pfdebug", 3, WRITE, DENYOOM, ADMIN)
                        .keys(KeySpec.at(2, RW, ACCESS))
                        .system()
                        .summary("Shows the inside of a HyperLogLog, for tests.")
                        .complexity("O(1)")
                        .arguments(Argument.string("subcommand"), Argument.key("key"))
                        .handler(HyperLogLogCommands::pfdebug),
                row("pfselftest", 1, ADMIN)
                        .locks(Locks.NONE)
                        .system()
                        .summary("Tests HyperLogLogs with values of its own.")
                        .complexity("O(1), and a large fraction of a second.")
                        .handler(HyperLogLogCommands::pfselftest));
    }

    private static CommandSpec row(String name, int arity, Flag... flags) {
        return command(name, arity, flags)
                .since("2.8.9")
                .group(Group.HYPERLOGLOG)
                .categories(Category.HYPERLOGLOG);
    }

    /** Shows what a key holds, that is a string; one that is no HyperLogLog is an error of the arguments. */
    private static HyperLogLog show(Call call, Args args, Entry entry) {
        HyperLogLog shown = call.views().hyperLogLog;
        if (!shown.show(entry)) {
            args.fail(NOT_ONE);
        }
        return shown;
    }

    private static Entry create(Call call) {
        Entry entry = call.create(1, Encoding.STRING_RAW, HyperLogLogLayout.EMPTY_LENGTH, Entry.NEVER);
        HyperLogLog.initialize(entry);
        return entry;
    }

    private static long maxSparseBytes(Call call) {
        return call.views().limits().hllSparseBytes;
    }

    private static void changed(Call call) {
        call.modified(1);
        call.notify(EventClasses.STRING, "pfadd", 1);
    }

    static void pfadd(Call call, Args args, Reply reply) {
        Entry entry = call.write(1, Type.STRING);
        if (args.failed()) {
            return;
        }
        boolean changed = entry == null;
        HyperLogLog shown = show(call, args, entry != null ? entry : create(call));
        long maxSparseBytes = maxSparseBytes(call);
        for (int i = 2; i < args.count() && !args.failed(); i++) {
            int added = shown.add(args.at(i), maxSparseBytes);
            if (added == HyperLogLog.CORRUPT) {
                args.fail(CORRUPT);
            }
            changed |= added > 0;
        }
        if (changed) {
            shown.markStale();
            changed(call);
        }
        if (!args.failed()) {
            reply.integer(changed ? 1 : 0);
        }
    }

    static void pfcount(Call call, Args args, Reply reply) {
        if (args.count() == 2) {
            countOne(call, args, reply, call.readAndWrite(1, Type.STRING));
        } else if (merge(call, args, 1) >= 0) {
            reply.integer(call.views().hyperLogLog.countMerged());
        }
    }

    private static void countOne(Call call, Args args, Reply reply, @Nullable Entry entry) {
        if (args.failed()) {
            return;
        }
        if (entry == null) {
            reply.integer(0);
            return;
        }
        HyperLogLog shown = show(call, args, entry);
        if (args.failed()) {
            return;
        }
        boolean known = shown.isCounted();
        long count = shown.count();
        if (count == HyperLogLog.CORRUPT) {
            args.fail(CORRUPT);
            return;
        }
        if (!known) {
            // The value's bytes have changed, even if nothing was added.
            call.modified(1);
        }
        reply.integer(count);
    }

    /** Merges what all keys hold, missing ones being empty: 1 if one was dense, else 0; -1 after an error. */
    private static int merge(Call call, Args args, int firstKey) {
        HyperLogLog merged = call.views().hyperLogLog;
        merged.clearMerged();
        int dense = 0;
        for (int i = firstKey; i < args.count(); i++) {
            Entry entry = call.read(i, Type.STRING);
            if (entry != null) {
                show(call, args, entry);
                if (!args.failed()) {
                    dense |= merged.isDense() ? 1 : 0;
                    if (!merged.merge()) {
                        args.fail(CORRUPT);
                    }
                }
            }
            if (args.failed()) {
                return -1;
            }
        }
        return dense;
    }

    static void pfmerge(Call call, Args args, Reply reply) {
        int dense = merge(call, args, 1);
        if (dense < 0) {
            return;
        }
        Entry entry = call.write(1);
        HyperLogLog target = show(call, args, entry != null ? entry : create(call));
        // Its runs are well-formed: it is among what was merged.
        if (dense == 1 && !target.becomeDense() || !target.addMerged(maxSparseBytes(call))) {
            args.fail(CORRUPT);
            return;
        }
        changed(call);
        reply.ok();
    }

    static void pfdebug(Call call, Args args, Reply reply) {
        Entry entry = call.write(2);
        if (entry == null) {
            args.fail(NO_KEY);
            return;
        }
        if (!entry.isString()) {
            args.fail(RedisError.WRONG_TYPE);
            return;
        }
        HyperLogLog shown = show(call, args, entry);
        if (args.failed()) {
            return;
        }
        if (args.is(1, "getreg")) {
            if (toDense(call, args, shown) >= 0) {
                reply.array(HyperLogLogLayout.REGISTERS);
                for (int i = 0; i < HyperLogLogLayout.REGISTERS; i++) {
                    reply.integer(shown.register(i));
                }
            }
        } else if (args.is(1, "decode")) {
            if (shown.isDense()) {
                args.fail(NOT_SPARSE);
            } else {
                reply.bulk(shown.runs());
            }
        } else if (args.is(1, "encoding")) {
            reply.simple(shown.isDense() ? "dense" : "sparse");
        } else if (args.is(1, "todense")) {
            int changed = toDense(call, args, shown);
            if (changed >= 0) {
                reply.integer(changed);
            }
        } else {
            args.fail(RedisError.showing(
                    "ERR Unknown PFDEBUG subcommand '" + args.at(1).shown(128) + "'"));
        }
    }

    /** Returns 1 if it was sparse, 0 if it was dense before, -1 after an error. */
    private static int toDense(Call call, Args args, HyperLogLog shown) {
        if (shown.isDense()) {
            return 0;
        }
        if (!shown.becomeDense()) {
            args.fail(CORRUPT);
            return -1;
        }
        call.modified(2);
        return 1;
    }

    static void pfselftest(Call call, Args args, Reply reply) {
        String failure = SelfTest.run();
        if (failure == null) {
            reply.ok();
        } else {
            args.fail(new RedisError("TESTFAILED " + failure));
        }
    }
}
