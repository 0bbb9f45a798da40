package dev.cinnabar.persistence;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.cinnabar.command.testing.TestEngine;
import dev.cinnabar.config.Directives;
import dev.cinnabar.memory.BufferAccounting;
import dev.cinnabar.memory.Bytes;
import dev.cinnabar.testing.RealRedis;
import dev.cinnabar.testing.Seed;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Files as old releases wrote them, loaded by us and by a real server; and damaged files, on which our check and the real
 * redis-check-rdb pass the same judgement.
 *
 * <p>Strategy: a writer of our own makes files of every form of value up to version 10, and of all that can stand between them,
 * from a seed. Invariants: the real server, where there is one, and ours have the same digest; and a file is whole for both or
 * for none.
 */
class OldReleasesTest {

    @TempDir
    Path directory;

    private final BufferAccounting accounting = new BufferAccounting();

    private static byte[] bytes(String text) {
        return text.getBytes(ISO_8859_1);
    }

    private static String word(SplittableRandom random) {
        return switch (random.nextInt(6)) {
            case 0 -> Integer.toString(random.nextInt(-20, 20));
            case 1 -> Long.toString(random.nextLong() >> random.nextInt(64));
            case 2 -> "repeated ".repeat(random.nextInt(2, 40)) + random.nextInt(100);
            default -> "word" + random.nextInt(1000);
        };
    }

    private static List<String> distinct(SplittableRandom random, int n) {
        TreeSet<String> words = new TreeSet<>();
        while (words.size() < n) {
            words.add(word(random));
        }
        return new ArrayList<>(words);
    }

