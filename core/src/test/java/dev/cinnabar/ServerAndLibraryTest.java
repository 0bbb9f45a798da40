package dev.cinnabar;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cinnabar.testing.TestCertificates;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Path;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One engine, reached through a socket and without one. */
class ServerAndLibraryTest {

    private static final TestCertificates CERTIFICATES = TestCertificates.get();

    private static String exchange(Socket socket, String request, int replyBytes) throws IOException {
        socket.getOutputStream().write(request.getBytes(US_ASCII));
        return new String(socket.getInputStream().readNBytes(replyBytes), US_ASCII);
    }

    @Test
    void shareTheirKeys() throws IOException {
        try (CinnabarServer server = CinnabarServer.builder().port(0).start();
                Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
            Cinnabar library = server.library();
            library.call("SET", "k", "1").orThrow();
            assertThat(exchange(socket, "INCR k\r\n", 4)).isEqualTo(":2\r\n");
            assertThat(library.call("GET", "k").asLong()).isEqualTo(2);
            assertThat(exchange(socket, "WATCH k\r\nMULTI\r\n", 10)).isEqualTo("+OK\r\n+OK\r\n");
            library.set("k".getBytes(US_ASCII), "3".getBytes(US_ASCII));
            assertThat(exchange(socket, "GET k\r\nEXEC\r\n", 14)).isEqualTo("+QUEUED\r\n*-1\r\n");
            assertThat(library.call("CLIENT", "LIST").asString().lines()).hasSize(1);
        }
    }

    @Test
    void theConfigurationTellsWhereItListens() throws IOException {
        try (CinnabarServer server =
                CinnabarServer.builder().port(0).bind("127.0.0.1").start()) {
            assertThat(setting(server, "port")).isEqualTo(Integer.toString(server.port()));
            assertThat(setting(server, "tls-port")).isEqualTo("0");
            assertThat(setting(server, "bind")).isEqualTo("127.0.0.1");
            int port = server.port();
            server.library().call("CONFIG", "SET", "bind", "127.0.0.1 -::1").orThrow();
            assertThat(server.port()).isEqualTo(port);
            server.library().call("CONFIG", "SET", "maxclients", "1").orThrow();
            try (Socket one = new Socket(InetAddress.getLoopbackAddress(), port);
                    Socket second = new Socket(InetAddress.getLoopbackAddress(), port)) {
                assertThat(exchange(one, "PING\r\n", 7)).isEqualTo("+PONG\r\n");
                assertThat(new String(second.getInputStream().readAllBytes(), US_ASCII))
                        .isEqualTo("-ERR max number of clients reached\r\n");
            }
        }
    }

    private static String setting(CinnabarServer server, String name) {
        return server.library().call("CONFIG", "GET", name).asMap().values().stream()
                .map(RespValue::asString)
                .findFirst()
                .orElseThrow();
    }

    @Test
    void tlsWithFiles(@TempDir Path directory) throws Exception {
        CERTIFICATES.write(directory);
        try (CinnabarServer server = CinnabarServer.builder()
                .port(-1)
                .tlsPort(0)
                .tls(directory.resolve("server.crt"), directory.resolve("server.key"))
                .tlsClients(directory.resolve("alice.crt"))
                .start()) {
            assertThat(server.port()).isEqualTo(server.tlsPort());
            assertThat(setting(server, "port")).isEqualTo("0");
            assertThat(pingOverTls(server, CERTIFICATES.client("alice"))).contains("CN=server");
            assertThatThrownBy(() -> pingOverTls(server, CERTIFICATES.client(null)))
                    .isInstanceOf(IOException.class);
            // A renewed certificate: the files are read again.
            String renewed = directory.resolve("other-server").toString();
            server.library()
                    .call("CONFIG", "SET", "tls-cert-file", renewed + ".crt", "tls-key-file", renewed + ".key")
                    .orThrow();
            assertThat(pingOverTls(server, CERTIFICATES.client("alice"))).contains("CN=other-server");
        }
    }

    @Test
    void tlsWithAContext() throws Exception {
        SSLContext context = CERTIFICATES.server("other-server", "alice");
        SSLParameters parameters = new SSLParameters();
        parameters.setNeedClientAuth(true);
        parameters.setProtocols(new String[] {"TLSv1.2"});
        try (CinnabarServer open =
                        CinnabarServer.builder().port(0).tlsPort(0).tls(context).start();
                CinnabarServer strict = CinnabarServer.builder()
                        .port(-1)
                        .tlsPort(0)
                        .tls(context, parameters)
                        .start();
                Socket plain = new Socket(InetAddress.getLoopbackAddress(), open.port())) {
            assertThat(exchange(plain, "PING\r\n", 7)).isEqualTo("+PONG\r\n");
            assertThat(pingOverTls(open, CERTIFICATES.client(null))).startsWith("TLSv1.3 CN=other-server");
            assertThat(pingOverTls(strict, CERTIFICATES.client("alice"))).startsWith("TLSv1.2 CN=other-server");
            assertThatThrownBy(() -> pingOverTls(strict, CERTIFICATES.client(null)))
                    .isInstanceOf(IOException.class);
            assertThat(strict.library().call("CONFIG", "SET", "tls-ciphers", "HIGH"))
                    .isInstanceOf(RespValue.ErrorReply.class);
            assertThat(pingOverTls(strict, CERTIFICATES.client("alice"))).startsWith("TLSv1.2 CN=other-server");
        }
    }

    @Test
    void tlsNeedsWhatSecuresIt(@TempDir Path directory) {
        assertThatThrownBy(() -> CinnabarServer.builder().port(-1).tlsPort(0).start())
                .isInstanceOf(IllegalStateException.class);
        Path missing = directory.resolve("none.crt");
        assertThatThrownBy(() -> CinnabarServer.builder()
                        .port(-1)
                        .tlsPort(0)
                        .tls(missing, missing)
                        .start())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("none.crt");
    }

    /** The protocol, and whose certificate the server has shown. */
    private static String pingOverTls(CinnabarServer server, SSLContext context) throws IOException {
        try (SSLSocket socket = (SSLSocket)
                context.getSocketFactory().createSocket(InetAddress.getLoopbackAddress(), server.tlsPort())) {
            socket.setSoTimeout(30_000);
            assertThat(exchange(socket, "PING\r\n", 7)).isEqualTo("+PONG\r\n");
            return socket.getSession().getProtocol() + " "
                    + socket.getSession().getPeerPrincipal().getName();
        }
    }

    @Test
    void endTogether() {
        CinnabarServer server = CinnabarServer.builder().port(0).start();
        Cinnabar library = server.library();
        server.close();
        server.close();
        library.close();
        assertThatThrownBy(() -> library.call("PING")).isInstanceOf(IllegalStateException.class);
    }
}
