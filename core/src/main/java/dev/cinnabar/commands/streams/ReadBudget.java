package dev.cinnabar.commands.streams;

import dev.cinnabar.memory.Bytes;
import dev.cinnabar.values.StreamId;
import dev.cinnabar.values.StreamValue;

/**
 * How many entries a reply may still have: COUNT holds for each stream, MAXCOUNT and MAXSIZE for all. One entry is always
 * allowed. Owned by one call.
 */
final class ReadBudget {

    private final ReadOptions options;
    private long entries;
    private long bytes;

    ReadBudget(ReadOptions options) {
        this.options = options;
    }

    /** How many entries of another stream are still allowed. */
    long ofStream() {
        long most = options.count == 0 ? Long.MAX_VALUE : options.count;
        return options.maxCount == 0 ? most : Math.min(most, options.maxCount - entries);
    }

    boolean isUsedUp() {
        return entries > 0
                && (options.maxCount > 0 && entries >= options.maxCount
                        || options.maxSizeBytes > 0 && bytes >= options.maxSizeBytes);
    }

    /** Whether an entry of so many bytes is allowed, which is then counted. */
    boolean take(long entryBytes) {
        if (isUsedUp() || entries > 0 && options.maxSizeBytes > 0 && bytes + entryBytes > options.maxSizeBytes) {
            return false;
        }
        entries++;
        bytes += entryBytes;
        return true;
    }

    /** How many entries from one ID on, up to so many, are allowed, which are then counted. Moves the stream's cursor. */
    long take(StreamValue stream, StreamId from, StreamId to, long most, Bytes scratch) {
        if (options.maxSizeBytes == 0) {
            long n = isUsedUp() ? 0 : stream.count(from, to, most);
            entries += n;
            return n;
        }
        long n = 0;
        boolean found = most > 0 && stream.seek(from.millis(), from.sequence());
        while (found && n < most && take(bytesOf(stream, scratch))) {
            n++;
            found = stream.next();
        }
        return n;
    }

    /** The bytes of the fields and values at a stream's cursor. */
    static long bytesOf(StreamValue stream, Bytes scratch) {
        long bytes = 0;
        int fields = stream.fields();
        for (int i = 0; i < fields; i++) {
            bytes += stream.nextField(scratch).length();
            bytes += stream.nextValue(scratch).length();
        }
        return bytes;
    }
}
