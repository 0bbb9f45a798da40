package dev.cinnabar.server;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** Opens the sockets that a server listens on. Stateless. */
final class Sockets {

    /** How the error begins when it is the unix socket's. */
    static final String UNIX_FAILURE = "Failed opening Unix socket";

    private Sockets() {}

    /**
     * Opens them all, or none.
     *
     * @throws IOException if one that must be there cannot be opened
     */
    static List<ServerSocketChannel> open(ServerOptions options) throws IOException {
        List<ServerSocketChannel> opened = new ArrayList<>();
        if (options.port() >= 0) {
            opened.addAll(openTcp(options.addresses(), options.port(), options.backlog()));
        }
        Path path = options.unixSocket();
        if (path != null) {
            try {
                opened.add(unix(path, options));
            } catch (IOException | RuntimeException e) {
                closeAll(opened);
                throw new IOException(UNIX_FAILURE + ": bind: " + e.getMessage(), e);
            }
        }
        return opened;
    }

    /**
     * Opens the port for clients that speak TLS, if there is to be one.
     *
     * @param others sockets that are closed if this fails
     */
    static List<ServerSocketChannel> openTls(ServerOptions options, List<ServerSocketChannel> others)
            throws IOException {
        if (options.tlsPort() < 0) {
            return List.of();
        }
        try {
            return openTcp(options.addresses(), options.tlsPort(), options.backlog());
        } catch (IOException e) {
            closeAll(others);
            throw e;
        }
    }

    /**
     * Opens a port on some addresses; port 0 is any that is free, the same for all.
     *
     * @throws IOException if one that must be there cannot be opened; then none is
     */
    static List<ServerSocketChannel> openTcp(List<String> addresses, int port, int backlog) throws IOException {
        List<ServerSocketChannel> opened = new ArrayList<>();
        int boundPort = port;
        for (String address : addresses) {
            boolean optional = address.startsWith("-");
            try {
                ServerSocketChannel socket = tcp(optional ? address.substring(1) : address, boundPort, backlog);
                opened.add(socket);
                boundPort = ((InetSocketAddress) socket.getLocalAddress()).getPort();
            } catch (IOException | UnsupportedOperationException e) {
                if (!optional) {
                    closeAll(opened);
                    throw new IOException(
                            "Could not create server TCP listening socket " + address + ":" + port + ": bind: "
                                    + e.getMessage(),
                            e);
                }
            }
        }
        return opened;
    }

    private static void closeAll(List<ServerSocketChannel> sockets) throws IOException {
        for (ServerSocketChannel socket : sockets) {
            socket.close();
        }
    }

    private static ServerSocketChannel tcp(String address, int port, int backlog) throws IOException {
        InetSocketAddress where = switch (address) {
            case "*" -> new InetSocketAddress(InetAddress.getByName("0.0.0.0"), port);
            case "::*" -> new InetSocketAddress(InetAddress.getByName("::"), port);
            default -> new InetSocketAddress(InetAddress.getByName(address), port);
        };
        ServerSocketChannel socket = ServerSocketChannel.open();
        try {
            socket.setOption(StandardSocketOptions.SO_REUSEADDR, true);
            socket.bind(where, backlog);
            return socket;
        } catch (IOException | RuntimeException e) {
            socket.close();
            throw e;
        }
    }

    private static ServerSocketChannel unix(Path path, ServerOptions options) throws IOException {
        Files.deleteIfExists(path);
        ServerSocketChannel socket = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            socket.bind(UnixDomainSocketAddress.of(path), options.backlog());
            if (options.unixSocketPermissions() != 0) {
                Files.setPosixFilePermissions(path, permissions(options.unixSocketPermissions()));
            }
            return socket;
        } catch (IOException | RuntimeException e) {
            socket.close();
            throw e;
        }
    }

    private static Set<PosixFilePermission> permissions(int mode) {
        Set<PosixFilePermission> set = EnumSet.noneOf(PosixFilePermission.class);
        // The enum lists them from the owner's read permission, bit 8, to the others' execute permission, bit 0.
        for (PosixFilePermission permission : PosixFilePermission.values()) {
            if ((mode >> 8 - permission.ordinal() & 1) != 0) {
                set.add(permission);
            }
        }
        return set;
    }
}
