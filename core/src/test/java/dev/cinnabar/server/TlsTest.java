package dev.cinnabar.server;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cinnabar.config.ConfigException;
import dev.cinnabar.net.NetSettings;
import dev.cinnabar.tls.TlsException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;

/** The server over TLS, with the JDK's own client. */
class TlsTest extends TlsServerTest {

    @Test
    void servesOverEachProtocol() throws Exception {
        start();
        for (String protocol : List.of("TLSv1.3", "TLSv1.2")) {
            try (SSLSocket socket = connect(CERTIFICATES.client(null))) {
                socket.setEnabledProtocols(new String[] {protocol});
                assertThat(exchange(socket, "PING\r\n", 7)).isEqualTo("+PONG\r\n");
                assertThat(socket.getSession().getProtocol()).isEqualTo(protocol);
            }
        }
        try (SSLSocket socket = connect(CERTIFICATES.client(null))) {
            assertThat(exchangeLine(socket, "INFO server\r\n")).startsWith("$");
            assertThat(server.listeners()).containsExactly("name=tls,bind=127.0.0.1,port=" + server.tlsPort());
            assertThat(server.port()).isEqualTo(server.tlsPort());
        }
    }

    @Test
    void largeRequestsAndLongPipelinesArriveWhole() throws Exception {
        start();
        byte[] value = new byte[3_000_000];
        new SplittableRandom(1).nextBytes(value);
        try (SSLSocket socket = connect(CERTIFICATES.client(null))) {
            OutputStream out = socket.getOutputStream();
            InputStream in = socket.getInputStream();
            out.write(("*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$" + value.length + "\r\n").getBytes(US_ASCII));
            out.write(value);
            out.write("\r\n".getBytes(US_ASCII));
            assertThat(new String(in.readNBytes(5), US_ASCII)).isEqualTo("+OK\r\n");
            int requests = 100_000;
            Thread writer = Thread.ofVirtual().start(() -> {
                try {
                    ByteArrayOutputStream all = new ByteArrayOutputStream();
                    for (int i = 0; i < requests; i++) {
                        all.writeBytes("INCR n\r\n".getBytes(US_ASCII));
                    }
                    all.writeBytes("GET k\r\n".getBytes(US_ASCII));
                    out.write(all.toByteArray());
                } catch (IOException e) {
                    log.add("FAILURE in the writer: " + e);
                }
            });
            for (int i = 1; i <= requests; i++) {
                String expected = ":" + i + "\r\n";
                assertThat(new String(in.readNBytes(expected.length()), US_ASCII))
                        .isEqualTo(expected);
            }
            String header = "$" + value.length + "\r\n";
            assertThat(new String(in.readNBytes(header.length()), US_ASCII)).isEqualTo(header);
            assertThat(in.readNBytes(value.length)).isEqualTo(value);
            writer.join();
        }
    }

    @Test
    void aSlowReadersRecordsWaitAndComeInOrder() throws Exception {
        start();
        byte[] value = new byte[100_000];
        Arrays.fill(value, (byte) 'x');
        try (SSLSocket socket = connect(CERTIFICATES.client(null))) {
            assertThat(exchange(socket, "SET k " + new String(value, US_ASCII).substring(0, 50_000) + "\r\n", 5))
                    .isEqualTo("+OK\r\n");
            int requests = 400;
            socket.getOutputStream().write("GET k\r\n".repeat(requests).getBytes(US_ASCII));
            // Twenty megabytes do not fit into the socket: they wait in the server until this client reads.
            try (SSLSocket other = connect(CERTIFICATES.client(null))) {
                long deadline = System.nanoTime() + DEADLINE_MILLIS * 1_000_000L;
                while (server.bufferBytes() < 1_000_000) {
                    assertThat(exchange(other, "PING\r\n", 7)).isEqualTo("+PONG\r\n");
                    assertThat(System.nanoTime()).isLessThan(deadline);
                }
            }
            for (int i = 0; i < requests; i++) {
                byte[] reply = socket.getInputStream().readNBytes("$50000\r\n".length() + 50_000 + 2);
                assertThat(new String(reply, 0, 8, US_ASCII)).isEqualTo("$50000\r\n");
                assertThat(reply[8 + 49_999]).isEqualTo((byte) 'x');
            }
        }
    }

