package dev.cinnabar.net;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cinnabar.CinnabarServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Connections that are not gathered on few loops: {@code io-threads-gather no}. */
class DealingOutTest {

    private static final Pattern THREAD = Pattern.compile("io-thread=(\\d+)");

    @Test
    void eachLoopGetsAsManyConnections() throws IOException {
        List<Socket> sockets = new ArrayList<>();
        try (CinnabarServer server = CinnabarServer.builder().port(0).threads(3).start()) {
            server.library().call("CONFIG", "SET", "io-threads-gather", "no").orThrow();
            for (int i = 0; i < 9; i++) {
                Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port());
                sockets.add(socket);
                socket.getOutputStream().write("PING\r\n".getBytes(US_ASCII));
                assertThat(socket.getInputStream().readNBytes(7)).hasSize(7);
            }
            String list =
                    server.library().call("CLIENT", "LIST", "TYPE", "normal").asString();
            List<String> threads = THREAD.matcher(list)
                    .results()
                    .map((MatchResult result) -> result.group(1))
                    .toList();
            assertThat(threads).containsExactly("0", "1", "2", "0", "1", "2", "0", "1", "2");
        } finally {
            for (Socket socket : sockets) {
                socket.close();
            }
        }
    }
}
