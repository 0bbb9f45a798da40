package dev.cinnabar.command;

import java.util.Locale;

/** The categories of commands that access control knows; the names, in lower case after an '@', are what COMMAND answers. */
public enum Category {
    KEYSPACE,
    READ,
    WRITE,
    SET,
    SORTEDSET,
    LIST,
    HASH,
    STRING,
    BITMAP,
    HYPERLOGLOG,
    GEO,
    STREAM,
    PUBSUB,
    ADMIN,
    FAST,
    SLOW,
    BLOCKING,
    DANGEROUS,
    CONNECTION,
    TRANSACTION,
    SCRIPTING,
    ARRAY;

    public String label() {
        return "@" + name().toLowerCase(Locale.ROOT);
    }
}
