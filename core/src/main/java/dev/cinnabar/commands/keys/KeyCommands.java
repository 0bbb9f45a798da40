package dev.cinnabar.commands.keys;

import static dev.cinnabar.command.CommandSpec.command;
import static dev.cinnabar.command.Flag.DENYOOM;
import static dev.cinnabar.command.Flag.FAST;
import static dev.cinnabar.command.Flag.READONLY;
import static dev.cinnabar.command.Flag.WRITE;
import static dev.cinnabar.command.KeySpec.Use.ACCESS;
import static dev.cinnabar.command.KeySpec.Use.DELETE;
import static dev.cinnabar.command.KeySpec.Use.INSERT;
import static dev.cinnabar.command.KeySpec.Use.OW;
import static dev.cinnabar.command.KeySpec.Use.RM;
import static dev.cinnabar.command.KeySpec.Use.RO;
import static dev.cinnabar.command.KeySpec.Use.RW;
import static dev.cinnabar.command.KeySpec.Use.UPDATE;

import dev.cinnabar.command.Args;
import dev.cinnabar.command.Argument;
import dev.cinnabar.command.Call;
import dev.cinnabar.command.Category;
import dev.cinnabar.command.CommandSpec;
import dev.cinnabar.command.CommandSpec.Locks;
import dev.cinnabar.command.DatabaseSize;
import dev.cinnabar.command.Flag;
import dev.cinnabar.command.Group;
import dev.cinnabar.command.KeySpec;
import dev.cinnabar.config.EventClasses;
import dev.cinnabar.keyspace.Database;
import dev.cinnabar.keyspace.Keyspace;
import dev.cinnabar.keyspace.Partition;
import dev.cinnabar.memory.Bytes;
import dev.cinnabar.resp.RedisError;
import dev.cinnabar.resp.Reply;
import dev.cinnabar.text.Glob;
import dev.cinnabar.values.Entry;
import dev.cinnabar.values.Type;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** Keys of any type: whether they are there, their names, copies. Stateless. */
public final class KeyCommands {

    private static final RedisError NOT_32_BITS =
            new RedisError("ERR value is out of range, value must between -2147483648 and 2147483647");

    private static final int MAX_RANDOM_TRIES = 100;

    private KeyCommands() {}

