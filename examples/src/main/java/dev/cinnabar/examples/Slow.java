package dev.cinnabar.examples;

import java.io.IOException;
import java.net.Socket;
import java.time.Duration;

/** Takes its time before it says what another conversation says: it stands for a server with real work to do. */
public final class Slow implements Conversation {

    /** What takes the time; for a test, something that ends when the test says so. */
    @FunctionalInterface
    public interface Work {
        void run() throws InterruptedException;
    }

    private final Work work;
    private final Conversation then;

    public Slow(Work work, Conversation then) {
        this.work = work;
        this.then = then;
    }

    public static Slow by(Duration delay, Conversation then) {
        return new Slow(() -> Thread.sleep(delay), then);
    }

    @Override
    public void with(Socket client) throws IOException, InterruptedException {
        work.run();
        then.with(client);
    }
}
