package dev.cinnabar;

import dev.cinnabar.command.Dispatcher;
import dev.cinnabar.command.Engine;
import dev.cinnabar.resp.Output;
import dev.cinnabar.session.Blocked;
import dev.cinnabar.session.Resumable;
import dev.cinnabar.session.Session;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The wait of a caller inside the JVM: its thread is parked until another thread has written the reply. One for each session;
 * used by the session's caller, but for what {@link Resumable} says.
 */
final class LibraryWait implements Resumable {

    private @Nullable ValueBuilder builder;
    private @Nullable RespValue value;
    private boolean closed;
    private volatile boolean over;
    private volatile @Nullable Thread caller;

    @Override
    public Output reply() {
        ValueBuilder fresh = new ValueBuilder();
        builder = fresh;
        return fresh;
    }

    @Override
    public void resume() {
        ValueBuilder written = builder;
        builder = null;
        closed = written == null;
        value = written == null ? null : written.take();
        over = true;
        LockSupport.unpark(caller);
    }

    /**
     * Waits for the reply of the command that has blocked the session. If the thread is interrupted, gives up: the reply is
     * then that of a wait whose time is over, and the thread stays interrupted.
     *
     * @throws IllegalStateException if the engine is closed meanwhile
     */
    static RespValue await(Engine engine, Session session) {
        if (!(session.resumable() instanceof LibraryWait wait)) {
            throw new IllegalStateException("not a session of this library");
        }
        return wait.await(engine, session, session.blocked());
    }

    private RespValue await(Engine engine, Session session, @Nullable Blocked blocked) {
        caller = Thread.currentThread();
        boolean interrupted = false;
        while (!over) {
            LockSupport.park(this);
            if (!over && Thread.interrupted()) {
                interrupted = true;
                giveUp(engine, blocked);
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        over = false;
        caller = null;
        session.blocked(null);
        RespValue reply = value;
        value = null;
        if (closed) {
            throw new IllegalStateException("closed");
        }
        return reply == null ? Lane.NO_REPLY : reply;
    }

    private static void giveUp(Engine engine, @Nullable Blocked blocked) {
        Dispatcher dispatcher = engine.newDispatcher();
        if (blocked != null) {
            dispatcher.giveUp(blocked, null);
        }
        engine.retire(dispatcher);
    }
}
