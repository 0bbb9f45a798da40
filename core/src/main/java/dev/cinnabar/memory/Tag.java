package dev.cinnabar.memory;

/** What a block of off-heap memory is used for; every byte in use is counted under one of these. */
public enum Tag {
    /** Entries: header, key and inline value. */
    ENTRY,
    /** Values that do not fit into their entry. */
    VALUE,
    /** Slots and directories of hash tables. */
    TABLE,
    /** The order of expiry times. */
    EXPIRY,
    /** Which clients may have which keys in their caches. */
    TRACKING,
    /** Bytes on their way: pending input and output, queued commands. */
    BUFFER;
}
