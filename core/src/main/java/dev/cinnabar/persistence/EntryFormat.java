package dev.cinnabar.persistence;

import dev.cinnabar.values.Entry;

/** Makes bytes of keys with their values: a form that a file can have. Thread-safe. */
@FunctionalInterface
public interface EntryFormat {

    /** One that makes bytes. Owned by one thread at a time. */
    interface Encoder extends AutoCloseable {

        /**
         * Hands the bytes of a key with its value to the sink, all before it returns. The entry's partition is locked.
         *
         * @return the version of the format that can tell this value
         */
        int encode(Entry entry);

        /** Gives memory back. */
        @Override
        void close();
    }

    /** A new encoder, whose bytes go to this sink. */
    Encoder newEncoder(RdbWriter.Sink sink);
}
