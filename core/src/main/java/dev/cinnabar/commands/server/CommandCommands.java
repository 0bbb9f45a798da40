package dev.cinnabar.commands.server;

import static dev.cinnabar.command.CommandSpec.command;
import static dev.cinnabar.command.Flag.LOADING;
import static dev.cinnabar.command.Flag.STALE;

import dev.cinnabar.command.Args;
import dev.cinnabar.command.Argument;
import dev.cinnabar.command.Call;
import dev.cinnabar.command.Category;
import dev.cinnabar.command.CommandSpec;
import dev.cinnabar.command.CommandSpec.Locks;
import dev.cinnabar.command.CommandTable;
import dev.cinnabar.command.Flag;
import dev.cinnabar.command.Group;
import dev.cinnabar.command.Help;
import dev.cinnabar.command.KeySpec;
import dev.cinnabar.memory.Bytes;
import dev.cinnabar.resp.RedisError;
import dev.cinnabar.resp.Reply;
import dev.cinnabar.resp.Request;
import dev.cinnabar.text.Glob;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** COMMAND: what the rows of the command table say. Stateless. */
public final class CommandCommands {

    private static final RedisError NO_SUCH_COMMAND = new RedisError("ERR Invalid command specified");
    private static final RedisError NO_KEYS = new RedisError("ERR The command has no key arguments");
    private static final RedisError WRONG_COUNT =
            new RedisError("ERR Invalid number of arguments specified for command");
    private static final RedisError WRONG_ARGUMENTS = new RedisError("ERR Invalid arguments specified for command");

    private CommandCommands() {}

    public static List<CommandSpec> table() {
        Argument name = Argument.string("command-name").optional().multiple();
        Argument command = Argument.string("command");
        Argument arg = Argument.string("arg").optional().multiple();
        return List.of(row("command", -1, "2.8.13")
                .tips("nondeterministic_output_order")
                .summary("Describes all commands to programs.")
                .complexity("O(N), N being the number of commands.")
                .handler(
                        (call, args, reply) -> describe(call.engine().commands().all(), reply))
                .subcommands(
                        row("count", 2, "2.8.13")
                                .summary("Counts the commands.")
                                .complexity("O(1)")
                                .handler((call, args, reply) -> reply.integer(
                                        call.engine().commands().all().size())),
                        row("list", -2, "7.0.0")
                                .tips("nondeterministic_output_order")
                                .summary("Lists the names of commands and subcommands.")
                                .complexity("O(N), N being the number of commands.")
                                .arguments(Argument.oneOf(
                                                "filterby",
                                                Argument.string("module-name").after("MODULE"),
                                                Argument.string("category").after("ACLCAT"),
                                                Argument.pattern("pattern").after("PATTERN"))
                                        .after("FILTERBY")
                                        .optional())
                                .handler(CommandCommands::list),
                        row("info", -2, "2.8.13")
                                .tips("nondeterministic_output_order")
                                .summary("Describes commands to programs: all, or those named.")
                                .complexity("O(N), N being the number of commands.")
                                .arguments(name)
                                .history("7.0.0", "Without names it describes all commands.")
                                .handler(CommandCommands::info),
                        row("docs", -2, "7.0.0")
                                .tips("nondeterministic_output_order")
                                .summary("Explains commands to people: all, or those named.")
                                .complexity("O(N), N being the number of commands.")
                                .arguments(name)
                                .handler(CommandCommands::docs),
                        row("getkeys", -3, "2.8.13")
                                .summary("Finds the keys in a whole command.")
                                .complexity("O(N), N being the number of the command's arguments.")
                                .arguments(command, arg)
                                .handler((call, args, reply) -> getkeys(call, args, reply, false)),
                        row("getkeysandflags", -3, "7.0.0")
                                .summary("Finds the keys in a whole command, and what it does to them.")
                                .complexity("O(N), N being the number of the command's arguments.")
                                .arguments(command, arg)
                                .handler((call, args, reply) -> getkeys(call, args, reply, true)),
                        Help.row("5.0.0", Group.SERVER, Category.CONNECTION)));
    }

    private static CommandSpec row(String name, int arity, String since) {
        return command(name, arity, LOADING, STALE)
                .since(since)
                .group(Group.SERVER)
                .categories(Category.CONNECTION)
                .locks(Locks.NONE);
    }

    // LIST

    static void list(Call call, Args args, Reply reply) {
        Predicate<CommandSpec> filter = filter(args);
        if (filter == null) {
            args.fail(RedisError.SYNTAX);
            return;
        }
        List<String> names = new ArrayList<>();
        for (CommandSpec spec : call.engine().commands().all()) {
            addIf(filter, spec, names);
            spec.subcommands().forEach(sub -> addIf(filter, sub, names));
        }
        reply.array(names.size());
        names.forEach(reply::bulk);
    }

