package dev.cinnabar.persistence;

import dev.cinnabar.memory.Bytes;
import dev.cinnabar.memory.Memory;
import dev.cinnabar.values.Entry;
import dev.cinnabar.values.StreamPart;
import org.jspecify.annotations.Nullable;

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

        /**
         * As {@link #encode}, but of a big value that is {@link dev.cinnabar.values.Elements#isDivisible divisible} only what stands in front of
         * these. Other entries and other values' elements may come in between.
         *
         * @return what encodes the elements; null, and nothing was encoded, if the value must come as a whole
         */
        default @Nullable Begun begin(Entry entry) {
            return null;
        }

        /** Gives memory back. */
        @Override
        void close();
    }

    /** Encodes the elements of one value; owned by whoever owns the encoder. */
    interface Begun {
        /** The version of the format that can tell this value. */
        int version();

        /**
         * Hands the bytes of an element to the sink, all before it returns.
         *
         * @param entry one with the same value, but without key and expiry
         * @param record what {@link dev.cinnabar.values.Elements#scan} has handed out
         */
        void element(Entry entry, long record);

        /** The same for elements of a list, {@code n} from the index {@code from} on. */
        void range(Entry entry, long from, long n);

        /** The same for an element of a list that is in none any more. */
        void value(Bytes element);

        /** The same for the next bytes of a string. */
        void bytes(Bytes some);

        /** The same for a part of a stream. */
        void part(StreamPart what, Memory memory, long record);

        /** Whether the string is to be gathered, and then written as one that may be compressed, with its length in front. */
        boolean isGathered();

        /** All elements have come: hands the bytes of what stands behind them to the sink. */
        default void end() {}
    }

    /** A new encoder, whose bytes go to this sink; it compresses nothing, but may point out what could be. */
    Encoder newEncoder(RdbWriter.Sink sink);
}
