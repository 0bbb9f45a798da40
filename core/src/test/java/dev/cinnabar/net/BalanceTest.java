package dev.cinnabar.net;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cinnabar.keyspace.ManualClock;
import org.junit.jupiter.api.Test;

class BalanceTest {

    private static double[] loads(double... loads) {
        return loads;
    }

    private static int[] sizes(int... sizes) {
        return sizes;
    }

    @Test
    void newConnectionsStayTogetherWhileThereIsRoom() {
        assertThat(Balance.forNew(loads(0, 0), sizes(10, 0))).isZero();
        assertThat(Balance.forNew(loads(0.69, 0), sizes(10, 0))).isZero();
        assertThat(Balance.forNew(loads(0.7, 0), sizes(10, 0))).isEqualTo(1);
    }

    @Test
    void newConnectionsGoToTheSmallestLoopWhereAllAreBusy() {
        assertThat(Balance.forNew(loads(0.9, 0.8, 0.9), sizes(5, 6, 4))).isEqualTo(2);
    }

    @Test
    void aFullLoopSharesWithOneThatHasLittleToDo() {
        assertThat(Balance.toShareWith(0, loads(0.96, 0.3, 0.2), sizes(8, 1, 1)))
                .isEqualTo(2);
        assertThat(Balance.toShareWith(0, loads(0.94, 0, 0), sizes(8, 0, 0))).isEqualTo(Balance.NOWHERE);
        assertThat(Balance.toShareWith(0, loads(1, 0.6), sizes(8, 8))).isEqualTo(Balance.NOWHERE);
        assertThat(Balance.toShareWith(0, loads(1, 0), sizes(1, 0))).isEqualTo(Balance.NOWHERE);
    }

    @Test
    void loopsWithLittleToDoBecomeOne() {
        assertThat(Balance.toJoin(1, loads(0.3, 0.2), sizes(4, 4))).isZero();
        assertThat(Balance.toJoin(1, loads(0.3, 0.4), sizes(4, 4))).isEqualTo(Balance.NOWHERE);
        assertThat(Balance.toJoin(0, loads(0.1, 0.1), sizes(4, 4))).isEqualTo(Balance.NOWHERE);
        assertThat(Balance.toJoin(2, loads(0.1, 0.1, 0.1), sizes(0, 4, 4))).isEqualTo(1);
        assertThat(Balance.toJoin(1, loads(0.1, 0), sizes(4, 0))).isEqualTo(Balance.NOWHERE);
    }

    @Test
    void whatSharesDoesNotJoinAgainAtOnce() {
        // One full loop becomes two half full ones.
        assertThat(Balance.toJoin(1, loads(0.5, 0.5), sizes(4, 4))).isEqualTo(Balance.NOWHERE);
    }

    @Test
    void theMeterTellsWorkFromWaiting() {
        ManualClock clock = new ManualClock(0);
        LoadMeter meter = new LoadMeter(clock);
        clock.advanceMillis(20);
        meter.begin();
        clock.advanceMillis(10);
        assertThat(meter.end()).isTrue();
        assertThat(meter.load()).isBetween(0.33, 0.34);

        // Who has waited for long is idle; who has worked for long is full.
        clock.advanceMillis(60);
        assertThat(meter.load()).isZero();
        meter.begin();
        clock.advanceMillis(60);
        assertThat(meter.load()).isEqualTo(1);
    }
}
