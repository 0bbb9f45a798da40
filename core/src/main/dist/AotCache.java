import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Makes the server's AOT cache: starts the server once, lets it work a little, and stops it, whereupon the JVM writes down
 * which classes it loaded and linked and what it found hot (JEP 483, 514, 515). The build runs it after the jar is made:
 *
 * <pre>java AotCache.java JAR JVM-OPTIONS-FILE CACHE-FILE</pre>
 *
 * A cache is an optimization, and the server starts without one. So if there is trouble this says what it was and leaves no
 * cache, but does not fail the build: that the server starts and answers is for tests to show.
 */
class AotCache {

    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final int WARM_ROUNDS = 300;
    private static final int WARM_PIPELINE = 100;

    /**
     * A bit of everything that a first client may ask for: what runs here is there at once in every later start. Commands
     * between which a client can do little else go together.
     */
    private static final List<String> TOUR = List.of(
            "PING", "COMMAND DOCS GET", "COMMAND", "COMMAND INFO get", "COMMAND COUNT", "COMMAND GETKEYS get a",
            "INFO", "INFO all", "CONFIG GET *", "CONFIG SET timeout 0", "CLIENT SETNAME train", "CLIENT LIST", "CLIENT INFO",
            "CLIENT TRACKING ON;GET s;CLIENT TRACKING OFF", "SLOWLOG GET", "LATENCY HISTOGRAM", "LATENCY DOCTOR",
            "MEMORY STATS", "MEMORY DOCTOR", "ACL WHOAMI", "ACL LIST", "ACL SETUSER train on >secret ~* +@all", "ACL GETUSER train",
            "ACL DELUSER train", "ACL CAT", "ACL LOG", "TIME", "LOLWUT",
            "SET s 1", "SET e v EX 100", "GET s", "INCR s", "INCRBYFLOAT n 1.5", "APPEND s x", "STRLEN s", "SETRANGE s 1 y",
            "GETRANGE s 0 -1", "SETBIT b 7 1", "BITCOUNT b", "BITOP AND d b b", "BITFIELD i SET u8 0 5",
            "MSET a 1 c 2", "MGET a c nothing", "EXPIRE a 100", "TTL a", "PERSIST a", "PEXPIRE c 1", "TYPE s", "OBJECT ENCODING s",
            "COPY a o", "RENAME o a", "MEMORY USAGE a", "RANDOMKEY", "SORT l ALPHA",
            "LPUSH l a b c", "RPUSH l 1 2 3", "LPOP l", "RPOP l", "LRANGE l 0 -1", "LPOS l a", "LINSERT l BEFORE a x",
            "LMOVE l m LEFT RIGHT", "BLPOP m 1", "BLPOP m 0.001",
            "HSET h f v g w", "HGET h f", "HGETALL h", "HINCRBY h n 1", "HINCRBYFLOAT h x 1.5", "HSCAN h 0", "HEXPIRE h 100 FIELDS 1 f",
            "SADD u 1 2 3", "SADD t a b", "SMEMBERS t", "SINTER t u", "SUNIONSTORE d t u", "SRANDMEMBER u 2", "SPOP t",
            "ZADD z 1 a 2 b 2.5 c", "ZRANGE z 0 -1 WITHSCORES", "ZRANGEBYSCORE z 0 1", "ZINCRBY z 1.25 a", "ZRANK z b",
            "ZUNION 2 z z", "ZPOPMIN z",
            "XADD x 1-1 f v", "XRANGE x - +", "XREAD STREAMS x 0", "XGROUP CREATE x g 0", "XREADGROUP GROUP g c STREAMS x >",
            "XPENDING x g", "XACK x g 1-1", "XINFO STREAM x",
            "PFADD p a b", "PFCOUNT p", "GEOADD g 13 38 here", "GEOSEARCH g FROMLONLAT 13 38 BYRADIUS 10 km", "DUMP s",
            "SCAN 0", "KEYS *", "DBSIZE", "EXISTS s a", "MULTI;INCR n;EXEC", "WATCH s;UNWATCH",
            "SUBSCRIBE ch;PUBLISH ch m;UNSUBSCRIBE", "HELLO 3", "HGETALL h", "GET nothing", "HELLO 2", "NOSUCHCOMMAND",
            "SAVE", "BGSAVE", "LASTSAVE", "CONFIG SET appendonly yes", "SET s 2", "BGREWRITEAOF", "CONFIG SET appendonly no",
            "DEL s", "UNLINK l", "FLUSHALL");

