package dev.cinnabar;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import org.junit.jupiter.api.Test;

/** One engine, reached through a socket and without one. */
class ServerAndLibraryTest {

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
    void endTogether() {
        CinnabarServer server = CinnabarServer.builder().port(0).start();
        Cinnabar library = server.library();
        server.close();
        server.close();
        library.close();
        assertThatThrownBy(() -> library.call("PING")).isInstanceOf(IllegalStateException.class);
    }
}
