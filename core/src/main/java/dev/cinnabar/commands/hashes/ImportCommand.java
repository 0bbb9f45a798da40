package dev.cinnabar.commands.hashes;

import static dev.cinnabar.command.CommandSpec.command;
import static dev.cinnabar.command.Flag.DENYOOM;
import static dev.cinnabar.command.Flag.WRITE;
import static dev.cinnabar.command.KeySpec.Use.OW;
import static dev.cinnabar.command.KeySpec.Use.UPDATE;

import dev.cinnabar.command.Args;
import dev.cinnabar.command.Argument;
import dev.cinnabar.command.Call;
import dev.cinnabar.command.Category;
import dev.cinnabar.command.CommandSpec;
import dev.cinnabar.command.Flag;
import dev.cinnabar.command.Group;
import dev.cinnabar.command.KeySpec;
import dev.cinnabar.config.EventClasses;
import dev.cinnabar.journal.Effects;
import dev.cinnabar.memory.Bytes;
import dev.cinnabar.resp.RedisError;
import dev.cinnabar.resp.Reply;
import dev.cinnabar.values.Entry;
import dev.cinnabar.values.HashValue;
import dev.cinnabar.values.Type;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;

/** HIMPORT: many hashes of the same fields, whose names a connection sends once. Stateless. */
final class ImportCommand {

    private static final RedisError DUPLICATE = new RedisError("ERR duplicate field name in fieldset");
    private static final RedisError NO_SUCH = new RedisError("ERR no such fieldset");
    private static final RedisError NO_MATCH = new RedisError("ERR value count does not match fieldset field count");

    private ImportCommand() {}

    static CommandSpec row() {
        return command("himport", -2)
                .since("8.10.0")
                .group(Group.HASH)
                .categories(Category.HASH)
                .summary("Holds the commands that make many hashes of the same fields.")
                .complexity("Depends on the subcommand.")
                .subcommands(
                        sub("prepare", -4, DENYOOM)
                                .summary("Names a list of fields, for this connection.")
                                .complexity("O(N), N being the number of fields.")
                                .arguments(
                                        Argument.string("fieldset"),
                                        Argument.string("field").multiple())
                                .handler(ImportCommand::prepare),
                        sub("set", -5, WRITE, DENYOOM)
                                .keys(KeySpec.at(2, OW, UPDATE))
                                .summary("Makes a key hold a hash of the fields of a list with these values.")
                                .complexity("O(N), N being the number of fields.")
                                .arguments(
                                        Argument.key("key"),
                                        Argument.string("fieldset"),
                                        Argument.string("value").multiple())
                                .handler(ImportCommand::set),
                        sub("discard", 3)
                                .summary("Forgets a list of fields.")
                                .complexity("O(1)")
                                .arguments(Argument.string("fieldset"))
                                .handler((call, args, reply) ->
                                        reply.integer(call.session().fieldSets().remove(args.at(2)) ? 1 : 0)),
                        sub("discardall", 2)
                                .summary("Forgets all lists of fields.")
                                .complexity("O(N), N being the number of lists.")
                                .handler((call, args, reply) ->
                                        reply.integer(call.session().fieldSets().clear())));
    }

    private static CommandSpec sub(String name, int arity, Flag... flags) {
        return command(name, arity, flags).since("8.10.0").group(Group.HASH).categories(Category.HASH);
    }

    static void prepare(Call call, Args args, Reply reply) {
        Set<Bytes.Key> seen = new HashSet<>();
        byte[][] fields = new byte[args.count() - 3][];
        for (int i = 0; i < fields.length; i++) {
            fields[i] = args.at(i + 3).toByteArray();
            if (!seen.add(new Bytes.Key(fields[i], Arrays.hashCode(fields[i])))) {
                args.fail(DUPLICATE);
                return;
            }
        }
        call.session().fieldSets().put(args.at(2), fields);
        reply.ok();
    }

    static void set(Call call, Args args, Reply reply) {
        byte[][] fields = call.session().fieldSets().find(args.at(3));
        if (fields == null) {
            args.fail(NO_SUCH);
            return;
        }
        if (fields.length != args.count() - 4) {
            args.fail(NO_MATCH);
            return;
        }
        Entry old = call.write(2, Type.HASH);
        if (args.failed()) {
            return;
        }
        if (old != null) {
            call.database(2).delete(old);
            if (call.isJournaled()) {
                call.effect("DEL", 2).end();
            }
        }
        HashValue hash = call.views().hash;
        int kind = hash.kindFor(fields.length);
        hash.create(call.create(2, kind, HashValue.inlineLength(kind), Entry.NEVER));
        for (int i = 0; i < fields.length; i++) {
            hash.set(call.views().field.set(fields[i], 0, fields[i].length), args.at(i + 4), false);
        }
        call.modified(2);
        call.notify(EventClasses.HASH, "hset", 2);
        if (call.isJournaled()) {
            Effects effect = call.effect("HSET", 2);
            for (int i = 0; i < fields.length; i++) {
                effect.word(fields[i]).word(args.at(i + 4));
            }
            effect.end();
        }
        reply.ok();
    }
}