    @Test
    void waitingClientsAreServed() throws Exception {
        start();
        try (SSLSocket waiting = connect(CERTIFICATES.client(null));
                SSLSocket subscriber = connect(CERTIFICATES.client(null));
                SSLSocket other = connect(CERTIFICATES.client(null))) {
            waiting.getOutputStream().write("BLPOP q 0\r\nPING\r\n".getBytes(US_ASCII));
            String subscribed = "*3\r\n$9\r\nsubscribe\r\n$1\r\nc\r\n:1\r\n";
            assertThat(exchange(subscriber, "SUBSCRIBE c\r\n", subscribed.length()))
                    .isEqualTo(subscribed);
            assertThat(exchangeLine(other, "RPUSH q v\r\n")).isEqualTo(":1");
            String popped = "*2\r\n$1\r\nq\r\n$1\r\nv\r\n+PONG\r\n";
            assertThat(new String(waiting.getInputStream().readNBytes(popped.length()), US_ASCII))
                    .isEqualTo(popped);
            assertThat(exchangeLine(other, "PUBLISH c hello\r\n")).isEqualTo(":1");
            String message = "*3\r\n$7\r\nmessage\r\n$1\r\nc\r\n$5\r\nhello\r\n";
            assertThat(new String(subscriber.getInputStream().readNBytes(message.length()), US_ASCII))
                    .isEqualTo(message);
        }
    }

    @Test
    void whatIsNotTlsIsRefused() throws Exception {
        start();
        SplittableRandom random = new SplittableRandom(7);
        List<byte[]> garbage =
                new ArrayList<>(List.of("PING\r\n".getBytes(US_ASCII), "GET / HTTP/1.1\r\n\r\n".getBytes(US_ASCII)));
        for (int i = 0; i < 20; i++) {
            byte[] bytes = new byte[random.nextInt(5, 5000)];
            random.nextBytes(bytes);
            if (i % 2 == 0) {
                // The header of a handshake record, with what follows it being none.
                bytes[0] = 22;
                bytes[1] = 3;
                bytes[2] = 1;
                bytes[3] = (byte) (bytes.length - 5 >> 8);
                bytes[4] = (byte) (bytes.length - 5);
            }
            garbage.add(bytes);
        }
        for (byte[] bytes : garbage) {
            try (Socket socket = connectPlain()) {
                socket.getOutputStream().write(bytes);
                socket.shutdownOutput();
                // An alert, or nothing, and the end.
                byte[] reply = readToEnd(socket);
                assertThat(reply.length).isLessThan(100);
                if (reply.length > 0) {
                    assertThat(reply[0]).isEqualTo((byte) 21);
                }
            }
        }
        assertThat(log).anyMatch(line -> line.startsWith("Error accepting a client connection: "));
        try (SSLSocket socket = connect(CERTIFICATES.client(null))) {
            assertThat(exchange(socket, "PING\r\n", 7)).isEqualTo("+PONG\r\n");
        }
    }

    /** A handshake that arrives byte by byte, while others are served. */
    @Test
    void slowHandshakesHoldNobodyUp() throws Exception {
        start();
        try (Socket slow = connectPlain();
                SSLSocket other = connect(CERTIFICATES.client(null))) {
            byte[] hello = clientHello();
            for (int i = 0; i < hello.length - 1; i++) {
                slow.getOutputStream().write(hello[i]);
                if (i % 20 == 0) {
                    assertThat(exchange(other, "PING\r\n", 7)).isEqualTo("+PONG\r\n");
                }
            }
            slow.getOutputStream().write(hello[hello.length - 1]);
            // The server's hello.
            assertThat(slow.getInputStream().read()).isEqualTo(22);
        }
    }

    @Test
    void aClientThatEndsItsSideIsAnsweredAndClosed() throws Exception {
        start();
        try (SSLSocket socket = connect(CERTIFICATES.client(null))) {
            assertThat(exchange(socket, "PING\r\n", 7)).isEqualTo("+PONG\r\n");
            socket.shutdownOutput();
            assertThat(socket.getInputStream().read()).isEqualTo(-1);
        }
        try (SSLSocket socket = connect(CERTIFICATES.client(null))) {
            // The server's own end comes with a good-bye: to the client it is an end, not a truncation.
            assertThat(exchange(socket, "QUIT\r\n", 5)).isEqualTo("+OK\r\n");
            assertThat(socket.getInputStream().read()).isEqualTo(-1);
        }
    }

    @Test
    void clientsMustShowTheirCertificates() throws Exception {
        set("tls-auth-clients", "yes", "tls-ca-cert-file", "alice.crt");
        start();
        try (SSLSocket socket = connect(CERTIFICATES.client("alice"))) {
            assertThat(exchange(socket, "PING\r\n", 7)).isEqualTo("+PONG\r\n");
        }
        for (String name : Arrays.asList(null, "stranger")) {
            try (SSLSocket socket = connect(CERTIFICATES.client(name))) {
                assertThatThrownBy(() -> exchange(socket, "PING\r\n", 7)).isInstanceOf(IOException.class);
            }
        }
    }

