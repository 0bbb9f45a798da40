package dev.cinnabar.compat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.cinnabar.compat.harness.Client;
import dev.cinnabar.compat.harness.RedisTest;
import dev.cinnabar.compat.harness.Server;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.params.ScanParams;
import redis.clients.jedis.resps.ScanResult;

/** redis-cli and redis-benchmark as they are work with the server. Not run where they are not installed. */
class CommandLineToolsTest {

    private static final Path WORDS = Path.of("/usr/share/dict/words");

    @RedisTest
    void oneShot(Server server) throws Exception {
        assertThat(cli(server, "SET", "x", "a b")).isEqualTo("OK\n");
        assertThat(cli(server, "GET", "x")).isEqualTo("a b\n");
        assertThat(cli(server, "--no-raw", "GET", "x")).isEqualTo("\"a b\"\n");
        assertThat(cli(server, "--no-raw", "GET", "nothing")).isEqualTo("(nil)\n");
        assertThat(cli(server, "--no-raw", "MGET", "x", "nothing")).isEqualTo("1) \"a b\"\n2) (nil)\n");
        assertThat(cli(server, "--no-raw", "INCR", "n")).isEqualTo("(integer) 1\n");
        assertThat(cli(server, "INCR", "x")).isEqualTo("ERR value is not an integer or out of range\n\n");
        assertThat(cli(server, "-r", "3", "INCR", "n")).isEqualTo("2\n3\n4\n");
        assertThat(cli(server, "-n", "3", "DBSIZE")).isEqualTo("0\n");
    }

    @RedisTest
    void resp3(Server server) throws Exception {
        assertThat(cli(server, "-3", "--no-raw", "CONFIG", "GET", "maxmemory"))
                .isEqualTo("1# \"maxmemory\" => \"0\"\n");
        assertThat(cli(server, "-3", "--no-raw", "GET", "nothing")).isEqualTo("(nil)\n");
    }

    @RedisTest
    void commandsOnStandardInput(Server server) throws Exception {
        assertThat(cliWithInput(
                        server,
                        "SET x \"a\\nb\"\nGET x\nMULTI\nINCR n\nINCR n\nEXEC\n".getBytes(StandardCharsets.UTF_8)))
                .isEqualTo("OK\na\nb\nOK\nQUEUED\nQUEUED\n1\n2\n");
        assertThat(cliWithInput(server, "from a pipe".getBytes(StandardCharsets.UTF_8), "-x", "SET", "y"))
                .isEqualTo("OK\n");
        assertThat(cli(server, "GET", "y")).isEqualTo("from a pipe\n");
    }

    @RedisTest
    void scanOption(Client redis, Server server) throws Exception {
        ScanTest.fill(redis, 500);
        assertThat(cli(server, "--scan").lines()).hasSize(500);
        assertThat(cli(server, "--scan", "--pattern", "key:1??").lines()).hasSize(100);
    }

    @RedisTest
    void bigkeysAndMemkeys(Client redis, Server server) throws Exception {
        ScanTest.fill(redis, 100);
        redis.call("SET", "biggest", "x".repeat(100_000)).isOk();
        assertThat(cli(server, "--bigkeys")).contains("Biggest string found").contains("biggest");
        assertThat(cli(server, "--memkeys")).contains("biggest");
    }

