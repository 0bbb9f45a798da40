package dev.cinnabar.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class HistogramTest {

    private final Histogram histogram = new Histogram();

    private List<String> steps() {
        List<String> steps = new ArrayList<>();
        histogram.forEachStep((micros, count) -> steps.add(micros + ":" + count));
        return steps;
    }

    @Test
    void stepsArePowersOfTwoWithWhatFallsIntoTheSameBucket() {
        histogram.add(0, 1);
        histogram.add(1031, 1);
        histogram.add(1032, 1);
        histogram.add(33_023, 2);
        histogram.add(33_024, 1);
        histogram.add(Long.MAX_VALUE, 1);
        assertThat(steps()).containsExactly("1:2", "2:3", "33:5", "66:6", "1082130:7");
    }

    @Test
    void percentiles() {
        for (int micros = 1; micros <= 100; micros++) {
            histogram.add(micros * 1000L, 1);
        }
        assertThat(histogram.percentileNanos(50)).isBetween(50_000L, 50_500L);
        assertThat(histogram.percentileNanos(99)).isBetween(99_000L, 100_000L);
        assertThat(histogram.percentileNanos(100)).isBetween(100_000L, 101_000L);
        assertThat(histogram.total()).isEqualTo(100);
    }
}
