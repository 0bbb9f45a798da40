package dev.cinnabar.server;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What must be known before a server can start. Immutable.
 *
 * @param port the TCP port; 0: any free one; -1: no TCP
 * @param tlsPort the TCP port for clients that speak TLS, in the same way
 * @param addresses the addresses to listen on; {@code *} stands for all IPv4 addresses, {@code ::*} for all IPv6 ones; one
 *     that begins with '-' may be unavailable
 * @param backlog how many connections may wait to be accepted
 * @param unixSocket a path to listen on too
 * @param unixSocketPermissions its permissions, as octal digits give them; 0: the system's default
 * @param loops how many threads serve connections
 * @param databases how many numbered databases
 */
public record ServerOptions(
        int port,
        int tlsPort,
        List<String> addresses,
        int backlog,
        @Nullable Path unixSocket,
        int unixSocketPermissions,
        int loops,
        int databases) {

    public static ServerOptions defaults() {
        return new ServerOptions(
                6379,
                -1,
                List.of("127.0.0.1", "-::1"),
                511,
                null,
                0,
                Runtime.getRuntime().availableProcessors(),
                16);
    }
}
