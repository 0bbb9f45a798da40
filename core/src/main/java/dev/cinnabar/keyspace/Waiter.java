package dev.cinnabar.keyspace;

import dev.cinnabar.values.Type;
import org.jspecify.annotations.Nullable;

/**
 * One key that one client waits for, until it holds a value of some type that can serve it. Registered with the key's
 * partition and guarded by its lock.
 */
public final class Waiter extends Registration<Waiter> {

    /** Whoever waits: what the keyspace hands back when the key has changed. */
    public interface Owner {}

    private final Owner owner;
    private final Type type;
    private final boolean forLoss;
    private long number;

    /**
     * @param type what the key must hold for the owner to be tried again
     * @param forLoss whether the owner is also tried again when the key is gone, or holds something else
     */
    public Waiter(Owner owner, Type type, boolean forLoss, int database, byte[] key, long hash) {
        super(database, key, hash);
        this.owner = owner;
        this.type = type;
        this.forLoss = forLoss;
    }

    public Owner owner() {
        return owner;
    }

    /** Rises with each registration at a key. */
    public long number() {
        return number;
    }

    void number(long number) {
        this.number = number;
    }

    /** Whether it is to be tried again when the key holds a value of this type, or none. */
    boolean heeds(@Nullable Type held) {
        return forLoss || type == held;
    }

    public boolean isForLoss() {
        return forLoss;
    }
}
