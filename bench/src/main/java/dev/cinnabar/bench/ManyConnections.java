package dev.cinnabar.bench;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Ten thousand clients of one server, a thousand of them subscribed to one channel: what an idle connection costs, and whether
 * every subscriber gets every message, in order. One thread plays all clients; {@code bench/connections} starts it.
 *
 * <p>Arguments: the port, the server's process id, how many connections, subscribers and messages. Ends with status 1 if
 * anything was lost.
 */
public final class ManyConnections {

    private static final int PAYLOAD_BYTES = 100;
    private static final int CONNECTED_AT_ONCE = 100;
    private static final long PATIENCE_SECONDS = 120;

    /** One client. What it shall receive next is known byte by byte: nothing has to be parsed. */
    private static final class Client {
        final SocketChannel channel;
        long received;

        Client(SocketChannel channel) {
            this.channel = channel;
        }
    }

    private final InetSocketAddress address;
    private final long pid;
    private final Selector selector;
    private final List<Client> clients = new ArrayList<>();
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(256 * 1024);
    private final long deadlineNanos = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);

    private ManyConnections(int port, long pid) throws IOException {
        this.address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
        this.pid = pid;
        this.selector = Selector.open();
    }

    public static void main(String[] args) throws IOException, InterruptedException {
        int connections = Integer.parseInt(args[2]);
        int subscribers = Integer.parseInt(args[3]);
        int messages = Integer.parseInt(args[4]);
        new ManyConnections(Integer.parseInt(args[0]), Long.parseLong(args[1])).run(connections, subscribers, messages);
    }

    private void run(int connections, int subscribers, int messages) throws IOException, InterruptedException {
        // The code is compiled, and the buffers are there, before anything is measured.
        connect(CONNECTED_AT_ONCE);
        ping(clients);
        long heapBefore = heapBytes();
        long residentBefore = residentBytes();
        int first = clients.size();

        long start = System.nanoTime();
        while (clients.size() < connections) {
            connect(Math.min(CONNECTED_AT_ONCE, connections - clients.size()));
        }
        report("connecting %d clients", connections - first, start);
        ping(clients);
        int measured = connections - first;
        System.out.printf(
                "an idle connection, after a PING: %d bytes of heap, %d bytes resident%n",
                (heapBytes() - heapBefore) / measured, (residentBytes() - residentBefore) / measured);

        start = System.nanoTime();
        ping(clients);
        report("a PING to each of %d", connections, start);

        List<Client> audience = clients.subList(connections - subscribers, connections);
        broadcast(audience, clients.getFirst(), messages);
        ping(clients.subList(0, connections - subscribers));
        System.out.printf("%d connections still answer%n", connections - subscribers);
        System.out.printf(
                "afterwards, a connection: %d bytes of heap, %d bytes resident%n",
                (heapBytes() - heapBefore) / measured, (residentBytes() - residentBefore) / measured);
    }

    private static void report(String what, int n, long startNanos) {
        System.out.printf(what + ": %.2f s%n", n, (System.nanoTime() - startNanos) / 1e9);
    }

    private void connect(int n) throws IOException {
        for (int i = 0; i < n; i++) {
            SocketChannel channel = SocketChannel.open(address);
            channel.configureBlocking(false);
            Client client = new Client(channel);
            channel.register(selector, SelectionKey.OP_READ, client);
            clients.add(client);
        }
    }

    private void ping(List<Client> some) throws IOException {
        exchange(some, "PING\r\n".getBytes(US_ASCII), "+PONG\r\n".getBytes(US_ASCII));
    }

    /** Sends the same to all, and waits until each has got this answer. */
    private void exchange(List<Client> some, byte[] request, byte[] answer) throws IOException {
        for (Client client : some) {
            client.received = 0;
            send(client, request);
        }
        receive(some, answer, answer.length);
    }

    private static void send(Client client, byte[] request) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(request);
        while (bytes.hasRemaining()) {
            client.channel.write(bytes);
        }
    }

    /** Waits until each has got {@code total} bytes, which are those of {@code period} again and again. */
    private void receive(List<Client> some, byte[] period, long total) throws IOException {
        int waiting = some.size();
        while (waiting > 0) {
            waiting -= receiveSome(period, total);
        }
    }

    /** Reads what has arrived; returns how many clients have got all. */
    private int receiveSome(byte[] expected, long total) throws IOException {
        selector.select(1000);
        int complete = 0;
        for (SelectionKey key : selector.selectedKeys()) {
            Client client = (Client) key.attachment();
            buffer.clear();
            int n = client.channel.read(buffer);
            if (n < 0) {
                throw lost("a connection was closed after " + client.received + " bytes");
            }
            for (int i = 0; i < n; i++) {
                long at = client.received + i;
                if (at >= total || buffer.get(i) != expected[(int) (at % expected.length)]) {
                    throw lost("byte " + at + " is not what was to come");
                }
            }
            client.received += n;
            if (n > 0 && client.received == total) {
                complete++;
            }
        }
        selector.selectedKeys().clear();
        if (System.nanoTime() > deadlineNanos) {
            throw lost("not everything has come after " + PATIENCE_SECONDS + " s");
        }
        return complete;
    }

    private static IllegalStateException lost(String what) {
        return new IllegalStateException(what);
    }

    /** Publishes messages that are all different to clients that read them as they come. */
    private void broadcast(List<Client> audience, Client publisher, int messages) throws IOException {
        exchange(
                audience,
                "SUBSCRIBE news\r\n".getBytes(US_ASCII),
                "*3\r\n$9\r\nsubscribe\r\n$4\r\nnews\r\n:1\r\n".getBytes(US_ASCII));
        StringBuilder requests = new StringBuilder();
        StringBuilder deliveries = new StringBuilder();
        for (int i = 0; i < messages; i++) {
            String number = Integer.toString(i);
            String payload = number + "x".repeat(PAYLOAD_BYTES - number.length());
            requests.append("*3\r\n$7\r\nPUBLISH\r\n$4\r\nnews\r\n$100\r\n")
                    .append(payload)
                    .append("\r\n");
            deliveries
                    .append("*3\r\n$7\r\nmessage\r\n$4\r\nnews\r\n$100\r\n")
                    .append(payload)
                    .append("\r\n");
        }
        byte[] expected = deliveries.toString().getBytes(US_ASCII);
        for (Client client : audience) {
            client.received = 0;
        }
        // The publisher has a reply to read for each message; it does so at the end.
        publisher.channel.keyFor(selector).interestOps(0);
        ByteBuffer toSend = ByteBuffer.wrap(requests.toString().getBytes(US_ASCII));
        long start = System.nanoTime();
        int waiting = audience.size();
        while (waiting > 0) {
            if (toSend.hasRemaining()) {
                publisher.channel.write(toSend);
                selector.wakeup();
            }
            waiting -= receiveSome(expected, expected.length);
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        long delivered = (long) messages * audience.size();
        System.out.printf(
                "%d messages to %d subscribers: %.2f s, %.0f deliveries a second, none lost%n",
                messages, audience.size(), seconds, delivered / seconds);
        publisher.received = 0;
        publisher.channel.keyFor(selector).interestOps(SelectionKey.OP_READ);
        byte[] counted = (":" + audience.size() + "\r\n").getBytes(US_ASCII);
        receive(List.of(publisher), counted, (long) messages * counted.length);
    }

    // What the server takes.

    /** The live objects on the heap of the server's JVM, counted by it after a full collection; 0 if it is none. */
    private long heapBytes() throws IOException, InterruptedException {
        Process process = new ProcessBuilder("jcmd", Long.toString(pid), "GC.class_histogram")
                .redirectErrorStream(true)
                .start();
        String text = new String(process.getInputStream().readAllBytes(), US_ASCII);
        process.waitFor();
        for (String line : text.lines().toList()) {
            if (line.startsWith("Total")) {
                return Long.parseLong(line.strip().split(" +", 4)[2]);
            }
        }
        return 0;
    }

    private long residentBytes() throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc", Long.toString(pid), "status"))) {
            if (line.startsWith("VmRSS:")) {
                return Long.parseLong(line.replaceAll("[^0-9]", "")) * 1024;
            }
        }
        throw new IOException("no VmRSS of process " + pid);
    }
}
