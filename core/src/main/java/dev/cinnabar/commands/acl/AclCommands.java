package dev.cinnabar.commands.acl;

import static dev.cinnabar.command.CommandSpec.command;
import static dev.cinnabar.command.Flag.ADMIN;
import static dev.cinnabar.command.Flag.LOADING;
import static dev.cinnabar.command.Flag.NOSCRIPT;
import static dev.cinnabar.command.Flag.STALE;
import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.cinnabar.acl.AccessLog;
import dev.cinnabar.acl.AclException;
import dev.cinnabar.acl.Catalogue;
import dev.cinnabar.acl.Denial;
import dev.cinnabar.acl.Rights;
import dev.cinnabar.acl.Selector;
import dev.cinnabar.acl.User;
import dev.cinnabar.acl.Users;
import dev.cinnabar.acl.UsersFile;
import dev.cinnabar.command.AccessCheck;
import dev.cinnabar.command.Args;
import dev.cinnabar.command.Argument;
import dev.cinnabar.command.Call;
import dev.cinnabar.command.CommandSpec;
import dev.cinnabar.command.CommandSpec.Locks;
import dev.cinnabar.command.Flag;
import dev.cinnabar.command.Group;
import dev.cinnabar.command.Help;
import dev.cinnabar.config.Configuration;
import dev.cinnabar.config.Directives;
import dev.cinnabar.resp.RedisError;
import dev.cinnabar.resp.Reply;
import dev.cinnabar.resp.Request;
import dev.cinnabar.text.Reason;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** ACL: users and their rights. Stateless. */
public final class AclCommands {

    private static final String[] TO_ALL_NODES = {"request_policy:all_nodes", "response_policy:all_succeeded"};
    private static final int MAX_PASSWORD_BITS = 4096;
    private static final long LOG_ENTRIES_BY_DEFAULT = 10;

    private static final RedisError DEFAULT_USER_STAYS = new RedisError("ERR The 'default' user cannot be removed");
    private static final RedisError BAD_BITS =
            new RedisError("ERR ACL GENPASS argument must be the number of bits for the"
                    + " output password, a positive number up to 4096");
    private static final RedisError NO_FILE =
            new RedisError("ERR This Redis instance is not configured to use an ACL file."
                    + " You may want to specify users via the ACL SETUSER command and then issue a CONFIG REWRITE (assuming you have"
                    + " a Redis configuration file set) in order to store users in the Redis configuration.");
    private static final RedisError NOT_SAVED = new RedisError(
            "ERR There was an error trying to save the ACLs. Please check the server logs for more information");

    private static final SecureRandom RANDOM = new SecureRandom();

    private AclCommands() {}

    public static List<CommandSpec> table() {
        Argument user = Argument.string("username");
        return List.of(command("acl", -2)
                .group(Group.SERVER)
                .since("6.0.0")
                .locks(Locks.NONE)
                .summary("Holds the commands about users.")
                .complexity("Depends on the subcommand.")
                .subcommands(
                        open("cat", -2)
                                .summary("Lists the categories, or the commands of one.")
                                .complexity("O(1)")
                                .arguments(Argument.string("category").optional())
                                .handler(AclCommands::cat),
                        row("deluser", -3)
                                .tips(TO_ALL_NODES)
                                .summary("Deletes users and ends their connections.")
                                .complexity("O(1) a user.")
                                .arguments(user.multiple())
                                .handler(AclCommands::deluser),
                        row("dryrun", -4)
                                .since("7.0.0")
                                .summary("Tells whether a user could run a command, without running it.")
                                .complexity("O(1)")
                                .arguments(
                                        Argument.string("username"),
                                        Argument.string("command"),
                                        Argument.string("arg").optional().multiple())
                                .handler(AclCommands::dryrun),
                        open("genpass", -2)
                                .summary(
                                        "Makes up a password of 256 bits, or of as many as wanted, in hexadecimal digits.")
                                .complexity("O(1)")
                                .arguments(Argument.integer("bits").optional())
                                .handler(AclCommands::genpass),
                        row("getuser", 3)
                                .summary("Describes a user.")
                                .complexity("O(N), N being the number of rules that the user has.")
                                .arguments(Argument.string("username"))
                                .history("6.2.0", "Tells the channels.")
                                .history("7.0.0", "Tells the selectors; keys and channels are texts.")
                                .handler(AclCommands::getuser),
                        row("list", 2)
                                .summary("Lists all users with their rules, as a file defines them.")
                                .complexity("O(N), N being the number of users.")
                                .handler(AclCommands::list),
                        row("load", 2)
                                .summary("Reads the users from their file again.")
                                .complexity("O(N), N being the number of users.")
                                .handler(AclCommands::load),
                        row("log", -2)
                                .summary("Tells what was denied to whom lately, or forgets it.")
                                .complexity("O(N), N being the number of entries.")
                                .arguments(
                                        Argument.oneOf("operation", Argument.integer("count"), Argument.token("RESET"))
                                                .optional())
                                .history("7.2.0", "Tells an entry's number, and when it was made and last updated.")
                                .handler(AclCommands::log),
                        row("save", 2)
                                .tips(TO_ALL_NODES)
                                .summary("Writes the users to their file.")
                                .complexity("O(N), N being the number of users.")
                                .handler(AclCommands::save),
                        row("setuser", -3)
                                .tips(TO_ALL_NODES)
                                .summary("Changes a user by rules, or makes one.")
                                .complexity("O(N), N being the number of rules.")
                                .arguments(
                                        Argument.string("username"),
                                        Argument.string("rule").optional().multiple())
                                .history("6.2.0", "Takes patterns of channels.")
                                .history("7.0.0", "Takes selectors, and patterns of keys by use.")
                                .handler(AclCommands::setuser),
                        row("users", 2)
                                .summary("Lists the names of all users.")
                                .complexity("O(N), N being the number of users.")
                                .handler(AclCommands::users),
                        open("whoami", 2)
                                .summary("Tells which user the connection is.")
                                .complexity("O(1)")
                                .handler((call, args, reply) ->
                                        reply.bulk(bytes(call.session().user().name()))),
                        Help.row("6.0.0", Group.SERVER)));
    }

