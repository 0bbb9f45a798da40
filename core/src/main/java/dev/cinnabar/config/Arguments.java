package dev.cinnabar.config;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.cinnabar.text.ArgumentSplitter;
import dev.cinnabar.text.Quote;
import java.util.List;
import java.util.Optional;

/**
 * The arguments with which the server was called, read: a file, then directives that come after the file's lines.
 *
 * @param file the configuration file named first, if any
 * @param fromInput whether lines are to be read from the standard input as well
 * @param lines the directives given as arguments, as lines of a file
 */
public record Arguments(Optional<String> file, boolean fromInput, String lines) {

    /*
     * "--name" begins a line and what follows, up to the next "--name", are its arguments, quoted. Two things are not as
     * simple. A word with dashes directly after a name is its argument ("--requirepass --secret"), unless the name was
     * "--save": then the save line is empty, as it was before this rule came. And name and arguments may be one word
     * ("--hz 20" in quotes of the shell's), then that line has what it needs.
     */

    public static Arguments parse(List<String> words) {
        boolean hasFile = !words.isEmpty() && !words.getFirst().startsWith("-");
        boolean fromInput = false;
        StringBuilder lines = new StringBuilder();
        boolean nameMayFollow = true;
        for (int i = hasFile ? 1 : 0; i < words.size(); i++) {
            String word = words.get(i);
            boolean last = i == words.size() - 1;
            if (word.equals("-") && (i == 0 || last)) {
                fromInput = true;
            } else if (nameMayFollow && isName(word)) {
                lines.append(lines.isEmpty() ? "" : "\n")
                        .append(bytes(word.substring(2)))
                        .append(' ');
                boolean alone = isOneWord(word);
                boolean emptySave = word.equalsIgnoreCase("--save") && (last || isName(words.get(i + 1)));
                lines.append(emptySave ? "\"\"" : "");
                nameMayFollow = !alone || emptySave;
            } else {
                lines.append(Quote.quote(word.getBytes(UTF_8))).append(' ');
                nameMayFollow = true;
            }
        }
        return new Arguments(hasFile ? Optional.of(words.getFirst()) : Optional.empty(), fromInput, lines.toString());
    }

    private static boolean isName(String word) {
        return word.startsWith("--");
    }

    private static boolean isOneWord(String word) {
        List<byte[]> split = ArgumentSplitter.split(word.getBytes(UTF_8));
        return split != null && split.size() == 1;
    }

    private static String bytes(String word) {
        return new String(word.getBytes(UTF_8), ISO_8859_1);
    }
}
