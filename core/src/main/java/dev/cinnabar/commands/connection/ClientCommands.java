package dev.cinnabar.commands.connection;

import static dev.cinnabar.command.CommandSpec.command;
import static dev.cinnabar.command.Flag.ADMIN;
import static dev.cinnabar.command.Flag.LOADING;
import static dev.cinnabar.command.Flag.NOSCRIPT;
import static dev.cinnabar.command.Flag.STALE;

import dev.cinnabar.command.Args;
import dev.cinnabar.command.Argument;
import dev.cinnabar.command.Call;
import dev.cinnabar.command.Category;
import dev.cinnabar.command.CommandSpec;
import dev.cinnabar.command.Flag;
import dev.cinnabar.command.Group;
import dev.cinnabar.command.Help;
import dev.cinnabar.resp.RedisError;
import dev.cinnabar.resp.Reply;
import dev.cinnabar.session.Blocked;
import dev.cinnabar.session.ClientLine;
import dev.cinnabar.session.Pause;
import dev.cinnabar.session.Session;
import dev.cinnabar.session.Session.ReplyMode;
import java.util.List;

/** CLIENT: what is known about connections, and what they want. Stateless. */
public final class ClientCommands {

    private static final RedisError BAD_REASON = new RedisError("ERR CLIENT UNBLOCK reason should be TIMEOUT or ERROR");
    private static final RedisError UNBLOCKED = new RedisError("UNBLOCKED client unblocked via CLIENT UNBLOCK");
    private static final RedisError BAD_PAUSE = new RedisError("ERR CLIENT PAUSE mode must be WRITE or ALL");
    private static final RedisError BAD_TIMEOUT = new RedisError("ERR timeout is not an integer or out of range");
    private static final RedisError NEGATIVE_TIMEOUT = new RedisError("ERR timeout is negative");
    private static final RedisError BAD_ID = new RedisError("ERR Invalid client ID");

    private ClientCommands() {}

    public static List<CommandSpec> table() {
        Argument onOrOff = Argument.oneOf("enabled", Argument.token("ON"), Argument.token("OFF"));
        return List.of(command("client", -2)
                .since("2.4.0")
                .group(Group.CONNECTION)
                .summary("Holds the commands about connections.")
                .complexity("Depends on the subcommand.")
                .subcommands(
                        own("id", 2, "5.0.0")
                                .summary("Answers the connection's number, which no other ever had.")
                                .complexity("O(1)")
                                .handler((call, args, reply) ->
                                        reply.integer(call.session().id())),
                        own("info", 2, "6.2.0")
                                .tips("nondeterministic_output")
                                .summary("Answers what is known about the connection.")
                                .complexity("O(1)")
                                .handler(ClientCommands::info),
                        row("list", -2, "2.4.0", ADMIN, NOSCRIPT, LOADING, STALE)
                                .tips("nondeterministic_output")
                                .summary("Answers what is known about all connections, or some.")
                                .complexity("O(N), N being the number of connections.")
                                .arguments(
                                        types("NORMAL", "MASTER", "REPLICA", "PUBSUB")
                                                .since("5.0.0"),
                                        Argument.integer("client-id")
                                                .after("ID")
                                                .since("6.2.0")
                                                .optional()
                                                .multiple())
                                .handler(ClientCommands::list),
                        own("getname", 2, "2.6.9")
                                .summary("Answers the connection's name.")
                                .complexity("O(1)")
                                .handler(ClientCommands::getname),
                        own("setname", 3, "2.6.9")
                                .tips("request_policy:all_nodes", "response_policy:all_succeeded")
                                .summary("Names the connection.")
                                .complexity("O(1)")
                                .arguments(Argument.string("connection-name"))
                                .handler(ClientCommands::setname),
                        own("setinfo", 4, "7.2.0")
                                .tips("request_policy:all_nodes", "response_policy:all_succeeded")
                                .summary("Says which library the client uses, and its version.")
                                .complexity("O(1)")
                                .arguments(Argument.oneOf(
                                        "attr",
                                        Argument.string("libname").after("LIB-NAME"),
                                        Argument.string("libver").after("LIB-VER")))
                                .handler(ClientCommands::setinfo),
                        row("kill", -3, "2.4.0", ADMIN, NOSCRIPT, LOADING, STALE)
                                .summary("Ends connections: that of an address, or all that match.")
                                .complexity("O(N), N being the number of connections.")
                                .arguments(killArguments())
                                .handler(ClientKill::kill),
                        row("unblock", -3, "5.0.0", ADMIN, NOSCRIPT, LOADING, STALE)
                                .walksData()
                                .summary("Ends another connection's wait for keys.")
                                .complexity("O(log N), N being the number of connections.")
                                .arguments(
                                        Argument.integer("client-id"),
                                        Argument.oneOf(
                                                        "unblock-type",
                                                        Argument.token("TIMEOUT"),
                                                        Argument.token("ERROR"))
                                                .optional())
                                .handler(ClientCommands::unblock),
                        row("pause", -3, "3.0.0", ADMIN, NOSCRIPT, LOADING, STALE)
                                .history("6.2.0", "Added `WRITE`, which lets reads go on, and `ALL`.")
                                .summary("Makes the commands of all connections wait for some time.")
                                .complexity("O(1)")
                                .arguments(
                                        Argument.integer("timeout"),
                                        Argument.oneOf("mode", Argument.token("WRITE"), Argument.token("ALL"))
                                                .since("6.2.0")
                                                .optional())
                                .handler(ClientCommands::pause),
                        row("unpause", 2, "6.2.0", ADMIN, NOSCRIPT, LOADING, STALE)
                                .summary("Ends such a pause.")
                                .complexity("O(N), N being the number of connections that wait.")
                                .handler(ClientCommands::unpause),
                        own("reply", 3, "3.2.0")
                                .summary("Says whether the connection wants replies.")
                                .complexity("O(1)")
                                .arguments(Argument.oneOf(
                                        "action", Argument.token("ON"), Argument.token("OFF"), Argument.token("SKIP")))
                                .handler(ClientCommands::reply),
                        row("no-evict", 3, "7.0.0", ADMIN, NOSCRIPT, LOADING, STALE)
                                .summary("Spares the connection where others are ended to free memory.")
                                .complexity("O(1)")
                                .arguments(onOrOff)
                                .handler(ClientCommands::noEvict),
                        own("no-touch", 3, "7.2.0")
                                .summary("Lets the connection's commands leave no trace in the keys' access clocks.")
                                .complexity("O(1)")
                                .arguments(onOrOff)
                                .handler(ClientCommands::noTouch),
                        own("getredir", 2, "6.0.0")
                                .summary("Answers which connection gets the notes about tracked keys.")
                                .complexity("O(1)")
                                .handler(TrackingCommands::getredir),
                        own("trackinginfo", 2, "6.2.0")
                                .summary("Answers which keys are tracked for the connection.")
                                .complexity("O(1)")
                                .handler(TrackingCommands::trackinginfo),
                        own("tracking", -3, "6.0.0")
                                .summary(
                                        "Lets the server tell the client of changes of keys, so that it can cache them.")
                                .complexity("O(1); some options O(N), N being the number of prefixes.")
                                .arguments(
                                        Argument.oneOf("status", Argument.token("ON"), Argument.token("OFF")),
                                        Argument.integer("client-id")
                                                .after("REDIRECT")
                                                .optional(),
                                        Argument.string("prefix")
                                                .after("PREFIX")
                                                .optional()
                                                .multipleWithToken(),
                                        Argument.token("BCAST").optional(),
                                        Argument.token("OPTIN").optional(),
                                        Argument.token("OPTOUT").optional(),
                                        Argument.token("NOLOOP").optional())
                                .handler(TrackingCommands::tracking),
                        own("caching", 3, "6.0.0")
                                .summary("Says whether the keys of the next command are cached.")
                                .complexity("O(1)")
                                .arguments(Argument.oneOf("mode", Argument.token("YES"), Argument.token("NO")))
                                .handler(TrackingCommands::caching),
                        Help.row("5.0.0", Group.CONNECTION, Category.CONNECTION)));
    }

