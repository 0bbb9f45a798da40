package dev.cinnabar.commands.connection;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.cinnabar.acl.User;
import dev.cinnabar.command.Args;
import dev.cinnabar.command.Call;
import dev.cinnabar.memory.Bytes;
import dev.cinnabar.resp.RedisError;
import dev.cinnabar.resp.Reply;
import dev.cinnabar.session.Peer;
import dev.cinnabar.session.Session;
import org.jspecify.annotations.Nullable;

/**
 * CLIENT KILL: ends the connections that match all filters given, or the one of an address. Made for one call, by its
 * thread.
 */
final class ClientKill {

    private static final RedisError NO_SUCH_CLIENT = new RedisError("ERR No such client");
    private static final RedisError BAD_ID = new RedisError("ERR client-id should be greater than 0");
    private static final RedisError BAD_AGE = new RedisError("ERR maxage is not an integer or out of range");
    private static final RedisError AGE_TOO_SMALL = new RedisError("ERR maxage should be greater than 0");

    private final Call call;
    private long id;
    private long minAgeSeconds;
    private @Nullable Bytes remoteAddress;
    private @Nullable Bytes localAddress;
    private @Nullable User user;
    private @Nullable ClientType type;
    private boolean skipMe = true;

    private ClientKill(Call call) {
        this.call = call;
    }

    static void kill(Call call, Args args, Reply reply) {
        ClientKill kill = new ClientKill(call);
        if (args.count() == 3) {
            kill.remoteAddress = args.at(2);
            kill.skipMe = false;
            if (kill.run() > 0) {
                reply.ok();
            } else {
                args.fail(NO_SUCH_CLIENT);
            }
            return;
        }
        for (int i = 2; i < args.count() && !args.failed(); i += 2) {
            if (i + 1 == args.count()) {
                args.fail(RedisError.SYNTAX);
            } else {
                kill.filter(args, i);
            }
        }
        if (!args.failed()) {
            reply.integer(kill.run());
        }
    }

    private void filter(Args args, int i) {
        Bytes value = args.at(i + 1);
        if (args.is(i, "id")) {
            id = args.integer(i + 1, 1, Long.MAX_VALUE, BAD_ID);
        } else if (args.is(i, "maxage")) {
            minAgeSeconds = args.integer(i + 1, BAD_AGE);
            if (!args.failed() && minAgeSeconds <= 0) {
                args.fail(AGE_TOO_SMALL);
            }
        } else if (args.is(i, "type")) {
            type = ClientType.named(value);
            if (type == null) {
                args.fail(ClientType.unknown(value));
            }
        } else if (args.is(i, "addr")) {
            remoteAddress = value;
        } else if (args.is(i, "laddr")) {
            localAddress = value;
        } else if (args.is(i, "user")) {
            user = call.engine().users().find(new String(value.toByteArray(), ISO_8859_1));
            if (user == null) {
                args.fail(RedisError.showing("ERR No such user '" + value.shown(Integer.MAX_VALUE) + "'"));
            }
        } else if (args.is(i, "skipme") && (args.is(i + 1, "yes") || args.is(i + 1, "no"))) {
            skipMe = args.is(i + 1, "yes");
        } else {
            args.fail(RedisError.SYNTAX);
        }
    }

    private int run() {
        int killed = 0;
        for (Session session : call.engine().clients().all()) {
            Peer peer = session.peer();
            if (peer == null || !matches(session, peer)) {
                continue;
            }
            if (session == call.session()) {
                if (skipMe) {
                    continue;
                }
                session.closeAfterReply();
            } else {
                peer.kill();
            }
            killed++;
        }
        return killed;
    }

    private boolean matches(Session session, Peer peer) {
        return (id == 0 || session.id() == id)
                && (minAgeSeconds == 0 || call.nowMillis() - session.createdMillis() >= minAgeSeconds * 1000)
                && (type == null || type.includes(session))
                && (remoteAddress == null || remoteAddress.toString().equals(peer.remoteAddress()))
                && (localAddress == null || localAddress.toString().equals(peer.localAddress()))
                && (user == null || user == session.user());
    }
}
