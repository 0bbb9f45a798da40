package dev.cinnabar.command;

import java.util.Locale;

/** The groups in which the documentation sorts commands. */
public enum Group {
    GENERIC,
    STRING,
    LIST,
    SET,
    SORTED_SET,
    HASH,
    PUBSUB,
    TRANSACTIONS,
    CONNECTION,
    SERVER,
    SCRIPTING,
    HYPERLOGLOG,
    CLUSTER,
    SENTINEL,
    GEO,
    STREAM,
    BITMAP,
    ARRAY;

    public String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
