package dev.cinnabar.persistence;

/** The types of values in RDB files and dumps, and the versions that brought them. Constants, no state. */
final class ValueFormat {

    static final int STRING = 0;
    static final int LIST = 1;
    static final int SET = 2;
    static final int ZSET_TEXT = 3;
    static final int HASH = 4;
    static final int ZSET = 5;
    static final int HASH_ZIPMAP = 9;
    static final int LIST_ZIPLIST = 10;
    static final int SET_INTSET = 11;
    static final int ZSET_ZIPLIST = 12;
    static final int HASH_ZIPLIST = 13;
    static final int LIST_ZIPLISTS = 14;
    static final int LIST_QUICKLIST = 18;
    static final int HASH_LISTPACK = 16;
    static final int ZSET_LISTPACK = 17;
    static final int SET_LISTPACK = 20;

    // Streams, each with what the one before has, and more.
    static final int STREAM = 15;

    /** First and largest deleted ID, entries ever added; how many a group has read. */
    static final int STREAM_COUNTED = 19;

    /** When a consumer was last active. */
    static final int STREAM_ACTIVE = 21;

    /** What is remembered of producers. */
    static final int STREAM_IDEMPOTENT = 26;

    /** Pending entries that were given back. */
    static final int STREAM_RELEASED = 27;

    /** Fields with times of expiry, relative to the first of these: that, 8 bytes; count; time + 1 or 0, field, value. */
    static final int HASH_EXPIRING = 24;

    /** The first expiry, 8 bytes; a listpack of field, value, time or 0. */
    static final int HASH_LISTPACK_EXPIRING = 25;

    /** What HASH_EXPIRING was before its release: times are absolute. */
    static final int HASH_EXPIRING_EARLY = 22;

    /** What HASH_LISTPACK_EXPIRING was before its release: without the first expiry. */
    static final int HASH_LISTPACK_EXPIRING_EARLY = 23;

    /** Valkey's own: fields, values and times of 8 bytes, -1 for none. */
    static final int VALKEY_HASH = 22;

    /** Types of streams, by the forms that have followed each other. */
    private static final int[] STREAMS = {15, 19, 21, 26, 27};

    // Nodes of a list.
    static final int NODE_PLAIN = 1;
    static final int NODE_LISTPACK = 2;

    /** What all servers since Redis 7.0 read. */
    static final int VERSION_BASE = 10;

    static final int VERSION_SET_LISTPACK = 11;
    static final int VERSION_STREAM_ACTIVE = 11;
    static final int VERSION_FIELD_EXPIRY = 12;
    static final int VERSION_STREAM_IDEMPOTENT = 13;
    static final int VERSION_STREAM_RELEASED = 14;

    /** The newest version whose dumps are read. */
    static final int VERSION_NEWEST = 15;

    /** Version and checksum at the end of a dump. */
    static final int FOOTER_BYTES = 10;

    private ValueFormat() {}

    /** Which form of streams a type is, from 1 on; 0 if it is none. */
    static int streamForm(int type) {
        for (int i = 0; i < STREAMS.length; i++) {
            if (STREAMS[i] == type) {
                return i + 1;
            }
        }
        return 0;
    }
}
