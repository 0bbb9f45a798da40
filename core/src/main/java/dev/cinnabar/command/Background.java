package dev.cinnabar.command;

import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The engine's own thread: deletes keys whose time has come and frees what was thrown away, in bounded steps. Its methods
 * can be called by any thread.
 */
final class Background implements Runnable, AutoCloseable {

    /** How late a key may be deleted, in nanoseconds. */
    private static final long PERIOD_NANOS = 50_000_000;

    private final Engine engine;
    private volatile boolean closing;
    private @Nullable Thread thread;

    Background(Engine engine) {
        this.engine = engine;
    }

    void start() {
        Thread t = new Thread(this, "cinnabar-background");
        t.setDaemon(true);
        thread = t;
        t.start();
    }

    void nudge() {
        LockSupport.unpark(thread);
    }

    @Override
    public void run() {
        while (!closing) {
            try {
                if (engine.settings().activeExpiry) {
                    engine.keyspace().expireDue();
                }
                engine.keyspace().collectGarbage();
                engine.observe();
            } catch (RuntimeException e) {
                engine.settings().failures.accept("background", e);
            }
            LockSupport.parkNanos(this, PERIOD_NANOS);
        }
    }

    @Override
    public void close() {
        closing = true;
        Thread t = thread;
        if (t != null) {
            LockSupport.unpark(t);
            boolean interrupted = false;
            while (t.isAlive()) {
                try {
                    t.join();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
