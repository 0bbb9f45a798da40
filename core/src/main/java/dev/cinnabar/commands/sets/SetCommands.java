package dev.cinnabar.commands.sets;

import static dev.cinnabar.command.Flag.DENYOOM;
import static dev.cinnabar.command.Flag.FAST;
import static dev.cinnabar.command.Flag.READONLY;
import static dev.cinnabar.command.Flag.WRITE;
import static dev.cinnabar.command.KeySpec.Use.ACCESS;
import static dev.cinnabar.command.KeySpec.Use.DELETE;
import static dev.cinnabar.command.KeySpec.Use.INSERT;
import static dev.cinnabar.command.KeySpec.Use.RO;
import static dev.cinnabar.command.KeySpec.Use.RW;
import static dev.cinnabar.commands.sets.SetRow.row;

import dev.cinnabar.command.Args;
import dev.cinnabar.command.Argument;
import dev.cinnabar.command.Call;
import dev.cinnabar.command.CommandSpec;
import dev.cinnabar.command.KeySpec;
import dev.cinnabar.command.ScanOptions;
import dev.cinnabar.config.EventClasses;
import dev.cinnabar.memory.Bytes;
import dev.cinnabar.resp.RedisError;
import dev.cinnabar.resp.Reply;
import dev.cinnabar.values.Entry;
import dev.cinnabar.values.SetValue;
import dev.cinnabar.values.Type;
import java.util.ArrayList;
import java.util.List;

/** Sets: adding, removing and looking for members of one. Stateless. */
public final class SetCommands {

    private SetCommands() {}

    /** The rows of all commands on sets. */
    public static List<CommandSpec> table() {
        List<CommandSpec> rows = new ArrayList<>(List.of(
                row("sadd", -3, "1.0.0", WRITE, DENYOOM, FAST)
                        .member(2)
                        .keys(KeySpec.at(1, RW, INSERT))
                        .summary("Adds members to a set, which is made if it is missing.")
                        .complexity("O(N), N being the number of members to add.")
                        .arguments(
                                Argument.key("key"), Argument.string("member").multiple())
                        .history("2.4.0", "Takes several members.")
                        .handler(SetCommands::sadd),
                row("srem", -3, "1.0.0", WRITE, FAST)
                        .member(2)
                        .keys(KeySpec.at(1, RW, DELETE))
                        .summary("Removes members from a set; the key goes with the last one.")
                        .complexity("O(N), N being the number of members to remove.")
                        .arguments(
                                Argument.key("key"), Argument.string("member").multiple())
                        .history("2.4.0", "Takes several members.")
                        .handler(SetCommands::srem),
                row("smove", 4, "1.0.0", WRITE, FAST)
                        .keys(KeySpec.at(1, RW, ACCESS, DELETE), KeySpec.at(2, RW, INSERT))
                        .summary("Moves a member from one set to another.")
                        .complexity("O(1)")
                        .arguments(Argument.key("source"), Argument.key("destination", 1), Argument.string("member"))
                        .handler(SetCommands::smove),
                row("sismember", 3, "1.0.0", READONLY, FAST)
                        .member(2)
                        .keys(KeySpec.at(1, RO))
                        .summary("Tells whether a set has a member.")
                        .complexity("O(1)")
                        .arguments(Argument.key("key"), Argument.string("member"))
                        .handler(SetCommands::sismember),
                row("smismember", -3, "6.2.0", READONLY, FAST)
                        .member(2)
                        .keys(KeySpec.at(1, RO, ACCESS))
                        .summary("Tells of each of several members whether a set has it.")
                        .complexity("O(N), N being the number of members asked for.")
                        .arguments(
                                Argument.key("key"), Argument.string("member").multiple())
                        .handler(SetCommands::smismember),
                row("scard", 2, "1.0.0", READONLY, FAST)
                        .keys(KeySpec.at(1, RO))
                        .summary("Answers how many members a set has.")
                        .complexity("O(1)")
                        .arguments(Argument.key("key"))
                        .handler(SetCommands::scard),
                row("smembers", 2, "1.0.0", READONLY)
                        .keys(KeySpec.at(1, RO, ACCESS))
                        .tips("nondeterministic_output_order")
                        .summary("Answers all members of a set.")
                        .complexity("O(N), N being the number of members.")
                        .arguments(Argument.key("key"))
                        .handler(SetCommands::smembers),
                row("sscan", -3, "2.8.0", READONLY)
                        .keys(KeySpec.at(1, RO, ACCESS))
                        .tips("nondeterministic_output")
                        .summary("Answers some members of a set, and a cursor for the next ones.")
                        .complexity("O(1) a call, O(N) until all are seen, N being the number of members.")
                        .arguments(
                                Argument.key("key"),
                                Argument.integer("cursor"),
                                Argument.pattern("pattern").after("MATCH").optional(),
                                Argument.integer("count").after("COUNT").optional())
                        .handler(SetCommands::sscan)));
        rows.addAll(RandomMembers.table());
        rows.addAll(SetAlgebraCommands.table());
        return rows;
    }