    private static CommandSpec row(String name, int arity) {
        return row(name, arity, ADMIN, NOSCRIPT, LOADING, STALE);
    }

    /** A subcommand for everybody. */
    private static CommandSpec open(String name, int arity) {
        return row(name, arity, NOSCRIPT, LOADING, STALE);
    }

    private static CommandSpec row(String name, int arity, Flag... flags) {
        return command(name, arity, flags).group(Group.SERVER).since("6.0.0").locks(Locks.NONE);
    }

    private static String text(Args args, int index) {
        return new String(args.at(index).toByteArray(), ISO_8859_1);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(ISO_8859_1);
    }

    private static Users userTable(Call call) {
        return call.engine().users();
    }

    private static Configuration configuration(Call call) {
        return call.engine().settings().configuration();
    }

    /** What a subcommand answers that has too many arguments: the table cannot tell how many it takes at most. */
    private static void refuseMoreThan(int count, Call call, Args args) {
        if (args.count() > count) {
            args.fail(Help.wrongSyntax(container(call), text(args, 1)));
        }
    }

    private static CommandSpec container(Call call) {
        CommandSpec parent = call.spec().parent();
        return parent == null ? call.spec() : parent;
    }

    // Users.

    static void setuser(Call call, Args args, Reply reply) {
        List<String> rules = new ArrayList<>();
        for (int i = 3; i < args.count(); i++) {
            rules.add(text(args, i));
        }
        try {
            User user = userTable(call).set(text(args, 2), rules);
            call.engine().disconnectListeners(user, call.session());
            reply.ok();
        } catch (AclException e) {
            args.fail(RedisError.showing("ERR " + e.full("ACL SETUSER modifier")));
        }
    }

    static void deluser(Call call, Args args, Reply reply) {
        for (int i = 2; i < args.count(); i++) {
            if (text(args, i).equals(Users.DEFAULT)) {
                args.fail(DEFAULT_USER_STAYS);
                return;
            }
        }
        int deleted = 0;
        for (int i = 2; i < args.count(); i++) {
            User user = userTable(call).delete(text(args, i));
            if (user != null) {
                call.engine().disconnect(user, call.session());
                deleted++;
            }
        }
        reply.integer(deleted);
    }

    static void getuser(Call call, Args args, Reply reply) {
        User user = userTable(call).find(text(args, 2));
        if (user == null) {
            reply.nil();
            return;
        }
        Rights rights = user.rights();
        List<Selector> selectors = rights.selectors();
        reply.map(6);
        reply.bulk("flags");
        reply.set(rights.flags().size());
        rights.flags().forEach(reply::bulk);
        reply.bulk("passwords");
        reply.array(rights.passwordHashes().size());
        rights.passwordHashes().forEach(reply::bulk);
        describe(selectors.getFirst(), reply);
        reply.bulk("selectors");
        reply.array(selectors.size() - 1);
        selectors.stream().skip(1).forEach(selector -> {
            reply.map(3);
            describe(selector, reply);
        });
    }

    private static void describe(Selector selector, Reply reply) {
        reply.bulk("commands");
        reply.bulk(bytes(selector.describeCommands()));
        reply.bulk("keys");
        reply.bulk(bytes(selector.describeKeys()));
        reply.bulk("channels");
        reply.bulk(bytes(selector.describeChannels()));
    }

    static void list(Call call, Args args, Reply reply) {
        bulks(userTable(call).all().stream().map(User::describe).toList(), reply);
    }

    static void users(Call call, Args args, Reply reply) {
        bulks(userTable(call).all().stream().map(User::name).toList(), reply);
    }

    private static void bulks(List<String> texts, Reply reply) {
        reply.array(texts.size());
        texts.forEach(text -> reply.bulk(bytes(text)));
    }

