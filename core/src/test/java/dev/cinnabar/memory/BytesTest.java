package dev.cinnabar.memory;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cinnabar.memory.testing.MemoryExtension;
import dev.cinnabar.testing.Seed;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every operation on both kinds of views, each in the middle of what it lies in, against arrays. */
@ExtendWith(MemoryExtension.class)
class BytesTest {

    private static final int SHIFT = 3;

    enum Kind {
        ARRAY,
        NATIVE;

        Bytes view(byte[] content) {
            if (this == ARRAY) {
                byte[] around = new byte[content.length + 20];
                Arrays.fill(around, (byte) 'x');
                System.arraycopy(content, 0, around, SHIFT, content.length);
                return new Bytes().set(around, SHIFT, content.length);
            }
            MemorySegment around =
                    Arena.ofAuto().allocate(content.length + 20L, 1).fill((byte) 'y');
            MemorySegment.copy(content, 0, around, ValueLayout.JAVA_BYTE, SHIFT, content.length);
            return new Bytes().set(around, SHIFT, content.length);
        }

        Bytes view(String content) {
            return view(content.getBytes(StandardCharsets.ISO_8859_1));
        }
    }

    private final long seed = Seed.next();
    private final Random random = new Random(seed);

    private byte[] randomBytes(int length, int alphabet) {
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) {
            bytes[i] = (byte) (0x7e + random.nextInt(alphabet));
        }
        return bytes;
    }

    @Test
    void anEmptyViewIsEmpty() {
        Bytes bytes = new Bytes();
        assertThat(bytes.isEmpty()).isTrue();
        assertThat(bytes.indexOf((byte) 0)).isEqualTo(-1);
        assertThat(bytes.compareTo(Bytes.of(""))).isZero();
        assertThat(bytes.contentEquals(Bytes.of(""))).isTrue();
        assertThat(bytes).hasToString("");
    }

    @ParameterizedTest
    @EnumSource
    void readsBytesLongsAndTails(Kind kind) {
        for (int length = 0; length <= 40; length++) {
            byte[] content = randomBytes(length, 256);
            Bytes view = kind.view(content);
            assertThat(view.length()).isEqualTo(length);
            assertThat(view.toByteArray()).isEqualTo(content);
            for (int i = 0; i < length; i++) {
                assertThat(view.byteAt(i)).isEqualTo(content[i]);
            }
            for (int i = 0; i + 8 <= length; i++) {
                long expected =
                        ByteBuffer.wrap(content).order(ByteOrder.LITTLE_ENDIAN).getLong(i);
                assertThat(view.longAt(i)).isEqualTo(expected);
            }
            for (int n = 0; n < 8 && n <= length; n++) {
                byte[] padded = Arrays.copyOf(Arrays.copyOfRange(content, length - n, length), 8);
                long expected =
                        ByteBuffer.wrap(padded).order(ByteOrder.LITTLE_ENDIAN).getLong();
                assertThat(view.tailAt(length - n, n))
                        .as("tail %d of %d", n, length)
                        .isEqualTo(expected);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void copies(Kind kind) {
        byte[] target = new byte[6];
        kind.view("hello world").copyTo(6, target, 1, 5);
        assertThat(target).containsExactly(0, 'w', 'o', 'r', 'l', 'd');
        MemorySegment segment = Arena.ofAuto().allocate(6);
        kind.view("hello world").copyTo(6, segment, 1, 5);
        assertThat(segment.toArray(ValueLayout.JAVA_BYTE)).isEqualTo(target);
    }

    @ParameterizedTest
    @EnumSource
    void equalityIsThatOfTheContents(Kind kind, Memory memory) {
        long block = memory.allocate(60, Tag.VALUE);
        for (int length = 0; length <= 40; length++) {
            byte[] content = randomBytes(length, 256);
            Bytes view = kind.view(content);
            memory.copyIn(content, 0, block, 5, length);
            assertThat(view.contentEquals(content)).isTrue();
            assertThat(view.equalsBlock(memory, block, 5)).isTrue();
            for (Kind other : Kind.values()) {
                assertThat(view.contentEquals(other.view(content))).isTrue();
                assertThat(view.contentEquals(other.view(Arrays.copyOf(content, length + 1))))
                        .isFalse();
            }
            for (int i = 0; i < length; i++) {
                byte[] changed = content.clone();
                changed[i] ^= (byte) (1 << random.nextInt(8));
                memory.copyIn(changed, 0, block, 5, length);
                assertThat(view.contentEquals(changed)).isFalse();
                assertThat(view.equalsBlock(memory, block, 5)).isFalse();
                for (Kind other : Kind.values()) {
                    assertThat(view.contentEquals(other.view(changed))).isFalse();
                }
            }
        }
        memory.free(block, 60, Tag.VALUE);
    }

    @ParameterizedTest
    @EnumSource
    void orderIsThatOfUnsignedBytes(Kind kind) {
        for (int round = 0; round < 5000; round++) {
            byte[] one = randomBytes(random.nextInt(20), 4);
            byte[] two = random.nextBoolean() ? randomBytes(random.nextInt(20), 4) : one.clone();
            if (two.length > 0 && random.nextBoolean()) {
                two[random.nextInt(two.length)]++;
            }
            int expected = Integer.signum(Arrays.compareUnsigned(one, two));
            for (Kind other : Kind.values()) {
                assertThat(Integer.signum(kind.view(one).compareTo(other.view(two))))
                        .as("seed %d: %s, %s", seed, Arrays.toString(one), Arrays.toString(two))
                        .isEqualTo(expected);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void indexOfFindsTheFirst(Kind kind) {
        for (int round = 0; round < 5000; round++) {
            byte[] content = randomBytes(random.nextInt(40), 6);
            byte wanted = (byte) (0x7e + random.nextInt(6));
            int from = random.nextInt(content.length + 1);
            int expected = -1;
            for (int i = content.length - 1; i >= from; i--) {
                expected = content[i] == wanted ? i : expected;
            }
            assertThat(kind.view(content).indexOf(wanted, from))
                    .as("seed %d", seed)
                    .isEqualTo(expected);
        }
        assertThat(kind.view("aaxaa").indexOf((byte) 'y')).isEqualTo(-1);
        assertThat(kind.view("aaxaa").indexOf((byte) 'x')).isEqualTo(2);
    }

    @ParameterizedTest
    @EnumSource
    void equalsIgnoreCaseIsForAsciiAlone(Kind kind) {
        assertThat(kind.view("GeT").equalsIgnoreCase("get")).isTrue();
        assertThat(kind.view("get").equalsIgnoreCase("gets")).isFalse();
        assertThat(kind.view("g@t").equalsIgnoreCase("g`t")).isFalse();
        assertThat(kind.view("[").equalsIgnoreCase("{")).isFalse();
    }

    @Test
    void textIsUtf8() {
        assertThat(Bytes.of("grün")).hasToString("grün");
        assertThat(Bytes.of("grün").length()).isEqualTo(5);
        assertThat(Bytes.of(new byte[] {'a', (byte) 0xff})).hasToString("a\ufffd");
    }
}