    static void sadd(Call call, Args args, Reply reply) {
        Entry entry = call.write(1, Type.SET);
        if (args.failed()) {
            return;
        }
        int members = args.count() - 2;
        SetValue set = call.views().set;
        if (entry == null) {
            create(call, 1, set, args.at(2), members);
        } else {
            set.at(entry).expect(members);
        }
        int added = 0;
        for (int i = 2; i < args.count(); i++) {
            if (set.add(args.at(i))) {
                added++;
            }
        }
        if (added > 0) {
            call.modified(1);
            call.notify(EventClasses.SET, "sadd", 1);
        }
        reply.integer(added);
    }

    /** Makes a missing key an empty set, which the caller fills, and shows it. */
    private static void create(Call call, int arg, SetValue set, Bytes first, int members) {
        int kind = set.kindFor(first, members);
        set.create(call.create(arg, kind, SetValue.inlineLength(kind), Entry.NEVER));
    }

    static void srem(Call call, Args args, Reply reply) {
        Entry entry = call.write(1, Type.SET);
        if (args.failed()) {
            return;
        }
        int removed = 0;
        if (entry != null) {
            SetValue set = call.views().set.at(entry);
            long left = set.size();
            for (int i = 2; i < args.count() && left > 0; i++) {
                if (set.remove(args.at(i))) {
                    removed++;
                    left--;
                }
            }
            if (removed > 0) {
                changed(call, 1, entry, set, "srem");
            }
        }
        reply.integer(removed);
    }

    /** A set has lost members: it is deleted if it has no more. */
    static void changed(Call call, int arg, Entry entry, SetValue set, String event) {
        boolean empty = set.size() == 0;
        if (empty) {
            call.delete(arg, entry);
        } else {
            call.modified(arg);
        }
        call.notify(EventClasses.SET, event, arg);
        if (empty) {
            call.notify(EventClasses.GENERIC, "del", arg);
        }
    }

    static void smove(Call call, Args args, Reply reply) {
        Entry source = call.write(1, Type.SET);
        if (source == null) {
            if (!args.failed()) {
                reply.integer(0);
            }
            return;
        }
        Entry destination = call.writeSecond(2);
        if (destination != null && destination.type() != Type.SET) {
            args.fail(RedisError.WRONG_TYPE);
            return;
        }
        SetValue set = call.views().set.at(source);
        if (args.at(1).contentEquals(args.at(2, call.view()))) {
            reply.integer(set.contains(args.at(3)) ? 1 : 0);
            return;
        }
        if (!set.remove(args.at(3))) {
            reply.integer(0);
            return;
        }
        changed(call, 1, source, set, "srem");
        if (destination == null) {
            create(call, 2, set, args.at(3), 1);
        } else {
            set.at(destination);
        }
        if (set.add(args.at(3))) {
            call.modified(2);
            call.notify(EventClasses.SET, "sadd", 2);
        }
        reply.integer(1);
    }

    static void sismember(Call call, Args args, Reply reply) {
        Entry entry = call.read(1, Type.SET);
        if (!args.failed()) {
            reply.integer(entry != null && call.views().set.at(entry).contains(args.at(2)) ? 1 : 0);
        }
    }

    static void smismember(Call call, Args args, Reply reply) {
        Entry entry = call.read(1, Type.SET);
        if (args.failed()) {
            return;
        }
        SetValue set = call.views().set;
        if (entry != null) {
            set.at(entry);
        }
        reply.array(args.count() - 2L);
        for (int i = 2; i < args.count(); i++) {
            reply.integer(entry != null && set.contains(args.at(i)) ? 1 : 0);
        }
    }

    static void scard(Call call, Args args, Reply reply) {
        Entry entry = call.read(1, Type.SET);
        if (!args.failed()) {
            reply.integer(entry == null ? 0 : call.views().set.at(entry).size());
        }
    }

    static void smembers(Call call, Args args, Reply reply) {
        Entry entry = call.read(1, Type.SET);
        if (args.failed()) {
            return;
        }
        if (entry == null) {
            reply.set(0);
        } else {
            all(call.views().set.at(entry), reply);
        }
    }

    /** Answers all members. */
    static void all(SetValue set, Reply reply) {
        reply.set(set.size());
        set.rewind();
        while (set.next()) {
            reply.bulk(set.member());
        }
    }

    static void sscan(Call call, Args args, Reply reply) {
        long cursor = ScanOptions.cursor(args, 2);
        if (args.failed()) {
            return;
        }
        Entry entry = call.read(1, Type.SET);
        if (args.failed()) {
            return;
        }
        if (entry == null) {
            ScanOptions.nothing(reply);
            return;
        }
        ScanOptions options = new ScanOptions().readAll(args, 3);
        if (args.failed()) {
            return;
        }
        SetValue set = call.views().set.at(entry);
        reply.array(2);
        reply.bulkInteger(set.scan(cursor, options.bound()));
        reply.beginArray();
        int found = 0;
        while (set.next()) {
            if (options.matches(set.member())) {
                reply.bulk(set.member());
                found++;
            }
        }
        reply.endArray(found);
    }
}