    private static ByteBuffer room() {
        return ByteBuffer.allocate(100_000).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static Bytes content(ByteBuffer buffer) {
        byte[] content = new byte[buffer.position()];
        buffer.get(0, content);
        return Bytes.of(content);
    }

    private static Bytes ziplist(List<String> elements) {
        ByteBuffer out = room().position(10);
        int last = 10;
        int before = 0;
        for (String element : elements) {
            last = out.position();
            if (before < 254) {
                out.put((byte) before);
            } else {
                out.put((byte) 254).putInt(before);
            }
            if (element.length() < 19 && element.matches("-?[1-9][0-9]*|0")) {
                long n = Long.parseLong(element);
                if (n >= 0 && n <= 12) {
                    out.put((byte) (0xf1 + n));
                } else if (n == (short) n) {
                    out.put((byte) 0xc0).putShort((short) n);
                } else if (n == (int) n) {
                    out.put((byte) 0xd0).putInt((int) n);
                } else {
                    out.put((byte) 0xe0).putLong(n);
                }
            } else {
                int n = element.length();
                if (n < 64) {
                    out.put((byte) n);
                } else {
                    out.put((byte) (0x40 | n >> 8)).put((byte) n);
                }
                out.put(bytes(element));
            }
            before = out.position() - last;
        }
        out.put((byte) 255);
        out.putInt(0, out.position()).putInt(4, last).putShort(8, (short) elements.size());
        return content(out);
    }

    private static Bytes zipmap(List<String> pairs, SplittableRandom random) {
        ByteBuffer out = room().put((byte) (pairs.size() / 2));
        for (int i = 0; i < pairs.size(); i++) {
            byte[] part = bytes(pairs.get(i));
            if (part.length < 254) {
                out.put((byte) part.length);
            } else {
                out.put((byte) 254).putInt(part.length);
            }
            int spare = i % 2 == 0 ? 0 : random.nextInt(4);
            if (i % 2 == 1) {
                out.put((byte) spare);
            }
            out.put(part).put(new byte[spare]);
        }
        return content(out.put((byte) 255));
    }

    private static Bytes intset(SplittableRandom random) {
        int width = 2 << random.nextInt(3);
        TreeSet<Long> numbers = new TreeSet<>();
        for (int i = random.nextInt(1, 30); i > 0; i--) {
            numbers.add(random.nextLong() >> 64 - 8 * width);
        }
        ByteBuffer out = room().putInt(width).putInt(numbers.size());
        for (long n : numbers) {
            if (width == 2) {
                out.putShort((short) n);
            } else if (width == 4) {
                out.putInt((int) n);
            } else {
                out.putLong(n);
            }
        }
        return content(out);
    }

    private static void scoreText(RdbWriter out, double score) {
        byte[] text = bytes(Double.toString(score));
        out.byteValue(text.length);
        out.bytes(Bytes.of(text));
    }

    private static void strings(RdbWriter out, List<String> words) {
        words.forEach(word -> out.string(Bytes.of(word)));
    }

    /** Scores and members, in the order of a sorted set, as members and scores. */
    private static List<String> scored(SplittableRandom random, int n) {
        List<String> all = new ArrayList<>();
        List<String> members = distinct(random, n);
        for (int i = 0; i < n; i++) {
            all.add(members.get(i));
            all.add(random.nextInt(2) == 0 ? Integer.toString(i) : i + ".5");
        }
        return all;
    }

    private static List<String> paired(SplittableRandom random, int n) {
        List<String> all = new ArrayList<>();
        for (String field : distinct(random, n)) {
            all.add(field);
            all.add(word(random));
        }
        return all;
    }

    private static void key(RdbWriter out, int type, String name) {
        out.byteValue(type);
        out.string(Bytes.of(name));
    }

    private static void value(RdbWriter out, String name, SplittableRandom random) {
        int n = random.nextInt(8) == 0 ? random.nextInt(100, 200) : random.nextInt(1, 12);
        switch (random.nextInt(11)) {
            case 0 -> {
                key(out, ValueFormat.STRING, name);
                out.string(Bytes.of(word(random)));
            }
            case 1 -> {
                key(out, ValueFormat.LIST, name);
                out.length(n);
                for (int i = 0; i < n; i++) {
                    out.string(Bytes.of(word(random)));
                }
            }
            case 2 -> {
                key(out, ValueFormat.SET, name);
                out.length(n);
                strings(out, distinct(random, n));
            }
            case 3 -> {
                key(out, ValueFormat.ZSET_TEXT, name);
                out.length(n);
                for (String member : distinct(random, n)) {
                    out.string(Bytes.of(member));
                    if (random.nextInt(9) == 0) {
                        out.byteValue(random.nextBoolean() ? RdbFormat.TEXT_INFINITY : RdbFormat.TEXT_MINUS_INFINITY);
                    } else {
                        scoreText(out, random.nextInt(-100, 100) / 8.0);
                    }
                }
            }
            case 4 -> {
                key(out, ValueFormat.HASH, name);
                out.length(n);
                strings(out, paired(random, n));
            }
            case 5 -> {
                key(out, ValueFormat.HASH_ZIPMAP, name);
                out.string(zipmap(paired(random, n), random));
            }
            case 6 -> {
                key(out, ValueFormat.LIST_ZIPLIST, name);
                out.string(ziplist(paired(random, n)));
            }
            case 7 -> {
                key(out, ValueFormat.SET_INTSET, name);
                out.string(intset(random));
            }
            case 8 -> {
                key(out, ValueFormat.ZSET_ZIPLIST, name);
                out.string(ziplist(scored(random, n)));
            }
            case 9 -> {
                key(out, ValueFormat.HASH_ZIPLIST, name);
                out.string(ziplist(paired(random, n)));
            }
            default -> {
                key(out, ValueFormat.LIST_ZIPLISTS, name);
                int nodes = random.nextInt(1, 5);
                out.length(nodes);
                for (int i = 0; i < nodes; i++) {
                    out.string(ziplist(paired(random, n)));
                }
            }
        }
    }

    private byte[] file(SplittableRandom random, int keys) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        int version = random.nextInt(1, 11);
        try (RdbWriter out = new RdbWriter(all::write, 1000, true, accounting)) {
            out.bytes(Bytes.of("REDIS00" + version / 10 + version % 10));
            if (version >= 7) {
                out.byteValue(RdbFormat.AUXILIARY);
                strings(out, List.of("redis-ver", "3.2.1"));
                out.byteValue(RdbFormat.AUXILIARY);
                strings(out, List.of("what nobody knows", "7"));
            }
            for (int database = 0; database < 3; database++) {
                out.byteValue(RdbFormat.SELECT);
                out.length(database * 4L);
                if (version >= 7) {
                    out.byteValue(RdbFormat.SIZES);
                    // A hint, and so nothing that could be wrong.
                    out.length(random.nextBoolean() ? keys : random.nextInt(100_000));
                    out.length(random.nextInt(10));
                }
                for (int i = 0; i < keys; i++) {
                    switch (random.nextInt(6)) {
                        case 0 -> {
                            out.byteValue(RdbFormat.EXPIRY_SECONDS);
                            out.intValue(2_000_000_000 + random.nextInt(1000));
                        }
                        case 1 -> {
                            out.byteValue(RdbFormat.EXPIRY_MILLIS);
                            out.longValue(4_000_000_000_000L + random.nextInt(1000));
                        }
                        case 2 -> {
                            out.byteValue(RdbFormat.IDLE);
                            out.length(random.nextInt(10_000));
                        }
                        case 3 -> {
                            out.byteValue(RdbFormat.FREQUENCY);
                            out.byteValue(random.nextInt(256));
                        }
                        default -> {}
                    }
                    value(out, "key:" + i, random);
                }
            }
            out.byteValue(RdbFormat.END);
            if (version >= RdbFormat.VERSION_CHECKSUM) {
                out.longValue(random.nextInt(4) == 0 ? 0 : out.crc());
            }
            out.flush();
        }
        return all.toByteArray();
    }