    public static List<CommandSpec> table() {
        List<CommandSpec> rows = new ArrayList<>(List.of(
                row("copy", -3, "6.2.0", WRITE, DENYOOM)
                        .keys(KeySpec.at(1, RO, ACCESS), KeySpec.at(2, OW, UPDATE))
                        .summary("Gives a second key a copy of a key's value and expiry.")
                        .complexity("O(N), N being the number of elements; O(1) for a string.")
                        .arguments(
                                Argument.key("source", 0),
                                Argument.key("destination", 1),
                                Argument.integer("destination-db").after("DB").optional(),
                                Argument.token("REPLACE").optional())
                        .handler(KeyCommands::copy),
                row("del", -2, "1.0.0", WRITE)
                        .keys(KeySpec.range(1, -1, 1, RM, DELETE))
                        .tips("request_policy:multi_shard", "response_policy:agg_sum")
                        .summary("Deletes keys.")
                        .complexity("O(N), N being the number of keys; freeing a big value goes on in the background.")
                        .arguments(Argument.key("key").multiple())
                        .handler(KeyCommands::del),
                row("exists", -2, "1.0.0", READONLY, FAST)
                        .keys(KeySpec.range(1, -1, 1, RO))
                        .tips("request_policy:multi_shard", "response_policy:agg_sum")
                        .history("3.0.3", "Takes several keys.")
                        .summary("Counts how many of the given keys are there.")
                        .complexity("O(N), N being the number of keys.")
                        .arguments(Argument.key("key").multiple())
                        .handler(KeyCommands::exists),
                row("keys", 2, "1.0.0", READONLY)
                        .categories(Category.DANGEROUS)
                        .locks(Locks.ALL)
                        .tips("request_policy:all_shards", "nondeterministic_output_order")
                        .summary("Lists the keys whose names match a pattern.")
                        .complexity("O(N), N being the number of keys of the database.")
                        .arguments(Argument.pattern("pattern"))
                        .handler(KeyCommands::keys),
                row("move", 3, "1.0.0", WRITE, FAST)
                        .keys(KeySpec.at(1, RW, ACCESS, UPDATE))
                        .summary("Moves a key to another database, unless that has it already.")
                        .complexity("O(1)")
                        .arguments(Argument.key("key"), Argument.integer("db"))
                        .handler(KeyCommands::move),
                row("randomkey", 1, "1.0.0", READONLY)
                        .locks(Locks.ALL)
                        .tips("request_policy:all_shards", "response_policy:special", "nondeterministic_output")
                        .summary("Answers the name of a key drawn at random.")
                        .complexity("O(1)")
                        .handler(KeyCommands::randomKey),
                row("rename", 3, "1.0.0", WRITE)
                        .keys(KeySpec.at(1, RW, ACCESS, DELETE), KeySpec.at(2, OW, UPDATE))
                        .summary("Gives a key another name, in place of any key of that name.")
                        .complexity(
                                "O(1) where both names lie in one partition, else O(N), N being the number of elements.")
                        .arguments(Argument.key("key", 0), Argument.key("newkey", 1))
                        .handler((call, args, reply) -> rename(call, args, reply, false)),
                row("renamenx", 3, "1.0.0", WRITE, FAST)
                        .keys(KeySpec.at(1, RW, ACCESS, DELETE), KeySpec.at(2, OW, INSERT))
                        .history("3.2.0", "Equal names are no error any more.")
                        .summary("Gives a key another name, unless there is a key of that name.")
                        .complexity(
                                "O(1) where both names lie in one partition, else O(N), N being the number of elements.")
                        .arguments(Argument.key("key", 0), Argument.key("newkey", 1))
                        .handler((call, args, reply) -> rename(call, args, reply, true)),
                row("scan", -2, "2.8.0", READONLY)
                        .walksData()
                        .tips("nondeterministic_output", "request_policy:special", "response_policy:special")
                        .history("6.0.0", "Added `TYPE`.")
                        .summary("Lists the keys of the database, a part at a time.")
                        .complexity(
                                "O(1) a call, O(N) for all calls until the cursor is 0 again, N being the number of keys.")
                        .arguments(
                                Argument.integer("cursor"),
                                Argument.pattern("pattern").after("MATCH").optional(),
                                Argument.integer("count").after("COUNT").optional(),
                                Argument.string("type")
                                        .after("TYPE")
                                        .since("6.0.0")
                                        .optional())
                        .handler(ScanCommand::scan),
                row("touch", -2, "3.2.1", READONLY, FAST)
                        .keys(KeySpec.range(1, -1, 1, RO))
                        .tips("request_policy:multi_shard", "response_policy:agg_sum")
                        .summary("Marks keys as just used, and counts those that are there.")
                        .complexity("O(N), N being the number of keys.")
                        .arguments(Argument.key("key").multiple())
                        .handler(KeyCommands::touch),
                row("type", 2, "1.0.0", READONLY, FAST)
                        .keys(KeySpec.at(1, RO))
                        .summary("Answers what type of value a key holds.")
                        .complexity("O(1)")
                        .arguments(Argument.key("key"))
                        .handler(KeyCommands::type),
                row("unlink", -2, "4.0.0", WRITE, FAST)
                        .keys(KeySpec.range(1, -1, 1, RM, DELETE))
                        .tips("request_policy:multi_shard", "response_policy:agg_sum")
                        .summary("Deletes keys; their values are freed later.")
                        .complexity("O(1) a key; freeing goes on in the background.")
                        .arguments(Argument.key("key").multiple())
                        .handler(KeyCommands::del)));
        rows.addAll(DumpCommands.table());
        rows.addAll(ExpiryCommands.table());
        rows.addAll(ObjectCommands.table());
        return rows;
    }

    static CommandSpec row(String name, int arity, String since, Flag... flags) {
        return command(name, arity, flags).since(since).group(Group.GENERIC).categories(Category.KEYSPACE);
    }

    static void copy(Call call, Args args, Reply reply) {
        boolean replace = false;
        int database = call.session().database();
        for (int i = 3; i < args.count() && !args.failed(); i++) {
            if (args.is(i, "replace")) {
                replace = true;
            } else if (args.is(i, "db") && i + 1 < args.count()) {
                database = database(call, args, ++i);
            } else {
                args.fail(RedisError.SYNTAX);
            }
        }
        if (!args.failed()
                && database == call.session().database()
                && args.at(1).contentEquals(args.at(2))) {
            args.fail(RedisError.SAME_OBJECT);
        }
        if (args.failed()) {
            return;
        }
        Entry source = call.read(1);
        if (source == null) {
            reply.integer(0);
            return;
        }
        Type type = source.type();
        Entry old = call.writeSecond(2, database);
        Type before = null;
        if (old != null) {
            if (!replace) {
                reply.integer(0);
                return;
            }
            before = old.type();
            call.database(2, database).delete(old);
        }
        call.copy(source, 2, database);
        call.notify(EventClasses.GENERIC, "copy_to", 2, database);
        if (before != null) {
            call.overwritten(2, database, before, type);
        }
        reply.integer(1);
    }

    /** The number of a database at an index of the arguments. */
    static int database(Call call, Args args, int index) {
        long number = args.integer(index);
        if (number != (int) number) {
            args.fail(NOT_32_BITS);
        } else if (number < 0 || number >= call.keyspace().databases()) {
            args.fail(RedisError.DB_OUT_OF_RANGE);
        }
        return (int) number;
    }

    static void del(Call call, Args args, Reply reply) {
        int deleted = 0;
        for (int i = 1; i < args.count(); i++) {
            Entry entry = call.write(i);
            if (entry != null) {
                call.delete(i, entry);
                call.notify(EventClasses.GENERIC, "del", i);
                deleted++;
            }
        }
        reply.integer(deleted);
    }

