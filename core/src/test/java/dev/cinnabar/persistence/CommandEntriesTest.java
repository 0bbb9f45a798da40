package dev.cinnabar.persistence;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cinnabar.command.testing.TestEngine;
import dev.cinnabar.keyspace.Keyspace;
import dev.cinnabar.memory.BufferAccounting;
import dev.cinnabar.values.Views;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Data that are written as commands, and made by these again. */
@Timeout(120)
class CommandEntriesTest {

    @AutoClose
    private final TestEngine redis = new TestEngine();

    @AutoClose
    private final TestEngine other = new TestEngine();

    @TempDir
    Path directory;

    private static String digest(TestEngine of) {
        Keyspace keyspace = of.engine().keyspace();
        keyspace.lock(keyspace.all());
        try {
            return HexFormat.of().formatHex(new Digest(new Views(of.settings().limits())).all(keyspace));
        } finally {
            keyspace.unlock(keyspace.all());
        }
    }

    private void loadInOther(byte[] commands) throws Exception {
        Files.write(directory.resolve("appendonly.aof"), commands);
        var configuration = other.settings().configuration();
        configuration.load("dir", List.of(directory.toString()));
        configuration.load("appendonly", List.of("yes"));
        configuration.load("appendfsync", List.of("no"));
        other.engine().open();
    }

    private byte[] written() throws IOException {
        Path file = directory.resolve("base.aof");
        redis.engine().saves().writeBase(file, false, () -> {}, () -> true);
        return Files.readAllBytes(file);
    }

    private void writeAndLoad() throws Exception {
        String digest = digest(redis);
        loadInOther(written());
        assertThat(digest(other)).isEqualTo(digest);
    }

    @Test
    void commandsAreThoseThatMakeTheValue() throws IOException {
        redis.call("SET", "s", "x");
        redis.call("SELECT", "2");
        redis.call("RPUSH", "l", "a", "b");
        redis.call("PEXPIREAT", "l", "1893456000000");
        assertThat(new String(written(), StandardCharsets.ISO_8859_1).replace("\r\n", " "))
                .contains("*2 $6 SELECT $1 0 *3 $3 SET $1 s $1 x ")
                .contains("*2 $6 SELECT $1 2 *4 $5 RPUSH $1 l $1 a $1 b *3 $9 PEXPIREAT $1 l $13 1893456000000 ");
    }

    @Test
    void collectionsBecomeCommandsOf64Elements() throws IOException {
        for (int i = 0; i < 65; i++) {
            redis.call("HSET", "h", "f" + i, "v");
        }
        String text = new String(written(), StandardCharsets.ISO_8859_1);
        assertThat(text).contains("*130\r\n$5\r\nHMSET").contains("*4\r\n$5\r\nHMSET");
    }

    @Test
    void valuesOfAllTypesAndEncodings() throws Exception {
        redis.call("CONFIG", "SET", "list-max-listpack-size", "10");
        for (int i = 0; i < 1000; i++) {
            String member = (i % 3 == 0 ? "" : "m") + i;
            redis.call("SET", "s" + i, i % 2 == 0 ? "x".repeat(i) : Integer.toString(i));
            redis.call("RPUSH", "list" + i % 5, member);
            redis.call("RPUSH", "long-list", member);
            redis.call("SADD", "numbers", Integer.toString(i % 100));
            redis.call("SADD", "set" + i % 20, member);
            redis.call("SADD", "big-set", member);
            redis.call("ZADD", "sorted" + i % 20, i + ".1e-3", member);
            redis.call("ZADD", "big-sorted", Double.toString(i / 7.0), member);
            redis.call("HSET", "hash" + i % 20, member, "v" + i);
            redis.call("HSET", "big-hash", member, "v" + i);
            redis.call("SELECT", Integer.toString(i % 3));
        }
        redis.call("SELECT", "0");
        redis.call("ZADD", "infinite", "inf", "a", "-inf", "b", "-0", "c");
        redis.call("SET", "", "empty key");
        redis.call("SET", "binary\r\n", "\r\n\0");
        redis.call("RPUSH", "large", "x".repeat(100_000), "", "y".repeat(70_000), "z");
        writeAndLoad();
        assertThat(other.call("OBJECT", "ENCODING", "numbers")).isEqualTo(redis.call("OBJECT", "ENCODING", "numbers"));
        assertThat(other.call("ZRANGE", "infinite", "0", "-1", "WITHSCORES"))
                .isEqualTo(redis.call("ZRANGE", "infinite", "0", "-1", "WITHSCORES"));
    }

