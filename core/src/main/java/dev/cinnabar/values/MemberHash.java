package dev.cinnabar.values;

import dev.cinnabar.memory.Bytes;
import dev.cinnabar.structures.SipHash;
import java.security.SecureRandom;

/**
 * The hash of fields and members in the tables of big collections, keyed by a secret of this process, so that nobody can
 * choose members that collide. Stateless.
 */
final class MemberHash {

    /** A number that takes the place of chance, for tests that must run the same way twice. */
    private static final String SEED = "cinnabar.hash.seed";

    private static final long KEY_0;
    private static final long KEY_1;

    static {
        Long seed = Long.getLong(SEED);
        if (seed == null) {
            SecureRandom random = new SecureRandom();
            KEY_0 = random.nextLong();
            KEY_1 = random.nextLong();
        } else {
            KEY_0 = seed;
            KEY_1 = ~seed;
        }
    }

    private MemberHash() {}

    static long of(Bytes member) {
        return SipHash.hash(KEY_0, KEY_1, member);
    }
}
