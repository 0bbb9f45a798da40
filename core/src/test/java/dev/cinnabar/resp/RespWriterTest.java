package dev.cinnabar.resp;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cinnabar.memory.BufferAccounting;
import dev.cinnabar.memory.Bytes;
import dev.cinnabar.memory.ChunkPool;
import java.io.ByteArrayOutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Replies as bytes, in both versions, through buffers of any size. */
class RespWriterTest {

    private final BufferAccounting accounting = new BufferAccounting();

    @AutoClose
    private final ChunkPool pool = new ChunkPool(accounting);

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    private RespWriter writer(int bufferBytes) {
        return new RespWriter(bufferBytes, pool, out::write);
    }

    private String written(int protocol, Consumer<RespWriter> reply) {
        RespWriter writer = writer(64);
        writer.protocol(protocol);
        reply.accept(writer);
        writer.drain();
        String text = out.toString(ISO_8859_1);
        out.reset();
        return text;
    }

    private void check(Consumer<RespWriter> reply, String version2, String version3) {
        assertThat(written(2, reply)).isEqualTo(version2);
        assertThat(written(3, reply)).isEqualTo(version3);
    }

    private void check(Consumer<RespWriter> reply, String both) {
        check(reply, both, both);
    }

    @Test
    void nothingIsWrittenForWhoIsGone() {
        RespWriter[] writer = new RespWriter[1];
        writer[0] = new RespWriter(64, pool, (bytes, offset, length) -> {
            out.write(bytes, offset, length);
            if (out.size() >= 1000) {
                writer[0].abandon();
            }
        });
        RespWriter reply = writer[0];
        reply.begin(2);
        int elements = 0;
        reply.array(1_000_000);
        while (reply.isWanted()) {
            reply.bulk("element");
            elements++;
        }
        assertThat(elements).isBetween(50, 100);
        int size = out.size();
        reply.mute(true);
        reply.mute(false);
        assertThat(reply.isWanted()).isFalse();
        reply.bulk(new byte[10_000]);
        reply.integer(1);
        reply.drain();
        assertThat(out.size()).isLessThan(size + 64);
        out.reset();
        reply.begin(3);
        assertThat(reply.isWanted()).isTrue();
        reply.nil();
        reply.drain();
        assertThat(out.toString(ISO_8859_1)).isEqualTo("_\r\n");
    }

    @Test
    void whatIsMutedIsNotWanted() {
        RespWriter reply = writer(64);
        assertThat(reply.isWanted()).isTrue();
        reply.mute(true);
        assertThat(reply.isWanted()).isFalse();
        reply.mute(false);
        assertThat(reply.isWanted()).isTrue();
    }

    @Test
    void stringsAndErrors() {
        check(Reply::ok, "+OK\r\n");
        check(w -> w.simple("PONG"), "+PONG\r\n");
        check(w -> w.error(new RedisError("ERR a\r\nb")), "-ERR a  b\r\n");
        check(w -> w.bulk("é"), "$2\r\n\u00c3\u00a9\r\n");
        check(w -> w.bulk(new byte[0]), "$0\r\n\r\n");
        check(w -> w.bulk(Bytes.of("x\r\ny")), "$4\r\nx\r\ny\r\n");
        check(w -> w.verbatim("txt", "text"), "$4\r\ntext\r\n", "=8\r\ntxt:text\r\n");
    }