    @Test
    void timesOfExpiryOfKeysAndFields() throws Exception {
        redis.call("SET", "s", "1", "PX", "100000");
        redis.call("RPUSH", "over", "1");
        redis.call("PEXPIRE", "over", "10");
        for (int i = 0; i < 300; i++) {
            redis.call("HSET", "h", "f" + i, "v", "g" + i, "v");
            redis.call("HPEXPIRE", "h", Integer.toString(10_000 + i % 7), "FIELDS", "1", "f" + i);
        }
        redis.call("HSET", "small", "a", "1", "b", "2", "c", "3");
        redis.call("HPEXPIRE", "small", "5", "FIELDS", "2", "a", "c");
        redis.call("PEXPIRE", "small", "70000");
        byte[] commands = written();
        String digest = digest(redis);
        other.advanceMillis(20);
        loadInOther(commands);
        assertThat(other.call("GET", "s")).isEqualTo("'1'");
        for (String key : List.of("s", "small", "h")) {
            assertThat(other.call("PEXPIRETIME", key)).isEqualTo(redis.call("PEXPIRETIME", key));
        }
        for (int i = 0; i < 300; i++) {
            assertThat(other.call("HPEXPIRETIME", "h", "FIELDS", "2", "f" + i, "g" + i))
                    .isEqualTo(redis.call("HPEXPIRETIME", "h", "FIELDS", "2", "f" + i, "g" + i));
        }
        assertThat(other.call("EXISTS", "over")).isEqualTo("0");
        assertThat(other.call("HGETALL", "small")).isEqualTo("['b', '2']");
        assertThat(digest).isNotEqualTo(digest(other));
    }

    @Test
    void streams() throws Exception {
        redis.call("XADD", "s", "1-1", "a", "1", "b", "2");
        redis.call("XADD", "s", "18446744073709551614-18446744073709551615", "c", "");
        redis.call("XADD", "s", "18446744073709551615-1", "d", "4");
        redis.call("XDEL", "s", "18446744073709551615-1");
        redis.call("XGROUP", "CREATE", "s", "g", "0");
        redis.call("XGROUP", "CREATE", "s", "end", "$", "ENTRIESREAD", "2");
        redis.call("XGROUP", "CREATECONSUMER", "s", "g", "idle");
        redis.call("XREADGROUP", "GROUP", "g", "alice", "COUNT", "1", "STREAMS", "s", ">");
        redis.call("XREADGROUP", "GROUP", "g", "alice", "COUNT", "1", "STREAMS", "s", ">");
        redis.call("XCLAIM", "s", "g", "alice", "0", "1-1", "RETRYCOUNT", "7");
        redis.call("XNACK", "s", "g", "FAIL", "IDS", "1", "18446744073709551614-18446744073709551615");
        redis.call("XADD", "gone", "5-5", "a", "1");
        redis.call("XDEL", "gone", "5-5");
        redis.call("XGROUP", "CREATE", "never", "g", "$", "MKSTREAM");
        redis.call("XCFGSET", "gone", "IDMP-DURATION", "7", "IDMP-MAXSIZE", "9");
        redis.call("XADD", "producers", "IDMP", "p", "i", "*", "a", "1");
        redis.call("XADD", "producers", "IDMP", "p", "j", "*", "a", "2");
        loadInOther(written());
        for (String key : List.of("s", "gone", "never")) {
            assertThat(other.call("XINFO", "STREAM", key, "FULL"))
                    .isEqualTo(redis.call("XINFO", "STREAM", key, "FULL"));
        }
        assertThat(other.call("XADD", "producers", "IDMP", "p", "j", "*", "a", "2"))
                .isEqualTo(redis.call("XADD", "producers", "IDMP", "p", "j", "*", "a", "2"));
        assertThat(other.call("XLEN", "producers")).isEqualTo("2");
    }

