package dev.cinnabar.command;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.cinnabar.resp.Request;
import dev.cinnabar.session.Peer;
import dev.cinnabar.session.Session;
import dev.cinnabar.text.Quote;

/** How MONITOR shows a command: when, in which database, by whom, and its arguments in quotes. Stateless. */
final class MonitorLine {

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
            boolean hidden = Redaction.hides(spec, request, i);
            line.append(' ')
                    .append(Quote.quote(
                            hidden ? Redaction.INSTEAD : request.at(i).toByteArray()));
        }
        return line.toString().getBytes(ISO_8859_1);
    }
}
