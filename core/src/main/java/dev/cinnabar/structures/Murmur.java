package dev.cinnabar.structures;

import dev.cinnabar.memory.Bytes;

/** MurmurHash64A by Austin Appleby: 64 bits, without a key against chosen collisions. Stateless. */
public final class Murmur {

    private static final long M = 0xc6a4a7935bd1e995L;
    private static final int R = 47;

    private Murmur() {}

    public static long hash(Bytes bytes, long seed) {
        int length = bytes.length();
        long hash = seed ^ length * M;
        int i = 0;
        for (; i <= length - 8; i += 8) {
            long word = bytes.longAt(i) * M;
            word ^= word >>> R;
            hash = (hash ^ word * M) * M;
        }
        if (i < length) {
            hash = (hash ^ bytes.tailAt(i, length - i)) * M;
        }
        hash = (hash ^ hash >>> R) * M;
        return hash ^ hash >>> R;
    }
}