    @Test
    void certificatesMayBeOptional() throws Exception {
        Path authorities = Files.createDirectory(directory.resolve("authorities"));
        Files.copy(directory.resolve("alice.crt"), authorities.resolve("1234abcd.0"));
        set("tls-auth-clients", "optional", "tls-ca-cert-dir", "authorities", "tls-auth-clients-user", "cn");
        start();
        try (SSLSocket socket = connect(CERTIFICATES.client(null))) {
            assertThat(exchange(socket, "ACL WHOAMI\r\n", 13)).isEqualTo("$7\r\ndefault\r\n");
        }
        try (SSLSocket socket = connect(CERTIFICATES.client("stranger"))) {
            assertThatThrownBy(() -> exchange(socket, "PING\r\n", 7)).isInstanceOf(IOException.class);
        }
        try (SSLSocket socket = connect(CERTIFICATES.client("alice"))) {
            assertThat(exchange(socket, "ACL WHOAMI\r\n", 13)).isEqualTo("$7\r\ndefault\r\n");
            assertThat(exchange(socket, "ACL SETUSER alice on nopass allcommands\r\n", 5))
                    .isEqualTo("+OK\r\n");
            assertThat(server.engine().accessLog().last(1))
                    .singleElement()
                    .satisfies(entry -> assertThat(entry.reason().label() + " " + entry.user())
                            .isEqualTo("tls-cert alice"));
        }
        try (SSLSocket socket = connect(CERTIFICATES.client("alice"))) {
            assertThat(exchange(socket, "ACL WHOAMI\r\n", 11)).isEqualTo("$5\r\nalice\r\n");
        }
    }

    @Test
    void certificatesAreReloaded() throws Exception {
        start();
        SSLContext client = CERTIFICATES.client(null);
        try (SSLSocket before = connect(client)) {
            assertThat(shownBy(before)).contains("CN=server");
            configuration.set(
                    List.of("tls-cert-file", "tls-key-file"), List.of("other-server.crt", "other-server.key"), true);
            try (SSLSocket after = connect(client)) {
                assertThat(shownBy(after)).contains("CN=other-server");
                assertThat(exchange(after, "PING\r\n", 7)).isEqualTo("+PONG\r\n");
            }
            assertThatThrownBy(() -> configuration.set(List.of("tls-key-file"), List.of("server.key"), true))
                    .isInstanceOf(ConfigException.class)
                    .hasMessageEndingWith("Unable to update TLS configuration. Check server logs.");
            assertThat(log).anyMatch(line -> line.startsWith("Failed to load private key: server.key: "));
            try (SSLSocket after = connect(client)) {
                assertThat(shownBy(after)).contains("CN=other-server");
            }
            assertThat(exchange(before, "PING\r\n", 7)).isEqualTo("+PONG\r\n");
        }
    }

    private static String shownBy(SSLSocket socket) throws IOException {
        X509Certificate certificate = (X509Certificate) socket.getSession().getPeerCertificates()[0];
        return certificate.getSubjectX500Principal().getName();
    }

    @Test
    void sessionsAreResumedUnlessCachingIsOff() throws Exception {
        start();
        SSLContext client = CERTIFICATES.client(null);
        for (String protocol : List.of("TLSv1.3", "TLSv1.2")) {
            assertThat(isResumed(client, protocol)).as(protocol).isTrue();
        }
        configuration.set(List.of("tls-session-caching"), List.of("no"), true);
        SSLContext fresh = CERTIFICATES.client(null);
        for (String protocol : List.of("TLSv1.3", "TLSv1.2")) {
            assertThat(isResumed(fresh, protocol)).as(protocol).isFalse();
        }
    }

    /** Whether the second of two connections goes on with the session of the first. */
    private boolean isResumed(SSLContext client, String protocol) throws IOException {
        long[] created = new long[2];
        for (int i = 0; i < 2; i++) {
            try (SSLSocket socket = connect(client)) {
                socket.setEnabledProtocols(new String[] {protocol});
                assertThat(exchange(socket, "PING\r\n", 7)).isEqualTo("+PONG\r\n");
                created[i] = socket.getSession().getCreationTime();
            }
            // A new session would be of a later millisecond.
            long now = System.currentTimeMillis();
            while (System.currentTimeMillis() == now) {
                Thread.onSpinWait();
            }
        }
        return created[0] == created[1];
    }

