package dev.cinnabar.values;

import dev.cinnabar.memory.Bytes;
import dev.cinnabar.memory.Memory;
import dev.cinnabar.memory.Tag;

/**
 * A member of a big set, in a block of its own: its length, seven bits a byte from the lowest on, the top bit telling that
 * another byte follows; then its bytes. Stateless; guarded by the owner of the memory.
 *
 * <pre>
 *  +--------------+--------+
 *  | length       | bytes  |      "abc" is 03 61 62 63; 300 bytes begin with ac 02
 *  | 1 to 5 bytes | ...    |
 *  +--------------+--------+
 * </pre>
 */
final class MemberRecord {

    private MemberRecord() {}

    /** Makes a record. */
    static long create(Memory memory, Bytes member) {
        int length = member.length();
        int header = headerLength(length);
        long record = memory.allocate((long) header + length, Tag.VALUE);
        int rest = length;
        for (int i = 0; i < header - 1; i++) {
            memory.putByte(record, i, (byte) (rest | 0x80));
            rest >>>= 7;
        }
        memory.putByte(record, header - 1, (byte) rest);
        memory.copyIn(member, record, header);
        return record;
    }

    static void free(Memory memory, long record) {
        int length = length(memory, record);
        memory.free(record, (long) headerLength(length) + length, Tag.VALUE);
    }

    /** The bytes that the block of a record for a member of this length takes. */
    static long blockSize(int length) {
        return Memory.blockSize((long) headerLength(length) + length);
    }

    /** The bytes that the record's block takes. */
    static long blockSize(Memory memory, long record) {
        return blockSize(length(memory, record));
    }

    static int length(Memory memory, long record) {
        int b = memory.getByte(record, 0);
        if (b >= 0) {
            return b;
        }
        int length = b & 0x7f;
        for (int i = 1; ; i++) {
            b = memory.getByte(record, i);
            length |= (b & 0x7f) << 7 * i;
            if (b >= 0) {
                return length;
            }
        }
    }

    /** Makes a view show the member. */
    static Bytes view(Memory memory, long record, Bytes view) {
        int length = length(memory, record);
        return view.set(memory.segment(record), memory.offset(record) + headerLength(length), length);
    }

    /** Whether the record's member is this. */
    static boolean is(Memory memory, long record, Bytes member) {
        int length = length(memory, record);
        return length == member.length() && member.equalsBlock(memory, record, headerLength(length));
    }

    private static int headerLength(int length) {
        return length < 1 << 7 ? 1 : length < 1 << 14 ? 2 : length < 1 << 21 ? 3 : length < 1 << 28 ? 4 : 5;
    }
}