    @Test
    void numbers() {
        check(w -> w.integer(0), ":0\r\n");
        check(w -> w.integer(-7), ":-7\r\n");
        check(w -> w.integer(Long.MAX_VALUE), ":9223372036854775807\r\n");
        check(w -> w.integer(Long.MIN_VALUE), ":-9223372036854775808\r\n");
        check(w -> w.bulkInteger(10), "$2\r\n10\r\n");
        check(w -> w.bulkInteger(-9), "$2\r\n-9\r\n");
        check(w -> w.bulkInteger(Long.MAX_VALUE), "$19\r\n9223372036854775807\r\n");
        check(w -> w.bulkInteger(Long.MIN_VALUE), "$20\r\n-9223372036854775808\r\n");
        check(w -> w.doubleValue(1.5), "$3\r\n1.5\r\n", ",1.5\r\n");
        check(w -> w.doubleValue(3), "$1\r\n3\r\n", ",3\r\n");
        check(w -> w.doubleValue(0.1), "$3\r\n0.1\r\n", ",0.1\r\n");
        check(w -> w.doubleValue(Double.POSITIVE_INFINITY), "$3\r\ninf\r\n", ",inf\r\n");
        check(w -> w.doubleValue(Double.NEGATIVE_INFINITY), "$4\r\n-inf\r\n", ",-inf\r\n");
        check(w -> w.doubleValue(Double.NaN), "$3\r\nnan\r\n", ",nan\r\n");
        check(w -> w.bool(true), ":1\r\n", "#t\r\n");
        check(w -> w.bool(false), ":0\r\n", "#f\r\n");
    }

    @Test
    void everyNumberOfDigits() {
        long n = 1;
        for (int digits = 1; digits <= 18; digits++, n *= 10) {
            for (long value : new long[] {n - 1, n, -n, 1 - n}) {
                check(w -> w.integer(value), ":" + value + "\r\n");
                String text = Long.toString(value);
                check(w -> w.bulkInteger(value), "$" + text.length() + "\r\n" + text + "\r\n");
            }
        }
    }

    @Test
    void nothings() {
        check(Reply::nil, "$-1\r\n", "_\r\n");
        check(Reply::nilArray, "*-1\r\n", "_\r\n");
    }

