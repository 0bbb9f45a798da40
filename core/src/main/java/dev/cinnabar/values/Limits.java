package dev.cinnabar.values;

/**
 * Up to where collections keep their small form: the settings of the same names. Thread-safe, each field on its own; a change
 * is heeded when a collection changes next.
 */
public final class Limits {

    // Elements, and bytes of one of them, of a listpack or intset.
    public volatile int hashEntries = 512;
    public volatile int hashValueBytes = 64;
    public volatile int setIntsetEntries = 512;
    public volatile int setListpackEntries = 128;
    public volatile int setValueBytes = 64;
    public volatile int zsetEntries = 128;
    public volatile int zsetValueBytes = 64;

    /** Of one listpack of a list: elements if positive, else -1 to -5 for 4, 8, 16, 32 and 64 KB. */
    public volatile int listListpackSize = -2;

    // One node of a stream; 0: no limit.
    public volatile int streamNodeBytes = 4096;
    public volatile int streamNodeEntries = 100;

    // What a new stream remembers of its producers.
    public volatile int streamIdempotencySeconds = Idempotency.DEFAULT_SECONDS;
    public volatile int streamIdempotencyMost = Idempotency.DEFAULT_MOST;

    /** Up to so many bytes a HyperLogLog is sparse. */
    public volatile long hllSparseBytes = 3000;

    public Limits() {}
}
