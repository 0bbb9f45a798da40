package dev.cinnabar.config;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.cinnabar.text.Numbers;
import java.util.List;
import java.util.Locale;

/** How much may wait to be sent to a client of each class before it is cut off. */
public record OutputLimits(Limit normal, Limit replica, Limit subscriber) {

    /** Cut off at {@code hardBytes} at once, above {@code softBytes} after {@code softSeconds}; 0 is no limit. */
    public record Limit(long hardBytes, long softBytes, long softSeconds) {

        private String lineText() {
            return MemoryAmount.format(hardBytes) + " " + MemoryAmount.format(softBytes) + " " + softSeconds;
        }

        @Override
        public String toString() {
            return hardBytes + " " + softBytes + " " + softSeconds;
        }
    }

    private static final long MB = 1 << 20;

    static final OutputLimits DEFAULT =
            new OutputLimits(new Limit(0, 0, 0), new Limit(256 * MB, 64 * MB, 60), new Limit(32 * MB, 8 * MB, 60));

    static OutputLimits parse(List<String> arguments, OutputLimits before) throws ConfigException {
        if (arguments.isEmpty() || arguments.size() % 4 != 0) {
            throw new ConfigException("Wrong number of arguments in buffer limit configuration.");
        }
        OutputLimits limits = before;
        for (int i = 0; i < arguments.size(); i += 4) {
            limits = limits.with(arguments.get(i), arguments.subList(i + 1, i + 4));
        }
        return limits;
    }

    private OutputLimits with(String clientClass, List<String> figures) throws ConfigException {
        return switch (clientClass.toLowerCase(Locale.ROOT)) {
            case "normal" -> new OutputLimits(limit(figures), replica, subscriber);
            case "slave", "replica" -> new OutputLimits(normal, limit(figures), subscriber);
            case "pubsub" -> new OutputLimits(normal, replica, limit(figures));
            default -> throw new ConfigException("Invalid client class specified in buffer limit configuration.");
        };
    }

    private static Limit limit(List<String> figures) throws ConfigException {
        long hardBytes = MemoryAmount.parse(figures.get(0));
        long softBytes = MemoryAmount.parse(figures.get(1));
        byte[] seconds = figures.get(2).getBytes(ISO_8859_1);
        if (hardBytes < 0 || softBytes < 0 || !Numbers.isLong(seconds) || Numbers.toLong(seconds) < 0) {
            throw new ConfigException("Error in hard, soft or soft_seconds setting in buffer limit configuration.");
        }
        return new Limit(hardBytes, softBytes, Numbers.toLong(seconds));
    }

    List<String> rewrite() {
        return List.of(
                "normal " + normal.lineText(), "replica " + replica.lineText(), "pubsub " + subscriber.lineText());
    }

    @Override
    public String toString() {
        return "normal " + normal + " slave " + replica + " pubsub " + subscriber;
    }
}
