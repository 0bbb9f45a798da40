package dev.cinnabar.testing;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A real redis-server in a process of its own and a connection to it, to prove expectations with. Owned by one test.
 *
 * <p>The program is {@code redis-server} on the path, or what the system property {@code cinnabar.redis} names; a test that
 * finds none is to report itself as not run.
 */
public final class RealRedis implements AutoCloseable {

    private final Process process;
    private final Path directory;
    private final SocketChannel channel;
    private final InputStream in;
    private final OutputStream out;
    private final ByteArrayOutputStream seen = new ByteArrayOutputStream();

    private RealRedis(Process process, Path directory, SocketChannel channel) {
        this.process = process;
        this.directory = directory;
        this.channel = channel;
        this.in = new BufferedInputStream(Channels.newInputStream(channel));
        this.out = Channels.newOutputStream(channel);
    }

    public static Optional<Path> program() {
        String named = System.getProperty("cinnabar.redis");
        if (named != null) {
            return Optional.of(Path.of(named));
        }
        return Stream.of(System.getenv().getOrDefault("PATH", "").split(":"))
                .map(folder -> Path.of(folder, "redis-server"))
                .filter(Files::isExecutable)
                .findFirst();
    }

    /** Starts the server without a port, on a Unix socket in a directory of its own. */
    public static RealRedis start(Path program, String... arguments) throws IOException {
        Path directory = Files.createTempDirectory("redis");
        Path socket = directory.resolve("s");
        List<String> command = new ArrayList<>(List.of(
                program.toString(),
                "--port",
                "0",
                "--unixsocket",
                socket.toString(),
                "--save",
                "",
                "--dir",
                directory.toString()));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        InputStream log = process.getInputStream();
        StringBuilder said = new StringBuilder();
        while (said.indexOf("eady to accept connections") < 0 && said.indexOf("now ready to accept") < 0) {
            int b = log.read();
            if (b < 0) {
                throw new IOException("redis-server did not start:\n" + said);
            }
            said.append((char) b);
        }
        SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        channel.connect(UnixDomainSocketAddress.of(socket));
        return new RealRedis(process, directory, channel);
    }

    /** The reply to a command: a {@link String} (an error's begins with its code), a {@link Long}, a list, or null. */
    public @Nullable Object call(String... arguments) throws IOException {
        byte[][] bytes = new byte[arguments.length][];
        for (int i = 0; i < arguments.length; i++) {
            bytes[i] = arguments[i].getBytes(StandardCharsets.ISO_8859_1);
        }
        return call(bytes);
    }

    public @Nullable Object call(byte[]... arguments) throws IOException {
        ByteArrayOutputStream request = new ByteArrayOutputStream();
        request.writeBytes(ascii("*" + arguments.length + "\r\n"));
        for (byte[] argument : arguments) {
            request.writeBytes(ascii("$" + argument.length + "\r\n"));
            request.writeBytes(argument);
            request.writeBytes(ascii("\r\n"));
        }
        out.write(request.toByteArray());
        out.flush();
        return reply();
    }

    /** The reply to a command as it came over the wire. */
    public byte[] send(byte[]... arguments) throws IOException {
        seen.reset();
        call(arguments);
        return seen.toByteArray();
    }

    private @Nullable Object reply() throws IOException {
        String line = line();
        String rest = line.substring(1);
        return switch (line.charAt(0)) {
            case '+', '-' -> rest;
            case ':' -> Long.valueOf(rest);
            case '$' -> rest.equals("-1") ? null : bulk(Integer.parseInt(rest));
            case '*' -> {
                List<@Nullable Object> elements = new ArrayList<>();
                for (int n = Integer.parseInt(rest); n > 0; n--) {
                    elements.add(reply());
                }
                yield elements;
            }
            default -> throw new IOException("unexpected reply: " + line);
        };
    }

    private String bulk(int length) throws IOException {
        byte[] bytes = in.readNBytes(length);
        seen.writeBytes(bytes);
        line();
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }

    private String line() throws IOException {
        StringBuilder line = new StringBuilder();
        for (int b = in.read(); b != '\n'; b = in.read()) {
            if (b < 0) {
                throw new EOFException();
            }
            line.append((char) b);
        }
        seen.writeBytes((line + "\n").getBytes(StandardCharsets.ISO_8859_1));
        line.setLength(line.length() - 1);
        return line.toString();
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    @Override
    public void close() throws IOException {
        channel.close();
        process.destroyForcibly();
        try {
            process.waitFor(10, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
        Files.delete(directory);
    }
}