    private static void addIf(Predicate<CommandSpec> filter, CommandSpec spec, List<String> names) {
        if (filter.test(spec)) {
            names.add(spec.fullName());
        }
    }

    private static @Nullable Predicate<CommandSpec> filter(Args args) {
        if (args.count() == 2) {
            return spec -> true;
        }
        if (args.count() != 5 || !args.is(2, "filterby")) {
            return null;
        }
        Bytes value = args.at(4);
        if (args.is(3, "module")) {
            return spec -> false; // no command comes from a module
        }
        if (args.is(3, "aclcat")) {
            return spec -> spec.categories().stream()
                    .anyMatch(
                            category -> value.equalsIgnoreCase(category.label().substring(1)));
        }
        if (args.is(3, "pattern")) {
            return spec -> Glob.matches(value, Bytes.of(spec.fullName()), true);
        }
        return null;
    }

    // INFO

    static void info(Call call, Args args, Reply reply) {
        CommandTable table = call.engine().commands();
        if (args.count() == 2) {
            describe(table.all(), reply);
            return;
        }
        reply.array(args.count() - 2);
        for (int i = 2; i < args.count(); i++) {
            CommandSpec spec = table.findFull(args.at(i));
            if (spec == null) {
                reply.nil();
            } else {
                describe(spec, reply);
            }
        }
    }

    private static void describe(Collection<CommandSpec> specs, Reply reply) {
        reply.array(specs.size());
        specs.forEach(spec -> describe(spec, reply));
    }

    private static void describe(CommandSpec spec, Reply reply) {
        reply.array(10);
        reply.bulk(spec.fullName());
        reply.integer(spec.arity());
        List<Flag> flags = spec.flags();
        reply.set(flags.size());
        flags.forEach(flag -> reply.simple(flag.label()));
        reply.integer(spec.firstKey());
        reply.integer(spec.lastKey());
        reply.integer(spec.keyStep());
        reply.set(spec.categories().size());
        spec.categories().forEach(category -> reply.simple(category.label()));
        reply.set(spec.tips().size());
        spec.tips().forEach(reply::bulk);
        reply.set(spec.keys().size());
        spec.keys().forEach(key -> describe(key, reply));
        List<CommandSpec> subcommands = spec.subcommands();
        if (subcommands.isEmpty()) {
            reply.set(0);
        } else {
            describe(subcommands, reply);
        }
    }

    private static void describe(KeySpec key, Reply reply) {
        String notes = key.notes();
        reply.map(notes == null ? 3 : 4);
        if (notes != null) {
            reply.bulk("notes");
            reply.bulk(notes);
        }
        reply.bulk("flags");
        uses(key.uses(), reply);
        reply.bulk("begin_search");
        reply.map(2);
        reply.bulk("type");
        if (key.isUnknown()) {
            unknown(reply);
        } else if (key.keyword() == null) {
            reply.bulk("index");
            reply.bulk("spec");
            reply.map(1);
            number("index", key.index(), reply);
        } else {
            reply.bulk("keyword");
            reply.bulk("spec");
            reply.map(2);
            reply.bulk("keyword");
            reply.bulk(key.keyword());
            number("startfrom", key.index(), reply);
        }
        reply.bulk("find_keys");
        reply.map(2);
        reply.bulk("type");
        if (key.isUnknown()) {
            unknown(reply);
        } else if (key.isCounted()) {
            reply.bulk("keynum");
            reply.bulk("spec");
            reply.map(3);
            number("keynumidx", key.countIndex(), reply);
            number("firstkey", key.firstKey(), reply);
            number("keystep", key.step(), reply);
        } else {
            reply.bulk("range");
            reply.bulk("spec");
            reply.map(3);
            number("lastkey", key.last(), reply);
            number("keystep", key.step(), reply);
            number("limit", key.limit(), reply);
        }
    }

    private static void unknown(Reply reply) {
        reply.bulk("unknown");
        reply.bulk("spec");
        reply.map(0);
    }

    private static void uses(Set<KeySpec.Use> uses, Reply reply) {
        reply.set(uses.size());
        uses.forEach(use -> reply.simple(use.label()));
    }

    private static void number(String name, long value, Reply reply) {
        reply.bulk(name);
        reply.integer(value);
    }

    // DOCS

    static void docs(Call call, Args args, Reply reply) {
        CommandTable table = call.engine().commands();
        Collection<CommandSpec> specs = table.all();
        if (args.count() > 2) {
            specs = new ArrayList<>();
            for (int i = 2; i < args.count(); i++) {
                CommandSpec spec = table.findFull(args.at(i));
                if (spec != null) {
                    specs.add(spec);
                }
            }
        }
        explain(specs, reply);
    }

    private static void explain(Collection<CommandSpec> specs, Reply reply) {
        reply.map(specs.size());
        for (CommandSpec spec : specs) {
            reply.bulk(spec.fullName());
            explain(spec, reply);
        }
    }

