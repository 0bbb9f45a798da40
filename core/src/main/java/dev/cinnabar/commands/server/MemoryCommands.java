package dev.cinnabar.commands.server;

import static dev.cinnabar.command.CommandSpec.command;
import static dev.cinnabar.command.Flag.READONLY;

import dev.cinnabar.command.Args;
import dev.cinnabar.command.Argument;
import dev.cinnabar.command.Call;
import dev.cinnabar.command.CommandSpec;
import dev.cinnabar.command.CommandSpec.Locks;
import dev.cinnabar.command.Engine;
import dev.cinnabar.command.Flag;
import dev.cinnabar.command.Group;
import dev.cinnabar.command.Help;
import dev.cinnabar.command.KeySpec;
import dev.cinnabar.keyspace.Database;
import dev.cinnabar.keyspace.Keyspace;
import dev.cinnabar.memory.Tag;
import dev.cinnabar.resp.RedisError;
import dev.cinnabar.resp.Reply;
import dev.cinnabar.values.Entry;
import dev.cinnabar.values.Values;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** MEMORY: where the memory is. Stateless. */
public final class MemoryCommands {

    private static final String[] OF_ALL_SHARDS = {
        "nondeterministic_output", "request_policy:all_shards", "response_policy:special"
    };

    /** A key's slot in its table, at the load that is usual. */
    private static final long SLOT_BYTES = 16;

    /** A key's place in the order of expiry. */
    private static final long EXPIRY_BYTES = 16;

    /** Bytes that clients are not expected to take, on average. */
    private static final long MUCH_FOR_A_CLIENT = 200 << 10;

    private MemoryCommands() {}

    public static List<CommandSpec> table() {
        return List.of(command("memory", -2)
                .group(Group.SERVER)
                .since("4.0.0")
                .locks(Locks.NONE)
                .summary("Tells where the memory is.")
                .complexity("Depends on the subcommand.")
                .subcommands(
                        row("doctor", 2)
                                .tips(OF_ALL_SHARDS)
                                .summary("Says whether the use of memory gives rise to concern.")
                                .complexity("O(1)")
                                .handler(MemoryCommands::doctor),
                        row("malloc-stats", 2)
                                .tips(OF_ALL_SHARDS)
                                .walksData()
                                .summary("Shows figures of the allocator.")
                                .complexity("O(1)")
                                .handler(MemoryCommands::mallocStats),
                        row("purge", 2)
                                .tips("request_policy:all_shards", "response_policy:all_succeeded")
                                .walksData()
                                .summary("Gives memory that is not in use back to the system.")
                                .complexity("O(N), N being the pieces in which memory is taken from the system.")
                                .handler(MemoryCommands::purge),
                        row("stats", 2)
                                .tips(OF_ALL_SHARDS)
                                .walksData()
                                .summary("Tells how much memory is used for what.")
                                .complexity("O(1)")
                                .handler(MemoryCommands::stats),
                        row("usage", -3, READONLY)
                                .locks(Locks.KEYS)
                                .keys(KeySpec.at(2, KeySpec.Use.RO))
                                .summary("Tells how many bytes a key and its value take.")
                                .complexity("O(1)")
                                .arguments(
                                        Argument.key("key"),
                                        Argument.integer("count")
                                                .after("SAMPLES")
                                                .optional())
                                .handler(MemoryCommands::usage),
                        Help.row("4.0.0", Group.SERVER)));
    }

    private static CommandSpec row(String name, int arity, Flag... flags) {
        return command(name, arity, flags).group(Group.SERVER).since("4.0.0").locks(Locks.NONE);
    }

    /** Values are counted exactly, however large: SAMPLES is checked and not needed. */
    static void usage(Call call, Args args, Reply reply) {
        for (int i = 3; i < args.count(); i += 2) {
            if (!args.is(i, "samples") || i + 1 == args.count()) {
                args.fail(RedisError.SYNTAX);
                return;
            }
            if (args.integer(i + 1) < 0) {
                args.fail(RedisError.SYNTAX);
            }
            if (args.failed()) {
                return;
            }
        }
        Entry entry = call.peek(2);
        if (entry == null) {
            reply.nil();
            return;
        }
        long bytes = entry.blockSize() + Values.externalSize(entry) + SLOT_BYTES;
        reply.integer(entry.hasExpiry() ? bytes + EXPIRY_BYTES : bytes);
    }

    /** Bytes that are in use for something else than keys and values. */
    static long overheadBytes(Engine engine) {
        Keyspace keyspace = engine.keyspace();
        long sum = engine.host().bufferBytes();
        for (int p = 0; p < keyspace.partitions(); p++) {
            sum += keyspace.locked(
                    p,
                    partition -> partition.memory().used(Tag.TABLE)
                            + partition.memory().used(Tag.EXPIRY)
                            + partition.memory().used(Tag.TRACKING));
        }
        return sum;
    }

    static void purge(Call call, Args args, Reply reply) {
        Keyspace keyspace = call.keyspace();
        for (int p = 0; p < keyspace.partitions(); p++) {
            keyspace.locked(p, partition -> partition.memory().purge());
        }
        reply.ok();
    }

