package dev.cinnabar.persistence;

import dev.cinnabar.memory.BufferAccounting;
import dev.cinnabar.values.Entry;
import dev.cinnabar.values.Views;
import java.io.ByteArrayOutputStream;
import java.util.ArrayDeque;

/**
 * The frames of a stream that is written in parts, made when it is begun: see {@link dev.cinnabar.values.StreamImage}. Guarded by
 * the lock of the stream's partition.
 */
final class StreamFrames {

    private final ArrayDeque<byte[]> frames = new ArrayDeque<>();

    StreamFrames(Entry entry, Views views) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (RdbWriter out = new RdbWriter(bytes::write, 256, false, new BufferAccounting()).withoutChecksum()) {
            StreamWriter writer = new StreamWriter(out, views);
            writer.frames(writer.begin(entry), () -> {
                out.flush();
                frames.add(bytes.toByteArray());
                bytes.reset();
            });
        }
    }

    byte[] next() {
        return frames.remove();
    }
}
