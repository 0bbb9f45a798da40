package dev.cinnabar.text;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.cinnabar.memory.Bytes;
import dev.cinnabar.testing.RealRedis;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.MathContext;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Random patterns and numbers, ours against a real redis-server's; not run where there is none. */
class TextAgainstRedisTest {

    private static final long SEED = 23;

    @SuppressWarnings("NullAway.Init")
    private static RealRedis redis;

    private final SplittableRandom random = new SplittableRandom(SEED);

    @BeforeAll
    static void start() throws IOException {
        Optional<Path> program = RealRedis.program();
        assumeTrue(program.isPresent(), "no redis-server to compare with");
        redis = RealRedis.start(program.orElseThrow());
    }

    @AfterAll
    static void stop() throws IOException {
        if (redis != null) {
            redis.close();
        }
    }

    @BeforeEach
    void empty() throws IOException {
        redis.call("FLUSHALL");
    }

    @Test
    void globs() throws IOException {
        String alphabet = "aabbcA-]^[\\*?";
        Set<String> texts = new HashSet<>();
        for (int i = 0; i < 300; i++) {
            String text = randomText(alphabet, 1 + random.nextInt(6));
            texts.add(text);
            redis.call("SET", text, "");
        }
        for (int i = 0; i < 4000; i++) {
            String pattern = randomText(alphabet, 1 + random.nextInt(8));
            Set<Object> expected = new HashSet<>((List<?>) requireNonNull(redis.call("KEYS", pattern)));
            Set<Object> actual = new HashSet<>();
            for (String text : texts) {
                if (Glob.matches(Bytes.of(pattern), Bytes.of(text))) {
                    actual.add(text);
                }
            }
            assertThat(actual).as("pattern %s, seed %d", pattern, SEED).isEqualTo(expected);
        }
    }

    @Test
    void longs() throws IOException {
        for (int i = 0; i < 5000; i++) {
            String text = randomText(i % 2 == 0 ? "-+0123456789 " : "123456789", 1 + random.nextInt(21));
            redis.call("SET", "k", text);
            Object reply = redis.call("INCRBY", "k", "0");
            Bytes bytes = Bytes.of(text);
            Object ours = Numbers.isLong(bytes) ? Numbers.toLong(bytes) : "ERR value is not an integer or out of range";
            assertThat(ours).as("%s, seed %d", text, SEED).isEqualTo(reply);
        }
    }

    @Test
    void doubles() throws IOException {
        for (int i = 0; i < 10_000; i++) {
            String text = i % 3 == 0 ? randomText("-+.0123456789e", 1 + random.nextInt(12)) : randomDecimal(400);
            Object reply = redis.call("ZADD", "z", text, "m");
            double ours = Numbers.parseDouble(Bytes.of(text));
            assertThat(Double.isNaN(ours))
                    .as("%s gives %s, seed %d", text, reply, SEED)
                    .isEqualTo("ERR value is not a valid float".equals(reply));
            if (!Double.isNaN(ours)) {
                String score = (String) requireNonNull(redis.call("ZSCORE", "z", "m"));
                assertThat(ours).as("%s, seed %d", text, SEED).isEqualTo(Numbers.parseDouble(Bytes.of(score)));
            }
        }
    }

    /** Spelling by fewest digits came with 7.2; before, scores had 17 digits. */
    @Test
    void spellingOfDoubles() throws IOException {
        String info = (String) requireNonNull(redis.call("INFO", "server"));
        String version = info.split("redis_version:", 2)[1].split("\r", 2)[0];
        assumeTrue(version.compareTo("7.2") >= 0, "this redis-server, " + version + ", spells doubles in the old way");
        int shorter = 0;
        for (int i = 0; i < 20_000; i++) {
            double value = randomDouble(i);
            redis.call("ZADD", "z", Double.toString(value), "m");
            String theirs = (String) requireNonNull(redis.call("ZSCORE", "z", "m"));
            String ours = Numbers.format(value);
            if (!ours.equals(theirs)) {
                // Redis' algorithm (Grisu2) misses the shortest spelling in one case of two thousand, and takes either
                // of
                // two that are equally close, such as ….2 and ….3 for ….25.
                assertThat(Double.parseDouble(ours)).isEqualTo(Double.parseDouble(theirs));
                assertThat(ours.length())
                        .as("%s, %s, seed %d", ours, theirs, SEED)
                        .isLessThanOrEqualTo(theirs.length());
                boolean tie = ours.length() == theirs.length() && isBetween(value, ours, theirs);
                shorter += tie ? 0 : 1;
            }
        }
        assertThat(shorter).isLessThan(40);
    }

    private static boolean isBetween(double value, String a, String b) {
        BigDecimal sum = new BigDecimal(a).add(new BigDecimal(b));
        return sum.compareTo(new BigDecimal(value).multiply(BigDecimal.valueOf(2))) == 0;
    }

    @Test
    void longDoubles() throws IOException {
        for (int i = 0; i < 5000; i++) {
            int range = i % 5 == 0 ? 5000 : 25;
            String a = i % 7 == 0 ? randomText("-+.0123456789e", 1 + random.nextInt(12)) : randomDecimal(range);
            String b = randomDecimal(range);
            redis.call("SET", "k", a);
            Object reply = redis.call("INCRBYFLOAT", "k", b);
            assertThat(ourSum(a, b)).as("%s + %s, seed %d", a, b, SEED).isEqualTo(reply);
        }
    }

    private static String ourSum(String a, String b) {
        LongDouble first = LongDouble.parse(Bytes.of(a));
        LongDouble second = LongDouble.parse(Bytes.of(b));
        if (first == null || second == null) {
            return "ERR value is not a valid float";
        }
        LongDouble sum = first.plus(second);
        return sum.isFinite() ? sum.toString() : "ERR increment would produce NaN or Infinity";
    }

    private double randomDouble(int i) {
        return switch (i % 4) {
            case 0 -> {
                double value = Double.longBitsToDouble(random.nextLong());
                yield Double.isFinite(value) ? value : 0.25;
            }
            case 1 -> random.nextLong() / 1000.0;
            case 2 ->
                new BigDecimal(random.nextDouble())
                        .round(new MathContext(1 + random.nextInt(8)))
                        .doubleValue();
            default -> random.nextLong() >> random.nextInt(64);
        };
    }

    private String randomDecimal(int exponentRange) {
        StringBuilder text = new StringBuilder(random.nextInt(3) == 0 ? "-" : "");
        int digits = 1 + random.nextInt(22);
        int point = random.nextInt(digits + 4);
        for (int i = 0; i < digits; i++) {
            text.append(i == point ? "." : "").append((char) ('0' + random.nextInt(10)));
        }
        if (random.nextInt(3) == 0) {
            text.append('e').append(random.nextInt(2 * exponentRange) - exponentRange);
        }
        return text.toString();
    }

    private String randomText(String alphabet, int length) {
        byte[] text = new byte[length];
        for (int i = 0; i < length; i++) {
            text[i] = (byte) alphabet.charAt(random.nextInt(alphabet.length()));
        }
        return new String(text, ISO_8859_1);
    }
}