    public static void main(String[] args) throws IOException, InterruptedException {
        Path jar = Path.of(args[0]).toAbsolutePath();
        Path options = Path.of(args[1]).toAbsolutePath();
        Path cache = Path.of(args[2]).toAbsolutePath();
        if (Files.exists(cache) && isNewer(cache, jar) && isNewer(cache, options)) {
            return;
        }
        Files.deleteIfExists(cache);
        Path directory = Files.createDirectories(cache.resolveSibling("aot-training"));
        Path fresh = directory.resolve(cache.getFileName());
        Files.deleteIfExists(fresh);
        Path log = directory.resolve("log");
        try {
            train(jar, options, fresh, directory, log);
            // Under its name at once and whole: a server may be starting just now.
            Files.move(fresh, cache, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            System.err.println("No AOT cache was made (the server starts without it): " + e + "; see " + log);
        }
    }

    private static boolean isNewer(Path file, Path than) throws IOException {
        return Files.getLastModifiedTime(file).compareTo(Files.getLastModifiedTime(than)) > 0;
    }

    private static void train(Path jar, Path options, Path cache, Path directory, Path log)
            throws IOException, InterruptedException {
        int port = freePort();
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "@" + options,
                "-XX:AOTCacheOutput=" + cache,
                "-jar",
                jar.toString()));
        command.addAll(List.of("--port", Integer.toString(port), "--bind", "127.0.0.1", "--save", "", "--dir", directory.toString()));
        Process server = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        try {
            try (Socket client = connect(port, server)) {
                client.setSoTimeout((int) PATIENCE.toMillis());
                client.setTcpNoDelay(true);
                talk(client);
                client.getOutputStream().write("SHUTDOWN NOSAVE\r\n".getBytes(StandardCharsets.US_ASCII));
                if (!server.waitFor(5, TimeUnit.SECONDS) && !Files.exists(cache)) {
                    server.destroy();
                }
            }
            if (!server.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                throw new IOException("the server did not stop");
            }
            if (!Files.exists(cache)) {
                throw new IOException("the JVM wrote no cache");
            }
        } finally {
            server.destroyForcibly();
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket probe = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return probe.getLocalPort();
        }
    }

    private static Socket connect(int port, Process server) throws IOException, InterruptedException {
        Instant end = Instant.now().plus(PATIENCE);
        while (true) {
            try {
                return new Socket(InetAddress.getLoopbackAddress(), port);
            } catch (ConnectException e) {
                if (!server.isAlive() || Instant.now().isAfter(end)) {
                    throw new IOException("the server does not listen", e);
                }
                Thread.sleep(20);
            }
        }
    }

    private static void talk(Socket client) throws IOException {
        OutputStream out = new BufferedOutputStream(client.getOutputStream());
        InputStream in = new BufferedInputStream(client.getInputStream());
        // Both forms of a request: inline as typed into nc, and arrays as clients send them.
        for (String commands : TOUR) {
            for (String command : commands.split(";")) {
                out.write((command + "\r\n").getBytes(StandardCharsets.US_ASCII));
            }
            for (String command : commands.split(";")) {
                out.write(request(command.split(" ")));
            }
            answered(out, in);
        }
        for (int round = 0; round < WARM_ROUNDS; round++) {
            ByteArrayOutputStream batch = new ByteArrayOutputStream();
            for (int i = 0; i < WARM_PIPELINE; i++) {
                String key = "key:" + (round * WARM_PIPELINE + i) % 10_000;
                batch.write(request("SET", key, "value"));
                batch.write(request("GET", key));
            }
            out.write(batch.toByteArray());
            answered(out, in);
        }
    }

    /** Reads away all that the server says until it has echoed a mark, which it does once it has done all before it. */
    private static void answered(OutputStream out, InputStream in) throws IOException {
        byte[] mark = "-the-end-of-it-".getBytes(StandardCharsets.US_ASCII);
        out.write(request("ECHO", "-the-end-of-it-"));
        out.flush();
        for (int matched = 0; matched < mark.length; ) {
            int read = in.read();
            if (read < 0) {
                throw new IOException("the server hung up");
            }
            matched = read == mark[matched] ? matched + 1 : read == mark[0] ? 1 : 0;
        }
    }

    private static byte[] request(String... words) {
        StringBuilder request = new StringBuilder("*" + words.length + "\r\n");
        for (String word : words) {
            request.append('$').append(word.length()).append("\r\n").append(word).append("\r\n");
        }
        return request.toString().getBytes(StandardCharsets.US_ASCII);
    }
}
