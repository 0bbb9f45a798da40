package dev.cinnabar.values;

import dev.cinnabar.memory.Memory;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * Where the parts of an entry lie in its block. Constants and arithmetic, no state.
 *
 * <pre>
 *  0      1         4        5                6                 ..
 *  +------+---------+--------+----------------+----------------+----------+-----+-------+
 *  | kind | clock   | keylen | keylen, long   | vallen         | expiry   | key | value |
 *  | 1 B  | 3 B     | 1 B    | 0 or 4 B       | 0, 1 or 5 B    | 0 or 8 B | ... | ...   |
 *  +------+---------+--------+----------------+----------------+----------+-----+-------+
 *
 *  kind     bit 7: has an expiry; bits 6-4: encoding (its meaning depends on the type); bit 3: epoch; bits 2-0: type
 *  epoch    whether the last snapshot has it, or it has been made since: see {@link Entry#isOf}
 *  clock    when it was used last (LRU) or how often (LFU), 24 bits
 *  keylen   0..254: the length of the key; 255: the length follows in 4 bytes
 *  vallen   only where the value is a run of bytes inside the entry: 0..254, or 255 and 4 bytes
 *  expiry   milliseconds since 1970
 *  value    a run of bytes, an 8-byte number, or address (8 B), length (4 B) and capacity (4 B) of a block elsewhere
 * </pre>
 *
 * All numbers are little-endian and unaligned. {@code SET key:000000:0000001 v000000000000001} makes a block of 40 bytes:
 *
 * <pre>
 *  10 cc cc cc 12 10 | 6b 65 79 3a 30 ... 31 (18 bytes) | 76 30 30 ... 31 (16 bytes)
 *  |  clock    |  vallen 16
 *  |           keylen 18
 *  type string (0), encoding embstr (1)
 * </pre>
 */
public final class EntryLayout {

    static final int KIND = 0;
    static final int CLOCK = 1;
    static final int KEY_LENGTH = 4;
    static final int FIXED = 5;

    static final int HAS_EXPIRY = 0x80;
    static final int EPOCH = 0x08;
    static final int KIND_MASK = 0x77;
    static final int TYPE_MASK = 7;
    static final int LONG_LENGTH = 255;

    /** The size of a value that lies elsewhere: address, length, capacity. */
    static final int REFERENCE = 16;

    static final ValueLayout.OfByte BYTE = ValueLayout.JAVA_BYTE;
    static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private EntryLayout() {}

    // The first eight bytes are most often all of the header, and are read at once: a block is never shorter.

    /** The byte that says how long the key is, of an entry that begins with these bytes. */
    static int keyLength(long head) {
        return (int) (head >>> 8 * KEY_LENGTH) & 0xff;
    }

    /** Where the key of an entry begins that begins with these bytes. */
    static int keyOffset(Memory memory, long entry, long head) {
        boolean longKey = keyLength(head) == LONG_LENGTH;
        int at = longKey ? FIXED + 4 : FIXED;
        if (Encoding.isInline((int) head)) {
            int valueLength = longKey ? memory.getByte(entry, at) & 0xff : (int) (head >>> 8 * FIXED) & 0xff;
            at += valueLength == LONG_LENGTH ? 5 : 1;
        }
        return (head & HAS_EXPIRY) != 0 ? at + 8 : at;
    }

    static int lengthSize(int length) {
        return length < LONG_LENGTH ? 1 : 5;
    }

    /** The bytes in front of the key. */
    static int headerSize(int kind, int keyLength, int valueLength) {
        return FIXED
                + (keyLength < LONG_LENGTH ? 0 : 4)
                + (Encoding.isInline(kind) ? lengthSize(valueLength) : 0)
                + ((kind & HAS_EXPIRY) != 0 ? 8 : 0);
    }

    /** The bytes of the value inside the entry. */
    static int valueSize(int kind, int inlineLength) {
        return Encoding.isInline(kind) ? inlineLength : Encoding.isNumber(kind) ? 8 : REFERENCE;
    }

    static long totalSize(int kind, int keyLength, int inlineLength) {
        return (long) headerSize(kind, keyLength, inlineLength) + keyLength + valueSize(kind, inlineLength);
    }
}
