package dev.cinnabar.aof;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class CommitPaceTest {

    private static final long SYNC = 1_000_000;

    private final CommitPace pace = new CommitPace(0);
    private long now;
    private long arrived;

    /** A commit of the given length, during which so many arrive. */
    private void commit(long nanos, int meanwhile) {
        pace.begin(arrived, now);
        now += nanos;
        arrived += meanwhile;
        pace.end(arrived, now);
    }

    /** So many commits of one client, for the average. */
    private void warmUp() {
        for (int i = 0; i < 50; i++) {
            arrived++;
            commit(SYNC, 0);
        }
    }

    @Test
    void oneClientWaitsForNobody() {
        warmUp();
        assertThat(pace.isFull(arrived)).isFalse();
        arrived++;
        assertThat(pace.isFull(arrived)).isTrue();
        assertThat(pace.waitNanos(arrived, now)).isLessThanOrEqualTo(0);
    }

    @Test
    void aCommitWaitsForThoseThatTheLastReleasedAndForThoseThatCameMeanwhile() {
        warmUp();
        arrived += 3;
        commit(SYNC, 2);
        arrived += 2;
        assertThat(pace.isFull(arrived)).isFalse();
        assertThat(pace.waitNanos(arrived, now)).isPositive().isLessThanOrEqualTo(SYNC);
        arrived += 1;
        assertThat(pace.isFull(arrived)).isTrue();
    }

    @Test
    void noneWaitsLongerThanASyncTakes() {
        warmUp();
        arrived += 3;
        commit(SYNC, 0);
        arrived++;
        now += SYNC;
        assertThat(pace.waitNanos(arrived, now)).isLessThanOrEqualTo(0);
        assertThat(pace.isFull(arrived)).isFalse();
    }

    @Test
    void whoHasWaitedInVainDoesNotWaitTheNextTimes() {
        warmUp();
        int waits = 0;
        for (int i = 0; i < 200; i++) {
            // Of each two one comes back too late.
            arrived++;
            if (pace.waitNanos(arrived, now) > 0) {
                waits++;
                now += SYNC;
            }
            commit(SYNC, 1);
        }
        assertThat(waits).isBetween(1, 10);
    }

    @Test
    void slowSyncsAreLeftToTheThread() {
        warmUp();
        assertThat(pace.isQuick()).isTrue();
        for (int i = 0; i < 50; i++) {
            arrived++;
            commit(20 * SYNC, 0);
        }
        assertThat(pace.isQuick()).isFalse();
    }
}
