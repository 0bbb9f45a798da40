package dev.cinnabar.command;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.cinnabar.config.Configuration;
import dev.cinnabar.config.Directives;
import dev.cinnabar.memory.Bytes;
import dev.cinnabar.resp.Request;
import dev.cinnabar.session.Peer;
import dev.cinnabar.session.Session;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/** The last commands that took long. Thread-safe. */
public final class Slowlog {

    /**
     * A command that took long.
     *
     * @param arguments as many and as much of them as is kept
     * @param count how many arguments there were
     */
    public record Entry(
            long id, long seconds, long micros, List<byte[]> arguments, int count, String address, String name) {}

    private final Configuration configuration;
    private final ArrayDeque<Entry> entries = new ArrayDeque<>();
    private long next;

    Slowlog(Configuration configuration) {
        this.configuration = configuration;
    }

    void add(CommandSpec spec, Request request, Session session, long nowMillis, long elapsedNanos) {
        long longest = configuration.get(Directives.SLOWLOG_MAX_LEN);
        List<byte[]> arguments = arguments(spec, request);
        Peer peer = session.peer();
        String address = peer == null ? "" : peer.remoteAddress();
        synchronized (this) {
            entries.addFirst(new Entry(
                    next++,
                    nowMillis / 1000,
                    elapsedNanos / 1000,
                    arguments,
                    request.count(),
                    address,
                    session.name()));
            while (entries.size() > longest) {
                entries.removeLast();
            }
        }
    }

    private List<byte[]> arguments(CommandSpec spec, Request request) {
        int most = (int) configuration.get(Directives.SLOWLOG_ENTRY_MAX_ARGC);
        int longest = (int) configuration.get(Directives.SLOWLOG_ENTRY_MAX_STRING_LEN);
        int count = request.count();
        int kept = count > most ? most - 1 : count;
        List<byte[]> arguments = new ArrayList<>(kept + 1);
        for (int i = 0; i < kept; i++) {
            Bytes argument = Redaction.hides(spec, request, i) ? Bytes.of(Redaction.INSTEAD) : request.at(i);
            arguments.add(argument.length() > longest ? shortened(argument, longest) : argument.toByteArray());
        }
        if (kept < count) {
            arguments.add(("... (" + (count - kept) + " more arguments)").getBytes(ISO_8859_1));
        }
        return arguments;
    }

    private static byte[] shortened(Bytes argument, int length) {
        byte[] rest = ("... (" + (argument.length() - length) + " more bytes)").getBytes(ISO_8859_1);
        byte[] text = new byte[length + rest.length];
        argument.copyTo(0, text, 0, length);
        System.arraycopy(rest, 0, text, length, rest.length);
        return text;
    }

    /** The last entries, the newest first. */
    public synchronized List<Entry> last(long count) {
        return entries.stream().limit(count).toList();
    }

    public synchronized int size() {
        return entries.size();
    }

    public synchronized void reset() {
        entries.clear();
    }
}
