package dev.cinnabar.config;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.cinnabar.text.Numbers;
import java.util.List;

/** A directive that is an integer within bounds: a plain number, an amount of memory with a unit, or file permissions. */
public final class NumberDirective extends Directive<Long, NumberDirective> {

    /** How the number is written. */
    enum Form {
        INTEGER,
        OCTAL,
        /** {@code 100}, {@code 10k}, {@code 10kb}, {@code 10m} …: k is 1000, kb is 1024. */
        MEMORY,
        /** As MEMORY, or {@code 10%}, which is kept as -10. */
        MEMORY_OR_PERCENT
    }

    private final Form form;
    private final long min;
    private final long max;
    private long byDefault;
    private long clampMax = Long.MAX_VALUE;
    private long clampMin = Long.MIN_VALUE;

    NumberDirective(String name, int index, Form form, long min, long max) {
        super(name, index);
        this.form = form;
        this.min = min;
        this.max = max;
    }

    NumberDirective byDefault(long value) {
        byDefault = value;
        return this;
    }

    /** What is within the bounds but not within these is moved there without a word. */
    NumberDirective clampedTo(long least, long most) {
        clampMin = least;
        clampMax = most;
        return this;
    }

    @Override
    NumberDirective self() {
        return this;
    }

    @Override
    Long defaultValue() {
        return byDefault;
    }

    @Override
    Long parse(List<String> arguments, Long before) throws ConfigException {
        long value = parse(arguments.getFirst());
        if (form == Form.MEMORY_OR_PERCENT && value < 0) {
            if (value < -100) {
                throw new ConfigException("percentage argument must be less or equal to 100");
            }
        } else if (value < min || value > max) {
            int radix = form == Form.OCTAL ? 8 : 10;
            throw new ConfigException("argument must be between " + Long.toString(min, radix) + " and "
                    + Long.toString(max, radix) + " inclusive");
        }
        return Math.clamp(value, clampMin, clampMax);
    }

    private long parse(String text) throws ConfigException {
        return switch (form) {
            case INTEGER -> integer(text);
            case OCTAL -> octal(text);
            case MEMORY -> memory(text, "argument must be a memory value");
            case MEMORY_OR_PERCENT ->
                isPercent(text)
                        ? -integer(text.substring(0, text.length() - 1))
                        : memory(text, "argument must be a memory or percent value");
        };
    }

    private static boolean isPercent(String text) {
        return text.endsWith("%")
                && text.charAt(0) != '-'
                && Numbers.isLong(text.substring(0, text.length() - 1).getBytes(ISO_8859_1));
    }

    private static long integer(String text) throws ConfigException {
        byte[] bytes = text.getBytes(ISO_8859_1);
        if (!Numbers.isLong(bytes)) {
            throw new ConfigException("argument couldn't be parsed into an integer");
        }
        return Numbers.toLong(bytes);
    }

    private static long octal(String text) throws ConfigException {
        if (!text.matches("[0-7]{1,20}")) {
            throw new ConfigException("argument couldn't be parsed as an octal number");
        }
        return Long.parseLong(text, 8);
    }

    private static long memory(String text, String complaint) throws ConfigException {
        long bytes = MemoryAmount.parse(text);
        if (bytes < 0) {
            throw new ConfigException(complaint);
        }
        return bytes;
    }

    @Override
    String format(Long value) {
        if (form == Form.MEMORY_OR_PERCENT && value < 0) {
            return -value + "%";
        }
        return Long.toString(value, form == Form.OCTAL ? 8 : 10);
    }

    @Override
    List<String> lines(String writtenName, Long value) {
        boolean memory = (form == Form.MEMORY || form == Form.MEMORY_OR_PERCENT) && value >= 0;
        return List.of(writtenName + " " + (memory ? MemoryAmount.format(value) : format(value)));
    }
}
