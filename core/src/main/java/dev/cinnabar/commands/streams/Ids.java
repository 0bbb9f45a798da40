package dev.cinnabar.commands.streams;

import dev.cinnabar.values.StreamId;
import java.util.Arrays;

/** A growing list of IDs. Owned by one call. */
final class Ids {

    private long[] parts = {};
    private int size;

    Ids() {}

    int size() {
        return size;
    }

    void add(StreamId id) {
        if (2 * size == parts.length) {
            parts = Arrays.copyOf(parts, Math.max(16, 2 * parts.length));
        }
        parts[2 * size] = id.millis();
        parts[2 * size + 1] = id.sequence();
        size++;
    }

    StreamId get(int index, StreamId into) {
        return into.set(parts[2 * index], parts[2 * index + 1]);
    }
}
