package dev.cinnabar.net;

import dev.cinnabar.command.Engine;
import dev.cinnabar.command.LoopFigures;
import dev.cinnabar.memory.BufferAccounting;
import java.io.IOException;
import java.nio.channels.ServerSocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** The loops and the listener of a server, as one. Thread-safe. */
public final class NetServer implements AutoCloseable {

    /** Opens sockets to listen on: all, or none. */
    public interface Opener {
        List<ServerSocketChannel> open() throws IOException;
    }

    private static final long IDLE_SECONDS = 10;

    private final List<Loop> loops = new ArrayList<>();
    private final List<Thread> threads = new ArrayList<>();
    private final Listener listener;
    private final BufferAccounting accounting = new BufferAccounting();
    private final ThreadPoolExecutor handshakes = handshakes();
    private boolean closed;

    /**
     * @param loops how many threads serve connections
     * @param sockets bound sockets, which this takes over
     * @param tlsSockets the same, for clients that speak TLS
     */
    public NetServer(
            Engine engine,
            NetSettings settings,
            int loops,
            List<ServerSocketChannel> sockets,
            List<ServerSocketChannel> tlsSockets)
            throws IOException {
        for (int i = 0; i < loops; i++) {
            this.loops.add(new Loop(i, engine, settings, accounting, handshakes));
        }
        this.loops.forEach(loop -> loop.know(this.loops));
        this.listener = new Listener(engine, settings, this.loops);
        for (ServerSocketChannel socket : sockets) {
            listener.add(socket, Listener.Kind.PLAIN);
        }
        for (ServerSocketChannel socket : tlsSockets) {
            listener.add(socket, Listener.Kind.TLS);
        }
    }

    /** Threads for the expensive parts of TLS handshakes: some processors' worth, none while there are no handshakes. */
    private static ThreadPoolExecutor handshakes() {
        int threads = Math.max(1, Runtime.getRuntime().availableProcessors() / 2);
        ThreadPoolExecutor executor = new ThreadPoolExecutor(
                threads,
                threads,
                IDLE_SECONDS,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(),
                task -> new Thread(task, "cinnabar-handshake"),
                // At the end of the server: the connection ends with the loop.
                new ThreadPoolExecutor.DiscardPolicy());
        executor.allowCoreThreadTimeOut(true);
        return executor;
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
     * @param tls whether it is about those for clients that speak TLS, or about the others
     * @throws IOException if they cannot be opened; then it listens on what {@code before} opens
     */
    public void relisten(boolean tls, Opener now, Opener before) throws IOException {
        listener.relisten(tls ? Listener.Kind.TLS : Listener.Kind.PLAIN, now, before);
    }

    public int loops() {
        return loops.size();
    }

    /** What each loop has done. */
    public List<LoopFigures> loopFigures() {
        return loops.stream().map(Loop::figures).toList();
    }

    public long inputBytes() {
        long sum = 0;
        for (Loop loop : loops) {
            sum += loop.inputBytes();
        }
        return sum;
    }

    public long outputBytes() {
        long sum = 0;
        for (Loop loop : loops) {
            sum += loop.outputBytes();
        }
        return sum;
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
        handshakes.shutdownNow();
        boolean interrupted = false;
        while (!handshakes.isTerminated()) {
            try {
                handshakes.awaitTermination(IDLE_SECONDS, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        loops.forEach(Loop::shutDown);
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
