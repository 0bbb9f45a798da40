package dev.cinnabar.command;

import dev.cinnabar.session.Blocked;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The engine's own thread: deletes keys whose time has come, frees what was thrown away, in bounded steps, and sees to
 * clients that wait when it is time. Its methods can be called by any thread.
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
        Dispatcher dispatcher = engine.newDispatcher();
        Runnable meanwhile = dispatcher::attend;
        while (!closing) {
            try {
                engine.pause().endIfOver(engine.clock().millis());
                if (engine.settings().activeExpiry && !engine.pause().isOn()) {
                    engine.keyspace().expireDue(meanwhile);
                }
                engine.keyspace().collectGarbage(meanwhile);
                engine.tracking().keepLimit();
                engine.appendOnly().tick();
                engine.journal().flush();
                engine.saves().attend();
                engine.observe();
                engine.keySizes().step();
            } catch (RuntimeException e) {
                engine.settings().failures.accept("background", e);
            }
            LockSupport.parkNanos(this, pauseNanos());
        }
        engine.retire(dispatcher);
    }

    private long pauseNanos() {
        long deadline = Math.min(
                engine.blockedClients().firstDueMillis(), engine.pause().untilMillis());
        if (deadline == Blocked.FOREVER) {
            return PERIOD_NANOS;
        }
        long left = deadline - engine.clock().millis();
        return Math.clamp(left, 0, PERIOD_NANOS / 1_000_000) * 1_000_000 + 1;
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
