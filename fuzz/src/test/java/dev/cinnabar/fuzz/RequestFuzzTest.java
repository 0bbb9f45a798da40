package dev.cinnabar.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.cinnabar.command.Dispatcher;
import dev.cinnabar.command.Engine;
import dev.cinnabar.command.Settings;
import dev.cinnabar.commands.Commands;
import dev.cinnabar.keyspace.Keyspace;
import dev.cinnabar.keyspace.ManualClock;
import dev.cinnabar.memory.BufferAccounting;
import dev.cinnabar.memory.Bytes;
import dev.cinnabar.memory.ChunkPool;
import dev.cinnabar.resp.ProtocolException;
import dev.cinnabar.resp.Request;
import dev.cinnabar.resp.RequestDecoder;
import dev.cinnabar.resp.RespWriter;
import dev.cinnabar.session.Session;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** Bytes of a connection, from the decoder to the reply. */
class RequestFuzzTest {

    private static final long MAX_BULK_BYTES = 1 << 20;

    /** What arrives in pieces is decoded as what arrives at once. */
    @FuzzTest
    void decodesAlikeInPieces(byte[] data) {
        assertThat(decode(data, 1)).isEqualTo(decode(data, data.length + 1));
        assertThat(decode(data, 7)).isEqualTo(decode(data, data.length + 1));
    }

    private static List<String> decode(byte[] data, int piece) {
        RequestDecoder decoder = new RequestDecoder();
        decoder.limits(MAX_BULK_BYTES, true);
        decoder.reset(0);
        List<String> found = new ArrayList<>();
        Request request = new Request();
        Bytes window = Bytes.of(data);
        int end = 0;
        boolean fresh = true;
        while (end < data.length) {
            end = Math.min(data.length, end + piece);
            try {
                while (true) {
                    if (fresh) {
                        request.begin(data);
                    }
                    fresh = decoder.decode(window, end, request);
                    if (!fresh) {
                        break;
                    }
                    StringBuilder words = new StringBuilder();
                    for (int i = 0; i < request.count(); i++) {
                        words.append(request.at(i).length())
                                .append(':')
                                .append(request.at(i).shown(100))
                                .append(' ');
                    }
                    found.add(words.toString());
                }
            } catch (ProtocolException e) {
                found.add("error: " + e.getMessage());
                return found;
            }
        }
        return found;
    }

    /** No request makes the engine fail, and all its memory comes back. */
    @FuzzTest
    void isAnswered(byte[] data) {
        Settings settings = new Settings();
        settings.failures = (where, failure) -> {
            throw new AssertionError("failure in " + where, failure);
        };
        SplittableRandom random = new SplittableRandom(1);
        ManualClock clock = new ManualClock(1_767_225_600_000L);
        try (Engine engine = new Engine(new Keyspace(2, 4, clock, random), Commands.table(), settings, random);
                ChunkPool chunks = new ChunkPool(new BufferAccounting())) {
            Dispatcher dispatcher = engine.newDispatcher();
            Session session = new Session(null, clock.millis(), true);
            RespWriter writer = new RespWriter(1024, chunks, (bytes, offset, length) -> {});
            RequestDecoder decoder = new RequestDecoder();
            decoder.limits(MAX_BULK_BYTES, true);
            decoder.reset(0);
            Request request = new Request();
            Bytes window = Bytes.of(data);
            dispatcher.beginBatch();
            try {
                request.begin(data);
                while (decoder.decode(window, data.length, request) && !session.isClosing()) {
                    if (request.count() > 0 && isHarmless(request)) {
                        dispatcher.dispatch(session, request, writer);
                        clock.advanceMillis(1);
                    }
                    request.begin(data);
                }
            } catch (ProtocolException e) {
                assertThat(e.getMessage()).startsWith("Protocol error");
            }
            dispatcher.endBatch();
            writer.drain();
            engine.end(session);
            engine.keyspace().checkInvariants();
        }
    }

    /** Not to be run by chance: they end the process, or make it busy, as they should. */
    private static boolean isHarmless(Request request) {
        Bytes name = request.at(0);
        return !name.equalsIgnoreCase("shutdown")
                && !name.equalsIgnoreCase("debug")
                && !name.equalsIgnoreCase("config");
    }
}
