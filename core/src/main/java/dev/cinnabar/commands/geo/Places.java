package dev.cinnabar.commands.geo;

import dev.cinnabar.values.SortedSetValue;
import java.util.Arrays;

/** The places that a search has found, with their distances, in the order in which they are to be answered. Owned by one call. */
final class Places {

    private final SortedSetValue set;
    private final Shape shape;
    private final long enough;
    private long[] places = new long[16];
    private double[] distances = new double[16];
    private int size;

    /** The order, once it is not that of finding: indices of the arrays above. */
    private int[] sorted = {};

    /** What is found in a sorted set, of a shape; no more than enough. */
    Places(SortedSetValue set, Shape shape, long enough) {
        this.set = set;
        this.shape = shape;
        this.enough = enough;
    }

    /** Adds what of a range of scores is inside the shape; returns whether that is not enough yet. */
    boolean add(long from, long to) {
        boolean shown = size < enough && set.seek(set.countBelow((double) from, false));
        for (; shown && size < enough; shown = set.next()) {
            double score = set.score();
            if (score >= to) {
                break;
            }
            double distance = shape.distanceIfInside(GeoHash.longitude(score), GeoHash.latitude(score));
            if (distance >= 0) {
                add(set.place(), distance);
            }
        }
        return size < enough;
    }

    private void add(long place, double distance) {
        if (size == places.length) {
            places = Arrays.copyOf(places, 2 * size);
            distances = Arrays.copyOf(distances, 2 * size);
        }
        places[size] = place;
        distances[size++] = distance;
    }

    int size() {
        return size;
    }

    /** Sorts by distance; what is equally far stays as it is. */
    void sort(boolean descending) {
        sorted = new int[size];
        for (int i = 0; i < size; i++) {
            sorted[i] = i;
        }
        int[] other = new int[size];
        for (int run = 1; run < size && run > 0; run *= 2) {
            for (int from = 0; from < size; from += 2 * run) {
                merge(from, Math.min(from + run, size), Math.min(from + 2 * run, size), other, descending);
            }
            int[] merged = other;
            other = sorted;
            sorted = merged;
        }
    }

    private void merge(int from, int middle, int to, int[] target, boolean descending) {
        int a = from;
        int b = middle;
        for (int i = from; i < to; i++) {
            boolean takesA = b == to || a < middle && !isBefore(sorted[b], sorted[a], descending);
            target[i] = takesA ? sorted[a++] : sorted[b++];
        }
    }

    private boolean isBefore(int a, int b, boolean descending) {
        return descending ? distances[a] > distances[b] : distances[a] < distances[b];
    }

    /** Makes the sorted set show a place. */
    void show(int index) {
        set.show(places[sorted.length == 0 ? index : sorted[index]]);
    }
}
