package dev.cinnabar.net;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cinnabar.CinnabarServer;
import dev.cinnabar.testing.Allocation;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What a loop allocates on the heap each time that a request wakes it: what the JDK's selector and channels do, and no more. */
class WakeupAllocationTest {

    private static final int ROUNDS = 200;
    private static final int REQUESTS = 1_000;
    private static final int MAX_BYTES = 4;

    @Test
    void wakingUpReadingRunningAndReplyingAllocatesNextToNothing() throws IOException {
        byte[] set = "*3\r\n$3\r\nSET\r\n$3\r\nkey\r\n$5\r\nvalue\r\n".getBytes(US_ASCII);
        byte[] get = "*2\r\n$3\r\nGET\r\n$3\r\nkey\r\n".getBytes(US_ASCII);
        Set<Thread> others = Thread.getAllStackTraces().keySet();
        try (CinnabarServer server = CinnabarServer.builder().port(0).threads(1).start();
                Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
            socket.setTcpNoDelay(true);
            Thread loop = Thread.getAllStackTraces().keySet().stream()
                    .filter(thread -> thread.getName().startsWith("cinnabar-loop-") && !others.contains(thread))
                    .findAny()
                    .orElseThrow();
            long least = Long.MAX_VALUE;
            for (int round = 0; round < ROUNDS && least > MAX_BYTES * REQUESTS; round++) {
                long before = Allocation.bytesOf(loop);
                for (int i = 0; i < REQUESTS / 2; i++) {
                    exchange(socket, set, 5);
                    exchange(socket, get, 11);
                }
                least = Math.min(least, Allocation.bytesOf(loop) - before);
            }
            assertThat(least).as("bytes of %d requests", REQUESTS).isLessThanOrEqualTo(MAX_BYTES * REQUESTS);
        }
    }

    private static void exchange(Socket socket, byte[] request, int replyBytes) throws IOException {
        OutputStream out = socket.getOutputStream();
        out.write(request);
        InputStream in = socket.getInputStream();
        assertThat(in.readNBytes(replyBytes)).hasSize(replyBytes);
    }
}
