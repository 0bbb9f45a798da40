package dev.cinnabar.compat.harness;

import java.util.Arrays;

/** A version of Redis, by its numbers; Valkey states the one whose behaviour it keeps. */
public record Version(int major, int minor, int patch) implements Comparable<Version> {

    static final Version UNKNOWN = new Version(0, 0, 0);

    public static Version of(String text) {
        int[] numbers = Arrays.stream(text.strip().split("\\."))
                .mapToInt(Integer::parseInt)
                .toArray();
        return new Version(numbers[0], numbers.length > 1 ? numbers[1] : 0, numbers.length > 2 ? numbers[2] : 0);
    }

    @Override
    public int compareTo(Version other) {
        if (major != other.major) {
            return Integer.compare(major, other.major);
        }
        return minor != other.minor ? Integer.compare(minor, other.minor) : Integer.compare(patch, other.patch);
    }

    public boolean isAtLeast(String text) {
        return compareTo(of(text)) >= 0;
    }

    @Override
    public String toString() {
        return major + "." + minor + "." + patch;
    }
}
