package dev.cinnabar.journal;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** A run of the journal's bytes, on its way to whoever writes them. Owned by the journal, then by the one who has drained it. */
public final class Chunk {

    static final int BYTES = 128 * 1024;

    private final ByteBuffer buffer;
    private @Nullable Cut cut;

    Chunk(int bytes) {
        this.buffer = ByteBuffer.allocateDirect(bytes);
    }

    /** The bytes that are left to be written, once it has been drained. */
    public ByteBuffer buffer() {
        return buffer;
    }

    /** What happens before these bytes; null if nothing. */
    public @Nullable Cut cut() {
        return cut;
    }

    /** The cut has been made. */
    public void made() {
        cut = null;
    }

    void cut(@Nullable Cut cut) {
        this.cut = cut;
    }
}
