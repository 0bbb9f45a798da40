package dev.cinnabar.compat;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cinnabar.compat.harness.Client;
import dev.cinnabar.compat.harness.RedisTest;
import dev.cinnabar.compat.harness.Server;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** What commands leave in the append-only file: the same effects as those of real servers, one after the other. */
class JournalTest {

    private static final int FILE_NUMBER = 1;

    /** A server that keeps a file, and what that had when it was read last. */
    private static final class Journal implements AutoCloseable {
        private final Client client;
        private final Path directory;
        private int read;

        Journal(Server shared) {
            String name = "aof-" + ProcessHandle.current().pid() + "-" + System.nanoTime();
            Server server = shared.startAnother(
                    "--appendonly",
                    "yes",
                    "--appendfsync",
                    "always",
                    "--appenddirname",
                    name,
                    "--lazyfree-lazy-expire",
                    "no",
                    "--lazyfree-lazy-server-del",
                    "no",
                    "--enable-debug-command",
                    "yes");
            this.client = server.connect();
            this.directory = realPath(server.workingDirectory().resolve(name));
        }

        /** The way through /proc ends with the process. */
        private static Path realPath(Path path) {
            try {
                return path.toRealPath();
            } catch (IOException e) {
                return path;
            }
        }

        /** Runs lines {@code command -> effect | effect}, and compares. */
        void logs(String transcript) throws IOException {
            for (String line : transcript.lines().filter(l -> !l.isBlank()).toList()) {
                String[] parts = line.split("->", 2);
                client.run(parts[0].strip());
                assertThat(next()).as(parts[0].strip()).isEqualTo(parts[1].strip());
            }
        }

        /** The effects since the last call; times are shown as {@code <ms>}. */
        String next() throws IOException {
            byte[] all = Files.readAllBytes(directory.resolve("appendonly.aof." + FILE_NUMBER + ".incr.aof"));
            List<String> effects = decode(new String(Arrays.copyOfRange(all, read, all.length), ISO_8859_1));
            read = all.length;
            effects.remove("SELECT 0");
            return String.join(" | ", effects).replaceAll("\\b1[789]\\d{11}\\b", "<ms>");
        }

        private static List<String> decode(String text) {
            List<String> effects = new ArrayList<>();
            int at = 0;
            while (at < text.length()) {
                int end = text.indexOf("\r\n", at);
                int words = Integer.parseInt(text, at + 1, end, 10);
                at = end + 2;
                List<String> effect = new ArrayList<>();
                for (int i = 0; i < words; i++) {
                    end = text.indexOf("\r\n", at);
                    int length = Integer.parseInt(text, at + 1, end, 10);
                    effect.add(text.substring(end + 2, end + 2 + length));
                    at = end + 4 + length;
                }
                effects.add(String.join(" ", effect));
            }
            return effects;
        }

