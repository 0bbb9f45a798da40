package dev.cinnabar.net;

import java.nio.ByteBuffer;

/**
 * Where a loop's TLS connections are encrypted and decrypted, one after the other; between two turns nothing of any
 * connection lies here. Owned by the loop's thread.
 *
 * <p>On the heap: the JDK's ciphers work on arrays, and copy what comes in direct buffers piece by piece.
 */
final class TlsBuffers {

    /** A record is at most this long, whatever it holds: 16 KB of content, the header and what ciphers add. */
    static final int MAX_RECORD_BYTES = 16709;

    /** What has arrived: the beginning of a record, if one was left, and what has been read from the socket now. */
    final ByteBuffer arrived;

    /** What records held: never more than they are long; a record's worth more, as the engine asks for room before it knows. */
    final ByteBuffer plain;

    /** Records to be sent. */
    final ByteBuffer records;

    /** The array of {@link #records}. */
    final byte[] recordBytes = new byte[4 * MAX_RECORD_BYTES];

    TlsBuffers(int inputBytes) {
        arrived = ByteBuffer.allocate(inputBytes);
        records = ByteBuffer.wrap(recordBytes);
        plain = ByteBuffer.allocate(inputBytes + MAX_RECORD_BYTES);
    }
}
