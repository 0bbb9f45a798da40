package dev.cinnabar.command;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.cinnabar.config.Directives;
import dev.cinnabar.resp.Request;

/** Which arguments of a command are not for the eyes of others, in SLOWLOG and MONITOR: passwords and users. Stateless. */
final class Redaction {

    static final byte[] INSTEAD = "(redacted)".getBytes(ISO_8859_1);

    private Redaction() {}

    /** Whether an argument is to be hidden. */
    static boolean hides(CommandSpec spec, Request request, int index) {
        return switch (spec.fullName()) {
            case "auth" -> index > 0;
            case "hello" -> isBehindAuth(request, index);
            case "acl|setuser", "acl|getuser", "acl|deluser" -> index > 1;
            case "config|set" -> index > 2 && index % 2 == 1 && Directives.isSensitive(text(request, index - 1));
            default -> false;
        };
    }

    private static boolean isBehindAuth(Request request, int index) {
        return index > 2 && request.at(index - 1).equalsIgnoreCase("auth")
                || index > 3 && request.at(index - 2).equalsIgnoreCase("auth");
    }

    private static String text(Request request, int index) {
        return new String(request.at(index).toByteArray(), ISO_8859_1);
    }
}
