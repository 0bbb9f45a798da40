package dev.cinnabar.session;

import dev.cinnabar.memory.Bytes;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The lists of field names that a client has prepared, by name. Owned by the session's thread. */
public final class FieldSets {

    private final Map<String, byte[][]> sets = new HashMap<>(2);

    FieldSets() {}

    /** Each char a byte: names need not be text. */
    private static String name(Bytes bytes) {
        return new String(bytes.toByteArray(), StandardCharsets.ISO_8859_1);
    }

    public void put(Bytes name, byte[][] fields) {
        sets.put(name(name), fields);
    }

    public byte @Nullable [][] find(Bytes name) {
        return sets.get(name(name));
    }

    /** Forgets a list; returns whether there was one. */
    public boolean remove(Bytes name) {
        return sets.remove(name(name)) != null;
    }

    /** Forgets all; returns how many there were. */
    public int clear() {
        int n = sets.size();
        sets.clear();
        return n;
    }
}
