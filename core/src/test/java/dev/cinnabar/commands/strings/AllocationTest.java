package dev.cinnabar.commands.strings;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cinnabar.command.Dispatcher;
import dev.cinnabar.command.testing.TestEngine;
import dev.cinnabar.memory.BufferAccounting;
import dev.cinnabar.memory.Bytes;
import dev.cinnabar.memory.ChunkPool;
import dev.cinnabar.resp.ProtocolException;
import dev.cinnabar.resp.Request;
import dev.cinnabar.resp.RequestDecoder;
import dev.cinnabar.resp.RespWriter;
import dev.cinnabar.session.Session;
import dev.cinnabar.testing.Allocation;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests from their bytes to those of their replies, and how much of the heap that takes: nothing. */
class AllocationTest {

    private static final int REQUESTS = 500;

    @AutoClose
    private final TestEngine redis = new TestEngine(16);

    private final Request request = new Request();
    private final RequestDecoder decoder = new RequestDecoder();
    private long written;
    private final RespWriter writer = new RespWriter(
            16 << 10, new ChunkPool(new BufferAccounting()), (bytes, offset, length) -> written += length);

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET key",
                "GET number",
                "GET long",
                "GET none",
                "STRLEN key",
                "SET key value",
                "SET key valu2",
                "SET number 7",
                "SET key value EX 100",
                "SET key value XX KEEPTTL GET",
                "SETEX key 100 value",
                "INCR number",
                "DECRBY number 3",
                "MGET key number none long",
                "MSET key value number 12 other 1",
                "GETRANGE long 3 700",
                "GETEX key EX 100",
                "GETSET key other",
                "SETRANGE long 5 abc"
            })
    void takesNothingFromTheHeap(String command) {
        assertThat(leastBytes(command)).as(command).isLessThan(REQUESTS);
        assertThat(written).isPositive();
    }

    @Test
    void seesWhatIsTaken() {
        assertThat(leastBytes("INCRBYFLOAT number 0.5")).isGreaterThan(32 * REQUESTS);
    }

    private long leastBytes(String command) {
        redis.call("SET", "key", "value");
        redis.call("SET", "number", "12");
        redis.call("SET", "long", "x".repeat(5000));
        byte[] bytes = encode(command.split(" "));
        Dispatcher dispatcher = redis.engine().newDispatcher();
        Session session = new Session(null, 0, true);
        Runnable batch = () -> run(dispatcher, session, bytes);
        // Until it is compiled, and what escape analysis saves does not reach the heap any more.
        for (int i = 0; i < 60; i++) {
            batch.run();
        }
        return Allocation.leastBytesOf(40, batch);
    }

    private void run(Dispatcher dispatcher, Session session, byte[] bytes) {
        Bytes window = Bytes.of(bytes);
        for (int i = 0; i < REQUESTS; i++) {
            request.begin(bytes);
            decoder.reset(0);
            try {
                decoder.decode(window, bytes.length, request);
            } catch (ProtocolException e) {
                throw new AssertionError(e);
            }
            dispatcher.beginBatch();
            dispatcher.dispatch(session, request, writer);
        }
        writer.drain();
    }

    private static byte[] encode(String... words) {
        StringBuilder text = new StringBuilder("*" + words.length + "\r\n");
        for (String word : words) {
            text.append('$').append(word.length()).append("\r\n").append(word).append("\r\n");
        }
        return text.toString().getBytes(ISO_8859_1);
    }
}
