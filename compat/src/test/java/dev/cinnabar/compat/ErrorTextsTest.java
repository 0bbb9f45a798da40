package dev.cinnabar.compat;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cinnabar.compat.harness.Client;
import dev.cinnabar.compat.harness.RedisTest;
import dev.cinnabar.compat.harness.Server;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;

/** The errors that say what state the server or the client is in, by which clients decide what to do: their whole texts. */
class ErrorTextsTest {

    @RedisTest
    void deniedToOthersInProtectedMode(Server shared) throws IOException {
        Server server = shared.startAnother("--protected-mode", "yes", "--bind", "*");
        // Only 127.0.0.1 and ::1 are this machine's.
        try (Socket other =
                new Socket(InetAddress.ofLiteral("127.0.0.1"), server.port(), InetAddress.ofLiteral("127.0.0.2"), 0)) {
            other.setSoTimeout(60_000);
            assertThat(new String(other.getInputStream().readAllBytes(), US_ASCII))
                    .matches(
                            "-DENIED (Redis|Valkey) is running in protected mode because protected mode is enabled and no"
                                    + " password is set for the default user\\. In this mode connections are only accepted from the"
                                    + " loopback interface\\. [^\\r\\n]*'CONFIG SET protected-mode no'[^\\r\\n]*\\r\\n");
        }
        server.connect().replies("""
            PING                                    -> +PONG
            CONFIG SET requirepass secret           -> +OK
            """);
        try (Socket other =
                new Socket(InetAddress.ofLiteral("127.0.0.1"), server.port(), InetAddress.ofLiteral("127.0.0.2"), 0)) {
            other.setSoTimeout(60_000);
            other.getOutputStream().write("PING\r\n".getBytes(US_ASCII));
            String refusal = "-NOAUTH Authentication required.\r\n";
            assertThat(new String(other.getInputStream().readNBytes(refusal.length()), US_ASCII))
                    .isEqualTo(refusal);
        }
    }

    @RedisTest
    void whoYouAreAndWhatYouMayDo(Server server, Client redis) {
        redis.replies("""
            AUTH nobody x                           -> -WRONGPASS invalid username-password pair or user is disabled.
            HELLO 9                                 -> -NOPROTO unsupported protocol version
            ACL SETUSER few on >x ~a +get +auth     -> +OK
            """);
        Client few = server.connect();
        few.replies("""
            AUTH few y                              -> -WRONGPASS invalid username-password pair or user is disabled.
            AUTH few x                              -> +OK
            SET a 1                                 -> /-NOPERM .*'set' command/
            GET a                                   -> nil
            GET b                                   -> /-NOPERM .*key.*/
            """);
        redis.call("ACL", "DELUSER", "few").is(1);
    }

    @RedisTest
    void whoHasNoPassword(Server shared) {
        shared.startAnother("--requirepass", "secret").connect().replies("""
            GET a                                   -> -NOAUTH Authentication required.
            HELLO 3                                 -> /-NOAUTH HELLO must be called with the client already authenticated, otherwise the HELLO (<proto> )?AUTH <user> <pass> option can be used to authenticate the client and select the RESP protocol version at the same time/
            AUTH wrong                              -> -WRONGPASS invalid username-password pair or user is disabled.
            """);
    }

    @RedisTest
    void transactionsThatAreLost(Client redis) {
        redis.replies("""
            MULTI                                   -> +OK
            GET                                     -> -ERR wrong number of arguments for 'get' command
            EXEC                                    -> -EXECABORT Transaction discarded because of previous errors.
            EXEC                                    -> -ERR EXEC without MULTI
            DISCARD                                 -> -ERR DISCARD without MULTI
            """);
    }

    @RedisTest
    void moreThanMaxmemory(Client redis) {
        redis.replies("""
            SET b 1                                 -> +OK
            CONFIG SET maxmemory 1                  -> +OK
            SET a 1                                 -> -OOM command not allowed when used memory > 'maxmemory'.
            GET a                                   -> nil
            MULTI                                   -> +OK
            SET a 1                                 -> -OOM command not allowed when used memory > 'maxmemory'.
            EXEC                                    -> -EXECABORT Transaction discarded because of previous errors.
            CONFIG SET maxmemory 0                  -> +OK
            """);
    }

    @RedisTest
    void nothingCanBeSaved(Server shared) throws IOException {
        Path directory = shared.workingDirectory().toRealPath().resolve("gone");
        Files.createDirectory(directory);
        Server server = shared.startAnother("--dir", directory.toString(), "--save", "3600 1");
        Files.delete(directory);
        Client redis = server.connect();
        redis.call("SET", "a", "1").isOk();
        redis.call("SAVE").isErrorStarting("ERR");
        redis.call("BGSAVE").matches("\\+Background saving started");
        while (!redis.call("INFO", "persistence").text().contains("rdb_last_bgsave_status:err")) {
            Thread.onSpinWait();
        }
        String misconf =
                "-MISCONF (Redis|Valkey) is configured to save RDB snapshots, but it's currently unable to persist to"
                        + " disk\\. Commands that may modify the data set are disabled, because this instance is configured to report"
                        + " errors during writes if RDB snapshotting fails \\(stop-writes-on-bgsave-error option\\)\\. Please check the"
                        + " (Redis|Valkey) logs for details about the RDB error\\.";
        redis.call("SET", "a", "2").matches(misconf);
        redis.call("GET", "a").isBulk("1");
        redis.call("CONFIG", "SET", "stop-writes-on-bgsave-error", "no").isOk();
        redis.call("SET", "a", "3").isOk();
    }

    @RedisTest
    void whileItIsLoading(Server shared) throws IOException {
        Server first = shared.startAnother("--dbfilename", "loading.rdb");
        Client writer = first.connect();
        for (int i = 0; i < 200; i++) {
            writer.call("SET", "key" + i, "x".repeat(1000)).isOk();
        }
        writer.call("SAVE").isOk();
        // A hundred milliseconds for each key; then, and after each so many bytes, a server looks after its clients.
        Server second = shared.startLoading(
                "--dir",
                first.workingDirectory().toRealPath().toString(),
                "--dbfilename",
                "loading.rdb",
                "--key-load-delay",
                "100000",
                "--loading-process-events-interval-bytes",
                "1024");
        Client redis = second.connect();
        redis.call("GET", "key1").matches("-LOADING (Redis|Valkey) is loading the dataset in memory");
        redis.call("SET", "key1", "x").matches("-LOADING (Redis|Valkey) is loading the dataset in memory");
        assertThat(redis.call("INFO", "persistence").text()).contains("loading:1");
        redis.call("CONFIG", "SET", "key-load-delay", "0").isOk();
        while (redis.call("INFO", "persistence").text().contains("loading:1")) {
            Thread.onSpinWait();
        }
        redis.call("STRLEN", "key199").is(1000);
    }
}