    @Test
    void protocolsAndCiphersAreThoseConfigured() throws Exception {
        set("tls-protocols", "TLSv1.2", "tls-ciphers", "ECDHE-RSA-AES128-GCM-SHA256");
        start();
        try (SSLSocket socket = connect(CERTIFICATES.client(null))) {
            assertThat(exchange(socket, "PING\r\n", 7)).isEqualTo("+PONG\r\n");
            assertThat(socket.getSession().getProtocol()).isEqualTo("TLSv1.2");
            assertThat(socket.getSession().getCipherSuite()).isEqualTo("TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256");
        }
        configuration.set(
                List.of("tls-protocols", "tls-ciphersuites"), List.of("TLSv1.3", "TLS_CHACHA20_POLY1305_SHA256"), true);
        try (SSLSocket socket = connect(CERTIFICATES.client(null))) {
            assertThat(exchange(socket, "PING\r\n", 7)).isEqualTo("+PONG\r\n");
            assertThat(socket.getSession().getCipherSuite()).isEqualTo("TLS_CHACHA20_POLY1305_SHA256");
        }
        for (String[] wrong : new String[][] {
            {"tls-protocols", "nonsense", "Invalid tls-protocols specified."},
            {"tls-protocols", "TLSv1.1 TLSv1.2", "tls-protocols: TLSv1.1 is not secure any more"},
            {"tls-ciphers", "nonsense", "Failed to configure ciphers: nonsense"},
            {"tls-ciphersuites", "nonsense", "Failed to configure ciphersuites: nonsense"},
            {"tls-cert-file", "", "No tls-cert-file configured!"},
            {"tls-key-file", "", "No tls-key-file configured!"},
            {"tls-auth-clients", "yes", "Either tls-ca-cert-file or tls-ca-cert-dir must be specified"},
            {"tls-cert-file", "none", "Failed to load certificate: none: No such file or directory"},
            {"tls-cert-file", "server.key", "Failed to load certificate: server.key: no certificate in it"},
            {"tls-key-file", "none", "Failed to load private key: none: No such file or directory"},
            {"tls-key-file", "server.crt", "Failed to load private key: server.crt: no private key in it"},
            {"tls-ca-cert-file", "none", "Failed to configure CA certificate(s) file/directory: "},
            {"tls-ca-cert-dir", "none", "Failed to configure CA certificate(s) file/directory: "},
        }) {
            log.clear();
            assertThatThrownBy(() -> configuration.set(List.of(wrong[0]), List.of(wrong[1]), true))
                    .as(wrong[0] + " " + wrong[1])
                    .hasMessageEndingWith("Unable to update TLS configuration. Check server logs.");
            assertThat(log).anyMatch(line -> line.startsWith(wrong[2]));
        }
    }

    @Test
    void aServerWithBadFilesDoesNotStart() throws Exception {
        set("tls-key-file", "alice.key");
        assertThatThrownBy(this::start)
                .isInstanceOf(TlsException.class)
                .hasMessage("Failed to load private key: alice.key: it is not the key of the certificate");
    }

    @Test
    void thePortCanBeOpenedAndClosedWhileItRuns() throws Exception {
        ServerOptions options = new ServerOptions(0, -1, List.of("127.0.0.1"), 511, null, 0, 2, 16);
        server = new Server(options, settings, new NetSettings(configuration)).start();
        int plain = server.port();
        int free;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            free = socket.getLocalPort();
        }
        configuration.set(List.of("tls-port"), List.of(Integer.toString(free)), true);
        assertThat(server.tlsPort()).isEqualTo(free);
        try (SSLSocket socket = connect(CERTIFICATES.client(null))) {
            assertThat(exchange(socket, "PING\r\n", 7)).isEqualTo("+PONG\r\n");
            configuration.set(List.of("tls-port"), List.of("0"), true);
            assertThat(exchange(socket, "PING\r\n", 7)).isEqualTo("+PONG\r\n");
        }
        assertThat(server.tlsPort()).isZero();
        assertThat(server.port()).isEqualTo(plain);
        assertThatThrownBy(() -> new Socket(InetAddress.getLoopbackAddress(), free).close())
                .isInstanceOf(IOException.class);
    }

    /** Many connections come and go at once: none is lost, and no memory. */
    @Test
    void manyHandshakesAtOnce() throws Exception {
        start();
        List<Thread> threads = new ArrayList<>();
        for (int t = 0; t < 8; t++) {
            threads.add(Thread.ofPlatform().start(() -> {
                try {
                    for (int i = 0; i < 6; i++) {
                        // A new context each time: no session to resume.
                        try (SSLSocket socket = connect(CERTIFICATES.client(null))) {
                            if (i % 3 != 0) {
                                assertThat(exchange(socket, "PING\r\n", 7)).isEqualTo("+PONG\r\n");
                            } else if (i % 2 == 0) {
                                socket.getOutputStream().write("PING\r\n".getBytes(US_ASCII));
                            }
                        }
                    }
                } catch (Exception | AssertionError e) {
                    log.add("FAILURE in a client: " + e);
                }
            }));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        long deadline = System.nanoTime() + DEADLINE_MILLIS * 1_000_000L;
        while (server.engine().clients().size() > 0) {
            assertThat(System.nanoTime()).isLessThan(deadline);
            Thread.onSpinWait();
        }
    }
}
