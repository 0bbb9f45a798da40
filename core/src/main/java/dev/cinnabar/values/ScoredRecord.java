package dev.cinnabar.values;

import dev.cinnabar.memory.Bytes;
import dev.cinnabar.memory.Memory;
import dev.cinnabar.memory.Tag;

/**
 * A member of a big sorted set with its score, in a block of its own. Stateless; guarded by the owner of the memory.
 *
 * <pre>
 *  0        8              9 or 13
 *  +--------+--------------+--------+
 *  | score  | length       | member |      length: 0..254 in a byte, or 255 and then 4 bytes
 *  | 8 B    | 1 or 5 bytes | ...    |
 *  +--------+--------------+--------+
 * </pre>
 */
final class ScoredRecord {

    private static final int SCORE = 0;
    private static final int LENGTH = 8;
    private static final int SHORT_HEADER = LENGTH + 1;
    private static final int LONG_LENGTH = 255;

    private ScoredRecord() {}

    static long create(Memory memory, Bytes member, double score) {
        int length = member.length();
        int header = headerLength(length);
        long record = memory.allocate((long) header + length, Tag.VALUE);
        score(memory, record, score);
        if (header == SHORT_HEADER) {
            memory.putByte(record, LENGTH, (byte) length);
        } else {
            memory.putByte(record, LENGTH, (byte) LONG_LENGTH);
            memory.putInt(record, LENGTH + 1, length);
        }
        memory.copyIn(member, record, header);
        return record;
    }

    static void free(Memory memory, long record) {
        int length = length(memory, record);
        memory.free(record, (long) headerLength(length) + length, Tag.VALUE);
    }

    static double score(Memory memory, long record) {
        return Double.longBitsToDouble(memory.getLong(record, SCORE));
    }

    static void score(Memory memory, long record, double score) {
        memory.putLong(record, SCORE, Double.doubleToRawLongBits(score));
    }

    static int length(Memory memory, long record) {
        int length = memory.getByte(record, LENGTH) & 0xff;
        return length == LONG_LENGTH ? memory.getInt(record, LENGTH + 1) : length;
    }

    /** Makes a view show the member. */
    static Bytes member(Memory memory, long record, Bytes view) {
        int length = length(memory, record);
        return view.set(memory.segment(record), memory.offset(record) + headerLength(length), length);
    }

    /** Whether the record's member is this. */
    static boolean is(Memory memory, long record, Bytes member) {
        int length = length(memory, record);
        return length == member.length() && member.equalsBlock(memory, record, headerLength(length));
    }

    /** The bytes that the record's block takes. */
    static long blockSize(Memory memory, long record) {
        return blockSize(length(memory, record));
    }

    /** The bytes that the block of a record for a member of this length takes. */
    static long blockSize(int length) {
        return Memory.blockSize((long) headerLength(length) + length);
    }

    private static int headerLength(int length) {
        return length < LONG_LENGTH ? SHORT_HEADER : SHORT_HEADER + 4;
    }
}
