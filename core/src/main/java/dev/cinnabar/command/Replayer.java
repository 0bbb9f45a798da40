package dev.cinnabar.command;

import dev.cinnabar.aof.Replay;
import dev.cinnabar.memory.BufferAccounting;
import dev.cinnabar.memory.ChunkPool;
import dev.cinnabar.resp.Request;
import dev.cinnabar.resp.RespWriter;
import dev.cinnabar.session.Session;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Runs the commands of a file again, as a client to whom nothing is denied and for whom no time passes: no key expires, for
 * what came after has been seen with it there. Owned by one thread.
 */
final class Replayer implements Replay {

    private final Engine engine;
    private final Dispatcher dispatcher;
    private final Args[] batch = new Args[SIZE];
    private final ChunkPool chunks = new ChunkPool(new BufferAccounting());
    private final RespWriter replies = new RespWriter(16 * 1024, chunks, (bytes, offset, length) -> {});
    private Session session;

    Replayer(Engine engine, Dispatcher dispatcher) {
        this.engine = engine;
        this.dispatcher = dispatcher;
        dispatcher.replay();
        for (int i = 0; i < SIZE; i++) {
            batch[i] = new Args();
        }
        this.session = newSession();
    }

    private Session newSession() {
        return new Session(null, engine.clock().millis(), true);
    }

    @Override
    public Request request(int i) {
        return batch[i].request();
    }

    @Override
    public @Nullable String run(int count) {
        dispatcher.beginBatch();
        dispatcher.prepare(session, batch, count);
        String unknown = null;
        for (int i = 0; i < count && unknown == null; i++) {
            if (batch[i].spec() == null) {
                unknown = batch[i].at(0).shown(128);
            } else {
                dispatcher.dispatch(session, batch[i], replies);
            }
            batch[i].request().trim();
        }
        dispatcher.endBatch();
        replies.drain();
        return unknown;
    }

    @Override
    public void endOfFile() {
        session = newSession();
    }

    @Override
    public long loadRdb(Path file) throws IOException {
        return engine.appendOnly().loadBase(file);
    }

    @Override
    public void progress(long bytes) {}
}
