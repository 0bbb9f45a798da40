package dev.cinnabar.net;

import java.nio.channels.Selector;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;

/** What other threads hold of a loop: they leave tasks here, the loop's thread runs them in order. Thread-safe. */
final class LoopMailbox {

    private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean awake = new AtomicBoolean();
    private final Selector selector;

    LoopMailbox(Selector selector) {
        this.selector = selector;
    }

    void post(Runnable task) {
        tasks.add(task);
        if (awake.compareAndSet(false, true)) {
            selector.wakeup();
        }
    }

    /** Runs what is there; called by the loop's thread. */
    void drain() {
        while (awake.get()) {
            drain(Integer.MAX_VALUE);
        }
    }

    /** Runs what is there, at most so many tasks: if there are more, the selector wakes up for them at once. */
    void drain(int max) {
        if (!awake.get()) {
            return;
        }
        awake.set(false);
        int done = 0;
        for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
            task.run();
            if (++done == max) {
                if (awake.compareAndSet(false, true)) {
                    selector.wakeup();
                }
                return;
            }
        }
    }
}
