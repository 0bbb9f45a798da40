package dev.cinnabar.config;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.cinnabar.text.Numbers;
import java.util.ArrayList;
import java.util.List;

/** "Save when this many changes are this many seconds old." */
public record SavePoint(long seconds, long changes) {

    static final List<SavePoint> DEFAULT =
            List.of(new SavePoint(3600, 1), new SavePoint(300, 100), new SavePoint(60, 10_000));

    static List<SavePoint> parse(List<String> arguments, List<SavePoint> before) throws ConfigException {
        return isNone(arguments) ? List.of() : points(arguments);
    }

    /** As {@link #parse}, for a further line: it adds to those before. */
    static List<SavePoint> add(List<String> arguments, List<SavePoint> before) throws ConfigException {
        if (isNone(arguments)) {
            return List.of();
        }
        List<SavePoint> all = new ArrayList<>(before);
        all.addAll(points(arguments));
        return List.copyOf(all);
    }

    private static boolean isNone(List<String> arguments) {
        return arguments.isEmpty()
                || arguments.size() == 1 && arguments.getFirst().isEmpty();
    }

    private static List<SavePoint> points(List<String> arguments) throws ConfigException {
        if (arguments.size() % 2 != 0) {
            throw new ConfigException("Invalid save parameters");
        }
        List<SavePoint> points = new ArrayList<>();
        for (int i = 0; i < arguments.size(); i += 2) {
            points.add(new SavePoint(number(arguments.get(i), 1), number(arguments.get(i + 1), 0)));
        }
        return List.copyOf(points);
    }

    private static long number(String text, long least) throws ConfigException {
        byte[] bytes = text.getBytes(ISO_8859_1);
        if (!Numbers.isLong(bytes) || Numbers.toLong(bytes) < least) {
            throw new ConfigException("Invalid save parameters");
        }
        return Numbers.toLong(bytes);
    }

    static String format(List<SavePoint> points) {
        return String.join(" ", points.stream().map(SavePoint::toString).toList());
    }

    static List<String> rewrite(List<SavePoint> points) {
        return points.isEmpty()
                ? List.of("\"\"")
                : points.stream().map(SavePoint::toString).toList();
    }

    @Override
    public String toString() {
        return seconds + " " + changes;
    }
}
