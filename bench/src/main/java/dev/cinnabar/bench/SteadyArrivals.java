package dev.cinnabar.bench;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.util.SplittableRandom;
import java.util.concurrent.locks.LockSupport;

/**
 * New keys at a steady rate below what the machine can do, so that what holds requests up is the server and not the wait for
 * a processor. {@code bench/stops} starts it. Arguments: the port, how many keys, how many a second.
 */
public final class SteadyArrivals {

    private static final int CONNECTIONS = 8;
    private static final int BATCH = 32;

    private static final byte[] HEAD =
            "*3\r\n$3\r\nSET\r\n$16\r\nkey:000000000000\r\n$16\r\n0123456789abcdef\r\n".getBytes(US_ASCII);
    private static final int KEY_END = "*3\r\n$3\r\nSET\r\n$16\r\nkey:000000000000".length();

    private SteadyArrivals() {}

    public static void main(String[] args) throws IOException {
        int port = Integer.parseInt(args[0]);
        int keys = Integer.parseInt(args[1]);
        long batchNanos = 1_000_000_000L * BATCH * CONNECTIONS / Integer.parseInt(args[2]);
        Socket[] sockets = new Socket[CONNECTIONS];
        for (int i = 0; i < CONNECTIONS; i++) {
            sockets[i] = new Socket(InetAddress.getLoopbackAddress(), port);
            sockets[i].setTcpNoDelay(true);
        }
        byte[] batch = new byte[BATCH * HEAD.length];
        byte[] replies = new byte[BATCH * "+OK\r\n".length()];
        SplittableRandom random = new SplittableRandom(1);
        long due = System.nanoTime();
        for (int sent = 0; sent < keys; sent += CONNECTIONS * BATCH) {
            for (Socket socket : sockets) {
                for (int i = 0; i < BATCH; i++) {
                    set(batch, i * HEAD.length, random.nextInt(100_000_000));
                }
                OutputStream out = socket.getOutputStream();
                out.write(batch);
            }
            for (Socket socket : sockets) {
                InputStream in = socket.getInputStream();
                if (in.readNBytes(replies, 0, replies.length) < replies.length) {
                    throw new IOException("the server has gone");
                }
            }
            due += batchNanos;
            LockSupport.parkNanos(due - System.nanoTime());
        }
        for (Socket socket : sockets) {
            socket.close();
        }
    }

    private static void set(byte[] bytes, int offset, int key) {
        System.arraycopy(HEAD, 0, bytes, offset, HEAD.length);
        for (int at = offset + KEY_END, n = key; n > 0; n /= 10) {
            bytes[--at] = (byte) ('0' + n % 10);
        }
    }
}
