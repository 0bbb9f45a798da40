package dev.cinnabar.values;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cinnabar.memory.Bytes;
import java.math.BigInteger;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class StreamIdTest {

    private static Bytes bytes(String text) {
        return Bytes.of(text.getBytes(ISO_8859_1));
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0-7",
        "5-3, 5-3",
        "18446744073709551615-18446744073709551615, 18446744073709551615-18446744073709551615",
        "9223372036854775808-1, 9223372036854775808-1",
        "007-01, 7-1",
        "+5, 5-7",
        "' 5- 6', 5-6",
        "5-+6, 5-6"
    })
    void reads(String text, String id) {
        StreamId read = new StreamId();
        assertThat(read.read(bytes(text), 7)).isTrue();
        assertThat(read).hasToString(id);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "-",
                "1-",
                "-1",
                "1-*",
                "*",
                "a",
                "1a",
                "1-1a",
                "1--1",
                "18446744073709551616",
                "1-2-3",
                "99999999999999999999",
                "5 ",
                "1-"
            })
    void refuses(String text) {
        StreamId read = new StreamId(3, 4);
        assertThat(read.read(bytes(text), 7)).isFalse();
        assertThat(read).hasToString("3-4");
    }

    @Test
    void readsWhatIsInFrontOfANul() {
        StreamId read = new StreamId();
        assertThat(read.read(bytes("5-6\u0000x"), 0)).isTrue();
        assertThat(read).hasToString("5-6");
        assertThat(read.read(bytes("0".repeat(127)), 1)).isTrue();
        assertThat(read.read(bytes("0".repeat(128)), 1)).isFalse();
    }

    @Test
    void readsAnIdWithoutSequence() {
        StreamId read = new StreamId();
        assertThat(read.readWithoutSequence(bytes("17-*"))).isTrue();
        assertThat(read).hasToString("17-0");
        assertThat(read.readWithoutSequence(bytes("17-1"))).isFalse();
        assertThat(read.readWithoutSequence(bytes("17-**"))).isFalse();
        assertThat(read.readWithoutSequence(bytes("-*"))).isFalse();
        assertThat(read.readWithoutSequence(bytes("17*"))).isFalse();
    }

    @Test
    void goesToNeighbours() {
        StreamId id = new StreamId(0, -1);
        assertThat(id.increment()).isTrue();
        assertThat(id).hasToString("1-0");
        assertThat(id.decrement()).isTrue();
        assertThat(id).hasToString("0-18446744073709551615");
        assertThat(id.setMax().increment()).isFalse();
        assertThat(id.isMin()).isTrue();
        assertThat(id.decrement()).isFalse();
        assertThat(id.isMax()).isTrue();
    }

    /** Against numbers of 128 bits. */
    @Test
    void writesReadsAndComparesAnyId() {
        long seed = 7;
        SplittableRandom random = new SplittableRandom(seed);
        byte[] text = new byte[StreamId.MAX_TEXT];
        for (int i = 0; i < 20_000; i++) {
            StreamId a = new StreamId(part(random), part(random));
            StreamId b = new StreamId(random.nextBoolean() ? a.millis() : part(random), part(random));
            Bytes written = new Bytes().set(text, 0, StreamId.write(a.millis(), a.sequence(), text));
            assertThat(written).hasToString(a.toString());
            assertThat(new StreamId().read(written, 0)).isTrue();
            StreamId read = new StreamId();
            read.read(written, 0);
            assertThat(read.isSame(a)).as("seed %d, %s", seed, a).isTrue();
            assertThat(Integer.signum(a.compareTo(b))).isEqualTo(value(a).compareTo(value(b)));
        }
    }

    private static long part(SplittableRandom random) {
        return random.nextLong() >>> random.nextInt(64);
    }

    private static BigInteger value(StreamId id) {
        return new BigInteger(Long.toUnsignedString(id.millis()))
                .shiftLeft(64)
                .add(new BigInteger(Long.toUnsignedString(id.sequence())));
    }
}
