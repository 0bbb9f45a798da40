package dev.cinnabar.command;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.cinnabar.resp.Request;
import dev.cinnabar.session.Peer;
import dev.cinnabar.session.Session;
import dev.cinnabar.text.Quote;

/**
 * How MONITOR shows a command: when, in which database, by whom, and its arguments in quotes. Stateless.
 *
 * <p>Lines are on the Java heap, where requests are not, and there are as many as those who run commands make: so a line ends
 * somewhere, and says what is missing.
 */
final class MonitorLine {

    /** The bytes of an argument that are shown. */
    static final int MAX_ARGUMENT_BYTES = 16 * 1024;

    /** A line is not gone on with when it is longer. */
    static final int MAX_LINE_CHARS = 64 * 1024;

    private MonitorLine() {}

    /** The line in bytes, without an end of line. {@code micros} is the time since 1970. */
    static byte[] of(long micros, Session session, CommandSpec spec, Request request) {
        Peer peer = session.peer();
        StringBuilder line = new StringBuilder();
        line.append(micros / 1_000_000).append('.');
        String fraction = Long.toString(1_000_000 + micros % 1_000_000);
        line.append(fraction, 1, fraction.length());
        line.append(" [").append(session.database()).append(' ');
        if (peer != null && peer.isUnixSocket()) {
            String path = peer.localAddress();
            line.append("unix:").append(path, 0, path.length() - 2);
        } else {
            line.append(peer == null ? "" : peer.remoteAddress());
        }
        line.append(']');
        for (int i = 0; i < request.count(); i++) {
            if (line.length() > MAX_LINE_CHARS) {
                line.append(" ... (").append(request.count() - i).append(" more arguments)");
                break;
            }
            boolean hidden = Redaction.hides(spec, request, i);
            int length = hidden ? 0 : request.at(i).length();
            line.append(' ')
                    .append(Quote.quote(
                            hidden ? Redaction.INSTEAD : request.at(i).head(MAX_ARGUMENT_BYTES)));
            if (length > MAX_ARGUMENT_BYTES) {
                line.append("... (").append(length - MAX_ARGUMENT_BYTES).append(" more bytes)");
            }
        }
        return line.toString().getBytes(ISO_8859_1);
    }
}
