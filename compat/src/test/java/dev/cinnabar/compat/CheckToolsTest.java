package dev.cinnabar.compat;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.cinnabar.aof.CheckAof;
import dev.cinnabar.compat.harness.Client;
import dev.cinnabar.compat.harness.Server;
import dev.cinnabar.persistence.CheckRdb;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * check-aof and check-rdb beside redis-check-aof and redis-check-rdb: of the same files, whole, torn and damaged, they say the
 * same, make the same, and end with the same code. Not run where those are not installed.
 */
class CheckToolsTest {

    private static final String MANIFEST = "a.aof.manifest";
    private static final String BASE = "a.aof.1.base.rdb";
    private static final String INCREMENT = "a.aof.1.incr.aof";

    @TempDir
    Path directory;

    @TempDir
    Path answers;

    private byte[] base = {};
    private byte[] increment = {};

    /** What a tool did. */
    private record Outcome(int exit, String said, Map<String, String> files) {}

    private static String request(String... words) {
        return Arrays.stream(words)
                .map(word -> "$" + word.length() + "\r\n" + word + "\r\n")
                .collect(Collectors.joining("", "*" + words.length + "\r\n", ""));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(ISO_8859_1);
    }

    private static byte[] join(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }

    private void prepare() throws Exception {
        Server ours = Server.cinnabar().orElse(null);
        assumeTrue(ours != null, "our server is not there");
        Server saving = ours.startAnother("--dbfilename", "check-tools.rdb", "--dir", directory.toString());
        try (Client client = saving.connect()) {
            client.run("SET x 1").isOk();
            client.run("SET y 2 PXAT 4102444800000").isOk();
            client.run("SET z 3 PXAT 4102444800000").isOk();
            client.run("SELECT 3").isOk();
            client.run("RPUSH l a b c").is(3);
            client.run("SAVE").isOk();
        }
        saving.crash();
        base = Files.readAllBytes(directory.resolve("check-tools.rdb"));
        Files.delete(directory.resolve("check-tools.rdb"));
        increment = bytes("#TS:100\r\n" + request("SELECT", "0") + request("SET", "a", "1") + "#TS:200\r\n"
                + request("SET", "b", "2") + "#TS:300\r\n" + request("MULTI") + request("SET", "c", "3")
                + request("EXEC"));
    }

    private void write(String name, byte[] content) throws IOException {
        Files.write(directory.resolve(name), content);
    }

    private void set(byte[] newBase, byte[] newIncrement) throws IOException {
        write(BASE, newBase);
        write(INCREMENT, newIncrement);
        write(MANIFEST, bytes("file " + BASE + " seq 1 type b\nfile " + INCREMENT + " seq 1 type i\n"));
    }

    private static byte[] damaged(byte[] content, int at) {
        byte[] copy = content.clone();
        copy[at] ^= 0x55;
        return copy;
    }

    @Test
    void partsOfAnAppendOnlyFile() throws Exception {
        prepare();
        int length = increment.length;
        byte[][] increments = {
            increment,
            Arrays.copyOf(increment, length - 3),
            Arrays.copyOf(increment, length - 20),
            Arrays.copyOf(increment, 30),
            Arrays.copyOf(increment, 50),
            join(increment, bytes("garbage")),
            join(increment, new byte[100]),
            join(increment, bytes(request("MULTI") + request("SET", "d", "4"))),
            join(increment, bytes(request("MULTI") + request("MULTI"))),
            join(increment, bytes(request("EXEC"))),
            {}
        };
        for (int i = 0; i < increments.length; i++) {
            set(base, increments[i]);
            compare("increment " + i, "aof", MANIFEST);
            compare("increment " + i + ", to be mended", "aof", "--fix", MANIFEST);
            set(base, increments[i]);
            compare("increment " + i + " alone", "aof", "--fix", INCREMENT);
        }
        set(Arrays.copyOf(base, base.length - 10), increment);
        compare("a torn base", "aof", "--fix", MANIFEST);
        set(damaged(base, base.length - 3), increment);
        compare("a base with a wrong sum", "aof", "--fix", MANIFEST);
        set(base, increment);
        compare("a base alone", "aof", BASE);
        Files.delete(directory.resolve(INCREMENT));
        compare("no increment", "aof", MANIFEST);
        Files.delete(directory.resolve(BASE));
        compare("no base", "aof", MANIFEST);
        compare("nothing", "aof", "none.manifest");
        write(MANIFEST, bytes("hello\n"));
        compare("no manifest", "aof", MANIFEST);
        set(base, Arrays.copyOf(increment, length - 3));
        write("a.aof.2.incr.aof", increment);
        Files.write(
                directory.resolve(MANIFEST),
                bytes("file a.aof.2.incr.aof seq 2 type i\n"),
                java.nio.file.StandardOpenOption.APPEND);
        compare("not the last is torn", "aof", "--fix", MANIFEST);
    }