    @Test
    void collections() {
        check(w -> w.array(12), "*12\r\n");
        check(w -> w.map(3), "*6\r\n", "%3\r\n");
        check(w -> w.set(3), "*3\r\n", "~3\r\n");
        check(w -> w.push(3), "*3\r\n", ">3\r\n");
        check(w -> w.array(0), "*0\r\n");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 32, 33, 50, 64, 100, 1000, 100_000})
    void buffersSmallerThanReplies(int bufferBytes) {
        RespWriter writer = writer(bufferBytes);
        StringBuilder expected = new StringBuilder();
        Random random = new Random(bufferBytes);
        try (Arena arena = Arena.ofConfined()) {
            for (int i = 0; i < 300; i++) {
                String text = "x".repeat(random.nextInt(200));
                expected.append('$')
                        .append(text.length())
                        .append("\r\n")
                        .append(text)
                        .append("\r\n");
                switch (i % 4) {
                    case 0 -> writer.bulk(text);
                    case 1 -> writer.bulk(text.getBytes(UTF_8));
                    case 2 -> writer.bulk(Bytes.of(text));
                    default -> {
                        MemorySegment segment = arena.allocate(text.length() + 3L);
                        MemorySegment.copy(text.getBytes(UTF_8), 0, segment, ValueLayout.JAVA_BYTE, 3, text.length());
                        writer.bulk(segment, 3, text.length());
                    }
                }
                writer.integer(i * 1_000_000_007L);
                expected.append(':').append(i * 1_000_000_007L).append("\r\n");
                writer.verbatim("txt", text);
                expected.append('$')
                        .append(text.length())
                        .append("\r\n")
                        .append(text)
                        .append("\r\n");
                writer.error(new RedisError("ERR " + text));
                expected.append("-ERR ").append(text).append("\r\n");
            }
        }
        writer.drain();
        assertThat(out.toString(ISO_8859_1)).isEqualTo(expected.toString());
        assertThat(writer.errors()).isEqualTo(300);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 9, 10, 1_000, 20_000, 120_000})
    void arraysWhoseSizeComesLast(int n) {
        RespWriter writer = writer(100);
        StringBuilder elements = new StringBuilder();
        writer.simple("before");
        writer.beginArray();
        for (int i = 0; i < n; i++) {
            writer.bulk("element " + i);
            String text = "element " + i;
            elements.append('$')
                    .append(text.length())
                    .append("\r\n")
                    .append(text)
                    .append("\r\n");
        }
        writer.endArray(n);
        writer.simple("after");
        writer.drain();
        assertThat(out.toString(ISO_8859_1)).isEqualTo("+before\r\n*" + n + "\r\n" + elements + "+after\r\n");
        assertThat(accounting.bytes()).as("what had to wait is given back").isLessThanOrEqualTo(320 << 10);
    }

    @Test
    void aHugeElementOfAnArrayWhoseSizeComesLast() {
        RespWriter writer = writer(100);
        byte[] huge = "y".repeat(3_000_000).getBytes(ISO_8859_1);
        writer.beginArray();
        writer.bulk(huge);
        writer.bulk(Bytes.of(huge));
        writer.bulk("end");
        writer.endArray(3);
        writer.drain();
        String text = new String(huge, ISO_8859_1);
        assertThat(out.toString(ISO_8859_1))
                .isEqualTo("*3\r\n$3000000\r\n" + text + "\r\n$3000000\r\n" + text + "\r\n$3\r\nend\r\n");
    }

    @Test
    void mapsWhoseSizeComesLast() {
        check(
                w -> {
                    w.beginArray();
                    w.bulk("a");
                    w.integer(1);
                    w.endMap(1);
                },
                "*2\r\n$1\r\na\r\n:1\r\n",
                "%1\r\n$1\r\na\r\n:1\r\n");
    }

    @Test
    void gatheringIsNotNested() {
        RespWriter writer = writer(100);
        writer.beginArray();
        assertThatThrownBy(writer::beginArray).isInstanceOf(IllegalStateException.class);
        writer.endArray(0);
        assertThatThrownBy(() -> writer.endArray(0)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void rollsBackWhatIsStillThere() {
        RespWriter writer = writer(1000);
        writer.ok();
        long mark = writer.mark();
        writer.array(2);
        writer.bulk("half");
        assertThat(writer.rollback(mark)).isTrue();
        writer.error(RedisError.INTERNAL);
        writer.drain();
        assertThat(out.toString(ISO_8859_1)).isEqualTo("+OK\r\n-ERR internal error\r\n");
    }

    @Test
    void doesNotRollBackWhatIsGone() {
        RespWriter writer = writer(100);
        long mark = writer.mark();
        writer.bulk("x".repeat(1000));
        assertThat(writer.rollback(mark)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(ints = {10, 200_000})
    void rollsBackAGatheredArray(int elements) {
        RespWriter writer = writer(1000);
        writer.ok();
        long mark = writer.mark();
        writer.beginArray();
        for (int i = 0; i < elements; i++) {
            writer.bulk("an element");
        }
        assertThat(writer.rollback(mark)).isTrue();
        writer.beginArray();
        writer.integer(1);
        writer.endArray(1);
        writer.drain();
        assertThat(out.toString(ISO_8859_1)).isEqualTo("+OK\r\n*1\r\n:1\r\n");
    }

    @Test
    void mutedRepliesLeaveNoTraceButErrorsCount() {
        RespWriter writer = writer(100);
        writer.mute(true);
        writer.ok();
        writer.bulk("x".repeat(1000));
        writer.bulk(Bytes.of("x"));
        writer.bulkInteger(5);
        writer.verbatim("txt", "x");
        writer.doubleValue(1.5);
        writer.map(3);
        writer.beginArray();
        writer.bulk("x");
        writer.endArray(1);
        writer.error(RedisError.SYNTAX);
        writer.mute(false);
        writer.simple("after");
        writer.drain();
        assertThat(out.toString(ISO_8859_1)).isEqualTo("+after\r\n");
        assertThat(writer.errors()).isEqualTo(1);
        assertThat(writer.lastError()).isSameAs(RedisError.SYNTAX);
    }

    @Test
    void discards() {
        RespWriter writer = writer(100);
        writer.beginArray();
        writer.bulk("x");
        writer.discard();
        writer.ok();
        writer.drain();
        assertThat(out.toString(ISO_8859_1)).isEqualTo("+OK\r\n");
    }
}
