package dev.cinnabar.server;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.cinnabar.keyspace.Clock;
import dev.cinnabar.keyspace.ManualClock;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** TLS connections that are slow, late, cut off, refused or full; and what else is on them but requests and replies. */
class TlsConnectionTest extends TlsServerTest {

    /** What two loops keep for the next client whose replies have to wait. */
    private static final int KEPT_BYTES = 2 * (320 << 10);

    /** TLS over a socket that is there already: what happens to that one TLS is not told. */
    private SSLSocket over(Socket socket) throws Exception {
        SSLContext context = CERTIFICATES.client(null);
        return (SSLSocket) context.getSocketFactory().createSocket(socket, "localhost", socket.getPort(), true);
    }

    /** Until only so many clients are there, and no buffer of any other. */
    private void awaitClients(int number) {
        long deadline = System.nanoTime() + DEADLINE_MILLIS * 1_000_000L;
        while (server.engine().clients().size() != number || server.bufferBytes() > KEPT_BYTES) {
            assertThat(System.nanoTime()).as("until clients have gone").isLessThan(deadline);
            Thread.onSpinWait();
        }
    }

    // Handshakes.

    @Test
    void aHandshakeMustBeDoneInTime() throws Exception {
        ManualClock clock = new ManualClock(1_000_000);
        start(1, clock, "127.0.0.1");
        try (Socket late = connectPlain();
                Socket silent = connectPlain();
                SSLSocket done = connect(CERTIFICATES.client(null))) {
            byte[] hello = clientHello();
            late.getOutputStream().write(hello, 0, hello.length / 2);
            assertThat(exchange(done, "PING\r\n", 7)).isEqualTo("+PONG\r\n");
            awaitClients(3);
            clock.advanceMillis(30_000);
            // The request wakes the loop, which then looks at the time.
            assertThat(exchange(done, "PING\r\n", 7)).isEqualTo("+PONG\r\n");
            late.getOutputStream().write(hello[hello.length / 2]);
            clock.advanceMillis(1_001);
            assertThat(exchange(done, "PING\r\n", 7)).isEqualTo("+PONG\r\n");
            assertEnds(late);
            assertEnds(silent);
            awaitClients(1);
            assertThat(exchange(done, "PING\r\n", 7)).isEqualTo("+PONG\r\n");
        }
    }

    /** With an alert or without one. */
    private static void assertEnds(Socket socket) throws IOException {
        assertThat(readToEnd(socket).length).isLessThan(100);
    }

    @Test
    void thereIsNoSecondHandshake() throws Exception {
        start();
        try (SSLSocket socket = connect(CERTIFICATES.client(null))) {
            socket.setEnabledProtocols(new String[] {"TLSv1.2"});
            assertThat(exchange(socket, "PING\r\n", 7)).isEqualTo("+PONG\r\n");
            assertThatThrownBy(() -> {
                        socket.startHandshake();
                        exchange(socket, "PING\r\n", 7);
                    })
                    .isInstanceOf(IOException.class);
        }
        awaitClients(0);
        assertThat(log).anyMatch(line -> line.startsWith("TLS of a client failed: renegotiation is not possible"));
    }

    @Test
    void keysAreRenewed() throws Exception {
        start();
        try (SSLSocket socket = connect(CERTIFICATES.client(null))) {
            for (int i = 0; i < 5; i++) {
                assertThat(exchange(socket, "PING\r\n", 7)).isEqualTo("+PONG\r\n");
                // To TLS 1.3 that is a request for new keys.
                socket.startHandshake();
            }
            assertThat(exchange(socket, "PING\r\n", 7)).isEqualTo("+PONG\r\n");
            assertThat(socket.getSession().getProtocol()).isEqualTo("TLSv1.3");
        }
    }

