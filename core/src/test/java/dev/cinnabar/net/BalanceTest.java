package dev.cinnabar.net;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cinnabar.keyspace.ManualClock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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
        assertThat(Balance.toShareWith(0, loads(0.96, 0.3, 0.2), sizes(8, 1, 1), 1))
                .isEqualTo(2);
        assertThat(Balance.toShareWith(0, loads(0.94, 0, 0), sizes(8, 0, 0), 1)).isEqualTo(Balance.NOWHERE);
        assertThat(Balance.toShareWith(0, loads(1, 0.6), sizes(8, 8), 1)).isEqualTo(Balance.NOWHERE);
        assertThat(Balance.toShareWith(0, loads(1, 0), sizes(1, 0), 1)).isEqualTo(Balance.NOWHERE);
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
    void aFullLoopStaysAloneWhereNoCoreIsIdle() {
        assertThat(Balance.toShareWith(0, loads(1, 0), sizes(8, 0), 0.5)).isEqualTo(1);
        assertThat(Balance.toShareWith(0, loads(1, 0), sizes(8, 0), 0.4)).isEqualTo(Balance.NOWHERE);
        assertThat(Balance.toShareWith(0, loads(1, 0), sizes(8, 0), Double.NaN)).isEqualTo(Balance.NOWHERE);
        assertThat(Balance.toShareWith(0, loads(1, 0), sizes(8, 0), Double.POSITIVE_INFINITY))
                .isEqualTo(1);
    }

    @Test
    void loopsThatAreHardlyMoreThanOneBecomeOneWhereNoCoreIsIdle() {
        double[] lockedOut = loads(0.03, 0.03);
        assertThat(Balance.toGiveWayTo(1, loads(0.6, 0.6), lockedOut, sizes(4, 4), 0))
                .isZero();
        assertThat(Balance.toGiveWayTo(1, loads(0.6, 0.6), lockedOut, sizes(4, 4), 0.3))
                .isEqualTo(Balance.NOWHERE);
        assertThat(Balance.toGiveWayTo(1, loads(0.6, 0.6), lockedOut, sizes(4, 4), Double.NaN))
                .isEqualTo(Balance.NOWHERE);
        assertThat(Balance.toGiveWayTo(1, loads(0.7, 0.7), lockedOut, sizes(4, 4), 0))
                .isEqualTo(Balance.NOWHERE);
    }

    @Test
    void loopsThatLockEachOtherOutBecomeOne() {
        assertThat(Balance.toGiveWayTo(1, loads(0.6, 0.6), loads(0.02, 0.09), sizes(4, 4), 1))
                .isZero();
        assertThat(Balance.toGiveWayTo(1, loads(0.7, 0.7), loads(0.2, 0.2), sizes(4, 4), 1))
                .isEqualTo(Balance.NOWHERE);
        assertThat(Balance.toGiveWayTo(1, loads(0.7, 0.7), loads(0.2, 0.2), sizes(4, 4), 0))
                .isZero();
        assertThat(Balance.toGiveWayTo(1, loads(0.8, 0.8), loads(0.2, 0.2), sizes(4, 4), 0))
                .isEqualTo(Balance.NOWHERE);
        assertThat(Balance.toGiveWayTo(0, loads(0.5, 0.5), loads(0.5, 0.5), sizes(4, 4), 1))
                .isEqualTo(Balance.NOWHERE);
        assertThat(Balance.toGiveWayTo(2, loads(0, 0.4, 0.4), loads(0, 0.4, 0.4), sizes(0, 4, 4), 1))
                .isEqualTo(1);
        assertThat(Balance.toGiveWayTo(1, loads(0.4, 0), loads(0.4, 0.4), sizes(4, 0), 1))
                .isEqualTo(Balance.NOWHERE);
    }

    @Test
    void idleCoresAreCountedOverTenthsOfASecond(@TempDir Path directory) throws IOException {
        ManualClock clock = new ManualClock(0);
        Path file = directory.resolve("stat");
        IdleCores cores = new IdleCores(file, clock);
        assertThat(cores.lately()).isPositive().isInfinite();

        Files.writeString(file, "cpu  10 20 30 1000 500 7 8 9 0 0\ncpu0 1 2 3 4\n");
        assertThat(cores.lately()).isNaN();
        clock.advanceMillis(99);
        assertThat(cores.lately()).isNaN();
        clock.advanceMillis(101);
        Files.writeString(file, "cpu  99 99 99 1020 510 99 99 99 0 0\ncpu0 1 2 3 4\n");
        assertThat(cores.lately()).isEqualTo(1.5);
        clock.advanceMillis(100);
        assertThat(cores.lately()).isZero();
        // Long ago is not lately.
        clock.advanceMillis(400);
        assertThat(cores.lately()).isNaN();
        clock.advanceMillis(200);
        Files.writeString(file, "something else\n");
        assertThat(cores.lately()).isPositive().isInfinite();
    }

    @Test
    void theMeterTellsWorkFromWaiting() {
        ManualClock clock = new ManualClock(0);
        LoadMeter meter = new LoadMeter(clock);
        clock.advanceMillis(20);
        meter.begin();
        clock.advanceMillis(10);
        assertThat(meter.end(6_000_000)).isTrue();
        assertThat(meter.load()).isBetween(0.13, 0.14);
        assertThat(meter.lockedOut()).isEqualTo(0.2);

        // Who has waited for long is idle; who has worked for long is full.
        clock.advanceMillis(60);
        assertThat(meter.load()).isZero();
        assertThat(meter.lockedOut()).isZero();
        meter.begin();
        clock.advanceMillis(60);
        assertThat(meter.load()).isEqualTo(1);
    }
}
