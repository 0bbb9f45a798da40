package dev.cinnabar.memory;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cinnabar.testing.Seed;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.BufferOverflowException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ReadableByteChannel;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class BufferTest {

    private static final int LIMIT = 1 << 20;

    private final BufferAccounting accounting = new BufferAccounting();
    private final Buffer buffer = new Buffer(accounting, LIMIT);

    @AfterEach
    void givesEverythingBack() {
        buffer.close();
        assertThat(accounting.bytes()).isZero();
        assertThat(buffer.isEmpty()).isTrue();
    }

    private byte[] contents() {
        return buffer.view(new Bytes()).toByteArray();
    }

    @Test
    void anUnusedBufferHoldsNothing() {
        assertThat(accounting.bytes()).isZero();
        assertThat(buffer.length()).isZero();
        assertThat(buffer.segment().byteSize()).isZero();
        buffer.shrink();
        buffer.clear();
        buffer.append(new byte[0], 0, 0);
        assertThat(accounting.bytes()).isZero();
    }

    @Test
    void appendsFromEverywhere() {
        buffer.append("_one_".getBytes(ISO_8859_1), 1, 3);
        buffer.append(MemorySegment.ofArray(".two.".getBytes(ISO_8859_1)), 1, 3);
        buffer.append(Bytes.of("three"));
        ByteBuffer four =
                ByteBuffer.wrap("_four_".getBytes(ISO_8859_1)).position(1).limit(5);
        buffer.append(four);
        assertThat(four.hasRemaining()).isFalse();
        ByteBuffer five =
                ByteBuffer.allocateDirect(4).put("five".getBytes(ISO_8859_1)).flip();
        buffer.append(five);
        assertThat(buffer.view(new Bytes())).hasToString("onetwothreefourfive");
        assertThat(buffer.length()).isEqualTo(19);
    }

    @Test
    void aChannelReadsIntoTheFreePlace() throws IOException {
        byte[] input = new byte[10_000];
        new Random(1).nextBytes(input);
        try (ReadableByteChannel channel = Channels.newChannel(new ByteArrayInputStream(input))) {
            for (int n = channel.read(buffer.free(100)); n >= 0; n = channel.read(buffer.free(100))) {
                buffer.advance(n);
            }
        }
        assertThat(contents()).isEqualTo(input);
        assertThatThrownBy(() -> buffer.advance(LIMIT)).isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void growsByDoublingOrToWhatIsKnown() {
        buffer.ensureFree(1);
        assertThat(accounting.bytes()).isEqualTo(4096);
        buffer.append(new byte[4097], 0, 4097);
        assertThat(accounting.bytes()).isEqualTo(8192);
        buffer.ensureFree(50_000);
        assertThat(accounting.bytes()).isEqualTo(54_097);
        assertThat(buffer.length()).isEqualTo(4097);
    }

    @Test
    void theLimitIsReachedAndNotPassed() {
        buffer.append(new byte[LIMIT - 1], 0, LIMIT - 1);
        buffer.append(new byte[] {7}, 0, 1);
        assertThat(buffer.length()).isEqualTo(LIMIT);
        assertThat(accounting.bytes()).isEqualTo(LIMIT);
        assertThatThrownBy(() -> buffer.append(new byte[1], 0, 1)).isInstanceOf(BufferOverflowException.class);
        assertThatThrownBy(() -> buffer.append(Bytes.of("x"))).isInstanceOf(BufferOverflowException.class);
        assertThatThrownBy(() -> buffer.free(1)).isInstanceOf(BufferOverflowException.class);
        assertThatThrownBy(() -> buffer.ensureFree(Long.MAX_VALUE)).isInstanceOf(BufferOverflowException.class);
        assertThat(buffer.length()).isEqualTo(LIMIT);
        assertThat(contents()[LIMIT - 1]).isEqualTo((byte) 7);
    }

    @Test
    void shrinksToItsContentsAndToNothing() {
        buffer.append(new byte[100_000], 0, 100_000);
        buffer.append(Bytes.of("end"));
        buffer.discard(90_000);
        buffer.shrink();
        assertThat(accounting.bytes()).isEqualTo(10_003);
        assertThat(contents()).endsWith('e', 'n', 'd').hasSize(10_003);
        buffer.clear();
        assertThat(accounting.bytes()).isEqualTo(10_003);
        buffer.shrink();
        assertThat(accounting.bytes()).isZero();
        buffer.append(Bytes.of("again"));
        assertThat(buffer.view(new Bytes())).hasToString("again");
    }

    @Test
    void randomOperationsAgreeWithAStream() {
        long seed = Seed.next();
        Random random = new Random(seed);
        ByteArrayOutputStream model = new ByteArrayOutputStream();
        for (int step = 0; step < 3000; step++) {
            byte[] bytes = new byte[random.nextInt(random.nextInt(5000) + 1)];
            random.nextBytes(bytes);
            switch (random.nextInt(6)) {
                case 0 -> {
                    int n = random.nextInt(buffer.length() + 1);
                    byte[] rest = Arrays.copyOfRange(model.toByteArray(), n, model.size());
                    buffer.discard(n);
                    model.reset();
                    model.writeBytes(rest);
                }
                case 1 -> buffer.shrink();
                default -> {
                    if (model.size() + bytes.length <= LIMIT) {
                        buffer.append(bytes, 0, bytes.length);
                        model.writeBytes(bytes);
                    }
                }
            }
            assertThat(buffer.length()).as("seed %d", seed).isEqualTo(model.size());
            assertThat(accounting.bytes()).as("seed %d", seed).isBetween((long) model.size(), (long) LIMIT);
            if (step % 50 == 0) {
                assertThat(contents()).as("seed %d", seed).isEqualTo(model.toByteArray());
            }
        }
    }
}
