package dev.cinnabar.values;

/**
 * The views of collections that a thread moves from entry to entry: one of each type, and more where commands look at several
 * at a time. Owned by one thread; what a view shows is guarded by the lock of the entry's partition.
 */
public final class Views {

    private final Limits limits;

    public Views(Limits limits) {
        this.limits = limits;
    }

    public Limits limits() {
        return limits;
    }
}
