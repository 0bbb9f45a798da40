package dev.cinnabar.commands.geo;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Places as numbers and back, and the sines that distances are made of. */
class GeoHashTest {

    private static final long SEED = 31;

    private final SplittableRandom random = new SplittableRandom(SEED);

    @Test
    void theExampleOfTheClass() {
        assertThat(GeoHash.encode(13.361389, 38.115556)).isEqualTo(3479099956230698L);
        assertThat(new String(GeoHash.text(3479099956230698.0), US_ASCII)).isEqualTo("sqc8b49rny0");
    }

    @Test
    void aPlaceIsInItsCell() {
        for (int i = 0; i < 10_000; i++) {
            double longitude = random.nextDouble(-180, 180);
            double latitude = random.nextDouble(-85, 85);
            int step = random.nextInt(1, 27);
            long cell = GeoHash.cell(longitude, latitude, step);
            assertThat(longitude).isBetween(GeoHash.west(cell, step), GeoHash.east(cell, step));
            assertThat(latitude).isBetween(GeoHash.south(cell, step), GeoHash.north(cell, step));
            double score = GeoHash.encode(longitude, latitude);
            assertThat((long) score).isBetween(GeoHash.firstScore(cell, step), GeoHash.firstScore(cell + 1, step) - 1);
            assertThat(GeoHash.longitude(score)).isCloseTo(longitude, within(3e-6));
            assertThat(GeoHash.latitude(score)).isCloseTo(latitude, within(2e-6));
        }
    }

    @Test
    void neighboursTouch() {
        for (int i = 0; i < 1000; i++) {
            int step = random.nextInt(2, 27);
            long cell = GeoHash.cell(random.nextDouble(-80, 80), random.nextDouble(-20, 20), step);
            assertThat(GeoHash.west(GeoHash.neighbour(cell, step, 1, 0), step)).isEqualTo(GeoHash.east(cell, step));
            assertThat(GeoHash.north(GeoHash.neighbour(cell, step, 0, -1), step))
                    .isEqualTo(GeoHash.south(cell, step));
            assertThat(GeoHash.neighbour(GeoHash.neighbour(cell, step, -1, 1), step, 1, -1))
                    .isEqualTo(cell);
        }
    }

    @Test
    void theGridGoesRound() {
        long east = GeoHash.cell(179, 0, 3);
        assertThat(GeoHash.west(GeoHash.neighbour(east, 3, 1, 0), 3)).isEqualTo(-180);
    }

    /** Against the series in 60 digits. */
    @Test
    void sinesAreRoundedCorrectly() {
        MathContext digits = new MathContext(60);
        for (int i = 0; i < 2000; i++) {
            double x = random.nextDouble(-3.2, 3.2) * (i % 3 == 0 ? 1e-3 : 1);
            assertThat(Trigonometry.sin(x))
                    .as("sin %s", x)
                    .isEqualTo(series(x, 1, digits).doubleValue());
            assertThat(Trigonometry.cos(x))
                    .as("cos %s", x)
                    .isEqualTo(series(x, 0, digits).doubleValue());
        }
    }

    private static BigDecimal series(double x, int first, MathContext digits) {
        BigDecimal square = new BigDecimal(x).pow(2, digits).negate();
        BigDecimal term = first == 1 ? new BigDecimal(x) : BigDecimal.ONE;
        BigDecimal sum = term;
        for (int i = first; i < 90; i += 2) {
            term = term.multiply(square, digits).divide(BigDecimal.valueOf((i + 1L) * (i + 2)), digits);
            sum = sum.add(term, digits);
        }
        return sum;
    }

    @Test
    void arcsinesAreRoundedCorrectly() {
        MathContext digits = new MathContext(60);
        for (int i = 0; i < 500; i++) {
            double x = random.nextDouble();
            double angle = Trigonometry.asin(x);
            // The true angle is nearer to this double than to its neighbours: so the sine of this one is nearest to x.
            BigDecimal error = error(angle, x, digits);
            assertThat(error).as("asin %s", x).isLessThanOrEqualTo(error(Math.nextUp(angle), x, digits));
            assertThat(error).as("asin %s", x).isLessThanOrEqualTo(error(Math.nextDown(angle), x, digits));
        }
        assertThat(Trigonometry.asin(0)).isZero();
        assertThat(Trigonometry.asin(1)).isEqualTo(Math.PI / 2);
    }

    private static BigDecimal error(double angle, double sine, MathContext digits) {
        return series(angle, 1, digits).subtract(new BigDecimal(sine)).abs();
    }
}
