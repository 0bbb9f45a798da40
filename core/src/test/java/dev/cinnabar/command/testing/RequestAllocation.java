package dev.cinnabar.command.testing;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.cinnabar.command.Dispatcher;
import dev.cinnabar.memory.BufferAccounting;
import dev.cinnabar.memory.Bytes;
import dev.cinnabar.memory.ChunkPool;
import dev.cinnabar.resp.ProtocolException;
import dev.cinnabar.resp.Request;
import dev.cinnabar.resp.RequestDecoder;
import dev.cinnabar.resp.RespWriter;
import dev.cinnabar.session.Session;
import dev.cinnabar.testing.Allocation;
import java.util.Arrays;

/** How much of the heap a request takes, from its bytes to those of its reply. Owned by the test's thread. */
public final class RequestAllocation {

    /** How often a measured batch runs its request. */
    public static final int REQUESTS = 500;

    private final Dispatcher dispatcher;
    private final Session session = new Session(null, 0, true);
    private final Request request = new Request();
    private final RequestDecoder decoder = new RequestDecoder();
    private final Bytes window = new Bytes();
    private long written;
    private final RespWriter writer = new RespWriter(
            16 << 10, new ChunkPool(new BufferAccounting()), (bytes, offset, length) -> written += length);

    public RequestAllocation(TestEngine redis) {
        dispatcher = redis.engine().newDispatcher();
    }

    /**
     * The bytes that {@value #REQUESTS} runs of a command, its words between blanks, take once it is compiled; or of several
     * commands one after the other, between semicolons.
     */
    public long leastBytes(String commands) {
        byte[][] requests = Arrays.stream(commands.split(";"))
                .map(command -> encode(command.split(" ")))
                .toArray(byte[][]::new);
        Runnable batch = () -> {
            for (int i = 0; i < REQUESTS; i++) {
                for (byte[] bytes : requests) {
                    run(bytes);
                }
            }
            writer.drain();
        };
        // Until it is compiled, and what escape analysis saves does not reach the heap any more.
        for (int i = 0; i < 60; i++) {
            batch.run();
        }
        return Allocation.leastBytesOf(40, batch);
    }

    /** The bytes of all replies. */
    public long written() {
        return written;
    }

    private void run(byte[] bytes) {
        request.begin(bytes);
        decoder.reset(0);
        try {
            decoder.decode(window.set(bytes, 0, bytes.length), bytes.length, request);
        } catch (ProtocolException e) {
            throw new AssertionError(e);
        }
        dispatcher.beginBatch();
        dispatcher.dispatch(session, request, writer);
    }

    private static byte[] encode(String... words) {
        StringBuilder text = new StringBuilder("*" + words.length + "\r\n");
        for (String word : words) {
            text.append('$').append(word.length()).append("\r\n").append(word).append("\r\n");
        }
        return text.toString().getBytes(ISO_8859_1);
    }
}
