package dev.cinnabar.commands.connection;

import dev.cinnabar.command.Args;
import dev.cinnabar.memory.Bytes;
import dev.cinnabar.resp.RedisError;

/** What a client may call itself and its library: printable ASCII without blanks, as it stands in CLIENT LIST. Stateless. */
final class ClientName {

    private static final RedisError BAD =
            new RedisError("ERR Client names cannot contain spaces, newlines or special characters.");

    private ClientName() {}

    static void check(Args args, int index) {
        if (!isValid(args.at(index))) {
            args.fail(BAD);
        }
    }

    static boolean isValid(Bytes name) {
        for (int i = 0; i < name.length(); i++) {
            if (name.byteAt(i) < '!' || name.byteAt(i) > '~') {
                return false;
            }
        }
        return true;
    }
}
