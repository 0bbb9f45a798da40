package dev.cinnabar.memory;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cinnabar.testing.Seed;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.GatheringByteChannel;
import java.nio.channels.Pipe;
import java.nio.channels.WritableByteChannel;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ByteQueueTest {

    private final BufferAccounting accounting = new BufferAccounting();
    private final ChunkPool pool = new ChunkPool(accounting);
    private final ByteQueue queue = new ByteQueue(pool);

    @AfterEach
    void givesEverythingBack() {
        queue.close();
        assertThat(queue.length()).isZero();
        assertThat(accounting.bytes()).as("kept by the pool").isLessThanOrEqualTo(320 << 10);
        pool.close();
        assertThat(accounting.bytes()).isZero();
    }

    /** Takes as many bytes as it is allowed, as a socket does whose reader is slow. */
    private static class SlowChannel implements WritableByteChannel {
        final ByteArrayOutputStream taken = new ByteArrayOutputStream();
        int allowed = Integer.MAX_VALUE;

        @Override
        public int write(ByteBuffer from) {
            byte[] part = new byte[Math.min(allowed, from.remaining())];
            from.get(part);
            taken.writeBytes(part);
            allowed -= part.length;
            return part.length;
        }

        @Override
        public boolean isOpen() {
            return true;
        }

        @Override
        public void close() {}
    }

    private static final class SlowGatheringChannel extends SlowChannel implements GatheringByteChannel {
        int gathered;

        @Override
        public long write(ByteBuffer[] from) {
            gathered++;
            long n = 0;
            for (ByteBuffer bytes : from) {
                n += write(bytes);
            }
            return n;
        }

        @Override
        public long write(ByteBuffer[] from, int offset, int count) {
            throw new UnsupportedOperationException();
        }
    }

    @Test
    void anEmptyQueueHoldsNothingAndWritesNothing() throws IOException {
        queue.append(new byte[0], 0, 0);
        assertThat(queue.isEmpty()).isTrue();
        assertThat(queue.chunks()).isZero();
        assertThat(accounting.bytes()).isZero();
        assertThat(queue.writeTo(new SlowChannel())).isZero();
    }

    @Test
    void appendsFromEverywhere() throws IOException {
        queue.append("_one_".getBytes(ISO_8859_1), 1, 3);
        queue.append(MemorySegment.ofArray(".two.".getBytes(ISO_8859_1)), 1, 3);
        queue.append(Bytes.of("three"));
        ByteBuffer four =
                ByteBuffer.wrap("_four_".getBytes(ISO_8859_1)).position(1).limit(5);
        queue.append(four);
        assertThat(four.hasRemaining()).isFalse();
        assertThat(queue.length()).isEqualTo(15);
        SlowChannel channel = new SlowChannel();
        assertThat(queue.writeTo(channel)).isEqualTo(15);
        assertThat(channel.taken).hasToString("onetwothreefour");
        assertThat(queue.isEmpty()).isTrue();
    }

    @Test
    void chunksAreSmallFirstAndThenBig() {
        queue.append(new byte[1], 0, 1);
        assertThat(queue.chunks()).isEqualTo(1);
        assertThat(accounting.bytes()).isEqualTo(16 << 10);
        queue.append(new byte[16 << 10], 0, 16 << 10);
        assertThat(queue.chunks()).isEqualTo(2);
        assertThat(accounting.bytes()).isEqualTo(80 << 10);
        assertThat(queue.length()).isEqualTo(1 + (16 << 10));
    }

    @Test
    void whatTheChannelDoesNotTakeStaysInOrder() throws IOException {
        SlowChannel channel = new SlowChannel();
        queue.append(Bytes.of("hello "));
        channel.allowed = 2;
        assertThat(queue.writeTo(channel)).isEqualTo(2);
        assertThat(queue.length()).isEqualTo(4);
        queue.append(Bytes.of("world"));
        assertThat(queue.writeTo(channel)).isZero();
        channel.allowed = 100;
        assertThat(queue.writeTo(channel)).isEqualTo(9);
        assertThat(channel.taken).hasToString("hello world");
    }

    @Test
    void chunksOfAnEmptiedQueueServeTheNext() throws IOException {
        byte[] bytes = new byte[50_000];
        for (int i = 0; i < 10; i++) {
            try (ByteQueue next = new ByteQueue(pool)) {
                next.append(bytes, 0, bytes.length);
                next.writeTo(new SlowGatheringChannel());
                assertThat(accounting.bytes()).isEqualTo(80 << 10);
            }
        }
    }

    @Test
    void aFailingChannelFailsTheWrite() {
        queue.append(Bytes.of("lost"));
        WritableByteChannel failing = new SlowChannel() {
            @Override
            public int write(ByteBuffer from) {
                throw new IllegalStateException("reset by peer");
            }
        };
        assertThatThrownBy(() -> queue.writeTo(failing)).hasMessage("reset by peer");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void randomAppendsAndWritesKeepEveryByteInOrder(boolean gathering) throws IOException {
        long seed = Seed.next();
        Random random = new Random(seed);
        ByteArrayOutputStream appended = new ByteArrayOutputStream();
        SlowChannel channel = gathering ? new SlowGatheringChannel() : new SlowChannel();
        for (int step = 0; step < 600; step++) {
            if (random.nextInt(5) < 3) {
                byte[] bytes = new byte[random.nextInt(random.nextInt(200_000) + 1)];
                random.nextBytes(bytes);
                queue.append(Bytes.of(bytes));
                appended.writeBytes(bytes);
            } else {
                channel.allowed = random.nextInt(300_000);
                int before = channel.taken.size();
                long written = queue.writeTo(channel);
                assertThat(written).as("seed %d", seed).isEqualTo(channel.taken.size() - before);
            }
            assertThat(queue.length()).as("seed %d", seed).isEqualTo(appended.size() - channel.taken.size());
            assertThat(accounting.bytes()).isGreaterThanOrEqualTo(queue.length());
        }
        channel.allowed = Integer.MAX_VALUE;
        queue.writeTo(channel);
        assertThat(channel.taken.toByteArray()).as("seed %d", seed).isEqualTo(appended.toByteArray());
        assertThat(channel instanceof SlowGatheringChannel slow && slow.gathered > 0)
                .isEqualTo(gathering);
    }

    @Test
    void aRealChannelTakesWhatFits() throws IOException {
        byte[] bytes = new byte[1 << 20];
        new Random(3).nextBytes(bytes);
        queue.append(bytes, 0, bytes.length);
        Pipe pipe = Pipe.open();
        try (Pipe.SinkChannel sink = pipe.sink();
                Pipe.SourceChannel source = pipe.source()) {
            sink.configureBlocking(false);
            ByteBuffer received = ByteBuffer.allocate(bytes.length);
            assertThat(queue.writeTo(sink)).isBetween(1L, (long) bytes.length - 1);
            while (received.hasRemaining()) {
                source.read(received);
                queue.writeTo(sink);
            }
            assertThat(received.array()).isEqualTo(bytes);
            assertThat(queue.isEmpty()).isTrue();
        }
    }
}