    /** The word list goes in by --pipe; while one client overwrites, another reads everything back and nothing is missing. */
    @RedisTest
    void massInsertionByPipe(Client redis, Server server) throws Exception {
        assumeTrue(Files.isReadable(WORDS), WORDS + " is not installed (Debian's wamerican)");
        List<String> words = Files.readAllLines(WORDS, StandardCharsets.UTF_8);
        ByteArrayOutputStream commands = new ByteArrayOutputStream();
        Map<String, String> expected = new HashMap<>();
        for (int i = 0; i < words.size(); i++) {
            byte[] word = words.get(i).getBytes(StandardCharsets.UTF_8);
            commands.writeBytes(Client.encode(List.of(
                    "SET".getBytes(StandardCharsets.UTF_8), word, ("line " + i).getBytes(StandardCharsets.UTF_8))));
            expected.put(words.get(i), "line " + i);
        }
        assertThat(cliWithInput(server, commands.toByteArray(), "--pipe"))
                .contains("errors: 0, replies: " + words.size());
        redis.run("DBSIZE").is(expected.size());

        AtomicBoolean reading = new AtomicBoolean(true);
        Thread overwriter = Thread.ofPlatform().start(() -> {
            try (Jedis jedis = new Jedis("127.0.0.1", server.port())) {
                for (int i = 0; reading.get(); i = (i + 1) % words.size()) {
                    jedis.set(words.get(i), "line " + i);
                    jedis.set("not a word " + i % 1000, "x");
                }
            }
        });
        Map<String, String> found = new HashMap<>();
        try (Jedis jedis = new Jedis("127.0.0.1", server.port())) {
            String cursor = ScanParams.SCAN_POINTER_START;
            do {
                ScanResult<String> result = jedis.scan(cursor, new ScanParams().count(1000));
                List<String> keys = result.getResult().stream()
                        .filter(key -> !key.startsWith("not a word"))
                        .toList();
                if (!keys.isEmpty()) {
                    List<String> values = jedis.mget(keys.toArray(new String[0]));
                    for (int i = 0; i < keys.size(); i++) {
                        found.put(keys.get(i), values.get(i));
                    }
                }
                cursor = result.getCursor();
            } while (!cursor.equals(ScanParams.SCAN_POINTER_START));
        } finally {
            reading.set(false);
            overwriter.join();
        }
        assertThat(found.size()).isEqualTo(expected.size());
        assertThat(found.equals(expected)).as("every word has its line").isTrue();
    }

    @RedisTest
    void benchmark(Server server) throws Exception {
        String output = run(
                new byte[0],
                tool("redis-benchmark", server, "-t", "ping,set,get,incr,mset", "-n", "5000", "-c", "20", "-q"));
        assertThat(output)
                .contains("PING_INLINE", "PING_MBULK", "SET:", "GET:", "INCR:", "MSET (10 keys)")
                .doesNotContainIgnoringCase("error");
        String pipelined = run(
                new byte[0],
                tool(
                        "redis-benchmark",
                        server,
                        "-t",
                        "set,get",
                        "-n",
                        "20000",
                        "-c",
                        "20",
                        "-P",
                        "50",
                        "-r",
                        "1000",
                        "-d",
                        "200",
                        "-q"));
        assertThat(pipelined).contains("SET:", "GET:").doesNotContainIgnoringCase("error");
    }

    private static String cli(Server server, String... arguments) throws Exception {
        return cliWithInput(server, new byte[0], arguments);
    }

    private static String cliWithInput(Server server, byte[] input, String... arguments) throws Exception {
        return run(input, tool("redis-cli", server, arguments));
    }

    private static List<String> tool(String program, Server server, String... arguments) {
        assumeTrue(
                Arrays.stream(System.getenv("PATH").split(File.pathSeparator, -1))
                        .anyMatch(directory -> Files.isExecutable(Path.of(directory, program))),
                program + " is not installed");
        List<String> command = new ArrayList<>(List.of(program, "-p", Integer.toString(server.port())));
        command.addAll(List.of(arguments));
        return command;
    }

    /** Output and errors of a program that must end by itself with 0. */
    private static String run(byte[] input, List<String> command) throws IOException, InterruptedException {
        Path in = Files.createTempFile("compat", ".in");
        Path out = Files.createTempFile("compat", ".out");
        try {
            Files.write(in, input);
            Process process = new ProcessBuilder(command)
                    .redirectInput(in.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(out.toFile())
                    .start();
            boolean ended = process.waitFor(120, TimeUnit.SECONDS);
            process.destroyForcibly();
            String output = Files.readString(out, StandardCharsets.UTF_8);
            assertThat(ended).as("%s did not end: %s", command, output).isTrue();
            assertThat(process.exitValue()).as("%s: %s", command, output).isIn(0, output.startsWith("ERR") ? 1 : 0);
            return output;
        } finally {
            Files.delete(in);
            Files.delete(out);
        }
    }
}