    private static void explain(CommandSpec spec, Reply reply) {
        Fields fields = new Fields();
        fields.text("summary", spec.summary());
        fields.text("since", spec.since());
        fields.text("group", spec.group().label());
        fields.text("complexity", spec.complexity().isEmpty() ? null : spec.complexity());
        if (spec.deprecatedSince() != null || spec.isSystem()) {
            fields.add("doc_flags", r -> {
                r.set((spec.deprecatedSince() != null ? 1 : 0) + (spec.isSystem() ? 1 : 0));
                if (spec.deprecatedSince() != null) {
                    r.simple("deprecated");
                }
                if (spec.isSystem()) {
                    r.simple("syscmd");
                }
            });
        }
        fields.text("deprecated_since", spec.deprecatedSince());
        fields.text("replaced_by", spec.replacedBy());
        if (!spec.history().isEmpty()) {
            fields.add("history", r -> {
                r.set(spec.history().size());
                for (CommandSpec.Change change : spec.history()) {
                    r.array(2);
                    r.bulk(change.version());
                    r.bulk(change.change());
                }
            });
        }
        fields.arguments(spec.arguments());
        if (!spec.subcommands().isEmpty()) {
            fields.add("subcommands", r -> explain(spec.subcommands(), r));
        }
        fields.writeTo(reply);
    }

    /** The fields of a map, gathered because those that are empty are left out. */
    private static final class Fields {

        private interface Value {
            void writeTo(Reply reply);
        }

        private final List<String> names = new ArrayList<>();
        private final List<Value> values = new ArrayList<>();

        void add(String name, Value value) {
            names.add(name);
            values.add(value);
        }

        void text(String name, @Nullable String text) {
            if (text != null) {
                add(name, reply -> reply.bulk(text));
            }
        }

        void arguments(List<Argument> arguments) {
            if (!arguments.isEmpty()) {
                add("arguments", reply -> {
                    reply.array(arguments.size());
                    arguments.forEach(argument -> explain(argument, reply));
                });
            }
        }

        void writeTo(Reply reply) {
            reply.map(names.size());
            for (int i = 0; i < names.size(); i++) {
                reply.bulk(names.get(i));
                values.get(i).writeTo(reply);
            }
        }
    }

    private static void explain(Argument argument, Reply reply) {
        Fields fields = new Fields();
        fields.text("name", argument.name());
        fields.text("type", argument.kind().label());
        if (argument.kind() != Argument.Kind.ONEOF && argument.kind() != Argument.Kind.BLOCK) {
            fields.text("display_text", argument.displayText());
        }
        if (argument.keySpec() >= 0) {
            fields.add("key_spec_index", r -> r.integer(argument.keySpec()));
        }
        fields.text("token", argument.token());
        fields.text("since", argument.since());
        fields.text("deprecated_since", argument.deprecatedSince());
        List<String> flags = new ArrayList<>();
        if (argument.isOptional()) {
            flags.add("optional");
        }
        if (argument.isMultiple()) {
            flags.add("multiple");
        }
        if (argument.isMultipleToken()) {
            flags.add("multiple_token");
        }
        if (!flags.isEmpty()) {
            fields.add("flags", r -> {
                r.set(flags.size());
                flags.forEach(r::simple);
            });
        }
        fields.arguments(argument.parts());
        fields.writeTo(reply);
    }

    // GETKEYS, GETKEYSANDFLAGS

    private record Found(int index, Set<KeySpec.Use> uses) {}

    static void getkeys(Call call, Args args, Reply reply, boolean withUses) {
        Request request = args.from(2);
        CommandSpec spec = call.engine().commands().find(request);
        if (spec == null) {
            args.fail(NO_SUCH_COMMAND);
        } else if (!spec.hasKeys()) {
            args.fail(NO_KEYS);
        } else if (!spec.accepts(request.count())) {
            args.fail(WRONG_COUNT);
        } else {
            List<Found> found = find(spec, request);
            if (found.isEmpty() && !spec.has(Flag.NO_MANDATORY_KEYS)) {
                args.fail(WRONG_ARGUMENTS);
            } else {
                write(found, request, withUses, reply);
            }
        }
    }

    /** The keys of a request, none if some of them are not where they should be. */
    private static List<Found> find(CommandSpec spec, Request request) {
        List<Found> found = new ArrayList<>();
        for (KeySpec key : spec.keys()) {
            if (!key.uses().contains(KeySpec.Use.NOT_KEY)) {
                Set<KeySpec.Use> uses = key.usesBy(request);
                if (!key.forEach(request, index -> found.add(new Found(index, uses)))) {
                    return List.of();
                }
            }
        }
        return found;
    }

    private static void write(List<Found> found, Request request, boolean withUses, Reply reply) {
        reply.array(found.size());
        for (Found key : found) {
            if (withUses) {
                reply.array(2);
            }
            reply.bulk(request.at(key.index()));
            if (withUses) {
                uses(key.uses(), reply);
            }
        }
    }
}
