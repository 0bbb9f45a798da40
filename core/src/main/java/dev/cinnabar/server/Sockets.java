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

    private Sockets() {}

    /**
     * Opens them all, or none.
     *
     * @throws IOException if one that must be there cannot be opened
     */
    static List<ServerSocketChannel> open(ServerOptions options) throws IOException {
        List<ServerSocketChannel> opened = new ArrayList<>();
        try {
            int port = options.port();
            for (String address : port < 0 ? List.<String>of() : options.addresses()) {
                boolean optional = address.startsWith("-");
                try {
                    ServerSocketChannel socket =
                            tcp(optional ? address.substring(1) : address, port, options.backlog());
                    opened.add(socket);
                    // Any free port: the same on all addresses.
                    port = ((InetSocketAddress) socket.getLocalAddress()).getPort();
                } catch (IOException | UnsupportedOperationException e) {
                    if (!optional) {
                        throw new IOException(
                                "Could not create server TCP listening socket " + address + ":" + port + ": bind: "
                                        + e.getMessage(),
                                e);
                    }
                }
            }
            Path path = options.unixSocket();
            if (path != null) {
                opened.add(unix(path, options));
            }
            return opened;
        } catch (IOException | RuntimeException e) {
            for (ServerSocketChannel socket : opened) {
                socket.close();
            }
            throw e;
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