    static void doctor(Call call, Args args, Reply reply) {
        Engine engine = call.engine();
        long used = engine.usedMemory();
        if (used < 5 << 20) {
            reply.verbatim("txt", "There are less than five megabytes in use: too little to have an opinion on.\n");
            return;
        }
        StringBuilder text = new StringBuilder();
        if (engine.peakMemory() > used * 3 / 2) {
            text.append(" * The peak was ")
                    .append(Figures.human(engine.peakMemory()))
                    .append(", far above the ")
                    .append(Figures.human(used))
                    .append(
                            " in use now; what is free again goes back to the system by and by, or with MEMORY PURGE.\n");
        }
        long reserved = engine.keyspace().reservedMemory();
        if (reserved > used * 3 / 2) {
            text.append(" * ")
                    .append(Figures.human(reserved))
                    .append(" are taken from the system for ")
                    .append(Figures.human(used))
                    .append(" in use: many keys were deleted or replaced by ones of other sizes.\n");
        }
        long clients = Math.max(1, engine.clients().size());
        long bytesOfClients = engine.clientMemory().totalBytes();
        if (bytesOfClients / clients > MUCH_FOR_A_CLIENT) {
            text.append(" * Each client takes ")
                    .append(Figures.human(bytesOfClients / clients))
                    .append(
                            " on average: some do not read what they get, or send large requests; CLIENT LIST shows which.\n");
        }
        reply.verbatim("txt", text.isEmpty() ? "The memory gives no rise to concern.\n" : "What was found:\n\n" + text);
    }

    static void mallocStats(Call call, Args args, Reply reply) {
        StringBuilder text = new StringBuilder("Bytes allocated, by what they are used for:\n");
        byTag(call.keyspace())
                .forEach((tag, bytes) -> text.append(tag.name().toLowerCase(Locale.ROOT))
                        .append(": ")
                        .append(bytes)
                        .append('\n'));
        text.append("taken from the system: ")
                .append(call.keyspace().reservedMemory())
                .append('\n');
        reply.verbatim("txt", text.toString());
    }

    private static Map<Tag, Long> byTag(Keyspace keyspace) {
        Map<Tag, Long> sums = new LinkedHashMap<>();
        for (int p = 0; p < keyspace.partitions(); p++) {
            keyspace.<Void>locked(p, partition -> {
                for (Tag tag : Tag.values()) {
                    sums.merge(tag, partition.memory().used(tag), Long::sum);
                }
                return null;
            });
        }
        return sums;
    }

    static void stats(Call call, Args args, Reply reply) {
        Engine engine = call.engine();
        Keyspace keyspace = engine.keyspace();
        Map<Tag, Long> sums = byTag(keyspace);
        long[] keys = new long[keyspace.databases()];
        long[] expiring = new long[keys.length];
        for (int p = 0; p < keyspace.partitions(); p++) {
            keyspace.<Void>locked(p, partition -> {
                for (int n = 0; n < keys.length; n++) {
                    Database database = partition.databaseIfAny(n);
                    keys[n] += database == null ? 0 : database.size();
                    expiring[n] += database == null ? 0 : database.expiringSize();
                }
                return null;
            });
        }
        long count = 0;
        for (long n : keys) {
            count += n;
        }
        long used = engine.usedMemory();
        long overhead = overheadBytes(engine);
        long dataset = used - overhead;
        long reserved = keyspace.reservedMemory();
        long resident = Figures.residentBytes();
        int inUse = (int) Arrays.stream(keys).filter(n -> n > 0).count();
        reply.map(33 + inUse);
        pair(reply, "peak.allocated", engine.peakMemory());
        pair(reply, "total.allocated", used);
        pair(reply, "startup.allocated", 0);
        pair(reply, "replication.backlog", 0);
        pair(reply, "replica.fullsync.buffer", 0);
        pair(reply, "clients.slaves", 0);
        pair(reply, "clients.normal", engine.clientMemory().totalBytes());
        pair(reply, "cluster.links", 0);
        pair(reply, "aof.buffer", 0);
        pair(reply, "lua.caches", 0);
        pair(reply, "functions.caches", 0);
        pair(reply, "script.VMs", 0);
        for (int n = 0; n < keys.length; n++) {
            if (keys[n] > 0) {
                reply.bulk("db." + n);
                reply.map(2);
                pair(reply, "overhead.hashtable.main", keys[n] * SLOT_BYTES);
                pair(reply, "overhead.hashtable.expires", expiring[n] * EXPIRY_BYTES);
            }
        }
        pair(reply, "overhead.db.hashtable.lut", sums.getOrDefault(Tag.TABLE, 0L));
        pair(reply, "overhead.db.hashtable.rehashing", 0);
        pair(reply, "overhead.total", overhead);
        pair(reply, "db.dict.rehashing.count", 0);
        pair(reply, "keys.count", count);
        pair(reply, "keys.bytes-per-key", count == 0 ? 0 : dataset / count);
        pair(reply, "dataset.bytes", dataset);
        pair(reply, "dataset.percentage", 100 * Figures.ratio(dataset, used));
        pair(reply, "peak.percentage", 100 * Figures.ratio(used, engine.peakMemory()));
        pair(reply, "allocator.allocated", used);
        pair(reply, "allocator.active", reserved);
        pair(reply, "allocator.resident", reserved);
        pair(reply, "allocator.muzzy", 0);
        pair(reply, "allocator-fragmentation.ratio", Figures.ratio(reserved, used));
        pair(reply, "allocator-fragmentation.bytes", reserved - used);
        pair(reply, "allocator-rss.ratio", 1.0);
        pair(reply, "allocator-rss.bytes", 0);
        pair(reply, "rss-overhead.ratio", Figures.ratio(resident, reserved));
        pair(reply, "rss-overhead.bytes", resident - reserved);
        pair(reply, "fragmentation", Figures.ratio(resident, used));
        pair(reply, "fragmentation.bytes", resident - used);
    }

    private static void pair(Reply reply, String name, long value) {
        reply.bulk(name);
        reply.integer(value);
    }

    private static void pair(Reply reply, String name, double value) {
        reply.bulk(name);
        reply.doubleValue(value);
    }
}
