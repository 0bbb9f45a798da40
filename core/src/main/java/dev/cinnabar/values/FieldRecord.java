package dev.cinnabar.values;

import dev.cinnabar.memory.Bytes;
import dev.cinnabar.memory.Memory;
import dev.cinnabar.memory.Tag;

/**
 * A field of a big hash with its value, in a block of its own. Stateless; guarded by the owner of the memory.
 *
 * <pre>
 *  +-------+--------------+--------------+-----------+-------+-------+
 *  | flags | field length | value length | expiry    | field | value |      flags: 1, it has an expiry
 *  | 1 B   | 1 or 5 B     | 1 or 5 B     | 0 or 8 B  | ...   | ...   |
 *  +-------+--------------+--------------+-----------+-------+-------+
 *
 *  lengths  0..254, or 255 and the length in 4 bytes
 *  expiry   milliseconds since 1970
 * </pre>
 *
 * All numbers are little-endian and unaligned. A field and a value of 14 bytes each take a block of 32.
 */
final class FieldRecord {

    private static final int EXPIRES = 1;
    private static final int LENGTHS = 1;
    private static final int LONG_LENGTH = 255;

    private FieldRecord() {}

    /** Makes a record; {@link Entry#NEVER} for no expiry. */
    static long create(Memory memory, Bytes field, Bytes value, long expiryMillis) {
        boolean expires = expiryMillis != Entry.NEVER;
        int header = LENGTHS + lengthBytes(field.length()) + lengthBytes(value.length()) + (expires ? 8 : 0);
        long record = memory.allocate((long) header + field.length() + value.length(), Tag.VALUE);
        memory.putByte(record, 0, (byte) (expires ? EXPIRES : 0));
        int at = writeLength(memory, record, LENGTHS, field.length());
        at = writeLength(memory, record, at, value.length());
        if (expires) {
            memory.putLong(record, at, expiryMillis);
        }
        memory.copyIn(field, record, header);
        memory.copyIn(value, record, (long) header + field.length());
        return record;
    }

    private static int lengthBytes(int length) {
        return length < LONG_LENGTH ? 1 : 5;
    }

    private static int writeLength(Memory memory, long record, int at, int length) {
        if (length < LONG_LENGTH) {
            memory.putByte(record, at, (byte) length);
            return at + 1;
        }
        memory.putByte(record, at, (byte) LONG_LENGTH);
        memory.putInt(record, at + 1L, length);
        return at + 5;
    }

    private static int readLength(Memory memory, long record, int at) {
        int length = memory.getByte(record, at) & 0xff;
        return length == LONG_LENGTH ? memory.getInt(record, at + 1L) : length;
    }

    private static int fieldLength(Memory memory, long record) {
        return readLength(memory, record, LENGTHS);
    }

    private static int valueLengthAt(int fieldLength) {
        return LENGTHS + lengthBytes(fieldLength);
    }

    private static int header(Memory memory, long record, int fieldLength, int valueLength) {
        return valueLengthAt(fieldLength) + lengthBytes(valueLength) + (expires(memory, record) ? 8 : 0);
    }

    static boolean expires(Memory memory, long record) {
        return (memory.getByte(record, 0) & EXPIRES) != 0;
    }

    /** When the field expires, or {@link Entry#NEVER}. */
    static long expiryMillis(Memory memory, long record) {
        if (!expires(memory, record)) {
            return Entry.NEVER;
        }
        int fieldLength = fieldLength(memory, record);
        int at = valueLengthAt(fieldLength);
        return memory.getLong(record, at + (long) lengthBytes(readLength(memory, record, at)));
    }

    static Bytes field(Memory memory, long record, Bytes view) {
        int fieldLength = fieldLength(memory, record);
        int valueLength = readLength(memory, record, valueLengthAt(fieldLength));
        int header = header(memory, record, fieldLength, valueLength);
        return view.set(memory.segment(record), memory.offset(record) + header, fieldLength);
    }

    static Bytes value(Memory memory, long record, Bytes view) {
        int fieldLength = fieldLength(memory, record);
        int valueLength = readLength(memory, record, valueLengthAt(fieldLength));
        int header = header(memory, record, fieldLength, valueLength);
        return view.set(memory.segment(record), memory.offset(record) + header + fieldLength, valueLength);
    }

    /** Whether the record's field is this. */
    static boolean is(Memory memory, long record, Bytes field) {
        int fieldLength = fieldLength(memory, record);
        if (fieldLength != field.length()) {
            return false;
        }
        int valueLength = readLength(memory, record, valueLengthAt(fieldLength));
        return field.equalsBlock(memory, record, header(memory, record, fieldLength, valueLength));
    }

    /** Writes another value over one of the same length; false if the lengths differ. */
    static boolean overwrite(Memory memory, long record, Bytes value) {
        int fieldLength = fieldLength(memory, record);
        int valueLength = readLength(memory, record, valueLengthAt(fieldLength));
        if (valueLength != value.length()) {
            return false;
        }
        memory.copyIn(value, record, (long) header(memory, record, fieldLength, valueLength) + fieldLength);
        return true;
    }

    private static long size(Memory memory, long record) {
        int fieldLength = fieldLength(memory, record);
        int valueLength = readLength(memory, record, valueLengthAt(fieldLength));
        return (long) header(memory, record, fieldLength, valueLength) + fieldLength + valueLength;
    }

    /** The bytes that the record's block takes. */
    static long blockSize(Memory memory, long record) {
        return Memory.blockSize(size(memory, record));
    }

    static void free(Memory memory, long record) {
        memory.free(record, size(memory, record), Tag.VALUE);
    }
}
