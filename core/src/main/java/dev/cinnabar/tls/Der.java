package dev.cinnabar.tls;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;

/** A reader of ASN.1 in its distinguished encoding, one element after the other. Owned by one caller. */
final class Der {

    static final int INTEGER = 0x02;
    static final int OCTETS = 0x04;
    static final int OBJECT_IDENTIFIER = 0x06;
    static final int SEQUENCE = 0x30;
    static final int SET = 0x31;

    /** The first element of a choice that is tagged by its place, {@code [0]}. */
    static final int CONTEXT_0 = 0xa0;

    private final byte[] bytes;
    private final int end;
    private int position;

    Der(byte[] bytes) {
        this(bytes, 0, bytes.length);
    }

    private Der(byte[] bytes, int from, int end) {
        this.bytes = bytes;
        this.position = from;
        this.end = end;
    }

    boolean hasMore() {
        return position < end;
    }

    /** The tag of the next element, 0 if there is none. */
    int tag() {
        return hasMore() ? bytes[position] & 0xff : 0;
    }

    /** Passes an element that must have this tag; its content is a reader of its own. */
    Der next(int tag) throws IOException {
        if (tag() != tag) {
            throw new IOException("bad encoding: tag " + tag() + " where " + tag + " should be");
        }
        position++;
        int length = length();
        if (length < 0 || length > end - position) {
            throw new IOException("bad encoding: an element ends behind the end");
        }
        Der content = new Der(bytes, position, position + length);
        position += length;
        return content;
    }

    private int length() throws IOException {
        if (!hasMore()) {
            throw new IOException("bad encoding: no length");
        }
        int first = bytes[position++] & 0xff;
        if (first < 0x80) {
            return first;
        }
        int n = first & 0x7f;
        if (n == 0 || n > 4 || n > end - position) {
            throw new IOException("bad encoding: bad length");
        }
        int length = 0;
        for (int i = 0; i < n; i++) {
            length = length << 8 | bytes[position++] & 0xff;
        }
        return length;
    }

    /** What has not been read yet. */
    byte[] rest() {
        return Arrays.copyOfRange(bytes, position, end);
    }

    /** An element of these parts. */
    static byte[] element(int tag, byte[]... parts) {
        int length = 0;
        for (byte[] part : parts) {
            length += part.length;
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream(length + 6);
        out.write(tag);
        if (length < 0x80) {
            out.write(length);
        } else {
            int n = (39 - Integer.numberOfLeadingZeros(length)) / 8;
            out.write(0x80 | n);
            for (int shift = 8 * (n - 1); shift >= 0; shift -= 8) {
                out.write(length >> shift);
            }
        }
        for (byte[] part : parts) {
            out.writeBytes(part);
        }
        return out.toByteArray();
    }
}
