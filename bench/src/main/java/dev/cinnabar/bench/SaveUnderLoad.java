package dev.cinnabar.bench;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;

/**
 * What clients feel of a save in the background, and what memory it takes: a client that sends ten thousand commands a second,
 * one after the other, before a save, during a save, and during a save under fifty thousand writes a second. {@code bench/save}
 * starts it.
 *
 * <p>Each command has a time at which it is due, a tenth of a millisecond after the one before: how long it takes is counted
 * from there, so a stall counts for all that should have been sent meanwhile, and so does a machine on which a round trip takes
 * longer than that. How long commands took from when they were sent is told beside it. Arguments: the port, the server's
 * process id, how many keys.
 */
public final class SaveUnderLoad {

    private static final int PERIOD_NANOS = 100_000;
    private static final int VALUE_BYTES = 170;
    private static final int FILL_BATCH = 200;
    private static final int WRITES_A_MILLI = 50;
    private static final int IDLE_COMMANDS = 50_000;
    private static final int MAX_COMMANDS = 3_000_000;

    private final int port;
    private final long pid;
    private final int keys;

    private SaveUnderLoad(int port, long pid, int keys) {
        this.port = port;
        this.pid = pid;
        this.keys = keys;
    }

    public static void main(String[] args) throws IOException, InterruptedException {
        new SaveUnderLoad(Integer.parseInt(args[0]), Long.parseLong(args[1]), Integer.parseInt(args[2])).run();
    }

    /** A connection that sends bytes and counts the lines of replies. */
    private static final class Client implements AutoCloseable {
        private final Socket socket;
        private final InputStream in;
        private final OutputStream out;
        private final byte[] buffer = new byte[1 << 16];

        Client(int port) throws IOException {
            socket = new Socket(InetAddress.getLoopbackAddress(), port);
            socket.setTcpNoDelay(true);
            in = socket.getInputStream();
            out = socket.getOutputStream();
        }

        /** Sends commands whose replies are one line each, and awaits these. */
        void send(byte[] commands, int length, int lines) throws IOException {
            out.write(commands, 0, length);
            for (int left = lines; left > 0; ) {
                int n = in.read(buffer);
                if (n < 0) {
                    throw new IOException("the server has gone");
                }
                for (int i = 0; i < n; i++) {
                    left -= buffer[i] == '\n' ? 1 : 0;
                }
            }
        }

        /** The text of a bulk reply. */
        String text(String command) throws IOException {
            out.write((command + "\r\n").getBytes(US_ASCII));
            StringBuilder text = new StringBuilder();
            long end = -1;
            while (end < 0 || text.length() < end) {
                int n = in.read(buffer);
                if (n < 0) {
                    throw new IOException("the server has gone");
                }
                text.append(new String(buffer, 0, n, US_ASCII));
                int line = text.indexOf("\r\n");
                if (end < 0 && line >= 0) {
                    end = text.charAt(0) == '$' ? line + 4 + Long.parseLong(text.substring(1, line)) : line + 2;
                }
            }
            return text.toString();
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }

    /** Commands that set keys to what cannot be compressed much. */
    private static final class Sets {
        private static final byte[] HEAD = "*3\r\n$3\r\nSET\r\n$16\r\nkey:000000000000\r\n$170\r\n".getBytes(US_ASCII);
        private static final int KEY_END = HEAD.length - 8;

        private final SplittableRandom random = new SplittableRandom(1);
        final byte[] bytes = new byte[(HEAD.length + VALUE_BYTES + 2) * FILL_BATCH];
        int length;

        void add(int key) {
            System.arraycopy(HEAD, 0, bytes, length, HEAD.length);
            int at = length + KEY_END;
            for (int n = key; n > 0; n /= 10) {
                bytes[--at] = (byte) ('0' + n % 10);
            }
            length += HEAD.length;
            for (int i = 0; i < VALUE_BYTES; i++) {
                bytes[length++] = (byte) ('0' + (random.nextInt() >>> 26));
            }
            bytes[length++] = '\r';
            bytes[length++] = '\n';
        }
    }

    private void run() throws IOException, InterruptedException {
        fill();
        long resident = residentKilobytes();
        System.out.printf("%d keys, %d MB resident%n", keys, resident >> 10);
        probe(IDLE_COMMANDS, false);
        report("no save", probe(IDLE_COMMANDS, false));
        save("save, nobody writes", false);
        save("save, 50 k writes/s", true);
    }

    private void fill() throws IOException {
        try (Client client = new Client(port)) {
            Sets sets = new Sets();
            for (int key = 0; key < keys; ) {
                sets.length = 0;
                int n = Math.min(FILL_BATCH, keys - key);
                for (int i = 0; i < n; i++) {
                    sets.add(key++);
                }
                client.send(sets.bytes, sets.length, n);
            }
        }
    }

