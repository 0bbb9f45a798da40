package dev.cinnabar.commands.connection;

import dev.cinnabar.command.Call;
import dev.cinnabar.memory.Bytes;
import dev.cinnabar.resp.RedisError;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** Who a client says it is, for AUTH and HELLO. The one user is {@code default}. Stateless. */
final class Authentication {

    static final RedisError WRONG_PASSWORD =
            new RedisError("WRONGPASS invalid username-password pair or user is disabled.");
    static final RedisError NO_PASSWORD =
            new RedisError("ERR AUTH <password> called without any password configured for the default user."
                    + " Are you sure your configuration is correct?");

    private static final byte[] DEFAULT_USER = {'d', 'e', 'f', 'a', 'u', 'l', 't'};

    private Authentication() {}

    /** Whether this is a user and his password; if so, the client is that user from now on. */
    static boolean authenticate(Call call, Bytes user, Bytes password) {
        byte[] expected = call.engine().settings().password;
        // Both are always done, so that the time tells nothing about the user's name either.
        boolean known = user.contentEquals(DEFAULT_USER);
        boolean right = expected == null || matches(expected, password);
        if (!known || !right) {
            return false;
        }
        call.session().user("default");
        call.session().authenticated(true);
        return true;
    }

    /** Compares digests of equal length: the time tells neither how long the password is nor where it differs. */
    private static boolean matches(byte[] expected, Bytes given) {
        return MessageDigest.isEqual(digest(expected), digest(given.toByteArray()));
    }

    private static byte[] digest(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
