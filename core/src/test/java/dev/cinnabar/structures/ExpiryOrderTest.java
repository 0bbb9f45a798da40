package dev.cinnabar.structures;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cinnabar.memory.Memory;
import dev.cinnabar.memory.Tag;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Strategy: random operations against a {@link TreeSet}, over distributions of times that are dense, sparse, equal
 * and at the ends of the range; growth and decline through every size of leaf and several heights.
 *
 * <p>Invariants: {@link ExpiryOrder#checkInvariants}; the first pair is the model's; taking the first again and again
 * gives the model's order; the bytes it says it takes are those that the memory counts; at the end the memory is
 * empty.
 */
class ExpiryOrderTest {

    private record Pair(long when, long record) {}

    /** Where times come from. */
    enum Times {
        DENSE,
        DAY,
        ALL_EQUAL,
        FEW_VALUES,
        WHOLE_RANGE,
        ENDS,
        ASCENDING,
        DESCENDING,
        CLUSTERS;

        long draw(SplittableRandom random, long step) {
            return switch (this) {
                case DENSE -> 1_700_000_000_000L + random.nextInt(1000);
                case DAY -> 1_700_000_000_000L + random.nextInt(86_400_000);
                case ALL_EQUAL -> 1_700_000_000_000L;
                case FEW_VALUES -> random.nextInt(3) * 1_000_000_000_000L;
                case WHOLE_RANGE -> random.nextLong();
                case ENDS ->
                    random.nextBoolean() ? Long.MIN_VALUE + random.nextInt(5) : Long.MAX_VALUE - random.nextInt(5);
                case ASCENDING -> 1_700_000_000_000L + step;
                case DESCENDING -> 1_700_000_000_000L - step;
                case CLUSTERS -> (1L << random.nextInt(63)) + random.nextInt(300);
            };
        }
    }

    private final Memory memory = new Memory();
    private final ExpiryOrder order = new ExpiryOrder(memory, Tag.EXPIRY);
    private final TreeSet<Pair> model =
            new TreeSet<>(Comparator.comparingLong(Pair::when).thenComparingLong(Pair::record));

    @AfterEach
    void everythingIsGivenBack() {
        order.close();
        assertThat(order.bytes()).isZero();
        assertThat(memory.used()).isZero();
        memory.close();
    }

    @Test
    void anEmptyOrderTakesNothing() {
        assertThat(order.size()).isZero();
        assertThat(order.firstWhenMillis()).isEqualTo(Long.MAX_VALUE);
        assertThat(order.firstRecord()).isZero();
        assertThat(order.meanWhenMillis()).isZero();
        assertThat(memory.used()).isZero();
        order.checkInvariants();
    }

    @Test
    void oneOfEachKind() {
        order.insert(200, 16);
        order.insert(100, 24);
        order.insert(100, 8);
        assertThat(order.firstWhenMillis()).isEqualTo(100);
        assertThat(order.firstRecord()).isEqualTo(8);
        assertThat(order.meanWhenMillis()).isEqualTo(400 / 3.0);
        order.replace(100, 8, 32);
        assertThat(order.firstRecord()).isEqualTo(24);
        order.remove(100, 24);
        order.remove(100, 32);
        assertThat(order.firstWhenMillis()).isEqualTo(200);
        assertThat(order.bytes()).isEqualTo(64);
    }

    @Test
    void removingWhatIsNotThereIsABugOfTheCaller() {
        assertThatThrownBy(() -> order.remove(1, 8)).isInstanceOf(IllegalArgumentException.class);
        order.insert(1, 8);
        assertThatThrownBy(() -> order.remove(1, 16)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> order.remove(2, 8)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> order.remove(Long.MIN_VALUE, 8)).isInstanceOf(IllegalArgumentException.class);
        assertThat(order.size()).isEqualTo(1);
    }

    @ParameterizedTest
    @EnumSource(Times.class)
    void randomOperationsAgreeWithAModel(Times times) {
        long seed = 4711;
        SplittableRandom random = new SplittableRandom(seed);
        List<Pair> live = new ArrayList<>();
        long step = 0;
        for (int round = 0; round < 30; round++) {
            int insertShare = random.nextInt(10, 91);
            int steps = random.nextInt(2000);
            for (int i = 0; i < steps; i++) {
                if (random.nextInt(100) < insertShare || live.isEmpty()) {
                    Pair pair = new Pair(times.draw(random, step++), 8 * random.nextLong(1, 1L << 40));
                    if (model.add(pair)) {
                        live.add(pair);
                        order.insert(pair.when, pair.record);
                    }
                } else {
                    removeAt(live, random.nextInt(live.size()));
                }
                if (order.firstWhenMillis() != firstOfModel().when || order.firstRecord() != firstOfModel().record) {
                    throw new AssertionError("seed " + seed + " round " + round + " step " + i);
                }
            }
            checkAll();
        }
        while (!live.isEmpty()) {
            removeAt(live, random.nextInt(live.size()));
        }
        checkAll();
        assertThat(order.bytes()).isZero();
    }

    @ParameterizedTest
    @EnumSource(Times.class)
    void takingTheFirstAgainAndAgainGivesTheOrder(Times times) {
        SplittableRandom random = new SplittableRandom(5);
        for (int i = 0; i < 30_000; i++) {
            Pair pair = new Pair(times.draw(random, i), 8 * random.nextLong(1, 1L << 40));
            if (model.add(pair)) {
                order.insert(pair.when, pair.record);
            }
        }
        checkAll();
        while (!model.isEmpty()) {
            Pair first = model.pollFirst();
            if (order.firstWhenMillis() != first.when || order.firstRecord() != first.record) {
                throw new AssertionError("expected " + first);
            }
            order.remove(first.when, first.record);
            if (model.size() % 1000 == 0) {
                checkAll();
            }
        }
        assertThat(order.bytes()).isZero();
    }

    @Test
    void invariantsHoldAtEverySmallSize() {
        SplittableRandom random = new SplittableRandom(6);
        List<Pair> live = new ArrayList<>();
        for (int i = 0; i < 700; i++) {
            Pair pair = new Pair(Times.CLUSTERS.draw(random, i), 8 * random.nextLong(1, 1L << 40));
            model.add(pair);
            live.add(pair);
            order.insert(pair.when, pair.record);
            checkAll();
        }
        while (!live.isEmpty()) {
            removeAt(live, random.nextInt(live.size()));
            checkAll();
        }
    }

    @Test
    void aPairTakesFewBytes() {
        SplittableRandom random = new SplittableRandom(8);
        int n = 1_000_000;
        for (int i = 1; i <= n; i++) {
            order.insert(Times.DAY.draw(random, i), 8L * i);
            if (i >= 1000 && i % 1000 == 0 && order.bytes() > 15.0 * i) {
                throw new AssertionError(order.bytes() + " bytes for " + i);
            }
        }
        order.checkInvariants();
        order.clear();
        for (int i = 1; i <= n; i++) {
            order.insert(Times.ASCENDING.draw(random, i), 8L * i);
        }
        assertThat(order.bytes()).isLessThan(9L * n);
        order.clear();
    }

    @Test
    void afterMostWereRemovedLittleIsLeft() {
        SplittableRandom random = new SplittableRandom(9);
        long[] times = new long[200_000];
        for (int i = 0; i < times.length; i++) {
            times[i] = Times.DAY.draw(random, i);
            order.insert(times[i], 8L * (i + 1));
        }
        for (int i = 0; i < times.length; i++) {
            if (i % 100 != 0) {
                order.remove(times[i], 8L * (i + 1));
            }
        }
        order.checkInvariants();
        assertThat(order.size()).isEqualTo(2000);
        assertThat(order.bytes()).isLessThan(2000 * 40);
    }

    private Pair firstOfModel() {
        return model.isEmpty() ? new Pair(Long.MAX_VALUE, 0) : model.first();
    }

    private void removeAt(List<Pair> live, int index) {
        Pair pair = live.get(index);
        live.set(index, live.getLast());
        live.removeLast();
        model.remove(pair);
        order.remove(pair.when, pair.record);
    }

    private void checkAll() {
        order.checkInvariants();
        assertThat(order.size()).isEqualTo(model.size());
        assertThat(order.bytes()).isEqualTo(memory.used(Tag.EXPIRY));
        BigInteger sum = model.stream().map(p -> BigInteger.valueOf(p.when)).reduce(BigInteger.ZERO, BigInteger::add);
        if (!model.isEmpty()) {
            double mean = new BigDecimal(sum).doubleValue() / model.size();
            assertThat(Math.abs(order.meanWhenMillis() - mean))
                    .isLessThanOrEqualTo(Math.max(0x1p12, Math.abs(mean) * 1e-9));
        }
    }
}