    static void unblock(Call call, Args args, Reply reply) {
        boolean error = false;
        if (args.count() == 4) {
            error = args.is(3, "error");
            if (!error && !args.is(3, "timeout")) {
                args.fail(BAD_REASON);
            }
        } else if (args.count() > 4) {
            args.fail(call.spec().wrongArity());
        }
        long id = args.integer(2);
        if (args.failed()) {
            return;
        }
        Session session = call.engine().clients().find(id);
        Blocked blocked = session == null ? null : session.blocked();
        boolean done = blocked != null && call.dispatcher().giveUp(blocked, error ? UNBLOCKED : null);
        reply.integer(done ? 1 : 0);
    }

    static void pause(Call call, Args args, Reply reply) {
        Pause.Scope scope = Pause.Scope.ALL;
        if (args.count() == 4) {
            if (args.is(3, "write")) {
                scope = Pause.Scope.WRITE;
            } else if (!args.is(3, "all")) {
                args.fail(BAD_PAUSE);
            }
        } else if (args.count() > 4) {
            args.fail(wrongSyntax(call, args));
        }
        long timeoutMillis = args.integer(2, BAD_TIMEOUT);
        if (!args.failed() && timeoutMillis < 0) {
            args.fail(NEGATIVE_TIMEOUT);
        }
        if (args.failed()) {
            return;
        }
        long endMillis = call.nowMillis() + timeoutMillis;
        call.engine().pause().begin(scope, call.nowMillis(), endMillis < 0 ? Long.MAX_VALUE - 1 : endMillis);
        call.engine().nudge();
        reply.ok();
    }

    private static RedisError wrongSyntax(Call call, Args args) {
        CommandSpec container = call.spec().parent();
        if (container == null) {
            throw new IllegalStateException("a subcommand without its container");
        }
        return Help.wrongSyntax(container, args.at(1).shown(128));
    }

    static void unpause(Call call, Args args, Reply reply) {
        call.afterUnlock(call.engine().pause()::end);
        reply.ok();
    }

