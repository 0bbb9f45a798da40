package dev.cinnabar.net;

import dev.cinnabar.command.Engine;
import dev.cinnabar.command.LoopFigures;
import dev.cinnabar.memory.BufferAccounting;
import java.io.IOException;
import java.nio.channels.ServerSocketChannel;
import java.util.ArrayList;
import java.util.List;

/** The loops and the listener of a server, as one. Thread-safe. */
public final class NetServer implements AutoCloseable {

    /** Opens sockets to listen on: all, or none. */
    public interface Opener {
        List<ServerSocketChannel> open() throws IOException;
    }

    private final List<Loop> loops = new ArrayList<>();
    private final List<Thread> threads = new ArrayList<>();
    private final Listener listener;
    private final BufferAccounting accounting = new BufferAccounting();
    private boolean closed;

    /**
     * @param loops how many threads serve connections
     * @param sockets bound sockets, which this takes over
     */
    public NetServer(Engine engine, NetSettings settings, int loops, List<ServerSocketChannel> sockets)
            throws IOException {
        for (int i = 0; i < loops; i++) {
            this.loops.add(new Loop(i, engine, settings, accounting));
        }
        this.loops.forEach(loop -> loop.know(this.loops));
        this.listener = new Listener(engine, settings, this.loops);
        for (ServerSocketChannel socket : sockets) {
            listener.add(socket);
        }
    }

    public synchronized void start() {
        for (Loop loop : loops) {
            threads.add(new Thread(loop, "cinnabar-loop-" + loop.index()));
        }
        threads.add(new Thread(listener, "cinnabar-listener"));
        threads.forEach(Thread::start);
    }

    /**
     * Listens on other TCP sockets from now on; connections that there are stay.
     *
     * @throws IOException if they cannot be opened; then it listens on what {@code before} opens
     */
    public void relisten(Opener now, Opener before) throws IOException {
        listener.relisten(now, before);
    }

    public int loops() {
        return loops.size();
    }

    /** What each loop has done. */
    public List<LoopFigures> loopFigures() {
        return loops.stream().map(Loop::figures).toList();
    }

    public long inputBytes() {
        return loops.stream().mapToLong(Loop::inputBytes).sum();
    }

    public long outputBytes() {
        return loops.stream().mapToLong(Loop::outputBytes).sum();
    }

    /** Counts bytes from zero again. */
    public void resetStatistics() {
        loops.forEach(Loop::resetStatistics);
    }

    /** Bytes of requests and replies that wait, off the heap. */
    public long bufferBytes() {
        return accounting.bytes();
    }

    /** Ends listening and all connections, and waits for the threads to end. */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        listener.shutDown();
        loops.forEach(Loop::shutDown);
        boolean interrupted = false;
        for (Thread thread : threads) {
            while (thread.isAlive()) {
                try {
                    thread.join();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        }
        loops.forEach(Loop::afterEnd);
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