    static void exists(Call call, Args args, Reply reply) {
        int found = 0;
        for (int i = 1; i < args.count(); i++) {
            if (call.inspect(i) != null) {
                found++;
            }
        }
        reply.integer(found);
    }

    static void touch(Call call, Args args, Reply reply) {
        int found = 0;
        for (int i = 1; i < args.count(); i++) {
            if (call.touch(i)) {
                found++;
            }
        }
        reply.integer(found);
    }

    static void type(Call call, Args args, Reply reply) {
        Entry entry = call.inspect(1);
        reply.simple(entry == null ? "none" : entry.type().typeName());
    }

    static void move(Call call, Args args, Reply reply) {
        int source = call.session().database();
        int target = database(call, args, 2);
        if (!args.failed() && target == source) {
            args.fail(RedisError.SAME_OBJECT);
        }
        if (args.failed()) {
            return;
        }
        Entry entry = call.write(1);
        if (entry == null || call.writeSecond(1, target) != null) {
            reply.integer(0);
            return;
        }
        call.move(1, entry, 1, target);
        call.notify(EventClasses.GENERIC, "move_from", 1);
        call.notify(EventClasses.GENERIC, "move_to", 1, target);
        reply.integer(1);
    }

    private static void rename(Call call, Args args, Reply reply, boolean onlyIfFree) {
        Entry entry = call.write(1);
        if (entry == null) {
            args.fail(RedisError.NO_SUCH_KEY);
            return;
        }
        boolean done = true;
        if (args.at(1).contentEquals(args.at(2))) {
            done = false;
        } else {
            Entry old = call.writeSecond(2);
            if (old != null && onlyIfFree) {
                done = false;
            } else {
                move(call, entry, old);
            }
        }
        if (onlyIfFree) {
            reply.integer(done ? 1 : 0);
        } else {
            reply.ok();
        }
    }

    /** Moves the first key to the second in place of what is there. */
    private static void move(Call call, Entry entry, @Nullable Entry old) {
        Type type = entry.type();
        Type before = null;
        if (old != null) {
            before = old.type();
            call.database(2).delete(old);
        }
        int database = call.session().database();
        call.move(1, entry, 2, database);
        call.notify(EventClasses.GENERIC, "rename_from", 1);
        call.notify(EventClasses.GENERIC, "rename_to", 2);
        if (before != null) {
            call.overwritten(2, database, before, type);
        }
    }

    static void keys(Call call, Args args, Reply reply) {
        Bytes pattern = args.at(1);
        boolean every = Glob.matchesEverything(pattern);
        long[] found = {0};
        Entry entry = new Entry();
        Bytes key = new Bytes();
        reply.beginArray();
        if (isExact(pattern)) {
            long hash = call.keyspace().hash(pattern);
            Database database = call.databaseIfAny(call.keyspace().partitionOf(hash));
            if (database != null
                    && database.find(hash, pattern, entry)
                    && !Partition.isExpired(entry, call.expiredUpTo())) {
                reply.bulk(pattern);
                found[0]++;
            }
            reply.endArray(found[0]);
            return;
        }
        for (int p = 0; p < call.keyspace().partitions(); p++) {
            Database database = call.databaseIfAny(p);
            if (database == null) {
                continue;
            }
            database.scan(0, Integer.MAX_VALUE, record -> {
                database.look(record, entry);
                if (!Partition.isExpired(entry, call.expiredUpTo())
                        && (every || Glob.matches(pattern, entry.key(key)))) {
                    reply.bulk(entry.key(key));
                    found[0]++;
                }
            });
        }
        reply.endArray(found[0]);
    }

    /** Whether a pattern matches one name only: itself. */
    private static boolean isExact(Bytes pattern) {
        for (int i = 0; i < pattern.length(); i++) {
            byte b = pattern.byteAt(i);
            if (b == '*' || b == '?' || b == '[' || b == '\\') {
                return false;
            }
        }
        return true;
    }

    static void randomKey(Call call, Args args, Reply reply) {
        Keyspace keyspace = call.keyspace();
        RandomGenerator random = call.dispatcher().random();
        Entry entry = new Entry();
        boolean paused = call.engine().pause().isOn();
        int tries = 0;
        // Each turn ends with an answer or deletes a key: those whose time is over are not to be seen.
        for (long size = DatabaseSize.of(call); size > 0; size = DatabaseSize.of(call)) {
            long rank = random.nextLong(size);
            int p = 0;
            while (rank >= DatabaseSize.of(call, p)) {
                rank -= DatabaseSize.of(call, p);
                p++;
            }
            Database database = call.databaseIfAny(p);
            if (database == null || !database.random(random, entry)) {
                throw new IllegalStateException("partition " + p + " has keys, and has none");
            }
            // During a pause nothing is deleted: if only such keys are drawn, one of them is the answer.
            if (!Partition.isExpired(entry, call.expiredUpTo()) || paused && ++tries > MAX_RANDOM_TRIES) {
                reply.bulk(entry.key(new Bytes()));
                return;
            }
            if (paused) {
                continue;
            }
            call.separateEffects();
            call.expire(keyspace.partition(p), call.session().database(), database, entry);
        }
        reply.nil();
    }
}
