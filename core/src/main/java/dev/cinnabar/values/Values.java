package dev.cinnabar.values;

/** What can be done with a value of any type. Stateless; guarded by the lock of the entry's partition. */
public final class Values {

    private Values() {}

    /** Frees what a value has outside its entry. */
    public static void release(Entry entry) {
        if (entry.isString()) {
            StringValue.release(entry);
        }
    }

    /** Bytes that a value takes outside its entry. */
    public static long externalSize(Entry entry) {
        return entry.isString() ? StringValue.externalSize(entry) : 0;
    }
}
