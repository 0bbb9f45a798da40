package dev.cinnabar.metrics;

import java.util.HashSet;
import java.util.Set;

/** A text in Prometheus' format, in the making: all samples of a metric follow its head. Owned by one caller. */
final class Exposition {

    enum Type {
        COUNTER,
        GAUGE
    }

    private final StringBuilder text = new StringBuilder(16 << 10);
    private final Set<String> begun = new HashSet<>();
    private String current = "";

    /** Begins a metric; the samples that follow are its. */
    Exposition metric(String name, Type type, String help) {
        if (!begun.add(name)) {
            throw new IllegalStateException(name + " has begun already");
        }
        current = name;
        text.append("# HELP ")
                .append(name)
                .append(' ')
                .append(help.replace("\\", "\\\\").replace("\n", "\\n"));
        text.append("\n# TYPE ").append(name).append(type == Type.COUNTER ? " counter\n" : " gauge\n");
        return this;
    }

    /** A sample, with names and values of labels in turn. */
    Exposition sample(String value, String... labels) {
        text.append(current);
        for (int i = 0; i < labels.length; i += 2) {
            text.append(i == 0 ? '{' : ',').append(labels[i]).append("=\"");
            text.append(
                    labels[i + 1].replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n"));
            text.append('"');
        }
        text.append(labels.length > 0 ? "} " : " ").append(value).append('\n');
        return this;
    }

    @Override
    public String toString() {
        return text.toString();
    }
}
