package dev.cinnabar.commands.connection;

import static dev.cinnabar.command.Flag.ALLOW_BUSY;
import static dev.cinnabar.command.Flag.FAST;
import static dev.cinnabar.command.Flag.LOADING;
import static dev.cinnabar.command.Flag.NOSCRIPT;
import static dev.cinnabar.command.Flag.NO_AUTH;
import static dev.cinnabar.command.Flag.STALE;

import dev.cinnabar.command.Args;
import dev.cinnabar.command.Argument;
import dev.cinnabar.command.Call;
import dev.cinnabar.command.CommandSpec;
import dev.cinnabar.command.Version;
import dev.cinnabar.resp.RedisError;
import dev.cinnabar.resp.Reply;
import dev.cinnabar.session.Session;

/** HELLO: the handshake that settles protocol, user and name at once, or changes nothing. Stateless. */
final class Hello {

    private static final RedisError BAD_VERSION =
            new RedisError("ERR Protocol version is not an integer or out of range");
    private static final RedisError UNSUPPORTED = new RedisError("NOPROTO unsupported protocol version");
    private static final RedisError NO_AUTH_YET = new RedisError("NOAUTH HELLO must be called with the client already"
            + " authenticated, otherwise the HELLO <proto> AUTH <user> <pass> option can be used to authenticate the"
            + " client and select the RESP protocol version at the same time");

    private Hello() {}

    static CommandSpec row() {
        return ConnectionCommands.row("hello", -1, "6.0.0", NOSCRIPT, LOADING, STALE, FAST, NO_AUTH, ALLOW_BUSY)
                .summary("Settles the protocol's version, and user and name if given; answers what server this is.")
                .complexity("O(1)")
                .arguments(Argument.block(
                                "arguments",
                                Argument.integer("protover"),
                                Argument.block("auth", Argument.string("username"), Argument.string("password"))
                                        .after("AUTH")
                                        .optional(),
                                Argument.string("clientname").after("SETNAME").optional())
                        .optional())
                .history("6.2.0", "Without arguments it tells how things stand.")
                .handler(Hello::hello);
    }

    static void hello(Call call, Args args, Reply reply) {
        long version = 0;
        if (args.count() > 1) {
            version = args.integer(1, BAD_VERSION);
            if (!args.failed() && (version < 2 || version > 3)) {
                args.fail(UNSUPPORTED);
            }
        }
        int user = 0;
        int name = 0;
        for (int i = 2; i < args.count() && !args.failed(); i++) {
            int rest = args.count() - 1 - i;
            if (args.is(i, "auth") && rest >= 2) {
                user = i + 1;
                i += 2;
            } else if (args.is(i, "setname") && rest >= 1) {
                name = ++i;
                ClientName.check(args, name);
            } else {
                args.fail(RedisError.showing(
                        "ERR Syntax error in HELLO option '" + args.at(i).shown(Integer.MAX_VALUE) + "'"));
            }
        }
        if (args.failed()) {
            return;
        }
        Session session = call.session();
        if (user > 0 && !Authentication.authenticate(call, args, user, user + 1)) {
            args.fail(Authentication.WRONG_PASSWORD);
            return;
        }
        if (!session.isAuthenticated() && call.engine().users().askForPassword()) {
            args.fail(NO_AUTH_YET);
            return;
        }
        if (name > 0) {
            session.name(args.at(name).toString());
        }
        if (version > 0) {
            call.protocol((int) version);
        }
        reply.map(7);
        reply.bulk("server");
        reply.bulk("redis");
        reply.bulk("version");
        reply.bulk(Version.REDIS);
        reply.bulk("proto");
        reply.integer(session.protocol());
        reply.bulk("id");
        reply.integer(session.id());
        reply.bulk("mode");
        reply.bulk("standalone");
        reply.bulk("role");
        reply.bulk("master");
        reply.bulk("modules");
        reply.array(0);
    }
}
