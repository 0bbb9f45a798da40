package dev.cinnabar.acl;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.cinnabar.memory.Bytes;

/**
 * Somebody whom clients can be. Thread-safe: whoever checks something reads the {@link Rights} once, and they are replaced as
 * a whole.
 */
public final class User {

    private final String name;
    private volatile Rights rights;

    User(String name, Rights rights) {
        this.name = name;
        this.rights = rights;
    }

    /** The name, a char for each byte. */
    public String name() {
        return name;
    }

    /** The name as people read it. */
    public String shownName() {
        return new String(name.getBytes(ISO_8859_1), UTF_8);
    }

    public Rights rights() {
        return rights;
    }

    void rights(Rights rights) {
        this.rights = rights;
    }

    /** Whether nothing is denied to him. */
    public boolean isUnlimited() {
        return rights.areUnlimited();
    }

    /** Whether some command may read this key for him. */
    public boolean mayRead(Bytes key) {
        if (isUnlimited()) {
            return true;
        }
        for (Selector selector : rights.selectors()) {
            if (selector.allowsKey(key, Selector.READ)) {
                return true;
            }
        }
        return false;
    }

    /** The line of a file that defines him. */
    public String describe() {
        return "user " + name + " " + rights.describe();
    }
}