    // Files.

    static void load(Call call, Args args, Reply reply) {
        Path file = file(call, args);
        if (file == null) {
            return;
        }
        try {
            for (User gone : UsersFile.load(file, userTable(call))) {
                call.engine().disconnect(gone, call.session());
            }
            userTable(call).all().forEach(user -> call.engine().disconnectListeners(user, call.session()));
            reply.ok();
        } catch (AclException e) {
            args.fail(RedisError.showing("ERR " + e.getMessage()));
        }
    }

    static void save(Call call, Args args, Reply reply) {
        Path file = file(call, args);
        if (file == null) {
            return;
        }
        try {
            UsersFile.save(file, userTable(call));
            reply.ok();
        } catch (IOException e) {
            call.engine().settings().log.warning("ACL SAVE failed: " + Reason.withFile(e));
            args.fail(NOT_SAVED);
        }
    }

    private static @Nullable Path file(Call call, Args args) {
        if (configuration(call).get(Directives.ACLFILE).isEmpty()) {
            args.fail(NO_FILE);
            return null;
        }
        return configuration(call).path(Directives.ACLFILE);
    }

    // Commands and categories.

    static void cat(Call call, Args args, Reply reply) {
        refuseMoreThan(3, call, args);
        if (args.failed()) {
            return;
        }
        Catalogue catalogue = userTable(call).catalogue();
        if (args.count() == 2) {
            bulks(catalogue.categories(), reply);
            return;
        }
        String category = text(args, 2).toLowerCase(Locale.ROOT);
        if (!catalogue.categories().contains(category)) {
            args.fail(RedisError.showing("ERR Unknown category '" + text(args, 2) + "'"));
            return;
        }
        List<String> names = new ArrayList<>();
        for (int command = 0; command < catalogue.size(); command++) {
            if (catalogue.isInCategory(command, category)) {
                names.add(catalogue.name(command));
            }
        }
        bulks(names, reply);
    }

    static void dryrun(Call call, Args args, Reply reply) {
        User user = userTable(call).find(text(args, 2));
        Request request = args.from(3);
        CommandSpec spec = call.engine().commands().find(request);
        if (user == null) {
            args.fail(RedisError.showing("ERR User '" + text(args, 2) + "' not found"));
        } else if (spec == null) {
            args.fail(RedisError.showing("ERR Command '" + text(args, 3) + "' not found"));
        } else if (!spec.accepts(request.count())) {
            args.fail(spec.wrongArity());
        } else {
            AccessCheck check = new AccessCheck();
            Denial denial = check.check(user, spec, request);
            if (denial == null) {
                reply.ok();
            } else {
                String object = new String(request.at(check.argument()).toByteArray(), ISO_8859_1);
                reply.bulk(bytes(AccessCheck.text(denial, user, spec, object)));
            }
        }
    }

    // The log, passwords.

    static void log(Call call, Args args, Reply reply) {
        refuseMoreThan(3, call, args);
        if (args.failed()) {
            return;
        }
        AccessLog log = call.engine().accessLog();
        if (args.count() == 3 && args.is(2, "reset")) {
            log.reset();
            reply.ok();
            return;
        }
        long count = args.count() == 3 ? args.integer(2) : LOG_ENTRIES_BY_DEFAULT;
        if (args.failed()) {
            return;
        }
        List<AccessLog.Entry> entries = log.last(count);
        reply.array(entries.size());
        entries.forEach(entry -> describe(entry, call.nowMillis(), reply));
    }

    private static void describe(AccessLog.Entry entry, long nowMillis, Reply reply) {
        reply.map(10);
        reply.bulk("count");
        reply.integer(entry.count());
        reply.bulk("reason");
        reply.bulk(entry.reason().label());
        reply.bulk("context");
        reply.bulk(entry.context());
        reply.bulk("object");
        reply.bulk(bytes(entry.object()));
        reply.bulk("username");
        reply.bulk(bytes(entry.user()));
        reply.bulk("age-seconds");
        reply.doubleValue((nowMillis - entry.updatedMillis()) / 1000.0);
        reply.bulk("client-info");
        reply.bulk(entry.client());
        reply.bulk("entry-id");
        reply.integer(entry.number());
        reply.bulk("timestamp-created");
        reply.integer(entry.createdMillis());
        reply.bulk("timestamp-last-updated");
        reply.integer(entry.updatedMillis());
    }

    static void genpass(Call call, Args args, Reply reply) {
        refuseMoreThan(3, call, args);
        long bits = args.count() >= 3 ? args.integer(2) : 256;
        if (!args.failed() && (bits <= 0 || bits > MAX_PASSWORD_BITS)) {
            args.fail(BAD_BITS);
        }
        if (args.failed()) {
            return;
        }
        int digits = (int) (bits + 3) / 4;
        byte[] random = new byte[(digits + 1) / 2];
        RANDOM.nextBytes(random);
        reply.bulk(HexFormat.of().formatHex(random).substring(0, digits));
    }
}