    /** A subcommand about the client's own connection. */
    private static CommandSpec own(String name, int arity, String since) {
        return row(name, arity, since, NOSCRIPT, LOADING, STALE);
    }

    private static CommandSpec row(String name, int arity, String since, Flag... flags) {
        return ConnectionCommands.row(name, arity, since, flags);
    }

    private static Argument types(String... names) {
        Argument[] tokens = new Argument[names.length];
        for (int i = 0; i < names.length; i++) {
            tokens[i] = Argument.token(names[i]);
        }
        return Argument.oneOf("client-type", tokens).after("TYPE").optional();
    }

    private static Argument killArguments() {
        return Argument.oneOf(
                "filter",
                Argument.string("old-format").shownAs("ip:port").deprecated("2.8.12"),
                Argument.oneOf(
                                "new-format",
                                Argument.integer("client-id")
                                        .after("ID")
                                        .since("2.8.12")
                                        .optional(),
                                types("NORMAL", "MASTER", "SLAVE", "REPLICA", "PUBSUB")
                                        .since("2.8.12"),
                                Argument.string("username").after("USER").optional(),
                                Argument.string("addr")
                                        .shownAs("ip:port")
                                        .after("ADDR")
                                        .optional(),
                                Argument.string("laddr")
                                        .shownAs("ip:port")
                                        .after("LADDR")
                                        .since("6.2.0")
                                        .optional(),
                                Argument.oneOf("skipme", Argument.token("YES"), Argument.token("NO"))
                                        .after("SKIPME")
                                        .optional(),
                                Argument.integer("maxage")
                                        .after("MAXAGE")
                                        .since("7.4.0")
                                        .optional())
                        .multiple());
    }

    static void info(Call call, Args args, Reply reply) {
        StringBuilder line = new StringBuilder(512);
        ClientLine.append(line, call.session(), call.nowMillis());
        reply.verbatim("txt", line.toString());
    }

    static void list(Call call, Args args, Reply reply) {
        StringBuilder lines = new StringBuilder();
        if (args.count() == 2) {
            for (Session session : call.engine().clients().all()) {
                ClientLine.append(lines, session, call.nowMillis());
            }
        } else if (args.count() == 4 && args.is(2, "type")) {
            ClientType type = ClientType.named(args.at(3));
            if (type == null) {
                args.fail(ClientType.unknown(args.at(3)));
                return;
            }
            for (Session session : call.engine().clients().all()) {
                if (type.includes(session)) {
                    ClientLine.append(lines, session, call.nowMillis());
                }
            }
        } else if (args.count() > 3 && args.is(2, "id")) {
            for (int i = 3; i < args.count(); i++) {
                Session session = call.engine().clients().find(args.integer(i, BAD_ID));
                if (args.failed()) {
                    return;
                }
                if (session != null) {
                    ClientLine.append(lines, session, call.nowMillis());
                }
            }
        } else {
            args.fail(RedisError.SYNTAX);
            return;
        }
        reply.verbatim("txt", lines.toString());
    }

    static void getname(Call call, Args args, Reply reply) {
        if (call.session().name().isEmpty()) {
            reply.nil();
        } else {
            reply.bulk(call.session().name());
        }
    }

    static void setname(Call call, Args args, Reply reply) {
        ClientName.check(args, 2);
        if (args.failed()) {
            return;
        }
        call.session().name(args.at(2).toString());
        reply.ok();
    }

    static void setinfo(Call call, Args args, Reply reply) {
        boolean name = args.is(2, "lib-name");
        if (!name && !args.is(2, "lib-ver")) {
            args.fail(
                    RedisError.showing("ERR Unrecognized option '" + args.at(2).shown(Integer.MAX_VALUE) + "'"));
            return;
        }
        if (!ClientName.isValid(args.at(3))) {
            args.fail(new RedisError("ERR " + args.at(2) + " cannot contain spaces, newlines or special characters."));
            return;
        }
        if (name) {
            call.session().libraryName(args.at(3).toString());
        } else {
            call.session().libraryVersion(args.at(3).toString());
        }
        reply.ok();
    }

    static void reply(Call call, Args args, Reply reply) {
        if (args.is(2, "on")) {
            call.replyMode(ReplyMode.ON);
            reply.ok();
        } else if (args.is(2, "off")) {
            call.replyMode(ReplyMode.OFF);
        } else if (!args.is(2, "skip")) {
            args.fail(RedisError.SYNTAX);
        } else if (call.session().replyMode() != ReplyMode.OFF) {
            call.replyMode(ReplyMode.SKIP);
        }
    }

    static void noEvict(Call call, Args args, Reply reply) {
        boolean on = onOrOff(args);
        if (!args.failed()) {
            call.session().noEvict(on);
            reply.ok();
        }
    }

    static void noTouch(Call call, Args args, Reply reply) {
        boolean on = onOrOff(args);
        if (!args.failed()) {
            call.session().noTouch(on);
            reply.ok();
        }
    }

    private static boolean onOrOff(Args args) {
        boolean on = args.is(2, "on");
        if (!on && !args.is(2, "off")) {
            args.fail(RedisError.SYNTAX);
        }
        return on;
    }
}
