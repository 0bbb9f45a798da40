package dev.cinnabar.compat.harness;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Splits a written command into its arguments: words between spaces, {@code "..."} with {@code \n \r \t \" \\ \xHH},
 * {@code '...'} with {@code \'} alone. Chars stand for bytes.
 */
final class Words {

    private Words() {}

    static List<byte[]> split(String line) {
        List<byte[]> words = new ArrayList<>();
        int i = 0;
        while (i < line.length()) {
            char c = line.charAt(i);
            if (c == ' ') {
                i++;
            } else if (c == '"' || c == '\'') {
                i = quoted(line, i, words);
            } else {
                int end = line.indexOf(' ', i);
                end = end < 0 ? line.length() : end;
                words.add(line.substring(i, end).getBytes(StandardCharsets.ISO_8859_1));
                i = end;
            }
        }
        return words;
    }

    private static int quoted(String line, int start, List<byte[]> words) {
        char quote = line.charAt(start);
        ByteArrayOutputStream word = new ByteArrayOutputStream();
        int i = start + 1;
        while (line.charAt(i) != quote) {
            char c = line.charAt(i++);
            if (c != '\\') {
                word.write(c);
                continue;
            }
            char escaped = line.charAt(i++);
            switch (escaped) {
                case 'n' -> word.write('\n');
                case 'r' -> word.write('\r');
                case 't' -> word.write('\t');
                case 'x' -> {
                    word.write(Integer.parseInt(line.substring(i, i + 2), 16));
                    i += 2;
                }
                default -> word.write(escaped);
            }
        }
        words.add(word.toByteArray());
        return i + 1;
    }
}
