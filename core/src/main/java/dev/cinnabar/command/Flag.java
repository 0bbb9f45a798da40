package dev.cinnabar.command;

import java.util.Locale;

/** What is true of a command; the names, in lower case, are what COMMAND answers. */
public enum Flag {
    WRITE,
    READONLY,
    DENYOOM,
    ADMIN,
    PUBSUB,
    NOSCRIPT,
    BLOCKING,
    LOADING,
    STALE,
    SKIP_MONITOR,
    SKIP_SLOWLOG,
    ASKING,
    FAST,
    NO_AUTH,
    MAY_REPLICATE,
    NO_MANDATORY_KEYS,
    NO_ASYNC_LOADING,
    NO_MULTI,
    ALLOW_BUSY,
    SCRIPT_RUNNER,
    /** Follows from the key specifications: where the keys stand cannot be told by three numbers. */
    MOVABLEKEYS;

    final int bit = 1 << ordinal();

    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