    @Test
    void cutsAtATime() throws Exception {
        prepare();
        for (String second : List.of("0", "50", "100", "150", "200", "300", "400", "x")) {
            set(base, increment);
            compare("until " + second, "aof", "--truncate-to-timestamp", second, MANIFEST);
            set(base, increment);
            compare("until " + second + ", alone", "aof", "--truncate-to-timestamp", second, INCREMENT);
        }
    }

    @Test
    void singleOldFiles() throws Exception {
        prepare();
        byte[] both = join(base, increment);
        write("old.aof", both);
        compare("a preamble", "aof", "old.aof");
        write("old.aof", Arrays.copyOf(both, both.length - 5));
        compare("a torn end", "aof", "old.aof");
        compare("a torn end, to be mended", "aof", "--fix", "old.aof");
        write("old.aof", Arrays.copyOf(both, base.length - 10));
        compare("a torn preamble", "aof", "--fix", "old.aof");
        write("old.aof", new byte[0]);
        compare("an empty file", "aof", "old.aof");
    }

    @Test
    void snapshots() throws Exception {
        prepare();
        write("dump.rdb", base);
        compare("whole", "rdb", "dump.rdb");
        for (int cut = 1; cut < base.length; cut += 7) {
            write("dump.rdb", Arrays.copyOf(base, base.length - cut));
            assertThat(outcomeOfOurs("rdb", "dump.rdb").exit())
                    .as("%d bytes less", cut)
                    .isEqualTo(outcomeOfTheirs("rdb", "dump.rdb").exit())
                    .isOne();
        }
        write("dump.rdb", damaged(base, base.length - 3));
        compare("a wrong sum", "rdb", "dump.rdb");
        write("dump.rdb", join(Arrays.copyOf(base, base.length - 8), new byte[8]));
        compare("no sum", "rdb", "dump.rdb");
        write("dump.rdb", bytes("REDIS9999"));
        assertThat(outcomeOfOurs("rdb", "dump.rdb").exit())
                .isEqualTo(outcomeOfTheirs("rdb", "dump.rdb").exit());
        assertThat(outcomeOfOurs("rdb", "none.rdb").exit())
                .isEqualTo(outcomeOfTheirs("rdb", "none.rdb").exit());
    }

    private void compare(String what, String tool, String... words) throws Exception {
        Map<String, byte[]> before = contents();
        Outcome theirs = outcomeOfTheirs(tool, words);
        for (Map.Entry<String, byte[]> file : before.entrySet()) {
            write(file.getKey(), file.getValue());
        }
        assertThat(outcomeOfOurs(tool, words)).as(what).isEqualTo(theirs);
    }

    /** Reasons are told in our own words, and where a file breaks off is told exactly. */
    private static String common(String said) {
        return said.lines()
                .map(line -> line.replaceFirst(" format error.*", " format error")
                        .replaceFirst("^\\[offset \\d+] (Unexpected EOF|RDB CRC error).*", "$1")
                        .replaceFirst("^0x[ 0-9a-f]{16}: Expected .*", "more was expected")
                        .replaceFirst(", aborting\\.\\.\\.$", ""))
                .filter(line -> !line.startsWith("[additional info]"))
                .collect(Collectors.joining("\n"));
    }

    private String[] absolute(String... words) {
        String[] all = words.clone();
        all[all.length - 1] = directory.resolve(all[all.length - 1]).toString();
        return all;
    }

    private Outcome outcomeOfOurs(String tool, String... words) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        PrintStream printed = new PrintStream(out, true, UTF_8);
        List<String> all = List.of(absolute(words));
        int exit = tool.equals("aof")
                ? CheckAof.run(all, printed, new ByteArrayInputStream(bytes("y\n")))
                : CheckRdb.run(all, printed);
        return new Outcome(exit, common(out.toString(UTF_8)), shown());
    }

    private Outcome outcomeOfTheirs(String tool, String... words) throws IOException, InterruptedException {
        String program = "redis-check-" + tool;
        assumeTrue(
                Arrays.stream(System.getenv("PATH").split(File.pathSeparator, -1))
                        .anyMatch(path -> Files.isExecutable(Path.of(path, program))),
                program + " is not installed");
        Path answer = Files.write(answers.resolve("yes"), bytes("y\n"));
        Process process = new ProcessBuilder(Stream.concat(Stream.of(program), Arrays.stream(absolute(words)))
                        .toList())
                .redirectErrorStream(true)
                .redirectInput(answer.toFile())
                .start();
        String said = new String(process.getInputStream().readAllBytes(), UTF_8);
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        return new Outcome(process.exitValue(), common(said), shown());
    }

    private Map<String, byte[]> contents() throws IOException {
        Map<String, byte[]> all = new TreeMap<>();
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.toList()) {
                all.put(file.getFileName().toString(), Files.readAllBytes(file));
            }
        }
        return all;
    }

    private Map<String, String> shown() throws IOException {
        Map<String, String> all = new TreeMap<>();
        contents().forEach((name, content) -> all.put(name, new String(content, ISO_8859_1)));
        return all;
    }
}
