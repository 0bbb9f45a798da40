package dev.cinnabar.examples;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.Socket;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The examples over real connections. */
@Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ExampleServerTest {

    private static final Clock NOON = Clock.fixed(Instant.parse("2020-02-29T12:00:00Z"), ZoneOffset.ofHours(2));
    private static final String GREETING = "Hello !\nTime is 2020-02-29 14:00:00 +0200\n";

    private final ExecutorService threads = Executors.newCachedThreadPool();

    @AfterEach
    void noThreadIsLeft() throws InterruptedException {
        threads.shutdown();
        assertThat(threads.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void greetsEachClientWithTheTimeAndHangsUp() throws Exception {
        try (ExampleServer server = running(ExampleServer.oneByOne(0, new Hello(NOON)))) {
            for (int client = 0; client < 3; client++) {
                assertThat(allThatIsSaidOn(connectTo(server))).isEqualTo(GREETING);
            }
        }
    }

    @Test
    void oneByOneKeepsTheSecondClientWaitingForTheFirst() throws Exception {
        Work work = new Work(1);
        try (ExampleServer server = running(ExampleServer.oneByOne(0, new Slow(work, new Hello(NOON))))) {
            Socket first = connectTo(server);
            work.allHaveBegun.await();
            // The system takes the call, but nobody answers it: the only thread is busy.
            Socket second = connectTo(server);
            second.setSoTimeout(50);
            assertThatThrownBy(() -> second.getInputStream().read()).isInstanceOf(IOException.class);
            assertThat(work.begun).hasValue(1);

            work.mayEnd.release();
            assertThat(allThatIsSaidOn(first)).isEqualTo(GREETING);
            second.setSoTimeout(0);
            work.mayEnd.release();
            assertThat(allThatIsSaidOn(second)).isEqualTo(GREETING);
            assertThat(work.mostAtOnce).hasValue(1);
        }
    }

    @Test
    void manyAtOnceServesAllWhileTheFirstIsStillBusy() throws Exception {
        int clients = 20;
        Work work = new Work(clients);
        try (ExampleServer server = running(ExampleServer.manyAtOnce(0, new Slow(work, new Hello(NOON))))) {
            Socket[] sockets = new Socket[clients];
            for (int i = 0; i < clients; i++) {
                sockets[i] = connectTo(server);
            }
            // Reached only if every conversation has begun although none may end yet.
            work.allHaveBegun.await();
            work.mayEnd.release(clients);
            for (Socket socket : sockets) {
                assertThat(allThatIsSaidOn(socket)).isEqualTo(GREETING);
            }
            assertThat(work.mostAtOnce).hasValue(clients);
        }
    }

    @Test
    void aClientThatHangsUpDoesNotEndTheServer() throws Exception {
        Work work = new Work(1);
        try (ExampleServer server = running(ExampleServer.oneByOne(0, new Slow(work, new Hello(NOON))))) {
            Socket rude = connectTo(server);
            work.allHaveBegun.await();
            rude.setSoLinger(true, 0); // resets the connection, so that the greeting fails
            rude.close();
            work.mayEnd.release(2);
            assertThat(allThatIsSaidOn(connectTo(server))).isEqualTo(GREETING);
        }
    }

    @Test
    void clientAndServerSayHelloToEachOther() throws Exception {
        ByteArrayOutputStream heard = new ByteArrayOutputStream();
        try (ExampleServer server =
                running(ExampleServer.oneByOne(0, new Exchange(new PrintStream(heard, true, UTF_8))))) {
            assertThat(Exchange.sayHello("localhost", server.port())).isEqualTo("Hello, this is Server!");
            assertThat(heard.toString(UTF_8)).isEqualToIgnoringNewLines("Hello, this is Client");
        }
    }

    @Test
    void theServerOutlivesAClientThatSaysNothing() throws Exception {
        ByteArrayOutputStream heard = new ByteArrayOutputStream();
        try (ExampleServer server =
                running(ExampleServer.oneByOne(0, new Exchange(new PrintStream(heard, true, UTF_8))))) {
            connectTo(server).close();
            assertThat(Exchange.sayHello("localhost", server.port())).isEqualTo("Hello, this is Server!");
        }
        assertThat(heard.toString(UTF_8)).isEqualToIgnoringNewLines("Hello, this is Client");
    }

    /** Work that ends when the test says so, and counts how many conversations are at it. */
    private static final class Work implements Slow.Work {
        final CountDownLatch allHaveBegun;
        final Semaphore mayEnd = new Semaphore(0);
        final AtomicInteger begun = new AtomicInteger();
        final AtomicInteger atOnce = new AtomicInteger();
        final AtomicInteger mostAtOnce = new AtomicInteger();

        Work(int conversations) {
            allHaveBegun = new CountDownLatch(conversations);
        }

        @Override
        public void run() throws InterruptedException {
            begun.incrementAndGet();
            int now = atOnce.incrementAndGet();
            mostAtOnce.accumulateAndGet(now, Math::max);
            allHaveBegun.countDown();
            mayEnd.acquire();
            atOnce.decrementAndGet();
        }
    }

    private ExampleServer running(ExampleServer server) {
        Future<?> served = threads.submit(() -> {
            server.serve();
            return null;
        });
        assertThat(served.state()).isNotEqualTo(Future.State.FAILED);
        return server;
    }

    private static Socket connectTo(ExampleServer server) throws IOException {
        return new Socket("localhost", server.port());
    }

    private static String allThatIsSaidOn(Socket socket) throws IOException {
        try (socket) {
            return new String(socket.getInputStream().readAllBytes(), UTF_8);
        }
    }
}
