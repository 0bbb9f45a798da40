package dev.cinnabar.persistence;

import dev.cinnabar.memory.BufferAccounting;
import dev.cinnabar.memory.Bytes;
import dev.cinnabar.values.Entry;
import dev.cinnabar.values.Views;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;

/**
 * The frames of a stream that is written in parts, made when it is begun: see {@link dev.cinnabar.values.StreamImage}. Guarded by
 * the lock of the stream's partition.
 */
final class StreamFrames {

    private final byte[] bytes;

    /** Where each frame ends: there may be as many as consumers. */
    private int[] ends = new int[16];

    private int count;
    private int next;

    StreamFrames(Entry entry, Views views) {
        ByteArrayOutputStream all = new ByteArrayOutputStream(512);
        try (RdbWriter out = new RdbWriter(all::write, 256, false, new BufferAccounting()).withoutChecksum()) {
            StreamWriter writer = new StreamWriter(out, views);
            writer.frames(writer.begin(entry), () -> {
                out.flush();
                if (count == ends.length) {
                    ends = Arrays.copyOf(ends, 2 * count);
                }
                ends[count++] = all.size();
            });
        }
        bytes = all.toByteArray();
    }

    Bytes next(Bytes view) {
        if (next == count) {
            throw new IllegalStateException("no frame is left");
        }
        int from = next == 0 ? 0 : ends[next - 1];
        return view.set(bytes, from, ends[next++] - from);
    }
}
