package dev.cinnabar.persistence;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.cinnabar.memory.BufferAccounting;
import dev.cinnabar.memory.Bytes;
import dev.cinnabar.testing.RealRedis;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Strings in the format of dumps, exchanged with a real server: it reads what we write, and we read what it writes. */
class RdbAgainstRedisTest {

    private static final int STRING = 0;
    private static final int VERSION = 10;

    private final BufferAccounting accounting = new BufferAccounting();

    @Test
    void stringsAreExchanged() throws IOException, RdbException {
        Optional<Path> program = RealRedis.program();
        assumeTrue(program.isPresent(), "no redis-server here");
        SplittableRandom random = new SplittableRandom(7);
        try (RealRedis redis = RealRedis.start(program.get())) {
            for (int i = 0; i < 500; i++) {
                byte[] value = value(random);
                assertThat(redis.call(bytes("RESTORE"), bytes("x"), bytes("0"), dump(value), bytes("REPLACE")))
                        .isEqualTo("OK");
                assertThat(redis.call("GET", "x")).isEqualTo(new String(value, ISO_8859_1));
                // A value that is set as such and not restored: there Redis compresses by itself.
                redis.call(bytes("SET"), bytes("x"), value);
                assertThat(read(bytes((String) redis.call("DUMP", "x")))).isEqualTo(value);
            }
        }
        assertThat(accounting.bytes()).isZero();
    }

    private static byte[] value(SplittableRandom random) {
        if (random.nextInt(4) == 0) {
            return bytes("" + (random.nextLong() >> random.nextInt(64)));
        }
        byte[] value = new byte[random.nextInt(random.nextInt(5) == 0 ? 30_000 : 200)];
        int letters = random.nextInt(1, 256);
        for (int i = 0; i < value.length; i++) {
            int back = 1 + random.nextInt(20);
            value[i] = i > 100 && i % 50 > back ? value[i - 50] : (byte) random.nextInt(letters);
        }
        return value;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(ISO_8859_1);
    }

    private byte[] dump(byte[] value) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (RdbWriter writer = new RdbWriter(bytes::write, 1000, true, accounting)) {
            writer.byteValue(STRING);
            writer.string(Bytes.of(value));
            writer.shortValue(VERSION);
            writer.longValue(writer.crc());
            writer.flush();
        }
        return bytes.toByteArray();
    }

    private byte[] read(byte[] dump) throws RdbException {
        try (RdbReader reader = new RdbReader(RdbReader.of(Bytes.of(dump)), 1000, 1 << 20, accounting)) {
            assertThat(reader.byteValue()).isEqualTo(STRING);
            byte[] value = reader.string().toByteArray();
            assertThat(reader.shortValue()).isGreaterThanOrEqualTo(VERSION);
            long crc = reader.crc();
            assertThat(reader.longValue()).isEqualTo(crc);
            assertThat(reader.isAtEnd()).isTrue();
            return value;
        }
    }
}
