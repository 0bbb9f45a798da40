package dev.cinnabar.config;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.cinnabar.text.Numbers;
import dev.cinnabar.text.Quote;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** Readers and writers of directives that have a form of their own. Stateless. */
final class Forms {

    private static final int MAX_ADDRESSES = 16;
    private static final List<String> SHUTDOWN_WORDS = List.of("default", "save", "nosave", "now", "force");
    private static final Set<String> TITLE_VARIABLES =
            Set.of("title", "listen-addr", "server-mode", "port", "tls-port", "unixsocket", "config-file");

    private Forms() {}

    // Addresses

    static List<String> addresses(List<String> arguments, List<String> before) throws ConfigException {
        if (arguments.size() > MAX_ADDRESSES) {
            throw new ConfigException("Too many bind addresses specified.");
        }
        boolean none = arguments.size() == 1 && arguments.getFirst().isEmpty();
        return none ? List.of() : List.copyOf(arguments);
    }

    static List<String> rewriteWords(List<String> words) {
        return List.of(words.isEmpty() ? "\"\"" : String.join(" ", words));
    }

    // Paths

    static String text(Path path) {
        return new String(path.toString().getBytes(UTF_8), ISO_8859_1);
    }

    static Path path(String text) {
        return Path.of(new String(text.getBytes(ISO_8859_1), UTF_8));
    }

    static String directory(List<String> arguments, String before) throws ConfigException {
        if (arguments.getFirst().isEmpty()) {
            throw new ConfigException("No such file or directory");
        }
        Path directory = path(before)
                .resolve(path(arguments.getFirst()))
                .toAbsolutePath()
                .normalize();
        if (!Files.exists(directory)) {
            throw new ConfigException("No such file or directory");
        }
        if (!Files.isDirectory(directory)) {
            throw new ConfigException("Not a directory");
        }
        if (!Files.isExecutable(directory)) {
            throw new ConfigException("Permission denied");
        }
        return text(directory);
    }

    static List<String> rewriteQuoted(String text) {
        return List.of(Quote.quote(text.getBytes(ISO_8859_1)));
    }

    // Lists of numbers

    static List<Integer> oomScores(List<String> arguments, List<Integer> before) throws ConfigException {
        if (arguments.size() != 3) {
            throw new ConfigException("wrong number of arguments");
        }
        List<Integer> scores = new ArrayList<>();
        for (String argument : arguments) {
            byte[] bytes = argument.getBytes(ISO_8859_1);
            if (!Numbers.isLong(bytes) || Math.abs(Numbers.toLong(bytes)) > 2000) {
                throw new ConfigException("Invalid oom-score-adj-values, elements must be between -2000 and 2000.");
            }
            scores.add((int) Numbers.toLong(bytes));
        }
        return List.copyOf(scores);
    }

    static List<Double> percentiles(List<String> arguments, List<Double> before) throws ConfigException {
        if (arguments.size() == 1 && arguments.getFirst().isEmpty()) {
            return List.of();
        }
        List<Double> percentiles = new ArrayList<>();
        for (String argument : arguments) {
            double percentile = Numbers.parseDouble(argument.getBytes(ISO_8859_1));
            if (Double.isNaN(percentile)) {
                throw new ConfigException("Invalid latency-tracking-info-percentiles parameters");
            }
            if (percentile < 0 || percentile > 100) {
                throw new ConfigException(
                        "latency-tracking-info-percentiles parameters should sit between [0.0,100.0]");
            }
            percentiles.add(percentile);
        }
        return List.copyOf(percentiles);
    }

    static String joinPercentiles(List<Double> percentiles) {
        return String.join(" ", percentiles.stream().map(Numbers::format).toList());
    }

    static String joinNumbers(List<Integer> numbers) {
        return String.join(" ", numbers.stream().map(String::valueOf).toList());
    }

    // Words and templates

    /** What to do on a signal: some of the words, in their own order; {@code default} is none of the others. */
    static List<String> shutdownWords(List<String> arguments, List<String> before) throws ConfigException {
        Set<Integer> places = new TreeSet<>();
        for (String argument : arguments) {
            int place = indexIgnoringCase(argument);
            if (place < 0) {
                throw new ConfigException(
                        "argument(s) must be one of the following: " + String.join(", ", SHUTDOWN_WORDS));
            }
            places.add(place);
        }
        if (places.isEmpty()) {
            throw new ConfigException("argument(s) must be one of the following: " + String.join(", ", SHUTDOWN_WORDS));
        }
        places.remove(0);
        return places.isEmpty()
                ? List.of("default")
                : places.stream().map(SHUTDOWN_WORDS::get).toList();
    }

    private static int indexIgnoringCase(String word) {
        for (int i = 0; i < SHUTDOWN_WORDS.size(); i++) {
            if (SHUTDOWN_WORDS.get(i).equalsIgnoreCase(word)) {
                return i;
            }
        }
        return -1;
    }

    static boolean isTitleTemplate(String template) {
        int open = template.indexOf('{');
        for (; open >= 0; open = template.indexOf('{', open + 1)) {
            int close = template.indexOf('}', open);
            if (close < 0 || !TITLE_VARIABLES.contains(template.substring(open + 1, close))) {
                return false;
            }
        }
        return !template.isBlank();
    }

    /** The master's address, or empty for none. */
    static String master(List<String> arguments, String before) throws ConfigException {
        if (arguments.size() != 2) {
            throw new ConfigException("wrong number of arguments");
        }
        boolean none =
                arguments.get(0).equalsIgnoreCase("no") && arguments.get(1).equalsIgnoreCase("one");
        return none ? "" : arguments.get(0) + " " + arguments.get(1);
    }

    /** What preload-file may be: which form, and where. */
    static boolean isPreload(String text) {
        return text.isEmpty() || text.length() > 4 && (text.startsWith("aof:") || text.startsWith("rdb:"));
    }

    static boolean isFileName(String text) {
        return !text.isEmpty() && text.indexOf('/') < 0;
    }
}
