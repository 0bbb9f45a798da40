package dev.cinnabar.fuzz;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
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
import java.io.ByteArrayOutputStream;
import java.util.SplittableRandom;

/**
 * Bytes that say they are a dump: type and value, to which version and a checksum are added. They are a value that is whole and
 * can be dumped and restored again, or an error that leaves nothing behind.
 */
class RestoreFuzzTest {

    private static final byte[] FOOTER = {15, 0, 0, 0, 0, 0, 0, 0, 0, 0};
    private static final int MAX_BULK_BYTES = 1 << 26;

    /** As much as empty tables take, and what compressed bytes can become. */
    private static final long BASE_BYTES = 1 << 20;

    private static final long BYTES_FOR_BYTE = 2000;

    private static final class Server implements AutoCloseable {
        private final ByteArrayOutputStream sent = new ByteArrayOutputStream();
        private final Engine engine;
        private final ChunkPool chunks = new ChunkPool(new BufferAccounting());
        private final Dispatcher dispatcher;
        private final Session session;
        private final RespWriter writer;

        Server() {
            Settings settings = new Settings();
            settings.skipsChecksums = true;
            settings.failures = (where, failure) -> {
                throw new AssertionError("failure in " + where, failure);
            };
            SplittableRandom random = new SplittableRandom(1);
            ManualClock clock = new ManualClock(1_767_225_600_000L);
            engine = new Engine(new Keyspace(1, 1, clock, random), Commands.table(), settings, random);
            dispatcher = engine.newDispatcher();
            session = new Session(null, clock.millis(), true);
            writer = new RespWriter(1024, chunks, sent::write);
        }

        /** The reply as it is sent. */
        byte[] call(byte[]... words) throws ProtocolException {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            bytes.writeBytes(text("*" + words.length + "\r\n"));
            for (byte[] word : words) {
                bytes.writeBytes(text("$" + word.length + "\r\n"));
                bytes.writeBytes(word);
                bytes.writeBytes(text("\r\n"));
            }
            byte[] data = bytes.toByteArray();
            RequestDecoder decoder = new RequestDecoder();
            decoder.limits(MAX_BULK_BYTES, true);
            decoder.reset(0);
            Request request = new Request();
            request.begin(data);
            assertThat(decoder.decode(Bytes.of(data), data.length, request)).isTrue();
            sent.reset();
            dispatcher.beginBatch();
            dispatcher.dispatch(session, request, writer);
            dispatcher.endBatch();
            writer.drain();
            return sent.toByteArray();
        }

        String ask(byte[]... words) throws ProtocolException {
            return new String(call(words), ISO_8859_1);
        }

        @Override
        public void close() {
            engine.end(session);
            engine.close();
            chunks.close();
        }
    }

    private static byte[] text(String text) {
        return text.getBytes(ISO_8859_1);
    }

    @FuzzTest
    void isAValueOrAnError(byte[] data) throws ProtocolException {
        byte[] dump = new byte[data.length + FOOTER.length];
        System.arraycopy(data, 0, dump, 0, data.length);
        System.arraycopy(FOOTER, 0, dump, data.length, FOOTER.length);
        try (Server server = new Server()) {
            String reply = server.ask(text("RESTORE"), text("k"), text("0"), dump);
            assertThat(reply).isIn("+OK\r\n", "-ERR Bad data format\r\n");
            assertThat(server.engine.keyspace().usedMemory()).isLessThan(BASE_BYTES + BYTES_FOR_BYTE * data.length);
            if (reply.startsWith("+")) {
                byte[] bulk = server.call(text("DUMP"), text("k"));
                assertThat(bulk[0]).isEqualTo((byte) '$');
                int from = 0;
                while (bulk[from++] != '\n') {}
                byte[] again = new byte[bulk.length - 2 - from];
                System.arraycopy(bulk, from, again, 0, again.length);
                assertThat(server.ask(text("RESTORE"), text("l"), text("0"), again))
                        .isEqualTo("+OK\r\n");
                assertThat(server.ask(text("DEL"), text("l"))).isEqualTo(":1\r\n");
                assertThat(server.ask(text("COPY"), text("k"), text("l"))).isEqualTo(":1\r\n");
            } else {
                assertThat(server.ask(text("EXISTS"), text("k"))).isEqualTo(":0\r\n");
            }
            server.engine.keyspace().checkInvariants();
        }
    }
}
