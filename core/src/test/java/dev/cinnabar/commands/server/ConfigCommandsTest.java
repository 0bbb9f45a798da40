package dev.cinnabar.commands.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cinnabar.command.Host;
import dev.cinnabar.command.testing.TestEngine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigCommandsTest {

    @AutoClose
    final TestEngine redis = new TestEngine();

    @TempDir
    private Path directory;

    @Test
    void getsAndSets() {
        redis.replies("""
                CONFIG GET timeout              -> ['timeout', '0']
                CONFIG GET TimeOut nosuch timeout -> ['TimeOut', '0']
                CONFIG SET timeout 5 hz 20      -> +OK
                CONFIG GET timeou? h[z]         -> ['timeout', '5', 'hz', '20']
                CONFIG GET *-ziplist-value      -> ['hash-max-ziplist-value', '64', 'zset-max-ziplist-value', '64']
                CONFIG SET timeout 6 hz x       -> -ERR CONFIG SET failed (possibly related to argument 'hz') - argument couldn't be parsed into an integer
                CONFIG GET timeout              -> ['timeout', '5']
                CONFIG SET timeout              -> -ERR wrong number of arguments for 'config|set' command
                CONFIG SET timeout 1 hz         -> -ERR syntax error
                CONFIG SET nosuch 1             -> -ERR Unknown option or number of arguments for CONFIG SET - 'nosuch'
                CONFIG SET dir /                -> -ERR CONFIG SET failed (possibly related to argument 'dir') - can't set protected config
                CONFIG GET                      -> -ERR wrong number of arguments for 'config|get' command
                CONFIG NOSUCH                   -> -ERR unknown subcommand 'NOSUCH'. Try CONFIG HELP.
                CONFIG REWRITE                  -> -ERR The server is running without a config file
                CONFIG RESETSTAT                -> +OK
                """);
        redis.protocol(3);
        assertThat(redis.run("CONFIG GET timeout")).isEqualTo("{'timeout': '5'}");
    }

    @Test
    void valuesAreBytes() {
        redis.replies("""
                CONFIG SET requirepass "a\\xff\\x00b"  -> +OK
                CONFIG GET requirepass                 -> ['requirepass', 'a\\xff\\x00b']
                AUTH "a\\xff\\x00b"                    -> +OK
                CONFIG SET requirepass ""              -> +OK
                """);
        assertThat(redis.engine().users().askForPassword()).isFalse();
    }

    @Test
    void limitsTakeEffect() {
        redis.replies("""
                CONFIG SET maxmemory 1          -> +OK
                SET x 1                         -> +OK
                SET y 1                         -> -OOM command not allowed when used memory > 'maxmemory'.
                GET x                           -> '1'
                CONFIG SET maxmemory 0          -> +OK
                MULTI                           -> +OK
                GET x                           -> +QUEUED
                SET y 1                         -> +QUEUED
                CONFIG SET maxmemory 1          -> +QUEUED
                EXEC                            -> ['1', +OK, +OK]
                CONFIG SET maxmemory 0          -> +OK
                DEL y                           -> 1
                DEL x                           -> 1
                CONFIG SET maxmemory 0          -> +OK
                SET y 1                         -> +OK
                CONFIG SET proto-max-bulk-len 1mb -> +OK
                """);
        assertThat(redis.settings().maxBulkLength).isEqualTo(1 << 20);
    }

    @Test
    void aTransactionThatNeedsMemoryIsRefusedWhole() {
        redis.replies("""
                SET x 1                         -> +OK
                MULTI                           -> +OK
                DEL x                           -> +QUEUED
                SET y 1                         -> +QUEUED
                """);
        redis.newClient().call("CONFIG", "SET", "maxmemory", "1");
        redis.replies("""
                EXEC                            -> -EXECABORT Transaction discarded because of: OOM command not allowed when used memory > 'maxmemory'.
                MULTI                           -> +OK
                GET x                           -> +QUEUED
                EXEC                            -> ['1']
                """);
    }

    @Test
    void rewritesTheFile() throws IOException {
        Path file = Files.writeString(directory.resolve("redis.conf"), "# mine\ntimeout 1\n");
        redis.engine().host(new Host() {
            @Override
            public Path configFile() {
                return file;
            }
        });
        redis.replies("""
                CONFIG SET timeout 7 hz 30      -> +OK
                CONFIG REWRITE                  -> +OK
                """);
        assertThat(file).content().isEqualTo("""
                # mine
                timeout 7

                # Generated by CONFIG REWRITE
                dir "%s"
                hz 30
                save ""
                user default on nopass sanitize-payload ~* &* +@all
                """.formatted(Path.of("").toAbsolutePath()));
        Files.delete(file);
        Files.createDirectory(file);
        assertThat(redis.run("CONFIG REWRITE")).startsWith("-ERR Rewriting config file: ");
    }
}
