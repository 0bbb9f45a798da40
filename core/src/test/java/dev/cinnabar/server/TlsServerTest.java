package dev.cinnabar.server;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cinnabar.command.Settings;
import dev.cinnabar.config.ConfigException;
import dev.cinnabar.config.Configuration;
import dev.cinnabar.keyspace.Clock;
import dev.cinnabar.net.NetSettings;
import dev.cinnabar.testing.TestCertificates;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** What tests of a server over TLS share: the server of each test, its files, its log, and clients. */
abstract class TlsServerTest {

    static final TestCertificates CERTIFICATES = TestCertificates.get();
    static final int DEADLINE_MILLIS = 30_000;

    @TempDir
    Path directory;

    final Settings settings = new Settings();
    final Configuration configuration = settings.configuration();
    final List<String> log = new CopyOnWriteArrayList<>();

    @Nullable
    Server server;

    @BeforeEach
    void files() throws Exception {
        CERTIFICATES.write(directory);
        configuration.load("dir", List.of(directory.toString()));
        configuration.load("tls-cert-file", List.of("server.crt"));
        configuration.load("tls-key-file", List.of("server.key"));
        configuration.load("tls-auth-clients", List.of("no"));
        configuration.load("bind", List.of("127.0.0.1"));
        settings.log = (level, text) -> log.add(text);
        settings.failures = (where, failure) -> log.add("FAILURE in " + where + ": " + failure);
    }

    @AfterEach
    void end() {
        if (server != null) {
            server.close();
        }
        assertThat(log).noneMatch(line -> line.startsWith("FAILURE"));
    }

    void set(String... namesAndValues) throws ConfigException {
        for (int i = 0; i < namesAndValues.length; i += 2) {
            configuration.load(namesAndValues[i], List.of(namesAndValues[i + 1]));
        }
    }

    void start() throws Exception {
        start(2, Clock.SYSTEM, "127.0.0.1");
    }

    void start(int loops, Clock clock, String address) throws Exception {
        ServerOptions options = new ServerOptions(-1, 0, List.of(address), 511, null, 0, loops, 16);
        server = new Server(options, settings, new NetSettings(configuration), clock).start();
    }

    SSLSocket connect(SSLContext context) throws IOException {
        SSLSocket socket =
                (SSLSocket) context.getSocketFactory().createSocket(InetAddress.getLoopbackAddress(), server.tlsPort());
        socket.setSoTimeout(DEADLINE_MILLIS);
        return socket;
    }

    Socket connectPlain() throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.tlsPort());
        socket.setSoTimeout(DEADLINE_MILLIS);
        return socket;
    }

    static String exchange(Socket socket, String request, int replyBytes) throws IOException {
        socket.getOutputStream().write(request.getBytes(US_ASCII));
        return new String(socket.getInputStream().readNBytes(replyBytes), US_ASCII);
    }

    static String exchangeLine(Socket socket, String request) throws IOException {
        socket.getOutputStream().write(request.getBytes(US_ASCII));
        StringBuilder line = new StringBuilder();
        for (int c = socket.getInputStream().read();
                c >= 0 && c != '\n';
                c = socket.getInputStream().read()) {
            line.append((char) c);
        }
        return line.toString().strip();
    }

    /** Also where the other side ends the connection before it has read all. */
    static byte[] readToEnd(Socket socket) throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        try {
            for (int b = socket.getInputStream().read();
                    b >= 0;
                    b = socket.getInputStream().read()) {
                all.write(b);
            }
        } catch (SocketException e) {
            assertThat(e).hasMessageContaining("reset");
        }
        return all.toByteArray();
    }

    static byte[] clientHello() throws Exception {
        SSLEngine engine = CERTIFICATES.client(null).createSSLEngine();
        engine.setUseClientMode(true);
        engine.beginHandshake();
        ByteBuffer hello = ByteBuffer.allocate(20_000);
        engine.wrap(ByteBuffer.allocate(0), hello);
        return Arrays.copyOf(hello.array(), hello.position());
    }
}
