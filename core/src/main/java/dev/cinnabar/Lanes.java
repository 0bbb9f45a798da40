package dev.cinnabar;

import dev.cinnabar.command.Engine;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * The lanes of an engine: a thread takes one for a call and gives it back. Thread-safe.
 */
final class Lanes {

    /*
     * Why not a ThreadLocal? What it holds for a thread outlives the engine in each thread that ever called it, and a program
     * with a million virtual threads would make a million dispatchers. Here there are about twice as many lanes as cores, made
     * when first needed. A thread begins to look at a place of its own, so with fewer threads than lanes each finds the same
     * lane again, warm in its cache; where all are taken it waits for its first one.
     */

    private final Engine engine;
    private final AtomicReferenceArray<Lane> lanes;
    private volatile boolean closed;

    Lanes(Engine engine, int cores) {
        this.engine = engine;
        this.lanes = new AtomicReferenceArray<>(Integer.highestOneBit(Math.max(cores, 2) * 4 - 1));
    }

    Lane take() {
        int mask = lanes.length() - 1;
        int home = (int) (Thread.currentThread().threadId() * 0x9E3779B97F4A7C15L >>> 40);
        for (int i = 0; i <= mask; i++) {
            Lane lane = lane(home + i & mask);
            if (lane.tryTake()) {
                return open(lane);
            }
        }
        Lane lane = lane(home & mask);
        lane.take();
        return open(lane);
    }

    private Lane lane(int index) {
        Lane lane = lanes.getAcquire(index);
        return lane != null ? lane : newLane(index);
    }

    private Lane newLane(int index) {
        synchronized (lanes) {
            Lane lane = lanes.getAcquire(index);
            if (lane == null) {
                lane = new Lane(engine);
                lanes.setRelease(index, lane);
            }
            return lane;
        }
    }

    private Lane open(Lane lane) {
        if (closed) {
            lane.give();
            throw new IllegalStateException("closed");
        }
        return lane;
    }

    boolean isClosed() {
        return closed;
    }

    /** Lets no new call begin, waits until those that run have ended, then does what is to be done. */
    void close(Runnable then) {
        synchronized (lanes) {
            if (closed) {
                return;
            }
            closed = true;
            for (int i = 0; i < lanes.length(); i++) {
                Lane lane = lanes.getAcquire(i);
                if (lane != null) {
                    lane.take();
                }
            }
            then.run();
            // Whoever waits for a lane may wake up now and learn that all is closed.
            for (int i = 0; i < lanes.length(); i++) {
                Lane lane = lanes.getAcquire(i);
                if (lane != null) {
                    lane.give();
                }
            }
        }
    }
}
