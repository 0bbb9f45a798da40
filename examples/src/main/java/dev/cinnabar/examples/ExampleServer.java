package dev.cinnabar.examples;

import java.io.Closeable;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * A TCP server that has one conversation with each client and then hangs up. Owned by the thread that calls {@link #serve};
 * any thread may close it.
 *
 * <p>Whether it serves one client at a time or many at once is a question of a single line: who holds the conversation. If
 * the thread that accepts clients does it itself, the next client waits in the system's queue until it is done. If each
 * conversation gets a thread of its own, nobody waits for anybody.
 */
public final class ExampleServer implements Closeable {

    private final ServerSocket listener;
    private final Conversation conversation;
    private final Executor whoTalks;

    private ExampleServer(int port, Conversation conversation, Executor whoTalks) throws IOException {
        this.listener = new ServerSocket(port);
        this.conversation = conversation;
        this.whoTalks = whoTalks;
    }

    /** A server that talks to its clients one after the other. Port 0 takes any free port. */
    public static ExampleServer oneByOne(int port, Conversation conversation) throws IOException {
        return new ExampleServer(port, conversation, Runnable::run);
    }

    /** A server that talks to all its clients at once, each in a virtual thread. Port 0 takes any free port. */
    public static ExampleServer manyAtOnce(int port, Conversation conversation) throws IOException {
        return new ExampleServer(port, conversation, Executors.newVirtualThreadPerTaskExecutor());
    }

    /** The port on which clients reach this server. */
    public int port() {
        return listener.getLocalPort();
    }

    /** Serves clients until this server is closed. */
    public void serve() throws IOException {
        while (true) {
            Socket client;
            try {
                client = listener.accept();
            } catch (SocketException e) {
                if (listener.isClosed()) {
                    return;
                }
                throw e;
            }
            whoTalks.execute(() -> talkTo(client));
        }
    }

    /** Stops taking clients and, where conversations have threads of their own, waits until the running ones are over. */
    @Override
    public void close() throws IOException {
        listener.close();
        if (whoTalks instanceof ExecutorService threads) {
            threads.close();
        }
    }

    private void talkTo(Socket client) {
        try (client) {
            conversation.with(client);
        } catch (IOException e) {
            // One client that hangs up early is no reason to leave the others.
            System.err.println("A client went away: " + e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