    private void save(String name, boolean writes) throws IOException, InterruptedException {
        try (Client client = new Client(port)) {
            AtomicBoolean stop = new AtomicBoolean();
            long[] written = new long[1];
            Thread writer = Thread.ofPlatform().start(() -> {
                if (writes) {
                    written[0] = write(stop);
                }
            });
            // What the writes alone take of memory is not the save's.
            LockSupport.parkNanos(1_000_000_000);
            long before = residentKilobytes();
            long start = System.nanoTime();
            client.send("BGSAVE\r\n".getBytes(US_ASCII), 8, 1);
            Times took = probe(MAX_COMMANDS, true);
            double seconds = (System.nanoTime() - start) / 1e9;
            long peak = peakKilobytes;
            stop.set(true);
            writer.join();
            report(name, took);
            String info = client.text("INFO persistence");
            System.out.printf(
                    "    %.2f s, resident of the server %+d MB (%+.1f %%), copied on write by a child %d MB, %d k writes/s%n",
                    seconds,
                    peak - before >> 10,
                    100.0 * (peak - before) / before,
                    field(info, "rdb_last_cow_size") >> 20,
                    (long) (written[0] / (seconds + 1) / 1000));
            if (!info.contains("rdb_last_bgsave_status:ok")) {
                throw new IOException("the save has failed");
            }
        }
    }

    private static long field(String info, String name) {
        int at = info.indexOf(name + ":");
        return at < 0 ? 0 : Long.parseLong(info.substring(at + name.length() + 1, info.indexOf('\r', at)));
    }

    private long write(AtomicBoolean stop) {
        long written = 0;
        try (Client client = new Client(port)) {
            SplittableRandom random = new SplittableRandom(2);
            Sets sets = new Sets();
            long due = System.nanoTime();
            while (!stop.get()) {
                sets.length = 0;
                for (int i = 0; i < WRITES_A_MILLI; i++) {
                    sets.add(random.nextInt(keys));
                }
                client.send(sets.bytes, sets.length, WRITES_A_MILLI);
                written += WRITES_A_MILLI;
                due += 1_000_000;
                LockSupport.parkNanos(due - System.nanoTime());
            }
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        return written;
    }

    private volatile long peakKilobytes;

    /** How long commands took, in nanoseconds: since they were due, and since they were sent. */
    private static final class Times {
        private final long[] sinceDue;
        private final long[] sinceSent;

        Times(long[] sinceDue, long[] sinceSent) {
            this.sinceDue = sinceDue;
            this.sinceSent = sinceSent;
        }
    }

    /** Sends commands, at most so many or until no save runs any more. */
    private Times probe(int max, boolean whileSaving) throws IOException, InterruptedException {
        AtomicBoolean stop = new AtomicBoolean();
        peakKilobytes = 0;
        Thread watcher = Thread.ofPlatform().start(() -> watch(stop, whileSaving));
        long[] sinceDue = new long[max];
        long[] sinceSent = new long[max];
        int count = 0;
        try (Client client = new Client(port)) {
            SplittableRandom random = new SplittableRandom(3);
            byte[] command = "STRLEN key:000000000000\r\n".getBytes(US_ASCII);
            long due = System.nanoTime();
            while (count < max && !stop.get()) {
                int at = command.length - 2;
                for (int n = random.nextInt(keys), digits = 12; digits > 0; n /= 10, digits--) {
                    command[--at] = (byte) ('0' + n % 10);
                }
                due += PERIOD_NANOS;
                // Not by spinning: that would take a core from the server.
                for (long left = due - System.nanoTime(); left > 0; left = due - System.nanoTime()) {
                    LockSupport.parkNanos(left);
                }
                long sent = System.nanoTime();
                client.send(command, command.length, 1);
                long done = System.nanoTime();
                sinceDue[count] = done - due;
                sinceSent[count++] = done - sent;
            }
        } finally {
            stop.set(true);
            watcher.join();
        }
        return new Times(Arrays.copyOf(sinceDue, count), Arrays.copyOf(sinceSent, count));
    }

    private void watch(AtomicBoolean stop, boolean whileSaving) {
        try (Client client = new Client(port)) {
            while (!stop.get()) {
                LockSupport.parkNanos(20_000_000);
                peakKilobytes = Math.max(peakKilobytes, residentKilobytes());
                if (whileSaving && client.text("INFO persistence").contains("rdb_bgsave_in_progress:0")) {
                    stop.set(true);
                }
            }
        } catch (IOException e) {
            stop.set(true);
            throw new IllegalStateException(e);
        }
    }

    private static void report(String name, Times times) {
        report(name + ", since due", times.sinceDue);
        report(name + ", since sent", times.sinceSent);
    }

    private static void report(String name, long[] took) {
        Arrays.sort(took);
        int n = took.length;
        System.out.printf(
                "%-32s %7d commands: median %.3f ms, 99 %% %.3f ms, 99.9 %% %.2f ms, worst %.2f ms%n",
                name,
                n,
                took[n / 2] / 1e6,
                took[(int) (n * 0.99)] / 1e6,
                took[(int) (n * 0.999)] / 1e6,
                took[n - 1] / 1e6);
    }

    private long residentKilobytes() throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc/" + pid + "/status"))) {
            if (line.startsWith("VmRSS:")) {
                return Long.parseLong(line.replaceAll("\\D", ""));
            }
        }
        throw new IOException("no such process: " + pid);
    }
}