    @Test
    void protectedModeIsToldOverTls() throws Exception {
        Optional<InetAddress> address = NetworkInterface.networkInterfaces()
                .flatMap(NetworkInterface::inetAddresses)
                .filter(found -> found instanceof Inet4Address && !found.isLoopbackAddress())
                .findFirst();
        assumeTrue(address.isPresent(), "the machine has an address beside the loopback interface");
        start(1, Clock.SYSTEM, address.orElseThrow().getHostAddress());
        for (boolean isProtected : new boolean[] {true, false}) {
            try (Socket plain = new Socket()) {
                plain.connect(new InetSocketAddress(address.orElseThrow(), server.tlsPort()), DEADLINE_MILLIS);
                plain.setSoTimeout(DEADLINE_MILLIS);
                try (SSLSocket socket = over(plain)) {
                    socket.startHandshake();
                    if (isProtected) {
                        String told = new String(readToEnd(socket), US_ASCII);
                        assertThat(told)
                                .startsWith("-DENIED Redis is running in protected mode")
                                .endsWith("\r\n");
                    } else {
                        assertThat(exchange(socket, "PING\r\n", 7)).isEqualTo("+PONG\r\n");
                    }
                }
            }
            configuration.set(List.of("protected-mode"), List.of("no"), true);
        }
    }

    // What comes in pieces, and what ends in the middle.

    /** Sends each byte on its own. */
    private static final class Dripping extends Socket {
        @Override
        public OutputStream getOutputStream() throws IOException {
            return new FilterOutputStream(super.getOutputStream());
        }
    }

