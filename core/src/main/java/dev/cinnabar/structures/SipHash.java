package dev.cinnabar.structures;

import dev.cinnabar.memory.Bytes;

/**
 * SipHash-1-3, 64 bits: a keyed hash, so that whoever does not know the key cannot make keys collide on purpose.
 * Stateless, allocates nothing.
 *
 * <p>After Aumasson and Bernstein, "SipHash: a fast short-input PRF" (2012), with one compression round a word and
 * three final ones, which is the usual choice for hash tables: nothing but the timing of a reply shows what the hash
 * was.
 */
public final class SipHash {

    private SipHash() {}

    public static long hash(long k0, long k1, Bytes key) {
        int length = key.length();
        long v0 = k0 ^ 0x736f6d6570736575L;
        long v1 = k1 ^ 0x646f72616e646f6dL;
        long v2 = k0 ^ 0x6c7967656e657261L;
        long v3 = k1 ^ 0x7465646279746573L;
        int whole = length & -8;
        for (int i = 0; i <= whole; i += 8) {
            long word = i < whole ? key.longAt(i) : key.tailAt(whole, length - whole) | (long) length << 56;
            v3 ^= word;
            // One round, as in the loop below: written out, so that the state stays in registers.
            v0 += v1;
            v2 += v3;
            v1 = Long.rotateLeft(v1, 13) ^ v0;
            v3 = Long.rotateLeft(v3, 16) ^ v2;
            v0 = Long.rotateLeft(v0, 32);
            v2 += v1;
            v0 += v3;
            v1 = Long.rotateLeft(v1, 17) ^ v2;
            v3 = Long.rotateLeft(v3, 21) ^ v0;
            v2 = Long.rotateLeft(v2, 32);
            v0 ^= word;
        }
        v2 ^= 0xff;
        for (int round = 0; round < 3; round++) {
            v0 += v1;
            v2 += v3;
            v1 = Long.rotateLeft(v1, 13) ^ v0;
            v3 = Long.rotateLeft(v3, 16) ^ v2;
            v0 = Long.rotateLeft(v0, 32);
            v2 += v1;
            v0 += v3;
            v1 = Long.rotateLeft(v1, 17) ^ v2;
            v3 = Long.rotateLeft(v3, 21) ^ v0;
            v2 = Long.rotateLeft(v2, 32);
        }
        return v0 ^ v1 ^ v2 ^ v3;
    }
}
