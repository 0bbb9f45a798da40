package dev.cinnabar.testing;

import java.util.SplittableRandom;

/**
 * The seed of a random test: the same in every run, so that a build can be repeated. {@code -Dseed=NUMBER} repeats what a failure has
 * printed, {@code -Dseed=random} looks for what no run has met yet.
 */
public final class Seed {

    private static final String GIVEN = System.getProperty("seed", "20261123");

    private Seed() {}

    public static long next() {
        return GIVEN.equals("random") ? new SplittableRandom().nextLong() : Long.parseLong(GIVEN);
    }
}