    @Test
    void filesAreLoadedAsARealServerLoadsThem() throws Exception {
        Optional<Path> program = RealRedis.program();
        assumeTrue(program.isPresent(), "no redis-server here");
        for (int round = 0; round < 12; round++) {
            long seed = Seed.next();
            Files.write(directory.resolve("dump.rdb"), file(new SplittableRandom(seed), 60));
            String digest;
            try (TestEngine ours = new TestEngine(4);
                    RealRedis real = started(program.get(), "dump.rdb")) {
                digest = String.valueOf(real.call("DEBUG", "DIGEST"));
                ours.settings().configuration().load(Directives.DIR.name(), List.of(directory.toString()));
                // Sets as listpacks are newer than what the real server may know.
                ours.call("CONFIG", "SET", "set-max-listpack-entries", "0");
                ours.engine().saves().load();
                ours.engine().keyspace().checkInvariants();
                for (int database = 0; database < 12; database += 4) {
                    ours.call("SELECT", "" + database);
                    real.call("SELECT", "" + database);
                    for (int i = 0; i < 60; i++) {
                        assertThat(ours.call("PEXPIRETIME", "key:" + i))
                                .as("seed %d", seed)
                                .isEqualTo("" + real.call("PEXPIRETIME", "key:" + i));
                    }
                }
                ours.settings().configuration().load(Directives.DBFILENAME.name(), List.of("again.rdb"));
                assertThat(ours.call("SAVE")).isEqualTo("+OK");
            }
            try (RealRedis real = started(program.get(), "again.rdb")) {
                assertThat(String.valueOf(real.call("DEBUG", "DIGEST")))
                        .as("seed %d", seed)
                        .isEqualTo(digest);
            }
        }
    }

    private RealRedis started(Path program, String file) throws IOException {
        return RealRedis.start(
                program, "--dir", directory.toString(), "--dbfilename", file, "--enable-debug-command", "yes");
    }

    @Test
    void whatIsBetweenKeysIsSteppedOverOrRefused() throws Exception {
        String begin = "REDIS0011\376\0";
        String end = "\0\3key\5value\377\0\0\0\0\0\0\0\0";
        // Functions, the slots of a cluster, an auxiliary field.
        load(begin + "\365\20#!lua name=x\nabc" + "\364\1\2\3" + "\372\1a\1b" + end, "'value'");
        // Values without elements: a list, a set, a hash as ziplist.
        load(begin + "\1\1l\0" + "\2\1s\0" + "\15\1h\13\13\0\0\0\12\0\0\0\0\0\377" + end, "'value'");
        load(begin + "\16\1q\1\13\13\0\0\0\12\0\0\0\0\0\377" + end, "'value'");
        // A module's data, and functions of a release that never was.
        load(begin + "\367\201\0\0\0\0\0\0\0\5\0" + end, "The RDB file contains AUX module data I can't load");
        load(begin + "\366\3abc" + end, "Pre-release function format not supported.");
        // A hash that is a template's, as 8.10 can write it; a type from the future.
        load(begin + "\35\1a\1b" + end, "no type of a value: 29");
        load(begin + "\144\1a\1b" + end, "no type of a value: 100");
    }

    private void load(String content, String outcome) throws Exception {
        Files.write(directory.resolve("dump.rdb"), bytes(content));
        try (TestEngine engine = new TestEngine(2)) {
            engine.settings().configuration().load(Directives.DIR.name(), List.of(directory.toString()));
            String seen;
            try {
                engine.engine().saves().load();
                seen = engine.call("GET", "key");
            } catch (IOException e) {
                seen = String.valueOf(e.getMessage());
            }
            assertThat(seen).contains(outcome);
        }
    }

    // Damage.

    private static boolean isWhole(Path checker, Path file) throws Exception {
        Process process = new ProcessBuilder(checker.toString(), file.toString())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        return process.exitValue() == 0;
    }

    @Test
    void damageIsJudgedAsByTheRealCheck() throws Exception {
        Optional<Path> program = RealRedis.program();
        assumeTrue(program.isPresent(), "no redis-server here");
        Path checker = program.get().resolveSibling("redis-check-rdb");
        assumeTrue(Files.isExecutable(checker), "no redis-check-rdb here");
        long seed = Seed.next();
        SplittableRandom random = new SplittableRandom(seed);
        Path file = directory.resolve("dump.rdb");
        for (int round = 0; round < 150; round++) {
            byte[] whole = file(random, 4);
            byte[] content = whole;
            if (round % 3 == 0) {
                content = Arrays.copyOf(whole, random.nextInt(whole.length + 1));
            } else if (round % 3 == 1) {
                content = whole.clone();
                content[random.nextInt(content.length)] ^= (byte) (1 << random.nextInt(8));
            }
            Files.write(file, content);
            ByteArrayOutputStream said = new ByteArrayOutputStream();
            boolean ours;
            try (PrintStream out = new PrintStream(said, true, StandardCharsets.UTF_8)) {
                ours = CheckRdb.run(List.of(file.toString()), out) == 0;
            }
            String text = said.toString(StandardCharsets.UTF_8);
            // Redis takes the texts of scores for numbers without a look, or as far as they are numbers.
            if (!text.contains("NAN score") && !text.contains("text that is no number")) {
                assertThat(ours).as("seed %d round %d: %s", seed, round, text).isEqualTo(isWhole(checker, file));
            }
        }
    }
}
