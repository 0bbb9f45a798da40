package dev.cinnabar.structures;

/**
 * How many different elements have led to the registers of a HyperLogLog. Stateless.
 *
 * <p>The estimator is from Otmar Ertl, "New cardinality estimation algorithms for HyperLogLog sketches" (2017), algorithm 6:
 * it needs nothing but how many registers have each value, no tables, and holds for small and large numbers alike. Two sums
 * make up for the registers that are still zero and for those that can grow no further. The order of the operations is
 * Redis', so that rounding leads to the same numbers.
 */
public final class CardinalityEstimate {

    private static final int REGISTERS = HyperLogLogLayout.REGISTERS;
    private static final int BITS = HyperLogLogLayout.MAX_RANK - 1;

    /** 1 / (2 ln 2). */
    private static final double ALPHA = 0.7213475204444817;

    private CardinalityEstimate() {}

    /** The estimate for registers counted by their values. */
    public static long of(int[] histogram) {
        double m = REGISTERS;
        double z = m * tau((m - histogram[BITS + 1]) / m);
        for (int value = BITS; value >= 1; value--) {
            z += histogram[value];
            z *= 0.5;
        }
        z += m * sigma(histogram[0] / m);
        return Math.round(ALPHA * m * m / z);
    }

    /** For the share of registers that are zero: x + x^2 + 2 x^4 + 4 x^8 + ... */
    private static double sigma(double share) {
        if (share == 1) {
            return Double.POSITIVE_INFINITY;
        }
        double x = share;
        double weight = 1;
        double sum = x;
        double before;
        do {
            x *= x;
            before = sum;
            sum += x * weight;
            weight += weight;
        } while (before != sum);
        return sum;
    }

    /** For the share of registers that can still grow. */
    private static double tau(double share) {
        if (share == 0 || share == 1) {
            return 0;
        }
        double x = share;
        double weight = 1;
        double sum = 1 - x;
        double before;
        do {
            x = Math.sqrt(x);
            before = sum;
            weight *= 0.5;
            sum -= (1 - x) * (1 - x) * weight;
        } while (before != sum);
        return sum / 3;
    }
}