        /** What lies in another root does not go with the server's directory. */
        @Override
        public void close() throws IOException {
            client.close();
            if (!Files.isDirectory(directory)) {
                return;
            }
            try (Stream<Path> files = Files.walk(directory)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
    }

    @RedisTest
    void strings(Client redis, Server server) throws IOException {
        try (Journal journal = new Journal(server)) {
            journal.logs("""
                    SET a 1                          -> SET a 1
                    set a 1                          -> set a 1
                    GET a                            ->
                    SET a 1 NX                       ->
                    SET a 1 XX                       -> SET a 1 XX
                    SET a 1 EX 100                   -> SET a 1 PXAT <ms>
                    SET a 1 PX 100000 XX             -> SET a 1 PXAT <ms>
                    SET a 1 EXAT 2000000000          -> SET a 1 PXAT 2000000000000
                    SET a 1 PXAT 2000000000000       -> SET a 1 PXAT 2000000000000
                    SET a 1 KEEPTTL                  -> SET a 1 KEEPTTL
                    SET a 2 GET                      -> SET a 2
                    SET a 2 XX GET                   -> SET a 2 XX
                    SET a 2 EX 10 GET                -> SET a 2 PXAT <ms>
                    SETEX a 100 v                    -> SET a v PXAT <ms>
                    PSETEX a 100000 v                -> SET a v PXAT <ms>
                    SETNX a v                        ->
                    GETSET a w                       -> SET a w
                    GETDEL a                         -> DEL a
                    GETDEL a                         ->
                    SET b 1                          -> SET b 1
                    GETEX b                          ->
                    GETEX b PERSIST                  ->
                    GETEX b EX 100                   -> PEXPIREAT b <ms>
                    GETEX b EXAT 2000000000          -> PEXPIREAT b 2000000000000
                    GETEX b PERSIST                  -> PERSIST b
                    GETEX b EXAT 1000                -> DEL b
                    APPEND s xyz                     -> APPEND s xyz
                    SETRANGE s 0 ""                  ->
                    INCRBY n 5                       -> INCRBY n 5
                    INCRBYFLOAT n 1.5                -> SET n 6.5 KEEPTTL
                    MSET a 1 b 2                     -> MSET a 1 b 2
                    MSETNX a 1 c 2                   ->
                    SETBIT bits 7 1                  -> SETBIT bits 7 1
                    BITFIELD f GET u8 0              ->
                    BITFIELD f INCRBY u8 0 1         -> BITFIELD f INCRBY u8 0 1
                    PFADD h a                        -> PFADD h a
                    PFADD h a                        ->
                    PFCOUNT h                        -> PFCOUNT h
                    PFCOUNT h                        ->
                    """);
        }
    }

    @RedisTest
    void keys(Client redis, Server server) throws IOException {
        try (Journal journal = new Journal(server)) {
            journal.logs("""
                    SET a 1                          -> SET a 1
                    EXPIRE a 100                     -> PEXPIREAT a <ms>
                    EXPIRE a 200 GT                  -> PEXPIREAT a <ms> GT
                    EXPIRE a 100 NX                  ->
                    PEXPIREAT a 2000000000000        -> PEXPIREAT a 2000000000000
                    PERSIST a                        -> PERSIST a
                    PERSIST a                        ->
                    EXPIREAT a 1000                  -> DEL a
                    EXPIRE a 10                      ->
                    MSET a 1 b 2 c 3                 -> MSET a 1 b 2 c 3
                    DEL a b missing                  -> DEL a b missing
                    UNLINK missing                   ->
                    RENAME c d                       -> RENAME c d
                    COPY d e                         -> COPY d e
                    COPY d e                         ->
                    COPY d e DB 3                    -> COPY d e DB 3
                    MOVE d 2                         -> MOVE d 2
                    SELECT 2                         ->
                    SET d 1                          -> SELECT 2 | SET d 1
                    SELECT 0                         ->
                    SWAPDB 0 1                       -> SWAPDB 0 1
                    FLUSHDB                          -> FLUSHDB
                    SELECT 4                         ->
                    FLUSHALL                         -> SELECT 4 | FLUSHALL
                    SET p 1                          -> SET p 1
                    PUBLISH a b                      ->
                    """);
        }
    }

    @RedisTest
    void collections(Client redis, Server server) throws IOException {
        try (Journal journal = new Journal(server)) {
            journal.logs("""
                    RPUSH l a b c d e f g            -> RPUSH l a b c d e f g
                    LPUSHX none 1                    ->
                    LPOP l                           -> LPOP l
                    LPOP none                        ->
                    LMPOP 2 none l LEFT COUNT 2      -> LPOP l 2
                    BLPOP none l 0                   -> LPOP l
                    BRPOP l 0                        -> RPOP l
                    BLMOVE l m LEFT RIGHT 0          -> LMOVE l m LEFT RIGHT
                    BRPOPLPUSH l m 0                 -> RPOPLPUSH l m
                    BLMPOP 0 2 l m RIGHT COUNT 10    -> RPOP m 2
                    BLPOP l 0.01                     ->
                    SADD s a                         -> SADD s a
                    SADD s a                         ->
                    SPOP s                           -> SREM s a
                    SADD s a b                       -> SADD s a b
                    SPOP s 5                         -> DEL s
                    SADD s a b                       -> SADD s a b
                    SMOVE s t a                      -> SMOVE s t a
                    SINTERSTORE d s none             ->
                    SUNIONSTORE d s t                -> SUNIONSTORE d s t
                    SORT d ALPHA STORE d             -> SORT d ALPHA STORE d
                    ZADD z 1 a 2 b 3 c 4 d 5 e       -> ZADD z 1 a 2 b 3 c 4 d 5 e
                    ZADD z 1 a                       ->
                    ZPOPMIN z                        -> ZPOPMIN z
                    ZMPOP 2 none z MAX COUNT 2       -> ZPOPMAX z 2
                    BZPOPMIN none z 0                -> ZPOPMIN z
                    BZMPOP 0 1 z MIN                 -> ZPOPMIN z 1
                    HSET h a 1 b 2                   -> HSET h a 1 b 2
                    HSETNX h a 1                     ->
                    HINCRBY h a 5                    -> HINCRBY h a 5
                    HDEL h none                      ->
                    """);
        }
    }

    @RedisTest
    void streams(Client redis, Server server) throws IOException {
        try (Journal journal = new Journal(server)) {
            journal.logs("""
                    XADD s * f v                        -> XADD s <ms>-0 f v
                    DEL s                               -> DEL s
                    XADD s 1-* f v                      -> XADD s 1-0 f v
                    XADD s NOMKSTREAM MAXLEN ~ 9 2-1 f v -> XADD s NOMKSTREAM MAXLEN = 2 2-1 f v
                    XADD s MAXLEN 2 3-1 f v             -> XADD s MAXLEN 2 3-1 f v
                    XADD none NOMKSTREAM 1-1 f v        ->
                    XTRIM s MAXLEN ~ 1                  ->
                    XTRIM s MAXLEN ~ 0 LIMIT 100        -> XTRIM s MAXLEN = 0 LIMIT 100
                    XADD s 4-1 f v                      -> XADD s 4-1 f v
                    XADD s 5-1 f v                      -> XADD s 5-1 f v
                    XGROUP CREATE s g 0                 -> XGROUP CREATE s g 0
                    XGROUP CREATECONSUMER s g c         -> XGROUP CREATECONSUMER s g c
                    XREADGROUP GROUP g c NOACK COUNT 1 STREAMS s > -> XGROUP SETID s g 4-1 ENTRIESREAD 4
                    XREADGROUP GROUP g c STREAMS s 0    ->
                    XCLAIM s g d 0 4-1                  ->
                    XCLAIM s g d 0 4-1 FORCE            -> XCLAIM s g d 0 4-1 TIME <ms> RETRYCOUNT 2 FORCE JUSTID LASTID 4-1
                    XAUTOCLAIM s g e 0 0 JUSTID         -> XCLAIM s g e 0 4-1 TIME <ms> RETRYCOUNT 2 FORCE JUSTID LASTID 4-1
                    XDEL s 4-1                          -> XDEL s 4-1
                    XAUTOCLAIM s g e 0 0                -> XCLAIM s g e 0 4-1 TIME <ms> RETRYCOUNT 2 FORCE JUSTID LASTID 4-1
                    XACK s g 9-9                        ->
                    XSETID s 9-1                        -> XSETID s 9-1
                    XGROUP DESTROY s g                  -> XGROUP DESTROY s g
                    """);
        }
    }

    @RedisTest(since = "8.0", valkeyDiffers = "it has other commands for fields that expire, and logs them otherwise")
    void newerCommands(Client redis, Server server) throws IOException {
        try (Journal journal = new Journal(server)) {
            journal.logs("""
                    HSET h a 1 b 2 c 3 d 4 e 5          -> HSET h a 1 b 2 c 3 d 4 e 5
                    HEXPIRE h 100 FIELDS 2 a b          -> HPEXPIREAT h <ms> FIELDS 2 a b
                    HEXPIRE h 100 NX FIELDS 3 a c none  -> HPEXPIREAT h <ms> NX FIELDS 1 c
                    HEXPIREAT h 2000000000 FIELDS 1 a   -> HPEXPIREAT h 2000000000000 FIELDS 1 a
                    HPERSIST h FIELDS 1 d               ->
                    HEXPIREAT h 1000 FIELDS 2 d e       -> MULTI | HDEL h d | HDEL h e | EXEC
                    HGETEX h EX 100 FIELDS 2 a c        -> HPEXPIREAT h <ms> FIELDS 2 a c
                    HGETEX h PERSIST FIELDS 2 a c       -> HPERSIST h FIELDS 2 a c
                    HGETEX h EXAT 1 FIELDS 1 c          -> HDEL h c
                    HSETEX h FNX EX 100 FIELDS 1 q 1    -> HSETEX h FNX PXAT <ms> FIELDS 1 q 1
                    HINCRBYFLOAT h q 1.5                -> HSETEX h KEEPTTL FIELDS 1 q 2.5
                    HGETDEL h FIELDS 2 a b              -> HDEL h a b
                    XADD s 1-1 f v                      -> XADD s 1-1 f v
                    XGROUP CREATE s g 0                 -> XGROUP CREATE s g 0
                    XREADGROUP GROUP g c STREAMS s >    -> MULTI | XCLAIM s g c 0 1-1 TIME <ms> RETRYCOUNT 1 FORCE JUSTID LASTID 1-1 | XGROUP SETID s g 1-1 ENTRIESREAD 1 | EXEC
                    """);
        }
    }

    @RedisTest
    void transactionsAndExpiredKeys(Client redis, Server server) throws IOException {
        try (Journal journal = new Journal(server)) {
            journal.logs("""
                    MULTI                               ->
                    SET a 1                             ->
                    GET a                               ->
                    INCR a                              ->
                    EXEC                                -> MULTI | SET a 1 | INCR a | EXEC
                    MULTI                               ->
                    INCR a                              ->
                    EXEC                                -> INCR a
                    DEBUG SET-ACTIVE-EXPIRE 0           ->
                    SET b 1 PX 1                        -> SET b 1 PXAT <ms>
                    SET c 1 PX 1                        -> SET c 1 PXAT <ms>
                    SET d 1 PX 1                        -> SET d 1 PXAT <ms>
                    BLPOP none 0.02                     ->
                    GET b                               -> DEL b
                    SET c 2                             -> MULTI | DEL c | SET c 2 | EXEC
                    CONFIG SET lazyfree-lazy-expire yes ->
                    EXISTS d                            -> UNLINK d
                    """);
        }
    }

    @RedisTest
    void clientsThatWaitAreServedAfterWhatServesThem(Client redis, Server server) throws IOException {
        try (Journal journal = new Journal(server);
                Client waiting = new Client(portOf(journal))) {
            waiting.send("BLMPOP", "0", "2", "none", "l", "LEFT", "COUNT", "5");
            awaitBlocked(journal.client);
            journal.client.run("RPUSH l x y");
            waiting.read();
            assertThat(journal.next()).isEqualTo("RPUSH l x y | LPOP l 2");
        }
    }

    private static int portOf(Journal journal) {
        return Integer.parseInt(
                journal.client.run("CONFIG GET port").reply().list().get(1).text());
    }

    private static void awaitBlocked(Client client) {
        long deadline = System.nanoTime() + 20_000_000_000L;
        while (!client.run("INFO clients").reply().text().contains("blocked_clients:1")) {
            assertThat(System.nanoTime()).as("nobody waits").isLessThan(deadline);
        }
    }
}
