package dev.cinnabar.command.testing;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.cinnabar.journal.Journal;
import java.util.ArrayList;
import java.util.List;

/** What a journal has, as lines of words: for tests. */
public final class JournalText {

    private JournalText() {}

    /** Begins to keep the effects of a test engine's commands. */
    public static void open(TestEngine redis) {
        redis.engine().journal().open(new Journal.Reader() {
            @Override
            public void flush() {}

            @Override
            public void urge() {}

            @Override
            public boolean commit() {
                return false;
            }
        });
    }

    /** The effects since the last call, without the choices of database 0. */
    public static List<String> take(TestEngine redis) {
        List<String> lines = lines(redis.engine().journal().take());
        lines.remove("SELECT 0");
        return lines;
    }

    /** A line for each request. */
    public static List<String> lines(byte[] bytes) {
        String text = new String(bytes, ISO_8859_1);
        List<String> lines = new ArrayList<>();
        int at = 0;
        while (at < text.length()) {
            int end = text.indexOf("\r\n", at);
            if (text.charAt(at) == '#') {
                lines.add(text.substring(at, end));
                at = end + 2;
                continue;
            }
            int words = Integer.parseInt(text, at + 1, end, 10);
            at = end + 2;
            StringBuilder line = new StringBuilder();
            for (int i = 0; i < words; i++) {
                end = text.indexOf("\r\n", at);
                int length = Integer.parseInt(text, at + 1, end, 10);
                line.append(i == 0 ? "" : " ").append(text, end + 2, end + 2 + length);
                at = end + 4 + length;
            }
            lines.add(line.toString());
        }
        return lines;
    }
}
