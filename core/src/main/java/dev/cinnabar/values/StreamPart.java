package dev.cinnabar.values;

/** What a {@link StreamImage} hands out. */
public enum StreamPart {
    /** A node of entries. */
    NODE,
    /** A pending entry of a group: which, when delivered, how often. */
    PENDING,
    /** A pending entry of a consumer: which. */
    PENDING_ID,
    /** What stands between those, as it was at the beginning. */
    FRAME
}