    @Test
    void bigStreamsThatChangeWhileTheyAreWritten() throws Exception {
        redis.clock().advanceMillis(1_000_000);
        String filler = "x".repeat(90);
        for (int i = 1; i <= 3000; i++) {
            redis.call("XADD", "stream", i + "-1", "field", filler + i, i % 7 == 0 ? "other" : "same", "");
        }
        redis.call("XADD", "emptied", "5-5", "field", filler.repeat(1000));
        redis.call("XGROUP", "CREATE", "emptied", "g", "0");
        redis.call("XREADGROUP", "GROUP", "g", "anne", "STREAMS", "emptied", ">");
        redis.call("XADD", "emptied", "IDMP", "p", "i", "6-6", "field", "2");
        for (String group : List.of("a", "b")) {
            redis.call("XGROUP", "CREATE", "stream", group, "0");
            for (String consumer : List.of("anne", "ben", "carl")) {
                redis.call("XREADGROUP", "GROUP", group, consumer, "COUNT", "300", "STREAMS", "stream", ">");
            }
            redis.call("XNACK", "stream", group, "FAIL", "IDS", "2", "10-1", "400-1");
        }
        redis.call("XDEL", "stream", "3000-1", "17-1");
        // Commands do not tell what is pending of entries that are gone, nor when consumers were last seen.
        redis.call("XACK", "stream", "a", "17-1");
        redis.call("XACK", "stream", "b", "17-1");
        redis.call("PEXPIRE", "stream", "100000");
        List<String> before = described(redis);
        SnapshotStream stream = new SnapshotStream(
                redis.engine().keyspace(),
                new CommandEntries(redis.settings().limits(), new BufferAccounting()),
                new BufferAccounting(),
                () -> {});
        redis.call("XDEL", "stream", "1-1", "500-1", "2000-1");
        redis.call("XTRIM", "stream", "MAXLEN", "2500");
        redis.call("XADD", "stream", "4000-1", "more", "x");
        redis.call("XACK", "stream", "a", "600-1", "601-1");
        redis.call("XCLAIM", "stream", "a", "ben", "0", "5-1", "800-1");
        redis.call("XREADGROUP", "GROUP", "a", "dora", "COUNT", "100", "STREAMS", "stream", ">");
        redis.call("XGROUP", "DELCONSUMER", "stream", "a", "carl");
        redis.call("XGROUP", "DESTROY", "stream", "b");
        redis.call("PERSIST", "stream");
        redis.call("XTRIM", "emptied", "MAXLEN", "0");
        ByteArrayOutputStream commands = new ByteArrayOutputStream();
        stream.run((database, entries, version, keys) -> commands.writeBytes(entries.toByteArray()));
        // In steps: no more has been made at once than is made under one lock.
        assertThat(commands.size()).isGreaterThan(500_000);
        assertThat(stream.mostWaitingBytes()).isLessThan(160_000);
        loadInOther(commands.toByteArray());
        assertThat(described(other)).isEqualTo(before);
    }

    /** What commands can tell of the streams. */
    private static List<String> described(TestEngine of) {
        List<String> all = new ArrayList<>();
        for (String key : List.of("stream", "emptied")) {
            all.add(of.call("XRANGE", key, "-", "+"));
            all.add(of.call("XINFO", "STREAM", key).replaceAll("'radix-tree-nodes', \\d+", ""));
            all.add(of.call("XINFO", "GROUPS", key));
            all.add(of.call("PEXPIRETIME", key));
        }
        for (String group : List.of("a", "b")) {
            for (String consumer : List.of("anne", "ben", "carl", "dora")) {
                all.add(of.call("XPENDING", "stream", group, "-", "+", "1000", consumer));
            }
            all.add(of.call("XPENDING", "stream", group, "-", "+", "2000"));
        }
        return all;
    }

    @Test
    void bigValuesThatChangeWhileTheyAreWritten() throws Exception {
        String filler = "x".repeat(50);
        for (int i = 0; i < 3000; i++) {
            for (String list : List.of("list", "left", "right")) {
                redis.call("RPUSH", list, filler + i);
            }
            redis.call("SADD", "set", filler + i);
            redis.call("ZADD", "sorted", Integer.toString(i), filler + i);
            redis.call("HSET", "hash", filler + i, Integer.toString(i));
        }
        redis.call("SET", "string", "y".repeat(200_000));
        redis.call("SET", "replaced", "z".repeat(200_000));
        for (String key : List.of("list", "left", "right", "set", "sorted", "hash", "string")) {
            redis.call("PEXPIRE", key, "100000");
        }
        redis.call("HPEXPIRE", "hash", "90000", "FIELDS", "2", filler + 5, filler + 2000);
        String digest = digest(redis);
        SnapshotStream stream = new SnapshotStream(
                redis.engine().keyspace(),
                new CommandEntries(redis.settings().limits(), new BufferAccounting()),
                new BufferAccounting(),
                () -> {});
        redis.call("LPOP", "left", "100");
        redis.call("RPOP", "left", "10");
        redis.call("RPOP", "right", "3000");
        redis.call("RPUSH", "list", "more");
        redis.call("RPOP", "list", "2");
        redis.call("LSET", "list", "7", "seven");
        redis.call("SREM", "set", filler + 7);
        redis.call("SADD", "set", "more");
        redis.call("ZINCRBY", "sorted", "5", filler + 7);
        redis.call("HSET", "hash", filler + 5, "other");
        redis.call("PERSIST", "hash");
        redis.call("SETRANGE", "string", "100000", "other");
        redis.call("SET", "replaced", "1");
        ByteArrayOutputStream commands = new ByteArrayOutputStream();
        stream.run((database, entries, version, keys) -> commands.writeBytes(entries.toByteArray()));
        loadInOther(commands.toByteArray());
        assertThat(digest(other)).isEqualTo(digest);
        assertThat(other.call("LINDEX", "list", "-1")).isEqualTo("'" + filler + "2999'");
    }
}
