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
        if (!awake.get()) {
            return;
        }
        awake.set(false);
        for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
            task.run();
        }
    }
}
