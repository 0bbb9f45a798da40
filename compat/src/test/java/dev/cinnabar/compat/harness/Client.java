package dev.cinnabar.compat.harness;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** A connection of our own to a server: whole commands, transcripts, or bare bytes. Used by one thread at a time. */
public final class Client implements AutoCloseable {

    private static final int READ_TIMEOUT_MILLIS = 20_000;

    private final Socket socket;
    private final OutputStream out;
    private final RespReader in;
    private int protocol = 2;

    public Client(int port) {
        try {
            socket = new Socket();
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(READ_TIMEOUT_MILLIS);
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), READ_TIMEOUT_MILLIS);
            out = socket.getOutputStream();
            in = new RespReader(socket.getInputStream());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Sends one command, written as in redis-cli, and reads its reply. */
    public Answer run(String line) {
        List<byte[]> words = Words.split(line);
        send(words);
        return answer(line, words);
    }

    /** Sends one command, argument by argument (text one char a byte, numbers, byte arrays), and reads its reply. */
    public Answer call(Object... arguments) {
        List<byte[]> words = words(arguments);
        send(words);
        return answer(describe(arguments), words);
    }

    /** Plays lines {@code command -> reply}. */
    public void replies(String transcript) {
        Transcript.play(this, transcript);
    }

    /** Sends one command and reads nothing. */
    public void send(Object... arguments) {
        send(words(arguments));
    }

    /** Sends all commands at once, then reads all replies. */
    public List<Resp> pipeline(List<String> lines) {
        ByteArrayOutputStream request = new ByteArrayOutputStream();
        lines.forEach(line -> request.writeBytes(encode(Words.split(line))));
        sendBytes(request.toByteArray());
        List<Resp> replies = new ArrayList<>();
        lines.forEach(line -> replies.add(read()));
        return replies;
    }

    public void sendBytes(byte[] bytes) {
        try {
            out.write(bytes);
            out.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public void sendText(String latin1) {
        sendBytes(latin1.getBytes(StandardCharsets.ISO_8859_1));
    }

    /** Reads the next reply. */
    public Resp read() {
        try {
            return in.read();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Everything the server still sends until it closes the connection; fails if it does not close. */
    public String readUntilClosed() {
        try {
            return in.rest();
        } catch (SocketException reset) {
            return "";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** True if the server has closed the connection and nothing is left to read; waits for either. */
    public boolean isClosedByServer() {
        try {
            return in.readByte() < 0;
        } catch (SocketException reset) {
            return true;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Closes our sending half; the server can still reply. */
    public void shutdownOutput() {
        try {
            socket.shutdownOutput();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public void readTimeoutMillis(int millis) {
        try {
            socket.setSoTimeout(millis);
        } catch (SocketException e) {
            throw new UncheckedIOException(e);
        }
    }

    public int localPort() {
        return socket.getLocalPort();
    }

    public int protocol() {
        return protocol;
    }

    public Client hello(int version) {
        call("HELLO", version);
        return this;
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void send(List<byte[]> words) {
        sendBytes(encode(words));
    }

    private Answer answer(String description, List<byte[]> words) {
        /* HELLO answers in the protocol it asks for, RESET in RESP2; the reader must know to judge nulls. */
        String name = words.isEmpty() ? "" : text(words.getFirst()).toUpperCase(Locale.ROOT);
        Resp reply = Pending.check(name, read());
        if (name.equals("HELLO") && words.size() > 1 && !reply.isError()) {
            protocol(Integer.parseInt(text(words.get(1))));
        } else if (name.equals("RESET") && !reply.isError()) {
            protocol(2);
        }
        return new Answer(description, reply);
    }

    /** Tells the reader which protocol replies are in, where it was negotiated with bare bytes. */
    public void protocol(int version) {
        protocol = version;
        in.protocol(version);
    }

    /** A command as a client sends it. */
    public static byte[] encode(List<byte[]> words) {
        ByteArrayOutputStream request = new ByteArrayOutputStream();
        request.writeBytes(("*" + words.size() + "\r\n").getBytes(StandardCharsets.ISO_8859_1));
        for (byte[] word : words) {
            request.writeBytes(("$" + word.length + "\r\n").getBytes(StandardCharsets.ISO_8859_1));
            request.writeBytes(word);
            request.writeBytes(new byte[] {'\r', '\n'});
        }
        return request.toByteArray();
    }

    /** A command, written as in redis-cli, as a client sends it. */
    public static byte[] encode(String line) {
        return encode(Words.split(line));
    }

    private static List<byte[]> words(Object... arguments) {
        return Arrays.stream(arguments)
                .map(argument -> argument instanceof byte[] bytes
                        ? bytes
                        : argument.toString().getBytes(StandardCharsets.ISO_8859_1))
                .toList();
    }

    private static String describe(Object... arguments) {
        StringBuilder text = new StringBuilder();
        for (Object argument : arguments) {
            String word = argument instanceof byte[] bytes ? text(bytes) : argument.toString();
            text.append(text.isEmpty() ? "" : " ");
            text.append(word.length() > 60 ? word.substring(0, 60) + "…(" + word.length() + ")" : word);
        }
        return text.toString();
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }
}
