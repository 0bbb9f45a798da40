package dev.cinnabar.session;

import dev.cinnabar.memory.Bytes;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The lists of field names that a client has prepared, by name. Owned by the session's thread. */
public final class FieldSets {

    private static final long SET_BYTES = 100;
    private static final long FIELD_BYTES = 24;

    private final Map<String, byte[][]> sets = new HashMap<>(2);
    private long sizeBytes;

    FieldSets() {}

    /** Each char a byte: names need not be text. */
    private static String name(Bytes bytes) {
        return new String(bytes.toByteArray(), StandardCharsets.ISO_8859_1);
    }

    public void put(Bytes name, byte[][] fields) {
        String text = name(name);
        sizeBytes += sizeBytes(text, fields) - sizeBytes(text, sets.put(text, fields));
    }

    public byte @Nullable [][] find(Bytes name) {
        return sets.get(name(name));
    }

    /** Forgets a list; returns whether there was one. */
    public boolean remove(Bytes name) {
        String text = name(name);
        byte[][] removed = sets.remove(text);
        sizeBytes -= sizeBytes(text, removed);
        return removed != null;
    }

    /** Forgets all; returns how many there were. */
    public int clear() {
        int n = sets.size();
        sets.clear();
        sizeBytes = 0;
        return n;
    }

    /** Bytes that they take. */
    long sizeBytes() {
        return sizeBytes;
    }

    private static long sizeBytes(String name, byte @Nullable [][] fields) {
        if (fields == null) {
            return 0;
        }
        long bytes = SET_BYTES + name.length();
        for (byte[] field : fields) {
            bytes += FIELD_BYTES + field.length;
        }
        return bytes;
    }
}
