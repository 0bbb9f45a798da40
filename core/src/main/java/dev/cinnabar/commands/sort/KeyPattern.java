package dev.cinnabar.commands.sort;

import dev.cinnabar.command.Call;
import dev.cinnabar.memory.Bytes;
import dev.cinnabar.values.Entry;
import dev.cinnabar.values.HashValue;
import dev.cinnabar.values.StringValue;
import dev.cinnabar.values.Type;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A pattern of BY or GET: the name of a key with a {@code *} for the element, maybe with a field of a hash behind {@code ->};
 * or {@code #}, the element itself. Owned by one call.
 */
final class KeyPattern {

    private final byte[] pattern;
    private final int star;
    private final int keyEnd;
    private final Bytes field = new Bytes();
    private byte[] key = {};

    private final Entry entry = new Entry();
    private final Bytes keyView = new Bytes();
    private final Bytes value = new Bytes();
    private final byte[] digits = new byte[32];

    KeyPattern(Bytes text) {
        pattern = text.toByteArray();
        star = text.indexOf((byte) '*');
        int arrow = star < 0 ? -1 : arrowAfter(star + 1);
        keyEnd = arrow < 0 ? pattern.length : arrow;
        if (arrow >= 0) {
            field.set(pattern, arrow + 2, pattern.length - arrow - 2);
        }
    }

    /** Where the first arrow stands, if there is something behind it. */
    private int arrowAfter(int from) {
        for (int i = from; i + 1 < pattern.length; i++) {
            if (pattern[i] == '-' && pattern[i + 1] == '>') {
                return i + 2 < pattern.length ? i : -1;
            }
        }
        return -1;
    }

    /** Whether it makes other keys of other elements. */
    boolean dependsOnElement() {
        return star >= 0;
    }

    private boolean isElement() {
        return pattern.length == 1 && pattern[0] == '#';
    }

    /** What the pattern leads to from an element: null where that is missing, or not a string. Valid until the next call. */
    @Nullable
    Bytes lookUp(Call call, Bytes element) {
        if (isElement()) {
            return element;
        }
        if (!dependsOnElement()) {
            return null;
        }
        Entry found = call.read(keyOf(element), entry);
        if (found == null) {
            return null;
        }
        if (field.isEmpty()) {
            return found.type() == Type.STRING ? StringValue.view(found, value, digits) : null;
        }
        return found.type() == Type.HASH ? valueOfField(call, call.views().hash.at(found)) : null;
    }

    private @Nullable Bytes valueOfField(Call call, HashValue hash) {
        return hash.find(field) && !hash.isExpired(call.expiredUpTo()) ? hash.value() : null;
    }

    private Bytes keyOf(Bytes element) {
        int behind = keyEnd - star - 1;
        int length = Math.addExact(star + behind, element.length());
        if (key.length < length) {
            key = Arrays.copyOf(key, Math.max(length, 2 * key.length));
        }
        System.arraycopy(pattern, 0, key, 0, star);
        element.copyTo(0, key, star, element.length());
        System.arraycopy(pattern, star + 1, key, star + element.length(), behind);
        return keyView.set(key, 0, length);
    }
}
