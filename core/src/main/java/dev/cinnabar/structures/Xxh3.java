package dev.cinnabar.structures;

import dev.cinnabar.memory.Bytes;
import java.util.HexFormat;

/**
 * XXH3, 64 bits, without a seed: the digest of a string by which clients compare values without sending them. Stateless.
 *
 * <p>After the specification of Yann Collet's xxHash. Not keyed: whoever wants to can make strings of equal digests.
 */
public final class Xxh3 {

    /*
     * Four ways by length: up to 16 bytes one multiplication or two, up to 128 pairs from both ends, up to 240 pairs from the
     * front, and beyond that eight sums over stripes of 64 bytes. Each mixes the input with some part of the secret; which
     * part, is all that the offsets below say.
     */

    private static final long PRIME32_1 = 0x9E3779B1L;
    private static final long PRIME32_2 = 0x85EBCA77L;
    private static final long PRIME32_3 = 0xC2B2AE3DL;
    private static final long PRIME64_1 = 0x9E3779B185EBCA87L;
    private static final long PRIME64_2 = 0xC2B2AE3D27D4EB4FL;
    private static final long PRIME64_3 = 0x165667B19E3779F9L;
    private static final long PRIME64_4 = 0x85EBCA77C2B2AE63L;
    private static final long PRIME64_5 = 0x27D4EB2F165667C5L;
    private static final long MIX_1 = 0x165667919E3779F9L;
    private static final long MIX_2 = 0x9FB21C651E98DF25L;

    private static final int STRIPE = 64;
    private static final int STRIPES = 16;
    private static final int BLOCK = STRIPE * STRIPES;

    /** The default secret, 192 bytes. */
    private static final Bytes SECRET = Bytes.of(HexFormat.of()
            .parseHex("b8fe6c3923a44bbe7c01812cf721ad1cded46de9839097db7240a4a4b7b3671f"
                    + "cb79e64eccc0e578825ad07dccff7221b8084674f743248ee03590e6813a264c"
                    + "3c2852bb91c300cb88d0658b1b532ea371644897a20df94e3819ef46a9deacd8"
                    + "a8fa763fe39c343ff9dcbbc7c70b4f1d8a51e04bcdb45931c89f7ec9d9787364"
                    + "eac5ac8334d3ebc3c581a0fffa1363eb170ddd51b7f0da49d316552629d4689e"
                    + "2b16be587d47a1fc8ff8b8d17ad031ce45cb3a8f95160428afd7fbcabb4b407e"));

    private Xxh3() {}

    public static long hash(Bytes in) {
        int n = in.length();
        if (n <= 16) {
            return n > 8 ? upTo16(in, n) : n >= 4 ? upTo8(in, n) : upTo3(in, n);
        }
        return n <= 128 ? upTo128(in, n) : n <= 240 ? upTo240(in, n) : more(in, n);
    }

    private static long upTo3(Bytes in, int n) {
        if (n == 0) {
            return finish64(secret(56) ^ secret(64));
        }
        long first = in.byteAt(0) & 0xff;
        long middle = in.byteAt(n >> 1) & 0xff;
        long last = in.byteAt(n - 1) & 0xff;
        long combined = first << 16 | middle << 24 | last | (long) n << 8;
        return finish64(combined ^ (secret(0) ^ secret(0) >>> 32) & 0xffff_ffffL);
    }

    private static long upTo8(Bytes in, int n) {
        long h = (fourAt(in, n - 4) + (fourAt(in, 0) << 32)) ^ secret(8) ^ secret(16);
        h ^= Long.rotateLeft(h, 49) ^ Long.rotateLeft(h, 24);
        h *= MIX_2;
        h ^= (h >>> 35) + n;
        h *= MIX_2;
        return h ^ h >>> 28;
    }

    private static long fourAt(Bytes in, int index) {
        return in.byteAt(index) & 0xffL
                | (in.byteAt(index + 1) & 0xffL) << 8
                | (in.byteAt(index + 2) & 0xffL) << 16
                | (in.byteAt(index + 3) & 0xffL) << 24;
    }

    private static long upTo16(Bytes in, int n) {
        long low = in.longAt(0) ^ secret(24) ^ secret(32);
        long high = in.longAt(n - 8) ^ secret(40) ^ secret(48);
        return finish(n + Long.reverseBytes(low) + high + fold(low, high));
    }

    private static long upTo128(Bytes in, int n) {
        long sum = n * PRIME64_1;
        for (int i = (n - 1) / 32; i >= 0; i--) {
            sum += mix(in, 16 * i, 32 * i);
            sum += mix(in, n - 16 * (i + 1), 32 * i + 16);
        }
        return finish(sum);
    }

    private static long upTo240(Bytes in, int n) {
        long sum = n * PRIME64_1;
        for (int i = 0; i < 8; i++) {
            sum += mix(in, 16 * i, 16 * i);
        }
        sum = finish(sum);
        for (int i = 8; i < n / 16; i++) {
            sum += mix(in, 16 * i, 16 * (i - 8) + 3);
        }
        return finish(sum + mix(in, n - 16, 119));
    }

    private static long more(Bytes in, int n) {
        long[] sums = {
            PRIME32_3, PRIME64_1, PRIME64_2, PRIME64_3, PRIME64_4, PRIME32_2, PRIME64_5, PRIME32_1,
        };
        int blocks = (n - 1) / BLOCK;
        for (int block = 0; block < blocks; block++) {
            for (int stripe = 0; stripe < STRIPES; stripe++) {
                accumulate(sums, in, block * BLOCK + stripe * STRIPE, 8 * stripe);
            }
            scramble(sums);
        }
        int from = blocks * BLOCK;
        for (int stripe = 0; stripe < (n - 1 - from) / STRIPE; stripe++) {
            accumulate(sums, in, from + stripe * STRIPE, 8 * stripe);
        }
        accumulate(sums, in, n - STRIPE, 121);
        long result = n * PRIME64_1;
        for (int i = 0; i < 4; i++) {
            result += fold(sums[2 * i] ^ secret(11 + 16 * i), sums[2 * i + 1] ^ secret(19 + 16 * i));
        }
        return finish(result);
    }

    private static void accumulate(long[] sums, Bytes in, int at, int secretAt) {
        for (int i = 0; i < 8; i++) {
            long data = in.longAt(at + 8 * i);
            long key = data ^ secret(secretAt + 8 * i);
            sums[i ^ 1] += data;
            sums[i] += (key & 0xffff_ffffL) * (key >>> 32);
        }
    }

    private static void scramble(long[] sums) {
        for (int i = 0; i < 8; i++) {
            long sum = sums[i];
            sums[i] = (sum ^ sum >>> 47 ^ secret(128 + 8 * i)) * PRIME32_1;
        }
    }

    private static long mix(Bytes in, int at, int secretAt) {
        return fold(in.longAt(at) ^ secret(secretAt), in.longAt(at + 8) ^ secret(secretAt + 8));
    }

    /** The two halves of the product of 128 bits, one upon the other. */
    private static long fold(long a, long b) {
        return a * b ^ Math.unsignedMultiplyHigh(a, b);
    }

    private static long finish(long h) {
        h ^= h >>> 37;
        h *= MIX_1;
        return h ^ h >>> 32;
    }

    private static long finish64(long h) {
        h ^= h >>> 33;
        h *= PRIME64_2;
        h ^= h >>> 29;
        h *= PRIME64_3;
        return h ^ h >>> 32;
    }

    private static long secret(int at) {
        return SECRET.longAt(at);
    }
}
