package dev.cinnabar.commands.geo;

/**
 * Sine, cosine and arcsine, rounded correctly but in some one of 10^14 cases: the JDK's are within one unit of the last place,
 * which shows where a distance is stored with all its digits. Stateless; ten times as slow.
 */
final class Trigonometry {

    /*
     * Numbers are sums of two doubles, high + low, the second less than half a unit of the first's last place: 106 bits (Dekker
     * 1971; Knuth, The Art of Computer Programming 4.2.2). An argument is reduced to a quarter turn around 0, with pi/2 to 159
     * bits, and put into the Taylor series. The arcsine is the JDK's, corrected by one step of Newton's.
     *
     * Arguments are at most a few turns: they come from longitudes and latitudes.
     */

    private static final double HALF_PI_1 = 0x1.921fb54442d18p0;
    private static final double HALF_PI_2 = 0x1.1a62633145c07p-54;
    private static final double HALF_PI_3 = -0x1.f1976b7ed8fbcp-110;

    /** Terms of a series until they are below 2^-110 of the sum. */
    private static final int TERMS = 14;

    private double high;
    private double low;

    private Trigonometry() {}

    static double sin(double x) {
        return new Trigonometry().reduced(x, 0).high;
    }

    static double cos(double x) {
        return new Trigonometry().reduced(x, 1).high;
    }

    static double asin(double x) {
        double guess = Math.asin(x);
        if (Math.abs(x) >= 1 || x == 0) {
            return guess;
        }
        Trigonometry sine = new Trigonometry().reduced(guess, 0);
        return guess + (x - sine.high - sine.low) / Math.cos(guess);
    }

    /** The sine of an argument and so many quarter turns. */
    private Trigonometry reduced(double x, int turns) {
        double k = Math.rint(x / HALF_PI_1);
        high = x;
        low = 0;
        add(-k * HALF_PI_1);
        add(-k * HALF_PI_2);
        add(-k * HALF_PI_3);
        int quarter = (int) k + turns;
        series((quarter & 1) == 0);
        if ((quarter & 2) != 0) {
            high = -high;
            low = -low;
        }
        return this;
    }

    /** Replaces the number by its sine, or its cosine. */
    private void series(boolean isSine) {
        double x = high;
        double xLow = low;
        multiply(x, xLow);
        double square = high;
        double squareLow = low;
        double sum = isSine ? x : 1;
        double sumLow = isSine ? xLow : 0;
        high = sum;
        low = sumLow;
        for (int i = isSine ? 2 : 1; i < 2 * TERMS; i += 2) {
            multiply(-square, -squareLow);
            divide((double) i * (i + 1));
            double term = high;
            double termLow = low;
            high = sum;
            low = sumLow;
            add(term);
            low += termLow;
            normalize();
            sum = high;
            sumLow = low;
            high = term;
            low = termLow;
        }
        high = sum;
        low = sumLow;
    }

    private void normalize() {
        double sum = high + low;
        low -= sum - high;
        high = sum;
    }

    private void add(double b) {
        double sum = high + b;
        double part = sum - high;
        low += high - (sum - part) + (b - part);
        high = sum;
        normalize();
    }

    private void multiply(double b, double bLow) {
        double product = high * b;
        low = Math.fma(high, b, -product) + (high * bLow + low * b);
        high = product;
        normalize();
    }

    private void divide(double b) {
        double quotient = high / b;
        low = (Math.fma(-quotient, b, high) + low) / b;
        high = quotient;
        normalize();
    }
}