    @Test
    void recordsMayArriveByteByByte() throws Exception {
        start();
        Socket slow = new Dripping();
        slow.setTcpNoDelay(true);
        slow.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), server.tlsPort()), DEADLINE_MILLIS);
        slow.setSoTimeout(DEADLINE_MILLIS);
        try (SSLSocket socket = over(slow)) {
            String value = "v".repeat(5000);
            assertThat(exchange(socket, "SET k " + value + "\r\nINCR n\r\n", 9)).isEqualTo("+OK\r\n:1\r\n");
            String reply = "$5000\r\n" + value + "\r\n";
            assertThat(exchange(socket, "GET k\r\n", reply.length())).isEqualTo(reply);
        }
        awaitClients(0);
    }

    @Test
    void whoIsCutOffLeavesNothing() throws Exception {
        start();
        byte[] hello = clientHello();
        for (int length : new int[] {0, 1, 5, hello.length / 2, hello.length}) {
            try (Socket socket = connectPlain()) {
                socket.getOutputStream().write(hello, 0, length);
            }
        }
        awaitClients(0);
        // After the handshake: no good-bye; half a record; and half a request.
        for (byte[] last : new byte[][] {{}, {23, 3, 3, 1, 0, 7}}) {
            try (Socket plain = connectPlain()) {
                SSLSocket socket = over(plain);
                assertThat(exchange(socket, "PING\r\n", 7)).isEqualTo("+PONG\r\n");
                socket.getOutputStream().write("*2\r\n$4\r\nINCR\r\n$1\r\n".getBytes(US_ASCII));
                plain.getOutputStream().write(last);
            }
            awaitClients(0);
        }
        // A record that nobody has encrypted ends the connection with an alert.
        try (Socket plain = connectPlain()) {
            SSLSocket socket = over(plain);
            assertThat(exchange(socket, "PING\r\n", 7)).isEqualTo("+PONG\r\n");
            byte[] forged = new byte[5 + 64];
            System.arraycopy(new byte[] {23, 3, 3, 0, 64}, 0, forged, 0, 5);
            plain.getOutputStream().write(forged);
            assertThatThrownBy(() -> socket.getInputStream().read()).isInstanceOf(IOException.class);
        }
        awaitClients(0);
        assertThat(log).anyMatch(line -> line.startsWith("TLS of a client failed: "));
    }

    // Who does not read.

    @Test
    void aSlowReaderIsCutOffAtItsLimit() throws Exception {
        configuration.load("client-output-buffer-limit", List.of("normal", "1mb", "0", "0"));
        start();
        try (SSLSocket slow = connect(CERTIFICATES.client(null));
                SSLSocket other = connect(CERTIFICATES.client(null))) {
            assertThat(exchange(other, "SET k " + "x".repeat(50_000) + "\r\n", 5))
                    .isEqualTo("+OK\r\n");
            slow.getOutputStream().write("GET k\r\n".repeat(1000).getBytes(US_ASCII));
            long deadline = System.nanoTime() + DEADLINE_MILLIS * 1_000_000L;
            while (log.stream().noneMatch(line -> line.contains("for overcoming of output buffer limits"))) {
                assertThat(System.nanoTime()).isLessThan(deadline);
                assertThat(exchange(other, "PING\r\n", 7)).isEqualTo("+PONG\r\n");
            }
            awaitClients(1);
            // It gets what the sockets held, which is not all.
            assertThat(bytesToEnd(slow.getInputStream())).isLessThan(50_000_000);
        }
    }

    /** How many bytes come before an end, announced or not. */
    private static long bytesToEnd(InputStream in) {
        byte[] buffer = new byte[64_000];
        long bytes = 0;
        try {
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                bytes += n;
            }
        } catch (IOException e) {
            assertThat(e).isNotInstanceOf(SocketTimeoutException.class);
        }
        return bytes;
    }

    // Beside requests and replies.

    @Test
    void changesArePushed() throws Exception {
        start();
        try (SSLSocket tracking = connect(CERTIFICATES.client(null));
                SSLSocket other = connect(CERTIFICATES.client(null))) {
            assertThat(exchangeLine(tracking, "HELLO 3\r\n")).startsWith("%");
            assertThat(readThrough(tracking, "modules\r\n*0\r\n")).contains("proto\r\n:3");
            assertThat(exchange(tracking, "CLIENT TRACKING ON\r\nGET k\r\n", 8)).isEqualTo("+OK\r\n_\r\n");
            for (int i = 0; i < 100; i++) {
                assertThat(exchange(other, "SET k 1\r\n", 5)).isEqualTo("+OK\r\n");
                String push = ">2\r\n$10\r\ninvalidate\r\n*1\r\n$1\r\nk\r\n";
                assertThat(new String(tracking.getInputStream().readNBytes(push.length()), US_ASCII))
                        .isEqualTo(push);
                assertThat(exchange(tracking, "GET k\r\n", 7)).isEqualTo("$1\r\n1\r\n");
            }
        }
    }

    private static String readThrough(Socket socket, String end) throws IOException {
        StringBuilder text = new StringBuilder();
        while (text.indexOf(end) < 0) {
            int c = socket.getInputStream().read();
            assertThat(c).as("an end after: " + text).isNotNegative();
            text.append((char) c);
        }
        return text.toString();
    }

    @ParameterizedTest
    @ValueSource(strings = {"everysec", "always"})
    void whatIsAnsweredIsInTheAppendOnlyFile(String policy) throws Exception {
        set("appendonly", "yes", "appendfsync", policy);
        start();
        int requests = 2000;
        String value = "v".repeat(100);
        try (SSLSocket socket = connect(CERTIFICATES.client(null))) {
            StringBuilder pipeline = new StringBuilder();
            for (int i = 0; i < requests; i++) {
                pipeline.append("SET k").append(i).append(' ').append(value).append("\r\n");
            }
            String replies = exchange(socket, pipeline.toString(), 5 * requests);
            assertThat(replies).isEqualTo("+OK\r\n".repeat(requests));
            assertThat(exchangeLine(socket, "INCR n\r\n")).isEqualTo(":1");
        }
        server.close();
        start();
        try (SSLSocket socket = connect(CERTIFICATES.client(null))) {
            assertThat(exchangeLine(socket, "DBSIZE\r\n")).isEqualTo(":" + (requests + 1));
            String reply = "$100\r\n" + value + "\r\n";
            assertThat(exchange(socket, "GET k" + (requests - 1) + "\r\n", reply.length()))
                    .isEqualTo(reply);
        }
    }
}
