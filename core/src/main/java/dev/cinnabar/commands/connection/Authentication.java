package dev.cinnabar.commands.connection;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.cinnabar.acl.Denial;
import dev.cinnabar.acl.User;
import dev.cinnabar.acl.Users;
import dev.cinnabar.command.Args;
import dev.cinnabar.command.Call;
import dev.cinnabar.resp.RedisError;

/** Who a client says it is, for AUTH and HELLO. Stateless. */
final class Authentication {

    static final RedisError WRONG_PASSWORD =
            new RedisError("WRONGPASS invalid username-password pair or user is disabled.");
    static final RedisError NO_PASSWORD =
            new RedisError("ERR AUTH <password> called without any password configured for the default user."
                    + " Are you sure your configuration is correct?");

    private Authentication() {}

    /**
     * Whether two arguments are a user and his password; if so, the client is that user from now on, and if not, it is noted.
     *
     * @param name the index of the user's name; 0: it is the default user
     */
    static boolean authenticate(Call call, Args args, int name, int password) {
        String userName = name == 0 ? Users.DEFAULT : text(args, name);
        User user =
                call.engine().users().authenticate(userName, args.at(password).toByteArray());
        if (user == null) {
            call.dispatcher().logDenial(call.session(), Denial.AUTH, text(args, 0), userName);
            return false;
        }
        call.session().logIn(user);
        return true;
    }

    private static String text(Args args, int index) {
        return new String(args.at(index).toByteArray(), ISO_8859_1);
    }
}
